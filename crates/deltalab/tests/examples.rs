//! The examples that the program carries are the files of `experiments/`, all of them, and each can be run.

use deltalab::examples::EXAMPLES;
use deltalab::{Plan, Spec, SpecText};
use std::collections::BTreeSet;
use std::path::Path;

#[test]
fn every_file_of_experiments_is_an_example_under_its_own_name() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../experiments");
    let mut files = BTreeSet::new();
    for group in std::fs::read_dir(root)
        .unwrap()
        .map(|group| group.unwrap().path())
        .filter(|path| path.is_dir() && !path.ends_with("claims"))
    {
        for file in std::fs::read_dir(&group).unwrap().map(|file| file.unwrap().path()) {
            if file.extension().is_some_and(|extension| extension == "toml") {
                let name = |path: &Path| path.file_stem().unwrap().to_string_lossy().into_owned();
                files.insert((name(&group), name(&file)));
            }
        }
    }
    let examples =
        EXAMPLES.iter().map(|example| (example.group.to_string(), example.name.to_string()));
    assert_eq!(examples.collect::<BTreeSet<_>>(), files);
}

#[test]
fn every_example_can_be_planned_and_says_what_it_shows() {
    for example in EXAMPLES {
        let text = SpecText::embedded(example.name, example.text);
        let spec = Spec::parse(&text, &[]).unwrap_or_else(|problems| panic!("{problems}"));
        assert_eq!(spec.name, example.name);
        assert!(!spec.description.is_empty(), "{}", example.name);
        let plan = Plan::new(&spec).unwrap_or_else(|problems| panic!("{problems}"));
        assert!(plan.runs() > 0);
    }
}

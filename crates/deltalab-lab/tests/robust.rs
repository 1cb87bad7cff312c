//! Whatever is written: no panic, and what is stored as `spec.toml` says what was run.

use deltalab_lab::node::{Source, Table};
use deltalab_lab::{Plan, Spec, SpecText};
use proptest::prelude::*;
use std::fs;
use std::sync::Arc;

/// The spec that the fuzzer's overrides are for too.
const SPEC: &str = include_str!("../../../fuzz/set.toml");

fn attempt(text: &str, sets: &[String]) -> Option<(Spec, Plan)> {
    let spec = Spec::parse(&SpecText::embedded("robust.toml", text), sets);
    match spec.and_then(|spec| Ok((Plan::new(&spec)?, spec))) {
        Ok((plan, spec)) => Some((spec, plan)),
        Err(problems) => {
            // One line each, and each begins with its place.
            for problem in problems.iter() {
                let line = problem.to_string();
                assert!(
                    !line.contains('\n') && line.starts_with(&problem.place.to_string()),
                    "{line}"
                );
            }
            None
        }
    }
}

fn tree(text: &str) -> Table {
    Table::parse(&Arc::new(Source::Set(text.to_string()))).unwrap()
}

/// Pieces that a spec is made of, so that edits reach deep.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("[".to_string()),
        Just("]".to_string()),
        Just("{ kind = \"adam\" }".to_string()),
        Just("learner".to_string()),
        Just("\n[[learner]]\n".to_string()),
        Just("\n[network]\n".to_string()),
        Just("\"network.hidden\" = [[1], 2]\n".to_string()),
        Just("{ log = [0.1, 1], steps = 2 }".to_string()),
        Just("{ linear = [-1, 1] }".to_string()),
        Just("search = { random = 3 }\n".to_string()),
        Just("-1".to_string()),
        Just("9223372036854775807".to_string()),
        Just("1e999".to_string()),
        Just("nan".to_string()),
        Just("1979-05-27".to_string()),
        Just("\"\"".to_string()),
        Just("ε".to_string()),
        Just(",".to_string()),
        Just(" = ".to_string()),
        "[a-z0-9_.\"=\\[\\]{}, \n-]{0,12}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_text_never_panics(text in "\\PC{0,200}") {
        attempt(&text, &[]);
    }

    #[test]
    fn edits_of_a_spec_never_panic(edits in prop::collection::vec((0..SPEC.len(), 0..20_usize, piece()), 1..4)) {
        let mut text = SPEC.to_string();
        for (at, length, piece) in edits {
            let at = at.min(text.len());
            let end = (at + length).min(text.len());
            if text.is_char_boundary(at) && text.is_char_boundary(end) {
                text.replace_range(at..end, &piece);
            }
        }
        attempt(&text, &[]);
    }

    #[test]
    fn arbitrary_overrides_never_panic(set in "[a-z_.]{0,20}=?\\PC{0,20}") {
        attempt(SPEC, &[set]);
    }

    #[test]
    fn the_stored_spec_says_what_was_run(chosen in prop::collection::vec(0..SETS.len(), 0..6)) {
        let sets: Vec<String> = chosen.into_iter().map(|set| SETS[set].to_string()).collect();
        if let Some((spec, plan)) = attempt(SPEC, &sets) {
            let (again, replanned) = attempt(&spec.text, &[]).expect("what was planned once plans again");
            prop_assert_eq!(&replanned.study, &plan.study);
            prop_assert_eq!(again.text, spec.text);
        }
    }
}

const SETS: &[&str] = &[
    "seeds=[4, 5]",
    "task=\"and\"",
    "task.bits=3",
    "network.hidden=[7]",
    "network.activation=tanh",
    "network.activation.slope=0.2",
    "network.init.distribution=\"normal\"",
    "train.max_epochs=7",
    "train.criterion.below=0.2",
    "record.metrics=[\"accuracy\"]",
    "learner.learning_rate=0.3",
    "learner.backprop.optimiser.beta1=0.8",
    "learner.optimiser=\"rprop\"",
    "learner.\"no hidden\".derivative=true",
    "learner.network.biases=false",
    "learner.train.max_epochs=9",
    "grid.\"network.shortcuts\"=[true]",
    "grid.master_seed=[1, 2]",
    "precision=f32",
    "figure=[]",
    "tune.search.random=5",
    "tune.select=\"mean_epochs\"",
    "tune.seeds=[7]",
    "tune.space.optimiser.weight_decay=[0.3]",
];

#[test]
fn every_override_of_that_list_is_a_good_one() {
    for set in SETS {
        if *set == "task=\"and\"" || *set == "network.activation.slope=0.2" {
            continue; // fits only with others
        }
        assert!(attempt(SPEC, &[set.to_string()]).is_some(), "{set}");
    }
}

#[test]
fn comments_and_order_survive_overrides() {
    let sets = [
        "train.max_epochs=7",
        "learner.learning_rate=0.3",
        "precision=\"f32\"",
        "network.init.distribution=\"normal\"",
    ];
    let (spec, _) = attempt(SPEC, &sets.map(str::to_string)).unwrap();
    let expected = SPEC
        .replace("max_epochs = 20", "max_epochs = 7")
        .replace("learning_rate = 0.5", "learning_rate = 0.3")
        .replace("learning_rate = 0.1", "learning_rate = 0.3")
        .replace("init = \"xavier\"", "init = { kind = \"xavier\", distribution = \"normal\" }")
        .replace("count = 2 }\n", "count = 2 }\nprecision = \"f32\"\n");
    assert_eq!(spec.text, expected);
}

#[test]
fn a_base_gives_what_the_spec_does_not_say() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("base.toml"), SPEC).unwrap();
    let own = r#"
base = "base.toml"     # one level
name = "derived"
[task]
kind = "and"
[network]
init = { kind = "normal" }
hidden = [2]
[train]
max_epochs = 30
"#;
    let path = folder.path().join("derived.toml");
    fs::write(&path, own).unwrap();
    let spec = Spec::parse(&SpecText::read(&path).unwrap(), &[])
        .unwrap_or_else(|problems| panic!("{problems}"));
    let config = &Plan::new(&spec).unwrap().study.cells[0].config;
    assert_eq!((spec.name.as_str(), spec.seeds.as_slice()), ("derived", [3, 4].as_slice()));
    // Another kind replaces the base's table with its parameters; the rest is merged key by key.
    assert_eq!((&config["task"]["kind"], &config["task"].get("bits")), (&"and".into(), &None));
    assert_eq!(config["network"]["init"], serde_json::json!({ "kind": "normal", "sd": 0.5 }));
    assert_eq!(
        (&config["network"]["hidden"][0], &config["network"]["activation"]["slope"]),
        (&2.into(), &0.1.into())
    );
    assert_eq!(
        (&config["train"]["max_epochs"], &config["train"]["batch"]),
        (&30.into(), &"all".into())
    );
    // What is stored needs no base any more, and says the same.
    assert!(tree(&spec.text).get("base").is_none());
    let (_, again) = attempt(&spec.text, &[]).unwrap();
    assert_eq!(again.study, Plan::new(&spec).unwrap().study);
}

#[test]
fn a_base_of_a_base_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.toml"), "base = \"b.toml\"\n").unwrap();
    let text = SpecText {
        name: "c.toml".into(),
        text: "base = \"a.toml\"\n".into(),
        folder: folder.path().into(),
    };
    let problems = Spec::parse(&text, &[]).unwrap_err().to_string();
    assert_eq!(problems, "c.toml:1:8  base: a.toml has a base itself; one level is allowed");
}

#[test]
fn a_mistake_in_the_base_points_into_the_base() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("base.toml"), SPEC.replace("max_epochs", "max_epoch")).unwrap();
    let text = SpecText {
        name: "c.toml".into(),
        text: "base = \"base.toml\"\n".into(),
        folder: folder.path().into(),
    };
    let planned = Spec::parse(&text, &[]).and_then(|spec| Plan::new(&spec));
    let problems = planned.map(|plan| plan.runs()).unwrap_err().to_string();
    let place =
        format!("{}:13:1  train.max_epoch: unknown key", folder.path().join("base.toml").display());
    assert!(problems.starts_with(&place), "{problems}");
}

#[test]
fn a_spec_that_is_not_there_or_not_text() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("none.toml");
    let message = |path: &std::path::Path| SpecText::read(path).unwrap_err().to_string();
    assert!(
        message(&path).ends_with("none.toml  cannot be read: no such file"),
        "{}",
        message(&path)
    );
    assert!(
        message(folder.path()).ends_with("  cannot be read: it is a folder"),
        "{}",
        message(folder.path())
    );
    fs::write(&path, b"\xff\xfe").unwrap();
    assert!(
        message(&path).ends_with("none.toml  cannot be read: it is not UTF-8 text"),
        "{}",
        message(&path)
    );
}

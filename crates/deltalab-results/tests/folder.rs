//! The result folder: what it refuses, what it leaves behind, what it reads back.

mod fixtures;

use std::fs;

use deltalab_results::{Analysis, Error, Folder, Journal, Manifest, Study, Written};
use fixtures::{cell, solved, study};

fn small() -> Study {
    study(&["network.hidden"], vec![cell("a", "BP", &[Some("4")]), cell("b", "delta", &[None])], 2)
}

fn manifest() -> Manifest {
    Manifest {
        threads: 2,
        instruction_set: "avx2".into(),
        engine: "lanes".into(),
        train_seconds: 0.1,
        pattern_updates_per_second: f64::INFINITY,
        ..Manifest::new(small())
    }
}

#[test]
fn the_manifest_reads_back_and_keeps_the_study_beside_the_other_keys() {
    let place = tempfile::tempdir().unwrap();
    let folder = Folder::at(place.path().join("small"));
    folder.write_manifest(&manifest()).unwrap();
    assert_eq!(folder.read_manifest().unwrap(), manifest());
    let text = fs::read(folder.path().join("manifest.json")).unwrap();
    let json: serde_json::Value = serde_json::from_slice(&text).unwrap();
    assert_eq!(json["format"], "deltalab-results/1");
    assert_eq!(json["name"], "small");
    assert_eq!(json["cells"][0]["id"], "a");
    assert_eq!(json["pattern_updates_per_second"], "Infinity");
    assert!(text.ends_with(b"}\n"));
}

#[test]
fn an_unfinished_folder_opens() {
    let place = tempfile::tempdir().unwrap();
    let folder = Folder::at(place.path());
    folder.prepare().unwrap();
    folder.write_manifest(&manifest()).unwrap();
    assert_eq!(Folder::open(place.path()).unwrap().runs().finished(), 0);
    let mut journal = Journal::open(&folder.parts(), "all").unwrap();
    for record in [solved("gone", 0, 3), solved("b", 1, 4), solved("a", 1, 5)] {
        journal.append(&record).unwrap();
    }
    let opened = Folder::open(place.path()).unwrap(); // while the journal is open: `status` of a running study
    let runs = opened.runs();
    assert_eq!((runs.finished(), runs.planned()), (2, 4));
    assert_eq!(opened.records.iter().map(|r| r.cell.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(opened.others[0].cell, "gone");
    opened.folder.write_tables(&runs, &Analysis::of(&runs), runs.in_order().map(Ok)).unwrap();
    let runs_csv = fs::read_to_string(place.path().join("runs.csv")).unwrap();
    assert_eq!(runs_csv.lines().count(), 3);
}

#[test]
fn what_is_not_a_result_folder_is_refused_in_one_sentence() {
    let place = tempfile::tempdir().unwrap();
    for path in [place.path().to_owned(), place.path().join("nothing")] {
        let error = Folder::open(&path).unwrap_err();
        let expected = format!("{}: not a result folder (it has no manifest.json)", path.display());
        assert_eq!(error.to_string(), expected);
    }
    let manifest = place.path().join("manifest.json");
    fs::write(&manifest, r#"{"format": "deltalab-results/2"}"#).unwrap();
    let error = Folder::open(place.path()).unwrap_err().to_string();
    assert!(
        error.ends_with(
            r#"its format is "deltalab-results/2"; this version reads "deltalab-results/1""#
        ),
        "{error}"
    );
    fs::write(&manifest, "{}").unwrap();
    assert!(
        matches!(Folder::open(place.path()), Err(Error::Format { found, .. }) if found.is_empty())
    );
    fs::write(&manifest, r#"{"format": "deltalab-results/1", "name": 3}"#).unwrap();
    assert!(matches!(Folder::open(place.path()), Err(Error::Manifest { .. })));
}

#[test]
fn an_output_that_cannot_be_written_is_found_and_nothing_is_left() {
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("file"), b"in the way").unwrap();
    let error = Folder::at(place.path().join("file")).prepare().unwrap_err();
    assert!(matches!(error, Error::Write { .. }), "{error}");
    let error = Folder::at(place.path().join("file/below")).prepare().unwrap_err();
    assert!(matches!(error, Error::Write { .. }), "{error}");

    // the folder can be made, but `parts` in it cannot: a file has its name
    let folder = place.path().join("there");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("parts"), b"in the way").unwrap();
    let error = Folder::at(&folder).prepare().unwrap_err();
    assert!(matches!(&error, Error::Write { path, .. } if path.ends_with("parts")), "{error}");
    assert_eq!(
        fs::read_dir(&folder).unwrap().count(),
        1,
        "nothing is left in a folder that was there"
    );
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 2);
}

#[test]
fn what_was_created_for_a_folder_that_cannot_be_written_is_removed() {
    let place = tempfile::tempdir().unwrap();
    let long = "x".repeat(300); // longer than any file system's names
    let error = Folder::at(place.path().join("new").join("deep").join(long)).prepare().unwrap_err();
    assert!(matches!(error, Error::Write { .. }), "{error}");
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 0);
}

#[test]
fn a_folder_that_can_be_written_is_made_and_holds_no_probe() {
    let place = tempfile::tempdir().unwrap();
    let folder = Folder::at(place.path().join("new").join("deep"));
    folder.prepare().unwrap();
    folder.prepare().unwrap();
    assert_eq!(fs::read_dir(folder.parts()).unwrap().count(), 0);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_file_is_written_only_when_its_bytes_change() {
    let place = tempfile::tempdir().unwrap();
    let folder = Folder::at(place.path());
    assert_eq!(folder.write("figures/curve.svg", b"<svg/>").unwrap(), Written::Now);
    let modified =
        || fs::metadata(place.path().join("figures/curve.svg")).unwrap().modified().unwrap();
    let before = modified();
    assert_eq!(folder.write("figures/curve.svg", b"<svg/>").unwrap(), Written::Already);
    assert_eq!(modified(), before);
    assert_eq!(folder.write("figures/curve.svg", b"<svg></svg>").unwrap(), Written::Now);
}

//! Runs read back from tables, and two folders laid side by side.

use deltalab_results::difference::{Compared, differences};
use deltalab_results::folders::{Side, lay};
use deltalab_results::{
    Better, Cell, Folder, Journal, Metric, Record, Runs, Series, Source, Status, Study, tables,
};
use serde_json::json;
use std::fs;

fn metric(name: &str) -> Metric {
    Metric { name: name.into(), better: Better::Lower, ..Metric::default() }
}

fn study(id: &str, seeds: &[u64]) -> Study {
    let cell = |id: &str, learner: &str, rate: f64| Cell {
        id: id.into(),
        learner: learner.into(),
        axes: vec![Some("tanh, twice".into())],
        max_epochs: 50,
        criterion: Some("sse < 0.1".into()),
        config: json!({ "learner": { "learning_rate": rate, "kind": "backprop" } }),
        ..Cell::default()
    };
    Study {
        axes: vec!["network.activation".into()],
        cells: vec![cell("same", "BP", 0.5), cell(id, "\"m\", quoted", 0.5 + id.len() as f64)],
        seeds: seeds.to_vec(),
        finals: vec![metric("train_sse"), metric("V(A,food)")],
        curves: vec![metric("train_sse"), metric("V(A,food)")],
        ..Study::default()
    }
}

/// Values that are hard to print: every bit must come back.
const HARD: [f64; 8] =
    [0.1, -0.0, 1.0 / 3.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 5e-324, f64::MAX];

fn run(cell: &str, seed: u64, epochs: u64, values: &[f64]) -> Record {
    let series = |metric: &str, values: &[f64]| Series {
        metric: metric.into(),
        epochs: (0..values.len() as u64).collect(),
        values: values.to_vec(),
    };
    Record {
        cell: cell.into(),
        seed,
        status: if epochs < 50 { Status::Solved } else { Status::Diverged },
        epochs,
        solved_epoch: (epochs < 50).then_some(epochs),
        finals: vec![("train_sse".into(), values[0])],
        curves: vec![series("train_sse", values), series("V(A,food)", &values[..2])],
        pattern_updates: 4 * epochs,
    }
}

#[test]
fn runs_read_from_tables_are_those_that_were_written() {
    let study = study("b", &[3, 1]);
    let mut records: Vec<Record> = Vec::new();
    for (n, cell) in study.cells.iter().enumerate() {
        for seed in &study.seeds {
            let turned: Vec<f64> =
                HARD.iter().cycle().skip(3 * n + *seed as usize).take(8).copied().collect();
            records.push(run(&cell.id, *seed, 20 + 40 * n as u64, &turned));
        }
    }
    let place = tempfile::tempdir().unwrap();
    let folder = Folder::at(place.path());
    let runs = Runs::new(&study, &records);
    fs::write(place.path().join("runs.csv"), tables::runs(&runs)).unwrap();
    let stored = folder.stored().unwrap();
    assert_eq!((stored.source, stored.records.len()), (Source::RunsTable, 4));
    for (written, read) in records.iter().zip(&stored.records) {
        assert_eq!(differences(written, read, Compared::Runs), []);
    }
    fs::write(place.path().join("curves.csv"), tables::curves(&runs)).unwrap();
    let stored = folder.stored().unwrap();
    assert_eq!(stored.source, Source::Tables);
    for (written, read) in records.iter().zip(&stored.records) {
        assert_eq!(differences(written, read, Compared::Tables), []);
        assert_eq!(differences(written, read, Compared::Whole)[0].column, "pattern_updates");
    }
    let mut journal = Journal::open(&folder.parts(), "one").unwrap();
    journal.append(&records[0]).unwrap();
    let stored = folder.stored().unwrap();
    assert_eq!((stored.source, stored.records.len()), (Source::Journal, 1), "it comes first");
}

#[test]
fn every_column_in_which_two_runs_differ_is_named_once() {
    let a = run("a", 0, 20, &[0.5, 0.25, 0.125]);
    let mut b = run("a", 0, 60, &[0.5, 0.25, 0.0625, 0.03]);
    b.finals.push(("test_sse".into(), f64::NAN));
    let found = differences(&a, &b, Compared::Whole);
    let rows: Vec<[&str; 3]> =
        found.iter().map(|it| [&*it.column, &*it.first, &*it.second]).collect();
    assert_eq!(
        rows,
        [
            ["status", "solved", "diverged"],
            ["epochs", "20", "60"],
            ["solved_epoch", "20", ""],
            ["test_sse", "", "NaN"],
            ["train_sse at epoch 2", "0.125", "0.0625"],
            ["train_sse at epoch 3", "", "0.03"],
            ["pattern_updates", "80", "240"],
        ]
    );
}

#[test]
fn a_single_bit_of_a_curve_is_a_difference_and_two_kinds_of_nan_are_none() {
    let curve = |value: f64| run("a", 0, 20, &[0.5, 0.25, value]);
    let next = f64::from_bits(0.125_f64.to_bits() + 1);
    let found = differences(&curve(0.125), &curve(next), Compared::Tables);
    assert_eq!((found.len(), &*found[0].column), (1, "train_sse at epoch 2"));
    assert_eq!(differences(&curve(0.125), &curve(next), Compared::Runs), [], "no curves there");
    assert_eq!(differences(&curve(0.0), &curve(-0.0), Compared::Whole).len(), 1);
    assert_eq!(differences(&curve(f64::NAN), &curve(-f64::NAN), Compared::Whole), []);
}

#[test]
fn cells_of_one_label_are_matched_by_their_axes_whatever_their_order() {
    let grid = |values: [&str; 2], rate: f64| Study {
        cells: (values.iter())
            .map(|value| Cell {
                id: format!("{value}{rate}"),
                learner: "BP".into(),
                axes: vec![Some((*value).into())],
                ..Cell::default()
            })
            .collect(),
        axes: vec!["network.activation".into()],
        ..Study::default()
    };
    let (one, other) = (grid(["tanh", "relu"], 0.5), grid(["relu", "tanh"], 1.0));
    let side = |name, study| Side { name, study, records: &[] };
    let laid = lay(side("one", &one), side("other", &other), Compared::Whole);
    let pairs: Vec<_> = laid.pairs.iter().map(|pair| (pair.first, pair.second)).collect();
    assert_eq!(pairs, [(0, 1), (1, 0)]);
}

#[test]
fn cells_are_matched_by_id_and_by_name_and_only_what_differs_is_tested() {
    let (old, new) = (
        study("b", &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
        study("longer", &[5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 4, 3]),
    );
    let of = |study: &Study, sooner: u64| -> Vec<Record> {
        let runs = study.seeds.iter().flat_map(|&seed| {
            let first = run(&study.cells[0].id, seed, 20, &[0.5, 0.25]);
            [first, run(&study.cells[1].id, seed, 30 + seed - sooner, &[0.09, 0.25])]
        });
        runs.collect()
    };
    let (before, after) = (of(&old, 0), of(&new, 5));
    let side = |name, study, records| Side { name, study, records };
    let laid = lay(side("old", &old, &before), side("new", &new, &after), Compared::Whole);
    assert_eq!(laid.seeds, [3, 4, 5, 6, 7, 8, 9]);
    let [same, changed] = &laid.pairs[..] else { panic!("{:?}", laid.pairs) };
    assert_eq!((same.n, same.identical, same.compared), (7, 7, None));
    assert_eq!((changed.n, changed.identical, changed.compared), (7, 0, Some((0, 1))));
    assert_eq!(changed.settings.len(), 1);
    assert_eq!(changed.settings[0].key, "learner.learning_rate");
    assert_eq!((&*changed.settings[0].first, &*changed.settings[0].second), ("1.5", "6.5"));
    // seven seeds, each sooner in the new folder: 2 / 2⁷, and Holm over the three p of the pair
    let faster = &laid.comparisons[1];
    assert_eq!(
        (faster.pairs.second, faster.p, faster.p_holm),
        (7, Some(2.0 / 128.0), Some(3.0 * 2.0 / 128.0))
    );
    assert_eq!(laid.sentences.len(), 1);
    assert!(
        laid.sentences[0].text.contains("\"m\", quoted (network.activation = tanh, twice) in new"),
        "{}",
        laid.sentences[0].text
    );
}

#[test]
fn a_cell_without_a_partner_is_said_to_be_alone() {
    let one = study("b", &[0]);
    let mut other = study("c", &[0]);
    other.cells[1].learner = "new".into();
    other.cells.remove(0);
    let side = |name, study| Side { name, study, records: &[] };
    let laid = lay(side("one", &one), side("other", &other), Compared::Whole);
    assert!(laid.pairs.is_empty());
    assert_eq!((laid.only_first, laid.only_second), (vec![0, 1], vec![0]));
}

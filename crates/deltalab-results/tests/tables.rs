//! The tables, byte for byte.

mod fixtures;

use deltalab_results::columns::{Column, columns};
use deltalab_results::comparison::comparisons;
use deltalab_results::summary::summaries;
use deltalab_results::{Better, Record, Runs, Series, Status, Study, tables};
use fixtures::{cell, diverged, metric, run, solved, study, unsolved};

fn two_learners() -> (Study, Vec<Record>) {
    let cells = vec![
        cell("a1", "BP, fast", &[Some("tanh"), Some("0.9")]),
        cell("b2", "delta", &[Some("tanh"), None]),
    ];
    let mut study = study(&["network.activation", "learner.momentum"], cells, 3);
    study.seeds = vec![5, 1, 3];
    study.finals.push(metric("V(A,food)", Better::Neither));
    let mut records = vec![
        unsolved("b2", 1),
        diverged("b2", 5, 17),
        solved("a1", 3, 300),
        solved("a1", 1, 200),
        run("a1", 5, Status::Unsolved, 1000, 1e-7),
    ];
    records[3].finals.push(("V(A,food)".into(), -0.0));
    (study, records)
}

fn table(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

#[test]
fn runs_come_by_cell_of_the_plan_and_seed_of_the_study() {
    let (study, records) = two_learners();
    assert_eq!(
        table(tables::runs(&Runs::new(&study, &records))),
        r#"cell,learner,network.activation,learner.momentum,seed,status,epochs,solved_epoch,train_sse,"V(A,food)"
a1,"BP, fast",tanh,0.9,5,unsolved,1000,,1e-7,
a1,"BP, fast",tanh,0.9,1,solved,200,200,0.09,-0.0
a1,"BP, fast",tanh,0.9,3,solved,300,300,0.09,
b2,delta,tanh,,5,diverged,17,,NaN,
b2,delta,tanh,,1,unsolved,1000,,1.0,
"#
    );
}

#[test]
fn curves_have_a_row_for_each_point() {
    let (mut study, mut records) = two_learners();
    study.curves.insert(0, metric("weight_norm", Better::Neither));
    let norm = Series { metric: "weight_norm".into(), epochs: vec![0], values: vec![2.0] };
    records[3].curves.push(norm);
    let records = &records[2..4];
    assert_eq!(
        table(tables::curves(&Runs::new(&study, records))),
        "cell,seed,epoch,metric,value\n\
         a1,1,0,weight_norm,2.0\na1,1,0,sse,1.5\na1,1,200,sse,0.09\n\
         a1,3,0,sse,1.5\na1,3,300,sse,0.09\n"
    );
}

#[test]
fn summaries_leave_empty_what_is_not_known() {
    let (mut study, records) = two_learners();
    study.cells.push(cell("c3", "none yet", &[None, None]));
    let runs = Runs::new(&study, &records);
    let summary = table(tables::summary(&runs, &summaries(&runs)));
    let rows: Vec<&str> = summary.lines().collect();
    assert_eq!(
        rows[0],
        "cell,learner,network.activation,learner.momentum,n,solved,success_rate,success_low,success_high,\
         median_epochs,median_epochs_low,median_epochs_high,train_sse_mean,train_sse_low,train_sse_high,\
         \"V(A,food)_mean\",\"V(A,food)_low\",\"V(A,food)_high\""
    );
    assert!(rows[1].starts_with("a1,\"BP, fast\",tanh,0.9,3,2,0.6666666666666666,"), "{}", rows[1]);
    assert!(rows[1].ends_with(",0.0,,"), "one run has the metric, and so no interval: {}", rows[1]);
    assert!(rows[2].starts_with("b2,delta,tanh,,2,0,0.0,0.0,"), "{}", rows[2]);
    assert!(
        rows[2].ends_with(",,,,NaN,,,,,"),
        "a median that is not reached, a mean with a NaN: {}",
        rows[2]
    );
    assert_eq!(rows[3], "c3,none yet,,,0,,,,,,,,,,,,,");
    study.cells[0].criterion = None;
    let runs = Runs::new(&study, &records);
    let summary = table(tables::summary(&runs, &summaries(&runs)));
    let row = summary.lines().nth(1).unwrap();
    assert!(
        row.starts_with("a1,\"BP, fast\",tanh,0.9,3,,,,,,,,0.06"),
        "without a criterion: {row}"
    );
}

#[test]
fn comparisons_name_the_axes_that_both_share() {
    let (study, records) = two_learners();
    let runs = Runs::new(&study, &records);
    let rows = table(tables::comparisons(&runs, &comparisons(&runs)));
    let rows: Vec<Vec<&str>> = rows.lines().map(|row| row.split(',').collect()).collect();
    assert_eq!(
        rows[0].join(","),
        "cell_a,cell_b,learner_a,learner_b,network.activation,learner.momentum,measure,n,estimate,low,high,p,p_holm"
    );
    let measures: Vec<String> = rows[1..].iter().map(|row| row[..10].join(",")).collect();
    assert_eq!(
        measures,
        [
            r#"a1,b2,"BP, fast",delta,tanh,,solved,2,0.5"#,
            r#"a1,b2,"BP, fast",delta,tanh,,faster,2,0.75"#,
            r#"a1,b2,"BP, fast",delta,tanh,,train_sse,2,NaN"#,
        ]
    );
    assert_eq!(rows[3][10..], ["", "", "", ""], "no interval and no test with a NaN");
}

#[test]
fn every_column_of_every_table_has_its_meaning() {
    let (study, records) = two_learners();
    let runs = Runs::new(&study, &records);
    let headers = [
        ("runs.csv", tables::runs(&runs)),
        ("curves.csv", tables::curves(&runs)),
        ("summary.csv", tables::summary(&runs, &summaries(&runs))),
        ("comparisons.csv", tables::comparisons(&runs, &comparisons(&runs))),
    ];
    let columns = columns(&study);
    let mut expected = Vec::new();
    for (file, bytes) in headers {
        let mut reader = csv::Reader::from_reader(&bytes[..]);
        let header = reader.headers().unwrap().clone();
        expected.extend(header.iter().map(|name| (file.to_owned(), name.to_owned())));
    }
    let named: Vec<_> = columns.iter().map(|c| (c.file.clone(), c.name.clone())).collect();
    assert_eq!(named, expected);
    assert!(columns.iter().all(|column| column.meaning.ends_with('.')));
    let read: Vec<Column> = serde_json::from_slice(&tables::columns_json(&study)).unwrap();
    assert_eq!(read, columns);
}

#[test]
fn tables_do_not_depend_on_the_order_of_the_records() {
    let (study, records) = two_learners();
    let bytes = |records: &[Record]| {
        let runs = Runs::new(&study, records);
        let summary = tables::summary(&runs, &summaries(&runs));
        let comparisons = tables::comparisons(&runs, &comparisons(&runs));
        [tables::runs(&runs), tables::curves(&runs), summary, comparisons]
    };
    let reversed: Vec<Record> = records.iter().rev().cloned().collect();
    assert_eq!(bytes(&records), bytes(&reversed));
}

#[test]
fn a_study_without_runs_has_headers_and_its_cells() {
    let (study, _) = two_learners();
    let runs = Runs::new(&study, &[]);
    assert_eq!(table(tables::runs(&runs)).lines().count(), 1);
    assert_eq!(table(tables::curves(&runs)).lines().count(), 1);
    assert_eq!(table(tables::summary(&runs, &summaries(&runs))).lines().count(), 3);
    assert_eq!(table(tables::comparisons(&runs, &comparisons(&runs))).lines().count(), 1);
}

//! Which trial is chosen, against orders made by hand.

mod fixtures;

use deltalab_results::study::{Better, Edge, Search, Select, Trial, Tuned, Tuning};
use deltalab_results::tuning::{at_the_border, chosen, tunings};
use deltalab_results::{Analysis, Record, Runs, Study, columns::columns, tables};
use fixtures::{cell, diverged, run, solved, study, unsolved};

/// A study with one learner and these trials on seeds 100 and 101, from the lowest value to the highest.
fn tuned(ids: &[&str], select: Select) -> Study {
    let last = ids.len() as f64 - 1.0;
    let trial = |(place, id): (usize, &&str)| Trial {
        id: (*id).into(),
        values: vec![Some(format!("{place}"))],
        edges: vec![match place {
            0 => Some(Edge::Low),
            _ if place as f64 == last => Some(Edge::High),
            _ => None,
        }],
        off_middle: (place as f64 / last - 0.5).abs(),
    };
    let trials = ids.iter().enumerate().map(trial).collect();
    let searches = vec![Search { cell: 0, trials }];
    let tuning =
        Tuning { keys: vec!["learning_rate".into()], seeds: vec![100, 101], select, searches };
    Study { tuning: Some(tuning), ..study(&[], vec![cell("", "BP", &[])], 2) }
}

/// Ranks of the trials.
fn ranks(study: &Study, records: &[Record]) -> Vec<usize> {
    tunings(&Runs::new(study, records))[0].iter().map(|trial| trial.rank).collect()
}

fn both(a: Record, b: Record) -> [Record; 2] {
    [Record { seed: 100, ..a }, Record { seed: 101, ..b }]
}

#[test]
fn the_median_decides_then_solved_runs_then_the_mean_then_the_middle() {
    let study = tuned(&["a", "b", "c", "d", "e", "f"], Select::MedianEpochs);
    let records = [
        both(unsolved("a", 0), diverged("a", 0, 3)), // not reached, none solved, mean 1000
        both(solved("b", 0, 20), unsolved("b", 0)),  // median 20, one solved
        both(solved("c", 0, 20), solved("c", 0, 90)), // median 20, both solved, mean 55
        both(solved("d", 0, 20), solved("d", 0, 90)), // the same, and as near to the middle: the first
        both(solved("e", 0, 20), solved("e", 0, 80)), // mean 50
        both(solved("f", 0, 19), unsolved("f", 0)),   // median 19
    ]
    .concat();
    assert_eq!(ranks(&study, &records), [6, 5, 3, 4, 2, 1]);
    // by the mean the run that never solved costs its 1000 epochs; a diverged one too
    let by_mean = tuned(&["a", "b", "c", "d", "e", "f"], Select::MeanEpochs);
    assert_eq!(ranks(&by_mean, &records), [6, 5, 2, 3, 1, 4]);
}

#[test]
fn where_nothing_is_solved_the_middle_is_taken() {
    let study = tuned(&["a", "b", "c"], Select::MedianEpochs);
    let records: Vec<Record> =
        ["a", "b", "c"].iter().flat_map(|id| both(unsolved(id, 0), unsolved(id, 0))).collect();
    assert_eq!(ranks(&study, &records), [2, 1, 3]);
}

#[test]
fn on_a_metric_a_diverged_run_is_the_worst() {
    let error = |id: &str, x: f64| run(id, 0, deltalab_results::Status::Unsolved, 1000, x);
    let records = [
        both(error("a", 0.1), diverged("a", 0, 3)),
        both(error("b", 9.0), error("b", 9.0)),
        both(error("c", 2.0), error("c", 3.0)),
    ]
    .concat();
    let select = |better| Select::Metric { name: "train_sse".into(), better };
    assert_eq!(ranks(&tuned(&["a", "b", "c"], select(Better::Lower)), &records), [3, 2, 1]);
    assert_eq!(ranks(&tuned(&["a", "b", "c"], select(Better::Higher)), &records), [3, 1, 2]);
}

#[test]
fn nothing_is_chosen_before_the_last_run_is_finished() {
    let study = tuned(&["a", "b"], Select::MedianEpochs);
    let records =
        [both(solved("a", 0, 5), solved("a", 0, 5)), both(solved("b", 0, 9), solved("b", 0, 9))]
            .concat();
    let best = |records: &[Record]| chosen(&tunings(&Runs::new(&study, records))[0], 2);
    assert_eq!((best(&records[..3]), best(&records)), (None, Some(0)));
}

#[test]
fn the_table_has_a_row_for_every_trial_and_its_columns_are_explained() {
    let mut study =
        tuned(&["a", "b"], Select::Metric { name: "train_sse".into(), better: Better::Lower });
    let records =
        [both(solved("a", 0, 5), diverged("a", 0, 7)), both(solved("b", 0, 9), solved("b", 0, 11))]
            .concat();
    let chosen = Tuned { key: "learning_rate".into(), value: "1".into(), edge: Some(Edge::High) };
    study.cells[0] =
        deltalab_results::Cell { id: "b".into(), tuned: vec![chosen], ..study.cells[0].clone() };
    let runs = Runs::new(&study, &records);
    let table = tables::tuning(&runs, &Analysis::of(&runs).tunings).unwrap();
    let table = String::from_utf8(table).unwrap();
    assert_eq!(
        table,
        "cell,learner,learning_rate,n,diverged,solved,success_rate,success_low,success_high,median_epochs,mean_epochs,train_sse_mean,rank,chosen,at_edge\n\
        a,BP,0,2,1,1,0.5,0.09453120573423071,0.9054687942657693,5,502.5,NaN,2,false,low\n\
        b,BP,1,2,0,2,1.0,0.3423802275066531,1.0,9,10.0,0.09,1,true,high\n"
    );
    let header: Vec<String> =
        table.lines().next().unwrap().split(',').map(str::to_string).collect();
    let explained: Vec<String> = columns(&study)
        .into_iter()
        .filter(|it| it.file == "tuning.csv")
        .map(|it| it.name)
        .collect();
    assert_eq!(header, explained);
    assert_eq!(
        at_the_border(&study),
        [
            "BP: the best learning_rate, 1, is the highest that was tried, so a better one may lie beyond; widen it in tune.space."
        ]
    );
}

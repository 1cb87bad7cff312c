//! No run is dropped: not from the rate, not from the median, not from the mean.

mod fixtures;

use deltalab_results::Runs;
use deltalab_results::statistics::survival::{Median, Outcome};
use deltalab_results::summary::{kaplan_meier, outcome, summaries};
use fixtures::{cell, diverged, solved, study, unsolved};

#[test]
fn a_diverged_run_counts_as_not_solved_to_the_end() {
    let study = study(&[], vec![cell("a", "BP", &[])], 3);
    let records = [diverged("a", 0, 3), solved("a", 1, 10), solved("a", 2, 20)];
    let runs = Runs::new(&study, &records);
    let estimate = kaplan_meier(&runs, 0);
    // censored in epoch 3 it would leave 2 at risk, and a median of 10
    assert_eq!([9, 10, 20].map(|epoch| estimate.survival(epoch)), [1.0, 2.0 / 3.0, 1.0 / 3.0]);
    let success = summaries(&runs)[0].success.unwrap();
    assert_eq!((success.solved, success.rate), (2, 2.0 / 3.0));
    assert_eq!(success.epochs.median, Some(20));
}

#[test]
fn outcomes_end_where_the_run_was_last_looked_at() {
    assert_eq!(outcome(&solved("a", 0, 10), 1000), Outcome::Solved(10));
    assert_eq!(outcome(&unsolved("a", 0), 5000), Outcome::Censored(1000));
    assert_eq!(outcome(&diverged("a", 0, 3), 5000), Outcome::Censored(5000));
}

#[test]
fn a_mean_is_of_every_run() {
    let study = study(&[], vec![cell("a", "BP", &[])], 3);
    let records = [diverged("a", 0, 3), solved("a", 1, 10), unsolved("a", 2)];
    let summary = &summaries(&Runs::new(&study, &records))[0];
    let mean = summary.finals[0].unwrap();
    assert!(mean.mean.is_nan() && mean.n == 3 && mean.interval.is_none(), "{mean:?}");
    let summary = &summaries(&Runs::new(&study, &records[1..]))[0];
    assert_eq!((summary.n, summary.finals[0].unwrap().mean), (2, 0.545));
    assert_eq!(
        summary.success.unwrap().epochs,
        Median { median: Some(10), low: Some(10), high: None }
    );
}

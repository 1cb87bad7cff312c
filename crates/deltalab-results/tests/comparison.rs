//! Paired comparisons: which cells, which counts, which corners.

mod fixtures;

use deltalab_results::comparison::{Comparison, Measure, compared_cells, comparisons};
use deltalab_results::statistics::Interval;
use deltalab_results::statistics::proportion::Pairs;
use deltalab_results::{Better, Cell, Record, Runs, Study};
use fixtures::{cell, diverged, metric, run, solved, study, unsolved};

fn compare(study: &Study, records: &[Record]) -> Vec<Comparison> {
    comparisons(&Runs::new(study, records))
}

fn pair(n: u64) -> Study {
    study(&[], vec![cell("a", "BP", &[]), cell("b", "delta", &[])], n)
}

fn grid(axes: &[&str], cells: &[(&str, &[Option<&str>])]) -> Vec<(usize, usize)> {
    let cells: Vec<Cell> = cells.iter().map(|(learner, axes)| cell("id", learner, axes)).collect();
    compared_cells(&study(axes, cells, 1))
}

#[test]
fn learners_are_compared_where_they_agree_on_every_axis_that_both_have() {
    let two = grid(
        &["activation", "lambda"],
        &[
            ("BP", &[Some("tanh"), None]),
            ("BP", &[Some("relu"), None]),
            ("AP", &[Some("tanh"), Some("1")]),
            ("AP", &[Some("tanh"), Some("2")]),
            ("AP", &[Some("relu"), Some("1")]),
        ],
    );
    assert_eq!(two, [(0, 2), (0, 3), (1, 4)]);
}

#[test]
fn one_learner_is_compared_along_one_axis_at_a_time() {
    let one = grid(
        &["activation", "rate"],
        &[
            ("BP", &[Some("tanh"), Some("1")]),
            ("BP", &[Some("tanh"), Some("2")]),
            ("BP", &[Some("relu"), Some("1")]),
            ("BP", &[Some("relu"), Some("2")]),
        ],
    );
    assert_eq!(one, [(0, 1), (0, 2), (1, 3), (2, 3)]);
    assert_eq!(compared_cells(&Study::default()), []);
}

#[test]
fn a_cell_compared_with_an_identical_copy_does_not_differ() {
    let run = |cell: &str, seed| match seed {
        0..4 => solved(cell, seed, 10 + seed),
        _ => unsolved(cell, seed),
    };
    let records: Vec<Record> = (0..6).flat_map(|seed| [run("a", seed), run("b", seed)]).collect();
    let rows = compare(&pair(6), &records);
    assert_eq!(rows.iter().map(|r| r.estimate).collect::<Vec<_>>(), [0.0, 0.5, 0.0]);
    assert!(rows.iter().all(|r| r.p == Some(1.0) && r.p_holm == Some(1.0)), "{rows:?}");
    assert!(rows.iter().all(|r| (r.pairs.n, r.pairs.first, r.pairs.second) == (6, 0, 0)));
    assert_eq!(rows[2].interval, Some(Interval { low: 0.0, high: 0.0 }));
    let Interval { low, high } = rows[1].interval.unwrap();
    assert!(low < 0.5 && 0.5 < high, "six ties leave room: {low} {high}");
}

#[test]
fn a_run_is_faster_than_one_that_never_gets_there() {
    let records = [
        solved("a", 0, 10),
        solved("b", 0, 20), // first
        solved("a", 1, 20),
        solved("b", 1, 20), // tie
        solved("a", 2, 900),
        unsolved("b", 2), // first
        unsolved("a", 3),
        solved("b", 3, 999), // second
        unsolved("a", 4),
        unsolved("b", 4), // tie
        diverged("a", 5, 3),
        solved("b", 5, 1000), // second: it diverged in epoch 3, and never gets there
        diverged("a", 6, 3),
        unsolved("b", 6),  // tie
        solved("a", 7, 5), // no partner
    ];
    let rows = compare(&pair(8), &records);
    assert_eq!(rows[0].pairs, Pairs { n: 7, first: 1, second: 2 });
    assert_eq!(rows[0].estimate, -1.0 / 7.0);
    assert_eq!(rows[1].measure, Measure::Faster);
    assert_eq!(rows[1].pairs, Pairs { n: 7, first: 2, second: 2 });
    assert_eq!((rows[1].estimate, rows[1].p), (0.5, Some(1.0)));
}

#[test]
fn a_run_that_was_given_up_earlier_is_not_said_to_be_slower() {
    let mut study = pair(3);
    study.cells[1].max_epochs = 100;
    let given_up = |seed| Record { epochs: 100, ..unsolved("b", seed) };
    let records = [
        solved("a", 0, 100),
        given_up(0), // solved by the epoch at which this was given up: first
        solved("a", 1, 101),
        given_up(1), // this might have been solved in epoch 101: a tie
        solved("a", 2, 101),
        diverged("b", 2, 3), // this never: first
    ];
    assert_eq!(compare(&study, &records)[1].pairs, Pairs { n: 3, first: 2, second: 0 });
}

#[test]
fn metrics_are_counted_by_their_better_direction_and_estimated_as_a_minus_b() {
    let mut study = pair(3);
    study.finals = vec![
        metric("loss", Better::Lower),
        metric("norm", Better::Neither),
        metric("accuracy", Better::Higher),
        metric("missing", Better::Lower),
    ];
    let with = |cell: &str, seed, loss, accuracy| Record {
        finals: vec![("loss".into(), loss), ("norm".into(), 1.0), ("accuracy".into(), accuracy)],
        ..unsolved(cell, seed)
    };
    let records = [
        with("a", 0, 1.0, 0.5),
        with("b", 0, 2.0, 0.75),
        with("a", 1, 1.0, 0.5),
        with("b", 1, 4.0, 0.25),
        with("a", 2, 1.0, 0.5),
        with("b", 2, 1.0, 0.5),
    ];
    let rows = compare(&study, &records);
    let measures: Vec<Measure> = rows.iter().map(|row| row.measure).collect();
    let (loss, accuracy) = (Measure::Final(0), Measure::Final(2));
    assert_eq!(measures, [Measure::Solved, Measure::Faster, loss, accuracy]);
    assert_eq!(rows[2].pairs, Pairs { n: 3, first: 2, second: 0 });
    assert_eq!((rows[2].estimate, rows[2].p), (-4.0 / 3.0, Some(0.5)));
    assert_eq!(rows[3].pairs, Pairs { n: 3, first: 1, second: 1 });
    assert_eq!(rows[3].estimate, 0.0);
}

#[test]
fn without_a_criterion_only_metrics_are_compared() {
    let mut study = pair(1);
    study.cells[1].criterion = None;
    let rows = compare(&study, &[unsolved("a", 0), unsolved("b", 0)]);
    assert_eq!(rows.len(), 1);
    assert_eq!(
        (rows[0].measure, rows[0].interval, rows[0].p),
        (Measure::Final(0), None, Some(1.0))
    );
}

#[test]
fn a_value_that_is_not_finite_is_not_dropped() {
    let at = |cell: &str, seed, sse| run(cell, seed, deltalab_results::Status::Diverged, 9, sse);
    let infinite = compare(&pair(1), &[at("a", 0, f64::INFINITY), unsolved("b", 0)])[2];
    assert_eq!(
        (infinite.estimate, infinite.interval, infinite.p),
        (f64::INFINITY, None, Some(1.0))
    );
    let rows = compare(&pair(1), &[at("a", 0, f64::NAN), unsolved("b", 0)]);
    assert!(rows[2].estimate.is_nan());
    assert_eq!((rows[2].p, rows[2].p_holm), (None, None));
    assert_eq!(rows[0].p_holm, Some(1.0), "a row without a test does not count");
}

#[test]
fn turning_the_cells_round_turns_the_estimates_round() {
    let mut records = Vec::new();
    for seed in 0..12 {
        records.push(run(
            "a",
            seed,
            deltalab_results::Status::Solved,
            50 + seed * 7 % 12,
            0.01 * seed as f64,
        ));
        records.push(run("b", seed, deltalab_results::Status::Solved, 54, 0.04));
    }
    let study = pair(12);
    let mut turned = study.clone();
    turned.cells.reverse();
    let (rows, back) = (compare(&study, &records), compare(&turned, &records));
    for (row, back) in rows.iter().zip(&back) {
        let whole = if row.measure == Measure::Faster { 1.0 } else { 0.0 };
        assert!((row.estimate + back.estimate - whole).abs() < 1e-15, "{row:?} {back:?}"); // one rounding of 1
        assert_eq!((row.p, row.p_holm), (back.p, back.p_holm));
        assert_eq!((row.pairs.first, row.pairs.second), (back.pairs.second, back.pairs.first));
    }
}

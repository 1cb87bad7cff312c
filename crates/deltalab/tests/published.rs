//! What other people published, beside the runs of the same settings in `results/`.
//!
//! Single runs lie within the middle 95 % of the epochs, runs that never arrive counted as the longest. One run says little:
//! this is weak evidence, and all that one number can give.

use std::path::Path;

/// A column of the runs whose columns have these values; infinite where it is empty.
fn column(experiment: &str, having: &[(&str, &str)], name: &str) -> Vec<f64> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let text =
        std::fs::read_to_string(root.join(format!("results/{experiment}/runs.csv"))).unwrap();
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    let place = |name: &str| header.iter().position(|column| *column == name).unwrap();
    let rows = lines.map(|line| line.split(',').collect::<Vec<_>>());
    let rows = rows.filter(|row| having.iter().all(|(column, value)| row[place(column)] == *value));
    rows.map(|row| row[place(name)].parse().unwrap_or(f64::INFINITY)).collect()
}

/// Epochs to the criterion; infinite where it was never met.
fn epochs(experiment: &str, having: &[(&str, &str)]) -> Vec<f64> {
    column(experiment, having, "solved_epoch")
}

/// Whether at most 97.5 % of the runs end before `low` and at most 97.5 % after `high`, what is known of one published run.
fn in_the_middle(runs: &[f64], low: f64, high: f64) -> bool {
    let most = 0.975 * runs.len() as f64;
    let count = |end: &dyn Fn(f64) -> bool| runs.iter().filter(|&&run| end(run)).count() as f64;
    count(&|run| run < low) <= most && count(&|run| run > high) <= most
}

/// PDP++'s grid search over learning rates (`demo/css/xor.gridsearch.epc.log`): one run each, from an unknown start.
#[test]
fn ten_stored_runs_of_xor_lie_within_the_middle_of_our_distributions() {
    let never = f64::INFINITY;
    #[rustfmt::skip]
    let stored = [
        ("0.1", 1001.0, never), ("0.2", 476.0, 476.0), ("0.3", 408.0, 408.0), ("0.4", 799.0, 799.0),
        ("0.5", 222.0, 222.0), ("0.6", 273.0, 273.0), ("0.7", 183.0, 183.0), ("0.8", 221.0, 221.0),
        ("0.9", never, never), ("1", 148.0, 148.0),
    ];
    for (rate, low, high) in stored {
        let runs = epochs("xor-learning-rates", &[("learner.learning_rate", rate)]);
        assert_eq!(runs.len(), 100, "learning rate {rate}");
        assert!(in_the_middle(&runs, low, high), "{low} epochs at learning rate {rate}");
    }
}

/// PDP volume 1, p. 331: one hidden unit and direct paths, 558 sweeps. Nature 323, fig. 1: mirror symmetry, 1,425 sweeps.
#[test]
fn two_published_runs_lie_within_the_middle_of_our_distributions() {
    for (experiment, column, value, sweeps) in [
        ("xor-hidden", "network.hidden", "[1]", 558.0),
        ("symmetry", "learner", "until solved", 1425.0),
    ] {
        let runs = epochs(experiment, &[(column, value)]);
        assert_eq!(runs.len(), 100, "{experiment}");
        assert!(in_the_middle(&runs, sweeps, sweeps), "{experiment}: {sweeps}");
    }
}

/// A thousand sweeps after it is solved, mirror symmetry has weights in the ratio 1 : 2 : 4, as published, or 2 : 3 : 4.
#[test]
fn nets_that_detect_symmetry_have_one_of_two_structures() {
    let solved = [("learner", "1000 sweeps more"), ("status", "solved")];
    let [second, third, antisymmetry, twins] =
        ["mirror_ratio(2)", "mirror_ratio", "mirror_antisymmetry", "twin_cosine"]
            .map(|name| column("symmetry", &solved, name));
    let near = |a: f64, b: f64| {
        // A hundredth of the distance of the two structures.
        second
            .iter()
            .zip(&third)
            .filter(|(x, y)| (*x - a).abs() < 0.005 && (*y - b).abs() < 0.02)
            .count()
    };
    assert_eq!((near(1.995, 3.976), near(1.522, 2.026), third.len()), (53, 28, 81));
    // Initial weights still decay: the same to six digits.
    assert!(antisymmetry.iter().all(|x| (x - 1.0).abs() < 1e-6));
    assert!(twins.iter().all(|x| (x + 1.0).abs() < 1e-6));
}

#[test]
fn a_run_at_the_edge_is_not_in_the_middle() {
    let runs: Vec<f64> = (1..=100).map(f64::from).collect();
    assert!(in_the_middle(&runs, 3.0, 3.0) && in_the_middle(&runs, 98.0, 98.0));
    assert!(!in_the_middle(&runs, 2.0, 2.0) && !in_the_middle(&runs, 99.0, 99.0));
}

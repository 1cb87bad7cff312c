//! L-BFGS through argmin: what it reaches, what it never does, and that its runs have the same bits everywhere.

use deltalab_core::real::Level;
use deltalab_core::train::{Outcome, Status};
use deltalab_lab::{Plan, PlannedCell, Spec, SpecText};

/// A plan with edits of its spec.
fn plan(text: &str, sets: &[&str]) -> Plan {
    let sets: Vec<String> = sets.iter().map(ToString::to_string).collect();
    let spec = Spec::parse(&SpecText::embedded("test.toml", text), &sets);
    spec.and_then(|spec| Plan::new(&spec)).unwrap_or_else(|problems| panic!("{problems}"))
}

/// Three inputs, two outputs, linear: SSE is a quadratic function of 8 weights and biases.
const LINEAR: &str = r#"
name = "linear"
seeds = 1
[task]
kind = "truth_table"
rows = [
    [[0.2, -1.0, 0.7], [0.5, -0.3]], [[1.1, 0.4, -0.6], [-0.2, 0.9]], [[-0.8, 0.3, 0.1], [1.0, 0.1]],
    [[0.5, 0.9, 1.3], [0.4, -1.2]], [[-0.4, -0.7, -1.0], [0.0, 0.6]], [[1.5, -0.2, 0.3], [-0.7, 0.2]],
]
[network]
hidden = []
activation = "linear"
[train]
batch = "all"
max_epochs = 9
[record]
every = 1
[[learner]]
kind = "backprop"
optimiser = { kind = "lbfgs", curvature = 0.01, decrease = 0.0001 }
"#;

const ENCODER: &str = r#"
name = "encoder"
seeds = 20
[task]
kind = "encoder"
units = 8
[network]
hidden = [3]
[train]
batch = "all"
max_epochs = 60
[record]
every = 1
[[learner]]
kind = "backprop"
optimiser = "lbfgs"
"#;

fn train(cell: &PlannedCell, level: Level, seeds: &[u64]) -> Vec<Outcome> {
    let mut group = cell.recipe.group(&cell.setup, level, seeds.len());
    let (mut waiting, mut outcomes) = (seeds.iter().copied(), Vec::new());
    group.train(&mut || waiting.next(), &mut |outcome| outcomes.push(outcome), &|| false);
    outcomes.sort_by_key(|outcome| outcome.seed);
    outcomes
}

fn curve(cell: &PlannedCell, outcome: &Outcome, name: &str) -> Vec<f64> {
    let columns = &cell.setup.curves;
    let column = columns.iter().position(|column| column.name == name).expect("a column");
    outcome.curve.iter().skip(column).step_by(columns.len()).copied().collect()
}

/// The least sum of squares, from the normal equations: what remains of each target.
fn least(cell: &PlannedCell) -> f64 {
    use deltalab_core::random::Streams;
    let sample = cell.setup.task.sample(&Streams::new(0, 0));
    let x = sample.patterns.inputs.clone().insert_row(3, 1.0);
    let t = &sample.patterns.targets;
    let w = (&x * x.transpose()).cholesky().expect("general position").solve(&(&x * t.transpose()));
    (w.transpose() * &x - t).norm_squared()
}

#[test]
fn a_quadratic_function_of_8_weights_is_minimised_in_9_iterations() {
    let plan = plan(LINEAR, &["train.max_epochs=10"]);
    let cell = &plan.cells[0];
    let outcome = train(cell, Level::Scalar, &[0]).remove(0);
    let sse = curve(cell, &outcome, "train_sse");
    assert!(sse[0] > 2.0 * least(cell), "it does not start at the end");
    // The search is not exact: it ends where the slope is 1 % of what it was.
    assert!((sse[9] - least(cell)).abs() < 1e-6 * sse[0], "{sse:?}, least {}", least(cell));
}

#[test]
fn with_weight_decay_it_ends_where_levenberg_marquardt_does() {
    let sets = ["train.max_epochs=60", "learner.optimiser.weight_decay=0.3"];
    for reduction in ["sum", "mean"] {
        let reduction = format!("train.reduction={reduction}");
        let [lbfgs, damped] = ["lbfgs", "levenberg_marquardt"].map(|kind| {
            let optimiser = format!(r#"learner.optimiser={{ kind = "{kind}" }}"#);
            let plan = plan(LINEAR, &[&optimiser, &reduction, sets[0], sets[1]]);
            let cell = &plan.cells[0];
            cell.recipe.trace(&cell.setup, 0, 60).last
        });
        for (a, b) in lbfgs.slices().flatten().zip(damped.slices().flatten()) {
            // Near a minimum a loss of rounding error is a distance of its square root.
            assert!((a - b).abs() < 1e-7, "{reduction}: {a} and {b}");
        }
    }
}

#[test]
fn the_loss_never_rises_and_every_pass_is_counted() {
    for precision in ["f64", "f32"] {
        for error in ["sse", "cross_entropy"] {
            let sets = [format!("precision={precision}"), format!("train.error={error}")];
            let plan = plan(ENCODER, &[&sets[0], &sets[1]]);
            let cell = &plan.cells[0];
            for outcome in train(cell, Level::Scalar, &[0, 1, 2, 3, 4, 5]) {
                let loss = curve(cell, &outcome, &format!("train_{error}"));
                let what = format!("{precision}, {error}, seed {}: {loss:?}", outcome.seed);
                assert!(loss.windows(2).all(|pair| pair[1] <= pair[0]), "{what}");
                assert!(loss[59] < 0.7 * loss[0], "{what}");
                let passes = curve(cell, &outcome, "evaluations");
                let more = passes.windows(2).map(|pair| pair[1] - pair[0]);
                assert!(passes[0] >= 2.0 && more.clone().all(|more| more >= 1.0), "{passes:?}");
                // Two searches of 20 trials, and the epoch's own.
                assert!(more.clone().all(|more| more <= 41.0), "{passes:?}");
                assert_eq!(outcome.pattern_updates as f64, 8.0 * passes[59]);
            }
        }
    }
}

#[test]
fn xor_is_solved_within_few_epochs_and_the_encoder_rarely() {
    let solved = |sets: &[&str]| {
        let criterion = r#"train.criterion={ metric = "correct", at_least = 1.0 }"#;
        let plan = plan(ENCODER, &[sets, &[criterion]].concat());
        let seeds: Vec<u64> = (0..20).collect();
        let outcomes = train(&plan.cells[0], Level::Scalar, &seeds);
        outcomes.iter().filter(|outcome| outcome.status == Status::Solved).count()
    };
    // Long steps saturate units: SciPy's L-BFGS-B, from weights of the same distribution, solves 13 of 100 encoders.
    let xor = [r#"task={ kind = "xor" }"#, "network.hidden=[4]"];
    assert_eq!([solved(&xor), solved(&[])], [15, 4]);
}

#[test]
fn a_run_has_the_same_bits_at_every_level_and_after_any_other() {
    for precision in ["precision=f64", "precision=f32"] {
        let plan = plan(ENCODER, &[precision]);
        let (cell, seeds) = (&plan.cells[0], [7, 8, 9]);
        let alone = seeds.map(|seed| train(cell, Level::Scalar, &[seed]).remove(0));
        for level in Level::ALL.into_iter().filter(|level| level.available()) {
            assert_eq!(train(cell, level, &seeds), alone, "{precision} {level:?}");
        }
    }
}

#[test]
fn where_no_trial_is_lower_the_run_goes_on_where_it_is() {
    let plan = plan(LINEAR, &["train.max_epochs=200"]);
    let cell = &plan.cells[0];
    let outcome = train(cell, Level::Scalar, &[0]).remove(0);
    assert_eq!((outcome.status, outcome.epochs), (Status::Unsolved, 200));
    let passes = curve(cell, &outcome, "evaluations");
    assert_eq!(passes[199] - passes[150], 49.0, "nothing more is tried: {passes:?}");
    let changes = cell.recipe.trace(&cell.setup, 0, 200);
    let last = &changes.updates[199].change;
    assert!(last.slices().flatten().all(|a| *a == 0.0));
}

#[test]
fn a_loss_that_is_not_finite_is_a_divergence() {
    let init = r#"network.init={ kind = "constant", value = 1e200 }"#;
    let plan = plan(LINEAR, &[init]);
    let outcome = train(&plan.cells[0], Level::Scalar, &[0]).remove(0);
    assert_eq!((outcome.status, outcome.epochs), (Status::Diverged, 1));
}

/// Weights so large that the first trials overflow in single precision.
#[test]
fn trials_that_overflow_are_no_end() {
    let sets = [
        "precision=f32",
        r#"network.init={ kind = "constant", value = 1e15 }"#,
        r#"network.hidden=[2]"#,
        "train.max_epochs=50",
    ];
    let plan = plan(LINEAR, &sets);
    let cell = &plan.cells[0];
    let outcome = train(cell, Level::Scalar, &[0]).remove(0);
    assert!(matches!(outcome.status, Status::Unsolved | Status::Diverged), "{outcome:?}");
}

//! What a user reads when a spec is wrong: one line per problem, with place, key, what is expected, nearest name.

use deltalab_lab::{Plan, Spec, SpecText};

const GOOD: &str = r#"name = "test"
seeds = 3
[task]
kind = "xor"
[network]
hidden = [4]
[train]
max_epochs = 50
criterion = { metric = "sse", below = 0.1 }
[[learner]]
kind = "backprop"
learning_rate = 0.5
[grid]
"network.activation" = ["logistic", "tanh"]
"#;

/// The problems of the good spec after some edits and overrides. An edit that changes nothing is a mistake of the test.
fn problems(edits: &[(&str, &str)], sets: &[&str]) -> String {
    let mut text = GOOD.to_string();
    for (from, to) in edits {
        let edited = text.replacen(from, to, 1);
        assert_ne!(edited, text, "{from:?} is not in the spec");
        text = edited;
    }
    let sets: Vec<String> = sets.iter().map(ToString::to_string).collect();
    let plan = Spec::parse(&SpecText::embedded("xor.toml", &text), &sets)
        .and_then(|spec| Plan::new(&spec));
    plan.map_or_else(
        |problems| problems.to_string(),
        |plan| format!("a plan of {} cells", plan.cells.len()),
    )
}

#[test]
fn the_good_spec_is_good() {
    assert_eq!(problems(&[], &[]), "a plan of 2 cells");
}

#[test]
fn a_mistyped_key_names_the_nearest() {
    insta::assert_snapshot!(problems(&[("max_epochs", "max_epoch")], &[]), @r###"xor.toml:8:1  train.max_epoch: unknown key; expected "order", "batch", "reduction", "error", "max_epochs" or "criterion" (did you mean "max_epochs"?)"###);
}

#[test]
fn a_mistyped_key_that_must_be_given_is_one_problem() {
    insta::assert_snapshot!(problems(&[("learning_rate", "learning_rat")], &[]), @r###"xor.toml:12:1  learner.learning_rat: unknown key; expected "learning_rate", "optimiser", "schedule", "label", "network" or "train" (did you mean "learning_rate"?)"###);
}

#[test]
fn a_mistyped_section_names_the_nearest() {
    insta::assert_snapshot!(problems(&[("[train]", "[trian]")], &[]), @r###"xor.toml:7:2  trian: unknown key; expected "name", "description", "seeds", "precision", "master_seed", "base", "allow_large", "task", "network", "train", "record", "learner", "grid", "tune" or "figure" (did you mean "train"?)"###);
}

#[test]
fn a_mistyped_section_of_the_task_is_one_problem() {
    insta::assert_snapshot!(problems(&[("[task]", "[tsk]")], &[]), @r###"xor.toml:3:2  tsk: unknown key; expected "name", "description", "seeds", "precision", "master_seed", "base", "allow_large", "task", "network", "train", "record", "learner", "grid", "tune" or "figure" (did you mean "task"?)"###);
}

#[test]
fn a_wrong_type_says_what_is_expected() {
    insta::assert_snapshot!(problems(&[("[4]", "4")], &[]), @r###"xor.toml:6:10  network.hidden: expected a list, each entry a whole number from 1 to 1000000, got 4"###);
}

#[test]
fn each_bad_entry_of_a_list_has_its_own_place() {
    insta::assert_snapshot!(problems(&[("[4]", r#"[0, 4, "x"]"#)], &[]), @r###"
    xor.toml:6:11  network.hidden: expected a whole number from 1 to 1000000, got 0
    xor.toml:6:17  network.hidden: expected a whole number from 1 to 1000000, got "x"
    "###);
}

#[test]
fn a_value_out_of_range_says_the_range() {
    insta::assert_snapshot!(problems(&[("0.5", "-0.5")], &[]), @r###"xor.toml:12:17  learner.learning_rate: expected a number above 0, got -0.5"###);
}

#[test]
fn nan_and_infinity_are_no_parameters() {
    insta::assert_snapshot!(problems(&[("0.5", "nan"), ("0.1", "inf")], &[]), @r###"
    xor.toml:9:39  train.criterion.below: expected a finite number, got inf
    xor.toml:12:17  learner.learning_rate: expected a number above 0, got NaN
    "###);
}

#[test]
fn an_unknown_learner_names_the_nearest() {
    insta::assert_snapshot!(problems(&[(r#""backprop""#, r#""backprob""#)], &[]), @r###"xor.toml:11:8  learner.kind: unknown learner "backprob"; expected "backprop", "delta", "perceptron", "rescorla_wagner", "generec", "activation_backprop" or "almeida_pineda" (did you mean "backprop"?)"###);
}

#[test]
fn an_unknown_task_names_the_nearest() {
    insta::assert_snapshot!(problems(&[(r#""xor""#, r#""xorr""#)], &[]), @r###"xor.toml:4:8  task.kind: unknown task "xorr"; expected "xor", "and", "or", "parity", "truth_table", "encoder", "symmetry", "addition", "negation", "shifter", "pattern_associator", "family_trees", "conditioning", "teacher", "spirals", "digits", "iris", "wine", "breast_cancer", "csv" or "idx" (did you mean "xor"?)"###);
}

#[test]
fn an_unknown_optimiser_inside_a_table() {
    insta::assert_snapshot!(problems(&[("0.5", "0.5\noptimiser = { kind = \"adamm\" }")], &[]), @r###"xor.toml:13:22  learner.optimiser.kind: unknown optimiser "adamm"; expected "sgd", "momentum", "nesterov", "rmsprop", "adam", "rprop", "lbfgs" or "levenberg_marquardt" (did you mean "adam"?)"###);
}

#[test]
fn an_unknown_parameter_of_an_optimiser() {
    insta::assert_snapshot!(problems(&[("0.5", "0.5\noptimiser = { kind = \"adam\", beta = 0.8 }")], &[]), @r###"xor.toml:13:30  learner.optimiser.beta: unknown key; expected "beta1", "beta2", "epsilon" or "weight_decay" (did you mean "beta1"?)"###);
}

#[test]
fn a_kind_that_is_missing() {
    insta::assert_snapshot!(problems(&[(r#"kind = "xor""#, "")], &[]), @r###"xor.toml:3:1  task: missing key "kind"; expected "xor", "and", "or", "parity", "truth_table", "encoder", "symmetry", "addition", "negation", "shifter", "pattern_associator", "family_trees", "conditioning", "teacher", "spirals", "digits", "iris", "wine", "breast_cancer", "csv" or "idx""###);
}

#[test]
fn an_unknown_metric_of_the_criterion() {
    insta::assert_snapshot!(problems(&[(r#""sse""#, r#""see""#)], &[]), @r###"xor.toml:9:24  train.criterion.metric: unknown metric "see"; expected "sse", "mse", "cross_entropy", "accuracy", "correct", "weight_norm", "weight_symmetry", "mirror_antisymmetry", "twin_cosine", "mirror_ratio", "delta_norm", "settling_steps", "settled", "evaluations", "gradient_angle" or "gradient_ratio" (did you mean "sse"?)"###);
}

#[test]
fn a_criterion_with_two_bounds() {
    insta::assert_snapshot!(problems(&[("below = 0.1", "below = 0.1, above = 1")], &[]), @r###"xor.toml:9:13  train.criterion: expected exactly one of below, at_most, above and at_least"###);
}

#[test]
fn a_syntax_error_has_line_and_column() {
    insta::assert_snapshot!(problems(&[("[4]", "[4")], &[]), @r###"xor.toml:7:1  missing comma between array elements, expected `,`"###);
}

#[test]
fn a_key_that_stands_twice_is_a_syntax_error() {
    insta::assert_snapshot!(problems(&[("hidden = [4]", "hidden = [4]\nhidden = [5]")], &[]), @r###"xor.toml:7:1  duplicate key"###);
}

#[test]
fn single_brackets_for_a_learner() {
    insta::assert_snapshot!(problems(&[("[[learner]]", "[learner]")], &[]), @r###"xor.toml:10:1  learner: expected a list of tables, each written [[learner]] with two brackets"###);
}

#[test]
fn no_learner() {
    insta::assert_snapshot!(problems(&[("[[learner]]\nkind = \"backprop\"\nlearning_rate = 0.5\n", "")], &[]), @r###"xor.toml:1:1  no learner; expected at least one [[learner]] with a kind"###);
}

#[test]
fn no_task() {
    insta::assert_snapshot!(problems(&[("[task]\nkind = \"xor\"", "")], &[]), @r###"xor.toml:1:1  missing section [task]; expected a table with a kind, such as kind = "xor""###);
}

#[test]
fn seeds_that_stand_twice() {
    insta::assert_snapshot!(problems(&[("3", "[1, 2, 1]")], &[]), @r###"xor.toml:2:9  seeds: seed 1 stands twice"###);
}

#[test]
fn no_seed() {
    insta::assert_snapshot!(problems(&[("3", "[]")], &[]), @r###"xor.toml:2:9  seeds: no seed; expected at least one"###);
}

#[test]
fn a_name_that_is_no_folder() {
    insta::assert_snapshot!(problems(&[(r#""test""#, r#""../test""#)], &[]), @r###"xor.toml:1:8  name: cannot be the name of a folder; expected letters, digits, "-", "_" and ".", not starting with "." or "-", got "../test""###);
}

#[test]
fn a_base_that_is_not_there() {
    insta::assert_snapshot!(problems(&[("seeds = 3", r#"base = "other.toml""#)], &[]), @r###"xor.toml:2:8  base: cannot read other.toml: no such file"###);
}

#[test]
fn a_data_file_that_is_not_there() {
    insta::assert_snapshot!(problems(&[(r#""xor""#, "\"csv\"\nfile = \"no.csv\"\ntargets = [\"y\"]")], &[]), @r###"xor.toml:5:8  task.file: cannot read no.csv: no such file"###);
}

#[test]
fn a_learner_on_a_net_that_it_cannot_train() {
    insta::assert_snapshot!(problems(&[(r#""backprop""#, r#""delta""#)], &[]), @r###"xor.toml:10:1  network.hidden: learner "delta" needs a network without hidden layers: set network = { hidden = [] } under this learner"###);
}

#[test]
fn a_batch_larger_than_the_task() {
    insta::assert_snapshot!(problems(&[("50", "50\nbatch = 10")], &[]), @r###"xor.toml:9:9  train.batch: a batch of 10 is larger than the 4 training patterns; "all" takes them all"###);
}

#[test]
fn a_batch_that_is_no_word() {
    insta::assert_snapshot!(problems(&[("50", "50\nbatch = \"al\"")], &[]), @r###"xor.toml:9:9  train.batch: expected a whole number from 1 to 10000000, or "all", got "al""###);
}

#[test]
fn a_grid_value_that_does_not_fit() {
    insta::assert_snapshot!(problems(&[(r#""tanh""#, r#""tahn""#)], &[]), @r###"xor.toml:14:37  network.activation: unknown activation "tahn"; expected "linear", "logistic", "tanh", "relu", "leaky_relu", "softplus", "gelu", "threshold" or "softmax" (did you mean "tanh"?)"###);
}

#[test]
fn a_grid_path_with_a_mistyped_key() {
    insta::assert_snapshot!(problems(&[("network.activation", "network.activatio")], &[]), @r###"xor.toml:14:1  network.activatio: unknown key; expected "hidden", "shortcuts", "connectivity", "lateral", "symmetric", "symmetric_init", "biases", "activation", "output_activation", "init", "bias_init", "masks", "fixed" or "activations" (did you mean "activation"?)"###);
}

#[test]
fn a_grid_over_what_no_learner_has() {
    insta::assert_snapshot!(problems(&[("network.activation", "learner.optimiser.momentum")], &[]), @r###"xor.toml:14:1  learner.optimiser.momentum: no learner has "momentum" in its optimiser; choose a kind of optimiser that takes it"###);
}

#[test]
fn a_grid_over_seeds() {
    insta::assert_snapshot!(problems(&[("network.activation", "seeds")], &[]), @r###"xor.toml:14:1  seeds: cannot vary in a grid; every cell is run on each of the seeds already"###);
}

#[test]
fn a_grid_over_kinds_of_learners() {
    insta::assert_snapshot!(problems(&[("network.activation", "learner.kind")], &[]), @r###"xor.toml:14:1  learner.kind: cannot vary in a grid; write a [[learner]] for each"###);
}

#[test]
fn a_grid_value_that_repeats() {
    insta::assert_snapshot!(problems(&[(r#""tanh""#, r#""logistic""#)], &[]), @r###"xor.toml:14:37  network.activation: value "logistic" stands twice on this axis (first at xor.toml:14:25)"###);
}

#[test]
fn a_grid_without_a_list() {
    insta::assert_snapshot!(problems(&[(r#"["logistic", "tanh"]"#, r#""tanh""#)], &[]), @r###"xor.toml:14:24  network.activation: expected a list of at least one value, got "tanh""###);
}

#[test]
fn a_joint_axis_with_a_point_too_short() {
    insta::assert_snapshot!(problems(&[(r#""network.activation" = ["logistic", "tanh"]"#, r#""network.hidden, train.batch" = [[[2], 1], [[3]]]"#)], &[]), @r###"xor.toml:14:44  network.hidden, train.batch: expected 2 values, one for each of network.hidden and train.batch, got [[3]]"###);
}

#[test]
fn an_exclusion_off_the_axis() {
    insta::assert_snapshot!(problems(&[(r#""tanh"]"#, "\"tanh\"]\nexclude = [{ network.activation = \"relu\" }]")], &[]), @r###"xor.toml:15:35  network.activation: "relu" is not a value of this axis, so nothing is excluded; expected one of "logistic", "tanh""###);
}

#[test]
fn an_exclusion_of_an_axis_that_is_not_there() {
    insta::assert_snapshot!(problems(&[(r#""tanh"]"#, "\"tanh\"]\nexclude = [{ \"network.hidden\" = [4] }]")], &[]), @r###"xor.toml:15:14  grid.exclude.network.hidden: unknown key; expected "network.activation" or "learner""###);
}

#[test]
fn exclusions_that_leave_nothing() {
    insta::assert_snapshot!(problems(&[(r#""tanh"]"#, "\"tanh\"]\nexclude = [{ learner = \"backprop\" }]")], &[]), @r###"xor.toml:1:1  no cell is left: the exclusions drop all of them"###);
}

#[test]
fn two_learners_that_are_the_same() {
    insta::assert_snapshot!(problems(&[("[grid]", "[[learner]]\nkind = \"backprop\"\nlabel = \"again\"\nlearning_rate = 0.5\noptimiser = \"sgd\"\n[grid]")], &[]), @r###"xor.toml:13:1  learner: the same configuration twice: backprop (network.activation=logistic) and again (network.activation=logistic); take one away"###);
}

#[test]
fn two_learners_of_one_label() {
    insta::assert_snapshot!(problems(&[("[grid]", "[[learner]]\nkind = \"backprop\"\nlabel = \"backprop\"\nlearning_rate = 0.7\n[grid]")], &[]), @r###"xor.toml:15:9  learner: learner "backprop" stands twice (first at xor.toml:10:1); give one of them another label"###);
}

#[test]
fn what_is_wrong_with_tuning() {
    let with = |tune: &str| {
        let tune = format!("[tune]\n{tune}[grid]");
        problems(&[("learning_rate = 0.5\n", ""), ("[grid]", &tune)], &[])
    };
    let tune = |seeds: &str, space: &str, rest: &str| {
        with(&format!("seeds = {seeds}\nspace = {{ {space} }}\n{rest}\n"))
    };
    const RATE: &str = "learning_rate = { log = [0.01, 1.0], steps = 9 }";
    const MEDIAN: &str = "select = \"median_epochs\"";
    let space = |space: &str| tune("[7]", space, MEDIAN);
    assert_eq!(space(RATE), "a plan of 2 cells");
    let cases = [
        tune("5", RATE, MEDIAN),
        tune(
            "[7]",
            "learning_rate = { log = [0.01, 1.0], steps = 1 }",
            "selec = \"median_epochs\"",
        ),
        space("learning_rat = [1, 2]"),
        space("learning_rate = { log = [0.0, 1.0], steps = 9 }"),
        space("learning_rate = { linear = [1.0], steps = 9 }"),
        space("learning_rate = { linear = [1000, 1001], steps = 9 }"),
        space("learning_rate = { log = [0.1, 1.0] }"),
        space("learning_rate = { linear = [-1.0, 1.0], steps = 9 }"),
        space("learning_rate = [0.1, 0.1]"),
        space("learning_rate = []"),
        space("kind = [\"delta\"]"),
        space("network.hidden = [1, 2]"),
        space(""),
        space(&format!("{RATE}, \"backprop.learning_rate\" = [1]")),
        tune("[7]", RATE, "select = \"median\""),
        tune("[7]", RATE, "select = \"accuracy\""),
        tune("[7]", RATE, &format!("{MEDIAN}\nsearch = \"random\"")),
    ];
    insta::assert_snapshot!(cases.join("\n"), @r###"
    xor.toml:13:9  tune.seeds: seed 0 is one of the comparison's too; tune on seeds that it never uses, such as { first = 1000000, count = 20 }
    xor.toml:14:56  tune.space.learning_rate.steps: expected a whole number from 2 to 1000, got 1
    xor.toml:15:1  tune.selec: unknown key; expected "seeds", "space", "select" or "search" (did you mean "select"?)
    xor.toml:14:11  tune.space.learning_rat: unknown key; expected "learning_rate", "optimiser", "schedule", "label", "network" or "train" (did you mean "learning_rate"?)
    xor.toml:14:35  tune.space.learning_rate.log: expected the lowest and the highest value, both above 0, got [0.0, 1.0]
    xor.toml:14:38  tune.space.learning_rate.linear: expected the lowest and the highest value, got [1.0]
    xor.toml:14:27  tune.space.learning_rate: 9 steps are too close to tell apart in three significant digits; take fewer, or list the values
    xor.toml:14:27  tune.space.learning_rate: missing key "steps"; expected a whole number from 2 to 1000
    xor.toml:14:27  learner.learning_rate: expected a number above 0, got -1.0
    xor.toml:14:33  tune.space.learning_rate: value 0.1 stands twice on this axis (first at xor.toml:14:28)
    xor.toml:14:27  tune.space.learning_rate: expected a list of at least one value, got []
    xor.toml:14:11  tune.space.kind: cannot be tuned: only a learner's own parameters can, such as learning_rate; vary others in [grid]
    xor.toml:14:19  tune.space.network.hidden: cannot be tuned: only a learner's own parameters can, such as learning_rate; vary others in [grid]
    xor.toml:14:9  tune.space: nothing to tune; expected a parameter and its values, such as learning_rate = { log = [0.01, 10.0], steps = 9 }
    xor.toml:14:61  tune.space.backprop.learning_rate: tuned twice (first at xor.toml:14:11); take one of the two away
    xor.toml:15:10  tune.select: unknown metric "median"; expected "median_epochs", "mean_epochs" or "train_sse" (did you mean "median_epochs"?)
    xor.toml:15:10  tune.select: metric "accuracy" is not recorded; add it to record.metrics, or choose "train_sse"
    xor.toml:16:10  tune.search: expected "grid", or a table with "random", got "random"
    "###);
}

#[test]
fn what_is_tuned_stands_nowhere_else() {
    let tune = "[tune]\nseeds = [7]\nspace = { learning_rate = [0.1, 1.0], optimiser.kind = [\"sgd\"] }\nselect = \"train_sse\"\n[grid]\nlearner.optimiser = [\"sgd\", \"adam\"]";
    insta::assert_snapshot!(problems(&[("[grid]", tune)], &["learner.label=a"]), @r###"
    xor.toml:12:17  learner.learning_rate: learning_rate is tuned for every learner that has it; leave it out here, or take it out of tune.space
    xor.toml:18:9  learner.optimiser: optimiser.kind is tuned, so the grid cannot vary it; take one of the two away
    "###);
}

#[test]
fn what_a_figure_of_a_network_shows_is_checked() {
    insta::assert_snapshot!(problems(&[("[grid]", "[[figure]]\nkind = \"network\"\nlearner = \"backprp\"\ncell = 2\nupdates = [0]\n[[figure]]\nkind = \"network\"\nlearner = \"backprp\"\ncell = 2\n[grid]")], &[]), @r###"
    xor.toml:17:12  figure.updates: expected a whole number from 1 to 10000, got 0
    xor.toml:20:11  figure.learner: unknown learner "backprp"; expected "backprop" (did you mean "backprop"?)
    xor.toml:21:8  figure.cell: there is no cell 2; the plan has 2, counted from 0
    "###);
}

#[test]
fn tuning_needs_what_it_selects_by() {
    let tune = |select: &str| {
        format!(
            "[tune]\nseeds = [7]\nspace = {{ learning_rate = [0.1, 1.0] }}\nselect = {select:?}\n[grid]"
        )
    };
    let spec = |select: &str, record: &str| {
        problems(
            &[
                ("learning_rate = 0.5\n", ""),
                ("[grid]", &tune(select)),
                ("criterion = { metric = \"sse\", below = 0.1 }", record),
            ],
            &[],
        )
    };
    let cases =
        [spec("mean_epochs", ""), spec("weight_norm", "[record]\nmetrics = [\"weight_norm\"]")];
    insta::assert_snapshot!(cases.join("\n"), @r###"
    xor.toml:15:10  tune.select: "mean_epochs" are those to train.criterion, which backprop does not have; set one, or select by a final metric
    xor.toml:16:10  tune.select: neither a high nor a low weight_norm is better, so it cannot select
    "###);
}

#[test]
fn seeds_of_the_command_line_are_held_against_those_of_the_tuning() {
    let tune = "[tune]\nseeds = { first = 5, count = 2 }\nspace = { learning_rate = [0.1, 1.0] }\nselect = \"train_sse\"\n[grid]";
    let with = |seeds: &str| problems(&[("learning_rate = 0.5\n", ""), ("[grid]", tune)], &[seeds]);
    assert_eq!(with("seeds=5"), "a plan of 2 cells");
    insta::assert_snapshot!(with("seeds=6"), @r###"xor.toml:13:9  tune.seeds: seed 5 is one of the comparison's too; tune on seeds that it never uses, such as { first = 1000000, count = 20 }"###);
}

#[test]
fn figures_are_checked() {
    insta::assert_snapshot!(problems(&[("[grid]", "[[figure]]\nkind = \"survivl\"\n[[figure]]\nkind = \"final\"\nmetric = \"accuracy\"\nfacet = \"network.activatio\"\n[grid]")], &[]), @r###"
    xor.toml:14:8  figure.kind: unknown figure "survivl"; expected "learning-curve", "survival", "final", "grid", "angle", "layers", "profile", "associations" or "network" (did you mean "survival"?)
    xor.toml:17:10  figure.metric: metric "accuracy" is not recorded; add it to record.metrics, or choose "train_sse"
    xor.toml:18:9  figure.facet: unknown facet "network.activatio"; expected "network.activation" or "learner" (did you mean "network.activation"?)
    "###);
}

#[test]
fn all_problems_at_once_in_the_order_of_the_file() {
    insta::assert_snapshot!(problems(&[("3", "0"), (r#""xor""#, r#""xo""#), ("50", "-1"), ("0.5", "0"), (r#""tanh""#, "5")], &[]), @r###"
    xor.toml:2:9  seeds: expected a whole number from 1 to 10000000, or a list, each entry a whole number at least 0, or a table with "first" and "count", got 0
    xor.toml:4:8  task.kind: unknown task "xo"; expected "xor", "and", "or", "parity", "truth_table", "encoder", "symmetry", "addition", "negation", "shifter", "pattern_associator", "family_trees", "conditioning", "teacher", "spirals", "digits", "iris", "wine", "breast_cancer", "csv" or "idx" (did you mean "xor"?)
    xor.toml:8:14  train.max_epochs: expected a whole number at least 1, got -1
    xor.toml:12:17  learner.learning_rate: expected a number above 0, got 0
    xor.toml:14:37  network.activation: expected "linear", "logistic", "tanh", "relu", "leaky_relu", "softplus", "gelu", "threshold" or "softmax", or a table with such a kind, got 5
    "###);
}

#[test]
fn more_runs_than_anybody_wants() {
    insta::assert_snapshot!(problems(&[("3", "10000000")], &[]), @r###"xor.toml:1:1  2 cells with 10000000 seeds are 20000000 runs, more than 10000000; set allow_large = true if that is meant"###);
}

#[test]
fn a_set_of_what_no_learner_has() {
    insta::assert_snapshot!(problems(&[], &["learner.rate=1"]), @r###"--set learner.rate=1  learner.rate: unknown key; expected "learning_rate", "optimiser", "schedule", "label", "network" or "train" (did you mean "learning_rate"?)"###);
}

#[test]
fn a_set_out_of_range() {
    insta::assert_snapshot!(problems(&[], &["learner.backprop.learning_rate=-1"]), @r###"--set learner.backprop.learning_rate=-1  learner.learning_rate: expected a number above 0, got -1"###);
}

#[test]
fn a_set_without_a_value() {
    insta::assert_snapshot!(problems(&[], &["learner"]), @r###"--set learner  expected PATH=VALUE, such as train.max_epochs=100"###);
}

#[test]
fn a_set_of_the_base_which_is_read_before() {
    insta::assert_snapshot!(problems(&[], &["base=other.toml"]), @r###"--set base=other.toml  base: cannot be set from the command line; expected base = "FILE" in the spec itself"###);
}

#[test]
fn a_set_that_is_no_path() {
    insta::assert_snapshot!(problems(&[], &["a b=1"]), @r###"--set a b=1  not a path; expected dotted keys, such as network.activation"###);
}

#[test]
fn a_set_inside_a_list() {
    insta::assert_snapshot!(problems(&[], &["network.hidden.x=1"]), @r###"--set network.hidden.x=1  network.hidden.x: network.hidden is not a table, so nothing in it can be set; set network.hidden as a whole"###);
}

#[test]
fn a_set_of_a_mistyped_key() {
    insta::assert_snapshot!(problems(&[], &["train.max_epoch=1"]), @r###"--set train.max_epoch=1  train.max_epoch: unknown key; expected "order", "batch", "reduction", "error", "max_epochs" or "criterion" (did you mean "max_epochs"?)"###);
}

/// The good spec with a batch optimiser, after some edits.
fn batch(optimiser: &str, edits: &[(&str, &str)]) -> String {
    let optimiser = format!("optimiser = \"{optimiser}\"");
    let good =
        [("learning_rate = 0.5", &*optimiser), ("max_epochs", "batch = \"all\"\nmax_epochs")];
    problems(&[&good, edits].concat(), &[])
}

#[test]
fn batch_optimisers_say_what_they_do_not_go_with() {
    assert_eq!(batch("lbfgs", &[]), "a plan of 2 cells");
    assert_eq!(batch("levenberg_marquardt", &[]), "a plan of 2 cells");
    insta::assert_snapshot!(batch("lbfgs", &[("optimiser", "learning_rate = 0.5\noptimiser")]), @r###"xor.toml:13:17  learner.learning_rate: optimiser "lbfgs" finds the length of its steps itself: leave this key out"###);
    insta::assert_snapshot!(batch("lbfgs", &[("optimiser", "schedule = \"constant\"\noptimiser")]), @r###"xor.toml:13:12  learner.schedule: optimiser "lbfgs" finds the length of its steps itself: leave this key out"###);
    insta::assert_snapshot!(batch("lbfgs", &[("\"all\"", "1")]), @r###"xor.toml:8:9  train.batch: optimiser "lbfgs" sees the loss of the whole training set: set train = { batch = "all" } under this learner"###);
    insta::assert_snapshot!(batch("lbfgs", &[("batch", "order = \"random\"\nbatch")]), @r###"xor.toml:8:9  train.order: optimiser "lbfgs" needs the same training set in every epoch: "random" draws it anew, "sequential" and "permuted" do not"###);
    insta::assert_snapshot!(batch("lbfgs", &[("\"backprop\"", "\"almeida_pineda\"")]), @r###"xor.toml:13:13  learner.optimiser: optimiser "lbfgs" follows the exact gradient, which the direction of this "almeida_pineda" is not: use it with "backprop", or with "delta" where that is the gradient (linear output with "sse", logistic with "cross_entropy", or derivative = true with "sse")"###);
    insta::assert_snapshot!(batch("lbfgs", &[("\"lbfgs\"", "{ kind = \"lbfgs\", decrease = 0.4, curvature = 0.3 }")]), @r###"xor.toml:13:59  learner.optimiser.curvature: optimiser "lbfgs" needs a curvature above its decrease"###);
    insta::assert_snapshot!(batch("levenberg_marquardt", &[("batch", "error = \"cross_entropy\"\nbatch")]), @r###"
    xor.toml:8:9  train.error: optimiser "levenberg_marquardt" is made for a sum of squares: set train = { error = "sse" } under this learner
    xor.toml:12:1  train.error: learner "backprop" needs an error function that fits the output units: "cross_entropy" goes with "logistic" or "softmax", "sse" with every output but "threshold"
    "###);
    insta::assert_snapshot!(batch("levenberg_marquardt", &[("[4]", "[600]")]), @r###"xor.toml:6:10  network.hidden: optimiser "levenberg_marquardt" solves as many equations as there are weights and biases, at most 2000; these are 2401: make the network smaller, or use "lbfgs""###);
    let conditioning = [
        ("kind = \"xor\"", "kind = \"conditioning\"\nstages = [\"5 A+\"]"),
        ("hidden = [4]", "hidden = []"),
        ("\"backprop\"", "\"delta\""),
        ("\"network.activation\" = [\"logistic\", \"tanh\"]", ""),
        ("criterion = { metric = \"sse\", below = 0.1 }", ""),
        ("max_epochs = 50", "max_epochs = 1"),
    ];
    insta::assert_snapshot!(batch("lbfgs", &conditioning), @r###"xor.toml:4:8  task.kind: optimiser "lbfgs" needs all patterns at once, but a conditioning task is shown trial by trial"###);
}

#[test]
fn a_grid_over_learning_rates_leaves_batch_optimisers_alone() {
    let two = "learning_rate = 0.5\n[[learner]]\nkind = \"backprop\"\noptimiser = \"lbfgs\"\ntrain = { batch = \"all\" }";
    let grid = (
        "\"network.activation\" = [\"logistic\", \"tanh\"]",
        "\"learner.learning_rate\" = [0.1, 0.2]",
    );
    assert_eq!(problems(&[("learning_rate = 0.5", two), grid], &[]), "a plan of 3 cells");
}

//! Plans: which cells there are, what they are called, and that their identity is their configuration.

use deltalab_lab::plan::identity::{id, said};
use deltalab_lab::{Plan, Spec, SpecText};
use std::time::Instant;

fn spec(text: &str, sets: &[&str]) -> Spec {
    let sets: Vec<String> = sets.iter().map(ToString::to_string).collect();
    Spec::parse(&SpecText::embedded("test.toml", text), &sets)
        .unwrap_or_else(|problems| panic!("{problems}"))
}

fn plan_with(text: &str, sets: &[&str]) -> Plan {
    Plan::new(&spec(text, sets)).unwrap_or_else(|problems| panic!("{problems}"))
}

fn plan(text: &str) -> Plan {
    plan_with(text, &[])
}

fn ids(plan: &Plan) -> Vec<&str> {
    plan.study.cells.iter().map(|cell| cell.id.as_str()).collect()
}

/// A line per cell: label and axes.
fn table(plan: &Plan) -> String {
    let axes = |axes: &[Option<String>]| {
        axes.iter()
            .map(|value| value.as_deref().unwrap_or("·").to_string())
            .collect::<Vec<_>>()
            .join(" | ")
    };
    let line = |label: &str, axes: String| {
        if axes.is_empty() { format!("{label}\n") } else { format!("{label} | {axes}\n") }
    };
    plan.study.cells.iter().map(|cell| line(&cell.learner, axes(&cell.axes))).collect()
}

const XOR: &str = r#"
name = "xor"
seeds = 3
[task]
kind = "xor"
[network]
hidden = [4]
[[learner]]
kind = "backprop"
learning_rate = 0.5
"#;

/// The configuration of [`XOR`], line breaks apart.
const CONFIG: &str = r#"{"learner":{"kind":"backprop","learning_rate":0.5,"optimiser":{"kind":"sgd","weight_decay":0.0},
"schedule":{"kind":"constant"}},"master_seed":0,"network":{"activation":{"kind":"logistic"},"activations":{},
"bias_init":null,"biases":true,"connectivity":null,"fixed":[],"hidden":[4],"init":{"kind":"uniform","range":0.5},
"lateral":false,"masks":{},"output_activation":null,"shortcuts":false,"symmetric":true,"symmetric_init":false},"precision":"f64","record":{"every":10,"metrics":[]},
"task":{"high":1.0,"kind":"xor","low":0.0,"target_high":1.0,"target_low":0.0},
"train":{"batch":1,"criterion":null,"error":{"kind":"sse","tolerance":null},"max_epochs":1000,"order":"permuted",
"reduction":"sum"}}"#;

#[test]
fn value_stability() {
    // A change here takes every stored result from its cell: it must stand in the CHANGELOG.
    assert_eq!(ids(&plan(XOR)), ["3139ce128be6"]);
    let text = serde_json::to_string(&plan(XOR).study.cells[0].config).unwrap();
    assert_eq!(text, CONFIG.replace('\n', ""));
}

#[test]
fn the_id_is_the_hash_of_the_configuration() {
    for text in [XOR, GRID, CONDITIONING] {
        for (cell, planned) in plan(text).iter() {
            assert_eq!(cell.id, id(&cell.config, &*planned.setup.task));
        }
    }
}

/// What every parameter that is not mentioned would have to be in the id for: a new one then takes no result from its cell.
#[test]
fn a_default_is_not_in_the_id_whether_it_is_written_or_not() {
    let plan = plan(XOR);
    let (cell, planned) = plan.iter().next().unwrap();
    assert_eq!(
        said(&cell.config, &*planned.setup.task).to_string(),
        r#"{"learner":{"kind":"backprop","learning_rate":0.5},"network":{"hidden":[4]},"task":{"kind":"xor"}}"#
    );
    for set in [
        "train.max_epochs=1000",
        "learner.optimiser={ kind = \"sgd\", weight_decay = 0.0 }",
        "master_seed=0",
    ] {
        assert_eq!(ids(&plan_with(XOR, &[set])), ids(&plan), "{set}");
    }
}

#[test]
fn the_id_does_not_depend_on_the_order_of_keys_or_on_how_values_are_written() {
    let other = r#"
learner = [{ learning_rate = 5e-1, optimiser = { kind = "sgd" }, kind = "backprop" }]
network = { activation = "logistic", hidden = [4] }
task = "xor"
seeds = [5]
name = "another"
description = "text"
precision = "f64"
train.batch = 1
"#;
    assert_eq!(ids(&plan(XOR)), ids(&plan(other)));
}

#[test]
fn every_number_of_the_configuration_is_in_the_id() {
    let sets = [
        "task=\"and\"",
        "network.hidden=[5]",
        "network.biases=false",
        "train.max_epochs=1001",
        "train.batch=2",
        "record.every=11",
        "record.metrics=[\"mse\"]",
        "learner.learning_rate=0.25",
        "learner.optimiser=\"adam\"",
        "precision=\"f32\"",
        "master_seed=1",
    ];
    let mut all: Vec<String> =
        sets.iter().map(|set| ids(&plan_with(XOR, &[set]))[0].to_string()).collect();
    all.push(ids(&plan(XOR))[0].to_string());
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), sets.len() + 1);
}

#[test]
fn name_label_seeds_and_figures_are_not_in_the_id() {
    for set in [
        "name=\"b\"",
        "description=\"b\"",
        "seeds=99",
        "learner.label=\"b\"",
        "figure=[{ kind = \"final\" }]",
    ] {
        assert_eq!(ids(&plan_with(XOR, &[set])), ids(&plan(XOR)), "{set}");
    }
}

#[test]
fn a_resolved_configuration_resolves_to_itself() {
    for text in [XOR, GRID, CONDITIONING] {
        for cell in plan(text).study.cells {
            let mut again = format!("name = \"again\"\nprecision = {}\n", cell.config["precision"]);
            again += &format!("master_seed = {}\n", cell.config["master_seed"]);
            for section in ["task", "network", "train", "record"] {
                again += &format!("{section} = {}\n", toml(&cell.config[section]));
            }
            again += &format!("learner = [{}]\n", toml(&cell.config["learner"]));
            let planned = plan(&again);
            assert_eq!(planned.study.cells[0].config, cell.config);
            assert_eq!(planned.study.cells[0].id, cell.id);
        }
    }
}

fn toml(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Object(map) => {
            let pairs = map.iter().filter(|(_, value)| !value.is_null());
            let pairs: Vec<_> =
                pairs.map(|(key, value)| format!("{key:?} = {}", toml(value))).collect();
            format!("{{ {} }}", pairs.join(", "))
        }
        serde_json::Value::Array(items) => {
            format!("[{}]", items.iter().map(toml).collect::<Vec<_>>().join(", "))
        }
        leaf => leaf.to_string(),
    }
}

const GRID: &str = r#"
name = "grid"
seeds = { first = 7, count = 2 }
[task]
kind = "parity"
[network]
hidden = [4]
[[learner]]
kind = "backprop"
label = "BP"
learning_rate = 0.5
[[learner]]
kind = "delta"
learning_rate = 0.1
network = { hidden = [] }
[grid]
"network.hidden" = [[2], [4]]
task.bits = [2, 3]
"learner.BP.optimiser, learner.learning_rate" = [["sgd", 1], ["sgd", 2], [{ kind = "momentum", momentum = 0.5 }, 2]]
exclude = [{ task.bits = 2, "network.hidden" = [2] }, { learner = "delta", "task.bits" = 3, "learner.learning_rate" = 2 }]
"#;

#[test]
fn an_axis_leaves_alone_the_learners_that_it_does_not_concern() {
    let plan = plan(GRID);
    assert_eq!(
        plan.study.axes,
        ["network.hidden", "task.bits", "learner.BP.optimiser", "learner.learning_rate"]
    );
    insta::assert_snapshot!(table(&plan), @r"
    BP | [2] | 3 | sgd | 1
    BP | [2] | 3 | sgd | 2
    BP | [2] | 3 | momentum(momentum=0.5) | 2
    BP | [4] | 2 | sgd | 1
    BP | [4] | 2 | sgd | 2
    BP | [4] | 2 | momentum(momentum=0.5) | 2
    BP | [4] | 3 | sgd | 1
    BP | [4] | 3 | sgd | 2
    BP | [4] | 3 | momentum(momentum=0.5) | 2
    delta | · | 2 | · | 1
    delta | · | 2 | · | 2
    delta | · | 3 | · | 1
    ");
    assert_eq!(plan.study.seeds, [7, 8]);
    assert_eq!(plan.runs(), 2 * plan.cells.len() as u64);
}

#[test]
fn a_grid_reaches_into_a_kind_in_its_short_form() {
    let text = |task: &str| {
        format!(
            "name = \"a\"\ntask = {task}\nlearner = [{{ kind = \"backprop\", learning_rate = 1, optimiser = \"momentum\" }}]\n[grid]\ntask.bits = [2, 3]\nlearner.optimiser.momentum = [0.5, 0.8]\n"
        )
    };
    let short = plan(&text("\"parity\""));
    assert_eq!(short.study, plan(&text("{ kind = \"parity\" }")).study);
    let inputs: Vec<_> = short.cells.iter().map(|cell| cell.setup.task.sizes().0).collect();
    assert_eq!(inputs, [2, 2, 3, 3]);
}

#[test]
fn adding_learners_values_and_seeds_keeps_the_ids_of_what_was_there() {
    let more = GRID
        .replace("count = 2", "count = 20")
        .replace("[[2], [4]]", "[[8], [2], [4]]")
        .replace("[grid]", "[[learner]]\nkind = \"backprop\"\nlabel = \"new\"\nlearning_rate = 0.9\noptimiser = \"adam\"\n[grid]");
    let (before, after) = (plan(GRID), plan(&more));
    let after = ids(&after);
    assert!(ids(&before).iter().all(|id| after.contains(id)));
}

const CONDITIONING: &str = r#"
name = "blocking"
task = { kind = "conditioning", stages = ["10 A+", "10 AB+"] }
learner = [{ kind = "rescorla_wagner" }]
"#;

#[test]
fn a_conditioning_task_needs_no_network_and_counts_trials() {
    let plan = plan(CONDITIONING);
    assert_eq!(plan.study.time, "trial");
    let curves: Vec<_> = plan.study.curves.iter().map(|metric| metric.name.as_str()).collect();
    assert_eq!(curves, ["V(A)", "V(B)"]);
    assert_eq!(plan.study.cells[0].config["network"]["biases"], false);
}

#[test]
fn learners_of_one_kind_are_told_apart_by_what_differs() {
    let learners = r#"
name = "labels"
task = "xor"
network.hidden = [2]
[[learner]]
kind = "backprop"
learning_rate = 0.5
[[learner]]
kind = "backprop"
learning_rate = 0.5
optimiser = "adam"
[[learner]]
kind = "backprop"
learning_rate = 0.5
optimiser = { kind = "momentum", momentum = 0.8 }
[[learner]]
kind = "backprop"
label = "mine"
learning_rate = 0.1
[[learner]]
kind = "perceptron"
learning_rate = 0.5
network = { hidden = [], activation = "threshold" }
"#;
    insta::assert_snapshot!(table(&plan(learners)), @r"
    backprop
    backprop optimiser=adam
    backprop optimiser=momentum(momentum=0.8)
    mine
    perceptron
    ");
}

#[test]
fn finals_are_those_of_the_error_the_criterion_and_what_is_recorded() {
    let text = r#"
name = "finals"
task = "iris"
record.metrics = ["accuracy", "weight_norm"]
learner = [{ kind = "delta", learning_rate = 0.01 }]
"#;
    let plan = plan(text);
    let finals: Vec<_> = plan.study.finals.iter().map(|metric| metric.name.as_str()).collect();
    assert_eq!(finals, ["train_sse", "train_accuracy", "test_sse", "test_accuracy", "weight_norm"]);
}

#[test]
fn ten_thousand_cells_are_planned_in_a_moment() {
    let rates: Vec<String> = (1..=100).map(|n| format!("{}", f64::from(n) / 1000.0)).collect();
    let hidden: Vec<String> = (1..=100).map(|n| format!("[{n}]")).collect();
    let text = format!(
        "{XOR}[grid]\nlearner.learning_rate = [{}]\nnetwork.hidden = [{}]\n",
        rates.join(", "),
        hidden.join(", ")
    );
    let start = Instant::now();
    let plan = plan(&text);
    println!("{} cells in {:?}", plan.cells.len(), start.elapsed()); // told, not tested: machines differ
    assert_eq!(plan.cells.len(), 10_000);
    // Sections are resolved once per combination of the values that touch them, not once per cell: that is what keeps
    // this fast. Neighbours on one axis share what the other axis does not touch.
    assert!(std::sync::Arc::ptr_eq(&plan.cells[0].setup.task, &plan.cells[9_999].setup.task));
}

#[test]
fn ten_million_runs_are_refused_unless_they_are_meant() {
    let text = |extra: &str| {
        format!("allow_large = {extra}\n{XOR}[grid]\nmaster_seed = [1, 2]\n")
            .replace("seeds = 3", "seeds = 9000000")
    };
    let refused = Spec::parse(&SpecText::embedded("large.toml", &text("false")), &[])
        .and_then(|spec| Plan::new(&spec));
    assert!(refused.unwrap_err().to_string().contains("18000000 runs"));
    assert_eq!(plan(&text("true")).runs(), 18_000_000);
}

const TUNED: &str = r#"
name = "tuned"
seeds = 3
[task]
kind = "xor"
[network]
hidden = [4]
[train]
criterion = { metric = "sse", below = 0.1 }
[[learner]]
kind = "backprop"
[[learner]]
kind = "generec"
optimiser = "momentum"
[grid]
network.activation = ["logistic", "tanh"]
[tune]
seeds = [100, 101]
space = { learning_rate = { log = [0.01, 10.0], steps = 9 }, optimiser.momentum = { linear = [0.1, 0.9], steps = 3 } }
select = "median_epochs"
"#;

/// The values of the trials of a search, joined.
fn tried(plan: &Plan, search: usize) -> Vec<String> {
    let trials = &plan.study.tuning.as_ref().unwrap().searches[search].trials;
    let value = |value: &Option<String>| value.as_deref().unwrap_or("·").to_string();
    trials.iter().map(|it| it.values.iter().map(value).collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn each_learner_at_each_point_of_the_grid_is_tuned_over_the_keys_that_it_has() {
    let plan = plan(TUNED);
    let tuning = plan.study.tuning.as_ref().unwrap();
    assert_eq!(tuning.keys, ["learning_rate", "optimiser.momentum"]);
    assert_eq!((plan.cells.len(), tuning.searches.len()), (4, 4));
    assert_eq!([0, 1, 2, 3].map(|search| tried(&plan, search).len()), [9, 9, 27, 27]);
    assert_eq!((plan.runs(), plan.tuning_runs()), (4 * 3, (9 + 9 + 27 + 27) * 2));
    // ratios of 10^(3/8), by hand, to three digits
    let rates = ["0.01", "0.0237", "0.0562", "0.133", "0.316", "0.75", "1.78", "4.22", "10"];
    assert_eq!(tried(&plan, 0), rates.map(|rate| format!("{rate} ·")));
    assert_eq!(tried(&plan, 2)[..4], ["0.01 0.1", "0.01 0.5", "0.01 0.9", "0.0237 0.1"]);
    let trials = &tuning.searches[2].trials;
    use deltalab_results::study::Edge::{High, Low};
    assert_eq!(trials[0].edges, [Some(Low), Some(Low)]);
    assert_eq!(trials[26].edges, [Some(High), Some(High)]);
    assert_eq!((&trials[13].edges[..], trials[13].off_middle), (&[None, None][..], 0.0));
    assert_eq!(trials[0].off_middle, 1.0);
}

#[test]
fn a_tuned_cell_is_the_one_with_the_value_written_in_the_spec() {
    let mut tuned = plan(TUNED);
    assert!(!tuned.is_tuned() && tuned.study.cells.iter().all(|cell| cell.id.is_empty()));
    let records: Vec<_> = (tuned.candidates.iter().flatten())
        .flat_map(|(cell, _)| {
            let rate = &cell.config["learner"]["learning_rate"];
            let epochs = if rate == 0.316 { 5 } else { 50 };
            [100, 101].map(|seed| deltalab_results::Record {
                cell: cell.id.clone(),
                seed,
                status: deltalab_results::Status::Solved,
                epochs,
                solved_epoch: Some(epochs),
                finals: vec![],
                curves: vec![],
                pattern_updates: 0,
            })
        })
        .collect();
    tuned.choose(&records[1..]); // one run is missing, so the first search is not at its end
    assert_eq!(tuned.study.cells.iter().filter(|cell| cell.id.is_empty()).count(), 1);
    tuned.choose(&records);
    let by_hand = TUNED[..TUNED.find("[tune]").unwrap()]
        .replace("\"backprop\"", "\"backprop\"\nlearning_rate = 0.316")
        .replace("\"momentum\"", "{ kind = \"momentum\", momentum = 0.5 }\nlearning_rate = 0.316");
    let by_hand = plan(&by_hand);
    assert_eq!(ids(&tuned), ids(&by_hand)); // of 3 momenta that tie the middle one
    for (cell, other) in tuned.study.cells.iter().zip(&by_hand.study.cells) {
        assert_eq!((&cell.config, &cell.axes), (&other.config, &other.axes));
        assert_eq!(
            (cell.tuned[0].key.as_str(), cell.tuned[0].value.as_str()),
            ("learning_rate", "0.316")
        );
    }
}

#[test]
fn random_search_draws_the_same_trials_for_every_learner() {
    let text = format!("{TUNED}search = {{ random = 12 }}\n");
    let random = plan(&text);
    let [backprop, generec] = [tried(&random, 0), tried(&random, 2)];
    assert_eq!((backprop.len(), generec.len()), (12, 12));
    let rate = |trial: &String| trial.split(' ').next().unwrap().to_string();
    let rates: Vec<String> = backprop.iter().map(rate).collect();
    assert_eq!(rates, generec.iter().map(rate).collect::<Vec<_>>());
    for rate in &rates {
        let x: f64 = rate.parse().unwrap();
        assert!((0.01..=10.0).contains(&x) && format!("{x:.2e}").parse() == Ok(x), "{rate}");
    }
    // value stability: the stream "tuning" of master seed 0
    assert_eq!(rates[..3], ["0.39", "0.35", "1.14"]);
    // another master seed draws other values; a key more leaves those of the others alone
    assert_ne!(tried(&plan_with(&text, &["master_seed=1"]), 0), backprop);
    let more = text.replace("space = {", "space = { schedule = [\"constant\"],");
    assert_eq!(
        tried(&plan(&more), 0)
            .iter()
            .map(|it| it.split(' ').nth(1).unwrap().to_string())
            .collect::<Vec<_>>(),
        rates
    );
}

#[test]
fn a_space_with_fewer_points_than_trials_has_those_points() {
    let text = TUNED.replace("{ log = [0.01, 10.0], steps = 9 }", "[0.1, 1.0]");
    let text =
        text.replace("{ linear = [0.1, 0.9], steps = 3 }", "[0.5]") + "search = { random = 12 }\n";
    assert_eq!(tried(&plan(&text), 2).len(), 2);
}

//! `deltalab trace`: the document's form, its numbers against the equations, and where two cells part.

mod support;

use serde_json::Value as Json;
use support::{Place, deltalab};

/// Backprop and two rules that settle, on one hidden layer.
const RULES: &str = r#"name = "rules"
seeds = [4, 5]
[task]
kind = "xor"
[network]
hidden = [3]
[[learner]]
kind = "backprop"
label = "BP"
learning_rate = 0.5
[[learner]]
kind = "activation_backprop"
label = "AB"
learning_rate = 0.5
lambda = 0.7
[[learner]]
kind = "generec"
label = "CHL"
rule = "chl"
learning_rate = 0.5
"#;

fn traced(arguments: &[&str]) -> Json {
    let place = Place::new();
    place.write("rules.toml", RULES);
    let ended = deltalab(&place, &[&["trace", "rules.toml"], arguments].concat());
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(place.tree().len(), 1, "a trace writes no file");
    ended.json()
}

fn numbers(list: &Json) -> Vec<f64> {
    list.as_array().expect("a list").iter().map(|x| x.as_f64().expect("a number")).collect()
}

fn keys(object: &Json) -> Vec<&str> {
    let mut keys: Vec<_> =
        object.as_object().expect("an object").keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

#[test]
fn a_trace_stands_in_the_form_that_the_contract_gives_it() {
    let place = Place::new();
    place.write("rules.toml", RULES);
    let text = deltalab(&place, &["trace", "rules.toml", "--cell", "CHL"]).stdout;
    let places: Vec<_> =
        ["format", "config", "seed", "layers", "paths", "initial", "updates", "final"]
            .iter()
            .map(|key| {
                text.find(&format!("\"{key}\":")).unwrap_or_else(|| panic!("{key} is missing"))
            })
            .collect();
    assert_eq!(places[0], 1, "the format comes first");
    let trace: Json = serde_json::from_str(&text).expect("JSON");
    assert_eq!((&trace["format"], &trace["seed"]), (&"deltalab-trace/1".into(), &4.into()));
    assert_eq!(trace["config"]["learner"]["settling"]["dt"], 0.5, "defaults are filled in");
    assert_eq!(trace["config"]["network"]["connectivity"], "bidirectional");
    let names: Vec<_> =
        trace["paths"].as_array().expect("paths").iter().map(|path| &path["name"]).collect();
    assert_eq!(names, ["hidden<-input", "hidden<-output", "output<-hidden"]);
    assert_eq!(trace["paths"][1]["reciprocal_of"], "output<-hidden");
    assert_eq!(keys(&trace["initial"]["weights"]), ["hidden<-input", "output<-hidden"]);
    let update = &trace["updates"][0];
    let phases = update["phases"].as_array().expect("phases");
    assert_eq!((&phases[0]["name"], &phases[1]["name"]), (&"minus".into(), &"plus".into()));
    assert!(phases[0]["steps"].as_u64().expect("one value for one pattern") > 1);
    assert_eq!(keys(&update["delta"]), ["hidden", "output"]);
    assert_eq!(phases[1]["activation"]["output"], update["target"], "clamped");
    let change = numbers(&update["change"]["weights"]["output<-hidden"][0]);
    let before = numbers(&trace["initial"]["weights"]["output<-hidden"][0]);
    let after: Vec<_> = before.iter().zip(&change).map(|(w, a)| w + a).collect();
    assert_eq!(numbers(&trace["final"]["weights"]["output<-hidden"][0]), after);
}

/// δ_k = (t_k − z_k) f'(η_k), δ_j = δ_k w_jk f'(η_j), Δw_ij = ε δ_j x_i; logistic units, f' = y (1 − y).
#[test]
fn a_traced_update_of_backprop_is_the_product_of_delta_and_activity() {
    let trace = traced(&["--cell", "0", "--seed", "7"]);
    let update = &trace["updates"][0];
    let column = |of: &Json| -> Vec<f64> {
        of.as_array().expect("rows").iter().map(|row| row[0].as_f64().expect("a number")).collect()
    };
    let activation = &update["phases"][0]["activation"];
    let (x, y) = (column(&update["input"]), column(&activation["hidden"]));
    let (z, t) = (column(&activation["output"])[0], column(&update["target"])[0]);
    let w = numbers(&trace["initial"]["weights"]["output<-hidden"][0]);
    let output = (t - z) * z * (1.0 - z);
    let close = |found: f64, expected: f64| {
        // a handful of roundings of numbers below 1
        assert!((found - expected).abs() < 1e-15, "found {found}, expected {expected}");
    };
    close(column(&update["delta"]["output"])[0], output);
    for (j, &y_j) in y.iter().enumerate() {
        let delta = output * w[j] * y_j * (1.0 - y_j);
        close(column(&update["delta"]["hidden"])[j], delta);
        let change = numbers(&update["change"]["weights"]["hidden<-input"][j]);
        change.iter().zip(&x).for_each(|(a, x)| close(*a, 0.5 * delta * x));
    }
    close(update["error"]["sse"].as_f64().expect("a number"), (t - z) * (t - z));
}

#[test]
fn rules_that_are_equal_on_paper_do_not_part_and_others_do_with_every_factor() {
    let same = traced(&["--compare", "BP,AB", "--json"]);
    assert_eq!((&same["update"], &same["compared"]), (&Json::Null, &100.into()));
    // 100 updates of some ten roundings each, divided by λ
    assert!(same["largest_difference"].as_f64().expect("a number") < 1e-12, "{same}");

    let apart = traced(&["--compare", "BP,CHL", "--json"]);
    assert_eq!(apart["update"], 0);
    let row = &apart["weights"][0];
    assert_eq!(
        (&row["path"], &row["to"], &row["from"]),
        (&"hidden<-input".into(), &0.into(), &0.into())
    );
    let number = |side: &str, key: &str| row[side][key].as_f64().expect("a number");
    let x = row["a"]["sending"]["forward"].as_f64().expect("x_i");
    assert_eq!(number("a", "direction"), number("a", "delta") * x, "backprop is δ_j x_i");
    let phase = |of: &str, name: &str| row["b"][of][name].as_f64().expect("an activity");
    let chl = phase("sending", "plus") * phase("receiving", "plus")
        - phase("sending", "minus") * phase("receiving", "minus");
    assert_eq!(number("b", "direction"), chl, "CHL is x⁺y⁺ − x⁻y⁻");
}

#[test]
fn the_table_names_both_cells_and_every_weight() {
    let place = Place::new();
    place.write("rules.toml", RULES);
    let ended = deltalab(&place, &["trace", "rules.toml", "--compare", "0,2"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    for words in
        ["BP and CHL part in update 0 of seed 4", "hidden<-input[2,1]", "output[0]", "x_i⁺", "δ_j"]
    {
        assert!(ended.stdout.contains(words), "{words:?} is not in\n{}", ended.stdout);
    }
    let widest = ended.stdout.lines().map(|line| line.chars().count()).max();
    assert!(widest <= Some(100), "lines of at most a hundred characters:\n{}", ended.stdout);
}

#[test]
fn a_wrong_cell_or_pair_gets_one_message() {
    let wrong: [(&[&str], &str); 5] = [
        (&["--cell", "3"], "below 3"),
        (&["--cell", "BPP"], "\"BP\", \"AB\" or \"CHL\""),
        (&["--compare", "BP"], "two cells"),
        (&["--updates", "0"], "0"),
        (&["--cell", "BP", "--set", "grid={\"learner.learning_rate\"=[0.1, 0.2]}"], "0, 1"),
    ];
    let place = Place::new();
    place.write("rules.toml", RULES);
    for (arguments, words) in wrong {
        let ended = deltalab(&place, &[&["trace", "rules.toml"], arguments].concat());
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(ended.stderr.contains(words), "{arguments:?}: {}", ended.stderr);
    }
}

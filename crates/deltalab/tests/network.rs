//! Figures of networks: the traces that a run stores for them, and `deltalab trace --figure`.

mod support;

use serde_json::Value as Json;
use support::{Place, deltalab};

const SPEC: &str = r#"name = "small"
seeds = [4, 5]
[task]
kind = "xor"
[network]
hidden = [2]
[train]
max_epochs = 20
[[learner]]
kind = "backprop"
label = "BP"
learning_rate = 0.5
[[learner]]
kind = "generec"
label = "CHL"
rule = "chl"
learning_rate = 0.5
[[figure]]
kind = "network"
updates = [1, 3]
"#;

fn ran(text: &str) -> Place {
    let place = Place::new();
    place.write("small.toml", text);
    let ended = deltalab(&place, &["run", "small.toml", "--quiet"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    place
}

fn traces(place: &Place) -> Vec<Json> {
    let text = std::fs::read_to_string(place.path("results/small/traces.json")).unwrap();
    let file: Json = serde_json::from_str(&text).unwrap();
    assert_eq!(file["format"], "deltalab-traces/1");
    file["traces"].as_array().unwrap().clone()
}

#[test]
fn a_run_stores_the_traces_of_its_figures_and_they_are_drawn_from_there() {
    let place = ran(SPEC);
    let cells: Json = deltalab(&place, &["check", "small.toml", "--json"]).json();
    let stored = traces(&place);
    let updates: Vec<_> =
        stored.iter().map(|t| t["trace"]["updates"][0]["update"].clone()).collect();
    assert_eq!(updates, [0, 2, 0, 2], "of each learner the first update and the third: {cells}");
    assert!(stored.iter().all(|t| t["trace"]["seed"] == 4));
    let before = place.tree();
    assert!(place.exists("results/small/figures/network.csv"));
    std::fs::remove_dir_all(place.path("results/small/figures")).unwrap();
    assert_eq!(deltalab(&place, &["figures", "results/small"]).code, Some(0));
    assert_eq!(place.tree(), before);
}

#[test]
fn the_trace_of_a_later_update_begins_with_the_weights_before_it() {
    let place = ran(SPEC);
    let stored = traces(&place);
    for (learner, stored) in ["BP", "CHL"].iter().zip([&stored[1], &stored[3]]) {
        let whole = |updates: &str| {
            deltalab(&place, &["trace", "small.toml", "--cell", learner, "--updates", updates])
                .json()
        };
        let (two, three) = (whole("2"), whole("3"));
        assert_eq!(stored["trace"]["initial"], two["final"], "{learner}");
        assert_eq!(stored["trace"]["updates"].as_array().unwrap().len(), 1);
        assert_eq!(stored["trace"]["updates"][0], three["updates"][2], "{learner}");
        assert_eq!(stored["trace"]["final"], three["final"], "{learner}");
    }
}

#[test]
fn traces_that_no_figure_needs_any_more_are_gone() {
    let place = ran(SPEC);
    assert!(place.exists("results/small/traces.json"));
    place.write("small.toml", SPEC.split_once("[[figure]]").unwrap().0);
    assert_eq!(deltalab(&place, &["run", "small.toml", "--quiet"]).code, Some(0));
    assert!(!place.exists("results/small/traces.json"));
}

#[test]
fn a_net_that_is_too_large_keeps_its_shape_and_the_figure_says_so() {
    let place = ran(&SPEC.replace("hidden = [2]", "hidden = [40]"));
    let stored = traces(&place);
    assert_eq!(stored[0]["trace"]["layers"][1]["units"], 40);
    assert_eq!(stored[0]["trace"]["initial"]["weights"], serde_json::json!({}));
    let svg = std::fs::read_to_string(place.path("results/small/figures/network.svg")).unwrap();
    assert!(svg.contains("layer hidden has 40 units: too many to draw"), "{svg}");
}

#[test]
fn traces_that_are_something_else_are_named() {
    let place = ran(SPEC);
    place.write("results/small/traces.json", "{}");
    let ended = deltalab(&place, &["figures", "results/small"]);
    assert_eq!(ended.code, Some(2));
    assert!(ended.stderr.contains("traces.json: no traces of this version"), "{}", ended.stderr);
}

#[test]
fn a_trace_is_drawn_beside_its_numbers() {
    let place = Place::new();
    place.write("small.toml", SPEC);
    let plain = deltalab(&place, &["trace", "small.toml", "--updates", "5"]);
    let drawn = deltalab(&place, &["trace", "small.toml", "--updates", "5", "--figure", "net.svg"]);
    assert_eq!(drawn.code, Some(0), "{}", drawn.stderr);
    assert_eq!(drawn.stdout, plain.stdout, "the numbers are the same");
    let svg = std::fs::read_to_string(place.path("net.svg")).unwrap();
    let document = plain.json();
    let output =
        document["updates"][4]["phases"][0]["activation"]["output"][0][0].as_f64().unwrap();
    assert!(
        svg.contains(&format!(">{output:.2}</text>")),
        "the last update is shown, {output}: {svg}"
    );
    let drawn = deltalab(&place, &["trace", "small.toml", "--figure", "net.png"]);
    assert_eq!(drawn.code, Some(0), "{}", drawn.stderr);
    assert!(std::fs::read(place.path("net.png")).unwrap().starts_with(b"\x89PNG"));
}

#[test]
fn a_picture_of_another_kind_or_in_no_folder_is_refused() {
    let place = Place::new();
    place.write("small.toml", SPEC);
    for (name, said) in
        [("net.pdf", "ends in .svg or .png"), ("nowhere/net.svg", "nowhere/net.svg")]
    {
        let ended = deltalab(&place, &["trace", "small.toml", "--figure", name]);
        assert_eq!(ended.code, Some(2), "{name}");
        assert!(ended.stderr.contains(said), "{}", ended.stderr);
        assert_eq!(ended.stdout, "", "{name}");
    }
}

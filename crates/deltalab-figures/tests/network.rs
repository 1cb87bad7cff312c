//! What holds for the figure of a network: it shows the numbers of the trace, each where it belongs, and says what it cannot show.

use deltalab_figures::{Figure, render};
use deltalab_results::{Cell, FigureRequest, Study, Traced};
use serde_json::{Value as Json, json};

/// 2-2-1, one pattern an update, two updates; the second path up has one negative weight, the hidden layer one bias of 0.
fn document() -> Json {
    let phase = |hidden: [f64; 2], output: f64| {
        json!([{ "name": "forward", "steps": 1, "settled": true, "net": {},
            "activation": { "hidden": [[hidden[0]], [hidden[1]]], "output": [[output]] } }])
    };
    let path = |to: &str, from: &str| json!({ "name": format!("{to}<-{from}"), "to": to, "from": from, "reciprocal_of": null, "mask": null });
    json!({
        "format": "deltalab-trace/1", "config": { "learner": { "kind": "backprop" } }, "seed": 7,
        "layers": [
            { "name": "input", "units": 2, "activation": "linear" },
            { "name": "hidden", "units": 2, "activation": "logistic" },
            { "name": "output", "units": 1, "activation": "logistic" },
        ],
        "paths": [path("hidden", "input"), path("output", "hidden")],
        "initial": {
            "weights": { "hidden<-input": [[4.0, 1.0], [2.0, 0.5]], "output<-hidden": [[3.0, -2.0]] },
            "biases": { "hidden": [0.0, 1.0], "output": [-0.5] }, "feedback": {},
        },
        "updates": [
            { "update": 0, "epoch": 1, "patterns": [3], "input": [[1.0], [0.0]], "target": [[1.0]], "phases": phase([0.25, 0.75], 0.625),
              "delta": { "hidden": [[0.0625], [-0.03125]], "output": [[0.125]] }, "error": { "sse": 0.140625 },
              "direction": {}, "change": { "weights": { "hidden<-input": [[1.0, 0.0], [0.0, 0.0]], "output<-hidden": [[0.0, 0.25]] },
              "biases": { "hidden": [0.0, 0.0], "output": [0.75] } } },
            { "update": 1, "epoch": 1, "patterns": [0], "input": [[0.0], [0.0]], "target": [[0.0]], "phases": phase([0.5, 0.5], 0.875),
              "delta": { "hidden": [[0.5], [0.5]], "output": [[-0.5]] }, "error": { "sse": 0.765625 },
              "direction": {}, "change": { "weights": {}, "biases": {} } },
        ],
        "final": { "weights": {}, "biases": {}, "feedback": {} },
    })
}

fn traced(document: Json) -> Traced {
    let trace = serde_json::from_value(document).unwrap();
    Traced { cell: "c0".to_owned(), inputs: vec!["left".to_owned(), "right".to_owned()], trace }
}

fn figure(traces: &[Traced], updates: &[u64]) -> Figure {
    let request = FigureRequest {
        kind: "network".to_owned(),
        updates: updates.to_vec(),
        ..Default::default()
    };
    let cell = Cell { id: "c0".to_owned(), learner: "BP".to_owned(), ..Cell::default() };
    let study =
        Study { cells: vec![cell], seeds: vec![7, 8], figures: vec![request], ..Study::default() };
    render(&study, &[], traces).unwrap().remove(0)
}

/// The texts of an SVG, in the order in which they were drawn.
fn texts(svg: &str) -> Vec<&str> {
    let texts = svg.lines().filter(|line| line.starts_with("<text"));
    texts.filter_map(|line| line.split_once('>')?.1.strip_suffix("</text>")).collect()
}

fn attribute<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    Some(line.split_once(&format!(" {name}=\""))?.1.split_once('"')?.0)
}

/// Width, and whether it is dashed, of every weight that is drawn in one of these colours; rims and the legend left out.
fn weights(svg: &str) -> Vec<(f64, bool)> {
    let lines = svg.lines().filter(|line| line.starts_with("<polyline"));
    let straight = lines.filter(|line| attribute(line, "points").unwrap().split(' ').count() == 2);
    let drawn = straight
        .filter(|line| ["#0072b2", "#b84a00"].contains(&attribute(line, "stroke").unwrap()));
    let upright = drawn.filter(|line| {
        let y: Vec<&str> = attribute(line, "points")
            .unwrap()
            .split(' ')
            .map(|p| p.split_once(',').unwrap().1)
            .collect();
        y[0] != y[1]
    });
    let width = |line: &str| attribute(line, "stroke-width").unwrap().parse().unwrap();
    upright.map(|line| (width(line), line.contains("stroke-dasharray"))).collect()
}

#[test]
fn the_numbers_of_the_trace_stand_in_their_units() {
    let figure = figure(&[traced(document())], &[1]);
    let texts = texts(&figure.svg);
    let at = |text: &str| {
        texts.iter().position(|t| *t == text).unwrap_or_else(|| panic!("{text} in {texts:?}"))
    };
    for number in ["1", "0.25", "0.75", "0.62", "0.38"] {
        at(number);
    }
    // Deltas in units of a tenth: 0.125, 0.0625 and −0.03125.
    for number in ["circles × 10⁻¹", "1.2", "0.62", "−0.31"] {
        at(number);
    }
    for word in ["left", "right", "input", "hidden", "output", "target", "error"] {
        at(word);
    }
    assert!(at("↑ activity on the way up") < at("↓ delta on the way down"));
    let words = texts.join(" ");
    for part in ["seed 7", "n\u{a0}=\u{a0}1", "Update 1 (epoch 1)", "Pattern 3", "sse 0.141"] {
        assert!(words.contains(part), "{part} is not in {words}");
    }
}

#[test]
fn a_weight_is_as_wide_as_it_is_large_and_dashed_where_it_is_negative() {
    // On the way up 4, 3, 2, 1, 0.5 and −2; on the way down 3 and −2.
    let mut found = weights(&figure(&[traced(document())], &[1]).svg);
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    let width = |weight: f64| 0.6 + 4.6 * weight / 4.0; // from 0.6 px to 5.2 px for the largest
    let expected = [
        (0.5, false),
        (1.0, false),
        (2.0, false),
        (2.0, true),
        (2.0, true),
        (3.0, false),
        (3.0, false),
        (4.0, false),
    ];
    assert_eq!(found.len(), expected.len(), "{found:?}");
    let dashed = |all: &[(f64, bool)]| all.iter().filter(|(_, dashed)| *dashed).count();
    assert_eq!(dashed(&found), dashed(&expected));
    for ((found, _), (weight, _)) in found.iter().zip(expected) {
        assert!((found - width(weight)).abs() < 1e-12, "{found} px for {weight}"); // rounding
    }
}

#[test]
fn the_csv_has_every_number_of_the_figure() {
    let figure = figure(&[traced(document())], &[1]);
    let csv = String::from_utf8(figure.csv).unwrap();
    assert_eq!(
        csv.lines().next().unwrap(),
        "cell,learner,seed,update,epoch,pattern,view,what,layer,unit,from_layer,from_unit,value"
    );
    let of = |what: &str| -> Vec<String> {
        let rows = csv.lines().filter(|row| row.split(',').nth(7) == Some(what));
        rows.map(|row| row.split(',').skip(8).collect::<Vec<_>>().join(",")).collect()
    };
    assert_eq!(
        of("activation"),
        [
            "input,0,,,1.0",
            "input,1,,,0.0",
            "hidden,0,,,0.25",
            "hidden,1,,,0.75",
            "output,0,,,0.625"
        ]
    );
    assert_eq!(of("delta"), ["hidden,0,,,0.0625", "hidden,1,,,-0.03125", "output,0,,,0.125"]);
    assert_eq!(
        (of("target"), of("error")),
        (vec!["output,0,,,1.0".to_owned()], vec!["output,0,,,0.375".to_owned()])
    );
    assert_eq!(
        of("weight"),
        [
            "hidden,0,input,0,4.0",
            "hidden,0,input,1,1.0",
            "hidden,1,input,0,2.0",
            "hidden,1,input,1,0.5",
            "output,0,hidden,0,3.0",
            "output,0,hidden,1,-2.0"
        ]
    );
    assert_eq!(of("bias"), ["hidden,0,,,0.0", "hidden,1,,,1.0", "output,0,,,-0.5"]);
}

#[test]
fn a_later_update_has_the_weights_that_the_ones_before_have_left() {
    let figure = figure(&[traced(document())], &[2]);
    let csv = String::from_utf8(figure.csv).unwrap();
    for row in [
        "c0,BP,7,2,1,0,,weight,hidden,0,input,0,5.0",
        "c0,BP,7,2,1,0,,weight,output,0,hidden,1,-1.75",
        "c0,BP,7,2,1,0,,bias,output,0,,,0.25",
    ] {
        assert!(csv.lines().any(|line| line == row), "{row} is not in {csv}");
    }
}

/// Polygons of an SVG that are arrowheads: they have three corners.
fn heads(svg: &str) -> usize {
    let polygons = svg.lines().filter(|line| line.starts_with("<polygon"));
    polygons.filter(|line| attribute(line, "points").unwrap().split(' ').count() == 3).count()
}

#[test]
fn every_weight_points_where_it_leads_and_one_that_serves_both_directions_both_ways() {
    // Six weights up, and two of them down again.
    assert_eq!(heads(&figure(&[traced(document())], &[1]).svg), 6 + 2);
    // The path back shares the weights of the one up: settled activities, and deltas, go both ways.
    let mut shared = document();
    let back = json!({ "name": "hidden<-output", "to": "hidden", "from": "output", "reciprocal_of": "output<-hidden", "mask": null });
    shared["paths"].as_array_mut().unwrap().push(back);
    assert_eq!(heads(&figure(&[traced(shared.clone())], &[1]).svg), 4 + 2 * 2 + 2 * 2);
    // With weights of its own they stand side by side, each with its head.
    shared["initial"]["weights"]["hidden<-output"] = json!([[1.0], [-1.0]]);
    assert_eq!(heads(&figure(&[traced(shared)], &[1]).svg), 4 + 4 + 4);
    // A weight that is masked is not there.
    let mut masked = document();
    masked["paths"][0]["mask"] = json!([[1, 0], [1, 1]]);
    assert_eq!(heads(&figure(&[traced(masked)], &[1]).svg), 5 + 2);
    // A feedback matrix takes the place of the weights on the way down.
    let mut fixed = document();
    fixed["initial"]["feedback"] = json!({ "hidden<-output": [[0.25], [0.25]] });
    assert_eq!(heads(&figure(&[traced(fixed)], &[1]).svg), 6 + 2);
}

#[test]
fn phases_have_a_view_each_and_their_difference() {
    let mut document = document();
    document["config"]["learner"]["kind"] = json!("generec");
    let mut plus = document["updates"][0]["phases"][0].clone();
    plus["name"] = json!("plus");
    document["updates"][0]["phases"][0]["name"] = json!("minus");
    document["updates"][0]["phases"].as_array_mut().unwrap().push(plus);
    let figure = figure(&[traced(document)], &[1]);
    let texts = texts(&figure.svg);
    let titles = ["↕ minus phase", "↕ plus phase", "plus − minus"];
    let places: Vec<_> = titles.iter().map(|t| texts.iter().position(|text| text == t)).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?} in {texts:?}");
}

#[test]
fn what_cannot_be_shown_is_said() {
    let said = |traces: &[Traced], updates: &[u64]| texts(&figure(traces, updates).svg).join(" ");
    let mut large = document();
    large["layers"][1]["units"] = json!(13);
    let large = said(&[traced(large)], &[1]);
    assert!(large.contains("layer hidden has 13 units: too many to draw (at most 12)"), "{large}");
    let mut deep = document();
    for n in 0..4 {
        deep["layers"]
            .as_array_mut()
            .unwrap()
            .insert(1, json!({ "name": format!("h{n}"), "units": 1 }));
    }
    let deep = said(&[traced(deep)], &[1]);
    assert!(deep.contains("the network has 7 layers: too many to draw (at most 6)"), "{deep}");
    assert!(
        said(&[traced(document())], &[3])
            .contains("the run of seed 7 has no update 3: it ends earlier")
    );
    assert!(said(&[], &[1]).contains("no trace of seed 7 is stored"));
}

#[test]
fn a_trace_that_does_not_fit_together_is_drawn_as_far_as_it_does() {
    let mut odd = document();
    odd["initial"]["weights"]["output<-hidden"] = json!([[3.0, -2.0, 1.0], [1.0, 1.0, 1.0]]);
    odd["updates"][0]["delta"]["hidden"] = json!([[0.5], [0.5], [0.5]]);
    odd["updates"][0]["input"] = json!([]);
    figure(&[traced(odd)], &[1]);
    let mut none = document();
    none["layers"] = json!([]);
    assert!(texts(&figure(&[traced(none)], &[1]).svg).contains(&"its trace has no layers"));
}

#[test]
fn numbers_that_are_not_finite_and_nets_without_weights_can_be_drawn() {
    let mut broken = document();
    broken["updates"][0]["phases"][0]["activation"]["output"] = json!([["NaN"]]);
    broken["updates"][0]["delta"] =
        json!({ "hidden": [["Infinity"], ["-Infinity"]], "output": [["NaN"]] });
    broken["initial"]["weights"]["output<-hidden"] = json!([["NaN", "Infinity"]]);
    let figure = figure(&[traced(broken)], &[1]);
    let texts = texts(&figure.svg);
    for text in ["NaN", "∞", "−∞"] {
        assert!(texts.contains(&text), "{text} is not in {texts:?}");
    }
    for line in figure.svg.lines().filter(|line| !line.starts_with("<text")) {
        assert!(!line.contains("NaN") && !line.contains("inf"), "{line}");
    }
    let mut zero = document();
    for path in ["hidden<-input", "output<-hidden"] {
        for row in zero["initial"]["weights"][path].as_array_mut().unwrap() {
            row.as_array_mut().unwrap().fill(json!(0.0));
        }
    }
    zero["initial"]["biases"] = json!({});
    assert!(weights(&self::figure(&[traced(zero)], &[1]).svg).is_empty());
}

//! Traces of made-up networks: shapes that real specs have. The forward pass and the deltas are those of the weights; phases of
//! settling are the forward pass with a little added.

use crate::{noise, request, study};
use deltalab_results::{Study, Traced};
use serde_json::{Map, Value as Json, json};

/// The shape of a network.
#[derive(Clone, Default)]
struct Shape {
    /// Units of each layer.
    sizes: Vec<usize>,
    /// Names of input units.
    inputs: &'static [&'static str],
    /// Paths from every earlier layer.
    shortcuts: bool,
    /// Paths back, with weights of their own, and the phases of a rule that settles.
    back: bool,
    /// Paths within hidden layers.
    lateral: bool,
    /// All weights 0.
    zero: bool,
}

/// Studies with a figure of a network each.
pub fn studies() -> Vec<(&'static str, Study, Vec<Traced>)> {
    let shape = |sizes: &[usize]| Shape { sizes: sizes.to_vec(), ..Shape::default() };
    const FLOWERS: &[&str] = &["sepal length", "sepal width", "petal length", "petal width"];
    let wide = Shape { lateral: true, back: true, ..shape(&[4, 4, 2, 3]) };
    let shapes = [
        ("network-2-2-1", vec![shape(&[2, 2, 1])]),
        ("network-8-3-8", vec![shape(&[8, 3, 8])]),
        ("network-12-12-12", vec![shape(&[12, 12, 12])]),
        ("network-deep", vec![shape(&[2, 3, 3, 3, 3, 1])]),
        ("network-names", vec![Shape { inputs: FLOWERS, shortcuts: true, ..shape(&[4, 5, 3]) }]),
        ("network-cues", vec![Shape { inputs: &["A", "B"], zero: true, ..shape(&[2, 1]) }]),
        ("network-settling", vec![wide.clone()]),
        (
            "network-learners",
            vec![
                shape(&[2, 2, 1]),
                Shape { back: true, ..shape(&[2, 2, 1]) },
                shape(&[64, 32, 10]),
            ],
        ),
    ];
    let mut studies: Vec<_> =
        shapes.into_iter().map(|(name, shapes)| of(name, &shapes, &[1])).collect();
    studies.push(of("network-updates", &[shape(&[2, 2, 1])], &[1, 2, 9]));
    studies
}

fn of(name: &'static str, shapes: &[Shape], updates: &[u64]) -> (&'static str, Study, Vec<Traced>) {
    let learners = ["BP", "GeneRec", "large"];
    let mut study = study(name, &learners[..shapes.len()], &[], 10);
    study.figures = vec![request("network", false)];
    study.figures[0].updates = updates.to_vec();
    let traces = shapes.iter().enumerate().map(|(cell, shape)| trace(cell, shape));
    (name, study, traces.collect())
}

type Matrix = Vec<Vec<f64>>;

/// A trace of two updates.
fn trace(cell: usize, shape: &Shape) -> Traced {
    let last = shape.sizes.len() - 1;
    let name = |layer: usize| match layer {
        0 => "input".to_owned(),
        n if n == last => "output".to_owned(),
        n => format!("hidden{}", if last == 2 { String::new() } else { n.to_string() }),
    };
    let layers: Vec<Json> = shape
        .sizes
        .iter()
        .enumerate()
        .map(|(n, units)| json!({ "name": name(n), "units": units, "activation": "logistic" }))
        .collect();
    let joined = |to: usize, from: usize| {
        from + 1 == to
            || shape.shortcuts && from < to
            || shape.back && from > 0 && from == to + 1
            || shape.lateral && from == to && to < last
    };
    let ends = (1..=last).flat_map(|to| (0..=last).map(move |from| (to, from)));
    let ends: Vec<(usize, usize)> = ends.filter(|&(to, from)| joined(to, from)).collect();
    let weights = |to: usize, from: usize| -> Matrix {
        let weight = |j: usize, i: usize| {
            let key = ((to * 7 + from) as u64, j as u64, (i + 40 * cell) as u64);
            if shape.zero { 0.0 } else { 3.0 * (noise(key.0, key.1, key.2) - 0.5) }
        };
        (0..shape.sizes[to])
            .map(|j| (0..shape.sizes[from]).map(|i| weight(j, i)).collect())
            .collect()
    };
    let bias = |layer: usize| -> Vec<f64> {
        (0..shape.sizes[layer]).map(|j| 2.0 * (noise(90, layer as u64, j as u64) - 0.5)).collect()
    };
    let path = |(to, from): (usize, usize)| format!("{}<-{}", name(to), name(from));
    let paths: Vec<Json> = ends
        .iter()
        .map(|&(to, from)| {
            let mask = (to == from).then(|| {
                let row = |j: usize| (0..shape.sizes[to]).map(|i| u8::from(i != j)).collect::<Vec<_>>();
                (0..shape.sizes[to]).map(row).collect::<Vec<_>>()
            });
            json!({ "name": path((to, from)), "to": name(to), "from": name(from), "reciprocal_of": null, "mask": mask })
        })
        .collect();
    let column = |values: &[f64]| json!(values.iter().map(|v| [v]).collect::<Vec<_>>());
    let by_layer = |values: &[Vec<f64>]| -> Map<String, Json> {
        (1..=last).map(|n| (name(n), column(&values[n]))).collect()
    };
    let biases = if shape.zero {
        Map::new()
    } else {
        (1..=last).map(|n| (name(n), json!(bias(n)))).collect()
    };
    let update = |number: usize| {
        let input: Vec<f64> =
            (0..shape.sizes[0]).map(|i| f64::from(u8::from((i + number) % 3 == 1))).collect();
        let target: Vec<f64> =
            (0..shape.sizes[last]).map(|k| f64::from(u8::from(k % 3 == 1))).collect();
        let up = |from: usize, to: usize| ends.contains(&(to, from)) && from < to;
        let mut y = vec![input.clone()];
        for to in 1..=last {
            let net = |j: usize| {
                let sum = |from: usize| -> f64 {
                    weights(to, from)[j].iter().zip(&y[from]).map(|(w, x)| w * x).sum()
                };
                (0..to).filter(|&from| up(from, to)).map(sum).sum::<f64>()
                    + if shape.zero { 0.0 } else { bias(to)[j] }
            };
            let activity = (0..shape.sizes[to])
                .map(|j| if shape.zero { net(j) } else { 1.0 / (1.0 + (-net(j)).exp()) });
            y.push(activity.collect());
        }
        let mut delta = vec![Vec::new(); last + 1];
        for from in (1..=last).rev() {
            delta[from] = (0..shape.sizes[from])
                .map(|i| {
                    let sum = |to: usize| -> f64 {
                        (0..shape.sizes[to]).map(|j| delta[to][j] * weights(to, from)[j][i]).sum()
                    };
                    let below = (from + 1..=last).filter(|&to| up(from, to)).map(sum).sum::<f64>();
                    let error = if from == last { target[i] - y[last][i] } else { below };
                    error * y[from][i] * (1.0 - y[from][i])
                })
                .collect();
        }
        let sse: f64 = target.iter().zip(&y[last]).map(|(t, z)| (t - z) * (t - z)).sum();
        let phase = |name: &str, y: &[Vec<f64>]| json!({ "name": name, "steps": 1, "settled": true, "activation": by_layer(y) });
        let phases = if shape.back {
            let mut plus: Vec<Vec<f64>> = y
                .iter()
                .zip(&delta)
                .map(|(y, d)| {
                    y.iter().enumerate().map(|(j, y)| y + d.get(j).unwrap_or(&0.0)).collect()
                })
                .collect();
            plus[last].clone_from(&target);
            delta = plus
                .iter()
                .zip(&y)
                .map(|(p, y)| p.iter().zip(y).map(|(p, y)| p - y).collect())
                .collect();
            vec![phase("minus", &y), phase("plus", &plus)]
        } else {
            vec![phase("forward", &y)]
        };
        json!({
            "update": number, "epoch": 1, "patterns": [number], "input": column(&input), "target": column(&target),
            "phases": phases, "delta": by_layer(&delta), "error": { "sse": sse },
            "direction": {}, "change": { "weights": {}, "biases": {} },
        })
    };
    let initial: Map<String, Json> =
        ends.iter().map(|&(to, from)| (path((to, from)), json!(weights(to, from)))).collect();
    let kind = if shape.back { "generec" } else { "backprop" };
    let trace = json!({
        "format": "deltalab-trace/1", "config": { "learner": { "kind": kind } }, "seed": 0, "layers": layers, "paths": paths,
        "initial": { "weights": initial, "biases": biases, "feedback": {} },
        "updates": [update(0), update(1)], "final": { "weights": {}, "biases": {} },
    });
    Traced {
        cell: format!("cell-{cell}"),
        inputs: shape.inputs.iter().map(ToString::to_string).collect(),
        trace: serde_json::from_value(trace).expect("the document of a trace"),
    }
}

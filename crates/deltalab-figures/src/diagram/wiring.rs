//! The weights of a trace as the edges of a view: which way they are used, and which of them stand side by side.

use deltalab_results::trace::{Path, Rows, State, Trace};

use super::{Edge, Flow};

/// Which way a view goes through the weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// From sending to receiving units.
    Up,
    /// From receiving to sending units, input aside; fixed feedback matrices in place of the weights that they stand for.
    Down,
    /// Neither.
    Nowhere,
}

/// Every weight that exists, as it is used on this way.
pub(crate) fn edges(trace: &Trace, state: &State, way: Way) -> Vec<Edge> {
    let mut edges = Vec::new();
    for path in &trace.paths {
        let Some(weights) = state.weights.get(&path.name) else {
            continue; // it has another's weights, and they are drawn
        };
        let flow = flow(trace, state, path, way);
        let lateral = path.to == path.from;
        let tied = lateral && is_symmetric(weights);
        let flow = if tied && flow != Flow::Idle { Flow::Both } else { flow };
        let exists = |j: usize, i: usize| {
            let on = path.mask.as_ref().and_then(|mask| mask.get(j)?.get(i));
            on.is_none_or(|on| *on != 0) && !(tied && j < i)
        };
        let turn = if way == Way::Down { Turn::Back } else { Turn::Along };
        add(trace, weights, (&path.to, &path.from), (flow, turn), exists, &mut edges);
    }
    for (name, weights) in state.feedback.iter().filter(|_| way == Way::Down) {
        if let Some(ends) = name.split_once("<-") {
            add(trace, weights, ends, (Flow::One, Turn::Along), |_, _| true, &mut edges);
        }
    }
    edges
}

/// Which way the weights of a path are used.
fn flow(trace: &Trace, state: &State, path: &Path, way: Way) -> Flow {
    let from_input = trace.layers.first().is_some_and(|input| input.name == path.from);
    let replaced = || state.feedback.contains_key(&format!("{}<-{}", path.from, path.to));
    let answer = trace.paths.iter().find(|other| other.to == path.from && other.from == path.to);
    match answer {
        _ if way == Way::Nowhere => Flow::Idle,
        _ if way == Way::Down && (from_input || replaced()) => Flow::Idle,
        Some(other) if other.name == path.name => Flow::One,
        Some(other) if state.weights.contains_key(&other.name) => Flow::Twin,
        Some(_) => Flow::Both,
        None => Flow::One,
    }
}

/// Whether edges begin where weights send from, or where they are received.
#[derive(Clone, Copy)]
enum Turn {
    Along,
    Back,
}

/// Adds the weights of a matrix, receiving x sending, that exist; a number without a unit is left out.
fn add(
    trace: &Trace,
    weights: &Rows,
    (to, from): (&str, &str),
    (flow, turn): (Flow, Turn),
    exists: impl Fn(usize, usize) -> bool,
    edges: &mut Vec<Edge>,
) {
    let layer = |name: &str| trace.layers.iter().position(|layer| layer.name == name);
    let (Some(to), Some(from)) = (layer(to), layer(from)) else { return };
    let sizes = (trace.layers[to].units, trace.layers[from].units);
    for (j, row) in weights.iter().enumerate().take(sizes.0) {
        for (i, weight) in row.iter().enumerate().take(sizes.1) {
            if exists(j, i) {
                let ends = match turn {
                    Turn::Along => [(from, i), (to, j)],
                    Turn::Back => [(to, j), (from, i)],
                };
                edges.push(Edge { from: ends[0], to: ends[1], weight: weight.0, flow });
            }
        }
    }
}

fn is_symmetric(weights: &Rows) -> bool {
    let at = |j: usize, i: usize| weights.get(j).and_then(|row| row.get(i)).map(|w| w.0);
    (0..weights.len()).all(|j| (0..j).all(|i| at(j, i) == at(i, j)))
}

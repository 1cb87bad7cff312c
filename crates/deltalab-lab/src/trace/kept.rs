//! The traces that the figures of a spec need, as `traces.json` of the result folder keeps them: one for each cell, seed and
//! update, with the weights before that update as its `initial`.

use super::Document;
use crate::plan::{Plan, PlannedCell};
use deltalab_core::network::Parameters;
use deltalab_core::train::Trace;
use deltalab_results::trace::too_large;
use deltalab_results::{Cell, Traced};

/// The traces that the figures of a plan need, in the order in which they ask for them, each once.
pub fn kept(plan: &Plan) -> Vec<Traced<Document>> {
    let mut wanted: Vec<(usize, u64, u64)> = Vec::new();
    for figure in plan.study.figures.iter().filter(|figure| figure.kind == "network") {
        let (seed, updates) = figure.moments(&plan.study);
        for cell in figure.examples(&plan.study) {
            let place = plan.study.cells.iter().position(|other| other.id == cell.id);
            for (place, &update) in
                place.into_iter().flat_map(|p| updates.iter().map(move |u| (p, u)))
            {
                if !wanted.contains(&(place, seed, update)) {
                    wanted.push((place, seed, update));
                }
            }
        }
    }
    let keep = |(place, seed, update): (usize, u64, u64)| {
        let (cell, planned) = (&plan.study.cells[place], &plan.cells[place]);
        let first = update.saturating_sub(1) as usize;
        traced(cell, planned, &one(planned, seed, first), first)
    };
    wanted.into_iter().map(keep).collect()
}

/// A trace with what its figure needs beside it; `first` is the number of its first update, from 0.
pub fn traced(cell: &Cell, planned: &PlannedCell, trace: &Trace, first: usize) -> Traced<Document> {
    Traced {
        cell: cell.id.clone(),
        inputs: planned.setup.input_names.clone(),
        trace: Document::new(cell, planned, trace, first),
    }
}

/// One update of a run, from 0, and the weights before it; no update where the run ends earlier. Of a network that is too large
/// to be drawn neither weights nor update.
fn one(planned: &PlannedCell, seed: u64, first: usize) -> Trace {
    let layers = planned.setup.topology.layers.iter();
    if too_large(layers.map(|layer| (layer.name.as_str(), layer.units))).is_some() {
        let nothing = Parameters { weights: Vec::new(), biases: Vec::new() };
        return Trace { seed, initial: nothing.clone(), updates: Vec::new(), last: nothing };
    }
    let mut trace = planned.recipe.trace(&planned.setup, seed, first + 1);
    if first > 0 {
        trace.initial = planned.recipe.trace(&planned.setup, seed, first).last;
        trace.updates.drain(..first.min(trace.updates.len()));
    }
    trace
}

//! A trace as JSON, format `deltalab-trace/1`.
//!
//! | key | what |
//! |---|---|
//! | `config` | the cell's resolved configuration; what is null there because it follows from something else is filled in |
//! | `layers`, `paths` | input first, output last; paths in the order in which net inputs are summed |
//! | `initial`, `final` | weights by path (receiving x sending), biases by layer, `feedback` of rules that have fixed matrices |
//! | `updates` | patterns, input, target, phases, δ, errors, direction (learning rate 1) and change of each |
//!
//! Matrices are lists of rows, `units x patterns`. A number reads back to the same bits; one that is not finite is `"NaN"`,
//! `"Infinity"` or `"-Infinity"`. `steps` and `settled` are one value, or a list by pattern where a phase of several settles.

use crate::plan::PlannedCell;
use deltalab_core::network::{Parameters, Topology};
use deltalab_core::train::{Trace, TracedPhase, Update};
use deltalab_results::Cell;
use deltalab_results::number::Number;
use nalgebra::DMatrix;
use serde::{Serialize, Serializer};
use serde_json::Value as Json;

/// Name and version of the format.
pub const FORMAT: &str = "deltalab-trace/1";

/// A trace as it is written, key by key.
#[derive(Debug, Serialize)]
pub struct Document {
    format: &'static str,
    config: Json,
    seed: u64,
    layers: Vec<LayerEntry>,
    paths: Vec<PathEntry>,
    initial: State,
    updates: Vec<UpdateEntry>,
    #[serde(rename = "final")]
    last: State,
}

#[derive(Debug, Serialize)]
struct LayerEntry {
    name: String,
    units: usize,
    activation: &'static str,
}

#[derive(Debug, Serialize)]
struct PathEntry {
    name: String,
    to: String,
    from: String,
    reciprocal_of: Option<String>,
    mask: Option<Vec<Vec<u8>>>,
}

#[derive(Debug, Serialize)]
struct UpdateEntry {
    update: usize,
    epoch: u64,
    patterns: Vec<u32>,
    input: Rows,
    target: Rows,
    phases: Vec<PhaseEntry>,
    delta: Entries<Rows>,
    error: Entries<Number>,
    direction: Values,
    change: Values,
}

#[derive(Debug, Serialize)]
struct PhaseEntry {
    name: &'static str,
    steps: OneOrEach<u64>,
    settled: OneOrEach<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    net: Option<Entries<Rows>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    activation: Option<Entries<Rows>>,
}

#[derive(Debug, Serialize)]
struct State {
    #[serde(flatten)]
    values: Values,
    /// Fixed matrices of rules that have them; no rule of the registry does yet.
    feedback: Entries<Rows>,
}

#[derive(Debug, Serialize)]
struct Values {
    weights: Entries<Rows>,
    biases: Entries<Vec<Number>>,
}

/// A matrix, row by row.
type Rows = Vec<Vec<Number>>;

/// Names and what they have, in this order.
#[derive(Debug)]
struct Entries<T>(Vec<(String, T)>);

impl<T: Serialize> Serialize for Entries<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum OneOrEach<T> {
    One(T),
    Each(Vec<T>),
}

impl<T: Clone> OneOrEach<T> {
    fn of(all: Vec<T>) -> Self {
        match <[T; 1]>::try_from(all) {
            Ok([one]) => Self::One(one),
            Err(all) => Self::Each(all),
        }
    }
}

impl Document {
    /// The document of a cell's trace, whose first update is number `first` of the run, from 0.
    pub fn new(cell: &Cell, planned: &PlannedCell, trace: &Trace, first: usize) -> Self {
        let topology = &*planned.setup.topology;
        let layer = |n: usize| topology.layers[n].name.clone();
        Self {
            format: FORMAT,
            config: config(cell, planned),
            seed: trace.seed,
            layers: topology
                .layers
                .iter()
                .map(|layer| LayerEntry {
                    name: layer.name.clone(),
                    units: layer.units,
                    activation: layer.activation.name(),
                })
                .collect(),
            paths: topology
                .paths
                .iter()
                .map(|path| PathEntry {
                    name: path.name.clone(),
                    to: layer(path.to),
                    from: layer(path.from),
                    reciprocal_of: path
                        .reciprocal_of
                        .map(|owner| topology.paths[owner].name.clone()),
                    mask: path.mask.as_ref().map(|rows| {
                        rows.iter()
                            .map(|row| row.iter().map(|&on| u8::from(on)).collect())
                            .collect()
                    }),
                })
                .collect(),
            initial: state(topology, &trace.initial),
            updates: trace
                .updates
                .iter()
                .enumerate()
                .map(|(n, update)| UpdateEntry::new(topology, first + n, update))
                .collect(),
            last: state(topology, &trace.last),
        }
    }
}

impl UpdateEntry {
    fn new(topology: &Topology, n: usize, update: &Update) -> Self {
        let error = |&(name, value): &(&str, f64)| (name.to_string(), Number(value));
        Self {
            update: n,
            epoch: update.epoch,
            patterns: update.patterns.clone(),
            input: rows(&update.input),
            target: rows(&update.target),
            phases: update.phases.iter().map(|phase| PhaseEntry::new(topology, phase)).collect(),
            delta: by_layer(topology, &update.delta),
            error: Entries(update.errors.iter().map(error).collect()),
            direction: values(topology, &update.direction),
            change: values(topology, &update.change),
        }
    }
}

impl PhaseEntry {
    fn new(topology: &Topology, phase: &TracedPhase) -> Self {
        let (steps, settled) = phase.steps.iter().copied().unzip();
        let state = phase.state.as_ref();
        Self {
            name: phase.name,
            steps: OneOrEach::of(steps),
            settled: OneOrEach::of(settled),
            net: state.map(|state| by_layer(topology, &state.net)),
            activation: state.map(|state| by_layer(topology, &state.activity)),
        }
    }
}

fn rows(matrix: &DMatrix<f64>) -> Rows {
    matrix.row_iter().map(|row| row.iter().copied().map(Number).collect()).collect()
}

/// Matrices of the layers above the input.
fn by_layer(topology: &Topology, matrices: &[DMatrix<f64>]) -> Entries<Rows> {
    let names = topology.layers.iter().skip(1).map(|layer| layer.name.clone());
    Entries(names.zip(matrices.iter().map(rows)).collect())
}

/// Paths that have weights of their own, and layers that learn a bias.
fn values(topology: &Topology, values: &Parameters<f64>) -> Values {
    let paths = topology.paths.iter().zip(&values.weights).filter(|(path, _)| !path.shared);
    let layers = topology.layers.iter().zip(&values.biases).filter(|(layer, _)| layer.bias);
    let list = |biases: &[f64]| biases.iter().copied().map(Number).collect();
    Values {
        weights: Entries(paths.map(|(path, w)| (path.name.clone(), rows(w))).collect()),
        biases: Entries(layers.map(|(layer, b)| (layer.name.clone(), list(b))).collect()),
    }
}

fn state(topology: &Topology, parameters: &Parameters<f64>) -> State {
    State { values: values(topology, parameters), feedback: Entries(Vec::new()) }
}

/// The resolved configuration. Keys that are null because they follow from others get what follows, so that a reader of the
/// trace needs no other page; the cell's identity is that of the configuration without them.
fn config(cell: &Cell, planned: &PlannedCell) -> Json {
    let mut config = cell.config.clone();
    let usual = planned.recipe.connectivity();
    let connectivity = planned.setup.network.connectivity.unwrap_or(usual);
    let fill = |config: &mut Json, section: &str, key: &str, value: Json| {
        let entry = config.get_mut(section).and_then(|section| section.get_mut(key));
        if let Some(entry) = entry.filter(|entry| entry.is_null()) {
            *entry = value;
        }
    };
    let activation = config["network"]["activation"].clone();
    let beta = config["learner"]["beta"].clone();
    let connectivity = serde_json::to_value(connectivity).unwrap_or_default();
    fill(&mut config, "network", "connectivity", connectivity);
    fill(&mut config, "network", "output_activation", activation);
    fill(&mut config, "learner", "beta_absent", beta);
    config
}

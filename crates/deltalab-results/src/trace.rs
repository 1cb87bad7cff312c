//! `traces.json`: the traces that the figures of a folder need, one for each cell, seed and update.
//!
//! ```text
//! { "format": "deltalab-traces/1", "traces": [{ "cell": "a1b2…", "inputs": ["A", "B"], "trace": { "format": "deltalab-trace/1", … } }] }
//! ```
//!
//! `inputs` names the input units, where the task does. A `trace` is what `deltalab trace` prints, from the update that is
//! shown on: its `initial` holds the weights before its first update, and no update where the run ends earlier. Of a network
//! that no figure can show it holds the shape alone. What is read here is what figures use.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;

use serde::{Deserialize, Serialize};

use crate::number::Number;
use crate::{Error, Folder};

/// Name of the file.
pub const FILE: &str = "traces.json";
/// Name and version of its format.
pub const FORMAT: &str = "deltalab-traces/1";

/// The most units of a layer, and the most layers, that a figure of a network can show.
pub const MOST_UNITS: usize = 12;
/// The most layers that a figure of a network can show.
pub const MOST_LAYERS: usize = 6;

/// A trace and whose it is; `T` is the trace as it is read ([`Trace`]) or as it is written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Traced<T = Trace> {
    /// Id of the cell.
    pub cell: String,
    /// Names of the input units; empty: they have none.
    pub inputs: Vec<String>,
    /// Its trace.
    pub trace: T,
}

/// The file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Traces<T = Trace> {
    /// [`FORMAT`].
    pub format: String,
    /// The traces.
    pub traces: Vec<Traced<T>>,
}

/// A matrix, row by row.
pub type Rows = Vec<Vec<Number>>;

/// A trace.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Trace {
    /// The resolved configuration of the cell.
    #[serde(default)]
    pub config: serde_json::Value,
    /// Its run seed.
    pub seed: u64,
    /// The layers, input first, output last.
    pub layers: Vec<Layer>,
    /// The paths that join them.
    pub paths: Vec<Path>,
    /// Weights and biases before its first update.
    pub initial: State,
    /// Its updates, in order.
    pub updates: Vec<Update>,
}

/// A layer.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Layer {
    /// Its name.
    pub name: String,
    /// Its units.
    pub units: usize,
}

/// A path.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Path {
    /// `TO<-FROM`.
    pub name: String,
    /// Receiving layer.
    pub to: String,
    /// Sending layer.
    pub from: String,
    /// The path that it answers; it has that one's weights where it has none of its own.
    pub reciprocal_of: Option<String>,
    /// Receiving x sending, 0 where there is no weight.
    pub mask: Option<Vec<Vec<u8>>>,
}

/// Weights by path, receiving x sending; biases by layer; fixed feedback matrices by `TO<-FROM`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct State {
    /// Weights.
    pub weights: BTreeMap<String, Rows>,
    /// Biases.
    pub biases: BTreeMap<String, Vec<Number>>,
    /// Feedback.
    pub feedback: BTreeMap<String, Rows>,
}

/// An update. Matrices are `units x patterns`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Update {
    /// Which, from 0.
    pub update: u64,
    /// Its epoch, from 1.
    pub epoch: u64,
    /// Indices of its patterns in the data.
    pub patterns: Vec<u64>,
    /// Input.
    pub input: Rows,
    /// Target.
    pub target: Rows,
    /// The phases.
    pub phases: Vec<Phase>,
    /// δ or the rule's relative of it, by layer above the input.
    pub delta: BTreeMap<String, Rows>,
    /// Errors by name, summed over units and patterns.
    pub error: BTreeMap<String, Number>,
    /// What was added to weights and biases.
    pub change: State,
}

/// A phase.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Phase {
    /// `forward`; `minus`, `plus`; `backward`; `free`, `nudged`, `nudged_minus`.
    pub name: String,
    /// Activities by layer above the input; `None` where only errors move.
    pub activation: Option<BTreeMap<String, Rows>>,
}

impl Trace {
    /// Why the network cannot be drawn so that it can be read, if so.
    pub fn too_large(&self) -> Option<String> {
        too_large(self.layers.iter().map(|layer| (layer.name.as_str(), layer.units)))
    }

    /// The weights and biases before the update of this number, if it is there.
    pub fn before(&self, update: u64) -> Option<State> {
        let mut state = self.initial.clone();
        for passed in &self.updates {
            if passed.update == update {
                return Some(state);
            }
            add(&mut state.weights, &passed.change.weights, |w, a| {
                w.iter_mut().zip(a).for_each(|(w, a)| add_all(w, a));
            });
            add(&mut state.biases, &passed.change.biases, |b, a| add_all(b, a));
        }
        None
    }
}

/// Why layers of these names and sizes cannot be drawn so that they can be read, if so.
pub fn too_large<'a>(layers: impl IntoIterator<Item = (&'a str, usize)>) -> Option<String> {
    let layers: Vec<_> = layers.into_iter().collect();
    let wide = layers.iter().find(|(_, units)| *units > MOST_UNITS);
    match wide {
        Some((name, units)) => {
            Some(format!("layer {name} has {units} units: too many to draw (at most {MOST_UNITS})"))
        }
        None if layers.len() > MOST_LAYERS => Some(format!(
            "the network has {} layers: too many to draw (at most {MOST_LAYERS})",
            layers.len()
        )),
        None => None,
    }
}

fn add<T>(to: &mut BTreeMap<String, T>, what: &BTreeMap<String, T>, each: impl Fn(&mut T, &T)) {
    for (name, change) in what {
        if let Some(value) = to.get_mut(name) {
            each(value, change);
        }
    }
}

fn add_all(to: &mut [Number], what: &[Number]) {
    to.iter_mut().zip(what).for_each(|(to, what)| to.0 += what.0);
}

impl Folder {
    /// The traces that the folder holds; none if there is no `traces.json`.
    ///
    /// # Errors
    /// [`Error::Read`], [`Error::Traces`] where the file is something else.
    pub fn read_traces(&self) -> Result<Vec<Traced>, Error> {
        let path = self.path().join(FILE);
        let text = match fs::read(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            read => read.map_err(Error::read(&path))?,
        };
        let file: Traces =
            serde_json::from_slice(&text).map_err(|source| Error::Traces { path, source })?;
        Ok(file.traces)
    }

    /// Writes `traces.json`, or takes away the one that is there if nothing needs it.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn write_traces<T: Serialize>(&self, traces: Vec<Traced<T>>) -> Result<(), Error> {
        if traces.is_empty() {
            let path = self.path().join(FILE);
            return match fs::remove_file(&path) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    Err(Error::write(&path)(error))
                }
                _ => Ok(()),
            };
        }
        let file = Traces { format: FORMAT.to_owned(), traces };
        let mut json = serde_json::to_vec(&file).expect("a trace has string keys");
        json.push(b'\n');
        self.write(FILE, &json).map(drop)
    }
}

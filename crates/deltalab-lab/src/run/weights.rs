//! Weights on their way from a run to the files: which are wanted, which are there.

use super::Stage;
use crate::plan::{Plan, PlannedCell};
use deltalab_core::train::{Precision, Setup, Snapshot};
use deltalab_results::weights::{Dtype, Index, Part, Shape, Tensor, Weights, Which};
use deltalab_results::{Cell, Error, Folder};
use std::collections::HashMap;

/// What weights a plan wants and a folder has, and where more of them go.
pub(super) struct Keeper {
    wanted: HashMap<String, Which>,
    pub index: Index,
    part: Option<Part>,
}

impl Keeper {
    /// Looks what is there; the part is opened where the plan wants any.
    pub fn open(folder: &Folder, shard: &str, plan: &Plan) -> Result<Self, Error> {
        let (trials, cells) = (Stage::tuning(plan).cells, Stage::comparison(plan).cells);
        let cells = trials.iter().chain(&cells).map(|(cell, _)| cell);
        let wanted: HashMap<_, _> = cells
            .filter(|cell| !cell.weights.is_none())
            .map(|cell| (cell.id.clone(), cell.weights))
            .collect();
        if wanted.is_empty() {
            return Ok(Self { wanted, index: Index::default(), part: None });
        }
        let part = Part::open(&folder.parts(), shard)?;
        Ok(Self { wanted, index: Index::of(&[folder])?, part: Some(part) })
    }

    /// Whether weights of a run of the comparison are wanted and not there: it is trained for their sake then.
    pub fn lacks(&self, cell: &str, seed: u64) -> bool {
        self.wanted.get(cell).is_some_and(|&which| !self.index.has(cell, seed, which))
    }

    /// Keeps the weights of a run.
    pub fn keep(&mut self, weights: Option<&Weights>) -> Result<(), Error> {
        match (&mut self.part, weights) {
            (Some(part), Some(weights)) => part.append(weights),
            _ => Ok(()),
        }
    }
}

/// Weights of a run as they are kept; `None` where none are.
pub(super) fn weights(
    (cell, PlannedCell { setup, .. }): (&Cell, &PlannedCell),
    seed: u64,
    moments: &[Snapshot],
) -> Option<Weights> {
    if moments.is_empty() {
        return None;
    }
    let topology = &setup.topology;
    let mut tensors = Vec::new();
    for (n, path) in topology.paths.iter().enumerate().filter(|(_, path)| !path.shared) {
        let extent = [path.to, path.from].map(|layer| topology.layers[layer].units);
        let mut tensor = tensor(setup, path.name.clone(), extent.to_vec());
        for w in moments.iter().map(|moment| &moment.parameters.weights[n]) {
            w.row_iter().for_each(|row| write(&mut tensor, row.iter()));
        }
        tensors.push(tensor);
    }
    for (n, layer) in topology.layers.iter().enumerate().filter(|(_, layer)| layer.bias) {
        let mut tensor = tensor(setup, format!("{}.bias", layer.name), vec![layer.units]);
        for b in moments.iter().map(|moment| &moment.parameters.biases[n]) {
            write(&mut tensor, b.iter());
        }
        tensors.push(tensor);
    }
    Some(Weights {
        cell: cell.id.clone(),
        seed,
        which: cell.weights,
        epochs: moments.iter().map(|moment| moment.epoch).collect(),
        tensors,
    })
}

fn tensor(setup: &Setup, name: String, extent: Vec<usize>) -> Tensor {
    let dtype = match setup.precision {
        Precision::F32 => Dtype::F32,
        Precision::F64 => Dtype::F64,
    };
    Tensor { shape: Shape { name, dtype, extent }, bytes: Vec::new() }
}

/// Numbers in their own precision, which f64 holds without rounding. Every NaN is the same one: which it was depends on the
/// processor.
fn write<'a>(tensor: &mut Tensor, numbers: impl Iterator<Item = &'a f64>) {
    for &x in numbers {
        let x = if x.is_nan() { f64::NAN } else { x };
        match tensor.shape.dtype {
            Dtype::F32 => tensor.bytes.extend((x as f32).to_le_bytes()),
            _ => tensor.bytes.extend(x.to_le_bytes()),
        }
    }
}

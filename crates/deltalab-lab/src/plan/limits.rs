//! # How large a plan may be, unless `allow_large = true` says that it is meant
//!
//! | what | limit | why there |
//! |---|---|---|
//! | runs, of the comparison or of its tuning | 10 million | a journal line each |
//! | cells, and trials of a tuning | 20,000 | each is held in memory with every default, about 20 kB |
//! | numbers of a task: patterns × (inputs + outputs) | 100 million | 0.8 GB; MNIST has 55 million |
//! | hidden layers of a network | 1,000 | with shortcuts, a path between any two |
//! | weights of a network | 10 million | 80 MB, and several times that with direction and optimiser |
//! | numbers of the curves of a run: points × metrics | 10 million | held in memory until the run ends |
//! | numbers of all curves of a plan | 1000 million | journal and tables of 70 GB |
//!
//! All are counted before anything of that size is made, each run at its most: `max_epochs`, nothing solved. What a task reads
//! from files is as large as the files.

use deltalab_core::network::{Connectivity, NetworkParams};
use deltalab_core::task::Task;
use deltalab_core::train::Setup;
use std::fmt;

/// Most cells of a plan, and most trials.
const MOST_CELLS: u64 = 20_000;
/// Most numbers that the patterns of a task are.
const MOST_NUMBERS: u64 = 100_000_000;
/// Most hidden layers.
const MOST_LAYERS: u64 = 1000;
/// Most weights of a network.
const MOST_WEIGHTS: u64 = 10_000_000;
/// Most numbers in the curves of one run.
const MOST_IN_CURVES: u64 = 10_000_000;
/// Most numbers in all curves of a plan.
const MOST_IN_ALL_CURVES: u64 = 1_000_000_000;

/// A size beyond its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Excess {
    /// Cells or trials.
    Cells {
        /// How many.
        cells: u64,
    },
    /// Patterns of a task.
    Patterns {
        /// How many.
        patterns: u64,
        /// Inputs and outputs of each.
        sizes: (u64, u64),
    },
    /// Hidden layers.
    Layers {
        /// How many.
        layers: u64,
    },
    /// Weights of a network.
    Weights {
        /// How many.
        weights: u64,
    },
    /// Curves of one run.
    Curves {
        /// Points of each.
        points: u64,
        /// Metrics that have one.
        metrics: u64,
    },
    /// Curves of all runs.
    AllCurves {
        /// Numbers in them.
        numbers: u64,
    },
}

impl Excess {
    /// The key of the spec that is to be changed; empty where it is the whole.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Cells { .. } | Self::AllCurves { .. } => "",
            Self::Patterns { .. } => "task",
            Self::Layers { .. } | Self::Weights { .. } => "network.hidden",
            Self::Curves { .. } => "record.every",
        }
    }
}

impl fmt::Display for Excess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let limit = match self {
            Self::Cells { cells } => {
                write!(f, "{cells} cells and trials")?;
                MOST_CELLS
            }
            Self::Patterns { patterns, sizes: (inputs, outputs) } => {
                let numbers = patterns.saturating_mul(inputs.saturating_add(*outputs));
                write!(
                    f,
                    "{patterns} patterns of {inputs} inputs and {outputs} outputs are {numbers} numbers"
                )?;
                MOST_NUMBERS
            }
            Self::Layers { layers } => {
                write!(f, "{layers} hidden layers")?;
                MOST_LAYERS
            }
            Self::Weights { weights } => {
                write!(f, "{weights} weights")?;
                MOST_WEIGHTS
            }
            Self::Curves { points, metrics } => {
                let numbers = points.saturating_mul(*metrics);
                let times = if *metrics == 1 { "number" } else { "numbers" };
                write!(
                    f,
                    "curves of up to {points} points, {metrics} {times} each, are {numbers} numbers a run"
                )?;
                MOST_IN_CURVES
            }
            Self::AllCurves { numbers } => {
                write!(
                    f,
                    "the curves of all runs are up to {numbers} numbers; record.every makes them fewer"
                )?;
                MOST_IN_ALL_CURVES
            }
        };
        write!(f, ", more than {limit}; set allow_large = true if that is meant")
    }
}

/// Too many cells.
pub(super) fn cells(cells: u64) -> Option<Excess> {
    (cells > MOST_CELLS).then_some(Excess::Cells { cells })
}

/// A task too large to be made.
pub(super) fn task(task: &dyn Task) -> Option<Excess> {
    let (inputs, outputs) = task.sizes();
    let (inputs, outputs, patterns) = (inputs as u64, outputs as u64, task.train_patterns() as u64);
    let numbers = patterns.saturating_mul(inputs.saturating_add(outputs));
    (numbers > MOST_NUMBERS).then_some(Excess::Patterns { patterns, sizes: (inputs, outputs) })
}

/// A network too large to be made.
pub(super) fn network(
    network: &NetworkParams,
    sizes: (usize, usize),
    usual: Connectivity,
) -> Option<Excess> {
    let layers = network.hidden.len() as u64;
    if layers > MOST_LAYERS {
        return Some(Excess::Layers { layers });
    }
    let weights = weights(network, sizes, usual);
    (weights > MOST_WEIGHTS).then_some(Excess::Weights { weights })
}

/// Weights of a network, those that are masked among them: every path between two layers that has its own.
fn weights(network: &NetworkParams, (inputs, outputs): (usize, usize), usual: Connectivity) -> u64 {
    let units: Vec<u64> = [inputs]
        .iter()
        .chain(&network.hidden)
        .chain(&[outputs])
        .map(|&units| units as u64)
        .collect();
    let connectivity = network.connectivity.unwrap_or(usual);
    let recurrent = connectivity == Connectivity::Recurrent;
    let answered = connectivity != Connectivity::Feedforward && !network.symmetric;
    let path = |to: usize, from: usize| units[to].saturating_mul(units[from]);
    let mut sum = 0_u64;
    for to in 1..units.len() {
        let first = if network.shortcuts || recurrent { 0 } else { to - 1 };
        for from in first..to {
            let ways = if answered && from > 0 { 2 } else { 1 };
            sum = sum.saturating_add(path(to, from).saturating_mul(ways));
        }
        if network.lateral || recurrent {
            sum = sum.saturating_add(path(to, to));
        }
    }
    sum
}

/// Numbers in the curves of a run at its most: points, and metrics.
fn curves_of(setup: &Setup) -> (u64, u64) {
    let time = match setup.probes.is_empty() {
        true => setup.train.max_epochs,
        false => setup.train_patterns as u64,
    };
    (time / setup.record.every + 2, setup.curves.len() as u64)
}

/// Curves too long to be held.
pub(super) fn curves(setup: &Setup) -> Option<Excess> {
    let (points, metrics) = curves_of(setup);
    (points.saturating_mul(metrics) > MOST_IN_CURVES).then_some(Excess::Curves { points, metrics })
}

/// Curves too long to be stored; of cells and the runs of each.
pub(super) fn all_curves<'a>(cells: impl Iterator<Item = (&'a Setup, u64)>) -> Option<Excess> {
    let of = |(setup, runs): (&Setup, u64)| {
        let (points, metrics) = curves_of(setup);
        points.saturating_mul(metrics).saturating_mul(runs)
    };
    let numbers = cells.map(of).fold(0, u64::saturating_add);
    (numbers > MOST_IN_ALL_CURVES).then_some(Excess::AllCurves { numbers })
}

#[cfg(test)]
mod tests {
    use super::*;
    use Connectivity::{Bidirectional, Feedforward, Recurrent};
    use deltalab_core::network::Topology;

    #[test]
    fn weights_are_those_that_the_network_gets() {
        for connectivity in [Feedforward, Bidirectional, Recurrent] {
            for (shortcuts, lateral, symmetric) in [
                (false, false, true),
                (true, false, false),
                (false, true, false),
                (true, true, true),
            ] {
                let params = NetworkParams {
                    hidden: vec![3, 5, 7],
                    connectivity: Some(connectivity),
                    shortcuts,
                    lateral,
                    symmetric,
                    biases: false,
                    ..NetworkParams::default()
                };
                let topology = Topology::new(&params, 2, 4, Feedforward).unwrap();
                let own = topology.paths.iter().filter(|path| !path.shared);
                let expected: usize = own
                    .map(|path| topology.layers[path.to].units * topology.layers[path.from].units)
                    .sum();
                assert_eq!(weights(&params, (2, 4), Feedforward), expected as u64, "{params:?}");
            }
        }
    }

    #[test]
    fn sizes_that_no_number_holds_are_beyond_every_limit() {
        let params = NetworkParams { hidden: vec![usize::MAX; 3], ..NetworkParams::default() };
        assert_eq!(weights(&params, (2, 4), Recurrent), u64::MAX);
    }
}

//! Where two cells part: the first update whose direction or change is not the same in both, and what each is a product of.
//!
//! Two numbers are the same when |a − b| ≤ 10⁻⁹ (1 + |b|): rules that are equal on paper differ by rounding, some
//! 10⁻¹⁶ per operation, which even a thousand updates leave far below.

use deltalab_core::network::Topology;
use deltalab_core::train::{Trace, TracedPhase, Update};

/// Largest |a − b| / (1 + |b|) that counts as the same.
pub const TOLERANCE: f64 = 1e-9;

/// What two cells did in the first update that they did not make alike.
#[derive(Clone, Debug)]
pub struct Parting {
    /// Which update, from 0; `None`: they do not part in the updates that were traced.
    pub update: Option<usize>,
    /// Updates that both runs have.
    pub compared: usize,
    /// Largest |a − b| / (1 + |b|) of a direction or a change, up to and in that update; NaN where a number is not finite in
    /// one of them only.
    pub largest: f64,
    /// Every weight and bias that both have, with its factors; empty if they do not part.
    pub rows: Vec<Row>,
}

/// One weight or bias, for one pattern of the update.
#[derive(Clone, Debug)]
pub struct Row {
    /// The weight.
    pub target: Target,
    /// Index of the pattern in the data.
    pub pattern: u32,
    /// Of the first cell and of the second.
    pub factors: [Factors; 2],
}

/// A weight or a bias.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A weight.
    Weight {
        /// Its path.
        path: String,
        /// Receiving unit j.
        to: usize,
        /// Sending unit i.
        from: usize,
    },
    /// A bias.
    Bias {
        /// Its layer.
        layer: String,
        /// Its unit j.
        unit: usize,
    },
}

/// What a change is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct Factors {
    /// δ_j of the receiving unit, or the rule's relative of it.
    pub delta: f64,
    /// Activity x_i of the sending unit, phase by phase; 1 for a bias.
    pub sending: Vec<(&'static str, f64)>,
    /// Activity y_j of the receiving unit, phase by phase.
    pub receiving: Vec<(&'static str, f64)>,
    /// Δw_ij / ε, over all patterns of the update.
    pub direction: f64,
    /// Δw_ij.
    pub change: f64,
}

/// One side of a comparison.
type Side<'a> = (&'a Topology, &'a Trace);

/// Compares two traces, update by update; weights and biases that only one network has are left aside.
pub fn part(a: Side<'_>, b: Side<'_>) -> Parting {
    let places = places(a.0, b.0);
    let compared = a.1.updates.len().min(b.1.updates.len());
    let mut largest = 0.0_f64;
    for n in 0..compared {
        let (one, other) = (&a.1.updates[n], &b.1.updates[n]);
        let mut apart = one.patterns != other.patterns;
        for place in &places {
            let ([c, change], [d, other_change]) = (place.0.made(one), place.1.made(other));
            for difference in [distance(c, d), distance(change, other_change)] {
                largest = if difference.is_nan() { f64::NAN } else { largest.max(difference) };
                apart |= difference.is_nan() || difference > TOLERANCE;
            }
        }
        if apart {
            let rows = rows(&places, (a.0, one), (b.0, other));
            return Parting { update: Some(n), compared, largest, rows };
        }
    }
    Parting { update: None, compared, largest, rows: Vec::new() }
}

/// |a − b| / (1 + |b|); 0 where both are the same infinity or both NaN.
fn distance(a: f64, b: f64) -> f64 {
    if a == b || a.is_nan() && b.is_nan() { 0.0 } else { (a - b).abs() / (1.0 + b.abs()) }
}

/// Where a weight or bias stands in a network.
#[derive(Clone, Copy, Debug)]
enum Place {
    Weight { path: usize, to: usize, from: usize },
    Bias { layer: usize, unit: usize },
}

impl Place {
    /// Direction and change.
    fn made(self, update: &Update) -> [f64; 2] {
        [&update.direction, &update.change].map(|values| match self {
            Self::Weight { path, to, from } => values.weights[path][(to, from)],
            Self::Bias { layer, unit } => values.biases[layer][unit],
        })
    }

    fn named(self, topology: &Topology) -> Target {
        match self {
            Self::Weight { path, to, from } => {
                Target::Weight { path: topology.paths[path].name.clone(), to, from }
            }
            Self::Bias { layer, unit } => {
                Target::Bias { layer: topology.layers[layer].name.clone(), unit }
            }
        }
    }

    fn factors(self, topology: &Topology, update: &Update, pattern: usize) -> Factors {
        let (to, unit) = match self {
            Self::Weight { path, to, .. } => (topology.paths[path].to, to),
            Self::Bias { layer, unit } => (layer, unit),
        };
        let states = || update.phases.iter().filter(|phase| phase.state.is_some());
        let sending = states().map(|phase| match self {
            Self::Weight { path, from, .. } => {
                let layer = topology.paths[path].from;
                (phase.name, activity(update, phase, layer, (from, pattern)))
            }
            Self::Bias { .. } => (phase.name, 1.0),
        });
        let receiving =
            states().map(|phase| (phase.name, activity(update, phase, to, (unit, pattern))));
        let [direction, change] = self.made(update);
        Factors {
            delta: update.delta[to - 1][(unit, pattern)],
            sending: sending.collect(),
            receiving: receiving.collect(),
            direction,
            change,
        }
    }
}

/// An activity: of the clamped input where that is the layer.
fn activity(update: &Update, phase: &TracedPhase, layer: usize, at: (usize, usize)) -> f64 {
    match (&phase.state, layer.checked_sub(1)) {
        (Some(state), Some(above)) => state.activity[above][at],
        _ => update.input[at],
    }
}

/// Every weight that exists and every bias of both networks.
fn places(a: &Topology, b: &Topology) -> Vec<(Place, Place)> {
    let mut places = Vec::new();
    for (n, path) in a.paths.iter().enumerate().filter(|(_, path)| !path.shared) {
        let same = |other: &deltalab_core::network::Path| other.name == path.name && !other.shared;
        let Some(other) = b.paths.iter().position(same) else { continue };
        let units = |t: &Topology, layer: usize| t.layers[layer].units;
        let (there, masks) = (&b.paths[other], [&path.mask, &b.paths[other].mask]);
        for to in 0..units(a, path.to).min(units(b, there.to)) {
            for from in 0..units(a, path.from).min(units(b, there.from)) {
                if masks.iter().all(|mask| mask.as_ref().is_none_or(|mask| mask[to][from])) {
                    let place = |path| Place::Weight { path, to, from };
                    places.push((place(n), place(other)));
                }
            }
        }
    }
    for (n, layer) in a.layers.iter().enumerate().filter(|(_, layer)| layer.bias) {
        let same = |other: &deltalab_core::network::Layer| other.name == layer.name && other.bias;
        let Some(other) = b.layers.iter().position(same) else { continue };
        for unit in 0..layer.units.min(b.layers[other].units) {
            let place = |layer| Place::Bias { layer, unit };
            places.push((place(n), place(other)));
        }
    }
    places
}

fn rows(
    places: &[(Place, Place)],
    (a, one): (&Topology, &Update),
    (b, other): (&Topology, &Update),
) -> Vec<Row> {
    let patterns = one.patterns.len().min(other.patterns.len());
    let all = places.iter().flat_map(|place| (0..patterns).map(move |pattern| (place, pattern)));
    let row = |(place, pattern): (&(Place, Place), usize)| Row {
        target: place.0.named(a),
        pattern: one.patterns[pattern],
        factors: [place.0.factors(a, one, pattern), place.1.factors(b, other, pattern)],
    };
    all.map(row).collect()
}

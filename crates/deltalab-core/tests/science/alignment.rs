//! The angle and length of a rule's direction against the exact gradient, as the metrics report them.

use crate::support::{ingredients, train};
use deltalab_core::learner::{
    ActivationBackprop, AlmeidaPineda, Backprop, ClampKind, Configured, Form, GeneRec, Nudge,
    Recipe, Rule, Sides,
};
use deltalab_core::network::{Backward, Connectivity, Settling};
use deltalab_core::real::Level;
use deltalab_core::task::Xor;
use deltalab_core::train::{All, BatchSize, Ingredients, Setup, Trace};
use std::sync::Arc;

type Exact = <AlmeidaPineda as Rule>::Params;
type Phases = <GeneRec as Rule>::Params;

/// One update on all of XOR, with hidden layers of 3 and 2 units.
fn cell(connectivity: Connectivity) -> Ingredients {
    let mut cell = ingredients(Xor::default());
    cell.network.hidden = vec![3, 2];
    cell.network.connectivity = Some(connectivity);
    cell.train.batch = BatchSize::All(All::All);
    cell.train.max_epochs = 1;
    cell.train.criterion = None;
    cell.record.metrics = vec!["gradient_angle".to_string(), "gradient_ratio".to_string()];
    cell
}

/// Angle and ratio of the whole net, then of each layer above the input.
fn metrics<L: Rule>(cell: &Ingredients, params: &L::Params) -> Vec<(f64, f64)> {
    let setup = Setup::new(cell.clone(), &Configured::<L>(params.clone())).unwrap();
    let outcome = &train::<L>(cell, params, Level::Scalar, &[0])[0];
    let value = |name: String| {
        let column = setup.finals.iter().position(|column| column.name == name).unwrap();
        outcome.finals[column]
    };
    let parts = ["".to_string()]
        .into_iter()
        .chain(setup.topology.layers[1..].iter().map(|layer| format!("({})", layer.name)));
    let both = |part: String| {
        (value(format!("gradient_angle{part}")), value(format!("gradient_ratio{part}")))
    };
    parts.map(both).collect()
}

fn tight() -> Settling {
    Settling { tolerance: 1e-11, max_steps: 5000, ..Settling::default() }
}

fn exact() -> Exact {
    let backward = Backward { tolerance: 1e-11, max_steps: 5000, ..Backward::default() };
    Exact { settling: tight(), backward }
}

#[test]
fn rules_that_are_the_gradient_are_at_angle_0_and_ratio_1_in_every_layer() {
    let up = cell(Connectivity::Feedforward);
    let all = [
        metrics::<Backprop>(&up, &Default::default()),
        metrics::<ActivationBackprop>(&up, &Default::default()),
        metrics::<AlmeidaPineda>(&up, &exact()),
        metrics::<AlmeidaPineda>(&cell(Connectivity::Bidirectional), &exact()),
    ];
    for (angle, ratio) in all.into_iter().flatten() {
        // Rounding of a cosine of 1 by 1e-16 is 1e-6 degrees; states settled to 1e-10 are that part of the smallest
        // gradients, of about 1e-3, times what the steps before left.
        assert!(angle < 1e-5 && (ratio - 1.0).abs() < 1e-6, "{angle} degrees, ratio {ratio}");
    }
}

#[test]
fn a_weaker_nudge_is_nearer_to_the_gradient_at_first_order() {
    let params = |nudge| {
        let clamp = ClampKind::Nudge(Nudge { nudge, sides: Sides::One });
        Phases { rule: Form::Chl, settling: tight(), clamp }
    };
    let cell = cell(Connectivity::Bidirectional);
    let mut last = f64::INFINITY;
    for nudge in [0.02, 0.01, 0.005] {
        let (angle, ratio) = metrics::<GeneRec>(&cell, &params(nudge))[0];
        let error = angle.to_radians().hypot(ratio - 1.0);
        assert!(error > 1e-6, "a nudge of {nudge} is not the limit itself");
        if last.is_finite() {
            // Halving β halves the error, as far as the second order lets it.
            assert!((1.8..2.2).contains(&(last / error)), "{last} to {error} at {nudge}");
        }
        last = error;
    }
}

/// The directions of the first update, layer by layer: weights into the layer, then its biases.
fn directions(trace: &Trace, setup: &Setup) -> Vec<Vec<f64>> {
    let direction = &trace.updates[0].direction;
    let layers = 1..setup.topology.layers.len();
    let of = |layer: usize| {
        let paths = setup.topology.paths.iter().zip(&direction.weights);
        let weights = paths.filter(|(path, _)| path.to == layer).flat_map(|(_, w)| w.iter());
        weights.chain(&direction.biases[layer]).copied().collect::<Vec<_>>()
    };
    layers.map(of).collect()
}

#[test]
fn angle_and_ratio_are_those_of_the_two_directions_in_their_traces() {
    for rule in [Form::Plain, Form::Midpoint, Form::Symmetric, Form::Chl] {
        let cell = cell(Connectivity::Bidirectional);
        let params = Phases { rule, ..Default::default() };
        let recipe = Configured::<GeneRec>(params.clone());
        let setup = Arc::new(Setup::new(cell.clone(), &recipe).unwrap());
        let own = directions(&recipe.trace(&setup, 0, 1), &setup);
        let recipe = Configured::<AlmeidaPineda>(exact());
        let gradient = directions(&recipe.trace(&setup, 0, 1), &setup);
        let found = metrics::<GeneRec>(&cell, &params);
        let whole = [own.concat()].into_iter().chain(own.clone());
        let exactly = [gradient.concat()].into_iter().chain(gradient.clone());
        for ((a, b), (angle, ratio)) in whole.zip(exactly).zip(found) {
            let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
            let (aa, bb) = (dot(&a, &a), dot(&b, &b));
            let expected = (dot(&a, &b) / (aa * bb).sqrt()).acos().to_degrees();
            // The reference inside the metric settles to 1e-10, this one to 1e-11.
            assert!((angle - expected).abs() < 1e-5, "{rule:?}: {angle}, not {expected} degrees");
            let expected = (aa / bb).sqrt();
            assert!((ratio / expected - 1.0).abs() < 1e-6, "{rule:?}: {ratio}, not {expected}");
            assert!(angle > 0.01, "{rule:?} is not the gradient");
        }
    }
}

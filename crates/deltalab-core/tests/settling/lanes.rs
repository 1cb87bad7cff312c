//! A settling rule has the same bits alone and in lanes, whatever the neighbours do: one of them never settles, and holds the
//! others up for no longer than its step limit. (With the trainer, at every level: `science/settling_lanes.rs`.)

use crate::support::{
    INPUTS, OUTPUTS, Pattern, Rig, SSE, joined, patterns, random_weights, stream, topology,
};
use deltalab_core::learner::{
    ActivationBackprop, AlmeidaPineda, Batch, ClampKind, Context, Difference, Form, GeneRec, Hard,
    Iterations, Learner, Nudge, Rule, Sender, Sides, Stable,
};
use deltalab_core::network::{
    Activation, Backward, Connectivity, Initial, Network, NetworkParams, On, Parameters, Settling,
    Topology,
};
use deltalab_core::real::{Lanes, Pair, Real};
use std::sync::Arc;

const MAX_STEPS: u64 = 60;

fn settling(on: On) -> Settling {
    // Below 1, so that a lane that goes on moving after it has settled is seen in the next phase.
    Settling { dt: 0.9, max_steps: MAX_STEPS, tolerance: 1e-4, on, ..Settling::default() }
}

/// Directions, then steps and settled of every phase, as bits.
type Bits = (Vec<u64>, Vec<u64>);

fn alone<L: Rule>(
    net: &Arc<Topology>,
    params: &L::Params,
    initial: &Initial,
    shown: &[Pattern],
) -> Bits {
    let mut rig = Rig::<L>::new(net, params, &SSE, initial);
    let direction = rig.direction(shown);
    let mut steps = Vec::new();
    for phase in rig.learner.phases().iter().flatten() {
        if let Some(of) = phase.steps {
            steps.extend(of.steps[..shown.len()].iter().chain(&of.settled[..shown.len()]));
        }
    }
    let bits = |x: &f64| x.to_bits();
    (direction.slices().flatten().map(bits).collect(), steps.iter().map(bits).collect())
}

/// The same for each lane, trained side by side.
fn together<L: Rule, R: Real<Elem = f64>>(
    net: &Arc<Topology>,
    params: &L::Params,
    lanes: &[(Initial, Vec<Pattern>)],
) -> Vec<Bits> {
    assert_eq!(lanes.len(), R::LANES);
    let count = lanes[0].1.len();
    let context = Context { topology: net, error: &SSE, input_names: &[], patterns: 4 };
    let mut learner = L::build::<R>(params, &context);
    let mut network = Network::<R>::new(net.clone());
    let mut batch = Batch::<R>::zeros(INPUTS, OUTPUTS, 4);
    batch.patterns = count;
    for (lane, (initial, shown)) in lanes.iter().enumerate() {
        network.set_lane(lane, initial);
        for (p, (x, t)) in shown.iter().enumerate() {
            let (input, target) = batch.pattern_mut(p);
            input.iter_mut().zip(x).for_each(|(to, &x)| to.lanes_mut()[lane] = x);
            target.iter_mut().zip(t).for_each(|(to, &t)| to.lanes_mut()[lane] = t);
        }
    }
    let mut direction = Parameters::<R>::zeros(net);
    direction.slices_mut().for_each(|c| c.fill(R::of(f64::NAN)));
    learner.direction(&network, &batch, &mut direction);
    let phases = learner.phases();
    (0..R::LANES)
        .map(|lane| {
            let bits = |x: &R| x.lanes()[lane].to_bits();
            let mut steps = Vec::new();
            for of in phases.iter().flatten().filter_map(|phase| phase.steps) {
                steps.extend(of.steps[..count].iter().chain(&of.settled[..count]).map(bits));
            }
            (direction.slices().flatten().map(bits).collect(), steps)
        })
        .collect()
}

/// Weights in which the two outputs inhibit each other so strongly that they cycle.
fn restless(net: &Topology, initial: &Initial) -> Initial {
    let mut initial = initial.clone();
    let output = net.output();
    for (n, path) in net.paths.iter().enumerate().filter(|(_, path)| path.to == output) {
        if path.from == output {
            (initial.weights[n][(0, 1)], initial.weights[n][(1, 0)]) = (-20.0, -20.0);
        } else {
            initial.weights[n].fill(0.0);
        }
    }
    initial.biases[output] = vec![8.0; OUTPUTS];
    initial
}

fn same_in_lanes<L: Rule>(connectivity: Connectivity, params: &L::Params) {
    let mut random = stream(110);
    let net = topology(&NetworkParams {
        symmetric: connectivity == Connectivity::Bidirectional,
        lateral: connectivity != Connectivity::Feedforward,
        activation: Activation::Logistic,
        ..joined(connectivity, &[4, 3])
    });
    for count in [1, 3] {
        let mut lanes: Vec<(Initial, Vec<Pattern>)> = (0..4)
            .map(|_| (random_weights(&net, 0.5, &mut random), patterns(count, &mut random)))
            .collect();
        let cycles = connectivity != Connectivity::Feedforward;
        if cycles {
            lanes[1].0 = restless(&net, &lanes[1].0);
        }
        let expected: Vec<Bits> =
            lanes.iter().map(|(initial, shown)| alone::<L>(&net, params, initial, shown)).collect();
        if cycles {
            let first = |lane: usize| {
                let steps = &expected[lane].1;
                (f64::from_bits(steps[0]), f64::from_bits(steps[count]))
            };
            assert_eq!(first(1), (MAX_STEPS as f64, 0.0), "lane 1 never settles");
            for lane in [0, 2, 3] {
                let (steps, settled) = first(lane);
                assert!(steps < MAX_STEPS as f64 && settled == 1.0, "lane {lane} settles: {steps}");
            }
        }
        assert_eq!(together::<L, Lanes<Pair<f64>, 2>>(&net, params, &lanes), expected);
        for pair in 0..2 {
            let here = 2 * pair..2 * pair + 2;
            let found = together::<L, Lanes<Pair<f64>, 1>>(&net, params, &lanes[here.clone()]);
            assert_eq!(found, expected[here]);
        }
    }
}

#[test]
fn generec_has_the_same_bits_beside_a_run_that_never_settles() {
    type Params = <GeneRec as Rule>::Params;
    let nudges =
        [Sides::One, Sides::Two].map(|sides| ClampKind::Nudge(Nudge { nudge: 0.1, sides }));
    for connectivity in [Connectivity::Bidirectional, Connectivity::Recurrent] {
        for rule in [Form::Plain, Form::Midpoint, Form::Symmetric, Form::Chl] {
            for clamp in [ClampKind::Word(Hard::Hard), nudges[0], nudges[1]] {
                for on in [On::Activation, On::Net] {
                    let params = Params { rule, settling: settling(on), clamp };
                    same_in_lanes::<GeneRec>(connectivity, &params);
                }
            }
        }
    }
}

#[test]
fn almeida_pineda_has_the_same_bits_beside_a_run_that_never_settles() {
    type Params = <AlmeidaPineda as Rule>::Params;
    let backward = Backward { dt: 0.7, max_steps: 50, tolerance: 1e-4 };
    for connectivity in [Connectivity::Bidirectional, Connectivity::Recurrent] {
        let params = Params { settling: settling(On::Activation), backward: backward.clone() };
        same_in_lanes::<AlmeidaPineda>(connectivity, &params);
    }
}

#[test]
fn activation_backprop_has_the_same_bits_in_lanes() {
    type Params = <ActivationBackprop as Rule>::Params;
    for iterations in [Iterations::Number(3), Iterations::Stable(Stable::Stable)] {
        for (sender, difference) in
            [(Sender::Minus, Difference::Phases), (Sender::Midpoint, Difference::Local)]
        {
            let params =
                Params { lambda: 2.0, iterations, sender, difference, ..Params::default() };
            same_in_lanes::<ActivationBackprop>(Connectivity::Feedforward, &params);
        }
    }
}

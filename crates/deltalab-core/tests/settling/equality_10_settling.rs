//! Equality 10. Settling again from a settled state takes one step and moves less than the tolerance; with symmetric weights
//! no step raises E for dt ≤ min(1, 2 / (1 + ν max f')); beyond, two mutually inhibiting units can cycle for ever.

use crate::support::{
    Dense, INPUTS, OUTPUTS, cyclic, joined, name, patterns, random_weights, stream, topology,
};
use deltalab_core::network::{
    Activation, Clamp, Connectivity, Initial, Network, NetworkParams, On, Settled, Settling,
    Topology,
};
use std::sync::Arc;

fn network(topology: &Arc<Topology>, initial: &Initial) -> Network<f64> {
    let mut network = Network::new(topology.clone());
    network.set_lane(0, initial);
    network
}

/// Every unit of one pattern, inputs first.
fn all_units(state: &Settled<f64>, topology: &Topology) -> Vec<f64> {
    (0..topology.layers.len()).flat_map(|layer| state.activity.of(layer, 1).to_vec()).collect()
}

#[test]
fn settling_again_takes_one_step_and_moves_less_than_the_tolerance() {
    let mut random = stream(100);
    for activation in [Activation::Logistic, Activation::Tanh] {
        for net in cyclic(&activation) {
            let initial = random_weights(&net, 0.5, &mut random);
            let network = network(&net, &initial);
            for on in [On::Activation, On::Net] {
                let settling =
                    Settling { tolerance: 1e-6, max_steps: 10_000, on, ..Settling::default() };
                let shown = patterns(1, &mut random).remove(0);
                let mut state = Settled::new(&net, 1);
                state.start(&network, &settling, &shown.0, 1);
                for clamp in
                    [Clamp::Input, Clamp::Nudge(&shown.1, 0.5), Clamp::InputAndTarget(&shown.1)]
                {
                    state.settle(&network, &settling, clamp, 1);
                    let what = format!("{on:?}, {clamp:?}, {}", name(&net));
                    assert!(state.steps.settled[0] == 1.0 && state.steps.steps[0] > 1.0, "{what}");
                    let before = all_units(&state, &net);
                    state.settle(&network, &settling, clamp, 1);
                    assert_eq!(
                        (state.steps.steps[0], state.steps.settled[0]),
                        (1.0, 1.0),
                        "{what}"
                    );
                    let after = all_units(&state, &net);
                    let moved = before.iter().zip(&after).map(|(a, b)| (a - b).abs());
                    let moved = moved.fold(0.0, f64::max);
                    assert!(moved > 0.0 && moved < 1e-6, "moved {moved}, {what}");
                }
            }
        }
    }
}

/// −(least eigenvalue) of W over the units that move, if that is positive.
fn nu(dense: &Dense) -> f64 {
    let free = dense.units() - INPUTS;
    let w = dense.w.view((INPUTS, INPUTS), (free, free)).into_owned();
    w.symmetric_eigenvalues().iter().fold(0.0, |nu: f64, &value| nu.max(-value))
}

#[test]
fn with_symmetric_weights_no_step_within_the_bound_raises_the_energy() {
    let mut random = stream(101);
    let mut below_one = 0;
    for (activation, steepest) in [(Activation::Logistic, 0.25), (Activation::Tanh, 1.0)] {
        for net in cyclic(&activation).into_iter().filter(|net| net.symmetric) {
            for sd in [1.0, 6.0] {
                let initial = random_weights(&net, sd, &mut random);
                let dense = Dense::new(&net, &initial);
                let dt = (2.0 / (1.0 + nu(&dense) * steepest)).min(1.0);
                below_one += usize::from(dt < 0.9);
                let network = network(&net, &initial);
                let settling = Settling { dt, max_steps: 1, start: 0.3, ..Settling::default() };
                let mut state = Settled::new(&net, 1);
                state.start(&network, &settling, &patterns(1, &mut random)[0].0, 1);
                let mut energy = dense.energy(&all_units(&state, &net));
                let first = energy;
                for step in 0..100 {
                    state.settle(&network, &settling, Clamp::Input, 1);
                    let units = all_units(&state, &net);
                    // At ±1 the energy's ln is infinitely steep: rounding there is not the theory's.
                    let edge = |y: &f64| y.abs() > 1.0 - 1e-9 || (steepest < 1.0 && *y < 1e-9);
                    if units[INPUTS..].iter().any(edge) {
                        break;
                    }
                    let next = dense.energy(&units);
                    let what = format!("step {step}, dt {dt}, {}", name(&net));
                    // Rounding of a sum of about fifty terms of the size of E.
                    assert!(
                        next <= energy + 1e-13 * (1.0 + energy.abs()),
                        "{energy} to {next}: {what}"
                    );
                    energy = next;
                }
                assert!(energy < first, "{}", name(&net));
            }
        }
    }
    assert!(below_one > 5, "the bound should bind: {below_one}");
}

/// Two output units that inhibit each other, and nothing else: w both ways, bias b.
fn rivals(activation: Activation, w: f64, b: f64) -> (Arc<Topology>, Initial) {
    let net = topology(&NetworkParams {
        lateral: true,
        activation,
        ..joined(Connectivity::Bidirectional, &[])
    });
    let mut initial = random_weights(&net, 0.0, &mut stream(102));
    let lateral = net.paths.iter().position(|path| path.from == path.to).expect("a lateral path");
    (initial.weights[lateral][(0, 1)], initial.weights[lateral][(1, 0)]) = (w, w);
    initial.biases[1] = vec![b; OUTPUTS];
    (net, initial)
}

#[test]
fn the_bound_is_tight_for_linear_units() {
    // ν = 2, so dt ≤ 2/3.
    let (net, initial) = rivals(Activation::Linear, -2.0, 0.0);
    let dense = Dense::new(&net, &initial);
    assert_eq!(nu(&dense), 2.0);
    let change = |dt: f64| {
        let network = network(&net, &initial);
        let settling = Settling { dt, max_steps: 1, ..Settling::default() };
        let mut state = Settled::new(&net, 1);
        state.start(&network, &settling, &[0.0; INPUTS], 1);
        let before = dense.energy(&all_units(&state, &net));
        state.settle(&network, &settling, Clamp::Input, 1);
        dense.energy(&all_units(&state, &net)) - before
    };
    assert!(change(2.0 / 3.0 - 1e-3) < 0.0 && change(2.0 / 3.0 + 1e-3) > 0.0);
}

#[test]
fn mutual_inhibition_can_cycle_for_ever_and_is_reported_unsettled() {
    let (net, initial) = rivals(Activation::Logistic, -10.0, 5.0);
    let network = network(&net, &initial);
    for (dt, cycles) in [(1.0, true), (0.3, false)] {
        let settling = Settling { dt, max_steps: 5000, start: 0.6, ..Settling::default() };
        let mut state = Settled::new(&net, 1);
        state.start(&network, &settling, &[0.0; INPUTS], 1);
        state.settle(&network, &settling, Clamp::Input, 1);
        assert_eq!(state.steps.settled[0] == 0.0, cycles, "dt {dt}");
        assert_eq!(state.steps.steps[0] == 5000.0, cycles, "dt {dt}");
    }
}

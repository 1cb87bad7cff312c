//! Optimisers against a few lines of scalar code for each, over changing directions, and in closed form.

use crate::support::{close, stream, topology};
use deltalab_core::network::{Activation, Network, NetworkParams, Parameters};
use deltalab_core::optimiser::schedule::{Exponential, InverseTime, Linear, Steps};
use deltalab_core::optimiser::{
    Adam, Momentum, Optimiser, OptimiserParams, Rmsprop, Rprop, Schedule, Sgd,
};

/// A net with two paths and biases; the first path may be fixed.
fn network(fixed: bool) -> Network<f64> {
    let params = NetworkParams {
        hidden: vec![2],
        activation: Activation::Tanh,
        fixed: if fixed { vec!["hidden<-input".to_string()] } else { Vec::new() },
        ..NetworkParams::default()
    };
    Network::new(topology(&params, 3, 2))
}

/// What an optimiser adds to one weight w, given c, at a learning rate: written again, number by number.
type Scalar = Box<dyn FnMut(f64, f64, f64) -> f64>;

/// `first_step` is rprop's.
fn scalar(params: &OptimiserParams, first_step: f64) -> Scalar {
    let (mut m, mut q, mut n) = (0.0_f64, 0.0_f64, 0);
    match params.clone() {
        OptimiserParams::Sgd(p) => Box::new(move |rate, w, c| rate * c - rate * p.weight_decay * w),
        OptimiserParams::Momentum(p) => Box::new(move |rate, w, c| {
            m = p.momentum * m + rate * c;
            m - rate * p.weight_decay * w
        }),
        OptimiserParams::Nesterov(p) => Box::new(move |rate, w, c| {
            m = p.momentum * m + rate * c;
            p.momentum * m + rate * c - rate * p.weight_decay * w
        }),
        OptimiserParams::Rmsprop(p) => Box::new(move |rate, w, c| {
            q = p.decay * q + (1.0 - p.decay) * c * c;
            rate * c / (q.sqrt() + p.epsilon) - rate * p.weight_decay * w
        }),
        OptimiserParams::Adam(p) => Box::new(move |rate, w, c| {
            n += 1;
            m = p.beta1 * m + (1.0 - p.beta1) * c;
            q = p.beta2 * q + (1.0 - p.beta2) * c * c;
            let (mean, square) = (m / (1.0 - p.beta1.powi(n)), q / (1.0 - p.beta2.powi(n)));
            rate * mean / (square.sqrt() + p.epsilon) - rate * p.weight_decay * w
        }),
        OptimiserParams::Lbfgs(_) | OptimiserParams::LevenbergMarquardt(_) => {
            panic!("{params:?} is no rule of one weight")
        }
        OptimiserParams::Rprop(p) => {
            let (mut step, mut last) = (first_step, 0.0_f64);
            Box::new(move |rate, w, c| {
                let mut c = c;
                if c * last > 0.0 {
                    step = (step * p.increase).min(p.largest);
                } else if c * last < 0.0 {
                    step = (step * p.decrease).max(p.smallest);
                    c = 0.0;
                }
                last = c;
                let sign = if c == 0.0 { 0.0 } else { c.signum() };
                sign * step - rate * p.weight_decay * w
            })
        }
    }
}

/// Every optimiser, with parameters that are not its defaults.
fn optimisers(weight_decay: f64) -> Vec<OptimiserParams> {
    vec![
        OptimiserParams::Sgd(Sgd { weight_decay }),
        OptimiserParams::Momentum(Momentum { momentum: 0.7, weight_decay }),
        OptimiserParams::Nesterov(Momentum { momentum: 0.7, weight_decay }),
        OptimiserParams::Rmsprop(Rmsprop { decay: 0.8, epsilon: 1e-3, weight_decay }),
        OptimiserParams::Adam(Adam { beta1: 0.8, beta2: 0.95, epsilon: 1e-3, weight_decay }),
        OptimiserParams::Rprop(Rprop {
            increase: 1.3,
            decrease: 0.4,
            largest: 0.3,
            smallest: 0.02,
            weight_decay,
        }),
    ]
}

fn set(values: &mut Parameters<f64>, mut number: impl FnMut() -> f64) {
    values.slices_mut().flatten().for_each(|w| *w = number());
}

fn all(values: &Parameters<f64>) -> Vec<f64> {
    values.slices().flatten().copied().collect()
}

#[test]
fn twenty_updates_are_those_of_scalar_code_and_only_weights_decay() {
    for weight_decay in [0.0, 0.3] {
        for params in optimisers(weight_decay) {
            let mut net = network(false);
            let mut random = stream(21);
            set(&mut net.values, || random.normal());
            let mut direction = Parameters::zeros(&net.topology);
            let mut optimiser = Optimiser::new(params.clone(), 0.1, &net.topology);
            let weights: usize = net.values.weights.iter().map(|w| w.len()).sum();
            let undecayed = optimisers(0.0)
                .remove(optimisers(weight_decay).iter().position(|p| *p == params).unwrap_or(0));
            let mut by_hand: Vec<_> = (0..all(&net.values).len())
                .map(|n| scalar(if n < weights { &params } else { &undecayed }, 0.1))
                .collect();
            let mut expected = all(&net.values);
            for update in 0..20 {
                // Signs turn often, and an exact 0 comes now and then.
                set(&mut direction, || if random.below(8) == 0 { 0.0 } else { random.normal() });
                // A rate that changes shows where ε stands: before the memory or after it.
                let factor = [1.0, 0.5, 2.0][update % 3];
                optimiser.set_rate(0, factor);
                for ((w, c), f) in expected.iter_mut().zip(all(&direction)).zip(&mut by_hand) {
                    *w += f(0.1 * factor, *w, c);
                }
                optimiser.apply(&direction, &mut net);
                for (found, expected) in all(&net.values).iter().zip(&expected) {
                    // Twenty updates of order 0.1, rounded in another order.
                    close(*found, *expected, 1e-14, &format!("update {update} of {params:?}"));
                }
            }
        }
    }
}

#[test]
fn a_fixed_path_neither_moves_nor_decays() {
    for params in optimisers(0.3) {
        let mut net = network(true);
        let mut random = stream(22);
        set(&mut net.values, || random.normal());
        let before = net.values.clone();
        let mut direction = Parameters::zeros(&net.topology);
        set(&mut direction, || random.normal());
        direction.weights[0].fill(0.0); // as every rule leaves it
        let mut optimiser = Optimiser::new(params.clone(), 0.1, &net.topology);
        for _ in 0..3 {
            optimiser.apply(&direction, &mut net);
        }
        assert_eq!(net.values.weights[0], before.weights[0], "{params:?}");
        assert!(
            net.values.weights[1].iter().zip(&before.weights[1]).all(|(now, then)| now != then),
            "{params:?}"
        );
    }
}

/// Changes of the first weight under a constant direction.
fn changes(params: OptimiserParams, rate: f64, directions: &[f64]) -> Vec<f64> {
    let mut net = network(false);
    let mut direction = Parameters::zeros(&net.topology);
    let mut optimiser = Optimiser::new(params, rate, &net.topology);
    let mut changes = Vec::new();
    for &c in directions {
        set(&mut direction, || c);
        let before = net.values.weights[0][(0, 0)];
        optimiser.apply(&direction, &mut net);
        changes.push(net.values.weights[0][(0, 0)] - before);
    }
    changes
}

#[test]
fn momentum_and_nesterov_reach_the_terminal_velocity() {
    let terminal = 0.01 * 2.0 / (1.0 - 0.9);
    let momentum = Momentum { momentum: 0.9, weight_decay: 0.0 };
    for params in [OptimiserParams::Momentum(momentum.clone()), OptimiserParams::Nesterov(momentum)]
    {
        let changes = changes(params, 0.01, &[2.0; 400]);
        // 0.9⁴⁰⁰ is 5e-19; the weight has grown to 80, whose rounding is 1e-14.
        close(changes[399], terminal, 1e-13, "velocity");
        assert!(changes[0] < 0.2 * terminal);
    }
}

#[test]
fn adams_first_step_is_the_learning_rate_whatever_the_size_of_the_direction() {
    for c in [1e-6, -3.0, 1e9] {
        let adam = Adam { epsilon: 1e-300, ..Adam::default() };
        let step = changes(OptimiserParams::Adam(adam), 0.01, &[c])[0];
        // Half a dozen roundings of 1e-16.
        close(step, 0.01 * f64::signum(c), 1e-17, &format!("c = {c}"));
    }
}

/// A direction of 0 moves nothing, be epsilon so small that it rounds to 0: masked weights have such directions.
#[test]
fn a_direction_of_zero_leaves_every_weight_where_it_is() {
    let adam = Adam { epsilon: 0.0, ..Adam::default() };
    let rmsprop = Rmsprop { epsilon: 0.0, ..Rmsprop::default() };
    for params in [OptimiserParams::Adam(adam), OptimiserParams::Rmsprop(rmsprop)]
        .into_iter()
        .chain(optimisers(0.0))
    {
        assert_eq!(changes(params.clone(), 0.1, &[0.0; 3]), [0.0; 3], "{params:?}");
    }
}

#[test]
fn rprop_lengthens_its_step_while_the_sign_stays_and_pauses_where_it_turns() {
    let rprop = OptimiserParams::Rprop(Rprop::default());
    let steps = changes(rprop.clone(), 0.1, &[5.0, 0.1, 7.0, -1.0, -1.0, -1.0, 2.0, 0.0, 1.0]);
    // 0.1, · 1.2, · 1.2; turns: · 0.5 and no change; then from 0, which has no sign, the step as it is; · 1.2; turns; 0; as it is.
    let step = [0.1, 0.12, 0.144, 0.072, 0.072, 0.0864, 0.0432];
    let expected = [step[0], step[1], step[2], 0.0, -step[4], -step[5], 0.0, 0.0, step[6]];
    for (found, expected) in steps.iter().zip(expected) {
        close(*found, expected, 1e-15, "step");
    }
    let longest = changes(rprop.clone(), 1.0, &[1.0; 40]);
    close(longest[39], 50.0, 1e-12, "the largest step");
    let turning: Vec<f64> = (0..200).map(|n| if n % 4 < 2 { 1.0 } else { -1.0 }).collect();
    let shortest = changes(rprop, 1e-4, &turning)
        .into_iter()
        .map(f64::abs)
        .filter(|step| *step > 0.0)
        .fold(1.0, f64::min);
    close(shortest, 1e-6, 1e-12, "the smallest step");
}

#[test]
fn a_lane_that_is_reset_forgets_what_it_has_seen() {
    for params in optimisers(0.0) {
        let net = network(false);
        let mut direction = Parameters::zeros(&net.topology);
        set(&mut direction, || 0.5);
        let mut optimiser = Optimiser::new(params.clone(), 0.1, &net.topology);
        let mut steps = [0.0; 2];
        for step in &mut steps {
            optimiser.reset_lane(0);
            let mut net = network(false);
            for _ in 0..4 {
                optimiser.apply(&direction, &mut net);
            }
            *step = net.values.weights[0][(0, 0)];
        }
        assert_eq!(steps[0], steps[1], "{params:?}");
    }
}

#[test]
fn the_rate_of_a_schedule_multiplies_the_learning_rate() {
    let mut net = network(false);
    let mut direction = Parameters::zeros(&net.topology);
    set(&mut direction, || 1.0);
    let mut optimiser = Optimiser::new(OptimiserParams::default(), 0.5, &net.topology);
    for (factor, expected) in [(1.0, 0.5), (0.5, 0.75), (0.25, 0.875)] {
        optimiser.set_rate(0, factor);
        optimiser.apply(&direction, &mut net);
        assert_eq!(net.values.weights[1][(1, 1)], expected);
    }
}

#[test]
fn schedules_have_the_factors_of_their_formulas() {
    let factors = |schedule: &Schedule, epochs: &[u64]| {
        epochs.iter().map(|&n| schedule.factor(n)).collect::<Vec<_>>()
    };
    assert_eq!(factors(&Schedule::Constant, &[1, 2, 1_000_000]), [1.0; 3]);
    let steps = Schedule::Steps(Steps { at: vec![3, 10], factors: vec![0.5, 4.0] });
    assert_eq!(factors(&steps, &[1, 2, 3, 9, 10, 11]), [1.0, 1.0, 0.5, 0.5, 2.0, 2.0]);
    let exponential = Schedule::Exponential(Exponential { decay: 0.5 });
    assert_eq!(factors(&exponential, &[1, 2, 3, 11]), [1.0, 0.5, 0.25, 1.0 / 1024.0]);
    let inverse = Schedule::InverseTime(InverseTime { decay: 0.5 });
    assert_eq!(factors(&inverse, &[1, 2, 3, 7]), [1.0, 1.0 / 1.5, 0.5, 0.25]);
    let linear = Schedule::Linear(Linear { epochs: 5, last: 0.5 });
    assert_eq!(factors(&linear, &[1, 2, 3, 5, 6, 100]), [1.0, 0.875, 0.75, 0.5, 0.5, 0.5]);
}

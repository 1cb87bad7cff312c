//! Settling: activities of a net with cycles, found by letting it run.
//!
//! | `on` | one step, every unclamped unit from the old state |
//! |---|---|
//! | `"activation"` | y ← y + dt (f(η) − y) |
//! | `"net"` | h ← h + dt (η − h), y = f(h), h from 0 |
//!
//! A pattern starts with every unclamped unit at `start`, whatever came before. It is settled when the largest change of an
//! activity in a step is below `tolerance`; each pattern, and in lanes each run, stops by itself, with the bits that it
//! would have alone. Not settling within `max_steps` is counted, not hidden. At rest |f(η) − y| is up to tolerance / dt:
//! scale the tolerance with dt.
//!
//! A *nudged* output has β (t − z) added to its net input (Scellier & Bengio 2017).

use super::passes::{NetInput, add_bias, add_part};
use super::product::Store;
use super::{Layers, Network, Topology};
use crate::params::{Interval, Must};
use crate::real::{Kernel, Mask, Real};
use serde::{Deserialize, Serialize};

crate::params! {
    /// How a net settles.
    pub struct Settling {
        /// Share of the way that a step goes.
        pub dt: f64 = 0.5, Must::Number(Interval::POSITIVE_UNIT);
        /// Steps after which a phase ends, settled or not.
        pub max_steps: u64 = 100, Must::Integer(1, 1_000_000_000);
        /// Largest change of an activity in a step that counts as settled, in units of activity.
        pub tolerance: f64 = 1e-3, Must::Number(Interval::NOT_NEGATIVE);
        /// What moves: `"activation"` or `"net"` (the net input).
        pub on: On = On::Activation, Must::Choice(&["activation", "net"]);
        /// Activity at which unclamped units start.
        pub start: f64 = 0.5, Must::Number(Interval::FINITE);
    }
}

crate::params! {
    /// How errors settle on their way back.
    pub struct Backward {
        /// Share of the way that a step goes.
        pub dt: f64 = 0.5, Must::Number(Interval::POSITIVE_UNIT);
        /// Steps after which it ends, settled or not.
        pub max_steps: u64 = 100, Must::Integer(1, 1_000_000_000);
        /// Largest change of an error in a step that counts as settled.
        pub tolerance: f64 = 1e-3, Must::Number(Interval::NOT_NEGATIVE);
    }
}

/// What moves in a step of settling.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum On {
    /// The activity.
    #[default]
    Activation,
    /// The net input.
    Net,
}

/// What is held while a net settles.
#[derive(Clone, Copy, Debug)]
pub enum Clamp<'a, R> {
    /// The input.
    Input,
    /// The input, and the output at its target.
    InputAndTarget(&'a [R]),
    /// The input; the output is drawn to its target with strength β.
    Nudge(&'a [R], R),
}

/// Steps made, pattern by pattern and lane by lane.
#[derive(Clone, Debug)]
pub struct Steps<R> {
    /// Steps, the last included.
    pub steps: Vec<R>,
    /// 1 where the last step was below the tolerance, else 0.
    pub settled: Vec<R>,
    /// 1 where it still moves, else 0.
    pub(crate) moving: Vec<R>,
}

impl<R: Real> Steps<R> {
    /// Room for `patterns` patterns.
    pub fn new(patterns: usize) -> Self {
        let zeros = || vec![R::zero(); patterns];
        Self { steps: zeros(), settled: zeros(), moving: zeros() }
    }

    #[inline(always)]
    pub(crate) fn begin(&mut self, patterns: usize) {
        self.steps[..patterns].fill(R::zero());
        self.settled[..patterns].fill(R::zero());
        self.moving[..patterns].fill(R::one());
    }

    /// Counts a step of one pattern, in which lanes moved by the tolerance or more where `restless` is 1. Says whether any
    /// goes on.
    #[inline(always)]
    pub(crate) fn count(&mut self, pattern: usize, restless: R) -> bool {
        let moving = self.moving[pattern].gt(R::zero());
        let restless = restless.gt(R::zero());
        let rests = moving.and(restless.not());
        let goes_on = moving.and(restless);
        self.steps[pattern] += R::select(moving, R::one(), R::zero());
        self.settled[pattern] = R::select(rests, R::one(), self.settled[pattern]);
        self.moving[pattern] = R::select(goes_on, R::one(), R::zero());
        goes_on.any()
    }
}

/// A state that a net can settle to: net inputs and activities of every layer, and how it got there.
#[derive(Clone, Debug)]
pub struct Settled<R> {
    /// η that the activities produce, of clamped units too; `units x patterns`.
    pub net: Layers<R>,
    /// y; the input layer's is the clamped input.
    pub activity: Layers<R>,
    /// How many steps it took.
    pub steps: Steps<R>,
    /// h, where the net input is what moves.
    moving_net: Layers<R>,
    /// f of what it is applied to.
    response: Layers<R>,
    /// What clamped layers bring to η, where η's sum begins with them: it stays while the others settle.
    from_clamped: Layers<R>,
    /// By layer, whether η stays while the others settle: all that send to it are clamped.
    stays: Vec<bool>,
}

impl<R: Real> Settled<R> {
    /// Room for the largest batch.
    pub fn new(topology: &Topology, patterns: usize) -> Self {
        let zeros = || Layers::zeros(topology, patterns);
        let steps = Steps::new(patterns);
        Self {
            net: zeros(),
            activity: zeros(),
            steps,
            moving_net: zeros(),
            response: zeros(),
            from_clamped: zeros(),
            stays: vec![false; topology.layers.len()],
        }
    }

    /// Every unit at its start, and the input clamped.
    #[inline(always)]
    pub fn start(&mut self, net: &Network<R>, settling: &Settling, input: &[R], patterns: usize) {
        self.activity.of_mut(0, patterns).copy_from_slice(input);
        for layer in 1..net.topology.layers.len() {
            self.activity.of_mut(layer, patterns).fill(R::of(settling.start));
            self.moving_net.of_mut(layer, patterns).fill(R::zero());
        }
    }

    /// The state of another phase, to go on from.
    #[inline(always)]
    pub fn go_on_from(&mut self, net: &Network<R>, other: &Self, patterns: usize) {
        for layer in 0..net.topology.layers.len() {
            self.activity
                .of_mut(layer, patterns)
                .copy_from_slice(other.activity.of(layer, patterns));
            self.moving_net
                .of_mut(layer, patterns)
                .copy_from_slice(other.moving_net.of(layer, patterns));
        }
    }

    /// Settles from where it stands.
    #[inline(always)]
    pub fn settle(
        &mut self,
        net: &Network<R>,
        settling: &Settling,
        clamp: Clamp<'_, R>,
        patterns: usize,
    ) {
        R::enter(Settle { state: self, network: net, settling, clamp, patterns });
    }

    /// The beginning of η of a layer: paths from clamped layers (the input, and those from `end` on), up to the first that
    /// comes from another. Where none does, η stays.
    #[inline(always)]
    fn clamped_input(&mut self, network: &Network<R>, layer: usize, end: usize, patterns: usize) {
        let Self { activity, from_clamped, stays, .. } = self;
        let sums = from_clamped.of_mut(layer, patterns);
        let mut store = Store::Set;
        for part in &network.parts.arriving[layer] {
            stays[layer] = part.layer == 0 || part.layer >= end;
            if !stays[layer] {
                return;
            }
            add_part(network, part, activity, sums, patterns, store);
            store = Store::Add;
        }
    }

    /// η of a layer from where [`clamped_input`](Self::clamped_input) left it: the same sum in the same order.
    #[inline(always)]
    fn net_input(&mut self, network: &Network<R>, layer: usize, end: usize, patterns: usize) {
        let Self { net, activity, from_clamped, .. } = self;
        let eta = net.of_mut(layer, patterns);
        let (mut begins, mut store) = (true, Store::Set);
        for part in &network.parts.arriving[layer] {
            begins &= part.layer == 0 || part.layer >= end;
            if begins {
                if let Store::Set = store {
                    eta.copy_from_slice(from_clamped.of(layer, patterns));
                }
            } else {
                add_part(network, part, activity, eta, patterns, store);
            }
            store = Store::Add;
        }
        if let Store::Set = store {
            eta.fill(R::zero()); // no path leads here
        }
        add_bias(network, layer, eta, patterns);
    }

    /// f(η) of a layer, at the recorded net inputs: what derivatives are taken from.
    #[inline(always)]
    pub fn respond(&mut self, net: &Network<R>, layer: usize, patterns: usize) {
        let shape = &net.topology.layers[layer];
        let response = self.response.of_mut(layer, patterns);
        shape.activation.apply(shape.units, self.net.of(layer, patterns), response);
    }

    /// What [`respond`](Self::respond) found.
    #[inline(always)]
    pub fn response(&self, layer: usize, patterns: usize) -> &[R] {
        self.response.of(layer, patterns)
    }
}

struct Settle<'a, R> {
    state: &'a mut Settled<R>,
    network: &'a Network<R>,
    settling: &'a Settling,
    clamp: Clamp<'a, R>,
    patterns: usize,
}

impl<R: Real> Kernel for Settle<'_, R> {
    type Out = ();
    #[inline(always)]
    fn run(self) {
        let Self { state, network, settling, clamp, patterns } = self;
        let layers = &network.topology.layers;
        let output = network.topology.output();
        let mut end = layers.len(); // layers from 1 up to here move
        if let Clamp::InputAndTarget(target) = clamp {
            state.activity.of_mut(output, patterns).copy_from_slice(target);
            end = output;
        }
        let tolerance = R::of(settling.tolerance);
        let dt = R::of(settling.dt);
        state.steps.begin(patterns);
        for layer in 1..end {
            state.clamped_input(network, layer, end, patterns);
        }
        if let Clamp::Nudge(..) = clamp {
            state.stays[output] = false; // each step draws it to the target
        }
        let mut goes_on = end > 1;
        let mut step = 0;
        while goes_on && step < settling.max_steps {
            step += 1;
            for layer in 1..end {
                if step == 1 || !state.stays[layer] {
                    state.net_input(network, layer, end, patterns);
                }
            }
            if let Clamp::Nudge(target, beta) = clamp {
                let z = state.activity.of(output, patterns);
                for ((eta, &t), &z) in
                    state.net.of_mut(output, patterns).iter_mut().zip(target).zip(z)
                {
                    *eta += beta * (t - z);
                }
            }
            for layer in 1..end {
                let shape = &layers[layer];
                if step > 1 && state.stays[layer] && settling.on == On::Activation {
                    continue; // f(η) stays as well
                }
                if settling.on == On::Net {
                    move_net(state, layer, shape.units, dt, patterns);
                }
                let from = if settling.on == On::Net { &state.moving_net } else { &state.net };
                let response = state.response.of_mut(layer, patterns);
                shape.activation.apply(shape.units, from.of(layer, patterns), response);
            }
            goes_on = false;
            for pattern in 0..patterns {
                let moving = state.steps.moving[pattern].gt(R::zero());
                let mut restless = R::zero();
                for layer in 1..end {
                    let units = layers[layer].units;
                    let here = pattern * units..(pattern + 1) * units;
                    let response = &state.response.of(layer, patterns)[here.clone()];
                    let activity = &mut state.activity.of_mut(layer, patterns)[here];
                    for (y, &f) in activity.iter_mut().zip(response) {
                        let new = match settling.on {
                            On::Activation => *y + dt * (f - *y),
                            On::Net => f,
                        };
                        restless = unless_rest(tolerance, new - *y, restless);
                        *y = R::select(moving, new, *y);
                    }
                }
                goes_on |= state.steps.count(pattern, restless);
            }
        }
        if end <= 1 {
            state.steps.settled[..patterns].fill(R::one()); // nothing moves
        }
        for layer in 1..layers.len() {
            let eta = state.net.of_mut(layer, patterns);
            R::enter(NetInput { network, layer, activity: &state.activity, eta, patterns });
        }
    }
}

/// 1 unless a change is below the tolerance, which is rest; what is not comparable (NaN) is not. A number, for the compiler
/// joins masks of several registers in slow ways.
#[inline(always)]
pub(crate) fn unless_rest<R: Real>(tolerance: R, change: R, restless: R) -> R {
    R::select(tolerance.gt(change.abs()), restless, R::one())
}

/// h ← h + dt (η − h) where a pattern still moves.
#[inline(always)]
fn move_net<R: Real>(state: &mut Settled<R>, layer: usize, units: usize, dt: R, patterns: usize) {
    let eta = state.net.of(layer, patterns);
    let h = state.moving_net.of_mut(layer, patterns);
    for pattern in 0..patterns {
        let moving = state.steps.moving[pattern].gt(R::zero());
        let here = pattern * units..(pattern + 1) * units;
        for (h, &eta) in h[here.clone()].iter_mut().zip(&eta[here]) {
            *h = R::select(moving, *h + dt * (eta - *h), *h);
        }
    }
}

/// Settling errors: v_i ← v_i + dt (f'_i Σ_j w_ij v_j + e_i − v_i), over every path that i sends on, from 0.
pub(crate) struct SettleErrors<'a, R> {
    /// The network.
    pub network: &'a Network<R>,
    /// Where its activities came to rest; [`Settled::respond`] was called for every layer.
    pub state: &'a Settled<R>,
    /// e: −∂E/∂η of the output layer, f' included where the error function leaves it in.
    pub error: &'a [R],
    /// v.
    pub v: &'a mut Layers<R>,
    /// Scratch.
    pub sum: &'a mut Layers<R>,
    /// How many steps it took.
    pub steps: &'a mut Steps<R>,
    /// How to settle.
    pub settling: &'a Backward,
    /// Patterns.
    pub patterns: usize,
}

impl<R: Real> Kernel for SettleErrors<'_, R> {
    type Out = ();
    #[inline(always)]
    fn run(self) {
        let Self { network, state, error, v, sum, steps, settling, patterns } = self;
        let layers = &network.topology.layers;
        let output = network.topology.output();
        let (dt, tolerance) = (R::of(settling.dt), R::of(settling.tolerance));
        steps.begin(patterns);
        for layer in 0..layers.len() {
            v.of_mut(layer, patterns).fill(R::zero());
        }
        let mut goes_on = true;
        let mut step = 0;
        while goes_on && step < settling.max_steps {
            step += 1;
            for (layer, shape) in layers.iter().enumerate().skip(1) {
                let sum = sum.of_mut(layer, patterns);
                let mut store = Store::Set;
                for part in &network.parts.leaving[layer] {
                    add_part(network, part, v, sum, patterns, store);
                    store = Store::Add;
                }
                if let Store::Set = store {
                    sum.fill(R::zero()); // no path leaves here
                }
                let (net, response) =
                    (state.net.of(layer, patterns), state.response.of(layer, patterns));
                shape.activation.multiply_derivative(shape.units, net, response, sum);
                if layer == output {
                    for (sum, &e) in sum.iter_mut().zip(error) {
                        *sum += e;
                    }
                }
            }
            goes_on = false;
            for pattern in 0..patterns {
                let moving = steps.moving[pattern].gt(R::zero());
                let mut restless = R::zero();
                for (layer, shape) in layers.iter().enumerate().skip(1) {
                    let here = pattern * shape.units..(pattern + 1) * shape.units;
                    let sum = &sum.of(layer, patterns)[here.clone()];
                    for (v, &sum) in v.of_mut(layer, patterns)[here].iter_mut().zip(sum) {
                        let new = *v + dt * (sum - *v);
                        restless = unless_rest(tolerance, new - *v, restless);
                        *v = R::select(moving, new, *v);
                    }
                }
                goes_on |= steps.count(pattern, restless);
            }
        }
    }
}

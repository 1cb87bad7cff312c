//! Optimisers: how a direction c becomes a change a of the weights, with learning rate ε.
//!
//! | name | change, state starting at 0 |
//! |---|---|
//! | `sgd` | a = εc |
//! | `momentum` | m ← μm + εc, a = m |
//! | `nesterov` | m ← μm + εc, a = μm + εc |
//! | `rmsprop` | q ← ρq + (1 − ρ)c², a = εc / (√q + epsilon) |
//! | `adam` | p ← β₁p + (1 − β₁)c, q ← β₂q + (1 − β₂)c², a = ε p/(1 − β₁ⁿ) / (√(q/(1 − β₂ⁿ)) + epsilon), n from 1 |
//! | `rprop` | step Δ per weight, from ε: · 1.2 where c keeps its sign, · 0.5 (and no change) where it turns; a = Δ sign c |
//! | `lbfgs` | a = −α H ∇F, H ≈ (∇²F)⁻¹ from the last changes of w and ∇F, α from a line search |
//! | `levenberg_marquardt` | a = (JᵀJ + μI)⁻¹ Jᵀe, μ lower after each step that lowers the loss, higher until one does |
//!
//! The last two are *batch* optimisers: [`minimiser`] says what they minimise. They find the length of their steps
//! themselves, with the loss of the whole training set, and take no learning rate.
//!
//! `weight_decay` κ, for weights but not for biases: a ← a − εκw, w before the update. ε is the learner's `learning_rate`
//! times its [`schedule`] at the epoch.
//!
//! Sources: momentum Rumelhart, Hinton & Williams 1986; nesterov Sutskever et al. 2013; rmsprop Tieleman & Hinton 2012
//! (lecture 6.5); adam Kingma & Ba 2015, algorithm 1; rprop Riedmiller & Braun 1993 in the form iRprop⁻ of Igel & Hüsken 2003;
//! lbfgs Nocedal 1980, Liu & Nocedal 1989; levenberg_marquardt Levenberg 1944, Marquardt 1963, Hagan & Menhaj 1994.

mod levenberg_marquardt;
pub mod minimiser;
pub mod schedule;

pub use minimiser::{Loss, Minimiser};
pub use schedule::Schedule;

pub(crate) use levenberg_marquardt::Damped;

use crate::network::{Network, Parameters, Topology};
use crate::params::{Described, Interval, Kind, Must};
use crate::real::{Elem, Kernel, Mask, Real};
use serde::{Deserialize, Serialize};

/// An optimiser's kind and parameters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum OptimiserParams {
    /// a = εc.
    Sgd(Sgd),
    /// m ← μm + εc, a = m.
    Momentum(Momentum),
    /// m ← μm + εc, a = μm + εc.
    Nesterov(Momentum),
    /// c over a running root mean square.
    Rmsprop(Rmsprop),
    /// Running mean over running root mean square, both corrected for their start at 0.
    Adam(Adam),
    /// Steps from the sign of c alone.
    Rprop(Rprop),
    /// Quasi-Newton steps from the last changes of weights and gradient.
    Lbfgs(Lbfgs),
    /// Damped Gauss–Newton steps.
    LevenbergMarquardt(LevenbergMarquardt),
}

crate::params! {
    /// What `sgd` takes.
    pub struct Sgd {
        /// Weight decay κ per update, times the learning rate. A pure number.
        pub weight_decay: f64 = 0.0, Must::Number(Interval::NOT_NEGATIVE);
    }
}
crate::params! {
    /// What `momentum` and `nesterov` take.
    pub struct Momentum {
        /// Momentum μ: share of the last change that is made again.
        pub momentum: f64 = 0.9, Must::Number(Interval::BELOW_ONE);
        /// Weight decay κ per update, times the learning rate. A pure number.
        pub weight_decay: f64 = 0.0, Must::Number(Interval::NOT_NEGATIVE);
    }
}
crate::params! {
    /// What `rmsprop` takes.
    pub struct Rmsprop {
        /// Share ρ of the running mean square that is kept per update.
        pub decay: f64 = 0.9, Must::Number(Interval::BELOW_ONE);
        /// Added to the root mean square.
        pub epsilon: f64 = 1e-8, Must::Number(Interval::NOT_NEGATIVE);
        /// Weight decay κ per update, times the learning rate. A pure number.
        pub weight_decay: f64 = 0.0, Must::Number(Interval::NOT_NEGATIVE);
    }
}
crate::params! {
    /// What `adam` takes.
    pub struct Adam {
        /// Share β₁ of the running mean that is kept per update.
        pub beta1: f64 = 0.9, Must::Number(Interval::BELOW_ONE);
        /// Share β₂ of the running mean square that is kept per update.
        pub beta2: f64 = 0.999, Must::Number(Interval::BELOW_ONE);
        /// Added to the root mean square.
        pub epsilon: f64 = 1e-8, Must::Number(Interval::NOT_NEGATIVE);
        /// Weight decay κ per update, times the learning rate. A pure number.
        pub weight_decay: f64 = 0.0, Must::Number(Interval::NOT_NEGATIVE);
    }
}
crate::params! {
    /// What `rprop` takes. The learning rate is the first step of every weight; a schedule has no effect on later ones.
    pub struct Rprop {
        /// Factor of the step where the direction keeps its sign.
        pub increase: f64 = 1.2, Must::Number(Interval::AT_LEAST_ONE);
        /// Factor of the step where the direction turns.
        pub decrease: f64 = 0.5, Must::Number(Interval::open(0.0, 1.0));
        /// Largest step.
        pub largest: f64 = 50.0, Must::Number(Interval::POSITIVE);
        /// Smallest step.
        pub smallest: f64 = 1e-6, Must::Number(Interval::NOT_NEGATIVE);
        /// Weight decay κ per update, times the learning rate. A pure number.
        pub weight_decay: f64 = 0.0, Must::Number(Interval::NOT_NEGATIVE);
    }
}
crate::params! {
    /// What `lbfgs` takes. It takes no learning rate: a line search finds the length of every step.
    pub struct Lbfgs {
        /// Pairs (change of w, change of ∇F) that are remembered.
        pub memory: usize = 10, Must::Integer(1, 1000);
        /// Sufficient decrease: F(w + αd) ≤ F(w) + `decrease` · α ∇F·d.
        pub decrease: f64 = 1e-4, Must::Number(Interval::open(0.0, 0.5));
        /// Curvature: the slope along d is brought down to this share, |∇F(w + αd)·d| ≤ `curvature` · |∇F(w)·d|. It must be
        /// more than `decrease`.
        pub curvature: f64 = 0.9, Must::Number(Interval::open(0.0, 1.0));
        /// Weight decay κ: ½ κ Σ w² is part of the loss. A pure number.
        pub weight_decay: f64 = 0.0, Must::Number(Interval::NOT_NEGATIVE);
    }
}
crate::params! {
    /// What `levenberg_marquardt` takes. It takes no learning rate: the damping μ decides on the length of every step.
    pub struct LevenbergMarquardt {
        /// Damping μ at the start of a run.
        pub damping: f64 = 0.001, Must::Number(Interval::POSITIVE);
        /// Factor of μ after a step that would not lower the loss.
        pub increase: f64 = 10.0, Must::Number(Interval::open(1.0, f64::INFINITY));
        /// Factor of μ after a step that lowers it.
        pub decrease: f64 = 0.1, Must::Number(Interval::open(0.0, 1.0));
        /// Largest μ: if no step up to there lowers the loss, the weights stay as they are for the rest of the run.
        pub largest: f64 = 1e10, Must::Number(Interval::POSITIVE);
        /// Weight decay κ: ½ κ Σ w² is part of the loss. A pure number.
        pub weight_decay: f64 = 0.0, Must::Number(Interval::NOT_NEGATIVE);
    }
}

/// Every optimiser, with its documentation.
pub const OPTIMISERS: &[Kind] = &[
    Kind { name: "sgd", doc: "Gradient descent: a = εc", fields: Sgd::FIELDS },
    Kind {
        name: "momentum",
        doc: "Momentum: m ← μm + εc, a = m (Rumelhart, Hinton & Williams 1986)",
        fields: Momentum::FIELDS,
    },
    Kind {
        name: "nesterov",
        doc: "Nesterov momentum: m ← μm + εc, a = μm + εc (Sutskever et al. 2013)",
        fields: Momentum::FIELDS,
    },
    Kind {
        name: "rmsprop",
        doc: "RMSprop: q ← ρq + (1 − ρ)c², a = εc / (√q + epsilon) (Tieleman & Hinton 2012)",
        fields: Rmsprop::FIELDS,
    },
    Kind {
        name: "adam",
        doc: "Adam: p ← β₁p + (1 − β₁)c, q ← β₂q + (1 − β₂)c², a = ε p/(1 − β₁ⁿ) / (√(q/(1 − β₂ⁿ)) + epsilon) (Kingma & Ba 2015)",
        fields: Adam::FIELDS,
    },
    Kind {
        name: "rprop",
        doc: "Rprop: a step per weight, longer while the direction keeps its sign, shorter where it turns; a = Δ sign c (Riedmiller & Braun 1993; iRprop⁻, Igel & Hüsken 2003)",
        fields: Rprop::FIELDS,
    },
    Kind {
        name: "lbfgs",
        doc: "\
            L-BFGS: a = −α H ∇F, H ≈ (∇²F)⁻¹ from the last changes of weights and gradient

            H approximates the inverse of the second derivatives of the loss F: the two-loop recursion over the last `memory`
            pairs (change of w, change of ∇F), from the scaled identity. α is from the line search of Moré & Thuente (1994),
            which starts at 1 (in the first step at 1/|∇F|, if less) and ends where both Wolfe conditions hold, `decrease` and
            `curvature`; after 20 trials the lowest of them is taken. Where none is lower than F(w), the memory is forgotten
            and the gradient itself tried; if that fails too, the weights stay as they are for the rest of the run.

            For the whole training set at once (`train.batch = \"all\"`), and a rule whose direction is the exact gradient.
            F is SSE/2 or the cross-entropy, over the number of patterns with `train.reduction = \"mean\"`, and ½ κ Σ w².
            There is no learning rate. An epoch is one step, but its trials show the patterns to the network too: compare
            such a learner with others by the metric `evaluations`, the passes over the training set so far, which is always
            recorded for it, rather than by epochs. Single precision: passes in f32, the search itself in f64.

            * Source: Nocedal 1980, Mathematics of Computation 35, 773–782; Liu & Nocedal 1989, Mathematical Programming 45,
              503–528; the line search Moré & Thuente 1994, ACM Transactions on Mathematical Software 20, 286–307.",
        fields: Lbfgs::FIELDS,
    },
    Kind {
        name: "levenberg_marquardt",
        doc: "\
            Levenberg–Marquardt: a = (JᵀJ + μI)⁻¹ Jᵀe, Gauss–Newton steps damped as far as the loss asks for it

            J holds the derivatives of every output for every pattern, e = t − z. μ begins at `damping`. A step that lowers
            the loss is made, and μ ← μ · `decrease`; else μ ← μ · `increase`, and again. μ → 0 is Gauss–Newton, a large μ
            gradient descent at the rate 1/μ. If no μ up to `largest` helps, the weights stay as they are for the rest of
            the run.

            For the whole training set at once (`train.batch = \"all\"`), `train.error = \"sse\"`, a rule whose direction is
            the exact gradient, and at most 2000 weights and biases: the matrix has as many rows and columns. There is no
            learning rate. With `train.reduction = \"mean\"`, JᵀJ and Jᵀe are over the number of patterns; weight decay κ adds
            κI to JᵀJ and −κw to Jᵀe, for weights that learn. An epoch is one step, but J counts as a pass over the training
            set for each output unit, and each trial of a μ as one more: compare such a learner with others by the metric
            `evaluations`, the passes so far, which is always recorded for it, rather than by epochs. Single precision:
            passes in f32, the matrix in f64.

            * Source: Levenberg 1944, Quarterly of Applied Mathematics 2, 164–168; Marquardt 1963, Journal of SIAM 11, 431–441;
              for networks Hagan & Menhaj 1994, IEEE Transactions on Neural Networks 5, 989–993.",
        fields: LevenbergMarquardt::FIELDS,
    },
];

impl Default for OptimiserParams {
    fn default() -> Self {
        Self::Sgd(Sgd::default())
    }
}

impl OptimiserParams {
    /// Whether it is a batch optimiser: one that minimises the loss of the whole training set, with steps of its own length.
    pub fn is_batch(&self) -> bool {
        self.loss_decay().is_some()
    }

    /// Name in a spec.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Sgd(_) => "sgd",
            Self::Momentum(_) => "momentum",
            Self::Nesterov(_) => "nesterov",
            Self::Rmsprop(_) => "rmsprop",
            Self::Adam(_) => "adam",
            Self::Rprop(_) => "rprop",
            Self::Lbfgs(_) => "lbfgs",
            Self::LevenbergMarquardt(_) => "levenberg_marquardt",
        }
    }

    /// κ where it is part of the loss: `Some` for batch optimisers.
    pub(crate) fn loss_decay(&self) -> Option<f64> {
        match self {
            Self::Lbfgs(p) => Some(p.weight_decay),
            Self::LevenbergMarquardt(p) => Some(p.weight_decay),
            _ => None,
        }
    }

    /// κ where each update takes εκw away.
    fn weight_decay(&self) -> f64 {
        match self {
            Self::Lbfgs(_) | Self::LevenbergMarquardt(_) => 0.0,
            Self::Sgd(p) => p.weight_decay,
            Self::Momentum(p) | Self::Nesterov(p) => p.weight_decay,
            Self::Rmsprop(p) => p.weight_decay,
            Self::Adam(p) => p.weight_decay,
            Self::Rprop(p) => p.weight_decay,
        }
    }

    fn forget_weight_decay(&mut self) {
        match self {
            Self::Sgd(p) => p.weight_decay = 0.0,
            Self::Momentum(p) | Self::Nesterov(p) => p.weight_decay = 0.0,
            Self::Rmsprop(p) => p.weight_decay = 0.0,
            Self::Adam(p) => p.weight_decay = 0.0,
            Self::Rprop(p) => p.weight_decay = 0.0,
            Self::Lbfgs(_) | Self::LevenbergMarquardt(_) => {}
        }
    }
}

/// Makes `lbfgs` for so many weights and biases. This crate has none: whoever links an L-BFGS hands it in.
pub type NewLbfgs = fn(&Lbfgs, usize) -> Box<dyn Minimiser>;

/// An optimiser at work: learning rate and memory, for one run or one per lane.
#[derive(Clone, Debug)]
pub struct Optimiser<R> {
    params: OptimiserParams,
    base_rate: f64,
    /// ε now, by lane.
    rate: R,
    /// m, p, rprop's last direction, or the change that a batch optimiser has found.
    first: Parameters<R>,
    /// q, or rprop's steps.
    second: Parameters<R>,
    /// β₁ⁿ and β₂ⁿ, by lane.
    powers: [R; 2],
}

impl<R: Real> Optimiser<R> {
    /// An optimiser for a network of this shape; memory is allocated here, once. Lanes start with [`reset_lane`](Self::reset_lane).
    pub fn new(params: OptimiserParams, learning_rate: f64, topology: &Topology) -> Self {
        let memory = Parameters::zeros(topology);
        let nothing = Parameters { weights: Vec::new(), biases: Vec::new() };
        let (first, second) = match params {
            OptimiserParams::Sgd(_) => (nothing.clone(), nothing),
            OptimiserParams::Momentum(_)
            | OptimiserParams::Nesterov(_)
            | OptimiserParams::Lbfgs(_)
            | OptimiserParams::LevenbergMarquardt(_) => (memory, nothing),
            OptimiserParams::Rmsprop(_) => (nothing, memory),
            OptimiserParams::Adam(_) | OptimiserParams::Rprop(_) => (memory.clone(), memory),
        };
        let rate = R::of(learning_rate);
        let mut new =
            Self { params, base_rate: learning_rate, rate, first, second, powers: [R::one(); 2] };
        for lane in 0..R::LANES {
            new.reset_lane(lane);
        }
        new
    }

    /// Forgets what one lane has seen: a new run starts there.
    pub fn reset_lane(&mut self, lane: usize) {
        self.first.fill_lane(lane, R::Elem::nearest(0.0));
        let second =
            if matches!(self.params, OptimiserParams::Rprop(_)) { self.base_rate } else { 0.0 };
        self.second.fill_lane(lane, R::Elem::nearest(second));
        for power in &mut self.powers {
            power.lanes_mut()[lane] = R::Elem::nearest(1.0);
        }
        self.set_rate(lane, 1.0);
    }

    /// ε of one lane: the learning rate times a factor of the schedule.
    pub fn set_rate(&mut self, lane: usize, factor: f64) {
        self.rate.lanes_mut()[lane] = R::Elem::nearest(self.base_rate * factor);
    }

    /// ε now, where a = εc and nothing else is done.
    pub fn plain_rate(&self) -> Option<R> {
        match &self.params {
            OptimiserParams::Sgd(p) if p.weight_decay == 0.0 => Some(self.rate),
            _ => None,
        }
    }

    /// The change that [`apply`](Self::apply) will make, to be written by a batch optimiser's search.
    pub(crate) fn found_mut(&mut self) -> &mut Parameters<R> {
        &mut self.first
    }

    /// Makes the change: w ← w + a for every weight and bias.
    #[inline(always)]
    pub fn apply(&mut self, direction: &Parameters<R>, net: &mut Network<R>) {
        R::enter(Apply { optimiser: self, direction, net });
    }

    /// The change that [`apply`](Self::apply) would make now, a by a, without making it: w + a has the bits that it would give.
    pub fn change_of(&self, direction: &Parameters<R>, net: &Network<R>) -> Parameters<R> {
        let mut undecayed = self.clone();
        undecayed.params.forget_weight_decay();
        let mut from_zero = net.clone();
        from_zero.values.slices_mut().for_each(|w| w.fill(-R::zero())); // −0 + a is a, also for −0
        undecayed.apply(direction, &mut from_zero);
        let mut change = from_zero.values;
        let decay = self.params.weight_decay();
        let decay_rate = self.rate * R::of(decay);
        let weights = change.weights.iter_mut().zip(&net.values.weights).zip(&net.topology.paths);
        for ((a, w), path) in weights {
            for (a, &w) in a.iter_mut().zip(w) {
                *a = decayed(*a, w, decay_rate, decay > 0.0 && !path.fixed);
            }
        }
        change
    }

    #[inline(always)]
    fn change(&mut self, direction: &Parameters<R>, net: &mut Network<R>) {
        let rate = self.rate;
        let decay = self.params.weight_decay();
        let decay_rate = rate * R::of(decay);
        let Network { topology, values, .. } = net;
        // ε κ w, for weights that learn; elsewhere nothing is added, so that −0 and infinities stay what they are.
        let decays =
            |n: usize| decay > 0.0 && topology.paths.get(n).is_some_and(|path| !path.fixed);
        let targets = values.slices_mut().zip(direction.slices()).enumerate();
        let targets = targets.map(|(n, slices)| (decays(n), slices));
        match &self.params {
            OptimiserParams::Sgd(_) => {
                for (decays, (w, c)) in targets {
                    for (w, &c) in w.iter_mut().zip(c) {
                        *w += decayed(rate * c, *w, decay_rate, decays);
                    }
                }
            }
            OptimiserParams::Momentum(p) => {
                let mu = R::of(p.momentum);
                for ((decays, (w, c)), m) in targets.zip(self.first.slices_mut()) {
                    for ((w, &c), m) in w.iter_mut().zip(c).zip(m) {
                        *m = mu * *m + rate * c;
                        *w += decayed(*m, *w, decay_rate, decays);
                    }
                }
            }
            OptimiserParams::Nesterov(p) => {
                let mu = R::of(p.momentum);
                for ((decays, (w, c)), m) in targets.zip(self.first.slices_mut()) {
                    for ((w, &c), m) in w.iter_mut().zip(c).zip(m) {
                        *m = mu * *m + rate * c;
                        *w += decayed(mu * *m + rate * c, *w, decay_rate, decays);
                    }
                }
            }
            OptimiserParams::Rmsprop(p) => {
                let (keep, take, epsilon) =
                    (R::of(p.decay), R::of(1.0 - p.decay), positive(p.epsilon));
                for ((decays, (w, c)), q) in targets.zip(self.second.slices_mut()) {
                    for ((w, &c), q) in w.iter_mut().zip(c).zip(q) {
                        *q = keep * *q + take * (c * c);
                        *w += decayed(rate * c / (q.sqrt() + epsilon), *w, decay_rate, decays);
                    }
                }
            }
            OptimiserParams::Adam(p) => {
                // Written out: a closure, as in `[…].map(R::of)`, would not be inlined into the lanes' code.
                let (beta1, beta2) = (R::of(p.beta1), R::of(p.beta2));
                let (take1, take2) = (R::of(1.0 - p.beta1), R::of(1.0 - p.beta2));
                let epsilon = positive(p.epsilon);
                self.powers = [self.powers[0] * beta1, self.powers[1] * beta2];
                let (whole1, whole2) = (R::one() - self.powers[0], R::one() - self.powers[1]);
                let memory = self.first.slices_mut().zip(self.second.slices_mut());
                for ((decays, (w, c)), (p, q)) in targets.zip(memory) {
                    for (((w, &c), p), q) in w.iter_mut().zip(c).zip(p).zip(q) {
                        *p = beta1 * *p + take1 * c;
                        *q = beta2 * *q + take2 * (c * c);
                        let step = rate * (*p / whole1) / ((*q / whole2).sqrt() + epsilon);
                        *w += decayed(step, *w, decay_rate, decays);
                    }
                }
            }
            OptimiserParams::Rprop(p) => {
                let (increase, decrease) = (R::of(p.increase), R::of(p.decrease));
                let (largest, smallest) = (R::of(p.largest), R::of(p.smallest));
                let (zero, one) = (R::zero(), R::one());
                let memory = self.first.slices_mut().zip(self.second.slices_mut());
                for ((decays, (w, c)), (last, step)) in targets.zip(memory) {
                    for (((w, &c), last), step) in w.iter_mut().zip(c).zip(last).zip(step) {
                        let along = c * *last;
                        let (same, turned) = (along.gt(zero), zero.gt(along));
                        let longer = (*step * increase).at_most(largest);
                        let shorter = (*step * decrease).at_least(smallest);
                        *step = R::select(same, longer, R::select(turned, shorter, *step));
                        *last = R::select(turned, zero, c);
                        let sign =
                            R::select(last.gt(zero).or(zero.gt(*last)), one.copysign(*last), *last);
                        *w += decayed(sign * *step, *w, decay_rate, decays);
                    }
                }
            }
            OptimiserParams::Lbfgs(_) | OptimiserParams::LevenbergMarquardt(_) => {
                for ((_, (w, _)), a) in targets.zip(self.first.slices()) {
                    for (w, &a) in w.iter_mut().zip(a) {
                        *w += a;
                    }
                }
            }
        }
    }
}

/// Epsilon, or the smallest normal number if that is more: a weight that has never had a direction is divided 0 by this,
/// not 0 by 0.
#[inline(always)]
fn positive<R: Real>(epsilon: f64) -> R {
    R::of(epsilon).at_least(R::of(<R::Elem as Elem>::TINY.to_f64()))
}

struct Apply<'a, R> {
    optimiser: &'a mut Optimiser<R>,
    direction: &'a Parameters<R>,
    net: &'a mut Network<R>,
}

impl<R: Real> Kernel for Apply<'_, R> {
    type Out = ();
    #[inline(always)]
    fn run(self) {
        self.optimiser.change(self.direction, self.net);
    }
}

/// a − εκw where the weight decays, else a.
#[inline(always)]
fn decayed<R: Real>(a: R, w: R, decay_rate: R, decays: bool) -> R {
    if decays { a - decay_rate * w } else { a }
}

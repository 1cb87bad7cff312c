//! Learning rules. One file per rule; the registry is [`learners`].
//!
//! A rule turns (network, state, input, target) into a *direction* c = Δw/ε, summed over the patterns of a batch. An
//! [`Optimiser`](crate::optimiser::Optimiser), which owns the learning rate ε, makes the change. Kept apart so, any rule can
//! be compared with the exact gradient and any optimiser used with any rule.
//!
//! To add a rule: write its file (see `backprop.rs` for the form) and add its line to [`learners`]. Specs, `list`, `explain`,
//! the schema, grids, `check-rule` and the generic tests pick it up from there.

mod activation_backprop;
mod almeida_pineda;
mod backprop;
mod batch;
mod delta;
mod entered;
mod forward;
mod generec;
mod needs;
mod perceptron;
mod phase;
mod recipe;
mod rescorla_wagner;

pub use activation_backprop::{ActivationBackprop, Difference, Iterations, Sender, Stable};
pub use almeida_pineda::AlmeidaPineda;
pub use backprop::Backprop;
pub use batch::Batch;
pub use delta::Delta;
pub(crate) use entered::learner;
pub use forward::Forward;
pub use generec::{ClampKind, Form, GeneRec, Hard, Nudge, Sides};
pub use needs::Need;
pub use perceptron::Perceptron;
pub use phase::{Phase, Phases};
pub use recipe::{Configured, Recipe};
pub use rescorla_wagner::{PerCue, RescorlaWagner};

use crate::equality::Claim;
use crate::network::{Connectivity, ErrorFunction, Layers, Network, Parameters, Topology};
use crate::params::{Described, Kind};
use crate::real::{Level, Real};
use crate::train::{Group, Setup, Trace};
use serde::{Serialize, de::DeserializeOwned};
use std::fmt::Debug;
use std::sync::Arc;

/// Calls the visitor with every learning rule: the registry, a line each.
pub fn learners(visitor: &mut impl Visitor) {
    visitor.learner::<Backprop>();
    visitor.learner::<Delta>();
    visitor.learner::<Perceptron>();
    visitor.learner::<RescorlaWagner>();
    visitor.learner::<GeneRec>();
    visitor.learner::<ActivationBackprop>();
    visitor.learner::<AlmeidaPineda>();
}

/// Sees every rule of the registry, as a type.
pub trait Visitor {
    /// Called once for each.
    fn learner<L: Rule>(&mut self);
}

/// What the registry reads of a rule, and how a learner is made from it.
pub trait Rule: Debug + Send + Sync + 'static {
    /// Name in a spec.
    const KIND: &'static str;
    /// Its source text, whose header `explain` prints: `include_str!` of its own file.
    const SOURCE: &'static str;
    /// Whether it takes a learning rate, an optimiser and a schedule. A rule that has its own rates does not: it learns with
    /// plain gradient descent at learning rate 1.
    const OPTIMISED: bool = true;
    /// How layers are joined unless the spec says so.
    const CONNECTIVITY: Connectivity = Connectivity::Feedforward;
    /// What a spec may set beside the learning rate.
    type Params: Described
        + Serialize
        + DeserializeOwned
        + Default
        + Clone
        + Debug
        + Send
        + Sync
        + 'static;
    /// The rule at work, for one run or one per lane.
    type Learner<R: Real>: Learner<R> + 'static;

    /// What network and task must provide.
    fn needs(params: &Self::Params) -> Vec<Need>;

    /// What is wrong with the parameters for this task, beyond the limits of each key: the key and one sentence.
    fn complaint(_params: &Self::Params, _context: &Context<'_>) -> Option<(&'static str, String)> {
        None
    }

    /// Parameters of each of its forms: what the equalities of every rule are tried with.
    fn forms() -> Vec<Self::Params> {
        vec![Self::Params::default()]
    }

    /// The equalities that it claims beside those of every rule. `deltalab check-rule` and the tests try them on random
    /// networks; see [`equality`](crate::equality).
    fn claims() -> Vec<Claim> {
        Vec::new()
    }

    /// Whether its direction is minus the exact gradient of the error function (of half of SSE): what a batch optimiser needs.
    fn is_gradient(_params: &Self::Params, _context: &Context<'_>) -> bool {
        false
    }

    /// A group that trains this rule, always `crate::train::group::<Self>(params, setup, level, runs)`. It stands in the
    /// rule's own file so that its code for every kind of lane is compiled here, once, and not again in crates above.
    fn group(
        params: &Self::Params,
        setup: &Arc<Setup>,
        level: Level,
        runs: usize,
    ) -> Box<dyn Group>;

    /// Every number of the first updates of one run, always `crate::train::trace::<Self>(params, setup, seed, updates)`; here
    /// for the same reason.
    fn trace(params: &Self::Params, setup: &Arc<Setup>, seed: u64, updates: usize) -> Trace;

    /// The rule with its scratch space, allocated here, once.
    fn build<R: Real>(params: &Self::Params, context: &Context<'_>) -> Self::Learner<R>;
}

/// What a learner is built for.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// Shape of the network.
    pub topology: &'a Topology,
    /// Error function of the output.
    pub error: &'a ErrorFunction,
    /// Names of the input units, where the task has any.
    pub input_names: &'a [String],
    /// Most patterns of a batch.
    pub patterns: usize,
}

/// A rule at work: the mathematics of one network, written once for one run or many lanes.
///
/// Every method carries `#[inline(always)]`.
pub trait Learner<R: Real>: Send {
    /// The direction Δw/ε, summed over the patterns of the batch; every entry is written.
    fn direction(&mut self, net: &Network<R>, batch: &Batch<R>, direction: &mut Parameters<R>);

    /// [`direction`](Self::direction) without its last step, for a rule that has [`factors`](Self::factors).
    fn meet(&mut self, _net: &Network<R>, _batch: &Batch<R>) {}

    /// Where the direction is one product, c_ij = Σ_p a_jp b_ip for every weight and Σ_p a_jp for every bias: (a, b) of the
    /// last batch. The change can then be made in one pass over the weights, with the same bits.
    fn factors(&self) -> Option<(&Layers<R>, &Layers<R>)> {
        None
    }

    /// The network's response to the inputs of a batch, without learning: fills [`activity`](Self::activity).
    fn respond(&mut self, net: &Network<R>, batch: &Batch<R>);

    /// Activities that the last batch met before anything changed (the first phase, where there are several).
    fn activity(&self) -> &Layers<R>;

    /// δ of the last batch, or the rule's relative of it.
    fn delta(&self) -> &Layers<R>;

    /// The phases of the last batch, first phase first.
    fn phases(&self) -> Phases<'_, R>;

    /// Targets that the rule learned the last batch towards, `output units x patterns`.
    #[inline(always)]
    fn target<'a>(&'a self, batch: &'a Batch<R>) -> &'a [R] {
        batch.target()
    }
}

/// The registry entry of a rule.
pub fn kind<L: Rule>() -> Kind {
    Kind { name: L::KIND, doc: L::SOURCE, fields: L::Params::FIELDS }
}

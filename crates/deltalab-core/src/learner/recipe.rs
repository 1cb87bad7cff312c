//! A configured rule, its type erased: what a plan holds and a runner trains.

use super::{Context, Need, Rule};
use crate::network::Connectivity;
use crate::real::Level;
use crate::train::{Group, Setup, Trace};
use std::fmt::Debug;
use std::sync::Arc;

/// A rule with its parameters.
pub trait Recipe: Debug + Send + Sync {
    /// Name of the rule in a spec.
    fn kind(&self) -> &'static str;
    /// Whether the rule takes a learning rate, an optimiser and a schedule.
    fn is_optimised(&self) -> bool;
    /// How layers are joined unless the spec says so.
    fn connectivity(&self) -> Connectivity;
    /// What network and task must provide.
    fn needs(&self) -> Vec<Need>;
    /// What is wrong with the parameters for this task: the key and one sentence.
    fn complaint(&self, context: &Context<'_>) -> Option<(&'static str, String)>;
    /// Whether its direction is minus the exact gradient of the error function.
    fn is_gradient(&self, context: &Context<'_>) -> bool;
    /// A group that trains this rule: as wide as the level and the number of runs make worth while.
    fn group(&self, setup: &Arc<Setup>, level: Level, runs: usize) -> Box<dyn Group>;
    /// Every number of the first updates of one run, fewer where it ends before: those of the run in a group, bit for bit.
    fn trace(&self, setup: &Arc<Setup>, seed: u64, updates: usize) -> Trace;
}

/// A rule's parameters as a [`Recipe`].
#[derive(Clone, Debug)]
pub struct Configured<L: Rule>(pub L::Params);

impl<L: Rule> Recipe for Configured<L> {
    fn kind(&self) -> &'static str {
        L::KIND
    }
    fn is_optimised(&self) -> bool {
        L::OPTIMISED
    }
    fn connectivity(&self) -> Connectivity {
        L::CONNECTIVITY
    }
    fn needs(&self) -> Vec<Need> {
        L::needs(&self.0)
    }
    fn complaint(&self, context: &Context<'_>) -> Option<(&'static str, String)> {
        L::complaint(&self.0, context)
    }
    fn is_gradient(&self, context: &Context<'_>) -> bool {
        L::is_gradient(&self.0, context)
    }
    fn group(&self, setup: &Arc<Setup>, level: Level, runs: usize) -> Box<dyn Group> {
        L::group(&self.0, setup, level, runs)
    }
    fn trace(&self, setup: &Arc<Setup>, seed: u64, updates: usize) -> Trace {
        L::trace(&self.0, setup, seed, updates)
    }
}

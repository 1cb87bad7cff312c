//! A rule on one network in f64, without a trainer.

use super::case::{INPUTS, OUTPUTS, Pattern};
use crate::learner::{Batch, Context, Learner, Rule};
use crate::network::{ErrorFunction, Initial, Layers, Network, Parameters, Topology};
use std::fmt;
use std::sync::Arc;

/// A rule on one network in f64.
pub struct Rig<L: Rule> {
    /// The network with its weights.
    pub network: Network<f64>,
    /// The rule at work.
    pub learner: L::Learner<f64>,
    direction: Parameters<f64>,
    batch: Batch<f64>,
}

impl<L: Rule> fmt::Debug for Rig<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(L::KIND).field("network", &self.network).finish_non_exhaustive()
    }
}

impl<L: Rule> Rig<L> {
    /// Patterns that a batch has room for.
    pub const ROOM: usize = 5;

    /// The rule with these weights.
    pub fn new(
        topology: &Arc<Topology>,
        params: &L::Params,
        error: &ErrorFunction,
        initial: &Initial,
    ) -> Self {
        let context = Context { topology, error, input_names: &[], patterns: Self::ROOM };
        let mut network = Network::new(topology.clone());
        network.set_lane(0, initial);
        Self {
            network,
            learner: L::build(params, &context),
            direction: Parameters::zeros(topology),
            batch: Batch::zeros(INPUTS, OUTPUTS, Self::ROOM),
        }
    }

    /// The direction for a batch. What was in it before must not matter, so it is filled with rubbish first.
    pub fn direction(&mut self, patterns: &[Pattern]) -> Parameters<f64> {
        self.batch.patterns = patterns.len();
        for (p, (x, t)) in patterns.iter().enumerate() {
            let (input, target) = self.batch.pattern_mut(p);
            input.copy_from_slice(x);
            target.copy_from_slice(t);
        }
        self.direction.slices_mut().for_each(|c| c.fill(f64::NAN));
        self.learner.direction(&self.network, &self.batch, &mut self.direction);
        self.direction.clone()
    }

    fn by_layer(&self, of: &Layers<f64>, patterns: usize) -> Vec<Vec<f64>> {
        let layers = 0..self.network.topology.layers.len();
        layers.map(|layer| of.of(layer, patterns).to_vec()).collect()
    }

    fn state(&self, phase: usize) -> Option<(&Layers<f64>, &Layers<f64>)> {
        self.learner.phases().into_iter().nth(phase).flatten().and_then(|phase| phase.state)
    }

    /// Activities of a phase, layer by layer, pattern after pattern; none where the rule has no such phase.
    pub fn activity(&self, phase: usize, patterns: usize) -> Vec<Vec<f64>> {
        self.state(phase).map(|(_, y)| self.by_layer(y, patterns)).unwrap_or_default()
    }

    /// Net inputs of a phase, layer by layer; none where the rule has no such phase.
    pub fn net(&self, phase: usize, patterns: usize) -> Vec<Vec<f64>> {
        self.state(phase).map(|(eta, _)| self.by_layer(eta, patterns)).unwrap_or_default()
    }

    /// Whether every phase of the last batch came to rest.
    pub fn settled(&self, patterns: usize) -> bool {
        let phases = self.learner.phases();
        let mut steps = phases.iter().flatten().filter_map(|phase| phase.steps);
        steps.all(|steps| steps.settled[..patterns].iter().all(|&settled| settled == 1.0))
    }

    /// δ of the last batch, or the rule's relative of it, layer by layer.
    pub fn delta(&self, patterns: usize) -> Vec<Vec<f64>> {
        self.by_layer(self.learner.delta(), patterns)
    }
}

//! The patterns of one update, side by side.

use crate::real::Real;
use nalgebra::DMatrix;

/// Inputs and targets of one update, `units x patterns`. Room for the largest batch; a smaller one uses the first columns.
#[derive(Clone, Debug)]
pub struct Batch<R> {
    inputs: DMatrix<R>,
    targets: DMatrix<R>,
    /// How many patterns there are now.
    pub patterns: usize,
}

impl<R: Real> Batch<R> {
    /// Room for `patterns` patterns, all zero.
    pub fn zeros(inputs: usize, outputs: usize, patterns: usize) -> Self {
        let zeros = |units| DMatrix::from_element(units, patterns, R::zero());
        Self { inputs: zeros(inputs), targets: zeros(outputs), patterns }
    }

    /// Input activities, pattern after pattern.
    #[inline(always)]
    pub fn input(&self) -> &[R] {
        &self.inputs.as_slice()[..self.inputs.nrows() * self.patterns]
    }

    /// Targets, pattern after pattern.
    #[inline(always)]
    pub fn target(&self) -> &[R] {
        &self.targets.as_slice()[..self.targets.nrows() * self.patterns]
    }

    /// Input and target of one pattern, to be written.
    #[inline(always)]
    pub fn pattern_mut(&mut self, pattern: usize) -> (&mut [R], &mut [R]) {
        let (i, k) = (self.inputs.nrows(), self.targets.nrows());
        (
            &mut self.inputs.as_mut_slice()[i * pattern..i * (pattern + 1)],
            &mut self.targets.as_mut_slice()[k * pattern..k * (pattern + 1)],
        )
    }
}

//! The patterns of one update, side by side.

use crate::real::Real;
use nalgebra::DMatrix;

/// Inputs and targets of one update, `units x patterns`: a window on the columns of what was laid out, which may be the patterns
/// of many updates.
#[derive(Clone, Debug)]
pub struct Batch<R> {
    inputs: DMatrix<R>,
    targets: DMatrix<R>,
    /// The column of the first pattern now.
    pub first: usize,
    /// How many patterns there are now.
    pub patterns: usize,
}

impl<R: Real> Batch<R> {
    /// Room for `patterns` patterns, all zero.
    pub fn zeros(inputs: usize, outputs: usize, patterns: usize) -> Self {
        let zeros = |units| DMatrix::from_element(units, patterns, R::zero());
        Self { inputs: zeros(inputs), targets: zeros(outputs), first: 0, patterns }
    }

    /// Input activities, pattern after pattern.
    #[inline(always)]
    pub fn input(&self) -> &[R] {
        let units = self.inputs.nrows();
        &self.inputs.as_slice()[units * self.first..units * (self.first + self.patterns)]
    }

    /// Targets, pattern after pattern.
    #[inline(always)]
    pub fn target(&self) -> &[R] {
        let units = self.targets.nrows();
        &self.targets.as_slice()[units * self.first..units * (self.first + self.patterns)]
    }

    /// Input and target of one column, to be written.
    #[inline(always)]
    pub fn pattern_mut(&mut self, column: usize) -> (&mut [R], &mut [R]) {
        let (i, k) = (self.inputs.nrows(), self.targets.nrows());
        (
            &mut self.inputs.as_mut_slice()[i * column..i * (column + 1)],
            &mut self.targets.as_mut_slice()[k * column..k * (column + 1)],
        )
    }

    /// Inputs and targets of all columns as numbers, lane by lane within each unit, to be written.
    #[inline(always)]
    pub fn numbers_mut(&mut self) -> (&mut [R::Elem], &mut [R::Elem]) {
        (R::numbers_mut(self.inputs.as_mut_slice()), R::numbers_mut(self.targets.as_mut_slice()))
    }
}

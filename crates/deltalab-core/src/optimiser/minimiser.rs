//! Minimisers: optimisers that see the loss of the whole training set, and may look before they step.
//!
//! Once an epoch the trainer asks for a change a of the weights w. A minimiser may try changes out, each try being a pass
//! over all training patterns, and returns one with F(w + a) < F(w), or none. The loss is
//!
//! F(w) = E / s + ½ κ Σ w²,
//!
//! E the cross-entropy, or half of SSE; s = 1, or the number of patterns where `train.reduction` is `"mean"`; κ the
//! `weight_decay`, over weights but not biases nor fixed paths. Its gradient is −c + κw, c the direction: what gradient
//! descent with the same weight decay goes down.
//!
//! Weights are one list of f64, path after path (each column by column), then the biases layer after layer, whatever the
//! precision of the run: a change is rounded to it before it is tried, so what was tried is what is made.

/// The loss F around the weights w of now. Every number of it takes passes over the training patterns, and they are counted.
pub trait Loss {
    /// w.
    fn weights(&self) -> &[f64];
    /// F(w); known already.
    fn value(&self) -> f64;
    /// ∇F(w); known already.
    fn gradient(&self) -> &[f64];
    /// F(w + change): one pass.
    fn value_at(&mut self, change: &[f64]) -> f64;
    /// F(w + change), and ∇F there: one pass.
    fn gradient_at(&mut self, change: &[f64], gradient: &mut [f64]) -> f64;
    /// The Gauss–Newton matrix of F at w, JᵀJ / s and κ on the diagonal, row by row, its lower triangle only; J holds the
    /// derivatives of every output of every pattern. One pass for each output unit.
    fn gauss_newton(&mut self, matrix: &mut [f64]);
}

/// A minimiser, for one run.
pub trait Minimiser: Send {
    /// Forgets everything: a new run begins.
    fn reset(&mut self);
    /// The change of this epoch; all 0 where it finds none that lowers the loss.
    fn step(&mut self, loss: &mut dyn Loss, change: &mut [f64]);
}

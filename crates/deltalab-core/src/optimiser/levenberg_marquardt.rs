//! Levenberg–Marquardt: Gauss–Newton steps, damped towards gradient descent as far as the loss asks for it.
//!
//! a = (JᵀJ + μI)⁻¹ Jᵀe, J = ∂z/∂w of every output of every pattern, e = t − z (a unit within the error's tolerance has
//! neither). If SSE is lower at w + a, the step is made and μ ← μ · `decrease`; else μ ← μ · `increase`, and again.
//!
//! μI as in Levenberg 1944 and Hagan & Menhaj 1994, not Marquardt's μ diag(JᵀJ): the column of a weight that has no effect
//! (a saturated unit, a masked weight) is 0, and μ times it would leave the matrix singular.

use super::LevenbergMarquardt;
use super::minimiser::{Loss, Minimiser};

/// μ never falls below this: rounding would hide it long before.
const SMALLEST: f64 = 1e-20;

/// Levenberg–Marquardt at work.
#[derive(Debug)]
pub(crate) struct Damped {
    params: LevenbergMarquardt,
    /// μ.
    damping: f64,
    /// JᵀJ, row by row, lower triangle.
    matrix: Vec<f64>,
    /// L of JᵀJ + μI = LLᵀ.
    factor: Vec<f64>,
    /// A column of L while it is taken off.
    column: Vec<f64>,
}

impl Damped {
    /// For so many weights and biases.
    pub fn new(params: &LevenbergMarquardt, weights: usize) -> Self {
        let square = vec![0.0; weights * weights];
        Self {
            params: params.clone(),
            damping: params.damping,
            factor: square.clone(),
            matrix: square,
            column: vec![0.0; weights],
        }
    }

    /// a ← −(JᵀJ + μI)⁻¹ g; false where rounding leaves no Cholesky factor.
    fn solve(&mut self, gradient: &[f64], a: &mut [f64]) -> bool {
        let n = gradient.len();
        self.factor.copy_from_slice(&self.matrix);
        for i in 0..n {
            self.factor[i * n + i] += self.damping;
        }
        if !cholesky(&mut self.factor, &mut self.column) {
            return false;
        }
        let l = &self.factor;
        for i in 0..n {
            let mut sum = -gradient[i];
            for k in 0..i {
                sum -= l[i * n + k] * a[k];
            }
            a[i] = sum / l[i * n + i];
        }
        for i in (0..n).rev() {
            a[i] /= l[i * n + i];
            for k in 0..i {
                a[k] -= l[i * n + k] * a[i];
            }
        }
        a.iter().all(|a| a.is_finite())
    }
}

impl Minimiser for Damped {
    fn reset(&mut self) {
        self.damping = self.params.damping;
    }

    fn step(&mut self, loss: &mut dyn Loss, change: &mut [f64]) {
        // A damping beyond the largest has been tried at these very weights, in vain.
        if self.damping <= self.params.largest {
            loss.gauss_newton(&mut self.matrix);
        }
        let now = loss.value();
        while self.damping <= self.params.largest {
            if self.solve(loss.gradient(), change) && loss.value_at(change) < now {
                self.damping = (self.damping * self.params.decrease).max(SMALLEST);
                return;
            }
            self.damping *= self.params.increase;
        }
        change.fill(0.0);
    }
}

/// The lower triangle of a symmetric matrix, row by row → L with LLᵀ equal to it; false where it is not positive definite.
///
/// L_ij = (A_ij − Σ_{k<j} L_ik L_jk) / L_jj, k ascending, one operation at a time: the same bits on every machine, which a
/// product that picks its code by the processor would not give.
fn cholesky(a: &mut [f64], column: &mut [f64]) -> bool {
    let n = column.len();
    for k in 0..n {
        let pivot = a[k * n + k];
        if !(pivot > 0.0 && pivot.is_finite()) {
            return false;
        }
        let root = pivot.sqrt();
        a[k * n + k] = root;
        for i in k + 1..n {
            a[i * n + k] /= root;
            column[i] = a[i * n + k];
        }
        for i in k + 1..n {
            let factor = column[i];
            let row = &mut a[i * n + k + 1..=i * n + i];
            for (a, &l) in row.iter_mut().zip(&column[k + 1..=i]) {
                *a -= factor * l;
            }
        }
    }
    true
}

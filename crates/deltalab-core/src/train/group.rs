//! A group of runs that train together, and the choice of its width.

use super::setup::{Precision, Setup};
use super::trainer::Trainer;
use crate::learner::{Rule, learner};
use crate::real::{Lanes, Level, Real};
use std::sync::Arc;

/// Runs of one cell that train side by side.
pub trait Group: Send {
    /// How many runs train at once.
    fn lanes(&self) -> usize;

    /// Trains a run for every seed that `next` gives, and hands each outcome to `done` as soon as its run has ended.
    /// `stopped` is asked once an epoch: when it says so, unfinished runs are given up.
    fn train(
        &mut self,
        next: &mut dyn FnMut() -> Option<u64>,
        done: &mut dyn FnMut(Outcome),
        stopped: &dyn Fn() -> bool,
    );
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// The criterion was met.
    Solved,
    /// It was not met in `max_epochs`, or none was set.
    Unsolved,
    /// An error or a weight was no longer finite.
    Diverged,
}

/// A finished run.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// Its run seed.
    pub seed: u64,
    /// How it ended.
    pub status: Status,
    /// Epochs it took, the last included.
    pub epochs: u64,
    /// Final metrics, in the order of [`Setup::finals`].
    pub finals: Vec<f64>,
    /// Epochs (conditioning: trials) of the points of its curves, ascending.
    pub curve_epochs: Vec<u64>,
    /// Points of its curves, each in the order of [`Setup::curves`], one point after the other.
    pub curve: Vec<f64>,
    /// Patterns presented and learned from.
    pub pattern_updates: u64,
}

/// Up to so many weights and biases, four registers a number keep all lanes in the nearest caches; beyond, one does better.
const FEW_PARAMETERS: usize = 512;

/// A group for a rule: the widest lanes of the level that `runs` can fill; one lane where a batch optimiser goes its own way
/// in every run. The choice changes no bit of any run.
pub(crate) fn group<L: Rule>(
    params: &L::Params,
    setup: &Arc<Setup>,
    level: Level,
    runs: usize,
) -> Box<dyn Group> {
    match setup.precision {
        Precision::F64 => group_f64::<L>(params, setup, level, runs),
        Precision::F32 => group_f32::<L>(params, setup, level, runs),
    }
}

/// A trainer of one kind of number, with the rule inside. The trainer is one for all rules.
fn train<R: Real, L: Rule>(params: &L::Params, setup: &Arc<Setup>) -> Box<dyn Group> {
    Trainer::<R>::boxed(setup, learner::<R, L>(params, &setup.context()))
}

macro_rules! choose {
    ($function:ident, $scalar:ty, $sse2:ident, $avx2:ident, $avx512:ident) => {
        fn $function<L: Rule>(
            params: &L::Params,
            setup: &Arc<Setup>,
            level: Level,
            runs: usize,
        ) -> Box<dyn Group> {
            let wide = setup.topology.parameters() <= FEW_PARAMETERS;
            // More than one register only where the runs fill more than one.
            macro_rules! lanes {
                ($pack:ty) => {
                    if wide && runs > <$pack as crate::real::Pack>::N {
                        train::<Lanes<$pack, 4>, L>(params, setup)
                    } else {
                        train::<Lanes<$pack, 1>, L>(params, setup)
                    }
                };
            }
            match level {
                _ if runs < 2 || setup.optimiser.is_batch() => train::<$scalar, L>(params, setup),
                Level::Scalar => train::<$scalar, L>(params, setup),
                #[cfg(target_arch = "x86_64")]
                Level::Baseline => lanes!(crate::real::$sse2),
                #[cfg(target_arch = "x86_64")]
                Level::Avx2 => lanes!(crate::real::$avx2),
                #[cfg(target_arch = "x86_64")]
                Level::Avx512 => lanes!(crate::real::$avx512),
                #[cfg(not(target_arch = "x86_64"))]
                _ => lanes!(crate::real::Pair<$scalar>),
            }
        }
    };
}

choose!(group_f64, f64, Sse2F64, Avx2F64, Avx512F64);
choose!(group_f32, f32, Sse2F32, Avx2F32, Avx512F32);

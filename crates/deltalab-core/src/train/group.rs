//! A group of runs that train together, and the choice of its width.

use super::setup::{Precision, Setup};
use super::trainer::Trainer;
use crate::learner::{Rule, learner};
use crate::network::Parameters;
#[cfg(not(target_arch = "wasm32"))]
use crate::real::Lanes;
#[cfg(target_arch = "x86_64")]
use crate::real::{Alone, Avx2F32, Avx2F64, Avx512F32, Avx512F64, Pack};
use crate::real::{Level, Real};
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
    /// The weights that [`RecordParams::weights`](super::RecordParams::weights) asks for, first ones first.
    pub weights: Vec<Snapshot>,
}

/// Weights and biases at one moment of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// The epoch (conditioning: the trial) after which they are these.
    pub epoch: u64,
    /// The numbers; those of f32 are widened.
    pub parameters: Parameters<f64>,
}

/// Up to so many weights and biases, numbers of four or eight registers keep all lanes in the nearest caches, and entering,
/// checking and choosing is shared by more runs; beyond, one or two do better.
#[cfg(target_arch = "x86_64")]
const FEW_PARAMETERS: usize = 512;

/// Up to so many, even the weights of 64 runs of f64 stay in the nearest cache, or nearly.
#[cfg(target_arch = "x86_64")]
const TINY_PARAMETERS: usize = 64;

/// Beyond so many the weights of many runs leave the caches, and runs go one after the other, their units through the registers:
/// in mini-batches, which use each weight many times while it is near, and online.
const MANY_PARAMETERS: [usize; 2] = [40_000, 200_000];

/// From so many patterns an update is a mini-batch here.
const MINI_BATCH: usize = 8;

/// A lone run whose layers all have fewer units than this gains nothing from registers: most would be filled in part.
const NARROW: usize = 16;

/// So few runs of a net that fills registers with its units are done sooner one after the other than in lanes.
#[cfg(target_arch = "x86_64")]
const FEW_RUNS: usize = 2;

/// A group for a rule, of the kind of number that does so many runs of such a net soonest; one run alone where a batch optimiser goes
/// its own way in each. The choice changes no bit of any run.
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

/// The kinds of number of one precision: alone, then in lanes, by level. Baseline has no kind of its own for a lone run.
macro_rules! choose {
    ($function:ident, $scalar:ty, $baseline:ty, $avx2:ident $two:literal $eight:literal, $avx512:ident $four:literal $many:literal) => {
        fn $function<L: Rule>(
            params: &L::Params,
            setup: &Arc<Setup>,
            level: Level,
            runs: usize,
        ) -> Box<dyn Group> {
            let parameters = setup.topology.parameters();
            let online = usize::from(setup.batch() < MINI_BATCH);
            let alone = runs < 2 || parameters > MANY_PARAMETERS[online];
            let narrow = setup.topology.layers.iter().all(|layer| layer.units < NARROW);
            #[cfg(target_arch = "x86_64")]
            let few = alone || (runs <= FEW_RUNS && !narrow);
            match level {
                _ if setup.optimiser.is_batch() => train::<$scalar, L>(params, setup),
                Level::Scalar => train::<$scalar, L>(params, setup),
                _ if alone && narrow => train::<$scalar, L>(params, setup),
                Level::Baseline if alone => train::<$scalar, L>(params, setup),
                Level::Baseline => train::<$baseline, L>(params, setup),
                #[cfg(target_arch = "x86_64")]
                Level::Avx2 if few => train::<Alone<$avx2>, L>(params, setup),
                // Many registers take up to so many times as long as one, so enough of them are to be filled.
                #[cfg(target_arch = "x86_64")]
                Level::Avx2 if parameters <= FEW_PARAMETERS && runs > 4 * $avx2::N => {
                    train::<Lanes<$avx2, $eight>, L>(params, setup)
                }
                #[cfg(target_arch = "x86_64")]
                Level::Avx2 => train::<Lanes<$avx2, $two>, L>(params, setup),
                #[cfg(target_arch = "x86_64")]
                Level::Avx512 if few => train::<Alone<$avx512>, L>(params, setup),
                #[cfg(target_arch = "x86_64")]
                Level::Avx512 if parameters <= TINY_PARAMETERS && runs > 6 * $avx512::N => {
                    train::<Lanes<$avx512, $many>, L>(params, setup)
                }
                #[cfg(target_arch = "x86_64")]
                Level::Avx512 if parameters <= FEW_PARAMETERS && runs > 2 * $avx512::N => {
                    train::<Lanes<$avx512, $four>, L>(params, setup)
                }
                #[cfg(target_arch = "x86_64")]
                Level::Avx512 => train::<Lanes<$avx512, 1>, L>(params, setup),
                #[cfg(not(target_arch = "x86_64"))]
                Level::Avx2 | Level::Avx512 => train::<$baseline, L>(params, setup),
            }
        }
    };
}

#[cfg(target_arch = "x86_64")]
type BaselineF64 = Lanes<crate::real::Sse2F64, 4>;
#[cfg(target_arch = "x86_64")]
type BaselineF32 = Lanes<crate::real::Sse2F32, 1>;
// In a browser one run learns at a time: lanes would make the page larger, and nothing faster.
#[cfg(target_arch = "wasm32")]
type BaselineF64 = f64;
#[cfg(target_arch = "wasm32")]
type BaselineF32 = f32;
#[cfg(not(any(target_arch = "x86_64", target_arch = "wasm32")))]
type BaselineF64 = Lanes<crate::real::Pair<f64>, 4>;
#[cfg(not(any(target_arch = "x86_64", target_arch = "wasm32")))]
type BaselineF32 = Lanes<crate::real::Pair<f32>, 4>;

choose!(group_f64, f64, BaselineF64, Avx2F64 2 8, Avx512F64 4 8);
choose!(group_f32, f32, BaselineF32, Avx2F32 1 1, Avx512F32 1 1);

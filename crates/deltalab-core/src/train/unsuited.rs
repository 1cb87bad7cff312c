//! What a batch optimiser does not go with: refused before anything runs, with what to change.

use super::params::{BatchSize, Order, TrainParams};
use crate::learner::{Context, Recipe};
use crate::network::{ErrorFunction, Parameters};
use crate::optimiser::{NewLbfgs, OptimiserParams, Schedule};
use crate::task::Task;
use std::fmt;

/// Most weights and biases for which Levenberg–Marquardt makes its matrix: 32 MB, and a second or so for each step.
const MOST_EQUATIONS: usize = 2000;

/// Why a batch optimiser is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsuited {
    /// The rule's direction is not the exact gradient.
    Rule(&'static str),
    /// Conditioning is learned trial by trial.
    Conditioning,
    /// An update is to take fewer than all patterns.
    Batch,
    /// The patterns are drawn anew each epoch.
    Order,
    /// It finds the length of its steps itself.
    Schedule,
    /// It is made for a sum of squares.
    Error,
    /// So many weights and biases are too many.
    Weights(usize),
    /// The curvature asked for is no more than the decrease.
    Wolfe,
    /// Nothing here makes it.
    Absent,
}

impl Unsuited {
    /// What a batch optimiser does not go with; `None`: nothing.
    pub(super) fn why(
        optimiser: &OptimiserParams,
        lbfgs: Option<NewLbfgs>,
        schedule: &Schedule,
        train: &TrainParams,
        task: &dyn Task,
        learner: &dyn Recipe,
        context: &Context<'_>,
    ) -> Option<Self> {
        let damped = matches!(optimiser, OptimiserParams::LevenbergMarquardt(_));
        let equations = match damped {
            true => Parameters::<f64>::zeros(context.topology).slices().map(<[f64]>::len).sum(),
            false => 0,
        };
        let whole = match train.batch {
            BatchSize::All(_) => true,
            BatchSize::Patterns(patterns) => patterns == task.train_patterns(),
        };
        let wolfe = match optimiser {
            OptimiserParams::Lbfgs(lbfgs) => lbfgs.decrease < lbfgs.curvature,
            _ => true,
        };
        let wrong = [
            (!damped && lbfgs.is_none(), Self::Absent),
            (!task.probes().is_empty(), Self::Conditioning),
            (damped && !matches!(train.error, ErrorFunction::Sse(_)), Self::Error),
            (!learner.is_gradient(context), Self::Rule(learner.kind())),
            (!whole, Self::Batch),
            (train.order == Order::Random, Self::Order),
            (*schedule != Schedule::Constant, Self::Schedule),
            (!wolfe, Self::Wolfe),
            (equations > MOST_EQUATIONS, Self::Weights(equations)),
        ];
        wrong.into_iter().find_map(|(wrong, why)| wrong.then_some(why))
    }

    /// The key of the spec that is to be changed.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Rule(_) | Self::Absent => "learner.optimiser",
            Self::Conditioning => "task.kind",
            Self::Batch => "train.batch",
            Self::Order => "train.order",
            Self::Schedule => "learner.schedule",
            Self::Error => "train.error",
            Self::Weights(_) => "network.hidden",
            Self::Wolfe => "learner.optimiser.curvature",
        }
    }
}

/// What to change.
impl fmt::Display for Unsuited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rule(rule) => write!(
                f,
                "follows the exact gradient, which the direction of this \"{rule}\" is not: use it with \"backprop\", or with \"delta\" where that is the gradient (linear output with \"sse\", logistic with \"cross_entropy\", or derivative = true with \"sse\")"
            ),
            Self::Conditioning => f.write_str("needs all patterns at once, but a conditioning task is shown trial by trial"),
            Self::Batch => f.write_str(
                "sees the loss of the whole training set: set train = { batch = \"all\" } under this learner",
            ),
            Self::Order => f.write_str(
                "needs the same training set in every epoch: \"random\" draws it anew, \"sequential\" and \"permuted\" do not",
            ),
            Self::Schedule => f.write_str("finds the length of its steps itself: leave the schedule out"),
            Self::Error => f.write_str("is made for a sum of squares: set train = { error = \"sse\" } under this learner"),
            Self::Weights(count) => write!(
                f,
                "solves as many equations as there are weights and biases, at most {MOST_EQUATIONS}; these are {count}: make the network smaller, or use \"lbfgs\""
            ),
            Self::Wolfe => f.write_str("needs a curvature above its decrease"),
            Self::Absent => f.write_str("is not part of this program"),
        }
    }
}

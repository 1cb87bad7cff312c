//! How large a difference is, in the unit of what is compared: beside the estimates of a comparison, without a test of its own, so
//! that the family of tests does not grow.
//!
//! | measure | effect of a against b | interval |
//! |---|---|---|
//! | `faster` | difference of the restricted means, in epochs: mean over seeds of min(T_a, τ) − min(T_b, τ), τ the smaller step limit | bootstrap over seeds |
//! | a final metric | median of a − b | order statistics, of the sign test |
//!
//! A run that was never solved counts with τ. Where every unsolved run was given up at its step limit, the mean of min(T, τ) is
//! the area under Kaplan and Meier's curve up to τ.

use crate::runs::Runs;
use crate::statistics::bootstrap::Bootstrap;
use crate::statistics::survival::Outcome;
use crate::statistics::{Interval, mean, median};
use crate::summary::outcome;

/// An effect.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effect {
    /// Of the first against the second.
    pub estimate: f64,
    /// Its 95 % interval; `None` for too few pairs (one; for a median fewer than six).
    pub interval: Option<Interval>,
}

/// The difference of the restricted mean epochs of two cells, on the seeds that both have; `None` without such a seed, or where a
/// run was given up before τ, so that it is not known what it would count with.
pub fn restricted_epochs(
    runs: &Runs,
    a: usize,
    b: usize,
    bootstrap: &mut Bootstrap,
) -> Option<Effect> {
    let limits = [a, b].map(|cell| runs.study().cells[cell].max_epochs);
    let limit = limits[0].min(limits[1]);
    let spent = |outcome: Outcome| match outcome {
        Outcome::Censored(given_up) if given_up < limit => None,
        outcome => Some(outcome.time().min(limit) as f64),
    };
    let differences = runs
        .pairs(a, b)
        .map(|(x, y)| Some(spent(outcome(x, limits[0]))? - spent(outcome(y, limits[1]))?));
    let differences = differences.collect::<Option<Vec<f64>>>()?;
    (!differences.is_empty()).then(|| Effect {
        estimate: mean(&differences),
        interval: bootstrap.interval(&differences),
    })
}

/// The median of differences.
pub fn median_difference(differences: &[f64]) -> Option<Effect> {
    let interval = median::interval(differences);
    median::median(differences).map(|estimate| Effect { estimate, interval })
}

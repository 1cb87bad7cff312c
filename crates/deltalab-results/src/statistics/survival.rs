//! Epochs to criterion when some runs never get there: Kaplan and Meier's estimate (1958, JASA 53, 457–481).
//!
//! S(t), the share of runs *not* yet solved after t epochs, is Π (1 − dᵢ/nᵢ) over the epochs tᵢ ≤ t in which dᵢ of the nᵢ
//! runs still at risk were solved. An unsolved run is *censored*: at risk up to its last epoch. In a tie a run that is solved
//! comes before one that is censored.
//!
//! * Interval of S(t): Greenwood's variance on the scale of log(−log S), S^exp(±z σ), σ = √(Σ dᵢ/(nᵢ(nᵢ−dᵢ))) / |log S|. It
//!   stays in 0..1. There is none where S is 1 (nothing has happened) or 0 (nothing is left).
//! * Median: the first epoch with S ≤ ½, the epoch by which at least half of the runs are solved. Its interval (Brookmeyer and
//!   Crowley 1982, Biometrics 38, 29–41) holds the epochs whose interval of S includes ½: from the first epoch where the lower
//!   curve reaches ½ to the first where the upper one does; an end that is never reached is empty.
//! * Restricted mean: ∫₀^τ S(t) dt, the mean epochs spent if all runs stop at τ.

use super::Interval;
use super::normal::Z;

/// How a run's way to the criterion ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It got there in this epoch.
    Solved(u64),
    /// It was not there after this epoch, the last in which it was looked at.
    Censored(u64),
}

impl Outcome {
    /// The epoch.
    pub fn time(self) -> u64 {
        match self {
            Outcome::Solved(time) | Outcome::Censored(time) => time,
        }
    }
}

/// A step of the curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// The epoch.
    pub time: u64,
    /// Runs neither solved nor censored before it.
    pub at_risk: usize,
    /// Runs solved in it.
    pub solved: usize,
    /// Runs censored in it.
    pub censored: usize,
    /// S after it.
    pub survival: f64,
    /// Interval of S; `None` where S is 1 or 0.
    pub interval: Option<Interval>,
}

/// The estimate: a step for every epoch in which a run was solved or censored.
///
/// ```
/// use deltalab_results::statistics::survival::{KaplanMeier, Outcome::{Censored, Solved}};
/// let estimate = KaplanMeier::fit(&[Solved(120), Solved(80), Censored(500), Censored(500)]);
/// assert_eq!(estimate.survival(100), 0.75);
/// assert_eq!(estimate.median().median, Some(120));
/// assert_eq!(estimate.restricted_mean(500), (80 + 120 + 500 + 500) as f64 / 4.0);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KaplanMeier {
    /// Runs.
    pub n: usize,
    /// Steps, by epoch. Before the first S is 1.
    pub steps: Vec<Step>,
}

/// The median with its interval, in epochs; `None` where the curve (or the band) never comes down to ½.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Median {
    /// The first epoch by which at least half of the runs are solved.
    pub median: Option<u64>,
    /// Lower end.
    pub low: Option<u64>,
    /// Upper end.
    pub high: Option<u64>,
}

/// S is a product of quotients: where it is ½ on paper it may be a few roundings above.
const HALF: f64 = 0.5 + 1e-12;

impl KaplanMeier {
    /// The estimate for these runs.
    pub fn fit(outcomes: &[Outcome]) -> KaplanMeier {
        let mut outcomes = outcomes.to_vec();
        outcomes.sort_by_key(|outcome| outcome.time());
        let n = outcomes.len();
        let (mut at_risk, mut survival, mut greenwood) = (n, 1.0, 0.0);
        let mut steps = Vec::new();
        for group in outcomes.chunk_by(|a, b| a.time() == b.time()) {
            let solved = group.iter().filter(|o| matches!(o, Outcome::Solved(_))).count();
            let left = at_risk - solved;
            survival *= left as f64 / at_risk as f64;
            greenwood += solved as f64 / (at_risk as f64 * left as f64);
            steps.push(Step {
                time: group[0].time(),
                at_risk,
                solved,
                censored: group.len() - solved,
                survival,
                interval: log_log_interval(survival, greenwood),
            });
            at_risk -= group.len();
        }
        KaplanMeier { n, steps }
    }

    /// S(t).
    pub fn survival(&self, time: u64) -> f64 {
        let past = self.steps.partition_point(|step| step.time <= time);
        past.checked_sub(1).map_or(1.0, |last| self.steps[last].survival)
    }

    /// The median and its interval.
    pub fn median(&self) -> Median {
        let first = |reached: &dyn Fn(&Step) -> bool| {
            self.steps.iter().find(|step| reached(step)).map(|step| step.time)
        };
        Median {
            median: first(&|step| step.survival <= HALF),
            low: first(&|step| step.interval.is_some_and(|i| i.low <= 0.5)),
            high: first(&|step| step.interval.is_some_and(|i| i.high <= 0.5)),
        }
    }

    /// ∫₀^τ S(t) dt, in epochs.
    pub fn restricted_mean(&self, limit: u64) -> f64 {
        let (mut area, mut from, mut height) = (0.0, 0, 1.0);
        for step in self.steps.iter().take_while(|step| step.time < limit) {
            area += height * (step.time - from) as f64;
            (from, height) = (step.time, step.survival);
        }
        area + height * (limit - from) as f64
    }
}

fn log_log_interval(survival: f64, greenwood: f64) -> Option<Interval> {
    if survival >= 1.0 || survival <= 0.0 {
        return None;
    }
    let log = libm::log(survival);
    let reach = libm::exp(Z * greenwood.sqrt() / -log);
    Some(Interval { low: libm::exp(log * reach), high: libm::exp(log / reach) })
}

#[cfg(test)]
mod tests {
    use super::Outcome::{Censored, Solved};
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn by_hand() {
        // 6 at risk, 1 solved at 6; 1 censored at 6; of 4 left 1 solved at 10; censored; of 2 left 1 solved at 22
        let runs = [Solved(6), Censored(6), Solved(10), Censored(15), Solved(22), Censored(30)];
        let estimate = KaplanMeier::fit(&runs);
        let table: Vec<_> = (estimate.steps.iter())
            .map(|s| (s.time, s.at_risk, s.solved, s.censored, s.survival))
            .collect();
        let (five_sixths, quarter_off) = (5.0 / 6.0, 5.0 / 6.0 * 0.75);
        let expected = [
            (6, 6, 1, 1, five_sixths),
            (10, 4, 1, 0, quarter_off),
            (15, 3, 0, 1, quarter_off),
            (22, 2, 1, 0, quarter_off * 0.5),
            (30, 1, 0, 1, quarter_off * 0.5),
        ];
        assert_eq!(table, expected);
        assert_eq!([0, 5, 6, 21, 22, 99].map(|t| estimate.survival(t)), {
            [1.0, 1.0, five_sixths, quarter_off, quarter_off * 0.5, quarter_off * 0.5]
        });
        assert_eq!(estimate.median().median, Some(22));
        assert_eq!(estimate.restricted_mean(6), 6.0);
        let by_hand = 6.0 + five_sixths * 4.0 + quarter_off * 12.0 + quarter_off * 0.5 * 3.0;
        assert!((estimate.restricted_mean(25) - by_hand).abs() < 1e-14); // a few roundings of 17
    }

    #[test]
    fn without_censoring_it_is_the_share_not_yet_solved() {
        let estimate = KaplanMeier::fit(&[Solved(4), Solved(1), Solved(3), Solved(2)]);
        assert_eq!([0, 1, 2, 3, 4].map(|t| estimate.survival(t)), [1.0, 0.75, 0.5, 0.25, 0.0]);
        assert_eq!(estimate.median().median, Some(2), "half are solved by 2");
        assert_eq!(estimate.restricted_mean(10), 2.5);
    }

    #[test]
    fn a_median_that_is_not_reached_is_empty() {
        assert_eq!(KaplanMeier::fit(&[Censored(9); 20]).median(), Median::default());
        let one = KaplanMeier::fit(&[Solved(3)]).median();
        assert_eq!(one, Median { median: Some(3), low: None, high: None });
        assert_eq!(KaplanMeier::fit(&[]).median(), Median::default());
        assert_eq!(KaplanMeier::fit(&[]).restricted_mean(7), 7.0);
    }

    #[test]
    fn half_is_half_also_where_the_product_rounds_up() {
        for n in (2..200).step_by(2) {
            let runs: Vec<Outcome> = (1..=n).map(Solved).collect();
            assert_eq!(KaplanMeier::fit(&runs).median().median, Some(n / 2), "n = {n}");
        }
    }

    proptest! {
        #[test]
        fn the_band_holds_the_curve_and_the_median_lies_in_its_interval(
            runs in prop::collection::vec((1u64..50, any::<bool>()), 1..60),
        ) {
            let runs: Vec<Outcome> = (runs.into_iter())
                .map(|(time, solved)| if solved { Solved(time) } else { Censored(time) })
                .collect();
            let estimate = KaplanMeier::fit(&runs);
            let mut before = 1.0;
            for step in &estimate.steps {
                prop_assert!((0.0..=before).contains(&step.survival));
                before = step.survival;
                if let Some(Interval { low, high }) = step.interval {
                    prop_assert!(0.0 <= low && low <= step.survival && step.survival <= high && high <= 1.0);
                }
            }
            let Median { median, low, high } = estimate.median();
            if let (Some(median), Some(low)) = (median, low) {
                prop_assert!(low <= median);
            }
            if let Some(high) = high {
                prop_assert!(median.is_some_and(|median| median <= high));
            }
        }
    }
}

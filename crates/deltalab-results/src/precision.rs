//! What n seeds can tell, before the first run: how wide the intervals will be, and how clear a lead must be.
//!
//! | of | width |
//! |---|---|
//! | a share near ½ | half of Wilson's interval at ½: z / (2 √(n + z²)) |
//! | a mean, or a mean difference, in standard deviations | t / √n, t of n − 1 degrees of freedom |
//! | a median, in percentages of the runs | where Kaplan and Meier's interval ends if no run is censored |
//!
//! A comparison is shown where p is below 5 % after Holm over all m tests. Of the exact sign test of n pairs p is at least
//! 2^(1−n): where m 2^(1−n) is not below 5 %, *no* difference between two cells can be shown, however large.

use crate::Study;
use crate::comparison::compared_cells;
use crate::statistics::normal::Z;
use crate::statistics::proportion::even_odds_p;
use crate::statistics::student;
use crate::statistics::survival::{KaplanMeier, Outcome};
use crate::study::Better;
use crate::verdict::LEVEL;

/// What to expect of a study.
#[derive(Clone, Debug, PartialEq)]
pub struct Precision {
    /// Seeds.
    pub n: usize,
    /// ± of a success rate, where it is widest: at ½.
    pub share: f64,
    /// ± of a mean, in standard deviations of its runs; infinite for a single seed.
    pub mean: f64,
    /// Percentiles of the runs between which the interval of a median lies; an end may be missing.
    pub median: [Option<f64>; 2],
    /// Tests in Holm's family.
    pub tests: usize,
    /// Pairs of cells that are compared.
    pub pairs: usize,
    /// Seeds, if none is a tie, on which one cell must be ahead of another for its lead to be shown even if no other comparison is;
    /// `None`: not even all of them are enough.
    pub lead: Option<usize>,
}

impl Precision {
    /// Of the finished study; `None` for one without seeds.
    pub fn of(study: &Study) -> Option<Precision> {
        let n = study.seeds.len();
        let share = half_of_wilson(n)?;
        let directed =
            study.finals.iter().filter(|metric| metric.better != Better::Neither).count();
        let criterion = |cell: usize| study.cells[cell].criterion.is_some();
        let compared = compared_cells(study);
        let tests =
            |&(a, b): &(usize, usize)| directed + if criterion(a) && criterion(b) { 2 } else { 0 };
        let tests = compared.iter().map(tests).sum();
        let solved: Vec<Outcome> = (1..=n as u64).map(Outcome::Solved).collect();
        let median = KaplanMeier::fit(&solved).median();
        let percentile = |time: Option<u64>| time.map(|time| 100.0 * time as f64 / n as f64);
        let shown = |won: &usize| even_odds_p(*won, n - won) * (tests as f64) < LEVEL;
        Some(Precision {
            n,
            share,
            mean: student::t(n - 1) / (n as f64).sqrt(),
            median: [median.low, median.high].map(percentile),
            tests,
            pairs: compared.len(),
            lead: (n / 2 + 1..=n).find(shown).filter(|_| tests > 0),
        })
    }
}

/// Half of Wilson's interval of a share of ½; `None` for n = 0.
fn half_of_wilson(n: usize) -> Option<f64> {
    (n > 0).then(|| Z / (2.0 * (n as f64 + Z * Z).sqrt()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::proportion::wilson;
    use crate::{Cell, Metric};

    fn study(cells: usize, n: u64) -> Study {
        let cell = |i: usize| Cell {
            id: i.to_string(),
            learner: i.to_string(),
            criterion: Some("sse < 0.1".into()),
            ..Cell::default()
        };
        Study {
            cells: (0..cells).map(cell).collect(),
            seeds: (0..n).collect(),
            finals: vec![
                Metric { better: Better::Lower, ..Metric::default() },
                Metric::default(), // without a direction: not compared
            ],
            ..Study::default()
        }
    }

    #[test]
    fn widths_are_those_of_the_intervals() {
        let precision = Precision::of(&study(2, 20)).unwrap();
        let interval = wilson(10, 20).unwrap();
        assert!((precision.share - (interval.high - interval.low) / 2.0).abs() < 1e-15);
        assert!((precision.mean - 2.093024054 / 20.0_f64.sqrt()).abs() < 1e-9);
        assert_eq!((precision.pairs, precision.tests), (1, 3));
        // 3 · p < 0.05: p = 0.0118 of 16 : 4, 0.0414 of 15 : 5
        assert_eq!(precision.lead, Some(16));
        let one = Precision::of(&study(2, 1)).unwrap();
        assert_eq!((one.mean, one.median), (f64::INFINITY, [None, None]));
        assert_eq!(Precision::of(&study(2, 0)), None);
    }

    #[test]
    fn few_seeds_and_many_tests_leave_nothing_to_show() {
        // 2 · 2⁻⁵ = 1/16; after three tests even six of six are not enough, eight of eight are: 3/128
        assert_eq!(Precision::of(&study(2, 5)).unwrap().lead, None);
        assert_eq!(Precision::of(&study(2, 6)).unwrap().lead, None);
        assert_eq!(Precision::of(&study(2, 8)).unwrap().lead, Some(8));
        assert_eq!(Precision::of(&study(1, 8)).unwrap().lead, None, "nothing is compared");
    }
}

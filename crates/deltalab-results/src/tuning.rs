//! Which trial of a search is the best: the rule, the same for every learner. The rows of `tuning.csv`.
//!
//! A [`Search`] tried out values for one cell of the comparison; each [`Trial`](crate::study::Trial) was run on the same
//! tuning seeds. The best comes first in this order:
//!
//! | `select` | order |
//! |---|---|
//! | `median_epochs` | lower median epochs (Kaplan–Meier), not reached last; then more runs solved; then lower restricted mean epochs |
//! | `mean_epochs` | lower restricted mean epochs, in which a run that never solved counts with the step limit; then more runs solved |
//! | a final metric  | fewer runs whose value is not finite or that diverged; then the better mean of the others |
//!
//! What is still a tie goes to the trial nearest the middle of the range, then to the first. A diverged run counts as never
//! solved, and on a metric as worse than any that did not diverge.

use std::cmp::Ordering;

use crate::runs::Runs;
use crate::statistics::Interval;
use crate::statistics::mean;
use crate::statistics::proportion::wilson;
use crate::statistics::survival::{KaplanMeier, Outcome};
use crate::study::{Better, Edge, Search, Select, Tuned};
use crate::summary::outcome;
use crate::{Record, Status, Study};

/// What the runs of a trial say.
#[derive(Clone, Debug, PartialEq)]
pub struct TrialSummary {
    /// Finished runs.
    pub n: usize,
    /// Runs that diverged.
    pub diverged: usize,
    /// Solving; `None` where no criterion was set, or nothing is finished.
    pub success: Option<TrialSuccess>,
    /// The metric that is selected by: its mean over every run, not finite where a run's value is not; `None` where the
    /// median epochs decide, or nothing is finished.
    pub metric: Option<f64>,
    /// Place among the trials of the search, 1 being the best.
    pub rank: usize,
    worse: Worse,
}

/// How often, and when, the runs of a trial were solved.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TrialSuccess {
    /// Runs solved.
    pub solved: usize,
    /// Their share.
    pub rate: f64,
    /// Wilson's interval of the share.
    pub interval: Interval,
    /// Median epochs to criterion (Kaplan–Meier).
    pub median: Option<u64>,
    /// Restricted mean: epochs up to the criterion or the step limit, over runs.
    pub mean_epochs: f64,
}

/// What trials are put in order by, each number less being better.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Worse([f64; 4]);

impl Worse {
    fn cmp(&self, other: &Self) -> Ordering {
        let pairs = self.0.iter().zip(&other.0);
        pairs.map(|(a, b)| a.total_cmp(b)).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    }
}

/// Every search of the study, in order; of each, every trial in order. Empty for a study without tuning.
pub fn tunings(runs: &Runs) -> Vec<Vec<TrialSummary>> {
    let Some(tuning) = &runs.study().tuning else { return Vec::new() };
    let searches = tuning.searches.iter().enumerate();
    searches.map(|(place, search)| of_search(runs, place, search, &tuning.select)).collect()
}

/// The best trial of a search of which every run is finished; `None` of one that is not.
pub fn chosen(trials: &[TrialSummary], seeds: usize) -> Option<usize> {
    let finished = trials.iter().all(|trial| trial.n == seeds);
    trials.iter().position(|trial| trial.rank == 1).filter(|_| finished)
}

/// What is said of each value that was chosen at an end of what was tried: a better one may lie beyond.
pub fn at_the_border(study: &Study) -> Vec<String> {
    let mut sentences = Vec::new();
    for cell in &study.cells {
        let axes = study.axes.iter().zip(&cell.axes);
        let axes: Vec<String> = axes
            .filter_map(|(axis, value)| Some(format!("{axis} = {}", value.as_ref()?)))
            .collect();
        let learner = match axes.is_empty() {
            true => cell.learner.clone(),
            false => format!("{} ({})", cell.learner, axes.join(", ")),
        };
        for Tuned { key, value, edge } in &cell.tuned {
            let end = match edge {
                None => continue,
                Some(Edge::Low) => "lowest",
                Some(Edge::High) => "highest",
            };
            sentences.push(format!(
                "{learner}: the best {key}, {value}, is the {end} that was tried, so a better one may lie beyond; widen it in tune.space."
            ));
        }
    }
    sentences
}

fn of_search(runs: &Runs, place: usize, search: &Search, select: &Select) -> Vec<TrialSummary> {
    let cell = &runs.study().cells[search.cell];
    let mut summaries: Vec<TrialSummary> = (search.trials.iter().enumerate())
        .map(|(trial, values)| {
            let records: Vec<&Record> = runs.of_trial(place, trial).collect();
            let criterion = cell.criterion.is_some();
            let success = success(&records, cell.max_epochs).filter(|_| criterion);
            let metric = match select {
                Select::MedianEpochs | Select::MeanEpochs => None,
                Select::Metric { name, .. } => metric(&records, name),
            };
            let median = success.and_then(|s| s.median).map_or(f64::INFINITY, |it| it as f64);
            let mean_epochs = success.map_or(f64::INFINITY, |s| s.mean_epochs);
            let solved = success.map_or(0.0, |s| -(s.solved as f64));
            let worse = match select {
                Select::MedianEpochs => Worse([median, solved, mean_epochs, values.off_middle]),
                Select::MeanEpochs => Worse([mean_epochs, solved, values.off_middle, 0.0]),
                Select::Metric { name, better } => {
                    let (lost, mean) = without_lost(&records, name);
                    let mean = if *better == Better::Higher { -mean } else { mean };
                    Worse([lost as f64, mean, values.off_middle, 0.0])
                }
            };
            let diverged = records.iter().filter(|r| r.status == Status::Diverged).count();
            TrialSummary { n: records.len(), diverged, success, metric, rank: 0, worse }
        })
        .collect();
    let mut order: Vec<usize> = (0..summaries.len()).collect();
    order.sort_by(|&a, &b| summaries[a].worse.cmp(&summaries[b].worse)); // stable: the first of equals
    for (rank, trial) in order.into_iter().enumerate() {
        summaries[trial].rank = rank + 1;
    }
    summaries
}

fn success(records: &[&Record], max_epochs: u64) -> Option<TrialSuccess> {
    let (n, solved) =
        (records.len(), records.iter().filter(|r| r.status == Status::Solved).count());
    let outcomes: Vec<Outcome> = records.iter().map(|record| outcome(record, max_epochs)).collect();
    let estimate = KaplanMeier::fit(&outcomes);
    Some(TrialSuccess {
        solved,
        rate: solved as f64 / n as f64,
        interval: wilson(solved, n)?,
        median: estimate.median().median,
        mean_epochs: estimate.restricted_mean(max_epochs),
    })
}

fn metric(records: &[&Record], name: &str) -> Option<f64> {
    let values: Vec<f64> = records.iter().filter_map(|record| record.final_metric(name)).collect();
    (!values.is_empty()).then(|| mean(&values))
}

/// Runs without a finite value, and the mean of the others; infinite where there is none.
fn without_lost(records: &[&Record], name: &str) -> (usize, f64) {
    let finite = |record: &&&Record| record.status != Status::Diverged;
    let values: Vec<f64> = (records.iter().filter(finite))
        .filter_map(|record| record.final_metric(name).filter(|value| value.is_finite()))
        .collect();
    let lost = records.len() - values.len();
    (lost, if values.is_empty() { f64::INFINITY } else { mean(&values) })
}

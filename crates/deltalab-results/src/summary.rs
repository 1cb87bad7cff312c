//! What is known of each cell: how many runs solved, when, and where they ended. The rows of `summary.csv`.

use crate::runs::Runs;
use crate::statistics::bootstrap::Bootstrap;
use crate::statistics::proportion::wilson;
use crate::statistics::survival::{KaplanMeier, Median, Outcome};
use crate::statistics::{Interval, mean};
use crate::{Record, Status};

/// The summary of one cell.
#[derive(Clone, Debug, PartialEq)]
pub struct CellSummary {
    /// Its place in the plan.
    pub cell: usize,
    /// Finished runs.
    pub n: usize,
    /// Whether they solved, and when; `None` where no criterion was set, or nothing is finished.
    pub success: Option<Success>,
    /// The final metrics of the study, in its order; `None` where no run of the cell has the metric.
    pub finals: Vec<Option<Mean>>,
}

/// How often, and when, the runs of a cell were solved.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Success {
    /// Runs solved.
    pub solved: usize,
    /// Their share.
    pub rate: f64,
    /// Wilson's interval of the share.
    pub interval: Interval,
    /// Median epochs to criterion, with its interval.
    pub epochs: Median,
}

/// A mean over seeds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mean {
    /// Runs that have the metric.
    pub n: usize,
    /// Their mean; not finite where a run's value is not, since no run is dropped.
    pub mean: f64,
    /// Bootstrap interval; `None` for a single run, or where a value is not finite.
    pub interval: Option<Interval>,
}

/// The way of a run to the criterion. A diverged run never gets there: it is censored at the step limit, not where it
/// diverged, so that it counts as not solved for as long as any run does.
pub fn outcome(record: &Record, max_epochs: u64) -> Outcome {
    match (record.status, record.solved_epoch) {
        (Status::Solved, solved) => Outcome::Solved(solved.unwrap_or(record.epochs)),
        (Status::Unsolved, _) => Outcome::Censored(record.epochs),
        (Status::Diverged, _) => Outcome::Censored(max_epochs.max(record.epochs)),
    }
}

/// The survival curve of the cell at this place in the plan: the share of its runs not yet solved, over epochs.
///
/// # Panics
/// If the plan has no such cell.
pub fn kaplan_meier(runs: &Runs, cell: usize) -> KaplanMeier {
    let max_epochs = runs.study().cells[cell].max_epochs;
    let outcomes: Vec<Outcome> = runs.of(cell).map(|record| outcome(record, max_epochs)).collect();
    KaplanMeier::fit(&outcomes)
}

/// A summary for every cell of the plan, also for one without a finished run.
pub fn summaries(runs: &Runs) -> Vec<CellSummary> {
    let mut bootstrap = Bootstrap::default();
    let cells = runs.study().cells.iter().enumerate();
    cells
        .map(|(cell, plan)| {
            let n = runs.of(cell).count();
            let success = plan.criterion.as_ref().and_then(|_| success(runs, cell));
            let finals = runs.study().finals.iter().map(|metric| {
                let values: Vec<f64> =
                    runs.of(cell).filter_map(|record| record.final_metric(&metric.name)).collect();
                (!values.is_empty()).then(|| Mean {
                    n: values.len(),
                    mean: mean(&values),
                    interval: bootstrap.interval(&values),
                })
            });
            CellSummary { cell, n, success, finals: finals.collect() }
        })
        .collect()
}

fn success(runs: &Runs, cell: usize) -> Option<Success> {
    let n = runs.of(cell).count();
    let solved = runs.of(cell).filter(|record| record.status == Status::Solved).count();
    Some(Success {
        solved,
        rate: solved as f64 / n as f64,
        interval: wilson(solved, n)?,
        epochs: kaplan_meier(runs, cell).median(),
    })
}

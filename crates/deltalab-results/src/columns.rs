//! What every column of the tables means: the content of `columns.json`.

use serde::{Deserialize, Serialize};

use crate::Study;
use crate::study::{Better, Metric, Select, Tuning};

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// The table.
    pub file: String,
    /// Name in its header row.
    pub name: String,
    /// Unit; empty for text and pure numbers.
    pub unit: String,
    /// What it is, how it was computed, and when it is empty.
    pub meaning: String,
}

/// The columns of `runs.csv`, `curves.csv`, `summary.csv`, `comparisons.csv` and, of a study with tuning, `tuning.csv`, in
/// their order.
pub fn columns(study: &Study) -> Vec<Column> {
    let tuning = study.tuning.as_ref().map(|tuning| of_tuning(study, tuning)).unwrap_or_default();
    [of_runs(study), of_curves(study), of_summary(study), of_comparisons(study), tuning].concat()
}

fn column(file: &str, name: &str, unit: &str, meaning: &str) -> Column {
    let [file, name, unit, meaning] = [file, name, unit, meaning].map(str::to_owned);
    Column { file, name, unit, meaning }
}

const CELL: &str = "Id of the cell (one fully resolved configuration): a hash of it.";
const LEARNER: &str = "Label of the learner.";
const AXIS: &str = "Value of this key of the grid; empty where the learner does not have it.";

fn cell_columns(file: &str, study: &Study) -> Vec<Column> {
    let mut columns = vec![column(file, "cell", "", CELL), column(file, "learner", "", LEARNER)];
    columns.extend(study.axes.iter().map(|axis| column(file, axis, "", AXIS)));
    columns
}

fn of_runs(study: &Study) -> Vec<Column> {
    let (file, time) = ("runs.csv", unit_of_time(study));
    let mut columns = cell_columns(file, study);
    columns.extend([
        column(file, "seed", "", "Run seed. Runs of the same seed start from the same weights and see the patterns in the same order."),
        column(file, "status", "", "solved: the criterion was met; unsolved: it was not met within the step limit, or there is none; diverged: an error or a weight was no longer finite."),
        column(file, "epochs", &time, "How long the run lasted, the last epoch included; of a diverged run the epoch in which it diverged."),
        column(file, "solved_epoch", &time, "Epoch in which the criterion was met; empty if it was not."),
    ]);
    columns.extend(study.finals.iter().map(|metric| {
        let meaning = format!(
            "{} NaN or infinite in a diverged run; empty where the run has no such metric.",
            sentence(metric)
        );
        column(file, &metric.name, &metric.unit, &meaning)
    }));
    columns
}

fn of_curves(study: &Study) -> Vec<Column> {
    let file = "curves.csv";
    let metrics: Vec<String> = (study.curves.iter())
        .map(|metric| match metric.unit.as_str() {
            "" => format!("{}: {}", metric.name, metric.meaning),
            unit => format!("{} ({unit}): {}", metric.name, metric.meaning),
        })
        .collect();
    vec![
        column(file, "cell", "", CELL),
        column(file, "seed", "", "Run seed."),
        column(file, "epoch", &unit_of_time(study), "When the value was taken."),
        column(file, "metric", "", format!("What was measured. {}", metrics.join(" ")).trim()),
        column(
            file,
            "value",
            "",
            "Value of the metric, in the metric's unit; NaN, inf or -inf where it is not finite.",
        ),
    ]
}

fn of_summary(study: &Study) -> Vec<Column> {
    let (file, time) = ("summary.csv", unit_of_time(study));
    let mut columns = cell_columns(file, study);
    columns.extend([
        column(file, "n", "runs", "Finished runs of the cell; no run is left out."),
        column(file, "solved", "runs", "Runs that met the criterion; empty where none was set."),
        column(file, "success_rate", "", "solved / n."),
        column(file, "success_low", "", "Lower end of the 95 % score interval of the success rate (Wilson)."),
        column(file, "success_high", "", "Upper end of that interval."),
        column(file, "median_epochs", &time, "Epoch by which at least half of the runs met the criterion (Kaplan-Meier; unsolved runs are censored at their last epoch, diverged runs at the step limit); empty where that was not reached."),
        column(file, "median_epochs_low", &time, "Lower end of the 95 % interval of the median (Brookmeyer-Crowley, log-log scale); empty where it cannot be told."),
        column(file, "median_epochs_high", &time, "Upper end of that interval; empty where it was not reached."),
    ]);
    for metric in &study.finals {
        let (name, unit) = (&metric.name, metric.unit.as_str());
        let mean = format!(
            "Mean over runs of {name}, which is: {} Not finite where a run's value is not: no run is left out.",
            sentence(metric)
        );
        columns.extend([
            column(file, &format!("{name}_mean"), unit, &mean),
            column(file, &format!("{name}_low"), unit, "Lower end of the 95 % interval of the mean (expanded percentile bootstrap over seeds, 2000 resamples); empty for a single run, and where a run's value is not finite."),
            column(file, &format!("{name}_high"), unit, "Upper end of that interval."),
        ]);
    }
    columns
}

fn of_comparisons(study: &Study) -> Vec<Column> {
    let file = "comparisons.csv";
    let mut columns = vec![
        column(file, "cell_a", "", "Id of the first cell."),
        column(file, "cell_b", "", "Id of the second cell."),
        column(file, "learner_a", "", "Label of the first cell's learner."),
        column(file, "learner_b", "", "Label of the second cell's learner."),
    ];
    let axis = "Value of this key of the grid in both cells; empty where they differ or one does not have it.";
    columns.extend(study.axes.iter().map(|name| column(file, name, "", axis)));
    columns.extend([
        column(file, "measure", "", "solved: whether the criterion was met; faster: which run of a pair met it in fewer epochs; otherwise a final metric of runs.csv that has a better direction."),
        column(file, "n", "seeds", "Seeds on which both cells have a finished run (with that metric): the pairs."),
        column(file, "estimate", "", "solved: success rate of a minus that of b; faster: probability that a meets the criterion in fewer epochs than b on the same seed, ties (also neither) counted half, a diverged run slower than any solved one; a metric: mean of a - b, in its unit, not finite where a difference is not."),
        column(file, "low", "", "Lower end of the 95 % interval of the estimate. solved and faster: score interval for paired proportions (Tango); a metric: expanded percentile bootstrap over seeds, 2000 resamples, empty for a single pair and where a difference is not finite."),
        column(file, "high", "", "Upper end of that interval."),
        column(file, "p", "", "Two-sided p-value. solved: exact McNemar; faster: exact sign test without ties; a metric: Wilcoxon signed ranks, zeros left out, exact up to 25 differences, beyond by the normal distribution with tie correction; empty where a difference is NaN."),
        column(file, "p_holm", "", "p after Holm's correction over every p of this table."),
    ]);
    columns
}

fn of_tuning(study: &Study, tuning: &Tuning) -> Vec<Column> {
    let (file, time) = ("tuning.csv", unit_of_time(study));
    let mut columns = cell_columns(file, study);
    columns[0].meaning = "Id of the trial: of the configuration with the tuned values of this row. The chosen one is the cell of the comparison.".to_owned();
    let value = "Value that was tried; empty where the learner does not have this key.";
    columns.extend(tuning.keys.iter().map(|key| column(file, key, "", value)));
    columns.extend([
        column(file, "n", "runs", "Finished runs of the trial, each on a tuning seed; no run is left out."),
        column(file, "diverged", "runs", "Runs in which an error or a weight was no longer finite."),
        column(file, "solved", "runs", "Runs that met the criterion; empty where none was set."),
        column(file, "success_rate", "", "solved / n."),
        column(file, "success_low", "", "Lower end of the 95 % score interval of the success rate (Wilson)."),
        column(file, "success_high", "", "Upper end of that interval."),
        column(file, "median_epochs", &time, "Epoch by which at least half of the runs met the criterion (Kaplan-Meier, as in summary.csv); empty where that was not reached."),
        column(file, "mean_epochs", &time, "Restricted mean: mean over runs of the time to the criterion, a run that never met it counted with the step limit."),
    ]);
    if let (Some(name), Select::Metric { name: metric, better }) =
        (tuning.select.column(), &tuning.select)
    {
        let unit = study.finals.iter().find(|known| known.name == *metric);
        let unit = unit.map_or("", |known| &known.unit);
        let better = if *better == Better::Higher { "Higher" } else { "Lower" };
        let meaning = format!(
            "Mean over runs of {metric}; not finite where a run's value is not. {better} is better."
        );
        columns.push(column(file, &name, unit, &meaning));
    }
    let order = match tuning.select {
        Select::MedianEpochs => {
            "lower median_epochs (empty last), then more solved, then lower mean_epochs"
        }
        Select::MeanEpochs => "lower mean_epochs, then more solved",
        Select::Metric { .. } => {
            "fewer runs that diverged or have no finite value, then the better mean of the others"
        }
    };
    let rank = format!(
        "Place among the trials for the same cell, 1 being the best: {order}, then nearer to the middle of what was tried, then the earlier row."
    );
    columns.extend([
        column(file, "rank", "", &rank),
        column(file, "chosen", "", "true: the comparison was run with these values."),
        column(file, "at_edge", "", "low or high where the value is the lowest or highest that was tried (with the key where several are tuned): if such a trial is chosen, a better value may lie beyond."),
    ]);
    columns
}

fn sentence(metric: &Metric) -> String {
    let better = match metric.better {
        Better::Lower => " Lower is better.",
        Better::Higher => " Higher is better.",
        Better::Neither => "",
    };
    format!("{}{better}", metric.meaning)
}

fn unit_of_time(study: &Study) -> String {
    match study.time.as_str() {
        "" => "epochs".to_owned(),
        time => format!("{time}s"),
    }
}

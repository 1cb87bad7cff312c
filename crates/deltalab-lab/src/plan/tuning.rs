//! Trials of a tuned plan, and what becomes of the plan once they are run.
//!
//! A tuned cell has no identity until its values are known, since they are part of its configuration. Its trials have one
//! each, and the cell becomes the trial that is chosen: the same id as if the values had been written in the spec.

use super::cells::{Plan, PlannedCell};
use crate::check::Checker;
use crate::diagnostic::{Problem, nearest};
use crate::spec::Spec;
use crate::spec::axes::Axis;
use crate::spec::tune::Tune;
use deltalab_core::metric::METRICS;
use deltalab_results::study::{Better, Cell, Edge, Search, Select, Study, Trial, Tuned};
use deltalab_results::tuning::{chosen, tunings};
use deltalab_results::{Record, Runs, Tuning};
use serde_json::Value as Json;

/// A trial as the cell that it would be, and what runs it.
pub type Candidate = (Cell, PlannedCell);

/// The trials of one cell, as they are planned.
pub(super) struct Group {
    /// The cell's place in the plan.
    pub cell: usize,
    /// What was resolved, and of each axis of the tuning and each column of it the point.
    pub candidates: Vec<(Candidate, Vec<Vec<Option<usize>>>)>,
}

/// The tuning of a study, and its candidates search by search.
pub(super) fn gather(tune: &Tune, groups: Vec<Group>) -> (Tuning, Vec<Vec<Candidate>>) {
    let spread: Vec<Vec<Spread>> = (tune.axes.iter())
        .map(|axis| (0..axis.columns.len()).map(|column| Spread::new(axis, column)).collect())
        .collect();
    let mut tuning = Tuning {
        keys: tune.keys().map(|column| column.name.clone()).collect(),
        seeds: tune.seeds.clone(),
        ..Tuning::default()
    };
    let mut candidates = Vec::new();
    for group in groups {
        let trial = |((cell, _), points): &(Candidate, Vec<Vec<Option<usize>>>)| {
            let columns = points.iter().zip(&spread).zip(&tune.axes);
            let columns = columns.flat_map(|((points, spread), axis)| {
                let columns = points.iter().zip(spread).enumerate();
                columns.map(move |(column, (point, spread))| {
                    let point = (*point)?;
                    Some((axis.points[point][column].label(), spread.places[point]))
                })
            });
            let columns: Vec<Option<(String, Option<f64>)>> = columns.collect();
            let places = || columns.iter().map(|column| column.as_ref()?.1);
            Trial {
                id: cell.id.clone(),
                values: columns.iter().map(|c| Some(c.as_ref()?.0.clone())).collect(),
                edges: places().map(|place| place.and_then(edge)).collect(),
                off_middle: places().flatten().map(|place| (place - 0.5).abs()).sum(),
            }
        };
        let trials = group.candidates.iter().map(trial).collect();
        tuning.searches.push(Search { cell: group.cell, trials });
        candidates.push(group.candidates.into_iter().map(|(candidate, _)| candidate).collect());
    }
    (tuning, candidates)
}

/// Where the values of a column stand among each other.
struct Spread {
    /// Of each point from 0, the lowest value, to 1, the highest; `None` where the values are no numbers, or only one.
    places: Vec<Option<f64>>,
}

impl Spread {
    fn new(axis: &Axis, column: usize) -> Self {
        let values: Vec<Option<f64>> = axis.points.iter().map(|it| it[column].number()).collect();
        let mut sorted: Vec<f64> = values.iter().copied().flatten().collect();
        sorted.sort_by(f64::total_cmp);
        sorted.dedup();
        let last = sorted.len().saturating_sub(1) as f64;
        if values.iter().any(Option::is_none) || last == 0.0 {
            return Self { places: vec![None; values.len()] };
        }
        let place = |x: f64| sorted.partition_point(|&other| other < x) as f64 / last;
        Self { places: values.into_iter().map(|x| x.map(place)).collect() }
    }
}

fn edge(place: f64) -> Option<Edge> {
    match place {
        0.0 => Some(Edge::Low),
        1.0 => Some(Edge::High),
        _ => None,
    }
}

/// A cell that is to be tuned: a candidate without id and tuned values.
pub(super) fn to_be_tuned(candidate: &Cell, tune: &Tune) -> Cell {
    let mut cell = Cell { id: String::new(), ..candidate.clone() };
    for column in tune.keys() {
        let pointer: String = column.target.keys.iter().map(|key| format!("/{key}")).collect();
        if let Some(value) = cell.config["learner"].pointer_mut(&pointer) {
            *value = Json::Null;
        }
    }
    cell
}

/// What decides: the median epochs, which every tuned cell must have a criterion for, or a final metric with a direction.
pub(super) fn select(
    spec: &Spec,
    tune: &Tune,
    study: &Study,
    searches: &[Search],
    candidates: &[Vec<Candidate>],
    checker: &mut Checker,
) -> Select {
    let cells = searches.iter().zip(candidates);
    let learner = |cell: &Cell| cell.learner.clone();
    let epochs = [("median_epochs", Select::MedianEpochs), ("mean_epochs", Select::MeanEpochs)];
    if let Some((name, select)) = epochs.into_iter().find(|(name, _)| *name == tune.select) {
        let without = searches.iter().map(|it| &study.cells[it.cell]);
        if let Some(cell) = without.into_iter().find(|cell| cell.criterion.is_none()) {
            let problem = Problem::NoCriterion { name, learner: learner(cell) };
            checker.report(&tune.select_at, "tune.select", problem);
        }
        return select;
    }
    let names = || study.finals.iter().map(|metric| metric.name.as_str());
    let long = format!("train_{}", tune.select);
    let name = if names().any(|name| name == long) { long } else { tune.select.clone() };
    let Some(metric) = study.finals.iter().find(|metric| metric.name == name) else {
        if study.cells.is_empty() || spec.learners.is_empty() {
            return Select::MedianEpochs; // without a cell there is no metric, and that has been reported
        }
        let got = tune.select.clone();
        let stem = got.strip_prefix("train_").or_else(|| got.strip_prefix("test_")).unwrap_or(&got);
        let problem = match METRICS.iter().any(|metric| metric.name == stem) {
            true => {
                Problem::NotRecorded { name: got, recorded: names().map(str::to_string).collect() }
            }
            false => {
                let expected = || ["median_epochs", "mean_epochs"].into_iter().chain(names());
                let nearest = nearest(&got, expected());
                let expected = expected().map(str::to_string).collect();
                Problem::UnknownName { family: "metric", got, expected, nearest }
            }
        };
        checker.report(&tune.select_at, "tune.select", problem);
        return Select::MedianEpochs;
    };
    let at = &tune.select_at;
    if metric.better == Better::Neither {
        checker.report(at, "tune.select", Problem::NoDirection { name: name.clone() });
    }
    let lacks = |cell: &PlannedCell| cell.setup.finals.iter().all(|column| column.name != name);
    let lacking = |(_, of): &(&Search, &Vec<Candidate>)| of.iter().any(|(_, cell)| lacks(cell));
    if let Some((search, _)) = cells.into_iter().find(lacking) {
        let learner = learner(&study.cells[search.cell]);
        checker.report(at, "tune.select", Problem::NoSuchFinal { learner, name: name.clone() });
    }
    Select::Metric { name, better: metric.better }
}

impl Plan {
    /// Runs of the tuning: trials × their seeds.
    pub fn tuning_runs(&self) -> u64 {
        self.study.tuning.as_ref().map_or(0, |tuning| tuning.planned() as u64)
    }

    /// Whether no cell is still to be tuned.
    pub fn is_tuned(&self) -> bool {
        self.study.cells.iter().all(|cell| !cell.id.is_empty())
    }

    /// Whether a cell of the comparison or a trial of the tuning has this id.
    pub fn knows(&self, id: &str) -> bool {
        let trials = self.candidates.iter().flatten().map(|(cell, _)| cell);
        !id.is_empty() && self.study.cells.iter().chain(trials).any(|cell| cell.id == id)
    }

    /// Makes every cell whose trials are all finished the one that is chosen.
    pub fn choose(&mut self, records: &[Record]) {
        let Some(tuning) = &self.study.tuning else { return };
        let summaries = tunings(&Runs::new(&self.study, records));
        let best = summaries.iter().map(|trials| chosen(trials, tuning.seeds.len())).collect();
        self.take(best);
    }

    /// Makes every cell the trial that was chosen before, known by its id: results that were stored without their journal tell
    /// no more. The first trial of a search of which `was_chosen` holds is taken.
    pub fn choose_again(&mut self, was_chosen: impl Fn(&str) -> bool) {
        let best =
            |trials: &Vec<Candidate>| trials.iter().position(|(cell, _)| was_chosen(&cell.id));
        self.take(self.candidates.iter().map(best).collect());
    }

    /// Makes cells the trials at these places of their searches.
    fn take(&mut self, best: Vec<Option<usize>>) {
        let Some(tuning) = &self.study.tuning else { return };
        let mut found = Vec::new();
        for ((search, best), candidates) in tuning.searches.iter().zip(best).zip(&self.candidates) {
            let Some(best) = best else { continue };
            let (cell, planned) = &candidates[best];
            let trial = &search.trials[best];
            let values = tuning.keys.iter().zip(&trial.values).zip(&trial.edges);
            let tuned = values.filter_map(|((key, value), &edge)| {
                Some(Tuned { key: key.clone(), value: value.clone()?, edge })
            });
            let cell = Cell { tuned: tuned.collect(), ..cell.clone() };
            found.push((search.cell, cell, planned.clone()));
        }
        for (place, cell, planned) in found {
            self.study.cells[place] = cell;
            self.cells[place] = planned;
        }
    }
}

//! Learners over many problems: performance profiles (Dolan & Moré 2002, Mathematical Programming 91, 201–213) and interquartile
//! means ([`interquartile`]).
//!
//! A *solver* is a learner with its values on the axes that are its own (`learner.…`). A *task* is a point of the other axes; a
//! *problem* a task and a seed: same weights, same order for every solver. It counts where every solver has a finished run.
//!
//! | of a solver on a problem | is |
//! |---|---|
//! | factor | t / (smallest t of any solver): t the epochs to the criterion, ∞ for a run that is not solved |
//! | relative speed | 1 / factor: 1 for the fastest, 0 where it is not solved |
//!
//! A profile is the share of problems within a factor; relative speeds are averaged to an interquartile mean, with tasks as strata.

use std::collections::BTreeMap;

use crate::statistics::Interval;
use crate::statistics::interquartile::{self, interquartile_mean};
use crate::{Cell, Runs, Study};

/// A learner over the problems.
#[derive(Clone, Debug, PartialEq)]
pub struct Solver {
    /// `BP, learning_rate = 0.1`.
    pub name: String,
    /// It, with no value on the other axes: how it stands in a table.
    pub cell: Cell,
    /// Its factors, task by task, seeds in the order of the study.
    pub tasks: Vec<Vec<f64>>,
}

impl Solver {
    /// Its factors on all problems.
    pub fn factors(&self) -> impl Iterator<Item = f64> + '_ {
        self.tasks.iter().flatten().copied()
    }

    /// The interquartile mean of its relative speeds; `None` without a problem.
    pub fn speed(&self) -> Option<Speed> {
        let speed = |factor: &f64| 1.0 / factor; // 1/∞ = 0
        let tasks: Vec<Vec<f64>> =
            self.tasks.iter().map(|task| task.iter().map(speed).collect()).collect();
        let all: Vec<f64> = tasks.concat();
        (!all.is_empty()).then(|| Speed {
            mean: interquartile_mean(&all),
            interval: interquartile::interval(&tasks),
        })
    }
}

/// An interquartile mean of relative speeds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Speed {
    /// From 0, nothing solved, to 1, always the fastest.
    pub mean: f64,
    /// Its interval, a stratified bootstrap; `None` where no task has two problems.
    pub interval: Option<Interval>,
}

/// The solvers of a study over its finished runs, in the order of the plan.
pub fn solvers(runs: &Runs) -> Vec<Solver> {
    let study = runs.study();
    let mut solvers: Vec<Solver> = Vec::new();
    let mut cells: Vec<BTreeMap<Vec<Option<String>>, usize>> = Vec::new();
    for (place, cell) in study.cells.iter().enumerate() {
        let (mine, task) = split(study, cell);
        let known =
            solvers.iter().position(|s| s.cell.learner == cell.learner && s.cell.axes == mine);
        let known = known.unwrap_or_else(|| {
            let values = study.axes.iter().zip(&mine).filter_map(|(axis, value)| {
                Some(format!("{} = {}", axis.strip_prefix("learner.")?, value.as_ref()?))
            });
            let name: Vec<String> = [cell.learner.clone()].into_iter().chain(values).collect();
            let learner = Cell { learner: cell.learner.clone(), axes: mine, ..Cell::default() };
            solvers.push(Solver { name: name.join(", "), cell: learner, tasks: Vec::new() });
            cells.push(BTreeMap::new());
            solvers.len() - 1
        });
        cells[known].entry(task).or_insert(place);
    }
    let Some(first) = cells.first() else { return solvers };
    for task in first.keys() {
        let on: Option<Vec<usize>> = cells.iter().map(|cells| cells.get(task).copied()).collect();
        let Some(on) = on else { continue };
        for (solver, factors) in solvers.iter_mut().zip(factors(runs, &on)) {
            solver.tasks.push(factors);
        }
    }
    solvers
}

/// A cell's values on the learner's own axes, and on the others.
fn split(study: &Study, cell: &Cell) -> (Vec<Option<String>>, Vec<Option<String>>) {
    let own = |axis: usize| study.axes[axis].starts_with("learner.");
    let part = |keep: bool| {
        let axes = cell.axes.iter().enumerate();
        axes.map(|(axis, value)| value.clone().filter(|_| own(axis) == keep)).collect()
    };
    (part(true), part(false))
}

/// Of each of these cells its factors on the seeds on which all have a finished run.
fn factors(runs: &Runs, cells: &[usize]) -> Vec<Vec<f64>> {
    let times = cells.iter().map(|&cell| {
        let time = |solved: Option<u64>| solved.map_or(f64::INFINITY, |t| t.max(1) as f64);
        runs.of(cell).map(|run| (run.seed, time(run.solved_epoch))).collect()
    });
    let times: Vec<BTreeMap<u64, f64>> = times.collect();
    let mut factors = vec![Vec::new(); cells.len()];
    for seed in &runs.study().seeds {
        let all: Option<Vec<f64>> = times.iter().map(|of| of.get(seed).copied()).collect();
        let Some(all) = all else { continue };
        let fewest = all.iter().copied().fold(f64::INFINITY, f64::min);
        for (factors, time) in factors.iter_mut().zip(all) {
            factors.push(if time.is_finite() { time / fewest } else { f64::INFINITY });
        }
    }
    factors
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Record, Status};

    fn cell(id: &str, learner: &str, rate: Option<&str>, bits: &str) -> Cell {
        Cell {
            id: id.to_owned(),
            learner: learner.to_owned(),
            axes: vec![rate.map(str::to_owned), Some(bits.to_owned())],
            ..Cell::default()
        }
    }

    fn study(cells: Vec<Cell>) -> Study {
        let axes = ["learner.learning_rate", "task.bits"].map(str::to_owned).to_vec();
        Study { axes, cells, seeds: vec![0, 1], ..Study::default() }
    }

    fn run(cell: &str, seed: u64, solved: Option<u64>) -> Record {
        Record {
            cell: cell.to_owned(),
            seed,
            status: if solved.is_some() { Status::Solved } else { Status::Unsolved },
            epochs: 100,
            solved_epoch: solved,
            finals: Vec::new(),
            curves: Vec::new(),
            pattern_updates: 0,
        }
    }

    #[test]
    fn a_learners_own_axes_make_solvers_and_the_others_tasks() {
        let study = study(vec![
            cell("1", "BP", Some("0.1"), "2"),
            cell("2", "BP", Some("0.1"), "3"),
            cell("3", "BP", Some("1"), "2"),
            cell("4", "BP", Some("1"), "3"),
            cell("5", "RW", None, "2"),
            cell("6", "RW", None, "3"),
        ]);
        let solvers = solvers(&Runs::new(&study, &[]));
        let names: Vec<&str> = solvers.iter().map(|solver| solver.name.as_str()).collect();
        assert_eq!(names, ["BP, learning_rate = 0.1", "BP, learning_rate = 1", "RW"]);
        assert!(
            solvers.iter().all(|solver| solver.tasks.len() == 2 && solver.factors().count() == 0)
        );
        assert!(solvers.iter().all(|solver| solver.speed().is_none()));
    }

    #[test]
    fn factors_are_of_the_fastest_and_speeds_their_inverse() {
        let study = study(vec![cell("a", "A", None, "2"), cell("b", "B", None, "2")]);
        let records =
            [run("a", 0, Some(10)), run("b", 0, Some(40)), run("a", 1, None), run("b", 1, Some(5))];
        let solvers = solvers(&Runs::new(&study, &records));
        assert_eq!(solvers[0].tasks, [vec![1.0, f64::INFINITY]]);
        assert_eq!(solvers[1].tasks, [vec![4.0, 1.0]]);
        assert_eq!(solvers[0].speed().unwrap().mean, 0.5); // of 1 and 0: with two nothing is cut
        assert_eq!(solvers[1].speed().unwrap().mean, 0.625);
        // a problem that one has not finished is none
        let solvers = super::solvers(&Runs::new(&study, &records[..3]));
        assert_eq!((&solvers[0].tasks, &solvers[1].tasks), (&vec![vec![1.0]], &vec![vec![4.0]]));
        assert_eq!(solvers[0].speed().unwrap().interval, None);
    }
}

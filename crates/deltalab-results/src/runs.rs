//! The finished runs of a study as a table of cells and seeds: what tables, statistics and figures are made from.

use std::collections::HashMap;

use crate::study::Search;
use crate::{Record, Study};

/// Finished runs by cell (in the order of the plan) and seed (in the order of the study).
#[derive(Clone, Debug)]
pub struct Runs<'a> {
    study: &'a Study,
    cells: Vec<Vec<Option<&'a Record>>>,
    trials: Vec<Vec<Vec<Option<&'a Record>>>>,
}

impl<'a> Runs<'a> {
    /// Places the records; those that the study does not ask for are left out.
    pub fn new(study: &'a Study, records: &'a [Record]) -> Runs<'a> {
        let by_run: HashMap<(&str, u64), &Record> =
            records.iter().map(|record| ((record.cell.as_str(), record.seed), record)).collect();
        let on = |id: &str, seeds: &[u64]| -> Vec<Option<&Record>> {
            seeds.iter().map(|seed| by_run.get(&(id, *seed)).copied()).collect()
        };
        let cells = study.cells.iter().map(|cell| on(&cell.id, &study.seeds));
        let searches = study.tuning.iter().flat_map(|tuning| {
            let of = |search: &Search| {
                search.trials.iter().map(|trial| on(&trial.id, &tuning.seeds)).collect()
            };
            tuning.searches.iter().map(of)
        });
        Runs { study, cells: cells.collect(), trials: searches.collect() }
    }

    /// The study.
    pub fn study(&self) -> &'a Study {
        self.study
    }

    /// The finished runs of the cell at this place in the plan, in the order of the seeds.
    ///
    /// # Panics
    /// If the plan has no such cell.
    pub fn of(&self, cell: usize) -> impl Iterator<Item = &'a Record> + '_ {
        self.cells[cell].iter().flatten().copied()
    }

    /// The finished runs of every cell, in the order of the plan, then of the seeds.
    pub fn in_order(&self) -> impl Iterator<Item = &'a Record> + '_ {
        (0..self.cells.len()).flat_map(|cell| self.of(cell))
    }

    /// The finished runs of a trial of a search, by their places in the tuning, in the order of the seeds.
    ///
    /// # Panics
    /// If the study has no such trial.
    pub fn of_trial(&self, search: usize, trial: usize) -> impl Iterator<Item = &'a Record> + '_ {
        self.trials[search][trial].iter().flatten().copied()
    }

    /// Runs of the tuning that are finished.
    pub fn tuned(&self) -> usize {
        self.trials.iter().flatten().map(|runs| runs.iter().flatten().count()).sum()
    }

    /// The seeds on which both cells have a finished run, with the two runs: what a paired comparison is made from.
    ///
    /// # Panics
    /// If the plan has no such cell.
    pub fn pairs(&self, a: usize, b: usize) -> impl Iterator<Item = (&'a Record, &'a Record)> + '_ {
        self.cells[a].iter().zip(&self.cells[b]).filter_map(|(a, b)| Some(((*a)?, (*b)?)))
    }

    /// Runs of the comparison that are finished.
    pub fn finished(&self) -> usize {
        (0..self.cells.len()).map(|cell| self.of(cell).count()).sum()
    }

    /// Runs of the comparison: cells times seeds.
    pub fn planned(&self) -> usize {
        self.study.cells.len() * self.study.seeds.len()
    }
}

//! The order of the runs in a finished folder.

use std::collections::HashMap;

use crate::{Record, Study};

/// The canonical order: the runs of the study, by cell in the order of the plan, then by seed in the order of the study;
/// then those of its tuning, by search, trial and seed; after them any others, by cell id and seed.
pub fn in_order(mut records: Vec<Record>, study: &Study) -> Vec<Record> {
    sort(&mut records, study, |record| record);
    records
}

pub(super) fn sort<T>(runs: &mut [T], study: &Study, record: impl Fn(&T) -> &Record) {
    let compared = Places::new(study.cells.iter().map(|cell| &*cell.id), &study.seeds);
    let tuning = study.tuning.iter();
    let trials = tuning.clone().flat_map(|tuning| tuning.trials()).map(|trial| &*trial.id);
    let seeds: Vec<u64> = tuning.flat_map(|tuning| tuning.seeds.iter().copied()).collect();
    let tuned = Places::new(trials, &seeds);
    runs.sort_by_cached_key(|run| {
        let record = record(run);
        match (compared.of(record), tuned.of(record)) {
            (Some((cell, seed)), _) => (0, cell, seed, String::new(), 0),
            (None, Some((trial, seed))) => (1, trial, seed, String::new(), 0),
            _ => (2, 0, 0, record.cell.clone(), record.seed),
        }
    });
}

/// Places of cells and of seeds in a plan, the first where one stands twice.
struct Places<'a> {
    cells: HashMap<&'a str, usize>,
    seeds: HashMap<u64, usize>,
}

impl<'a> Places<'a> {
    fn new(cells: impl Iterator<Item = &'a str>, seeds: &[u64]) -> Self {
        let mut places = Places { cells: HashMap::new(), seeds: HashMap::new() };
        for (place, cell) in cells.enumerate() {
            places.cells.entry(cell).or_insert(place);
        }
        for (place, &seed) in seeds.iter().enumerate() {
            places.seeds.entry(seed).or_insert(place);
        }
        places
    }

    fn of(&self, record: &Record) -> Option<(usize, usize)> {
        Some((*self.cells.get(&*record.cell)?, *self.seeds.get(&record.seed)?))
    }
}

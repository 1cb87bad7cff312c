//! Which runs are left: seeds by cell, shared by the threads.
//!
//! A thread works on one cell and takes its seeds one by one, as its lanes fall free. Threads spread over cells while there
//! are enough; on the last cells they work together, so that all are busy to the end.

use super::Stage;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The runs that are left.
pub(super) struct Queue {
    cells: Vec<Seeds>,
    missing: u64,
}

struct Seeds {
    cell: usize,
    seeds: Vec<u64>,
    taken: AtomicUsize,
    threads: AtomicUsize,
}

/// A thread's share in a cell, given back when dropped.
pub(super) struct Share<'a> {
    seeds: &'a Seeds,
    expected: usize,
}

impl Queue {
    /// The runs of a stage for which `missing`. Cell and seed are given by their places in the stage, beside id and number.
    pub fn new(stage: &Stage, missing: impl Fn((usize, &str), (usize, u64)) -> bool) -> Self {
        let cells = stage.cells.iter().enumerate().map(|(cell, (info, _))| {
            let seeds = stage.seeds.iter().copied().enumerate();
            let left = seeds.filter(|&seed| missing((cell, &info.id), seed));
            Seeds {
                cell,
                seeds: left.map(|(_, seed)| seed).collect(),
                taken: AtomicUsize::new(0),
                threads: AtomicUsize::new(0),
            }
        });
        let cells: Vec<_> = cells.filter(|cell| !cell.seeds.is_empty()).collect();
        let missing = cells.iter().map(|cell| cell.seeds.len() as u64).sum();
        Self { cells, missing }
    }

    /// Runs that were missing at the start.
    pub fn remaining(&self) -> u64 {
        self.missing
    }

    /// The cell that most needs one of so many threads: the one with the most seeds left for each thread on it, the first of several.
    pub fn take(&self, threads: usize) -> Option<Share<'_>> {
        let on_it = |cell: &Seeds| cell.threads.load(Ordering::Relaxed) + 1;
        let mut most: Option<(&Seeds, f64)> = None;
        for cell in &self.cells {
            let need = cell.left() as f64 / on_it(cell) as f64;
            if need > most.map_or(0.0, |(_, most)| most) {
                most = Some((cell, need));
            }
        }
        let (seeds, _) = most?;
        // Where there are fewer cells than threads, others will come to this one.
        let cells = self.cells.iter().filter(|cell| cell.left() > 0).count().max(1);
        let together = on_it(seeds).max(threads.div_ceil(cells));
        seeds.threads.fetch_add(1, Ordering::Relaxed);
        Some(Share { seeds, expected: seeds.left().div_ceil(together) })
    }
}

impl Seeds {
    fn left(&self) -> usize {
        self.seeds.len().saturating_sub(self.taken.load(Ordering::Relaxed))
    }
}

impl Share<'_> {
    /// Index of the cell in the stage.
    pub fn cell(&self) -> usize {
        self.seeds.cell
    }

    /// How many runs this share will probably have.
    pub fn expected(&self) -> usize {
        self.expected
    }

    /// The next seed, if any is left.
    pub fn next(&self) -> Option<u64> {
        let n = self.seeds.taken.fetch_add(1, Ordering::Relaxed);
        self.seeds.seeds.get(n).copied()
    }
}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        self.seeds.threads.fetch_sub(1, Ordering::Relaxed);
    }
}

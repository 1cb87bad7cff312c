//! Two result folders side by side: which runs are the same, and what a change of settings did.
//!
//! A cell of one folder is matched with the cell of the other that has its id; else with the one that has its label and its
//! values on the axes; else with the only one that has its label, if it is the only one there too. Same id, same configuration:
//! every run must be the same, bit by bit. Other id, other configuration: the runs are compared in pairs by seed, with the
//! statistics of [`comparison`](mod@crate::comparison), as two cells of one study are.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::Value as Json;

use crate::comparison::{Comparison, comparisons_of};
use crate::difference::{Compared, Difference, differences};
use crate::verdict::{Sentence, chosen_metric, sentences};
use crate::{Cell, Record, Runs, Study};

/// A folder as it is laid beside another.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// What it is called in sentences.
    pub name: &'a str,
    /// What it is about.
    pub study: &'a Study,
    /// Its finished runs.
    pub records: &'a [Record],
}

/// Two folders, laid side by side.
#[derive(Clone, Debug)]
pub struct Laid {
    /// Cells that both have.
    pub pairs: Vec<Pair>,
    /// Cells that only the first has, by their places.
    pub only_first: Vec<usize>,
    /// Cells that only the second has.
    pub only_second: Vec<usize>,
    /// Seeds that both have.
    pub seeds: Vec<u64>,
    /// The study that the comparisons are made in: two cells for each pair of which something differs.
    pub study: Study,
    /// Comparisons of these pairs.
    pub comparisons: Vec<Comparison>,
    /// What they say.
    pub sentences: Vec<Sentence>,
}

/// A cell that both folders have.
#[derive(Clone, Debug)]
pub struct Pair {
    /// Its place in the first study.
    pub first: usize,
    /// Its place in the second study.
    pub second: usize,
    /// Settings in which they differ.
    pub settings: Vec<Setting>,
    /// Seeds on which both have a finished run.
    pub n: usize,
    /// Of these, runs that are the same in every bit that both folders keep.
    pub identical: usize,
    /// The first run that differs, by seed, and in what.
    pub first_difference: Option<(u64, Vec<Difference>)>,
    /// Where its comparison stands in [`Laid::study`]: the places of the two cells; `None` where every run is the same.
    pub compared: Option<(usize, usize)>,
}

/// A setting that is not the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Its path in the resolved configuration.
    pub key: String,
    /// Its value in the first folder, as JSON; empty: none.
    pub first: String,
    /// In the second.
    pub second: String,
}

/// Lays two folders side by side.
pub fn lay(first: Side, second: Side, what: Compared) -> Laid {
    let matched = matched(first.study, second.study);
    let there: HashSet<u64> = second.study.seeds.iter().copied().collect();
    let seeds: Vec<u64> =
        first.study.seeds.iter().copied().filter(|seed| there.contains(seed)).collect();
    let mut joint = Study {
        name: first.study.name.clone(),
        seeds: seeds.clone(),
        finals: (first.study.finals.iter())
            .filter(|metric| second.study.finals.iter().any(|other| other.name == metric.name))
            .cloned()
            .collect(),
        time: first.study.time.clone(),
        ..Study::default()
    };
    let runs = [Runs::new(first.study, first.records), Runs::new(second.study, second.records)];
    let mut records = Vec::new();
    let mut pairs = Vec::new();
    for (a, b) in matched {
        let cells = [&first.study.cells[a], &second.study.cells[b]];
        let by_seed: HashMap<u64, &Record> = runs[1].of(b).map(|run| (run.seed, run)).collect();
        let mut pair = Pair {
            first: a,
            second: b,
            settings: settings(&cells[0].config, &cells[1].config),
            n: 0,
            identical: 0,
            first_difference: None,
            compared: None,
        };
        let both = || runs[0].of(a).filter_map(|run| Some((run, *by_seed.get(&run.seed)?)));
        for (one, other) in both() {
            pair.n += 1;
            let found = differences(one, other, what);
            match found.is_empty() {
                true => pair.identical += 1,
                false => _ = pair.first_difference.get_or_insert((one.seed, found)),
            }
        }
        if pair.identical < pair.n {
            let place = joint.cells.len();
            pair.compared = Some((place, place + 1));
            for (side, name) in [first.name, second.name].into_iter().enumerate() {
                let id = format!("{}/{side}/{place}", cells[side].id);
                let learner = format!("{} in {name}", called(side, [first, second], cells[side]));
                joint.cells.push(Cell { id, learner, axes: Vec::new(), ..cells[side].clone() });
            }
            for (one, other) in both() {
                let renamed = |side: usize, run: &Record| Record {
                    cell: joint.cells[place + side].id.clone(),
                    curves: Vec::new(),
                    ..run.clone()
                };
                records.extend([renamed(0, one), renamed(1, other)]);
            }
        }
        pairs.push(pair);
    }
    let compared: Vec<(usize, usize)> = pairs.iter().filter_map(|pair| pair.compared).collect();
    let joint_runs = Runs::new(&joint, &records);
    let comparisons = comparisons_of(&joint_runs, &compared);
    let sentences = sentences(&joint_runs, &comparisons, chosen_metric(&joint));
    let left = |study: &Study, side: fn(&Pair) -> usize| {
        let taken: HashSet<usize> = pairs.iter().map(side).collect();
        (0..study.cells.len()).filter(|cell| !taken.contains(cell)).collect()
    };
    Laid {
        only_first: left(first.study, |pair| pair.first),
        only_second: left(second.study, |pair| pair.second),
        pairs,
        seeds,
        comparisons,
        sentences,
        study: joint,
    }
}

/// Label and axes of a cell.
fn called(side: usize, sides: [Side; 2], cell: &Cell) -> String {
    let axes = values(sides[side].study, cell);
    let axes: Vec<String> = axes.iter().map(|(axis, value)| format!("{axis} = {value}")).collect();
    match axes.is_empty() {
        true => cell.learner.clone(),
        false => format!("{} ({})", cell.learner, axes.join(", ")),
    }
}

fn values<'a>(study: &'a Study, cell: &'a Cell) -> BTreeMap<&'a str, &'a str> {
    let axes = study.axes.iter().zip(&cell.axes);
    axes.filter_map(|(axis, value)| Some((axis.as_str(), value.as_deref()?))).collect()
}

/// Pairs of cells by their places, in the order of the first study.
fn matched(first: &Study, second: &Study) -> Vec<(usize, usize)> {
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    let alone = |study: &Study, cell: &Cell| {
        study.cells.iter().filter(|other| other.learner == cell.learner).count() == 1
    };
    let same_id = |a: &Cell, b: &Cell| !a.id.is_empty() && a.id == b.id;
    let same_name =
        |a: &Cell, b: &Cell| a.learner == b.learner && values(first, a) == values(second, b);
    let only = |a: &Cell, b: &Cell| a.learner == b.learner && alone(first, a) && alone(second, b);
    for way in [&same_id as &dyn Fn(&Cell, &Cell) -> bool, &same_name, &only] {
        for (a, cell) in first.cells.iter().enumerate() {
            if pairs.iter().any(|pair| pair.0 == a) {
                continue;
            }
            let free = |b: usize| pairs.iter().all(|pair| pair.1 != b);
            let found = (0..second.cells.len()).find(|&b| free(b) && way(cell, &second.cells[b]));
            pairs.extend(found.map(|b| (a, b)));
        }
    }
    pairs.sort_unstable();
    pairs
}

/// The leaves in which two configurations differ, by path.
pub fn settings(first: &Json, second: &Json) -> Vec<Setting> {
    let mut found = Vec::new();
    descend("", Some(first), Some(second), &mut found);
    found
}

fn descend(path: &str, first: Option<&Json>, second: Option<&Json>, found: &mut Vec<Setting>) {
    if first == second {
        return;
    }
    if let (Some(Json::Object(a)), Some(Json::Object(b))) = (first, second) {
        let more = b.keys().filter(|key| !a.contains_key(*key));
        for key in a.keys().chain(more) {
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            descend(&path, a.get(key), b.get(key), found);
        }
        return;
    }
    let text = |value: Option<&Json>| value.map(Json::to_string).unwrap_or_default();
    found.push(Setting { key: path.to_owned(), first: text(first), second: text(second) });
}

//! From the parts of a sharded run to the usual files, byte for byte those of a run by one process.

use super::finish::{JOURNAL, count, finish, manifest_of_parts, merged_manifest};
use super::shard::{Deal, Shard};
use super::{RunError, Stage};
use crate::plan::Plan;
use crate::spec::Spec;
use crate::trace;
use deltalab_results::weights::gather;
use deltalab_results::{Analysis, Folder, Journal, Manifest, Record, Runs, journal, part};
use std::collections::{BTreeMap, HashSet};

/// What to do where runs are missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfinished {
    /// Refuse, and write nothing.
    Refuse,
    /// Make the tables of what is there. The journals are left alone: their shards may still be at work.
    Partial,
}

/// What was collected.
#[derive(Clone, Debug)]
pub struct Collected {
    /// The plan, tuned cells with the values that were chosen.
    pub plan: Plan,
    /// The manifest as it was written.
    pub manifest: Manifest,
    /// The statistics that the tables were made from.
    pub analysis: Analysis,
    /// What is missing; nothing where the whole was collected.
    pub missing: Missing,
}

/// Runs that are missing of a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Missing {
    /// Runs of the plan that are finished, those of its tuning among them.
    pub finished: u64,
    /// Runs of the plan.
    pub planned: u64,
    /// Missing runs by shard; empty where no shard has begun.
    pub shards: Vec<(Shard, u64)>,
    /// Missing runs of the tuning, and of the comparison by cell: the label of its learner and its values on the axes.
    pub cells: Vec<(String, u64)>,
}

impl Missing {
    /// Whether nothing is.
    pub fn is_empty(&self) -> bool {
        self.finished == self.planned
    }

    /// The first line of what is said of it.
    pub fn sentence(&self) -> String {
        let left = self.planned - self.finished;
        let be = if left == 1 { "is" } else { "are" };
        format!("{left} of {} runs {be} missing", self.planned)
    }

    /// Looks which runs of a plan are not there. Tuned cells that have no values yet lack all their runs.
    pub fn of(plan: &Plan, there: &HashSet<(&str, u64)>, of: &[u32]) -> Self {
        let mut missing = Self::default();
        let mut by_shard = BTreeMap::new();
        for (stage, tuning) in [(Stage::tuning(plan), true), (Stage::comparison(plan), false)] {
            for (place, (cell, _)) in stage.cells.iter().enumerate() {
                let mut left = 0;
                for (seed_place, &seed) in stage.seeds.iter().enumerate() {
                    missing.planned += 1;
                    if there.contains(&(&*cell.id, seed)) {
                        missing.finished += 1;
                        continue;
                    }
                    left += 1;
                    for &of in of {
                        let deal = Deal::new(stage.cells.len(), stage.seeds.len(), of);
                        *by_shard.entry((of, deal.shard(place, seed_place))).or_insert(0) += 1;
                    }
                }
                if left > 0 {
                    let name = match tuning {
                        true => "tuning".to_string(),
                        false => named(plan, place),
                    };
                    match missing.cells.last_mut().filter(|(last, _)| *last == name) {
                        Some((_, sum)) => *sum += left,
                        None => missing.cells.push((name, left)),
                    }
                }
            }
        }
        let shards = by_shard.into_iter();
        let shards = shards.filter_map(|((of, place), left)| Some((Shard::new(place, of)?, left)));
        missing.shards = shards.collect();
        missing
    }
}

/// The label of a cell's learner, and its values on the axes.
fn named(plan: &Plan, place: usize) -> String {
    let cell = &plan.study.cells[place];
    let axes = plan.study.axes.iter().zip(&cell.axes);
    let axes: Vec<String> =
        axes.filter_map(|(axis, value)| Some(format!("{axis} = {}", value.as_ref()?))).collect();
    match axes.is_empty() {
        true => cell.learner.clone(),
        false => format!("{} ({})", cell.learner, axes.join(", ")),
    }
}

/// Collects the finished runs of a folder. `plan` is that of its `spec.toml`.
///
/// # Errors
/// [`RunError::Incomplete`] where runs are missing and must not; those of reading and writing.
pub fn collect(
    folder: &Folder,
    spec: &Spec,
    plan: &Plan,
    unfinished: Unfinished,
) -> Result<Collected, RunError> {
    let parts = part::read_all(&folder.parts())?;
    let records = journal::load(&folder.parts())?.records;
    let mut plan = plan.clone();
    plan.choose(&records);
    let there = records.iter().map(|record| (&*record.cell, record.seed)).collect();
    let missing = Missing::of(&plan, &there, &several(&parts));
    if !missing.is_empty() && unfinished == Unfinished::Refuse {
        return Err(RunError::Incomplete {
            path: folder.path().to_path_buf(),
            missing: Box::new(missing),
        });
    }
    let before = folder.read_manifest().ok();
    let first = before.is_none();
    let mut manifest = manifest_of_parts(&plan, &parts, before);
    folder.write("spec.toml", spec.text.as_bytes())?;
    if plan.is_tuned() {
        folder.write_traces(trace::kept(&plan))?;
    }
    let analysis = if missing.is_empty() {
        drop(records);
        let mut journal = Journal::open(&folder.parts(), JOURNAL)?;
        finish(folder, &mut journal, &plan.study, &mut manifest)?
    } else {
        let all = journal::in_order(records, &plan.study);
        let runs = Runs::new(&plan.study, count(&mut manifest, &plan.study, &all));
        let analysis = Analysis::of(&runs);
        folder.write_tables(&runs, &analysis, runs.in_order().map(Ok))?;
        analysis
    };
    if missing.is_empty() || first {
        // of a partial one the parts stay, and with them the times that are added at the end
        folder.write_manifest(&manifest)?;
    }
    Ok(Collected { plan, manifest, analysis, missing })
}

/// Puts finished runs of several folders, `records` with their weights, into a new one. `plan` is that of the merged spec.
///
/// # Errors
/// Those of [`collect`].
pub fn merge(
    from: &[Folder],
    out: &Folder,
    (spec, plan): (&Spec, &Plan),
    records: Vec<Record>,
    manifests: &[Manifest],
    unfinished: Unfinished,
) -> Result<Collected, RunError> {
    let mut plan = plan.clone();
    plan.choose(&records);
    let there = records.iter().map(|record| (&*record.cell, record.seed)).collect();
    let missing = Missing::of(&plan, &there, &[]);
    if !missing.is_empty() && unfinished == Unfinished::Refuse {
        return Err(RunError::Incomplete {
            path: out.path().to_path_buf(),
            missing: Box::new(missing),
        });
    }
    out.prepare()?;
    let mut journal = Journal::open(&out.parts(), JOURNAL)?;
    for record in &records {
        journal.append(record)?;
    }
    drop(records);
    gather(&from.iter().collect::<Vec<_>>(), out, &plan.study)?;
    out.write("spec.toml", spec.text.as_bytes())?;
    if plan.is_tuned() {
        out.write_traces(trace::kept(&plan))?;
    }
    let mut manifest = merged_manifest(&plan, manifests);
    let analysis = finish(out, &mut journal, &plan.study, &mut manifest)?;
    out.write_manifest(&manifest)?;
    Ok(Collected { plan, manifest, analysis, missing })
}

/// The numbers of shards into which the plan was shared out, each once.
fn several(parts: &[deltalab_results::Part]) -> Vec<u32> {
    let mut of: Vec<u32> = parts.iter().map(|part| part.of).collect();
    of.dedup();
    of
}

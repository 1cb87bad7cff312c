//! The end of an experiment: one journal, the tables, the manifest.

use super::{Options, RunError, machine};
use crate::plan::Plan;
use deltalab_results::weights::gather;
use deltalab_results::{Analysis, Folder, Journal, Manifest, Part, Record, Runs, Study, part};
use std::collections::{BTreeMap, BTreeSet};

/// The journal that a run on one machine writes, and that the parts of a sharded one become.
pub(super) const JOURNAL: &str = "1-of-1";

/// Makes one journal of all, `journal`, in the order of the plan, gathers weights, writes the tables and counts the runs into the manifest.
pub(super) fn finish(
    folder: &Folder,
    journal: &mut Journal,
    study: &Study,
    manifest: &mut Manifest,
) -> Result<Analysis, RunError> {
    let all = journal.compact(study)?.records;
    gather(&[folder], folder, study)?;
    for part in part::read_all(&folder.parts())? {
        part.remove(&folder.parts());
    }
    folder.remove_leftovers();
    let mine = count(manifest, study, &all);
    let runs = Runs::new(study, mine);
    let analysis = Analysis::of(&runs);
    folder.write_tables(&runs, &analysis, journal.read()?.take(runs.finished()))?;
    Ok(analysis)
}

/// Counts the runs of the study, which come first in the order of the journal, into the manifest; gives them.
pub(super) fn count<'a>(
    manifest: &mut Manifest,
    study: &Study,
    in_order: &'a [Record],
) -> &'a [Record] {
    let mine = &in_order[..in_order.partition_point(|record| study.asks_for(record))];
    manifest.runs = mine.len() as u64;
    manifest.pattern_updates = mine.iter().map(|record| record.pattern_updates).sum();
    mine
}

/// The manifest of a run on this machine; times that stand in the folder are carried on.
pub(super) fn manifest(plan: &Plan, options: &Options, folder: &Folder) -> Manifest {
    let before = folder.read_manifest().ok();
    Manifest {
        versions: versions(),
        build: machine::build(),
        machine: machine::describe(),
        threads: options.threads,
        instruction_set: options.level.name().to_string(),
        engine: ENGINE.to_string(),
        train_seconds: before.as_ref().map_or(0.0, |before| before.train_seconds),
        pattern_updates_per_second: before
            .as_ref()
            .map_or(0.0, |before| before.pattern_updates_per_second),
        ..Manifest::new(plan.study.clone())
    }
}

/// The manifest of what shards have made, added to the times that stand in the folder.
pub(super) fn manifest_of_parts(plan: &Plan, parts: &[Part], before: Option<Manifest>) -> Manifest {
    let before = before.unwrap_or_else(|| Manifest::new(plan.study.clone()));
    if parts.is_empty() {
        return Manifest { study: plan.study.clone(), ..before };
    }
    let seconds: f64 = parts.iter().map(|part| part.train_seconds).sum();
    let updates: u64 = parts.iter().map(|part| part.pattern_updates).sum();
    Manifest {
        versions: versions(),
        build: machine::build(),
        machine: each(parts.iter().map(|part| &*part.machine)),
        threads: parts.iter().map(|part| part.threads).max().unwrap_or(0),
        instruction_set: each(parts.iter().map(|part| &*part.instruction_set)),
        engine: ENGINE.to_string(),
        train_seconds: before.train_seconds + seconds,
        pattern_updates_per_second: match seconds > 0.0 {
            true => updates as f64 / seconds,
            false => before.pattern_updates_per_second,
        },
        ..Manifest::new(plan.study.clone())
    }
}

/// The manifest of what several folders hold together.
pub(super) fn merged_manifest(plan: &Plan, manifests: &[Manifest]) -> Manifest {
    let seconds: f64 = manifests.iter().map(|it| it.train_seconds).sum();
    let updates: u64 = manifests.iter().map(|it| it.pattern_updates).sum();
    Manifest {
        versions: versions(),
        build: each(manifests.iter().map(|it| &*it.build)),
        machine: each(manifests.iter().map(|it| &*it.machine)),
        threads: manifests.iter().map(|it| it.threads).max().unwrap_or(0),
        instruction_set: each(manifests.iter().map(|it| &*it.instruction_set)),
        engine: ENGINE.to_string(),
        train_seconds: seconds,
        pattern_updates_per_second: if seconds > 0.0 { updates as f64 / seconds } else { 0.0 },
        ..Manifest::new(plan.study.clone())
    }
}

/// Different words, each once.
fn each<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let different: BTreeSet<&str> = words.filter(|word| !word.is_empty()).collect();
    different.into_iter().collect::<Vec<_>>().join("; ")
}

/// What an engine is called in the manifest.
const ENGINE: &str = "lanes";

/// Versions of the parts that numbers depend on.
pub(super) fn versions() -> BTreeMap<String, String> {
    BTreeMap::from([("deltalab".to_string(), env!("CARGO_PKG_VERSION").to_string())])
}

//! Shards of one folder are shards of one spec: they agree on it before the first run, without writing one file by two.

use super::Shard;
use crate::plan::Plan;
use crate::run::finish::versions;
use crate::run::{Options, RunError, machine, refuse_foreign};
use crate::spec::Spec;
use deltalab_results::{Folder, Manifest, Part, Study, part};
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// Makes a folder ready for its shards, before the first of them: `spec.toml` and `manifest.json` are written.
///
/// # Errors
/// Those of [`run_shard`](super::run_shard) before its first run.
pub fn prepare(spec: &Spec, plan: &Plan, folder: &Folder) -> Result<(), RunError> {
    refuse(spec, folder)?;
    folder.prepare()?;
    write(folder, spec, (plan, plan), Shard::WHOLE)
}

/// Says whether [`prepare`] would refuse the folder; nothing is written.
///
/// # Errors
/// [`RunError`].
pub fn refuse(spec: &Spec, folder: &Folder) -> Result<(), RunError> {
    refuse_foreign(folder)?;
    let mine = Part {
        spec: fingerprint(&spec.text),
        version: env!("CARGO_PKG_VERSION").to_string(),
        ..Part::default()
    };
    with_others(folder, &mine)
}

/// What a shard says of itself as it begins; what it did before is taken over from the file that is there.
pub(super) fn part(spec: &Spec, options: &Options, shard: Shard) -> Result<Part, RunError> {
    let parts = Folder::at(&options.out).parts();
    let before = part::read_all(&parts)?.into_iter().find(|other| is(other, shard));
    let before = before.unwrap_or_default();
    Ok(Part {
        shard: shard.place(),
        of: shard.of(),
        spec: fingerprint(&spec.text),
        version: env!("CARGO_PKG_VERSION").to_string(),
        machine: machine::describe(),
        threads: options.threads,
        instruction_set: options.level.name().to_string(),
        ended: false,
        pattern_updates: before.pattern_updates,
        train_seconds: before.train_seconds,
    })
}

/// Refuses where another shard has begun with another spec or version, and has not ended. One that has ended is like any
/// earlier run in the folder: its runs are reused.
pub(super) fn with_others(folder: &Folder, mine: &Part) -> Result<(), RunError> {
    for other in part::read_all(&folder.parts())? {
        let mine_or_over = other.ended || (other.shard, other.of) == (mine.shard, mine.of);
        if mine_or_over || (other.spec == mine.spec && other.version == mine.version) {
            continue;
        }
        let file = folder.parts().join(other.name() + ".json");
        let shard = Shard::new(other.shard, other.of).unwrap_or(Shard::WHOLE);
        return Err(match other.spec == mine.spec {
            true => RunError::OtherVersion {
                path: folder.path().to_path_buf(),
                shard,
                theirs: other.version,
                file,
            },
            false => RunError::OtherSpec { path: folder.path().to_path_buf(), shard, file },
        });
    }
    Ok(())
}

/// Writes `spec.toml` and `manifest.json` where they are not there yet, or are those of an earlier run. Every shard that is at
/// work would write the same bytes: the manifest says nothing of the machine before the parts are collected, and names the
/// tuned values once all are known. `planned` is the plan before tuning has told anything, `plan` with what it has.
pub(super) fn write(
    folder: &Folder,
    spec: &Spec,
    (planned, plan): (&Plan, &Plan),
    shard: Shard,
) -> Result<(), RunError> {
    folder.write_shared("spec.toml", spec.text.as_bytes(), &shard.stem())?;
    let study = if plan.is_tuned() { &plan.study } else { &planned.study };
    let before = folder.read_manifest().ok();
    let known = |before: &Manifest| before.study == *study || knows_more(&before.study, study);
    if !before.as_ref().is_some_and(known) {
        let manifest = Manifest {
            versions: versions(),
            train_seconds: before.map_or(0.0, |before| before.train_seconds),
            ..Manifest::new(study.clone())
        };
        folder.write_shared("manifest.json", &manifest.to_json(), &shard.stem())?;
    }
    Ok(())
}

/// Whether a stored study is this one, with the values of tuning, which are not known here yet.
fn knows_more(stored: &Study, study: &Study) -> bool {
    let mut stored = stored.clone();
    for (cell, planned) in stored.cells.iter_mut().zip(&study.cells) {
        if planned.id.is_empty() && !cell.tuned.is_empty() {
            cell.clone_from(planned);
        }
    }
    stored == *study
}

fn is(part: &Part, shard: Shard) -> bool {
    (part.shard, part.of) == (shard.place(), shard.of())
}

/// SHA-256 of a text, in hexadecimal digits.
fn fingerprint(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().fold(String::new(), |mut digits, byte| {
        let _ = write!(digits, "{byte:02x}"); // a String takes everything
        digits
    })
}

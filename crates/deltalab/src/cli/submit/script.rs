//! The scripts, as they stand in `DIR/submit/`.

use super::super::words::{self, counted, duration, shell};
use super::size::Size;
use std::path::{Path, PathBuf};

/// The folder of scripts and logs, in the result folder.
pub const FOLDER: &str = "submit";
/// The array of shards.
pub const SHARDS: &str = "shards.sh";
/// What comes after.
pub const COLLECT: &str = "collect.sh";
/// Ids of the jobs that were handed in.
pub const JOBS: &str = "jobs";
/// Everything, on this machine.
pub const LOCAL: &str = "local.sh";

/// Minutes that `collect` may take.
const COLLECTING: u32 = 60;

/// What the scripts are made of.
#[derive(Clone, Debug)]
pub struct Job {
    /// Name of the experiment.
    pub name: String,
    /// This program.
    pub program: PathBuf,
    /// The result folder, absolute.
    pub out: PathBuf,
    /// Where data files are, if the spec names some; absolute.
    pub data: Option<PathBuf>,
    /// Shards.
    pub size: Size,
    /// Runs that are missing.
    pub runs: u64,
    /// Whether tuning comes first.
    pub tuned: bool,
}

impl Job {
    /// A script in the result folder.
    pub fn path(&self, script: &str) -> PathBuf {
        self.out.join(FOLDER).join(script)
    }

    /// `960 runs in 8 shards of at most 25 min 0 s, 1 thread each`
    pub fn sentence(&self) -> String {
        let Size { shards, threads, seconds } = self.size;
        let time = match seconds {
            Some(seconds) => format!(" of at most {}", duration(seconds)),
            None => String::new(),
        };
        format!(
            "{} in {}{time}, {} each",
            counted(self.runs, "run"),
            counted(u64::from(shards), "shard"),
            counted(u64::from(threads), "thread"),
        )
    }

    /// `DELTALAB run SPEC --out DIR`, and where the data are.
    fn run(&self) -> String {
        let spec = quoted(&self.out.join("spec.toml"));
        format!("{} run {spec} --out {}{}", quoted(&self.program), quoted(&self.out), self.data())
    }

    /// `DELTALAB collect DIR`
    fn collect(&self) -> String {
        format!("{} collect {}{}", quoted(&self.program), quoted(&self.out), self.data())
    }

    fn data(&self) -> String {
        self.data.as_ref().map(|data| format!(" --data {}", quoted(data))).unwrap_or_default()
    }

    /// A log in the result folder, as `#SBATCH` reads it.
    fn log(&self, name: &str) -> String {
        let folder = self.out.join(FOLDER).display().to_string();
        format!("\"{}/{name}\"", folder.replace('%', "%%").replace('"', "\\\""))
    }

    /// The array of shards.
    pub fn shards(&self) -> String {
        let Size { shards, threads, .. } = self.size;
        let path = self.path(SHARDS);
        format!(
            r#"#!/bin/bash
# {name}: {sentence}.
# By deltalab submit, which hands in again whatever is missing. Some shards by hand:
#   sbatch --array=3,5 {script}
#SBATCH --job-name={name}
#SBATCH --array=1-{shards}
#SBATCH --cpus-per-task={threads}
#SBATCH --time={limit}
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output={log}

# A shard that is started again goes on where it stopped: what it finished stands in its journal.
export DELTALAB_SHARDS={shards}
exec {run} --shard auto --threads "${{SLURM_CPUS_PER_TASK:-{threads}}}"
"#,
            name = self.name,
            sentence = self.sentence(),
            script = quoted(&path),
            limit = self.size.limit(),
            log = self.log("shard-%a.log"),
            run = self.run(),
        )
    }

    /// What comes after the array.
    pub fn after(&self) -> String {
        format!(
            r#"#!/bin/bash
# {name}: the parts become tables and figures, once every shard has ended. By deltalab submit.
#SBATCH --job-name={name}-collect
#SBATCH --time={COLLECTING}
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output={log}

exec {collect}
"#,
            name = self.name,
            log = self.log("collect.log"),
            collect = self.collect(),
        )
    }

    /// Everything, on this machine.
    pub fn local(&self, json: Json) -> String {
        let Size { shards, threads, .. } = self.size;
        let comparison = match self.tuned {
            true => "pass # the comparison: every trial is finished now\n",
            false => "",
        };
        let json = match json {
            Json::Wanted => " --json",
            Json::No => "",
        };
        format!(
            r#"#!/bin/sh
# {name}: {sentence}. By deltalab submit, which starts again whatever is missing.

status=0
trap 'kill $pids 2>/dev/null; wait; exit 130' INT TERM

pass() {{
    pids=
    shard=1
    while [ "$shard" -le {shards} ]; do
        {run} --shard "$shard/{shards}" --threads {threads} --quiet >/dev/null &
        pids="$pids $!"
        shard=$((shard + 1))
    done
    for pid in $pids; do
        wait "$pid" || status=$?
    done
    [ "$status" -eq 0 ] || exit "$status"
}}

pass
{comparison}exec {collect}{json}
"#,
            name = self.name,
            sentence = self.sentence(),
            run = self.run(),
            collect = self.collect(),
        )
    }
}

/// Whether `collect` prints JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Json {
    /// It does.
    Wanted,
    /// It prints the verdict as text.
    No,
}

fn quoted(path: &Path) -> String {
    shell(&path.display().to_string())
}

/// A folder as it is shown.
pub fn shown(out: &Path) -> String {
    words::folder(&out.join(FOLDER))
}

//! `--shard I/N`, and `--shard auto`: which shard this process is, from what a scheduler says of its array task.
//!
//! | scheduler | task | first, last task |
//! |---|---|---|
//! | HyperQueue | `HQ_TASK_ID` | |
//! | Kubernetes | `JOB_COMPLETION_INDEX`, from 0 | |
//! | Slurm | `SLURM_ARRAY_TASK_ID` | `SLURM_ARRAY_TASK_MIN`, `_MAX`; `_COUNT` tasks |
//! | PBS | `PBS_ARRAY_INDEX` | |
//! | Grid Engine | `SGE_TASK_ID` | `SGE_TASK_FIRST`, `SGE_TASK_LAST`; `SGE_TASK_STEPSIZE` |
//!
//! `DELTALAB_SHARDS` says how many shards there are, whatever the scheduler says; the tasks then count from 1, those of
//! Kubernetes from 0. So a script that sets it may be handed in again for a few of its tasks (`sbatch --array=3,5`). Without it
//! the first task of the array is shard 1, and the array must have no gaps. Where several schedulers are at work, one inside
//! another, the innermost comes first in the table.

use deltalab_lab::run::Shard;
use std::str::FromStr;

/// What `--shard` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// This one.
    Given(Shard),
    /// The one of the array task.
    Auto,
}

/// Why `auto` gives no shard.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoShard {
    /// No scheduler has set anything.
    #[error(
        "--shard auto: this is no task of a job array: none of {} is set; give --shard I/N",
        names()
    )]
    NoTask,
    /// Nobody says how many shards there are.
    #[error(
        "--shard auto: {task} is set, but not how many shards there are; set DELTALAB_SHARDS=N, or give --shard I/N"
    )]
    HowMany {
        /// The task's variable.
        task: &'static str,
    },
    /// A variable is no number.
    #[error("--shard auto: {name}={got}: expected a whole number{}", if *.name == SHARDS { " from 1" } else { "" })]
    NotANumber {
        /// The variable.
        name: &'static str,
        /// What it is.
        got: String,
    },
    /// The array leaves out numbers, as one does that was handed in again for some tasks.
    #[error(
        "--shard auto: the array has gaps ({got}), so its tasks are not all the shards; set DELTALAB_SHARDS=N to hand in \
         shards again, the tasks being 1 to N"
    )]
    Gaps {
        /// What there is.
        got: String,
    },
    /// The task is none of the shards.
    #[error(
        "--shard auto: {task}={got}, but there are {of} shards ({from}), so the tasks of the array must be {} to {}",
        first(.task), u64::from(*.of) - 1 + first(.task)
    )]
    Outside {
        /// The task's variable.
        task: &'static str,
        /// What it is.
        got: u64,
        /// How many shards there are.
        of: u32,
        /// Who says so.
        from: &'static str,
    },
}

/// How many shards there are, said by the user or by a script.
const SHARDS: &str = "DELTALAB_SHARDS";

/// A scheduler's variables.
struct Scheduler {
    task: &'static str,
    /// The first and the last task, and the step between.
    range: Option<[&'static str; 2]>,
    count: Option<&'static str>,
    step: Option<&'static str>,
    /// What the first task is called where only [`SHARDS`] says how many there are.
    first: u64,
}

const fn plain(task: &'static str) -> Scheduler {
    Scheduler { task, range: None, count: None, step: None, first: 1 }
}

const SCHEDULERS: [Scheduler; 5] = [
    plain("HQ_TASK_ID"),
    Scheduler { first: 0, ..plain("JOB_COMPLETION_INDEX") },
    Scheduler {
        range: Some(["SLURM_ARRAY_TASK_MIN", "SLURM_ARRAY_TASK_MAX"]),
        count: Some("SLURM_ARRAY_TASK_COUNT"),
        ..plain("SLURM_ARRAY_TASK_ID")
    },
    plain("PBS_ARRAY_INDEX"),
    Scheduler {
        range: Some(["SGE_TASK_FIRST", "SGE_TASK_LAST"]),
        step: Some("SGE_TASK_STEPSIZE"),
        ..plain("SGE_TASK_ID")
    },
];

fn names() -> String {
    SCHEDULERS.iter().map(|scheduler| scheduler.task).collect::<Vec<_>>().join(", ")
}

fn first(task: &str) -> u64 {
    SCHEDULERS.iter().find(|scheduler| scheduler.task == task).map_or(1, |it| it.first)
}

impl Wanted {
    /// The shard.
    pub fn shard(self) -> Result<Shard, NoShard> {
        match self {
            Self::Given(shard) => Ok(shard),
            Self::Auto => of_task(&|name| std::env::var(name).ok()),
        }
    }
}

impl FromStr for Wanted {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "auto" => Ok(Self::Auto),
            _ => text.parse().map(Self::Given).map_err(|error| format!("{error}; or auto")),
        }
    }
}

/// The shard of an array task.
fn of_task(variable: &dyn Fn(&str) -> Option<String>) -> Result<Shard, NoShard> {
    // Grid Engine says "undefined" where a job is no array.
    let set = |name: &str| variable(name).filter(|value| !value.is_empty() && value != "undefined");
    let number = |name: &'static str| match set(name) {
        None => Ok(None),
        Some(got) => {
            let value = got.trim().parse::<u64>();
            value.map(Some).map_err(|_| NoShard::NotANumber { name, got })
        }
    };
    let scheduler = SCHEDULERS.iter().find(|scheduler| set(scheduler.task).is_some());
    let scheduler = scheduler.ok_or(NoShard::NoTask)?;
    let task = scheduler.task;
    let got = number(task)?.unwrap_or_default();
    let outside = |of, from| NoShard::Outside { task, got, of, from };
    let shard = |place: u64, of: u32| Shard::new(u32::try_from(place).ok()?, of);
    if let Some(of) = number(SHARDS)? {
        let of = u32::try_from(of)
            .ok()
            .filter(|&of| of > 0)
            .ok_or_else(|| NoShard::NotANumber { name: SHARDS, got: of.to_string() })?;
        let place = (got + 1).checked_sub(scheduler.first);
        return place.and_then(|place| shard(place, of)).ok_or_else(|| outside(of, SHARDS));
    }
    let Some([low_name, high_name]) = scheduler.range else {
        return Err(NoShard::HowMany { task });
    };
    let (Some(low), Some(high)) = (number(low_name)?, number(high_name)?) else {
        return Err(NoShard::HowMany { task });
    };
    let step = scheduler.step.map(&number).transpose()?.flatten().unwrap_or(1).max(1);
    let tasks = high.saturating_sub(low) / step + 1;
    let count = scheduler.count.map(&number).transpose()?.flatten().unwrap_or(tasks);
    if count != tasks {
        return Err(NoShard::Gaps { got: format!("{count} tasks from {low} to {high}") });
    }
    let of = u32::try_from(tasks).map_err(|_| NoShard::HowMany { task })?;
    let place = got.checked_sub(low).map(|place| place / step + 1);
    place.and_then(|place| shard(place, of)).ok_or_else(|| outside(of, high_name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(variables: &[(&str, &str)]) -> Result<String, String> {
        let variable = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| value.to_string())
        };
        of_task(&variable).map(|shard| shard.to_string()).map_err(|error| error.to_string())
    }

    fn slurm(id: &str, [low, high, count]: [&str; 3], shards: &str) -> Result<String, String> {
        with(&[
            ("SLURM_ARRAY_TASK_ID", id),
            ("SLURM_ARRAY_TASK_MIN", low),
            ("SLURM_ARRAY_TASK_MAX", high),
            ("SLURM_ARRAY_TASK_COUNT", count),
            (SHARDS, shards),
        ])
    }

    #[test]
    fn the_first_task_of_an_array_is_shard_one() {
        let ok = |shard: &str| Ok(shard.to_string());
        assert_eq!(slurm("3", ["1", "8", "8"], ""), ok("3/8"));
        assert_eq!(slurm("0", ["0", "7", "8"], ""), ok("1/8"));
        assert_eq!(slurm("7", ["0", "7", "8"], ""), ok("8/8"));
        let sge = |id, low, high, step| {
            with(&[
                ("SGE_TASK_ID", id),
                ("SGE_TASK_FIRST", low),
                ("SGE_TASK_LAST", high),
                ("SGE_TASK_STEPSIZE", step),
            ])
        };
        assert_eq!(sge("2", "1", "5", "1"), ok("2/5"));
        assert_eq!(sge("5", "1", "7", "2"), ok("3/4"));
    }

    #[test]
    fn with_deltalab_shards_tasks_are_the_shards_themselves() {
        let ok = |shard: &str| Ok(shard.to_string());
        // two tasks of eight, handed in again
        assert_eq!(slurm("5", ["3", "5", "2"], "8"), ok("5/8"));
        assert_eq!(with(&[("PBS_ARRAY_INDEX", "8"), (SHARDS, "8")]), ok("8/8"));
        assert_eq!(with(&[("HQ_TASK_ID", "1"), (SHARDS, "8")]), ok("1/8"));
        assert_eq!(with(&[("JOB_COMPLETION_INDEX", "0"), (SHARDS, "8")]), ok("1/8"));
        // HyperQueue inside an array of Slurm
        let both = [("SLURM_ARRAY_TASK_ID", "1"), ("HQ_TASK_ID", "4"), (SHARDS, "8")];
        assert_eq!(with(&both), ok("4/8"));
    }

    #[test]
    fn what_is_not_known_is_said_in_one_sentence() {
        let error = |result: Result<String, String>| result.unwrap_err();
        assert_eq!(
            error(with(&[("SGE_TASK_ID", "undefined")])),
            "--shard auto: this is no task of a job array: none of HQ_TASK_ID, JOB_COMPLETION_INDEX, SLURM_ARRAY_TASK_ID, \
             PBS_ARRAY_INDEX, SGE_TASK_ID is set; give --shard I/N"
        );
        assert_eq!(
            error(with(&[("PBS_ARRAY_INDEX", "3")])),
            "--shard auto: PBS_ARRAY_INDEX is set, but not how many shards there are; set DELTALAB_SHARDS=N, or give \
             --shard I/N"
        );
        assert_eq!(
            error(slurm("3", ["3", "5", "2"], "")),
            "--shard auto: the array has gaps (2 tasks from 3 to 5), so its tasks are not all the shards; set \
             DELTALAB_SHARDS=N to hand in shards again, the tasks being 1 to N"
        );
        assert_eq!(
            error(with(&[("PBS_ARRAY_INDEX", "0"), (SHARDS, "8")])),
            "--shard auto: PBS_ARRAY_INDEX=0, but there are 8 shards (DELTALAB_SHARDS), so the tasks of the array must be 1 \
             to 8"
        );
        assert_eq!(
            error(with(&[("JOB_COMPLETION_INDEX", "8"), (SHARDS, "8")])),
            "--shard auto: JOB_COMPLETION_INDEX=8, but there are 8 shards (DELTALAB_SHARDS), so the tasks of the array must \
             be 0 to 7"
        );
        for wrong in ["0", "-1", "many"] {
            let message = error(with(&[("HQ_TASK_ID", "1"), (SHARDS, wrong)]));
            let expected = "expected a whole number from 1";
            assert!(message.contains(wrong) && message.ends_with(expected), "{message}");
        }
    }
}

//! `deltalab run SPEC`: train what is missing, then tables, figures and the verdict.

use super::args::SpecArgs;
use super::failure::Failure;
use super::figures::gone;
use super::interrupt;
use super::json::number;
use super::progress::{Progress, Talk};
use super::shard::Wanted;
use super::source::{self, PREFIX};
use super::terminal::{NAME, Terminal, styled};
use super::words::{self, counted, duration, scaled};
use super::{simd, verdict};
use deltalab_lab::run::{Found, Options, Report, Shard, Sharded, run, run_shard};
use deltalab_lab::{Plan, Spec};
use deltalab_results::verdict::Verdict;
use deltalab_results::{Analysis, Folder, Study};
use serde_json::{Value as Json, json};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

/// Train every learner of a spec, and say what came out
///
/// The same command again goes on where it stopped: finished runs are never repeated, also when
/// learners, grid values or seeds are added.
///
/// With --shard I/N, N processes on any number of machines share the runs in one folder, which
/// deltalab collect then finishes; deltalab submit does all of it on a cluster. I counts from 1. auto
/// takes I from SLURM_ARRAY_TASK_ID, PBS_ARRAY_INDEX, SGE_TASK_ID, HQ_TASK_ID or
/// JOB_COMPLETION_INDEX, and N from DELTALAB_SHARDS, or else from the first and last task of the array.
/// With [tune], the trials are shared first: a shard runs its share of the comparison as far as the
/// trials that it needs are finished, whoever ran them; started once more when all shards are through,
/// it runs the rest.
#[derive(clap::Args, Debug)]
#[command(verbatim_doc_comment)]
pub struct Args {
    #[command(flatten)]
    spec: SpecArgs,
    /// Result folder [default: results/NAME, NAME being that of the spec]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Threads that train [default: one for each core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=4096))]
    threads: Option<u16>,
    /// Run shard I of N only, I from 1 to N; auto: the task of this job array
    #[arg(long, value_name = "I/N|auto", conflicts_with = "fresh")]
    shard: Option<Wanted>,
    /// Where data files that the spec names are [default: beside the spec]
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// Discard the results that are there, and start afresh
    #[arg(long)]
    fresh: bool,
    /// Print the verdict only: no progress, no talk
    #[arg(long, short)]
    quiet: bool,
    /// Print the verdict as JSON, with what was done and where the files are
    #[arg(long)]
    json: bool,
}

impl Args {
    /// Does it.
    pub fn run(&self, terminal: &Terminal) -> Result<(), Failure> {
        let level = simd::level()?;
        let shard = self.shard.map(Wanted::shard).transpose().map_err(Failure::NoShard)?;
        let (spec, plan) = source::load_with(&self.spec, self.data.as_deref())?;
        let out = self.out.clone().unwrap_or_else(|| Path::new("results").join(&spec.name));
        let threads = self.threads.map_or_else(simd::cores, usize::from);
        let found = if self.fresh { Found::Discard } else { Found::Resume };
        let talk = if self.quiet { Talk::Quiet } else { Talk::Usual };
        let options = Options { out, threads, level, found };

        let stop = interrupt::flag();
        if let Some(shard) = shard {
            return self.run_shard(terminal, talk, (&spec, &plan), shard, &options, &stop);
        }
        let what = format!("{}: {}", plan.study.name, size(&plan));
        let mut progress = Progress::new(terminal, talk, what);
        let ended = run(&spec, &plan, &options, &mut progress, &stop);
        progress.finish();
        let report = match ended {
            Ok(report) => report,
            Err(error) if !progress.has_begun() => return Err(Failure::Output(error)),
            Err(error) => return Err(Failure::Running { error, kept: kept(&options.out) }),
        };
        let Some(analysis) = &report.analysis else {
            let kept = self.go_on(report.finished, report.planned, &options.out);
            return Err(Failure::Interrupted { kept });
        };
        if talk == Talk::Usual {
            terminal.say(done(&report, &options));
        }
        self.tell(terminal, talk, &options, &report, analysis)
    }

    /// A shard: its share of the runs, without tables.
    fn run_shard(
        &self,
        terminal: &Terminal,
        talk: Talk,
        (spec, plan): (&Spec, &Plan),
        shard: Shard,
        options: &Options,
        stop: &AtomicBool,
    ) -> Result<(), Failure> {
        let what = format!("{}, shard {shard} of {}", plan.study.name, size(plan));
        let mut progress = Progress::new(terminal, talk, what);
        let ended = run_shard(spec, plan, shard, options, &mut progress, stop);
        progress.finish();
        let ended = match ended {
            Ok(ended) => ended,
            Err(error) if !progress.has_begun() => return Err(Failure::Output(error)),
            Err(error) => return Err(Failure::Running { error, kept: kept(&options.out) }),
        };
        if !ended.is_through() {
            let kept = self.go_on(ended.finished, ended.planned, &options.out);
            return Err(Failure::Interrupted { kept });
        }
        if self.json {
            return terminal.print_json(&shard_document(options, shard, &plan.study, &ended));
        }
        terminal.print(&(through(&plan.study.name, shard, &ended) + "\n"))?;
        if talk == Talk::Usual {
            let next = match ended.waiting {
                0 => {
                    let folder = words::shell(&options.out.display().to_string());
                    let command = format!("{} collect {folder}", program());
                    format!("{}  (once every shard is through)", styled(NAME, command))
                }
                _ => format!(
                    "{}  (once every shard is through; all of them once more)",
                    styled(NAME, again(&[], &[]))
                ),
            };
            terminal.say(format_args!("Next: {next}"));
        }
        Ok(())
    }

    /// Figures and verdict, from what is stored.
    fn tell(
        &self,
        terminal: &Terminal,
        talk: Talk,
        options: &Options,
        report: &Report,
        analysis: &Analysis,
    ) -> Result<(), Failure> {
        let opened = Folder::open(&options.out)?;
        let traces = opened.folder.read_traces()?;
        let out = opened.folder.figures();
        let figures = deltalab_figures::draw(opened.study(), &opened.records, &traces, &out);
        let figures = figures.map_err(Failure::Figures)?;
        let removed = deltalab_figures::clear(&out, &figures).map_err(Failure::Figures)?;
        let runs = opened.runs();
        let verdict = deltalab_results::verdict::verdict(&runs, analysis);
        if self.json {
            return terminal.print_json(&document(
                options,
                report,
                verdict::json(&runs, &verdict),
                &figures,
            ));
        }
        let folder = words::folder(&options.out);
        terminal.print(&verdict::text(&runs, &verdict, &folder))?;
        if talk == Talk::Usual {
            terminal.say(where_it_is(&folder, opened.study(), &figures));
            if let Some(text) = gone(&removed) {
                terminal.say(text);
            }
            terminal
                .say(format_args!("Next: {}", self.next(opened.study(), &verdict, &options.out)));
        }
        Ok(())
    }

    /// The command that most helps from here: more seeds where these show too little, else the page that has it all.
    fn next(&self, study: &Study, verdict: &Verdict, out: &Path) -> String {
        let seeds = study.seeds.len() as u64;
        let from_zero = seeds > 1 && study.seeds.iter().copied().eq(0..seeds);
        let typed = self.spec.spec.to_string_lossy();
        if from_zero && verdict.sentences.iter().any(|sentence| sentence.ahead.is_none()) {
            let more = again(&["--fresh"], &["--seeds"]);
            let command = styled(NAME, format!("{more} --seeds {}", 2 * seeds));
            return format!(
                "{command}  (more seeds show smaller differences; these runs are reused)"
            );
        }
        if typed.starts_with(PREFIX) {
            let command = styled(NAME, format!("{} new my-study", program()));
            return format!("{command}  (a commented spec of your own)");
        }
        let command = styled(
            NAME,
            format!("{} report {}", program(), words::shell(&out.display().to_string())),
        );
        format!("{command}  (one page: verdict, tables, figures, methods, sources)")
    }

    /// How to go on after an interruption.
    fn go_on(&self, finished: u64, planned: u64, out: &Path) -> String {
        format!(
            "interrupted: {} of {} are finished and kept in {}; go on with\n  {}",
            words::count(finished),
            counted(planned, "run"),
            words::folder(out),
            styled(NAME, again(&["--fresh"], &[])),
        )
    }
}

/// `10 cells × 100 seeds = 1,000 runs`, and what tuning adds.
pub fn size(plan: &Plan) -> String {
    let product = |cells: String, seeds: &[u64], runs: u64| {
        format!("{cells} × {} = {}", counted(seeds.len() as u64, "seed"), counted(runs, "run"))
    };
    let cells = counted(plan.cells.len() as u64, "cell");
    let compared = product(cells, &plan.study.seeds, plan.runs());
    let Some(tuning) = &plan.study.tuning else { return compared };
    let trials = counted(tuning.trials().count() as u64, "trial");
    format!("{compared}; before, tuning: {}", product(trials, &tuning.seeds, plan.tuning_runs()))
}

fn kept(out: &Path) -> String {
    format!(
        "What was finished is kept in {}; the same command goes on from there.",
        words::folder(out)
    )
}

/// What a shard has done.
fn through(name: &str, shard: Shard, ended: &Sharded) -> String {
    let share = counted(ended.planned, "run");
    match (ended.planned, ended.waiting) {
        (0, _) => {
            format!("{name}: shard {shard} has no run; there are more shards than hands of runs.")
        }
        (_, 0) => format!("{name}: shard {shard} is through, its {share} finished."),
        (_, waiting) => format!(
            "{name}: shard {shard} has finished {} of its {share}; {} for the tuning of other shards.",
            words::count(ended.finished),
            if waiting == 1 {
                "1 waits".to_string()
            } else {
                format!("{} wait", words::count(waiting))
            },
        ),
    }
}

fn shard_document(options: &Options, shard: Shard, study: &Study, ended: &Sharded) -> Json {
    json!({
        "name": study.name,
        "folder": options.out.display().to_string(),
        "shard": shard.place(),
        "shards": shard.of(),
        "planned": ended.planned,
        "finished": ended.finished,
        "waiting": ended.waiting,
        "trained": ended.trained,
        "pattern_updates": ended.pattern_updates,
        "seconds": number(ended.seconds),
        "threads": options.threads,
        "instruction_set": options.level.name(),
    })
}

fn done(report: &Report, options: &Options) -> String {
    if report.trained == 0 {
        return format!(
            "All {} were there already; tables and figures are made anew.",
            counted(report.planned, "run")
        );
    }
    format!(
        "{} in {}: {}pattern updates/s on {}, {}",
        counted(report.trained, "run"),
        duration(report.seconds),
        scaled(report.pattern_updates as f64 / report.seconds),
        counted(options.threads as u64, "thread"),
        options.level,
    )
}

/// The files of a folder, in words.
pub fn where_it_is(folder: &str, study: &Study, figures: &[PathBuf]) -> String {
    let tuning = if study.tuning.is_some() { ", tuning.csv" } else { "" };
    let kept = study.cells.iter().any(|cell| !cell.weights.is_none());
    let weights = if kept { ", weights/" } else { "" };
    let pictures =
        figures.iter().filter(|path| path.extension().is_some_and(|extension| extension == "png"));
    let names: Vec<_> =
        pictures.filter_map(|path| path.file_name()).map(|name| name.to_string_lossy()).collect();
    let figures = if names.is_empty() {
        String::new()
    } else {
        format!(", figures/{}", names.join(", figures/"))
    };
    words::wrapped(
        &format!(
            "In {folder}: runs.csv, curves.csv, summary.csv, comparisons.csv{tuning}{weights}{figures}"
        ),
        "  ",
    )
}

fn document(options: &Options, report: &Report, verdict: Json, figures: &[PathBuf]) -> Json {
    json!({
        "name": report.manifest.study.name,
        "folder": options.out.display().to_string(),
        "report": {
            "planned": report.planned,
            "finished": report.finished,
            "trained": report.trained,
            "damaged": report.damaged,
            "pattern_updates": report.pattern_updates,
            "seconds": number(report.seconds),
            "pattern_updates_per_second": number(if report.trained > 0 { report.pattern_updates as f64 / report.seconds } else { 0.0 }),
            "threads": options.threads,
            "instruction_set": options.level.name(),
        },
        "verdict": verdict,
        "paths": paths(&options.out, &report.manifest.study, figures),
    })
}

/// Where the files of a folder are.
pub fn paths(out: &Path, study: &Study, figures: &[PathBuf]) -> Json {
    let file = |name: &str| out.join(name).display().to_string();
    json!({
        "spec": file("spec.toml"),
        "manifest": file("manifest.json"),
        "runs": file("runs.csv"),
        "curves": file("curves.csv"),
        "summary": file("summary.csv"),
        "comparisons": file("comparisons.csv"),
        "tuning": study.tuning.as_ref().map(|_| file("tuning.csv")),
        "columns": file("columns.json"),
        "figures": figures.iter().map(|path| path.display().to_string()).collect::<Vec<_>>(),
    })
}

/// The program as it was typed.
pub fn program() -> String {
    words::shell(&std::env::args_os().next().unwrap_or_else(|| "deltalab".into()).to_string_lossy())
}

/// This very command, as a shell reads it, without some flags and some options with their values.
fn again(flags: &[&str], options: &[&str]) -> String {
    let mut arguments =
        std::env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned());
    let mut words = vec![program()];
    while let Some(argument) = arguments.next() {
        let is_option = |option: &&str| {
            argument.strip_prefix(*option).is_some_and(|rest| rest.starts_with('='))
        };
        if options.contains(&argument.as_str()) {
            arguments.next();
        } else if !flags.contains(&argument.as_str()) && !options.iter().any(is_option) {
            words.push(words::shell(&argument));
        }
    }
    words.join(" ")
}

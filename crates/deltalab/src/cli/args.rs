//! What can be typed.

use super::failure::Failure;
use super::terminal::{self, Colour, Terminal};
use super::{
    check, check_rule, cite, collect, compare, completions, explain, figures, list, man, merge,
    new, report, run, schema, status, submit, trace, verify,
};
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use std::ffi::OsString;

const EXAMPLES: &str = "\
Start with:
  deltalab run example:xor-rules    train, compare, draw; the results go to results/xor-rules/
  deltalab list                     what there is to compare
  deltalab new my-study             a commented spec of your own";

/// What difference does the learning rule make?
///
/// Every learner of a spec is trained on the same network, from the same initial weights, on the
/// same order of patterns, over many seeds; the answer comes back as numbers with their uncertainty,
/// as figures, and as a sentence.
#[derive(Debug, Parser)]
#[command(verbatim_doc_comment, name = "deltalab", version, after_help = EXAMPLES, propagate_version = false)]
pub struct Cli {
    /// Colour: auto (on a terminal, unless NO_COLOR is set), always or never
    #[arg(
        long,
        value_enum,
        default_value = "auto",
        hide_default_value = true,
        hide_possible_values = true
    )]
    #[arg(global = true, value_name = "WHEN", display_order = 90)]
    color: Colour,
    #[command(subcommand)]
    command: Command,
}

/// The commands, in the order of `--help`.
#[derive(Debug, Subcommand)]
pub enum Command {
    Run(run::Args),
    Check(check::Args),
    Status(status::Args),
    Figures(figures::Args),
    Report(report::Args),
    Verify(verify::Args),
    Compare(compare::Args),
    Collect(collect::Args),
    Merge(merge::Args),
    Submit(submit::Args),
    Trace(trace::Args),
    CheckRule(check_rule::Args),
    List(list::Args),
    Explain(explain::Args),
    Schema(schema::Args),
    New(new::Args),
    Completions(completions::Args),
    Man(man::Args),
    Cite(cite::Args),
}

impl Command {
    /// Does what was asked for.
    pub fn run(&self, terminal: &Terminal) -> Result<(), Failure> {
        match self {
            Self::Run(args) => args.run(terminal),
            Self::Check(args) => args.run(terminal),
            Self::Status(args) => args.run(terminal),
            Self::Figures(args) => args.run(terminal),
            Self::Report(args) => args.run(terminal),
            Self::Verify(args) => args.run(terminal),
            Self::Compare(args) => args.run(terminal),
            Self::Collect(args) => args.run(terminal),
            Self::Merge(args) => args.run(terminal),
            Self::Submit(args) => args.run(terminal),
            Self::Trace(args) => args.run(terminal),
            Self::CheckRule(args) => args.run(terminal),
            Self::List(args) => args.run(terminal),
            Self::Explain(args) => args.run(terminal),
            Self::Schema(args) => args.run(terminal),
            Self::New(args) => args.run(terminal),
            Self::Completions(args) => args.run(terminal),
            Self::Man(args) => args.run(terminal),
            Self::Cite(args) => args.run(terminal),
        }
    }
}

/// The spec, and what is changed in it for this once.
#[derive(Args, Debug)]
pub struct SpecArgs {
    /// A spec file, or example:NAME for one that the program carries inside (see deltalab list examples)
    pub spec: OsString,
    /// Seeds 0 to N - 1, in place of those of the spec
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub seeds: Option<u64>,
    /// Set a key of the spec, such as train.max_epochs=100 or learner.learning_rate=0.1; can be repeated
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub sets: Vec<String>,
}

impl SpecArgs {
    /// Every override, in the order in which they apply.
    pub fn overrides(&self) -> Vec<String> {
        self.sets.iter().cloned().chain(self.seeds.map(|seeds| format!("seeds={seeds}"))).collect()
    }
}

/// Parses a command line, the program's name first; `--color` holds from here on.
pub fn parse(args: Vec<OsString>) -> Result<Command, Failure> {
    // clap colours its own messages, so the choice is looked for before anything can go wrong
    let colour = terminal::colour_of(&args);
    colour.hold();
    let command = Cli::command().color(colour.for_clap());
    let matches = command.try_get_matches_from(args).map_err(Failure::Usage)?;
    Ok(Cli::from_arg_matches(&matches).map_err(Failure::Usage)?.command)
}

//! The command line: a file for each command, and what they share.
//!
//! Data goes to stdout, talk to stderr. Exit status: 0 done, 1 failed while running, 2 the command or the spec is wrong
//! and nothing was written, 130 interrupted. A closed pipe is no failure.

mod args;
mod catalogue;
mod cells;
mod check;
mod check_rule;
mod cite;
mod collect;
mod compare;
mod completions;
mod explain;
mod failure;
mod figures;
mod interrupt;
mod json;
mod list;
mod man;
mod markdown;
mod merge;
mod new;
pub mod panic;
mod progress;
mod report;
mod run;
mod schema;
mod shard;
mod simd;
mod source;
mod status;
mod stored;
mod submit;
mod table;
mod terminal;
mod trace;
mod trace_table;
mod verdict;
mod verify;
mod words;

pub use args::parse;
pub use terminal::Terminal;

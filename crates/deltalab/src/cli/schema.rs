//! `deltalab schema`: the JSON Schema of a spec.

use super::failure::Failure;
use super::terminal::Terminal;

/// Print the JSON Schema of a spec, for editors
///
/// deltalab new writes it beside the spec, where its first line tells editors to look.
#[derive(clap::Args, Debug)]
pub struct Args {}

impl Args {
    /// Does it.
    pub fn run(&self, terminal: &Terminal) -> Result<(), Failure> {
        terminal.print_json(&deltalab_lab::schema::schema())
    }
}

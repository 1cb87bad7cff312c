//! `deltalab completions SHELL`.

use super::args::Cli;
use super::failure::Failure;
use super::terminal::Terminal;
use clap::CommandFactory;
use clap_complete::Shell;

/// Print completions for a shell
///
/// For bash: deltalab completions bash > ~/.local/share/bash-completion/completions/deltalab
#[derive(clap::Args, Debug)]
pub struct Args {
    /// The shell
    shell: Shell,
}

impl Args {
    /// Does it.
    pub fn run(&self, terminal: &Terminal) -> Result<(), Failure> {
        let mut text = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "deltalab", &mut text);
        terminal.print_bytes(&text)
    }
}

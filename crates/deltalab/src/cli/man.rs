//! `deltalab man [DIR]`: manual pages, from the same texts as `--help`.

use super::args::Cli;
use super::failure::Failure;
use super::terminal::Terminal;
use clap::CommandFactory;
use std::path::PathBuf;

/// Print the manual page, or write a page for every command into DIR
#[derive(clap::Args, Debug)]
pub struct Args {
    /// An existing folder, such as ~/.local/share/man/man1
    dir: Option<PathBuf>,
}

impl Args {
    /// Does it.
    pub fn run(&self, terminal: &Terminal) -> Result<(), Failure> {
        let mut command = Cli::command();
        command.build();
        match &self.dir {
            None => {
                let mut page = Vec::new();
                clap_mangen::Man::new(command).render(&mut page).map_err(Failure::Stdout)?;
                terminal.print_bytes(&page)
            }
            Some(dir) => clap_mangen::generate_to(Cli::command(), dir)
                .map_err(|source| Failure::Unwritable { path: dir.clone(), source }),
        }
    }
}

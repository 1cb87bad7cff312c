//! The command `deltalab`.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::panic::catch(|| {
        let terminal = cli::Terminal::new();
        let ended =
            cli::parse(std::env::args_os().collect()).and_then(|command| command.run(&terminal));
        match ended {
            Ok(()) => ExitCode::SUCCESS,
            Err(failure) => failure.report(&terminal),
        }
    })
}

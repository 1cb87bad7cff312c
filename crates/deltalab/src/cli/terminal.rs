//! Stdout for data, stderr for talk, and colour where it is wanted.

use super::failure::Failure;
use anstyle::{AnsiColor, Style};
use clap::ValueEnum;
use std::ffi::OsString;
use std::fmt::Display;
use std::io::{self, IsTerminal, Write};

/// Headings.
pub const BOLD: Style = Style::new().bold();
/// What is less important.
pub const DIM: Style = Style::new().dimmed();
/// Names and commands that can be typed.
pub const NAME: Style = AnsiColor::Cyan.on_default();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const ERROR: Style = AnsiColor::Red.on_default().bold();

/// `text` in a style.
pub fn styled(style: Style, text: impl Display) -> String {
    format!("{style}{text}{style:#}")
}

/// When output is coloured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    /// On a terminal, unless NO_COLOR is set; always if CLICOLOR_FORCE is
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl Colour {
    /// Makes it the choice of this process.
    pub fn hold(self) {
        match self {
            Self::Auto => anstream::ColorChoice::Auto,
            Self::Always => anstream::ColorChoice::AlwaysAnsi,
            Self::Never => anstream::ColorChoice::Never,
        }
        .write_global();
    }

    /// The same for clap's own messages.
    pub fn for_clap(self) -> clap::ColorChoice {
        match self {
            Self::Auto => clap::ColorChoice::Auto,
            Self::Always => clap::ColorChoice::Always,
            Self::Never => clap::ColorChoice::Never,
        }
    }
}

/// What `--color` says on a command line that may be wrong otherwise.
pub fn colour_of(args: &[OsString]) -> Colour {
    let mut choice = Colour::default();
    let mut args = args.iter().skip(1).filter_map(|arg| arg.to_str());
    while let Some(arg) = args.next() {
        let value = match arg.strip_prefix("--color") {
            Some("") => args.next(),
            Some(rest) => rest.strip_prefix('='),
            None => None,
        };
        choice = value.and_then(|value| Colour::from_str(value, false).ok()).unwrap_or(choice);
    }
    choice
}

/// Where output goes.
#[derive(Debug)]
pub struct Terminal(());

impl Terminal {
    /// The process's own streams.
    pub fn new() -> Self {
        Self(())
    }

    /// Writes data.
    pub fn print(&self, data: &str) -> Result<(), Failure> {
        let mut out = anstream::stdout().lock();
        out.write_all(data.as_bytes()).and_then(|()| out.flush()).map_err(Failure::stdout)
    }

    /// Writes data as it is, without a look for colours in it.
    pub fn print_bytes(&self, data: &[u8]) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        out.write_all(data).and_then(|()| out.flush()).map_err(Failure::stdout)
    }

    /// Writes a JSON document.
    pub fn print_json(&self, document: &serde_json::Value) -> Result<(), Failure> {
        self.print_bytes(format!("{document:#}\n").as_bytes())
    }

    /// Says something. Where nobody can hear it, that is no failure.
    pub fn say(&self, text: impl Display) {
        let _ = writeln!(anstream::stderr(), "{text}");
    }

    /// Says that something is not as it should be, and that work goes on.
    pub fn warn(&self, text: impl Display) {
        self.say(format_args!("{} {text}", styled(WARNING, "warning:")));
    }

    /// Says why work ends here.
    pub fn error(&self, text: impl Display) {
        self.say(format_args!("{} {text}", styled(ERROR, "error:")));
    }

    /// Whether somebody watches stderr.
    pub fn is_watched(&self) -> bool {
        io::stderr().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
    }
}

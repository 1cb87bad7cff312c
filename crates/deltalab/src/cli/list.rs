//! `deltalab list [KIND]`: what a spec can name.

use super::catalogue::Kind;
use super::failure::Failure;
use super::terminal::{BOLD, DIM, Terminal, styled};
use super::words;
use clap::ValueEnum;
use serde_json::{Value as Json, json};

/// List what a spec can name: learners, tasks, and so on
#[derive(clap::Args, Debug)]
pub struct Args {
    /// One kind only
    kind: Option<Kind>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Args {
    /// Does it.
    pub fn run(&self, terminal: &Terminal) -> Result<(), Failure> {
        let kinds = self.kind.as_ref().map_or(Kind::value_variants(), std::slice::from_ref);
        if self.json {
            let lists = kinds.iter().map(|kind| (kind.name().to_string(), json!(kind.entries())));
            return terminal.print_json(&Json::Object(lists.collect()));
        }
        let headings = if kinds.len() > 1 { Headings::Shown } else { Headings::Hidden };
        let lists: Vec<_> = kinds.iter().map(|kind| list(*kind, headings)).collect();
        let end = match headings {
            Headings::Shown => {
                format!("\n{}\n", styled(DIM, "deltalab explain NAME tells more of each."))
            }
            Headings::Hidden => String::new(),
        };
        terminal.print(&(lists.join("\n") + &end))
    }
}

/// Whether each list says what it is a list of.
#[derive(Clone, Copy, PartialEq)]
enum Headings {
    Shown,
    Hidden,
}

fn list(kind: Kind, headings: Headings) -> String {
    let entries = kind.entries();
    let widest = entries.iter().map(|entry| entry.name.chars().count()).max().unwrap_or(0);
    let (mut out, indent) = match headings {
        Headings::Shown => (styled(BOLD, kind.name()) + "\n", "  "),
        Headings::Hidden => (String::new(), ""),
    };
    for entry in entries {
        let lead = format!("{indent}{}", entry.name);
        out += &words::hanging(&lead, indent.len() + widest + 2, &entry.summary.replace('`', ""));
        out += "\n";
    }
    out
}

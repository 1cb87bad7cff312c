//! `deltalab cite [DIR]`: how to cite the program, and the sources of what a result folder used.

use super::catalogue::articles;
use super::failure::Failure;
use super::markdown;
use super::terminal::{BOLD, Terminal, styled};
use super::words::wrapped;
use deltalab_figures::report::Citation;
use deltalab_results::{Folder, Study};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Year of this version.
const YEAR: u16 = 2026;

/// Show how to cite deltalab, and the sources of the rules and tasks that a result folder used
#[derive(clap::Args, Debug)]
pub struct Args {
    /// A result folder, such as results/xor-rules
    dir: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Args {
    /// Does it.
    pub fn run(&self, terminal: &Terminal) -> Result<(), Failure> {
        let opened = self.dir.as_ref().map(Folder::open).transpose()?;
        let version =
            opened.as_ref().and_then(|opened| opened.manifest.versions.get("deltalab")).cloned();
        let version = version.unwrap_or_else(this_version);
        let used = opened.as_ref().map(|opened| used(opened.study())).unwrap_or_default();
        let sources: Vec<_> =
            used.iter().flat_map(|(section, name)| sources(section, name)).collect();
        if self.json {
            let sources: Vec<_> = sources.iter().map(Source::document).collect();
            let tool = json!({ "title": "deltalab", "version": version, "year": YEAR, "bibtex": bibtex(&version) });
            return terminal.print_json(&json!({ "software": tool, "sources": sources }));
        }
        let mut text = format!("{}\n{}\n", styled(BOLD, "The program"), bibtex(&version));
        if !sources.is_empty() {
            text += &format!("\n{}\n", styled(BOLD, "What it used"));
            for Source { what, name, text: source } in &sources {
                text += &wrapped(&format!("{name} ({what}): {source}"), "  ");
                text += "\n";
            }
        }
        terminal.print(&text)
    }
}

/// The version of this program.
pub fn this_version() -> String {
    env!("CARGO_PKG_VERSION").to_string()
}

/// The sources of what a study used, for its report.
pub fn citations(study: &Study) -> Vec<Citation> {
    let sources = used(study).into_iter().flat_map(|(section, name)| sources(section, &name));
    sources
        .map(|source| Citation {
            what: source.what.to_string(),
            name: source.name,
            text: source.text,
        })
        .collect()
}

/// How to cite a version of the program, as BibTeX.
pub fn bibtex(version: &str) -> String {
    format!(
        "@software{{deltalab,\n  title = {{deltalab: what difference does the learning rule make?}},\n  author = {{{{The deltalab authors}}}},\n  \
         version = {{{version}}},\n  year = {{{YEAR}}}\n}}"
    )
}

/// What a source is the source of.
struct Source {
    what: &'static str,
    name: String,
    text: String,
}

impl Source {
    fn document(&self) -> Json {
        json!({ "what": self.what, "name": self.name, "source": self.text })
    }
}

/// Section and name of everything that the cells of a study name by kind.
fn used(study: &Study) -> BTreeSet<(&'static str, String)> {
    const NAMED: [(&str, &str); 7] = [
        ("/learner/kind", "learner"),
        ("/task/kind", "task"),
        ("/learner/optimiser", "optimiser"),
        ("/learner/schedule", "schedule"),
        ("/network/init", "initialiser"),
        ("/network/activation", "activation"),
        ("/train/error", "error"),
    ];
    let name =
        |value: &Json| value.as_str().or_else(|| value.get("kind")?.as_str()).map(str::to_string);
    let of_cell = |config: &Json| {
        let found =
            NAMED.iter().filter_map(|(path, what)| Some((*what, name(config.pointer(path)?)?)));
        found.collect::<Vec<_>>()
    };
    study.cells.iter().flat_map(|cell| of_cell(&cell.config)).collect()
}

/// What the documentation of a name gives as its source: the item that begins with `Source`, else a parenthesis at the end.
fn sources(what: &str, name: &str) -> Vec<Source> {
    let articles = articles(name).into_iter().filter(|article| article.what == what);
    articles
        .filter_map(|article| {
            let text = item(&article.text).or_else(|| parenthesis(&article.text))?;
            Some(Source { what: article.what, name: article.name, text })
        })
        .collect()
}

fn item(text: &str) -> Option<String> {
    let mut lines = text.lines().skip_while(|line| source_line(line).is_none());
    let first = source_line(lines.next()?)?.to_string();
    let more = lines.take_while(|line| !markdown::begins_block(line));
    Some(more.fold(first, |text, line| text + " " + line.trim()))
}

fn source_line(line: &str) -> Option<&str> {
    let (_, source) =
        line.trim_start_matches(['*', '-', ' ']).strip_prefix("Source")?.split_once(':')?;
    Some(source.trim())
}

/// `Momentum: m ← μm + εc (Rumelhart, Hinton & Williams 1986)`: the last parenthesis, if a year stands in it.
fn parenthesis(text: &str) -> Option<String> {
    let (_, last) = text.trim_end().trim_end_matches('.').strip_suffix(')')?.rsplit_once('(')?;
    let is_year = |word: &str| word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_digit());
    last.split([' ', ';', ',']).any(is_year).then(|| last.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_found_over_several_lines_and_in_a_parenthesis() {
        let text = "# X\n\n* Source: A & B 1986,\n  volume 1.\n* Needs: nothing.";
        assert_eq!(item(text).as_deref(), Some("A & B 1986, volume 1."));
        assert_eq!(
            parenthesis("Adam: f(x) (Kingma & Ba 2015)").as_deref(),
            Some("Kingma & Ba 2015")
        );
        assert_eq!(parenthesis("Linear: f(η)"), None);
    }

    #[test]
    fn every_learner_has_a_source() {
        for kind in deltalab_lab::registry::learner_kinds() {
            assert_eq!(sources("learner", kind.name).len(), 1, "{}", kind.name);
        }
    }
}

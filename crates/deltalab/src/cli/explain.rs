//! `deltalab explain NAME`: what a name means: equations, source, parameters; for an example, its spec.

use super::catalogue::{Article, articles, like};
use super::failure::Failure;
use super::markdown;
use super::source::{self, PREFIX};
use super::terminal::{BOLD, DIM, Terminal, styled};
use super::words;
use deltalab::examples;
use deltalab_lab::explain::Parameter;
use serde_json::{Value as Json, json};

/// Explain a name: its equations, parameters, source, what it needs and equals
///
/// NAME is anything that deltalab list shows, or a section of a spec, such as train.
/// For an example the spec itself is printed: deltalab explain xor-rules > mine.toml
#[derive(clap::Args, Debug)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// What to explain
    name: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Args {
    /// Does it.
    pub fn run(&self, terminal: &Terminal) -> Result<(), Failure> {
        let example = match self.name.strip_prefix(PREFIX) {
            Some(name) => Some(source::example(name)?),
            None => examples::named(&self.name),
        };
        let articles = articles(&self.name);
        match (example, articles.is_empty()) {
            (Some(example), true) if self.json => terminal.print_json(
                &json!([{ "what": "example", "name": example.name, "text": example.text }]),
            ),
            (Some(example), true) => terminal.print_bytes(example.text.as_bytes()),
            (None, true) => {
                Err(Failure::UnknownName { name: self.name.clone(), nearest: like(&self.name) })
            }
            (_, false) if self.json => {
                terminal.print_json(&articles.iter().map(document).collect())
            }
            (_, false) => {
                terminal.print(&articles.iter().map(text).collect::<Vec<_>>().join("\n\n"))
            }
        }
    }
}

fn text(article: &Article) -> String {
    let unit =
        if article.unit.is_empty() { String::new() } else { format!(", in {}", article.unit) };
    let mut out = format!(
        "{} {}\n\n",
        styled(BOLD, &article.name),
        styled(DIM, format!("({}{unit})", article.what))
    );
    out += &markdown::render(&article.text);
    if !article.parameters.is_empty() {
        out += &format!("\n{}\n", styled(BOLD, "Parameters"));
        let widest = article
            .parameters
            .iter()
            .map(|parameter| parameter.name.chars().count())
            .max()
            .unwrap_or(0);
        for parameter in &article.parameters {
            out +=
                &words::hanging(&format!("  {}", parameter.name), widest + 4, &meaning(parameter));
            out += "\n";
            out += &styled(DIM, words::hanging("", widest + 4, &limits(parameter)));
            out += "\n";
        }
    }
    if article.what == "learner" {
        let command = format!("deltalab check-rule {}", article.name);
        out += &format!("\n{}\n", styled(DIM, format!("{command} tries what it is equal to.")));
    }
    out
}

fn meaning(parameter: &Parameter) -> String {
    parameter.meaning.replace('`', "")
}

/// `Must be given: a number above 0`, or `Default 0.5; a number above 0`.
fn limits(parameter: &Parameter) -> String {
    match &parameter.default {
        Some(default) => format!("Default {default}; {}", parameter.limits),
        None if parameter.required => format!("Must be given; {}", parameter.limits),
        None => format!("May be left out; {}", parameter.limits),
    }
}

fn document(article: &Article) -> Json {
    json!({
        "what": article.what,
        "name": article.name,
        "text": article.text,
        "unit": article.unit,
        "parameters": article.parameters,
    })
}

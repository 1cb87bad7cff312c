//! The page as a whole.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use deltalab_results::strengths;
use deltalab_results::tuning::at_the_border;
use deltalab_results::verdict::{Sentence, verdict};
use deltalab_results::{Analysis, Runs, Study, tables as files};
use sha2::{Digest, Sha256};

use super::html::{self, count, counted, download, escape};
use super::{Sources, failures, methods, statistics, tables};
use crate::draw::{Figure, render};
use crate::error::Error;
use crate::palette;

const STYLE: &str = include_str!("report.css");
const SCRIPT: &str = include_str!("report.js");

/// Sentences of the verdict that stand open; the others are folded.
const OPEN_SENTENCES: usize = 12;
/// Sentences that are shown at all.
const MOST_SENTENCES: usize = 200;
const CSV: &str = "text/csv";

/// The report of a study, as HTML.
///
/// Missing runs are no error: what is there is shown, and the page says `partial n/N`.
///
/// # Errors
/// Those of [`render`], and [`Error::Csv`] for a `tuning.csv` that is none.
pub fn report(sources: &Sources) -> Result<String, Error> {
    let Sources { study, records, traces, .. } = *sources;
    let runs = Runs::new(study, records);
    let analysis = Analysis::of(&runs);
    let verdict = verdict(&runs, &analysis);
    let figures = render(study, records, traces)?;
    let tuning = match sources.tuning {
        Some(csv) => tables::tuning(study, csv, &at_the_border(study))?,
        None => String::new(),
    };
    let ended: Vec<_> = records.iter().map(|record| record.status).collect();
    let statistics = statistics::sentences(study, &analysis, &ended).join(" ");
    let mut methods = methods::section(study);
    if !statistics.is_empty() {
        methods += &format!("<p>Statistics: {}</p>\n", escape(&statistics));
    }
    let data = data(sources, &runs, &analysis);
    let sections = [
        ("verdict", "Verdict", said(&runs, &verdict.sentences, study)),
        ("summary", "Summary", tables::summary(&runs, &verdict)),
        ("figures", "Figures", figures.iter().map(figure).collect()),
        ("comparisons", "Comparisons", tables::comparisons(study, &analysis)),
        ("tuning", "Tuning", tuning),
        ("failures", "Runs to look into", failures::section(&runs)),
        ("methods", "Methods", methods),
        ("repeat", "To repeat it", repeat(sources)),
        ("sources", "Sources", cited(sources)),
        ("data", "Data", data),
    ];
    let sections = sections.iter().filter(|(_, _, content)| !content.trim().is_empty());
    let links = sections.clone().map(|(id, title, _)| format!("<a href=\"#{id}\">{title}</a>"));
    let links: Vec<String> = links.collect();
    let body: String = sections
        .map(|(id, title, content)| {
            format!("<section id=\"{id}\">\n<h2>{title}</h2>\n{content}</section>\n")
        })
        .collect();
    Ok(format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"generator\" content=\"deltalab\">\n<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <header>\n<h1>{title}</h1>\n{description}<p class=\"size\">{size}</p>\n<nav aria-label=\"Sections\">{links}</nav>\n</header>\n\
         <main>\n{body}</main>\n<script>{SCRIPT}</script>\n</body>\n</html>\n",
        policy = policy(),
        title = escape(&study.name),
        description = match study.description.is_empty() {
            true => String::new(),
            false => format!("<p class=\"lead\">{}</p>\n", escape(&study.description)),
        },
        size = size(&runs),
        links = links.join(" "),
    ))
}

/// Nothing but this very style sheet and script; nothing from anywhere else.
fn policy() -> String {
    let hash =
        |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text.as_bytes())));
    format!(
        "default-src 'none'; style-src {}; script-src {}; img-src data:; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    )
}

fn size(runs: &Runs) -> String {
    let study = runs.study();
    let cells = counted(study.cells.len(), "cell");
    let seeds = counted(study.seeds.len(), "seed");
    let (finished, planned) = (runs.finished(), runs.planned());
    match finished == planned {
        true => format!("{cells} × {seeds} = {}", counted(planned, "run")),
        false => format!(
            "{cells} × {seeds}: <strong class=\"partial\">partial {}/{} runs</strong>",
            count(finished),
            count(planned)
        ),
    }
}

/// The verdict in sentences, those with the smallest p first where there are many; of conditioning, in strengths.
fn said(runs: &Runs, sentences: &[Sentence], study: &Study) -> String {
    if !strengths::names(study).is_empty() {
        return list(&strengths::sentences(runs));
    }
    if sentences.is_empty() {
        return html::paragraph(&match runs.finished() {
            0 => "No run is finished yet.".to_owned(),
            n => {
                format!("Finished: {}. Nothing is compared with anything else.", counted(n, "run"))
            }
        });
    }
    let shown = sentences.iter().filter(|sentence| sentence.ahead.is_some()).count();
    let of_all = match (shown, sentences.len()) {
        (_, 1) => String::new(),
        (0, all) => {
            format!("In none of {} do these seeds show a difference.", counted(all, "comparison"))
        }
        (shown, all) if shown == all => {
            format!("In each of {} these seeds show a difference.", counted(all, "comparison"))
        }
        (shown, all) => format!(
            "In {} of {} these seeds show a difference.",
            count(shown),
            counted(all, "comparison")
        ),
    };
    let mut html = if of_all.is_empty() { of_all } else { html::paragraph(&of_all) };
    let mut order: Vec<&Sentence> = sentences.iter().collect();
    if order.len() > OPEN_SENTENCES {
        let p = |sentence: &Sentence| sentence.comparison.p_holm.unwrap_or(f64::INFINITY);
        order.sort_by(|a, b| p(a).total_cmp(&p(b)));
    }
    let (open, folded) = order.split_at(order.len().min(OPEN_SENTENCES));
    html += &under_context(open);
    if !folded.is_empty() {
        let (shown, left) = folded.split_at(folded.len().min(MOST_SENTENCES));
        let note = match left.len() {
            0 => String::new(),
            left => html::paragraph(&format!(
                "… and {}: comparisons.csv.",
                counted(left, "more comparison")
            )),
        };
        html += &format!(
            "<details><summary>{}</summary>\n{}{note}</details>\n",
            counted(folded.len(), "more comparison"),
            under_context(shown)
        );
    }
    html
}

/// Sentences under what their cells share, such as `network.activation = tanh`.
fn under_context(sentences: &[&Sentence]) -> String {
    let mut groups: Vec<(&str, Vec<String>)> = Vec::new();
    for sentence in sentences {
        let context = sentence.context.as_str();
        let text = sentence.text.strip_prefix(context).unwrap_or(&sentence.text).to_owned();
        match groups.iter().position(|(known, _)| *known == context) {
            Some(place) => groups[place].1.push(text),
            None => groups.push((context, vec![text])),
        }
    }
    if groups.iter().all(|(_, texts)| texts.len() == 1) {
        let whole: Vec<String> = sentences.iter().map(|sentence| sentence.text.clone()).collect();
        return list(&whole);
    }
    let group = |(context, texts): &(&str, Vec<String>)| {
        let heading = context.strip_prefix("With ").unwrap_or(context);
        match heading.strip_suffix(": ") {
            Some(heading) => format!("<h3>{}</h3>\n{}", escape(heading), list(texts)),
            None => list(texts),
        }
    };
    groups.iter().map(group).collect()
}

fn list(texts: &[String]) -> String {
    let items = texts.iter().map(|text| format!("<li>{}</li>\n", escape(&unbroken(text))));
    format!("<ul class=\"said\">\n{}</ul>\n", items.collect::<String>())
}

/// A sentence with its numbers as they are printed, and its p-value on one line: `p = 3 × 10⁻⁴`.
fn unbroken(text: &str) -> String {
    let (before, p) = text.rsplit_once("(p ").unwrap_or((text, ""));
    if p.is_empty() {
        return html::typeset(before);
    }
    let p = p.replacen("= ", "=\u{a0}", 1).replacen("< ", "<\u{a0}", 1);
    format!("{}(p\u{a0}{}", html::typeset(before), html::typeset(&p))
}

fn figure(figure: &Figure) -> String {
    let svg = figure
        .svg
        .strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>")
        .unwrap_or(&figure.svg);
    let paper = if palette::is_plain(svg) { "" } else { " class=\"paper\"" };
    let file = format!("{}.csv", figure.name);
    format!(
        "<figure{paper}>\n<div class=\"picture\" tabindex=\"0\" role=\"region\" aria-label=\"Figure: {name}\">\n{}\n</div>\n<figcaption>{}</figcaption>\n</figure>\n",
        svg.trim(),
        download(&file, &format!("{file}: the numbers of this figure"), CSV, &figure.csv),
        name = escape(&figure.name),
    )
}

/// The commands, and the spec.
fn repeat(sources: &Sources) -> String {
    let commands = "deltalab run spec.toml       # train it anew, from the spec.toml of this folder\ndeltalab verify .            # train the stored runs again: does every bit agree?\ndeltalab report .            # make this page again";
    format!(
        "<p>In this folder:</p>\n<pre tabindex=\"0\">{}</pre>\n<details><summary>spec.toml</summary>\n<pre tabindex=\"0\">{}</pre>\n<p>{}</p></details>\n",
        escape(commands),
        escape(sources.spec),
        download("spec.toml", "spec.toml", "application/toml", sources.spec.as_bytes())
    )
}

fn cited(sources: &Sources) -> String {
    let items = sources.citations.iter().map(|citation| {
        let super::Citation { what, name, text } = citation;
        format!("<li><b>{}</b> ({}): {}</li>\n", escape(name), escape(what), escape(text))
    });
    let items: String = items.collect();
    let list = if items.is_empty() { items } else { format!("<ul>\n{items}</ul>\n") };
    format!("{list}<p>The program:</p>\n<pre tabindex=\"0\">{}</pre>\n", escape(sources.bibtex))
}

/// The tables as files.
fn data(sources: &Sources, runs: &Runs, analysis: &Analysis) -> String {
    let mut made = vec![
        ("runs.csv", "every run", files::runs(runs)),
        ("summary.csv", "every cell", files::summary(runs, &analysis.summaries)),
        ("comparisons.csv", "every comparison", files::comparisons(runs, &analysis.comparisons)),
    ];
    made.extend(sources.tuning.map(|csv| ("tuning.csv", "every trial", csv.to_vec())));
    let items = made.iter().map(|(file, what, bytes)| {
        format!("<li>{}: {what}</li>\n", download(file, file, CSV, bytes))
    });
    let items: String = items.collect();
    let columns = files::columns_json(sources.study);
    format!(
        "<ul>\n{items}<li>{}: name, unit and meaning of every column</li>\n</ul>\n<p>Curves are in curves.csv of the folder.</p>\n",
        download("columns.json", "columns.json", "application/json", &columns)
    )
}

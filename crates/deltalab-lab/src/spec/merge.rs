//! One spec of several: what `merge` makes of folders that were run apart.
//!
//! Seeds and learners are put together; name, description and figures are those of the first; everything else must be the
//! same in all. Learners are the same if everything is that is written of them. A grid or a search that differs is refused:
//! which cells the whole would have is for its author to say.

use super::text::{Parsed, parse};
use super::{Spec, SpecText};
use crate::diagnostic::Problems;
use crate::node::{Node, Table};
use toml_edit::{ArrayOfTables, DocumentMut, InlineTable, Item, Value};

/// Why specs are not parts of one.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// One of them is wrong.
    #[error(transparent)]
    Spec(#[from] Problems),
    /// They differ in what must be the same.
    #[error(
        "{first} and {second} differ in {key:?}; merge puts seeds and learners together, and everything else must be the same"
    )]
    Differ {
        /// The first spec.
        first: String,
        /// The one that differs.
        second: String,
        /// The key of the top level.
        key: String,
    },
    /// One label, two learners.
    #[error(
        "{first} and {second} both have a learner {label:?}, with other settings; give one of them another label"
    )]
    Learner {
        /// The first spec.
        first: String,
        /// The one that differs.
        second: String,
        /// The label.
        label: String,
    },
}

/// Keys that may differ; of the others the first difference is told.
const FREE: [&str; 6] = ["name", "description", "seeds", "learner", "figure", "allow_large"];

/// Reads the specs and makes one of them; where they are the same, it is the text of the first. Files that they name are
/// looked for in the folder of the first.
///
/// # Errors
/// [`MergeError`].
///
/// # Panics
/// If there is none.
pub fn merged(texts: &[SpecText]) -> Result<Spec, MergeError> {
    let first = Spec::parse(&texts[0], &[])?;
    let Parsed { root, mut document, .. } = parse(&texts[0])?;
    let mut seeds = first.seeds.clone();
    let mut learners: Vec<(Node, &str)> =
        nodes(&root).into_iter().map(|node| (node, &*texts[0].name)).collect();
    let mut more = Vec::new();
    for text in &texts[1..] {
        seeds.extend(Spec::parse(text, &[])?.seeds);
        let other = parse(text)?;
        same(&texts[0].name, &root, &text.name, &other.root)?;
        let tables = learner_tables(&other.document);
        for (node, table) in nodes(&other.root).into_iter().zip(tables) {
            if learners.iter().any(|(known, _)| *known == node) {
                continue;
            }
            let twin = label(&node).and_then(|label| {
                let known = learners.iter().find(|(known, _)| self::label(known) == Some(label));
                known.map(|(_, first)| (label, *first))
            });
            if let Some((label, first)) = twin {
                let [first, second, label] = [first, &text.name, label].map(str::to_string);
                return Err(MergeError::Learner { first, second, label });
            }
            learners.push((node, &text.name));
            more.push(table);
        }
    }
    seeds = each_once(seeds);
    if seeds == first.seeds && more.is_empty() {
        return Ok(first);
    }
    if seeds != first.seeds {
        document.insert("seeds", Item::Value(written(&seeds)));
    }
    if !more.is_empty() {
        let mut all = ArrayOfTables::new();
        for table in learner_tables(&document).into_iter().chain(more) {
            all.push(table);
        }
        document.insert("learner", Item::ArrayOfTables(all));
    }
    let text = SpecText { text: document.to_string(), ..texts[0].clone() };
    Ok(Spec::parse(&text, &[])?)
}

/// Refuses what differs and must not.
fn same(first: &str, a: &Table, second: &str, b: &Table) -> Result<(), MergeError> {
    let keys = a.iter().chain(b.iter()).map(|(key, _)| &*key.name);
    for key in keys.filter(|key| !FREE.contains(key)) {
        if a.get(key) != b.get(key) {
            let [first, second, key] = [first, second, key].map(str::to_string);
            return Err(MergeError::Differ { first, second, key });
        }
    }
    Ok(())
}

/// The learners as they are written.
fn nodes(root: &Table) -> Vec<Node> {
    root.get("learner").and_then(Node::list).unwrap_or_default().to_vec()
}

fn label(learner: &Node) -> Option<&str> {
    learner.table()?.get("label")?.text()
}

/// The learners as tables with a header, which stand where they are put.
fn learner_tables(document: &DocumentMut) -> Vec<toml_edit::Table> {
    let tables: Vec<toml_edit::Table> = match document.get("learner") {
        Some(Item::ArrayOfTables(tables)) => tables.iter().cloned().collect(),
        Some(item) => {
            let inline = item.as_array().into_iter().flatten();
            inline
                .filter_map(Value::as_inline_table)
                .cloned()
                .map(InlineTable::into_table)
                .collect()
        }
        None => Vec::new(),
    };
    let each = tables.into_iter();
    each.map(|mut table| {
        unplaced(&mut table);
        table
    })
    .collect()
}

/// Forgets where a table and those in it stood in its file.
fn unplaced(table: &mut toml_edit::Table) {
    table.set_position(None);
    for (_, item) in table.iter_mut() {
        if let Item::Table(inner) = item {
            unplaced(inner);
        }
    }
}

/// Each seed once: ascending where they leave none out, else as they come.
fn each_once(seeds: Vec<u64>) -> Vec<u64> {
    let mut sorted = seeds.clone();
    sorted.sort_unstable();
    sorted.dedup();
    let mut kept: Vec<u64> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    kept.extend(seeds.into_iter().filter(|seed| seen.insert(*seed)));
    let runs_up = sorted.windows(2).all(|pair| pair[1] == pair[0] + 1);
    if runs_up { sorted } else { kept }
}

/// Seeds as a spec has them: a number, a range, or a list.
fn written(seeds: &[u64]) -> Value {
    let runs_up = seeds.windows(2).all(|pair| pair[0].checked_add(1) == Some(pair[1]));
    let number = |n: u64| Value::from(i64::try_from(n).unwrap_or(i64::MAX)); // no spec has a larger one
    match (seeds, runs_up) {
        ([0, ..], true) => number(seeds.len() as u64),
        ([first, ..], true) => {
            let pairs = [("first", number(*first)), ("count", number(seeds.len() as u64))];
            Value::InlineTable(InlineTable::from_iter(pairs))
        }
        _ => seeds.iter().map(|&seed| number(seed)).collect(),
    }
}

//! # Labels of learners
//!
//! A label given is kept. Otherwise it is the learner's kind; where several learners of a kind have no label, what differs
//! between them follows: `generec rule=chl`. A key that a learner does not give is left out, so that `backprop` and
//! `backprop optimiser=adam` can stand side by side.

use crate::node::{Node, Table};
use std::collections::BTreeMap;

/// The labels of learners, from their tables and kinds.
pub(super) fn labels(learners: &[(&Table, &str)]) -> Vec<String> {
    let given = |table: &Table| table.get("label").and_then(Node::text).map(str::to_string);
    let leaves: Vec<_> = learners.iter().map(|(table, _)| leaves(table)).collect();
    let mut labels = Vec::new();
    for (index, (table, kind)) in learners.iter().enumerate() {
        let siblings: Vec<_> = (0..learners.len())
            .filter(|&other| learners[other].1 == *kind && given(learners[other].0).is_none())
            .collect();
        let differs = |key: &str, value: &str| {
            siblings
                .iter()
                .any(|&other| leaves[other].get(key).is_none_or(|theirs| theirs != value))
        };
        let parts = leaves[index].iter().filter(|(key, value)| differs(key, value));
        let parts: Vec<_> = parts.map(|(key, value)| format!("{key}={value}")).collect();
        labels.push(
            given(table).unwrap_or_else(|| [vec![(*kind).to_string()], parts].concat().join(" ")),
        );
    }
    labels
}

/// Every key but `kind`, as text; a table that is no kind is spread out.
fn leaves(table: &Table) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for (key, node) in table.iter().filter(|(key, _)| key.name != "kind") {
        match node.table() {
            Some(inner) if node.kind().is_none() => {
                all.extend(
                    leaves(inner)
                        .into_iter()
                        .map(|(name, value)| (format!("{}.{name}", key.name), value)),
                );
            }
            _ => {
                all.insert(key.name.clone(), node.label());
            }
        }
    }
    all
}

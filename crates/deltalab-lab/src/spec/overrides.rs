//! # `--set PATH=VALUE`
//!
//! The value is TOML if it parses, else a string. Every override is made twice: in the tree that is checked, and in the
//! document that is stored as `spec.toml`, whose comments stay.

use super::paths::{self, nobody_has};
use super::read::{Learner, found_learners};
use super::text::Parsed;
use super::{Section, Target};
use crate::check::Checker;
use crate::diagnostic::Problem;
use crate::node::{Node, Origin, Source, Value, parse_value};
use std::sync::Arc;
use toml_edit::{InlineTable, Item, TableLike};

/// Applies overrides in the order given.
pub(super) fn apply(parsed: &mut Parsed, sets: &[String], checker: &mut Checker) {
    for set in sets {
        let source = Arc::new(Source::Set(set.clone()));
        let origin = Origin::new(&source, 0);
        let Some((path, value)) = set.split_once('=') else {
            checker.report(&origin, "", Problem::NotAnAssignment);
            continue;
        };
        match paths::split(path) {
            None => checker.report(&origin, "", Problem::NotAPath),
            Some(keys) => {
                one(parsed, path.trim(), &keys, value, &parse_value(value, &source), checker)
            }
        }
    }
}

fn one(
    parsed: &mut Parsed,
    path: &str,
    keys: &[String],
    value: &str,
    node: &Node,
    checker: &mut Checker,
) {
    if keys == ["base"] {
        checker.report(&node.origin, path, Problem::BaseSet); // it was read before
        return;
    }
    let learners = found_learners(&parsed.root);
    let item = value.trim().parse().unwrap_or_else(|_| toml_edit::Value::from(value));
    if keys.len() < 2 || keys[0] != "learner" {
        let result = parsed.root.set(keys, &node.origin, node.clone());
        report(result, keys, node, path, checker);
        if result.is_ok() {
            set_in(parsed.document.as_table_mut(), keys, item);
        }
        return;
    }
    let target = Target::new(keys, &learners);
    let inside = &keys[if target.learner.is_some() { 2 } else { 1 }..];
    let concerned: Vec<usize> =
        (0..learners.len()).filter(|&index| concerns(&target, &learners[index])).collect();
    if concerned.is_empty() {
        checker.report(&node.origin, path, nobody_has(inside, &learners));
    }
    for index in concerned {
        if let Some(Value::List(tables)) =
            parsed.root.get_mut("learner").map(|node| &mut node.value)
            && let Some(Value::Table(table)) = tables.get_mut(index).map(|node| &mut node.value)
        {
            let result = table.set(inside, &node.origin, node.clone());
            report(result, keys, node, path, checker);
            if let (Ok(()), Some(table)) = (result, learner_table(&mut parsed.document, index)) {
                set_in(table, inside, item.clone());
            }
        }
    }
}

/// `kind` and `label` are keys of every learner, beside those that [`Target::applies_to`] knows.
fn concerns(target: &Target, learner: &Learner) -> bool {
    let kind = target.section == Section::Learner && target.keys == ["kind"];
    target.applies_to(learner)
        || (kind && target.learner.as_ref().is_none_or(|name| learner.is(name)))
}

fn report(
    result: Result<(), usize>,
    keys: &[String],
    node: &Node,
    path: &str,
    checker: &mut Checker,
) {
    if let Err(depth) = result {
        let parent = keys[..depth.min(keys.len())].join(".");
        checker.report(&node.origin, path, Problem::NotATable { parent });
    }
}

fn learner_table(
    document: &mut toml_edit::DocumentMut,
    index: usize,
) -> Option<&mut dyn TableLike> {
    match document.get_mut("learner")? {
        Item::ArrayOfTables(tables) => {
            tables.get_mut(index).map(|table| table as &mut dyn TableLike)
        }
        item => {
            let table = item.as_array_mut()?.get_mut(index)?.as_inline_table_mut()?;
            Some(table as &mut dyn TableLike)
        }
    }
}

/// [`Table::set`](crate::node::Table::set), on a document that is known to allow it.
fn set_in(table: &mut dyn TableLike, keys: &[String], mut value: toml_edit::Value) {
    let Some((first, rest)) = keys.split_first() else { return };
    if rest.is_empty() {
        if let Some(old) = table.get(first).and_then(Item::as_value) {
            *value.decor_mut() = old.decor().clone(); // a comment behind the value stays
        }
        table.insert(first, Item::Value(value));
        return;
    }
    let short = table.get(first).and_then(Item::as_value).filter(|value| value.is_str()).cloned();
    if let Some(mut kind) = short {
        let decor = kind.decor().clone();
        kind.decor_mut().clear();
        let mut long = InlineTable::from_iter([("kind", kind)]);
        *long.decor_mut() = decor;
        table.insert(first, Item::Value(long.into()));
    }
    if table.get(first).is_none_or(Item::is_none) {
        table.insert(first, Item::Value(InlineTable::new().into()));
    }
    if let Some(inner) = table.get_mut(first).and_then(Item::as_table_like_mut) {
        set_in(inner, rest, value);
    }
}

//! # `[grid]`: axes that are crossed with every learner
//!
//! * `"network.activation" = ["logistic", "tanh"]`: an axis with two points. The dots may stand without quotes.
//! * `"learner.learning_rate, train.batch" = [[0.1, 1], [0.5, "all"]]`: one axis that varies two paths together.
//! * `exclude = [{ "network.activation" = "tanh", learner = "BP" }]`: drops the cells that match all of an entry; a value may
//!   be a list of values.

use super::paths::{self, Section, Target, nobody_has};
use super::read::Learner;
use crate::check::{Checker, join};
use crate::diagnostic::{Problem, nearest};
use crate::node::{Node, Origin, Table};
use std::collections::HashMap;

/// An axis of the grid.
#[derive(Clone, Debug)]
pub struct Axis {
    /// The paths that vary together, usually one.
    pub columns: Vec<Column>,
    /// The points: for each a value per column.
    pub points: Vec<Vec<Node>>,
}

/// One path of an axis: a column of the tables of results.
#[derive(Clone, Debug)]
pub struct Column {
    /// The path as written, blanks taken off.
    pub name: String,
    /// Where it leads.
    pub target: Target,
    /// Where it was written.
    pub(crate) origin: Origin,
}

/// An entry of `exclude`.
#[derive(Clone, Debug)]
pub struct Exclusion {
    /// Labels or kinds of learners; empty: any.
    pub learners: Vec<String>,
    /// Axis, column of it, and the values that match.
    pub values: Vec<(usize, usize, Vec<Node>)>,
}

impl Exclusion {
    /// Whether a cell matches: its learner, and for an axis and column the value it has there.
    pub fn matches<'a>(
        &self,
        learner: &Learner,
        value: impl Fn(usize, usize) -> Option<&'a Node>,
    ) -> bool {
        let learner = self.learners.is_empty() || self.learners.iter().any(|name| learner.is(name));
        learner
            && self.values.iter().all(|(axis, column, matching)| {
                value(*axis, *column).is_some_and(|value| matching.contains(value))
            })
    }
}

/// Reads `[grid]`.
pub(super) fn read(
    root: &Table,
    learners: &[Learner],
    checker: &mut Checker,
) -> (Vec<Axis>, Vec<Exclusion>) {
    let Some(grid) = root.get("grid").and_then(Node::table) else { return Default::default() };
    let mut axes = Vec::new();
    for (key, node) in grid.iter().filter(|(key, _)| key.name != "exclude") {
        gather(&key.name, &key.origin, node, learners, &mut axes, checker);
    }
    let exclude = match grid.get("exclude") {
        None => Vec::new(),
        Some(node) => exclusions(node, &axes, learners, checker),
    };
    (axes, exclude)
}

/// An axis, or the axes of a table that unquoted dots have made.
fn gather(
    path: &str,
    origin: &Origin,
    node: &Node,
    learners: &[Learner],
    axes: &mut Vec<Axis>,
    checker: &mut Checker,
) {
    if let Some(inner) = node.table() {
        for (key, node) in inner.iter() {
            gather(&join(path, &key.name), &key.origin, node, learners, axes, checker);
        }
        return;
    }
    let before = checker.problems.len();
    let columns: Vec<_> = split_commas(path)
        .into_iter()
        .filter_map(|path| column(path, origin, learners, axes, checker))
        .collect();
    if checker.problems.len() > before {
        return;
    }
    for (index, column) in columns.iter().enumerate() {
        if columns[..index].iter().any(|other| other.target == column.target) {
            checker.report(origin, &column.name, Problem::DoubleAxis { first: origin.place() });
            return;
        }
    }
    let list = node.list().unwrap_or_default();
    if list.is_empty() {
        checker.report(&node.origin, path, Problem::NoValues { got: node.to_string() });
        return;
    }
    let mut points: Vec<Vec<Node>> = Vec::new();
    let mut alike: HashMap<String, Vec<&Node>> = HashMap::new();
    for point in list {
        // Equal ones are alike, so that a long list needs no comparison of each with each.
        let earlier = alike.entry(likeness(point)).or_default();
        if let Some(first) = earlier.iter().find(|other| same(other, point)) {
            let (value, first) = (point.to_string(), first.origin.place());
            checker.report(&point.origin, path, Problem::DoubleValue { value, first });
        }
        earlier.push(point);
        match (columns.len(), point.list()) {
            (1, _) => points.push(vec![point.clone()]),
            (expected, Some(values)) if values.len() == expected => points.push(values.to_vec()),
            (expected, _) => {
                let paths = columns
                    .iter()
                    .map(|column| column.name.as_str())
                    .collect::<Vec<_>>()
                    .join(" and ");
                let problem = Problem::WrongArity { expected, paths, got: point.to_string() };
                checker.report(&point.origin, path, problem);
            }
        }
    }
    axes.push(Axis { columns, points });
}

/// Equal, or numbers of equal value: 1 and 1.0 are one configuration.
pub(super) fn same(a: &Node, b: &Node) -> bool {
    use crate::node::Value::{Integer, Number};
    match (&a.value, &b.value) {
        (Integer(n), Number(x)) | (Number(x), Integer(n)) => *n as f64 == *x,
        _ => a == b,
    }
}

/// A text that values have in common if they are the [`same`]; others may have it too.
fn likeness(node: &Node) -> String {
    match node.number() {
        Some(x) => (x + 0.0).to_string(), // −0 is 0
        None => node.label(),
    }
}

fn column(
    path: &str,
    origin: &Origin,
    learners: &[Learner],
    axes: &[Axis],
    checker: &mut Checker,
) -> Option<Column> {
    let Some(keys) = paths::split(path) else {
        checker.report(origin, path, Problem::NotAPath);
        return None;
    };
    let target = Target::new(&keys, learners);
    let key = target.keys.first().map_or("", String::as_str);
    let instead = match (target.section, key) {
        (Section::Top, "precision" | "master_seed") if keys.len() == 1 => None,
        (Section::Top, "seeds") => Some(Some("every cell is run on each of the seeds already")),
        (Section::Learner, "kind" | "label") => Some(Some("write a [[learner]] for each")),
        (Section::Top, _) => Some(None),
        _ => None,
    };
    if let Some(instead) = instead {
        checker.report(origin, path, Problem::NotAnAxis { instead });
        return None;
    }
    if !learners.is_empty()
        && target.through_learner
        && !learners.iter().any(|it| target.applies_to(it))
    {
        checker.report(origin, path, nobody_has(&target.keys, learners));
        return None;
    }
    let first = axes.iter().flat_map(|axis| &axis.columns).find(|column| column.target == target);
    if let Some(first) = first {
        checker.report(origin, path, Problem::DoubleAxis { first: first.origin.place() });
        return None;
    }
    Some(Column { name: path.to_string(), target, origin: origin.clone() })
}

fn exclusions(
    node: &Node,
    axes: &[Axis],
    learners: &[Learner],
    checker: &mut Checker,
) -> Vec<Exclusion> {
    let Some(entries) = node.list() else {
        checker.report(
            &node.origin,
            "grid.exclude",
            Problem::NotExclusions { got: node.to_string() },
        );
        return Vec::new();
    };
    let mut all = Vec::new();
    for entry in entries {
        match entry.table() {
            Some(table) if !table.is_empty() => {
                let mut exclusion = Exclusion { learners: Vec::new(), values: Vec::new() };
                let before = checker.problems.len();
                conditions("", table, axes, learners, &mut exclusion, checker);
                // Half an exclusion would drop more than was meant, and be blamed for it.
                all.extend((checker.problems.len() == before).then_some(exclusion));
            }
            _ => checker.report(
                &entry.origin,
                "grid.exclude",
                Problem::NotExclusions { got: entry.to_string() },
            ),
        }
    }
    all
}

fn conditions(
    prefix: &str,
    table: &Table,
    axes: &[Axis],
    learners: &[Learner],
    into: &mut Exclusion,
    checker: &mut Checker,
) {
    let columns = || {
        let numbered = axes.iter().enumerate();
        numbered.flat_map(|(a, axis)| {
            axis.columns.iter().enumerate().map(move |(c, column)| (a, c, column))
        })
    };
    for (key, node) in table.iter() {
        let path = if prefix.is_empty() { key.name.clone() } else { join(prefix, &key.name) };
        let wanted = node.list().map_or_else(|| vec![node.clone()], <[Node]>::to_vec);
        if path == "learner" && node.table().is_none() {
            for name in &wanted {
                let label = name.label();
                if !learners.iter().any(|learner| learner.is(&label)) {
                    let expected: Vec<_> =
                        learners.iter().map(|learner| learner.label.clone()).collect();
                    let nearest = nearest(&label, expected.iter().map(String::as_str));
                    let problem = Problem::UnknownName {
                        family: "learner",
                        got: label.clone(),
                        expected,
                        nearest,
                    };
                    checker.report(&name.origin, "grid.exclude.learner", problem);
                }
                into.learners.push(label);
            }
            continue;
        }
        let target = paths::split(&path).map(|keys| Target::new(&keys, learners));
        let found = columns().find(|(_, _, column)| Some(&column.target) == target.as_ref());
        match (found, node.table()) {
            (Some((axis, column, _)), _) => {
                let on_axis = || axes[axis].points.iter().map(|point| &point[column]);
                // A value that is itself a list, such as network.hidden, is one value, not several.
                let wanted =
                    if on_axis().any(|value| value == node) { vec![node.clone()] } else { wanted };
                for value in wanted.iter().filter(|value| !on_axis().any(|other| other == *value)) {
                    let expected = on_axis().map(ToString::to_string).collect();
                    let problem = Problem::NotOnAxis { got: value.to_string(), expected };
                    checker.report(&value.origin, &path, problem);
                }
                into.values.push((axis, column, wanted));
            }
            (None, Some(inner)) => conditions(&path, inner, axes, learners, into, checker),
            (None, None) => {
                let names =
                    || columns().map(|(_, _, column)| column.name.as_str()).chain(["learner"]);
                let expected = names().map(str::to_string).collect();
                let nearest = nearest(&path, names());
                let problem = Problem::UnknownKey { expected, nearest };
                checker.report(&key.origin, &format!("grid.exclude.{path}"), problem);
            }
        }
    }
}

/// The parts between commas that stand outside quotes.
fn split_commas(paths: &str) -> Vec<&str> {
    let mut quote = None;
    let parts = paths.split(|c: char| {
        match quote {
            Some(open) if c == open => quote = None,
            None if c == '"' || c == '\'' => quote = Some(c),
            _ => {}
        }
        c == ',' && quote.is_none()
    });
    parts.map(str::trim).collect()
}

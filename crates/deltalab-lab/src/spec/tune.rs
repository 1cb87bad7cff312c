//! # `[tune]`: the same search for every learner, before the comparison
//!
//! ```toml
//! [tune]
//! seeds = { first = 1000000, count = 20 }
//! space = { learning_rate = { log = [0.01, 10.0], steps = 9 }, "optimiser.momentum" = [0.0, 0.9] }
//! select = "median_epochs"
//! search = "grid"                    # or { random = 20 }
//! ```
//!
//! * A key of `space` is a path inside a learner's table, and concerns the learners that have it (`BP.learning_rate`: those
//!   whose label or kind is BP). A learner that has none of the keys is not tuned.
//! * What is tuned must not be given by a learner or varied by the grid.
//! * Each learner is tuned at each point of the grid, with the same trials. The grid tries every combination of the values of
//!   the keys that a learner has; random search draws the same trials for every learner.
//! * Value k of n of a range is low + (high − low) k/(n − 1), of a logarithmic one e^(ln low + (ln high − ln low) k/(n − 1)),
//!   with the ln and exp of [`deltalab_core::real::math`], which are the same bits everywhere; then rounded to
//!   three significant digits, so that a paper can print it. Random search takes k/(n − 1) from a uniform stream of its own
//!   for each key ([`Purpose::Tuning`], keyed by the master seed), and from a list a value by the same draw.

use super::axes::{Axis, Column, same};
use super::fields::{RANGE, STEPS, TUNE};
use super::paths::{self, Section, Target, nobody_has};
use super::read::{Learner, seeds};
use crate::check::{Checker, join};
use crate::diagnostic::Problem;
use crate::node::{Node, Origin, Table, Value};
use deltalab_core::random::{Purpose, Streams};
use deltalab_core::real::math::{exp, ln};
use serde_json::Value as Json;
use std::collections::HashSet;

/// The search for parameters.
#[derive(Clone, Debug)]
pub struct Tune {
    /// Seeds of the trials.
    pub seeds: Vec<u64>,
    /// What is tried, as axes that are crossed after those of the grid: one for each key, or one for all in random search.
    pub axes: Vec<Axis>,
    /// What decides, as written.
    pub select: String,
    /// Where that was written.
    pub(crate) select_at: Origin,
}

impl Tune {
    /// The keys that are tuned, as written, in their order.
    pub fn keys(&self) -> impl Iterator<Item = &Column> {
        self.axes.iter().flat_map(|axis| &axis.columns)
    }

    /// Whether a learner has any of the keys.
    pub fn concerns(&self, learner: &Learner) -> bool {
        self.keys().any(|column| column.target.applies_to(learner))
    }
}

/// The values of one key.
enum Values {
    Range { low: f64, high: f64, scale: Scale, steps: Option<u64>, origin: Origin },
    List(Vec<Node>),
}

#[derive(Clone, Copy, PartialEq)]
enum Scale {
    Log,
    Linear,
}

impl Values {
    /// The value at `place` from 0 to 1.
    fn at(&self, place: f64) -> Node {
        match self {
            Values::Range { low, high, scale, origin, .. } => {
                let x = match scale {
                    Scale::Linear => low + (high - low) * place,
                    Scale::Log => exp(ln(*low) + (ln(*high) - ln(*low)) * place),
                };
                let x = if place == 1.0 { *high } else { three_digits(x).clamp(*low, *high) };
                let x = if place == 0.0 { *low } else { x };
                Node { value: Value::Number(x), origin: origin.clone() }
            }
            Values::List(values) => {
                let index = (place * values.len() as f64) as usize;
                values[index.min(values.len() - 1)].clone()
            }
        }
    }

    /// Those of the grid.
    fn all(&self) -> Vec<Node> {
        match self {
            Values::Range { steps, .. } => {
                let last = steps.unwrap_or(2) - 1;
                (0..=last).map(|k| self.at(k as f64 / last as f64)).collect()
            }
            Values::List(values) => values.clone(),
        }
    }
}

/// Rounded to three significant digits, ties to even: decimal formatting is exact.
fn three_digits(x: f64) -> f64 {
    format!("{x:.2e}").parse().unwrap_or(x)
}

/// Reads `[tune]`; `compared` are the seeds of the comparison.
pub(super) fn read(
    root: &Table,
    learners: &[Learner],
    axes: &[Axis],
    compared: &[u64],
    checker: &mut Checker,
) -> Option<Tune> {
    let (key, node) = root.iter().find(|(key, _)| key.name == "tune")?;
    let mut table = node.table()?.clone();
    if let Some(space) = table.get_mut("space")
        && let Value::Table(inner) = &space.value
    {
        let mut flat = Table::default();
        flatten("", inner, &mut flat);
        space.value = Value::Table(flat);
    }
    let values = checker.table(&table, &key.origin, "tune", TUNE)?;
    let before = checker.problems.len();
    let seeds_at = table.get("seeds").map_or(&key.origin, |node| &node.origin);
    let seeds = seeds(values.get("seeds"), seeds_at, "tune.seeds", checker);
    let taken: HashSet<u64> = compared.iter().copied().collect();
    if let Some(&seed) = seeds.iter().find(|seed| taken.contains(seed)) {
        checker.report(seeds_at, "tune.seeds", Problem::SharedSeed { seed });
    }
    let random =
        values.get("search").and_then(|search| search.get("random")).and_then(Json::as_u64);
    let space = table.get("space")?;
    let mut columns: Vec<Column> = Vec::new();
    let mut tried = Vec::new();
    for (key, node) in space.table()?.iter() {
        let column = column(&key.name, &key.origin, learners, axes, &columns, checker);
        let values = values_of(node, &key.name, random.is_none(), checker);
        if let (Some(column), Some(values)) = (column, values) {
            columns.push(column);
            tried.push(values);
        }
    }
    if space.table().is_none_or(Table::is_empty) {
        checker.report(&space.origin, "tune.space", Problem::EmptySpace);
    }
    if checker.problems.len() > before {
        return None;
    }
    let axes = match random {
        None => {
            let axis = |(column, values): (Column, Values)| Axis {
                columns: vec![column],
                points: values.all().into_iter().map(|value| vec![value]).collect(),
            };
            columns.into_iter().zip(tried).map(axis).collect()
        }
        Some(trials) => {
            let points = drawn(&columns, &tried, trials as usize, master_seed(root));
            vec![Axis { columns, points }]
        }
    };
    let select_at = table.get("select").map_or(&key.origin, |node| &node.origin).clone();
    let select = values.get("select").and_then(Json::as_str).unwrap_or_default().to_string();
    Some(Tune { seeds, axes, select, select_at })
}

fn master_seed(root: &Table) -> u64 {
    match root.get("master_seed").map(|node| &node.value) {
        Some(Value::Integer(seed)) => u64::try_from(*seed).unwrap_or(0),
        _ => 0,
    }
}

/// The space with the tables that unquoted dots have made spread out again.
fn flatten(path: &str, table: &Table, into: &mut Table) {
    for (key, node) in table.iter() {
        // At the top a quoted path is one key already.
        let path = if path.is_empty() { key.name.clone() } else { join(path, &key.name) };
        match node.table() {
            Some(inner) if ["log", "linear", "steps"].iter().all(|it| inner.get(it).is_none()) => {
                flatten(&path, inner, into);
            }
            _ => into.insert(&path, &key.origin, node.clone()),
        }
    }
}

fn column(
    path: &str,
    origin: &Origin,
    learners: &[Learner],
    axes: &[Axis],
    others: &[Column],
    checker: &mut Checker,
) -> Option<Column> {
    let shown = format!("tune.space.{path}");
    let Some(keys) = paths::split(path) else {
        checker.report(origin, &shown, Problem::NotAPath);
        return None;
    };
    let keys = [vec!["learner".to_string()], keys].concat();
    let target = Target::new(&keys, learners);
    let first = target.keys.first().map(String::as_str);
    if target.section != Section::Learner
        || matches!(first, Some("kind" | "label" | "network" | "train"))
    {
        checker.report(origin, &shown, Problem::NotTunable);
        return None;
    }
    let concerned: Vec<_> = learners.iter().filter(|it| target.applies_to(it)).collect();
    if concerned.is_empty() {
        if !learners.is_empty() {
            checker.report(origin, &shown, nobody_has(&target.keys, learners));
        }
        return None;
    }
    let key = target.keys.join(".");
    for given in concerned.iter().filter_map(|learner| learner.table.at(&target.keys)) {
        let path = format!("learner.{key}");
        checker.report(&given.origin, &path, Problem::TunedAndGiven { key: key.clone() });
    }
    let clash = |other: &&Column| {
        overlap(&other.target, &target) && concerned.iter().any(|it| other.target.applies_to(it))
    };
    if let Some(axis) = axes.iter().flat_map(|axis| &axis.columns).find(clash) {
        checker.report(&axis.origin, &axis.name, Problem::TunedAndVaried { key });
        return None;
    }
    if let Some(other) = others.iter().find(clash) {
        checker.report(origin, &shown, Problem::TunedTwice { first: other.origin.place() });
        return None;
    }
    Some(Column { name: path.to_string(), target, origin: origin.clone() })
}

/// Whether one of two paths leads into the other.
fn overlap(a: &Target, b: &Target) -> bool {
    a.section == b.section && a.keys.iter().zip(&b.keys).all(|(a, b)| a == b)
}

fn values_of(node: &Node, path: &str, grid: bool, checker: &mut Checker) -> Option<Values> {
    let path = format!("tune.space.{path}");
    if let Some(list) = node.list() {
        if list.is_empty() {
            checker.report(&node.origin, &path, Problem::NoValues { got: node.to_string() });
            return None;
        }
        for (index, value) in list.iter().enumerate() {
            if let Some(first) = list[..index].iter().find(|other| same(other, value)) {
                let (value_text, first) = (value.to_string(), first.origin.place());
                let problem = Problem::DoubleValue { value: value_text, first };
                checker.report(&value.origin, &path, problem);
                return None;
            }
        }
        return Some(Values::List(list.to_vec()));
    }
    let checked = checker.value(node, &path, &RANGE)?;
    let (scale, name) = match checked.get("log") {
        Some(_) => (Scale::Log, "log"),
        None => (Scale::Linear, "linear"),
    };
    let steps = checked.get("steps").and_then(Json::as_u64);
    if grid && steps.is_none() {
        let problem = Problem::Missing { key: STEPS.name.to_string(), must: STEPS.must };
        checker.report(&node.origin, &path, problem);
        return None;
    }
    let bounds: Vec<f64> =
        checked[name].as_array().into_iter().flatten().filter_map(Json::as_f64).collect();
    let positive = scale == Scale::Log;
    let (low, high) = match bounds[..] {
        [low, high] if low < high && (!positive || low > 0.0) && (high - low).is_finite() => {
            (low, high)
        }
        _ => {
            let written = node.table().and_then(|table| table.get(name)).unwrap_or(node);
            let problem = Problem::NotARange { positive, got: written.to_string() };
            checker.report(&written.origin, &join(&path, name), problem);
            return None;
        }
    };
    let values = Values::Range { low, high, scale, steps, origin: node.origin.clone() };
    if grid {
        let all = values.all();
        if all.windows(2).any(|pair| same(&pair[0], &pair[1])) {
            let steps = all.len() as u64;
            checker.report(&node.origin, &path, Problem::StepsTooClose { steps });
            return None;
        }
    }
    Some(values)
}

/// Draws that may be made for one trial, so that a space with fewer points than trials comes to an end.
const MOST_DRAWS: usize = 1000;

/// So many different trials; fewer where the space has no more.
fn drawn(columns: &[Column], tried: &[Values], trials: usize, master_seed: u64) -> Vec<Vec<Node>> {
    let streams = Streams::new(master_seed, 0);
    let mut streams: Vec<_> =
        columns.iter().map(|column| streams.stream(Purpose::Tuning, &column.name)).collect();
    let mut points: Vec<Vec<Node>> = Vec::new();
    let mut seen = HashSet::new();
    let points_of_lists = tried.iter().map(|values| match values {
        Values::List(values) => values.len(),
        Values::Range { .. } => usize::MAX,
    });
    let most = trials.min(points_of_lists.fold(1, usize::saturating_mul));
    for _ in 0..MOST_DRAWS.saturating_mul(trials) {
        if points.len() == most {
            break;
        }
        let point: Vec<Node> =
            tried.iter().zip(&mut streams).map(|(values, it)| values.at(it.uniform())).collect();
        if seen.insert(point.iter().map(ToString::to_string).collect::<Vec<_>>()) {
            points.push(point);
        }
    }
    points
}

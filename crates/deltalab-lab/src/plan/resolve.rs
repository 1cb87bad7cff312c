//! # From a section, as written, to typed parameters with every default filled in
//!
//! A section is resolved once for each combination of values on the axes that touch it, not once per cell.

use crate::check::Checker;
use crate::data::Fault;
use crate::diagnostic::{Problem, nearest};
use crate::node::{Node, Origin, Table, Value};
use crate::registry::{self, Failure, Step};
use crate::spec::axes::Column;
use crate::spec::fields::{LEARNER, MASTER_SEED, PRECISION};
use crate::spec::{Learner, Section, Spec};
use deltalab_core::learner::Recipe;
use deltalab_core::metric::METRICS;
use deltalab_core::network::NetworkParams;
use deltalab_core::params::{Described, Field};
use deltalab_core::task::Task;
use deltalab_core::train::{Precision, RecordParams, TrainParams};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value as Json, json};
use std::collections::HashMap;
use std::sync::Arc;

/// A learning rule with its parameters, and its step.
pub(super) struct Rule {
    pub step: Option<Step>,
    pub recipe: Arc<dyn Recipe>,
}

/// A resolved section: what it says with every default, and what it makes.
pub(super) type Resolved<T> = Arc<(Json, T)>;

/// Which values a section is resolved for: the learner where it matters, and axis, column and point of each value.
pub(super) type Key = (Option<usize>, Vec<(usize, usize, usize)>);

/// What has been resolved so far; `None` where it has a problem, which has been reported.
#[derive(Default)]
pub(super) struct Memo {
    pub top: HashMap<Key, Option<Resolved<(Precision, u64)>>>,
    pub task: HashMap<Key, Option<Resolved<Arc<dyn Task>>>>,
    pub network: HashMap<Key, Option<Resolved<Arc<NetworkParams>>>>,
    pub train: HashMap<Key, Option<Resolved<Arc<TrainParams>>>>,
    pub record: HashMap<Key, Option<Resolved<Arc<RecordParams>>>>,
    pub learner: HashMap<Key, Option<Resolved<Rule>>>,
}

/// A section as written: the spec's, the learner's own keys over it, then values of the grid.
pub(super) struct Written {
    pub table: Table,
    pub origin: Origin,
}

impl Written {
    /// The section of a spec for one learner.
    pub fn new(spec: &Spec, learner: &Learner, section: Section) -> Self {
        let name = match section {
            Section::Top => {
                let mut table = Table::default();
                for name in [PRECISION.name, MASTER_SEED.name] {
                    if let Some((key, node)) = spec.root.iter().find(|(key, _)| key.name == name) {
                        table.insert(name, &key.origin, node.clone());
                    }
                }
                return Self { table, origin: spec.start.clone() };
            }
            Section::Learner => {
                return Self { table: learner.table.clone(), origin: learner.origin.clone() };
            }
            Section::Task => "task",
            Section::Network => "network",
            Section::Train => "train",
            Section::Record => "record",
        };
        let node = spec.root.get(name);
        let mut table = node.and_then(Node::table).cloned().unwrap_or_default();
        if let Some(short) = node.filter(|node| section == Section::Task && node.text().is_some()) {
            table.insert("kind", &short.origin, short.clone()); // "xor" for { kind = "xor" }
        }
        let mut origin = node.map_or(&spec.start, |node| &node.origin).clone();
        if let Some(Node { value: Value::Table(own), origin: at }) =
            learner.table.get(name).filter(|_| matches!(section, Section::Network | Section::Train))
        {
            own.iter().for_each(|(key, node)| table.insert(&key.name, &key.origin, node.clone()));
            origin = if node.is_some() { origin } else { at.clone() };
        }
        Self { table, origin }
    }

    /// Where a key was written, or else the section.
    pub fn place(&self, key: &str) -> &Origin {
        self.table.get(key).map_or(&self.origin, |node| &node.origin)
    }

    /// Puts a value of the grid, or one that is tried, in. Inside a kind that is not written, such as `optimiser.momentum`,
    /// the kind is that of the section's defaults.
    pub fn set(
        &mut self,
        column: &Column,
        node: &Node,
        defaults: Option<&Map<String, Json>>,
        checker: &mut Checker,
    ) {
        let keys = &column.target.keys;
        if let [first, _, ..] = &keys[..]
            && self.table.get(first).is_none()
            && let Some(kind) = defaults.and_then(|all| all.get(first)?.get("kind")?.as_str())
        {
            let kind = Node { value: Value::Text(kind.to_string()), origin: column.origin.clone() };
            self.table.insert(first, &column.origin, kind);
        }
        if let Err(depth) = self.table.set(keys, &column.origin, node.clone()) {
            let parent = keys[..depth.min(keys.len())].join(".");
            checker.report(&column.origin, &column.name, Problem::NotATable { parent });
        }
    }
}

pub(super) fn top(written: &Written, checker: &mut Checker) -> Option<Resolved<(Precision, u64)>> {
    let values = checker.table(&written.table, &written.origin, "", &[PRECISION, MASTER_SEED])?;
    let (precision, word) = match values.get("precision").and_then(Json::as_str) {
        Some("f32") => (Precision::F32, "f32"),
        _ => (Precision::F64, "f64"),
    };
    let master_seed = values.get("master_seed").and_then(Json::as_u64).unwrap_or(0);
    Some(Arc::new((
        json!({ "precision": word, "master_seed": master_seed }),
        (precision, master_seed),
    )))
}

pub(super) fn task(
    spec: &Spec,
    written: &Written,
    checker: &mut Checker,
) -> Option<Resolved<Arc<dyn Task>>> {
    let node = match spec.root.get("task") {
        None if written.table.is_empty() => {
            if !spec.mistyped("task") {
                checker.report(&written.origin, "", Problem::NoTask);
            }
            return None;
        }
        Some(node) if node.table().is_none() && node.text().is_none() => node.clone(),
        _ => Node { value: Value::Table(written.table.clone()), origin: written.origin.clone() },
    };
    let value = checker.kind(&node, "task", "task", registry::task_kinds())?;
    let entry = registry::task(value.get("kind")?.as_str()?)?;
    let mut params = value;
    params.as_object_mut()?.remove("kind");
    let made = match (entry.make)(params, &spec.folder) {
        Ok(made) => made,
        Err(failure) => {
            fail(failure, "task", written, checker);
            return None;
        }
    };
    if let Some((key, complaint)) = made.task.complaint() {
        checker.report(written.place(key), &format!("task.{key}"), Problem::Task { complaint });
        return None;
    }
    Some(Arc::new((with_kind(made.resolved, entry.kind.name), made.task)))
}

fn fail(failure: Failure, path: &str, written: &Written, checker: &mut Checker) {
    match failure {
        Failure::Data(Fault { key, error }) => {
            checker.report(written.place(key), &format!("{path}.{key}"), Problem::Data(*error));
        }
        Failure::Serde(error) => {
            checker.report(
                &written.origin,
                path,
                Problem::Unbuildable { reason: error.to_string() },
            );
        }
    }
}

pub(super) fn network(
    written: &Written,
    task: &dyn Task,
    checker: &mut Checker,
) -> Option<Resolved<Arc<NetworkParams>>> {
    typed(written, "network", &NetworkParams::default_for(task), checker)
}

pub(super) fn train(
    written: &Written,
    task: &dyn Task,
    checker: &mut Checker,
) -> Option<Resolved<Arc<TrainParams>>> {
    let criterion = written.table.get("criterion").and_then(Node::table);
    if let Some(metric) = criterion.and_then(|criterion| criterion.get("metric")) {
        known_metric(metric, "train.criterion.metric", checker)?;
    }
    typed(written, "train", &TrainParams::default_for(task), checker)
}

pub(super) fn record(
    written: &Written,
    task: &dyn Task,
    checker: &mut Checker,
) -> Option<Resolved<Arc<RecordParams>>> {
    let metrics = written.table.get("metrics").and_then(Node::list).unwrap_or_default();
    let known: Vec<_> =
        metrics.iter().map(|metric| known_metric(metric, "record.metrics", checker)).collect();
    known.into_iter().collect::<Option<()>>()?;
    let mut record = typed(written, "record", &RecordParams::default_for(task), checker)?;
    // What is kept of a run changes neither the run nor its cell: it is no part of the configuration.
    if let Some(config) = Arc::make_mut(&mut record).0.as_object_mut() {
        config.remove("weights");
    }
    Some(record)
}

/// `sse`, `train_sse` or `test_sse`; what is not text is left to the check of the field.
fn known_metric(node: &Node, path: &str, checker: &mut Checker) -> Option<()> {
    let Some(name) = node.text() else { return Some(()) };
    let stem = name.strip_prefix("train_").or_else(|| name.strip_prefix("test_")).unwrap_or(name);
    if METRICS.iter().any(|metric| metric.name == stem) {
        return Some(());
    }
    let expected = METRICS.iter().map(|metric| metric.name.to_string()).collect();
    let nearest = nearest(stem, METRICS.iter().map(|metric| metric.name));
    let problem =
        Problem::UnknownName { family: "metric", got: name.to_string(), expected, nearest };
    checker.report(&node.origin, path, problem);
    None
}

/// What was written over the defaults, key by key.
fn typed<T: Described + DeserializeOwned + Serialize>(
    written: &Written,
    path: &str,
    defaults: &T,
    checker: &mut Checker,
) -> Option<Resolved<Arc<T>>> {
    let values = checker.table(&written.table, &written.origin, path, T::FIELDS)?;
    let made = serde_json::to_value(defaults).and_then(|mut all| {
        if let Some(map) = all.as_object_mut() {
            map.extend(values);
        }
        let params: T = serde_json::from_value(all)?;
        Ok((serde_json::to_value(&params)?, Arc::new(params)))
    });
    match made {
        Ok(resolved) => Some(Arc::new(resolved)),
        Err(error) => {
            checker.report(
                &written.origin,
                path,
                Problem::Unbuildable { reason: error.to_string() },
            );
            None
        }
    }
}

pub(super) fn learner(
    learner: &Learner,
    written: &Written,
    checker: &mut Checker,
) -> Option<Resolved<Rule>> {
    let entry = registry::learner(&learner.kind)?;
    let mut fields: Vec<Field> = entry.kind.fields.iter().chain(LEARNER).copied().collect();
    let mut table = written.table.clone();
    let optimiser = table.get("optimiser").and_then(Node::kind).map(str::to_string);
    if let Some(optimiser) = optimiser.filter(|name| registry::is_batch_optimiser(name)) {
        let given = |key: &&str| table.get(key).is_some();
        if let Some(key) = registry::RATE.iter().copied().find(given) {
            let problem = Problem::OwnStep { optimiser };
            checker.report(written.place(key), &format!("learner.{key}"), problem);
            return None;
        }
        fields.retain(|field| !registry::RATE.contains(&field.name));
    }
    for elsewhere in ["kind", "network", "train"] {
        table.remove(elsewhere);
    }
    let mut values: Map<_, _> = checker.table(&table, &written.origin, "learner", &fields)?;
    values.remove("label");
    match (entry.make)(values) {
        Ok(made) => {
            let resolved = with_kind(made.resolved, entry.kind.name);
            Some(Arc::new((resolved, Rule { step: made.step, recipe: made.recipe })))
        }
        Err(failure) => {
            fail(failure, "learner", written, checker);
            None
        }
    }
}

fn with_kind(mut resolved: Json, kind: &str) -> Json {
    if let Some(map) = resolved.as_object_mut() {
        map.insert("kind".to_string(), Json::from(kind));
    }
    resolved
}

//! From text to [`Spec`].

use super::axes::{self, Axis, Exclusion};
use super::fields::{DEFAULT_SEEDS, FIGURES, SECTIONS, TOP};
use super::text::{Parsed, SpecText, parse};
use super::tune::{self, Tune};
use super::{labels, overrides};
use crate::check::Checker;
use crate::diagnostic::{Diagnostic, Problem, Problems, nearest};
use crate::node::{Node, Origin, Table, Value};
use crate::plan::Plan;
use crate::registry;
use deltalab_core::params::Must;
use deltalab_results::study::FigureRequest;
use serde_json::Value as Json;
use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;

/// A spec whose shape is right: learners have kinds and labels, seeds differ, axes lead somewhere.
#[derive(Clone, Debug)]
pub struct Spec {
    /// Name of the experiment, and of its result folder.
    pub name: String,
    /// What it shows.
    pub description: String,
    /// Run seeds, in the order of the spec.
    pub seeds: Vec<u64>,
    /// Learners, in the order of the spec.
    pub learners: Vec<Learner>,
    /// Axes of the grid, in the order of the spec.
    pub axes: Vec<Axis>,
    /// Cells that are dropped.
    pub exclude: Vec<Exclusion>,
    /// The search for the learners' parameters that comes first.
    pub tune: Option<Tune>,
    /// Figures asked for, each with its table as written.
    pub figures: Vec<(FigureRequest, Node)>,
    /// The spec as it is stored: base merged, overrides applied, comments kept.
    pub text: String,
    /// Where relative files are looked for.
    pub folder: PathBuf,
    /// Whether more than ten million runs are meant.
    pub allow_large: bool,
    /// The sections, and the keys of the top level that a grid may vary.
    pub(crate) root: Table,
    /// Where the file starts: the place of what is missing.
    pub(crate) start: Origin,
}

/// A `[[learner]]`.
#[derive(Clone, Debug)]
pub struct Learner {
    /// Unique among the learners of the spec.
    pub label: String,
    /// Kind in the registry.
    pub kind: String,
    /// Everything that was written, `kind` and `label` included.
    pub(crate) table: Table,
    /// Where it was written.
    pub(crate) origin: Origin,
}

impl Spec {
    /// Parses a spec and applies overrides (what follows each `--set`).
    ///
    /// # Errors
    /// Every problem of the spec's shape and, where there is one, also what [`Plan::new`] would find in the values of its
    /// cells: one round is enough to see everything. Values alone are left to [`Plan::new`].
    pub fn parse(text: &SpecText, sets: &[String]) -> Result<Self, Problems> {
        let mut parsed = parse(text)?;
        let mut checker = Checker::default();
        overrides::apply(&mut parsed, sets, &mut checker);
        let spec = read(text, parsed, &mut checker);
        if !checker.problems.is_empty() {
            let mut problems = Plan::problems(&spec);
            if spec.tune.is_none() && spec.root.get("tune").is_some() {
                // What a learner lacks may be what a mistaken [tune] was to give.
                let missing = |it: &Diagnostic| matches!(it.problem, Problem::Missing { .. });
                problems.retain(|it| !(it.path == "learner" && missing(it)));
            }
            checker.problems.extend(problems);
        }
        Problems::check(checker.problems)?;
        Ok(spec)
    }

    /// Whether a section is not missing but mistyped.
    pub(crate) fn mistyped(&self, section: &str) -> bool {
        mistyped(&self.root, section)
    }
}

fn read(text: &SpecText, parsed: Parsed, checker: &mut Checker) -> Spec {
    let Parsed { root, document, start } = parsed;
    let top = top(&root, &start, checker);
    let word = |key: &str| top.get(key).and_then(Json::as_str).unwrap_or_default().to_string();
    let seeds_at = root.get("seeds").map_or(&start, |node| &node.origin);
    let seeds = seeds(top.get("seeds"), seeds_at, "seeds", checker);
    let learners = learners(&root, &start, checker);
    let (axes, exclude) = axes::read(&root, &learners, checker);
    let tune = tune::read(&root, &learners, &axes, &seeds, checker);
    let figures = figures(&root, checker);
    let spec = Spec {
        name: word("name"),
        description: word("description"),
        seeds,
        learners,
        axes,
        exclude,
        tune,
        figures,
        text: document.to_string(),
        folder: text.folder.clone(),
        allow_large: top.get("allow_large") == Some(&Json::Bool(true)),
        root,
        start,
    };
    if let Some(node) =
        spec.root.get("name").filter(|_| !spec.name.is_empty() || top.contains_key("name"))
    {
        folder_name(&spec.name, node, "name", checker);
    }
    spec
}

/// Names of the top level.
fn names() -> impl Iterator<Item = &'static str> {
    TOP.iter().map(|field| field.name).chain(SECTIONS.iter().map(|(name, _)| *name))
}

/// Whether an unknown key is most like `name`: then it is not missing, but mistyped, which is said of the unknown key.
fn mistyped(root: &Table, name: &str) -> bool {
    let unknown = root.iter().filter(|(key, _)| !names().any(|known| known == key.name));
    unknown.into_iter().any(|(key, _)| nearest(&key.name, names()).as_deref() == Some(name))
}

/// Checks the keys of the top level, gives those that are no section, and says what is missing.
fn top(root: &Table, start: &Origin, checker: &mut Checker) -> BTreeMap<String, Json> {
    let mut values = BTreeMap::new();
    for (key, node) in root.iter() {
        if let Some(field) = TOP.iter().find(|field| field.name == key.name) {
            values.extend(
                checker.value(node, &key.name, &field.must).map(|value| (key.name.clone(), value)),
            );
        } else if !names().any(|name| name == key.name) {
            let expected = names().map(str::to_string).collect();
            let nearest = nearest(&key.name, names());
            checker.report(&key.origin, &key.name, Problem::UnknownKey { expected, nearest });
        }
    }
    for field in TOP.iter().filter(|field| field.required && root.get(field.name).is_none()) {
        if mistyped(root, field.name) {
            continue;
        }
        checker.report(
            start,
            "",
            Problem::Missing { key: field.name.to_string(), must: field.must },
        );
    }
    for name in ["network", "train", "record", "grid", "tune"] {
        if let Some(node) = root.get(name).filter(|node| node.table().is_none()) {
            checker.report(
                &node.origin,
                name,
                Problem::NotASection { name, got: node.to_string() },
            );
        }
    }
    values
}

/// Seeds in any of their forms; `path` is the key that they stand under.
pub(super) fn seeds(
    value: Option<&Json>,
    at: &Origin,
    path: &str,
    checker: &mut Checker,
) -> Vec<u64> {
    let range = |first: u64, count: u64| first.checked_add(count - 1).map(|last| first..=last);
    let range = match value {
        None => range(0, DEFAULT_SEEDS),
        Some(Json::Array(seeds)) => {
            let seeds: Vec<u64> = seeds.iter().filter_map(Json::as_u64).collect();
            let mut seen = HashSet::new();
            if let Some(&seed) = seeds.iter().find(|seed| !seen.insert(**seed)) {
                checker.report(at, path, Problem::DoubleSeed { seed });
            }
            if seeds.is_empty() {
                checker.report(at, path, Problem::NoSeed);
            }
            return seeds;
        }
        Some(Json::Object(table)) => {
            let number = |key: &str| table.get(key).and_then(Json::as_u64);
            range(number("first").unwrap_or(0), number("count").unwrap_or(1).max(1))
        }
        Some(count) => range(0, count.as_u64().unwrap_or(1).max(1)),
    };
    match range.filter(|range| *range.end() <= i64::MAX as u64) {
        Some(range) => range.collect(),
        None => {
            checker.report(at, path, Problem::SeedTooLarge);
            Vec::new()
        }
    }
}

/// The learners of a tree whose kinds are known, labels made; nothing is reported.
pub(super) fn found_learners(root: &Table) -> Vec<Learner> {
    let nodes = root.get("learner").and_then(Node::list).unwrap_or_default();
    let tables: Vec<_> =
        nodes.iter().map(|node| node.table().cloned().unwrap_or_default()).collect();
    let kinds: Vec<_> = tables
        .iter()
        .map(|table| table.get("kind").and_then(Node::text).unwrap_or_default().to_string())
        .collect();
    let pairs: Vec<_> =
        tables.iter().zip(&kinds).map(|(table, kind)| (table, kind.as_str())).collect();
    let labels = labels::labels(&pairs);
    let parts = tables.into_iter().zip(kinds).zip(labels).zip(nodes);
    parts
        .map(|(((table, kind), label), node)| Learner {
            label,
            kind,
            table,
            origin: node.origin.clone(),
        })
        .collect()
}

fn learners(root: &Table, start: &Origin, checker: &mut Checker) -> Vec<Learner> {
    let list = match root.get("learner") {
        None => {
            if !mistyped(root, "learner") {
                checker.report(start, "", Problem::NoLearner);
            }
            return Vec::new();
        }
        Some(node) => match &node.value {
            Value::List(list) => {
                if list.is_empty() {
                    checker.report(&node.origin, "learner", Problem::NoLearner);
                }
                list
            }
            _ => {
                checker.report(&node.origin, "learner", Problem::OneLearnerTable);
                return Vec::new();
            }
        },
    };
    let mut good = Vec::new();
    for (node, learner) in list.iter().zip(found_learners(root)) {
        if node.table().is_none() {
            checker.report(&node.origin, "learner", Problem::OneLearnerTable);
            continue;
        }
        for key in ["network", "train"] {
            if let Some(own) = learner.table.get(key).filter(|own| own.table().is_none()) {
                let path = format!("learner.{key}");
                checker.report(
                    &own.origin,
                    &path,
                    Problem::NotASection { name: key, got: own.to_string() },
                );
            }
        }
        if let Some(label) = learner.table.get("label").filter(|label| label.text().is_none()) {
            let problem = Problem::Unfit { must: Must::Text, got: label.to_string() };
            checker.report(&label.origin, "learner.label", problem);
        }
        if checker.find_kind(node, "learner", "learner", registry::learner_kinds()).is_some() {
            good.push(learner);
        }
    }
    for (index, learner) in good.iter().enumerate() {
        if let Some(first) = good[..index].iter().find(|first| first.label == learner.label) {
            let at = learner.table.get("label").map_or(&learner.origin, |node| &node.origin);
            let first = first.origin.place();
            let name = learner.label.clone();
            checker.report(
                at,
                "learner",
                Problem::DoubleName { what: "learner", name, first, key: "label" },
            );
        }
    }
    good
}

fn figures(root: &Table, checker: &mut Checker) -> Vec<(FigureRequest, Node)> {
    let Some(node) = root.get("figure") else { return Vec::new() };
    let Some(list) = node.list() else {
        checker.report(&node.origin, "figure", Problem::OneFigureTable);
        return Vec::new();
    };
    let mut figures: Vec<(FigureRequest, Node)> = Vec::new();
    for node in list {
        if node.table().is_none() {
            checker.report(&node.origin, "figure", Problem::OneFigureTable);
            continue;
        }
        let Some(value) = checker.kind(node, "figure", "figure", FIGURES) else { continue };
        let request: FigureRequest = match serde_json::from_value(value) {
            Ok(request) => request,
            Err(error) => {
                let reason = error.to_string();
                checker.report(&node.origin, "figure", Problem::Unbuildable { reason });
                continue;
            }
        };
        if let Some(name_at) = node.table().and_then(|table| table.get("name")) {
            folder_name(&request.name, name_at, "figure.name", checker);
            if let Some((_, first)) = figures.iter().find(|(other, _)| other.name == request.name) {
                let (name, first) = (request.name.clone(), first.origin.place());
                let problem = Problem::DoubleName { what: "figure", name, first, key: "name" };
                checker.report(&name_at.origin, "figure.name", problem);
            }
        }
        figures.push((request, node.clone()));
    }
    figures
}

/// A name that is safe on every file system. Names that Windows keeps for devices are not.
fn folder_name(name: &str, node: &Node, path: &str, checker: &mut Checker) {
    const DEVICES: &[&str] = &["con", "prn", "aux", "nul"];
    let stem = name.split('.').next().unwrap_or_default().to_lowercase();
    let numbered = stem.strip_prefix("com").or_else(|| stem.strip_prefix("lpt"));
    let device = DEVICES.contains(&stem.as_str())
        || numbered.is_some_and(|rest| rest.len() == 1 && rest.chars().all(|c| c.is_ascii_digit()));
    let plain = name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'));
    let ends = name.starts_with(['.', '-']) || name.ends_with('.');
    if name.is_empty() || name.len() > 100 || device || !plain || ends {
        checker.report(&node.origin, path, Problem::NotAFolderName { name: name.to_string() });
    }
}

/// A problem at the start of the file.
pub(crate) fn at_start(spec: &Spec, problem: Problem) -> Diagnostic {
    Diagnostic::new(&spec.start, "", problem)
}

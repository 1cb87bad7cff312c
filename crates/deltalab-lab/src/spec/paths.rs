//! What a path of `--set` or `[grid]` leads to.

use crate::diagnostic::{Problem, nearest};
use crate::node::{Node, Table};
use crate::registry;
use crate::spec::fields;
use crate::spec::read::Learner;
use deltalab_core::params::{Field, Must};
use serde_json::{Map, Value as Json};

/// A part of a cell's configuration that is resolved by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Section {
    /// `precision`, `master_seed`.
    Top,
    /// `[task]`.
    Task,
    /// `[network]`, with the learner's own over it.
    Network,
    /// `[train]`, with the learner's own over it.
    Train,
    /// `[record]`.
    Record,
    /// `[[learner]]`.
    Learner,
}

impl Section {
    /// Every section, in the order of their numbers.
    pub const ALL: [Self; 6] =
        [Self::Top, Self::Task, Self::Network, Self::Train, Self::Record, Self::Learner];

    /// The section of that name.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "task" => Some(Self::Task),
            "network" => Some(Self::Network),
            "train" => Some(Self::Train),
            "record" => Some(Self::Record),
            "learner" => Some(Self::Learner),
            _ => None,
        }
    }
}

/// Where a path leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The section that it changes: for `learner.network.hidden` the network.
    pub section: Section,
    /// Whether it goes through a learner's table.
    pub through_learner: bool,
    /// For `learner.NAME.X` the label or kind.
    pub learner: Option<String>,
    /// The keys inside the section.
    pub keys: Vec<String>,
}

impl Target {
    /// Reads a path that starts with a section or is a key of the top level.
    pub fn new(path: &[String], learners: &[Learner]) -> Self {
        let section = match path {
            [first, _, ..] => Section::named(first).unwrap_or(Section::Top),
            _ => Section::Top,
        };
        if section != Section::Learner {
            let keys = if section == Section::Top { path } else { &path[1..] };
            return Self { section, through_learner: false, learner: None, keys: keys.to_vec() };
        }
        let named = path.len() > 2 && learners.iter().any(|learner| learner.is(&path[1]));
        let keys = &path[if named { 2 } else { 1 }..];
        let own = match keys {
            [first, _, ..] => {
                Section::named(first).filter(|own| matches!(own, Section::Network | Section::Train))
            }
            _ => None,
        };
        Self {
            section: own.unwrap_or(Section::Learner),
            through_learner: true,
            learner: named.then(|| path[1].clone()),
            keys: keys[usize::from(own.is_some())..].to_vec(),
        }
    }

    /// Whether a learner has what the path leads to. A key of `[network]` or `[train]` that a learner sets itself is its
    /// own: the section's value, and an axis over it, leave it alone.
    pub fn applies_to(&self, learner: &Learner) -> bool {
        if self.through_learner {
            let named = self.learner.as_ref().is_none_or(|name| learner.is(name));
            return named && (self.section != Section::Learner || learner.has(&self.keys));
        }
        match (self.section, self.keys.first()) {
            (Section::Network, Some(key)) => {
                learner.own("network").is_none_or(|own| own.get(key).is_none())
            }
            (Section::Train, Some(key)) => {
                learner.own("train").is_none_or(|own| own.get(key).is_none())
            }
            _ => true,
        }
    }
}

impl Learner {
    /// Whether its label or its kind is `name`.
    pub fn is(&self, name: &str) -> bool {
        self.label == name || self.kind == name
    }

    /// Its own `network` or `train` table.
    pub fn own(&self, section: &str) -> Option<&Table> {
        self.table.get(section)?.table()
    }

    /// Whether its optimiser finds the length of its steps itself.
    fn has_own_step(&self) -> bool {
        let optimiser = self.table.get("optimiser").and_then(Node::kind);
        optimiser.is_some_and(registry::is_batch_optimiser)
    }

    /// Whether it has the parameter at a path, given the kinds that it names.
    pub fn has(&self, keys: &[String]) -> bool {
        match registry::learner(&self.kind) {
            None => true, // that its kind is unknown is said elsewhere
            Some(_)
                if self.has_own_step()
                    && keys.first().is_some_and(|key| registry::RATE.contains(&&**key)) =>
            {
                false
            }
            Some(entry) => {
                let fields: Vec<Field> =
                    entry.kind.fields.iter().chain(fields::LEARNER).copied().collect();
                has(&fields, Some(&self.table), &entry.defaults, keys)
            }
        }
    }
}

fn has(
    fields: &[Field],
    table: Option<&Table>,
    defaults: &Map<String, Json>,
    keys: &[String],
) -> bool {
    let Some((first, rest)) = keys.split_first() else { return true };
    let Some(field) = fields.iter().find(|field| field.name == first) else { return false };
    inside(&field.must, first, table, defaults, rest)
}

fn inside(
    must: &Must,
    key: &str,
    table: Option<&Table>,
    defaults: &Map<String, Json>,
    rest: &[String],
) -> bool {
    if rest.is_empty() {
        return true;
    }
    let node = table.and_then(|table| table.get(key));
    let none = Map::new();
    let inner_defaults = defaults.get(key).and_then(Json::as_object).unwrap_or(&none);
    match must {
        Must::Table(fields) => {
            has(fields, node.and_then(|node| node.table()), inner_defaults, rest)
        }
        Must::Map(_) => rest.len() == 1,
        Must::OneOf(ways) => ways.iter().any(|way| inside(way, key, table, defaults, rest)),
        Must::Kind(family) => {
            let name =
                node.and_then(|node| node.kind()).or_else(|| inner_defaults.get("kind")?.as_str());
            let kind = family.kinds().iter().find(|kind| Some(kind.name) == name);
            rest == ["kind"]
                || kind.is_none_or(|kind| {
                    let table = node.and_then(|node| node.table());
                    has(kind.fields, table, &registry::family_defaults(*family, kind.name), rest)
                })
        }
        _ => false,
    }
}

/// What to say of a path that no learner has.
pub(super) fn nobody_has(keys: &[String], learners: &[Learner]) -> Problem {
    if let [parents @ .., key] = keys
        && !parents.is_empty()
        && learners.iter().any(|learner| learner.has(parents))
    {
        return Problem::NobodyHas { key: key.clone(), parent: parents.join(".") };
    }
    let mut expected: Vec<String> = Vec::new();
    let entries = learners.iter().filter_map(|learner| registry::learner(&learner.kind));
    for field in entries.flat_map(|entry| entry.kind.fields).chain(fields::LEARNER) {
        if !expected.iter().any(|key| key == field.name) {
            expected.push(field.name.to_string());
        }
    }
    let nearest = keys.first().and_then(|key| nearest(key, expected.iter().map(String::as_str)));
    Problem::UnknownKey { expected, nearest }
}

/// The keys of a dotted TOML key, quotes taken off.
pub(super) fn split(path: &str) -> Option<Vec<String>> {
    let keys = toml_edit::Key::parse(path.trim()).ok()?;
    Some(keys.iter().map(|key| key.get().to_string()).collect())
}

//! # What the registry knows, as data: `deltalab list` and `deltalab explain`
//!
//! Names, texts, parameters and limits are those that specs are checked against. Nothing here is written for itself.

use crate::diagnostic::{Expected, nearest};
use crate::registry::{self, family_defaults};
use deltalab_core::metric::{METRICS, MetricKind};
use deltalab_core::params::{Family, Field, Kind, Must};
use serde::Serialize;
use serde_json::{Map, Value as Json};

/// What can be listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Topic {
    /// Learning rules.
    Learners,
    /// Tasks.
    Tasks,
    /// Activation functions.
    Activations,
    /// Error functions.
    Errors,
    /// Optimisers.
    Optimisers,
    /// Schedules of the learning rate.
    Schedules,
    /// Initialisers of weights.
    Initialisers,
    /// Metrics.
    Metrics,
}

impl Topic {
    /// Every topic.
    pub const ALL: [Self; 8] = [
        Self::Learners,
        Self::Tasks,
        Self::Activations,
        Self::Errors,
        Self::Optimisers,
        Self::Schedules,
        Self::Initialisers,
        Self::Metrics,
    ];

    /// Its name, a plural: `learners`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Learners => "learners",
            Self::Tasks => "tasks",
            Self::Activations => "activations",
            Self::Errors => "errors",
            Self::Optimisers => "optimisers",
            Self::Schedules => "schedules",
            Self::Initialisers => "initialisers",
            Self::Metrics => "metrics",
        }
    }

    /// The topic of a name, singular or plural.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|topic| topic.name() == name || topic.name().strip_suffix('s') == Some(name))
    }

    fn family(self) -> Option<Family> {
        match self {
            Self::Activations => Some(Family::Activation),
            Self::Errors => Some(Family::Error),
            Self::Optimisers => Some(Family::Optimiser),
            Self::Schedules => Some(Family::Schedule),
            Self::Initialisers => Some(Family::Initialiser),
            Self::Learners | Self::Tasks | Self::Metrics => None,
        }
    }
}

/// A line of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Name in a spec.
    pub name: String,
    /// The first line of its documentation.
    pub summary: String,
}

/// Everything that is known of a name.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explanation {
    /// What it is.
    pub topic: Topic,
    /// Name in a spec.
    pub name: String,
    /// Its documentation, Markdown: equations, source, what it needs and equals.
    pub text: String,
    /// Its unit; empty for anything but a metric, and for pure numbers.
    pub unit: String,
    /// What may stand beside its kind.
    pub parameters: Vec<Parameter>,
}

/// A row of a table of parameters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Parameter {
    /// The key.
    pub name: String,
    /// The default as it would be written; `None` where a spec must give it, or where nothing is the default.
    pub default: Option<String>,
    /// Whether a spec must give it.
    pub required: bool,
    /// What its value must be.
    pub limits: String,
    /// What it means, with symbol and unit.
    pub meaning: String,
}

/// A name that nothing has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("nothing is called {name:?}{}", if .nearest.is_empty() { String::new() } else { format!("; did you mean {}?", crate::diagnostic::quoted(.nearest, "or")) })]
pub struct UnknownName {
    /// The name.
    pub name: String,
    /// Names like it.
    pub nearest: Vec<String>,
}

/// Every name of a topic, in the order of the registry.
pub fn list(topic: Topic) -> Vec<Entry> {
    let of = |kinds: &[Kind]| {
        kinds
            .iter()
            .map(|kind| Entry { name: kind.name.to_string(), summary: kind.summary() })
            .collect()
    };
    match topic {
        Topic::Learners => of(registry::learner_kinds()),
        Topic::Tasks => of(registry::task_kinds()),
        Topic::Metrics => METRICS
            .iter()
            .map(|metric| Entry {
                name: metric.name.to_string(),
                summary: metric.meaning.to_string(),
            })
            .collect(),
        family => family.family().map(|family| of(family.kinds())).unwrap_or_default(),
    }
}

/// Everything that has a name, in the order of the topics: `linear` is an activation and a schedule.
///
/// # Errors
/// [`UnknownName`], with the most similar name of each topic.
pub fn explain(name: &str) -> Result<Vec<Explanation>, UnknownName> {
    let found: Vec<_> = Topic::ALL.into_iter().filter_map(|topic| of_topic(topic, name)).collect();
    if !found.is_empty() {
        return Ok(found);
    }
    let names = |topic| list(topic).into_iter().map(|entry| entry.name).collect::<Vec<_>>();
    let mut alike: Vec<String> = Topic::ALL
        .into_iter()
        .filter_map(|topic| nearest(name, names(topic).iter().map(String::as_str)))
        .collect();
    let distance = |candidate: &String| strsim::damerau_levenshtein(name, candidate);
    alike.sort_by_key(distance);
    alike.dedup();
    let least = alike.first().map(distance);
    alike.retain(|candidate| Some(distance(candidate)) == least);
    Err(UnknownName { name: name.to_string(), nearest: alike })
}

fn of_topic(topic: Topic, name: &str) -> Option<Explanation> {
    let of_kind = |kind: &Kind, defaults: &Map<String, Json>| Explanation {
        topic,
        name: kind.name.to_string(),
        text: kind.text(),
        unit: String::new(),
        parameters: parameters(kind.fields, defaults),
    };
    match topic {
        Topic::Learners => {
            registry::learner(name).map(|entry| of_kind(&entry.kind, &entry.defaults))
        }
        Topic::Tasks => registry::task(name).map(|entry| of_kind(&entry.kind, &entry.defaults)),
        Topic::Metrics => METRICS.iter().find(|metric| metric.name == name).map(of_metric),
        _ => {
            let family = topic.family()?;
            let kind = family.kinds().iter().find(|kind| kind.name == name)?;
            Some(of_kind(kind, &family_defaults(family, name)))
        }
    }
}

fn of_metric(metric: &MetricKind) -> Explanation {
    Explanation {
        topic: Topic::Metrics,
        name: metric.name.to_string(),
        text: metric.meaning.to_string(),
        unit: metric.unit.to_string(),
        parameters: Vec::new(),
    }
}

/// The table of parameters of some fields.
pub fn parameters(fields: &[Field], defaults: &Map<String, Json>) -> Vec<Parameter> {
    let row = |field: &Field| Parameter {
        name: field.name.to_string(),
        default: defaults
            .get(field.name)
            .filter(|_| !field.required)
            .and_then(|value| written(value, &field.must)),
        required: field.required,
        limits: Expected(&field.must).to_string(),
        meaning: field.doc.trim().to_string(),
    };
    fields.iter().map(row).collect()
}

/// A default as a spec would have it: `"sgd"` for `{ kind = "sgd" }` with nothing but defaults of its own.
fn written(value: &Json, must: &Must) -> Option<String> {
    match (value, must) {
        (Json::Null, _) => None,
        (Json::Object(map), Must::Kind(family)) => {
            let name = map.get("kind")?.as_str()?;
            let defaults = family_defaults(*family, name);
            let other: Vec<_> = map
                .iter()
                .filter(|(key, value)| *key != "kind" && defaults.get(*key) != Some(*value))
                .filter_map(|(key, value)| Some(format!("{key} = {}", toml(value)?)))
                .collect();
            Some(match other.is_empty() {
                true => format!("{name:?}"),
                false => format!("{{ kind = {name:?}, {} }}", other.join(", ")),
            })
        }
        _ => toml(value),
    }
}

fn toml(value: &Json) -> Option<String> {
    match value {
        Json::Null => None,
        Json::Object(map) if map.is_empty() => Some("{}".to_string()),
        Json::Object(map) => {
            let pairs: Vec<_> = map
                .iter()
                .filter_map(|(key, value)| Some(format!("{key} = {}", toml(value)?)))
                .collect();
            Some(format!("{{ {} }}", pairs.join(", ")))
        }
        Json::Array(items) => {
            Some(format!("[{}]", items.iter().filter_map(toml).collect::<Vec<_>>().join(", ")))
        }
        leaf => Some(leaf.to_string()),
    }
}

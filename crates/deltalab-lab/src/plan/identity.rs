//! # Identity of a cell
//!
//! The id is the first 12 hexadecimal digits of the SHA-256 of `"deltalab-cell/2 "` and what the configuration
//! [says](said), as JSON without blanks, keys sorted, numbers as the shortest text that reads back to the same bits. The
//! configuration holds `task`, `network`, `train`, `record`, `learner` (its kind and parameters, not its label), `precision`
//! and `master_seed`; name, description, seeds and figures are not in it. Two configurations of 10,000 share 48 bits with a
//! chance of 2·10⁻⁷, and a plan in which that happened would be refused.
//!
//! **Defaults.** A value that is its parameter's default is left out, whether a spec gave it or not. So a new parameter,
//! whose default is what was done before, takes no stored result from its cell. The price: to *change* a default is
//! value-breaking, as it gives an old id to a new configuration. It must stand in the CHANGELOG, with the results remade.

use crate::registry::{self, defaults_of, family_filled};
use deltalab_core::network::NetworkParams;
use deltalab_core::params::{Described, Field, Must};
use deltalab_core::task::Task;
use deltalab_core::train::{Criterion, RecordParams, TrainParams};
use serde::Serialize;
use serde_json::{Map, Value as Json, json};
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// The id of a resolved configuration, whose task this is.
///
/// ```
/// use deltalab_core::task::Xor;
/// use deltalab_lab::plan::identity::id;
/// let a = serde_json::json!({ "learner": { "kind": "delta", "learning_rate": 0.5 }, "precision": "f64" });
/// let b = serde_json::json!({ "learner": { "learning_rate": 0.5, "kind": "delta" } });
/// assert_eq!(id(&a, &Xor::default()), id(&b, &Xor::default()));
/// ```
pub fn id(config: &Json, task: &dyn Task) -> String {
    let mut text = "deltalab-cell/2 ".to_string();
    canonical(&said(config, task), &mut text);
    let hash = Sha256::digest(text.as_bytes());
    hash[..6].iter().fold(String::new(), |mut id, byte| {
        let _ = write!(id, "{byte:02x}"); // a String takes everything
        id
    })
}

/// What a resolved configuration says beyond the defaults: all that is hashed. Some defaults of network, training and
/// recording depend on the task.
pub fn said(config: &Json, task: &dyn Task) -> Json {
    let empty = Map::new();
    let section = |name: &str| config.get(name).and_then(Json::as_object).unwrap_or(&empty);
    let kind = |name: &str| section(name).get("kind").and_then(Json::as_str).unwrap_or_default();
    let mut train = map(&TrainParams::default_for(task));
    if section("train").get("criterion").is_some_and(|criterion| !criterion.is_null()) {
        train.insert("criterion".to_string(), Json::Object(defaults_of::<Criterion>()));
    }
    let (network, record) =
        (map(&NetworkParams::default_for(task)), map(&RecordParams::default_for(task)));
    let mut sections = vec![
        ("network", said_in(section("network"), NetworkParams::FIELDS, &network)),
        ("train", said_in(section("train"), TrainParams::FIELDS, &train)),
        ("record", said_in(section("record"), RecordParams::FIELDS, &record)),
    ];
    if let Some(entry) = registry::task(kind("task")) {
        sections.push(("task", said_in(section("task"), entry.kind.fields, &entry.defaults)));
    }
    if let Some(entry) = registry::learner(kind("learner")) {
        let said = said_in(section("learner"), entry.kind.fields, &entry.defaults);
        sections.push(("learner", said));
    }
    let top = Map::from_iter([
        ("precision".to_string(), json!("f64")),
        ("master_seed".to_string(), json!(0)),
    ]);
    let mut said = Map::new();
    for (key, value) in config.as_object().unwrap_or(&empty) {
        match sections.iter_mut().find(|(name, _)| name == key) {
            Some((_, section)) if section.is_empty() => {}
            Some((_, section)) => {
                said.insert(key.clone(), Json::Object(std::mem::take(section)));
            }
            None if top.get(key) == Some(value) => {}
            None => {
                said.insert(key.clone(), value.clone());
            }
        }
    }
    Json::Object(said)
}

/// The keys of a table whose values are not the defaults, and those that must be given. `null` is nothing.
fn said_in(
    table: &Map<String, Json>,
    fields: &[Field],
    defaults: &Map<String, Json>,
) -> Map<String, Json> {
    let mut said = Map::new();
    for (key, value) in table {
        let field = fields.iter().find(|field| field.name == key);
        let default = defaults.get(key).filter(|_| !field.is_some_and(|field| field.required));
        if value.is_null() || default == Some(value) {
            continue;
        }
        let value = match field {
            Some(field) => said_by(value, &field.must, default),
            None => value.clone(),
        };
        said.insert(key.clone(), value);
    }
    said
}

/// A value without the defaults inside it. A kind is held against the defaults of that kind.
fn said_by(value: &Json, must: &Must, default: Option<&Json>) -> Json {
    let inside = |each: &Must| match value {
        Json::Array(items) => items.iter().map(|item| said_by(item, each, None)).collect(),
        Json::Object(map) => {
            let said = map.iter().map(|(key, value)| (key.clone(), said_by(value, each, None)));
            Json::Object(said.collect())
        }
        leaf => leaf.clone(),
    };
    match (must, value) {
        (Must::Table(fields), Json::Object(table)) => {
            let empty = Map::new();
            let defaults = default.and_then(Json::as_object).unwrap_or(&empty);
            Json::Object(said_in(table, fields, defaults))
        }
        (Must::Kind(family), Json::Object(table)) => {
            let name = table.get("kind").and_then(Json::as_str).unwrap_or_default();
            let fields = family.kinds().iter().find(|kind| kind.name == name);
            let fields = fields.map_or(&[] as &[Field], |kind| kind.fields);
            let required = |key: &str| fields.iter().any(|it| it.name == key && it.required);
            let mut given = table.clone();
            given.retain(|key, _| key == "kind" || required(key));
            let mut defaults = family_filled(*family, given);
            defaults.remove("kind");
            Json::Object(said_in(table, fields, &defaults))
        }
        (Must::List(each), Json::Array(_)) | (Must::Map(each), Json::Object(_)) => inside(each),
        (Must::OneOf(ways), Json::Object(_)) => {
            let table = |way: &&Must| matches!(way, Must::Table(_) | Must::Map(_) | Must::Kind(_));
            ways.iter()
                .find(table)
                .map_or_else(|| value.clone(), |way| said_by(value, way, default))
        }
        _ => value.clone(),
    }
}

fn map<T: Serialize>(params: &T) -> Map<String, Json> {
    match serde_json::to_value(params) {
        Ok(Json::Object(map)) => map,
        _ => Map::new(),
    }
}

/// JSON with sorted keys, whatever order the map keeps.
fn canonical(value: &Json, into: &mut String) {
    match value {
        Json::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_unstable_by_key(|(key, _)| *key);
            into.push('{');
            for (index, (key, value)) in entries.into_iter().enumerate() {
                let _ = write!(
                    into,
                    "{}{}:",
                    if index == 0 { "" } else { "," },
                    Json::from(key.as_str())
                );
                canonical(value, into);
            }
            into.push('}');
        }
        Json::Array(items) => {
            into.push('[');
            for (index, item) in items.iter().enumerate() {
                into.push_str(if index == 0 { "" } else { "," });
                canonical(item, into);
            }
            into.push(']');
        }
        leaf => {
            let _ = write!(into, "{leaf}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use deltalab_core::task::Xor;

    #[test]
    fn value_stability() {
        let config = json!({ "b": [1, 0.1, 1e300, null, true], "a": { "z": "ε\"", "y": -0.0 } });
        let mut text = String::new();
        canonical(&config, &mut text);
        assert_eq!(text, r#"{"a":{"y":-0.0,"z":"ε\""},"b":[1,0.1,1e+300,null,true]}"#);
        assert_eq!(id(&config, &Xor::default()), "24f00652eb00");
    }

    #[test]
    fn what_is_said_are_kinds_what_must_be_given_and_what_is_no_default() {
        let config = json!({
            "task": { "kind": "xor", "low": 0.0, "high": 1.0, "target_low": 0.1 },
            "network": { "hidden": [4], "init": { "kind": "normal", "sd": 2.0 }, "bias_init": null,
                "activations": { "output": { "kind": "tanh" } } },
            "train": { "criterion": { "metric": "sse", "below": 0.1, "above": null, "epochs_in_a_row": 1 } },
            "learner": { "kind": "generec", "learning_rate": 0.0, "rule": "plain", "settling": { "dt": 0.25, "max_steps": 100 },
                "optimiser": { "kind": "momentum", "momentum": 0.5, "weight_decay": 0.0 } },
            "precision": "f64", "master_seed": 1,
        });
        let expected = json!({
            "task": { "kind": "xor", "target_low": 0.1 },
            "network": { "hidden": [4], "init": { "kind": "normal", "sd": 2.0 }, "activations": { "output": { "kind": "tanh" } } },
            "train": { "criterion": { "metric": "sse", "below": 0.1 } },
            "learner": { "kind": "generec", "learning_rate": 0.0, "settling": { "dt": 0.25 },
                "optimiser": { "kind": "momentum", "momentum": 0.5 } },
            "master_seed": 1,
        });
        assert_eq!(said(&config, &Xor::default()), expected);
    }
}

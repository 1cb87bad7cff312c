//! # The JSON Schema of a spec, for editors
//!
//! Draft 2020-12, made from the same fields that specs are checked against. A kind is an enum with an `if`/`then` branch per
//! name (not a `oneOf`), so that a typo names the choices and the right branch completes the parameters. What may vary in a
//! grid can be missing elsewhere, so nothing that a grid can give is required; [`Spec::parse`](crate::Spec::parse) says
//! more than a schema can.

use crate::registry::{self, defaults_of, family_defaults, family_word};
use crate::spec::fields::{FIGURES, LEARNER, RANGE, RECORD, SECTIONS, TOP, TUNE};
use deltalab_core::network::NetworkParams;
use deltalab_core::params::{Described, Family, Field, Interval, Kind, Must};
use deltalab_core::train::{RecordParams, TrainParams};
use serde_json::{Map, Value as Json, json};

/// The schema.
pub fn schema() -> Json {
    let mut properties = object(TOP, &Map::new(), Missing::Allowed)["properties"].take();
    for (name, doc) in SECTIONS {
        let mut section = section(name);
        section["description"] = json!(doc);
        properties[*name] = section;
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "deltalab experiment",
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
        "$defs": {
            "axis": { "anyOf": [
                { "type": "array", "minItems": 1 },
                { "type": "object", "additionalProperties": { "$ref": "#/$defs/axis" } },
            ] },
            // A table without any of a range's keys is one that unquoted dots have made.
            "range": { "anyOf": [
                value(&RANGE),
                {
                    "type": "object",
                    "minProperties": 1,
                    "properties": { "log": false, "linear": false, "steps": false },
                    "additionalProperties": { "$ref": "#/$defs/range" },
                },
            ] },
            "activation": family(Family::Activation),
            "error": family(Family::Error),
            "initialiser": family(Family::Initialiser),
            "optimiser": family(Family::Optimiser),
            "schedule": family(Family::Schedule),
        },
    })
}

/// Whether a key that a spec must give may be missing here, because a base, a grid or `--set` can give it.
#[derive(Clone, Copy, PartialEq)]
enum Missing {
    Allowed,
    Refused,
}

fn section(name: &str) -> Json {
    match name {
        "task" => {
            let branches = registry::tasks()
                .iter()
                .map(|entry| (entry.kind.name, entry.kind.fields, &entry.defaults));
            let long = kinds("task", branches.collect(), &[], Missing::Allowed);
            let names: Vec<_> = registry::task_kinds().iter().map(|kind| kind.name).collect();
            json!({ "if": { "type": "string" }, "then": { "enum": names }, "else": long })
        }
        "learner" => {
            let branches = registry::learners()
                .iter()
                .map(|entry| (entry.kind.name, entry.kind.fields, &entry.defaults));
            json!({ "type": "array", "minItems": 1, "items": kinds("learner", branches.collect(), LEARNER, Missing::Allowed) })
        }
        "network" => {
            object(NetworkParams::FIELDS, &defaults_of::<NetworkParams>(), Missing::Allowed)
        }
        "train" => object(TrainParams::FIELDS, &defaults_of::<TrainParams>(), Missing::Allowed),
        "record" => object(RECORD, &defaults_of::<RecordParams>(), Missing::Allowed),
        "tune" => {
            let mut tune = object(TUNE, &Map::new(), Missing::Refused);
            let ranges = json!({ "$ref": "#/$defs/range" });
            tune["properties"]["space"]["additionalProperties"] = ranges;
            tune
        }
        "figure" => {
            let none = Map::new();
            let branches = FIGURES.iter().map(|kind| (kind.name, kind.fields, &none)).collect();
            json!({ "type": "array", "items": kinds("figure", branches, &[], Missing::Refused) })
        }
        // Axes: a list of values by path, or a table that unquoted dots have made.
        _ => json!({
            "type": "object",
            "properties": { "exclude": { "type": "array", "items": { "type": "object", "minProperties": 1 } } },
            "additionalProperties": { "$ref": "#/$defs/axis" },
        }),
    }
}

/// A table whose `kind` decides its other keys.
fn kinds(
    family: &str,
    branches: Vec<(&str, &[Field], &Map<String, Json>)>,
    common: &[Field],
    missing: Missing,
) -> Json {
    let names: Vec<_> = branches.iter().map(|(name, ..)| *name).collect();
    let branch = |(name, fields, defaults): &(&str, &[Field], &Map<String, Json>)| {
        let all: Vec<Field> = fields.iter().chain(common).copied().collect();
        let mut then = object(&all, defaults, missing);
        then["properties"]["kind"] = json!({ "const": name });
        json!({ "if": { "properties": { "kind": { "const": name } }, "required": ["kind"] }, "then": then })
    };
    json!({
        "type": "object",
        "properties": { "kind": { "enum": names, "description": format!("Which {family}.") } },
        "required": ["kind"],
        "allOf": branches.iter().map(branch).collect::<Vec<_>>(),
    })
}

fn family(family: Family) -> Json {
    let kinds_of: &[Kind] = family.kinds();
    let defaults: Vec<_> = kinds_of.iter().map(|kind| family_defaults(family, kind.name)).collect();
    let branches =
        kinds_of.iter().zip(&defaults).map(|(kind, defaults)| (kind.name, kind.fields, defaults));
    let long = kinds(family_word(family), branches.collect(), &[], Missing::Allowed);
    let names: Vec<_> = kinds_of.iter().map(|kind| kind.name).collect();
    json!({ "if": { "type": "string" }, "then": { "enum": names }, "else": long })
}

fn object(fields: &[Field], defaults: &Map<String, Json>, missing: Missing) -> Json {
    let mut properties = Map::new();
    for field in fields {
        let mut property = value(&field.must);
        if let Some(map) = property.as_object_mut() {
            map.insert("description".to_string(), json!(field.doc.trim()));
            if let Some(default) =
                defaults.get(field.name).filter(|default| !field.required && !default.is_null())
            {
                map.insert("default".to_string(), default.clone());
            }
        }
        properties.insert(field.name.to_string(), property);
    }
    let required: Vec<_> = match missing {
        Missing::Allowed => Vec::new(),
        Missing::Refused => {
            fields.iter().filter(|field| field.required).map(|field| field.name).collect()
        }
    };
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

fn value(must: &Must) -> Json {
    match must {
        Must::Bool => json!({ "type": "boolean" }),
        // JSON readers keep 53 bits: a larger bound is none.
        Must::Integer(low, high) if *high < 1 << 53 => {
            json!({ "type": "integer", "minimum": low, "maximum": high })
        }
        Must::Integer(low, _) => json!({ "type": "integer", "minimum": low }),
        Must::Number(interval) => number(interval),
        Must::Text => json!({ "type": "string" }),
        Must::Choice(names) => json!({ "enum": names }),
        Must::List(each) => json!({ "type": "array", "items": value(each) }),
        Must::Table(fields) => object(fields, &Map::new(), Missing::Refused),
        Must::Map(each) => json!({ "type": "object", "additionalProperties": value(each) }),
        Must::Kind(family) => json!({ "$ref": format!("#/$defs/{}", family_word(*family)) }),
        Must::OneOf(ways) => json!({ "anyOf": ways.iter().map(value).collect::<Vec<_>>() }),
    }
}

fn number(interval: &Interval) -> Json {
    let mut schema = json!({ "type": "number" });
    if interval.low.is_finite() {
        schema[if interval.low_included { "minimum" } else { "exclusiveMinimum" }] =
            json!(interval.low);
    }
    if interval.high.is_finite() {
        schema[if interval.high_included { "maximum" } else { "exclusiveMaximum" }] =
            json!(interval.high);
    }
    schema
}

//! What must hold for everything that a spec can name, whatever is added to the registries.

use deltalab_core::network::NetworkParams;
use deltalab_core::params::{Described, Family, Field, Must};
use deltalab_core::train::{RecordParams, TrainParams};
use deltalab_lab::check::Checker;
use deltalab_lab::explain::{self, Topic};
use deltalab_lab::node::{Source, Table};
use deltalab_lab::registry::{self, defaults_of, family_defaults};
use serde_json::{Map, Value as Json};
use std::collections::BTreeSet;
use std::sync::Arc;

const FAMILIES: [Family; 5] =
    [Family::Activation, Family::Error, Family::Initialiser, Family::Optimiser, Family::Schedule];

/// Every set of fields with its defaults, and a name for messages.
fn described() -> Vec<(String, Vec<Field>, Map<String, Json>)> {
    let mut all = vec![
        ("network".to_string(), NetworkParams::FIELDS.to_vec(), defaults_of::<NetworkParams>()),
        ("train".to_string(), TrainParams::FIELDS.to_vec(), defaults_of::<TrainParams>()),
        ("record".to_string(), RecordParams::FIELDS.to_vec(), defaults_of::<RecordParams>()),
    ];
    let tasks = registry::tasks().iter().map(|entry| (entry.kind, entry.defaults.clone()));
    let learners = registry::learners().iter().map(|entry| (entry.kind, entry.defaults.clone()));
    let families = FAMILIES.into_iter().flat_map(|family| {
        family.kinds().iter().map(move |kind| (*kind, family_defaults(family, kind.name)))
    });
    let kinds = tasks.chain(learners).chain(families);
    all.extend(
        kinds.map(|(kind, defaults)| (kind.name.to_string(), kind.fields.to_vec(), defaults)),
    );
    all
}

#[test]
fn fields_are_the_names_that_serde_writes() {
    for (name, fields, defaults) in described() {
        let fields: BTreeSet<_> = fields.iter().map(|field| field.name.to_string()).collect();
        let written: BTreeSet<_> = defaults.keys().cloned().collect();
        assert_eq!(fields, written, "{name}");
    }
}

#[test]
fn every_default_is_a_value_that_a_spec_may_write() {
    for (name, fields, defaults) in described() {
        for field in fields.iter().filter(|field| !field.required) {
            let default = &defaults[field.name];
            if default.is_null() {
                continue; // nothing is the default, and nothing cannot be written
            }
            let text = format!("{} = {}", field.name, toml(default));
            let table = Table::parse(&Arc::new(Source::Set(text.clone()))).unwrap();
            let mut checker = Checker::default();
            let checked = checker.value(table.get(field.name).unwrap(), field.name, &field.must);
            assert_eq!(checker.problems, [], "{name}: {text}");
            // Kinds are filled in only when they are deserialised.
            if !matches!(field.must, Must::Kind(_)) {
                assert_eq!(checked.as_ref(), Some(default), "{name}: {text}");
            }
        }
    }
}

fn toml(value: &Json) -> String {
    match value {
        Json::Object(map) => {
            let pairs = map.iter().filter(|(_, value)| !value.is_null());
            let pairs: Vec<_> =
                pairs.map(|(key, value)| format!("{key} = {}", toml(value))).collect();
            format!("{{ {} }}", pairs.join(", "))
        }
        Json::Array(items) => {
            format!("[{}]", items.iter().map(toml).collect::<Vec<_>>().join(", "))
        }
        leaf => leaf.to_string(),
    }
}

#[test]
fn every_field_and_every_kind_is_documented() {
    for (name, fields, _) in described() {
        for field in fields {
            assert!(!field.doc.trim().is_empty(), "{name}.{}", field.name);
            assert!(field.doc.trim().ends_with('.'), "{name}.{}: {}", field.name, field.doc);
        }
    }
    for topic in Topic::ALL {
        let entries = explain::list(topic);
        assert!(!entries.is_empty(), "{topic:?}");
        for entry in entries {
            assert!(!entry.summary.is_empty(), "{topic:?} {}", entry.name);
        }
    }
}

#[test]
fn everything_that_is_listed_is_explained() {
    for topic in Topic::ALL {
        for entry in explain::list(topic) {
            let found = explain::explain(&entry.name).unwrap();
            let explanation = found.iter().find(|found| found.topic == topic).unwrap();
            assert_eq!(explanation.name, entry.name);
            assert!(explanation.text.contains(entry.summary.trim()), "{topic:?} {}", entry.name);
        }
    }
}

#[test]
fn explain_shows_defaults_limits_and_what_must_be_given() {
    let backprop = &explain::explain("backprop").unwrap()[0];
    let rows: Vec<_> = backprop
        .parameters
        .iter()
        .map(|row| (row.name.as_str(), row.required, row.default.as_deref(), row.limits.as_str()))
        .collect();
    assert_eq!(rows[0], ("learning_rate", true, None, "a number above 0"));
    assert_eq!((rows[1].0, rows[1].2), ("optimiser", Some("\"sgd\"")));
    let momentum = &explain::explain("momentum").unwrap()[0];
    assert_eq!(momentum.parameters[0].default.as_deref(), Some("0.9"));
    let rescorla_wagner = &explain::explain("rescorla_wagner").unwrap()[0];
    assert!(rescorla_wagner.parameters.iter().all(|row| row.name != "learning_rate"));
}

#[test]
fn a_name_in_two_topics_is_explained_twice() {
    let topics: Vec<_> =
        explain::explain("linear").unwrap().iter().map(|found| found.topic).collect();
    assert_eq!(topics, [Topic::Activations, Topic::Schedules]);
}

#[test]
fn an_unknown_name_shows_its_neighbours() {
    let message = |name| explain::explain(name).unwrap_err().to_string();
    insta::assert_snapshot!(message("backpropp"), @r#"nothing is called "backpropp"; did you mean "backprop"?"#);
    insta::assert_snapshot!(message("zzzzzzzz"), @r#"nothing is called "zzzzzzzz""#);
}

//! # The check: a node against what the fields say it must be
//!
//! One function reads every table of a spec: it finds unknown keys, missing keys, wrong types, values out of range and
//! unknown kinds, each at its own place, and gives the value in normal form as JSON: a kind is always a table
//! (`"adam"` → `{ "kind": "adam" }`), a real number always a float. What passes is deserialised into the typed
//! parameters, which fill in the defaults.

use crate::diagnostic::{Diagnostic, Problem, nearest};
use crate::node::{Node, Origin, Table, Value};
use crate::registry;
use deltalab_core::params::{Field, Kind, Must};
use serde_json::{Map, Value as Json};

/// Collects problems while it checks.
#[derive(Debug, Default)]
pub struct Checker {
    /// What was found so far.
    pub problems: Vec<Diagnostic>,
}

impl Checker {
    /// Notes a problem.
    pub fn report(&mut self, origin: &Origin, path: &str, problem: Problem) {
        self.problems.push(Diagnostic::new(origin, path, problem));
    }

    /// Checks a table against its fields. `at` is where the table stands: a missing key is reported there.
    /// `None` if there was a problem.
    pub fn table(
        &mut self,
        table: &Table,
        at: &Origin,
        path: &str,
        fields: &[Field],
    ) -> Option<Map<String, Json>> {
        let before = self.problems.len();
        let mut values = Map::new();
        let mut meant = Vec::new();
        for (key, node) in table.iter() {
            let path = join(path, &key.name);
            match fields.iter().find(|field| field.name == key.name) {
                None => {
                    let expected: Vec<_> =
                        fields.iter().map(|field| field.name.to_string()).collect();
                    let nearest = nearest(&key.name, fields.iter().map(|field| field.name));
                    meant.extend(nearest.clone());
                    self.report(&key.origin, &path, Problem::UnknownKey { expected, nearest });
                }
                Some(field) => {
                    if let Some(value) = self.value(node, &path, &field.must) {
                        values.insert(key.name.clone(), value);
                    }
                }
            }
        }
        for field in fields.iter().filter(|field| field.required && table.get(field.name).is_none())
        {
            if meant.iter().any(|name| name == field.name) {
                continue; // it is there, mistyped, and that has been said
            }
            self.report(
                at,
                path,
                Problem::Missing { key: field.name.to_string(), must: field.must },
            );
        }
        (self.problems.len() == before).then_some(values)
    }

    /// Checks one value. `None` if there was a problem.
    pub fn value(&mut self, node: &Node, path: &str, must: &Must) -> Option<Json> {
        let value = match (must, &node.value) {
            (Must::Bool, Value::Bool(b)) => Some(Json::from(*b)),
            (Must::Integer(low, high), Value::Integer(n)) => {
                u64::try_from(*n).ok().filter(|n| (*low..=*high).contains(n)).map(Json::from)
            }
            (Must::Number(interval), Value::Integer(n)) => {
                Some(*n as f64).filter(|x| interval.contains(*x)).map(Json::from)
            }
            // JSON has no NaN and no infinity, and no parameter takes one.
            (Must::Number(interval), Value::Number(x)) => {
                Some(*x).filter(|x| x.is_finite() && interval.contains(*x)).map(Json::from)
            }
            (Must::Text, Value::Text(text)) => Some(Json::from(text.as_str())),
            (Must::Choice(names), Value::Text(text)) => {
                if !names.contains(&text.as_str()) {
                    let expected = names.iter().map(|name| (*name).to_string()).collect();
                    let nearest = nearest(text, names.iter().copied());
                    let unknown = Problem::UnknownName {
                        family: "value",
                        got: text.clone(),
                        expected,
                        nearest,
                    };
                    self.report(&node.origin, path, unknown);
                    return None;
                }
                Some(Json::from(text.as_str()))
            }
            (Must::List(each), Value::List(items)) => {
                let checked: Vec<_> =
                    items.iter().map(|item| self.value(item, path, each)).collect();
                return checked.into_iter().collect::<Option<Vec<_>>>().map(Json::from);
            }
            (Must::Table(fields), Value::Table(table)) => {
                return self.table(table, &node.origin, path, fields).map(Json::Object);
            }
            (Must::Map(each), Value::Table(table)) => {
                let checked: Vec<_> = table
                    .iter()
                    .map(|(key, node)| {
                        Some((key.name.clone(), self.value(node, &join(path, &key.name), each)?))
                    })
                    .collect();
                return checked.into_iter().collect::<Option<Map<_, _>>>().map(Json::Object);
            }
            (Must::Kind(family), Value::Text(_) | Value::Table(_)) => {
                return self.kind(node, path, registry::family_word(*family), family.kinds());
            }
            (Must::OneOf(ways), _) => return self.one_of(node, path, must, ways),
            _ => None,
        };
        if value.is_none() {
            self.report(&node.origin, path, Problem::Unfit { must: *must, got: node.to_string() });
        }
        value
    }

    /// Checks a named choice, in either form, against the kinds of its family.
    pub fn kind(
        &mut self,
        node: &Node,
        path: &str,
        family: &'static str,
        kinds: &[Kind],
    ) -> Option<Json> {
        let kind = self.find_kind(node, path, family, kinds)?;
        let values = match &node.value {
            Value::Table(table) => {
                let mut table = table.clone();
                table.remove("kind");
                self.table(&table, &node.origin, path, kind.fields)
            }
            _ => self.table(&Table::default(), &node.origin, path, kind.fields),
        };
        let mut values = values?;
        values.insert("kind".to_string(), Json::from(kind.name));
        Some(Json::Object(values))
    }

    /// The kind that a node names, if it is one of `kinds`.
    pub fn find_kind<'k>(
        &mut self,
        node: &Node,
        path: &str,
        family: &'static str,
        kinds: &'k [Kind],
    ) -> Option<&'k Kind> {
        let names = || kinds.iter().map(|kind| kind.name);
        let written = match &node.value {
            Value::Table(table) => table.get("kind"),
            _ => Some(node),
        };
        let Some(written) = written else {
            let expected = names().map(str::to_string).collect();
            self.report(&node.origin, path, Problem::MissingKind { expected });
            return None;
        };
        let path = if node.table().is_some() { join(path, "kind") } else { path.to_string() };
        let Some(name) = written.text() else {
            self.report(
                &written.origin,
                &path,
                Problem::Unfit { must: Must::Text, got: written.to_string() },
            );
            return None;
        };
        let found = kinds.iter().find(|kind| kind.name == name);
        if found.is_none() {
            let expected = names().map(str::to_string).collect();
            let unknown = Problem::UnknownName {
                family,
                got: name.to_string(),
                expected,
                nearest: nearest(name, names()),
            };
            self.report(&written.origin, &path, unknown);
        }
        found
    }

    /// Tries each way in turn. If none fits, and one way can say where inside the value the mistake is, it does.
    fn one_of(&mut self, node: &Node, path: &str, must: &Must, ways: &[Must]) -> Option<Json> {
        let mut inner = None;
        for way in ways {
            let mut attempt = Self::default();
            if let Some(value) = attempt.value(node, path, way) {
                return Some(value);
            }
            let has_inside = matches!(
                (way, &node.value),
                (Must::Table(_) | Must::Map(_) | Must::Kind(_), Value::Table(_))
                    | (Must::List(_), Value::List(_))
            );
            if has_inside {
                inner = inner.or(Some(attempt.problems));
            }
        }
        match inner {
            Some(problems) => self.problems.extend(problems),
            None => self.report(
                &node.origin,
                path,
                Problem::Unfit { must: *must, got: node.to_string() },
            ),
        }
        None
    }
}

/// `a.b`, the key quoted where it must be.
pub fn join(path: &str, key: &str) -> String {
    let bare =
        !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    let key = if bare { key.to_string() } else { format!("{key:?}") };
    if path.is_empty() { key } else { format!("{path}.{key}") }
}

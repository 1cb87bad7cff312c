//! # A TOML value that knows where it was written
//!
//! The tree is made from the syntax tree of `toml_edit`, keeps the order of the keys, and remembers of every key and value
//! the file and byte (or the `--set`) that it came from. Two trees can be merged (`base`), and a value can be set at a path
//! (`--set`, `[grid]`) without losing the origin of anything: a message points at what the user typed.

use crate::diagnostic::{Diagnostic, Place, Problem, Problems};
use std::sync::Arc;
use toml_edit::{Item, TableLike};

/// Where some text came from.
#[derive(Debug, PartialEq, Eq)]
pub enum Source {
    /// A file, with its whole text.
    File {
        /// Its name as the user would type it.
        name: String,
        /// Its text.
        text: String,
    },
    /// A `--set` of the command line, such as `learner.learning_rate=0.1`.
    Set(String),
}

/// Where a key or value was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    source: Arc<Source>,
    byte: usize,
}

impl Origin {
    /// The byte `byte` of a source.
    pub fn new(source: &Arc<Source>, byte: usize) -> Self {
        Self { source: source.clone(), byte }
    }

    /// File, line and column, both from 1 and the column in characters; or the `--set`.
    pub fn place(&self) -> Place {
        match &*self.source {
            Source::Set(assignment) => Place::Set { assignment: assignment.clone() },
            Source::File { name, text } => {
                let mut end = self.byte.min(text.len());
                while !text.is_char_boundary(end) {
                    end -= 1;
                }
                let before = &text[..end];
                let start_of_line = before.rfind('\n').map_or(0, |newline| newline + 1);
                let line = before.matches('\n').count() + 1;
                let column = before[start_of_line..].chars().count() + 1;
                Place::File { file: name.clone(), line, column }
            }
        }
    }
}

/// A value and where it was written.
#[derive(Clone, Debug)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// Where it was written. For a table with a header this is the header.
    pub origin: Origin,
}

/// A TOML value. Equality of nodes and tables ignores where they were written, and the order of keys.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A string.
    Text(String),
    /// An integer.
    Integer(i64),
    /// A float, not necessarily finite.
    Number(f64),
    /// A boolean.
    Bool(bool),
    /// A date or time, which no key of a spec takes.
    Datetime(String),
    /// An array, or an array of tables.
    List(Vec<Node>),
    /// A table of either form.
    Table(Table),
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl Node {
    /// The table, if it is one.
    pub fn table(&self) -> Option<&Table> {
        match &self.value {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }

    /// The string, if it is one.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number, if it is one.
    pub fn number(&self) -> Option<f64> {
        match self.value {
            Value::Integer(n) => Some(n as f64),
            Value::Number(x) => Some(x),
            _ => None,
        }
    }

    /// The elements, if it is a list.
    pub fn list(&self) -> Option<&[Node]> {
        match &self.value {
            Value::List(items) => Some(items),
            _ => None,
        }
    }

    /// The kind that it names: the string itself, or the table's `kind`.
    pub fn kind(&self) -> Option<&str> {
        self.text().or_else(|| self.table()?.get("kind")?.text())
    }

    /// The value as a reader of a table of results likes it: strings bare, a kind with parameters as `momentum(momentum=0.9)`.
    pub fn label(&self) -> String {
        match &self.value {
            Value::Text(text) | Value::Datetime(text) => text.clone(),
            Value::Integer(n) => n.to_string(),
            Value::Number(x) => x.to_string(),
            Value::Bool(b) => b.to_string(),
            Value::List(items) => {
                format!("[{}]", items.iter().map(Node::label).collect::<Vec<_>>().join(", "))
            }
            Value::Table(table) => {
                let pairs = table.entries.iter().filter(|(key, _)| key.name != "kind");
                let pairs: Vec<_> =
                    pairs.map(|(key, node)| format!("{}={}", key.name, node.label())).collect();
                match (self.kind(), pairs.is_empty()) {
                    (Some(kind), true) => kind.to_string(),
                    (Some(kind), false) => format!("{kind}({})", pairs.join(", ")),
                    (None, _) => format!("{{{}}}", pairs.join(", ")),
                }
            }
        }
    }
}

/// As it would be written in TOML: what a message shows of a value that does not fit.
impl core::fmt::Display for Node {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match &self.value {
            Value::Text(text) => write!(f, "{text:?}"),
            Value::Datetime(text) => f.write_str(text),
            Value::Integer(n) => write!(f, "{n}"),
            Value::Number(x) => write!(f, "{x:?}"),
            Value::Bool(b) => write!(f, "{b}"),
            Value::List(items) if items.len() > 8 => write!(f, "a list of {} values", items.len()),
            Value::List(items) => {
                f.write_str("[")?;
                for (index, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if index == 0 { "" } else { ", " })?;
                }
                f.write_str("]")
            }
            Value::Table(table) if table.entries.is_empty() => f.write_str("an empty table"),
            Value::Table(table) => {
                let keys: Vec<_> =
                    table.entries.iter().take(8).map(|(key, _)| key.name.as_str()).collect();
                write!(f, "a table with {}", keys.join(", "))
            }
        }
    }
}

/// A key and where it was written.
#[derive(Clone, Debug)]
pub struct Key {
    /// The key, unquoted.
    pub name: String,
    /// Where it was written.
    pub origin: Origin,
}

/// A table, its keys in the order of the file.
#[derive(Clone, Debug, Default)]
pub struct Table {
    entries: Vec<(Key, Node)>,
}

impl PartialEq for Table {
    fn eq(&self, other: &Self) -> bool {
        self.entries.len() == other.entries.len()
            && self.entries.iter().all(|(key, node)| other.get(&key.name) == Some(node))
    }
}

impl Table {
    /// Parses the text of a file. The error is the first mistake of syntax.
    pub fn parse(source: &Arc<Source>) -> Result<Self, Problems> {
        let text = match &**source {
            Source::File { text, .. } | Source::Set(text) => text,
        };
        match toml_edit::Document::parse(text.as_str()) {
            Ok(document) => Ok(table(document.as_table(), source, 0)),
            Err(error) => {
                let byte = error.span().map_or(0, |span| span.start);
                Err(Diagnostic::new(&Origin::new(source, byte), "", Problem::Syntax(error)).into())
            }
        }
    }

    /// Keys and values, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = (&Key, &Node)> {
        self.entries.iter().map(|(key, node)| (key, node))
    }

    /// Whether there is no key.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The value of a key.
    pub fn get(&self, name: &str) -> Option<&Node> {
        self.entries.iter().find(|(key, _)| key.name == name).map(|(_, node)| node)
    }

    /// The value of a key, to be changed.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Node> {
        self.entries.iter_mut().find(|(key, _)| key.name == name).map(|(_, node)| node)
    }

    /// The value at a path, if every key on it leads to a table.
    pub fn at(&self, path: &[String]) -> Option<&Node> {
        let (first, rest) = path.split_first()?;
        let node = self.get(first)?;
        if rest.is_empty() { Some(node) } else { node.table()?.at(rest) }
    }

    /// Takes a key out.
    pub fn remove(&mut self, name: &str) -> Option<Node> {
        let index = self.entries.iter().position(|(key, _)| key.name == name)?;
        Some(self.entries.remove(index).1)
    }

    /// Gives a key a value, in its old place or at the end. `at` is where the key was written.
    pub fn insert(&mut self, name: &str, at: &Origin, node: Node) {
        let entry = (Key { name: name.to_string(), origin: at.clone() }, node);
        match self.entries.iter_mut().find(|(key, _)| key.name == name) {
            Some(old) => *old = entry,
            None => self.entries.push(entry),
        }
    }

    /// Sets the value at a path; tables that are missing on the way are made, and a kind in its short form (`"adam"`)
    /// becomes its table (`{ kind = "adam" }`). `at` is where the path was written. The error is the number of keys that lead to something that is no table.
    pub fn set(&mut self, path: &[String], at: &Origin, node: Node) -> Result<(), usize> {
        let Some((first, rest)) = path.split_first() else { return Ok(()) };
        if rest.is_empty() {
            self.insert(first, at, node);
            return Ok(());
        }
        if self.get(first).is_none() {
            self.insert(
                first,
                at,
                Node { value: Value::Table(Self::default()), origin: at.clone() },
            );
        }
        let Some(inner) = self.get_mut(first) else { return Err(1) };
        if let Value::Text(_) = inner.value {
            let short = Node { value: inner.value.clone(), origin: inner.origin.clone() };
            let mut long = Self::default();
            long.insert("kind", &inner.origin, short);
            inner.value = Value::Table(long);
        }
        match &mut inner.value {
            Value::Table(table) => table.set(rest, at, node).map_err(|depth| depth + 1),
            _ => Err(1),
        }
    }

    /// This table's keys over those of `base`: tables are merged key by key, anything else is replaced; a table that names
    /// another `kind` replaces too, since the parameters of one kind mean nothing to another.
    pub fn over(self, base: Self) -> Self {
        let mut merged = base;
        for (key, node) in self.entries {
            let Some(index) = merged.entries.iter().position(|(old, _)| old.name == key.name)
            else {
                merged.entries.push((key, node));
                continue;
            };
            let old = &mut merged.entries[index];
            let same_kind = node.kind().is_none() || node.kind() == old.1.kind();
            old.0 = key;
            match (node.value, &mut old.1.value) {
                (Value::Table(over), Value::Table(under)) if same_kind => {
                    old.1.value = Value::Table(over.over(std::mem::take(under)));
                    old.1.origin = node.origin;
                }
                (value, _) => old.1 = Node { value, origin: node.origin },
            }
        }
        merged
    }
}

/// A `--set` value: TOML if it parses, else a string.
pub fn parse_value(text: &str, source: &Arc<Source>) -> Node {
    let origin = Origin::new(source, 0);
    match text.trim().parse::<toml_edit::Value>() {
        Ok(parsed) => from_value(&parsed, source, 0),
        Err(_) => Node { value: Value::Text(text.to_string()), origin },
    }
}

fn table(from: &dyn TableLike, source: &Arc<Source>, byte: usize) -> Table {
    let mut entries = Vec::new();
    for (name, item) in from.iter() {
        let at = from.key(name).and_then(toml_edit::Key::span).map_or(byte, |span| span.start);
        let origin = Origin::new(source, at);
        if let Some(node) = from_item(item, source, at) {
            entries.push((Key { name: name.to_string(), origin }, node));
        }
    }
    // Dotted keys and headers may be written in any order: keep that of the file.
    entries.sort_by_key(|(key, _)| key.origin.byte);
    Table { entries }
}

fn from_item(item: &Item, source: &Arc<Source>, byte: usize) -> Option<Node> {
    let at = item.span().map_or(byte, |span| span.start);
    let origin = Origin::new(source, at);
    match item {
        Item::None => None,
        Item::Value(value) => Some(from_value(value, source, byte)),
        Item::Table(inner) => Some(Node { value: Value::Table(table(inner, source, at)), origin }),
        Item::ArrayOfTables(tables) => {
            let nodes = tables.iter().map(|inner| {
                let at = inner.span().map_or(at, |span| span.start);
                Node {
                    value: Value::Table(table(inner, source, at)),
                    origin: Origin::new(source, at),
                }
            });
            Some(Node { value: Value::List(nodes.collect()), origin })
        }
    }
}

fn from_value(value: &toml_edit::Value, source: &Arc<Source>, byte: usize) -> Node {
    let at = value.span().map_or(byte, |span| span.start);
    let origin = Origin::new(source, at);
    let value = match value {
        toml_edit::Value::String(text) => Value::Text(text.value().clone()),
        toml_edit::Value::Integer(n) => Value::Integer(*n.value()),
        toml_edit::Value::Float(x) => Value::Number(*x.value()),
        toml_edit::Value::Boolean(b) => Value::Bool(*b.value()),
        toml_edit::Value::Datetime(date) => Value::Datetime(date.value().to_string()),
        toml_edit::Value::Array(items) => {
            Value::List(items.iter().map(|item| from_value(item, source, at)).collect())
        }
        toml_edit::Value::InlineTable(inner) => Value::Table(table(inner, source, at)),
    };
    Node { value, origin }
}

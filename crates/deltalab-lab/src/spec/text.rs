//! The text of a spec, and that of its `base`.

use crate::data::read_file;
use crate::diagnostic::{Diagnostic, Place, Problem, Problems, ReadError};
use crate::node::{Origin, Source, Table, Value};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use toml_edit::{DocumentMut, Item, TableLike};

/// The text of a spec, its name in messages, and the folder that files in it are relative to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpecText {
    /// Its name in messages: the path as the user typed it.
    pub name: String,
    /// TOML.
    pub text: String,
    /// Where relative files are looked for.
    pub folder: PathBuf,
}

impl SpecText {
    /// Reads a file.
    ///
    /// # Errors
    /// It is not there, or not text.
    pub fn read(path: &Path) -> Result<Self, Problems> {
        let name = path.display().to_string();
        let text = read_text(path).map_err(|error| Diagnostic {
            place: Place::Whole { file: name.clone() },
            path: String::new(),
            problem: Problem::Spec(error),
        })?;
        let folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
        Ok(Self { name, text, folder })
    }

    /// A text that the program carries inside; relative files are looked for where the program runs.
    pub fn embedded(name: &str, text: &str) -> Self {
        Self { name: name.to_string(), text: text.to_string(), folder: PathBuf::new() }
    }
}

fn read_text(path: &Path) -> Result<String, ReadError> {
    let bytes = std::fs::read(path).map_err(|error| ReadError::Unreadable(error.kind()))?;
    text_of(bytes)
}

fn text_of(bytes: Vec<u8>) -> Result<String, ReadError> {
    String::from_utf8(bytes).map_err(|_| ReadError::NotText)
}

/// A spec as a tree (to be checked) and as a document (to be stored, comments kept), its base merged into both.
pub(super) struct Parsed {
    pub root: Table,
    pub document: DocumentMut,
    pub start: Origin,
}

/// Parses a text and merges its base.
pub(super) fn parse(spec: &SpecText) -> Result<Parsed, Problems> {
    let source = Arc::new(Source::File { name: spec.name.clone(), text: spec.text.clone() });
    let start = Origin::new(&source, 0);
    let (root, document) = both(&source, &spec.text)?;
    let mut parsed = Parsed { root, document, start };
    let Some(base) = parsed.root.get("base").cloned() else { return Ok(parsed) };
    let Value::Text(file) = &base.value else { return Ok(parsed) }; // the check of the top level says so
    let path = spec.folder.join(file);
    let at_base = |problem| Problems::from(Diagnostic::new(&base.origin, "base", problem));
    let bytes = read_file(&path).map_err(|error| ReadError::Unreadable(error.kind()));
    let text = bytes
        .and_then(text_of)
        .map_err(|error| at_base(Problem::Base { file: path.display().to_string(), error }))?;
    let source = Arc::new(Source::File { name: path.display().to_string(), text: text.clone() });
    let (base_root, base_document) = both(&source, &text)?;
    if base_root.get("base").is_some() {
        return Err(at_base(Problem::BaseOfBase { base: file.clone() }));
    }
    parsed.root.remove("base");
    parsed.document.remove("base");
    parsed.root = parsed.root.over(base_root);
    put_under(parsed.document.as_table_mut(), base_document.as_table());
    Ok(parsed)
}

fn both(source: &Arc<Source>, text: &str) -> Result<(Table, DocumentMut), Problems> {
    let root = Table::parse(source)?;
    match text.parse() {
        Ok(document) => Ok((root, document)),
        Err(error) => {
            Err(Diagnostic::new(&Origin::new(source, 0), "", Problem::Syntax(error)).into())
        }
    }
}

/// [`Table::over`], on documents.
fn put_under(over: &mut dyn TableLike, base: &dyn TableLike) {
    for (key, item) in base.iter() {
        match over.get_mut(key) {
            None | Some(Item::None) => {
                over.insert(key, item.clone());
            }
            Some(own) => {
                let same_kind = kind(own).is_none() || kind(own) == kind(item);
                if let (Some(own), Some(item), true) =
                    (own.as_table_like_mut(), item.as_table_like(), same_kind)
                {
                    put_under(own, item);
                }
            }
        }
    }
}

fn kind(item: &Item) -> Option<String> {
    item.as_str().or_else(|| item.as_table_like()?.get("kind")?.as_str()).map(str::to_string)
}

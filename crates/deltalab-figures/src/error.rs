//! What can go wrong when figures are made.

use std::path::PathBuf;

/// Why a figure could not be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A `[[figure]]` names a kind that does not exist.
    #[error("figure {number}: unknown kind \"{kind}\"; expected one of {}", known.join(", "))]
    UnknownKind {
        /// Place in the spec, from 1.
        number: usize,
        /// What was asked for.
        kind: String,
        /// The kinds that exist.
        known: &'static [&'static str],
    },
    /// A `[[figure]]` names a metric that was not recorded.
    #[error("figure {number}: no metric \"{metric}\" for {kind}; recorded: {}", listed(known))]
    UnknownMetric {
        /// Place in the spec, from 1.
        number: usize,
        /// Kind of the figure.
        kind: &'static str,
        /// What was asked for.
        metric: String,
        /// The metrics that this kind can show.
        known: Vec<String>,
    },
    /// A `[[figure]]` is faceted by something that is no axis.
    #[error("figure {number}: no axis \"{facet}\" to facet by; expected one of {}", listed(known))]
    UnknownFacet {
        /// Place in the spec, from 1.
        number: usize,
        /// What was asked for.
        facet: String,
        /// The axes, and `learner`.
        known: Vec<String>,
    },
    /// The name of a figure is not a file stem.
    #[error("figure {number}: \"{name}\" is no file name: use letters, digits, `-`, `_` and `.`")]
    BadName {
        /// Place in the spec, from 1.
        number: usize,
        /// What was asked for.
        name: String,
    },
    /// Two figures have the same name.
    #[error("figure {number}: the name \"{name}\" is taken by an earlier figure")]
    TakenName {
        /// Place in the spec, from 1.
        number: usize,
        /// The name.
        name: String,
    },
    /// A file could not be written.
    #[error("cannot write {}", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// What should become a PNG is not an SVG.
    #[error("cannot read the SVG")]
    Svg(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The PNG could not be encoded.
    #[error("cannot encode the PNG")]
    Png(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The picture has no pixels, or too many.
    #[error("a picture of this size cannot be made")]
    Size,
    /// The table beside a figure could not be made.
    #[error("cannot make the CSV of a figure")]
    Csv(#[from] csv::Error),
}

fn listed(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

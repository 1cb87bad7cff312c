//! Everything that has a name: what the registry knows, the figures, the sections of a spec, the examples.

use clap::ValueEnum;
use deltalab::examples::{EXAMPLES, Example};
use deltalab_core::network::NetworkParams;
use deltalab_core::params::{Described, Field};
use deltalab_core::train::{RecordParams, TrainParams};
use deltalab_lab::diagnostic::nearest;
use deltalab_lab::explain::{self, Entry, Parameter, Topic, parameters};
use deltalab_lab::registry::{Step, defaults_of};
use deltalab_lab::spec::fields::{FIGURE, FIGURES, LEARNER, SECTIONS, TUNE};
use serde_json::{Map, Value as Json};

/// What can be listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// Learning rules
    #[value(alias = "learner", alias = "rules")]
    Learners,
    /// Tasks
    #[value(alias = "task")]
    Tasks,
    /// Activation functions
    #[value(alias = "activation")]
    Activations,
    /// Error functions
    #[value(alias = "error")]
    Errors,
    /// Optimisers
    #[value(alias = "optimiser", alias = "optimizers", alias = "optimizer")]
    Optimisers,
    /// Schedules of the learning rate
    #[value(alias = "schedule")]
    Schedules,
    /// Initialisers of weights
    #[value(alias = "initialiser", alias = "initializers", alias = "initializer")]
    Initialisers,
    /// Metrics
    #[value(alias = "metric")]
    Metrics,
    /// Kinds of figures
    #[value(alias = "figure")]
    Figures,
    /// Specs that the program carries inside
    #[value(alias = "example")]
    Examples,
}

impl Kind {
    /// Its plural.
    pub fn name(self) -> &'static str {
        match self {
            Self::Figures => "figures",
            Self::Examples => "examples",
            registered => registered.topic().map_or("", Topic::name),
        }
    }

    fn topic(self) -> Option<Topic> {
        match self {
            Self::Learners => Some(Topic::Learners),
            Self::Tasks => Some(Topic::Tasks),
            Self::Activations => Some(Topic::Activations),
            Self::Errors => Some(Topic::Errors),
            Self::Optimisers => Some(Topic::Optimisers),
            Self::Schedules => Some(Topic::Schedules),
            Self::Initialisers => Some(Topic::Initialisers),
            Self::Metrics => Some(Topic::Metrics),
            Self::Figures | Self::Examples => None,
        }
    }

    /// Every name of the kind, with a line on each.
    pub fn entries(self) -> Vec<Entry> {
        match self {
            Self::Figures => FIGURES
                .iter()
                .map(|kind| Entry { name: kind.name.to_string(), summary: kind.summary() })
                .collect(),
            Self::Examples => EXAMPLES
                .iter()
                .map(|example| Entry {
                    name: example.name.to_string(),
                    summary: description(example),
                })
                .collect(),
            registered => registered.topic().map(explain::list).unwrap_or_default(),
        }
    }
}

/// What an example's spec says of itself.
pub fn description(example: &Example) -> String {
    let lines = example.text.lines().filter_map(|line| line.strip_prefix("description"));
    let value = lines
        .filter_map(|line| line.trim_start().strip_prefix('='))
        .map(|value| value.trim().trim_matches('"'));
    value.take(1).collect()
}

/// An entry of the catalogue: what it is, its name, its Markdown, its unit, its parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct Article {
    /// What it is: `learner`, `task`, `section`, …
    pub what: &'static str,
    /// Its name.
    pub name: String,
    /// What there is to say, as Markdown.
    pub text: String,
    /// Its unit, for a metric that has one.
    pub unit: String,
    /// What it takes.
    pub parameters: Vec<Parameter>,
}

/// Everything that has this name: `linear` is an activation function and a schedule.
pub fn articles(name: &str) -> Vec<Article> {
    let registered = explain::explain(name).unwrap_or_default().into_iter().map(|found| Article {
        what: found.topic.name().strip_suffix('s').unwrap_or(found.topic.name()),
        name: found.name,
        text: found.text,
        unit: found.unit,
        parameters: found.parameters,
    });
    let figure = FIGURES.iter().filter(|kind| kind.name == name).map(|kind| Article {
        what: "figure",
        name: name.to_string(),
        text: kind.text(),
        unit: String::new(),
        parameters: parameters(kind.fields, &Map::new()),
    });
    let section =
        SECTIONS.iter().filter(|(section, _)| *section == name).map(|(section, doc)| Article {
            what: "section of a spec",
            name: name.to_string(),
            text: doc.to_string(),
            unit: String::new(),
            parameters: section_parameters(section),
        });
    registered.chain(figure).chain(section).collect()
}

/// What a section takes beside what its kind does.
fn section_parameters(section: &str) -> Vec<Parameter> {
    let of = |fields: &[Field], defaults: &Map<String, Json>| parameters(fields, defaults);
    match section {
        "network" => of(NetworkParams::FIELDS, &defaults_of::<NetworkParams>()),
        "train" => of(TrainParams::FIELDS, &defaults_of::<TrainParams>()),
        "record" => of(RecordParams::FIELDS, &defaults_of::<RecordParams>()),
        "learner" => [of(LEARNER, &Map::new()), of(Step::FIELDS, &defaults_of::<Step>())].concat(),
        "figure" => of(FIGURE, &Map::new()),
        "tune" => of(TUNE, &Map::new()),
        _ => Vec::new(),
    }
}

/// The name of anything that is most like `name`.
pub fn like(name: &str) -> Option<String> {
    let listed =
        Kind::value_variants().iter().flat_map(|kind| kind.entries()).map(|entry| entry.name);
    let names: Vec<_> =
        listed.chain(SECTIONS.iter().map(|(section, _)| section.to_string())).collect();
    nearest(name, names.iter().map(String::as_str))
}

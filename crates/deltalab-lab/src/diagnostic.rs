//! # What is wrong with a spec, and where
//!
//! One line per problem, all of them at once, in the order of the file:
//!
//! `xor.toml:14:1  learner.rul: unknown key; expected "rule" or "settling" (did you mean "rule"?)`

use crate::data::DataError;
use crate::node::Origin;
use crate::plan::limits::Excess;
use deltalab_core::params::Must;
use deltalab_core::train::SetupError;
use std::fmt;

/// Where a problem is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// A file as a whole.
    Whole {
        /// Its name as the user typed it.
        file: String,
    },
    /// A position in a file.
    File {
        /// Its name as the user typed it.
        file: String,
        /// Line, from 1.
        line: usize,
        /// Column in characters, from 1.
        column: usize,
    },
    /// A `--set` of the command line.
    Set {
        /// What follows `--set`.
        assignment: String,
    },
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole { file } => f.write_str(&one_line(file)),
            Self::File { file, line, column } => write!(f, "{}:{line}:{column}", one_line(file)),
            Self::Set { assignment } => write!(f, "--set {}", one_line(assignment)),
        }
    }
}

/// The text with a blank for every line feed and whatever else would move a terminal's cursor.
fn one_line(text: &str) -> String {
    text.replace(char::is_control, " ")
}

/// One problem of a spec. Its `Display` is exactly one line.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnostic {
    /// Where it is.
    pub place: Place,
    /// The key, such as `learner.learning_rate`; empty where there is none.
    pub path: String,
    /// What is wrong.
    pub problem: Problem,
}

impl Diagnostic {
    /// A problem of the key or value at `origin`.
    pub fn new(origin: &Origin, path: &str, problem: Problem) -> Self {
        Self { place: origin.place(), path: path.to_string(), problem }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = if self.path.is_empty() { String::new() } else { format!("{}: ", self.path) };
        let line = format!("{}  {path}{}", self.place, self.problem);
        f.write_str(&one_line(&line))
    }
}

/// Every problem of a spec, sorted by place. Never empty.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{}", self.0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
pub struct Problems(Vec<Diagnostic>);

impl Problems {
    /// Sorted and without repeats; `Ok` if there is none.
    pub fn check(mut found: Vec<Diagnostic>) -> Result<(), Self> {
        // The same mistake in the grid can show in thousands of cells.
        found.sort_by_cached_key(|d| (d.place.clone(), d.to_string()));
        found.dedup();
        if found.is_empty() { Ok(()) } else { Err(Self(found)) }
    }

    /// The problems, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.0.iter()
    }
}

impl From<Diagnostic> for Problems {
    fn from(problem: Diagnostic) -> Self {
        Self(vec![problem])
    }
}

/// Why a text cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The system says so.
    #[error("{}", reason(*.0))]
    Unreadable(std::io::ErrorKind),
    /// It is not text.
    #[error("it is not UTF-8 text")]
    NotText,
}

/// What is wrong. The wording leaves out place and key, which [`Diagnostic`] adds.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Problem {
    /// The spec itself cannot be read.
    #[error("cannot be read: {0}")]
    Spec(ReadError),
    /// Its base cannot be read.
    #[error("cannot read {file}: {error}")]
    Base {
        /// The base, as a path from where the program runs.
        file: String,
        /// Why.
        error: ReadError,
    },
    /// Not TOML.
    #[error("{}", .0.message().trim())]
    Syntax(toml_edit::TomlError),
    /// A key that nothing reads.
    #[error("unknown key; {}{}", one_of(.expected), hint(.nearest))]
    UnknownKey {
        /// The keys that could stand here.
        expected: Vec<String>,
        /// The most similar of them.
        nearest: Option<String>,
    },
    /// A path into something that learners have, but not with this key.
    #[error("no learner has {key:?} in its {parent}; choose a kind of {parent} that takes it")]
    NobodyHas {
        /// The last key of the path.
        key: String,
        /// The path before it.
        parent: String,
    },
    /// A table that must say which of its kinds it is.
    #[error("missing key \"kind\"; {}", one_of(.expected))]
    MissingKind {
        /// All kinds.
        expected: Vec<String>,
    },
    /// A metric that exists, but that no cell records.
    #[error("metric {name:?} is not recorded; add it to record.metrics, or choose {}", quoted(.recorded, "or"))]
    NotRecorded {
        /// The metric.
        name: String,
        /// Metrics that are.
        recorded: Vec<String>,
    },
    /// A key that must be given.
    #[error("missing key {key:?}; expected {}", Expected(.must))]
    Missing {
        /// The key.
        key: String,
        /// What its value must be.
        must: Must,
    },
    /// A value of the wrong type or out of range.
    #[error("expected {}, got {got}", Expected(.must))]
    Unfit {
        /// What it must be.
        must: Must,
        /// What it is, as written.
        got: String,
    },
    /// A name that the registry does not know.
    #[error("unknown {family} {got:?}; {}{}", one_of(.expected), hint(.nearest))]
    UnknownName {
        /// What is named: `learner`, `task`, `activation`, `metric`, …
        family: &'static str,
        /// The name.
        got: String,
        /// All names.
        expected: Vec<String>,
        /// The most similar of them.
        nearest: Option<String>,
    },
    /// A place in the plan that no cell has.
    #[error("there is no cell {got}; the plan has {cells}, counted from 0")]
    NoSuchCell {
        /// The place.
        got: u64,
        /// How many cells there are.
        cells: usize,
    },
    /// Parameters of the task are each within limits but do not fit together.
    #[error("{complaint}")]
    Task {
        /// What the task says of them, one sentence.
        complaint: String,
    },
    /// Task, network, training and rule do not fit together.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// A batch optimiser is given a rate.
    #[error("optimiser \"{optimiser}\" finds the length of its steps itself: leave this key out")]
    OwnStep {
        /// Its name.
        optimiser: String,
    },
    /// A data file is not as it must be.
    #[error(transparent)]
    Data(#[from] DataError),
    /// `--set` without `=`.
    #[error("expected PATH=VALUE, such as train.max_epochs=100")]
    NotAnAssignment,
    /// A path of `--set` or `[grid]` that is not a dotted TOML key.
    #[error("not a path; expected dotted keys, such as network.activation")]
    NotAPath,
    /// A path through a value that is not a table.
    #[error("{parent} is not a table, so nothing in it can be set; set {parent} as a whole")]
    NotATable {
        /// The path that leads to the value.
        parent: String,
    },
    /// `--set base=…`: the base is read before.
    #[error("cannot be set from the command line; expected base = \"FILE\" in the spec itself")]
    BaseSet,
    /// A base that has a base.
    #[error("{base} has a base itself; one level is allowed")]
    BaseOfBase {
        /// The name of the base.
        base: String,
    },
    /// A name that cannot be a folder.
    #[error(
        "cannot be the name of a folder; expected letters, digits, \"-\", \"_\" and \".\", not starting with \".\" or \"-\", got {name:?}"
    )]
    NotAFolderName {
        /// The name.
        name: String,
    },
    /// Two seeds are the same.
    #[error("seed {seed} stands twice")]
    DoubleSeed {
        /// The seed.
        seed: u64,
    },
    /// An empty list of seeds.
    #[error("no seed; expected at least one")]
    NoSeed,
    /// A section that is not a table.
    #[error("expected a table, written [{name}], got {got}")]
    NotASection {
        /// The section.
        name: &'static str,
        /// What stands there.
        got: String,
    },
    /// Nothing to learn.
    #[error("missing section [task]; expected a table with a kind, such as kind = \"xor\"")]
    NoTask,
    /// Nobody to learn it.
    #[error("no learner; expected at least one [[learner]] with a kind")]
    NoLearner,
    /// `[learner]` for `[[learner]]`.
    #[error("expected a list of tables, each written [[learner]] with two brackets")]
    OneLearnerTable,
    /// `[figure]` for `[[figure]]`.
    #[error("expected a list of tables, each written [[figure]] with two brackets")]
    OneFigureTable,
    /// Seeds beyond the largest.
    #[error("the last seed would be above {}", i64::MAX)]
    SeedTooLarge,
    /// Two learners, figures or the like have one name.
    #[error("{what} {name:?} stands twice (first at {first}); give one of them another {key}")]
    DoubleName {
        /// What has a name.
        what: &'static str,
        /// The name.
        name: String,
        /// Where it stood first.
        first: Place,
        /// The key to change.
        key: &'static str,
    },
    /// A grid over something that cannot vary.
    #[error("cannot vary in a grid; {}", .instead.unwrap_or("expected a path into task, network, train, record or learner, or precision"))]
    NotAnAxis {
        /// What to do instead.
        instead: Option<&'static str>,
    },
    /// An axis without values.
    #[error("expected a list of at least one value, got {got}")]
    NoValues {
        /// What stands there.
        got: String,
    },
    /// `exclude` is not what it must be.
    #[error(
        "expected a list of tables of axes and values, such as [{{ \"network.activation\" = \"tanh\" }}], got {got}"
    )]
    NotExclusions {
        /// What stands there.
        got: String,
    },
    /// One path in two axes.
    #[error("varies twice in the grid (first at {first})")]
    DoubleAxis {
        /// Where it stood first.
        first: Place,
    },
    /// A value that stands twice on one axis.
    #[error("value {value} stands twice on this axis (first at {first})")]
    DoubleValue {
        /// The value.
        value: String,
        /// Where it stood first.
        first: Place,
    },
    /// A point of an axis of several paths that has another number of values.
    #[error("expected {expected} values, one for each of {paths}, got {got}")]
    WrongArity {
        /// How many paths vary together.
        expected: usize,
        /// The paths.
        paths: String,
        /// What stands there.
        got: String,
    },
    /// An exclusion that no cell can match.
    #[error("{got} is not a value of this axis, so nothing is excluded; expected one of {}", .expected.join(", "))]
    NotOnAxis {
        /// The value.
        got: String,
        /// Values of the axis.
        expected: Vec<String>,
    },
    /// Two cells that are one configuration.
    #[error("the same configuration twice: {first} and {second}; take one away")]
    DoubleCell {
        /// The first cell.
        first: String,
        /// The second.
        second: String,
    },
    /// Nothing to run.
    #[error("no cell is left: the exclusions drop all of them")]
    NoCell,
    /// More runs than anybody wants by accident.
    #[error("{cells} cells with {seeds} seeds are {} runs, more than {limit}; set allow_large = true if that is meant", u128::from(*cells) * u128::from(*seeds))]
    TooLarge {
        /// Number of cells.
        cells: u64,
        /// Number of seeds.
        seeds: u64,
        /// The limit.
        limit: u64,
    },
    /// A size beyond its limit.
    #[error("{0}")]
    Excess(Excess),
    /// A seed of the tuning that the comparison has too.
    #[error(
        "seed {seed} is one of the comparison's too; tune on seeds that it never uses, such as {{ first = 1000000, count = 20 }}"
    )]
    SharedSeed {
        /// The seed.
        seed: u64,
    },
    /// A range that is none.
    #[error("expected the lowest and the highest value{}, got {got}", if *.positive { ", both above 0" } else { "" })]
    NotARange {
        /// Whether the values must be positive: for steps in the logarithm.
        positive: bool,
        /// What stands there.
        got: String,
    },
    /// Values of a range that are equal once rounded.
    #[error(
        "{steps} steps are too close to tell apart in three significant digits; take fewer, or list the values"
    )]
    StepsTooClose {
        /// How many.
        steps: u64,
    },
    /// A key that tuning cannot vary.
    #[error(
        "cannot be tuned: only a learner's own parameters can, such as learning_rate; vary others in [grid]"
    )]
    NotTunable,
    /// A value for what is tuned.
    #[error(
        "{key} is tuned for every learner that has it; leave it out here, or take it out of tune.space"
    )]
    TunedAndGiven {
        /// The key.
        key: String,
    },
    /// An axis over what is tuned.
    #[error("{key} is tuned, so the grid cannot vary it; take one of the two away")]
    TunedAndVaried {
        /// The key.
        key: String,
    },
    /// Two keys of the space that one learner has in the same place.
    #[error("tuned twice (first at {first}); take one of the two away")]
    TunedTwice {
        /// The first.
        first: Place,
    },
    /// Nothing is tuned.
    #[error(
        "nothing to tune; expected a parameter and its values, such as learning_rate = {{ log = [0.01, 10.0], steps = 9 }}"
    )]
    EmptySpace,
    /// Epochs to a criterion that is not there.
    #[error(
        "{name:?} are those to train.criterion, which {learner} does not have; set one, or select by a final metric"
    )]
    NoCriterion {
        /// What was to select.
        name: &'static str,
        /// Label of the learner.
        learner: String,
    },
    /// A metric of which neither more nor less is better.
    #[error("neither a high nor a low {name} is better, so it cannot select")]
    NoDirection {
        /// The metric.
        name: String,
    },
    /// A metric that a tuned learner does not end with.
    #[error("{learner} does not end with {name}, so it cannot be tuned by it")]
    NoSuchFinal {
        /// Label of the learner.
        learner: String,
        /// The metric.
        name: String,
    },
    /// The parameters passed their check but do not make what they describe.
    #[error("these values do not make what they describe: {reason}")]
    Unbuildable {
        /// What serde says.
        reason: String,
    },
}

/// What a value must be, in words: `a number above 0`, `"sgd", "momentum" or "adam"`.
pub struct Expected<'a>(pub &'a Must);

impl fmt::Display for Expected<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Must::Bool => f.write_str("true or false"),
            Must::Integer(0, high) if *high >= i64::MAX as u64 => {
                f.write_str("a whole number at least 0")
            }
            Must::Integer(low, high) if *high >= u64::from(u32::MAX) => {
                write!(f, "a whole number at least {low}")
            }
            Must::Integer(low, high) => write!(f, "a whole number from {low} to {high}"),
            Must::Number(interval) => write!(f, "{interval}"),
            Must::Text => f.write_str("text in quotes"),
            Must::Choice(names) => f.write_str(&quoted(names, "or")),
            Must::List(each) => write!(f, "a list, each entry {}", Self(each)),
            Must::Table(fields) => {
                let names: Vec<_> = fields.iter().map(|field| field.name).collect();
                write!(f, "a table with {}", quoted(&names, "and"))
            }
            Must::Map(each) => write!(f, "a table, each value {}", Self(each)),
            Must::Kind(family) => {
                let names: Vec<_> = family.kinds().iter().map(|kind| kind.name).collect();
                write!(f, "{}, or a table with such a kind", quoted(&names, "or"))
            }
            Must::OneOf(ways) => {
                for (index, way) in ways.iter().enumerate() {
                    write!(f, "{}{}", if index == 0 { "" } else { ", or " }, Self(way))?;
                }
                Ok(())
            }
        }
    }
}

/// The name among `names` that is most like `got`, if any is alike: a Damerau–Levenshtein distance of at most a third of
/// the longer one's length, or else a name that holds it (`rate` in `learning_rate`).
pub fn nearest<'a>(got: &str, names: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let got: String = got.to_lowercase().chars().take(80).collect(); // the distance takes time in length squared
    let names: Vec<&str> = names.into_iter().collect();
    let distance = |name: &str| strsim::damerau_levenshtein(&got, &name.to_lowercase());
    let limit = |name: &str| name.chars().count().max(got.chars().count()).div_ceil(3);
    let alike =
        names.iter().map(|name| (distance(name), *name)).min_by_key(|(distance, _)| *distance);
    let alike = alike.filter(|(distance, name)| *distance <= limit(name)).map(|(_, name)| name);
    let holds = |name: &&&str| got.chars().count() > 2 && name.contains(&got);
    alike.or_else(|| names.iter().find(holds).copied()).map(str::to_string)
}

/// `"a", "b" or "c"`.
pub fn quoted<S: AsRef<str>>(names: &[S], word: &str) -> String {
    match names {
        [] => "nothing".to_string(),
        [one] => format!("{:?}", one.as_ref()),
        [most @ .., last] => {
            let most: Vec<_> = most.iter().map(|name| format!("{:?}", name.as_ref())).collect();
            format!("{} {word} {:?}", most.join(", "), last.as_ref())
        }
    }
}

fn one_of(names: &[String]) -> String {
    if names.is_empty() {
        "none is known here".to_string()
    } else {
        format!("expected {}", quoted(names, "or"))
    }
}

fn hint(nearest: &Option<String>) -> String {
    nearest.as_ref().map(|name| format!(" (did you mean {name:?}?)")).unwrap_or_default()
}

/// Why a file cannot be read, in words.
pub fn reason(kind: std::io::ErrorKind) -> String {
    match kind {
        std::io::ErrorKind::NotFound => "no such file".to_string(),
        std::io::ErrorKind::PermissionDenied => "not allowed".to_string(),
        std::io::ErrorKind::IsADirectory => "it is a folder".to_string(),
        std::io::ErrorKind::InvalidInput => "it is not a file".to_string(),
        other => other.to_string(),
    }
}

//! # What a spec can name
//!
//! The registries of the core (learners, tasks, families of functions, metrics) with the tasks that read files added, as
//! plain lists, each entry with its defaults and how it becomes the typed thing. Everything else in this crate reads these.

use crate::data::{self, Fault, FileTask};
use deltalab_core::learner::{self, Configured, Recipe, Rule};
use deltalab_core::network::{Activation, ErrorFunction, Initialiser};
use deltalab_core::optimiser::{OptimiserParams, Schedule};
use deltalab_core::params::{Described, Family, Field, Kind, Must};
use deltalab_core::task::{self, Named, Task};
use deltalab_core::train::Setup;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json};
use std::path::Path;
use std::sync::{Arc, OnceLock};

deltalab_core::params! {
    /// How a direction becomes a change: what every learner takes that leaves the step to an optimiser.
    pub struct Step {
        /// Learning rate ε, the factor of the direction Δw/ε. It goes to the optimiser.
        pub learning_rate: f64, Must::Number(Setup::LEARNING_RATE);
        /// What turns directions into changes.
        pub optimiser: OptimiserParams = OptimiserParams::default(), Must::Kind(Family::Optimiser);
        /// How ε changes over epochs.
        pub schedule: Schedule = Schedule::default(), Must::Kind(Family::Schedule);
    }
}

/// Keys of [`Step`] that a batch optimiser does not take: it finds the length of its steps itself.
pub const RATE: &[&str] = &["learning_rate", "schedule"];

/// Whether an optimiser, by its name, is a batch optimiser.
pub fn is_batch_optimiser(name: &str) -> bool {
    let short = Json::Object(Map::from_iter([("kind".to_string(), Json::from(name))]));
    serde_json::from_value::<OptimiserParams>(short).is_ok_and(|optimiser| optimiser.is_batch())
}

/// A task that a spec can name.
pub struct TaskEntry {
    /// Name, documentation, parameters.
    pub kind: Kind,
    /// The default of every parameter; parameters that must be given have a value that means nothing.
    pub defaults: Map<String, Json>,
    /// Parameters in normal form and the spec's folder → parameters with every default filled in, and the task.
    pub make: fn(Json, &Path) -> Result<MadeTask, Failure>,
}

/// A task, made.
pub struct MadeTask {
    /// Its parameters with every default filled in.
    pub resolved: Json,
    /// The task.
    pub task: Arc<dyn Task>,
}

/// A learner that a spec can name.
pub struct LearnerEntry {
    /// Name, documentation, parameters: those of [`Step`] first where it takes them, then its own.
    pub kind: Kind,
    /// The default of every parameter.
    pub defaults: Map<String, Json>,
    /// Parameters in normal form → parameters with every default filled in, the step (`None`: the rule has a rate of its
    /// own), and the rule.
    pub make: fn(Map<String, Json>) -> Result<MadeLearner, Failure>,
}

/// A learner, made.
pub struct MadeLearner {
    /// Its parameters with every default filled in, those of the step among them.
    pub resolved: Json,
    /// The step; `None`: the rule has a rate of its own.
    pub step: Option<Step>,
    /// The rule.
    pub recipe: Arc<dyn Recipe>,
}

/// Why parameters that passed their check make nothing.
#[derive(Debug)]
pub enum Failure {
    /// They do not deserialise.
    Serde(serde_json::Error),
    /// A data file is not as it must be.
    Data(Fault),
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::Serde(error)
    }
}

/// Every task, in the order of the registry; those that read files last.
pub fn tasks() -> &'static [TaskEntry] {
    static TASKS: OnceLock<Vec<TaskEntry>> = OnceLock::new();
    struct Collect(Vec<TaskEntry>);
    impl task::Visitor for Collect {
        fn task<T: Named>(&mut self) {
            let make = |params: Json, _: &Path| {
                let task: T = serde_json::from_value(params)?;
                Ok(MadeTask { resolved: serde_json::to_value(&task)?, task: Arc::new(task) })
            };
            self.0.push(TaskEntry { kind: task::kind::<T>(), defaults: defaults_of::<T>(), make });
        }
    }
    TASKS.get_or_init(|| {
        let mut all = Collect(Vec::new());
        task::tasks(&mut all);
        all.0.extend([file_task::<data::Csv>(), file_task::<data::Idx>()]);
        all.0
    })
}

fn file_task<T: FileTask>() -> TaskEntry {
    let make = |params: Json, folder: &Path| {
        let params: T = serde_json::from_value(params)?;
        let (params, task) = params.load(folder).map_err(Failure::Data)?;
        Ok(MadeTask { resolved: serde_json::to_value(&params)?, task: Arc::new(task) })
    };
    TaskEntry {
        kind: Kind { name: T::KIND, doc: T::SOURCE, fields: T::FIELDS },
        defaults: defaults_of::<T>(),
        make,
    }
}

/// Every learner, in the order of the registry.
pub fn learners() -> &'static [LearnerEntry] {
    static LEARNERS: OnceLock<Vec<LearnerEntry>> = OnceLock::new();
    struct Collect(Vec<LearnerEntry>);
    impl learner::Visitor for Collect {
        fn learner<L: Rule>(&mut self) {
            self.0.push(learner_entry::<L>());
        }
    }
    LEARNERS.get_or_init(|| {
        let mut all = Collect(Vec::new());
        learner::learners(&mut all);
        all.0
    })
}

fn learner_entry<L: Rule>() -> LearnerEntry {
    let mut fields: Vec<Field> = Vec::new();
    let mut defaults = Map::new();
    if L::OPTIMISED {
        fields.extend(Step::FIELDS);
        defaults.extend(defaults_of::<Step>());
    }
    fields.extend(L::Params::FIELDS);
    defaults.extend(defaults_of::<L::Params>());
    let make = |mut own: Map<String, Json>| {
        let step = match L::OPTIMISED {
            false => None,
            true => {
                let keys = Step::FIELDS.iter().filter_map(|field| own.remove_entry(field.name));
                Some(serde_json::from_value::<Step>(Json::Object(keys.collect()))?)
            }
        };
        let params: L::Params = serde_json::from_value(Json::Object(own))?;
        let mut resolved = to_map(&params)?;
        if let Some(step) = &step {
            resolved.extend(to_map(step)?);
            if step.optimiser.is_batch() {
                RATE.iter().for_each(|key| drop(resolved.remove(*key)));
            }
        }
        let recipe = Arc::new(Configured::<L>(params));
        Ok(MadeLearner { resolved: Json::Object(resolved), step, recipe })
    };
    // Leaked once for the life of the program, so that `Kind` is plain data everywhere.
    let fields: &'static [Field] = Vec::leak(fields);
    LearnerEntry { kind: Kind { name: L::KIND, doc: L::SOURCE, fields }, defaults, make }
}

/// The learner of a name.
pub fn learner(name: &str) -> Option<&'static LearnerEntry> {
    learners().iter().find(|entry| entry.kind.name == name)
}

/// The task of a name.
pub fn task(name: &str) -> Option<&'static TaskEntry> {
    tasks().iter().find(|entry| entry.kind.name == name)
}

/// Every task as a kind.
pub fn task_kinds() -> &'static [Kind] {
    static KINDS: OnceLock<Vec<Kind>> = OnceLock::new();
    KINDS.get_or_init(|| tasks().iter().map(|entry| entry.kind).collect())
}

/// Every learner as a kind.
pub fn learner_kinds() -> &'static [Kind] {
    static KINDS: OnceLock<Vec<Kind>> = OnceLock::new();
    KINDS.get_or_init(|| learners().iter().map(|entry| entry.kind).collect())
}

/// What a member of a family is called in a message.
pub fn family_word(family: Family) -> &'static str {
    match family {
        Family::Activation => "activation",
        Family::Error => "error",
        Family::Initialiser => "initialiser",
        Family::Optimiser => "optimiser",
        Family::Schedule => "schedule",
    }
}

/// The default parameters of a member of a family; empty where it takes none, or where one of them must be given.
pub fn family_defaults(family: Family, name: &str) -> Map<String, Json> {
    let short = Map::from_iter([("kind".to_string(), Json::from(name))]);
    let mut map = family_filled(family, short);
    map.remove("kind");
    map
}

/// A member of a family, its kind among the keys, with every default filled in; empty where a parameter that must be given
/// is not.
pub fn family_filled(family: Family, given: Map<String, Json>) -> Map<String, Json> {
    fn of<T: DeserializeOwned + Serialize>(given: Map<String, Json>) -> Map<String, Json> {
        let value: Result<T, _> = serde_json::from_value(Json::Object(given));
        value.ok().and_then(|value| to_map(&value).ok()).unwrap_or_default()
    }
    match family {
        Family::Activation => of::<Activation>(given),
        Family::Error => of::<ErrorFunction>(given),
        Family::Initialiser => of::<Initialiser>(given),
        Family::Optimiser => of::<OptimiserParams>(given),
        Family::Schedule => of::<Schedule>(given),
    }
}

/// The default of every parameter.
pub fn defaults_of<T: Default + Serialize>() -> Map<String, Json> {
    to_map(&T::default()).unwrap_or_default()
}

fn to_map<T: Serialize>(params: &T) -> Result<Map<String, Json>, serde_json::Error> {
    match serde_json::to_value(params)? {
        Json::Object(map) => Ok(map),
        _ => Ok(Map::new()),
    }
}

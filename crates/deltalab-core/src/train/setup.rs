//! Everything that the runs of one cell share, checked as a whole.

use super::params::{BatchSize, Bound, RecordParams, TrainParams};
use super::unsuited::Unsuited;
use crate::learner::{Context, Need, Recipe};
use crate::metric::{Better, METRICS, Metric};
use crate::network::{
    ErrorFunction, Initialiser, NetworkParams, Topology, TopologyError, initialiser,
};
use crate::optimiser::{NewLbfgs, OptimiserParams, Schedule};
use crate::params::Interval;
use crate::task::{Probe, Task};
use std::fmt;
use std::sync::Arc;

/// Precision of a run's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// Single.
    F32,
    /// Double.
    F64,
}

/// What a learner's runs share: task, network, training, optimiser. Made by [`Setup::new`], which refuses what does not fit.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The task.
    pub task: Arc<dyn Task>,
    /// Network parameters of the spec.
    pub network: NetworkParams,
    /// The network's shape.
    pub topology: Arc<Topology>,
    /// Training parameters of the spec.
    pub train: TrainParams,
    /// What is recorded.
    pub record: RecordParams,
    /// Optimiser.
    pub optimiser: OptimiserParams,
    /// What makes `lbfgs`, which this crate has not.
    pub lbfgs: Option<NewLbfgs>,
    /// Learning rate ε.
    pub learning_rate: f64,
    /// Schedule of the learning rate.
    pub schedule: Schedule,
    /// Precision.
    pub precision: Precision,
    /// Master seed of the experiment.
    pub master_seed: u64,
    /// Names of the inputs, where the task has any.
    pub input_names: Vec<String>,
    /// Training patterns of every run.
    pub train_patterns: usize,
    /// Strengths to record after every trial; empty unless the task is conditioning.
    pub probes: Vec<Probe>,
    /// Metrics of the end of a run, in the order of their columns.
    pub finals: Vec<Column>,
    /// Metrics of the curves, in order; the first of them are those of `finals`, or the probes.
    pub curves: Vec<Column>,
    /// The criterion, resolved.
    pub criterion: Option<Target>,
}

/// The ingredients of a [`Setup`].
#[derive(Clone, Debug)]
pub struct Ingredients {
    /// The task.
    pub task: Arc<dyn Task>,
    /// `[network]`.
    pub network: NetworkParams,
    /// `[train]`.
    pub train: TrainParams,
    /// `[record]`.
    pub record: RecordParams,
    /// Optimiser of the learner.
    pub optimiser: OptimiserParams,
    /// What makes `lbfgs`, which this crate has not; without it that optimiser is refused.
    pub lbfgs: Option<NewLbfgs>,
    /// Learning rate of the learner.
    pub learning_rate: f64,
    /// Schedule of the learner.
    pub schedule: Schedule,
    /// Precision.
    pub precision: Precision,
    /// Master seed.
    pub master_seed: u64,
}

/// Where a metric is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// Training patterns of the epoch, each before its update.
    Train,
    /// Held-out patterns, after the epoch.
    Test,
    /// The network.
    Network,
    /// One layer of the network.
    Layer(usize),
    /// A path and the one that answers it.
    Pair(usize),
    /// The k-th smallest pair of mirrored inputs, from 1.
    Rank(usize),
    /// A conditioning probe.
    Probe(usize),
}

/// One recorded number.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its name: `train_sse`, `test_accuracy`, `delta_norm(hidden)`, `V(A)`.
    pub name: String,
    /// Which metric; a probe's is not used.
    pub metric: Metric,
    /// Where it is measured.
    pub over: Over,
    /// Unit.
    pub unit: &'static str,
    /// One sentence.
    pub meaning: String,
    /// Which direction is better.
    pub better: Better,
}

/// A resolved criterion.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Target {
    /// The metric.
    pub metric: Metric,
    /// Training or test.
    pub over: Over,
    /// The bound.
    pub bound: Bound,
    /// Epochs in a row.
    pub epochs: u64,
}

/// Why a setup is refused.
#[derive(Clone, Debug, PartialEq)]
pub enum SetupError {
    /// The network's parameters do not fit.
    Topology(TopologyError),
    /// The rule needs something else.
    Need {
        /// Kind of the learner.
        learner: &'static str,
        /// What it needs.
        need: crate::learner::Need,
    },
    /// A parameter of the learner does not fit.
    Learner {
        /// Key under the learner.
        key: &'static str,
        /// What is wrong, one sentence.
        complaint: String,
    },
    /// A parameter of the task does not fit.
    Task {
        /// Key under the task.
        key: &'static str,
        /// What is wrong, one sentence.
        complaint: String,
    },
    /// The schedule does not fit.
    Schedule {
        /// Key under the schedule.
        key: &'static str,
        /// What is wrong, one sentence.
        complaint: String,
    },
    /// There is no such metric.
    UnknownMetric {
        /// Key of the spec.
        key: &'static str,
        /// The name that was given.
        name: String,
    },
    /// The metric cannot be measured here.
    NoMetric {
        /// Key of the spec.
        key: &'static str,
        /// The name that was given.
        name: String,
        /// Why not.
        why: Unmeasurable,
    },
    /// A batch optimiser does not go with the rest.
    Optimiser {
        /// Its name.
        optimiser: &'static str,
        /// Why not.
        why: Unsuited,
    },
    /// None, or more than one, of a criterion's bounds is set.
    Bounds,
    /// A batch larger than the training set.
    Batch {
        /// Patterns per update.
        batch: usize,
        /// Training patterns.
        patterns: usize,
    },
    /// The task has no training patterns.
    NoPatterns,
    /// Conditioning is one pass over the trials, in order, one at a time.
    Conditioning {
        /// Key of the spec that says otherwise.
        key: &'static str,
    },
}

/// Why a metric cannot be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unmeasurable {
    /// Cross-entropy is defined for logistic and softmax outputs.
    Outputs,
    /// The task holds no patterns out.
    NoTest,
    /// It is not a metric over patterns.
    NotOverPatterns,
    /// The net has no gradient.
    NoGradient,
    /// No path of the net is answered by one in the other direction.
    NoPair,
    /// No two hidden units receive two inputs.
    NoMirror,
}

impl SetupError {
    /// The key of the spec that is to be changed.
    pub fn key(&self) -> String {
        match self {
            Self::Topology(error) => format!("network.{}", error.key()),
            Self::Need { need, .. } => need.key().to_string(),
            Self::Learner { key, .. } => format!("learner.{key}"),
            Self::Task { key, .. } => format!("task.{key}"),
            Self::Schedule { key, .. } => format!("learner.schedule.{key}"),
            Self::UnknownMetric { key, .. }
            | Self::NoMetric { key, .. }
            | Self::Conditioning { key } => (*key).to_string(),
            Self::Optimiser { why, .. } => why.key().to_string(),
            Self::Bounds => "train.criterion".to_string(),
            Self::Batch { .. } => "train.batch".to_string(),
            Self::NoPatterns => "task".to_string(),
        }
    }
}

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Topology(error) => error.fmt(f),
            Self::Need { learner, need } => write!(f, "learner \"{learner}\" {need}"),
            Self::Learner { complaint, .. } | Self::Task { complaint, .. } | Self::Schedule { complaint, .. } => {
                f.write_str(complaint)
            }
            Self::UnknownMetric { name, .. } => {
                let names: Vec<_> = METRICS.iter().map(|kind| kind.name).collect();
                write!(f, "unknown metric \"{name}\"; expected one of {}", names.join(", "))
            }
            Self::NoMetric { name, why, .. } => {
                let why = match why {
                    Unmeasurable::Outputs => "it is defined for logistic and softmax outputs only",
                    Unmeasurable::NoTest => "the task holds no patterns out for a test",
                    Unmeasurable::NoGradient => {
                        "this net has no gradient: its activation functions must have derivatives, and its error function must fit its output"
                    }
                    Unmeasurable::NoPair => {
                        "this net has no reciprocal paths: every learner of the spec needs network.connectivity = \"bidirectional\" or \"recurrent\", or network.lateral = true"
                    }
                    Unmeasurable::NoMirror => {
                        "it is of the weights from two or more inputs into two or more hidden units: every learner of the spec needs such a hidden layer"
                    }
                    Unmeasurable::NotOverPatterns => "a criterion needs a metric over patterns, such as sse or accuracy",
                };
                write!(f, "\"{name}\" cannot be used here: {why}")
            }
            Self::Optimiser { optimiser, why } => write!(f, "optimiser \"{optimiser}\" {why}"),
            Self::Bounds => f.write_str("expected exactly one of below, at_most, above and at_least"),
            Self::Batch { batch, patterns } => {
                write!(f, "a batch of {batch} is larger than the {patterns} training patterns; \"all\" takes them all")
            }
            Self::NoPatterns => f.write_str("the task leaves no pattern to train on"),
            Self::Conditioning { .. } => f.write_str(
                "a conditioning task is shown once, trial by trial, in its own order: max_epochs = 1, order = \"sequential\", batch = 1 and no criterion",
            ),
        }
    }
}

impl std::error::Error for SetupError {}

impl NetworkParams {
    /// The defaults for a task: for conditioning cues joined straight to outcomes, linear, without biases, strengths from
    /// 0; else [`NetworkParams::default`].
    pub fn default_for(task: &dyn Task) -> Self {
        if task.probes().is_empty() {
            return Self::default();
        }
        Self {
            biases: false,
            activation: crate::network::Activation::Linear,
            init: Initialiser::Constant(initialiser::Constant { value: 0.0 }),
            ..Self::default()
        }
    }
}

impl TrainParams {
    /// The defaults for a task: for conditioning one epoch, in order; else [`TrainParams::default`].
    pub fn default_for(task: &dyn Task) -> Self {
        match task.probes().is_empty() {
            true => Self::default(),
            false => Self { order: super::Order::Sequential, max_epochs: 1, ..Self::default() },
        }
    }
}

impl RecordParams {
    /// The defaults for a task: for conditioning every trial; else [`RecordParams::default`].
    pub fn default_for(task: &dyn Task) -> Self {
        match task.probes().is_empty() {
            true => Self::default(),
            false => Self { every: 1, ..Self::default() },
        }
    }
}

impl Setup {
    /// Puts a cell together. A rule that has its own rates gets plain gradient descent at learning rate 1, whatever the
    /// ingredients say, and a batch optimiser, which finds the length of its steps, learning rate 1 too.
    ///
    /// # Errors
    /// [`SetupError`] where something does not fit: it names the key and says what to change.
    pub fn new(from: Ingredients, learner: &dyn Recipe) -> Result<Self, SetupError> {
        let Ingredients { task, network, train, record, precision, master_seed, lbfgs, .. } = from;
        let (optimiser, learning_rate, schedule) = match learner.is_optimised() {
            true => (from.optimiser, from.learning_rate, from.schedule),
            false => (OptimiserParams::default(), 1.0, Schedule::Constant),
        };
        let learning_rate = if optimiser.is_batch() { 1.0 } else { learning_rate };
        if let Some((key, complaint)) = task.complaint() {
            return Err(SetupError::Task { key, complaint });
        }
        let (inputs, outputs) = task.sizes();
        let topology = Topology::new(&network, inputs, outputs, learner.connectivity())
            .map_err(SetupError::Topology)?;
        let needs = learner.needs();
        if let Some(&need) = needs.iter().find(|need| !need.is_met(&topology, &train.error, &*task))
        {
            return Err(SetupError::Need { learner: learner.kind(), need });
        }
        let input_names = task.input_names();
        let context = Context {
            topology: &topology,
            error: &train.error,
            input_names: &input_names,
            patterns: 1,
        };
        if let Some((key, complaint)) = learner.complaint(&context) {
            return Err(SetupError::Learner { key, complaint });
        }
        if optimiser.is_batch()
            && let Some(why) =
                Unsuited::why(&optimiser, lbfgs, &schedule, &train, &*task, learner, &context)
        {
            return Err(SetupError::Optimiser { optimiser: optimiser.name(), why });
        }
        if let Some((key, complaint)) = schedule.complaint() {
            return Err(SetupError::Schedule { key, complaint });
        }
        let (train_patterns, probes) = (task.train_patterns(), task.probes());
        if train_patterns == 0 {
            return Err(SetupError::NoPatterns);
        }
        if !probes.is_empty() {
            check_conditioning(&train)?;
        }
        if let BatchSize::Patterns(batch) = train.batch
            && batch > train_patterns
        {
            return Err(SetupError::Batch { batch, patterns: train_patterns });
        }
        let criterion = criterion(&train, &topology, &*task)?;
        let mut wanted = wanted(&train, &record, &topology, &*task, criterion.as_ref())?;
        if optimiser.is_batch() {
            wanted.push(Metric::Evaluations);
        }
        let finals = columns(&wanted, &topology, &*task, &probes);
        let curves = match probes.is_empty() {
            true => finals.clone(),
            false => finals
                .iter()
                .filter(|column| matches!(column.over, Over::Probe(_)))
                .cloned()
                .collect(),
        };
        Ok(Self {
            topology: Arc::new(topology),
            task,
            network,
            train,
            record,
            optimiser,
            lbfgs,
            learning_rate,
            schedule,
            precision,
            master_seed,
            input_names,
            train_patterns,
            probes,
            finals,
            curves,
            criterion,
        })
    }

    /// Most patterns that a learner sees at once: those of an update, or all probes.
    pub fn room(&self) -> usize {
        self.batch().max(self.probes.len())
    }

    /// What a learner is built for.
    pub fn context(&self) -> Context<'_> {
        Context {
            topology: &self.topology,
            error: &self.train.error,
            input_names: &self.input_names,
            patterns: self.room(),
        }
    }

    /// Patterns per update.
    pub fn batch(&self) -> usize {
        match self.train.batch {
            BatchSize::Patterns(patterns) => patterns,
            BatchSize::All(_) => self.train_patterns,
        }
    }

    /// Input and output units.
    #[inline(always)]
    pub fn task_sizes(&self) -> (usize, usize) {
        (self.topology.layers[0].units, self.topology.layers[self.topology.output()].units)
    }

    /// Limits of a learning rate.
    pub const LEARNING_RATE: Interval = Interval::POSITIVE;
}

fn check_conditioning(train: &TrainParams) -> Result<(), SetupError> {
    let wrong = [
        (train.max_epochs != 1, "train.max_epochs"),
        (train.order != super::Order::Sequential, "train.order"),
        (train.batch != BatchSize::Patterns(1), "train.batch"),
        (train.criterion.is_some(), "train.criterion"),
    ];
    match wrong.into_iter().find(|(wrong, _)| *wrong) {
        Some((_, key)) => Err(SetupError::Conditioning { key }),
        None => Ok(()),
    }
}

/// Whether the exact gradient is defined.
fn has_gradient(topology: &Topology, error: &ErrorFunction, task: &dyn Task) -> bool {
    [Need::Derivatives, Need::ErrorGradient].iter().all(|need| need.is_met(topology, error, task))
}

/// `sse`, `train_sse` or `test_sse`, if it can be measured here.
fn resolve(
    key: &'static str,
    name: &str,
    error: &ErrorFunction,
    topology: &Topology,
    task: &dyn Task,
) -> Result<(Metric, Over), SetupError> {
    let (over, stem) = match (name.strip_prefix("train_"), name.strip_prefix("test_")) {
        (Some(stem), _) => (Over::Train, stem),
        (_, Some(stem)) => (Over::Test, stem),
        _ => (Over::Train, name),
    };
    let unknown = || SetupError::UnknownMetric { key, name: name.to_string() };
    let no = |why| SetupError::NoMetric { key, name: name.to_string(), why };
    let metric = Metric::named(stem).ok_or_else(unknown)?;
    let output = &topology.layers[topology.output()].activation;
    if metric == Metric::CrossEntropy
        && !ErrorFunction::CrossEntropy(Default::default()).fits(output)
    {
        return Err(no(Unmeasurable::Outputs));
    }
    if metric.needs_gradient() && !has_gradient(topology, error, task) {
        return Err(no(Unmeasurable::NoGradient));
    }
    if metric.by_pair() && topology.reciprocal().next().is_none() {
        return Err(no(Unmeasurable::NoPair));
    }
    if metric.of_mirror() && topology.mirrored_pairs() == 0 {
        return Err(no(Unmeasurable::NoMirror));
    }
    if over == Over::Test && !task.has_test() {
        return Err(no(Unmeasurable::NoTest));
    }
    if !metric.over_patterns() {
        return if stem == name { Ok((metric, Over::Network)) } else { Err(unknown()) };
    }
    Ok((metric, over))
}

fn criterion(
    train: &TrainParams,
    topology: &Topology,
    task: &dyn Task,
) -> Result<Option<Target>, SetupError> {
    let Some(criterion) = &train.criterion else { return Ok(None) };
    let key = "train.criterion.metric";
    let (metric, over) = resolve(key, &criterion.metric, &train.error, topology, task)?;
    if over == Over::Network {
        let why = Unmeasurable::NotOverPatterns;
        return Err(SetupError::NoMetric { key, name: criterion.metric.clone(), why });
    }
    let bound = criterion.bound().ok_or(SetupError::Bounds)?;
    Ok(Some(Target { metric, over, bound, epochs: criterion.epochs_in_a_row }))
}

/// What is recorded: the error function, the criterion's metric and those asked for.
fn wanted(
    train: &TrainParams,
    record: &RecordParams,
    topology: &Topology,
    task: &dyn Task,
    criterion: Option<&Target>,
) -> Result<Vec<Metric>, SetupError> {
    let mut wanted = vec![Metric::named(train.error.name()).unwrap_or(Metric::Sse)];
    wanted.extend(criterion.map(|target| target.metric));
    for name in &record.metrics {
        wanted.push(resolve("record.metrics", name, &train.error, topology, task)?.0);
    }
    Ok(wanted)
}

/// The columns of metrics: training, then test, then diagnostics, then probes.
fn columns(
    wanted: &[Metric],
    topology: &Topology,
    task: &dyn Task,
    probes: &[Probe],
) -> Vec<Column> {
    let metrics: Vec<_> = METRICS.iter().filter(|kind| wanted.contains(&kind.metric)).collect();
    let mut columns = Vec::new();
    for over in [Over::Train, Over::Test] {
        let (prefix, when) = match over {
            Over::Train => {
                ("train", "over the training patterns of the epoch, each before its update")
            }
            _ => ("test", "over the held-out patterns, after the epoch"),
        };
        if over == Over::Test && !task.has_test() {
            continue;
        }
        columns.extend(metrics.iter().filter(|kind| kind.metric.over_patterns()).map(|kind| {
            Column {
                name: format!("{prefix}_{}", kind.name),
                metric: kind.metric,
                over,
                unit: kind.unit,
                meaning: format!("{}; {when}", kind.meaning),
                better: kind.better,
            }
        }));
    }
    for kind in metrics.iter().filter(|kind| !kind.metric.over_patterns()) {
        let column = |name: String, over| Column {
            name,
            metric: kind.metric,
            over,
            unit: kind.unit,
            meaning: kind.meaning.to_string(),
            better: kind.better,
        };
        columns.push(column(kind.name.to_string(), Over::Network));
        if kind.metric.by_layer() {
            let layers = topology.layers.iter().enumerate().skip(1);
            columns.extend(layers.map(|(n, layer)| {
                column(format!("{}({})", kind.name, layer.name), Over::Layer(n))
            }));
        }
        if kind.metric == Metric::MirrorRatio {
            columns.extend(
                (2..topology.mirrored_pairs())
                    .map(|k| column(format!("{}({k})", kind.name), Over::Rank(k))),
            );
        }
        if kind.metric.by_pair() {
            columns.extend(topology.reciprocal().map(|n| {
                column(format!("{}({})", kind.name, topology.paths[n].name), Over::Pair(n))
            }));
        }
    }
    columns.extend(probes.iter().enumerate().map(|(n, probe)| Column {
        name: probe.name.clone(),
        metric: Metric::Sse,
        over: Over::Probe(n),
        unit: "",
        meaning: "associative strength: the output to this cue alone, after the trial".to_string(),
        better: Better::Neither,
    }));
    columns
}

//! Metrics: the numbers that a run is followed by.
//!
//! *Training* metrics of an epoch are measured on its patterns as they are presented, each before its update; *test*
//! metrics on the held-out patterns after the epoch's last update. Diagnostics describe the network or its learning.

/// A metric of the registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    /// Σ (t − z)² over output units and patterns.
    Sse,
    /// Σ (t − z)² / (output units · patterns).
    Mse,
    /// Cross-entropy over output units and patterns.
    CrossEntropy,
    /// Share of patterns whose largest output is the target's.
    Accuracy,
    /// Share of patterns with every output within ½ of its target.
    Correct,
    /// Length of the weight vector.
    WeightNorm,
    /// How nearly the weights of both directions are the same.
    WeightSymmetry,
    /// How nearly weights from mirrored inputs cancel.
    MirrorAntisymmetry,
    /// Least cosine of the weights into two hidden units.
    TwinCosine,
    /// Largest over smallest of the weights from mirrored inputs.
    MirrorRatio,
    /// Root mean square of δ.
    DeltaNorm,
    /// Mean steps of settling.
    SettlingSteps,
    /// Share of phases that settled.
    Settled,
    /// Passes over the training patterns so far.
    Evaluations,
    /// Angle of the rule's direction to the exact gradient.
    GradientAngle,
    /// Length of the rule's direction over that of the exact gradient.
    GradientRatio,
}

/// Which direction of a metric is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// Errors.
    Lower,
    /// Accuracies.
    Higher,
    /// Descriptions.
    Neither,
}

/// What the registry says of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MetricKind {
    /// The metric.
    pub metric: Metric,
    /// Name in a spec; over patterns, columns are `train_NAME` and `test_NAME`.
    pub name: &'static str,
    /// Unit; empty for pure numbers.
    pub unit: &'static str,
    /// One sentence.
    pub meaning: &'static str,
    /// Which direction is better.
    pub better: Better,
}

/// Every metric.
pub const METRICS: &[MetricKind] = &[
    MetricKind {
        metric: Metric::Sse,
        name: "sse",
        unit: "",
        meaning: "sum over patterns and output units of (target − output)², a unit within the error's tolerance counting 0",
        better: Better::Lower,
    },
    MetricKind {
        metric: Metric::Mse,
        name: "mse",
        unit: "",
        meaning: "mean over patterns and output units of (target − output)², a unit within the error's tolerance counting 0",
        better: Better::Lower,
    },
    MetricKind {
        metric: Metric::CrossEntropy,
        name: "cross_entropy",
        unit: "nats",
        meaning: "cross-entropy of targets and outputs, summed over patterns and output units; for logistic or softmax outputs",
        better: Better::Lower,
    },
    MetricKind {
        metric: Metric::Accuracy,
        name: "accuracy",
        unit: "",
        meaning: "share of patterns whose largest output is where the largest target is (one output: on the target's side of ½)",
        better: Better::Higher,
    },
    MetricKind {
        metric: Metric::Correct,
        name: "correct",
        unit: "",
        meaning: "share of patterns with every output within ½ of its target",
        better: Better::Higher,
    },
    MetricKind {
        metric: Metric::WeightNorm,
        name: "weight_norm",
        unit: "",
        meaning: "Euclidean length of all weights, biases left out, after the epoch",
        better: Better::Neither,
    },
    MetricKind {
        metric: Metric::WeightSymmetry,
        name: "weight_symmetry",
        unit: "",
        meaning: "2 Σ w_ij w_ji / Σ (w_ij² + w_ji²) over weights in both directions, of the pair of paths, or of the lateral path and itself (without one: of all pairs), after the epoch; 1: w_ij = w_ji, 0: unrelated, −1: w_ij = −w_ji; weights that are shared, or all 0: 1",
        better: Better::Neither,
    },
    MetricKind {
        metric: Metric::MirrorAntisymmetry,
        name: "mirror_antisymmetry",
        unit: "",
        meaning: "−2 Σ w_i w_i' / Σ (w_i² + w_i'²) over weights into the first hidden layer from inputs that mirror each other, after the epoch; 1: w_i = −w_i', 0: unrelated, −1: w_i = w_i'",
        better: Better::Neither,
    },
    MetricKind {
        metric: Metric::TwinCosine,
        name: "twin_cosine",
        unit: "",
        meaning: "least cosine of the weights from the inputs into two units of the first hidden layer, after the epoch; −1: one unit is the other with all signs turned",
        better: Better::Neither,
    },
    MetricKind {
        metric: Metric::MirrorRatio,
        name: "mirror_ratio",
        unit: "",
        meaning: "of |w_i − w_i'| over pairs of inputs that mirror each other, sorted, the k-th (without a k: the largest) over the smallest, mean over the units of the first hidden layer, after the epoch",
        better: Better::Neither,
    },
    MetricKind {
        metric: Metric::DeltaNorm,
        name: "delta_norm",
        unit: "",
        meaning: "root mean square of the error gradient δ over the units of the layer (without one: hidden and output layers) and the epoch's patterns",
        better: Better::Neither,
    },
    MetricKind {
        metric: Metric::SettlingSteps,
        name: "settling_steps",
        unit: "steps",
        meaning: "steps until a phase settled or met its limit, mean over phases and the epoch's patterns; a pass up counts as one step",
        better: Better::Neither,
    },
    MetricKind {
        metric: Metric::Settled,
        name: "settled",
        unit: "",
        meaning: "share of phases, over the epoch's patterns, that settled within their limit of steps",
        better: Better::Neither,
    },
    MetricKind {
        metric: Metric::Evaluations,
        name: "evaluations",
        unit: "passes",
        meaning: "passes over the training patterns since the run began, each with at most one backward pass: one an epoch, and those in which a batch optimiser looked for its step",
        better: Better::Neither,
    },
    MetricKind {
        metric: Metric::GradientAngle,
        name: "gradient_angle",
        unit: "degrees",
        meaning: "angle between the rule's direction and the exact gradient of the same net, that of the mean cosine over the epoch's updates; of the weights and biases into the layer (without one: all)",
        better: Better::Neither,
    },
    MetricKind {
        metric: Metric::GradientRatio,
        name: "gradient_ratio",
        unit: "",
        meaning: "length of the rule's direction over that of the exact gradient of the same net, root mean squares over the epoch's updates; of the weights and biases into the layer (without one: all)",
        better: Better::Neither,
    },
];

impl Metric {
    /// What the registry says of it.
    pub fn kind(self) -> &'static MetricKind {
        METRICS.iter().find(|kind| kind.metric == self).unwrap_or(&METRICS[0])
    }

    /// The metric of a name, if there is one.
    pub fn named(name: &str) -> Option<Self> {
        METRICS.iter().find(|kind| kind.name == name).map(|kind| kind.metric)
    }

    /// Whether it is measured over patterns, so that training and test have their own.
    pub fn over_patterns(self) -> bool {
        matches!(self, Self::Sse | Self::Mse | Self::CrossEntropy | Self::Accuracy | Self::Correct)
    }

    /// Whether it has a column for each layer above the input too.
    pub fn by_layer(self) -> bool {
        matches!(self, Self::DeltaNorm | Self::GradientAngle | Self::GradientRatio)
    }

    /// Whether it has a column for each pair of reciprocal paths too.
    pub fn by_pair(self) -> bool {
        self == Self::WeightSymmetry
    }

    /// Whether it describes weights from inputs that mirror each other.
    pub fn of_mirror(self) -> bool {
        matches!(self, Self::MirrorAntisymmetry | Self::TwinCosine | Self::MirrorRatio)
    }

    /// Whether it needs the exact gradient.
    pub fn needs_gradient(self) -> bool {
        matches!(self, Self::GradientAngle | Self::GradientRatio)
    }
}

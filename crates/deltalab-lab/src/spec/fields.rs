//! The keys of the top level, and what every learner and figure takes, as data.

use deltalab_core::network::NetworkParams;
use deltalab_core::params::{Described, Field, Interval, Kind, Must};
use deltalab_core::train::{RecordParams, TrainParams};

/// Most seeds of a spec, and most runs unless `allow_large` is set.
pub const MOST_RUNS: u64 = 10_000_000;

/// The largest seed: TOML integers are signed.
const LARGEST_SEED: u64 = i64::MAX as u64;

const fn optional(name: &'static str, doc: &'static str, must: Must) -> Field {
    Field { name, doc, must, required: false }
}

const fn required(name: &'static str, doc: &'static str, must: Must) -> Field {
    Field { name, doc, must, required: true }
}

/// `seeds`, as a range.
pub const SEED_RANGE: &[Field] = &[
    required("first", "First seed.", Must::Integer(0, LARGEST_SEED)),
    required("count", "Number of seeds.", Must::Integer(1, MOST_RUNS)),
];

const SEEDS: Must = Must::OneOf(&[
    Must::Integer(1, MOST_RUNS),
    Must::List(&Must::Integer(0, LARGEST_SEED)),
    Must::Table(SEED_RANGE),
]);

/// Keys of the top level that are no section.
pub const TOP: &[Field] = &[
    required("name", "Name of the experiment, also of its result folder.", Must::Text),
    optional("description", "What it shows, in a sentence or two. Default: empty.", Must::Text),
    optional(
        "seeds",
        "Run seeds: how many from 0 on, a list, or first and count. Default: 10.",
        SEEDS,
    ),
    optional(
        "precision",
        "Floating-point numbers of the network. Default: \"f64\".",
        PRECISION.must,
    ),
    optional(
        "master_seed",
        "Seed of the experiment, beside the run's. Default: 0.",
        MASTER_SEED.must,
    ),
    optional(
        "base",
        "A file whose keys hold where this one says nothing; relative to this one.",
        Must::Text,
    ),
    optional(
        "allow_large",
        "Whether a plan beyond the usual limits is meant, such as ten million runs, or ten million weights. Default: false.",
        Must::Bool,
    ),
];

/// `precision`.
pub const PRECISION: Field =
    optional("precision", "Floating-point numbers of the network.", Must::Choice(&["f64", "f32"]));

/// `master_seed`.
pub const MASTER_SEED: Field = optional(
    "master_seed",
    "Seed of the experiment, beside the run's.",
    Must::Integer(0, LARGEST_SEED),
);

/// Number of seeds where the spec gives none.
pub const DEFAULT_SEEDS: u64 = 10;

/// Sections of the top level: tables, or lists of tables.
pub const SECTIONS: &[(&str, &str)] = &[
    ("task", "What is learned: a kind and its parameters."),
    ("network", "Layers and paths. Input and output sizes come from the task."),
    ("train", "Order, error, and when a run stops."),
    ("record", "What is stored of a run."),
    ("learner", "A learning rule and its parameters; one table for each learner that is compared."),
    ("grid", "Paths and the values they take, crossed with every learner."),
    (
        "tune",
        "A search for each learner's parameters, on seeds that the comparison never uses; the same trials for every learner, at each point of the grid.",
    ),
    ("figure", "A figure to draw; without any, those that suit the results."),
];

/// What every learner takes beside its own parameters.
pub const LEARNER: &[Field] = &[
    optional(
        "label",
        "Name in tables and figures. Default: its kind, and what tells it from others of it.",
        Must::Text,
    ),
    optional(
        "network",
        "Keys of [network] that are this learner's own.",
        Must::Table(NetworkParams::FIELDS),
    ),
    optional(
        "train",
        "Keys of [train] that are this learner's own.",
        Must::Table(TrainParams::FIELDS),
    ),
];

/// What `[record]` takes.
pub const RECORD: &[Field] = RecordParams::FIELDS;

const FIGURE_NAME: Field =
    optional("name", "File stem. Default: made from the kind and the metric.", Must::Text);
const METRIC: Field =
    optional("metric", "Metric to show. Default: the kind's usual one.", Must::Text);
const FACET: Field = optional(
    "facet",
    "Axis of the grid, or \"learner\", that gives a panel each. Default: one panel.",
    Must::Text,
);
const TITLE: Field = optional("title", "Title. Default: made from the spec.", Must::Text);

/// What a `[[figure]]` takes beside its kind.
pub const FIGURE: &[Field] = &[
    FIGURE_NAME,
    METRIC,
    FACET,
    TITLE,
    optional("log", "Whether the y axis is logarithmic. Default: false.", Must::Bool),
];

const UPDATE: Must = Must::Integer(1, MOST_UPDATES);

/// The latest update that a figure can show: all before it are made again.
pub const MOST_UPDATES: u64 = 10_000;

/// What a `[[figure]]` of a network takes beside its kind.
pub const NETWORK_FIGURE: &[Field] = &[
    FIGURE_NAME,
    TITLE,
    optional("learner", "Label of the learner to show. Default: every learner.", Must::Text),
    optional(
        "cell",
        "Place of the cell to show in the plan, from 0. Default: the first of each learner.",
        Must::Integer(0, MOST_RUNS),
    ),
    optional("seed", "Run seed to show. Default: the first.", Must::Integer(0, LARGEST_SEED)),
    optional("updates", "Updates to show, from 1. Default: [1].", Must::List(&UPDATE)),
];

/// What a `[[figure]]` that has its own metrics takes.
const OWN_METRICS: &[Field] = &[FIGURE_NAME, FACET, TITLE];

/// What a `[[figure]]` of a grid takes.
const GRID_FIGURE: &[Field] = &[
    FIGURE_NAME,
    optional(
        "metric",
        "A final metric, \"success_rate\" or \"median_epochs\". Default: \"success_rate\" where there is a criterion.",
        Must::Text,
    ),
    optional(
        "facet",
        "Axis that gives a panel each, not a side of the map. Default: none.",
        Must::Text,
    ),
    optional(
        "columns",
        "Axes whose values, together, are the columns. Default: the first axis that varies.",
        Must::List(&Must::Text),
    ),
    optional(
        "rows",
        "Axes whose values, together, are the rows. Default: the second axis that varies, else the learners.",
        Must::List(&Must::Text),
    ),
    TITLE,
];

/// Kinds of figures.
pub const FIGURES: &[Kind] = &[
    Kind {
        name: "learning-curve",
        doc: "A metric over epochs: median over runs, with a band.",
        fields: FIGURE,
    },
    Kind { name: "survival", doc: "Share of runs that are solved, over epochs.", fields: FIGURE },
    Kind {
        name: "final",
        doc: "A final metric, its interval, and every run as a point.",
        fields: FIGURE,
    },
    Kind {
        name: "grid",
        doc: "A heat map of a summary over two axes of the grid; the best is framed.",
        fields: GRID_FIGURE,
    },
    Kind {
        name: "angle",
        doc: "The angle to the exact gradient (gradient_angle) over epochs, for each layer where it was recorded.",
        fields: OWN_METRICS,
    },
    Kind {
        name: "layers",
        doc: "The size of δ (delta_norm) by layer, at start, middle and end of training.",
        fields: OWN_METRICS,
    },
    Kind {
        name: "profile",
        doc: "Performance profiles: share of problems solved within a factor of the fewest epochs.",
        fields: &[FIGURE_NAME, TITLE],
    },
    Kind { name: "associations", doc: "Associative strengths over trials.", fields: FIGURE },
    Kind {
        name: "network",
        doc: "A small net in one update of one run: activities on the way up, deltas on the way down.",
        fields: NETWORK_FIGURE,
    },
];

/// What `[tune]` tries for one parameter.
pub const RANGE: Must = Must::OneOf(&[
    Must::Table(&[
        required("log", "Lowest and highest value, steps evenly spaced in the logarithm.", BOUNDS),
        STEPS,
    ]),
    Must::Table(&[
        required("linear", "Lowest and highest value, steps evenly spaced.", BOUNDS),
        STEPS,
    ]),
    Must::List(&Must::OneOf(&[Must::Number(Interval::FINITE), Must::Text, Must::Bool])),
]);

const BOUNDS: Must = Must::List(&Must::Number(Interval::FINITE));

/// How many values of a range the grid has.
pub const STEPS: Field = optional(
    "steps",
    "Number of values, both ends included. The grid needs it; random search takes any value of the range.",
    Must::Integer(2, 1000),
);

/// What `[tune]` takes.
pub const TUNE: &[Field] = &[
    required(
        "seeds",
        "Seeds of the trials, as `seeds` of the spec; the comparison must have none of them.",
        SEEDS,
    ),
    required(
        "space",
        "Parameters of the learners, and the values that are tried: { log = [low, high], steps = n }, { linear = [low, high], steps = n }, or a list.",
        Must::Map(&RANGE),
    ),
    required(
        "select",
        "What is best: \"median_epochs\" to the criterion; \"mean_epochs\", in which a run that never met it counts with max_epochs; or the mean of a final metric such as \"test_accuracy\".",
        Must::Text,
    ),
    optional(
        "search",
        "\"grid\": every combination of the values; or { random = n }: the same n trials for every learner, drawn from the ranges. Default: \"grid\".",
        SEARCH,
    ),
];

const SEARCH: Must = Must::OneOf(&[
    Must::Choice(&["grid"]),
    Must::Table(&[required("random", "Number of trials.", Must::Integer(1, 10_000))]),
]);

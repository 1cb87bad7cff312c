//! # The starter spec of `deltalab new NAME`
//!
//! A small comparison that runs in seconds, with a comment for every decision. Its first line tells editors where the
//! [schema](mod@crate::schema) is.

/// Name of the file that the first line of a starter spec names: the output of `deltalab schema`.
pub const SCHEMA_FILE: &str = "deltalab.schema.json";

const TEXT: &str = r##"#:schema ./deltalab.schema.json

name = "NAME"                      # also the result folder: results/NAME
description = "Backprop with and without momentum on exclusive or"
seeds = 20                         # runs per cell; or a list, or { first = 0, count = 20 }

[task]
kind = "xor"                       # `deltalab list tasks` names the others, `deltalab explain xor` tells more

[network]
hidden = [4]                       # units of each hidden layer; input and output sizes come from the task
activation = "logistic"
init = { kind = "uniform", range = 0.5 }

[train]
order = "permuted"                 # the patterns are shuffled anew in every epoch
batch = 1                          # patterns per update: 1 is online, "all" is batch
max_epochs = 3000
criterion = { metric = "sse", below = 0.1 }   # when a run counts as solved, and stops

[record]
every = 10                         # epochs between points of the curves
# weights = "final"                # keep the weights that each run ends with, for numpy; "curve": at every point

# Every learner has the same initial weights and the same order of patterns on the same seed.

[[learner]]
kind = "backprop"
label = "plain"
learning_rate = 0.5

[[learner]]
kind = "backprop"
label = "momentum"
learning_rate = 0.5
optimiser = { kind = "momentum", momentum = 0.9 }

[grid]                             # crossed with every learner; a key is any path of this file
"network.hidden" = [[2], [4]]

# [tune]                           # in place of learning_rate above: the best for each, on seeds of their own
# seeds = { first = 1000000, count = 20 }
# space = { learning_rate = { log = [0.05, 20.0], steps = 9 } }
# select = "mean_epochs"
"##;

/// A commented spec of this name, which must be one that a folder can have (see [`Spec::parse`](crate::Spec::parse)).
pub fn starter(name: &str) -> String {
    TEXT.replace("NAME", name)
}

//! # The spec: what a researcher writes
//!
//! Reading happens in steps, each in a file of its own: the text and its `base` ([`SpecText`]), `--set` overrides, the keys
//! of the top level ([`fields`]), the learners and their labels, the grid's axes ([`axes`]), the search for parameters ([`tune`]). What comes out, a [`Spec`], has
//! the right shape; whether its values fit their tasks, networks and rules is found when it is planned
//! ([`Plan::new`](crate::Plan::new)).
//!
//! A path (of `--set` and `[grid]`) is a dotted TOML key:
//!
//! | path                          | what it sets |
//! |-------------------------------|--------------|
//! | `network.activation`, `seeds` | that key |
//! | `learner.X`                   | X of every learner that has an X |
//! | `learner.NAME.X`              | X of the learners whose label or kind is NAME |
//! | `learner.network.hidden`      | the learner's own `network` table, over the section of that name |

pub mod axes;
pub mod fields;
mod labels;
mod merge;
mod overrides;
mod paths;
mod read;
mod text;
pub mod tune;

pub use merge::{MergeError, merged};
pub use paths::{Section, Target};
pub(crate) use read::at_start;
pub use read::{Learner, Spec};
pub use text::SpecText;

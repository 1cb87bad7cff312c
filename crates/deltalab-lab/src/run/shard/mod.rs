//! # Shards: one plan, run by several processes
//!
//! Shard I of N runs its share of the plan ([`Deal`]) and appends what it finishes to its own journal,
//! `parts/I-of-N.journal`. Besides that and the `parts/I-of-N.json` at its side ([`Part`](deltalab_results::Part)) it writes
//! `spec.toml` and `manifest.json`, of which every shard would write the same bytes, and nothing else: any number of shards
//! may work in one folder on any number of machines. [`collect`](super::collect()) makes the usual files of the parts.
//!
//! Which runs are finished is read from all the journals of the folder, so the shares are a matter of time only: with another
//! N, or after a `run` without shards, nothing is trained twice that a journal holds.
//!
//! **Tuning.** The trials are dealt out first. A cell whose trials are all in the journals, whoever ran them, has its values,
//! and its runs are dealt out next; a shard that finds trials missing that others have not finished yet ends, and runs its
//! share of the comparison when it is started once more. Nothing waits, and nothing is tuned twice.

mod agree;
mod deal;
mod place;
mod train;

pub use agree::{prepare, refuse};
pub use deal::Deal;
pub use place::{NotAShard, Shard};
pub use train::{Sharded, run_shard};

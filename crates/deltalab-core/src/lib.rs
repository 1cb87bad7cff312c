//! Numbers, networks, learning rules, optimisers and tasks: the science of deltalab.
//!
//! No files, no threads, no clock: it would run in a browser.

pub mod equality;
pub mod learner;
pub mod metric;
pub mod network;
pub mod optimiser;
pub mod params;
pub mod random;
pub mod real;
pub mod task;
pub mod train;

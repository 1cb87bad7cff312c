//! Numbers, networks, learning rules, optimisers and tasks: the science of deltalab.
//!
//! No files, no threads, no clock: it would run in a browser.

pub mod params;
pub mod random;
pub mod real;
pub mod task;

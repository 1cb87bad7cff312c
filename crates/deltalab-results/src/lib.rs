//! Records, result folders and statistics of deltalab. It knows no learner and no spec.

pub mod record;
pub mod study;

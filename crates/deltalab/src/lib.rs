//! # deltalab: what difference does the learning rule make?
//!
//! The library behind the command of the same name: every learner of a spec is trained on the same network, from the same
//! initial weights, on the same order of patterns, over many seeds, and the answer comes back as numbers with their
//! uncertainty.
//!
//! This crate re-exports the parts; without its default feature `cli` it depends on nothing else.
//!
//! | module | what |
//! |---|---|
//! | [`core`] | numbers, networks, learning rules, optimisers, tasks |
//! | [`lab`] | specs, plans, runs |
//! | [`results`] | records, result folders, statistics, verdict |
//! | [`figures`] | figures of results |
//! | [`examples`] | the specs that ship |
//!
//! ```
//! use deltalab::lab::run::{Found, Options, Watch, run};
//! use deltalab::results::{Analysis, Folder, Record, journal::Damaged, verdict::verdict};
//! use deltalab::{Level, Plan, Spec, SpecText};
//! use std::sync::atomic::AtomicBool;
//!
//! struct Silent;
//! impl Watch for Silent {
//!     fn begin(&mut self, _finished: u64, _planned: u64, _damaged: &[Damaged]) {}
//!     fn advance(&mut self, _record: &Record) {}
//! }
//!
//! let text = r#"
//!     name = "xor"
//!     seeds = 10
//!     [task]
//!     kind = "xor"
//!     [network]
//!     hidden = [4]
//!     [train]
//!     max_epochs = 2000
//!     criterion = { metric = "sse", below = 0.1 }
//!     [[learner]]
//!     kind = "backprop"
//!     learning_rate = 0.5
//!     optimiser = { kind = "momentum", momentum = 0.9 }
//!     [[learner]]
//!     kind = "delta"
//!     learning_rate = 0.5
//!     network = { hidden = [] }
//! "#;
//! let spec = Spec::parse(&SpecText::embedded("xor.toml", text), &[])?;
//! let plan = Plan::new(&spec)?;
//! let place = tempfile::tempdir()?;
//! let options = Options { out: place.path().join("xor"), threads: 2, level: Level::widest(), found: Found::Resume };
//! let report = run(&spec, &plan, &options, &mut Silent, &AtomicBool::new(false))?;
//! assert!(report.is_complete());
//!
//! let stored = Folder::open(&options.out)?;
//! let runs = stored.runs();
//! let verdict = verdict(&runs, &Analysis::of(&runs));
//! let solved = |cell: usize| verdict.cells[cell].summary.success.unwrap().solved;
//! assert!(solved(0) > 5);
//! assert_eq!(solved(1), 0); // no hidden layer, no XOR
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod examples;

pub use deltalab_core as core;
pub use deltalab_figures as figures;
pub use deltalab_lab as lab;
pub use deltalab_results as results;

pub use deltalab_core::real::Level;
pub use deltalab_lab::{Plan, Spec, SpecText};
pub use deltalab_results::{Folder, Study};

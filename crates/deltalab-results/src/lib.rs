//! Records, result folders and statistics of deltalab. It knows no learner and no spec.
//!
//! ```text
//! Study + Records -> Runs -> Analysis -> tables, verdict
//! ```
//!
//! | module | what |
//! |---|---|
//! | [`study`], [`record`] | what is asked, and what a finished run answers: plain values |
//! | [`journal`] | the append-only file of finished runs; loading, compacting |
//! | [`folder`], [`manifest`] | the result folder |
//! | [`part`] | what a shard says of itself |
//! | [`stored`] | finished runs from the journal or from the tables |
//! | [`runs`], [`difference`] | finished runs by cell and seed; where two records of a run differ |
//! | [`statistics`] | rates, survival, bootstrap, paired tests: numbers only |
//! | [`summary`], [`comparison`], [`analysis`] | the statistics of each cell, of each pair of cells, of all |
//! | [`effect`], [`precision`] | how large a difference is; what n seeds can tell, before the first run |
//! | [`profile`] | learners over many problems: performance profiles, interquartile means |
//! | [`tuning`] | which trial of a search is the best |
//! | [`folders`] | two folders side by side |
//! | [`tables`], [`columns`] | the CSV files, and what their columns mean |
//! | [`trace`] | the traces that figures of networks are made from |
//! | [`verdict`], [`strengths`] | the answer in a table and in sentences |
//! | [`weights`] | the weights of runs, as safetensors |
//!
//! ```
//! use deltalab_results::{Analysis, Cell, Metric, Better, Record, Runs, Status, Study, verdict::verdict};
//!
//! let cell = |id: &str, learner: &str| Cell {
//!     id: id.into(), learner: learner.into(), max_epochs: 1000,
//!     criterion: Some("sse < 0.1".into()), ..Cell::default()
//! };
//! let study = Study {
//!     name: "xor".into(), cells: vec![cell("a1", "BP"), cell("b2", "delta")], seeds: (0..20).collect(),
//!     finals: vec![Metric { name: "train_sse".into(), better: Better::Lower, ..Metric::default() }],
//!     ..Study::default()
//! };
//! let run = |cell: &str, seed, epochs, status, sse| Record {
//!     cell: cell.into(), seed, status, epochs, solved_epoch: (status == Status::Solved).then_some(epochs),
//!     finals: vec![("train_sse".into(), sse)], curves: vec![], pattern_updates: 4 * epochs,
//! };
//! let mut records = Vec::new();
//! for seed in 0..20 {
//!     records.push(run("a1", seed, 200 + seed, Status::Solved, 0.09));
//!     records.push(run("b2", seed, 1000, Status::Unsolved, 1.0));
//! }
//! let runs = Runs::new(&study, &records);
//! let verdict = verdict(&runs, &Analysis::of(&runs));
//! assert_eq!(verdict.cells[0].summary.success.unwrap().epochs.median, Some(209));
//! assert_eq!(
//!     verdict.sentences[0].text,
//!     "BP is solved sooner than delta: on 20 of 20 seeds (p = 6e-6 after Holm), by 790 of 1000 epochs on average (95 % interval 788 to 793)."
//! );
//! ```

pub mod analysis;
pub mod columns;
pub mod comparison;
pub mod difference;
mod disk;
pub mod effect;
mod error;
pub mod folder;
pub mod folders;
pub mod journal;
mod lock;
pub mod manifest;
pub mod number;
pub mod part;
pub mod precision;
pub mod profile;
pub mod record;
pub mod runs;
pub mod statistics;
pub mod stored;
pub mod strengths;
pub mod study;
pub mod summary;
pub mod tables;
pub mod trace;
pub mod tuning;
pub mod verdict;
pub mod weights;

pub use analysis::Analysis;
pub use disk::Written;
pub use error::{Error, Line};
pub use folder::{Folder, Opened};
pub use journal::Journal;
pub use lock::Holder;
pub use manifest::Manifest;
pub use part::Part;
pub use record::{Record, Series, Status};
pub use runs::Runs;
pub use stored::{Source, Stored};
pub use study::{Better, Cell, FigureRequest, Metric, Study, Tuning};
pub use trace::Traced;

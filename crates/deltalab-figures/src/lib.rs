//! Figures of deltalab results: a [`Study`](deltalab_results::Study) and its records in, SVG, PNG and CSV out.
//!
//! ```text
//! Study + Records ── kind ──> Chart (data) ── layout ──> Layout (px) ── paint ──> SVG ──> PNG
//!       + Traces        │     or Diagram (a network)
//!                       └───> Table (CSV)
//! ```
//!
//! [`report`](mod@report) puts them, with tables and words, on one page.
//!
//! Every step but the last is a plain value. The bytes of a figure are a function of the study and its records alone.
//!
//! * A kind of figure is a file in `kinds/` and a line in its registry: [`KINDS`].
//! * Every figure states n, the criterion, what its band or interval is, and what could not be shown.
//! * Statistics come from `deltalab-results`; none is made here.
//!
//! ```
//! use deltalab_figures::{png, render};
//! use deltalab_results::{Better, Cell, Metric, Record, Series, Status, Study};
//!
//! let study = Study {
//!     name: "xor".into(),
//!     cells: vec![Cell { id: "a1".into(), learner: "BP".into(), max_epochs: 300, ..Cell::default() }],
//!     seeds: vec![0, 1],
//!     curves: vec![Metric { name: "sse".into(), better: Better::Lower, ..Metric::default() }],
//!     time: "epoch".into(),
//!     ..Study::default()
//! };
//! let run = |seed, values: [f64; 3]| Record {
//!     cell: "a1".into(), seed, status: Status::Unsolved, epochs: 300, solved_epoch: None, finals: vec![],
//!     curves: vec![Series { metric: "sse".into(), epochs: vec![100, 200, 300], values: values.to_vec() }],
//!     pattern_updates: 1200,
//! };
//! let figures = render(&study, &[run(0, [1.0, 0.5, 0.1]), run(1, [1.0, 0.7, 0.3])], &[])?;
//! assert_eq!(figures[0].name, "learning-curve-sse");
//! let csv = String::from_utf8_lossy(&figures[0].csv);
//! assert_eq!(csv.lines().nth(2), Some("a1,BP,200,sse,2,0.6,0.55,0.6499999999999999"));
//! assert!(png(&figures[0].svg)?.starts_with(b"\x89PNG"));
//! # Ok::<(), deltalab_figures::Error>(())
//! ```

mod canvas;
mod cells;
mod chart;
mod curve;
mod diagram;
mod draw;
mod error;
mod font;
mod kinds;
mod layout;
mod paint;
mod palette;
mod png;
pub mod report;
mod table;
mod tally;
mod ticks;

pub use draw::{Figure, clear, default_figures, draw, render};
pub use error::Error;
pub use kinds::KINDS;
pub use png::png;

//! Figures of deltalab results: a [`Study`](deltalab_results::Study) and its records in, SVG, PNG and CSV out.
//!
//! ```text
//! Study + Records ── kind ──> Chart (data) ── layout ──> Layout (px) ── paint ──> SVG ──> PNG
//!                       └───> Table (CSV)
//! ```
//!
//! Every step but the last is a plain value. The bytes of a figure are a function of the study and its records alone.
//!
//! * A kind of figure is a file in `kinds/` and a line in its registry: [`KINDS`].
//! * Every figure states n, the criterion, what its band or interval is, and what could not be shown.
//! * Statistics come from `deltalab-results`; none is made here.

mod canvas;
mod cells;
mod chart;
mod curve;
mod draw;
mod error;
mod font;
mod kinds;
mod layout;
mod paint;
mod palette;
mod png;
mod table;
mod tally;
mod ticks;

pub use draw::{Figure, default_figures, draw, render};
pub use error::Error;
pub use kinds::KINDS;
pub use png::png;

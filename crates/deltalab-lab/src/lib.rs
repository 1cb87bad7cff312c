//! Specs, plans and runs of deltalab experiments.
//!
//! TOML text → [`Spec`] → [`Plan`] (cells × seeds) → [`run`](mod@run). Every key of a spec is checked against the
//! self-description of what it sets ([`deltalab_core::params`](mod@deltalab_core::params)), so the check, the JSON
//! [`schema`](mod@schema), and what [`explain`](mod@explain) says
//! cannot drift apart. All problems of a spec are reported at once ([`Problems`]), each with file, line and column.
//!
//! ```
//! use deltalab_lab::{Plan, Spec, SpecText};
//! let text = r#"
//!     name = "xor"
//!     seeds = 3
//!     [task]
//!     kind = "xor"
//!     [[learner]]
//!     kind = "backprop"
//!     learning_rate = 0.5
//! "#;
//! let spec = Spec::parse(&SpecText::embedded("xor.toml", text), &[]).unwrap();
//! let plan = Plan::new(&spec).unwrap();
//! assert_eq!((plan.cells.len(), plan.study.seeds.len()), (1, 3));
//! ```

pub mod check;
pub mod data;
pub mod diagnostic;
pub mod explain;
pub mod lbfgs;
pub mod node;
pub mod plan;
pub mod registry;
pub mod run;
pub mod schema;
pub mod spec;
pub mod starter;
pub mod trace;

pub use diagnostic::{Diagnostic, Place, Problem, Problems};
pub use plan::{Plan, PlannedCell};
pub use spec::{Spec, SpecText};

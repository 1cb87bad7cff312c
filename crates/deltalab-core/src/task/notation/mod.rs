//! The notation of conditioning experiments: `50 AB+`, fifty trials of the compound AB followed by the outcome.
//!
//! ```text
//! stage   = part { "/" part }             trial types, spread evenly over the stage
//! part    = [ count ] ( trial | "(" part { "/" part } ")" )
//! trial   = cue { cue } outcome           "AB+"
//! cue     = letter | "[" name "]"         case matters: A and a are two cues; "[tone]" has a longer name
//! outcome = "-" | "+" [ name { "&" name } ]
//! name    = a letter, then letters, digits or "_"; anything else in brackets: "[no food]"
//! ```
//!
//! * `+` alone is the outcome [`US`]; `+food` names another, `+food&shock` two at once; `-` (or `−`) is none. The name
//!   follows its `+` at once. Everywhere else blanks are free.
//! * A count, 1 if left out, repeats a trial or a block. A block `(…)` runs in exactly the order written, each count in it
//!   as so many in a row: `"200 (3 AX+/AX-/X+/3 X-)"`. Blocks may stand in blocks.
//! * **Spreading.** Of a part that occurs n times, the k-th occurrence (k = 1 … n) stands at (k − ½)/n of the stage. All
//!   occurrences run by that position, exactly compared; where it is the same, in the order written. So equal counts
//!   alternate, `"3 A+/B-"` is A+ A+ B- A+ (at 1/6, 1/2, 1/2, 5/6), and a block stays in one piece.
//!
//! ```
//! use deltalab_core::task::notation::Stage;
//! let stage: Stage = "3 A+ / B-".parse()?;
//! let order: Vec<String> = stage.trials().iter().map(|trial| trial.to_string()).collect();
//! assert_eq!(order, ["A+", "A+", "B-", "A+"]);
//! let error = "20 AB".parse::<Stage>().unwrap_err();
//! assert_eq!(error.to_string(), "column 6: expected a cue, \"+\" or \"-\", found the end");
//! # Ok::<(), deltalab_core::task::notation::NotationError>(())
//! ```

mod parse;
mod stage;

pub use parse::{NotationError, Problem};
pub use stage::{Body, MOST_TRIALS, Part, Stage, Trial, US};

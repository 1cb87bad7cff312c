//! Tasks that read files: [`Csv`] and [`Idx`]. The core knows no files, so they live here.
//!
//! A spec names a file relative to its own folder. The resolved configuration holds the SHA-256 of what was read, so that a
//! cell whose data changed is another cell, and no stored run is taken for one of the new data.

mod csv;
mod error;
mod idx;
mod loaded;

pub use csv::{Column, Csv, TargetCoding};
pub use error::{DataError, Fault};
pub use idx::Idx;
pub(crate) use loaded::read_file;
pub use loaded::{FileTask, Loaded};

//! One line of a journal: a checksum, and a run as JSON.

use std::fmt;

use serde::de::DeserializeOwned;

use crate::Record;
use crate::error::Line;

/// Why a journal line could not be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Damage {
    /// It does not begin with eight hexadecimal digits and a space, or is not UTF-8.
    Form,
    /// The checksum of its JSON is another than the one it gives.
    Checksum {
        /// What the line says.
        given: u32,
        /// What its JSON has.
        found: u32,
    },
    /// The checksum holds, but the JSON is no [`Record`] (perhaps of another version).
    Record {
        /// Where, and what was expected.
        reason: String,
    },
}

/// A journal line that was set aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damaged {
    /// The line.
    pub at: Line,
    /// What is wrong with it.
    pub why: Damage,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Damage::Form => write!(f, "not a journal line"),
            Damage::Checksum { given, found } => {
                write!(f, "damaged: its checksum is {found:08x}, not {given:08x}")
            }
            Damage::Record { reason } => write!(f, "not a record: {reason}"),
        }
    }
}

impl fmt::Display for Damaged {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.why)
    }
}

pub(super) fn encode(record: &Record) -> String {
    let json = serde_json::to_string(record).expect("a record holds only what JSON can");
    format!("{:08x} {json}\n", crc32fast::hash(json.as_bytes()))
}

/// Reads a line, without its line feed, as a whole record or as a part of one.
pub(super) fn decode<T: DeserializeOwned>(line: &[u8]) -> Result<T, Damage> {
    let text = str::from_utf8(line).map_err(|_| Damage::Form)?;
    let (checksum, json) = text.split_once(' ').ok_or(Damage::Form)?;
    if checksum.len() != 8 || !checksum.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
        return Err(Damage::Form);
    }
    let given = u32::from_str_radix(checksum, 16).map_err(|_| Damage::Form)?;
    let found = crc32fast::hash(json.as_bytes());
    if given != found {
        return Err(Damage::Checksum { given, found });
    }
    serde_json::from_str(json).map_err(|error| Damage::Record { reason: error.to_string() })
}

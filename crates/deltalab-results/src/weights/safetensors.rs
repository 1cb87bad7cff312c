//! The safetensors format: eight bytes that say how long the header is (little-endian), the header, the numbers.
//!
//! The header is JSON: for each tensor `dtype`, `shape` and `data_offsets` (first byte and one past the last, from the end of the
//! header), and `__metadata__` of strings. Blanks after it make the numbers begin at a multiple of eight. The numbers of one
//! tensor follow those of the one before without a gap, the last index running fastest.
//! Source: <https://github.com/huggingface/safetensors>, "Format".

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

/// Kind of number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Dtype {
    /// Single precision.
    F32,
    /// Double precision.
    F64,
    /// Unsigned whole numbers, such as seeds.
    U64,
}

impl Dtype {
    /// Bytes of one number.
    pub(super) fn bytes(self) -> u64 {
        match self {
            Self::F32 => 4,
            Self::F64 | Self::U64 => 8,
        }
    }
}

/// A tensor of a file.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(super) struct Entry {
    #[serde(skip)]
    pub name: String,
    pub dtype: Dtype,
    pub shape: Vec<usize>,
    pub data_offsets: (u64, u64),
}

/// The header of a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Header {
    /// `__metadata__`, in order.
    pub metadata: Vec<(String, String)>,
    /// The tensors, in the order of their numbers.
    pub entries: Vec<Entry>,
}

/// A header of more bytes is none that was written here.
const MOST: u64 = 64 << 20;

impl Header {
    /// Adds a tensor after those that are there.
    pub fn push(&mut self, name: &str, dtype: Dtype, shape: Vec<usize>) {
        let start = self.entries.last().map_or(0, |entry| entry.data_offsets.1);
        let bytes = shape.iter().map(|&n| n as u64).product::<u64>() * dtype.bytes();
        let name = name.to_owned();
        self.entries.push(Entry { name, dtype, shape, data_offsets: (start, start + bytes) });
    }

    /// The bytes of a file up to its numbers.
    pub fn encode(&self) -> Vec<u8> {
        let metadata: Map<String, Json> =
            self.metadata.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
        // written by hand, since a map of this crate sorts its keys: the reader should meet the tensors in their order
        let mut text = format!("{{\"__metadata__\":{}", Json::Object(metadata));
        for Entry { name, dtype, shape, data_offsets } in &self.entries {
            let entry = json!({ "dtype": dtype, "shape": shape, "data_offsets": data_offsets });
            text += &format!(",{}:{entry}", json!(name));
        }
        text.push('}');
        while !text.len().is_multiple_of(8) {
            text.push(' ');
        }
        [&(text.len() as u64).to_le_bytes(), text.as_bytes()].concat()
    }

    /// The header of a file and where its numbers begin; `None` where the file is none that was written here.
    pub fn read(path: &Path) -> io::Result<Option<(Self, u64)>> {
        let mut file = File::open(path)?;
        let whole = file.metadata()?.len();
        let mut length = [0; 8];
        if whole < 8 {
            return Ok(None);
        }
        file.read_exact(&mut length)?;
        let length = u64::from_le_bytes(length);
        if length > MOST || length + 8 > whole {
            return Ok(None);
        }
        let mut text = vec![0; length as usize];
        file.read_exact(&mut text)?;
        let header = Self::decode(&text).filter(|header| {
            let end = header.entries.last().map_or(0, |entry| entry.data_offsets.1);
            end == whole - 8 - length
        });
        Ok(header.map(|header| (header, 8 + length)))
    }

    fn decode(text: &[u8]) -> Option<Self> {
        let Json::Object(map) = serde_json::from_slice(text).ok()? else { return None };
        let mut header = Self::default();
        for (name, value) in map {
            if name == "__metadata__" {
                for (key, value) in value.as_object()? {
                    header.metadata.push((key.clone(), value.as_str()?.to_owned()));
                }
                continue;
            }
            let entry: Entry = serde_json::from_value(value).ok()?;
            header.entries.push(Entry { name, ..entry });
        }
        header.entries.sort_by_key(|entry| entry.data_offsets);
        let mut end = 0;
        for entry in &header.entries {
            let numbers = entry.shape.iter().try_fold(1_u64, |n, &k| n.checked_mul(k as u64))?;
            let bytes = numbers.checked_mul(entry.dtype.bytes())?;
            if entry.data_offsets != (end, end.checked_add(bytes)?) {
                return None;
            }
            end += bytes;
        }
        Some(header)
    }

    /// A word of the metadata.
    pub fn word(&self, key: &str) -> Option<&str> {
        self.metadata.iter().find(|(name, _)| name == key).map(|(_, value)| &**value)
    }
}

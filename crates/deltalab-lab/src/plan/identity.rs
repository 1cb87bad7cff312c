//! # Identity of a cell
//!
//! The id is the first 12 hexadecimal digits of the SHA-256 of `"deltalab-cell/1 "` and the resolved configuration as JSON
//! without blanks, keys sorted, numbers as the shortest text that reads back to the same bits. The configuration holds
//! `task`, `network`, `train`, `record`, `learner` (its kind and parameters, not its label), `precision` and `master_seed`;
//! name, description, seeds and figures are not in it. Two configurations of 10,000 share 48 bits with a chance of 2·10⁻⁷,
//! and a plan in which that happened would be refused.

use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// The id of a resolved configuration.
///
/// ```
/// use deltalab_lab::plan::identity::id;
/// let a = serde_json::json!({ "learner": { "kind": "delta" }, "precision": "f64" });
/// let b = serde_json::json!({ "precision": "f64", "learner": { "kind": "delta" } });
/// assert_eq!(id(&a), id(&b));
/// ```
pub fn id(config: &Json) -> String {
    let mut text = "deltalab-cell/1 ".to_string();
    canonical(config, &mut text);
    let hash = Sha256::digest(text.as_bytes());
    hash[..6].iter().fold(String::new(), |mut id, byte| {
        let _ = write!(id, "{byte:02x}"); // a String takes everything
        id
    })
}

/// JSON with sorted keys, whatever order the map keeps.
fn canonical(value: &Json, into: &mut String) {
    match value {
        Json::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_unstable_by_key(|(key, _)| *key);
            into.push('{');
            for (index, (key, value)) in entries.into_iter().enumerate() {
                let _ = write!(
                    into,
                    "{}{}:",
                    if index == 0 { "" } else { "," },
                    Json::from(key.as_str())
                );
                canonical(value, into);
            }
            into.push('}');
        }
        Json::Array(items) => {
            into.push('[');
            for (index, item) in items.iter().enumerate() {
                into.push_str(if index == 0 { "" } else { "," });
                canonical(item, into);
            }
            into.push(']');
        }
        leaf => {
            let _ = write!(into, "{leaf}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn value_stability() {
        let config = json!({ "b": [1, 0.1, 1e300, null, true], "a": { "z": "ε\"", "y": -0.0 } });
        let mut text = String::new();
        canonical(&config, &mut text);
        assert_eq!(text, r#"{"a":{"y":-0.0,"z":"ε\""},"b":[1,0.1,1e+300,null,true]}"#);
        assert_eq!(id(&config), "0049e23656f4");
    }
}

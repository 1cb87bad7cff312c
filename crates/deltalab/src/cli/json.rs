//! Values as JSON, numbers that are not finite as strings: `"NaN"`, `"Infinity"`, `"-Infinity"`.

use deltalab_results::statistics::Interval;
use serde_json::{Value as Json, json};

/// A number.
pub fn number(value: f64) -> Json {
    match value {
        v if v.is_finite() => json!(v),
        v if v.is_nan() => json!("NaN"),
        v if v > 0.0 => json!("Infinity"),
        _ => json!("-Infinity"),
    }
}

/// `[low, high]`, or null.
pub fn interval(interval: Option<Interval>) -> Json {
    interval.map_or(Json::Null, |interval| json!([number(interval.low), number(interval.high)]))
}

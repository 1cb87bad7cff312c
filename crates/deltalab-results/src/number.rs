//! How an `f64` is written, so that it reads back to the same value.
//!
//! JSON has no NaN and no infinity, and `serde_json` writes `null` for both without a word. Here they are the strings
//! `"NaN"`, `"Infinity"` and `"-Infinity"`; every other value is the shortest decimal that reads back to the same bits,
//! −0 and subnormals included. In CSV they are `NaN`, `inf` and `-inf`, which pandas and R read as numbers.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, Unexpected, Visitor};
use serde::ser::{Serialize, Serializer};

/// An `f64` as a CSV field: the shortest decimal that reads back to the same bits.
pub fn csv(value: f64) -> String {
    format!("{value:?}")
}

/// An `f64` in JSON, finite or not.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Number(
    /// The value.
    pub f64,
);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            value if value.is_nan() => serializer.serialize_str("NaN"),
            f64::INFINITY => serializer.serialize_str("Infinity"),
            f64::NEG_INFINITY => serializer.serialize_str("-Infinity"),
            value => serializer.serialize_f64(value),
        }
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl Visitor<'_> for Reader {
            type Value = Number;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str(r#"a number, "NaN", "Infinity" or "-Infinity""#)
            }
            fn visit_f64<E: de::Error>(self, value: f64) -> Result<Number, E> {
                Ok(Number(value))
            }
            fn visit_i64<E: de::Error>(self, value: i64) -> Result<Number, E> {
                Ok(Number(value as f64))
            }
            fn visit_u64<E: de::Error>(self, value: u64) -> Result<Number, E> {
                Ok(Number(value as f64))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Number, E> {
                match text {
                    "NaN" => Ok(Number(f64::NAN)),
                    "Infinity" => Ok(Number(f64::INFINITY)),
                    "-Infinity" => Ok(Number(f64::NEG_INFINITY)),
                    _ => Err(E::invalid_value(Unexpected::Str(text), &self)),
                }
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

/// `#[serde(with = "number::single")]` for an `f64`.
pub mod single {
    use super::*;

    /// Writes a [`Number`].
    pub fn serialize<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
        Number(*value).serialize(serializer)
    }

    /// Reads a [`Number`].
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
        Number::deserialize(deserializer).map(|n| n.0)
    }
}

/// `#[serde(with = "number::list")]` for a `Vec<f64>`.
pub mod list {
    use super::*;

    /// Writes a list of [`Number`]s.
    pub fn serialize<S: Serializer>(values: &[f64], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(values.iter().map(|&value| Number(value)))
    }

    /// Reads a list of [`Number`]s.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<f64>, D::Error> {
        Ok(Vec::<Number>::deserialize(deserializer)?.into_iter().map(|n| n.0).collect())
    }
}

/// `#[serde(with = "number::named")]` for a `Vec<(String, f64)>`.
pub mod named {
    use super::*;

    /// Writes a list of pairs of a name and a [`Number`].
    pub fn serialize<S: Serializer>(
        values: &[(String, f64)],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(values.iter().map(|(name, value)| (name, Number(*value))))
    }

    /// Reads a list of pairs of a name and a [`Number`].
    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<(String, f64)>, D::Error> {
        let pairs = Vec::<(String, Number)>::deserialize(deserializer)?;
        Ok(pairs.into_iter().map(|(name, number)| (name, number.0)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn through_json(value: f64) -> f64 {
        let text = serde_json::to_string(&Number(value)).unwrap();
        serde_json::from_str::<Number>(&text).unwrap().0
    }

    #[test]
    fn values_at_the_edges_read_back_to_the_same_bits() {
        let edges = [
            0.0,
            -0.0,
            1.0,
            0.1,
            -1.0 / 3.0,
            f64::MIN_POSITIVE,
            f64::from_bits(1),
            -f64::from_bits(0x000f_ffff_ffff_ffff),
            f64::MAX,
            f64::MIN,
            f64::EPSILON,
            9_007_199_254_740_993.0,
            f64::INFINITY,
            f64::NEG_INFINITY,
        ];
        for value in edges {
            assert_eq!(through_json(value).to_bits(), value.to_bits(), "{value:e} in JSON");
            assert_eq!(csv(value).parse::<f64>().unwrap().to_bits(), value.to_bits(), "{value:e}");
        }
        assert!(through_json(f64::NAN).is_nan() && csv(f64::NAN).parse::<f64>().unwrap().is_nan());
    }

    #[test]
    fn values_that_are_not_finite_are_strings_and_never_null() {
        let text = serde_json::to_string(&[f64::NAN, f64::INFINITY, f64::NEG_INFINITY].map(Number));
        assert_eq!(text.unwrap(), r#"["NaN","Infinity","-Infinity"]"#);
        assert!(serde_json::from_str::<Number>("null").is_err());
        assert!(serde_json::from_str::<Number>(r#""nan""#).is_err());
    }

    #[test]
    fn csv_fields_are_short() {
        let fields = [1.0, 0.1, 1e-7, 1e300, f64::NAN, f64::INFINITY, f64::NEG_INFINITY].map(csv);
        assert_eq!(fields, ["1.0", "0.1", "1e-7", "1e300", "NaN", "inf", "-inf"]);
    }

    proptest! {
        #[test]
        fn every_bit_pattern_reads_back(bits: u64) {
            let value = f64::from_bits(bits);
            let back = through_json(value);
            prop_assert!(back.to_bits() == bits || (back.is_nan() && value.is_nan()));
        }
    }
}

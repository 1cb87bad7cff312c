//! Parameters that describe themselves: one declaration gives the struct, its defaults, its limits and its documentation.
//!
//! A rule, task, optimiser or initialiser declares what a spec may set with [`params!`](crate::params!). From that one
//! place come the Rust struct and its rustdoc, serde's names and defaults, the check of a spec (unknown key, wrong type,
//! value out of range), the JSON schema, and what `deltalab explain` prints. Nothing is written twice, so nothing drifts.

/// What a value in a spec must be: data, so that check, schema and documentation read the same limits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Must {
    /// `true` or `false`.
    Bool,
    /// A whole number from `.0` to `.1`, both included.
    Integer(u64, u64),
    /// A real number in an interval (TOML integers count).
    Number(Interval),
    /// Any string.
    Text,
    /// One of these strings.
    Choice(&'static [&'static str]),
    /// A list whose elements must each be this.
    List(&'static Must),
    /// A table with exactly these keys.
    Table(&'static [Field]),
    /// A table with free keys, each value being this, such as weights by path or saliences by cue.
    Map(&'static Must),
    /// A kind of this family: `"adam"`, or `{ kind = "adam", beta1 = 0.8 }`.
    Kind(Family),
    /// Any one of these, tried in order, such as a number or `"all"`.
    OneOf(&'static [Must]),
}

/// An interval of real numbers. A bound of infinity leaves that side free; NaN is in no interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Lower bound.
    pub low: f64,
    /// Whether the lower bound itself is allowed.
    pub low_included: bool,
    /// Upper bound.
    pub high: f64,
    /// Whether the upper bound itself is allowed.
    pub high_included: bool,
}

impl Interval {
    const fn new(low: f64, low_included: bool, high: f64, high_included: bool) -> Self {
        Self { low, low_included, high, high_included }
    }
    /// Any finite number.
    pub const FINITE: Self = Self::new(f64::NEG_INFINITY, false, f64::INFINITY, false);
    /// x > 0.
    pub const POSITIVE: Self = Self::new(0.0, false, f64::INFINITY, false);
    /// x ≥ 0.
    pub const NOT_NEGATIVE: Self = Self::new(0.0, true, f64::INFINITY, false);
    /// 0 ≤ x ≤ 1.
    pub const UNIT: Self = Self::new(0.0, true, 1.0, true);
    /// 0 < x ≤ 1.
    pub const POSITIVE_UNIT: Self = Self::new(0.0, false, 1.0, true);
    /// 0 ≤ x < 1.
    pub const BELOW_ONE: Self = Self::new(0.0, true, 1.0, false);
    /// x ≥ 1.
    pub const AT_LEAST_ONE: Self = Self::new(1.0, true, f64::INFINITY, false);
    /// low < x < high.
    pub const fn open(low: f64, high: f64) -> Self {
        Self::new(low, false, high, false)
    }
    /// low ≤ x ≤ high.
    pub const fn closed(low: f64, high: f64) -> Self {
        Self::new(low, true, high, true)
    }

    /// Whether `x` lies in the interval.
    ///
    /// ```
    /// use deltalab_core::params::Interval;
    /// assert!(Interval::POSITIVE.contains(0.5) && !Interval::POSITIVE.contains(0.0));
    /// assert!(!Interval::FINITE.contains(f64::NAN) && !Interval::FINITE.contains(f64::INFINITY));
    /// ```
    pub fn contains(&self, x: f64) -> bool {
        let above = if self.low_included { x >= self.low } else { x > self.low };
        let below = if self.high_included { x <= self.high } else { x < self.high };
        above && below
    }
}

impl core::fmt::Display for Interval {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let low = if self.low_included { "at least" } else { "above" };
        let high = if self.high_included { "at most" } else { "below" };
        match (self.low.is_finite(), self.high.is_finite()) {
            (false, false) => write!(f, "a finite number"),
            (true, false) => write!(f, "a number {low} {}", self.low),
            (false, true) => write!(f, "a number {high} {}", self.high),
            (true, true) => write!(f, "a number {low} {} and {high} {}", self.low, self.high),
        }
    }
}

/// One key that a spec may set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Field {
    /// The key.
    pub name: &'static str,
    /// What it means, with symbol and unit: the field's rustdoc.
    pub doc: &'static str,
    /// What its value must be.
    pub must: Must,
    /// Whether a spec has to give it. Otherwise the default of the struct holds.
    pub required: bool,
}

/// A named choice: a learner, task, activation, … with its documentation and its parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kind {
    /// The name that a spec uses.
    pub name: &'static str,
    /// Its documentation: for a file of its own, the source text whose `//!` header `explain` prints; else the text itself.
    pub doc: &'static str,
    /// What may stand beside `kind`.
    pub fields: &'static [Field],
}

impl Kind {
    /// The documentation as Markdown: the `//!` lines where `doc` is a source file, else `doc` itself.
    pub fn text(&self) -> String {
        if !self.doc.trim_start().starts_with("//!") {
            return self
                .doc
                .lines()
                .map(str::trim)
                .collect::<Vec<_>>()
                .join("\n")
                .trim()
                .to_string();
        }
        let header =
            self.doc.lines().map(str::trim_start).take_while(|line| line.starts_with("//!"));
        header
            .map(|line| line.trim_start_matches("//!").strip_prefix(' ').unwrap_or(""))
            .collect::<Vec<_>>()
            .join("\n")
    }

    /// The first line of the documentation, without its `#`.
    pub fn summary(&self) -> String {
        let text = self.text();
        text.lines().next().unwrap_or("").trim_start_matches(['#', ' ']).to_string()
    }
}

/// The families of named choices that are values inside a spec.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Activation functions.
    Activation,
    /// Error functions.
    Error,
    /// Initialisers of weights.
    Initialiser,
    /// Optimisers.
    Optimiser,
    /// Schedules of the learning rate.
    Schedule,
}

impl Family {
    /// Every choice of the family.
    pub fn kinds(self) -> &'static [Kind] {
        match self {
            Self::Activation => crate::network::activation::ACTIVATIONS,
            Self::Error => crate::network::error::ERRORS,
            Self::Initialiser => crate::network::initialiser::INITIALISERS,
            Self::Optimiser => crate::optimiser::OPTIMISERS,
            Self::Schedule => crate::optimiser::schedule::SCHEDULES,
        }
    }
}

/// Parameters that describe themselves. Implemented by [`params!`](crate::params!).
pub trait Described {
    /// The keys, in the order of the struct.
    const FIELDS: &'static [Field];
}

/// Declares a struct of parameters: per field its documentation, type, default and limits.
///
/// A field is `name: Type = default, must;` or, where a spec has to give it, `name: Type, must;` (the struct's `Default`
/// then holds the type's own default there, and the check of the spec refuses its absence).
///
/// ```
/// use deltalab_core::params::{Described, Interval, Must};
/// deltalab_core::params! {
///     /// What `kind = "decay"` takes.
///     pub struct Decay {
///         /// Share κ of a weight that each update takes away, per update.
///         pub kappa: f64 = 0.001, Must::Number(Interval::UNIT);
///     }
/// }
/// assert_eq!(Decay::default().kappa, 0.001);
/// assert_eq!(Decay::FIELDS[0].name, "kappa");
/// ```
#[macro_export]
macro_rules! params {
    ($(#[$meta:meta])* pub struct $name:ident {
        $($(#[doc = $doc:literal])+ pub $field:ident : $type:ty $(= $default:expr)?, $must:expr;)*
    }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct $name { $($(#[doc = $doc])+ pub $field: $type,)* }

        impl Default for $name {
            fn default() -> Self { Self { $($field: $crate::params!(@default $type $(= $default)?),)* } }
        }

        impl $crate::params::Described for $name {
            const FIELDS: &'static [$crate::params::Field] = &[$($crate::params::Field {
                name: stringify!($field),
                doc: concat!($($doc),+),
                must: $must,
                required: $crate::params!(@required $($default)?),
            },)*];
        }
    };
    (@default $type:ty = $default:expr) => { $default };
    (@default $type:ty) => { <$type as Default>::default() };
    (@required $default:expr) => { false };
    (@required) => { true };
}

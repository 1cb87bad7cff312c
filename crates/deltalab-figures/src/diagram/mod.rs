//! A picture of a network as a value: units, the weights between them, and what each unit has, view by view.
//!
//! ```text
//! Diagram (data) ── layout ──> Page (px) ── paint ──> SVG
//! ```
//!
//! A *group* is one update of one run: a few *views* of the same units, such as the activities on the way up and the deltas
//! on the way down. Layers stand from the input at the bottom to the output at the top.

mod curve;
mod layout;
mod legend;
mod paint;
mod wiring;

pub(crate) use paint::svg;
pub(crate) use wiring::{Way, edges};

/// A figure of networks.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Diagram {
    /// Above everything.
    pub title: String,
    /// The runs and updates that are shown.
    pub groups: Vec<Group>,
    /// What full colour and full width stand for.
    pub scales: Scales,
    /// Sentences below.
    pub caption: Vec<String>,
}

/// One update of one run.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Group {
    /// Above its views; empty: none.
    pub title: String,
    /// Names and sizes of the layers, input first.
    pub layers: Vec<(String, usize)>,
    /// Names of the input units; empty: they have none.
    pub inputs: Vec<String>,
    /// Views of the units.
    pub views: Vec<View>,
    /// Why there is nothing to see, where there is nothing.
    pub empty: String,
}

/// What the units have at some moment.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct View {
    /// Above it.
    pub title: String,
    /// What the numbers of its units are.
    pub quantity: Quantity,
    /// By layer, the number of each unit; empty: the layer has none here.
    pub values: Vec<Vec<f64>>,
    /// By layer, the bias of each unit; empty: it has none.
    pub biases: Vec<Vec<f64>>,
    /// Squares above the output: what they are, and their numbers.
    pub above: (String, Vec<f64>),
    /// The weights.
    pub edges: Vec<Edge>,
}

/// What a number of a unit is: it has a scale of colour of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quantity {
    /// An activity; a target, or its distance from one.
    Activity,
    /// A delta, or a difference of activities.
    Delta,
}

/// A weight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Edge {
    /// Layer and unit where it begins: in a view of deltas the unit that hands its delta down.
    pub from: (usize, usize),
    /// Layer and unit where it ends.
    pub to: (usize, usize),
    /// The weight.
    pub weight: f64,
    /// Which way it is used.
    pub flow: Flow,
}

/// Which way a weight is used in a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flow {
    /// From its beginning to its end.
    One,
    /// The same, and another weight goes back: they stand side by side.
    Twin,
    /// Both ways: it is shared.
    Both,
    /// Not at all: it is drawn faintly.
    Idle,
}

/// What full colour and full width stand for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Scales {
    /// The largest |weight| or |bias|.
    pub weight: f64,
    /// Activities.
    pub activity: Shades,
    /// Deltas.
    pub delta: Shades,
}

/// A scale of colour, and how its numbers are printed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Shades {
    /// What has full colour.
    pub full: f64,
    /// Whether there are negative numbers.
    pub signed: bool,
    /// Power of ten in which the numbers are printed.
    pub exponent: i32,
}

impl Default for Scales {
    fn default() -> Self {
        let shades = Shades { full: 1.0, signed: false, exponent: 0 };
        Self { weight: 0.0, activity: shades, delta: shades }
    }
}

impl Scales {
    /// The scale of a quantity.
    pub fn of(&self, quantity: Quantity) -> Shades {
        match quantity {
            Quantity::Activity => self.activity,
            Quantity::Delta => self.delta,
        }
    }
}

impl Shades {
    /// The scale of some numbers, those that are not finite left aside: full colour is their largest size, or at least `least`.
    ///
    /// They are printed in units of a power of ten where the largest is below 0.1 or not below 100.
    pub fn of(values: impl Iterator<Item = f64>, least: f64) -> Self {
        let (mut largest, mut signed) = (0.0_f64, false);
        for value in values.filter(|value| value.is_finite()) {
            largest = largest.max(value.abs());
            signed |= value < 0.0;
        }
        let full = if largest > 0.0 { largest.max(least) } else { 1.0 };
        let power = full.log10().floor() as i32;
        let exponent = if (-1..=1).contains(&power) { 0 } else { power };
        Self { full, signed, exponent }
    }

    /// The same scale with numbers printed so that the largest has one digit before the point.
    pub fn fine(self) -> Self {
        Self { exponent: (self.full.log10().floor() as i32).max(-300), ..self }
    }

    /// Share of full colour, −1 to 1; 0 for NaN.
    pub fn share(self, value: f64) -> f64 {
        let share = (value / self.full).clamp(-1.0, 1.0);
        if share.is_nan() { 0.0 } else { share }
    }

    /// A number as it stands in its unit, with two digits: `0.04`, `0.42`, `4.2`, `42`; whole ones without decimals.
    pub fn printed(self, value: f64) -> String {
        let value = value / 10_f64.powi(self.exponent);
        if value.is_nan() {
            return "NaN".to_owned();
        }
        if value.is_infinite() {
            return if value > 0.0 { "∞" } else { "−∞" }.to_owned();
        }
        let rounded = format!("{:.2}", value.abs());
        let text = match rounded.strip_suffix(".00") {
            Some(whole) if value.fract() == 0.0 => whole.to_owned(),
            _ if value.abs() >= 9.95 => format!("{:.0}", value.abs()),
            _ if value.abs() >= 0.995 => format!("{:.1}", value.abs()),
            _ => rounded,
        };
        let zero = text.chars().all(|c| matches!(c, '0' | '.'));
        if value < 0.0 && !zero { format!("−{text}") } else { text }
    }

    /// `× 10⁻²`, or nothing.
    pub fn unit(self) -> String {
        if self.exponent == 0 {
            return String::new();
        }
        let digits = self.exponent.to_string();
        let raised = digits.chars().map(|c| match c {
            '-' => '⁻',
            '1' => '¹',
            '2' => '²',
            '3' => '³',
            digit => char::from_u32('⁰' as u32 + digit.to_digit(10).unwrap_or(0)).unwrap_or(digit),
        });
        format!("× 10{}", raised.collect::<String>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(values: &[f64]) -> (Vec<String>, String) {
        let shades = Shades::of(values.iter().copied(), 0.0).fine();
        (values.iter().map(|&v| shades.printed(v)).collect(), shades.unit())
    }

    #[test]
    fn the_largest_number_has_one_digit_before_the_point_and_all_have_the_same_unit() {
        let strings = |texts: &[&str]| texts.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>();
        let found = printed(&[0.0123, -0.004, 0.0]);
        assert_eq!(found, (strings(&["1.2", "−0.40", "0"]), "× 10⁻²".to_owned()));
        let found = printed(&[1234.0, -1e-9]);
        assert_eq!(found, (strings(&["1.2", "0.00"]), "× 10³".to_owned()));
        assert_eq!(printed(&[1.0, 0.5]), (strings(&["1", "0.50"]), String::new()));
    }

    #[test]
    fn numbers_that_are_not_finite_are_printed_and_do_not_set_the_scale() {
        let shades = Shades::of([f64::NAN, f64::INFINITY, 0.5].into_iter(), 1.0);
        assert_eq!((shades.full, shades.signed), (1.0, false));
        let texts = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY].map(|v| shades.printed(v));
        assert_eq!(texts, ["NaN", "∞", "−∞"]);
        assert_eq!([f64::NAN, f64::INFINITY].map(|v| shades.share(v)), [0.0, 1.0]);
    }
}

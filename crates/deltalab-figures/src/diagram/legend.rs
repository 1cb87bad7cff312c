//! The legend of a diagram: scales of colour, and weights and biases of a round size.

use super::curve::Point;
use super::paint::{dash, disc, hue, rim, thickness, tile};
use super::{Diagram, Quantity, Shades};
use crate::canvas::{Anchor, Direction, Plane, Rect};
use crate::font::Font;
use crate::layout::SMALL;
use crate::paint::{put, stroke};
use crate::palette::{INK, POSITIVE, WHITE, shade};

/// Height of a row.
const ROW: f64 = 24.0;
/// Length of a scale of colour.
const BAR: f64 = 72.0;
/// Steps of a scale of colour.
const STEPS: usize = 36;
/// Length of a weight.
const SAMPLE: f64 = 30.0;
/// Between entries.
const BETWEEN: f64 = 22.0;
/// Between an entry's parts.
const INSIDE: f64 = 6.0;
/// Radius of the unit that shows a rim.
const UNIT: f64 = 6.0;

/// The legend of a diagram.
pub(super) struct Legend {
    /// What it shows, and the width of each.
    entries: Vec<(Entry, f64)>,
}

/// What a legend shows.
enum Entry {
    /// A scale of colour: its name, the numbers at its ends and their widths, and the share of full colour at its beginning.
    Bar { name: &'static str, ends: [String; 2], widths: [f64; 2], from: f64 },
    /// A weight: its share of the largest, and its name.
    Weight { share: f64, name: String },
    /// A bias, likewise.
    Rim { share: f64, name: String },
}

impl Legend {
    /// The legend of what a diagram shows.
    pub fn new(diagram: &Diagram, font: &Font) -> Self {
        let wide = |text: &str| font.width(text, SMALL);
        let views = || diagram.groups.iter().flat_map(|group| &group.views);
        let mut entries = Vec::new();
        for (quantity, name) in
            [(Quantity::Activity, "activity, error"), (Quantity::Delta, "delta")]
        {
            if views().any(|view| view.quantity == quantity) {
                let Shades { full, signed, .. } = diagram.scales.of(quantity);
                let (low, from) = if signed { (-full, -1.0) } else { (0.0, 0.0) };
                let ends = [low, full].map(two_digits);
                let widths = [wide(&ends[0]), wide(&ends[1])];
                let width = wide(name) + widths[0] + widths[1] + BAR + 3.0 * INSIDE;
                entries.push((Entry::Bar { name, ends, widths, from }, width));
            }
        }
        let largest = diagram.scales.weight;
        if largest > 0.0 {
            let round = round_below(largest);
            let share = round / largest;
            let weights = || views().flat_map(|view| &view.edges).map(|edge| edge.weight);
            let signs = [(1.0, weights().any(|w| w > 0.0)), (-1.0, weights().any(|w| w < 0.0))];
            for (sign, _) in signs.into_iter().filter(|(_, there)| *there) {
                let name = format!("w = {}", two_digits(sign * round));
                let width = SAMPLE + INSIDE + wide(&name);
                entries.push((Entry::Weight { share: sign * share, name }, width));
            }
            if views().any(|view| view.biases.iter().flatten().any(|bias| *bias != 0.0)) {
                let name = format!("rim: bias, here {}", two_digits(round));
                let width = 2.0 * UNIT + 2.0 * rim(share) + INSIDE + wide(&name);
                entries.push((Entry::Rim { share, name }, width));
            }
        }
        Self { entries }
    }

    /// Its height in rows of this width.
    pub fn height(&self, width: f64) -> f64 {
        self.rows(width).len() as f64 * ROW
    }

    /// Entries in rows of at most this width.
    fn rows(&self, width: f64) -> Vec<Vec<&(Entry, f64)>> {
        let mut rows: Vec<Vec<&(Entry, f64)>> = Vec::new();
        let mut x = 0.0;
        for entry in &self.entries {
            match rows.last_mut() {
                Some(row) if x + entry.1 <= width => row.push(entry),
                _ => {
                    rows.push(vec![entry]);
                    x = 0.0;
                }
            }
            x += entry.1 + BETWEEN;
        }
        rows
    }

    /// Draws it.
    pub fn paint(&self, plane: &Plane<'_>, at: Rect) {
        for (n, row) in self.rows(at.width).into_iter().enumerate() {
            let (mut x, y) = (at.x, at.y + n as f64 * ROW + ROW * 0.65);
            for (entry, width) in row {
                entry.paint(plane, (x, y));
                x += width + BETWEEN;
            }
        }
    }
}

impl Entry {
    fn paint(&self, plane: &Plane<'_>, (x, y): Point) {
        let text = |text: &str, x: f64, anchor: Anchor| {
            put(plane, text, (x, y), SMALL, INK, anchor, Direction::Across);
        };
        let middle = y - SMALL * 0.36;
        match self {
            Self::Bar { name, ends, widths, from } => {
                text(name, x, Anchor::Start);
                let font = Font::embedded();
                let low = x + font.width(name, SMALL) + INSIDE;
                text(&ends[0], low, Anchor::Start);
                let left = low + widths[0] + INSIDE;
                let right = left + BAR;
                tile(plane, (left - 0.8, right + 0.8), middle, 7.8, INK);
                // Each step lies on the one before, so that no seam shows between them.
                for step in 0..STEPS {
                    let share = (step as f64 + 0.5) / STEPS as f64;
                    let color = shade(from + (1.0 - from) * share);
                    tile(
                        plane,
                        (left + BAR * step as f64 / STEPS as f64, right),
                        middle,
                        7.0,
                        color,
                    );
                }
                text(&ends[1], right + INSIDE, Anchor::Start);
            }
            Self::Weight { share, name } => {
                let line = vec![(x, middle), (x + SAMPLE, middle)];
                stroke(plane, line, hue(*share), thickness(*share), dash(*share));
                text(name, x + SAMPLE + INSIDE, Anchor::Start);
            }
            Self::Rim { share, name } => {
                let outer = UNIT + rim(*share);
                let centre = (x + outer, middle);
                disc(plane, centre, outer, POSITIVE);
                disc(plane, centre, UNIT, INK);
                disc(plane, centre, UNIT - 0.9, WHITE);
                text(name, x + 2.0 * outer + INSIDE, Anchor::Start);
            }
        }
    }
}

/// A number with two digits.
fn two_digits(value: f64) -> String {
    let power = if value == 0.0 { 0 } else { value.abs().log10().floor() as i32 };
    let text = if (-3..3).contains(&power) {
        let places = (1 - power).max(0) as usize;
        let text = format!("{:.*}", places, value.abs());
        match text.contains('.') {
            true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
            false => text,
        }
    } else {
        let shades = Shades { full: 1.0, signed: false, exponent: power };
        format!("{:.1} {}", value.abs() / 10_f64.powi(power), shades.unit())
    };
    if value < 0.0 { format!("−{text}") } else { text }
}

/// The largest of 1, 2, 5 times a power of ten that is not above a number.
fn round_below(value: f64) -> f64 {
    let power = 10_f64.powi(value.log10().floor() as i32);
    let steps = [5.0, 2.0, 1.0].into_iter().map(|step| step * power);
    steps.into_iter().find(|round| *round <= value).unwrap_or(power)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_a_legend_have_two_digits() {
        let numbers = [0.0, 1.0, -0.7149, 12.34, 1.26e-5, -98765.0];
        let expected = ["0", "1", "−0.71", "12", "1.3 × 10⁻⁵", "−9.9 × 10⁴"];
        assert_eq!(numbers.map(two_digits), expected);
    }

    #[test]
    fn the_weight_that_is_shown_is_round_and_not_above_the_largest() {
        let found = [0.7, 1.0, 3.9, 59.0].map(round_below);
        assert_eq!(found, [0.5, 1.0, 2.0, 50.0]);
    }
}

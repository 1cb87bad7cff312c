//! A laid-out diagram, as SVG.
//!
//! * A unit is filled by its number: white at 0, towards blue for positive ones and towards vermillion for negative ones, both
//!   equally dark, so that the size can be read in grey; the sign is printed.
//! * A weight is as wide as it is large; negative ones are vermillion and dashed. The rim of a unit is its bias, likewise.

use super::curve::{Point, beside, bezier, circle, head, leave};
use super::layout::{Names, Page, PlacedGroup, PlacedView, input_names, layout};
use super::{Diagram, Edge, Flow, Group, Quantity, Scales, Shades, View};
use crate::canvas::{Anchor, Canvas, Direction, Element, Ink, Plane, Rect};
use crate::font::Font;
use crate::layout::{LARGE, LEADING, MEDIUM, SMALL};
use crate::paint::{put, stroke, write};
use crate::palette::{Color, GRID, INK, Marker, RULE, SOFT};

/// Positive numbers and weights.
const POSITIVE: Color = Color(0x0072b2);
/// Negative numbers and weights: Okabe & Ito's vermillion, darkened until it is as dark as the blue.
const NEGATIVE: Color = Color(0xb84a00);
const WHITE: Color = Color(0xffffff);

/// Width of the largest weight.
const WIDEST: f64 = 5.2;
/// Width of a weight of 0.
const THINNEST: f64 = 0.6;
/// Dashes of a negative weight.
const DASH: &[f64] = &[5.0, 3.0];

/// Draws a diagram.
pub(crate) fn svg(diagram: &Diagram, font: &Font) -> String {
    let entries = entries(diagram, font);
    let page = layout(diagram, font, |width| rows(&entries, width).len() as f64 * ROW);
    let mut out = String::new();
    let canvas = Canvas::new(page.size.0, page.size.1, &diagram.title, &mut out);
    let plane = canvas.page();
    write(&plane, &page.title, LARGE, INK, Anchor::Start);
    for (group, placed) in diagram.groups.iter().zip(&page.groups) {
        paint_group(&plane, group, placed, &page, diagram.scales, font);
    }
    paint_legend(&plane, &entries, page.legend);
    write(&plane, &page.caption, SMALL, SOFT, Anchor::Start);
    canvas.finish();
    out
}

fn paint_group(
    plane: &Plane<'_>,
    group: &Group,
    placed: &PlacedGroup,
    page: &Page,
    scales: Scales,
    font: &Font,
) {
    write(plane, &placed.title, MEDIUM, INK, Anchor::Start);
    if !group.empty.is_empty() {
        let Rect { x, y, width, height } = placed.area;
        for (i, line) in font.wrap(&group.empty, SMALL, width - 20.0).iter().enumerate() {
            let at = (x + width / 2.0, y + height - 1.2 * SMALL + i as f64 * SMALL * LEADING);
            put(plane, line, at, SMALL, SOFT, Anchor::Middle, Direction::Across);
        }
        return;
    }
    write(plane, &placed.names, SMALL, SOFT, Anchor::End);
    for (view, at) in group.views.iter().zip(&placed.views) {
        write(plane, &at.title, MEDIUM, INK, Anchor::Start);
        paint_edges(plane, view, at, page.radius, scales.weight);
        for (layer, centres) in at.units.iter().enumerate() {
            let numbers = view.values.get(layer).map_or(&[][..], Vec::as_slice);
            let biases = view.biases.get(layer).map_or(&[][..], Vec::as_slice);
            for (n, &centre) in centres.iter().enumerate() {
                let bias =
                    biases.get(n).map_or(0.0, |bias| bias / scales.weight.max(f64::MIN_POSITIVE));
                paint_unit(
                    plane,
                    centre,
                    page.radius,
                    numbers.get(n).copied(),
                    scales.of(view.quantity),
                    bias,
                    font,
                );
            }
        }
        if !view.above.1.is_empty() {
            write(plane, std::slice::from_ref(&at.above), SMALL, SOFT, Anchor::Middle);
        }
        for (&centre, &number) in at.squares.iter().zip(&view.above.1) {
            paint_square(plane, centre, page.radius, number, scales.of(view.quantity), font);
        }
        let spacing = at.units[0].windows(2).map(|pair| pair[1].0 - pair[0].0).next();
        match input_names(group, spacing.unwrap_or(at.sides.1 - at.sides.0), font) {
            Names::Across => write(plane, &at.inputs, SMALL, SOFT, Anchor::Middle),
            Names::Up(_) => at.inputs.iter().for_each(|name| {
                put(plane, &name.text, (name.x, name.y), SMALL, SOFT, Anchor::Start, Direction::Up);
            }),
        }
    }
}

/// The colour of a share of full colour, −1 to 1.
fn shade(share: f64) -> Color {
    let Color(full) = if share < 0.0 { NEGATIVE } else { POSITIVE };
    let mix = |shift: u32| {
        let (full, white) = (f64::from(full >> shift & 0xff), 255.0);
        ((white + (full - white) * share.abs()).round() as u32) << shift
    };
    Color(mix(16) | mix(8) | mix(0))
}

/// A text colour that can be read on it.
fn on(share: f64) -> Color {
    if share.abs() > 0.6 { WHITE } else { INK }
}

fn paint_unit(
    plane: &Plane<'_>,
    at: Point,
    radius: f64,
    number: Option<f64>,
    shades: Shades,
    bias: f64,
    font: &Font,
) {
    let disc = |radius: f64, color: Color| {
        let ink = Ink::Marker { color, marker: Marker::Circle, radius, opacity: 1.0 };
        plane.draw(&Element { points: vec![at], ink });
    };
    let rim = thickness(bias);
    let Some(number) = number else {
        disc(radius, RULE);
        disc(radius - 1.0, WHITE);
        return;
    };
    if bias != 0.0 {
        disc(radius + rim, WHITE);
        stroke(plane, circle(at, radius + rim / 2.0), hue(bias), rim, dash(bias));
    }
    let share = shades.share(number);
    disc(radius, INK);
    disc(radius - 0.9, shade(share));
    paint_number(plane, at, 2.0 * radius - 4.0, number, shades, font);
}

fn paint_square(
    plane: &Plane<'_>,
    (x, y): Point,
    radius: f64,
    number: f64,
    shades: Shades,
    font: &Font,
) {
    let square = |half: f64, color: Color| {
        let points = vec![
            (x - half, y - half),
            (x + half, y - half),
            (x + half, y + half),
            (x - half, y + half),
        ];
        plane.draw(&Element { points, ink: Ink::Area { color, opacity: 1.0 } });
    };
    square(radius - 2.0, INK);
    square(radius - 2.9, shade(shades.share(number)));
    paint_number(plane, (x, y), 2.0 * radius - 6.0, number, shades, font);
}

/// A number in its unit: without the 0 before the point where there is no room for it.
fn paint_number(
    plane: &Plane<'_>,
    (x, y): Point,
    room: f64,
    number: f64,
    shades: Shades,
    font: &Font,
) {
    let mut text = shades.printed(number);
    if font.width(&text, SMALL) > room {
        text = text.replacen("0.", ".", 1);
    }
    let color = on(shades.share(number));
    put(plane, &text, (x, y + SMALL * 0.36), SMALL, color, Anchor::Middle, Direction::Across);
}

/// Width of a weight that is this share of the largest.
fn thickness(share: f64) -> f64 {
    if share.is_nan() { WIDEST } else { THINNEST + (WIDEST - THINNEST) * share.abs().min(1.0) }
}

fn hue(weight: f64) -> Color {
    if weight < 0.0 {
        NEGATIVE
    } else if weight > 0.0 {
        POSITIVE
    } else {
        RULE
    }
}

fn dash(weight: f64) -> &'static [f64] {
    if weight < 0.0 { DASH } else { &[] }
}

/// Draws every weight, the largest last.
fn paint_edges(plane: &Plane<'_>, view: &View, at: &PlacedView, radius: f64, largest: f64) {
    let mut edges: Vec<&Edge> = view.edges.iter().collect();
    edges.sort_by(|a, b| a.weight.abs().total_cmp(&b.weight.abs()));
    for edge in edges {
        let reach = |(layer, unit): (usize, usize)| {
            let bias = view.biases.get(layer).and_then(|biases| biases.get(unit));
            let rim =
                bias.filter(|&&bias| bias != 0.0).map_or(0.0, |bias| thickness(bias / largest));
            radius + rim + 1.0
        };
        let (from, to) = (at.units[edge.from.0][edge.from.1], at.units[edge.to.0][edge.to.1]);
        let line = way(edge, at, radius);
        let share = edge.weight / largest.max(f64::MIN_POSITIVE);
        let (width, idle) = (thickness(share), edge.flow == Flow::Idle);
        let color = if idle { GRID } else { hue(edge.weight) };
        let (long, half) = (5.5 + 0.9 * width, 2.6 + 0.62 * width);
        let back: Vec<Point> = line.iter().rev().copied().collect();
        let heads = match edge.flow {
            Flow::Idle => [None, None],
            Flow::One | Flow::Twin => [None, head(&back, to, reach(edge.to), long, half)],
            Flow::Both => [
                head(&line, from, reach(edge.from), long, half),
                head(&back, to, reach(edge.to), long, half),
            ],
        };
        let room = |head: &Option<[Point; 3]>| if head.is_some() { long * 0.8 } else { 0.0 };
        let line = leave(&line, from, reach(edge.from) + room(&heads[0]));
        let back: Vec<Point> = line.into_iter().rev().collect();
        let line = leave(&back, to, reach(edge.to) + room(&heads[1]));
        if line.len() > 1 {
            let dash = if idle { &[][..] } else { dash(edge.weight) };
            stroke(plane, line, color, if idle { 1.0 } else { width }, dash);
        }
        for head in heads.into_iter().flatten() {
            plane.draw(&Element { points: head.to_vec(), ink: Ink::Area { color, opacity: 1.0 } });
        }
    }
}

/// The way of a weight between the centres of its units: straight to the next layer, over or under the others of its own layer,
/// around the layers that it skips.
fn way(edge: &Edge, at: &PlacedView, radius: f64) -> Vec<Point> {
    let ((from_layer, from_unit), (to_layer, to_unit)) = (edge.from, edge.to);
    let (a, b) = (at.units[from_layer][from_unit], at.units[to_layer][to_unit]);
    if from_layer == to_layer {
        // Rightwards over the others, leftwards under them.
        let up = if from_unit < to_unit { -1.0 } else { 1.0 };
        let high = radius + 14.0 + 5.0 * from_unit.abs_diff(to_unit) as f64;
        return bezier(a, (f64::midpoint(a.0, b.0), a.1 + up * 2.0 * high), b);
    }
    if from_layer.abs_diff(to_layer) > 1 {
        let centre = f64::midpoint(at.sides.0, at.sides.1);
        let lean = a.0 + b.0 - 2.0 * centre;
        let left = if lean.abs() > 1.0 { lean < 0.0 } else { edge.from.1.is_multiple_of(2) };
        let skipped = &at.units[from_layer.min(to_layer) + 1..from_layer.max(to_layer)];
        let widest = skipped.iter().flatten().map(|(x, _)| (x - centre).abs()).fold(0.0, f64::max);
        let apart = 3.0 * ((edge.from.1 + 2 * edge.to.1) % 5) as f64;
        let reach = (widest + radius + 9.0 + apart).min(centre - at.sides.0);
        let middle = if left { centre - reach } else { centre + reach };
        let control = (2.0 * middle - f64::midpoint(a.0, b.0), f64::midpoint(a.1, b.1));
        return bezier(a, control, b);
    }
    match edge.flow {
        Flow::Twin => beside(a, b, 4.0).to_vec(),
        _ => vec![a, b],
    }
}

/// Height of a row of the legend.
const ROW: f64 = 24.0;
const BAR: f64 = 72.0;
const SAMPLE: f64 = 30.0;
const BETWEEN: f64 = 22.0;

/// An entry of the legend.
enum Entry {
    /// A scale of colour between two numbers.
    Bar { name: String, ends: [String; 2], from: f64, width: f64 },
    /// A weight, as a share of the largest.
    Weight { share: f64, name: String, width: f64 },
    /// What a rim is.
    Rim { name: String, width: f64 },
}

impl Entry {
    fn width(&self) -> f64 {
        match self {
            Self::Bar { width, .. } | Self::Weight { width, .. } | Self::Rim { width, .. } => {
                *width
            }
        }
    }
}

fn entries(diagram: &Diagram, font: &Font) -> Vec<Entry> {
    let Scales { weight, .. } = diagram.scales;
    let views = || diagram.groups.iter().flat_map(|group| &group.views);
    let mut entries = Vec::new();
    for (quantity, name) in [(Quantity::Activity, "activity"), (Quantity::Delta, "delta")] {
        if !views().any(|view| view.quantity == quantity) {
            continue;
        }
        let shades = diagram.scales.of(quantity);
        let end = |value: f64| Shades { exponent: 0, ..shades }.legend(value);
        let low = if shades.signed { -shades.full } else { 0.0 };
        let ends = [end(low), end(shades.full)];
        let width = font.width(name, SMALL)
            + ends.iter().map(|e| font.width(e, SMALL)).sum::<f64>()
            + BAR
            + 16.0;
        let from = if shades.signed { -1.0 } else { 0.0 };
        entries.push(Entry::Bar { name: name.to_owned(), ends, from, width });
    }
    if weight > 0.0 {
        let round = round_below(weight);
        let edges = || views().flat_map(|view| &view.edges);
        for (sign, there) in
            [(1.0, edges().any(|e| e.weight > 0.0)), (-1.0, edges().any(|e| e.weight < 0.0))]
        {
            if there {
                let name = format!(
                    "w = {}",
                    Shades { full: 1.0, signed: true, exponent: 0 }.legend(sign * round)
                );
                let width = SAMPLE + 6.0 + font.width(&name, SMALL);
                entries.push(Entry::Weight { share: sign * round / weight, name, width });
            }
        }
        if views().any(|view| view.biases.iter().flatten().any(|bias| *bias != 0.0)) {
            let name = "rim: bias".to_owned();
            entries.push(Entry::Rim { width: 24.0 + font.width(&name, SMALL), name });
        }
    }
    entries
}

impl Shades {
    /// A number with two digits, in the legend.
    fn legend(self, value: f64) -> String {
        let text = if value == 0.0 || (0.01..1000.0).contains(&value.abs()) {
            let places =
                if value == 0.0 { 0 } else { (1 - value.abs().log10().floor() as i32).max(0) };
            let text = format!("{:.*}", places as usize, value.abs());
            if text.contains('.') {
                text.trim_end_matches('0').trim_end_matches('.').to_owned()
            } else {
                text
            }
        } else {
            let power = value.abs().log10().floor() as i32;
            let shades = Shades { exponent: power, ..self };
            format!("{:.1}{}", value.abs() / 10_f64.powi(power), shades.unit())
        };
        if value < 0.0 { format!("−{text}") } else { text }
    }
}

/// The largest of 1, 2, 5 times a power of ten that is not above a number.
fn round_below(value: f64) -> f64 {
    let power = 10_f64.powi(value.log10().floor() as i32);
    [5.0, 2.0, 1.0].into_iter().map(|m| m * power).find(|round| *round <= value).unwrap_or(power)
}

/// Entries in rows of at most this width: ranges of their indices.
fn rows(entries: &[Entry], width: f64) -> Vec<std::ops::Range<usize>> {
    let mut rows: Vec<std::ops::Range<usize>> = Vec::new();
    let mut x = 0.0;
    for (i, entry) in entries.iter().enumerate() {
        match rows.last_mut() {
            Some(row) if x + entry.width() <= width => row.end = i + 1,
            _ => {
                rows.push(i..i + 1);
                x = 0.0;
            }
        }
        x += entry.width() + BETWEEN;
    }
    rows
}

fn paint_legend(plane: &Plane<'_>, entries: &[Entry], at: Rect) {
    for (n, row) in rows(entries, at.width).into_iter().enumerate() {
        let (mut x, y) = (at.x, at.y + n as f64 * ROW + ROW * 0.65);
        for entry in &entries[row] {
            paint_entry(plane, entry, (x, y));
            x += entry.width() + BETWEEN;
        }
    }
}

fn paint_entry(plane: &Plane<'_>, entry: &Entry, (x, y): Point) {
    let text = |text: &str, x: f64, anchor| {
        put(plane, text, (x, y), SMALL, INK, anchor, Direction::Across)
    };
    let middle = y - SMALL * 0.36;
    let area = |left: f64, right: f64, half: f64, color: Color| {
        let points = vec![
            (left, middle - half),
            (right, middle - half),
            (right, middle + half),
            (left, middle + half),
        ];
        plane.draw(&Element { points, ink: Ink::Area { color, opacity: 1.0 } });
    };
    match entry {
        Entry::Bar { name, ends: [low, high], from, width } => {
            text(name, x, Anchor::Start);
            text(high, x + width, Anchor::End);
            let font = Font::embedded();
            let right = x + width - font.width(high, SMALL) - 5.0;
            let left = right - BAR;
            text(low, left - 5.0, Anchor::End);
            const STEPS: usize = 24;
            area(left - 0.8, right + 0.8, 7.8, INK);
            for step in 0..STEPS {
                let at = |step: usize| left + BAR * step as f64 / STEPS as f64;
                let share = from + (1.0 - from) * (step as f64 + 0.5) / STEPS as f64;
                area(at(step), at(step + 1), 7.0, shade(share));
            }
        }
        Entry::Weight { share, name, .. } => {
            stroke(
                plane,
                vec![(x, middle), (x + SAMPLE, middle)],
                hue(*share),
                thickness(*share),
                dash(*share),
            );
            text(name, x + SAMPLE + 6.0, Anchor::Start);
        }
        Entry::Rim { name, .. } => {
            let disc = |radius: f64, color: Color| {
                let ink = Ink::Marker { color, marker: Marker::Circle, radius, opacity: 1.0 };
                plane.draw(&Element { points: vec![(x + 9.0, middle)], ink });
            };
            disc(9.0, POSITIVE);
            disc(6.2, INK);
            disc(5.4, WHITE);
            text(name, x + 24.0, Anchor::Start);
        }
    }
}

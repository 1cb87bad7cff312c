//! A laid-out diagram, as SVG.
//!
//! * A unit is filled by its number: white at 0, towards blue for positive ones and towards vermillion for negative ones, both
//!   equally dark, so that the size can be read in grey; the sign is printed.
//! * A weight is as wide as it is large; negative ones are vermillion and dashed. The rim of a unit is its bias, likewise.

use super::curve::{Point, beside, bezier, circle, head, leave};
use super::layout::{PlacedGroup, PlacedView, layout};
use super::legend::Legend;
use super::{Diagram, Edge, Flow, Group, Scales, Shades, View};
use crate::canvas::{Anchor, Canvas, Direction, Element, Ink, Plane, Rect};
use crate::font::Font;
use crate::layout::{LARGE, LEADING, MEDIUM, SMALL};
use crate::paint::{put, stroke, write};
use crate::palette::{
    Color, GRID, INK, Marker, NEGATIVE, POSITIVE, RULE, SOFT, WHITE, shade, text_on,
};

/// Width of the largest weight.
const WIDEST: f64 = 5.2;
/// Width of a weight of 0.
const THINNEST: f64 = 0.6;
/// Width of a rim over that of a weight of the same size.
const RIM: f64 = 0.65;
/// Dashes of a negative weight.
const DASH: &[f64] = &[5.0, 3.0];

/// Draws a diagram.
pub(crate) fn svg(diagram: &Diagram, font: &Font) -> String {
    let legend = Legend::new(diagram, font);
    let page = layout(diagram, font, |width| legend.height(width));
    let mut out = String::new();
    let canvas = Canvas::new(page.size.0, page.size.1, &diagram.title, &mut out);
    let plane = &canvas.page();
    write(plane, &page.title, LARGE, INK, Anchor::Start);
    let (radius, scales) = (page.radius, diagram.scales);
    let brush = Brush { plane, radius, scales, form: Form::fitting(diagram, radius, font), font };
    for (group, placed) in diagram.groups.iter().zip(&page.groups) {
        brush.group(group, placed);
    }
    legend.paint(plane, page.legend);
    write(plane, &page.caption, SMALL, SOFT, Anchor::Start);
    canvas.finish();
    out
}

/// What units are drawn with.
struct Brush<'a> {
    plane: &'a Plane<'a>,
    radius: f64,
    scales: Scales,
    form: Form,
    font: &'a Font,
}

impl Brush<'_> {
    fn group(&self, group: &Group, placed: &PlacedGroup) {
        let plane = self.plane;
        write(plane, &placed.title, MEDIUM, INK, Anchor::Start);
        if !group.empty.is_empty() {
            let Rect { x, y, width, height } = placed.area;
            let lines = self.font.wrap(&group.empty, SMALL, width - 20.0);
            for (i, line) in lines.iter().enumerate() {
                let at = (x + width / 2.0, y + height + (i as f64 - 1.2) * SMALL * LEADING);
                put(plane, line, at, SMALL, SOFT, Anchor::Middle, Direction::Across);
            }
            return;
        }
        write(plane, &placed.names, SMALL, SOFT, Anchor::End);
        for (view, at) in group.views.iter().zip(&placed.views) {
            write(plane, &at.title, MEDIUM, INK, Anchor::Middle);
            for words in [&at.unit, &at.above] {
                write(plane, std::slice::from_ref(words), SMALL, SOFT, Anchor::Middle);
            }
            self.edges(view, at);
            for (layer, centres) in at.units.iter().enumerate() {
                for (unit, &centre) in centres.iter().enumerate() {
                    let number = view.values.get(layer).and_then(|values| values.get(unit));
                    self.rim(centre, self.bias(view, (layer, unit)));
                    self.unit(centre, number.copied(), self.scales.of(view.quantity));
                }
            }
            for (&centre, &number) in at.squares.iter().zip(&view.above.1) {
                self.square(centre, number);
            }
            let anchor = match at.naming {
                Direction::Up => Anchor::Start,
                Direction::Across => Anchor::Middle,
            };
            for name in &at.inputs {
                put(plane, &name.text, (name.x, name.y), SMALL, SOFT, anchor, at.naming);
            }
        }
    }

    /// The bias of a unit as a share of the largest weight; 0 where it has none.
    fn bias(&self, view: &View, (layer, unit): (usize, usize)) -> f64 {
        let bias = view.biases.get(layer).and_then(|biases| biases.get(unit));
        bias.map_or(0.0, |bias| self.share(*bias))
    }

    fn share(&self, weight: f64) -> f64 {
        weight / self.scales.weight.max(f64::MIN_POSITIVE)
    }

    fn rim(&self, at: Point, bias: f64) {
        if bias != 0.0 {
            let width = rim(bias);
            disc(self.plane, at, self.radius + width, WHITE);
            let line = circle(at, self.radius + width / 2.0);
            stroke(self.plane, line, hue(bias), width, dash(bias));
        }
    }

    /// A unit, with its number if it has one here.
    fn unit(&self, at: Point, number: Option<f64>, shades: Shades) {
        let Some(number) = number else {
            disc(self.plane, at, self.radius, RULE);
            disc(self.plane, at, self.radius - 1.0, WHITE);
            return;
        };
        disc(self.plane, at, self.radius, INK);
        disc(self.plane, at, self.radius - 0.9, shade(shades.share(number)));
        self.number(at, number, shades);
    }

    /// A target or an error.
    fn square(&self, at: Point, number: f64) {
        let half = self.radius - 1.0;
        tile(self.plane, (at.0 - half, at.0 + half), at.1, half, INK);
        let half = half - 0.9;
        let color = shade(self.scales.activity.share(number));
        tile(self.plane, (at.0 - half, at.0 + half), at.1, half, color);
        self.number(at, number, self.scales.activity);
    }

    fn number(&self, (x, y): Point, number: f64, shades: Shades) {
        let text = self.form.of(number, shades);
        let color = text_on(shades.share(number));
        let at = (x, y + SMALL * 0.36);
        put(self.plane, &text, at, SMALL, color, Anchor::Middle, Direction::Across);
    }

    /// Every weight, the largest last.
    fn edges(&self, view: &View, at: &PlacedView) {
        let mut edges: Vec<&Edge> = view.edges.iter().collect();
        edges.sort_by(|a, b| {
            let idle = |edge: &Edge| edge.flow != Flow::Idle;
            idle(a).cmp(&idle(b)).then(a.weight.abs().total_cmp(&b.weight.abs()))
        });
        for edge in edges {
            self.edge(edge, view, at);
        }
    }

    fn edge(&self, edge: &Edge, view: &View, at: &PlacedView) {
        let reach = |end: (usize, usize)| {
            let bias = self.bias(view, end);
            self.radius + if bias == 0.0 { 1.0 } else { 1.0 + rim(bias) }
        };
        let (from, to) = (at.units[edge.from.0][edge.from.1], at.units[edge.to.0][edge.to.1]);
        let (near, far) = (reach(edge.from), reach(edge.to));
        let idle = edge.flow == Flow::Idle;
        let share = self.share(edge.weight);
        let (width, color, dash) = match idle {
            true => (1.0, GRID, &[][..]),
            false => (thickness(share), hue(edge.weight), dash(edge.weight)),
        };
        let (long, half) = (5.5 + 0.9 * width, 2.6 + 0.62 * width);
        let line = way(edge, at, self.radius);
        let back: Vec<Point> = line.iter().rev().copied().collect();
        let end = if idle { None } else { head(&back, to, far, long, half) };
        let start = match edge.flow {
            Flow::Both => head(&line, from, near, long, half),
            Flow::One | Flow::Twin | Flow::Idle => None,
        };
        let room = |head: Option<[Point; 3]>| if head.is_some() { long * 0.8 } else { 0.0 };
        let mut line = leave(&line, from, near + room(start));
        line.reverse();
        let line = leave(&line, to, far + room(end));
        if line.len() > 1 {
            stroke(self.plane, line, color, width, dash);
        }
        for head in [start, end].into_iter().flatten() {
            let ink = Ink::Area { color, opacity: 1.0 };
            self.plane.draw(&Element { points: head.to_vec(), ink });
        }
    }
}

/// How numbers stand in their units.
#[derive(Clone, Copy)]
enum Form {
    /// `0.42`
    Whole,
    /// `.42`: where there is no room for the 0 in one of them.
    Bare,
}

impl Form {
    fn of(self, number: f64, shades: Shades) -> String {
        let text = shades.printed(number);
        match self {
            Self::Whole => text,
            Self::Bare => text.replacen("0.", ".", 1),
        }
    }

    /// The form in which every number of a diagram fits into its unit.
    fn fitting(diagram: &Diagram, radius: f64, font: &Font) -> Self {
        let scales = diagram.scales;
        let fits = |number: &f64, shades: Shades, room: f64| {
            font.width(&Self::Whole.of(*number, shades), SMALL) <= room
        };
        let views = || diagram.groups.iter().flat_map(|group| &group.views);
        let units = views().all(|view| {
            let shades = scales.of(view.quantity);
            view.values.iter().flatten().all(|x| fits(x, shades, 2.0 * radius - 2.0))
        });
        let mut squares = views().flat_map(|view| &view.above.1);
        match units && squares.all(|x| fits(x, scales.activity, 2.0 * radius - 4.0)) {
            true => Self::Whole,
            false => Self::Bare,
        }
    }
}

pub(super) fn disc(plane: &Plane<'_>, at: Point, radius: f64, color: Color) {
    let ink = Ink::Marker { color, marker: Marker::Circle, radius, opacity: 1.0 };
    plane.draw(&Element { points: vec![at], ink });
}

/// A rectangle from left to right, `half` up and down.
pub(super) fn tile(plane: &Plane<'_>, x: (f64, f64), y: f64, half: f64, color: Color) {
    let points = vec![(x.0, y - half), (x.1, y - half), (x.1, y + half), (x.0, y + half)];
    plane.draw(&Element { points, ink: Ink::Area { color, opacity: 1.0 } });
}

/// Width of a weight that is this share of the largest.
pub(super) fn thickness(share: f64) -> f64 {
    if share.is_nan() { WIDEST } else { THINNEST + (WIDEST - THINNEST) * share.abs().min(1.0) }
}

pub(super) fn hue(weight: f64) -> Color {
    if weight < 0.0 {
        NEGATIVE
    } else if weight > 0.0 {
        POSITIVE
    } else {
        RULE
    }
}

pub(super) fn dash(weight: f64) -> &'static [f64] {
    if weight < 0.0 { DASH } else { &[] }
}

/// Width of the rim of a unit whose bias is this share of the largest weight.
pub(super) fn rim(share: f64) -> f64 {
    RIM * thickness(share)
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

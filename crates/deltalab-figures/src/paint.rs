//! A laid-out chart, as SVG.

use crate::canvas::{Anchor, Canvas, Direction, Element, Ink, Plane, Rect};
use crate::chart::{Chart, Key, Mark, Panel, Points, Sample};
use crate::font::Font;
use crate::layout::{Frame, LARGE, Layout, MEDIUM, Placed, Ruler, SAMPLE, SMALL, TICK, layout};
use crate::palette::{Color, GRID, INK, Marker, RULE, SOFT, shade, text_on};

const LINE: f64 = 1.9;

/// Opacity of a band: fainter where many lie on each other.
fn band_opacity(chart: &Chart) -> f64 {
    if chart.legend.len() <= 4 { 0.16 } else { 0.1 }
}

/// Draws a chart.
pub(crate) fn svg(chart: &Chart, font: &Font) -> String {
    let layout = layout(chart, font);
    let mut out = String::new();
    let canvas = Canvas::new(layout.size.0, layout.size.1, &chart.title, &mut out);
    let page = canvas.page();
    write(&page, &layout.title, LARGE, INK, Anchor::Start);
    for (panel, frame) in chart.panels.iter().zip(&layout.frames) {
        paint_panel(&canvas, &page, panel, frame, &layout, band_opacity(chart), font);
    }
    write(&page, std::slice::from_ref(&layout.x_label), MEDIUM, INK, Anchor::Middle);
    let Placed { text, x, y } = &layout.y_label;
    put(&page, text, (*x, *y), MEDIUM, INK, Anchor::Middle, Direction::Up);
    for (key, at) in chart.legend.iter().zip(&layout.legend) {
        paint_sample(&page, key, at, band_opacity(chart));
    }
    write(&page, &layout.legend, SMALL, INK, Anchor::Start);
    write(&page, &layout.caption, SMALL, SOFT, Anchor::Start);
    canvas.finish();
    out
}

pub(crate) fn put(
    page: &Plane<'_>,
    text: &str,
    at: (f64, f64),
    size: f64,
    color: Color,
    anchor: Anchor,
    direction: Direction,
) {
    if !text.is_empty() {
        let ink = Ink::Text { text: text.to_owned(), size, color, anchor, direction };
        page.draw(&Element { points: vec![at], ink });
    }
}

pub(crate) fn write(page: &Plane<'_>, lines: &[Placed], size: f64, color: Color, anchor: Anchor) {
    for Placed { text, x, y } in lines {
        put(page, text, (*x, *y), size, color, anchor, Direction::Across);
    }
}

pub(crate) fn stroke(
    plane: &Plane<'_>,
    points: Points,
    color: Color,
    width: f64,
    dash: &'static [f64],
) {
    plane.draw(&Element { points, ink: Ink::Line { color, width, dash } });
}

fn paint_panel(
    canvas: &Canvas<'_>,
    page: &Plane<'_>,
    panel: &Panel,
    frame: &Frame,
    layout: &Layout,
    band: f64,
    font: &Font,
) {
    write(page, &frame.title, MEDIUM, INK, Anchor::Start);
    if panel.empty.is_empty() {
        paint_grid(page, frame, layout);
        let plane = canvas.plane(frame.plot, layout.x.range, layout.y.range);
        for mark in &panel.marks {
            paint_mark(&plane, mark, &layout.x, &layout.y, band);
        }
        paint_tiles(page, panel, frame, layout, font);
        write_remarks(page, panel, frame, &layout.y);
        name_boundaries(page, panel, frame, &layout.x, font);
    } else {
        let Rect { x, y, width, height } = frame.plot;
        let lines = font.wrap(&panel.empty, SMALL, width - 20.0);
        let top = y + height / 2.0 - (lines.len() as f64 - 1.0) * SMALL * 0.65;
        for (i, line) in lines.iter().enumerate() {
            let at = (x + width / 2.0, top + i as f64 * SMALL * 1.3);
            put(page, line, at, SMALL, SOFT, Anchor::Middle, Direction::Across);
        }
    }
    paint_axes(page, frame, layout);
}

/// Pixel of a coordinate.
fn along(ruler: &Ruler, coordinate: f64, start: f64, end: f64) -> f64 {
    let (low, high) = ruler.range;
    start + (coordinate - low) / (high - low) * (end - start)
}

fn paint_grid(page: &Plane<'_>, frame: &Frame, layout: &Layout) {
    let plot = frame.plot;
    for (at, _) in layout.x.marks.iter().filter(|(_, label)| !label.is_empty()) {
        let x = along(&layout.x, *at, plot.x, plot.right());
        stroke(page, vec![(x, plot.y), (x, plot.bottom())], GRID, 0.8, &[]);
    }
    for (at, _) in layout.y.marks.iter().filter(|(_, label)| !label.is_empty()) {
        let y = along(&layout.y, *at, plot.bottom(), plot.y);
        stroke(page, vec![(plot.x, y), (plot.right(), y)], GRID, 0.8, &[]);
    }
}

fn paint_axes(page: &Plane<'_>, frame: &Frame, layout: &Layout) {
    let Rect { x: left, y: top, .. } = frame.plot;
    let (right, bottom) = (frame.plot.right(), frame.plot.bottom());
    stroke(page, vec![(left, top), (left, bottom), (right, bottom)], INK, 1.0, &[]);
    for (at, label) in &layout.x.marks {
        let x = along(&layout.x, *at, left, right);
        let length = if label.is_empty() { TICK * 0.6 } else { TICK };
        stroke(page, vec![(x, bottom), (x, bottom + length)], INK, 1.0, &[]);
        if frame.bottom {
            let at = (x, bottom + TICK + 3.0 + SMALL);
            put(page, label, at, SMALL, INK, Anchor::Middle, Direction::Across);
        }
    }
    for (at, label) in &layout.y.marks {
        let y = along(&layout.y, *at, bottom, top);
        let length = if label.is_empty() { TICK * 0.6 } else { TICK };
        stroke(page, vec![(left - length, y), (left, y)], INK, 1.0, &[]);
        if frame.left {
            let at = (left - TICK - 4.0, y + SMALL * 0.36);
            put(page, label, at, SMALL, INK, Anchor::End, Direction::Across);
        }
    }
}

fn paint_mark(plane: &Plane<'_>, mark: &Mark, x: &Ruler, y: &Ruler, band: f64) {
    match mark {
        Mark::Line(style, points) => {
            for piece in finite_pieces(points, |&(px, py)| px.is_finite() && py.is_finite()) {
                let piece: Points = piece.iter().map(|&p| place(p, x, y)).collect();
                if let [only] = piece[..] {
                    let (color, marker) = (style.color(), style.marker());
                    let ink = Ink::Marker { color, marker, radius: 3.0, opacity: 1.0 };
                    plane.draw(&Element { points: vec![only], ink });
                } else {
                    stroke(plane, piece, style.color(), LINE, style.dash());
                }
            }
        }
        Mark::Band(style, points) => {
            let finite = |&(px, low, high): &(f64, f64, f64)| {
                px.is_finite() && low.is_finite() && high.is_finite()
            };
            for piece in finite_pieces(points, finite).filter(|p| p.len() > 1) {
                let up = piece.iter().map(|&(px, low, _)| place((px, low), x, y));
                let down = piece.iter().rev().map(|&(px, _, high)| place((px, high), x, y));
                let points = up.chain(down).collect();
                let ink = Ink::Area { color: style.color(), opacity: band };
                plane.draw(&Element { points, ink });
            }
        }
        Mark::Dots(style, points) => {
            let (color, marker) = (style.color(), Marker::Circle);
            let ink = Ink::Marker { color, marker, radius: 2.3, opacity: 0.4 };
            plane.draw(&Element { points: finite_points(points, x, y), ink });
        }
        Mark::Censored(style, points) => {
            let (color, marker) = (style.color(), Marker::Tick);
            let ink = Ink::Marker { color, marker, radius: 5.0, opacity: 1.0 };
            plane.draw(&Element { points: finite_points(points, x, y), ink });
        }
        Mark::Interval((low, mean, high), at) => {
            if low.is_finite() && high.is_finite() {
                let ends = [*low, *high].map(|v| place((v, *at), x, y));
                stroke(plane, ends.to_vec(), INK, 2.2, &[]);
            }
            let (color, marker) = (INK, Marker::Diamond);
            let ink = Ink::Marker { color, marker, radius: 4.2, opacity: 1.0 };
            plane.draw(&Element { points: finite_points(&[(*mean, *at)], x, y), ink });
        }
        Mark::Boundary(at, _) => {
            let at = x.scale.coordinate(*at);
            stroke(plane, vec![(at, y.range.0), (at, y.range.1)], RULE, 1.0, &[4.0, 3.0]);
        }
        Mark::Tile(..) => {}   // on the page, not the plane: `paint_tiles`
        Mark::Remark(..) => {} // words, not data: `write_remarks`
        Mark::Level(at) => {
            let at = y.scale.coordinate(*at);
            stroke(plane, vec![(x.range.0, at), (x.range.1, at)], RULE, 1.0, &[]);
        }
    }
}

/// Values as coordinates, what lies beyond an end at that end.
fn place((px, py): (f64, f64), x: &Ruler, y: &Ruler) -> (f64, f64) {
    let on = |ruler: &Ruler, v: f64| ruler.scale.coordinate(v).clamp(ruler.range.0, ruler.range.1);
    (on(x, px), on(y, py))
}

fn finite_points(points: &[(f64, f64)], x: &Ruler, y: &Ruler) -> Points {
    let finite = points.iter().filter(|(px, py)| px.is_finite() && py.is_finite());
    finite.map(|&p| place(p, x, y)).collect()
}

/// The longest pieces without a point that is not finite.
fn finite_pieces<T>(points: &[T], finite: impl Fn(&T) -> bool) -> impl Iterator<Item = &[T]> {
    points.split(move |p| !finite(p)).filter(|piece| !piece.is_empty())
}

/// Fields of a heat map, with their numbers where there is room, and the best one's frame on top.
fn paint_tiles(page: &Plane<'_>, panel: &Panel, frame: &Frame, layout: &Layout, font: &Font) {
    let Rect { x: left, y: top, .. } = frame.plot;
    let (right, bottom) = (frame.plot.right(), frame.plot.bottom());
    let tiles = panel.marks.iter().filter_map(|mark| match mark {
        Mark::Tile(at, tile) => Some((at, tile)),
        _ => None,
    });
    let mut frames = Vec::new();
    for ((column, row), tile) in tiles {
        let x = [column - 0.5, column + 0.5].map(|x| along(&layout.x, x, left, right));
        let y = [row + 0.5, row - 0.5].map(|y| along(&layout.y, y, bottom, top));
        let corners = vec![(x[0], y[0]), (x[1], y[0]), (x[1], y[1]), (x[0], y[1]), (x[0], y[0])];
        let share = tile.share.unwrap_or(0.0);
        let ink = Ink::Area { color: shade(share), opacity: 1.0 };
        page.draw(&Element { points: corners[..4].to_vec(), ink });
        if tile.share.is_none() {
            stroke(page, vec![corners[3], corners[1]], RULE, 1.0, &[]);
        }
        stroke(page, corners, GRID, 1.0, &[]);
        if font.width(&tile.text, SMALL) <= x[1] - x[0] - 8.0 {
            let at = (f64::midpoint(x[0], x[1]), f64::midpoint(y[0], y[1]) + SMALL * 0.36);
            let color = text_on(share);
            put(page, &tile.text, at, SMALL, color, Anchor::Middle, Direction::Across);
        }
        if tile.best {
            frames.push([x[0] + 1.5, x[1] - 1.5, y[0] + 1.5, y[1] - 1.5]);
        }
    }
    for [left, right, top, bottom] in frames {
        let corners = vec![(left, top), (right, top), (right, bottom), (left, bottom), (left, top)];
        stroke(page, corners, INK, 2.4, &[]);
    }
}

fn write_remarks(page: &Plane<'_>, panel: &Panel, frame: &Frame, y: &Ruler) {
    for mark in &panel.marks {
        if let Mark::Remark(height, text) = mark {
            let y = along(y, *height, frame.plot.bottom(), frame.plot.y);
            let at = (frame.plot.x + 8.0, y + SMALL * 0.36);
            put(page, text, at, SMALL, SOFT, Anchor::Start, Direction::Across);
        }
    }
}

/// Names of the stretches that begin at the boundaries, cut where the next one begins.
fn name_boundaries(page: &Plane<'_>, panel: &Panel, frame: &Frame, x: &Ruler, font: &Font) {
    let plot = frame.plot;
    let starts: Vec<(f64, &str)> = panel
        .marks
        .iter()
        .filter_map(|mark| match mark {
            Mark::Boundary(at, name) => {
                Some((along(x, x.scale.coordinate(*at), plot.x, plot.right()), name.as_str()))
            }
            _ => None,
        })
        .collect();
    for (i, (start, name)) in starts.iter().enumerate() {
        let end = starts.get(i + 1).map_or(plot.right() + 12.0, |next| next.0);
        let name = font.ellipsis(name, SMALL, end - start - 4.0);
        let at = (*start, frame.boundary_names);
        put(page, &name, at, SMALL, SOFT, Anchor::Start, Direction::Across);
    }
}

fn paint_sample(page: &Plane<'_>, key: &Key, at: &Placed, band: f64) {
    let (left, right) = (at.x - 7.0 - SAMPLE, at.x - 7.0);
    let y = at.y - SMALL * 0.36;
    let color = key.style.color();
    if key.sample == Sample::Ramp {
        const STEPS: usize = 17;
        for step in 0..STEPS {
            let from = left + (right - left) * step as f64 / STEPS as f64;
            let points = vec![(from, y - 6.0), (right, y - 6.0), (right, y + 6.0), (from, y + 6.0)];
            let color = shade((step as f64 + 0.5) / STEPS as f64);
            page.draw(&Element { points, ink: Ink::Area { color, opacity: 1.0 } });
        }
        let (top, bottom) = (y - 6.0, y + 6.0);
        let frame = vec![(left, top), (right, top), (right, bottom), (left, bottom), (left, top)];
        return stroke(page, frame, INK, 0.8, &[]);
    }
    if key.sample == Sample::LineAndBand {
        let points = vec![(left, y - 5.0), (right, y - 5.0), (right, y + 5.0), (left, y + 5.0)];
        page.draw(&Element { points, ink: Ink::Area { color, opacity: band } });
    }
    stroke(page, vec![(left, y), (right, y)], color, LINE, key.style.dash());
}

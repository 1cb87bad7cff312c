//! The only file that knows plotters: it maps data to the page and writes SVG.
//!
//! plotters' own SVG backend rounds to whole pixels, has no dashes and guesses the width of text, so the backend here is ours. plotters
//! counts in tenths of a pixel ([`SUBPIXEL`]), and the SVG is written in pixels with one decimal; text stays text, a dashed line stays
//! one line, and equal input gives equal bytes.

use std::convert::Infallible;
use std::fmt::Write as _;

use plotters::coord::Shift;
use plotters::coord::cartesian::Cartesian2d;
use plotters::coord::types::RangedCoordf64;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::{Drawable, PointCollection};
use plotters_backend::{BackendColor, BackendCoord, DrawingBackend, DrawingErrorKind};

use crate::palette::{Color, Marker};

/// plotters' units per pixel of the drawing.
const SUBPIXEL: f64 = 10.0;

/// Fonts that a viewer should try: the embedded one first, then those of nearly the same widths.
pub(crate) const FONT_FAMILY: &str = "DejaVu Sans, Bitstream Vera Sans, Verdana, sans-serif";

/// A rectangle of the page, in pixels, y downwards.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rect {
    /// Left edge.
    pub x: f64,
    /// Top edge.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

impl Rect {
    /// Right edge.
    pub fn right(&self) -> f64 {
        self.x + self.width
    }

    /// Bottom edge.
    pub fn bottom(&self) -> f64 {
        self.y + self.height
    }
}

/// Where a text stands relative to its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    /// The text begins at the point.
    Start,
    /// The text is centred on the point.
    Middle,
    /// The text ends at the point.
    End,
}

/// Which way a text runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    /// From left to right.
    Across,
    /// From bottom to top.
    Up,
}

/// What is drawn through or at the points of an element.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Ink {
    /// An open line. Dashes in pixels; empty: solid.
    Line { color: Color, width: f64, dash: &'static [f64] },
    /// A filled polygon without outline.
    Area { color: Color, opacity: f64 },
    /// A marker of the given radius at every point.
    Marker { color: Color, marker: Marker, radius: f64, opacity: f64 },
    /// Text, the baseline on the point.
    Text { text: String, size: f64, color: Color, anchor: Anchor, direction: Direction },
}

/// An element: points in the coordinates of the area that it is drawn on, and ink.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Element {
    /// Points, data or page coordinates.
    pub points: Vec<(f64, f64)>,
    /// What is drawn there.
    pub ink: Ink,
}

/// A page that is being drawn.
pub(crate) struct Canvas<'a> {
    root: DrawingArea<SvgBackend<'a>, Shift>,
    page: Rect,
}

/// A part of the page with coordinates of its own.
pub(crate) struct Plane<'a>(
    DrawingArea<SvgBackend<'a>, Cartesian2d<RangedCoordf64, RangedCoordf64>>,
);

impl<'a> Canvas<'a> {
    /// A page of `width` × `height` pixels on white, written to `out`.
    pub fn new(width: f64, height: f64, title: &str, out: &'a mut String) -> Self {
        let size = (units(width) as u32, units(height) as u32);
        let backend = SvgBackend { out, size };
        write_header(backend.out, width, height, title);
        let page = Rect { x: 0.0, y: 0.0, width, height };
        Canvas { root: backend.into_drawing_area(), page }
    }

    /// The whole page, in pixels with y downwards.
    pub fn page(&self) -> Plane<'a> {
        let Rect { width, height, .. } = self.page;
        self.plane(self.page, (0.0, width), (height, 0.0))
    }

    /// A rectangle in which `x` and `y` (left to right, bottom to top) are the coordinates. Points outside are moved to its edge.
    pub fn plane(&self, at: Rect, x: (f64, f64), y: (f64, f64)) -> Plane<'a> {
        let area = self
            .root
            .clone()
            .shrink((units(at.x), units(at.y)), (units(at.width), units(at.height)));
        let (width, height) = (units(at.width), units(at.height));
        // `apply_coord_spec` wants the pixels relative to the page: x rightwards, y upwards.
        let (left, top) = (units(at.x), units(at.y));
        let pixels = (left..left + width, top + height..top);
        Plane(area.apply_coord_spec(Cartesian2d::new(x.0..x.1, y.0..y.1, pixels)))
    }

    /// Ends the page.
    pub fn finish(self) {
        self.root.present().expect(NO_ERROR);
    }
}

impl Plane<'_> {
    /// Draws an element. Points that are not finite must have been taken out before.
    pub fn draw(&self, element: &Element) {
        self.0.draw(element).expect(NO_ERROR);
    }
}

/// Writing to a string cannot fail, and plotters' own errors (its backend borrowed twice) would be a bug of this file.
const NO_ERROR: &str = "drawing to a string does not fail";

fn units(pixels: f64) -> i32 {
    (pixels * SUBPIXEL).round() as i32
}

fn write_header(out: &mut String, width: f64, height: f64, title: &str) {
    let (w, h) = (decimal(units(width)), decimal(units(height)));
    out.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {w} {h}\" \
         font-family=\"{FONT_FAMILY}\" stroke-linejoin=\"round\" role=\"img\">"
    );
    let _ = writeln!(out, "<title>{}</title>", escape(title));
    let _ = writeln!(out, "<rect width=\"{w}\" height=\"{h}\" fill=\"#ffffff\"/>");
}

/// Tenths of a pixel as a decimal of pixels: 125 is `12.5`, 120 is `12`.
fn decimal(tenths: i32) -> String {
    let sign = if tenths < 0 { "-" } else { "" };
    let (whole, rest) = (tenths.unsigned_abs() / 10, tenths.unsigned_abs() % 10);
    if rest == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{rest}") }
}

/// Text as XML text: markup escaped, characters that XML 1.0 forbids replaced.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\t' | '\n' | '\r' => escaped.push(' '),
            c if (c as u32) < 0x20 || matches!(c, '\u{fffe}' | '\u{ffff}') => {
                escaped.push('\u{fffd}')
            }
            c => escaped.push(c),
        }
    }
    escaped
}

/// plotters' backend: a string of SVG.
struct SvgBackend<'a> {
    out: &'a mut String,
    size: (u32, u32),
}

impl SvgBackend<'_> {
    fn ink(&mut self, points: &[BackendCoord], ink: &Ink) {
        match ink {
            Ink::Line { color, width, dash } => {
                let _ = write!(
                    self.out,
                    "<polyline fill=\"none\" stroke=\"{color}\" stroke-width=\"{width}\""
                );
                if !dash.is_empty() {
                    let dash: Vec<String> = dash.iter().map(f64::to_string).collect();
                    let _ = write!(self.out, " stroke-dasharray=\"{}\"", dash.join(" "));
                }
                self.points(points);
            }
            Ink::Area { color, opacity } => {
                let _ = write!(self.out, "<polygon fill=\"{color}\" fill-opacity=\"{opacity}\"");
                self.points(points);
            }
            Ink::Marker { color, marker, radius, opacity } => {
                for &(x, y) in points {
                    self.marker(x, y, *color, *marker, *radius, *opacity);
                }
            }
            Ink::Text { text, size, color, anchor, direction } => {
                for &(x, y) in points {
                    self.text((x, y), text, *size, *color, *anchor, *direction);
                }
            }
        }
    }

    fn points(&mut self, points: &[BackendCoord]) {
        self.out.push_str(" points=\"");
        for (i, &(x, y)) in points.iter().enumerate() {
            let space = if i == 0 { "" } else { " " };
            let _ = write!(self.out, "{space}{},{}", decimal(x), decimal(y));
        }
        self.out.push_str("\"/>\n");
    }

    fn marker(&mut self, x: i32, y: i32, color: Color, marker: Marker, radius: f64, opacity: f64) {
        if marker == Marker::Circle {
            let (x, y) = (decimal(x), decimal(y));
            let _ = writeln!(
                self.out,
                "<circle cx=\"{x}\" cy=\"{y}\" r=\"{radius}\" fill=\"{color}\" fill-opacity=\"{opacity}\"/>"
            );
            return;
        }
        let corners = marker.corners();
        let at = |&(dx, dy): &(f64, f64)| (x + units(dx * radius), y + units(dy * radius));
        let corners: Vec<BackendCoord> = corners.iter().map(at).collect();
        let _ = if marker.is_open() {
            write!(self.out, "<polyline fill=\"none\" stroke=\"{color}\" stroke-width=\"1.5\"")
        } else {
            write!(self.out, "<polygon fill=\"{color}\" fill-opacity=\"{opacity}\"")
        };
        self.points(&corners);
    }

    fn text(
        &mut self,
        (x, y): BackendCoord,
        text: &str,
        size: f64,
        color: Color,
        anchor: Anchor,
        direction: Direction,
    ) {
        let (x, y) = (decimal(x), decimal(y));
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let turn = match direction {
            Direction::Across => String::new(),
            Direction::Up => format!(" transform=\"rotate(-90 {x} {y})\""),
        };
        let text = escape(text);
        let _ = writeln!(
            self.out,
            "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\" fill=\"{color}\" text-anchor=\"{anchor}\"{turn}>{text}</text>"
        );
    }
}

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

/// Elements draw themselves through [`SvgBackend::ink`]; the pixel is all that plotters asks for beyond that, and it is never used.
impl DrawingBackend for SvgBackend<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        if !self.out.ends_with("</svg>\n") {
            self.out.push_str("</svg>\n");
        }
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, color: BackendColor) -> Drawn {
        let ((r, g, b), alpha) = (color.rgb, color.alpha);
        let (x, y) = (decimal(x), decimal(y));
        let _ = writeln!(
            self.out,
            "<rect x=\"{x}\" y=\"{y}\" width=\"0.1\" height=\"0.1\" fill=\"rgb({r},{g},{b})\" fill-opacity=\"{alpha}\"/>"
        );
        Ok(())
    }
}

impl<'e> PointCollection<'e, (f64, f64)> for &'e Element {
    type Point = &'e (f64, f64);
    type IntoIter = &'e [(f64, f64)];

    fn point_iter(self) -> &'e [(f64, f64)] {
        &self.points
    }
}

impl<'a> Drawable<SvgBackend<'a>> for Element {
    fn draw<I: Iterator<Item = BackendCoord>>(
        &self,
        points: I,
        backend: &mut SvgBackend<'a>,
        _: (u32, u32),
    ) -> Drawn {
        let points: Vec<BackendCoord> = points.collect();
        backend.ink(&points, &self.ink);
        Ok(())
    }
}

//! A figure as a value: what is shown, before anyone decides where it stands on the page.
//!
//! Coordinates are data. All panels share both axes, the styles and the legend.

use crate::palette::Style;
use crate::ticks::Scale;

/// A figure.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Chart {
    /// Above everything.
    pub title: String,
    /// The horizontal axis of every panel.
    pub x: Axis,
    /// The vertical axis of every panel.
    pub y: Axis,
    /// Panels, in reading order.
    pub panels: Vec<Panel>,
    /// Panels in a row, where they belong together; `None`: as many as their number asks for.
    pub across: Option<usize>,
    /// What the styles mean. Empty: no legend.
    pub legend: Vec<Key>,
    /// Sentences below the figure: n, criterion, what a band or an interval is, what could not be shown.
    pub caption: Vec<String>,
}

/// An axis.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Axis {
    /// Name and unit. Empty: no label.
    pub label: String,
    /// Linear or logarithmic.
    pub scale: Scale,
    /// What must be visible besides the data.
    pub span: Span,
    /// Distance of the marks of a linear axis, where round numbers are not the natural ones; `None`: 1, 2 or 5 × 10ⁿ.
    pub step: Option<f64>,
    /// Names at 0, −1, −2, … from the top (a vertical axis of rows). Empty: numbers.
    pub rows: Vec<String>,
    /// Names at 0, 1, 2, … from the left (a horizontal axis of columns). Empty: numbers.
    pub columns: Vec<String>,
}

/// What an axis must show.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) enum Span {
    /// The data.
    #[default]
    Data,
    /// The data and zero, if the data come near it (linear axes).
    DataAndZero,
    /// These values exactly.
    Exactly(f64, f64),
    /// From the first value to the last of the data, without rounding outwards: time.
    Tight,
}

/// A panel.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Panel {
    /// Above the panel. Empty: none.
    pub title: String,
    /// What is drawn, first to last.
    pub marks: Vec<Mark>,
    /// Why there is nothing to see, where there is nothing.
    pub empty: String,
}

/// Points, as data.
pub(crate) type Points = Vec<(f64, f64)>;

/// Something drawn. Where a coordinate is not finite, a line or a band is interrupted and a point left out.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Mark {
    /// A line.
    Line(Style, Points),
    /// A band, as (x, low, high).
    Band(Style, Vec<(f64, f64, f64)>),
    /// Runs as small translucent points.
    Dots(Style, Points),
    /// A mean with its interval along x: (low, mean, high) at height y.
    Interval((f64, f64, f64), f64),
    /// Censored runs.
    Censored(Style, Points),
    /// A vertical reference line with a name beside its upper end.
    Boundary(f64, String),
    /// A horizontal reference line.
    Level(f64),
    /// A field of a heat map, about a column and a row.
    Tile((f64, f64), Tile),
    /// Words at the left end of the row at this height: why it is empty.
    Remark(f64, String),
}

/// A field of a heat map.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tile {
    /// Share of full colour, 0 to 1; `None`: there is no value, and the field is struck out.
    pub share: Option<f64>,
    /// Its number, where there is room for it.
    pub text: String,
    /// Whether it gets a frame.
    pub best: bool,
}

/// A line of the legend.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Key {
    /// What it looks like.
    pub style: Style,
    /// What it is.
    pub label: String,
    /// How it is drawn.
    pub sample: Sample,
}

/// How a legend shows a style.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sample {
    /// A piece of a line.
    Line,
    /// A piece of a line on its band.
    LineAndBand,
    /// Colour from none to full, whatever the style.
    Ramp,
}

impl Chart {
    /// If an axis is logarithmic and a value has no place on it: where it stands instead, in words.
    pub fn note_on_the_edge(&self) -> Option<String> {
        let marks = || self.panels.iter().flat_map(|p| &p.marks);
        let without = |axis: &Axis, low: fn((Extent, Extent)) -> Extent| {
            let lowest = |m: &Mark| low(m.extent(Scale::Linear, Scale::Linear)).0;
            axis.scale == Scale::Log && marks().filter_map(lowest).any(|(low, _)| low <= 0.0)
        };
        (without(&self.x, |e| e.0) || without(&self.y, |e| e.1))
            .then(|| "Values that are not positive stand at the lower edge.".to_owned())
    }
}

impl Mark {
    /// The smallest rectangle around the finite points: ((x low, x high), (y low, y high)); positive ones only on a logarithmic axis.
    pub fn extent(&self, x: Scale, y: Scale) -> (Extent, Extent) {
        let (mut xs, mut ys) = (Extent::default(), Extent::default());
        let mut add = |px: f64, py: f64| {
            if px.is_finite() && py.is_finite() {
                xs.add(px, x);
                ys.add(py, y);
            }
        };
        match self {
            Mark::Line(_, points) | Mark::Dots(_, points) | Mark::Censored(_, points) => {
                points.iter().for_each(|&(px, py)| add(px, py));
            }
            Mark::Band(_, points) => points.iter().for_each(|&(px, low, high)| {
                add(px, low);
                add(px, high);
            }),
            Mark::Interval((low, mean, high), at) => {
                [low, mean, high].into_iter().for_each(|&v| add(v, *at));
            }
            Mark::Boundary(..) | Mark::Remark(..) | Mark::Tile(..) => {}
            Mark::Level(at) => ys.add(*at, y),
        }
        (xs, ys)
    }
}

/// The range of some values; none yet by default.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Extent(pub Option<(f64, f64)>);

impl Extent {
    /// Takes in a value, unless it has no place on the scale.
    pub fn add(&mut self, value: f64, scale: Scale) {
        if value.is_finite() && (scale == Scale::Linear || value > 0.0) {
            let (low, high) = self.0.unwrap_or((value, value));
            self.0 = Some((low.min(value), high.max(value)));
        }
    }

    /// Takes in another range.
    pub fn join(&mut self, other: Extent) {
        if let Some((low, high)) = other.0 {
            self.add(low, Scale::Linear);
            self.add(high, Scale::Linear);
        }
    }
}

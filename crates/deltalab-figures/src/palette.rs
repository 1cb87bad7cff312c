//! Colours, dashes and markers: a line is told apart by colour *and* by dash or marker, so that a figure reads in grey.
//!
//! Colours: Okabe & Ito's palette for colour-blind readers, without its yellow, which is too faint for a line on white.

use std::fmt;

/// A colour, as 0xRRGGBB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Color(pub u32);

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:06x}", self.0)
    }
}

/// Text and axes.
pub(crate) const INK: Color = Color(0x222222);
/// Secondary text.
pub(crate) const SOFT: Color = Color(0x444444);
/// Grid lines.
pub(crate) const GRID: Color = Color(0xe4e4e4);
/// Reference lines.
pub(crate) const RULE: Color = Color(0x999999);

/// Numbers above 0, and weights.
pub(crate) const POSITIVE: Color = COLORS[0];
/// Numbers below 0, and weights: the vermillion, darkened until it is as dark as the blue.
pub(crate) const NEGATIVE: Color = Color(0xb84a00);
/// The page.
pub(crate) const WHITE: Color = Color(0xffffff);

/// The colour of a share of full colour: white at 0, blue at 1, vermillion at −1, both equally dark.
pub(crate) fn shade(share: f64) -> Color {
    let Color(full) = if share < 0.0 { NEGATIVE } else { POSITIVE };
    let mix = |shift: u32| {
        let (full, white) = (f64::from((full >> shift) & 0xff), 255.0);
        ((white + (full - white) * share.abs()).round() as u32) << shift
    };
    Color(mix(16) | mix(8) | mix(0))
}

/// The text colour that stands out more from [`shade`].
pub(crate) fn text_on(share: f64) -> Color {
    if share.abs() > 0.87 { WHITE } else { INK }
}

/// Whether every colour of a picture is one of ink, grid, page and lines: a page with other colours can give it others. A picture
/// with shades, such as a heat map, stays on white.
pub(crate) fn is_plain(svg: &str) -> bool {
    let known: Vec<String> = (COLORS.iter())
        .chain(&[INK, SOFT, GRID, RULE, WHITE])
        .map(|color| format!("{color}\""))
        .chain(["none\"".to_owned()])
        .collect();
    ["fill=\"", "stroke=\""].iter().all(|attribute| {
        svg.split(attribute)
            .skip(1)
            .all(|rest| known.iter().any(|color| rest.starts_with(&**color)))
    })
}

const COLORS: [Color; 7] = [
    Color(0x0072b2), // blue
    Color(0xd55e00), // vermillion
    Color(0x009e73), // bluish green
    Color(0xcc79a7), // reddish purple
    Color(0xe69f00), // orange
    Color(0x56b4e9), // sky blue
    Color(0x000000),
];

/// Dashes and gaps in pixels; the first is solid.
const DASHES: [&[f64]; 8] = [
    &[],
    &[8.0, 3.5],
    &[2.0, 2.5],
    &[9.0, 3.0, 2.0, 3.0],
    &[14.0, 4.0],
    &[4.5, 2.5],
    &[9.0, 3.0, 2.0, 3.0, 2.0, 3.0],
    &[14.0, 3.0, 4.0, 3.0],
];

const MARKERS: [Marker; 7] = [
    Marker::Circle,
    Marker::Square,
    Marker::Up,
    Marker::Diamond,
    Marker::Down,
    Marker::Cross,
    Marker::Plus,
];

/// How one line of a figure looks, in all of its panels: the place of the line in the legend, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Style(pub usize);

impl Style {
    /// How many colours there are.
    pub const COLORS: usize = COLORS.len();

    /// Colour; the eighth line begins again, with other dashes.
    pub fn color(self) -> Color {
        COLORS[self.0 % COLORS.len()]
    }

    /// Dashes. 7 colours and 8 dashes: 56 lines before a pair comes again.
    pub fn dash(self) -> &'static [f64] {
        DASHES[self.0 % DASHES.len()]
    }

    /// Marker. It shifts by one with every round of the colours.
    pub fn marker(self) -> Marker {
        MARKERS[(self.0 + self.0 / COLORS.len()) % MARKERS.len()]
    }
}

/// The shape of a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Marker {
    /// ●
    Circle,
    /// ■
    Square,
    /// ▲
    Up,
    /// ◆
    Diamond,
    /// ▼
    Down,
    /// ×
    Cross,
    /// +
    Plus,
    /// | : a censored run.
    Tick,
}

impl Marker {
    /// Corners in units of the radius, y downwards. A circle has none.
    pub fn corners(self) -> &'static [(f64, f64)] {
        match self {
            Marker::Circle => &[],
            Marker::Square => &[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
            Marker::Up => &[(0.0, -1.2), (1.1, 0.8), (-1.1, 0.8)],
            Marker::Diamond => &[(0.0, -1.25), (1.25, 0.0), (0.0, 1.25), (-1.25, 0.0)],
            Marker::Down => &[(0.0, 1.2), (-1.1, -0.8), (1.1, -0.8)],
            Marker::Cross => &[(-1.0, -1.0), (1.0, 1.0), (0.0, 0.0), (1.0, -1.0), (-1.0, 1.0)],
            Marker::Plus => &[(0.0, -1.2), (0.0, 1.2), (0.0, 0.0), (-1.2, 0.0), (1.2, 0.0)],
            Marker::Tick => &[(0.0, -1.0), (0.0, 1.0)],
        }
    }

    /// Drawn as a line, not filled.
    pub fn is_open(self) -> bool {
        matches!(self, Marker::Cross | Marker::Plus | Marker::Tick)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_of_the_first_56_lines_look_alike() {
        let looks: Vec<_> = (0..56).map(|i| (Style(i).color().0, Style(i).dash())).collect();
        for (i, a) in looks.iter().enumerate() {
            assert!(!looks[..i].contains(a), "line {i} repeats {a:?}");
        }
    }

    #[test]
    fn a_shade_is_no_plain_colour() {
        let rect = |fill: Color| format!("<rect fill=\"{fill}\" stroke=\"none\"/>");
        assert!(is_plain(&rect(INK)) && is_plain(&rect(Style(9).color())));
        assert!(!is_plain(&(rect(INK) + &rect(shade(0.5)))));
    }

    #[test]
    fn the_first_seven_markers_differ() {
        for i in 0..7 {
            for j in 0..i {
                assert_ne!(Style(i).marker(), Style(j).marker());
            }
        }
    }
}

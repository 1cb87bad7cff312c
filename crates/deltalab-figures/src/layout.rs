//! Where everything of a chart stands on the page.
//!
//! The page is 480 px wide for one panel and 1016 px for several: a journal's column (85 mm) and text width (180 mm) at the same scale of
//! 5.65 px/mm. Every text is at least 14 px, which is 7 pt at those widths. Panels share their axes: tick labels stand at the outer
//! panels only, the axis labels once. The legend and the caption stand below the data, never on it.

use crate::canvas::Rect;
use crate::chart::{Axis, Chart, Extent, Key, Mark, Span};
use crate::font::Font;
use crate::ticks::{Scale, multiples, ticks};

/// Size of ticks, legend and caption in px: 7 pt at 85 mm.
pub(crate) const SMALL: f64 = 14.0;
/// Size of axis labels and panel titles in px.
pub(crate) const MEDIUM: f64 = 15.0;
/// Size of the title in px.
pub(crate) const LARGE: f64 = 16.0;
/// Distance between lines of text, in ems.
pub(crate) const LEADING: f64 = 1.3;
/// Length of a tick mark in px.
pub(crate) const TICK: f64 = 4.0;
/// Length of a legend's sample in px.
pub(crate) const SAMPLE: f64 = 34.0;

/// Width of a journal's column in px.
pub(crate) const COLUMN: f64 = 480.0;
/// Width of a journal's text in px.
pub(crate) const FULL: f64 = 1016.0;
/// Around the page.
pub(crate) const MARGIN: f64 = 12.0;
/// Right of the last panel: half of the last tick label stands there.
const RIGHT: f64 = 30.0;
/// Between panels, and between the last tick label of one and the first of the next.
const GAP: f64 = 26.0;
const LABEL_GAP: f64 = 22.0;
/// The height of a panel of numbers, at most.
const TALLEST: f64 = 340.0;
/// Height of one row of a chart of rows.
const ROW: f64 = 30.0;
const LEGEND_GAP: f64 = 22.0;

/// An axis with its range and ticks, in the coordinates in which it is even.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Ruler {
    /// Linear or logarithmic.
    pub scale: Scale,
    /// Ends, as coordinates.
    pub range: (f64, f64),
    /// Marks: coordinate and label (empty: minor).
    pub marks: Vec<(f64, String)>,
}

/// A text and its baseline's beginning.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Placed {
    /// The text.
    pub text: String,
    /// Left end, or centre where the user of it says so.
    pub x: f64,
    /// Baseline.
    pub y: f64,
}

/// Where a panel stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Frame {
    /// The data area.
    pub plot: Rect,
    /// Lines of the title.
    pub title: Vec<Placed>,
    /// Baseline of the names of boundaries.
    pub boundary_names: f64,
    /// Whether the labels of the x axis stand below it: nothing else does.
    pub bottom: bool,
    /// Whether the labels of the y axis stand left of it.
    pub left: bool,
}

/// A page.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Layout {
    /// Width and height of the page.
    pub size: (f64, f64),
    /// Lines of the title.
    pub title: Vec<Placed>,
    /// The horizontal axis.
    pub x: Ruler,
    /// The vertical axis.
    pub y: Ruler,
    /// Centre of the horizontal axis' label.
    pub x_label: Placed,
    /// Centre of the vertical axis' label, which runs upwards.
    pub y_label: Placed,
    /// A frame for each panel.
    pub frames: Vec<Frame>,
    /// Labels of the legend; the sample stands left of each.
    pub legend: Vec<Placed>,
    /// Lines of the caption.
    pub caption: Vec<Placed>,
}

/// Lays a chart out.
pub(crate) fn layout(chart: &Chart, font: &Font) -> Layout {
    let count = chart.panels.len();
    let (width, columns) = page(chart, font);
    let rows = count.div_ceil(columns).max(1);
    let aspect = if columns == 1 { 0.64 } else { 0.72 };

    // The y axis first: its labels say how much width is left for the panels.
    let guess = (width - 110.0 - GAP * (columns - 1) as f64) / columns as f64;
    let height = if chart.y.rows.is_empty() {
        (guess * aspect).round().min(TALLEST)
    } else {
        (ROW * chart.y.rows.len() as f64).max(2.0 * ROW)
    };
    let (x_extent, y_extent) = extents(chart);
    let y = ruler(&chart.y, y_extent, (height / 46.0) as usize);
    let room = if chart.y.rows.is_empty() { 120.0 } else { row_room(width) };
    let y = Ruler {
        marks: y.marks.into_iter().map(|(v, l)| (v, font.ellipsis(&l, SMALL, room))).collect(),
        ..y
    };
    let labels = y.marks.iter().map(|(_, l)| font.width(l, SMALL)).fold(0.0, f64::max);
    let y_label_width = if chart.y.label.is_empty() { 0.0 } else { MEDIUM * LEADING };
    let left = (MARGIN + y_label_width + labels + TICK + 5.0).ceil();
    let between =
        |gap: f64| ((width - left - RIGHT - gap * (columns - 1) as f64) / columns as f64).floor();
    let gap = panel_gap(&fitting_ruler(&chart.x, x_extent, between(GAP), font), font);
    let plot_width = between(gap);
    let x = fitting_ruler(&chart.x, x_extent, plot_width, font);

    let mut top = MARGIN;
    let title =
        stack(&font.wrap(&chart.title, LARGE, width - 2.0 * MARGIN), MARGIN, LARGE, &mut top);
    top += if title.is_empty() { 4.0 } else { 8.0 };
    let first_row = top;
    let titles: Vec<Vec<String>> = chart
        .panels
        .iter()
        .map(|p| first_lines(font, &p.title, plot_width + gap.min(RIGHT) - 8.0))
        .collect();
    let title_lines = titles.iter().map(Vec::len).max().unwrap_or(0);
    let strip = if has_boundaries(chart) { SMALL * LEADING } else { 0.0 };
    let head =
        title_lines as f64 * MEDIUM * LEADING + strip + if title_lines > 0 { 4.0 } else { 0.0 };
    let pitch = height + head + 14.0;
    let frames = titles
        .iter()
        .enumerate()
        .map(|(i, lines)| {
            let (row, column) = (i / columns, i % columns);
            let plot = Rect {
                x: left + column as f64 * (plot_width + gap),
                y: first_row + row as f64 * pitch + head,
                width: plot_width,
                height,
            };
            let mut at = plot.y - strip - 4.0 - lines.len() as f64 * MEDIUM * LEADING;
            Frame {
                plot,
                title: stack(lines, plot.x, MEDIUM, &mut at),
                boundary_names: plot.y - 5.0,
                bottom: i + columns >= count,
                left: column == 0,
            }
        })
        .collect();
    top = first_row + rows as f64 * pitch - 14.0;

    let centre = left + (columns as f64 * (plot_width + gap) - gap) / 2.0;
    let middle = f64::midpoint(first_row + head, top);
    let y_label = Placed { text: chart.y.label.clone(), x: MARGIN + MEDIUM * 0.8, y: middle };
    top += TICK + 3.0 + SMALL * LEADING;
    let x_label = Placed { text: chart.x.label.clone(), x: centre, y: top + MEDIUM };
    if !chart.x.label.is_empty() {
        top += MEDIUM * LEADING;
    }
    let legend = place_legend(chart, font, width, left, &mut top);
    top += 10.0;
    let lines = font.wrap(&chart.caption.join(" "), SMALL, width - 2.0 * MARGIN);
    let caption = stack(&lines, MARGIN, SMALL, &mut top);
    let size = (width, (top + MARGIN * 0.75).ceil());
    Layout { size, title, x, y, x_label, y_label, frames, legend, caption }
}

/// Distance between panels at which the last label of one and the first of the next do not run together.
fn panel_gap(x: &Ruler, font: &Font) -> f64 {
    let half = |mark: Option<&(f64, String)>| mark.map_or(0.0, |(_, l)| font.width(l, SMALL) / 2.0);
    (half(x.marks.first()) + half(x.marks.last()) + LABEL_GAP).max(GAP)
}

/// Width of the page and columns of panels.
fn page(chart: &Chart, font: &Font) -> (f64, usize) {
    let widest = |labels: &mut dyn Iterator<Item = &String>| {
        labels.map(|l| font.width(l, SMALL)).fold(0.0, f64::max)
    };
    let wide = widest(&mut chart.y.rows.iter()) > row_room(COLUMN)
        || widest(&mut chart.legend.iter().map(|k| &k.label))
            > COLUMN - 2.0 * MARGIN - SAMPLE - 7.0;
    match chart.panels.len() {
        2.. if chart.across.is_some_and(|across| across > 0) => (FULL, chart.across.unwrap_or(1)),
        0 | 1 if wide => (FULL, 1),
        0 | 1 => (COLUMN, 1),
        2 | 4 => (FULL, 2),
        3 | 5..=9 => (FULL, 3),
        _ => (FULL, 4),
    }
}

/// Width that the names of rows may take.
fn row_room(width: f64) -> f64 {
    width * 0.42
}

fn has_boundaries(chart: &Chart) -> bool {
    chart.panels.iter().flat_map(|p| &p.marks).any(|m| matches!(m, Mark::Boundary(..)))
}

/// At most two lines, the second cut if there would be more.
pub(crate) fn first_lines(font: &Font, title: &str, width: f64) -> Vec<String> {
    let mut lines = font.wrap(title, MEDIUM, width);
    if lines.len() > 2 {
        let rest = lines.split_off(1).join(" ");
        lines.push(font.ellipsis(&rest, MEDIUM, width));
    }
    lines
}

/// Lines of text below `top`, which moves down.
pub(crate) fn stack(lines: &[String], x: f64, size: f64, top: &mut f64) -> Vec<Placed> {
    let place = |text: &String| {
        let placed = Placed { text: text.clone(), x, y: *top + size };
        *top += size * LEADING;
        placed
    };
    lines.iter().map(place).collect()
}

/// The legend: a row if there is room for one, else a grid with columns as wide as the widest entry.
fn place_legend(chart: &Chart, font: &Font, width: f64, left: f64, top: &mut f64) -> Vec<Placed> {
    if chart.legend.is_empty() {
        return Vec::new();
    }
    *top += 10.0;
    let widths: Vec<f64> = chart
        .legend
        .iter()
        .map(|key| SAMPLE + 7.0 + font.width(&key.label, SMALL) + LEGEND_GAP)
        .collect();
    let widest = widths.iter().copied().fold(0.0, f64::max);
    let right = width - MARGIN + LEGEND_GAP;
    let left = if left + widest <= right { left } else { MARGIN };
    let one_row = left + widths.iter().sum::<f64>() <= right;
    let most = if one_row { widths.len() } else { (((right - left) / widest) as usize).max(1) };
    let columns = widths.len().div_ceil(widths.len().div_ceil(most)); // rows of equal length
    let (room, line) = (right - LEGEND_GAP - left - SAMPLE - 7.0, SMALL * 1.45);
    let place = |(i, key): (usize, &Key)| {
        let x = if one_row { widths[..i].iter().sum() } else { (i % columns) as f64 * widest };
        Placed {
            text: font.ellipsis(&key.label, SMALL, room),
            x: left + x + SAMPLE + 7.0,
            y: *top + (i / columns) as f64 * line + SMALL,
        }
    };
    let placed = chart.legend.iter().enumerate().map(place).collect();
    *top += widths.len().div_ceil(columns) as f64 * line;
    placed
}

fn extents(chart: &Chart) -> (Extent, Extent) {
    let (mut xs, mut ys) = (Extent::default(), Extent::default());
    for mark in chart.panels.iter().flat_map(|p| &p.marks) {
        let (x, y) = mark.extent(chart.x.scale, chart.y.scale);
        xs.join(x);
        ys.join(y);
    }
    (xs, ys)
}

/// The axis with as many ticks as have room side by side.
fn fitting_ruler(axis: &Axis, extent: Extent, width: f64, font: &Font) -> Ruler {
    if !axis.columns.is_empty() {
        let step = width / axis.columns.len() as f64;
        let ruler = ruler(axis, extent, 0);
        let named: Vec<f64> =
            ruler.marks.iter().filter(|(_, l)| !l.is_empty()).map(|(at, _)| *at).collect();
        let marks = ruler.marks.into_iter().map(|(at, name)| {
            if name.is_empty() {
                return (at, name);
            }
            // A name has room as far as the next one; columns between may be nameless.
            let others = named.iter().filter(|other| **other != at);
            let free = others.map(|other| (other - at).abs()).fold(f64::INFINITY, f64::min);
            let room = step * free.min(axis.columns.len() as f64) - 6.0;
            (at, font.ellipsis(&name, SMALL, room))
        });
        return Ruler { marks: marks.collect(), ..ruler };
    }
    let mut count = ((width / 64.0) as usize).max(2);
    loop {
        let ruler = ruler(axis, extent, count);
        let (low, high) = ruler.range;
        let mut free = f64::NEG_INFINITY;
        let fits = ruler.marks.iter().filter(|(_, l)| !l.is_empty()).all(|(at, label)| {
            let (centre, half) =
                ((at - low) / (high - low) * width, font.width(label, SMALL) / 2.0);
            let clear = centre - half >= free;
            free = centre + half + 10.0;
            clear
        });
        if fits || count <= 2 {
            return ruler;
        }
        count -= 1;
    }
}

fn ruler(axis: &Axis, extent: Extent, count: usize) -> Ruler {
    if !axis.rows.is_empty() {
        let marks = axis.rows.iter().enumerate().map(|(i, name)| (-(i as f64), name.clone()));
        let range = (0.5 - axis.rows.len() as f64, 0.5);
        return Ruler { scale: Scale::Linear, range, marks: marks.collect() };
    }
    if !axis.columns.is_empty() {
        let marks = axis.columns.iter().enumerate().map(|(i, name)| (i as f64, name.clone()));
        let range = (-0.5, axis.columns.len() as f64 - 0.5);
        return Ruler { scale: Scale::Linear, range, marks: marks.collect() };
    }
    let scale = axis.scale;
    let (low, high) = shown_values(axis, extent);
    let ticks = match axis.step {
        Some(step) if scale == Scale::Linear => multiples(step, low, high),
        _ => ticks(scale, low, high, count),
    };
    // With fewer than two labels among the data, the axis goes on to the round values around them.
    let inside = ticks.marks.iter().filter(|t| !t.label.is_empty());
    let enough = inside.filter(|t| t.value >= low && t.value <= high).count() >= 2;
    let (low, high) = if enough { (low, high) } else { ticks.range };
    // A little room, so that nothing is drawn on the frame; none below a zero that errors cannot pass, and none in time.
    let (low, high) = (scale.coordinate(low), scale.coordinate(high));
    let (below, above) = match axis.span {
        Span::Tight => (0.0, 0.0),
        Span::Exactly(..) => (0.02, 0.02),
        Span::DataAndZero if scale == Scale::Linear && low == 0.0 => (0.0, 0.04),
        Span::Data | Span::DataAndZero => (0.04, 0.04),
    };
    let length = high - low;
    let range = (low - below * length, high + above * length);
    let slack = 1e-9 * length; // ticks are rounded products
    let marks = ticks.marks.into_iter().map(|t| (scale.coordinate(t.value), t.label));
    let marks = marks.filter(|(at, _)| *at >= range.0 - slack && *at <= range.1 + slack);
    let known = extent.0.is_some() || matches!(axis.span, Span::Exactly(..));
    Ruler { scale, range, marks: if known { marks.collect() } else { Vec::new() } }
}

/// The values at the ends of an axis, before it gets room at its ends.
fn shown_values(axis: &Axis, extent: Extent) -> (f64, f64) {
    let nothing = match axis.scale {
        Scale::Linear => (0.0, 1.0),
        Scale::Log => (0.1, 1.0),
    };
    let (low, high) = extent.0.unwrap_or(nothing);
    let from_zero = |share: f64| axis.scale == Scale::Linear && low > 0.0 && low < share * high;
    match axis.span {
        Span::Exactly(low, high) => (low, high),
        Span::Tight if from_zero(0.1) => (0.0, high),
        Span::DataAndZero if from_zero(0.4) => (0.0, high),
        Span::Tight | Span::DataAndZero | Span::Data => (low, high),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::Panel;
    use crate::chart::Sample;
    use crate::palette::Style;

    /// A chart with this many panels, lines and rows, whose every name is `name`.
    fn chart(panels: usize, lines: usize, rows: usize, name: &str) -> Chart {
        let points: Vec<(f64, f64)> =
            (0..100).map(|i| (f64::from(i) * 1e4, f64::from(i))).collect();
        let mut marks: Vec<Mark> =
            (0..lines).map(|i| Mark::Line(Style(i), points.clone())).collect();
        marks.push(Mark::Boundary(0.0, name.to_owned()));
        let panel = Panel { title: name.to_owned(), marks, empty: String::new() };
        let key = |i| Key { style: Style(i), label: name.to_owned(), sample: Sample::Line };
        Chart {
            title: name.to_owned(),
            x: Axis { label: "epoch".to_owned(), span: Span::Tight, ..Axis::default() },
            y: Axis { rows: vec![name.to_owned(); rows], ..Axis::default() },
            panels: vec![panel; panels],
            legend: (0..lines).map(key).collect(),
            caption: vec![name.to_owned(); 3],
            across: None,
        }
    }

    fn every_chart() -> impl Iterator<Item = Chart> {
        let long = "a very long name that goes on ".repeat(12) + &"x".repeat(300);
        let names = ["BP".to_owned(), long];
        let sizes = [
            (1, 1, 0),
            (1, 9, 0),
            (1, 0, 30),
            (2, 3, 0),
            (4, 3, 0),
            (7, 6, 0),
            (30, 8, 0),
            (3, 0, 5),
        ];
        names.into_iter().flat_map(move |name| sizes.map(|(p, l, r)| chart(p, l, r, &name)))
    }

    #[test]
    fn no_text_leaves_the_page() {
        let font = Font::embedded();
        for chart in every_chart() {
            let layout = layout(&chart, &font);
            let (width, height) = layout.size;
            let titles = layout.frames.iter().flat_map(|f| &f.title).map(|t| (t, MEDIUM));
            let small = layout.legend.iter().chain(&layout.caption).map(|t| (t, SMALL));
            for (text, size) in small.chain(titles).chain(layout.title.iter().map(|t| (t, LARGE))) {
                let right = text.x + font.width(&text.text, size);
                assert!(text.x >= 0.0 && right <= width, "{text:?} ends at {right} of {width}");
                assert!(text.y >= size && text.y <= height - 4.0, "{text:?} of {height}");
            }
            let left = layout.frames[0].plot.x;
            for (_, label) in &layout.y.marks {
                assert!(font.width(label, SMALL) + TICK + 4.0 <= left, "{label}");
            }
        }
    }

    #[test]
    fn nothing_stands_on_the_data() {
        let font = Font::embedded();
        for chart in every_chart() {
            let layout = layout(&chart, &font);
            let bottom = layout.frames.iter().map(|f| f.plot.bottom()).fold(0.0, f64::max);
            assert!(layout.x_label.y - MEDIUM > bottom);
            assert!(layout.legend.iter().all(|t| t.y - SMALL > layout.x_label.y));
            let below = layout.legend.last().map_or(layout.x_label.y, |t| t.y);
            assert!(layout.caption.iter().all(|t| t.y - SMALL > below));
            for (i, a) in layout.frames.iter().enumerate() {
                assert!(a.title.iter().all(|t| t.y < a.plot.y));
                for b in &layout.frames[..i] {
                    let beside = b.plot.right() <= a.plot.x || a.plot.right() <= b.plot.x;
                    let above = b.plot.bottom() <= a.plot.y || a.plot.bottom() <= b.plot.y;
                    assert!(beside || above, "{:?} on {:?}", a.plot, b.plot);
                    let over = |t: &Placed| b.plot.bottom() <= t.y - MEDIUM || t.y <= b.plot.y;
                    assert!(beside || a.title.iter().all(over), "{:?} on {:?}", a.title, b.plot);
                }
            }
        }
    }

    #[test]
    fn labels_of_the_x_axis_do_not_run_together() {
        let font = Font::embedded();
        for chart in every_chart() {
            let layout = layout(&chart, &font);
            let plot = layout.frames[0].plot;
            let (low, high) = layout.x.range;
            let mut free = f64::NEG_INFINITY;
            for (at, label) in &layout.x.marks {
                let centre = (at - low) / (high - low) * plot.width;
                let half = font.width(label, SMALL) / 2.0;
                assert!(centre - half > free + 4.0, "{label} touches its neighbour");
                free = centre + half;
            }
            assert!(chart.legend.is_empty() || layout.x.marks.len() >= 2);
        }
    }

    #[test]
    fn a_name_takes_the_room_of_nameless_columns_beside_it() {
        let font = Font::embedded();
        let names = |columns: &[&str]| {
            let columns = columns.iter().map(|&name| name.to_owned()).collect();
            let axis = Axis { columns, ..Axis::default() };
            let ruler = fitting_ruler(&axis, Extent::default(), 100.0, &font);
            ruler.marks.into_iter().map(|(_, name)| name).collect::<Vec<_>>()
        };
        let sparse = ["1", "", "", "", "", "", "", "hidden8", "", ""];
        assert_eq!(names(&sparse), sparse); // ten columns of 10: none has room for "hidden8" alone
        let dense = names(&["1", "2", "3", "4", "5", "6", "hidden7", "hidden8", "9", "10"]);
        assert!(dense[6].ends_with('…') && dense[7].ends_with('…'), "{dense:?}");
    }

    #[test]
    fn every_panel_shares_the_axes_and_outer_panels_have_the_labels() {
        let layout = layout(&chart(5, 2, 0, "BP"), &Font::embedded());
        let bottom: Vec<bool> = layout.frames.iter().map(|f| f.bottom).collect();
        let left: Vec<bool> = layout.frames.iter().map(|f| f.left).collect();
        assert_eq!(bottom, [false, false, true, true, true]); // three columns, the third has one panel
        assert_eq!(left, [true, false, false, true, false]);
    }
}

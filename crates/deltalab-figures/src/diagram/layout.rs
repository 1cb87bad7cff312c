//! Where the units of a diagram stand on the page.
//!
//! The page is a journal's column or its text width, as for charts; one group has a column, several stand two by two. Views
//! of a group stand side by side where there is room for their units, else one below the other. A unit is large enough
//! for its number at 14 px.

use super::{Diagram, Group, Quantity, Scales, View};
use crate::canvas::{Direction, Rect};
use crate::font::Font;
use crate::layout::{
    COLUMN, FULL, LARGE, LEADING, MARGIN, MEDIUM, Placed, SMALL, first_lines, stack,
};

/// Least distance between the centres of two units.
const PITCH: f64 = 46.0;
/// Largest distance between the centres of two units.
const WIDE: f64 = 92.0;
/// Largest radius of a unit.
const RADIUS: f64 = 24.5;
/// Half of the room between two units, for their rims.
const BETWEEN: f64 = 3.6;
/// Between the rims of two layers.
const RISE: f64 = 62.0;
/// Between views, and between groups.
const GAP: f64 = 16.0;
/// Room beside the units for weights that go around a layer.
const AROUND: f64 = 34.0;
/// The longest that a name of an input unit may be.
const LONGEST: f64 = 110.0;

/// A page.
pub(super) struct Page {
    /// Width and height.
    pub size: (f64, f64),
    /// Lines of the title.
    pub title: Vec<Placed>,
    /// Radius of every unit.
    pub radius: f64,
    /// The groups.
    pub groups: Vec<PlacedGroup>,
    /// Left edge and top of the legend's first row, and the width for its rows.
    pub legend: Rect,
    /// Lines of the caption.
    pub caption: Vec<Placed>,
}

/// Where a group stands.
pub(super) struct PlacedGroup {
    /// Lines of its title.
    pub title: Vec<Placed>,
    /// Names of the layers: right ends.
    pub names: Vec<Placed>,
    /// Its views.
    pub views: Vec<PlacedView>,
    /// The whole of it.
    pub area: Rect,
}

/// Where a view stands.
pub(super) struct PlacedView {
    /// Lines of its title: centres.
    pub title: Vec<Placed>,
    /// Centre of the unit of its numbers; no text where they have none.
    pub unit: Placed,
    /// Centre of what the squares are called.
    pub above: Placed,
    /// Centres of the squares above the output.
    pub squares: Vec<(f64, f64)>,
    /// Centres of the units, by layer.
    pub units: Vec<Vec<(f64, f64)>>,
    /// Names of the input units: centres, or upper ends where they run upwards.
    pub inputs: Vec<Placed>,
    /// How these run.
    pub naming: Direction,
    /// Left and right end of the room for units.
    pub sides: (f64, f64),
}

/// Lays a diagram out; `legend` gives the height of the legend for a width.
pub(super) fn layout(diagram: &Diagram, font: &Font, legend: impl Fn(f64) -> f64) -> Page {
    let label = |group: &Group| {
        let widths = group.layers.iter().map(|(name, _)| font.width(name, SMALL));
        widths.fold(0.0, f64::max) + 10.0
    };
    let need = |group: &Group| label(group) + group.views.iter().map(least).fold(0.0, f64::max);
    let several = diagram.groups.len() > 1;
    let widest = diagram.groups.iter().map(need).fold(0.0, f64::max);
    let narrow = widest <= COLUMN - 2.0 * MARGIN;
    let width = if narrow && !several { COLUMN } else { FULL };
    let columns = if narrow && several { 2 } else { 1 };
    let share = (width - 2.0 * MARGIN - GAP * (columns - 1) as f64) / columns as f64;

    // The same size of unit in every view.
    let plans: Vec<Plan> = diagram.groups.iter().map(|g| Plan::new(g, share - label(g))).collect();
    let pitch = plans.iter().map(|plan| plan.pitch).fold(WIDE, f64::min);
    let radius = (pitch / 2.0 - BETWEEN).min(RADIUS);

    let mut top = MARGIN;
    let title =
        stack(&font.wrap(&diagram.title, LARGE, width - 2.0 * MARGIN), MARGIN, LARGE, &mut top);
    top += if title.is_empty() { 2.0 } else { 6.0 };
    let mut groups: Vec<PlacedGroup> = Vec::new();
    for (row, plans) in diagram.groups.chunks(columns).zip(plans.chunks(columns)) {
        let mut bottom = top;
        for (i, (group, plan)) in row.iter().zip(plans).enumerate() {
            let at = (MARGIN + i as f64 * (share + GAP), top);
            let placed =
                place(group, plan, at, (label(group), share), (radius, diagram.scales), font);
            bottom = f64::max(bottom, placed.area.bottom());
            groups.push(placed);
        }
        top = bottom + GAP;
    }
    let legend_at = Rect {
        x: MARGIN,
        y: top,
        width: width - 2.0 * MARGIN,
        height: legend(width - 2.0 * MARGIN),
    };
    top = legend_at.bottom() + 8.0;
    let lines = font.wrap(&diagram.caption.join(" "), SMALL, width - 2.0 * MARGIN);
    let caption = stack(&lines, MARGIN, SMALL, &mut top);
    let size = (width, (top + MARGIN * 0.75).ceil());
    Page { size, title, radius, groups, legend: legend_at, caption }
}

/// Least width of a view.
fn least(view: &View) -> f64 {
    let most = view.values.iter().map(Vec::len).max().unwrap_or(0).max(units(view)).max(1);
    most as f64 * PITCH + 2.0 * around(view)
}

/// Units of the widest layer that a weight of the view begins or ends in.
fn units(view: &View) -> usize {
    let ends = view.edges.iter().flat_map(|edge| [edge.from.1 + 1, edge.to.1 + 1]);
    ends.max().unwrap_or(0)
}

/// Room that weights around a layer take on each side.
fn around(view: &View) -> f64 {
    let skips = |edge: &super::Edge| edge.from.0.abs_diff(edge.to.0) > 1;
    if view.edges.iter().any(skips) { AROUND } else { 0.0 }
}

/// How the views of a group stand.
struct Plan {
    columns: usize,
    /// Width of a view.
    width: f64,
    /// Distance between units at least.
    pitch: f64,
}

impl Plan {
    fn new(group: &Group, room: f64) -> Self {
        let count = group.views.len().max(1);
        let least = group.views.iter().map(least).fold(0.0, f64::max);
        let side = group.views.iter().map(around).fold(0.0, f64::max);
        let fit = (((room + GAP) / (least + GAP)) as usize).clamp(1, count);
        let columns = count.div_ceil(count.div_ceil(fit));
        let width = (room - GAP * (columns - 1) as f64) / columns as f64;
        let most = group.layers.iter().map(|(_, units)| *units).max().unwrap_or(1).max(1);
        Self { columns, width, pitch: (width - 2.0 * side) / most as f64 }
    }
}

fn place(
    group: &Group,
    plan: &Plan,
    at: (f64, f64),
    (label, share): (f64, f64),
    (radius, scales): (f64, Scales),
    font: &Font,
) -> PlacedGroup {
    let mut top = at.1;
    let title = stack(&first_lines(font, &group.title, share), at.0, MEDIUM, &mut top);
    if !title.is_empty() {
        top += 4.0;
    }
    let (mut names, mut views) = (Vec::new(), Vec::new());
    if !group.empty.is_empty() {
        let height = top - at.1 + 3.0 * SMALL * LEADING;
        let area = Rect { x: at.0, y: at.1, width: share, height };
        return PlacedGroup { title, names, views, area };
    }
    let side = group.views.iter().map(around).fold(0.0, f64::max);
    let spacing = |units: usize| ((plan.width - 2.0 * side) / units.max(1) as f64).min(WIDE);
    let line = |centre: f64, units: usize, y: f64| -> Vec<(f64, f64)> {
        let first = centre - (units as f64 - 1.0) / 2.0 * spacing(units);
        (0..units).map(|unit| (first + unit as f64 * spacing(units), y)).collect()
    };
    let layers = group.layers.len();
    let (naming, tall) = naming(group, spacing(group.layers[0].1), font);
    for row in group.views.chunks(plan.columns) {
        let wrap = |view: &View| first_lines(font, &view.title, plan.width + GAP - 6.0);
        let titles: Vec<_> = row.iter().map(wrap).collect();
        let lines = titles.iter().map(Vec::len).max().unwrap_or(0) as f64;
        // of the circles alone: a square above them, the error, has no factor
        let unit = |view: &View| match scales.of(view.quantity).unit() {
            unit if unit.is_empty() => unit,
            unit => format!("circles {unit}"),
        };
        let units =
            if row.iter().any(|view| !unit(view).is_empty()) { SMALL * LEADING } else { 0.0 };
        let squares = row.iter().any(|view| !view.above.1.is_empty());
        // From the top: title, unit of the numbers, name and row of the squares, layers, names of the input units.
        let unit_at = top + lines * MEDIUM * LEADING;
        let above_at = unit_at + units + 4.0;
        let row_of_squares = if squares { SMALL * LEADING + 2.0 * radius + 10.0 } else { 0.0 };
        let output = above_at + row_of_squares + radius + 3.0;
        let height = |layer: usize| output + (layers - 1 - layer) as f64 * (2.0 * radius + RISE);
        let below = height(0) + radius + 6.0;
        let named = |view: &View| view.quantity == Quantity::Activity;
        let tall = if row.iter().any(named) { tall } else { 0.0 };
        for (i, (view, lines)) in row.iter().zip(&titles).enumerate() {
            let left = at.0 + label + i as f64 * (plan.width + GAP);
            let x = left + plan.width / 2.0;
            let units: Vec<_> =
                (0..layers).map(|n| line(x, group.layers[n].1, height(n))).collect();
            let inputs = units[0].iter().zip(&group.inputs).filter(|_| named(view)).map(
                |(&(x, _), name)| match naming {
                    Direction::Across => Placed { text: name.clone(), x, y: below + SMALL },
                    Direction::Up => {
                        let text = font.ellipsis(name, SMALL, tall);
                        Placed { y: below + font.width(&text, SMALL), x: x + SMALL * 0.36, text }
                    }
                },
            );
            let mut title_at = top;
            views.push(PlacedView {
                title: stack(lines, x, MEDIUM, &mut title_at),
                unit: Placed { text: unit(view), x, y: unit_at + SMALL },
                above: Placed { text: view.above.0.clone(), x, y: above_at + SMALL },
                squares: line(x, view.above.1.len(), output - 2.0 * radius - 10.0),
                inputs: inputs.collect(),
                naming,
                units,
                sides: (left, left + plan.width),
            });
        }
        for (n, (name, _)) in group.layers.iter().enumerate() {
            let (x, y) = (at.0 + label - 8.0, height(n) + SMALL * 0.36);
            names.push(Placed { text: name.clone(), x, y });
        }
        top = below + tall + GAP;
    }
    let area = Rect { x: at.0, y: at.1, width: share, height: top - GAP - at.1 };
    PlacedGroup { title, names, views, area }
}

/// How the names of the input units run, and the height that they take.
fn naming(group: &Group, spacing: f64, font: &Font) -> (Direction, f64) {
    let longest = group.inputs.iter().map(|name| font.width(name, SMALL)).fold(0.0, f64::max);
    match longest {
        0.0 => (Direction::Across, 0.0),
        longest if longest <= spacing - 6.0 => (Direction::Across, SMALL * LEADING),
        longest => (Direction::Up, longest.min(LONGEST)),
    }
}

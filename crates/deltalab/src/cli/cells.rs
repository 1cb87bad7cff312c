//! Cells as rows of a table: the learner, and the axes that tell cells apart.

use super::table::{Align, Table};
use super::words::{cut, width};
use deltalab_results::Study;

/// Rows of cells that a table shows at most; the files hold them all.
pub const MOST_ROWS: usize = 40;

/// Most characters of a learner's label.
const LABEL: usize = 32;

/// How long an axis value may be, tried in turn until the table is narrow enough.
const LONG: [usize; 5] = [40, 24, 16, 12, 8];

/// A table whose first columns are learner and axes; `fill` adds the others. Values are cut where it would be too wide.
pub fn table(study: &Study, fill: impl Fn(&mut Table)) -> Table {
    let with = |long: usize| {
        let mut table = Table::new();
        table.column(
            "learner",
            Align::Left,
            study.cells.iter().map(|cell| cut(&cell.learner, LABEL)),
        );
        for (heading, axis) in varying(study) {
            let value = |cell: &deltalab_results::Cell| match &cell.axes[axis] {
                Some(value) => cut(value, long),
                None => "·".to_string(),
            };
            table.column(&cut(&heading, long.max(10)), Align::Left, study.cells.iter().map(value));
        }
        fill(&mut table);
        table
    };
    let narrow = LONG.into_iter().map(with).find(|table| table.width() <= width());
    narrow.unwrap_or_else(|| with(LONG[LONG.len() - 1]))
}

/// The axes on which cells differ, with a heading: the last key of the path where that is enough.
fn varying(study: &Study) -> Vec<(String, usize)> {
    let last = |axis: &str| axis.rsplit('.').next().unwrap_or_default().to_string();
    let varies =
        |axis: usize| study.cells.iter().any(|cell| cell.axes[axis] != study.cells[0].axes[axis]);
    let heading = |name: &String| {
        let same = study.axes.iter().filter(|other| last(other) == last(name)).count();
        if same == 1 { last(name) } else { name.clone() }
    };
    let axes = study.axes.iter().enumerate().filter(|(axis, _)| varies(*axis));
    axes.map(|(axis, name)| (heading(name), axis)).collect()
}

/// What all cells share, in words: values of axes that do not vary.
pub fn shared(study: &Study) -> Vec<String> {
    let Some(first) = study.cells.first() else { return Vec::new() };
    let constant =
        study.axes.iter().zip(&first.axes).enumerate().filter(|(axis, _)| {
            study.cells.iter().all(|cell| cell.axes[*axis] == first.axes[*axis])
        });
    constant
        .filter_map(|(_, (name, value))| Some(format!("{name} = {}", value.as_ref()?)))
        .collect()
}

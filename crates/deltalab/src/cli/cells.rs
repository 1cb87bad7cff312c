//! Cells as rows of a table: the learner, and the axes that tell cells apart.

use super::table::{Align, Table};
use super::words::{cut, width};
use deltalab_results::Study;
use deltalab_results::study::{Trial, Tuned};

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
        for (heading, key) in tuned(study) {
            table.column(
                &heading,
                Align::Left,
                (0..study.cells.len()).map(|it| value(study, it, key)),
            );
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

/// The tuned keys, with a heading: the last part of the key where that is enough.
fn tuned(study: &Study) -> Vec<(String, &str)> {
    let keys = study.tuning.iter().flat_map(|tuning| &tuning.keys);
    let keys: Vec<&str> = keys.map(String::as_str).collect();
    let last = |key: &str| key.rsplit('.').next().unwrap_or_default().to_string();
    let same = |key: &str| keys.iter().filter(|other| last(other) == last(key)).count();
    keys.iter()
        .map(|&key| (if same(key) == 1 { last(key) } else { key.to_string() }, key))
        .collect()
}

/// The value that was chosen for a cell, and whether it lies on the border of what was tried.
fn value(study: &Study, cell: usize, key: &str) -> String {
    let chosen = study.cells[cell].tuned.iter().find(|tuned| tuned.key == key);
    let place = study.tuning.iter().flat_map(|tuning| &tuning.keys).position(|it| it == key);
    let has = |trial: &Trial| place.is_some_and(|place| trial.values[place].is_some());
    match chosen {
        Some(Tuned { value, edge: None, .. }) => value.clone(),
        Some(Tuned { value, edge: Some(edge), .. }) => format!("{value} ({}est)", edge.name()),
        None if study.search(cell).is_some_and(|search| search.trials.iter().any(has)) => {
            "to tune".to_string()
        }
        None => "·".to_string(),
    }
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

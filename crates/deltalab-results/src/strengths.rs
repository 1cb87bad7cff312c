//! What a conditioning study comes down to: the associative strengths at its end. Errors say little there.

use crate::comparison::compared_cells;
use crate::verdict::short;
use crate::{Runs, Study};

/// Strengths that differ by less are the same: rounding of some thousand trials stays far below.
const SAME: f64 = 1e-9;

/// The strengths that a study follows, `V(A)` and so on; none unless it is one of conditioning.
pub fn names(study: &Study) -> Vec<&str> {
    study
        .curves
        .iter()
        .map(|metric| metric.name.as_str())
        .filter(|name| name.starts_with("V("))
        .collect()
}

/// A strength after the last trial: the mean over the runs of a cell.
pub fn last(runs: &Runs, cell: usize, name: &str) -> Option<f64> {
    let series = runs
        .of(cell)
        .filter_map(|record| record.curves.iter().find(|series| series.metric == name));
    let ends: Vec<f64> = series.filter_map(|series| series.values.last().copied()).collect();
    (!ends.is_empty()).then(|| crate::statistics::mean(&ends))
}

/// A sentence for each pair of cells that is compared.
pub fn sentences(runs: &Runs) -> Vec<String> {
    let study = runs.study();
    let names = names(study);
    let pairs =
        compared_cells(study).into_iter().filter(|&(a, b)| runs.pairs(a, b).next().is_some());
    pairs.filter_map(|(a, b)| sentence(runs, &names, a, b)).collect()
}

fn sentence(runs: &Runs, names: &[&str], a: usize, b: usize) -> Option<String> {
    let ends =
        names.iter().filter_map(|name| Some((*name, last(runs, a, name)?, last(runs, b, name)?)));
    let difference = |(_, of_a, of_b): &(&str, f64, f64)| (of_a - of_b).abs();
    let most = ends.max_by(|x, y| difference(x).total_cmp(&difference(y)))?;
    let (name, of_a, of_b) = most;
    let called = |cell: usize| {
        let cell = &runs.study().cells[cell];
        let axes = runs.study().axes.iter().zip(&cell.axes);
        let axes: Vec<_> = axes
            .filter_map(|(axis, value)| Some(format!("{axis} = {}", value.as_ref()?)))
            .collect();
        if axes.is_empty() {
            cell.learner.clone()
        } else {
            format!("{} ({})", cell.learner, axes.join(", "))
        }
    };
    let (a, b) = (called(a), called(b));
    Some(match difference(&most) < SAME {
        true => format!("{a} and {b} end with the same strengths, to within {SAME:e}."),
        false => {
            format!("{a} and {b} differ most in {name}: {} against {}.", short(of_a), short(of_b))
        }
    })
}

//! How many runs there are, in the words of a caption.

use deltalab_results::{Runs, Status};

use crate::cells::cell_name;

/// `n = 100`, or `n = 37–100` where cells differ.
pub(crate) fn count(runs: &Runs<'_>) -> String {
    let counts = cells(runs).map(|cell| runs.of(cell).count());
    match (counts.clone().min().unwrap_or(0), counts.max().unwrap_or(0)) {
        (low, high) if low == high => unbroken(&format!("n = {low}")),
        (low, high) => unbroken(&format!("n = {low}–{high}")),
    }
}

/// The same with spaces at which no line breaks.
fn unbroken(text: &str) -> String {
    text.replace(' ', "\u{a0}")
}

/// `1 run`, `2 runs`.
pub(crate) fn number_of_runs(count: usize) -> String {
    if count == 1 { "1 run".to_owned() } else { format!("{count} runs") }
}

/// How a caption ends: the criterion, what became of diverged runs (`one` of them, or `several`), and what is not there yet.
pub(crate) fn remarks(runs: &Runs<'_>, one: &str, several: &str) -> Vec<String> {
    let known = criterion(runs).into_iter().chain(diverged(runs, one, several));
    known.chain(missing(runs)).collect()
}

/// When a run counts as solved, if any cell has a criterion.
pub(crate) fn criterion(runs: &Runs<'_>) -> Option<String> {
    let mut criteria: Vec<&str> = Vec::new();
    for criterion in runs.study().cells.iter().filter_map(|c| c.criterion.as_deref()) {
        if !criteria.contains(&criterion) {
            criteria.push(criterion);
        }
    }
    match criteria[..] {
        [] => None,
        [one] => Some(format!("Criterion: {}.", unbroken(one))),
        [first, ..] => Some(format!("Criteria differ between cells ({}, …).", unbroken(first))),
    }
}

/// What became of the runs that diverged, if any did: `one` for a single run, `several` for more, after `2 runs diverged: `.
pub(crate) fn diverged(runs: &Runs<'_>, one: &str, several: &str) -> Option<String> {
    let records = cells(runs).flat_map(|cell| runs.of(cell));
    match records.filter(|r| r.status == Status::Diverged).count() {
        0 => None,
        1 => Some(format!("1 run diverged: {one}.")),
        k => Some(format!("{k} runs diverged: {several}.")),
    }
}

/// That runs are missing, and which cells have none, if so.
pub(crate) fn missing(runs: &Runs<'_>) -> Vec<String> {
    let study = runs.study();
    let (finished, planned) = (runs.finished(), runs.planned());
    let mut sentences = Vec::new();
    if finished < planned {
        sentences.push(format!("Unfinished: partial {finished}/{planned} runs."));
    }
    let absent: Vec<String> = cells(runs)
        .filter(|&cell| runs.of(cell).next().is_none())
        .map(|cell| cell_name(study, &study.cells[cell]))
        .collect();
    if finished > 0 && !absent.is_empty() {
        sentences.push(if absent.len() <= 3 {
            format!("No finished run yet: {}.", absent.join("; "))
        } else {
            format!("No finished run yet in {} of {} cells.", absent.len(), study.cells.len())
        });
    }
    sentences
}

fn cells(runs: &Runs<'_>) -> impl Iterator<Item = usize> + Clone {
    0..runs.study().cells.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use deltalab_results::{Cell, Record, Study};

    fn study() -> Study {
        let cell = |id: &str, criterion: &str| Cell {
            id: id.to_owned(),
            learner: id.to_owned(),
            criterion: Some(criterion.to_owned()),
            ..Cell::default()
        };
        Study {
            cells: vec![cell("a", "sse < 0.1"), cell("b", "sse < 0.1")],
            seeds: vec![0, 1, 2],
            ..Study::default()
        }
    }

    fn record(cell: &str, seed: u64, status: Status) -> Record {
        Record {
            cell: cell.to_owned(),
            seed,
            status,
            epochs: 1,
            solved_epoch: None,
            finals: Vec::new(),
            curves: Vec::new(),
            pattern_updates: 0,
        }
    }

    #[test]
    fn an_unfinished_study_says_how_much_is_there() {
        let study = study();
        let records = [record("a", 0, Status::Solved), record("a", 2, Status::Diverged)];
        let runs = Runs::new(&study, &records);
        assert_eq!(count(&runs), "n\u{a0}=\u{a0}0–2");
        let expected = ["Unfinished: partial 2/6 runs.", "No finished run yet: b."];
        assert_eq!(missing(&runs), expected);
        assert_eq!(diverged(&runs, "it ends", "they end").unwrap(), "1 run diverged: it ends.");
    }

    #[test]
    fn criteria_are_given_once_and_differences_admitted() {
        let mut study = study();
        let same = unbroken("sse < 0.1");
        assert_eq!(criterion(&Runs::new(&study, &[])).unwrap(), format!("Criterion: {same}."));
        study.cells[1].criterion = Some("sse < 0.04".to_owned());
        let differ = format!("Criteria differ between cells ({same}, …).");
        assert_eq!(criterion(&Runs::new(&study, &[])).unwrap(), differ);
    }
}

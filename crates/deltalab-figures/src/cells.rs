//! Which cell stands in which panel, as which line, and what panels and lines are called.
//!
//! A *line* is a learner with its values on the axes that no panel shows; it looks the same in every panel. An axis that always
//! varies together with another says nothing new, and is left out. About eight lines can be told
//! apart, so with more cells than that, and no facet asked for, the first axis gives a panel each, and if that is not enough the learner too.

use deltalab_results::{Cell, Study};

use crate::palette::Style;

/// Lines that can be told apart in one panel.
pub(crate) const DISTINGUISHABLE: usize = 8;

/// The facet that stands for the learner instead of an axis.
pub(crate) const LEARNER: &str = "learner";

/// What gives a panel each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Facet {
    Learner,
    Axis(usize),
}

/// The cells of a study, laid out as panels and lines.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Arrangement {
    /// Panels in the order of the plan.
    pub panels: Vec<Members>,
    /// Names of the lines, in the order of the plan; the index is the style.
    pub lines: Vec<String>,
}

/// The cells of a panel.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Members {
    /// Title of the panel; empty if it is the only one.
    pub title: String,
    /// Line and cell (an index into `study.cells`).
    pub cells: Vec<(Style, usize)>,
}

/// One panel, or one for each value of `facet`: an axis, [`LEARNER`], or empty to decide by the number of cells. `None`: no such facet.
pub(crate) fn arrange(study: &Study, facet: &str) -> Option<Arrangement> {
    let explicit = match facet {
        "" => None,
        LEARNER => Some(Facet::Learner),
        axis => Some(Facet::Axis(study.axes.iter().position(|a| a == axis)?)),
    };
    Some(match explicit {
        Some(facet) => with_facets(study, &[facet]),
        None => automatic(study),
    })
}

/// All cells in one panel: for charts that name their cells beside the data.
pub(crate) fn together(study: &Study, facet: &str) -> Option<Arrangement> {
    if facet.is_empty() { Some(with_facets(study, &[])) } else { arrange(study, facet) }
}

/// What tells a cell from the others of its study.
pub(crate) fn cell_name(study: &Study, cell: &Cell) -> String {
    line_name(study, cell, &[])
}

fn automatic(study: &Study) -> Arrangement {
    let mut facets: Vec<Facet> = Vec::new();
    let varying = (0..study.axes.len()).filter(|&i| varies(study, i)).map(Facet::Axis).next();
    for next in [varying, Some(Facet::Learner)].into_iter().flatten() {
        let arrangement = with_facets(study, &facets);
        if arrangement.panels.iter().all(|p| p.cells.len() <= DISTINGUISHABLE) {
            return arrangement;
        }
        if next != Facet::Learner || learners(study) > 1 {
            facets.push(next);
        }
    }
    with_facets(study, &facets)
}

fn with_facets(study: &Study, facets: &[Facet]) -> Arrangement {
    let mut arrangement = Arrangement { panels: Vec::new(), lines: Vec::new() };
    for (index, cell) in study.cells.iter().enumerate() {
        let title: Vec<String> = facets.iter().map(|&f| part(study, cell, f)).collect();
        let title = title.join(", ");
        let line = line_name(study, cell, facets);
        let style = position_or_push(&mut arrangement.lines, line);
        match arrangement.panels.iter_mut().find(|p| p.title == title) {
            Some(panel) => panel.cells.push((Style(style), index)),
            None => {
                let cells = vec![(Style(style), index)];
                arrangement.panels.push(Members { title, cells });
            }
        }
    }
    arrangement
}

fn position_or_push(lines: &mut Vec<String>, line: String) -> usize {
    lines.iter().position(|l| *l == line).unwrap_or_else(|| {
        lines.push(line);
        lines.len() - 1
    })
}

/// The learner, unless all cells have the same and something else tells them apart; then the axes that vary and give no panel.
fn line_name(study: &Study, cell: &Cell, facets: &[Facet]) -> String {
    let mut parts = Vec::new();
    if learners(study) > 1 && !facets.contains(&Facet::Learner) {
        parts.push(cell.learner.clone());
    }
    for axis in 0..study.axes.len() {
        let known = |by: usize| facets.contains(&Facet::Axis(by)) || by < axis;
        let told =
            (0..study.axes.len()).any(|by| by != axis && known(by) && tells(study, by, axis));
        let shown = varies(study, axis) && !facets.contains(&Facet::Axis(axis)) && !told;
        if shown && cell.axes.get(axis).is_some_and(Option::is_some) {
            parts.push(part(study, cell, Facet::Axis(axis)));
        }
    }
    if parts.is_empty() { cell.learner.clone() } else { parts.join(", ") }
}

/// A learner's label, or `activation = tanh`.
fn part(study: &Study, cell: &Cell, facet: Facet) -> String {
    match facet {
        Facet::Learner => cell.learner.clone(),
        Facet::Axis(axis) => {
            let value = cell.axes.get(axis).and_then(Option::as_deref);
            format!("{} = {}", short_name(study, axis), value.unwrap_or("–"))
        }
    }
}

/// The last part of an axis' path, or all of it where two axes end alike.
fn short_name(study: &Study, axis: usize) -> &str {
    let last = |path: &'_ str| path.rsplit('.').next().map_or(0, str::len);
    let path = study.axes[axis].as_str();
    let tail = &path[path.len() - last(path)..];
    let alike = study.axes.iter().filter(|a| a.rsplit('.').next() == Some(tail)).count();
    if alike > 1 { path } else { tail }
}

fn learners(study: &Study) -> usize {
    let mut labels: Vec<&str> = study.cells.iter().map(|c| c.learner.as_str()).collect();
    labels.sort_unstable();
    labels.dedup();
    labels.len()
}

fn varies(study: &Study, axis: usize) -> bool {
    let mut values = study.cells.iter().map(|c| c.axes.get(axis));
    let first = values.next();
    values.any(|v| Some(v) != first)
}

/// Whether the value on axis `by` tells that on `axis`: they vary together, as in `"task.kind, network.hidden"`.
pub(crate) fn tells(study: &Study, by: usize, axis: usize) -> bool {
    let mut seen: Vec<(Option<&String>, Option<&String>)> = Vec::new();
    for cell in &study.cells {
        let on = |axis: usize| cell.axes.get(axis).and_then(Option::as_ref);
        match seen.iter().find(|(value, _)| *value == on(by)) {
            Some((_, told)) if *told != on(axis) => return false,
            Some(_) => {}
            None => seen.push((on(by), on(axis))),
        }
    }
    varies(study, by)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn study(learners: &[&str], axes: &[(&str, &[&str])]) -> Study {
        let mut cells: Vec<Cell> =
            learners.iter().map(|l| Cell { learner: (*l).to_owned(), ..Cell::default() }).collect();
        for (_, values) in axes {
            let extend = |cell: &Cell, v: &&str| {
                let mut cell = cell.clone();
                cell.axes.push(Some((*v).to_owned()));
                cell
            };
            cells = cells.iter().flat_map(|c| values.iter().map(move |v| extend(c, v))).collect();
        }
        let axes = axes.iter().map(|(a, _)| (*a).to_owned()).collect();
        Study { axes, cells, ..Study::default() }
    }

    #[test]
    fn few_cells_stand_in_one_panel_named_by_what_varies() {
        let s = study(&["BP", "CHL"], &[("network.activation", &["logistic", "tanh"])]);
        let a = arrange(&s, "").unwrap();
        assert_eq!(a.panels.len(), 1);
        assert_eq!(a.panels[0].title, "");
        assert_eq!(
            a.lines,
            [
                "BP, activation = logistic",
                "BP, activation = tanh",
                "CHL, activation = logistic",
                "CHL, activation = tanh"
            ]
        );
    }

    #[test]
    fn one_learner_is_named_only_where_nothing_else_tells_cells_apart() {
        assert_eq!(arrange(&study(&["BP"], &[]), "").unwrap().lines, ["BP"]);
        let s = study(&["BP"], &[("train.batch", &["1", "all"])]);
        assert_eq!(arrange(&s, "").unwrap().lines, ["batch = 1", "batch = all"]);
    }

    #[test]
    fn a_facet_gives_panels_in_which_a_line_keeps_its_style() {
        let s = study(&["BP", "CHL"], &[("network.activation", &["logistic", "tanh"])]);
        let a = arrange(&s, "network.activation").unwrap();
        assert_eq!(a.lines, ["BP", "CHL"]);
        let titles: Vec<_> = a.panels.iter().map(|p| p.title.as_str()).collect();
        assert_eq!(titles, ["activation = logistic", "activation = tanh"]);
        for panel in &a.panels {
            assert_eq!(panel.cells.iter().map(|c| c.0).collect::<Vec<_>>(), [Style(0), Style(1)]);
        }
        assert_eq!(arrange(&s, "learner").unwrap().panels[1].title, "CHL");
        assert_eq!(arrange(&s, "network.hidden"), None);
    }

    #[test]
    fn an_axis_that_varies_with_another_is_not_named_again() {
        let kinds = [("task.kind", &["xor", "encoder"][..])];
        let mut s = study(&["BP", "CHL"], &kinds);
        s.axes.push("network.hidden".to_owned());
        for cell in &mut s.cells {
            let hidden = if cell.axes[0].as_deref() == Some("xor") { "[4]" } else { "[3]" };
            cell.axes.push(Some(hidden.to_owned()));
        }
        assert_eq!(arrange(&s, "task.kind").unwrap().lines, ["BP", "CHL"]);
        assert_eq!(arrange(&s, "network.hidden").unwrap().lines, ["BP", "CHL"]);
        assert_eq!(arrange(&s, "").unwrap().lines[0], "BP, kind = xor");
    }

    #[test]
    fn thirty_cells_are_faceted_by_the_first_axis_and_then_by_learner() {
        let rates = ["0.01", "0.1", "1", "10", "100"];
        let s = study(&["A", "B", "C"], &[("learner.lr", &rates), ("train.batch", &["1", "all"])]);
        let a = arrange(&s, "").unwrap();
        assert_eq!((a.panels.len(), a.lines.len()), (5, 6)); // 6 lines a panel: by the rate alone
        let many = ["1", "2", "3", "4", "5", "6"];
        let s = study(&["A", "B"], &[("x.a", &["0", "1"]), ("x.b", &many)]);
        let a = arrange(&s, "").unwrap();
        assert_eq!((a.panels.len(), a.lines.len()), (4, 6));
        let titles: Vec<_> = a.panels.iter().map(|p| p.title.as_str()).collect();
        assert_eq!(titles, ["a = 0, A", "a = 1, A", "a = 0, B", "a = 1, B"]);
        let total: usize = a.panels.iter().map(|p| p.cells.len()).sum();
        assert_eq!(total, s.cells.len());
    }

    #[test]
    fn axes_that_end_alike_keep_their_whole_path() {
        let s = study(&["BP"], &[("a.x", &["1", "2"]), ("b.x", &["3"])]);
        assert_eq!(arrange(&s, "").unwrap().lines, ["a.x = 1", "a.x = 2"]);
    }
}

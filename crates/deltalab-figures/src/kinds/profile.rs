//! `profile`: performance profiles of the learners: the share of problems that each solves within a factor of the epochs of the
//! best learner on that problem (Dolan & Moré 2002, Mathematical Programming 91, 201–213).
//!
//! * A *problem* is a point of the grid, the learners' own keys (`learner.…`) aside, and a seed: same weights, same order for every learner.
//!   It counts where every learner has a finished run.
//! * ρ(τ) = share of the problems with t ≤ τ · (smallest t of any learner), t the epochs to criterion; a run that is not solved
//!   has t = ∞. ρ(1) is the share on which the learner is the fastest, or among them; the right end is the share that it solves at all.
//! * The band is Wilson's interval of the share. CSV: `factor,n,within,share,low,high`.

use std::collections::BTreeMap;

use deltalab_results::number::csv;
use deltalab_results::statistics::proportion::wilson;
use deltalab_results::{Cell, Runs, Study};

use super::{Drawing, Kind, Picture, Scene};
use crate::chart::{Axis, Chart, Mark, Panel, Points, Sample, Span};
use crate::error::Error;
use crate::kinds::learning_curve::legend;
use crate::palette::Style;
use crate::table::Table;
use crate::tally;
use crate::ticks::Scale;

/// The registry's entry.
pub(crate) const KIND: Kind = Kind { name: "profile", make };

/// The largest factor that is drawn at least.
const LEAST_FACTOR: f64 = 2.0;

fn make(scene: &Scene<'_>) -> Result<Drawing, Error> {
    let study = scene.study;
    let solvers = solvers(study);
    let factors = factors(scene.runs, &solvers);
    let problems = factors.first().map_or(0, Vec::len);
    let finite = factors.iter().flatten().copied().filter(|f| f.is_finite());
    let last = finite.fold(LEAST_FACTOR, f64::max);
    let mut table = Table::new(study, &["factor", "n", "within", "share", "low", "high"]);
    let (mut bands, mut lines) = (Vec::new(), Vec::new());
    for (i, (solver, factors)) in solvers.iter().zip(&factors).enumerate() {
        let mut line: Points = Vec::new();
        let mut band: Vec<(f64, f64, f64)> = Vec::new();
        for (factor, within) in staircase(factors, last) {
            let share = within as f64 / problems as f64;
            let Some(interval) = wilson(within, problems) else { continue };
            // Steps: the values before hold up to here.
            line.extend(line.last().map(|&(_, before)| (factor, before)));
            band.extend(band.last().map(|&(_, low, high)| (factor, low, high)));
            line.push((factor, share));
            band.push((factor, interval.low, interval.high));
            let counts = [problems, within].map(|count| count.to_string());
            let [n, within] = counts;
            let numbers = [share, interval.low, interval.high].map(csv);
            let [share, low, high] = numbers;
            table.push(study, &solver.cell, [csv(factor), n, within, share, low, high]);
        }
        if !line.is_empty() {
            bands.push(Mark::Band(Style(i), band));
            lines.push(Mark::Line(Style(i), line));
        }
    }
    let empty = if study.cells.iter().all(|cell| cell.criterion.is_none()) {
        "no criterion was set"
    } else if solvers.len() < 2 {
        "a profile compares learners, and here is only one"
    } else if problems == 0 {
        "there is no problem on which every learner has a finished run"
    } else {
        ""
    };
    let names: Vec<String> = solvers.into_iter().map(|solver| solver.name).collect();
    let marks = bands.into_iter().chain(lines).collect();
    let chart = Chart {
        title: scene.title("performance profiles"),
        x: Axis {
            label: "epochs / fewest on the same problem".to_owned(),
            scale: Scale::Log,
            span: Span::Exactly(1.0, last),
            ..Axis::default()
        },
        y: Axis {
            label: "share of problems solved".to_owned(),
            span: Span::Exactly(0.0, 1.0),
            ..Axis::default()
        },
        panels: vec![Panel { marks, empty: empty.to_owned(), ..Panel::default() }],
        legend: legend(&names, Sample::LineAndBand),
        caption: caption(scene, problems),
    };
    Ok(Drawing { stem: KIND.name.to_owned(), picture: Picture::Chart(chart), table })
}

/// A learner with its values on the axes that are its own.
struct Solver {
    name: String,
    /// It, with no value on the other axes: how it stands in the table.
    cell: Cell,
    /// Its cells by their values on the other axes.
    cells: BTreeMap<Vec<Option<String>>, usize>,
}

fn solvers(study: &Study) -> Vec<Solver> {
    let own = |axis: usize| study.axes.get(axis).is_some_and(|name| name.starts_with("learner."));
    let mut solvers: Vec<Solver> = Vec::new();
    for (place, cell) in study.cells.iter().enumerate() {
        let part = |keep: bool| {
            let axes = cell.axes.iter().enumerate();
            axes.map(|(n, value)| value.clone().filter(|_| own(n) == keep)).collect::<Vec<_>>()
        };
        let (mine, point) = (part(true), part(false));
        let known =
            solvers.iter().position(|s| s.cell.learner == cell.learner && s.cell.axes == mine);
        let known = known.unwrap_or_else(|| {
            let values = study.axes.iter().zip(&mine).filter_map(|(axis, value)| {
                Some(format!("{} = {}", axis.strip_prefix("learner.")?, value.as_ref()?))
            });
            let name: Vec<String> = [cell.learner.clone()].into_iter().chain(values).collect();
            let learner = Cell { learner: cell.learner.clone(), axes: mine, ..Cell::default() };
            solvers.push(Solver { name: name.join(", "), cell: learner, cells: BTreeMap::new() });
            solvers.len() - 1
        });
        solvers[known].cells.entry(point).or_insert(place);
    }
    solvers
}

/// By solver, its epochs over the fewest of any, on every problem on which all have a finished run: ∞ where it is not solved.
fn factors(runs: &Runs<'_>, solvers: &[Solver]) -> Vec<Vec<f64>> {
    let mut factors = vec![Vec::new(); solvers.len()];
    let Some(first) = solvers.first() else { return factors };
    for point in first.cells.keys() {
        let cells: Option<Vec<usize>> =
            solvers.iter().map(|solver| solver.cells.get(point).copied()).collect();
        let Some(cells) = cells else { continue };
        let times = cells.iter().map(|&cell| {
            let runs = runs.of(cell);
            let time = |solved: Option<u64>| solved.map_or(f64::INFINITY, |t| t.max(1) as f64);
            runs.map(|run| (run.seed, time(run.solved_epoch))).collect::<BTreeMap<u64, f64>>()
        });
        let times: Vec<BTreeMap<u64, f64>> = times.collect();
        for &seed in &runs.study().seeds {
            let all: Option<Vec<f64>> = times.iter().map(|of| of.get(&seed).copied()).collect();
            let Some(all) = all else { continue };
            let fewest = all.iter().copied().fold(f64::INFINITY, f64::min);
            for (factors, time) in factors.iter_mut().zip(all) {
                factors.push(if time.is_finite() { time / fewest } else { f64::INFINITY });
            }
        }
    }
    factors
}

/// Factors at which the number of problems changes, and that number: from 1 to `last`.
fn staircase(factors: &[f64], last: f64) -> Vec<(f64, usize)> {
    if factors.is_empty() {
        return Vec::new();
    }
    let mut sorted: Vec<f64> = factors.iter().copied().filter(|f| f.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    let mut steps = vec![(1.0, 0)];
    for (i, &factor) in sorted.iter().enumerate() {
        match steps.last_mut() {
            Some(step) if step.0 == factor => step.1 = i + 1,
            _ => steps.push((factor, i + 1)),
        }
    }
    if steps.last().is_some_and(|step| step.0 < last) {
        steps.push((last, sorted.len()));
    }
    steps
}

fn caption(scene: &Scene<'_>, problems: usize) -> Vec<String> {
    let mut caption = vec![
        format!("A problem: a point of the grid and a seed (n\u{a0}=\u{a0}{problems}, those on which every learner has a finished run)."),
        "Band: 95\u{a0}% interval of the share (Wilson). The right end is the share that is solved at all.".to_owned(),
    ];
    caption.extend(tally::remarks(
        scene.runs,
        "it counts as never solved",
        "they count as never solved",
    ));
    caption
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_counts_the_problems_within_each_factor() {
        let factors = [1.0, 3.0, f64::INFINITY, 1.0, 2.0, 2.0];
        assert_eq!(staircase(&factors, 4.0), [(1.0, 2), (2.0, 4), (3.0, 5), (4.0, 5)]);
        assert_eq!(staircase(&[f64::INFINITY; 3], 2.0), [(1.0, 0), (2.0, 0)]);
        assert!(staircase(&[], 2.0).is_empty());
    }

    #[test]
    fn a_learners_own_axes_make_solvers_and_the_others_problems() {
        let cell = |learner: &str, rate: Option<&str>, bits: &str| Cell {
            learner: learner.to_owned(),
            axes: vec![rate.map(str::to_owned), Some(bits.to_owned())],
            ..Cell::default()
        };
        let study = Study {
            axes: vec!["learner.learning_rate".to_owned(), "task.bits".to_owned()],
            cells: vec![
                cell("BP", Some("0.1"), "2"),
                cell("BP", Some("0.1"), "3"),
                cell("BP", Some("1"), "2"),
                cell("BP", Some("1"), "3"),
                cell("RW", None, "2"),
                cell("RW", None, "3"),
            ],
            ..Study::default()
        };
        let solvers = solvers(&study);
        let names: Vec<&str> = solvers.iter().map(|solver| solver.name.as_str()).collect();
        assert_eq!(names, ["BP, learning_rate = 0.1", "BP, learning_rate = 1", "RW"]);
        assert!(solvers.iter().all(|solver| solver.cells.len() == 2));
    }
}

//! `profile`: performance profiles of the learners: the share of problems that each solves within a factor of the epochs of the
//! best learner on that problem ([`deltalab_results::profile`] says what a problem is).
//!
//! * ρ(τ) = share of the problems with a factor of at most τ. ρ(1) is the share on which the learner is the fastest, or among them;
//!   the right end is the share that it solves at all.
//! * The band is Wilson's interval of the share. The legend has each learner's interquartile mean of relative speed (1/factor,
//!   0 where it is not solved), with the interval of a bootstrap over seeds within each point of the grid.
//!
//! CSV: `factor,n,within,share,low,high,iqm,iqm_low,iqm_high`, the last three the same in every row of a learner.

use deltalab_results::number::csv;
use deltalab_results::profile::{Solver, Speed, solvers};
use deltalab_results::statistics::proportion::wilson;

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

const COLUMNS: [&str; 9] =
    ["factor", "n", "within", "share", "low", "high", "iqm", "iqm_low", "iqm_high"];

fn make(scene: &Scene<'_>) -> Result<Drawing, Error> {
    let study = scene.study;
    let solvers = solvers(scene.runs);
    let problems = solvers.first().map_or(0, |solver| solver.factors().count());
    let finite = solvers.iter().flat_map(Solver::factors).filter(|f| f.is_finite());
    let last = finite.fold(LEAST_FACTOR, f64::max);
    let mut table = Table::new(study, &COLUMNS);
    let (mut bands, mut lines, mut names) = (Vec::new(), Vec::new(), Vec::new());
    for (i, solver) in solvers.iter().enumerate() {
        let factors: Vec<f64> = solver.factors().collect();
        let speed = solver.speed();
        let interval = speed.and_then(|speed| speed.interval);
        let averages =
            [speed.map(|it| it.mean), interval.map(|it| it.low), interval.map(|it| it.high)];
        let averages = averages.map(|value| value.map(csv).unwrap_or_default());
        let mut line: Points = Vec::new();
        let mut band: Vec<(f64, f64, f64)> = Vec::new();
        for (factor, within) in staircase(&factors, last) {
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
            let [iqm, iqm_low, iqm_high] = averages.clone();
            let row = [csv(factor), n, within, share, low, high, iqm, iqm_low, iqm_high];
            table.push(study, &solver.cell, row);
        }
        if !line.is_empty() {
            bands.push(Mark::Band(Style(i), band));
            lines.push(Mark::Line(Style(i), line));
        }
        names.push(format!("{}{}", solver.name, speed.map(of_speed).unwrap_or_default()));
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
        ..Chart::default()
    };
    Ok(Drawing { stem: KIND.name.to_owned(), picture: Picture::Chart(Box::new(chart)), table })
}

/// `: 0.42 [0.35, 0.5]`.
fn of_speed(speed: Speed) -> String {
    let interval = speed.interval.map(|it| format!(" [{:.2}, {:.2}]", it.low, it.high));
    format!(": {:.2}{}", speed.mean, interval.unwrap_or_default())
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
    if problems > 0 {
        caption.push(
            "In the legend: interquartile mean of fewest epochs / epochs (0: not solved), with its 95\u{a0}% interval (stratified bootstrap over seeds)."
                .to_owned(),
        );
    }
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
}

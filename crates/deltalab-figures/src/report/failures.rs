//! Runs that diverged, were not solved, or did not settle: with their seeds, and the command that repeats each.

use deltalab_results::{Record, Runs, Status, Study};

use super::html::{count, counted, escape, paragraph, ranges};
use crate::cells::cell_name;

/// Commands that are written out for one cell.
const MOST_COMMANDS: usize = 25;
/// Groups that are shown.
const MOST_GROUPS: usize = 200;
/// The metric that tells whether every phase settled: its share.
const SETTLED: &str = "settled";

/// Why a run is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reason {
    Diverged,
    Unsolved,
    Unsettled,
}

const REASONS: [Reason; 3] = [Reason::Diverged, Reason::Unsolved, Reason::Unsettled];

impl Reason {
    fn holds(self, record: &Record, has_criterion: bool) -> bool {
        match self {
            Reason::Diverged => record.status == Status::Diverged,
            Reason::Unsolved => record.status == Status::Unsolved && has_criterion,
            Reason::Unsettled => record.final_metric(SETTLED).is_some_and(|share| share < 1.0),
        }
    }

    fn words(self) -> &'static str {
        match self {
            Reason::Diverged => "diverged",
            Reason::Unsolved => "unsolved",
            Reason::Unsettled => "with phases that did not settle in the last epoch",
        }
    }
}

/// The section; empty where there is no such run.
pub fn section(runs: &Runs) -> String {
    let study = runs.study();
    let mut groups = Vec::new();
    for (place, cell) in study.cells.iter().enumerate() {
        for reason in REASONS {
            let holds = |record: &&Record| reason.holds(record, cell.criterion.is_some());
            let seeds: Vec<u64> = runs.of(place).filter(holds).map(|record| record.seed).collect();
            if !seeds.is_empty() {
                groups.push((place, reason, seeds));
            }
        }
    }
    if groups.is_empty() {
        return String::new();
    }
    let mut html = "<p>No run is left out of any number on this page; these are the ones to look into. Each command prints every number of a run's first update (of more with <code>--updates N</code>), from the <code>spec.toml</code> of this folder.</p>\n".to_owned();
    html += "<div class=\"failures\">\n";
    for (place, reason, seeds) in groups.iter().take(MOST_GROUPS) {
        html += &group(study, runs.of(*place).count(), *place, *reason, seeds);
    }
    html += "</div>\n";
    if groups.len() > MOST_GROUPS {
        let more = groups.len() - MOST_GROUPS;
        html += &paragraph(&format!("… and of {} more: see runs.csv.", counted(more, "cell")));
    }
    html
}

fn group(study: &Study, n: usize, place: usize, reason: Reason, seeds: &[u64]) -> String {
    let cell = &study.cells[place];
    let command = |seed: &u64| format!("deltalab trace spec.toml --cell {} --seed {seed}", cell.id);
    let mut commands: Vec<String> = seeds.iter().take(MOST_COMMANDS).map(command).collect();
    if seeds.len() > MOST_COMMANDS {
        let more = counted(seeds.len() - MOST_COMMANDS, "other seed");
        commands.push(format!("# likewise for the {more}"));
    }
    format!(
        "<details><summary><b>{}</b>: {} of {} {} <span class=\"ci\">{} {}</span></summary>\n<pre tabindex=\"0\">{}</pre></details>\n",
        escape(&cell_name(study, cell)),
        count(seeds.len()),
        count(n),
        reason.words(),
        if seeds.len() == 1 { "seed" } else { "seeds" },
        ranges(seeds),
        escape(&commands.join("\n"))
    )
}

//! `deltalab trace SPEC`: every number of the first updates of one run, or where two cells part.

use super::args::SpecArgs;
use super::failure::Failure;
use super::source;
use super::terminal::Terminal;
use super::trace_table;
use deltalab_lab::trace::{Document, Parting, part};
use deltalab_lab::{Plan, PlannedCell};
use deltalab_results::trace::Trace;
use deltalab_results::{Cell, FigureRequest, Study, Traced};
use std::ffi::OsString;
use std::io;
use std::path::PathBuf;

/// Updates in which two cells are compared unless `--updates` says otherwise.
const COMPARED: usize = 100;

/// Print every number of the first updates of one run, as JSON
#[derive(clap::Args, Debug)]
pub struct Args {
    /// A spec file, or example:NAME for one that the program carries inside (see deltalab list examples)
    spec: OsString,
    /// The cell: its place in the plan from 0, its id, or its learner's label where that is enough [default: the first]
    #[arg(long, value_name = "K", conflicts_with = "compare")]
    cell: Option<String>,
    /// Run seed [default: the first of the spec]
    #[arg(long, value_name = "S")]
    seed: Option<u64>,
    /// How many updates [default: 1; with --compare, at most 100 until they part]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    updates: Option<u32>,
    /// Also draw the last of these updates: activities on the way up, deltas on the way down
    #[arg(long, value_name = "FILE.svg|.png", value_parser = picture, conflicts_with = "compare")]
    figure: Option<Picture>,
    /// Set a key of the spec, such as train.batch=4 or learner.learning_rate=0.1; can be repeated
    #[arg(long = "set", value_name = "PATH=VALUE")]
    sets: Vec<String>,
    /// Show the first update in which two cells part, factor by factor
    #[arg(long, value_name = "A,B", value_parser = two)]
    compare: Option<Two>,
    /// With --compare: print JSON (a trace always is)
    #[arg(long)]
    json: bool,
}

/// Two cells, as they were typed.
#[derive(Clone, Debug)]
struct Two(String, String);

fn two(typed: &str) -> Result<Two, String> {
    match typed.split(',').map(str::trim).collect::<Vec<_>>()[..] {
        [a, b] if !a.is_empty() && !b.is_empty() => Ok(Two(a.to_string(), b.to_string())),
        _ => Err("expected two cells with a comma between them".to_string()),
    }
}

/// A picture to be written.
#[derive(Clone, Debug)]
struct Picture {
    path: PathBuf,
    format: Format,
}

/// How a picture is written.
#[derive(Clone, Copy, Debug)]
enum Format {
    Svg,
    Png,
}

fn picture(typed: &str) -> Result<Picture, String> {
    let path = PathBuf::from(typed);
    let format = match path.extension().and_then(|extension| extension.to_str()) {
        Some("svg") => Format::Svg,
        Some("png") => Format::Png,
        _ => return Err("expected a name that ends in .svg or .png".to_string()),
    };
    Ok(Picture { path, format })
}

/// A cell of a plan, and what runs it.
pub(super) type Chosen<'a> = (&'a Cell, &'a PlannedCell);

impl Args {
    /// Does it.
    pub fn run(&self, terminal: &Terminal) -> Result<(), Failure> {
        let spec = SpecArgs { spec: self.spec.clone(), seeds: None, sets: self.sets.clone() };
        let (_, plan) = source::load(&spec)?;
        let seed = self.seed.or(plan.study.seeds.first().copied()).unwrap_or(0);
        if let Some(Two(a, b)) = &self.compare {
            let cells = [find(&plan, a)?, find(&plan, b)?];
            let parting = self.compared(cells, seed);
            return match self.json {
                true => terminal.print_json(&trace_table::document(&parting, cells, seed)),
                false => terminal.print(&trace_table::text(&parting, cells, seed)),
            };
        }
        let (cell, planned) = find(&plan, self.cell.as_deref().unwrap_or("0"))?;
        let updates = self.updates.map_or(1, |n| n as usize);
        let trace = planned.recipe.trace(&planned.setup, seed, updates);
        if trace.updates.len() < updates && self.updates.is_some() {
            terminal.warn(format_args!("the run ends after {} updates", trace.updates.len()));
        }
        let document = serde_json::to_string(&Document::new(cell, planned, &trace, 0));
        let document = document.map_err(|error| Failure::Stdout(io::Error::other(error)))?;
        if let Some(picture) = &self.figure {
            draw(picture, &plan, (cell, planned), &document)?;
        }
        terminal.print_bytes((document + "\n").as_bytes())
    }

    /// Traces both, twice as far each time, until they part: a trace of many updates of a large net is large.
    fn compared(&self, [a, b]: [Chosen<'_>; 2], seed: u64) -> Parting {
        let most = self.updates.map_or(COMPARED, |n| n as usize);
        let mut updates = 1;
        loop {
            let [one, other] =
                [a, b].map(|(_, planned)| planned.recipe.trace(&planned.setup, seed, updates));
            let parting = part((&a.1.setup.topology, &one), (&b.1.setup.topology, &other));
            if parting.update.is_some() || parting.compared < updates || updates == most {
                return parting;
            }
            updates = (2 * updates).min(most);
        }
    }
}

/// Draws the last update of a trace, from its document alone, as the figures of a folder are drawn.
fn draw(picture: &Picture, plan: &Plan, chosen: Chosen<'_>, document: &str) -> Result<(), Failure> {
    let (cell, planned) = chosen;
    let trace: Trace =
        serde_json::from_str(document).map_err(|error| Failure::Stdout(io::Error::other(error)))?;
    let place = plan.study.cells.iter().position(|other| other.id == cell.id);
    let request = FigureRequest {
        kind: "network".to_string(),
        cell: place.map(|place| place as u64),
        seed: Some(trace.seed),
        updates: trace.updates.last().map(|update| update.update + 1).into_iter().collect(),
        ..FigureRequest::default()
    };
    let study = Study { figures: vec![request], ..plan.study.clone() };
    let inputs = planned.setup.input_names.clone();
    let traces = [Traced { cell: cell.id.clone(), inputs, trace }];
    let figures = deltalab_figures::render(&study, &[], &traces).map_err(Failure::Figures)?;
    for figure in figures {
        let bytes = match picture.format {
            Format::Svg => figure.svg.into_bytes(),
            Format::Png => deltalab_figures::png(&figure.svg).map_err(Failure::Figures)?,
        };
        let path = picture.path.clone();
        std::fs::write(&path, bytes).map_err(|source| Failure::Unwritable { path, source })?;
    }
    Ok(())
}

/// The cell of an id, of a place in the plan, or of a label.
fn find<'a>(plan: &'a Plan, typed: &str) -> Result<Chosen<'a>, Failure> {
    let cells = || plan.iter();
    let by_place = || typed.parse().ok().and_then(|place| cells().nth(place));
    let trials = || plan.candidates.iter().flatten().map(|(cell, planned)| (cell, planned));
    let by_id = || cells().chain(trials()).find(|(cell, _)| cell.id == typed);
    let known = |found: Chosen<'a>| match found.0.id.is_empty() {
        false => Ok(found),
        true => Err(Failure::ToBeTuned { typed: typed.to_string(), trials: ids(plan, found.0) }),
    };
    if let Some(found) = by_id().or_else(by_place) {
        return known(found);
    }
    let mut labelled = cells().filter(|(cell, _)| cell.learner == typed);
    match (labelled.next(), labelled.next()) {
        (Some(found), None) => known(found),
        (None, _) => Err(Failure::NoCell {
            typed: typed.to_string(),
            cells: plan.cells.len(),
            labels: labels(plan),
        }),
        (Some(_), Some(_)) => Err(Failure::SeveralCells {
            label: typed.to_string(),
            places: cells()
                .enumerate()
                .filter(|(_, (cell, _))| cell.learner == typed)
                .map(|(place, _)| place)
                .collect(),
        }),
    }
}

/// The ids of a cell's trials.
fn ids(plan: &Plan, cell: &Cell) -> Vec<String> {
    let place = plan.study.cells.iter().position(|other| std::ptr::eq(other, cell));
    let search = place.and_then(|place| plan.study.search(place));
    search.iter().flat_map(|search| &search.trials).map(|trial| trial.id.clone()).collect()
}

/// Every label once, in the order of the plan.
fn labels(plan: &Plan) -> Vec<String> {
    let mut labels: Vec<String> =
        plan.study.cells.iter().map(|cell| cell.learner.clone()).collect();
    labels.dedup();
    labels
}

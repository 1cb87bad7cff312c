//! From [`Spec`] to [`Plan`]: learners × points of the grid.

use super::points::{Point, Points};
use super::resolve::{self, Key, Memo, Written};
use super::tuning::{self, Candidate, Group};
use super::{identity, limits, measures};
use crate::check::Checker;
use crate::diagnostic::{Diagnostic, Problem, Problems};
use crate::registry;
use crate::spec::axes::Axis;
use crate::spec::fields::MOST_RUNS;
use crate::spec::{Learner, Section, Spec, at_start};
use deltalab_core::learner::Recipe;
use deltalab_core::task;
use deltalab_core::train::{Ingredients, KeptWeights, Setup, SetupError};
use deltalab_results::study::{Cell, Study};
use deltalab_results::weights::Which;
use serde_json::Value as Json;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// A planned experiment: what it is about, and what runs it.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Cells, seeds, metrics and figures as plain values: what results, statistics and figures need.
    pub study: Study,
    /// What runs each of `study.cells`, in the same order. Of a cell that is still to be tuned it is one of its trials.
    pub cells: Vec<PlannedCell>,
    /// The trials of each search of `study.tuning`, in the same order.
    pub candidates: Vec<Vec<Candidate>>,
}

/// What runs a cell.
#[derive(Clone, Debug)]
pub struct PlannedCell {
    /// Task, network, training, optimiser, checked together.
    pub setup: Arc<Setup>,
    /// The learning rule and its parameters.
    pub recipe: Arc<dyn Recipe>,
}

impl Plan {
    /// Plans a spec. Reads the data files that its tasks name, and nothing else.
    ///
    /// # Errors
    /// Every problem of its cells: values that do not fit their fields, tasks, networks and rules that do not fit together,
    /// cells that are the same.
    pub fn new(spec: &Spec) -> Result<Self, Problems> {
        let mut checker = Checker::default();
        let plan = plan(spec, &mut checker);
        Problems::check(checker.problems)?;
        Ok(plan)
    }

    /// The problems that planning finds in a spec that may have others.
    pub(crate) fn problems(spec: &Spec) -> Vec<Diagnostic> {
        let mut checker = Checker::default();
        plan(spec, &mut checker);
        // A value or a label that stands twice has been reported; that its cells are double says no more.
        checker.problems.retain(|found| !matches!(found.problem, Problem::DoubleCell { .. }));
        checker.problems
    }

    /// Every cell with what runs it, in the order of the plan.
    pub fn iter(&self) -> impl Iterator<Item = (&Cell, &PlannedCell)> {
        self.study.cells.iter().zip(&self.cells)
    }

    /// Number of runs of the comparison: cells × seeds.
    pub fn runs(&self) -> u64 {
        self.cells.len() as u64 * self.study.seeds.len() as u64
    }
}

fn plan(spec: &Spec, checker: &mut Checker) -> Plan {
    let names = |axes: &[Axis]| -> Vec<String> {
        axes.iter().flat_map(|axis| &axis.columns).map(|column| column.name.clone()).collect()
    };
    let mut study = Study {
        name: spec.name.clone(),
        description: spec.description.clone(),
        axes: names(&spec.axes),
        seeds: spec.seeds.clone(),
        ..Study::default()
    };
    if too_large(spec, checker) {
        return Plan { study, cells: Vec::new(), candidates: Vec::new() };
    }
    // What is tuned are axes too, after those of the grid: a trial is a cell like any other.
    let tune = spec.tune.as_ref();
    let mut wide = spec.clone();
    wide.axes.extend(tune.iter().flat_map(|tune| &tune.axes).cloned());
    let (spec, grid) = (&wide, spec);
    let mut cells: Vec<PlannedCell> = Vec::new();
    let mut groups: Vec<Group> = Vec::new();
    let mut resolver = Resolver { spec, memo: Memo::default(), checker };
    let mut left = false;
    for (index, learner) in spec.learners.iter().enumerate() {
        let tune = tune.filter(|tune| tune.concerns(learner));
        let written = Section::ALL.map(|section| Written::new(spec, learner, section));
        let mut last = None; // the point of the grid whose trials are being planned; false: one was refused
        Points::new(spec, learner).for_each(|point| {
            let value = |axis: usize, column: usize| point.value(spec, axis, column);
            if spec.exclude.iter().any(|exclusion| exclusion.matches(learner, value)) {
                return;
            }
            left = true;
            let mut on_grid = point.choices();
            let trial = on_grid.split_off(grid.axes.len());
            let same = last.as_ref().is_some_and(|(known, _)| *known == on_grid);
            if tune.is_some() && same && last.as_ref().is_some_and(|(_, sound)| !sound) {
                return; // that nothing fits has been said of the first trial
            }
            let made = resolver.cell(&Draft { index, learner, written: &written, point });
            if tune.is_some() {
                last = Some((on_grid, made.is_some()));
            }
            let Some((mut info, cell)) = made else { return };
            info.axes.truncate(study.axes.len());
            match (tune, groups.last_mut()) {
                (None, _) => {
                    study.cells.push(info);
                    cells.push(cell);
                }
                (Some(_), Some(group)) if same => group.candidates.push(((info, cell), trial)),
                (Some(tune), _) => {
                    let group = Group {
                        cell: study.cells.len(),
                        candidates: vec![((info.clone(), cell.clone()), trial)],
                    };
                    groups.push(group);
                    study.cells.push(tuning::to_be_tuned(&info, tune));
                    cells.push(cell);
                }
            }
        });
    }
    if !left && !spec.learners.is_empty() {
        resolver.checker.problems.push(at_start(spec, Problem::NoCell));
    }
    let mut candidates = Vec::new();
    if let Some(tune) = tune {
        let (gathered, all) = tuning::gather(tune, groups);
        (study.tuning, candidates) = (Some(gathered), all);
    }
    let tried = candidates.iter().flatten().map(|(cell, _)| cell);
    let known = study.cells.iter().filter(|cell| !cell.id.is_empty());
    same_cells(grid, known.chain(tried), checker);
    measures::fill(&mut study, &cells, grid, checker);
    let runs = |cell: &PlannedCell, seeds: &[u64]| (cell.setup.clone(), seeds.len() as u64);
    let compared = cells.iter().map(|cell| runs(cell, &study.seeds));
    let tuning_seeds = tune.map_or(&[][..], |tune| &tune.seeds);
    let tried = candidates.iter().flatten().map(|(_, cell)| runs(cell, tuning_seeds));
    let all: Vec<_> = compared.chain(tried).collect();
    if let Some(excess) = limits::all_curves(all.iter().map(|(setup, runs)| (&**setup, *runs)))
        && !grid.allow_large
    {
        checker.problems.push(at_start(grid, Problem::Excess(excess)));
    }
    if let (Some(tune), Some(mut gathered)) = (tune, study.tuning.take()) {
        let searches = &gathered.searches;
        gathered.select = tuning::select(grid, tune, &study, searches, &candidates, checker);
        study.tuning = Some(gathered);
    }
    Plan { study, cells, candidates }
}

/// Refuses more runs than anybody wants, of the comparison or of its tuning.
fn too_large(spec: &Spec, checker: &mut Checker) -> bool {
    let refuse = |excess: Option<limits::Excess>, checker: &mut Checker| {
        let excess = excess.filter(|_| !spec.allow_large);
        checker.problems.extend(excess.map(|excess| at_start(spec, Problem::Excess(excess))));
        excess.is_some()
    };
    let tried = spec.tune.iter().flat_map(|tune| &tune.axes);
    let longest = spec.axes.iter().chain(tried).map(|axis| axis.points.len() as u64).max();
    if refuse(longest.and_then(limits::cells), checker) {
        return true; // before its points are compared with each other
    }
    let points = |axes: &dyn Fn(&Learner) -> Vec<Axis>| {
        let of = |learner| Points::over(&axes(learner), learner).count();
        spec.learners.iter().map(of).fold(0, u64::saturating_add)
    };
    let grid = points(&|_| spec.axes.clone());
    let tuned = |learner: &Learner| match &spec.tune {
        Some(tune) if tune.concerns(learner) => [&*spec.axes, &*tune.axes].concat(),
        _ => Vec::new(),
    };
    let trials = if spec.tune.is_some() { points(&tuned) } else { 0 };
    let tuning_seeds = spec.tune.as_ref().map_or(0, |tune| tune.seeds.len() as u64);
    for (cells, seeds) in [(grid, spec.seeds.len() as u64), (trials, tuning_seeds)] {
        if cells.saturating_mul(seeds.max(1)) > MOST_RUNS && !spec.allow_large {
            let problem = Problem::TooLarge { cells, seeds, limit: MOST_RUNS };
            checker.problems.push(at_start(spec, problem));
            return true;
        }
    }
    refuse(limits::cells(grid.saturating_add(trials)), checker)
}

/// Resolves the sections of cells, each section once.
struct Resolver<'a> {
    spec: &'a Spec,
    memo: Memo,
    checker: &'a mut Checker,
}

/// What a cell is made of before it is resolved.
struct Draft<'a> {
    index: usize,
    learner: &'a Learner,
    written: &'a [Written; 6],
    point: &'a Point<'a>,
}

impl Resolver<'_> {
    /// A section with the values of the grid in it.
    fn with_grid(&mut self, draft: &Draft, section: Section) -> Written {
        let plain = &draft.written[section as usize];
        let mut set = Written { table: plain.table.clone(), origin: plain.origin.clone() };
        let entry = registry::learner(&draft.learner.kind).filter(|_| section == Section::Learner);
        let defaults = entry.map(|entry| &entry.defaults);
        for (a, c, p) in draft.point.touching(self.spec, section) {
            let axis = &self.spec.axes[a];
            set.set(&axis.columns[c], &axis.points[p][c], defaults, self.checker);
        }
        set
    }

    /// A section, resolved the first time. `also` is what its defaults depend on.
    fn section<T: Clone>(
        &mut self,
        draft: &Draft,
        section: Section,
        also: Option<Section>,
        memo: fn(&mut Memo) -> &mut HashMap<Key, Option<T>>,
        resolve: impl FnOnce(&Written, &mut Checker) -> Option<T>,
    ) -> Option<T> {
        let shared = matches!(section, Section::Top | Section::Task | Section::Record);
        let mut touching = draft.point.touching(self.spec, section);
        touching.extend(also.into_iter().flat_map(|also| draft.point.touching(self.spec, also)));
        let key = ((!shared).then_some(draft.index), touching);
        if let Some(known) = memo(&mut self.memo).get(&key) {
            return known.clone();
        }
        let written = self.with_grid(draft, section);
        let resolved = resolve(&written, self.checker);
        memo(&mut self.memo).insert(key, resolved.clone());
        resolved
    }

    fn cell(&mut self, draft: &Draft) -> Option<(Cell, PlannedCell)> {
        use Section::{Learner, Network, Record, Task, Top, Train};
        let (spec, learner) = (self.spec, draft.learner);
        // Each before the first `?`, so that a mistake in one does not hide another.
        let top = self.section(draft, Top, None, |memo| &mut memo.top, resolve::top);
        let task = self.section(
            draft,
            Task,
            None,
            |memo| &mut memo.task,
            |w, c| resolve::task(spec, w, c),
        );
        // A task with a mistake leaves the defaults of the other sections open: the usual ones then, for their own mistakes.
        let usual = task::Xor::default();
        let like: &dyn task::Task = task.as_ref().map_or(&usual, |task| &*task.1);
        let on_task = Some(Task);
        let network = self.section(
            draft,
            Network,
            on_task,
            |m| &mut m.network,
            |w, c| resolve::network(w, like, c),
        );
        let train = self.section(
            draft,
            Train,
            on_task,
            |m| &mut m.train,
            |w, c| resolve::train(w, like, c),
        );
        let record = self.section(
            draft,
            Record,
            on_task,
            |m| &mut m.record,
            |w, c| resolve::record(w, like, c),
        );
        let rule = self.section(
            draft,
            Learner,
            None,
            |memo| &mut memo.learner,
            |w, c| resolve::learner(learner, w, c),
        );
        let (top, task, network, train, record, rule) =
            (top?, task?, network?, train?, record?, rule?);
        let resolve::Rule { step, recipe } = &rule.1;
        let excess = limits::task(&*task.1)
            .or_else(|| limits::network(&network.1, task.1.sizes(), recipe.connectivity()));
        if let Some(excess) = excess.filter(|_| !spec.allow_large) {
            self.report(draft, excess.key(), Problem::Excess(excess));
            return None;
        }
        let (precision, master_seed) = top.1;
        let parts = [
            ("task", &task.0),
            ("network", &network.0),
            ("train", &train.0),
            ("record", &record.0),
            ("learner", &rule.0),
            ("precision", &top.0["precision"]),
            ("master_seed", &top.0["master_seed"]),
        ];
        let config = Json::Object(
            parts.map(|(name, part)| (name.to_string(), part.clone())).into_iter().collect(),
        );
        let ingredients = Ingredients {
            task: task.1.clone(),
            network: (*network.1).clone(),
            train: (*train.1).clone(),
            record: (*record.1).clone(),
            optimiser: step.as_ref().map(|step| step.optimiser.clone()).unwrap_or_default(),
            lbfgs: Some(crate::lbfgs::lbfgs),
            learning_rate: step.as_ref().map_or(1.0, |step| step.learning_rate),
            schedule: step.as_ref().map(|step| step.schedule.clone()).unwrap_or_default(),
            precision,
            master_seed,
        };
        let setup = match Setup::new(ingredients, &**recipe) {
            Ok(setup) => setup,
            Err(error) => {
                self.refuse(draft, error);
                return None;
            }
        };
        if let Some(excess) = limits::curves(&setup).filter(|_| !spec.allow_large) {
            self.report(draft, excess.key(), Problem::Excess(excess));
            return None;
        }
        let info = Cell {
            id: identity::id(&config, &*task.1),
            learner: learner.label.clone(),
            kind: learner.kind.clone(),
            axes: draft.point.axes(spec),
            max_epochs: setup.train.max_epochs,
            criterion: setup.train.criterion.as_ref().map(ToString::to_string),
            config,
            weights: match setup.record.weights {
                KeptWeights::None => Which::None,
                KeptWeights::Final => Which::Final,
                KeptWeights::Curve => Which::Curve,
            },
            tuned: Vec::new(),
        };
        Some((info, PlannedCell { setup: Arc::new(setup), recipe: recipe.clone() }))
    }

    /// Reports what does not fit, where it was written; what a rule needs, at the learner.
    fn refuse(&mut self, draft: &Draft, error: SetupError) {
        let path = error.key();
        match error {
            SetupError::Need { .. } => {
                self.checker.report(&draft.learner.origin, &path, Problem::Setup(error));
            }
            error => self.report(draft, &path, Problem::Setup(error)),
        }
    }

    /// Reports a problem of a path where the longest part of it was written.
    fn report(&mut self, draft: &Draft, path: &str, problem: Problem) {
        let keys: Vec<String> = path.split('.').map(str::to_string).collect();
        let written = Section::named(&keys[0]).map(|section| self.with_grid(draft, section));
        let origin = match &written {
            None => &draft.learner.origin,
            Some(written) => {
                let longest =
                    (1..keys.len()).rev().find_map(|end| written.table.at(&keys[1..=end]));
                longest.map_or(&written.origin, |node| &node.origin)
            }
        };
        self.checker.report(origin, path, problem);
    }
}

/// Two cells with one id would be run once and counted twice.
fn same_cells<'a>(spec: &Spec, cells: impl Iterator<Item = &'a Cell>, checker: &mut Checker) {
    let name = |cell: &Cell| {
        let values = spec.axes.iter().flat_map(|axis| &axis.columns).zip(&cell.axes);
        let values = values
            .filter_map(|(column, value)| Some(format!("{}={}", column.name, value.as_ref()?)));
        let values: Vec<_> = values.collect();
        if values.is_empty() {
            cell.learner.clone()
        } else {
            format!("{} ({})", cell.learner, values.join(", "))
        }
    };
    let mut first: HashMap<&str, &Cell> = HashMap::new();
    let mut told = HashSet::new();
    for cell in cells {
        let Some(earlier) = first.insert(&cell.id, cell) else { continue };
        // One message per pair of learners: a grid repeats it in every point.
        if told.insert((&earlier.learner, &cell.learner)) {
            let at = spec.learners.iter().find(|learner| learner.label == cell.learner);
            let at = at.map_or(&spec.start, |learner| &learner.origin);
            let problem = Problem::DoubleCell { first: name(earlier), second: name(cell) };
            checker.report(at, "learner", problem);
        }
    }
}

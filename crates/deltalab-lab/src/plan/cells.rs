//! From [`Spec`] to [`Plan`]: learners × points of the grid.

use super::points::{Point, Points};
use super::resolve::{self, Key, Memo, Written};
use super::{identity, measures};
use crate::check::Checker;
use crate::diagnostic::{Diagnostic, Problem, Problems};
use crate::spec::fields::MOST_RUNS;
use crate::spec::{Learner, Section, Spec, at_start};
use deltalab_core::learner::Recipe;
use deltalab_core::task;
use deltalab_core::train::{Ingredients, Setup, SetupError};
use deltalab_results::study::{Cell, Study};
use serde_json::Value as Json;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// A planned experiment: what it is about, and what runs it.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Cells, seeds, metrics and figures as plain values: what results, statistics and figures need.
    pub study: Study,
    /// What runs each of `study.cells`, in the same order.
    pub cells: Vec<PlannedCell>,
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

    /// Number of runs: cells × seeds.
    pub fn runs(&self) -> u64 {
        self.cells.len() as u64 * self.study.seeds.len() as u64
    }
}

fn plan(spec: &Spec, checker: &mut Checker) -> Plan {
    let mut study = Study {
        name: spec.name.clone(),
        description: spec.description.clone(),
        axes: spec
            .axes
            .iter()
            .flat_map(|axis| &axis.columns)
            .map(|column| column.name.clone())
            .collect(),
        seeds: spec.seeds.clone(),
        ..Study::default()
    };
    let mut cells: Vec<PlannedCell> = Vec::new();
    let points: Vec<_> = spec.learners.iter().map(|learner| Points::new(spec, learner)).collect();
    let asked = points.iter().map(Points::count).fold(0, u64::saturating_add);
    let seeds = spec.seeds.len() as u64;
    if asked.saturating_mul(seeds.max(1)) > MOST_RUNS && !spec.allow_large {
        checker
            .problems
            .push(at_start(spec, Problem::TooLarge { cells: asked, seeds, limit: MOST_RUNS }));
        return Plan { study, cells };
    }
    let mut resolver = Resolver { spec, memo: Memo::default(), checker };
    let mut left = false;
    for (index, (learner, points)) in spec.learners.iter().zip(&points).enumerate() {
        let written = Section::ALL.map(|section| Written::new(spec, learner, section));
        points.for_each(|point| {
            let value = |axis: usize, column: usize| point.value(spec, axis, column);
            if !spec.exclude.iter().any(|exclusion| exclusion.matches(learner, value)) {
                left = true;
                if let Some((info, cell)) =
                    resolver.cell(&Draft { index, learner, written: &written, point })
                {
                    study.cells.push(info);
                    cells.push(cell);
                }
            }
        });
    }
    if !left && !spec.learners.is_empty() {
        resolver.checker.problems.push(at_start(spec, Problem::NoCell));
    }
    same_cells(spec, &study.cells, checker);
    measures::fill(&mut study, &cells, spec, checker);
    Plan { study, cells }
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
        for (a, c, p) in draft.point.touching(self.spec, section) {
            let axis = &self.spec.axes[a];
            set.set(&axis.columns[c], &axis.points[p][c], self.checker);
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
        let resolve::Rule { step, recipe } = &rule.1;
        let ingredients = Ingredients {
            task: task.1.clone(),
            network: (*network.1).clone(),
            train: (*train.1).clone(),
            record: (*record.1).clone(),
            optimiser: step.as_ref().map(|step| step.optimiser.clone()).unwrap_or_default(),
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
        let info = Cell {
            id: identity::id(&config, &*task.1),
            learner: learner.label.clone(),
            kind: learner.kind.clone(),
            axes: draft.point.axes(spec),
            max_epochs: setup.train.max_epochs,
            criterion: setup.train.criterion.as_ref().map(ToString::to_string),
            config,
        };
        Some((info, PlannedCell { setup: Arc::new(setup), recipe: recipe.clone() }))
    }

    /// Reports what does not fit, where it was written; what a rule needs, at the learner.
    fn refuse(&mut self, draft: &Draft, error: SetupError) {
        let path = error.key();
        let keys: Vec<String> = path.split('.').map(str::to_string).collect();
        let section =
            Section::named(&keys[0]).filter(|_| !matches!(error, SetupError::Need { .. }));
        let written = section.map(|section| self.with_grid(draft, section));
        let origin = match &written {
            None => &draft.learner.origin,
            Some(written) => {
                let longest =
                    (1..keys.len()).rev().find_map(|end| written.table.at(&keys[1..=end]));
                longest.map_or(&written.origin, |node| &node.origin)
            }
        };
        self.checker.report(origin, &path, Problem::Setup(error));
    }
}

/// Two cells with one id would be run once and counted twice.
fn same_cells(spec: &Spec, cells: &[Cell], checker: &mut Checker) {
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

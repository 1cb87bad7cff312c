//! The training loop: gather patterns, learn, measure, and close the epoch lane by lane.

use super::alignment::Alignment;
use super::group::{Group, Outcome, Snapshot, Status};
use super::params::{Bound, KeptWeights, Order, Reduction};
use super::search::Search;
use super::setup::{Column, Over, Setup, Target};
use super::tally::Tally;
use crate::learner::{Batch, Learner};
use crate::metric::Metric;
use crate::network::product::TERMS;
use crate::network::{Initial, Network, Parameters};
use crate::optimiser::Optimiser;
use crate::random::{Purpose, Stream, Streams};
use crate::real::{Elem, Kernel, Mask, Real};
use crate::task::{Patterns, Sample};
use std::sync::Arc;

/// Runs of one cell in the lanes of `R`.
pub(super) struct Trainer<R: Real> {
    setup: Arc<Setup>,
    pub(super) network: Network<R>,
    pub(super) learner: Box<dyn Learner<R>>,
    pub(super) optimiser: Optimiser<R>,
    pub(super) direction: Parameters<R>,
    /// What a batch optimiser looks for the change with; there is one lane then.
    search: Option<Search<R::Elem>>,
    pub(super) batch: Batch<R>,
    /// Held-out patterns on their way through the network.
    test_batch: Batch<R>,
    /// The cues of each probe, and no others.
    probes: Batch<R>,
    train: Tally<R>,
    test: Tally<R>,
    /// How the rule's direction lies to the exact gradient, where some column asks.
    alignment: Option<Alignment<R>>,
    lanes: Vec<Option<Run<R::Elem>>>,
    /// Epochs since the group began; a run counts its own from where it came in.
    epoch: u64,
    /// The epoch after which some lane has a point of its curve, a change of rate, or its end.
    next_event: u64,
    /// 1 in lanes that hold a run.
    busy: R,
    /// Epochs in a row in which the criterion was met, by lane.
    met: R,
    /// Epoch after which the test patterns were last shown.
    tested: u64,
    /// Whether all lanes see the same patterns in the same order.
    shared: bool,
    /// Patterns that are laid out at once.
    block: usize,
    /// Whether the batch holds the whole epoch, in an order that stays.
    laid_out: bool,
    /// Whether direction and change can be made in one pass over the weights: of a mean, where it is over a power of two.
    at_once: bool,
    /// Inputs and targets as numbers of the run, and the patterns that they were made from.
    prepared: Option<(Arc<Patterns>, Data<R::Elem>)>,
}

/// Inputs and targets, pattern after pattern.
#[derive(Clone)]
struct Data<E> {
    inputs: Arc<Vec<E>>,
    targets: Arc<Vec<E>>,
}

/// One run in its lane.
struct Run<E> {
    seed: u64,
    /// The group's epoch before its first.
    began: u64,
    data: Data<E>,
    train: Vec<u32>,
    test: Vec<u32>,
    /// The order of this epoch.
    order: Vec<u32>,
    order_stream: Stream,
    curve_epochs: Vec<u64>,
    curve: Vec<f64>,
    snapshots: Vec<Snapshot>,
}

/// What an epoch leaves behind: where the criterion is met and where numbers stopped being finite, 1 or 0 by lane.
struct Closing<R> {
    solved: R,
    broken: R,
    any: bool,
}

/// Sees every update, once its direction is known and before the change is made.
pub(super) trait Watch<R: Real> {
    /// Whether it looks at the direction.
    const SEES: bool;
    /// Whether training goes on.
    fn goes_on(&self) -> bool;
    /// An update with the patterns from `start` to `end` of each lane's order.
    fn update(&mut self, trainer: &Trainer<R>, start: usize, end: usize);
}

/// Nobody watches: what ordinary training compiles to.
struct Unwatched;

impl<R: Real> Watch<R> for Unwatched {
    const SEES: bool = false;
    #[inline(always)]
    fn goes_on(&self) -> bool {
        true
    }
    #[inline(always)]
    fn update(&mut self, _: &Trainer<R>, _: usize, _: usize) {}
}

/// Memory for patterns that are laid out at once: half of the nearest cache.
const LAID_OUT_BYTES: usize = 16 * 1024;

/// The most points of a curve for which room is made before the run begins.
const RESERVED_POINTS: u64 = 1 << 20;

impl<R: Real> Trainer<R> {
    pub(super) fn boxed(setup: &Arc<Setup>, learner: Box<dyn Learner<R>>) -> Box<dyn Group> {
        Box::new(Self::new(setup, learner))
    }

    /// A trainer with empty lanes.
    pub(super) fn new(setup: &Arc<Setup>, learner: Box<dyn Learner<R>>) -> Self {
        let topology = &setup.topology;
        let (inputs, outputs) = setup.task_sizes();
        let units: Vec<_> = topology.layers.iter().map(|layer| layer.units).collect();
        let tally = |over| {
            let columns = setup.finals.iter().filter(|column| match column.over {
                Over::Train | Over::Network | Over::Layer(_) | Over::Pair(_) | Over::Rank(_) => {
                    over == Over::Train
                }
                Over::Test => over == Over::Test,
                Over::Probe(_) => false,
            });
            Tally::new(&columns.cloned().collect::<Vec<_>>(), &setup.train.error, &units)
        };
        let [train, test] = [Over::Train, Over::Test].map(tally);
        let asked = setup.finals.iter().any(|column| column.metric.needs_gradient());
        let alignment = asked.then(|| Alignment::new(setup));
        let optimiser = Optimiser::new(setup.optimiser.clone(), setup.learning_rate, topology);
        let size = setup.batch();
        let updates = LAID_OUT_BYTES / ((inputs + outputs) * size * size_of::<R>()).max(1);
        let block = (size * updates.max(1)).min(setup.train_patterns.next_multiple_of(size));
        let mut probes = Batch::zeros(inputs, outputs, setup.probes.len());
        for (column, probe) in setup.probes.iter().enumerate() {
            for &cue in &probe.cues {
                probes.pattern_mut(column).0[cue] = R::one();
            }
        }
        let at_once = learner.factors().is_some()
            && optimiser.plain_rate().is_some()
            && topology.learns_freely()
            && alignment.is_none()
            && size <= TERMS;
        Self {
            network: Network::new(topology.clone()),
            learner,
            optimiser,
            direction: Parameters::zeros(topology),
            search: Search::new(setup),
            batch: Batch::zeros(inputs, outputs, block),
            test_batch: Batch::zeros(inputs, outputs, size),
            probes,
            train,
            test,
            alignment,
            lanes: (0..R::LANES).map(|_| None).collect(),
            epoch: 0,
            next_event: 0,
            busy: R::zero(),
            met: R::zero(),
            tested: 0,
            shared: false,
            block,
            laid_out: false,
            at_once,
            prepared: None,
            setup: setup.clone(),
        }
    }

    /// Puts a new run into a lane, or leaves it empty.
    fn start(&mut self, lane: usize, seed: Option<u64>) {
        self.busy.lanes_mut()[lane] = R::Elem::nearest(f64::from(u8::from(seed.is_some())));
        self.met.lanes_mut()[lane] = R::Elem::nearest(0.0);
        let Some(seed) = seed else {
            self.lanes[lane] = None;
            return;
        };
        let setup = self.setup.clone();
        let streams = Streams::new(setup.master_seed, seed);
        let initial = Initial::draw(&setup.network, &setup.topology, &streams);
        self.network.set_lane(lane, &initial);
        self.optimiser.reset_lane(lane);
        if let Some(search) = &mut self.search {
            search.reset();
        }
        self.optimiser.set_rate(lane, setup.schedule.factor(1));
        let sample = setup.task.sample(&streams);
        let data = self.prepare(&sample);
        let points = match setup.probes.is_empty() {
            true => setup.train.max_epochs / setup.record.every + 2,
            false => sample.train.len() as u64 / setup.record.every + 2,
        };
        let points = points.min(RESERVED_POINTS) as usize;
        self.lanes[lane] = Some(Run {
            seed,
            began: self.epoch,
            data,
            order: sample.train.clone(),
            train: sample.train,
            test: sample.test,
            order_stream: streams.stream(Purpose::Order, ""),
            curve_epochs: Vec::with_capacity(points),
            curve: Vec::with_capacity(points * setup.curves.len()),
            snapshots: Vec::new(),
        });
    }

    /// The patterns as numbers of the run. Made once for patterns that many runs share.
    fn prepare(&mut self, sample: &Sample) -> Data<R::Elem> {
        if let Some((patterns, data)) = &self.prepared
            && Arc::ptr_eq(patterns, &sample.patterns)
            && sample.standardise.is_none()
        {
            return data.clone();
        }
        let inputs = sample.patterns.inputs.column_iter().flat_map(|x| {
            let scaled = x.iter().enumerate().map(|(i, &x)| match &sample.standardise {
                Some(s) => R::Elem::nearest((x - s.mean[i]) * s.scale[i]),
                None => R::Elem::nearest(x),
            });
            scaled.collect::<Vec<_>>()
        });
        let targets = sample.patterns.targets.iter().map(|&t| R::Elem::nearest(t));
        let data =
            Data { inputs: Arc::new(inputs.collect()), targets: Arc::new(targets.collect()) };
        if sample.standardise.is_none() {
            self.prepared = Some((sample.patterns.clone(), data.clone()));
        }
        data
    }

    /// The epoch of the run in a lane, from 1, and its patterns from `start` to `end`, as indices in the data.
    pub(super) fn present(&self, lane: usize, start: usize, end: usize) -> Option<(u64, &[u32])> {
        let run = self.lanes[lane].as_ref()?;
        Some((self.epoch - run.began + 1, &run.order[start..end]))
    }

    /// Whether every busy lane sees the same patterns in the same order, so that one look-up serves all.
    fn all_alike(&self) -> bool {
        let mut runs = self.lanes.iter().flatten();
        let Some(first) = runs.next() else { return false };
        let fixed = self.setup.train.order == Order::Sequential
            || self.setup.batch() == self.setup.train_patterns;
        let random_batch = self.setup.train.order == Order::Random;
        fixed
            && !random_batch
            && runs.all(|run| {
                Arc::ptr_eq(&run.data.inputs, &first.data.inputs)
                    && Arc::ptr_eq(&run.data.targets, &first.data.targets)
                    && run.train == first.train
            })
    }

    /// The order of the coming epoch in every lane.
    fn shuffle(&mut self) {
        let whole = self.setup.batch() == self.setup.train_patterns;
        match self.setup.train.order {
            Order::Permuted if !whole => {
                for run in self.lanes.iter_mut().flatten() {
                    run.order_stream.shuffle(&mut run.order);
                }
            }
            Order::Random => {
                for run in self.lanes.iter_mut().flatten() {
                    for slot in &mut run.order {
                        *slot = run.train[run.order_stream.below(run.train.len() as u32) as usize];
                    }
                }
            }
            Order::Permuted | Order::Sequential => {}
        }
    }

    /// One epoch: every pattern presented and learned from. Allocates nothing.
    #[inline(always)]
    fn run_epoch<W: Watch<R>>(&mut self, watch: &mut W) -> Closing<R> {
        let patterns = self.setup.train_patterns;
        let size = self.setup.batch();
        self.train.clear();
        if let Some(alignment) = &mut self.alignment {
            alignment.clear();
        }
        let mut start = 0;
        let mut laid_out = if self.laid_out { patterns } else { 0 };
        self.batch.first = 0;
        while start < patterns && watch.goes_on() {
            let end = (start + size).min(patterns);
            if start == laid_out {
                laid_out = (start + self.block).min(patterns);
                self.lay_out(start, laid_out);
                self.batch.first = 0;
            }
            self.batch.patterns = end - start;
            let share = match self.setup.train.reduction {
                Reduction::Sum => Some(R::one()),
                Reduction::Mean => reciprocal(end - start),
            };
            if let (false, true, Some(share)) = (W::SEES, self.at_once, share) {
                self.step(share);
            } else {
                self.direct();
                if self.search.is_some() {
                    self.find_change();
                }
                watch.update(self, start, end);
                self.optimiser.apply(&self.direction, &mut self.network);
            }
            self.batch.first += end - start;
            if !self.setup.probes.is_empty() {
                self.record_probes(end as u64);
            }
            start = end;
        }
        self.batch.first = 0;
        self.epoch += 1;
        self.close()
    }

    /// Shows one batch to the learner and makes the change in one pass over the weights.
    #[inline(always)]
    fn step(&mut self, share: R) {
        self.learner.meet(&self.network, &self.batch);
        self.count();
        if let (Some((a, b)), Some(rate)) = (self.learner.factors(), self.optimiser.plain_rate()) {
            self.network.step((rate, share), a, b, self.batch.patterns);
        }
    }

    /// Adds what the learner has just met to the metrics of the epoch.
    #[inline(always)]
    fn count(&mut self) {
        let patterns = self.batch.patterns;
        self.train.add(&self.network, &*self.learner, self.learner.target(&self.batch), patterns);
        self.train.add_delta(&*self.learner, patterns);
        self.train.add_phases(&*self.learner, patterns);
    }

    /// Shows one batch to the learner and finds the direction of the change.
    #[inline(always)]
    fn direct(&mut self) {
        let patterns = self.batch.patterns;
        self.learner.direction(&self.network, &self.batch, &mut self.direction);
        self.count();
        if let Some(alignment) = &mut self.alignment {
            alignment.add(&self.network, &self.batch, &self.direction);
        }
        if self.setup.train.reduction == Reduction::Mean {
            let (count, share) = (R::of(patterns as f64), reciprocal::<R>(patterns));
            for c in self.direction.slices_mut() {
                for c in c {
                    match share {
                        Some(share) => *c *= share,
                        None => *c /= count,
                    }
                }
            }
        }
    }

    /// The change of an epoch, where the optimiser looks for it with the loss of the whole training set.
    #[cold]
    fn find_change(&mut self) {
        let Self { search, network, learner, optimiser, direction, batch, .. } = self;
        let Some(search) = search else { return };
        let output = learner.activity().of(network.topology.output(), batch.patterns);
        search.find(network, batch, output, direction, optimiser.found_mut());
    }

    /// Passes over the training patterns that a run of so many epochs has made.
    fn passes(&self, epochs: u64) -> u64 {
        self.search.as_ref().map_or(epochs, Search::passes)
    }

    /// Lays out the patterns from `start` to `end` of each lane's order, side by side.
    #[inline(always)]
    fn lay_out(&mut self, start: usize, end: usize) {
        let Self { batch, lanes, setup, shared, .. } = self;
        let sizes = setup.task_sizes();
        if let (true, Some(run)) = (*shared, lanes.iter().flatten().next()) {
            place_for_all(batch, &run.data, &run.order[start..end], sizes);
        } else {
            place_by_lane(batch, lanes, Which::Train, (start, end), sizes);
        }
        self.laid_out = *shared && end - start == setup.train_patterns;
    }

    /// Whether the criterion is met and everything is finite, lane by lane.
    #[inline(always)]
    fn close(&mut self) -> Closing<R> {
        let mut sum = R::zero();
        for x in self.network.values.slices() {
            for &x in x {
                sum += x * R::zero(); // 0, or NaN where x is not finite
            }
        }
        let finite = self.train.finite().and(sum.ge(R::zero()));
        let busy = self.busy.gt(R::zero());
        let broken = busy.and(finite.not());
        let solved = match self.setup.criterion {
            Some(target) => busy.and(self.solved(target)),
            None => R::Mask::all_lanes(false),
        };
        let (zero, one) = (R::zero(), R::one());
        Closing {
            solved: R::select(solved, one, zero),
            broken: R::select(broken, one, zero),
            any: solved.or(broken).any(),
        }
    }

    #[inline(always)]
    fn solved(&mut self, target: Target) -> R::Mask {
        let value = match target.over {
            Over::Test => {
                self.show_test();
                self.test.value(target.metric)
            }
            _ => self.train.value(target.metric),
        };
        let now = match target.bound {
            Bound::Below(x) => R::of(x).gt(value),
            Bound::AtMost(x) => R::of(x).ge(value),
            Bound::Above(x) => value.gt(R::of(x)),
            Bound::AtLeast(x) => value.ge(R::of(x)),
        };
        self.met = R::select(now, self.met + R::one(), R::zero());
        self.met.ge(R::of(target.epochs as f64))
    }

    /// Shows every lane its held-out patterns, once per epoch at most.
    #[inline(always)]
    fn show_test(&mut self) {
        if self.tested == self.epoch {
            return;
        }
        self.tested = self.epoch;
        self.test.clear();
        let count = self.lanes.iter().flatten().map(|run| run.test.len()).next().unwrap_or(0);
        let size = self.setup.batch();
        let sizes = self.setup.task_sizes();
        let mut start = 0;
        while start < count {
            let end = (start + size).min(count);
            self.test_batch.patterns = end - start;
            place_by_lane(&mut self.test_batch, &self.lanes, Which::Test, (start, end), sizes);
            self.learner.respond(&self.network, &self.test_batch);
            self.test.add(&self.network, &*self.learner, self.test_batch.target(), end - start);
            start = end;
        }
    }

    /// Associative strengths after a trial: the outputs to each probe's cues alone.
    #[inline(always)]
    fn record_probes(&mut self, trial: u64) {
        let (every, trials) = (self.setup.record.every, self.setup.train_patterns as u64);
        if !trial.is_multiple_of(every) && trial != 1 && trial != trials {
            return;
        }
        self.show_probes();
        let layer = self.network.topology.output();
        let outputs = self.network.topology.layers[layer].units;
        let v = self.learner.activity().of(layer, self.setup.probes.len());
        for (lane, run) in self.lanes.iter_mut().enumerate() {
            let Some(run) = run else { continue };
            run.curve_epochs.push(trial);
            for (column, probe) in self.setup.probes.iter().enumerate() {
                run.curve.push(v[column * outputs + probe.outcome].lanes()[lane].to_f64());
            }
        }
        if self.setup.record.weights == KeptWeights::Curve {
            (0..R::LANES).for_each(|lane| self.snap(lane, trial));
        }
    }

    /// Keeps the weights of a run as they are after an epoch, or a trial.
    #[cold]
    fn snap(&mut self, lane: usize, epoch: u64) {
        if let Some(run) = &mut self.lanes[lane] {
            let parameters = self.network.values.lane(lane);
            run.snapshots.push(Snapshot { epoch, parameters });
        }
    }

    #[inline(always)]
    fn show_probes(&mut self) {
        self.learner.respond(&self.network, &self.probes);
    }

    /// Points of curves, changes of rate, ends of runs: whatever is due after this epoch.
    fn settle_accounts(
        &mut self,
        closing: &Closing<R>,
        next: &mut dyn FnMut() -> Option<u64>,
        done: &mut dyn FnMut(Outcome),
    ) {
        let setup = self.setup.clone();
        let one = R::Elem::nearest(1.0);
        for lane in 0..R::LANES {
            let Some(run) = &self.lanes[lane] else { continue };
            let epoch = self.epoch - run.began;
            let passes = self.passes(epoch);
            let status = if closing.broken.lanes()[lane] == one {
                Some(Status::Diverged)
            } else if closing.solved.lanes()[lane] == one {
                Some(Status::Solved)
            } else {
                (epoch == setup.train.max_epochs).then_some(Status::Unsolved)
            };
            let due = epoch == 1 || epoch.is_multiple_of(setup.record.every) || status.is_some();
            let values = if due { self.measure(lane, passes, &setup.finals) } else { Vec::new() };
            // Where there are no probes, which are recorded trial by trial, the curves are those of the final metrics.
            if due
                && setup.probes.is_empty()
                && let Some(run) = &mut self.lanes[lane]
            {
                run.curve_epochs.push(epoch);
                run.curve.extend(&values);
            }
            let snap = match setup.record.weights {
                KeptWeights::None => false,
                KeptWeights::Final => status.is_some(),
                KeptWeights::Curve => due && setup.probes.is_empty(),
            };
            if snap {
                let trials = setup.train_patterns as u64;
                self.snap(lane, if setup.probes.is_empty() { epoch } else { trials });
            }
            match status {
                Some(status) => {
                    if let Some(run) = self.lanes[lane].take() {
                        done(Outcome {
                            seed: run.seed,
                            status,
                            epochs: epoch,
                            finals: values,
                            curve_epochs: run.curve_epochs,
                            curve: run.curve,
                            pattern_updates: passes * setup.train_patterns as u64,
                            weights: run.snapshots,
                        });
                    }
                    self.start(lane, next());
                }
                None if !setup.schedule.is_constant() => {
                    self.optimiser.set_rate(lane, setup.schedule.factor(epoch + 1));
                }
                None => {}
            }
        }
        self.plan_next_event();
    }

    /// The values of columns in one lane, whose run has made so many passes over the training patterns.
    fn measure(&mut self, lane: usize, passes: u64, columns: &[Column]) -> Vec<f64> {
        if columns.iter().any(|column| column.over == Over::Test) {
            R::enter(ShowTest(self));
        }
        if columns.iter().any(|column| matches!(column.over, Over::Probe(_))) {
            R::enter(ShowProbes(self));
        }
        let (train, test) = (self.train.lane(lane), self.test.lane(lane));
        let at = |x: &R| x.lanes()[lane].to_f64();
        let values = columns.iter().map(|column| match (column.over, column.metric) {
            (Over::Train, metric) => train.value(metric).to_f64(),
            (Over::Test, metric) => test.value(metric).to_f64(),
            (_, Metric::Evaluations) => passes as f64,
            (over, Metric::DeltaNorm) => train.delta_norm(over).to_f64(),
            (over, metric @ (Metric::GradientAngle | Metric::GradientRatio)) => {
                let alignment = self.alignment.as_ref();
                alignment.map_or(f64::NAN, |alignment| alignment.value(metric, over, lane))
            }
            (_, metric @ (Metric::SettlingSteps | Metric::Settled)) => train.value(metric).to_f64(),
            (Over::Probe(n), _) => {
                let layer = self.network.topology.output();
                let (outputs, probes) =
                    (self.network.topology.layers[layer].units, self.setup.probes.len());
                let v = self.learner.activity().of(layer, probes);
                at(&v[n * outputs + self.setup.probes[n].outcome])
            }
            (Over::Pair(path), _) => self.network.symmetry(Some(path), lane),
            (_, Metric::WeightSymmetry) => self.network.symmetry(None, lane),
            (_, Metric::MirrorAntisymmetry) => self.network.mirror_antisymmetry(lane),
            (_, Metric::TwinCosine) => self.network.twin_cosine(lane),
            (Over::Rank(k), _) => self.network.mirror_ratio(k, lane),
            (_, Metric::MirrorRatio) => {
                self.network.mirror_ratio(self.network.topology.mirrored_pairs(), lane)
            }
            (Over::Network | Over::Layer(_), _) => {
                let mut squares = 0.0;
                for w in self.network.values.weights.iter().flat_map(|w| w.iter()) {
                    squares += at(w) * at(w);
                }
                squares.sqrt()
            }
        });
        values.collect()
    }

    fn plan_next_event(&mut self) {
        self.shared = self.all_alike();
        self.laid_out = false;
        let (every, last) = (self.setup.record.every, self.setup.train.max_epochs);
        let constant = self.setup.schedule.is_constant();
        let upcoming = self.lanes.iter().flatten().map(|run| {
            let epoch = self.epoch - run.began;
            let point = if epoch == 0 { 1 } else { (epoch / every + 1) * every };
            run.began + if constant { point.min(last) } else { epoch + 1 }
        });
        self.next_event = upcoming.min().unwrap_or(u64::MAX);
    }
}

/// 1 over a number of patterns, where multiplying by it has the bits of dividing by the number: of a power of two.
#[inline(always)]
fn reciprocal<R: Real>(patterns: usize) -> Option<R> {
    if patterns.is_power_of_two() { Some(R::of(1.0 / patterns as f64)) } else { None }
}

/// Patterns side by side into every lane of a batch, by their indices in the data; `(inputs, outputs)` units each.
#[inline(always)]
fn place_for_all<R: Real>(
    batch: &mut Batch<R>,
    data: &Data<R::Elem>,
    patterns: &[u32],
    (inputs, outputs): (usize, usize),
) {
    for (column, &pattern) in patterns.iter().enumerate() {
        let pattern = pattern as usize;
        let (input, target) = batch.pattern_mut(column);
        fill(input, &data.inputs[pattern * inputs..(pattern + 1) * inputs]);
        fill(target, &data.targets[pattern * outputs..(pattern + 1) * outputs]);
    }
}

/// Which of a run's patterns.
#[derive(Clone, Copy)]
enum Which {
    /// The order of this epoch.
    Train,
    /// Those held out.
    Test,
}

/// Patterns `start` to `end` of each run side by side into its lane. All lanes of as many patterns as stay in the nearest cache come
/// before the next: a lane's numbers lie apart, and each line of memory holds those of many.
#[inline(always)]
fn place_by_lane<R: Real>(
    batch: &mut Batch<R>,
    lanes: &[Option<Run<R::Elem>>],
    which: Which,
    (start, end): (usize, usize),
    (inputs, outputs): (usize, usize),
) {
    let near = (LAID_OUT_BYTES / ((inputs + outputs) * size_of::<R>()).max(1)).max(1);
    let (x, t) = batch.numbers_mut();
    let mut from = start;
    while from < end {
        let to = (from + near).min(end);
        let (x, t) = (
            &mut x[(from - start) * inputs * R::LANES..],
            &mut t[(from - start) * outputs * R::LANES..],
        );
        for (lane, run) in lanes.iter().enumerate() {
            let Some(run) = run else { continue };
            let patterns = match which {
                Which::Train => &run.order[from..to],
                Which::Test => &run.test[from..to],
            };
            fill_lane::<R>(x, lane, &run.data.inputs, patterns, inputs);
            fill_lane::<R>(t, lane, &run.data.targets, patterns, outputs);
        }
        from = to;
    }
}

/// The same pattern in every lane.
#[inline(always)]
fn fill<R: Real>(units: &mut [R], from: &[R::Elem]) {
    for (unit, &x) in units.iter_mut().zip(from) {
        *unit = R::splat(x);
    }
}

/// Patterns in one lane, each of so many units. The numbers of small patterns are known to the compiler: counting them would take
/// longer than moving them.
#[inline(always)]
fn fill_lane<R: Real>(
    numbers: &mut [R::Elem],
    lane: usize,
    from: &[R::Elem],
    patterns: &[u32],
    units: usize,
) {
    match units {
        1 => fill_units::<R>(numbers, lane, from, patterns, 1),
        2 => fill_units::<R>(numbers, lane, from, patterns, 2),
        3 => fill_units::<R>(numbers, lane, from, patterns, 3),
        4 => fill_units::<R>(numbers, lane, from, patterns, 4),
        8 => fill_units::<R>(numbers, lane, from, patterns, 8),
        _ => fill_units::<R>(numbers, lane, from, patterns, units),
    }
}

/// [`fill_lane`] of patterns of so many units.
#[inline(always)]
fn fill_units<R: Real>(
    numbers: &mut [R::Elem],
    lane: usize,
    from: &[R::Elem],
    patterns: &[u32],
    units: usize,
) {
    assert!(lane < R::LANES);
    for (to, &pattern) in numbers.chunks_exact_mut((units * R::LANES).max(1)).zip(patterns) {
        let first = pattern as usize * units;
        let from = &from[first..first + units];
        for unit in 0..units {
            to[unit * R::LANES + lane] = from[unit];
        }
    }
}

impl<R: Real> Group for Trainer<R> {
    fn lanes(&self) -> usize {
        R::LANES
    }

    fn train(
        &mut self,
        next: &mut dyn FnMut() -> Option<u64>,
        done: &mut dyn FnMut(Outcome),
        stopped: &dyn Fn() -> bool,
    ) {
        self.train_watched(&mut Unwatched, next, done, stopped);
    }
}

impl<R: Real> Trainer<R> {
    /// [`Group::train`], seen by a watch; runs that have not ended when it has seen enough are given up.
    pub(super) fn train_watched<W: Watch<R>>(
        &mut self,
        watch: &mut W,
        next: &mut dyn FnMut() -> Option<u64>,
        done: &mut dyn FnMut(Outcome),
        stopped: &dyn Fn() -> bool,
    ) {
        for lane in 0..R::LANES {
            self.start(lane, next());
        }
        self.plan_next_event();
        while self.lanes.iter().any(Option::is_some) {
            if stopped() || !watch.goes_on() {
                self.lanes.iter_mut().for_each(|run| *run = None);
                return;
            }
            self.shuffle();
            let closing = R::enter(RunEpoch(self, watch));
            if closing.any || self.epoch >= self.next_event {
                self.settle_accounts(&closing, next, done);
            }
        }
    }
}

struct RunEpoch<'a, R: Real, W>(&'a mut Trainer<R>, &'a mut W);

impl<R: Real, W: Watch<R>> Kernel for RunEpoch<'_, R, W> {
    type Out = Closing<R>;
    #[inline(always)]
    fn run(self) -> Closing<R> {
        self.0.run_epoch(self.1)
    }
}

struct ShowTest<'a, R: Real>(&'a mut Trainer<R>);

impl<R: Real> Kernel for ShowTest<'_, R> {
    type Out = ();
    #[inline(always)]
    fn run(self) {
        self.0.show_test();
    }
}

struct ShowProbes<'a, R: Real>(&'a mut Trainer<R>);

impl<R: Real> Kernel for ShowProbes<'_, R> {
    type Out = ();
    #[inline(always)]
    fn run(self) {
        self.0.show_probes();
    }
}

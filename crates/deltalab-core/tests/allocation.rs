//! The update loop allocates nothing: a counting allocator, read at the boundaries of epochs.

use deltalab_core::learner::{
    ActivationBackprop, AlmeidaPineda, Backprop, ClampKind, Configured, Delta, Form, GeneRec, Hard,
    Iterations, Nudge, Perceptron, Recipe, RescorlaWagner, Rule, Sender, Sides, Stable,
};
use deltalab_core::network::{Activation, Connectivity, NetworkParams};
use deltalab_core::optimiser::schedule::Exponential;
use deltalab_core::optimiser::{OptimiserParams, Schedule};
use deltalab_core::real::Level;
use deltalab_core::task::{Iris, PatternAssociator, Set, Task};
use deltalab_core::train::{
    BatchSize, Criterion, Ingredients, Order, Precision, RecordParams, Setup, TrainParams,
};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::{Cell, RefCell};
use std::sync::Arc;

thread_local! {
    /// Allocations of this thread: tests run side by side.
    static COUNT: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: every call is handed on to the system's allocator as it is; counting touches no memory that it gives out.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.with(|count| count.set(count.get() + 1));
        // SAFETY: the caller's promises are those that `System` asks for.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        COUNT.with(|count| count.set(count.get() + 1));
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        COUNT.with(|count| count.set(count.get() + 1));
        // SAFETY: as above.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const EPOCHS: usize = 40;

/// Fails where any epoch but the first and the last, at which points of the curve are due, allocates or frees.
fn allocates_nothing<L: Rule>(cell: &Ingredients, params: &L::Params) {
    for level in [Level::Scalar, Level::widest()] {
        for precision in [Precision::F32, Precision::F64] {
            let recipe = Configured::<L>(params.clone());
            let ingredients = Ingredients { precision, ..cell.clone() };
            let setup = Arc::new(Setup::new(ingredients, &recipe).expect("a cell that fits"));
            let mut group = recipe.group(&setup, level, 4);
            let counts = RefCell::new(Vec::with_capacity(EPOCHS + 1));
            let mut seeds = 0..4;
            group.train(&mut || seeds.next(), &mut |_| {}, &|| {
                counts.borrow_mut().push(COUNT.with(Cell::get));
                false
            });
            let counts = counts.into_inner();
            let what = format!("{}, {level}, {precision:?}, {cell:?}", L::KIND);
            assert!(counts.len() >= EPOCHS, "{} epochs were seen: {what}", counts.len());
            // counts[n] is read before epoch n + 1 of the first runs; without lanes the other runs come after.
            let during = &counts[1..EPOCHS];
            assert!(during.iter().all(|&count| count == during[0]), "{during:?}: {what}");
        }
    }
}

fn cell(task: impl Task + 'static, network: NetworkParams) -> Ingredients {
    let criterion =
        Criterion { metric: "sse".to_string(), below: Some(-1.0), ..Criterion::default() };
    Ingredients {
        task: Arc::new(task),
        network,
        train: TrainParams {
            max_epochs: EPOCHS as u64,
            criterion: Some(criterion),
            ..TrainParams::default()
        },
        record: RecordParams { every: 1_000_000, ..RecordParams::default() },
        optimiser: OptimiserParams::default(),
        lbfgs: None,
        learning_rate: 0.01,
        schedule: Schedule::Constant,
        precision: Precision::F64,
        master_seed: 0,
    }
}

fn for_each_optimiser<L: Rule>(cell: &Ingredients) {
    let optimisers = [
        OptimiserParams::Sgd(Default::default()),
        OptimiserParams::Momentum(Default::default()),
        OptimiserParams::Nesterov(Default::default()),
        OptimiserParams::Rmsprop(Default::default()),
        OptimiserParams::Adam(Default::default()),
        OptimiserParams::Rprop(Default::default()),
    ];
    for optimiser in optimisers {
        for (order, batch) in [(Order::Permuted, 1), (Order::Random, 3), (Order::Sequential, 2)] {
            for schedule in [Schedule::Constant, Schedule::Exponential(Exponential { decay: 0.9 })]
            {
                let mut cell =
                    Ingredients { optimiser: optimiser.clone(), schedule, ..cell.clone() };
                (cell.train.order, cell.train.batch) = (order, BatchSize::Patterns(batch));
                allocates_nothing::<L>(&cell, &L::Params::default());
            }
        }
    }
}

fn network(hidden: &[usize], activation: Activation) -> NetworkParams {
    NetworkParams { hidden: hidden.to_vec(), activation, ..NetworkParams::default() }
}

/// The counter counts: otherwise everything below holds for nothing.
#[test]
fn an_allocation_is_seen() {
    let before = COUNT.with(Cell::get);
    let list = std::hint::black_box(vec![1_u64; 100]);
    assert_eq!(COUNT.with(Cell::get) - before, 1);
    drop(list);
    assert_eq!(COUNT.with(Cell::get) - before, 2);
}

#[test]
fn backprop_allocates_nothing_while_it_learns() {
    for_each_optimiser::<Backprop>(&cell(
        PatternAssociator { set: Set::Hard },
        network(&[3], Activation::Tanh),
    ));
}

#[test]
fn delta_allocates_nothing_while_it_learns() {
    for_each_optimiser::<Delta>(&cell(
        PatternAssociator { set: Set::Hard },
        network(&[], Activation::Logistic),
    ));
}

#[test]
fn perceptron_allocates_nothing_while_it_learns() {
    for_each_optimiser::<Perceptron>(&cell(
        PatternAssociator { set: Set::Hard },
        network(&[], Activation::Threshold),
    ));
}

#[test]
fn rescorla_wagner_allocates_nothing_while_it_learns() {
    let network = NetworkParams { biases: false, ..network(&[], Activation::Linear) };
    for_each_optimiser::<RescorlaWagner>(&cell(PatternAssociator { set: Set::Hard }, network));
}

/// Nets with cycles that share their weights, with lateral paths. (Optimisers are seen to above.)
fn settling_cell(connectivity: Connectivity) -> Ingredients {
    let mut cell = cell(
        PatternAssociator { set: Set::Hard },
        NetworkParams {
            connectivity: Some(connectivity),
            lateral: connectivity != Connectivity::Feedforward,
            ..network(&[3, 2], Activation::Logistic)
        },
    );
    cell.train.batch = BatchSize::Patterns(3);
    cell
}

#[test]
fn generec_allocates_nothing_while_it_learns() {
    type Params = <GeneRec as Rule>::Params;
    let nudge = ClampKind::Nudge(Nudge { nudge: 0.1, sides: Sides::Two });
    for rule in [Form::Plain, Form::Midpoint, Form::Symmetric, Form::Chl] {
        for clamp in [ClampKind::Word(Hard::Hard), nudge] {
            let params = Params { rule, clamp, ..Params::default() };
            allocates_nothing::<GeneRec>(&settling_cell(Connectivity::Bidirectional), &params);
        }
    }
}

#[test]
fn almeida_pineda_allocates_nothing_while_it_learns() {
    let cell = settling_cell(Connectivity::Recurrent);
    allocates_nothing::<AlmeidaPineda>(&cell, &Default::default());
}

#[test]
fn activation_backprop_allocates_nothing_while_it_learns() {
    type Params = <ActivationBackprop as Rule>::Params;
    for iterations in [Iterations::Number(3), Iterations::Stable(Stable::Stable)] {
        let sender = Sender::Midpoint;
        let params = Params { iterations, sender, ..Params::default() };
        let cell = settling_cell(Connectivity::Feedforward);
        allocates_nothing::<ActivationBackprop>(&cell, &params);
    }
}

/// The criterion shows the held-out patterns after every epoch.
#[test]
fn a_criterion_on_the_test_allocates_nothing() {
    let mut cell = cell(Iris::default(), network(&[3], Activation::Logistic));
    let criterion =
        Criterion { metric: "test_accuracy".to_string(), above: Some(1.0), ..Criterion::default() };
    cell.train.criterion = Some(criterion);
    allocates_nothing::<Backprop>(&cell, &Default::default());
}

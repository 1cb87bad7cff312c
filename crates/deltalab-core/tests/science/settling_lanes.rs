//! Runs of settling rules have the same bits alone and in lanes at every level of instructions, through the trainer: online
//! and in batches, in both precisions, with runs that settle in different numbers of steps, or not at all.

use crate::support::{ingredients, train};
use deltalab_core::learner::{
    ActivationBackprop, AlmeidaPineda, ClampKind, Form, GeneRec, Iterations, Nudge, Rule, Sides,
    Stable,
};
use deltalab_core::network::initialiser::Uniform;
use deltalab_core::network::{Connectivity, Initialiser, Settling};
use deltalab_core::real::Level;
use deltalab_core::task::Xor;
use deltalab_core::train::{All, BatchSize, Ingredients, Outcome, Precision};

/// Weights so large that some nets cycle: at dt = 1 of either precision.
fn cell(connectivity: Connectivity, symmetric: bool) -> Ingredients {
    let mut cell = ingredients(Xor::default());
    cell.network.hidden = vec![3, 2];
    cell.network.connectivity = Some(connectivity);
    cell.network.symmetric = symmetric;
    cell.network.init = Initialiser::Uniform(Uniform { range: 6.0 });
    cell.train.max_epochs = 4;
    cell.train.criterion = None;
    cell.record.every = 1;
    let metrics = ["gradient_angle", "gradient_ratio", "settling_steps", "settled"];
    cell.record.metrics = metrics.map(String::from).to_vec();
    if connectivity != Connectivity::Feedforward {
        cell.record.metrics.push("weight_symmetry".to_string());
    }
    cell.learning_rate = 0.3;
    cell
}

fn settling() -> Settling {
    Settling { dt: 1.0, max_steps: 25, ..Settling::default() }
}

fn bits(outcome: &Outcome) -> Vec<u64> {
    let numbers = outcome.finals.iter().chain(&outcome.curve);
    numbers.map(|x| if x.is_nan() { u64::MAX } else { x.to_bits() }).collect()
}

fn same_in_lanes<L: Rule>(cell: &Ingredients, params: &L::Params) {
    let seeds: Vec<u64> = (0..50).collect();
    for batch in [BatchSize::Patterns(1), BatchSize::Patterns(3), BatchSize::All(All::All)] {
        for precision in [Precision::F32, Precision::F64] {
            let mut cell = Ingredients { precision, ..cell.clone() };
            cell.train.batch = batch;
            let alone: Vec<Vec<u64>> = seeds
                .iter()
                .map(|&seed| bits(&train::<L>(&cell, params, Level::Scalar, &[seed])[0]))
                .collect();
            assert_ne!(alone[0], alone[1], "each seed has its own weights");
            for level in Level::ALL.into_iter().filter(|level| level.available()) {
                for seeds in [&seeds[2..5], &seeds[..19], &seeds[..]] {
                    for outcome in train::<L>(&cell, params, level, seeds) {
                        let expected = &alone[outcome.seed as usize];
                        assert_eq!(
                            &bits(&outcome),
                            expected,
                            "{}, {level}, {} seeds, {params:?}, {cell:?}",
                            L::KIND,
                            seeds.len()
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn generec_has_the_same_bits_in_lanes() {
    type Params = <GeneRec as Rule>::Params;
    let cell = |symmetric| cell(Connectivity::Recurrent, symmetric);
    for (rule, symmetric) in
        [(Form::Plain, true), (Form::Midpoint, false), (Form::Symmetric, false), (Form::Chl, true)]
    {
        let params = Params { rule, settling: settling(), ..Params::default() };
        same_in_lanes::<GeneRec>(&cell(symmetric), &params);
    }
    let clamp = ClampKind::Nudge(Nudge { nudge: 0.2, sides: Sides::Two });
    let params = Params { rule: Form::Chl, settling: settling(), clamp };
    same_in_lanes::<GeneRec>(&cell(true), &params);
}

#[test]
fn almeida_pineda_has_the_same_bits_in_lanes() {
    type Params = <AlmeidaPineda as Rule>::Params;
    let params = Params { settling: settling(), ..Params::default() };
    same_in_lanes::<AlmeidaPineda>(&cell(Connectivity::Recurrent, true), &params);
    same_in_lanes::<AlmeidaPineda>(&cell(Connectivity::Bidirectional, false), &params);
}

#[test]
fn activation_backprop_has_the_same_bits_in_lanes() {
    type Params = <ActivationBackprop as Rule>::Params;
    let mut cell = cell(Connectivity::Feedforward, true);
    cell.network.shortcuts = true;
    for iterations in [Iterations::Number(3), Iterations::Stable(Stable::Stable)] {
        let params = Params { iterations, max_iterations: 40, ..Params::default() };
        same_in_lanes::<ActivationBackprop>(&cell, &params);
    }
}

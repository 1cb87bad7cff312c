//! How symmetric reciprocal weights are, as the metric `weight_symmetry` reports it.

use crate::support::{close, ingredients, last, setup, train_one};
use deltalab_core::learner::{Backprop, Configured, Form, GeneRec, Recipe, Rule};
use deltalab_core::network::{Connectivity, Initial, Network, NetworkParams, Topology};
use deltalab_core::optimiser::{OptimiserParams, Sgd};
use deltalab_core::task::Xor;
use deltalab_core::train::{Ingredients, Setup, SetupError, Unmeasurable};
use nalgebra::DMatrix;
use std::sync::Arc;

type Params = <GeneRec as Rule>::Params;

/// XOR with hidden layers of 3 and 2 units whose weights are their own in each direction.
fn cell(connectivity: Connectivity, epochs: u64) -> Ingredients {
    let mut cell = ingredients(Xor::default());
    cell.network.hidden = vec![3, 2];
    cell.network.connectivity = Some(connectivity);
    cell.network.symmetric = false;
    cell.train.max_epochs = epochs;
    cell.train.criterion = None;
    cell.record.metrics = vec!["weight_symmetry".to_string()];
    cell
}

fn rule(rule: Form) -> Params {
    Params { rule, ..Params::default() }
}

/// (|S|² − |A|²) / (|S|² + |A|²) of square matrices, S and A their symmetric and antisymmetric parts.
fn index(squares: &[DMatrix<f64>]) -> f64 {
    let part = |sign: f64| -> f64 {
        squares.iter().map(|m| ((m + m.transpose() * sign) * 0.5).norm_squared()).sum()
    };
    (part(1.0) - part(-1.0)) / (part(1.0) + part(-1.0))
}

#[test]
fn the_metric_is_that_of_the_weights_in_the_trace() {
    let params = rule(Form::Midpoint);
    for connectivity in [Connectivity::Bidirectional, Connectivity::Recurrent] {
        let cell = cell(connectivity, 2);
        let setup = setup::<GeneRec>(&cell, &params);
        let weights = Configured::<GeneRec>(params.clone()).trace(&setup, 0, 8).last.weights;
        let outcome = train_one::<GeneRec>(&cell, &params);
        let of = |to: &str, from: &str| {
            let name = format!("{to}<-{from}");
            setup.topology.paths.iter().position(|path| path.name == name).map(|n| &weights[n])
        };
        // A pair as one square matrix: 0 V / W 0.
        let mut all = Vec::new();
        let above = ["hidden1", "hidden2", "output"];
        for (n, upper) in above.iter().enumerate() {
            for lower in &above[..=n] {
                let (Some(w), Some(v)) = (of(upper, lower), of(lower, upper)) else { continue };
                let square = if upper == lower {
                    w.clone()
                } else {
                    let (rows, columns) = w.shape();
                    let mut square = DMatrix::zeros(rows + columns, rows + columns);
                    square.view_mut((columns, 0), (rows, columns)).copy_from(w);
                    square.view_mut((0, columns), (columns, rows)).copy_from(v);
                    square
                };
                let name = format!("weight_symmetry({upper}<-{lower})");
                let found = last::<GeneRec>(&cell, &params, &outcome, &name);
                // A path within the output layer of one unit has no weight, and s = 1.
                let expected =
                    if square.len() == 1 { 1.0 } else { index(std::slice::from_ref(&square)) };
                close(found, expected, 1e-14, &name); // rounding of some twenty products
                all.push(square);
            }
        }
        assert_eq!(all.len(), if connectivity == Connectivity::Recurrent { 6 } else { 2 });
        let found = last::<GeneRec>(&cell, &params, &outcome, "weight_symmetry");
        close(found, index(&all), 1e-14, "all pairs");
        assert!(found.abs() < 0.9, "weights drawn apart are not symmetric: {found}");
    }
}

#[test]
fn weights_that_are_shared_are_exactly_symmetric() {
    let params = rule(Form::Chl);
    let mut cell = cell(Connectivity::Recurrent, 20);
    cell.network.symmetric = true;
    let columns = setup::<GeneRec>(&cell, &params).finals.len();
    let outcome = train_one::<GeneRec>(&cell, &params);
    assert_eq!(outcome.finals[1..], vec![1.0; columns - 1]);
    assert_eq!(columns, 1 + 7, "train_sse; the net, three paths up and three lateral ones");
}

#[test]
fn chl_keeps_weights_symmetric_that_start_so_and_decay_makes_others_so() {
    let params = rule(Form::Chl);
    let symmetry = |cell: &Ingredients| {
        let outcome = train_one::<GeneRec>(cell, &params);
        last::<GeneRec>(cell, &params, &outcome, "weight_symmetry")
    };
    let mut alike = cell(Connectivity::Bidirectional, 100);
    alike.network.symmetric_init = true;
    assert_eq!(symmetry(&alike), 1.0, "Δw_ij and Δw_ji are the same products");
    // Each change is symmetric, so W − Vᵀ only decays, by (1 − εκ) an update, while W + Vᵀ learns (Kolen and Pollack 1994).
    let after = |epochs| {
        let mut apart = cell(Connectivity::Bidirectional, epochs);
        apart.learning_rate = 0.5;
        apart.optimiser = OptimiserParams::Sgd(Sgd { weight_decay: 0.01 });
        symmetry(&apart)
    };
    let (early, late) = (after(1), after(400));
    assert!(early < 0.9 && late > 0.999, "from {early} to {late}");
}

/// Of a net 1-2-1 with these weights into the output and back into the hidden layer, and what mask the latter has.
fn by_hand(w: [f64; 2], v: [f64; 2], mask: Option<[u8; 2]>) -> f64 {
    let mut params = NetworkParams { hidden: vec![2], symmetric: false, ..Default::default() };
    if let Some(mask) = mask {
        params.masks.insert("hidden<-output".to_string(), mask.map(|on| vec![on]).to_vec());
    }
    let topology = Topology::new(&params, 1, 1, Connectivity::Bidirectional).unwrap();
    let pair = topology.reciprocal().collect::<Vec<_>>();
    assert_eq!(pair, [2], "output<-hidden stands for both");
    let weights = vec![
        DMatrix::from_element(2, 1, 7.0),
        DMatrix::from_column_slice(2, 1, &v),
        DMatrix::from_row_slice(1, 2, &w),
    ];
    let mut network = Network::<f64>::new(Arc::new(topology));
    network.set_lane(0, &Initial { weights, biases: vec![vec![], vec![0.0; 2], vec![0.0]] });
    let [one, all] = [network.symmetry(Some(2), 0), network.symmetry(None, 0)];
    assert_eq!(one, all, "there is one pair");
    one
}

#[test]
fn the_index_of_weights_that_can_be_counted_on_fingers() {
    let cases = [
        ("the same", [1.0, 2.0], [1.0, 2.0], 1.0),
        ("twice as large", [1.0, 2.0], [2.0, 4.0], 20.0 / 25.0),
        ("opposite", [1.0, 2.0], [-1.0, -2.0], -1.0),
        ("unrelated", [1.0, 2.0], [2.0, -1.0], 0.0),
        ("one direction only", [1.0, 2.0], [0.0, 0.0], 0.0),
        ("all 0", [0.0, 0.0], [0.0, 0.0], 1.0),
    ];
    for (what, w, v, expected) in cases {
        assert_eq!(by_hand(w, v, None), expected, "{what}");
    }
    // A masked weight is 0 and its partner counts: 2·1·1 / (1 + 1 + 4 + 0).
    assert_eq!(by_hand([1.0, 2.0], [1.0, 0.0], Some([1, 0])), 2.0 / 6.0);
}

#[test]
fn a_net_whose_paths_go_one_way_has_none() {
    let refused = |cell: Ingredients| {
        Setup::new(cell, &Configured::<Backprop>(Default::default())).unwrap_err()
    };
    let error = refused(cell(Connectivity::Feedforward, 1));
    let why = Unmeasurable::NoPair;
    let name = "weight_symmetry".to_string();
    assert_eq!(error, SetupError::NoMetric { key: "record.metrics", name, why });
    assert!(error.to_string().contains("connectivity = \"bidirectional\""), "{error}");
}

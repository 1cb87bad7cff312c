//! Equality 6. Plain GeneRec's change into a clamped output = x⁻ (t − z⁻), the delta rule, settled or not. Midpoint:
//! ½ (x⁻ + x⁺)(t − z⁻). CHL and symmetric: not.

use crate::support::{Rig, SSE, cyclic, exact, name, patterns, random_weights, stream};
use deltalab_core::learner::{Form, GeneRec, Rule};
use deltalab_core::network::{Activation, Settling};

type Params = <GeneRec as Rule>::Params;

/// The largest difference between the change of a path into the output and Σ s (t − z⁻), over all such paths from other
/// layers, for senders s = x⁻ and ½ (x⁻ + x⁺).
fn from_delta_rule(rule: Form, settling: &Settling) -> [f64; 2] {
    let mut random = stream(60);
    let mut largest = [0.0_f64; 2];
    for net in cyclic(&Activation::Logistic) {
        let initial = random_weights(&net, 1.5, &mut random);
        let params = Params { rule, settling: settling.clone(), ..Params::default() };
        for count in [1, 3] {
            let shown = patterns(count, &mut random);
            let mut rig = Rig::<GeneRec>::new(&net, &params, &SSE, &initial);
            let found = rig.direction(&shown);
            let (minus, plus) = (rig.activity(0, count), rig.activity(1, count));
            let output = net.output();
            let outputs = net.layers[output].units;
            let mut paths = 0;
            for (n, path) in net.paths.iter().enumerate() {
                // Softened by the tie, a symmetric lateral path has one direction for two.
                if path.to != output || path.from == output || path.from == 0 {
                    continue;
                }
                paths += 1;
                let senders = net.layers[path.from].units;
                for k in 0..outputs {
                    for i in 0..senders {
                        for (midpoint, largest) in largest.iter_mut().enumerate() {
                            let expected: f64 = (0..count)
                                .map(|p| {
                                    let x = minus[path.from][senders * p + i];
                                    let x_plus = plus[path.from][senders * p + i];
                                    let sender = if midpoint == 1 { 0.5 * (x + x_plus) } else { x };
                                    sender * (shown[p].1[k] - minus[output][outputs * p + k])
                                })
                                .sum();
                            let difference = (found.weights[n][(k, i)] - expected).abs();
                            *largest = largest.max(difference);
                        }
                    }
                }
            }
            assert!(paths > 0, "{}", name(&net));
        }
    }
    largest
}

#[test]
fn plain_into_a_clamped_output_is_the_delta_rule_settled_or_not() {
    for settling in [exact(), Settling { max_steps: 2, ..Settling::default() }] {
        let of = |rule| from_delta_rule(rule, &settling);
        // The same products, summed in the same order.
        assert_eq!(of(Form::Plain)[0], 0.0);
        assert_eq!(of(Form::Midpoint)[1], 0.0);
        assert!(of(Form::Plain)[1] > 1e-3 && of(Form::Midpoint)[0] > 1e-3);
        for rule in [Form::Chl, Form::Symmetric] {
            assert!(of(rule).into_iter().all(|difference| difference > 1e-3), "{rule:?}");
        }
    }
}

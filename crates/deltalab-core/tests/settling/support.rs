//! What the tests of settling share: networks with cycles, and the library's oracle and rigs.

pub use deltalab_core::equality::{
    Dense, INPUTS, OUTPUTS, Pattern, Rig, SSE, differences, exact, flat, joined, name, patterns,
    random_weights, topology,
};

use deltalab_core::network::{Activation, Connectivity, NetworkParams, Topology};
use deltalab_core::random::{Purpose, Stream, Streams};
use std::sync::Arc;

/// Random numbers of a test: a stream of its own for every seed.
pub fn stream(seed: u64) -> Stream {
    Streams::new(0, seed).stream(Purpose::Noise, "settling")
}

/// Networks with cycles: 1 to 3 hidden layers, shared weights, own weights, and lateral paths with shortcuts of either kind.
pub fn cyclic(activation: &Activation) -> Vec<Arc<Topology>> {
    let mut all = Vec::new();
    for hidden in [&[3][..], &[3, 2], &[2, 3, 2]] {
        for connectivity in [Connectivity::Bidirectional, Connectivity::Recurrent] {
            for symmetric in [true, false] {
                let params = NetworkParams {
                    symmetric,
                    activation: activation.clone(),
                    ..joined(connectivity, hidden)
                };
                all.push(topology(&params));
            }
        }
    }
    all
}

/// Fails where a number is further than `tolerance` · (1 + |expected|) from the expected one, or is NaN.
#[track_caller]
pub fn close(found: &[f64], expected: &[f64], tolerance: f64, what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (n, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert!(
            (found - expected).abs() <= tolerance * (1.0 + expected.abs()),
            "{what}, number {n}: found {found}, expected {expected} ± {tolerance}"
        );
    }
}

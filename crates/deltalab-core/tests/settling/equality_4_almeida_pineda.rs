//! Equality 4, off the fixed point: stopping early costs the first order of the distance to it. (At the fixed point, and
//! without cycles: `equality::fixed_point`.)

use crate::support::{Rig, SSE, cyclic, exact, flat, name, patterns, random_weights, stream};
use deltalab_core::equality::fixed_point::exactly as params;
use deltalab_core::learner::{AlmeidaPineda, Rule};
use deltalab_core::network::{Activation, Settling};

type Params = <AlmeidaPineda as Rule>::Params;

#[test]
fn stopping_early_costs_the_first_order_of_the_distance() {
    let mut random = stream(42);
    for net in cyclic(&Activation::Tanh) {
        let initial = random_weights(&net, 0.3, &mut random);
        let shown = patterns(1, &mut random);
        let mut rig = Rig::<AlmeidaPineda>::new(&net, &params(), &SSE, &initial);
        let (best, rest) = (flat(&rig.direction(&shown)), rig.activity(0, 1).concat());
        let (mut ratios, mut distances) = (Vec::new(), Vec::new());
        for max_steps in [8, 16, 32, 44] {
            let settling = Settling { max_steps, ..exact() };
            let early = Params { settling, ..params() };
            let mut rig = Rig::<AlmeidaPineda>::new(&net, &early, &SSE, &initial);
            let found = flat(&rig.direction(&shown));
            assert!(!rig.settled(1), "reported as not settled");
            let y = rig.activity(0, 1).concat();
            let length = |a: &[f64], b: &[f64]| {
                a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt()
            };
            distances.push(length(&y, &rest));
            ratios.push(length(&found, &best) / length(&y, &rest));
        }
        assert!(distances[3] < 0.01 * distances[0], "{distances:?}");
        // The distance falls by orders of magnitude; of the second order the ratio would fall with it.
        let (low, high) =
            ratios.iter().fold((f64::MAX, 0.0_f64), |(l, h), &r| (l.min(r), h.max(r)));
        assert!(high < 10.0 * low, "{ratios:?}: {}", name(&net));
    }
}

//! Equality 4, off the fixed point: stopping early costs the first order of the distance to it, and errors settle with the
//! eigenvalues of activities. (At the fixed point, and without cycles: `equality::fixed_point`.)

use crate::support::{Rig, SSE, cyclic, exact, flat, name, patterns, random_weights, stream};
use deltalab_core::equality::Dense;
use deltalab_core::equality::fixed_point::exactly as params;
use deltalab_core::learner::{AlmeidaPineda, Rule};
use deltalab_core::network::{Activation, Backward, Settling};
use nalgebra::DMatrix;

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

/// The coefficients of det(x − A), lowest power first (Faddeev and Le Verrier).
fn characteristic(a: &DMatrix<f64>) -> Vec<f64> {
    let n = a.nrows();
    let mut c = vec![0.0; n + 1];
    c[n] = 1.0;
    let mut m = DMatrix::zeros(n, n);
    for k in 1..=n {
        m = a * m + DMatrix::identity(n, n) * c[n - k + 1];
        c[n - k] = -(a * &m).trace() / k as f64;
    }
    c
}

/// The steps of the backward iteration, v(s + 1) − v(s), obey the characteristic equation of the forward one, linearised at the
/// fixed point (Cayley and Hamilton): both have the same eigenvalues.
#[test]
fn errors_settle_with_the_eigenvalues_of_activities_for_any_dt() {
    let mut random = stream(43);
    for net in cyclic(&Activation::Tanh) {
        let initial = random_weights(&net, 0.8, &mut random);
        let shown = patterns(1, &mut random);
        let dense = Dense::new(&net, &initial);
        let inputs = dense.layer(0).end;
        for dt in [0.2, 0.5, 1.0] {
            let v_after = |max_steps: u64| {
                let backward = Backward { dt, max_steps, tolerance: 0.0 };
                let params = Params { backward, ..params() };
                let mut rig = Rig::<AlmeidaPineda>::new(&net, &params, &SSE, &initial);
                rig.direction(&shown);
                (rig.delta(1)[1..].concat(), rig.activity(0, 1).concat())
            };
            let rest = v_after(1).1;
            let eta = dense.net(&rest);
            let moving = dense.units() - inputs;
            // y ← y + dt (f(W y + b) − y), linearised: 1 − dt, and dt f'_j w_ji.
            let forward = DMatrix::from_fn(moving, moving, |j, i| {
                let stays = if i == j { 1.0 - dt } else { 0.0 };
                let (j, i) = (inputs + j, inputs + i);
                stays + dt * dense.derivative(j, eta[j]) * dense.w[(j, i)]
            });
            let v: Vec<Vec<f64>> = (1..=moving as u64 + 2).map(|s| v_after(s).0).collect();
            let c = characteristic(&forward);
            for unit in 0..moving {
                let (mut sum, mut size) = (0.0, 0.0_f64);
                for (power, c) in c.iter().enumerate() {
                    let term = c * (v[power + 1][unit] - v[power][unit]);
                    sum += term;
                    size = size.max(term.abs());
                }
                // Ten terms, each from differences of numbers of order 1, and a fixed point good to 1e-15.
                assert!(sum.abs() <= 1e-12 + 1e-11 * size, "dt {dt}, {sum:e}: {}", name(&net));
            }
            let largest = v[1].iter().zip(&v[0]).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            assert!(largest > 1e-3, "something moves: {largest}");
        }
    }
}

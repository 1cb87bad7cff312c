//! # Two spirals: on which of two intertwined spirals does a point lie?
//!
//! (x, y) = r (sin φ, cos φ), φ = 2π · turns · i/(N−1), r = 6.5 − 6 i/(N−1), i = 0 … N−1; the other arm is (−x, −y)
//!
//! * Patterns: 2N points; 2i lies on the first arm (target 1), 2i + 1 on the second (target 0). 2 inputs, 1 output. With the
//!   defaults, N = 97 and three turns, these are the published 194 points, r = 6.5 (104 − i)/104.
//! * `noise` adds a normal number to each coordinate, drawn anew for each seed.
//! * Source: Lang & Witbrock 1988, Proceedings of the 1988 Connectionist Models Summer School, 52–59 (2-5-5-5-1 with direct
//!   paths from each layer to all later ones; about 20,000 epochs).

use super::shared::shared;
use super::{Named, Patterns, Sample, Task, split, test_count};
use crate::params::{Interval, Must};
use crate::random::{Purpose, Streams};
use nalgebra::DMatrix;
use std::sync::Arc;

crate::params! {
    /// `kind = "spirals"`.
    pub struct Spirals {
        /// Number N of points on each arm.
        pub points: u32 = 97, Must::Integer(2, 100_000);
        /// How often each arm goes round.
        pub turns: f64 = 3.0, Must::Number(Interval::closed(0.0, 100.0));
        /// Standard deviation of the noise on each coordinate; the outermost points are 6.5 from the centre.
        pub noise: f64 = 0.0, Must::Number(Interval::NOT_NEGATIVE);
        /// Share of the points that is held out for the test, drawn anew for each seed.
        pub test_fraction: f64 = 0.0, Must::Number(Interval::BELOW_ONE);
    }
}

impl Spirals {
    /// The points without noise.
    fn on_the_arms(&self) -> Patterns {
        let (n, last) = (self.points as usize, f64::from(self.points - 1));
        let mut inputs = DMatrix::zeros(2, 2 * n);
        for i in 0..n {
            let share = i as f64 / last;
            let radius = 6.5 - 6.0 * share;
            let (sin, cos) = sin_cos_of_turns(self.turns * share);
            for (arm, sign) in [(0, 1.0), (1, -1.0)] {
                inputs[(0, 2 * i + arm)] = sign * (radius * sin);
                inputs[(1, 2 * i + arm)] = sign * (radius * cos);
            }
        }
        Patterns {
            inputs,
            targets: DMatrix::from_fn(1, 2 * n, |_, p| if p % 2 == 0 { 1.0 } else { 0.0 }),
        }
    }
}

/// (sin 2πt, cos 2πt) in arithmetic alone, so that it has the same bits everywhere (std's functions do not promise that).
///
/// t is reduced to the nearest quarter turn without rounding; then Taylor's series to a¹⁷ and a¹⁸ on |a| ≤ π/4, whose first
/// missing terms are below 1e−19. Error: a few units in the last place of 1.
fn sin_cos_of_turns(t: f64) -> (f64, f64) {
    let quarter = (4.0 * t).round();
    let a = std::f64::consts::TAU * (t - quarter / 4.0);
    let square = a * a;
    // 1 ± a²/(n(n+1)) (1 − a²/((n+2)(n+3)) (…)), from the inside out
    let series = |first: u32, terms: u32| {
        (0..terms).rev().fold(1.0, |sum, term| {
            let n = f64::from(first + 2 * term);
            1.0 - square / (n * (n + 1.0)) * sum
        })
    };
    let (sin, cos) = (a * series(2, 8), series(1, 9));
    match quarter.rem_euclid(4.0) as u32 {
        0 => (sin, cos),
        1 => (cos, -sin),
        2 => (-sin, -cos),
        _ => (-cos, sin),
    }
}

impl Task for Spirals {
    fn sizes(&self) -> (usize, usize) {
        (2, 1)
    }

    fn sample(&self, streams: &Streams) -> Sample {
        let exact = Self { noise: 0.0, test_fraction: 0.0, ..self.clone() };
        let mut patterns = shared(&exact, || self.on_the_arms());
        if self.noise > 0.0 {
            let mut stream = streams.stream(Purpose::Patterns, "noise");
            let noisy = Arc::make_mut(&mut patterns);
            // point by point, x before y
            noisy.inputs.as_mut_slice().iter_mut().for_each(|x| *x += self.noise * stream.normal());
        }
        let (train, test) =
            split(patterns.len(), self.test_fraction, streams.stream(Purpose::Split, ""));
        Sample { patterns, train, test, standardise: None }
    }

    fn input_names(&self) -> Vec<String> {
        ["x", "y"].map(String::from).to_vec()
    }

    fn train_patterns(&self) -> usize {
        let all = 2 * self.points as usize;
        all - test_count(all, self.test_fraction)
    }

    fn has_test(&self) -> bool {
        test_count(2 * self.points as usize, self.test_fraction) > 0
    }
}

impl Named for Spirals {
    const KIND: &'static str = "spirals";
    const SOURCE: &'static str = include_str!("spirals.rs");
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::{PI, TAU};

    #[test]
    fn sine_and_cosine_are_those_of_the_library() {
        for step in -4000..4000 {
            let t = f64::from(step) / 811.0;
            let (sin, cos) = sin_cos_of_turns(t);
            let reduced = TAU * (t - t.round()); // the library rounds 2πt before it reduces it; this does not
            // a dozen roundings of numbers up to 1, each 1.1e-16
            assert!(
                (sin - reduced.sin()).abs() < 1e-15 && (cos - reduced.cos()).abs() < 1e-15,
                "{t}"
            );
        }
        assert_eq!(sin_cos_of_turns(2.25), (1.0, 0.0));
        assert_eq!(sin_cos_of_turns(-0.5).1, -1.0);
    }

    #[test]
    fn the_defaults_are_the_published_194_points() {
        let patterns = Spirals::default().on_the_arms();
        assert_eq!(patterns.len(), 194);
        for i in 0..97 {
            let (angle, radius) = (f64::from(i) * PI / 16.0, 6.5 * f64::from(104 - i) / 104.0);
            let (x, y) = (radius * angle.sin(), radius * angle.cos());
            let p = 2 * i as usize;
            let found = [patterns.inputs[(0, p)], patterns.inputs[(1, p)]];
            // angles up to 19 are rounded to 4e-15 in the published form, times 6.5
            assert!(
                (found[0] - x).abs() < 4e-14 && (found[1] - y).abs() < 4e-14,
                "point {i}: {found:?}"
            );
            assert_eq!(
                [patterns.inputs[(0, p + 1)], patterns.inputs[(1, p + 1)]],
                [-found[0], -found[1]]
            );
            assert_eq!([patterns.targets[(0, p)], patterns.targets[(0, p + 1)]], [1.0, 0.0]);
        }
    }

    #[test]
    fn noise_has_the_standard_deviation_that_was_asked_for() {
        let task = Spirals { points: 5000, noise: 0.5, ..Default::default() };
        let noisy = task.sample(&Streams::new(0, 0)).patterns;
        let noise = &noisy.inputs - task.on_the_arms().inputs;
        let n = noise.len() as f64;
        let (mean, variance) = (noise.sum() / n, noise.map(|x| x * x).sum() / n);
        // 20,000 draws: standard error 0.0035 of the mean, 0.0025 of the variance; five of them
        assert!(mean.abs() < 0.018 && (variance - 0.25).abs() < 0.0125, "{mean} {variance}");
    }

    #[test]
    fn without_noise_runs_share_their_patterns() {
        let [a, b] = [0, 1].map(|seed| Spirals::default().sample(&Streams::new(0, seed)).patterns);
        assert!(Arc::ptr_eq(&a, &b));
    }

    #[test]
    fn value_stability() {
        let patterns = Spirals::default().on_the_arms();
        assert_eq!(patterns.inputs.column(14).as_slice(), [5.946010762444584, 1.1827350772227776]);
    }
}

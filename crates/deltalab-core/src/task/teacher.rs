//! # Teacher: learn what another network computes
//!
//! | parameters                          | teacher | inputs |
//! |-------------------------------------|---------|--------|
//! | (defaults)                          | y = T x, linear, T_ki uniform in ±`weight_range` | x ~ N(0, I) |
//! | `hidden = [20, 10]`                 | y = T₃ tanh(T₂ tanh(T₁ x)), all weights uniform in ±`weight_range` | x ~ N(0, I) |
//! | `singular_values = [3.0, 1.5, 0.5]` | y = T x, T_ii = s_i, all else 0 | the unit vectors, one pattern each |
//!
//! * Patterns: `patterns` of them (with singular values: one per input), targets y plus normal noise. No biases.
//! * Teacher, inputs and noise are drawn anew for each seed, each from its own stream: more patterns do not change the
//!   teacher. A singular-value teacher draws nothing but its noise.
//! * With singular values Σ_p x xᵀ = I and Σ_p y xᵀ = T exactly. A linear network with one hidden layer, trained in batches
//!   with `reduction = "sum"` from small, balanced weights along the modes, then follows du/dt = 2u(s − u)/τ in each mode:
//!   u(t) = s E/(E − 1 + s/u₀), E = exp(2st/τ), with t/τ = ε · epochs as ε → 0 (Saxe, McClelland & Ganguli 2014).
//! * Source: Lillicrap et al. 2016, Nature Communications 7, 13276: linear 30-20-10 with T uniform in ±1, and a tanh teacher
//!   30-20-10-10.

use super::shared::shared;
use super::{Named, Patterns, Sample, Task, split, test_count};
use crate::params::{Interval, Must};
use crate::random::{Purpose, Stream, Streams};
use crate::real::math::tanh;
use nalgebra::DMatrix;
use std::sync::Arc;

crate::params! {
    /// `kind = "teacher"`.
    pub struct Teacher {
        /// Input units.
        pub inputs: u32 = 30, Must::Integer(1, 4096);
        /// Output units.
        pub outputs: u32 = 10, Must::Integer(1, 4096);
        /// The teacher's hidden layers of tanh units, from the input side; none: a linear teacher.
        pub hidden: Vec<u32> = Vec::new(), Must::List(&Must::Integer(1, 4096));
        /// The teacher's weights are uniform between − and + this.
        pub weight_range: f64 = 1.0, Must::Number(Interval::POSITIVE);
        /// Singular values s of a linear teacher, at most as many as inputs and as outputs; none: random weights.
        pub singular_values: Vec<f64> = Vec::new(), Must::List(&Must::Number(Interval::NOT_NEGATIVE));
        /// Number of patterns, training and test; with singular values there is one per input instead.
        pub patterns: u32 = 1000, Must::Integer(1, 1_000_000);
        /// Standard deviation of the normal noise on every target.
        pub noise: f64 = 0.0, Must::Number(Interval::NOT_NEGATIVE);
        /// Share of the patterns that is held out for the test, drawn anew for each seed.
        pub test_fraction: f64 = 0.0, Must::Number(Interval::BELOW_ONE);
    }
}

impl Teacher {
    fn count(&self) -> usize {
        if self.singular_values.is_empty() { self.patterns as usize } else { self.inputs as usize }
    }

    /// Unit vectors and their images under the diagonal T.
    fn by_singular_values(&self) -> Patterns {
        let n = self.inputs as usize;
        let s = |i: usize| self.singular_values.get(i).copied().unwrap_or(0.0);
        Patterns {
            inputs: DMatrix::identity(n, n),
            targets: DMatrix::from_fn(
                self.outputs as usize,
                n,
                |k, i| if k == i { s(i) } else { 0.0 },
            ),
        }
    }

    /// Normal inputs and the images under a teacher of random weights.
    fn by_random_weights(&self, streams: &Streams) -> Patterns {
        let mut stream = streams.stream(Purpose::Patterns, "inputs");
        let inputs = drawn(self.inputs as usize, self.count(), || stream.normal());
        let mut stream = streams.stream(Purpose::Patterns, "teacher");
        let mut activity = inputs.clone();
        for &units in &self.hidden {
            activity = self.layer(units, &activity, &mut stream).map(tanh);
        }
        Patterns { inputs, targets: self.layer(self.outputs, &activity, &mut stream) }
    }

    /// Net inputs of a layer whose weights are drawn here, receiving unit by receiving unit.
    fn layer(&self, units: u32, sending: &DMatrix<f64>, stream: &mut Stream) -> DMatrix<f64> {
        let (fan_in, units) = (sending.nrows(), units as usize);
        let weights =
            drawn(fan_in, units, || stream.between(-self.weight_range, self.weight_range));
        DMatrix::from_fn(units, sending.ncols(), |j, p| {
            (0..fan_in).fold(0.0, |sum, i| sum + weights[(i, j)] * sending[(i, p)])
        })
    }
}

/// A matrix of random numbers, drawn column by column.
fn drawn(rows: usize, columns: usize, mut draw: impl FnMut() -> f64) -> DMatrix<f64> {
    DMatrix::from_vec(rows, columns, (0..rows * columns).map(|_| draw()).collect())
}

impl Task for Teacher {
    fn sizes(&self) -> (usize, usize) {
        (self.inputs as usize, self.outputs as usize)
    }

    fn sample(&self, streams: &Streams) -> Sample {
        let mut patterns = if self.singular_values.is_empty() {
            Arc::new(self.by_random_weights(streams))
        } else {
            shared(&Self { noise: 0.0, test_fraction: 0.0, ..self.clone() }, || {
                self.by_singular_values()
            })
        };
        if self.noise > 0.0 {
            let mut stream = streams.stream(Purpose::Patterns, "noise");
            let targets = Arc::make_mut(&mut patterns).targets.as_mut_slice();
            targets.iter_mut().for_each(|target| *target += self.noise * stream.normal());
        }
        let (train, test) =
            split(patterns.len(), self.test_fraction, streams.stream(Purpose::Split, ""));
        Sample { patterns, train, test, standardise: None }
    }

    fn train_patterns(&self) -> usize {
        self.count() - test_count(self.count(), self.test_fraction)
    }

    fn has_test(&self) -> bool {
        test_count(self.count(), self.test_fraction) > 0
    }

    fn complaint(&self) -> Option<(&'static str, String)> {
        let (most, values) = (self.inputs.min(self.outputs) as usize, self.singular_values.len());
        if values > most {
            let units = format!("{} inputs and {} outputs", self.inputs, self.outputs);
            return Some((
                "singular_values",
                format!("expected at most {most}, since there are {units}; found {values}"),
            ));
        }
        if values == 0 {
            return None;
        }
        if !self.hidden.is_empty() {
            let sentence = "expected no hidden layer: a teacher with singular_values is linear";
            return Some(("hidden", sentence.to_string()));
        }
        (self.test_fraction > 0.0).then(|| {
            let sentence =
                "expected 0: with singular_values a pattern held out tells about no other";
            ("test_fraction", sentence.to_string())
        })
    }
}

impl Named for Teacher {
    const KIND: &'static str = "teacher";
    const SOURCE: &'static str = include_str!("teacher.rs");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(task: &Teacher, seed: u64) -> Sample {
        task.sample(&Streams::new(0, seed))
    }

    /// The linear map that the patterns show, by least squares.
    fn map_of(patterns: &Patterns) -> DMatrix<f64> {
        let (x, y) = (&patterns.inputs, &patterns.targets);
        let inverse = (x * x.transpose()).try_inverse().expect("more patterns than inputs");
        y * x.transpose() * inverse
    }

    #[test]
    fn a_linear_teacher_is_one_matrix_within_its_range() {
        let task = Teacher {
            inputs: 6,
            outputs: 3,
            patterns: 50,
            weight_range: 2.0,
            ..Default::default()
        };
        let patterns = sample(&task, 3).patterns;
        let t = map_of(&patterns);
        // least squares of 50 well-conditioned patterns: rounding times a condition number of about 10
        assert!((&t * &patterns.inputs - &patterns.targets).amax() < 1e-12);
        assert!(t.amax() <= 2.0 && t.amax() > 1.0 && t.min() < 0.0 && t.max() > 0.0, "{t}");
    }

    #[test]
    fn inputs_are_standard_normal() {
        let inputs = sample(&Teacher::default(), 0).patterns.inputs.clone();
        let n = inputs.len() as f64;
        // 30,000 draws: standard errors 0.0058 and 0.0082; five of them
        assert!((inputs.sum() / n).abs() < 0.029);
        assert!((inputs.map(|x| x * x).sum() / n - 1.0).abs() < 0.041);
    }

    #[test]
    fn a_hidden_layer_makes_the_teacher_a_tanh_network() {
        let task =
            Teacher { inputs: 2, outputs: 1, hidden: vec![3], patterns: 40, ..Default::default() };
        let Patterns { inputs, targets } = &*sample(&task, 0).patterns;
        let mut stream = Streams::new(0, 0).stream(Purpose::Patterns, "teacher");
        let mut weight = || stream.between(-1.0, 1.0);
        let hidden: Vec<[f64; 2]> = (0..3).map(|_| [weight(), weight()]).collect();
        let output: Vec<f64> = (0..3).map(|_| weight()).collect();
        for p in 0..40 {
            let unit = |w: &[f64; 2]| (w[0] * inputs[(0, p)] + w[1] * inputs[(1, p)]).tanh();
            let expected: f64 = hidden.iter().zip(&output).map(|(w, v)| v * unit(w)).sum();
            // two tanh functions, each right to a unit or two in the last place
            assert!((targets[(0, p)] - expected).abs() < 1e-14, "pattern {p}");
        }
    }

    #[test]
    fn singular_values_come_with_an_input_correlation_of_exactly_one() {
        let task = Teacher {
            inputs: 5,
            outputs: 4,
            singular_values: vec![3.0, 1.5, 0.5],
            ..Default::default()
        };
        let Patterns { inputs: x, targets: y } = &*sample(&task, 0).patterns;
        assert_eq!(x * x.transpose(), DMatrix::identity(5, 5));
        let singular_values = (y * x.transpose()).singular_values();
        // a diagonal matrix: the decomposition only sorts, up to rounding
        let expected = [3.0, 1.5, 0.5, 0.0];
        assert!(
            singular_values.iter().zip(expected).all(|(s, e)| (s - e).abs() < 1e-15),
            "{singular_values}"
        );
        assert!(Arc::ptr_eq(&sample(&task, 0).patterns, &sample(&task, 1).patterns));
        assert_eq!(task.train_patterns(), 5);
    }

    #[test]
    fn noise_and_more_patterns_leave_the_teacher_alone() {
        let task = Teacher { inputs: 3, outputs: 2, patterns: 20, ..Default::default() };
        let more = Teacher { patterns: 40, ..task.clone() };
        let noisy = Teacher { noise: 0.1, ..task.clone() };
        let [few, many, moved] = [&task, &more, &noisy].map(|task| sample(task, 1).patterns);
        assert_eq!(few.targets, many.targets.columns(0, 20));
        assert_eq!(few.inputs, moved.inputs);
        let largest = (&few.targets - &moved.targets).amax();
        assert!(largest > 0.1 && largest < 0.5, "{largest}"); // 40 normal numbers of standard deviation 0.1
    }

    #[test]
    fn what_does_not_go_together_is_refused() {
        let task = Teacher { singular_values: vec![1.0, 2.0], ..Default::default() };
        let key = |task: &Teacher| task.complaint().map(|(key, _)| key);
        assert_eq!(key(&task), None);
        assert_eq!(key(&Teacher { outputs: 1, ..task.clone() }), Some("singular_values"));
        assert_eq!(key(&Teacher { hidden: vec![3], ..task.clone() }), Some("hidden"));
        assert_eq!(key(&Teacher { test_fraction: 0.1, ..task }), Some("test_fraction"));
    }

    #[test]
    fn value_stability() {
        let task = Teacher { inputs: 2, outputs: 2, patterns: 3, ..Default::default() };
        let patterns = sample(&task, 0).patterns;
        #[rustfmt::skip]
        let inputs = [-0.8965920749106545, -0.061612649840914455, -0.0039613700455795224, -0.030642747494880385,
            1.9598122307916288, -0.5914426970528786];
        for (found, expected) in patterns.inputs.iter().zip(inputs) {
            // ln of the polar method is real::math's, whose bits are pinned there: two units in the last place here
            assert!((found - expected).abs() <= 4e-16 * expected.abs(), "{found} {expected}");
        }
        let map = map_of(&patterns); // the weights are exact, but least squares recovers them only up to rounding
        let weights = [0.1820167125465, -0.116667403380, -0.302043079050, 0.947830500455];
        for (found, expected) in map.iter().zip(weights) {
            assert!((found - expected).abs() < 1e-11, "{:?}", map.as_slice()); // as many digits as are written
        }
    }
}

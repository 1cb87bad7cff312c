//! The errors of exp, ln, logistic, tanh and softplus stay within the table at the head of `real/math.rs`, which is read
//! here. Three judges: values of mpmath (`data/math.txt`, made by `scripts/math-oracle.py`), the standard library over all
//! of f32, and the standard library at random f64.

use deltalab_core::random::{Purpose, Stream, Streams};
use deltalab_core::real::math;

/// A function, and the standard library's way to it.
struct Function {
    name: &'static str,
    f64: fn(f64) -> f64,
    f32: fn(f32) -> f32,
    std: fn(f64) -> f64,
    /// What the standard library's way may itself be off by, in ulp: its exp and ln are good to 1; the quotients add the
    /// roundings of a sum and a division, its tanh is known to be off by up to 2.2.
    std_error: f64,
    /// Arguments of interest.
    range: (f64, f64),
}

const FUNCTIONS: [Function; 5] = [
    Function {
        name: "exp",
        f64: math::exp,
        f32: math::exp,
        std: f64::exp,
        std_error: 1.0,
        range: (-745.2, 709.8),
    },
    Function {
        name: "ln",
        f64: math::ln,
        f32: math::ln,
        std: f64::ln,
        std_error: 1.0,
        range: (0.0, 3.0),
    },
    Function {
        name: "logistic",
        f64: math::logistic,
        f32: math::logistic,
        std: |x| 1.0 / (1.0 + (-x).exp()),
        std_error: 2.5,
        range: (LOGISTIC_ZERO_F64, 40.0),
    },
    Function {
        name: "tanh",
        f64: math::tanh,
        f32: math::tanh,
        std: f64::tanh,
        std_error: 2.5,
        range: (-20.0, 20.0),
    },
    Function {
        name: "softplus",
        f64: math::softplus,
        f32: math::softplus,
        std: |x| x.max(0.0) + (-x.abs()).exp().ln_1p(),
        std_error: 2.0,
        range: (-745.2, 40.0),
    },
];

/// −(bias + ½) ln 2 of f64 and f32: below, 2ᵏ is infinite and the logistic function 0 by design.
const LOGISTIC_ZERO_F64: f64 = -709.436_139_303_103_9;
const LOGISTIC_ZERO_F32: f64 = -88.376_26;

/// What a table in the documentation claims: the largest errors (f64, f32) in ulp.
fn claimed(name: &str) -> (f64, f64) {
    let row = include_str!("../src/real/math.rs")
        .lines()
        .find(|line| line.starts_with(&format!("//! | [`{name}`]")));
    let cells: Vec<_> = row.expect("a row of the table for each function").split(" | ").collect();
    let number = |cell: &str| cell.trim().parse().expect("a number of ulp");
    (number(cells[3]), number(cells[4]))
}

/// Distance from 2^e ≤ |y| < 2^(e+1) to the next number of so many mantissa bits; `least` is the smallest normal exponent.
fn ulp(y: f64, mantissa_bits: i32, least: i32) -> f64 {
    let exponent = ((y.to_bits() >> 52 & 0x7ff) as i32 - 1023).max(least);
    2_f64.powi(exponent) * 2_f64.powi(-mantissa_bits)
}

/// (y − (hi + lo ulp(hi))) in ulp of the true value; infinity stands for what it rounds from, 2^1024.
fn error_f64(y: f64, hi: f64, lo: f64) -> f64 {
    if y.is_infinite() || hi.is_infinite() {
        return if y == hi { 0.0 } else { f64::INFINITY };
    }
    let error = ((y - hi) / ulp(hi, 52, -1022) - lo).abs();
    // Just below a power of two the true value lies where numbers are twice as dense.
    let power_of_two = hi.to_bits() << 12 == 0 && hi.abs() > f64::MIN_POSITIVE;
    if power_of_two && lo * hi.signum() < 0.0 { 2.0 * error } else { error }
}

/// (y − truth) in ulp of f32, the truth being good to far less than that; infinity stands for 2^128.
fn error_f32(y: f32, truth: f64) -> f64 {
    let beyond = 2_f64.powi(128);
    let y = f64::from(y).clamp(-beyond, beyond);
    let truth = truth.clamp(-beyond, beyond);
    if y.is_nan() || truth.is_nan() {
        return if y.is_nan() && truth.is_nan() { 0.0 } else { f64::INFINITY };
    }
    (y - truth).abs() / ulp(truth.abs().min(f64::from(f32::MAX)), 23, -126)
}

/// The largest error seen, and where.
#[derive(Debug, Default)]
struct Worst {
    error: f64,
    at: f64,
    points: usize,
}

impl Worst {
    fn see(&mut self, error: f64, at: f64) {
        self.points += 1;
        if error > self.error || error.is_nan() {
            (self.error, self.at) = (error, at);
        }
    }

    fn check(&self, what: &str, bound: f64, at_least: usize) {
        eprintln!("{what}: {:.3} ulp at {:e}, of {} points", self.error, self.at, self.points);
        assert!(self.points >= at_least, "{what}: only {} points", self.points);
        assert!(
            self.error <= bound,
            "{what}: {} ulp at {:e}, claimed {bound}",
            self.error,
            self.at
        );
    }
}

/// The points of one function in `data/math.txt`: x, hi, lo.
fn table(name: &str) -> Vec<(f64, f64, f64)> {
    let text = include_str!("data/math.txt");
    let rows = text.lines().skip_while(|line| *line != format!("[{name}]")).skip(1);
    let float =
        |hex: &str| f64::from_bits(u64::from_str_radix(hex, 16).expect("16 hexadecimal digits"));
    rows.take_while(|line| !line.starts_with('['))
        .map(|line| {
            let cells: Vec<_> = line.split(' ').collect();
            (float(cells[0]), float(cells[1]), cells[2].parse().expect("a decimal number"))
        })
        .collect()
}

#[test]
fn errors_against_mpmath_are_as_documented() {
    for function in &FUNCTIONS {
        let Function { name, .. } = function;
        let (mut worst, mut worst_f32) = (Worst::default(), Worst::default());
        for (x, hi, lo) in table(name) {
            if *name != "logistic" || x >= LOGISTIC_ZERO_F64 {
                worst.see(error_f64((function.f64)(x), hi, lo), x);
            }
            let narrow = x as f32;
            if f64::from(narrow) == x && (*name != "logistic" || x >= LOGISTIC_ZERO_F32) {
                worst_f32.see(error_f32((function.f32)(narrow), hi), x);
            }
        }
        let (f64_bound, f32_bound) = claimed(name);
        worst.check(&format!("{name} f64, mpmath"), f64_bound, 400);
        worst_f32.check(&format!("{name} f32, mpmath"), f32_bound, 100);
    }
}

#[test]
fn errors_over_all_of_f32_are_as_documented() {
    for function in &FUNCTIONS {
        let mut worst = Worst::default();
        // 4001 is prime: every exponent and both signs are met about 2096 times each.
        for bits in (0..=u32::MAX).step_by(4001) {
            let x = f32::from_bits(bits);
            if function.name == "logistic" && f64::from(x) < LOGISTIC_ZERO_F32 {
                assert_eq!(math::logistic(x), 0.0, "logistic({x:e})");
            } else {
                worst.see(error_f32((function.f32)(x), (function.std)(f64::from(x))), f64::from(x));
            }
        }
        // The reference, in f64, is off by less than 5 ulp of f64, which is 1e-8 ulp of f32.
        worst.check(
            &format!("{} f32, std", function.name),
            claimed(function.name).1 + 1e-8,
            600_000,
        );
    }
}

/// An f64 of any magnitude half of the time, and one of the range of interest otherwise.
fn argument(stream: &mut Stream, (low, high): (f64, f64)) -> f64 {
    if stream.below(2) == 0 {
        return stream.between(low, high);
    }
    let magnitude = 2_f64.powf(stream.between(-1074.0, 1024.0));
    if low >= 0.0 || stream.below(2) == 0 { magnitude } else { -magnitude }
}

#[test]
fn errors_at_random_f64_are_as_documented() {
    let mut stream = Streams::new(0, 1).stream(Purpose::Noise, "math");
    for function in &FUNCTIONS {
        let mut worst = Worst::default();
        for _ in 0..200_000 {
            let x = argument(&mut stream, function.range);
            if function.name == "logistic" && x < LOGISTIC_ZERO_F64 {
                assert_eq!(math::logistic(x), 0.0, "logistic({x:e})");
            } else {
                worst.see(error_f64((function.f64)(x), (function.std)(x), 0.0), x);
            }
        }
        let bound = claimed(function.name).0 + function.std_error;
        worst.check(&format!("{} f64, std", function.name), bound, 150_000);
    }
}

#[test]
fn logistic_is_zero_where_its_power_of_two_overflows_and_not_before() {
    // Room for the rounding of x log₂e: a few units in the last place of x.
    let (last, past) = (LOGISTIC_ZERO_F64 + 1e-12, LOGISTIC_ZERO_F64 - 1e-12);
    assert!(math::logistic(last) > 0.0);
    assert_eq!(math::logistic(past), 0.0);
    let (last, past) = (LOGISTIC_ZERO_F32 as f32 + 4e-5, LOGISTIC_ZERO_F32 as f32 - 4e-5);
    assert!(math::logistic(last) > 0.0);
    assert_eq!(math::logistic(past), 0.0);
}

//! exp, ln, logistic, tanh and softplus: straight-line, without tables, branches or fused operations.
//!
//! One code for `f32`, `f64` and every kind of lanes, so the same bits everywhere. Largest errors in units in the last
//! place of the result (`tests/math.rs` reads this table and holds the code to it):
//!
//! | function | formula | f64 | f32 | beyond the range |
//! |---|---|---|---|---|
//! | [`exp`] | 2ᵏ eʳ, \|r\| ≤ ½ ln 2, Taylor | 0.8 | 0.8 | 0, ∞; subnormal results are right |
//! | [`ln`] | k ln 2 + ln((1 + s)/(1 − s)), Taylor | 0.85 | 0.85 | ln 0 = −∞, ln of a negative number NaN |
//! | [`logistic`] | 1 / (1 + e⁻ˣ) | 2.6 | 2.4 | 0 where e⁻ˣ overflows (below −709.78 and −88.72) |
//! | [`tanh`] | m / (m + 2), m = e²ˣ − 1 | 2.5 | 2.5 | ±1 |
//! | [`softplus`] | max(x, 0) + ln(1 + e^−\|x\|) | 2.1 | 2.1 | 0, x |
//!
//! The largest errors found were 0.78, 0.81, 2.49, 2.35 and 1.92 (f64, 20 million points each, against 80-bit arithmetic) and
//! 0.78, 0.79, 2.27, 2.35 and 1.93 (f32, every number).
//!
//! NaN gives NaN, −0 gives −0 where the function passes through 0.

use super::{Elem, Mask, Real};

/// x = k ln 2 + r with whole k: (k, r, c), where c is what rounding took from r.
#[inline(always)]
fn reduce<R: Real>(x: R) -> (R, R, R) {
    let round = R::of(<R::Elem as Elem>::ROUND);
    let (ln2_high, ln2_low) = <R::Elem as Elem>::LN2;
    let k = (x * R::of(core::f64::consts::LOG2_E) + round) - round;
    let high = x - k * R::of(ln2_high); // exact
    let low = k * R::of(ln2_low);
    let r = high - low;
    (k, r, (high - r) - low)
}

/// 2ⁿ for whole n from 1 − bias to bias.
#[inline(always)]
fn power_of_two<R: Real>(n: R) -> R {
    (n + R::of(<R::Elem as Elem>::ROUND + <R::Elem as Elem>::BIAS)).bits_to_exponent()
}

/// eˣ.
///
/// ```
/// use deltalab_core::real::math::exp;
/// assert_eq!((exp(0.0), exp(f64::NEG_INFINITY), exp(1000.0)), (1.0, 0.0, f64::INFINITY));
/// ```
#[inline(always)]
pub fn exp<R: Real>(x: R) -> R {
    let (low, high) = <R::Elem as Elem>::EXP_RANGE;
    let (k, r, c) = reduce(x.at_least(R::of(low)).at_most(R::of(high)));
    let r2 = r * r;
    let one = R::one();
    let s = one + r;
    let lost = (one - s) + r; // s + lost = 1 + r exactly
    let y = s + (lost + (r2 * <R::Elem as Elem>::exp_series(r, r2) + c));
    // Two factors, so that neither overflows and a subnormal result is rounded once.
    let round = R::of(<R::Elem as Elem>::ROUND);
    let half = (k * R::of(0.5) + round) - round;
    y * power_of_two(half) * power_of_two(k - half)
}

/// Natural logarithm.
///
/// ```
/// use deltalab_core::real::math::ln;
/// assert_eq!((ln(1.0), ln(0.0), ln(f64::INFINITY)), (0.0, f64::NEG_INFINITY, f64::INFINITY));
/// assert!(ln(-1.0).is_nan());
/// ```
#[inline(always)]
pub fn ln<R: Real>(x: R) -> R {
    let one = R::one();
    let subnormal = R::of(<R::Elem as Elem>::TINY).gt(x);
    let lifted = R::select(subnormal, x * R::of(<R::Elem as Elem>::LIFT), x);
    let bias = R::of(<R::Elem as Elem>::BIAS);
    let offset = R::select(subnormal, bias + R::of(<R::Elem as Elem>::LIFT_LOG2), bias);
    // lifted = 2ᵏ m, m in [1, 2); then m in [√½, √2).
    let whole = R::of(<R::Elem as Elem>::WHOLE);
    let k = (lifted.abs().exponent_to_bits().bits_or(whole) - whole) - offset;
    let m = lifted.bits_and(R::splat(<R::Elem as Elem>::MANTISSA)).bits_or(one);
    let upper = m.gt(R::of(core::f64::consts::SQRT_2));
    let m = R::select(upper, m * R::of(0.5), m);
    let k = R::select(upper, k + one, k);
    // ln m = ln(1 + f) = f − (½f² − s (½f² + series)), s = f / (2 + f).
    let f = m - one;
    let s = f / (R::of(2.0) + f);
    let half_square = R::of(0.5) * f * f;
    let series = <R::Elem as Elem>::ln_series(s * s);
    let (ln2_high, ln2_low) = <R::Elem as Elem>::LN2;
    let tail = s * (half_square + series) + k * R::of(ln2_low);
    let y = k * R::of(ln2_high) - ((half_square - tail) - f);
    // Outside (0, ∞): −∞ at 0, NaN below, infinity and NaN as they are.
    let positive = x.gt(R::zero());
    let infinity = R::of(f64::INFINITY);
    let outside = R::select(x.ge(R::zero()), -infinity, R::of(f64::NAN));
    let y = R::select(positive, y, outside);
    R::select(positive.and(infinity.gt(x)).or(R::zero().ge(x)), y, x)
}

/// The logistic function 1 / (1 + e⁻ˣ).
///
/// ```
/// use deltalab_core::real::math::logistic;
/// assert_eq!((logistic(0.0), logistic(f64::INFINITY), logistic(-1e9)), (0.5, 1.0, 0.0));
/// ```
#[inline(always)]
pub fn logistic<R: Real>(x: R) -> R {
    let one = R::one();
    one / (one + exp(-x))
}

/// Hyperbolic tangent.
///
/// ```
/// use deltalab_core::real::math::tanh;
/// assert_eq!((tanh(1e-30), tanh(-50.0), tanh(0.5)), (1e-30, -1.0, 0.5_f64.tanh()));
/// ```
#[inline(always)]
pub fn tanh<R: Real>(x: R) -> R {
    let one = R::one();
    let (k, r, c) = reduce((x.abs() + x.abs()).at_most(R::of(2.0 * <R::Elem as Elem>::TANH_ONE)));
    let r2 = r * r;
    let e_r_minus_1 = r + (r2 * <R::Elem as Elem>::exp_series(r, r2) + c);
    let scale = power_of_two(k);
    let m = scale * e_r_minus_1 + (scale - one);
    (m / (m + R::of(2.0))).copysign(x)
}

/// Softplus ln(1 + eˣ), without overflow.
///
/// ```
/// use deltalab_core::real::math::softplus;
/// assert_eq!((softplus(800.0), softplus(-800.0), softplus(0.0)), (800.0, 0.0, 2_f64.ln()));
/// ```
#[inline(always)]
pub fn softplus<R: Real>(x: R) -> R {
    let e = exp(-x.abs());
    let sum = R::one() + e;
    let ln_1_plus_e = ln(sum) + (e - (sum - R::one())) / sum; // the quotient: what rounding took from 1 + e
    let y = R::select(x.gt(R::zero()), x, R::zero()) + ln_1_plus_e;
    R::select(x.ge(x), y, x)
}

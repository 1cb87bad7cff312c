//! exp, ln, logistic, tanh and softplus: straight-line, without tables, branches or fused operations.
//!
//! One code for `f32`, `f64` and every kind of lanes, so the same bits everywhere. Largest errors in units in the last
//! place of the result (`tests/math.rs` reads this table and holds the code to it):
//!
//! | function | formula | f64 | f32 | beyond the range |
//! |---|---|---|---|---|
//! | [`exp`] | 2ᵏ eʳ, \|r\| ≤ ½ ln 2, minimax | 0.8 | 0.8 | 0, ∞; subnormal results are right |
//! | [`ln`] | k ln 2 + ln((1 + s)/(1 − s)), Taylor | 0.85 | 0.85 | ln 0 = −∞, ln of a negative number NaN |
//! | [`logistic`] | 1 / (1 + e⁻ˣ) | 2.6 | 2.6 | 0 where 2ᵏ overflows (below −709.43 and −88.37) |
//! | [`tanh`] | m / (m + 2), m = e²ˣ − 1 | 2.5 | 2.5 | ±1 |
//! | [`softplus`] | max(x, 0) + ln(1 + e^−\|x\|) | 2.1 | 2.1 | 0, x |
//!
//! The largest errors found were 0.79, 0.83, 2.49, 2.44 and 1.97 (f64, 200 million points each, against 80-bit arithmetic)
//! and 0.79, 0.82, 2.47, 2.43 and 1.94 (f32, every seventh of all numbers, against f64). Subnormal results are among them.
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

/// 2ⁿ for whole n from 1 − bias to bias; infinity for bias + 1.
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
/// assert!(ln(-1.0_f64).is_nan());
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
    let (low, high) = <R::Elem as Elem>::LOGISTIC_RANGE;
    // e⁻ˣ without exp's last correction and second factor: 1 + e⁻ˣ hides the first, and the range spares the other.
    let (k, r, _) = reduce((-x).at_least(R::of(low)).at_most(R::of(high)));
    let r2 = r * r;
    let one = R::one();
    let e = power_of_two(k) * (one + (r + r2 * <R::Elem as Elem>::exp_series(r, r2)));
    one / (one + e)
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
    let (k, r, _) = reduce((x.abs() + x.abs()).at_most(R::of(2.0 * <R::Elem as Elem>::TANH_ONE)));
    let r2 = r * r;
    let e_r_minus_1 = r + r2 * <R::Elem as Elem>::exp_series(r, r2);
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

#[cfg(test)]
mod tests {
    use super::*;

    /// x, then the bits of exp x, ln |x|, logistic x, tanh x, softplus x.
    const F64: [(f64, [u64; 5]); 12] = [
        (
            -700.5,
            [
                0x00c4_ff47_5c68_ca02,
                0x401a_3509_950c_84a7,
                0x00c4_ff47_5c68_ca02,
                0xbff0_0000_0000_0000,
                0x00c4_ff47_5c68_ca02,
            ],
        ),
        (
            -87.5,
            [
                0x380b_2cae_eaab_824a,
                0x4011_e2f5_47a4_15f2,
                0x380b_2cae_eaab_824a,
                0xbff0_0000_0000_0000,
                0x380b_2cae_eaab_824a,
            ],
        ),
        (
            -36.75,
            [
                0x3c9f_9494_acde_2139,
                0x400c_d546_6c0b_bee5,
                0x3c9f_9494_acde_2139,
                0xbff0_0000_0000_0000,
                0x3c9f_9494_acde_2139,
            ],
        ),
        (
            -2.5,
            [
                0x3fb5_0385_c094_f425,
                0x3fed_5240_f0e0_e078,
                0x3fb3_6b71_1253_4847,
                0xbfef_9258_260a_71c2,
                0x3fb4_321e_1cc6_d13f,
            ],
        ),
        (
            -0.3,
            [
                0x3fe7_b4c8_69c3_7c05,
                0xbff3_4378_fcbd_a721,
                0x3fdb_3c55_7437_2aeb,
                0xbfd2_a4dd_a7d9_14f9,
                0x3fe1_bd47_35ab_7817,
            ],
        ),
        (
            -0.001,
            [
                0x3fef_f7cf_e56f_1a9e,
                0xc01b_a18a_998f_ffa0,
                0x3fdf_fbe7_6c90_fd99,
                0xbf50_624d_7751_6ce3,
                0x3fe6_2a2a_aea1_5bd9,
            ],
        ),
        (
            1e-10,
            [
                0x3ff0_0000_0006_df38,
                0xc037_069e_2aa2_aa5b,
                0x3fe0_0000_0003_6f9c,
                0x3ddb_7cdf_d9d7_bdbb,
                0x3fe6_2e42_ff01_1927,
            ],
        ),
        (
            0.1,
            [
                0x3ff1_aec7_b35a_00d4,
                0xc002_6bb1_bbb5_5515,
                0x3fe0_cca1_2729_afb8,
                0x3fb9_83d7_795f_413b,
                0x3fe7_d218_f1c8_904f,
            ],
        ),
        (
            0.7,
            [
                0x4000_1c2a_6126_8987,
                0xbfd6_d3c3_24e1_3f50,
                0x3fe5_61cb_52a1_9476,
                0x3fe3_56fb_17af_2e91,
                0x3ff1_a6a6_6a15_dd2e,
            ],
        ),
        (
            1.9,
            [
                0x401a_be5b_1cd8_63f6,
                0x3fe4_8a11_293d_785b,
                0x3feb_d626_c0b5_b606,
                0x3fee_997f_4c3b_cd48,
                0x4000_50aa_0135_c424,
            ],
        ),
        (
            15.5,
            [
                0x4154_8f60_9e7b_6bbe,
                0x4005_ed3d_88d2_9cde,
                0x3fef_ffff_9c63_b334,
                0x3fef_ffff_ffff_fd94,
                0x402f_0000_0639_c4d6,
            ],
        ),
        (
            88.25,
            [
                0x47e3_f180_bd95_a9ae,
                0x4011_ebb2_a73f_ac10,
                0x3ff0_0000_0000_0000,
                0x3ff0_0000_0000_0000,
                0x4056_1000_0000_0000,
            ],
        ),
    ];
    const F32: [(f32, [u32; 5]); 12] = [
        (-103.5, [0x1, 0x4094_775f, 0x0, 0xbf80_0000, 0x1]),
        (-87.5, [0x006c_b2bc, 0x408f_17aa, 0x006c_b2bc, 0xbf80_0000, 0x006c_b2bc]),
        (-16.5, [0x3392_9427, 0x4033_6a42, 0x3392_9426, 0xbf80_0000, 0x3392_9427]),
        (-2.5, [0x3da8_1c2e, 0x3f6a_9208, 0x3d9b_5b88, 0xbf7c_92c1, 0x3da1_90f1]),
        (-0.3, [0x3f3d_a643, 0xbf9a_1bc8, 0x3ed9_e2ac, 0xbe95_26ee, 0x3f0d_ea39]),
        (-0.001, [0x3f7f_be7f, 0xc0dd_0c55, 0x3eff_df3c, 0xba83_126c, 0x3f31_5155]),
        (1e-10, [0x3f80_0000, 0xc1b8_34f1, 0x3f00_0000, 0x2edb_e6ff, 0x3f31_7218]),
        (0.1, [0x3f8d_763e, 0xc013_5d8e, 0x3f06_6509, 0x3dcc_1ebd, 0x3f3e_90c9]),
        (0.7, [0x4000_e153, 0xbeb6_9e1a, 0x3f2b_0e5a, 0x3f1a_b7d9, 0x3f8d_3533]),
        (1.9, [0x40d5_f2d9, 0x3f24_5089, 0x3f5e_b137, 0x3f74_cbfa, 0x4002_8550]),
        (8.5, [0x4599_9627, 0x4008_f6d8, 0x3f7f_f2ab, 0x3f7f_ffff, 0x4108_00d5]),
        (88.25, [0x7f1f_8c06, 0x408f_5d95, 0x3f80_0000, 0x3f80_0000, 0x42b0_8000]),
    ];

    fn all<R: Real>(x: R) -> [R; 5] {
        [exp(x), ln(x.abs()), logistic(x), tanh(x), softplus(x)]
    }

    /// The bits as they are: results stored with one version are found again with the next. To change one is
    /// value-breaking (a line of the CHANGELOG, and all stored results made again).
    #[test]
    fn value_stability() {
        for (x, bits) in F64 {
            assert_eq!(all(x).map(f64::to_bits), bits, "x = {x}");
        }
        for (x, bits) in F32 {
            assert_eq!(all(x).map(f32::to_bits), bits, "x = {x}");
        }
    }
}

//! One run: `f64` and `f32` as numbers of the equations.

use super::{Elem, Kernel, Mask, One, Real};

macro_rules! real_for_scalar {
    ($float:ident, $mantissa_bits:literal) => {
        impl Real for $float {
            type Elem = $float;
            type Mask = bool;
            const LANES: usize = 1;
            type Row = One<$float>;

            #[inline(always)]
            fn splat(x: $float) -> Self {
                x
            }
            #[inline(always)]
            fn lanes(&self) -> &[$float] {
                core::slice::from_ref(self)
            }
            #[inline(always)]
            fn lanes_mut(&mut self) -> &mut [$float] {
                core::slice::from_mut(self)
            }
            #[inline(always)]
            fn numbers(values: &[Self]) -> &[$float] {
                values
            }
            #[inline(always)]
            fn numbers_mut(values: &mut [Self]) -> &mut [$float] {
                values
            }
            #[inline(always)]
            fn gt(self, other: Self) -> bool {
                self > other
            }
            #[inline(always)]
            fn ge(self, other: Self) -> bool {
                self >= other
            }
            #[inline(always)]
            fn select(mask: bool, yes: Self, no: Self) -> Self {
                if mask { yes } else { no }
            }
            #[inline(always)]
            fn at_least(self, low: Self) -> Self {
                if low > self { low } else { self }
            }
            #[inline(always)]
            fn at_most(self, high: Self) -> Self {
                if high < self { high } else { self }
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                $float::sqrt(self)
            }
            #[inline(always)]
            fn bits_and(self, other: Self) -> Self {
                $float::from_bits(self.to_bits() & other.to_bits())
            }
            #[inline(always)]
            fn bits_or(self, other: Self) -> Self {
                $float::from_bits(self.to_bits() | other.to_bits())
            }
            #[inline(always)]
            fn bits_to_exponent(self) -> Self {
                $float::from_bits(self.to_bits() << $mantissa_bits)
            }
            #[inline(always)]
            fn exponent_to_bits(self) -> Self {
                $float::from_bits(self.to_bits() >> $mantissa_bits)
            }
            #[inline(always)]
            fn enter<K: Kernel>(kernel: K) -> K::Out {
                kernel.run()
            }
        }
    };
}

real_for_scalar!(f64, 52);
real_for_scalar!(f32, 23);

impl Mask for bool {
    #[inline(always)]
    fn all_lanes(value: bool) -> Self {
        value
    }
    #[inline(always)]
    fn and(self, other: Self) -> Self {
        self & other
    }
    #[inline(always)]
    fn or(self, other: Self) -> Self {
        self | other
    }
    #[inline(always)]
    fn not(self) -> Self {
        !self
    }
    #[inline(always)]
    fn any(self) -> bool {
        self
    }
}

/// c₀ + z (c₁ + z (c₂ + …)), from the end.
#[inline(always)]
fn horner<R: Real, const N: usize>(z: R, coefficients: [f64; N]) -> R {
    let mut sum = R::of(coefficients[N - 1]);
    let mut n = N - 1;
    while n > 0 {
        n -= 1;
        sum = R::of(coefficients[n]) + z * sum;
    }
    sum
}

impl Elem for f64 {
    #[inline(always)]
    fn nearest(x: f64) -> Self {
        x
    }
    #[inline(always)]
    fn to_f64(self) -> f64 {
        self
    }
    #[inline(always)]
    fn finite(self) -> bool {
        self.is_finite()
    }
    const SIGN: Self = -0.0;
    const NOT_SIGN: Self = f64::from_bits(u64::MAX >> 1);
    const MANTISSA: Self = f64::from_bits((1 << 52) - 1);
    const ROUND: f64 = 6_755_399_441_055_744.0; // 1.5 · 2⁵²
    const WHOLE: f64 = 4_503_599_627_370_496.0; // 2⁵²
    const BIAS: f64 = 1023.0;
    const TINY: f64 = f64::MIN_POSITIVE;
    const LIFT: f64 = 18_014_398_509_481_984.0; // 2⁵⁴
    const LIFT_LOG2: f64 = 54.0;
    const EXP_RANGE: (f64, f64) = (-746.0, 710.0);
    const LOGISTIC_RANGE: (f64, f64) = (-708.0, 710.0);
    /// ln 2 cut after 32 bits, and the rest: k · high is exact for |k| < 2²¹.
    const LN2: (f64, f64) = (f64::from_bits(0x3fe6_2e42_fee0_0000), 1.908_214_929_270_587_7e-10);
    const TANH_ONE: f64 = 20.0;

    #[inline(always)]
    fn exp_series<R: Real<Elem = f64>>(r: R, r2: R) -> R {
        let even = [
            0.500_000_000_000_001_1,
            0.041_666_666_666_530_25,
            0.001_388_888_894_360_090_6,
            2.480_149_313_248_873_7e-5,
            2.763_023_535_596_944e-7,
        ];
        let odd = [
            0.166_666_666_666_664_13,
            0.008_333_333_333_494_347,
            0.000_198_412_695_067_571_2,
            2.755_758_627_932_771_6e-6,
            2.500_007_054_206_150_5e-8,
        ];
        horner(r2, even) + r * horner(r2, odd)
    }
    #[inline(always)]
    fn ln_series<R: Real<Elem = f64>>(z: R) -> R {
        const fn c(n: u32) -> f64 {
            2.0 / (2 * n + 1) as f64
        }
        z * horner(z, [c(1), c(2), c(3), c(4), c(5), c(6), c(7), c(8), c(9), c(10)])
    }
}

impl Elem for f32 {
    #[inline(always)]
    fn nearest(x: f64) -> Self {
        x as f32
    }
    #[inline(always)]
    fn to_f64(self) -> f64 {
        f64::from(self)
    }
    #[inline(always)]
    fn finite(self) -> bool {
        self.is_finite()
    }
    const SIGN: Self = -0.0;
    const NOT_SIGN: Self = f32::from_bits(u32::MAX >> 1);
    const MANTISSA: Self = f32::from_bits((1 << 23) - 1);
    const ROUND: f64 = 12_582_912.0; // 1.5 · 2²³
    const WHOLE: f64 = 8_388_608.0; // 2²³
    const BIAS: f64 = 127.0;
    const TINY: f64 = f32::MIN_POSITIVE as f64;
    const LIFT: f64 = 33_554_432.0; // 2²⁵
    const LIFT_LOG2: f64 = 25.0;
    const EXP_RANGE: (f64, f64) = (-105.0, 89.0);
    const LOGISTIC_RANGE: (f64, f64) = (-87.0, 89.0);
    /// 355/512, nine bits: k · high is exact for |k| < 2¹⁵.
    const LN2: (f64, f64) = (0.693_359_375, core::f64::consts::LN_2 - 0.693_359_375);
    const TANH_ONE: f64 = 10.0;

    #[inline(always)]
    fn exp_series<R: Real<Elem = f32>>(r: R, r2: R) -> R {
        let even = [0.499_999_934_512_541_1, 0.041_668_387_440_320_2, 0.001_381_461_136_482_749_6];
        let odd = [0.166_665_206_838_546_88, 0.008_368_710_545_132_644];
        horner(r2, even) + r * horner(r2, odd)
    }
    #[inline(always)]
    fn ln_series<R: Real<Elem = f32>>(z: R) -> R {
        const fn c(n: u32) -> f64 {
            2.0 / (2 * n + 1) as f64
        }
        z * horner(z, [c(1), c(2), c(3), c(4), c(5)])
    }
}

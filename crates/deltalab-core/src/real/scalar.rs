//! One run: `f64` and `f32` as numbers of the equations.

use super::{Elem, Kernel, Mask, Real};

macro_rules! real_for_scalar {
    ($float:ident, $mantissa_bits:literal) => {
        impl Real for $float {
            type Elem = $float;
            type Mask = bool;
            const LANES: usize = 1;
            const REGISTERS: usize = 1;

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

/// 1 / n!, rounded once: every factorial up to 18! is exact in f64.
const fn over_factorial(n: u32) -> f64 {
    let mut product = 1.0;
    let mut k = 2;
    while k <= n {
        product *= k as f64;
        k += 1;
    }
    1.0 / product
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
    /// ln 2 cut after 32 bits, and the rest: k · high is exact for |k| < 2²¹.
    const LN2: (f64, f64) = (f64::from_bits(0x3fe6_2e42_fee0_0000), 1.908_214_929_270_587_7e-10);
    const TANH_ONE: f64 = 20.0;

    #[inline(always)]
    fn exp_series<R: Real<Elem = f64>>(r: R, r2: R) -> R {
        const C: [f64; 14] = {
            let mut c = [0.0; 14];
            let mut n = 0;
            while n < 14 {
                c[n] = over_factorial(n as u32);
                n += 1;
            }
            c
        };
        let even = horner(r2, [C[2], C[4], C[6], C[8], C[10], C[12]]);
        let odd = horner(r2, [C[3], C[5], C[7], C[9], C[11], C[13]]);
        even + r * odd
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
    /// 355/512, nine bits: k · high is exact for |k| < 2¹⁵.
    const LN2: (f64, f64) = (0.693_359_375, core::f64::consts::LN_2 - 0.693_359_375);
    const TANH_ONE: f64 = 10.0;

    #[inline(always)]
    fn exp_series<R: Real<Elem = f32>>(r: R, r2: R) -> R {
        const fn c(n: u32) -> f64 {
            over_factorial(n)
        }
        let even = horner(r2, [c(2), c(4), c(6)]);
        let odd = horner(r2, [c(3), c(5), c(7)]);
        even + r * odd
    }
    #[inline(always)]
    fn ln_series<R: Real<Elem = f32>>(z: R) -> R {
        const fn c(n: u32) -> f64 {
            2.0 / (2 * n + 1) as f64
        }
        z * horner(z, [c(1), c(2), c(3), c(4), c(5)])
    }
}

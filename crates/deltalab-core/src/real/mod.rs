//! Numbers: what every equation is written in.
//!
//! A rule is written once, over [`Real`], as the mathematics of one network. With `f64` it trains one run; with
//! [`Lanes`] it trains as many runs as the registers hold, each with the bits that it would have alone; [`Alone`] is one run
//! whose units go through the registers.
//!
//! **The numeric contract.** Every operation here is one IEEE 754 operation per lane, in one order; nothing is fused
//! (no FMA), nothing is reassociated, and exp, ln, logistic, tanh and softplus are our own straight-line code ([`math`]).
//! So a run has the same bits alone or in a lane, on any instruction set and any machine.
//!
//! Fused operations everywhere would keep that promise too, and were measured (AMD Zen 4, AVX-512): hand-written lanes of
//! XOR, 8-3-8 and CHL gain 11, 10 and 14 %, the logistic function alone 28 %. Where a machine has no FMA (SSE2, a browser)
//! each would be a call of some twenty instructions; so that every machine has the same bits at its full speed, we do without.
//!
//! **Inlining is correctness of speed.** Vector registers are fast only inside a function compiled for them. [`Real::enter`]
//! is that function; everything below it carries `#[inline(always)]`. A forgotten attribute changes no bit and no test
//! notices; `scripts/check-inlining` looks into the binary for what leaked.

mod alone;
mod lanes;
mod level;
pub mod math;
mod pack;
mod scalar;
#[cfg(target_arch = "x86_64")]
mod x86;

pub use alone::Alone;
pub use lanes::Lanes;
pub use level::Level;
pub use pack::{Along, One, Pack, Pair, along};
#[cfg(target_arch = "x86_64")]
pub use x86::{Avx2F32, Avx2F64, Avx512F32, Avx512F64, Sse2F32, Sse2F64};

use core::fmt::Debug;
use core::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

/// A number of the equations: one (`f32`, `f64`), or one per lane ([`Lanes`]).
pub trait Real:
    Copy
    + Debug
    + PartialEq
    + Send
    + Sync
    + 'static
    + Neg<Output = Self>
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
    + DivAssign
{
    /// The number of one lane.
    type Elem: Elem;
    /// A truth value per lane.
    type Mask: Mask;
    /// How many runs one value holds.
    const LANES: usize;
    /// The register that units of a lone run go through, where the substrate works on many of them at once.
    type Row: Pack<Elem = Self::Elem>;
    /// Whether units go through such registers: one run, and a register that holds more than one number.
    const IN_ROWS: bool = Self::LANES == 1 && <Self::Row as Pack>::N > 1;
    /// How many sums of lanes the machine's registers hold, with room for what is summed: 1, 2, 4, 8 or 16.
    const ACCUMULATORS: usize = 1;

    /// The same number in every lane.
    fn splat(x: Self::Elem) -> Self;
    /// A constant of an equation, rounded to the element type, in every lane.
    #[inline(always)]
    fn of(x: f64) -> Self {
        Self::splat(Self::Elem::nearest(x))
    }
    /// The lanes, first run first.
    fn lanes(&self) -> &[Self::Elem];
    /// The lanes, to be written one by one.
    fn lanes_mut(&mut self) -> &mut [Self::Elem];

    /// The lanes of many values, value after value.
    fn numbers(values: &[Self]) -> &[Self::Elem];
    /// The lanes of many values, to be written.
    fn numbers_mut(values: &mut [Self]) -> &mut [Self::Elem];

    /// self > other; false where either is NaN.
    fn gt(self, other: Self) -> Self::Mask;
    /// self ≥ other; false where either is NaN.
    fn ge(self, other: Self) -> Self::Mask;
    /// `yes` in the lanes where the mask holds, else `no`.
    fn select(mask: Self::Mask, yes: Self, no: Self) -> Self;
    /// √x, correctly rounded.
    fn sqrt(self) -> Self;

    /// Bitwise and of the representations.
    fn bits_and(self, other: Self) -> Self;
    /// Bitwise or of the representations.
    fn bits_or(self, other: Self) -> Self;
    /// The representation shifted left by the width of the mantissa: the low bits become the exponent.
    fn bits_to_exponent(self) -> Self;
    /// The representation shifted right by the width of the mantissa: the exponent becomes the low bits.
    fn exponent_to_bits(self) -> Self;

    /// Runs a kernel inside a function compiled for this type's instructions. Once per epoch is cheap enough.
    fn enter<K: Kernel>(kernel: K) -> K::Out;

    /// |x|.
    #[inline(always)]
    fn abs(self) -> Self {
        self.bits_and(Self::splat(Self::Elem::NOT_SIGN))
    }
    /// |x| with the sign of `sign`.
    #[inline(always)]
    fn copysign(self, sign: Self) -> Self {
        self.abs().bits_or(sign.bits_and(Self::splat(Self::Elem::SIGN)))
    }
    /// The larger; `self` where either is NaN.
    fn at_least(self, low: Self) -> Self;
    /// The smaller; `self` where either is NaN.
    fn at_most(self, high: Self) -> Self;
    /// 0 in every lane.
    #[inline(always)]
    fn zero() -> Self {
        Self::of(0.0)
    }
    /// 1 in every lane.
    #[inline(always)]
    fn one() -> Self {
        Self::of(1.0)
    }
}

/// A truth value per lane.
pub trait Mask: Copy + Debug + Send + Sync + 'static {
    /// True in every lane, or false in every lane.
    fn all_lanes(value: bool) -> Self;
    /// Both.
    fn and(self, other: Self) -> Self;
    /// Either.
    fn or(self, other: Self) -> Self;
    /// Neither.
    fn not(self) -> Self;
    /// Whether it holds in any lane.
    fn any(self) -> bool;
}

/// The number of one lane: `f32` or `f64`, with the constants in which [`math`] differs between them.
pub trait Elem: Real<Elem = Self> + PartialOrd + Default {
    /// A constant, rounded to this type.
    fn nearest(x: f64) -> Self;
    /// Widened; exact.
    fn to_f64(self) -> f64;
    /// Whether it is neither infinite nor NaN.
    fn finite(self) -> bool;
    /// Only the sign bit.
    const SIGN: Self;
    /// All bits but the sign.
    const NOT_SIGN: Self;
    /// The mantissa's bits.
    const MANTISSA: Self;
    /// 1.5 · 2^(mantissa bits): adding and taking it away rounds to the nearest whole number.
    const ROUND: f64;
    /// 2^(mantissa bits): or-ing a small whole number into its bits makes it that much larger.
    const WHOLE: f64;
    /// Bias of the exponent.
    const BIAS: f64;
    /// Smallest positive normal number.
    const TINY: f64;
    /// The width of the mantissa as a factor: 2^(mantissa bits + 2) lifts subnormal numbers to normal ones.
    const LIFT: f64;
    /// log₂ of `LIFT`.
    const LIFT_LOG2: f64;
    /// Beyond these exp is 0 or infinity.
    const EXP_RANGE: (f64, f64);
    /// Beyond these the logistic function is 1 or 0: e⁻ˣ is lost beside 1, or 2ᵏ is infinite.
    const LOGISTIC_RANGE: (f64, f64);
    /// ln 2 in two parts; the first has so few bits that its product with any exponent is exact.
    const LN2: (f64, f64);
    /// Beyond this tanh is 1.
    const TANH_ONE: f64;

    /// (eʳ − 1 − r) / r², |r| ≤ ½ ln 2: the polynomial whose largest error relative to eʳ is least (Remez; degree 9 and
    /// 3.6e−18 for f64, degree 4 and 3.1e−9 for f32; `scripts/exp-series.py` finds it), even and odd powers apart; `r2` = r².
    fn exp_series<R: Real<Elem = Self>>(r: R, r2: R) -> R;
    /// Σ_{n ≥ 1} 2 z^n / (2n + 1), z = s² ≤ 0.0295: the part of ln((1 + s)/(1 − s)) beyond 2s, over s.
    fn ln_series<R: Real<Elem = Self>>(z: R) -> R;
}

/// Work to be done inside [`Real::enter`]. Implementations carry `#[inline(always)]` on `run`.
pub trait Kernel {
    /// What it gives back.
    type Out;
    /// The work.
    fn run(self) -> Self::Out;
}

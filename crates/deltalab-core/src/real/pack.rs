//! One vector register, and a portable stand-in for it.

use super::{Elem, Kernel, Mask};
use core::fmt::Debug;

/// One register of `N` numbers. Every method is `#[inline(always)]`, one instruction or a few.
pub trait Pack: Copy + Debug + Send + Sync + 'static {
    /// The number of one lane.
    type Elem: Elem;
    /// A truth value per lane.
    type Mask: Mask;
    /// Lanes of one register.
    const N: usize;
    /// The same number in every lane.
    fn splat(x: Self::Elem) -> Self;
    /// a + b.
    fn add(a: Self, b: Self) -> Self;
    /// a − b.
    fn sub(a: Self, b: Self) -> Self;
    /// a · b.
    fn mul(a: Self, b: Self) -> Self;
    /// a / b.
    fn div(a: Self, b: Self) -> Self;
    /// −a: the sign bit flipped.
    fn neg(a: Self) -> Self;
    /// √a.
    fn sqrt(a: Self) -> Self;
    /// a > b.
    fn gt(a: Self, b: Self) -> Self::Mask;
    /// a ≥ b.
    fn ge(a: Self, b: Self) -> Self::Mask;
    /// `yes` where the mask holds, else `no`.
    fn select(mask: Self::Mask, yes: Self, no: Self) -> Self;
    /// Bitwise and.
    fn and(a: Self, b: Self) -> Self;
    /// Bitwise or.
    fn or(a: Self, b: Self) -> Self;
    /// Bits shifted left by the width of the mantissa.
    fn shift_left(a: Self) -> Self;
    /// Bits shifted right by the width of the mantissa.
    fn shift_right(a: Self) -> Self;
    /// Runs a kernel inside a function compiled for this register's instructions.
    fn enter<K: Kernel>(kernel: K) -> K::Out;
}

/// Two numbers side by side, in plain Rust: the baseline where there is no x86, and a check of the registers where there is.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(C)]
pub struct Pair<E>([E; 2]);

impl<E: Elem> Pack for Pair<E> {
    type Elem = E;
    type Mask = [E::Mask; 2];
    const N: usize = 2;
    #[inline(always)]
    fn splat(x: E) -> Self {
        Self([x; 2])
    }
    #[inline(always)]
    fn add(a: Self, b: Self) -> Self {
        Self([a.0[0] + b.0[0], a.0[1] + b.0[1]])
    }
    #[inline(always)]
    fn sub(a: Self, b: Self) -> Self {
        Self([a.0[0] - b.0[0], a.0[1] - b.0[1]])
    }
    #[inline(always)]
    fn mul(a: Self, b: Self) -> Self {
        Self([a.0[0] * b.0[0], a.0[1] * b.0[1]])
    }
    #[inline(always)]
    fn div(a: Self, b: Self) -> Self {
        Self([a.0[0] / b.0[0], a.0[1] / b.0[1]])
    }
    #[inline(always)]
    fn neg(a: Self) -> Self {
        Self([-a.0[0], -a.0[1]])
    }
    #[inline(always)]
    fn sqrt(a: Self) -> Self {
        Self([a.0[0].sqrt(), a.0[1].sqrt()])
    }
    #[inline(always)]
    fn gt(a: Self, b: Self) -> Self::Mask {
        [a.0[0].gt(b.0[0]), a.0[1].gt(b.0[1])]
    }
    #[inline(always)]
    fn ge(a: Self, b: Self) -> Self::Mask {
        [a.0[0].ge(b.0[0]), a.0[1].ge(b.0[1])]
    }
    #[inline(always)]
    fn select(mask: Self::Mask, yes: Self, no: Self) -> Self {
        Self([E::select(mask[0], yes.0[0], no.0[0]), E::select(mask[1], yes.0[1], no.0[1])])
    }
    #[inline(always)]
    fn and(a: Self, b: Self) -> Self {
        Self([a.0[0].bits_and(b.0[0]), a.0[1].bits_and(b.0[1])])
    }
    #[inline(always)]
    fn or(a: Self, b: Self) -> Self {
        Self([a.0[0].bits_or(b.0[0]), a.0[1].bits_or(b.0[1])])
    }
    #[inline(always)]
    fn shift_left(a: Self) -> Self {
        Self([a.0[0].bits_to_exponent(), a.0[1].bits_to_exponent()])
    }
    #[inline(always)]
    fn shift_right(a: Self) -> Self {
        Self([a.0[0].exponent_to_bits(), a.0[1].exponent_to_bits()])
    }
    #[inline(never)]
    fn enter<K: Kernel>(kernel: K) -> K::Out {
        kernel.run()
    }
}

impl<M: Mask, const K: usize> Mask for [M; K] {
    #[inline(always)]
    fn all_lanes(value: bool) -> Self {
        [M::all_lanes(value); K]
    }
    #[inline(always)]
    fn and(mut self, other: Self) -> Self {
        for k in 0..K {
            self[k] = self[k].and(other[k]);
        }
        self
    }
    #[inline(always)]
    fn or(mut self, other: Self) -> Self {
        for k in 0..K {
            self[k] = self[k].or(other[k]);
        }
        self
    }
    #[inline(always)]
    fn not(mut self) -> Self {
        for k in 0..K {
            self[k] = self[k].not();
        }
        self
    }
    #[inline(always)]
    fn any(self) -> bool {
        let mut any = false;
        for k in 0..K {
            any |= self[k].any();
        }
        any
    }
}

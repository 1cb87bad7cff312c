//! One vector register, and a portable stand-in for it.

use super::{Elem, Kernel, Mask};
use core::fmt::Debug;

/// One register of `N` numbers. Every method is `#[inline(always)]`, one instruction or a few.
pub trait Pack: Copy + Debug + Send + Sync + 'static {
    /// The number of one lane.
    type Elem: Elem;
    /// A truth value per lane.
    type Mask: Mask;
    /// What a row of numbers goes on with where it no longer fills this register, which has no cheap [`PARTS`](Self::PARTS).
    type Half: Pack<Elem = Self::Elem>;
    /// Lanes of one register.
    const N: usize;
    /// How many registers of this kind the machine has.
    const REGISTERS: usize;
    /// The same number in every lane.
    fn splat(x: Self::Elem) -> Self;
    /// N numbers that lie side by side.
    ///
    /// # Safety
    /// `from` points to at least N numbers.
    #[inline(always)]
    unsafe fn load(from: *const Self::Elem) -> Self {
        // SAFETY: a `Pack` is exactly N numbers (`Lanes` asserts it), and the caller vouches for them.
        unsafe { from.cast::<Self>().read_unaligned() }
    }
    /// Writes N numbers side by side.
    ///
    /// # Safety
    /// `to` points to at least N numbers.
    #[inline(always)]
    unsafe fn store(a: Self, to: *mut Self::Elem) {
        // SAFETY: as in `load`.
        unsafe { to.cast::<Self>().write_unaligned(a) }
    }
    /// Whether it reads and writes the first numbers of a row as fast as all: a row then ends in one register filled in part,
    /// else in smaller ones (the rows of a mini-batch's panels in one filled in part, whatever its kind).
    const PARTS: bool = false;
    /// The first `count` numbers at `from`, and 0 in the others.
    ///
    /// # Safety
    /// `from` points to at least `count` numbers; `count` is from 1 to N.
    #[inline(always)]
    unsafe fn load_part(from: *const Self::Elem, count: usize) -> Self {
        let mut part = Self::splat(Self::Elem::default());
        // SAFETY: the caller vouches for the numbers, and a `Pack` has room for N of them.
        unsafe { core::ptr::copy_nonoverlapping(from, (&raw mut part).cast(), count) };
        part
    }
    /// Writes the first `count` numbers.
    ///
    /// # Safety
    /// `to` points to at least `count` numbers; `count` is from 1 to N.
    #[inline(always)]
    unsafe fn store_part(a: Self, to: *mut Self::Elem, count: usize) {
        // SAFETY: as in `load_part`.
        unsafe { core::ptr::copy_nonoverlapping((&raw const a).cast(), to, count) };
    }
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
    /// The larger; `a` where either is NaN.
    fn at_least(a: Self, low: Self) -> Self;
    /// The smaller; `a` where either is NaN.
    fn at_most(a: Self, high: Self) -> Self;
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
    /// Whether it can [`turn`](Self::turn) a square of numbers over.
    const TURNS: bool = false;
    /// N rows of N numbers, turned over: register c of `to` gets number c of every row. Row r stands at `from + r · stride`.
    ///
    /// # Safety
    /// Every row points to at least N numbers; `TURNS` holds.
    #[inline(always)]
    unsafe fn turn(_from: *const Self::Elem, _stride: usize, _to: &mut [Self]) {}
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
    type Half = One<E>;
    const N: usize = 2;
    const REGISTERS: usize = 16;
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
    fn at_least(a: Self, low: Self) -> Self {
        Self([a.0[0].at_least(low.0[0]), a.0[1].at_least(low.0[1])])
    }
    #[inline(always)]
    fn at_most(a: Self, high: Self) -> Self {
        Self([a.0[0].at_most(high.0[0]), a.0[1].at_most(high.0[1])])
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

/// A single number, where a row of them ends.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(transparent)]
pub struct One<E>(E);

impl<E: Elem> Pack for One<E> {
    type Elem = E;
    type Mask = E::Mask;
    type Half = Self;
    const N: usize = 1;
    const REGISTERS: usize = 16;
    #[inline(always)]
    fn splat(x: E) -> Self {
        Self(x)
    }
    #[inline(always)]
    fn add(a: Self, b: Self) -> Self {
        Self(a.0 + b.0)
    }
    #[inline(always)]
    fn sub(a: Self, b: Self) -> Self {
        Self(a.0 - b.0)
    }
    #[inline(always)]
    fn mul(a: Self, b: Self) -> Self {
        Self(a.0 * b.0)
    }
    #[inline(always)]
    fn div(a: Self, b: Self) -> Self {
        Self(a.0 / b.0)
    }
    #[inline(always)]
    fn neg(a: Self) -> Self {
        Self(-a.0)
    }
    #[inline(always)]
    fn sqrt(a: Self) -> Self {
        Self(a.0.sqrt())
    }
    #[inline(always)]
    fn gt(a: Self, b: Self) -> E::Mask {
        a.0.gt(b.0)
    }
    #[inline(always)]
    fn ge(a: Self, b: Self) -> E::Mask {
        a.0.ge(b.0)
    }
    #[inline(always)]
    fn at_least(a: Self, low: Self) -> Self {
        Self(a.0.at_least(low.0))
    }
    #[inline(always)]
    fn at_most(a: Self, high: Self) -> Self {
        Self(a.0.at_most(high.0))
    }
    #[inline(always)]
    fn select(mask: E::Mask, yes: Self, no: Self) -> Self {
        Self(E::select(mask, yes.0, no.0))
    }
    #[inline(always)]
    fn and(a: Self, b: Self) -> Self {
        Self(a.0.bits_and(b.0))
    }
    #[inline(always)]
    fn or(a: Self, b: Self) -> Self {
        Self(a.0.bits_or(b.0))
    }
    #[inline(always)]
    fn shift_left(a: Self) -> Self {
        Self(a.0.bits_to_exponent())
    }
    #[inline(always)]
    fn shift_right(a: Self) -> Self {
        Self(a.0.exponent_to_bits())
    }
    #[inline(always)]
    fn enter<K: Kernel>(kernel: K) -> K::Out {
        kernel.run()
    }
}

/// Work along a row of numbers, register by register.
pub trait Along<E: Elem> {
    /// The `count` numbers from `at` on: as many as the register holds, or fewer where the row ends.
    fn register<P: Pack<Elem = E>>(&mut self, at: usize, count: usize);
}

/// Does the work for numbers `at` to `length`: in registers of kind P while they are filled, then in one that is filled in part
/// or in smaller ones.
#[inline(always)]
pub fn along<P: Pack>(mut at: usize, length: usize, work: &mut impl Along<P::Elem>) {
    while at + P::N <= length {
        work.register::<P>(at, P::N);
        at += P::N;
    }
    if P::PARTS && at < length {
        work.register::<P>(at, length - at);
    } else if P::N > 1 && at < length {
        along::<P::Half>(at, length, work);
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

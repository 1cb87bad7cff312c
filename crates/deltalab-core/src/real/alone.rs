//! One run alone, on a machine with registers.
//!
//! The numbers are those of `P`'s element, one operation at a time; what goes through the registers of kind `P` are the *units* of
//! a layer, side by side, wherever the substrate works on all of them at once (products, activation functions). The bits
//! are those of a run in lanes: which sums are made side by side never changes a sum.

use super::{Kernel, Pack, Real};
use core::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

/// A number of one run whose units go through registers of kind `P`.
#[derive(Clone, Copy, Debug)]
#[repr(transparent)]
pub struct Alone<P: Pack>(P::Elem);

impl<P: Pack> PartialEq for Alone<P> {
    #[inline(always)]
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

macro_rules! operator {
    ($trait:ident, $method:ident, $assign_trait:ident, $assign:ident) => {
        impl<P: Pack> $trait for Alone<P> {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                Self(self.0.$method(other.0))
            }
        }
        impl<P: Pack> $assign_trait for Alone<P> {
            #[inline(always)]
            fn $assign(&mut self, other: Self) {
                self.0.$assign(other.0);
            }
        }
    };
}

operator!(Add, add, AddAssign, add_assign);
operator!(Sub, sub, SubAssign, sub_assign);
operator!(Mul, mul, MulAssign, mul_assign);
operator!(Div, div, DivAssign, div_assign);

impl<P: Pack> Neg for Alone<P> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl<P: Pack> Real for Alone<P> {
    type Elem = P::Elem;
    type Mask = <P::Elem as Real>::Mask;
    type Row = P;
    const LANES: usize = 1;

    #[inline(always)]
    fn splat(x: P::Elem) -> Self {
        Self(x)
    }
    #[inline(always)]
    fn lanes(&self) -> &[P::Elem] {
        core::slice::from_ref(&self.0)
    }
    #[inline(always)]
    fn lanes_mut(&mut self) -> &mut [P::Elem] {
        core::slice::from_mut(&mut self.0)
    }
    #[inline(always)]
    fn numbers(values: &[Self]) -> &[P::Elem] {
        // SAFETY: `Alone` is its number (`repr(transparent)`).
        unsafe { core::slice::from_raw_parts(values.as_ptr().cast(), values.len()) }
    }
    #[inline(always)]
    fn numbers_mut(values: &mut [Self]) -> &mut [P::Elem] {
        // SAFETY: as in `numbers`; every number is a valid `Alone`.
        unsafe { core::slice::from_raw_parts_mut(values.as_mut_ptr().cast(), values.len()) }
    }
    #[inline(always)]
    fn gt(self, other: Self) -> Self::Mask {
        Real::gt(self.0, other.0)
    }
    #[inline(always)]
    fn ge(self, other: Self) -> Self::Mask {
        Real::ge(self.0, other.0)
    }
    #[inline(always)]
    fn select(mask: Self::Mask, yes: Self, no: Self) -> Self {
        Self(Real::select(mask, yes.0, no.0))
    }
    #[inline(always)]
    fn at_least(self, low: Self) -> Self {
        Self(self.0.at_least(low.0))
    }
    #[inline(always)]
    fn at_most(self, high: Self) -> Self {
        Self(self.0.at_most(high.0))
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        Self(self.0.sqrt())
    }
    #[inline(always)]
    fn bits_and(self, other: Self) -> Self {
        Self(self.0.bits_and(other.0))
    }
    #[inline(always)]
    fn bits_or(self, other: Self) -> Self {
        Self(self.0.bits_or(other.0))
    }
    #[inline(always)]
    fn bits_to_exponent(self) -> Self {
        Self(self.0.bits_to_exponent())
    }
    #[inline(always)]
    fn exponent_to_bits(self) -> Self {
        Self(self.0.exponent_to_bits())
    }
    #[inline(always)]
    fn enter<Work: Kernel>(kernel: Work) -> Work::Out {
        P::enter(kernel)
    }
}

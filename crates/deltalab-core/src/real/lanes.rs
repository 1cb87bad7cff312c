//! Many runs at once: K registers of one kind, each lane an independent run.

use super::{Kernel, Pack, Real};
use core::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

/// `K` registers of kind `P`: `K · P::N` runs. Explicit registers, not an array left to the compiler, whose choice of
/// instructions for arrays is erratic.
#[derive(Clone, Copy, Debug)]
#[repr(transparent)]
pub struct Lanes<P: Pack, const K: usize>([P; K]);

impl<P: Pack, const K: usize> PartialEq for Lanes<P, K> {
    fn eq(&self, other: &Self) -> bool {
        self.lanes() == other.lanes()
    }
}

impl<P: Pack> Lanes<P, 1> {
    /// One register of numbers that lie side by side, from 1 to N of them, and 0 in the others.
    #[inline(always)]
    pub fn from_row(numbers: &[P::Elem]) -> Self {
        assert!(!numbers.is_empty() && numbers.len() <= P::N);
        // SAFETY: the numbers are there.
        Self([unsafe {
            match numbers.len() == P::N {
                true => P::load(numbers.as_ptr()),
                false => P::load_part(numbers.as_ptr(), numbers.len()),
            }
        }])
    }

    /// Writes its first numbers over these.
    #[inline(always)]
    pub fn to_row(self, numbers: &mut [P::Elem]) {
        assert!(!numbers.is_empty() && numbers.len() <= P::N);
        // SAFETY: the room is there.
        unsafe {
            match numbers.len() == P::N {
                true => P::store(self.0[0], numbers.as_mut_ptr()),
                false => P::store_part(self.0[0], numbers.as_mut_ptr(), numbers.len()),
            }
        }
    }
}

macro_rules! operator {
    ($trait:ident, $method:ident, $assign_trait:ident, $assign:ident, $pack:ident) => {
        impl<P: Pack, const K: usize> $trait for Lanes<P, K> {
            type Output = Self;
            #[inline(always)]
            fn $method(mut self, other: Self) -> Self {
                for k in 0..K {
                    self.0[k] = P::$pack(self.0[k], other.0[k]);
                }
                self
            }
        }
        impl<P: Pack, const K: usize> $assign_trait for Lanes<P, K> {
            #[inline(always)]
            fn $assign(&mut self, other: Self) {
                for k in 0..K {
                    self.0[k] = P::$pack(self.0[k], other.0[k]);
                }
            }
        }
    };
}

operator!(Add, add, AddAssign, add_assign, add);
operator!(Sub, sub, SubAssign, sub_assign, sub);
operator!(Mul, mul, MulAssign, mul_assign, mul);
operator!(Div, div, DivAssign, div_assign, div);

impl<P: Pack, const K: usize> Neg for Lanes<P, K> {
    type Output = Self;
    #[inline(always)]
    fn neg(mut self) -> Self {
        for k in 0..K {
            self.0[k] = P::neg(self.0[k]);
        }
        self
    }
}

impl<P: Pack, const K: usize> Real for Lanes<P, K> {
    type Elem = P::Elem;
    type Mask = [P::Mask; K];
    const LANES: usize = {
        assert!(
            size_of::<P>() == P::N * size_of::<P::Elem>(),
            "a register with padding: `lanes` would read it"
        );
        K * P::N
    };
    type Row = P;
    const ACCUMULATORS: usize = match P::REGISTERS / (2 * K) {
        0..=1 => 1,
        2 => 2,
        3..=4 => 4,
        5..=8 => 8,
        _ => 16,
    };

    #[inline(always)]
    fn splat(x: P::Elem) -> Self {
        Self([P::splat(x); K])
    }
    #[inline(always)]
    fn lanes(&self) -> &[P::Elem] {
        // SAFETY: a `Pack` of kind P is exactly N numbers of type Elem side by side (a register or a `repr(C)` array),
        // and `Lanes` is K of them (`repr(transparent)` over an array).
        unsafe { core::slice::from_raw_parts(self.0.as_ptr().cast(), Self::LANES) }
    }
    #[inline(always)]
    fn lanes_mut(&mut self) -> &mut [P::Elem] {
        // SAFETY: as in `lanes`; every bit pattern is a valid number.
        unsafe { core::slice::from_raw_parts_mut(self.0.as_mut_ptr().cast(), Self::LANES) }
    }
    #[inline(always)]
    fn numbers(values: &[Self]) -> &[P::Elem] {
        // SAFETY: as in `lanes`, value after value.
        unsafe { core::slice::from_raw_parts(values.as_ptr().cast(), values.len() * Self::LANES) }
    }
    #[inline(always)]
    fn numbers_mut(values: &mut [Self]) -> &mut [P::Elem] {
        // SAFETY: as in `lanes_mut`, value after value.
        unsafe {
            core::slice::from_raw_parts_mut(values.as_mut_ptr().cast(), values.len() * Self::LANES)
        }
    }
    #[inline(always)]
    fn gt(self, other: Self) -> Self::Mask {
        let mut mask = [P::gt(self.0[0], other.0[0]); K];
        for k in 1..K {
            mask[k] = P::gt(self.0[k], other.0[k]);
        }
        mask
    }
    #[inline(always)]
    fn ge(self, other: Self) -> Self::Mask {
        let mut mask = [P::ge(self.0[0], other.0[0]); K];
        for k in 1..K {
            mask[k] = P::ge(self.0[k], other.0[k]);
        }
        mask
    }
    #[inline(always)]
    fn select(mask: Self::Mask, mut yes: Self, no: Self) -> Self {
        for k in 0..K {
            yes.0[k] = P::select(mask[k], yes.0[k], no.0[k]);
        }
        yes
    }
    #[inline(always)]
    fn at_least(mut self, low: Self) -> Self {
        for k in 0..K {
            self.0[k] = P::at_least(self.0[k], low.0[k]);
        }
        self
    }
    #[inline(always)]
    fn at_most(mut self, high: Self) -> Self {
        for k in 0..K {
            self.0[k] = P::at_most(self.0[k], high.0[k]);
        }
        self
    }
    #[inline(always)]
    fn sqrt(mut self) -> Self {
        for k in 0..K {
            self.0[k] = P::sqrt(self.0[k]);
        }
        self
    }
    #[inline(always)]
    fn bits_and(mut self, other: Self) -> Self {
        for k in 0..K {
            self.0[k] = P::and(self.0[k], other.0[k]);
        }
        self
    }
    #[inline(always)]
    fn bits_or(mut self, other: Self) -> Self {
        for k in 0..K {
            self.0[k] = P::or(self.0[k], other.0[k]);
        }
        self
    }
    #[inline(always)]
    fn bits_to_exponent(mut self) -> Self {
        for k in 0..K {
            self.0[k] = P::shift_left(self.0[k]);
        }
        self
    }
    #[inline(always)]
    fn exponent_to_bits(mut self) -> Self {
        for k in 0..K {
            self.0[k] = P::shift_right(self.0[k]);
        }
        self
    }
    #[inline(always)]
    fn enter<Work: Kernel>(kernel: Work) -> Work::Out {
        P::enter(kernel)
    }
}

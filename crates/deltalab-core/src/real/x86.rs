//! The registers of x86-64: SSE2, AVX2 and AVX-512, for `f64` and `f32`.
//!
//! # Safety
//! A value of an AVX type is only made inside [`Pack::enter`] of its kind, which the caller reaches for a level that
//! [`Level::available`](super::Level::available) found on this machine; so the instructions exist wherever these methods run.

use super::{Kernel, Mask, One, Pack};
use core::arch::x86_64::*;

/// Runs a kernel with AVX-512. Never inlined: one copy of each kernel, called from every rule.
#[inline(never)]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,avx2")]
pub(super) fn enter_avx512<K: Kernel>(kernel: K) -> K::Out {
    kernel.run()
}

/// Runs a kernel with AVX2. Never inlined: one copy of each kernel, called from every rule.
#[inline(never)]
#[target_feature(enable = "avx2")]
pub(super) fn enter_avx2<K: Kernel>(kernel: K) -> K::Out {
    kernel.run()
}

/// Runs a kernel with what every x86-64 has. Never inlined either.
#[inline(never)]
fn enter_sse2<K: Kernel>(kernel: K) -> K::Out {
    kernel.run()
}

/// Four numbers at `from`, and four from `other` on.
///
/// # Safety
/// They are there.
#[inline(always)]
unsafe fn fours(from: *const f32, other: usize) -> __m256 {
    // SAFETY: the caller vouches for the numbers, and the head of this module for the instructions.
    unsafe {
        let low = _mm256_castps128_ps256(_mm_loadu_ps(from));
        _mm256_insertf128_ps::<1>(low, _mm_loadu_ps(from.add(other)))
    }
}

/// Declares a register type with its operations: name, element, lanes, register, mask, then the expressions; `all` is a mask that
/// holds everywhere.
macro_rules! register {
    ($(#[$doc:meta])* $name:ident, $elem:ty, $n:literal, $register:ty, $mask:ty,
     $set:ident $add:ident $sub:ident $mul:ident $div:ident $sqrt:ident $max:ident $min:ident $and:ident $or:ident $xor:ident,
     gt: |$ga:ident, $gb:ident| $gt:expr, ge: |$ea:ident, $eb:ident| $ge:expr,
     select: |$m:ident, $yes:ident, $no:ident| $select:expr,
     left: |$l:ident| $left:expr, right: |$r:ident| $right:expr, enter: $enter:expr, registers: $registers:literal, half: $half:ty $(, parts: $load:ident $store:ident, all: $all:expr)? $(, turn: |$from:ident, $stride:ident, $to:ident| $turn:expr)?) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        #[repr(transparent)]
        pub struct $name($register);

        // SAFETY (of every block below): see the head of this module.
        #[allow(clippy::undocumented_unsafe_blocks)]
        impl Pack for $name {
            type Elem = $elem;
            type Mask = $mask;
            const N: usize = $n;
            const REGISTERS: usize = $registers;
            type Half = $half;
            #[inline(always)]
            fn splat(x: $elem) -> Self { Self(unsafe { $set(x) }) }
            #[inline(always)]
            fn add(a: Self, b: Self) -> Self { Self(unsafe { $add(a.0, b.0) }) }
            #[inline(always)]
            fn sub(a: Self, b: Self) -> Self { Self(unsafe { $sub(a.0, b.0) }) }
            #[inline(always)]
            fn mul(a: Self, b: Self) -> Self { Self(unsafe { $mul(a.0, b.0) }) }
            #[inline(always)]
            fn div(a: Self, b: Self) -> Self { Self(unsafe { $div(a.0, b.0) }) }
            #[inline(always)]
            fn neg(a: Self) -> Self { Self(unsafe { $xor(a.0, $set(-0.0)) }) }
            #[inline(always)]
            fn sqrt(a: Self) -> Self { Self(unsafe { $sqrt(a.0) }) }
            // Of max and min the second operand is the answer where either is NaN.
            #[inline(always)]
            fn at_least(a: Self, low: Self) -> Self { Self(unsafe { $max(low.0, a.0) }) }
            #[inline(always)]
            fn at_most(a: Self, high: Self) -> Self { Self(unsafe { $min(high.0, a.0) }) }
            #[inline(always)]
            fn gt(a: Self, b: Self) -> $mask { let ($ga, $gb) = (a.0, b.0); unsafe { $gt } }
            #[inline(always)]
            fn ge(a: Self, b: Self) -> $mask { let ($ea, $eb) = (a.0, b.0); unsafe { $ge } }
            #[inline(always)]
            fn select($m: $mask, yes: Self, no: Self) -> Self { let ($yes, $no) = (yes.0, no.0); Self(unsafe { $select }) }
            #[inline(always)]
            fn and(a: Self, b: Self) -> Self { Self(unsafe { $and(a.0, b.0) }) }
            #[inline(always)]
            fn or(a: Self, b: Self) -> Self { Self(unsafe { $or(a.0, b.0) }) }
            #[inline(always)]
            fn shift_left(a: Self) -> Self { let $l = a.0; Self(unsafe { $left }) }
            #[inline(always)]
            fn shift_right(a: Self) -> Self { let $r = a.0; Self(unsafe { $right }) }
            #[inline(always)]
            fn enter<K: Kernel>(kernel: K) -> K::Out { $enter(kernel) }
            $(
                const PARTS: bool = true;
                #[inline(always)]
                unsafe fn load_part(from: *const $elem, count: usize) -> Self {
                    Self(unsafe { $load($all >> ($n - count), from) })
                }
                #[inline(always)]
                unsafe fn store_part(a: Self, to: *mut $elem, count: usize) {
                    unsafe { $store(to, $all >> ($n - count), a.0) }
                }
            )?
            $(
                const TURNS: bool = true;
                #[inline(always)]
                unsafe fn turn($from: *const $elem, $stride: usize, $to: &mut [Self]) { unsafe { $turn } }
            )?
        }
    };
}

/// A mask that is a register of all-ones or all-zeros per lane.
macro_rules! register_mask {
    ($(#[$doc:meta])* $name:ident, $register:ty, $set:ident, $and:ident, $or:ident, $xor:ident, $bits:ident, $ones:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        #[repr(transparent)]
        pub struct $name($register);

        // SAFETY (of every block below): see the head of this module.
        #[allow(clippy::undocumented_unsafe_blocks)]
        impl Mask for $name {
            #[inline(always)]
            fn all_lanes(value: bool) -> Self {
                Self(unsafe { $set(if value { $ones } else { 0.0 }) })
            }
            #[inline(always)]
            fn and(self, other: Self) -> Self { Self(unsafe { $and(self.0, other.0) }) }
            #[inline(always)]
            fn or(self, other: Self) -> Self { Self(unsafe { $or(self.0, other.0) }) }
            #[inline(always)]
            fn not(self) -> Self { Self(unsafe { $xor(self.0, $set($ones)) }) }
            #[inline(always)]
            fn any(self) -> bool { unsafe { $bits(self.0) != 0 } }
        }
    };
}

macro_rules! bit_mask {
    ($mask:ty) => {
        impl Mask for $mask {
            #[inline(always)]
            fn all_lanes(value: bool) -> Self {
                if value { !0 } else { 0 }
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
                self != 0
            }
        }
    };
}

bit_mask!(__mmask8);
bit_mask!(__mmask16);

const ONES_F64: f64 = f64::from_bits(u64::MAX);
const ONES_F32: f32 = f32::from_bits(u32::MAX);

register_mask!(
    /// Mask of [`Avx2F64`].
    Avx2MaskF64, __m256d, _mm256_set1_pd, _mm256_and_pd, _mm256_or_pd, _mm256_xor_pd, _mm256_movemask_pd, ONES_F64
);
register_mask!(
    /// Mask of [`Avx2F32`].
    Avx2MaskF32, __m256, _mm256_set1_ps, _mm256_and_ps, _mm256_or_ps, _mm256_xor_ps, _mm256_movemask_ps, ONES_F32
);
register_mask!(
    /// Mask of [`Sse2F64`].
    Sse2MaskF64, __m128d, _mm_set1_pd, _mm_and_pd, _mm_or_pd, _mm_xor_pd, _mm_movemask_pd, ONES_F64
);
register_mask!(
    /// Mask of [`Sse2F32`].
    Sse2MaskF32, __m128, _mm_set1_ps, _mm_and_ps, _mm_or_ps, _mm_xor_ps, _mm_movemask_ps, ONES_F32
);

register!(
    /// Eight `f64` in an AVX-512 register.
    Avx512F64, f64, 8, __m512d, __mmask8,
    _mm512_set1_pd _mm512_add_pd _mm512_sub_pd _mm512_mul_pd _mm512_div_pd _mm512_sqrt_pd _mm512_max_pd _mm512_min_pd _mm512_and_pd _mm512_or_pd _mm512_xor_pd,
    gt: |a, b| _mm512_cmp_pd_mask::<_CMP_GT_OQ>(a, b), ge: |a, b| _mm512_cmp_pd_mask::<_CMP_GE_OQ>(a, b),
    select: |m, yes, no| _mm512_mask_blend_pd(m, no, yes),
    left: |a| _mm512_castsi512_pd(_mm512_slli_epi64::<52>(_mm512_castpd_si512(a))),
    right: |a| _mm512_castsi512_pd(_mm512_srli_epi64::<52>(_mm512_castpd_si512(a))),
    enter: |kernel| unsafe { enter_avx512(kernel) }, registers: 32, half: Avx2F64, parts: _mm512_maskz_loadu_pd _mm512_mask_storeu_pd, all: __mmask8::MAX
);
register!(
    /// Sixteen `f32` in an AVX-512 register.
    Avx512F32, f32, 16, __m512, __mmask16,
    _mm512_set1_ps _mm512_add_ps _mm512_sub_ps _mm512_mul_ps _mm512_div_ps _mm512_sqrt_ps _mm512_max_ps _mm512_min_ps _mm512_and_ps _mm512_or_ps _mm512_xor_ps,
    gt: |a, b| _mm512_cmp_ps_mask::<_CMP_GT_OQ>(a, b), ge: |a, b| _mm512_cmp_ps_mask::<_CMP_GE_OQ>(a, b),
    select: |m, yes, no| _mm512_mask_blend_ps(m, no, yes),
    left: |a| _mm512_castsi512_ps(_mm512_slli_epi32::<23>(_mm512_castps_si512(a))),
    right: |a| _mm512_castsi512_ps(_mm512_srli_epi32::<23>(_mm512_castps_si512(a))),
    enter: |kernel| unsafe { enter_avx512(kernel) }, registers: 32, half: Avx2F32, parts: _mm512_maskz_loadu_ps _mm512_mask_storeu_ps, all: __mmask16::MAX
);
register!(
    /// Four `f64` in an AVX register; shifts of bits need AVX2.
    Avx2F64, f64, 4, __m256d, Avx2MaskF64,
    _mm256_set1_pd _mm256_add_pd _mm256_sub_pd _mm256_mul_pd _mm256_div_pd _mm256_sqrt_pd _mm256_max_pd _mm256_min_pd _mm256_and_pd _mm256_or_pd _mm256_xor_pd,
    gt: |a, b| Avx2MaskF64(_mm256_cmp_pd::<_CMP_GT_OQ>(a, b)), ge: |a, b| Avx2MaskF64(_mm256_cmp_pd::<_CMP_GE_OQ>(a, b)),
    select: |m, yes, no| _mm256_blendv_pd(no, yes, m.0),
    left: |a| _mm256_castsi256_pd(_mm256_slli_epi64::<52>(_mm256_castpd_si256(a))),
    right: |a| _mm256_castsi256_pd(_mm256_srli_epi64::<52>(_mm256_castpd_si256(a))),
    enter: |kernel| unsafe { enter_avx2(kernel) }, registers: 16, half: One<f64>,
    turn: |from, stride, to| {
        let (a, b) = (_mm256_loadu_pd(from), _mm256_loadu_pd(from.add(stride)));
        let (c, d) = (_mm256_loadu_pd(from.add(2 * stride)), _mm256_loadu_pd(from.add(3 * stride)));
        // Pairs of rows, then their halves.
        let (ab, ab_odd) = (_mm256_unpacklo_pd(a, b), _mm256_unpackhi_pd(a, b));
        let (cd, cd_odd) = (_mm256_unpacklo_pd(c, d), _mm256_unpackhi_pd(c, d));
        to[0].0 = _mm256_permute2f128_pd::<0x20>(ab, cd);
        to[1].0 = _mm256_permute2f128_pd::<0x20>(ab_odd, cd_odd);
        to[2].0 = _mm256_permute2f128_pd::<0x31>(ab, cd);
        to[3].0 = _mm256_permute2f128_pd::<0x31>(ab_odd, cd_odd);
    }
);
register!(
    /// Eight `f32` in an AVX register; shifts of bits need AVX2.
    Avx2F32, f32, 8, __m256, Avx2MaskF32,
    _mm256_set1_ps _mm256_add_ps _mm256_sub_ps _mm256_mul_ps _mm256_div_ps _mm256_sqrt_ps _mm256_max_ps _mm256_min_ps _mm256_and_ps _mm256_or_ps _mm256_xor_ps,
    gt: |a, b| Avx2MaskF32(_mm256_cmp_ps::<_CMP_GT_OQ>(a, b)), ge: |a, b| Avx2MaskF32(_mm256_cmp_ps::<_CMP_GE_OQ>(a, b)),
    select: |m, yes, no| _mm256_blendv_ps(no, yes, m.0),
    left: |a| _mm256_castsi256_ps(_mm256_slli_epi32::<23>(_mm256_castps_si256(a))),
    right: |a| _mm256_castsi256_ps(_mm256_srli_epi32::<23>(_mm256_castps_si256(a))),
    enter: |kernel| unsafe { enter_avx2(kernel) }, registers: 16, half: One<f32>,
    turn: |from, stride, to| {
        // Of rows r and r + 4 the first halves side by side, then the second: twice a square of four by four.
        for half in 0..2 {
            let from = from.add(4 * half);
            let (a, b) = (fours(from, 4 * stride), fours(from.add(stride), 4 * stride));
            let (c, d) = (fours(from.add(2 * stride), 4 * stride), fours(from.add(3 * stride), 4 * stride));
            let (ab, ab_late) = (_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b));
            let (cd, cd_late) = (_mm256_unpacklo_ps(c, d), _mm256_unpackhi_ps(c, d));
            to[4 * half].0 = _mm256_shuffle_ps::<0x44>(ab, cd);
            to[4 * half + 1].0 = _mm256_shuffle_ps::<0xee>(ab, cd);
            to[4 * half + 2].0 = _mm256_shuffle_ps::<0x44>(ab_late, cd_late);
            to[4 * half + 3].0 = _mm256_shuffle_ps::<0xee>(ab_late, cd_late);
        }
    }
);
register!(
    /// Two `f64` in an SSE2 register.
    Sse2F64, f64, 2, __m128d, Sse2MaskF64,
    _mm_set1_pd _mm_add_pd _mm_sub_pd _mm_mul_pd _mm_div_pd _mm_sqrt_pd _mm_max_pd _mm_min_pd _mm_and_pd _mm_or_pd _mm_xor_pd,
    gt: |a, b| Sse2MaskF64(_mm_cmpgt_pd(a, b)), ge: |a, b| Sse2MaskF64(_mm_cmpge_pd(a, b)),
    select: |m, yes, no| _mm_or_pd(_mm_and_pd(m.0, yes), _mm_andnot_pd(m.0, no)),
    left: |a| _mm_castsi128_pd(_mm_slli_epi64::<52>(_mm_castpd_si128(a))),
    right: |a| _mm_castsi128_pd(_mm_srli_epi64::<52>(_mm_castpd_si128(a))),
    enter: enter_sse2, registers: 16, half: One<f64>
);
register!(
    /// Four `f32` in an SSE2 register.
    Sse2F32, f32, 4, __m128, Sse2MaskF32,
    _mm_set1_ps _mm_add_ps _mm_sub_ps _mm_mul_ps _mm_div_ps _mm_sqrt_ps _mm_max_ps _mm_min_ps _mm_and_ps _mm_or_ps _mm_xor_ps,
    gt: |a, b| Sse2MaskF32(_mm_cmpgt_ps(a, b)), ge: |a, b| Sse2MaskF32(_mm_cmpge_ps(a, b)),
    select: |m, yes, no| _mm_or_ps(_mm_and_ps(m.0, yes), _mm_andnot_ps(m.0, no)),
    left: |a| _mm_castsi128_ps(_mm_slli_epi32::<23>(_mm_castps_si128(a))),
    right: |a| _mm_castsi128_ps(_mm_srli_epi32::<23>(_mm_castps_si128(a))),
    enter: enter_sse2, registers: 16, half: One<f32>
);

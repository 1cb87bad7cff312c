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

/// Declares a register type with its operations: name, element, lanes, register, mask, then the expressions.
macro_rules! register {
    ($(#[$doc:meta])* $name:ident, $elem:ty, $n:literal, $register:ty, $mask:ty,
     $set:ident $add:ident $sub:ident $mul:ident $div:ident $sqrt:ident $max:ident $min:ident $and:ident $or:ident $xor:ident,
     gt: |$ga:ident, $gb:ident| $gt:expr, ge: |$ea:ident, $eb:ident| $ge:expr,
     select: |$m:ident, $yes:ident, $no:ident| $select:expr,
     left: |$l:ident| $left:expr, right: |$r:ident| $right:expr, enter: $enter:expr, registers: $registers:literal, half: $half:ty) => {
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
    enter: |kernel| unsafe { enter_avx512(kernel) }, registers: 32, half: Avx2F64
);
register!(
    /// Sixteen `f32` in an AVX-512 register.
    Avx512F32, f32, 16, __m512, __mmask16,
    _mm512_set1_ps _mm512_add_ps _mm512_sub_ps _mm512_mul_ps _mm512_div_ps _mm512_sqrt_ps _mm512_max_ps _mm512_min_ps _mm512_and_ps _mm512_or_ps _mm512_xor_ps,
    gt: |a, b| _mm512_cmp_ps_mask::<_CMP_GT_OQ>(a, b), ge: |a, b| _mm512_cmp_ps_mask::<_CMP_GE_OQ>(a, b),
    select: |m, yes, no| _mm512_mask_blend_ps(m, no, yes),
    left: |a| _mm512_castsi512_ps(_mm512_slli_epi32::<23>(_mm512_castps_si512(a))),
    right: |a| _mm512_castsi512_ps(_mm512_srli_epi32::<23>(_mm512_castps_si512(a))),
    enter: |kernel| unsafe { enter_avx512(kernel) }, registers: 32, half: Avx2F32
);
register!(
    /// Four `f64` in an AVX register; shifts of bits need AVX2.
    Avx2F64, f64, 4, __m256d, Avx2MaskF64,
    _mm256_set1_pd _mm256_add_pd _mm256_sub_pd _mm256_mul_pd _mm256_div_pd _mm256_sqrt_pd _mm256_max_pd _mm256_min_pd _mm256_and_pd _mm256_or_pd _mm256_xor_pd,
    gt: |a, b| Avx2MaskF64(_mm256_cmp_pd::<_CMP_GT_OQ>(a, b)), ge: |a, b| Avx2MaskF64(_mm256_cmp_pd::<_CMP_GE_OQ>(a, b)),
    select: |m, yes, no| _mm256_blendv_pd(no, yes, m.0),
    left: |a| _mm256_castsi256_pd(_mm256_slli_epi64::<52>(_mm256_castpd_si256(a))),
    right: |a| _mm256_castsi256_pd(_mm256_srli_epi64::<52>(_mm256_castpd_si256(a))),
    enter: |kernel| unsafe { enter_avx2(kernel) }, registers: 16, half: One<f64>
);
register!(
    /// Eight `f32` in an AVX register; shifts of bits need AVX2.
    Avx2F32, f32, 8, __m256, Avx2MaskF32,
    _mm256_set1_ps _mm256_add_ps _mm256_sub_ps _mm256_mul_ps _mm256_div_ps _mm256_sqrt_ps _mm256_max_ps _mm256_min_ps _mm256_and_ps _mm256_or_ps _mm256_xor_ps,
    gt: |a, b| Avx2MaskF32(_mm256_cmp_ps::<_CMP_GT_OQ>(a, b)), ge: |a, b| Avx2MaskF32(_mm256_cmp_ps::<_CMP_GE_OQ>(a, b)),
    select: |m, yes, no| _mm256_blendv_ps(no, yes, m.0),
    left: |a| _mm256_castsi256_ps(_mm256_slli_epi32::<23>(_mm256_castps_si256(a))),
    right: |a| _mm256_castsi256_ps(_mm256_srli_epi32::<23>(_mm256_castps_si256(a))),
    enter: |kernel| unsafe { enter_avx2(kernel) }, registers: 16, half: One<f32>
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

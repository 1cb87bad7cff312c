//! The product number by number: a lone run whose units go through no registers.

use super::{Store, View};
use crate::real::Real;

/// A product whose sizes were checked. The sums of a column do not wait for each other: the machine makes them side by side.
#[inline(always)]
pub(super) fn product<R: Real>(
    out: &mut [R],
    (rows, terms, columns): (usize, usize, usize),
    a: View<'_, R>,
    b: View<'_, R>,
    store: Store<R>,
) {
    for p in 0..columns {
        let mut row = a.pointer(0, 0);
        for out in &mut out[p * rows..(p + 1) * rows] {
            let (mut from_a, mut from_b, mut left) = (row, b.pointer(0, p), terms);
            let mut sum = *out;
            // SAFETY: `product`, the only way to here, has checked both matrices: there are `terms` in each row of `a` and in
            // each column of `b`.
            unsafe {
                if !matches!(store, Store::Add) {
                    sum = *from_a * *from_b;
                    (from_a, from_b) = (from_a.wrapping_add(a.column), from_b.wrapping_add(b.row));
                    left -= 1;
                }
                while left > 0 {
                    sum += *from_a * *from_b;
                    (from_a, from_b) = (from_a.wrapping_add(a.column), from_b.wrapping_add(b.row));
                    left -= 1;
                }
            }
            match store {
                Store::Set | Store::Add => *out = sum,
                Store::Step { rate, share } => *out += rate * (share * sum),
            }
            row = row.wrapping_add(a.row);
        }
    }
}

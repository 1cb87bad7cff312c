//! Products of one term, the changes of online learning: nothing is summed.

use super::{Store, View, upright};
use crate::real::Real;

/// A product of one term whose sizes were checked.
#[inline(always)]
pub(super) fn product<R: Real>(out: &mut [R], a: View<'_, R>, b: View<'_, R>, store: Store<R>) {
    let (rows, columns, a, b) = upright(a, b);
    for p in 0..columns {
        let (from_b, mut from_a) = (b.at(0, p), a.pointer(0, 0));
        for out in &mut out[p * rows..(p + 1) * rows] {
            // SAFETY: `a` has an element in each of its rows.
            let product = unsafe { *from_a } * from_b;
            from_a = from_a.wrapping_add(a.row);
            match store {
                Store::Set => *out = product,
                Store::Add => *out += product,
                Store::Step { rate, .. } => *out += rate * product,
            }
        }
    }
}

//! The product in lanes: every number holds many runs, and M x N sums are made side by side to hide the time that an addition takes.

use super::{Store, View};
use crate::real::Real;

/// A product whose sizes were checked.
#[inline(always)]
pub(super) fn product<R: Real>(
    out: &mut [R],
    sizes: (usize, usize, usize),
    a: View<'_, R>,
    b: View<'_, R>,
    store: Store<R>,
) {
    let (_, _, columns) = sizes;
    let mut p = 0;
    if R::ACCUMULATORS == 16 {
        while p + 4 <= columns {
            strip::<R, 4, 4>(out, sizes, p, a, b, store);
            p += 4;
        }
    }
    if R::ACCUMULATORS == 8 {
        while p + 2 <= columns {
            strip::<R, 4, 2>(out, sizes, p, a, b, store);
            p += 2;
        }
    }
    while p < columns {
        match R::ACCUMULATORS {
            1 => strip::<R, 1, 1>(out, sizes, p, a, b, store),
            2 => strip::<R, 2, 1>(out, sizes, p, a, b, store),
            4 => strip::<R, 4, 1>(out, sizes, p, a, b, store),
            _ => strip::<R, 8, 1>(out, sizes, p, a, b, store),
        }
        p += 1;
    }
}

/// Columns p to p + N, M rows at a time.
#[inline(always)]
fn strip<R: Real, const M: usize, const N: usize>(
    out: &mut [R],
    (rows, terms, _): (usize, usize, usize),
    p: usize,
    a: View<'_, R>,
    b: View<'_, R>,
    store: Store<R>,
) {
    let mut j = 0;
    while j + M <= rows {
        block::<R, M, N>(out, rows, terms, (j, p), a, b, store);
        j += M;
    }
    while j < rows {
        block::<R, 1, N>(out, rows, terms, (j, p), a, b, store);
        j += 1;
    }
}

/// M x N sums side by side.
#[inline(always)]
fn block<R: Real, const M: usize, const N: usize>(
    out: &mut [R],
    rows: usize,
    terms: usize,
    (j, p): (usize, usize),
    a: View<'_, R>,
    b: View<'_, R>,
    store: Store<R>,
) {
    let mut sums = [[R::zero(); M]; N];
    let mut k = 0;
    if let Store::Add = store {
        for n in 0..N {
            for m in 0..M {
                sums[n][m] = out[(p + n) * rows + j + m];
            }
        }
    } else {
        for n in 0..N {
            let from_b = b.at(0, p + n);
            for m in 0..M {
                sums[n][m] = a.at(j + m, 0) * from_b;
            }
        }
        k = 1;
    }
    while k < terms {
        let mut from_a = [R::zero(); M];
        for m in 0..M {
            from_a[m] = a.at(j + m, k);
        }
        for n in 0..N {
            let from_b = b.at(k, p + n);
            for m in 0..M {
                sums[n][m] += from_a[m] * from_b;
            }
        }
        k += 1;
    }
    for n in 0..N {
        for m in 0..M {
            let out = &mut out[(p + n) * rows + j + m];
            match store {
                Store::Set | Store::Add => *out = sums[n][m],
                Store::Step { rate, share } => *out += rate * (share * sums[n][m]),
            }
        }
    }
}

//! The ordered product: every sum of the substrate.
//!
//! out(j, p) ← out(j, p) + Σ_k a(j, k) b(k, p), k ascending, one multiplication and one addition at a time. Net inputs
//! (W · y), errors carried back (Wᵀ · δ) and changes (δ · xᵀ) are this one sum with other strides. Blocking changes which
//! sums are made side by side, never the order within a sum: the same bits in every engine.

use crate::real::Real;

/// A matrix inside a slice: element (r, c) stands at `r · row + c · column`.
#[derive(Clone, Copy)]
pub struct View<'a, R> {
    data: &'a [R],
    row: usize,
    column: usize,
}

impl<'a, R: Real> View<'a, R> {
    /// A matrix of `rows` rows stored column by column.
    #[inline(always)]
    pub fn columns(data: &'a [R], rows: usize) -> Self {
        Self { data, row: 1, column: rows }
    }

    /// The transpose of a matrix of `rows` rows stored column by column.
    #[inline(always)]
    pub fn transposed(data: &'a [R], rows: usize) -> Self {
        Self { data, row: rows, column: 1 }
    }

    /// Panics unless every element of a `rows x columns` matrix lies in the slice: what `at` relies on.
    #[inline(always)]
    fn check(&self, rows: usize, columns: usize) {
        let last = (rows - 1) * self.row + (columns - 1) * self.column;
        assert!(last < self.data.len(), "a matrix larger than its storage");
    }

    /// Its transpose.
    #[inline(always)]
    pub fn transpose(self) -> Self {
        Self { data: self.data, row: self.column, column: self.row }
    }

    #[inline(always)]
    fn at(&self, r: usize, c: usize) -> R {
        let index = r * self.row + c * self.column;
        debug_assert!(index < self.data.len());
        // SAFETY: `accumulate` calls `check` for the whole matrix first and asks for nothing outside of it.
        unsafe { *self.data.get_unchecked(index) }
    }
}

/// out ← out + a · b. `out` is `rows x columns`, column by column; a is `rows x terms`, b `terms x columns`.
#[inline(always)]
pub fn accumulate<R: Real>(
    out: &mut [R],
    (rows, terms, columns): (usize, usize, usize),
    a: View<'_, R>,
    b: View<'_, R>,
) {
    if rows == 0 || terms == 0 || columns == 0 {
        return;
    }
    a.check(rows, terms);
    b.check(terms, columns);
    let out = &mut out[..rows * columns];
    if R::LANES == 1 && a.row == 1 {
        return along_units(out, rows, terms, a, b);
    }
    // Sums made side by side hide the latency of an addition: 4 x 4 where a number is one register, fewer where it is more.
    let mut p = 0;
    if R::REGISTERS == 1 {
        while p + 4 <= columns {
            strip::<R, 4, 4>(out, rows, terms, p, a, b);
            p += 4;
        }
    }
    while p < columns {
        if R::REGISTERS == 1 {
            strip::<R, 4, 1>(out, rows, terms, p, a, b);
        } else {
            strip::<R, 2, 1>(out, rows, terms, p, a, b);
        }
        p += 1;
    }
}

/// Columns p to p + N of the product, M rows at a time.
#[inline(always)]
fn strip<R: Real, const M: usize, const N: usize>(
    out: &mut [R],
    rows: usize,
    terms: usize,
    p: usize,
    a: View<'_, R>,
    b: View<'_, R>,
) {
    let mut j = 0;
    while j + M <= rows {
        block::<R, M, N>(out, rows, terms, (j, p), a, b);
        j += M;
    }
    while j < rows {
        block::<R, 1, N>(out, rows, terms, (j, p), a, b);
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
) {
    let mut sums = [[R::zero(); M]; N];
    for n in 0..N {
        for m in 0..M {
            sums[n][m] = out[(p + n) * rows + j + m];
        }
    }
    for k in 0..terms {
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
    }
    for n in 0..N {
        for m in 0..M {
            out[(p + n) * rows + j + m] = sums[n][m];
        }
    }
}

/// One run alone: the compiler's vectors run along the units of `out`, which lie side by side, as do a's rows.
#[inline(always)]
fn along_units<R: Real>(out: &mut [R], rows: usize, terms: usize, a: View<'_, R>, b: View<'_, R>) {
    for (p, out) in out.chunks_exact_mut(rows).enumerate() {
        for k in 0..terms {
            let factor = b.at(k, p);
            let column = &a.data[k * a.column..k * a.column + rows];
            for (sum, &x) in out.iter_mut().zip(column) {
                *sum += x * factor;
            }
        }
    }
}

//! A matrix inside a slice.

use crate::real::Real;

/// A matrix inside a slice: element (r, c) stands at `r · row + c · column`.
#[derive(Clone, Copy)]
pub struct View<'a, R> {
    data: &'a [R],
    pub(super) row: usize,
    pub(super) column: usize,
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

    /// Its transpose.
    #[inline(always)]
    pub fn transpose(self) -> Self {
        Self { data: self.data, row: self.column, column: self.row }
    }

    /// Panics unless every element of a `rows x columns` matrix lies in the slice: what [`at`](Self::at) relies on.
    #[inline(always)]
    pub(super) fn check(&self, rows: usize, columns: usize) {
        let last = (rows - 1) * self.row + (columns - 1) * self.column;
        assert!(last < self.data.len(), "a matrix larger than its storage");
    }

    /// An element of the matrix that was checked.
    #[inline(always)]
    pub(super) fn at(&self, r: usize, c: usize) -> R {
        let index = r * self.row + c * self.column;
        debug_assert!(index < self.data.len());
        // SAFETY: `product`, the only way to here, calls `check` for the whole matrix first and asks for nothing outside of it.
        unsafe { *self.data.get_unchecked(index) }
    }

    /// The same matrix as numbers of one run.
    #[inline(always)]
    pub(super) fn numbers(self) -> View<'a, R::Elem> {
        View { data: R::numbers(self.data), row: self.row, column: self.column }
    }

    /// Where an element stands.
    #[inline(always)]
    pub(super) fn pointer(&self, r: usize, c: usize) -> *const R {
        self.data.as_ptr().wrapping_add(r * self.row + c * self.column)
    }
}

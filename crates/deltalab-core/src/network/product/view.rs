//! A matrix inside a slice.

use crate::real::Real;

/// A matrix of `rows x columns` inside a slice that has room for it: element (r, c) stands at `r · row + c · column`.
#[derive(Clone, Copy)]
pub struct View<'a, R> {
    data: &'a [R],
    pub(super) rows: usize,
    pub(super) columns: usize,
    pub(super) row: usize,
    pub(super) column: usize,
}

impl<'a, R: Real> View<'a, R> {
    /// A matrix of so many rows and columns, stored column by column. Panics where the slice is too short for it.
    #[inline(always)]
    pub fn new(data: &'a [R], (rows, columns): (usize, usize)) -> Self {
        let size = rows.checked_mul(columns);
        assert!(size.is_some_and(|size| size <= data.len()), "a matrix larger than its storage");
        Self { data, rows, columns, row: 1, column: rows }
    }

    /// Its transpose.
    #[inline(always)]
    pub fn transpose(self) -> Self {
        let Self { data, rows, columns, row, column } = self;
        Self { data, rows: columns, columns: rows, row: column, column: row }
    }

    /// An element.
    #[inline(always)]
    pub(super) fn at(&self, r: usize, c: usize) -> R {
        debug_assert!(r < self.rows && c < self.columns);
        // SAFETY: products ask for elements of the matrix only, and the slice has room for all of them.
        unsafe { *self.data.get_unchecked(r * self.row + c * self.column) }
    }

    /// The same matrix as numbers of one run.
    #[inline(always)]
    pub(super) fn numbers(self) -> View<'a, R::Elem> {
        let Self { data, rows, columns, row, column } = self;
        View { data: R::numbers(data), rows, columns, row, column }
    }

    /// Where an element stands.
    #[inline(always)]
    pub(super) fn pointer(&self, r: usize, c: usize) -> *const R {
        self.data.as_ptr().wrapping_add(r * self.row + c * self.column)
    }
}

//! The ordered product: every sum of the substrate.
//!
//! s(j, p) = Σ_k a(j, k) b(k, p), k ascending, one multiplication and one addition at a time. Net inputs (W · y), errors carried
//! back (Wᵀ · δ) and changes (δ · xᵀ) are this one sum with other strides. Blocking changes which sums are made side by
//! side, never the order within a sum: the same bits in lanes (`lanes.rs`), along the units of a lone run (`units.rs`) and
//! number by number (`single.rs`).

mod lanes;
mod outer;
mod single;
mod units;
mod view;

pub use units::TERMS;
pub use view::View;

use crate::real::{Kernel, Real};

/// What becomes of a sum s.
#[derive(Clone, Copy)]
pub enum Store<R> {
    /// out ← s, from its first term.
    Set,
    /// out ← out + s, term by term.
    Add,
    /// out ← out + rate · (share · s); at most [`TERMS`] terms. The share of a single term is 1.
    Step {
        /// The learning rate ε.
        rate: R,
        /// 1, or for a mean over patterns 1 over their number.
        share: R,
    },
}

/// Puts the sums of a product where `store` says. `out` is `rows x columns`, column by column; a is `rows x terms`, b
/// `terms x columns`. Compiled once for each kind of number.
#[inline(always)]
pub fn product<R: Real>(out: &mut [R], a: View<'_, R>, b: View<'_, R>, store: Store<R>) {
    R::enter(Product { out, a, b, store });
}

/// [`product()`], its choice (in lanes all of it) part of the pass that calls it: for the few passes where small nets spend
/// their time.
#[inline(always)]
pub fn product_in_place<R: Real>(out: &mut [R], a: View<'_, R>, b: View<'_, R>, store: Store<R>) {
    Product { out, a, b, store }.run();
}

/// A single row lies along the columns of `out`: the same sums, the other way up. Rows, columns and both matrices.
#[inline(always)]
fn upright<'a, R: Real>(
    a: View<'a, R>,
    b: View<'a, R>,
) -> (usize, usize, View<'a, R>, View<'a, R>) {
    match a.rows {
        1 => (b.columns, 1, b.transpose(), a.transpose()),
        rows => (rows, b.columns, a, b),
    }
}

struct Product<'a, R> {
    out: &'a mut [R],
    a: View<'a, R>,
    b: View<'a, R>,
    store: Store<R>,
}

impl<R: Real> Kernel for Product<'_, R> {
    type Out = ();
    #[inline(always)]
    fn run(self) {
        let Self { out, a, b, store } = self;
        let sizes = (a.rows, a.columns, b.columns);
        let (rows, terms, columns) = sizes;
        assert!(
            b.rows == terms && rows.checked_mul(columns).is_some_and(|size| size <= out.len()),
            "a product of matrices that do not fit"
        );
        if rows == 0 || terms == 0 {
            return;
        }
        if R::IN_ROWS || (R::LANES == 1 && columns >= units::MANY) {
            units::product(out, a, b, store);
        } else if terms == 1 {
            outer::product(out, a, b, store);
        } else if R::LANES == 1 {
            single::product(out, sizes, a, b, store);
        } else {
            lanes::product(out, sizes, a, b, store);
        }
    }
}

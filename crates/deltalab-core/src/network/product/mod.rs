//! The ordered product: every sum of the substrate.
//!
//! s(j, p) = Σ_k a(j, k) b(k, p), k ascending, one multiplication and one addition at a time. Net inputs (W · y), errors carried
//! back (Wᵀ · δ) and changes (δ · xᵀ) are this one sum with other strides. Blocking changes which sums are made side by
//! side, never the order within a sum: the same bits in lanes (`lanes.rs`) and along the units of a lone run (`units.rs`).

mod lanes;
mod units;
mod view;

pub use units::TERMS;
pub use view::View;

use crate::real::{Kernel, Pack, Real};

/// What becomes of a sum s.
#[derive(Clone, Copy)]
pub enum Store<R> {
    /// out ← s, from its first term.
    Set,
    /// out ← out + s, term by term.
    Add,
    /// out ← out + rate · s; at most [`TERMS`] terms.
    Step(R),
}

/// Puts the sums of a product where `store` says. `out` is `rows x columns`, column by column; a is `rows x terms`, b
/// `terms x columns`. Compiled once for each kind of number.
#[inline(always)]
pub fn product<R: Real>(
    out: &mut [R],
    sizes: (usize, usize, usize),
    a: View<'_, R>,
    b: View<'_, R>,
    store: Store<R>,
) {
    R::enter(Product { out, sizes, a, b, store });
}

/// [`product()`], in lanes part of the pass that calls it: for the few passes where small nets spend their time.
#[inline(always)]
pub fn product_in_place<R: Real>(
    out: &mut [R],
    sizes: (usize, usize, usize),
    a: View<'_, R>,
    b: View<'_, R>,
    store: Store<R>,
) {
    let this = Product { out, sizes, a, b, store };
    if R::LANES == 1 { R::enter(this) } else { this.run() }
}

struct Product<'a, R> {
    out: &'a mut [R],
    sizes: (usize, usize, usize),
    a: View<'a, R>,
    b: View<'a, R>,
    store: Store<R>,
}

impl<R: Real> Kernel for Product<'_, R> {
    type Out = ();
    #[inline(always)]
    fn run(self) {
        let Self { out, sizes, a, b, store } = self;
        let (rows, terms, columns) = sizes;
        if rows == 0 || terms == 0 || columns == 0 {
            return;
        }
        a.check(rows, terms);
        b.check(terms, columns);
        assert!(out.len() >= rows * columns, "a product larger than its room");
        // A lone run that has no registers is a single lane, unless panels pay.
        if R::LANES == 1 && (R::Row::N > 1 || columns >= units::MANY) {
            units::product(out, sizes, a, b, store);
        } else {
            lanes::product(out, sizes, a, b, store);
        }
    }
}

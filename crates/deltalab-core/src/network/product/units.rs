//! The product of one run: registers hold units side by side, along the rows of `out`.
//!
//! With few columns (online learning) the registers read `a` where it lies; where its rows lie apart (errors carried back),
//! squares of it are turned over in registers, and what remains is summed by plain numbers. With many (mini-batches) `a` is
//! first copied, [`TERMS`] terms of M registers at a time, to a panel that stays in the nearest cache while every column passes.

use super::{Store, View};
use crate::real::{Along, Elem, Kernel, Pack, Real, along};
use core::mem::MaybeUninit;

/// Terms of a panel: M registers of 64 bytes each make 16 KiB.
pub const TERMS: usize = 128;
/// Registers of a panel.
const M: usize = 2;
/// Columns whose sums are made side by side.
const N: usize = 6;
/// From so many columns on, a panel pays.
pub(super) const MANY: usize = 8;

/// A product whose sizes were checked.
#[inline(always)]
pub(super) fn product<R: Real>(
    out: &mut [R],
    (rows, terms, columns): (usize, usize, usize),
    a: View<'_, R>,
    b: View<'_, R>,
    store: Store<R>,
) {
    let (a, b) = (a.numbers(), b.numbers());
    let out = R::numbers_mut(out);
    // A rate of one run is one number.
    let store = match store {
        Store::Set => Store::Set,
        Store::Add => Store::Add,
        Store::Step(rate) => Store::Step(rate.lanes()[0]),
    };
    // A single row lies along the columns of `out`: the same sums, the other way up.
    let (rows, columns, a, b) = match rows {
        1 => (columns, 1, b.transpose(), a.transpose()),
        _ => (rows, columns, a, b),
    };
    if let (Store::Step(rate), 1, 1) = (store, terms, a.row) {
        outer::<R::Row>(out, (rows, columns), a, b, rate);
    } else if columns >= MANY {
        R::enter(Panels::<R::Row> { out, sizes: (rows, terms, columns), a, b, store });
    } else if a.row == 1 && rows > 1 {
        in_place::<R::Row>(out, (rows, terms, columns), 0, a, b, store);
    } else {
        across::<R::Row>(out, (rows, terms, columns), a, b, store);
    }
}

/// Where the numbers of `a` are read from: row j of term k at `start + j + k · stride`.
#[derive(Clone, Copy)]
struct Rows<E> {
    start: *const E,
    stride: usize,
}

/// The step of one pattern, out ← out + rate · (a_j b_p): nothing is summed, and every weight is seen once.
#[inline(always)]
fn outer<P: Pack>(
    out: &mut [P::Elem],
    (rows, columns): (usize, usize),
    a: View<'_, P::Elem>,
    b: View<'_, P::Elem>,
    rate: P::Elem,
) {
    for p in 0..columns {
        let out = &mut out[p * rows..(p + 1) * rows];
        along::<P>(0, rows, &mut OuterAlong { out, a, from_b: b.at(0, p), rate });
    }
}

/// [`outer`] of one register.
struct OuterAlong<'a, E> {
    out: &'a mut [E],
    a: View<'a, E>,
    from_b: E,
    rate: E,
}

impl<E: Elem> Along<E> for OuterAlong<'_, E> {
    #[inline(always)]
    fn register<P: Pack<Elem = E>>(&mut self, at: usize) {
        // SAFETY: `product` has checked every row.
        let from_a = unsafe { P::load(self.a.pointer(at, 0)) };
        let product = P::mul(from_a, P::splat(self.from_b));
        put(&mut self.out[at..], product, Store::Step(self.rate));
    }
}

/// Registers along rows that lie side by side, from row `first` on.
#[inline(always)]
fn in_place<P: Pack>(
    out: &mut [P::Elem],
    (rows, terms, columns): (usize, usize, usize),
    first: usize,
    a: View<'_, P::Elem>,
    b: View<'_, P::Elem>,
    store: Store<P::Elem>,
) {
    let fours = first + (rows - first) / (4 * P::N) * (4 * P::N);
    let ones = first + (rows - first) / P::N * P::N;
    for p in 0..columns {
        let mut j = first;
        while j < fours {
            let from = Rows { start: a.pointer(j, 0), stride: a.column };
            block::<P, 4, 1>(out, rows, (0, terms), (j, p), from, b, store);
            j += 4 * P::N;
        }
        while j < ones {
            let from = Rows { start: a.pointer(j, 0), stride: a.column };
            block::<P, 1, 1>(out, rows, (0, terms), (j, p), from, b, store);
            j += P::N;
        }
    }
    if P::N > 1 && ones < rows {
        in_place::<P::Half>(out, (rows, terms, columns), ones, a, b, store);
    }
}

/// Registers across rows that lie apart but whose terms lie side by side: both are turned over, square by square.
#[inline(always)]
fn across<P: Pack>(
    out: &mut [P::Elem],
    (rows, terms, columns): (usize, usize, usize),
    a: View<'_, P::Elem>,
    b: View<'_, P::Elem>,
    store: Store<P::Elem>,
) {
    if !P::TURNS && P::N > 1 {
        return across::<P::Half>(out, (rows, terms, columns), a, b, store);
    }
    let mut j = 0;
    if P::TURNS && a.column == 1 {
        while j + 2 * P::N <= rows {
            for p in 0..columns {
                squares::<P, 2>(out, (rows, terms), (j, p), a, b, store);
            }
            j += 2 * P::N;
        }
        while j + P::N <= rows {
            for p in 0..columns {
                squares::<P, 1>(out, (rows, terms), (j, p), a, b, store);
            }
            j += P::N;
        }
    }
    one_by_one(out, (rows, terms, columns), j, a, b, store);
}

/// REGISTERS registers of sums, of rows from j on and column p.
#[inline(always)]
fn squares<P: Pack, const REGISTERS: usize>(
    out: &mut [P::Elem],
    (rows, terms): (usize, usize),
    (j, p): (usize, usize),
    a: View<'_, P::Elem>,
    b: View<'_, P::Elem>,
    store: Store<P::Elem>,
) {
    let mut sums = [P::splat(-P::Elem::default()); REGISTERS]; // −0 + x is x, also for x = −0
    if let Store::Add = store {
        for m in 0..REGISTERS {
            sums[m] = load(&out[p * rows + j + m * P::N..]);
        }
    }
    let whole = terms / P::N * P::N;
    let mut turned = [P::splat(P::Elem::default()); 8];
    let mut k = 0;
    while k < whole {
        for m in 0..REGISTERS {
            // SAFETY: `product` has checked every row and term.
            unsafe { P::turn(a.pointer(j + m * P::N, k), a.row, &mut turned) };
            for c in 0..P::N {
                let from_b = P::splat(b.at(k + c, p));
                sums[m] = P::add(sums[m], P::mul(turned[c], from_b));
            }
        }
        k += P::N;
    }
    while k < terms {
        let from_b = P::splat(b.at(k, p));
        for m in 0..REGISTERS {
            let mut column = [P::Elem::default(); 8];
            for r in 0..P::N {
                column[r] = a.at(j + m * P::N + r, k);
            }
            sums[m] = P::add(sums[m], P::mul(load(&column), from_b));
        }
        k += 1;
    }
    for m in 0..REGISTERS {
        put(&mut out[p * rows + j + m * P::N..], sums[m], store);
    }
}

/// From row `first` on eight sums side by side, each along its own row.
#[inline(always)]
fn one_by_one<E: Real>(
    out: &mut [E],
    (rows, terms, columns): (usize, usize, usize),
    first: usize,
    a: View<'_, E>,
    b: View<'_, E>,
    store: Store<E>,
) {
    for p in 0..columns {
        let out = &mut out[p * rows..(p + 1) * rows];
        let mut j = first;
        while j + 8 <= rows {
            sums::<E, 8>(&mut out[j..j + 8], terms, (j, p), a, b, store);
            j += 8;
        }
        while j < rows {
            sums::<E, 1>(&mut out[j..j + 1], terms, (j, p), a, b, store);
            j += 1;
        }
    }
}

/// L sums side by side.
#[inline(always)]
fn sums<E: Real, const L: usize>(
    out: &mut [E],
    terms: usize,
    (j, p): (usize, usize),
    a: View<'_, E>,
    b: View<'_, E>,
    store: Store<E>,
) {
    let mut sums = [E::zero(); L];
    let mut k = 0;
    if let Store::Add = store {
        sums.copy_from_slice(out);
    } else {
        for l in 0..L {
            sums[l] = a.at(j + l, 0) * b.at(0, p);
        }
        k = 1;
    }
    while k < terms {
        let from_b = b.at(k, p);
        for l in 0..L {
            sums[l] += a.at(j + l, k) * from_b;
        }
        k += 1;
    }
    for l in 0..L {
        match store {
            Store::Set | Store::Add => out[l] = sums[l],
            Store::Step(rate) => out[l] += rate * sums[l],
        }
    }
}

/// [`panels`] in a function of its own, so that small products do not pay for the panel's place on the stack.
struct Panels<'a, P: Pack> {
    out: &'a mut [P::Elem],
    sizes: (usize, usize, usize),
    a: View<'a, P::Elem>,
    b: View<'a, P::Elem>,
    store: Store<P::Elem>,
}

impl<P: Pack> Kernel for Panels<'_, P> {
    type Out = ();
    #[inline(always)]
    fn run(self) {
        panels::<P>(self.out, self.sizes, 0, self.a, self.b, self.store);
    }
}

/// `a` copied panel by panel, from row `j` on.
#[inline(always)]
fn panels<P: Pack>(
    out: &mut [P::Elem],
    (rows, terms, columns): (usize, usize, usize),
    mut j: usize,
    a: View<'_, P::Elem>,
    b: View<'_, P::Elem>,
    store: Store<P::Elem>,
) {
    while j + M * P::N <= rows {
        panel::<P, M>(out, (rows, terms, columns), j, a, b, store);
        j += M * P::N;
    }
    while P::N > 1 && j + P::N <= rows {
        panel::<P, 1>(out, (rows, terms, columns), j, a, b, store);
        j += P::N;
    }
    if P::N == 1 && j < rows {
        one_by_one(out, (rows, terms, columns), j, a, b, store);
    }
    if P::N > 1 && j < rows {
        panels::<P::Half>(out, (rows, terms, columns), j, a, b, store);
    }
}

/// REGISTERS registers of rows, from row `j` on, of every column.
#[inline(always)]
fn panel<P: Pack, const REGISTERS: usize>(
    out: &mut [P::Elem],
    (rows, terms, columns): (usize, usize, usize),
    j: usize,
    a: View<'_, P::Elem>,
    b: View<'_, P::Elem>,
    store: Store<P::Elem>,
) {
    assert!(terms <= TERMS || !matches!(store, Store::Step(_)), "more terms than a panel has");
    let mut panel = [[const { MaybeUninit::<P>::uninit() }; REGISTERS]; TERMS];
    let start = panel.as_mut_ptr().cast::<P::Elem>();
    let width = REGISTERS * P::N;
    let mut first = 0;
    while first < terms {
        let end = (first + TERMS).min(terms);
        let store = if first == 0 { store } else { Store::Add };
        // SAFETY: rows j to j + width and terms first to end were checked; the panel has `width` numbers a term.
        unsafe {
            if a.row == 1 {
                for k in first..end {
                    let term = start.add((k - first) * width);
                    core::ptr::copy_nonoverlapping(a.pointer(j, k), term, width);
                }
            } else {
                for r in 0..width {
                    for k in first..end {
                        *start.add((k - first) * width + r) = *a.pointer(j + r, k);
                    }
                }
            }
        }
        let from = Rows { start: start.cast_const(), stride: width };
        let mut p = 0;
        while p + N <= columns {
            block::<P, REGISTERS, N>(out, rows, (first, end), (j, p), from, b, store);
            p += N;
        }
        while p < columns {
            block::<P, REGISTERS, 1>(out, rows, (first, end), (j, p), from, b, store);
            p += 1;
        }
        first = end;
    }
}

/// REGISTERS registers of rows, from row j on, of COLUMNS columns from p on; `from` holds the terms from `first` to `end`.
#[inline(always)]
fn block<P: Pack, const REGISTERS: usize, const COLUMNS: usize>(
    out: &mut [P::Elem],
    rows: usize,
    (first, end): (usize, usize),
    (j, p): (usize, usize),
    from: Rows<P::Elem>,
    b: View<'_, P::Elem>,
    store: Store<P::Elem>,
) {
    let mut sums = [[P::splat(P::Elem::default()); REGISTERS]; COLUMNS];
    let mut k = first;
    if let Store::Add = store {
        for c in 0..COLUMNS {
            for m in 0..REGISTERS {
                sums[c][m] = load::<P>(&out[(p + c) * rows + j + m * P::N..]);
            }
        }
    } else {
        for m in 0..REGISTERS {
            // SAFETY: `product` has checked every row and term.
            let from_a = unsafe { P::load(from.start.add(m * P::N)) };
            for c in 0..COLUMNS {
                sums[c][m] = P::mul(from_a, P::splat(b.at(k, p + c)));
            }
        }
        k += 1;
    }
    while k < end {
        let mut from_a = [P::splat(P::Elem::default()); REGISTERS];
        for m in 0..REGISTERS {
            // SAFETY: as above.
            from_a[m] = unsafe { P::load(from.start.add((k - first) * from.stride + m * P::N)) };
        }
        for c in 0..COLUMNS {
            let from_b = P::splat(b.at(k, p + c));
            for m in 0..REGISTERS {
                sums[c][m] = P::add(sums[c][m], P::mul(from_a[m], from_b));
            }
        }
        k += 1;
    }
    for c in 0..COLUMNS {
        for m in 0..REGISTERS {
            put(&mut out[(p + c) * rows + j + m * P::N..], sums[c][m], store);
        }
    }
}

/// Puts whole sums into the first register of a row.
#[inline(always)]
fn put<P: Pack>(out: &mut [P::Elem], sums: P, store: Store<P::Elem>) {
    assert!(out.len() >= P::N);
    let value = match store {
        Store::Set | Store::Add => sums,
        Store::Step(rate) => P::add(load(out), P::mul(P::splat(rate), sums)),
    };
    // SAFETY: `out` has N numbers.
    unsafe { P::store(value, out.as_mut_ptr()) };
}

/// The first register of a row.
#[inline(always)]
fn load<P: Pack>(row: &[P::Elem]) -> P {
    assert!(row.len() >= P::N);
    // SAFETY: N numbers are there.
    unsafe { P::load(row.as_ptr()) }
}

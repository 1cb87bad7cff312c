//! The product of one run: registers hold units side by side, along the rows of `out`.
//!
//! With few columns (online learning) the registers read `a` where it lies; where its rows lie apart (errors carried back),
//! squares of it are turned over in registers, and what remains is summed by plain numbers. With many (mini-batches) `a` is
//! first copied, [`TERMS`] terms of one or two registers at a time, to a panel that stays in the nearest cache while every column
//! passes.

use super::{Store, View, upright};
use crate::real::{Along, Elem, Kernel, Pack, Real, along};
use core::mem::MaybeUninit;

/// Terms of a panel: two registers of 64 bytes each make 16 KiB.
pub const TERMS: usize = 128;
/// From so many columns on, a panel pays.
pub(super) const MANY: usize = 8;

/// A product whose sizes were checked.
#[inline(always)]
pub(super) fn product<R: Real>(out: &mut [R], a: View<'_, R>, b: View<'_, R>, store: Store<R>) {
    let (rows, columns, a, b) = upright(a.numbers(), b.numbers());
    let terms = a.columns;
    let out = R::numbers_mut(out);
    // Rate and share of one run are one number each.
    let store = match store {
        Store::Set => Store::Set,
        Store::Add => Store::Add,
        Store::Step { rate, share } => {
            Store::Step { rate: rate.lanes()[0], share: share.lanes()[0] }
        }
    };
    // Each in a function of its own: none pays for another's place on the stack, and counters and pointers find registers.
    if let (Store::Step { rate, .. }, 1, 1) = (store, terms, a.row) {
        R::enter(Outer::<R::Row> { out, sizes: (rows, columns), a, b, rate });
    } else {
        let sums = Sums::<R::Row> { out, sizes: (rows, terms, columns), a, b, store };
        if columns >= MANY {
            panels(sums);
        } else if a.row == 1 && rows > 1 {
            R::enter(InPlace(sums));
        } else {
            R::enter(Across(sums));
        }
    }
}

/// A product of one run.
struct Sums<'a, P: Pack> {
    out: &'a mut [P::Elem],
    sizes: (usize, usize, usize),
    a: View<'a, P::Elem>,
    b: View<'a, P::Elem>,
    store: Store<P::Elem>,
}

/// [`in_place`].
struct InPlace<'a, P: Pack>(Sums<'a, P>);

impl<P: Pack> Kernel for InPlace<'_, P> {
    type Out = ();
    #[inline(always)]
    fn run(self) {
        let Sums { out, sizes, a, b, store } = self.0;
        in_place::<P>(out, sizes, 0, a, b, store);
    }
}

/// [`across`].
struct Across<'a, P: Pack>(Sums<'a, P>);

impl<P: Pack> Kernel for Across<'_, P> {
    type Out = ();
    #[inline(always)]
    fn run(self) {
        let Sums { out, sizes, a, b, store } = self.0;
        across::<P>(out, sizes, a, b, store);
    }
}

/// `a` copied panel by panel, two registers of rows wide or one. With 32 registers, which take one at a time, two pay only where
/// columns of `b` are so long that they would come twice from a farther cache.
#[inline(always)]
fn panels<P: Pack>(sums: Sums<'_, P>) {
    let Sums { out, sizes: (rows, terms, columns), a, b, store } = sums;
    let sizes = (rows, terms, columns);
    let pairs = rows / (2 * P::N) * (2 * P::N);
    let in_pairs = match P::N > 1 && (P::REGISTERS < 32 || terms > TERMS) {
        true if rows - pairs > P::N => rows,
        true => pairs,
        false => 0,
    };
    if in_pairs > 0 {
        let rows = (0, in_pairs);
        P::enter(Panels::<P, 2> { sums: Sums { out, sizes, a, b, store }, rows });
    }
    if in_pairs < rows {
        let rows = (in_pairs, rows);
        P::enter(Panels::<P, 1> { sums: Sums { out, sizes, a, b, store }, rows });
    }
}

/// [`panel`] after panel of WIDE registers.
struct Panels<'a, P: Pack, const WIDE: usize> {
    sums: Sums<'a, P>,
    /// From this row to that.
    rows: (usize, usize),
}

impl<P: Pack, const WIDE: usize> Kernel for Panels<'_, P, WIDE> {
    type Out = ();
    #[inline(always)]
    fn run(self) {
        let Self { sums: Sums { out, sizes, a, b, store }, rows: (first, end) } = self;
        if P::N == 1 {
            return one_by_one(out, sizes, first, a, b, store);
        }
        let mut j = first;
        while j < end {
            let count = P::N.min(end - j - (WIDE - 1) * P::N);
            panel::<P, WIDE>(out, sizes, (j, count), a, b, store);
            j += WIDE * P::N;
        }
    }
}

/// [`outer`].
struct Outer<'a, P: Pack> {
    out: &'a mut [P::Elem],
    sizes: (usize, usize),
    a: View<'a, P::Elem>,
    b: View<'a, P::Elem>,
    rate: P::Elem,
}

impl<P: Pack> Kernel for Outer<'_, P> {
    type Out = ();
    #[inline(always)]
    fn run(self) {
        outer::<P>(self.out, self.sizes, self.a, self.b, self.rate);
    }
}

/// Where the numbers of `a` are read from: row j of term k at `start + j + k · stride`.
#[derive(Clone, Copy)]
struct Rows<E> {
    start: *const E,
    stride: usize,
    /// How many numbers the last register finds there.
    count: usize,
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
    fn register<P: Pack<Elem = E>>(&mut self, at: usize, count: usize) {
        let out = self.out[at..at + count].as_mut_ptr();
        // SAFETY: `product` has checked every row of `a`, and the slice has `count` numbers.
        unsafe {
            let from_a = load::<P>(self.a.pointer(at, 0), count);
            let product = P::mul(from_a, P::splat(self.from_b));
            let weights = P::add(load(out, count), P::mul(P::splat(self.rate), product));
            put(out, count, weights, Store::Set);
        }
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
    let from = |j, count| Rows { start: a.pointer(j, 0), stride: a.column, count };
    for p in 0..columns {
        let mut j = first;
        while j < fours {
            block::<P, 4, 1>(out, rows, (0, terms), (j, p), P::N, from(j, P::N), b, store);
            j += 4 * P::N;
        }
        while j < ones {
            block::<P, 1, 1>(out, rows, (0, terms), (j, p), P::N, from(j, P::N), b, store);
            j += P::N;
        }
        if P::PARTS && j < rows {
            let count = rows - j;
            block::<P, 1, 1>(out, rows, (0, terms), (j, p), count, from(j, count), b, store);
        }
    }
    if !P::PARTS && P::N > 1 && ones < rows {
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
    assert!(P::N <= 8, "a square of more than eight rows");
    let mut sums = [P::splat(-P::Elem::default()); REGISTERS]; // −0 + x is x, also for x = −0
    if let Store::Add = store {
        for m in 0..REGISTERS {
            let out = &out[p * rows + j + m * P::N..][..P::N];
            // SAFETY: the slice has N numbers.
            sums[m] = unsafe { P::load(out.as_ptr()) };
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
            // SAFETY: there are eight numbers, and N is no more.
            sums[m] = P::add(sums[m], P::mul(unsafe { P::load(column.as_ptr()) }, from_b));
        }
        k += 1;
    }
    for m in 0..REGISTERS {
        let out = &mut out[p * rows + j + m * P::N..][..P::N];
        // SAFETY: the slice has room for N numbers.
        unsafe { put(out.as_mut_ptr(), P::N, sums[m], store) };
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
            Store::Step { rate, share } => out[l] += rate * (share * sums[l]),
        }
    }
}

/// WIDE registers of rows, from row `j` on, of every column; the last register has `count` rows.
#[inline(always)]
fn panel<P: Pack, const WIDE: usize>(
    out: &mut [P::Elem],
    (rows, terms, columns): (usize, usize, usize),
    (j, count): (usize, usize),
    a: View<'_, P::Elem>,
    b: View<'_, P::Elem>,
    store: Store<P::Elem>,
) {
    assert!(terms <= TERMS || !matches!(store, Store::Step { .. }), "more terms than a panel has");
    let mut panel = [[const { MaybeUninit::<P>::uninit() }; WIDE]; TERMS];
    let start = panel.as_mut_ptr().cast::<P::Elem>();
    let width = WIDE * P::N;
    let filled = width - P::N + count;
    let mut first = 0;
    while first < terms {
        let end = (first + TERMS).min(terms);
        let store = if first == 0 { store } else { Store::Add };
        // SAFETY: rows j to j + filled and terms first to end were checked; the panel has `width` numbers a term.
        unsafe {
            if a.row == 1 {
                for k in first..end {
                    let term = start.add((k - first) * width);
                    if filled == width {
                        core::ptr::copy_nonoverlapping(a.pointer(j, k), term, width); // moves, not a call
                    } else {
                        core::ptr::copy_nonoverlapping(a.pointer(j, k), term, filled);
                    }
                }
            } else {
                for r in 0..filled {
                    for k in first..end {
                        *start.add((k - first) * width + r) = *a.pointer(j + r, k);
                    }
                }
            }
            for r in filled..width {
                for k in first..end {
                    *start.add((k - first) * width + r) = P::Elem::default();
                }
            }
        }
        let from = Rows { start: start.cast_const(), stride: width, count: P::N };
        let (at, terms) = ((j, count), (first, end));
        let mut p = 0;
        if P::REGISTERS < 32 {
            while p + 6 <= columns {
                across_panel::<P, WIDE, WIDE, 6>(out, rows, terms, at, p, from, b, store);
                p += 6;
            }
        } else {
            // One register at a time: there a number of `b` costs nothing if it serves one sum only.
            while p + 16 <= columns {
                across_panel::<P, WIDE, 1, 16>(out, rows, terms, at, p, from, b, store);
                p += 16;
            }
            while p + 4 <= columns {
                across_panel::<P, WIDE, 1, 4>(out, rows, terms, at, p, from, b, store);
                p += 4;
            }
        }
        while p < columns {
            across_panel::<P, WIDE, WIDE, 1>(out, rows, terms, at, p, from, b, store);
            p += 1;
        }
        first = end;
    }
}

/// A panel of WIDE registers times COLUMNS columns of `b`, which stay in the nearest cache: REGISTERS at a time.
#[inline(always)]
#[allow(clippy::too_many_arguments)] // sizes, places and numbers of three matrices
fn across_panel<P: Pack, const WIDE: usize, const REGISTERS: usize, const COLUMNS: usize>(
    out: &mut [P::Elem],
    rows: usize,
    terms: (usize, usize),
    (j, count): (usize, usize),
    p: usize,
    panel: Rows<P::Elem>,
    b: View<'_, P::Elem>,
    store: Store<P::Elem>,
) {
    let mut m = 0;
    while m < WIDE {
        let from = Rows { start: panel.start.wrapping_add(m * P::N), ..panel };
        let count = if m + REGISTERS == WIDE { count } else { P::N };
        let j = j + m * P::N;
        block::<P, REGISTERS, COLUMNS>(out, rows, terms, (j, p), count, from, b, store);
        m += REGISTERS;
    }
}

/// REGISTERS registers of rows, from row j on, of COLUMNS columns from p on; `from` holds the terms from `first` to `end`. The last
/// register has `count` rows.
#[inline(always)]
#[allow(clippy::too_many_arguments)] // sizes, places and numbers of three matrices
fn block<P: Pack, const REGISTERS: usize, const COLUMNS: usize>(
    out: &mut [P::Elem],
    rows: usize,
    (first, end): (usize, usize),
    (j, p): (usize, usize),
    count: usize,
    from: Rows<P::Elem>,
    b: View<'_, P::Elem>,
    store: Store<P::Elem>,
) {
    let in_register = |m, count| if m + 1 == REGISTERS { count } else { P::N };
    let at = |c: usize, m: usize| (p + c) * rows + j + m * P::N;
    // One check for the whole block: sums that are put one by one behind checks of their own do not stay in registers.
    assert!(at(COLUMNS - 1, REGISTERS - 1) + count <= out.len() && (1..=P::N).contains(&count));
    let out = out.as_mut_ptr();
    let mut sums = [[P::splat(P::Elem::default()); REGISTERS]; COLUMNS];
    let mut k = first;
    if let Store::Add = store {
        for c in 0..COLUMNS {
            for m in 0..REGISTERS {
                // SAFETY: the last number of the block, which is the farthest, was checked.
                sums[c][m] = unsafe { load(out.add(at(c, m)), in_register(m, count)) };
            }
        }
    } else {
        for m in 0..REGISTERS {
            // SAFETY: `product` has checked every row and term.
            let from_a = unsafe { load::<P>(from.start.add(m * P::N), in_register(m, from.count)) };
            for c in 0..COLUMNS {
                sums[c][m] = P::mul(from_a, P::splat(b.at(k, p + c)));
            }
        }
        k += 1;
    }
    while k < end {
        let mut from_a = [P::splat(P::Elem::default()); REGISTERS];
        for m in 0..REGISTERS {
            let at = (k - first) * from.stride + m * P::N;
            // SAFETY: as above.
            from_a[m] = unsafe { load(from.start.add(at), in_register(m, from.count)) };
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
            // SAFETY: as for the loads.
            unsafe { put(out.add(at(c, m)), in_register(m, count), sums[c][m], store) };
        }
    }
}

/// Puts the first `count` sums of a register where `store` says.
///
/// # Safety
/// There is room for them at `out`; at least one and at most N.
#[inline(always)]
unsafe fn put<P: Pack>(out: *mut P::Elem, count: usize, sums: P, store: Store<P::Elem>) {
    // SAFETY: the caller vouches for the room.
    unsafe {
        let value = match store {
            Store::Set | Store::Add => sums,
            Store::Step { rate, share } => {
                P::add(load(out, count), P::mul(P::splat(rate), P::mul(P::splat(share), sums)))
            }
        };
        if count == P::N { P::store(value, out) } else { P::store_part(value, out, count) }
    }
}

/// The first `count` numbers, and 0 where that is fewer than N.
///
/// # Safety
/// They are there, at least one and at most N.
#[inline(always)]
unsafe fn load<P: Pack>(from: *const P::Elem, count: usize) -> P {
    // SAFETY: the caller vouches for the numbers.
    unsafe { if count == P::N { P::load(from) } else { P::load_part(from, count) } }
}

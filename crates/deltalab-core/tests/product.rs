//! The product is the same sum in the same order whatever makes it: plain loops, the units of a lone run in registers of any
//! kind, in place or in panels, and lanes.

use deltalab_core::network::product::{Store, TERMS, View, product};
use deltalab_core::random::{Purpose, Stream, Streams};
use deltalab_core::real::{Elem, Lanes, Level, One, Pack, Pair, Real};

/// Sizes, strides and numbers of one product.
struct Case {
    sizes: (usize, usize, usize),
    a: Vec<f64>,
    b: Vec<f64>,
    out: Vec<f64>,
    a_is_transposed: bool,
    b_is_transposed: bool,
    store: Store<f64>,
}

impl Case {
    fn draw(stream: &mut Stream) -> Self {
        let mut below = |n: u32| stream.below(n) as usize;
        // Rows over every remainder of a register, terms beyond a panel, columns on both sides of where panels begin.
        let rows = 1 + below(70);
        let (many, few) = (1 + below(300), 1 + below(TERMS as u32));
        let columns = 1 + below(20);
        let (kind, a_is_transposed, b_is_transposed) = (below(4), below(2) == 1, below(2) == 1);
        let (store, terms) = match kind {
            0 => (Store::Set, many),
            1 => (Store::Add, many),
            2 => (Store::Step { rate: 0.3, share: 0.7 }, few),
            _ => (Store::Step { rate: 0.3, share: 1.0 }, 1),
        };
        // Or zeros of both signs, so few that some sums have only terms of −0.
        let zeros = below(4) == 0;
        let terms = if zeros { 1 + below(10) } else { terms };
        let store = match store {
            Store::Step { rate, .. } if terms == 1 => Store::Step { rate, share: 1.0 },
            other => other,
        };
        let mut number = || match zeros {
            true => [0.0, -0.0][stream.below(2) as usize],
            false => stream.normal(),
        };
        let mut numbers = |n: usize| (0..n).map(|_| number()).collect::<Vec<_>>();
        let (a, b, out) =
            (numbers(rows * terms), numbers(terms * columns), numbers(rows * columns));
        let sizes = (rows, terms, columns);
        Self { sizes, a, b, out, a_is_transposed, b_is_transposed, store }
    }

    /// The sums by definition.
    fn by_definition<E: Elem>(&self) -> Vec<E> {
        let (rows, terms, columns) = self.sizes;
        let number = |x: f64| E::nearest(x);
        let mut out: Vec<E> = self.out.iter().map(|&x| number(x)).collect();
        for p in 0..columns {
            for j in 0..rows {
                let term = |k: usize| {
                    let a = if self.a_is_transposed { j * terms + k } else { k * rows + j };
                    let b = if self.b_is_transposed { k * columns + p } else { p * terms + k };
                    number(self.a[a]) * number(self.b[b])
                };
                let out = &mut out[p * rows + j];
                let (mut sum, first) = match self.store {
                    Store::Add => (*out, 0),
                    _ => (term(0), 1),
                };
                for k in first..terms {
                    sum += term(k);
                }
                *out = match self.store {
                    Store::Step { rate, share } => *out + number(rate) * (number(share) * sum),
                    _ => sum,
                };
            }
        }
        out
    }

    /// The sums of a kind of number, with the same numbers in every lane.
    fn found<R: Real>(&self) -> Vec<R> {
        let (rows, terms, columns) = self.sizes;
        let all = |x: &[f64]| x.iter().map(|&x| R::of(x)).collect::<Vec<_>>();
        let (a, b, mut out) = (all(&self.a), all(&self.b), all(&self.out));
        let a = match self.a_is_transposed {
            true => View::new(&a, (terms, rows)).transpose(),
            false => View::new(&a, (rows, terms)),
        };
        let b = match self.b_is_transposed {
            true => View::new(&b, (columns, terms)).transpose(),
            false => View::new(&b, (terms, columns)),
        };
        let store = match self.store {
            Store::Set => Store::Set,
            Store::Add => Store::Add,
            Store::Step { rate, share } => Store::Step { rate: R::of(rate), share: R::of(share) },
        };
        product(&mut out, a, b, store);
        out
    }

    #[track_caller]
    fn agrees<R: Real>(&self) {
        let expected = self.by_definition::<R::Elem>();
        let found = self.found::<R>();
        for (place, (found, expected)) in found.iter().zip(&expected).enumerate() {
            for &found in found.lanes() {
                let (found, expected) = (found.to_f64(), expected.to_f64());
                assert!(
                    found.to_bits() == expected.to_bits(),
                    "{}, {:?}, number {place}: {found} for {expected}",
                    std::any::type_name::<R>(),
                    self.sizes
                );
            }
        }
    }
}

fn alone<P: Pack>(case: &Case) {
    case.agrees::<deltalab_core::real::Alone<P>>();
    case.agrees::<Lanes<P, 1>>();
    case.agrees::<Lanes<P, 4>>();
}

#[test]
fn every_kind_of_number_makes_the_same_sums() {
    let mut stream = Streams::new(0, 5).stream(Purpose::Noise, "products");
    for _ in 0..200 {
        let case = Case::draw(&mut stream);
        case.agrees::<f64>();
        case.agrees::<f32>();
        alone::<Pair<f64>>(&case);
        alone::<Pair<f32>>(&case);
        alone::<One<f64>>(&case);
        #[cfg(target_arch = "x86_64")]
        {
            use deltalab_core::real::{Avx2F32, Avx2F64, Avx512F32, Avx512F64, Sse2F32, Sse2F64};
            alone::<Sse2F64>(&case);
            alone::<Sse2F32>(&case);
            if Level::Avx2.available() {
                alone::<Avx2F64>(&case);
                alone::<Avx2F32>(&case);
                case.agrees::<Lanes<Avx2F64, 2>>();
                case.agrees::<Lanes<Avx2F64, 8>>();
            }
            if Level::Avx512.available() {
                alone::<Avx512F64>(&case);
                alone::<Avx512F32>(&case);
                case.agrees::<Lanes<Avx512F64, 8>>();
            }
        }
    }
}

//! The kernels below every rule, by kind of number: exp and the logistic function, the ordered product, a step of settling.
//!
//!     cargo bench -p deltalab-core --bench kernels -- exp
//!
//! Rates are per number: elements of a function, multiplications and additions of a product (two per term of a sum), steps
//! of settling of one pattern of one run. In lanes the numbers of all lanes count.
#![allow(missing_docs)] // of what Criterion's macro makes

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use deltalab_core::network::product::{Store, View, product};
use deltalab_core::network::{
    Clamp, Connectivity, Initial, Network, NetworkParams, Settled, Settling, Topology,
};
use deltalab_core::random::Streams;
#[cfg(target_arch = "x86_64")]
use deltalab_core::real::{Alone, Avx2F32, Avx2F64, Avx512F32, Avx512F64, Lanes, Sse2F32, Sse2F64};
use deltalab_core::real::{Kernel, Level, Real, math};
use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

/// Short: kernels are small, and the machine's clock wanders more than ten samples do.
fn quick() -> Criterion {
    Criterion::default()
        .warm_up_time(Duration::from_millis(50))
        .measurement_time(Duration::from_millis(200))
        .sample_size(10)
}

/// Calls a function for every kind of number that runs are trained in on this machine, with its name.
macro_rules! for_each_kind {
    ($function:ident, $criterion:expr) => {
        $function::<f64>($criterion, "f64");
        $function::<f32>($criterion, "f32");
        #[cfg(target_arch = "x86_64")]
        {
            $function::<Lanes<Sse2F64, 4>>($criterion, "f64 sse2 x 4");
            $function::<Lanes<Sse2F32, 1>>($criterion, "f32 sse2");
            if Level::Avx2.available() {
                $function::<Alone<Avx2F64>>($criterion, "f64 avx2 alone");
                $function::<Lanes<Avx2F64, 2>>($criterion, "f64 avx2 x 2");
                $function::<Lanes<Avx2F64, 8>>($criterion, "f64 avx2 x 8");
                $function::<Lanes<Avx2F32, 1>>($criterion, "f32 avx2");
            }
            if Level::Avx512.available() {
                $function::<Alone<Avx512F64>>($criterion, "f64 avx512 alone");
                $function::<Alone<Avx512F32>>($criterion, "f32 avx512 alone");
                $function::<Lanes<Avx512F64, 1>>($criterion, "f64 avx512");
                $function::<Lanes<Avx512F64, 4>>($criterion, "f64 avx512 x 4");
                $function::<Lanes<Avx512F64, 8>>($criterion, "f64 avx512 x 8");
                $function::<Lanes<Avx512F32, 1>>($criterion, "f32 avx512");
            }
        }
    };
}

/// Numbers in [−4, 4), no two lanes alike.
fn numbers<R: Real>(count: usize) -> Vec<R> {
    let mut values = vec![R::zero(); count];
    for (n, value) in values.iter_mut().enumerate() {
        for (lane, x) in value.lanes_mut().iter_mut().enumerate() {
            let part = ((n * 64 + lane) * 2_654_435_761 % 4096) as f64 / 512.0;
            *x = deltalab_core::real::Elem::nearest(part - 4.0);
        }
    }
    values
}

#[derive(Clone, Copy)]
enum Function {
    Exp,
    Logistic,
}

struct Apply<'a, R> {
    function: Function,
    x: &'a [R],
    y: &'a mut [R],
}

impl<R: Real> Kernel for Apply<'_, R> {
    type Out = ();
    #[inline(always)]
    fn run(self) {
        match self.function {
            Function::Exp => {
                for (y, x) in self.y.iter_mut().zip(self.x) {
                    *y = math::exp(*x);
                }
            }
            Function::Logistic => {
                for (y, x) in self.y.iter_mut().zip(self.x) {
                    *y = math::logistic(*x);
                }
            }
        }
    }
}

fn functions<R: Real>(criterion: &mut Criterion, kind: &str) {
    let count = 2048 / R::LANES;
    let (x, mut y) = (numbers::<R>(count), vec![R::zero(); count]);
    for (name, function) in [("exp", Function::Exp), ("logistic", Function::Logistic)] {
        let mut group = criterion.benchmark_group(name);
        group.throughput(Throughput::Elements((count * R::LANES) as u64));
        group.bench_function(kind, |bencher| {
            bencher.iter(|| {
                R::enter(Apply { function, x: black_box(&x), y: &mut y });
                black_box(&y);
            });
        });
    }
}

fn exp_and_logistic(criterion: &mut Criterion) {
    for_each_kind!(functions, criterion);
}

/// Rows x terms x columns of the net inputs of a layer: receiving units, sending units, patterns.
const SHAPES: [(&str, (usize, usize, usize)); 4] = [
    ("8-3 online", (3, 8, 1)),
    ("32-32 online", (32, 32, 1)),
    ("64-32 batch 32", (32, 64, 32)),
    ("784-256 batch 64", (256, 784, 64)),
];

fn products<R: Real>(criterion: &mut Criterion, kind: &str) {
    for (shape, (rows, terms, columns)) in SHAPES {
        if R::LANES > 1 && rows * terms > 50_000 {
            continue; // so large a net trains alone
        }
        let (a, b) = (numbers::<R>(rows * terms), numbers::<R>(terms * columns));
        let mut out = vec![R::zero(); rows * columns];
        let mut group = criterion.benchmark_group("product");
        let operations = 2 * rows * terms * columns * R::LANES;
        group.throughput(Throughput::Elements(operations as u64));
        group.bench_function(BenchmarkId::new(shape, kind), |bencher| {
            bencher.iter(|| {
                let a = View::new(&a, (rows, terms));
                product(&mut out, a, View::new(&b, (terms, columns)), Store::Set);
                black_box(&out);
            });
        });
    }
}

fn ordered_product(criterion: &mut Criterion) {
    for_each_kind!(products, criterion);
}

/// 100 steps of a 2-4-1 net whose tolerance lets it not rest before.
fn steps<R: Real>(criterion: &mut Criterion, kind: &str) {
    let params = NetworkParams { hidden: vec![4], ..NetworkParams::default() };
    let Ok(topology) = Topology::new(&params, 2, 1, Connectivity::Bidirectional) else {
        unreachable!("a 2-4-1 net can be laid")
    };
    let topology = Arc::new(topology);
    let mut network = Network::<R>::new(topology.clone());
    for lane in 0..R::LANES {
        network.set_lane(lane, &Initial::draw(&params, &topology, &Streams::new(0, lane as u64)));
    }
    let settling = Settling { tolerance: 0.0, ..Settling::default() };
    let mut state = Settled::<R>::new(&topology, 1);
    let mut group = criterion.benchmark_group("settling step 2-4-1");
    group.throughput(Throughput::Elements(settling.max_steps * R::LANES as u64));
    group.bench_function(kind, |bencher| {
        bencher.iter(|| {
            state.start(&network, &settling, &[R::one(), R::zero()], 1);
            state.settle(&network, &settling, Clamp::Input, 1);
            black_box(&state);
        });
    });
}

fn settling(criterion: &mut Criterion) {
    for_each_kind!(steps, criterion);
}

criterion_group! {
    name = kernels;
    config = quick();
    targets = exp_and_logistic, ordered_product, settling
}
criterion_main!(kernels);

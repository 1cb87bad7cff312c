//! Lanes give the bits of a run alone: every operation of [`Real`] and every function of `math`, in every kind of register,
//! 1, 2 and 4 of them at a time. NaN counts as NaN: its sign and payload are not promised.

#[cfg(target_arch = "x86_64")]
use deltalab_core::real::{Avx2F32, Avx2F64, Avx512F32, Avx512F64, Sse2F32, Sse2F64};
use deltalab_core::real::{Elem, Kernel, Lanes, Level, Mask, Pair, Real, math};
use proptest::prelude::*;

/// The most lanes of any kind: four registers of sixteen.
const MOST_LANES: usize = 64;

/// What an operation is called, for when it fails.
const NAMES: [&str; 34] = [
    "+",
    "-",
    "*",
    "/",
    "+=",
    "-=",
    "*=",
    "/=",
    "neg",
    "sqrt",
    "abs",
    "copysign",
    "at_least",
    "at_most",
    "bits_and",
    "bits_or",
    "bits_to_exponent",
    "exponent_to_bits",
    "gt",
    "ge",
    "mask and",
    "mask or",
    "mask not",
    "mask true",
    "mask false",
    "splat",
    "zero",
    "one",
    "of",
    "exp",
    "ln",
    "logistic",
    "tanh",
    "softplus",
];

/// Every operation that gives a number per lane. Each mask is seen through `select`.
#[inline(always)]
fn every_operation<R: Real>(a: R, b: R) -> [R; 34] {
    let (gt, ge) = (a.gt(b), a.ge(b));
    let (positive, negative) = (a.gt(R::zero()), R::zero().gt(b));
    let mut assigned = [a; 4];
    assigned[0] += b;
    assigned[1] -= b;
    assigned[2] *= b;
    assigned[3] /= b;
    [
        a + b,
        a - b,
        a * b,
        a / b,
        assigned[0],
        assigned[1],
        assigned[2],
        assigned[3],
        -a,
        a.sqrt(),
        a.abs(),
        a.copysign(b),
        a.at_least(b),
        a.at_most(b),
        a.bits_and(b),
        a.bits_or(b),
        a.bits_to_exponent(),
        a.exponent_to_bits(),
        R::select(gt, a, b),
        R::select(ge, a, b),
        R::select(positive.and(negative), a, b),
        R::select(positive.or(negative), a, b),
        R::select(positive.not(), a, b),
        R::select(R::Mask::all_lanes(true), a, b),
        R::select(R::Mask::all_lanes(false), a, b),
        R::splat(R::Elem::nearest(0.3)),
        R::zero(),
        R::one(),
        R::of(-1.0 / 3.0),
        math::exp(a),
        math::ln(a),
        math::logistic(a),
        math::tanh(a),
        math::softplus(a),
    ]
}

/// All operations on the first lanes of `a` and `b`: by operation, then by lane. Registers live only inside.
struct Apply<'a, R: Real> {
    a: &'a [R::Elem],
    b: &'a [R::Elem],
    out: &'a mut Vec<R::Elem>,
}

impl<R: Real> Kernel for Apply<'_, R> {
    type Out = ();
    #[inline(always)]
    fn run(self) {
        let (a, b) = (load::<R>(self.a), load::<R>(self.b));
        for y in every_operation(a, b) {
            self.out.extend_from_slice(y.lanes());
        }
    }
}

#[inline(always)]
fn load<R: Real>(from: &[R::Elem]) -> R {
    let mut x = R::zero();
    x.lanes_mut().copy_from_slice(&from[..R::LANES]);
    x
}

/// The bits of a number, all NaNs alike. Widening to f64 is exact and keeps numbers apart.
fn bits<E: Elem>(x: E) -> u64 {
    let wide = x.to_f64();
    if wide.is_nan() { f64::NAN.to_bits() } else { wide.to_bits() }
}

/// Whether this machine can run a kind of number; says so where it cannot.
fn can_run<R: Real>(level: Level) -> bool {
    let available = level.available();
    if !available {
        eprintln!("not checked here, for want of {level}: {}", core::any::type_name::<R>());
    }
    available
}

/// Lane by lane against the element type.
fn lanes_are_alone<R: Real>(level: Level, a: &[R::Elem], b: &[R::Elem]) {
    if !can_run::<R>(level) {
        return;
    }
    let mut out = Vec::new();
    R::enter(Apply::<R> { a, b, out: &mut out });
    for lane in 0..R::LANES {
        let alone = every_operation(a[lane], b[lane]);
        for (n, name) in NAMES.iter().enumerate() {
            let (got, expected) = (out[n * R::LANES + lane], alone[n]);
            assert_eq!(
                bits(got),
                bits(expected),
                "{name} of {:?} and {:?} in lane {lane} of {}: {got:?}, alone {expected:?}",
                a[lane],
                b[lane],
                core::any::type_name::<R>()
            );
        }
    }
}

/// Calls a check for every kind of number over an element type.
macro_rules! every_kind {
    ($check:ident, $elem:ty, [$sse2:ident $avx2:ident $avx512:ident], $($argument:expr),*) => {
        $check::<$elem>(Level::Scalar, $($argument),*);
        every_kind!(registers $check, Level::Baseline, Pair<$elem>, $($argument),*);
        #[cfg(target_arch = "x86_64")]
        {
            every_kind!(registers $check, Level::Baseline, $sse2, $($argument),*);
            every_kind!(registers $check, Level::Avx2, $avx2, $($argument),*);
            every_kind!(registers $check, Level::Avx512, $avx512, $($argument),*);
        }
    };
    (registers $check:ident, $level:expr, $pack:ty, $($argument:expr),*) => {
        $check::<Lanes<$pack, 1>>($level, $($argument),*);
        $check::<Lanes<$pack, 2>>($level, $($argument),*);
        $check::<Lanes<$pack, 4>>($level, $($argument),*);
    };
}

/// Numbers of any bits, of moderate size, and those where functions turn.
macro_rules! numbers {
    ($name:ident, $float:ident, $bits:ident) => {
        fn $name() -> impl Strategy<Value = Vec<$float>> {
            let turns = [
                0.0,
                -0.0,
                1.0,
                -1.0,
                88.7,
                -104.0,
                709.8,
                -745.2,
                $float::INFINITY,
                $float::NEG_INFINITY,
                $float::NAN,
            ];
            let number = prop_oneof![
                any::<$bits>().prop_map($float::from_bits),
                -4.0 as $float..4.0,
                -800.0 as $float..800.0,
                proptest::sample::select(turns.to_vec()),
            ];
            proptest::collection::vec(number, MOST_LANES)
        }
    };
}
numbers!(numbers_f64, f64, u64);
numbers!(numbers_f32, f32, u32);

proptest! {
    // One fixed sequence of cases: a test that failed once fails always.
    #![proptest_config(ProptestConfig {
        cases: 1000,
        failure_persistence: None,
        rng_seed: proptest::test_runner::RngSeed::Fixed(20261125),
        ..ProptestConfig::default()
    })]

    #[test]
    fn lanes_of_f64_give_the_bits_of_a_run_alone(a in numbers_f64(), b in numbers_f64()) {
        every_kind!(lanes_are_alone, f64, [Sse2F64 Avx2F64 Avx512F64], &a, &b);
    }

    #[test]
    fn lanes_of_f32_give_the_bits_of_a_run_alone(a in numbers_f32(), b in numbers_f32()) {
        every_kind!(lanes_are_alone, f32, [Sse2F32 Avx2F32 Avx512F32], &a, &b);
    }
}

/// `any` of the lanes in which a > 0, of its negation, and of both with each other.
struct AnyLane<'a, R: Real> {
    a: &'a [R::Elem],
    out: &'a mut [bool; 4],
}

impl<R: Real> Kernel for AnyLane<'_, R> {
    type Out = ();
    #[inline(always)]
    fn run(self) {
        let positive = load::<R>(self.a).gt(R::zero());
        let not = positive.not();
        *self.out = [positive.any(), not.any(), positive.and(not).any(), positive.or(not).any()];
    }
}

fn any_sees_every_lane<R: Real>(level: Level) {
    if !can_run::<R>(level) {
        return;
    }
    let mut seen = [false; 4];
    let (plus, minus) = (R::Elem::nearest(1.0), R::Elem::nearest(-1.0));
    for lane in 0..R::LANES {
        let mut a = vec![minus; R::LANES];
        a[lane] = plus;
        R::enter(AnyLane::<R> { a: &a, out: &mut seen });
        assert_eq!(
            seen,
            [true, R::LANES > 1, false, true],
            "lane {lane} of {}",
            core::any::type_name::<R>()
        );
    }
    R::enter(AnyLane::<R> { a: &vec![minus; R::LANES], out: &mut seen });
    assert_eq!(seen, [false, true, false, true], "no lane of {}", core::any::type_name::<R>());
    R::enter(AnyLane::<R> { a: &vec![plus; R::LANES], out: &mut seen });
    assert_eq!(seen, [true, false, false, true], "all lanes of {}", core::any::type_name::<R>());
}

#[test]
fn a_mask_holds_somewhere_exactly_where_one_of_its_lanes_does() {
    every_kind!(any_sees_every_lane, f64, [Sse2F64 Avx2F64 Avx512F64],);
    every_kind!(any_sees_every_lane, f32, [Sse2F32 Avx2F32 Avx512F32],);
}

/// exp, ln, logistic, tanh and softplus of x.
type Row = (f64, [f64; 5]);

const INF: f64 = f64::INFINITY;
const NAN: f64 = f64::NAN;
const LN_2: f64 = core::f64::consts::LN_2;

/// The values that IEEE 754 leaves no choice about, for both precisions.
const SPECIALS: [Row; 8] = [
    (0.0, [1.0, -INF, 0.5, 0.0, LN_2]),
    (-0.0, [1.0, -INF, 0.5, -0.0, LN_2]),
    (INF, [INF, INF, 1.0, 1.0, INF]),
    (-INF, [0.0, NAN, 0.0, -1.0, 0.0]),
    (NAN, [NAN; 5]),
    (-NAN, [NAN; 5]),
    (1e6, [INF, 13.815_510_557_964_274, 1.0, 1.0, 1e6]),
    (-1e6, [0.0, NAN, 0.0, -1.0, 0.0]),
];

/// ln of a subnormal number is an ordinary one; the others are as at 0.
fn extremes<E: Elem>(max: f64, least: f64, ln_max: f64, ln_least: f64) -> [(E, [f64; 5]); 4] {
    [
        (max, [INF, ln_max, 1.0, 1.0, max]),
        (-max, [0.0, NAN, 0.0, -1.0, 0.0]),
        (least, [1.0, ln_least, 0.5, least, LN_2]),
        (-least, [1.0, NAN, 0.5, -least, LN_2]),
    ]
    .map(|(x, y)| (E::nearest(x), y))
}

/// ln of the largest and the smallest number of f64 and f32, nearest f64 (mpmath).
const LN_F64: (f64, f64) = (709.782_712_893_384, -744.440_071_921_381_2);
const LN_F32: (f64, f64) = (88.722_839_052_068_35, -103.278_929_903_431_84);

fn specials<R: Real>(level: Level, rows: &[(R::Elem, [f64; 5])]) {
    if !can_run::<R>(level) {
        return;
    }
    let type_name = core::any::type_name::<R>();
    for (x, expected) in rows {
        let mut out = Vec::new();
        R::enter(Apply::<R> { a: &vec![*x; R::LANES], b: &vec![*x; R::LANES], out: &mut out });
        for (n, expected) in (NAMES.len() - 5..NAMES.len()).zip(expected) {
            for (lane, &y) in out[n * R::LANES..(n + 1) * R::LANES].iter().enumerate() {
                let nearest = R::Elem::nearest(*expected);
                assert_eq!(
                    bits(y),
                    bits(nearest),
                    "{}({x:?}) in lane {lane} of {type_name}: {y:?}",
                    NAMES[n]
                );
            }
        }
    }
}

#[test]
fn specials_are_what_mathematics_says() {
    let mut rows: Vec<_> = SPECIALS.to_vec();
    rows.extend(extremes::<f64>(f64::MAX, f64::from_bits(1), LN_F64.0, LN_F64.1));
    every_kind!(specials, f64, [Sse2F64 Avx2F64 Avx512F64], &rows);

    let mut rows: Vec<_> = SPECIALS.iter().map(|&(x, y)| (x as f32, y)).collect();
    rows.extend(extremes::<f32>(
        f64::from(f32::MAX),
        f64::from(f32::from_bits(1)),
        LN_F32.0,
        LN_F32.1,
    ));
    every_kind!(specials, f32, [Sse2F32 Avx2F32 Avx512F32], &rows);
}

/// Subnormal arguments and results survive: nothing here flushes them to zero.
#[test]
fn subnormal_numbers_are_kept() {
    for shift in 0..52 {
        let x = f64::from_bits(1 << shift);
        assert_eq!((math::tanh(x), math::tanh(-x)), (x, -x));
        let x = f32::from_bits(1 << shift.min(22));
        assert_eq!((math::tanh(x), math::tanh(-x)), (x, -x));
    }
    assert_eq!(math::exp(-744.5_f64).to_bits(), 1);
    assert_eq!(math::exp(-103.3_f32).to_bits(), 1);
}

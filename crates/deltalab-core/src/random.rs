//! Random numbers: ChaCha8, one stream per purpose, the same bits for ever.
//!
//! A stream is keyed by (master seed, run seed, purpose, name): the 256-bit key is `"deltalab"`, the master seed and the
//! run seed (little endian) and eight zero bytes; the 64-bit stream number is FNV-1a of the purpose's word, a zero byte and
//! the name. The same run seed therefore gives every learner the same initial weights and the same order of patterns, and
//! a path of the same name and size the same draws in every net that has it: comparisons are paired.
//!
//! All conversions from bits to numbers are written here, so that no new version of another crate changes a result.

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// What a stream of random numbers is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Initial weights and biases; named by the path or the layer.
    Weights,
    /// Order of the patterns.
    Order,
    /// Fixed feedback weights; named by the path.
    Feedback,
    /// Noise added during learning.
    Noise,
    /// Which patterns are held out for the test.
    Split,
    /// The task's own patterns (teacher's weights, spirals, …).
    Patterns,
    /// Values that a random search tries; named by the parameter.
    Tuning,
}

impl Purpose {
    fn word(self) -> &'static str {
        match self {
            Self::Weights => "weights",
            Self::Order => "order",
            Self::Feedback => "feedback",
            Self::Noise => "noise",
            Self::Split => "split",
            Self::Patterns => "patterns",
            Self::Tuning => "tuning",
        }
    }
}

/// All the streams of one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Streams {
    master: u64,
    run: u64,
}

impl Streams {
    /// The streams of the run with seed `run` of an experiment with seed `master`.
    pub fn new(master: u64, run: u64) -> Self {
        Self { master, run }
    }

    /// The stream for a purpose; `name` tells streams of one purpose apart (a path, a layer; empty where there is one).
    ///
    /// ```
    /// use deltalab_core::random::{Purpose, Streams};
    /// let a = Streams::new(0, 7).stream(Purpose::Weights, "hidden<-input").uniform();
    /// let b = Streams::new(0, 7).stream(Purpose::Weights, "hidden<-input").uniform();
    /// assert_eq!(a, b);
    /// ```
    pub fn stream(&self, purpose: Purpose, name: &str) -> Stream {
        let mut key = [0; 32];
        key[..8].copy_from_slice(b"deltalab");
        key[8..16].copy_from_slice(&self.master.to_le_bytes());
        key[16..24].copy_from_slice(&self.run.to_le_bytes());
        let mut rng = ChaCha8Rng::from_seed(key);
        let bytes = purpose.word().bytes().chain([0]).chain(name.bytes());
        rng.set_stream(bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        }));
        Stream(rng)
    }
}

/// One stream of random numbers.
#[derive(Clone, Debug)]
pub struct Stream(ChaCha8Rng);

impl Stream {
    /// Uniform in [0, 1): the top 53 of 64 bits, times 2⁻⁵³.
    pub fn uniform(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 * (1.0 / (1_u64 << 53) as f64)
    }

    /// Uniform in [low, high).
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.uniform()
    }

    /// Normal with mean 0 and variance 1, by Marsaglia's polar method (1964); the second number of a pair is not kept.
    pub fn normal(&mut self) -> f64 {
        loop {
            let (u, v) = (self.between(-1.0, 1.0), self.between(-1.0, 1.0));
            let s = u * u + v * v;
            if s > 0.0 && s < 1.0 {
                return u * (-2.0 * crate::real::math::ln(s) / s).sqrt();
            }
        }
    }

    /// A whole number below `bound`, without bias (Lemire 2019, with 32-bit draws). `bound` must not be 0.
    pub fn below(&mut self, bound: u32) -> u32 {
        let mut product = u64::from(self.0.next_u32()) * u64::from(bound);
        if (product as u32) < bound {
            let threshold = bound.wrapping_neg() % bound; // below `bound`, so the division is seldom needed
            while (product as u32) < threshold {
                product = u64::from(self.0.next_u32()) * u64::from(bound);
            }
        }
        (product >> 32) as u32
    }

    /// Shuffles in place (Fisher–Yates, from the end).
    pub fn shuffle(&mut self, items: &mut [u32]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last as u32 + 1) as usize);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PURPOSES: [Purpose; 7] = [
        Purpose::Weights,
        Purpose::Order,
        Purpose::Feedback,
        Purpose::Noise,
        Purpose::Split,
        Purpose::Patterns,
        Purpose::Tuning,
    ];

    fn stream(name: &str) -> Stream {
        Streams::new(0, 1).stream(Purpose::Noise, name)
    }

    /// A purpose; then, drawn in this order from its stream "hidden<-input" of master seed 3 and run seed 7: two uniform
    /// numbers, two normal ones, numbers below 6, 1000 and 2^32 - 1, and 0 to 7 shuffled.
    type Drawn = (Purpose, [u64; 2], [u64; 2], [u32; 3], [u32; 8]);
    const DRAWN: [Drawn; 6] = [
        (
            Purpose::Weights,
            [0x3fdc_c7c8_f0dc_c5f0, 0x3fde_7100_fdb7_64d2],
            [0xbfe1_9c38_df61_b4e8, 0xbfe5_cd3c_20f1_0f44],
            [3, 14, 1_995_459_941],
            [0, 3, 6, 5, 4, 7, 2, 1],
        ),
        (
            Purpose::Order,
            [0x3fcb_83f4_3de2_9b3c, 0x3fe7_acd4_3bab_c417],
            [0xbfc9_7631_ce04_94a7, 0x3ff8_a580_9f2d_a7b8],
            [4, 450, 4_087_037_998],
            [4, 0, 6, 5, 1, 2, 7, 3],
        ),
        (
            Purpose::Feedback,
            [0x3fcb_5167_b626_ca08, 0x3fd4_eba6_7441_1fb6],
            [0xbf97_fd25_0f40_73ca, 0x3fe5_35bc_67bf_8dbb],
            [2, 77, 1_050_478_988],
            [7, 6, 0, 2, 5, 3, 4, 1],
        ),
        (
            Purpose::Noise,
            [0x3fd3_7f1b_b301_ea3a, 0x3fd4_cbba_9236_d53a],
            [0x3fde_f7c7_aab7_5d0f, 0xbffe_343d_a0bf_6f26],
            [1, 397, 3_337_685_490],
            [5, 7, 3, 6, 4, 1, 2, 0],
        ),
        (
            Purpose::Split,
            [0x3fe2_c27e_e238_4f5f, 0x3fc6_2733_98bc_8b54],
            [0xbfea_44c3_1789_7946, 0x3ff8_39b7_7591_9f5c],
            [1, 237, 160_849_023],
            [4, 6, 5, 3, 0, 7, 2, 1],
        ),
        (
            Purpose::Patterns,
            [0x3fd7_71eb_5330_7e92, 0x3fe8_a149_e3ff_3b7f],
            [0x3ff2_43c0_317f_bef7, 0xbff6_0793_a71f_7bcc],
            [4, 430, 1_645_367_115],
            [3, 1, 2, 0, 7, 4, 5, 6],
        ),
    ];

    /// The draws as they are: stored results are found again. To change one is value-breaking.
    #[test]
    fn value_stability() {
        for (purpose, uniform, normal, below, shuffled) in DRAWN {
            let mut stream = Streams::new(3, 7).stream(purpose, "hidden<-input");
            assert_eq!([(); 2].map(|()| stream.uniform().to_bits()), uniform, "{purpose:?}");
            assert_eq!([(); 2].map(|()| stream.normal().to_bits()), normal, "{purpose:?}");
            assert_eq!([6, 1000, u32::MAX].map(|bound| stream.below(bound)), below, "{purpose:?}");
            let mut items = [0, 1, 2, 3, 4, 5, 6, 7];
            stream.shuffle(&mut items);
            assert_eq!(items, shuffled, "{purpose:?}");
        }
    }

    /// The first block of ChaCha8, written from Bernstein's description (64-bit counter 0, 64-bit stream number).
    fn chacha8(key: [u8; 32], stream: u64) -> [u32; 16] {
        let word = |n: usize| {
            u32::from_le_bytes([key[4 * n], key[4 * n + 1], key[4 * n + 2], key[4 * n + 3]])
        };
        let mut start = [
            0x6170_7865,
            0x3320_646e,
            0x7962_2d32,
            0x6b20_6574,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
        ];
        for n in 0..8 {
            start[4 + n] = word(n);
        }
        (start[14], start[15]) = (stream as u32, (stream >> 32) as u32);
        let mut x = start;
        let columns = [[0, 4, 8, 12], [1, 5, 9, 13], [2, 6, 10, 14], [3, 7, 11, 15]];
        let diagonals = [[0, 5, 10, 15], [1, 6, 11, 12], [2, 7, 8, 13], [3, 4, 9, 14]];
        for _ in 0..4 {
            for [a, b, c, d] in columns.into_iter().chain(diagonals) {
                for (p, q, r, turn) in [(a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)] {
                    x[p] = x[p].wrapping_add(x[q]);
                    x[r] = (x[r] ^ x[p]).rotate_left(turn);
                }
            }
        }
        for (x, start) in x.iter_mut().zip(start) {
            *x = x.wrapping_add(start);
        }
        x
    }

    #[test]
    fn a_stream_is_chacha8_with_the_documented_key_and_number() {
        let mut key = [0; 32];
        key[..8].copy_from_slice(b"deltalab");
        (key[8], key[15], key[16]) = (3, 1, 7); // master seed 2^56 + 3, run seed 7
        // FNV-1a of "weights\0hidden<-input" and of "order\0", by a few lines of Python.
        let numbers = [
            (Purpose::Weights, "hidden<-input", 0x4f0b_6c12_4929_bedb),
            (Purpose::Order, "", 0x0012_d092_50bf_4eb5),
        ];
        for (purpose, name, number) in numbers {
            let block = chacha8(key, number);
            let mut stream = Streams::new(3 + (1 << 56), 7).stream(purpose, name);
            for pair in block.chunks(2) {
                let bits = u64::from(pair[0]) | u64::from(pair[1]) << 32;
                assert_eq!(stream.uniform(), (bits >> 11) as f64 * 2_f64.powi(-53), "{purpose:?}");
            }
        }
    }

    #[test]
    fn streams_of_other_purpose_name_or_seed_share_no_draw() {
        let mut seen = std::collections::BTreeSet::new();
        let mut streams = 0;
        for (master, run) in [(0, 0), (0, 1), (1, 0), (1, 1), (u64::MAX, 0), (0, u64::MAX)] {
            for purpose in PURPOSES {
                for name in ["", "hidden", "hidden<-input", "input<-hidden"] {
                    streams += 1;
                    let mut stream = Streams::new(master, run).stream(purpose, name);
                    seen.extend((0..8).map(|_| stream.uniform().to_bits()));
                }
            }
        }
        // Two of 1152 draws of 53 bits are equal by chance with probability 10^-10.
        assert_eq!(seen.len(), 8 * streams);
    }

    #[test]
    fn uniform_is_uniform_in_zero_to_one() {
        let (mut stream, n) = (stream("uniform"), 100_000);
        let mut draws: Vec<_> = (0..n).map(|_| stream.uniform()).collect();
        assert!(draws.iter().all(|x| (0.0..1.0).contains(x)));
        draws.sort_by(f64::total_cmp);
        // Kolmogorov–Smirnov: sup |F_n − F| √n exceeds 2.3 with probability 5 · 10⁻⁵.
        let steps = draws.iter().enumerate();
        let distance =
            steps.map(|(k, x)| (x - (k as f64 + 0.5) / n as f64).abs()).fold(0.0, f64::max);
        assert!(distance * (n as f64).sqrt() < 2.3, "{distance}");
    }

    #[test]
    fn between_stays_between() {
        let mut stream = stream("between");
        assert!((0..10_000).all(|_| (-0.5..0.5).contains(&stream.between(-0.5, 0.5))));
    }

    /// Moments within 5 standard errors, which are √(1/n), √(2/n), √(15/n) (of the third moment) and √(96/n) (of the fourth).
    #[test]
    fn normal_has_the_moments_of_a_normal() {
        let (mut stream, n) = (stream("normal"), 200_000);
        let draws: Vec<_> = (0..n).map(|_| stream.normal()).collect();
        for (power, expected, variance) in
            [(1, 0.0, 1.0), (2, 1.0, 2.0), (3, 0.0, 15.0), (4, 3.0, 96.0)]
        {
            let mean = draws.iter().map(|x| x.powi(power)).sum::<f64>() / f64::from(n);
            let bound = 5.0 * (variance / f64::from(n)).sqrt();
            assert!((mean - expected).abs() < bound, "moment {power}: {mean}");
        }
        // P(|x| < 1), which the first four moments do not fix.
        let inside = draws.iter().filter(|x| x.abs() < 1.0).count() as f64 / f64::from(n);
        let p = 0.682_689_492_137_085_9;
        assert!((inside - p).abs() < 5.0 * (p * (1.0 - p) / f64::from(n)).sqrt(), "{inside}");
    }

    /// Every count within 5 standard deviations of what it is expected to be.
    fn assert_even(counts: &[u32], what: &str) {
        let (cells, n) = (counts.len() as f64, f64::from(counts.iter().sum::<u32>()));
        let deviation = (n / cells * (1.0 - 1.0 / cells)).sqrt();
        for &count in counts {
            assert!((f64::from(count) - n / cells).abs() <= 5.0 * deviation, "{what}: {counts:?}");
        }
    }

    #[test]
    fn below_is_unbiased() {
        let mut stream = stream("below");
        for bound in [1, 2, 3, 4, 5, 6, 7, 10, 24, 100] {
            let mut counts = vec![0; bound as usize];
            for _ in 0..60_000 {
                counts[stream.below(bound) as usize] += 1;
            }
            assert_even(&counts, "below a small bound");
        }
        // Where a draw without rejection would give one residue of 3 half of the time.
        let mut counts = [0; 3];
        for _ in 0..60_000 {
            counts[(stream.below(3 << 30) % 3) as usize] += 1;
        }
        assert_even(&counts, "below 3 · 2^30");
    }

    #[test]
    fn shuffle_gives_every_order_of_four_equally_often() {
        let mut stream = stream("shuffle");
        let mut orders = std::collections::BTreeMap::new();
        for _ in 0..48_000 {
            let mut items = [0, 1, 2, 3];
            stream.shuffle(&mut items);
            *orders.entry(items).or_insert(0) += 1;
        }
        assert_eq!(orders.len(), 24);
        assert_even(&orders.into_values().collect::<Vec<_>>(), "orders");
    }

    #[test]
    fn shuffle_keeps_every_item_once() {
        let mut stream = stream("permutation");
        for n in 0..100 {
            let mut items: Vec<_> = (0..n).collect();
            stream.shuffle(&mut items);
            items.sort_unstable();
            assert!(items.into_iter().eq(0..n));
        }
    }
}

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
        let threshold = bound.wrapping_neg() % bound;
        loop {
            let product = u64::from(self.0.next_u32()) * u64::from(bound);
            if product as u32 >= threshold {
                return (product >> 32) as u32;
            }
        }
    }

    /// Shuffles in place (Fisher–Yates, from the end).
    pub fn shuffle(&mut self, items: &mut [u32]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last as u32 + 1) as usize);
        }
    }
}

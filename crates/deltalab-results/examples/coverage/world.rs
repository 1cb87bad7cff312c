//! What experiments are drawn from.

use std::path::Path;

use deltalab_results::statistics::mean;
use deltalab_results::statistics::median::median;
use deltalab_results::statistics::survival::Outcome;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Random numbers, from a stream of each table's own.
pub struct Chance(ChaCha8Rng);

impl Chance {
    /// The stream of this name.
    pub fn of(name: &str) -> Chance {
        let mut key = [0; 32];
        key.iter_mut().zip(name.bytes()).for_each(|(key, byte)| *key = byte);
        Chance(ChaCha8Rng::from_seed(key))
    }

    /// Uniform in 0..1, the ends left out.
    pub fn uniform(&mut self) -> f64 {
        (f64::from(self.0.next_u32()) + 0.5) / 4294967296.0
    }

    /// True with this probability.
    pub fn chance(&mut self, p: f64) -> bool {
        self.uniform() < p
    }

    /// Standard normal (Box and Muller 1958).
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * libm::log(self.uniform())).sqrt();
        radius * libm::cos(2.0 * std::f64::consts::PI * self.uniform())
    }

    /// Exponential with mean 1.
    pub fn exponential(&mut self) -> f64 {
        -libm::log(self.uniform())
    }

    /// One of n.
    pub fn below(&mut self, n: usize) -> usize {
        ((u64::from(self.0.next_u32()) * n as u64) >> 32) as usize
    }
}

/// A distribution of a number, with its mean and median.
pub struct World {
    /// What it is.
    pub name: &'static str,
    /// Its mean.
    pub mean: f64,
    /// Its median.
    pub median: f64,
    /// A value.
    pub draw: Box<dyn Fn(&mut Chance) -> f64>,
}

fn world(
    name: &'static str,
    mean: f64,
    median: f64,
    draw: impl Fn(&mut Chance) -> f64 + 'static,
) -> World {
    World { name, mean, median, draw: Box::new(draw) }
}

/// Values of one run: final metrics.
pub fn values(pool: &Pool) -> Vec<World> {
    let sse: Vec<f64> = pool.runs.iter().map(|run| run.sse).collect();
    let (sse_mean, sse_median) = (mean(&sse), median(&sse).unwrap_or(f64::NAN));
    vec![
        world("normal", 0.0, 0.0, Chance::normal),
        world("uniform", 0.5, 0.5, Chance::uniform),
        world("exponential", 1.0, std::f64::consts::LN_2, Chance::exponential),
        world("lognormal, σ = ½", libm::exp(0.125), 1.0, |chance| {
            libm::exp(0.5 * chance.normal())
        }),
        world("lognormal, σ = 1", libm::exp(0.5), 1.0, |chance| libm::exp(chance.normal())),
        world("3 in 10 runs stuck at 1, the others near 0", 0.3, f64::NAN, |chance| {
            stuck(chance, 0.3)
        }),
        world("1 in 10 runs stuck at 1, the others near 0", 0.1, f64::NAN, |chance| {
            stuck(chance, 0.1)
        }),
        world("trained: final sse", sse_mean, sse_median, move |chance| {
            sse[chance.below(sse.len())]
        }),
    ]
}

fn stuck(chance: &mut Chance, p: f64) -> f64 {
    let at = if chance.chance(p) { 1.0 } else { 0.0 };
    at + 0.02 * chance.normal()
}

/// Differences of two runs on one seed.
pub fn differences(pool: &Pool) -> Vec<World> {
    let sse: Vec<f64> = pool.runs.iter().map(|run| run.sse).collect();
    vec![
        world("normal", 0.0, 0.0, Chance::normal),
        world("of two exponentials (Laplace)", 0.0, 0.0, |chance| {
            chance.exponential() - chance.exponential()
        }),
        world("of two lognormals, σ = ½", 0.0, 0.0, |chance| {
            libm::exp(0.5 * chance.normal()) - libm::exp(0.5 * chance.normal())
        }),
        world("Student's t of 3 degrees", 0.0, 0.0, |chance| {
            let square: f64 = (0..3).map(|_| chance.normal()).map(|z| z * z).sum();
            chance.normal() / (square / 3.0).sqrt()
        }),
        world("skewed: exponential", 1.0, std::f64::consts::LN_2, Chance::exponential),
        world("of two with 3 in 10 runs stuck", 0.0, 0.0, |chance| {
            stuck(chance, 0.3) - stuck(chance, 0.3)
        }),
        world("trained: of two final sse", 0.0, 0.0, move |chance| {
            sse[chance.below(sse.len())] - sse[chance.below(sse.len())]
        }),
    ]
}

/// Epochs to the criterion, and when unsolved runs are given up.
pub struct Times {
    /// What they are.
    pub name: &'static str,
    /// The first epoch by which half of all runs are solved.
    pub median: u64,
    /// The step limit.
    pub limit: u64,
    /// Epochs without a limit.
    pub draw: Box<dyn Fn(&mut Chance) -> u64>,
}

impl Times {
    /// How a run ends.
    pub fn outcome(&self, chance: &mut Chance) -> Outcome {
        match (self.draw)(chance) {
            time if time <= self.limit => Outcome::Solved(time),
            _ => Outcome::Censored(self.limit),
        }
    }
}

/// Times that runs may take.
pub fn times(pool: &Pool) -> Vec<Times> {
    let lognormal = |chance: &mut Chance| libm::exp(0.6 * chance.normal());
    let mut epochs: Vec<u64> = pool.runs.iter().map(|run| run.solved.unwrap_or(u64::MAX)).collect();
    epochs.sort_unstable();
    let (median, limit) = (epochs[(epochs.len() - 1) / 2], pool.limit);
    let times = |name, median, limit, draw: Box<dyn Fn(&mut Chance) -> u64>| Times {
        name,
        median,
        limit,
        draw,
    };
    let of_200 = move |chance: &mut Chance| (200.0 * lognormal(chance)).ceil() as u64;
    vec![
        times("lognormal about 200, all solved", 200, u64::MAX, Box::new(of_200)),
        times("the same, 29 % unsolved at 280", 200, 280, Box::new(of_200)),
        times(
            "geometric, 1 % an epoch",
            69,
            u64::MAX,
            Box::new(|chance| (libm::log(chance.uniform()) / libm::log(0.99)).ceil() as u64),
        ),
        times(
            "few epochs, many ties: lognormal about 8",
            8,
            12,
            Box::new(|chance| (8.0 * libm::exp(0.3 * chance.normal())).ceil() as u64),
        ),
        times("trained", median, limit, Box::new(move |chance| epochs[chance.below(epochs.len())])),
    ]
}

/// A run that was trained.
#[derive(Clone, Copy)]
pub struct Trained {
    /// Epochs to the criterion, if it got there.
    pub solved: Option<u64>,
    /// The final error.
    pub sse: f64,
}

/// Very many runs of one learner.
pub struct Pool {
    /// They.
    pub runs: Vec<Trained>,
    /// The step limit.
    pub limit: u64,
}

impl Pool {
    /// Reads a `runs.csv`.
    pub fn read(path: &Path) -> Result<Pool, Box<dyn std::error::Error>> {
        let mut reader = csv::Reader::from_path(path)?;
        let header = reader.headers()?.clone();
        let place = |name: &str| {
            header.iter().position(|column| column == name).ok_or(format!("no column {name}"))
        };
        let (epochs, solved, sse) = (place("epochs")?, place("solved_epoch")?, place("train_sse")?);
        let (mut runs, mut limit) = (Vec::new(), 0);
        for row in reader.records() {
            let row = row?;
            limit = limit.max(row[epochs].parse()?);
            let solved = if row[solved].is_empty() { None } else { Some(row[solved].parse()?) };
            runs.push(Trained { solved, sse: row[sse].parse()? });
        }
        if runs.is_empty() {
            Err("holds no run")?
        }
        Ok(Pool { runs, limit })
    }
}

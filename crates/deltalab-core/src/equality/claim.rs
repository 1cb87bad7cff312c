//! An equality that a rule claims, and what trying it on random networks found.

use crate::network::Parameters;
use crate::random::{Purpose, Stream, Streams};

/// An equality that a rule claims.
#[derive(Clone, Copy, Debug)]
pub struct Claim {
    /// Its number in the table of [`equality`](crate::equality); `None`: what every rule must keep.
    pub number: Option<u8>,
    /// One sentence, in the field's words.
    pub says: &'static str,
    /// The largest difference that it allows, in the measure that [`because`](Self::because) names.
    pub tolerance: f64,
    /// What is measured, and why this much is allowed.
    pub because: &'static str,
    /// Draws one network (one for each form of the rule) and shows the trial what differs.
    pub check: fn(&mut Trial),
}

impl Claim {
    /// Tries it on `nets` networks of every form; the same seed draws the same networks.
    pub fn try_on(&self, seed: u64, nets: u64) -> Finding {
        let mut finding =
            Finding { claim: *self, nets: 0, difference: f64::NEG_INFINITY, place: String::new() };
        for net in 0..nets {
            let mut trial = Trial::new(seed, net);
            (self.check)(&mut trial);
            finding.nets += trial.nets;
            if trial.difference > finding.difference {
                finding.difference = trial.difference;
                finding.place = format!("net {net} of seed {seed}: {}", trial.place);
            }
        }
        finding
    }
}

/// What trying a claim found.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The claim.
    pub claim: Claim,
    /// Networks that it was tried on.
    pub nets: u64,
    /// The largest difference; infinite where a number was NaN or the check could not be made, −∞ where nothing was compared.
    pub difference: f64,
    /// Where it was found: the network, and the form of the rule.
    pub place: String,
}

impl Finding {
    /// Whether the claim held wherever it was tried, and something was compared at all.
    pub fn holds(&self) -> bool {
        (0.0..=self.claim.tolerance).contains(&self.difference)
    }
}

/// One trial of a claim: random numbers to draw from, and the largest difference seen.
#[derive(Debug)]
pub struct Trial {
    /// What networks, weights and patterns are drawn from.
    pub random: Stream,
    nets: u64,
    difference: f64,
    place: String,
}

impl Trial {
    /// The trial of one net of a seed.
    pub fn new(seed: u64, net: u64) -> Self {
        Self {
            random: Streams::new(seed, net).stream(Purpose::Noise, "equality"),
            nets: 0,
            difference: f64::NEG_INFINITY,
            place: String::new(),
        }
    }

    /// One of some choices.
    pub fn pick<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.random.below(choices.len() as u32) as usize].clone()
    }

    /// Counts a network.
    pub(super) fn count(&mut self) {
        self.nets += 1;
    }

    /// A difference; NaN counts as infinite.
    pub fn see(&mut self, difference: f64, place: impl FnOnce() -> String) {
        let difference = if difference.is_nan() { f64::INFINITY } else { difference };
        if difference > self.difference {
            self.difference = difference;
            self.place = place();
        }
    }

    /// Something that must hold for the comparison to mean anything.
    pub fn must(&mut self, holds: bool, place: impl FnOnce() -> String) {
        self.see(if holds { 0.0 } else { f64::INFINITY }, place);
    }

    /// The largest |found − expected| / (1 + |expected|).
    pub fn close(&mut self, found: &[f64], expected: &[f64], place: impl FnOnce() -> String) {
        self.close_within(1.0, found, expected, place);
    }

    /// The same, over a scale that the tolerance is multiplied by.
    pub fn close_within(
        &mut self,
        scale: f64,
        found: &[f64],
        expected: &[f64],
        place: impl FnOnce() -> String,
    ) {
        let one = |(a, b): (&f64, &f64)| (a - b).abs() / (1.0 + b.abs()) / scale;
        self.see(worst(found, expected, one), place);
    }

    /// The largest |found − expected|, where even another bit counts: the least number that there is.
    pub fn same_bits(&mut self, found: &[f64], expected: &[f64], place: impl FnOnce() -> String) {
        let one = |(a, b): (&f64, &f64)| match a.to_bits() == b.to_bits() {
            true => 0.0,
            false => (a - b).abs().max(f64::MIN_POSITIVE),
        };
        self.see(worst(found, expected, one), place);
    }

    /// Whether a distance goes as a power of a parameter, measured at two values of it: s = distance / parameterᵖ is the same
    /// at both but for a share of the parameter. Sees |s₁ − s₂| / (1 + s₂); what does not tend to 0 comes near 1.
    pub fn falls(
        &mut self,
        power: i32,
        parameters: [f64; 2],
        distances: [f64; 2],
        place: impl FnOnce() -> String,
    ) {
        let s = |n: usize| distances[n] / parameters[n].powi(power);
        self.see((s(0) - s(1)).abs() / (1.0 + s(1)), place);
    }
}

/// The largest of some differences; infinite where one is NaN or the lists differ in length.
fn worst(found: &[f64], expected: &[f64], one: impl Fn((&f64, &f64)) -> f64) -> f64 {
    if found.len() != expected.len() {
        return f64::INFINITY;
    }
    let differences = found.iter().zip(expected).map(one);
    differences.fold(0.0, |worst, d| if d.is_nan() { f64::INFINITY } else { worst.max(d) })
}

/// Every number of a direction, in one list: weights path by path, then biases layer by layer.
pub fn flat(direction: &Parameters<f64>) -> Vec<f64> {
    direction.slices().flatten().copied().collect()
}

/// |a − b| / |b|, Euclidean.
pub fn distance(a: &[f64], b: &[f64]) -> f64 {
    if a.len() != b.len() {
        return f64::INFINITY;
    }
    let square = |x: &mut dyn Iterator<Item = f64>| x.map(|x| x * x).sum::<f64>().sqrt();
    square(&mut a.iter().zip(b).map(|(a, b)| a - b)) / square(&mut b.iter().copied())
}

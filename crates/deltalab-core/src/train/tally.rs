//! Metrics of an epoch, lane by lane, while its patterns pass.

use super::setup::{Column, Over};
use crate::learner::Learner;
use crate::metric::Metric;
use crate::network::{ErrorFunction, Network, error::Tolerance};
use crate::real::{Mask, Real};

/// Sums over the patterns of an epoch. Only what some column asks for is summed.
#[derive(Clone, Debug)]
pub struct Tally<R> {
    wanted: Wanted,
    sse: ErrorFunction,
    cross_entropy: ErrorFunction,
    patterns: usize,
    outputs: usize,
    squares: R,
    information: R,
    accurate: R,
    correct: R,
    /// Σ δ² by layer.
    delta_squares: Vec<R>,
    delta_units: Vec<usize>,
    /// Phases so far, one for each pattern, with their steps and how many of them came to rest.
    phases: usize,
    steps: R,
    settled: R,
}

#[derive(Clone, Copy, Debug, Default)]
struct Wanted {
    squares: bool,
    information: bool,
    accurate: bool,
    correct: bool,
    delta: bool,
    settling: bool,
}

impl<R: Real> Tally<R> {
    /// A tally of the metrics of these columns, of training or of test.
    pub fn new(columns: &[Column], error: &ErrorFunction, layers: &[usize]) -> Self {
        let any = |metric| columns.iter().any(|column| column.metric == metric);
        let wanted = Wanted {
            squares: any(Metric::Sse) || any(Metric::Mse),
            information: any(Metric::CrossEntropy),
            accurate: any(Metric::Accuracy),
            correct: any(Metric::Correct),
            delta: any(Metric::DeltaNorm),
            settling: any(Metric::SettlingSteps) || any(Metric::Settled),
        };
        let (ErrorFunction::Sse(Tolerance { tolerance })
        | ErrorFunction::CrossEntropy(Tolerance { tolerance })) = error;
        let zero = R::zero();
        Self {
            wanted,
            sse: ErrorFunction::Sse(Tolerance { tolerance: *tolerance }),
            cross_entropy: ErrorFunction::CrossEntropy(Tolerance { tolerance: *tolerance }),
            patterns: 0,
            outputs: layers.last().copied().unwrap_or(1),
            squares: zero,
            information: zero,
            accurate: zero,
            correct: zero,
            delta_squares: vec![zero; layers.len()],
            delta_units: layers.to_vec(),
            phases: 0,
            steps: zero,
            settled: zero,
        }
    }

    /// Starts an epoch.
    #[inline(always)]
    pub fn clear(&mut self) {
        self.patterns = 0;
        [self.squares, self.information, self.accurate, self.correct] = [R::zero(); 4];
        self.phases = 0;
        [self.steps, self.settled] = [R::zero(); 2];
        self.delta_squares.fill(R::zero());
    }

    /// Adds the patterns that a learner has just answered.
    #[inline(always)]
    pub fn add(
        &mut self,
        net: &Network<R>,
        learner: &dyn Learner<R>,
        target: &[R],
        patterns: usize,
    ) {
        let layer = net.topology.output();
        let shape = &net.topology.layers[layer];
        let output = learner.activity().of(layer, patterns);
        self.patterns += patterns;
        if self.wanted.squares {
            self.squares += self.sse.of(shape, output, target);
        }
        if self.wanted.information {
            self.information += self.cross_entropy.of(shape, output, target);
        }
        if self.wanted.accurate || self.wanted.correct {
            for (z, t) in output.chunks_exact(shape.units).zip(target.chunks_exact(shape.units)) {
                if self.wanted.accurate {
                    self.accurate += accurate(z, t);
                }
                if self.wanted.correct {
                    self.correct += correct(z, t);
                }
            }
        }
    }

    /// Adds the deltas of the patterns that a learner has just learned from.
    #[inline(always)]
    pub fn add_delta(&mut self, learner: &dyn Learner<R>, patterns: usize) {
        if self.wanted.delta {
            for layer in 1..self.delta_squares.len() {
                for &d in learner.delta().of(layer, patterns) {
                    self.delta_squares[layer] += d * d;
                }
            }
        }
    }

    /// Adds the phases of the patterns that a learner has just learned from.
    #[inline(always)]
    pub fn add_phases(&mut self, learner: &dyn Learner<R>, patterns: usize) {
        if !self.wanted.settling {
            return;
        }
        for phase in learner.phases().iter().flatten() {
            self.phases += patterns;
            for pattern in 0..patterns {
                // A phase without steps of its own is one pass, and rests after it.
                let (steps, settled) = match phase.steps {
                    Some(steps) => (steps.steps[pattern], steps.settled[pattern]),
                    None => (R::one(), R::one()),
                };
                self.steps += steps;
                self.settled += settled;
            }
        }
    }

    /// A metric over the patterns so far.
    #[inline(always)]
    pub fn value(&self, metric: Metric) -> R {
        let patterns = R::of(self.patterns as f64);
        match metric {
            Metric::Sse => self.squares,
            Metric::Mse => self.squares / (patterns * R::of(self.outputs as f64)),
            Metric::CrossEntropy => self.information,
            Metric::Accuracy => self.accurate / patterns,
            Metric::Correct => self.correct / patterns,
            Metric::SettlingSteps => self.steps / R::of(self.phases as f64),
            Metric::Settled => self.settled / R::of(self.phases as f64),
            Metric::DeltaNorm
            | Metric::WeightNorm
            | Metric::Evaluations
            | Metric::WeightSymmetry
            | Metric::MirrorAntisymmetry
            | Metric::TwinCosine
            | Metric::MirrorRatio
            | Metric::GradientAngle
            | Metric::GradientRatio => R::zero(),
        }
    }

    /// What one lane has, as a run alone would have it: the cold code that reads it then needs no vector instructions.
    pub fn lane(&self, lane: usize) -> Tally<R::Elem> {
        Tally {
            wanted: self.wanted,
            sse: self.sse.clone(),
            cross_entropy: self.cross_entropy.clone(),
            patterns: self.patterns,
            outputs: self.outputs,
            squares: self.squares.lanes()[lane],
            information: self.information.lanes()[lane],
            accurate: self.accurate.lanes()[lane],
            correct: self.correct.lanes()[lane],
            phases: self.phases,
            steps: self.steps.lanes()[lane],
            settled: self.settled.lanes()[lane],
            delta_squares: self.delta_squares.iter().map(|x| x.lanes()[lane]).collect(),
            delta_units: self.delta_units.clone(),
        }
    }

    /// Root mean square of δ over a layer, or over all.
    #[inline(always)]
    pub fn delta_norm(&self, over: Over) -> R {
        let layers = match over {
            Over::Layer(layer) => layer..layer + 1,
            _ => 1..self.delta_squares.len(),
        };
        let mut sum = R::zero();
        let mut units = 0;
        for layer in layers {
            sum += self.delta_squares[layer];
            units += self.delta_units[layer];
        }
        (sum / R::of((units * self.patterns) as f64)).sqrt()
    }

    /// Where everything summed so far is finite.
    #[inline(always)]
    pub fn finite(&self) -> R::Mask {
        let sum = self.squares + self.information;
        (sum * R::zero()).ge(R::zero())
    }
}

/// 1 where the largest output is where the largest target is (the first, of several); one output: on its side of ½.
#[inline(always)]
fn accurate<R: Real>(output: &[R], target: &[R]) -> R {
    if output.len() == 1 {
        let half = R::of(0.5);
        let (high, wanted) = (output[0].gt(half), target[0].gt(half));
        let (low, unwanted) = (half.ge(output[0]), wanted.not());
        return R::select(high.and(wanted).or(low.and(unwanted)), R::one(), R::zero());
    }
    // NaN is never larger: a diverged output is right only by being where the first unit is, so it is asked to equal itself.
    let (mut largest, mut answer) = (output[0], R::zero());
    let (mut largest_target, mut right) = (target[0], R::zero());
    let mut sane = output[0].ge(output[0]);
    for k in 1..output.len() {
        let index = R::of(k as f64);
        let more = output[k].gt(largest);
        largest = R::select(more, output[k], largest);
        answer = R::select(more, index, answer);
        let more = target[k].gt(largest_target);
        largest_target = R::select(more, target[k], largest_target);
        right = R::select(more, index, right);
        sane = sane.and(output[k].ge(output[k]));
    }
    R::select(answer.ge(right).and(right.ge(answer)).and(sane), R::one(), R::zero())
}

/// 1 where every output is within ½ of its target.
#[inline(always)]
fn correct<R: Real>(output: &[R], target: &[R]) -> R {
    let mut right = R::Mask::all_lanes(true);
    for (&z, &t) in output.iter().zip(target) {
        right = right.and(R::of(0.5).gt((t - z).abs()));
    }
    R::select(right, R::one(), R::zero())
}

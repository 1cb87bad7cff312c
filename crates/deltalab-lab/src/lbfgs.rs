//! # L-BFGS, through argmin
//!
//! The core asks a [`Minimiser`] for one step an epoch. argmin's solver holds the memory of L-BFGS, the pairs (change of w,
//! change of ∇F), and is given the weights, the loss and its gradient anew for every step: `next_iter` of [`LBFGS`] needs
//! nothing else, and the number of the iteration, from which it knows when the memory is full. Its vectors are plain `Vec<f64>`,
//! whose sums have one order, so that a step has the same bits on every machine.
//!
//! The line search is argmin's Moré–Thuente, bounded in trials and with a first step of length 1: argmin's own has no
//! limit, and where the loss is not a number it would not come to an end.

use argmin::core::{
    ArgminError, CostFunction, Error, Gradient, IterState, KV, LineSearch, Problem, Solver, State,
};
use argmin::solver::linesearch::MoreThuenteLineSearch;
use argmin::solver::quasinewton::LBFGS;
use deltalab_core::optimiser::{Lbfgs, Loss, Minimiser};
use std::cell::RefCell;

/// Trials of one line search.
const TRIALS: usize = 20;

type Vector = Vec<f64>;
type Iteration = IterState<Vector, Vector, (), (), (), f64>;
type Memory = LBFGS<Bounded, Vector, Vector, f64>;

/// Makes the minimiser of one run. The number of weights is not needed: argmin takes vectors as they come.
pub fn lbfgs(params: &Lbfgs, _: usize) -> Box<dyn Minimiser> {
    Box::new(Remembering { params: params.clone(), memory: None, steps: 0, stuck: false })
}

/// L-BFGS at work.
struct Remembering {
    params: Lbfgs,
    /// `None` before the first step, and where it has been forgotten.
    memory: Option<Memory>,
    /// Steps that the memory has seen.
    steps: u64,
    /// Whether even the gradient led nowhere: the weights are the same ever after.
    stuck: bool,
}

impl Minimiser for Remembering {
    fn reset(&mut self) {
        self.forget();
        self.stuck = false;
    }

    fn step(&mut self, loss: &mut dyn Loss, change: &mut [f64]) {
        while !self.stuck {
            let remembered = self.memory.is_some();
            if self.try_step(loss, change) {
                return;
            }
            self.forget();
            self.stuck = !remembered;
        }
        change.fill(0.0);
    }
}

impl Remembering {
    fn forget(&mut self) {
        (self.memory, self.steps) = (None, 0);
    }

    /// A step with what is remembered; false where no trial was lower.
    fn try_step(&mut self, loss: &mut dyn Loss, change: &mut [f64]) -> bool {
        let Some(mut solver) = self.memory.take().or_else(|| memory(&self.params)) else {
            return false;
        };
        let (now, start, slope) = (loss.value(), loss.weights().to_vec(), loss.gradient().to_vec());
        let mut state = Iteration::new().param(start.clone()).cost(now).gradient(slope.clone());
        state.iter = self.steps;
        let trials = Trials::new(loss);
        let ended = solver.next_iter(&mut Problem::new(&trials), state);
        let (found, whole) = match ended {
            Ok((Iteration { param: Some(weights), cost: value, grad: Some(gradient), .. }, _)) => {
                (Some(Trial { weights, value, gradient }), true)
            }
            _ => (trials.0.into_inner().lowest, false), // the search broke off
        };
        let Some(found) = found.filter(|found| found.value < now) else { return false };
        let mut curvature = 0.0;
        for k in 0..change.len() {
            change[k] = found.weights[k] - start[k];
            curvature += change[k] * (found.gradient[k] - slope[k]);
        }
        // H stays positive definite only where this is positive; and a search that broke off left nothing to remember.
        if whole && curvature > 0.0 {
            (self.memory, self.steps) = (Some(solver), self.steps + 1);
        } else {
            self.forget();
        }
        true
    }
}

/// argmin's solver before its first step; `None` if it does not like the parameters, which have been checked.
fn memory(params: &Lbfgs) -> Option<Memory> {
    let search = MoreThuenteLineSearch::new().with_c(params.decrease, params.curvature).ok()?;
    Some(LBFGS::new(Bounded { search, direction: Vec::new(), trials: 0 }, params.memory))
}

/// What was found at some weights.
#[derive(Clone)]
struct Trial {
    weights: Vector,
    value: f64,
    gradient: Vector,
}

/// The loss as argmin asks for it: value and gradient of the same weights, one after the other, are one pass.
struct Trials<'a>(RefCell<Tried<'a>>);

struct Tried<'a> {
    loss: &'a mut dyn Loss,
    last: Option<Trial>,
    lowest: Option<Trial>,
}

impl<'a> Trials<'a> {
    fn new(loss: &'a mut dyn Loss) -> Self {
        Self(RefCell::new(Tried { loss, last: None, lowest: None }))
    }

    fn at(&self, weights: &Vector) -> Result<Trial, Error> {
        let mut tried = self.0.borrow_mut();
        if let Some(last) = tried.last.as_ref().filter(|last| last.weights == *weights) {
            return Ok(last.clone());
        }
        let change: Vector = weights.iter().zip(tried.loss.weights()).map(|(x, w)| x - w).collect();
        let mut gradient = vec![0.0; weights.len()];
        let value = tried.loss.gradient_at(&change, &mut gradient);
        if !value.is_finite() || gradient.iter().any(|g| !g.is_finite()) {
            return Err(given_up("the loss is not finite"));
        }
        let trial = Trial { weights: weights.clone(), value, gradient };
        if tried.lowest.as_ref().is_none_or(|lowest| value < lowest.value) {
            tried.lowest = Some(trial.clone());
        }
        tried.last = Some(trial.clone());
        Ok(trial)
    }
}

impl CostFunction for &Trials<'_> {
    type Param = Vector;
    type Output = f64;

    fn cost(&self, weights: &Vector) -> Result<f64, Error> {
        Ok(self.at(weights)?.value)
    }
}

impl Gradient for &Trials<'_> {
    type Param = Vector;
    type Gradient = Vector;

    fn gradient(&self, weights: &Vector) -> Result<Vector, Error> {
        Ok(self.at(weights)?.gradient)
    }
}

fn given_up(why: &str) -> Error {
    ArgminError::ConditionViolated { text: why.to_string() }.into()
}

/// The line search of Moré & Thuente, with a limit to its trials. Down the gradient itself, whose length says nothing of how
/// far to go, it starts with a step of length 1 at most (Liu & Nocedal 1989); else with the whole of d.
#[derive(Clone)]
struct Bounded {
    search: MoreThuenteLineSearch<Vector, Vector, f64>,
    direction: Vector,
    trials: usize,
}

impl LineSearch<Vector, f64> for Bounded {
    fn search_direction(&mut self, direction: Vector) {
        self.direction.clone_from(&direction);
        self.search.search_direction(direction);
    }

    fn initial_step_length(&mut self, alpha: f64) -> Result<(), Error> {
        self.search.initial_step_length(alpha)
    }
}

impl<O> Solver<O, Iteration> for Bounded
where
    O: CostFunction<Param = Vector, Output = f64> + Gradient<Param = Vector, Gradient = Vector>,
{
    fn name(&self) -> &str {
        "Moré–Thuente line search, bounded"
    }

    fn init(
        &mut self,
        problem: &mut Problem<O>,
        state: Iteration,
    ) -> Result<(Iteration, Option<KV>), Error> {
        let gradient = state.get_gradient().map(Vec::as_slice).unwrap_or_default();
        if self.direction.iter().zip(gradient).all(|(d, g)| *d == -g) {
            let length = gradient.iter().map(|g| g * g).sum::<f64>().sqrt();
            if length > 1.0 {
                self.initial_step_length(1.0 / length)?;
            }
        }
        self.search.init(problem, state)
    }

    fn next_iter(
        &mut self,
        problem: &mut Problem<O>,
        state: Iteration,
    ) -> Result<(Iteration, Option<KV>), Error> {
        self.trials += 1;
        if self.trials > TRIALS {
            return Err(given_up("no trial met the conditions"));
        }
        self.search.next_iter(problem, state)
    }
}

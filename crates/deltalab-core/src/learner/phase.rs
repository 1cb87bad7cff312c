//! The phases of an update, as a trace and the metrics of settling see them.

use super::Forward;
use crate::network::{Layers, Settled, Steps};

/// One phase: what it is called, how it settled, and the state it ended in.
#[derive(Debug)]
pub struct Phase<'a, R> {
    /// `forward`; `minus`, `plus`; `backward`; `free`, `nudged`, `nudged_minus`.
    pub name: &'static str,
    /// Steps of settling by pattern; `None`: one pass, which is settled after its one step.
    pub steps: Option<&'a Steps<R>>,
    /// Net inputs and activities that it ended with; `None` for a phase in which only errors move.
    pub state: Option<(&'a Layers<R>, &'a Layers<R>)>,
}

/// At most three phases.
pub type Phases<'a, R> = [Option<Phase<'a, R>>; 3];

impl<'a, R> Phase<'a, R> {
    /// One pass up.
    pub fn pass(name: &'static str, forward: &'a Forward<R>) -> Self {
        Self { name, steps: None, state: Some((&forward.net, &forward.activity)) }
    }

    /// A state that was settled to.
    pub fn settled(name: &'static str, state: &'a Settled<R>) -> Self {
        Self { name, steps: Some(&state.steps), state: Some((&state.net, &state.activity)) }
    }
}

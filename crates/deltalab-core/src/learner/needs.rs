//! What a rule needs of the network and the task. A spec that does not provide it is refused before anything runs.

use crate::network::{Activation, ErrorFunction, Path, Topology};
use crate::task::Task;
use std::fmt;

/// Something that a rule needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Activity that flows up only.
    Feedforward,
    /// Paths between hidden and output layers in both directions.
    ReciprocalPaths,
    /// No hidden layer: input and output alone.
    TwoLayers,
    /// Every unit that learns has a derivative.
    Derivatives,
    /// Output units with a derivative (hidden ones do not matter).
    OutputDerivative,
    /// An error function whose gradient at these outputs is known.
    ErrorGradient,
    /// Linear output units.
    LinearOutput,
    /// Threshold output units.
    ThresholdOutput,
    /// Units without biases.
    NoBiases,
    /// Inputs that are 0 or 1.
    BinaryInputs,
}

impl Need {
    /// Whether it is provided.
    pub fn is_met(self, topology: &Topology, error: &ErrorFunction, task: &dyn Task) -> bool {
        let output = &topology.layers[topology.output()].activation;
        let differentiable = |a: &Activation| *a != Activation::Threshold;
        match self {
            Self::Feedforward => topology.is_feedforward(),
            Self::ReciprocalPaths => {
                let answered = |(n, path): (usize, &Path)| {
                    path.from == 0
                        || path.to == path.from
                        || path.reciprocal_of.is_some()
                        || topology.paths.iter().any(|other| other.reciprocal_of == Some(n))
                };
                topology.paths.iter().enumerate().all(answered)
            }
            Self::TwoLayers => topology.layers.len() == 2,
            Self::Derivatives => {
                topology.layers[1..].iter().all(|layer| differentiable(&layer.activation))
            }
            Self::OutputDerivative => output.is_differentiable(),
            Self::ErrorGradient => error.fits(output),
            Self::LinearOutput => *output == Activation::Linear,
            Self::ThresholdOutput => *output == Activation::Threshold,
            Self::NoBiases => topology.layers.iter().all(|layer| !layer.bias),
            Self::BinaryInputs => task.binary_inputs(),
        }
    }

    /// The key of the spec that is to be changed.
    pub fn key(self) -> &'static str {
        match self {
            Self::Feedforward | Self::ReciprocalPaths => "network.connectivity",
            Self::TwoLayers => "network.hidden",
            Self::Derivatives => "network.activation",
            Self::OutputDerivative | Self::LinearOutput | Self::ThresholdOutput => {
                "network.output_activation"
            }
            Self::ErrorGradient => "train.error",
            Self::NoBiases => "network.biases",
            Self::BinaryInputs => "task.kind",
        }
    }
}

/// What is needed, and what to change.
impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Feedforward => {
                "needs a feedforward network without lateral paths: set network = { connectivity = \"feedforward\", lateral = false } under this learner"
            }
            Self::ReciprocalPaths => {
                "needs paths in both directions between hidden and output layers: set network = { connectivity = \"bidirectional\" } under this learner"
            }
            Self::TwoLayers => "needs a network without hidden layers: set network = { hidden = [] } under this learner",
            Self::Derivatives => {
                "needs activation functions with a derivative: choose another one than \"threshold\""
            }
            Self::OutputDerivative => {
                "needs output units that each have a derivative: choose an output_activation other than \"threshold\" and \"softmax\""
            }
            Self::ErrorGradient => {
                "needs an error function that fits the output units: \"cross_entropy\" goes with \"logistic\" or \"softmax\", \"sse\" with every output but \"threshold\""
            }
            Self::LinearOutput => "needs linear output units: set network = { output_activation = \"linear\" } under this learner",
            Self::ThresholdOutput => {
                "needs threshold output units: set network = { output_activation = \"threshold\" } under this learner"
            }
            Self::NoBiases => {
                "needs a network without biases: set network = { biases = false } under this learner (an always-present context cue plays their part)"
            }
            Self::BinaryInputs => "needs inputs that are 0 or 1 (cues absent or present): choose a task that has them",
        })
    }
}

//! The science of the feedforward rules, proved: every equality of the theory, the numbers that other programs and papers
//! print, and the trainer's promises. A module for each; what they share stands in `support`.

mod activations;
mod alignment;
mod equality_1_gradient;
mod equality_2_delta_rule;
mod equality_8_batches;
mod equality_9_convergence;
mod initialisers;
mod known_conditioning;
mod known_saxe;
mod known_xor;
mod levenberg_marquardt;
mod mirror;
mod optimisers;
mod settling_lanes;
mod support;
mod symmetry;
mod trace;
mod trainer;
mod trainer_lanes;

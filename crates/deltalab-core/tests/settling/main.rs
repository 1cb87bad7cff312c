//! The science of the settling rules, proved: the equalities of the theory on random networks, beyond what rules claim
//! (`tests/equality.rs` tries that), against an oracle of plain loops. A module for each; what they share stands in `support`.

mod equality_10_settling;
mod equality_3_activation_backprop;
mod equality_4_almeida_pineda;
mod equality_5_chl;
mod equality_6_delta_rule_at_the_output;
mod equality_7_backprop_limits;
mod lanes;
mod states;
mod support;

//! # GeneRec: learning from the difference between two phases of activity
//!
//! Minus phase: clamp the input, settle. Plus phase: clamp the target too, settle on from there.
//!
//! | `rule` | Δw_ij / ε, sending unit i → receiving unit j |
//! |---|---|
//! | `"plain"` | x_i⁻ (y_j⁺ − y_j⁻) |
//! | `"midpoint"` | ½ (x_i⁻ + x_i⁺) (y_j⁺ − y_j⁻) |
//! | `"symmetric"` | x_i⁻ (y_j⁺ − y_j⁻) + y_j⁻ (x_i⁺ − x_i⁻) |
//! | `"chl"` | x_i⁺ y_j⁺ − x_i⁻ y_j⁻ |
//!
//! * Biases learn as weights from a unit that is always 1: y_j⁺ − y_j⁻, in all four.
//! * Symbols: x sending, y receiving activity, `units x patterns`; ε is the optimiser's.
//! * `clamp = { nudge = β }` draws the output towards its target instead of clamping it, η_k + β (t_k − z_k), and divides the
//!   change by β. With `"chl"` and symmetric weights this is equilibrium propagation (Scellier & Bengio 2017); with
//!   `sides = "two"` the phases are nudged by β and by −β, and the change is divided by 2β (Laborieux et al. 2021).
//! * Where two paths share weights the change is made once, in the direction of the path that owns them.
//! * Source: O'Reilly 1996, Neural Computation 8(5), 895–938; CHL: Movellan 1990.
//! * Needs: paths in both directions between hidden and output layers.
//! * Equal to: `"plain"` into a clamped output is the delta rule, x⁻ (t − z⁻); `"chl"` is `"midpoint"` plus `"midpoint"` with i
//!   and j exchanged; `"symmetric"` is `"chl"` − (x⁺ − x⁻)(y⁺ − y⁻). On paths from the clamped input all four are the same.
//!   Nudged `"chl"` with shared weights → Almeida–Pineda as β → 0.

use super::{Batch, Context, Learner, Need, Phase, Phases, Rule};
use crate::equality::{Claim, phases, weak_feedback};
use crate::network::{Clamp, Connectivity, Layers, Network, Parameters, Settled, Settling};
use crate::params::{Described, Field, Interval, Must};
use crate::real::{Level, Real};
use crate::train::{Group, Setup, Trace};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The rule.
#[derive(Debug)]
pub struct GeneRec;

crate::params! {
    /// What a spec may set.
    pub struct Params {
        /// A row of the table above.
        pub rule: Form = Form::Plain, Must::Choice(&["plain", "midpoint", "symmetric", "chl"]);
        /// Settling of each phase.
        pub settling: Settling = Settling::default(), Must::Table(Settling::FIELDS);
        /// `"hard"` clamps the output to its target; `{ nudge = β, sides = "one" }` draws it there.
        pub clamp: ClampKind = ClampKind::Word(Hard::Hard),
            Must::OneOf(&[Must::Choice(&["hard"]), Must::Table(NUDGE)]);
    }
}

/// The keys of `clamp = { … }`.
const NUDGE: &[Field] = Nudge::FIELDS;

crate::params! {
    /// A nudge.
    #[derive(Copy)]
    pub struct Nudge {
        /// Strength β, per unit of t − z.
        pub nudge: f64, Must::Number(Interval::POSITIVE);
        /// `"one"`: nudged − free; `"two"`: nudged by β − nudged by −β.
        pub sides: Sides = Sides::One, Must::Choice(&["one", "two"]);
    }
}

/// Which difference of phases a nudged rule learns from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sides {
    /// Nudged − free.
    #[default]
    One,
    /// Nudged by β − nudged by −β.
    Two,
}

/// How the target acts on the output.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ClampKind {
    /// The output is set to it.
    Word(Hard),
    /// The output is drawn to it.
    Nudge(Nudge),
}

/// The word `"hard"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hard {
    /// `"hard"`.
    Hard,
}

/// A row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// x⁻ (y⁺ − y⁻).
    Plain,
    /// ½ (x⁻ + x⁺)(y⁺ − y⁻).
    Midpoint,
    /// x⁻ (y⁺ − y⁻) + y⁻ (x⁺ − x⁻).
    Symmetric,
    /// x⁺ y⁺ − x⁻ y⁻.
    Chl,
}

/// GeneRec at work.
#[derive(Debug)]
pub struct State<R> {
    params: Params,
    minus: Settled<R>,
    plus: Settled<R>,
    nudged_minus: Settled<R>,
    difference: Layers<R>, // y⁺ − y⁻, over β where nudged
    midpoint: Layers<R>,   // ½ (y⁻ + y⁺)
    exchanged: Parameters<R>,
}

impl<R: Real> Learner<R> for State<R> {
    #[inline(always)]
    fn direction(&mut self, net: &Network<R>, batch: &Batch<R>, direction: &mut Parameters<R>) {
        self.respond(net, batch);
        let Self {
            params: Params { rule, settling, clamp },
            minus,
            plus,
            nudged_minus,
            difference,
            midpoint,
            exchanged,
        } = self;
        let patterns = batch.patterns;
        plus.go_on_from(net, minus, patterns);
        let (low, factor) = match *clamp {
            ClampKind::Word(Hard::Hard) => {
                plus.settle(net, settling, Clamp::InputAndTarget(batch.target()), patterns);
                (&*minus, R::one())
            }
            ClampKind::Nudge(Nudge { nudge, sides: Sides::One }) => {
                plus.settle(net, settling, Clamp::Nudge(batch.target(), R::of(nudge)), patterns);
                (&*minus, R::of(1.0 / nudge))
            }
            ClampKind::Nudge(Nudge { nudge, sides: Sides::Two }) => {
                plus.settle(net, settling, Clamp::Nudge(batch.target(), R::of(nudge)), patterns);
                nudged_minus.go_on_from(net, minus, patterns);
                nudged_minus.settle(
                    net,
                    settling,
                    Clamp::Nudge(batch.target(), R::of(-nudge)),
                    patterns,
                );
                (&*nudged_minus, R::of(0.5 / nudge))
            }
        };
        let (low, high) = (&low.activity, &plus.activity);
        difference.set_difference(high, low, factor, patterns);
        match rule {
            Form::Plain => net.outer_products(difference, low, direction, patterns),
            Form::Midpoint => {
                midpoint.set_midpoint(low, high, patterns);
                net.outer_products(difference, midpoint, direction, patterns);
            }
            Form::Symmetric => {
                net.outer_products(difference, low, direction, patterns);
                net.outer_products(low, difference, exchanged, patterns);
                exchanged.clear_biases();
                direction.add(exchanged);
            }
            Form::Chl => {
                net.outer_products(high, high, direction, patterns);
                net.outer_products(low, low, exchanged, patterns);
                direction.subtract(exchanged);
                direction.scale(factor);
            }
        }
        net.tie_lateral(direction);
    }

    #[inline(always)]
    fn respond(&mut self, net: &Network<R>, batch: &Batch<R>) {
        self.minus.start(net, &self.params.settling, batch.input(), batch.patterns);
        self.minus.settle(net, &self.params.settling, Clamp::Input, batch.patterns);
    }

    #[inline(always)]
    fn activity(&self) -> &Layers<R> {
        &self.minus.activity
    }

    #[inline(always)]
    fn phases(&self) -> Phases<'_, R> {
        let (first, second, third) = match self.params.clamp {
            ClampKind::Word(Hard::Hard) => ("minus", "plus", None),
            ClampKind::Nudge(Nudge { sides: Sides::One, .. }) => ("free", "nudged", None),
            ClampKind::Nudge(Nudge { sides: Sides::Two, .. }) => {
                ("free", "nudged", Some("nudged_minus"))
            }
        };
        [
            Some(Phase::settled(first, &self.minus)),
            Some(Phase::settled(second, &self.plus)),
            third.map(|name| Phase::settled(name, &self.nudged_minus)),
        ]
    }

    #[inline(always)]
    fn delta(&self) -> &Layers<R> {
        &self.difference
    }
}

impl Rule for GeneRec {
    const KIND: &'static str = "generec";
    const SOURCE: &'static str = include_str!("generec.rs");
    const CONNECTIVITY: Connectivity = Connectivity::Bidirectional;
    type Params = Params;
    type Learner<R: Real> = State<R>;

    fn needs(_: &Params) -> Vec<Need> {
        vec![Need::ReciprocalPaths]
    }

    fn forms() -> Vec<Params> {
        let nudge = |sides| ClampKind::Nudge(Nudge { nudge: 0.5, sides });
        let clamps = [ClampKind::Word(Hard::Hard), nudge(Sides::One), nudge(Sides::Two)];
        let rules = [Form::Plain, Form::Midpoint, Form::Symmetric, Form::Chl];
        let of = |rule| clamps.map(|clamp| Params { rule, clamp, ..Params::default() });
        rules.map(of).concat()
    }

    fn claims() -> Vec<Claim> {
        vec![
            phases::each_form_is_its_equation(),
            phases::chl_is_midpoint_plus_midpoint_exchanged(),
            phases::symmetric_is_chl_less_a_product(),
            phases::all_forms_are_one_from_the_input_and_on_biases(),
            phases::chl_and_symmetric_keep_weights_symmetric(),
            phases::chl_is_the_gradient_of_a_contrast(),
            phases::into_a_clamped_output_it_is_the_delta_rule(),
            weak_feedback::one_hidden_layer_is_one_nudge_of_the_net_input(),
            weak_feedback::weak_feedback_tends_to_backprop(),
            weak_feedback::a_weak_clamp_gives_almeida_pinedas_v(),
            weak_feedback::a_nudge_gives_almeida_pinedas_direction(),
        ]
    }

    fn group(params: &Params, setup: &Arc<Setup>, level: Level, runs: usize) -> Box<dyn Group> {
        crate::train::group::<Self>(params, setup, level, runs)
    }

    fn trace(params: &Params, setup: &Arc<Setup>, seed: u64, updates: usize) -> Trace {
        crate::train::trace::<Self>(params, setup, seed, updates)
    }

    fn build<R: Real>(params: &Params, context: &Context<'_>) -> State<R> {
        let settled = || Settled::new(context.topology, context.patterns);
        let layers = || Layers::zeros(context.topology, context.patterns);
        State {
            params: params.clone(),
            minus: settled(),
            plus: settled(),
            nudged_minus: settled(),
            difference: layers(),
            midpoint: layers(),
            exchanged: Parameters::zeros(context.topology),
        }
    }
}

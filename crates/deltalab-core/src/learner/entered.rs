//! A rule behind a pointer, so that trainer and runner are compiled once for all rules.
//!
//! The call is made once an update, and enters at once a function compiled for the lanes' instructions, where everything of
//! the rule is inlined: a pointer to the rule itself would lead to code without them, sixty times slower.

use super::{Batch, Context, Learner, Phases, Rule};
use crate::network::{Layers, Network, Parameters};
use crate::real::{Kernel, Real};

/// A rule for one kind of number.
pub(crate) fn learner<R: Real, L: Rule>(
    params: &L::Params,
    context: &Context<'_>,
) -> Box<dyn Learner<R>> {
    Box::new(Entered(L::build::<R>(params, context)))
}

#[derive(Debug)]
struct Entered<L>(L);

impl<R: Real, L: Learner<R>> Learner<R> for Entered<L> {
    fn direction(&mut self, net: &Network<R>, batch: &Batch<R>, direction: &mut Parameters<R>) {
        R::enter(Direction { learner: &mut self.0, net, batch, direction });
    }

    fn meet(&mut self, net: &Network<R>, batch: &Batch<R>) {
        R::enter(Meet { learner: &mut self.0, net, batch });
    }

    fn factors(&self) -> Option<(&Layers<R>, &Layers<R>)> {
        self.0.factors()
    }

    fn respond(&mut self, net: &Network<R>, batch: &Batch<R>) {
        R::enter(Respond { learner: &mut self.0, net, batch });
    }

    fn activity(&self) -> &Layers<R> {
        self.0.activity()
    }

    fn delta(&self) -> &Layers<R> {
        self.0.delta()
    }

    fn phases(&self) -> Phases<'_, R> {
        self.0.phases()
    }

    fn target<'a>(&'a self, batch: &'a Batch<R>) -> &'a [R] {
        self.0.target(batch)
    }
}

struct Direction<'a, R, L> {
    learner: &'a mut L,
    net: &'a Network<R>,
    batch: &'a Batch<R>,
    direction: &'a mut Parameters<R>,
}

impl<R: Real, L: Learner<R>> Kernel for Direction<'_, R, L> {
    type Out = ();
    #[inline(always)]
    fn run(self) {
        self.learner.direction(self.net, self.batch, self.direction);
    }
}

struct Meet<'a, R, L> {
    learner: &'a mut L,
    net: &'a Network<R>,
    batch: &'a Batch<R>,
}

impl<R: Real, L: Learner<R>> Kernel for Meet<'_, R, L> {
    type Out = ();
    #[inline(always)]
    fn run(self) {
        self.learner.meet(self.net, self.batch);
    }
}

struct Respond<'a, R, L> {
    learner: &'a mut L,
    net: &'a Network<R>,
    batch: &'a Batch<R>,
}

impl<R: Real, L: Learner<R>> Kernel for Respond<'_, R, L> {
    type Out = ();
    #[inline(always)]
    fn run(self) {
        self.learner.respond(self.net, self.batch);
    }
}

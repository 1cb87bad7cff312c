//! The passes over a network, each a kernel: compiled once per kind of number, shared by all rules.

use super::product::{View, accumulate};
use super::{Layers, Network, Parameters};
use crate::real::{Kernel, Real};

/// Activity flows up.
pub(super) struct Forward<'a, R> {
    pub network: &'a Network<R>,
    pub net: &'a mut Layers<R>,
    pub activity: &'a mut Layers<R>,
    pub patterns: usize,
}

impl<R: Real> Kernel for Forward<'_, R> {
    type Out = ();
    #[inline(always)]
    fn run(self) {
        let Self { network, net, activity, patterns } = self;
        for (layer, shape) in network.topology.layers.iter().enumerate().skip(1) {
            let eta = net.of_mut(layer, patterns);
            net_input(network, layer, activity, eta, patterns);
            shape.activation.apply(shape.units, eta, activity.of_mut(layer, patterns));
        }
    }
}

/// η of one layer: sending units ascending, path after path, then the bias.
#[inline(always)]
fn net_input<R: Real>(
    network: &Network<R>,
    layer: usize,
    activity: &Layers<R>,
    eta: &mut [R],
    patterns: usize,
) {
    let layers = &network.topology.layers;
    let units = layers[layer].units;
    eta.fill(R::zero());
    for (path, w) in network.topology.paths.iter().zip(&network.values.weights) {
        if path.to == layer {
            let senders = layers[path.from].units;
            let (w, y) = (View::columns(w.as_slice(), units), activity.of(path.from, patterns));
            accumulate(eta, (units, senders, patterns), w, View::columns(y, senders));
        }
    }
    if layers[layer].bias {
        for eta in eta.chunks_exact_mut(units) {
            for (eta, &b) in eta.iter_mut().zip(&network.values.biases[layer]) {
                *eta += b;
            }
        }
    }
}

/// Errors flow down, to one layer.
pub(super) struct Backward<'a, R> {
    pub network: &'a Network<R>,
    pub layer: usize,
    pub delta: &'a mut Layers<R>,
    pub patterns: usize,
}

impl<R: Real> Kernel for Backward<'_, R> {
    type Out = ();
    #[inline(always)]
    fn run(self) {
        let Self { network, layer, delta, patterns } = self;
        let layers = &network.topology.layers;
        let units = layers[layer].units;
        let (here, above) = delta.split(layer, patterns);
        here.fill(R::zero());
        for (path, w) in network.topology.paths.iter().zip(&network.values.weights) {
            if path.from == layer && path.to > layer {
                let receivers = layers[path.to].units;
                let (w, d) =
                    (View::transposed(w.as_slice(), receivers), above.of(path.to, patterns));
                accumulate(here, (units, receivers, patterns), w, View::columns(d, receivers));
            }
        }
    }
}

/// Errors meet activities.
pub(super) struct OuterProducts<'a, R> {
    pub network: &'a Network<R>,
    pub delta: &'a Layers<R>,
    pub sending: &'a Layers<R>,
    pub direction: &'a mut Parameters<R>,
    pub patterns: usize,
}

impl<R: Real> Kernel for OuterProducts<'_, R> {
    type Out = ();
    #[inline(always)]
    fn run(self) {
        let Self { network, delta, sending, direction, patterns } = self;
        let layers = &network.topology.layers;
        for (n, path) in network.topology.paths.iter().enumerate() {
            let c = direction.weights[n].as_mut_slice();
            c.fill(R::zero());
            if path.shared || path.fixed {
                continue;
            }
            let (to, from) = (layers[path.to].units, layers[path.from].units);
            let (d, x) = (delta.of(path.to, patterns), sending.of(path.from, patterns));
            accumulate(c, (to, patterns, from), View::columns(d, to), View::transposed(x, from));
            if let Some(mask) = &network.masks[n] {
                // Selected, not multiplied: NaN · 0 would stay NaN.
                for (c, &on) in c.iter_mut().zip(mask.as_slice()) {
                    *c = R::select(on.gt(R::zero()), *c, R::zero());
                }
            }
        }
        for (layer, shape) in layers.iter().enumerate().filter(|(_, shape)| shape.bias) {
            let c = &mut direction.biases[layer];
            c.fill(R::zero());
            for d in delta.of(layer, patterns).chunks_exact(shape.units) {
                for (c, &d) in c.iter_mut().zip(d) {
                    *c += d;
                }
            }
        }
    }
}

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
pub(super) fn net_input<R: Real>(
    network: &Network<R>,
    layer: usize,
    activity: &Layers<R>,
    eta: &mut [R],
    patterns: usize,
) {
    let layers = &network.topology.layers;
    let units = layers[layer].units;
    eta.fill(R::zero());
    for (n, path) in network.topology.paths.iter().enumerate() {
        if path.to == layer {
            let senders = layers[path.from].units;
            let y = View::columns(activity.of(path.from, patterns), senders);
            accumulate(eta, (units, senders, patterns), network.weights(n), y);
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
        for (n, path) in network.topology.paths.iter().enumerate() {
            if path.from == layer && path.to > layer {
                let receivers = layers[path.to].units;
                let d = View::columns(above.of(path.to, patterns), receivers);
                accumulate(here, (units, receivers, patterns), network.weights(n).transpose(), d);
            }
        }
    }
}

/// Every layer driven by given activities at once: η = W y + b, and f(η).
pub(super) struct Drive<'a, R> {
    pub network: &'a Network<R>,
    pub activity: &'a Layers<R>,
    pub net: &'a mut Layers<R>,
    pub response: &'a mut Layers<R>,
    pub patterns: usize,
}

impl<R: Real> Kernel for Drive<'_, R> {
    type Out = ();
    #[inline(always)]
    fn run(self) {
        let Self { network, activity, net, response, patterns } = self;
        for (layer, shape) in network.topology.layers.iter().enumerate().skip(1) {
            let eta = net.of_mut(layer, patterns);
            net_input(network, layer, activity, eta, patterns);
            shape.activation.apply(shape.units, eta, response.of_mut(layer, patterns));
        }
    }
}

/// Products of receiving and sending quantities, c_ij = Σ_p a_jp b_ip, for every path that learns; masked weights get 0.
pub(super) struct OuterProducts<'a, R> {
    pub network: &'a Network<R>,
    pub receiving: &'a Layers<R>,
    pub sending: &'a Layers<R>,
    pub direction: &'a mut Parameters<R>,
    pub which: Paths,
    pub patterns: usize,
}

/// For which paths a product is made; for others it is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paths {
    /// All that learn.
    All,
    /// Those whose weights also serve the other direction: owners of shared weights, symmetric lateral paths.
    Tied,
}

impl<R: Real> Kernel for OuterProducts<'_, R> {
    type Out = ();
    #[inline(always)]
    fn run(self) {
        let Self { network, receiving, sending, direction, which, patterns } = self;
        let layers = &network.topology.layers;
        for (n, path) in network.topology.paths.iter().enumerate() {
            let c = direction.weights[n].as_mut_slice();
            c.fill(R::zero());
            if path.shared || path.fixed || (which == Paths::Tied && !network.topology.is_tied(n)) {
                continue;
            }
            let (to, from) = (layers[path.to].units, layers[path.from].units);
            let (a, b) = (receiving.of(path.to, patterns), sending.of(path.from, patterns));
            accumulate(c, (to, patterns, from), View::columns(a, to), View::transposed(b, from));
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
            for a in receiving.of(layer, patterns).chunks_exact(shape.units) {
                for (c, &a) in c.iter_mut().zip(a) {
                    *c += a;
                }
            }
        }
    }
}

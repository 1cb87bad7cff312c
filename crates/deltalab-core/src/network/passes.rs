//! The passes over a network, each a kernel: compiled once per kind of number, shared by all rules.

use super::product::{Store, View, product, product_in_place};
use super::{Layers, Network, Parameters, Path};
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
    let mut store = Store::Set;
    for (n, path) in network.topology.paths.iter().enumerate() {
        if path.to == layer {
            add_path(network, n, activity, eta, patterns, store);
            store = Store::Add;
        }
    }
    if let Store::Set = store {
        eta.fill(R::zero()); // no path leads here
    }
    add_bias(network, layer, eta);
}

/// [`net_input`], compiled once.
pub(super) struct NetInput<'a, R> {
    pub network: &'a Network<R>,
    pub layer: usize,
    pub activity: &'a Layers<R>,
    pub eta: &'a mut [R],
    pub patterns: usize,
}

impl<R: Real> Kernel for NetInput<'_, R> {
    type Out = ();
    #[inline(always)]
    fn run(self) {
        net_input(self.network, self.layer, self.activity, self.eta, self.patterns);
    }
}

/// What one path brings to η.
#[inline(always)]
pub(super) fn add_path<R: Real>(
    network: &Network<R>,
    path: usize,
    activity: &Layers<R>,
    eta: &mut [R],
    patterns: usize,
    store: Store<R>,
) {
    let (layers, Path { to, from, .. }) = (&network.topology.layers, &network.topology.paths[path]);
    let (units, senders) = (layers[*to].units, layers[*from].units);
    let y = View::columns(activity.of(*from, patterns), senders);
    product_in_place(eta, (units, senders, patterns), network.weights(path), y, store);
}

/// The bias of every unit, last of its sum.
#[inline(always)]
pub(super) fn add_bias<R: Real>(network: &Network<R>, layer: usize, eta: &mut [R]) {
    let shape = &network.topology.layers[layer];
    if shape.bias {
        for eta in eta.chunks_exact_mut(shape.units) {
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
        let mut store = Store::Set;
        for (n, path) in network.topology.paths.iter().enumerate() {
            if path.from == layer && path.to > layer {
                let receivers = layers[path.to].units;
                let d = View::columns(above.of(path.to, patterns), receivers);
                let weights = network.weights(n).transpose();
                product_in_place(here, (units, receivers, patterns), weights, d, store);
                store = Store::Add;
            }
        }
        if let Store::Set = store {
            here.fill(R::zero()); // no path leaves here
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
            R::enter(NetInput { network, layer, activity, eta, patterns });
            let eta = net.of(layer, patterns);
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
            if path.shared || path.fixed || (which == Paths::Tied && !network.topology.is_tied(n)) {
                c.fill(R::zero());
                continue;
            }
            let (to, from) = (layers[path.to].units, layers[path.from].units);
            let a = View::columns(receiving.of(path.to, patterns), to);
            let b = View::transposed(sending.of(path.from, patterns), from);
            product(c, (to, patterns, from), a, b, Store::Set);
            if let Some(mask) = &network.masks[n] {
                // Selected, not multiplied: NaN · 0 would stay NaN.
                for (c, &on) in c.iter_mut().zip(mask.as_slice()) {
                    *c = R::select(on.gt(R::zero()), *c, R::zero());
                }
            }
        }
        for (layer, shape) in layers.iter().enumerate().filter(|(_, shape)| shape.bias) {
            let c = &mut direction.biases[layer];
            let (first, others) = receiving.of(layer, patterns).split_at(shape.units);
            c.copy_from_slice(first);
            for a in others.chunks_exact(shape.units) {
                for (c, &a) in c.iter_mut().zip(a) {
                    *c += a;
                }
            }
        }
    }
}

/// Outer products, and the step along them.
pub(super) struct Step<'a, R> {
    pub network: &'a mut Network<R>,
    pub rate: R,
    pub receiving: &'a Layers<R>,
    pub sending: &'a Layers<R>,
    pub patterns: usize,
}

impl<R: Real> Kernel for Step<'_, R> {
    type Out = ();
    #[inline(always)]
    fn run(self) {
        let Self { network, rate, receiving, sending, patterns } = self;
        let Network { topology, values, .. } = network;
        let layers = &topology.layers;
        for (w, path) in values.weights.iter_mut().zip(&topology.paths) {
            if path.shared {
                continue;
            }
            let (to, from) = (layers[path.to].units, layers[path.from].units);
            let a = View::columns(receiving.of(path.to, patterns), to);
            let b = View::transposed(sending.of(path.from, patterns), from);
            product_in_place(w.as_mut_slice(), (to, patterns, from), a, b, Store::Step(rate));
        }
        for (layer, b) in values.biases.iter_mut().enumerate() {
            let a = receiving.of(layer, patterns);
            let units = b.len();
            for (j, b) in b.iter_mut().enumerate() {
                let mut sum = a[j];
                for p in 1..patterns {
                    sum += a[p * units + j];
                }
                *b += rate * sum;
            }
        }
    }
}

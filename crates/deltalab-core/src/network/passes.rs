//! The passes over a network, each a kernel: compiled once per kind of number, shared by all rules.

use super::parts::Part;
use super::product::{Store, View, product, product_in_place};
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
        let layers = &network.topology.layers;
        for layer in 1..layers.len() {
            let (shape, eta) = (&layers[layer], net.of_mut(layer, patterns));
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
    for part in &network.parts.arriving[layer] {
        add_part(network, part, activity, eta, patterns, store);
        store = Store::Add;
    }
    if let Store::Set = store {
        eta.fill(R::zero()); // no path leads here
    }
    add_bias(network, layer, eta, patterns);
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

/// What one path brings to the sums of a layer: to η from activities, or to errors from errors.
#[inline(always)]
pub(super) fn add_part<R: Real>(
    network: &Network<R>,
    part: &Part,
    from: &Layers<R>,
    sums: &mut [R],
    patterns: usize,
    store: Store<R>,
) {
    let q = View::new(from.of(part.layer, patterns), (part.terms, patterns));
    product_in_place(sums, part.view(&network.values.weights), q, store);
}

/// The bias of every unit, last of its sum.
#[inline(always)]
pub(super) fn add_bias<R: Real>(
    network: &Network<R>,
    layer: usize,
    eta: &mut [R],
    patterns: usize,
) {
    let biases = &network.values.biases[layer];
    let units = biases.len();
    for p in 0..patterns {
        for (eta, &b) in eta[p * units..(p + 1) * units].iter_mut().zip(biases) {
            *eta += b;
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
        let (here, above) = delta.split(layer, patterns);
        let mut store = Store::Set;
        for part in &network.parts.leaving[layer] {
            if part.layer > layer {
                let d = View::new(above.of(part.layer, patterns), (part.terms, patterns));
                product_in_place(here, part.view(&network.values.weights), d, store);
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
            let a = View::new(receiving.of(path.to, patterns), (to, patterns));
            let b = View::new(sending.of(path.from, patterns), (from, patterns)).transpose();
            product(c, a, b, Store::Set);
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
    pub share: R,
    pub receiving: &'a Layers<R>,
    pub sending: &'a Layers<R>,
    pub patterns: usize,
}

impl<R: Real> Kernel for Step<'_, R> {
    type Out = ();
    #[inline(always)]
    fn run(self) {
        let Self { network, rate, share, receiving, sending, patterns } = self;
        let Network { topology, values, .. } = network;
        for (w, path) in values.weights.iter_mut().zip(&topology.paths) {
            let (to, from) = w.shape();
            if path.shared {
                continue;
            }
            let a = View::new(receiving.of(path.to, patterns), (to, patterns));
            let b = View::new(sending.of(path.from, patterns), (from, patterns)).transpose();
            product_in_place(w.as_mut_slice(), a, b, Store::Step { rate, share });
        }
        for (layer, b) in values.biases.iter_mut().enumerate() {
            step_biases(b, receiving.of(layer, patterns), rate, share);
        }
    }
}

/// b ← b + rate · (share · Σ_p a_jp), patterns ascending.
#[inline(always)]
fn step_biases<R: Real>(biases: &mut [R], a: &[R], rate: R, share: R) {
    if biases.len() == a.len() {
        for (b, &a) in biases.iter_mut().zip(a) {
            *b += rate * a;
        }
        return;
    }
    let mut j = 0;
    while j + 16 <= biases.len() {
        step_some_biases::<R, 16>(biases, j, a, rate, share);
        j += 16;
    }
    while j + 4 <= biases.len() {
        step_some_biases::<R, 4>(biases, j, a, rate, share);
        j += 4;
    }
    while j < biases.len() {
        step_some_biases::<R, 1>(biases, j, a, rate, share);
        j += 1;
    }
}

/// [`step_biases`] of units j to j + N, side by side.
#[inline(always)]
fn step_some_biases<R: Real, const N: usize>(
    biases: &mut [R],
    j: usize,
    a: &[R],
    rate: R,
    share: R,
) {
    let mut sums = [R::zero(); N];
    sums.copy_from_slice(&a[j..j + N]);
    for a in a.chunks_exact(biases.len()).skip(1) {
        let a = &a[j..j + N];
        for n in 0..N {
            sums[n] += a[n];
        }
    }
    let biases = &mut biases[j..j + N];
    for n in 0..N {
        biases[n] += rate * (share * sums[n]);
    }
}

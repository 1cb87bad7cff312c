//! The substrate: layers joined by paths, in one network for every rule.
//!
//! η_j = Σ_i w_ij x_i + b_j and y_j = f(η_j), for all patterns of a batch side by side. Matrices are `units x patterns`, a
//! path's weights receiving x sending.

pub mod activation;
pub mod error;
pub mod initialiser;
mod layers;
mod mirror;
mod parameters;
mod parts;
mod passes;
pub mod product;
mod settling;
mod symmetry;
mod topology;

pub use activation::Activation;
pub use error::ErrorFunction;
pub use initialiser::{Initial, Initialiser};
pub use layers::Layers;
pub use parameters::Parameters;
pub use passes::Paths;
pub use settling::{Backward, Clamp, On, Settled, Settling, Steps};
pub(crate) use settling::{SettleErrors, unless_rest};
pub use topology::{Connectivity, Layer, NetworkParams, Path, Topology, TopologyError};

use crate::real::{Elem, Real};
use nalgebra::DMatrix;
use parts::Parts;
use std::sync::Arc;

/// A network with its weights: one, or one per lane.
#[derive(Clone, Debug)]
pub struct Network<R> {
    /// Layers and paths.
    pub topology: Arc<Topology>,
    /// Weights by path and biases by layer.
    pub values: Parameters<R>,
    /// By path, 1 where a weight exists and 0 where it does not; `None`: all exist.
    masks: Vec<Option<DMatrix<R>>>,
    parts: Parts,
}

impl<R: Real> Network<R> {
    /// A network with all weights 0; see [`set_lane`](Self::set_lane).
    pub fn new(topology: Arc<Topology>) -> Self {
        let masks = topology.paths.iter().map(|path| {
            let mask = path.mask.as_ref()?;
            let (rows, columns) =
                (topology.layers[path.to].units, topology.layers[path.from].units);
            Some(DMatrix::from_fn(rows, columns, |j, i| R::of(f64::from(u8::from(mask[j][i])))))
        });
        let masks = masks.collect();
        let (values, parts) = (Parameters::zeros(&topology), Parts::new(&topology));
        Self { topology, values, masks, parts }
    }

    /// Gives one lane its weights and biases, rounded to the precision of the run.
    pub fn set_lane(&mut self, lane: usize, initial: &Initial) {
        for (w, from) in self.values.weights.iter_mut().zip(&initial.weights) {
            for (w, &x) in w.iter_mut().zip(from.iter()) {
                w.lanes_mut()[lane] = R::Elem::nearest(x);
            }
        }
        for (b, from) in self.values.biases.iter_mut().zip(&initial.biases) {
            for (b, &x) in b.iter_mut().zip(from) {
                b.lanes_mut()[lane] = R::Elem::nearest(x);
            }
        }
    }

    /// Weights and biases of one lane, widened to f64.
    pub fn lane(&self, lane: usize) -> Initial {
        let widen = |x: &R| x.lanes()[lane].to_f64();
        Initial {
            weights: self.values.weights.iter().map(|w| w.map(|x| widen(&x))).collect(),
            biases: self.values.biases.iter().map(|b| b.iter().map(widen).collect()).collect(),
        }
    }

    /// The forward pass: η and y of every layer above the input, layer by layer. `activity` holds the clamped input.
    ///
    /// η_j = Σ_i x_i w_ij + b_j: sending units ascending, path after path, then the bias; y_j = f(η_j).
    #[inline(always)]
    pub fn forward(&self, net: &mut Layers<R>, activity: &mut Layers<R>, patterns: usize) {
        R::enter(passes::Forward { network: self, net, activity, patterns });
    }

    /// Σ_k δ_k w_jk over the layers above that j sends to, into `delta[layer]`: receiving units ascending, path after path.
    #[inline(always)]
    pub fn backward(&self, layer: usize, delta: &mut Layers<R>, patterns: usize) {
        R::enter(passes::Backward { network: self, layer, delta, patterns });
    }

    /// Every layer driven by given activities at once: η = W y + b and f(η), for all layers above the input.
    #[inline(always)]
    pub fn drive(
        &self,
        activity: &Layers<R>,
        net: &mut Layers<R>,
        response: &mut Layers<R>,
        patterns: usize,
    ) {
        R::enter(passes::Drive { network: self, activity, net, response, patterns });
    }

    /// A direction from what receiving and sending units have, c_ij = Σ_p a_jp b_ip, patterns ascending, for every path and,
    /// with b = 1, every bias. Masked weights and fixed paths get 0.
    #[inline(always)]
    pub fn outer_products(
        &self,
        receiving: &Layers<R>,
        sending: &Layers<R>,
        direction: &mut Parameters<R>,
        patterns: usize,
    ) {
        self.outer_products_of(Paths::All, receiving, sending, direction, patterns);
    }

    /// [`outer_products`](Self::outer_products) and the step along them in one pass: w ← w + ε · share · Σ_p a_jp b_ip, of at most
    /// [`product::TERMS`] patterns, in a network whose paths [all learn freely](Topology::learns_freely). The share is 1, or
    /// for a mean 1 over the number of patterns.
    #[inline(always)]
    pub fn step(
        &mut self,
        (rate, share): (R, R),
        receiving: &Layers<R>,
        sending: &Layers<R>,
        patterns: usize,
    ) {
        R::enter(passes::Step { network: self, rate, share, receiving, sending, patterns });
    }

    /// Outer products for some paths only; others get 0. Biases as in [`outer_products`](Self::outer_products).
    #[inline(always)]
    pub fn outer_products_of(
        &self,
        which: Paths,
        receiving: &Layers<R>,
        sending: &Layers<R>,
        direction: &mut Parameters<R>,
        patterns: usize,
    ) {
        R::enter(passes::OuterProducts {
            network: self,
            receiving,
            sending,
            direction,
            which,
            patterns,
        });
    }

    /// Makes the direction of a symmetric lateral path symmetric: that of its lower triangle holds, as the direction of the
    /// path that owns shared weights holds for both.
    #[inline(always)]
    pub fn tie_lateral(&self, direction: &mut Parameters<R>) {
        for (n, path) in self.topology.paths.iter().enumerate() {
            if path.to == path.from && self.topology.symmetric {
                let c = &mut direction.weights[n];
                for i in 0..c.ncols() {
                    for j in 0..i {
                        c[(j, i)] = c[(i, j)];
                    }
                }
            }
        }
    }
}

//! Initial weights and biases.
//!
//! | name | a weight of a path with `m` sending and `n` receiving units |
//! |---|---|
//! | `uniform` | uniform in [−range, range) |
//! | `normal` | normal, mean 0, standard deviation `sd` |
//! | `xavier` | uniform in ±√(6 / (m + n)), or normal with variance 2 / (m + n) (Glorot & Bengio 2010, eq. 16 and 12) |
//! | `he` | normal with variance 2 / m, or uniform in ±√(6 / m) (He et al. 2015, eq. 10) |
//! | `orthogonal` | rows (or columns, whichever are fewer) orthonormal, times `scale` (Saxe et al. 2014) |
//! | `constant` | `value` |
//! | `given` | the weights themselves, by path, receiving x sending, and biases by layer |
//!
//! Drawn in f64 and then rounded to the precision of the run, row by row (receiving unit by receiving unit), from the
//! stream of the path's own name: a path has the same draws in every net that has one of its name and size, whatever the
//! other paths are. A lateral path that starts symmetric keeps the draws of its lower triangle. Biases come from the stream of
//! the layer's name. Masked weights are drawn and then set to 0.

use super::topology::{NetworkParams, Path, Topology, TopologyError, shape};
use crate::params::{Described, Interval, Kind, Must};
use crate::random::{Purpose, Stream, Streams};
use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A way to draw initial weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Initialiser {
    /// Uniform in ±range.
    Uniform(Uniform),
    /// Normal.
    Normal(Normal),
    /// Glorot & Bengio's.
    Xavier(Xavier),
    /// He et al.'s.
    He(He),
    /// Orthonormal rows or columns.
    Orthogonal(Orthogonal),
    /// All the same.
    Constant(Constant),
    /// Written out.
    Given(Given),
}

crate::params! {
    /// What `uniform` takes.
    pub struct Uniform {
        /// Weights lie in [−range, range).
        pub range: f64 = 0.5, Must::Number(Interval::NOT_NEGATIVE);
    }
}
crate::params! {
    /// What `normal` takes.
    pub struct Normal {
        /// Standard deviation of the weights; their mean is 0.
        pub sd: f64 = 0.5, Must::Number(Interval::NOT_NEGATIVE);
    }
}
crate::params! {
    /// What `xavier` takes.
    pub struct Xavier {
        /// `"uniform"` or `"normal"`.
        pub distribution: Distribution = Distribution::Uniform, Must::Choice(&["uniform", "normal"]);
    }
}
crate::params! {
    /// What `he` takes.
    pub struct He {
        /// `"normal"` or `"uniform"`.
        pub distribution: Distribution = Distribution::Normal, Must::Choice(&["uniform", "normal"]);
    }
}
crate::params! {
    /// What `orthogonal` takes.
    pub struct Orthogonal {
        /// All singular values of the matrix.
        pub scale: f64 = 1.0, Must::Number(Interval::FINITE);
    }
}
crate::params! {
    /// What `constant` takes.
    pub struct Constant {
        /// Every weight.
        pub value: f64 = 0.0, Must::Number(Interval::FINITE);
    }
}
crate::params! {
    /// What `given` takes.
    pub struct Given {
        /// By path (`"hidden<-input"`), the weights, receiving x sending.
        pub weights: BTreeMap<String, Vec<Vec<f64>>> = BTreeMap::new(),
            Must::Map(&Must::List(&Must::List(&Must::Number(Interval::FINITE))));
        /// By layer (`"hidden"`), the biases. Layers that are not named start at 0.
        pub biases: BTreeMap<String, Vec<f64>> = BTreeMap::new(),
            Must::Map(&Must::List(&Must::Number(Interval::FINITE)));
    }
}

/// Shape of a distribution whose variance is fixed elsewhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Distribution {
    /// Uniform about 0.
    #[default]
    Uniform,
    /// Normal about 0.
    Normal,
}

/// Every initialiser, with its documentation.
pub const INITIALISERS: &[Kind] = &[
    Kind {
        name: "uniform",
        doc: "Uniform in [−range, range); biases too",
        fields: Uniform::FIELDS,
    },
    Kind {
        name: "normal",
        doc: "Normal with mean 0 and standard deviation sd; biases too",
        fields: Normal::FIELDS,
    },
    Kind {
        name: "xavier",
        doc: "Xavier: variance 2 / (sending + receiving units), biases 0 (Glorot & Bengio 2010)",
        fields: Xavier::FIELDS,
    },
    Kind {
        name: "he",
        doc: "He: variance 2 / sending units, biases 0 (He et al. 2015)",
        fields: He::FIELDS,
    },
    Kind {
        name: "orthogonal",
        doc: "Orthogonal: all singular values equal scale, biases 0 (Saxe et al. 2014)",
        fields: Orthogonal::FIELDS,
    },
    Kind {
        name: "constant",
        doc: "Constant: every weight and bias equals value",
        fields: Constant::FIELDS,
    },
    Kind {
        name: "given",
        doc: "Given: weights by path (receiving x sending) and biases by layer, written out",
        fields: Given::FIELDS,
    },
];

impl Default for Initialiser {
    fn default() -> Self {
        Self::Uniform(Uniform::default())
    }
}

/// Initial weights (one matrix per path that owns its weights, receiving x sending) and biases (one list per layer, empty
/// where it learns none).
#[derive(Clone, Debug, PartialEq)]
pub struct Initial {
    /// By path; empty (0 x 0) for a path that shares another's.
    pub weights: Vec<DMatrix<f64>>,
    /// By layer.
    pub biases: Vec<Vec<f64>>,
}

impl Initial {
    /// The initial weights and biases of a run.
    pub fn draw(params: &NetworkParams, topology: &Topology, streams: &Streams) -> Self {
        let mut weights: Vec<_> = topology
            .paths
            .iter()
            .map(|path| {
                if path.shared {
                    return DMatrix::zeros(0, 0);
                }
                let (receiving, sending) =
                    (topology.layers[path.to].units, topology.layers[path.from].units);
                let mut stream = streams.stream(Purpose::Weights, &path.name);
                let mut w = params.init.weights(&path.name, receiving, sending, &mut stream);
                if path.to == path.from && (topology.symmetric || params.symmetric_init) {
                    w = DMatrix::from_fn(receiving, sending, |j, i| w[(j.max(i), j.min(i))]);
                }
                masked(w, path)
            })
            .collect();
        if params.symmetric_init {
            for (n, path) in topology.paths.iter().enumerate().filter(|(_, path)| !path.shared) {
                if let Some(other) = path.reciprocal_of {
                    weights[n] = masked(weights[other].transpose(), path);
                }
            }
        }
        let biases = topology.layers.iter().map(|layer| {
            if !layer.bias {
                return Vec::new();
            }
            let mut stream = streams.stream(Purpose::Weights, &layer.name);
            params.bias_init.as_ref().unwrap_or(&params.init).biases(
                &layer.name,
                layer.units,
                &mut stream,
            )
        });
        Self { weights, biases: biases.collect() }
    }
}

impl Initialiser {
    fn weights(
        &self,
        path: &str,
        receiving: usize,
        sending: usize,
        stream: &mut Stream,
    ) -> DMatrix<f64> {
        let (m, n) = (sending as f64, receiving as f64);
        let mut draw = |sample: &mut dyn FnMut(&mut Stream) -> f64| {
            let rows: Vec<f64> = (0..receiving * sending).map(|_| sample(stream)).collect();
            DMatrix::from_row_slice(receiving, sending, &rows)
        };
        let mut with_variance = |distribution, variance: f64| match distribution {
            Distribution::Normal => {
                let sd = variance.sqrt();
                draw(&mut |stream| sd * stream.normal())
            }
            Distribution::Uniform => {
                let range = (3.0 * variance).sqrt();
                draw(&mut |stream| stream.between(-range, range))
            }
        };
        match self {
            Self::Uniform(u) => draw(&mut |stream| stream.between(-u.range, u.range)),
            Self::Normal(p) => draw(&mut |stream| p.sd * stream.normal()),
            Self::Xavier(p) => with_variance(p.distribution, 2.0 / (m + n)),
            Self::He(p) => with_variance(p.distribution, 2.0 / m),
            Self::Orthogonal(p) => orthonormal(draw(&mut Stream::normal)) * p.scale,
            Self::Constant(p) => DMatrix::from_element(receiving, sending, p.value),
            Self::Given(p) => match p.weights.get(path) {
                Some(rows) => DMatrix::from_fn(receiving, sending, |j, i| rows[j][i]),
                None => DMatrix::zeros(receiving, sending),
            },
        }
    }

    fn biases(&self, layer: &str, units: usize, stream: &mut Stream) -> Vec<f64> {
        match self {
            Self::Uniform(u) => (0..units).map(|_| stream.between(-u.range, u.range)).collect(),
            Self::Normal(p) => (0..units).map(|_| p.sd * stream.normal()).collect(),
            Self::Constant(p) => vec![p.value; units],
            Self::Given(p) => p.biases.get(layer).cloned().unwrap_or_else(|| vec![0.0; units]),
            Self::Xavier(_) | Self::He(_) | Self::Orthogonal(_) => vec![0.0; units],
        }
    }

    /// Refuses given weights that do not fit the network; every path must be given.
    pub(super) fn check(
        &self,
        topology: &Topology,
        key: &'static str,
    ) -> Result<(), TopologyError> {
        let Self::Given(given) = self else { return Ok(()) };
        let paths: Vec<_> = topology.paths.iter().filter(|path| !path.shared).collect();
        let layers: Vec<_> = topology.layers.iter().filter(|layer| layer.bias).collect();
        let known = |names: Vec<&String>| names.into_iter().cloned().collect::<Vec<_>>();
        for name in given.weights.keys() {
            if !paths.iter().any(|path| path.name == *name) {
                let known = known(paths.iter().map(|path| &path.name).collect());
                return Err(TopologyError::NoSuch { key, name: name.clone(), known });
            }
        }
        for name in given.biases.keys() {
            if !layers.iter().any(|layer| layer.name == *name) {
                let known = known(layers.iter().map(|layer| &layer.name).collect());
                return Err(TopologyError::NoSuch { key, name: name.clone(), known });
            }
        }
        for path in paths {
            let expected = (topology.layers[path.to].units, topology.layers[path.from].units);
            let rows = given.weights.get(&path.name);
            let found = rows.map_or((0, 0), |rows| shape(rows, expected.1));
            // `bias_init` needs no weights.
            if found != expected && (key == "init" || rows.is_some()) {
                return Err(TopologyError::Shape { key, name: path.name.clone(), expected, found });
            }
        }
        for layer in layers {
            let found = given.biases.get(&layer.name).map_or(layer.units, Vec::len);
            if found != layer.units {
                let (expected, found) = ((layer.units, 1), (found, 1));
                return Err(TopologyError::Shape {
                    key,
                    name: layer.name.clone(),
                    expected,
                    found,
                });
            }
        }
        Ok(())
    }
}

/// 0 where the path's mask takes a weight out.
fn masked(mut weights: DMatrix<f64>, path: &Path) -> DMatrix<f64> {
    for (j, row) in path.mask.iter().flatten().enumerate() {
        for (i, _) in row.iter().enumerate().filter(|(_, on)| !**on) {
            weights[(j, i)] = 0.0;
        }
    }
    weights
}

/// Rows or columns, whichever are fewer, made orthonormal one after the other (modified Gram–Schmidt, twice for
/// orthogonality to rounding). A vector that vanishes, which has probability 0, stays 0.
fn orthonormal(mut matrix: DMatrix<f64>) -> DMatrix<f64> {
    let wide = matrix.nrows() < matrix.ncols();
    if wide {
        matrix = matrix.transpose();
    }
    for c in 0..matrix.ncols() {
        for _ in 0..2 {
            for earlier in 0..c {
                let mut dot = 0.0;
                for r in 0..matrix.nrows() {
                    dot += matrix[(r, c)] * matrix[(r, earlier)];
                }
                for r in 0..matrix.nrows() {
                    matrix[(r, c)] -= dot * matrix[(r, earlier)];
                }
            }
        }
        let mut square = 0.0;
        for r in 0..matrix.nrows() {
            square += matrix[(r, c)] * matrix[(r, c)];
        }
        let norm = if square > 0.0 { square.sqrt() } else { 1.0 };
        for r in 0..matrix.nrows() {
            matrix[(r, c)] /= norm;
        }
    }
    if wide { matrix.transpose() } else { matrix }
}

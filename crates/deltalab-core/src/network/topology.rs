//! The shape of a network: layers, and the paths that join them. No numbers in it, so every run and lane shares one.

use super::activation::Activation;
use super::initialiser::Initialiser;
use crate::params::{Family, Must};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// A layer of units.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    /// `input`, `output`; hidden layers are `hidden`, or `hidden1`, `hidden2`, … from the input on.
    pub name: String,
    /// How many units.
    pub units: usize,
    /// Activation function of its units (the input layer's is linear: it is clamped).
    pub activation: Activation,
    /// Whether its units learn a bias.
    pub bias: bool,
}

/// One weight matrix between two layers, receiving x sending.
#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    /// `TO<-FROM`, as in `hidden<-input`.
    pub name: String,
    /// Receiving layer.
    pub to: usize,
    /// Sending layer.
    pub from: usize,
    /// The path in the other direction that this one answers, if any.
    pub reciprocal_of: Option<usize>,
    /// Whether it has no weights of its own but uses the transpose of `reciprocal_of`'s.
    pub shared: bool,
    /// Which weights exist, receiving x sending, row by row; `None`: all.
    pub mask: Option<Vec<Vec<bool>>>,
    /// Whether its weights never change.
    pub fixed: bool,
}

/// Layers and paths. Input first, output last; paths stand in the order in which net inputs are summed.
#[derive(Clone, Debug, PartialEq)]
pub struct Topology {
    /// The layers, input first, output last.
    pub layers: Vec<Layer>,
    /// The paths, by receiving layer, then by sending layer.
    pub paths: Vec<Path>,
    /// Whether reciprocal paths share their weights and lateral weights stay symmetric.
    pub symmetric: bool,
}

crate::params! {
    /// The `[network]` of a spec. Sizes of input and output come from the task.
    pub struct NetworkParams {
        /// Units of each hidden layer, from the input on. `[]`: input and output alone.
        pub hidden: Vec<usize> = Vec::new(), Must::List(&Must::Integer(1, 1_000_000));
        /// Whether every layer also receives from every earlier one, not only from the one before it.
        pub shortcuts: bool = false, Must::Bool;
        /// How layers are joined: `"feedforward"`, `"bidirectional"` (every path between hidden and output layers is answered
        /// by one in the other direction) or `"recurrent"` (bidirectional, with shortcuts and lateral paths). Default: what
        /// the learning rule is for.
        pub connectivity: Option<Connectivity> = None, Must::Choice(&["feedforward", "bidirectional", "recurrent"]);
        /// Whether units of a hidden or output layer also receive from the others of their layer (not from themselves).
        pub lateral: bool = false, Must::Bool;
        /// Whether reciprocal paths share their weights, and lateral weights stay symmetric, throughout learning.
        pub symmetric: bool = true, Must::Bool;
        /// Where reciprocal paths have weights of their own: whether they start as each other's transpose, and lateral ones
        /// as their own.
        pub symmetric_init: bool = false, Must::Bool;
        /// Whether hidden and output units learn a bias (a weight from a unit that is always 1).
        pub biases: bool = true, Must::Bool;
        /// Activation function of hidden units, and of output units unless `output_activation` is set.
        pub activation: Activation = Activation::Logistic, Must::Kind(Family::Activation);
        /// Activation function of the output units. Default: that of the hidden units.
        pub output_activation: Option<Activation> = None, Must::Kind(Family::Activation);
        /// How initial weights are drawn.
        pub init: Initialiser = Initialiser::default(), Must::Kind(Family::Initialiser);
        /// How initial biases are drawn. Default: as the weights for uniform, normal, constant and given; else 0.
        pub bias_init: Option<Initialiser> = None, Must::Kind(Family::Initialiser);
        /// By path (`"hidden<-input"`), a matrix of 0 and 1, receiving x sending: 0 takes the weight out, in both directions
        /// where a lateral path is symmetric.
        pub masks: BTreeMap<String, Vec<Vec<u8>>> = BTreeMap::new(),
            Must::Map(&Must::List(&Must::List(&Must::Integer(0, 1))));
        /// Paths whose weights never change.
        pub fixed: Vec<String> = Vec::new(), Must::List(&Must::Text);
        /// By hidden layer, the activation function of that layer alone.
        pub activations: BTreeMap<String, Activation> = BTreeMap::new(), Must::Map(&Must::Kind(Family::Activation));
    }
}

/// How layers are joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Connectivity {
    /// Upwards only.
    Feedforward,
    /// Upwards, and every path between hidden and output layers is answered by one downwards.
    Bidirectional,
    /// Bidirectional, with shortcuts and lateral paths: every layer above the input receives from every layer.
    Recurrent,
}

/// What is wrong with a `[network]`, beyond the limits of each key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TopologyError {
    /// A key names a path or layer that this network does not have.
    NoSuch {
        /// The key, such as `masks`.
        key: &'static str,
        /// The name that was given.
        name: String,
        /// The names there are.
        known: Vec<String>,
    },
    /// A matrix has the wrong shape.
    Shape {
        /// The key, such as `masks`.
        key: &'static str,
        /// The path or layer.
        name: String,
        /// Rows x columns that it must have.
        expected: (usize, usize),
        /// Rows x columns that it has; ragged rows show the length of the first that differs.
        found: (usize, usize),
    },
    /// Softmax on a hidden layer.
    HiddenSoftmax,
    /// A key for a path that uses another's weights.
    Shared {
        /// The key, such as `masks`.
        key: &'static str,
        /// The path.
        name: String,
        /// The path whose weights it uses.
        owner: String,
    },
}

impl TopologyError {
    /// The key under `[network]` that is to be changed.
    pub fn key(&self) -> &'static str {
        match self {
            Self::NoSuch { key, .. } | Self::Shape { key, .. } | Self::Shared { key, .. } => key,
            Self::HiddenSoftmax => "activation",
        }
    }
}

impl core::fmt::Display for TopologyError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::NoSuch { name, known, .. } => {
                write!(
                    f,
                    "there is no \"{name}\" in this network; expected one of {}",
                    known.join(", ")
                )
            }
            Self::Shape { name, expected, found, .. } => write!(
                f,
                "\"{name}\" must be {} x {} (receiving x sending); got {} x {}",
                expected.0, expected.1, found.0, found.1
            ),
            Self::Shared { name, owner, .. } => {
                write!(f, "\"{name}\" uses the weights of \"{owner}\": name that path instead")
            }
            Self::HiddenSoftmax => f.write_str(
                "softmax is for the output layer only; set output_activation = \"softmax\"",
            ),
        }
    }
}

impl core::error::Error for TopologyError {}

/// Rows x columns of a list of rows; for ragged rows the length of the first that differs.
pub(super) fn shape<T>(rows: &[Vec<T>], expected_columns: usize) -> (usize, usize) {
    let odd = rows.iter().map(Vec::len).find(|&columns| columns != expected_columns);
    (rows.len(), odd.unwrap_or(expected_columns))
}

impl Topology {
    /// Whether no path is fixed and none is masked.
    pub fn learns_freely(&self) -> bool {
        self.paths.iter().all(|path| !path.fixed && path.mask.is_none())
    }

    /// A feedforward network: input, hidden layers, output; with `shortcuts`, a path from every earlier layer.
    ///
    /// # Errors
    /// [`TopologyError`] where masks, fixed paths, given weights or activations do not fit the layers.
    ///
    /// ```
    /// use deltalab_core::network::{NetworkParams, Topology};
    /// let params = NetworkParams { hidden: vec![4], shortcuts: true, ..NetworkParams::default() };
    /// let net = Topology::feedforward(&params, 2, 1).unwrap();
    /// let names: Vec<_> = net.paths.iter().map(|path| path.name.as_str()).collect();
    /// assert_eq!(names, ["hidden<-input", "output<-input", "output<-hidden"]);
    /// ```
    pub fn feedforward(
        params: &NetworkParams,
        inputs: usize,
        outputs: usize,
    ) -> Result<Self, TopologyError> {
        let params =
            NetworkParams { connectivity: Some(Connectivity::Feedforward), ..params.clone() };
        Self::new(&params, inputs, outputs, Connectivity::Feedforward)
    }

    /// The network of these parameters, joined as they say or else as `usual`.
    ///
    /// # Errors
    /// [`TopologyError`] where masks, fixed paths, given weights or activations do not fit the layers.
    ///
    /// ```
    /// use deltalab_core::network::{Connectivity, NetworkParams, Topology};
    /// let params = NetworkParams { hidden: vec![4], ..NetworkParams::default() };
    /// let net = Topology::new(&params, 2, 1, Connectivity::Bidirectional).unwrap();
    /// let names: Vec<_> = net.paths.iter().map(|path| path.name.as_str()).collect();
    /// assert_eq!(names, ["hidden<-input", "hidden<-output", "output<-hidden"]);
    /// assert_eq!(net.paths[1].reciprocal_of, Some(2));
    /// ```
    pub fn new(
        params: &NetworkParams,
        inputs: usize,
        outputs: usize,
        usual: Connectivity,
    ) -> Result<Self, TopologyError> {
        let connectivity = params.connectivity.unwrap_or(usual);
        let back = connectivity != Connectivity::Feedforward;
        let shortcuts = params.shortcuts || connectivity == Connectivity::Recurrent;
        let lateral = params.lateral || connectivity == Connectivity::Recurrent;
        let layers = layers(params, inputs, outputs);
        let joined = |to: usize, from: usize| match to.cmp(&from) {
            Ordering::Equal => lateral,
            Ordering::Greater => shortcuts || from + 1 == to,
            Ordering::Less => back && (shortcuts || to + 1 == from),
        };
        let ends: Vec<_> = (1..layers.len())
            .flat_map(|to| (0..layers.len()).map(move |from| (to, from)))
            .filter(|&(to, from)| joined(to, from))
            .collect();
        let paths = ends.iter().map(|&(to, from)| {
            let name = format!("{}<-{}", layers[to].name, layers[from].name);
            let given = params.masks.get(&name).map(|rows| {
                rows.iter()
                    .map(|row| row.iter().map(|&on| on != 0).collect())
                    .collect::<Vec<Vec<bool>>>()
            });
            let mask = if to == from {
                Some(lateral_mask(given, layers[to].units, params.symmetric))
            } else {
                given
            };
            let reciprocal_of =
                if to < from { ends.iter().position(|&ends| ends == (from, to)) } else { None };
            let shared = params.symmetric && reciprocal_of.is_some();
            let fixed = params.fixed.contains(&name);
            Path { name, to, from, reciprocal_of, shared, mask, fixed }
        });
        let paths = paths.collect();
        let topology = Self { layers, paths, symmetric: params.symmetric };
        topology.check(params)?;
        Ok(topology)
    }

    /// Whether activity flows up only, so that one pass gives every activity.
    pub fn is_feedforward(&self) -> bool {
        self.paths.iter().all(|path| path.from < path.to)
    }

    fn check(&self, params: &NetworkParams) -> Result<(), TopologyError> {
        let hidden = &self.layers[1..self.layers.len() - 1];
        if hidden.iter().any(|layer| layer.activation == Activation::Softmax) {
            return Err(TopologyError::HiddenSoftmax);
        }
        let known: Vec<_> = self.paths.iter().map(|path| path.name.clone()).collect();
        let named = params.masks.keys().map(|name| ("masks", name));
        for (key, name) in named.chain(params.fixed.iter().map(|name| ("fixed", name))) {
            if !known.contains(name) {
                return Err(TopologyError::NoSuch { key, name: name.clone(), known });
            }
        }
        for name in params.activations.keys() {
            if !hidden.iter().any(|layer| layer.name == *name) {
                let known = hidden.iter().map(|layer| layer.name.clone()).collect();
                return Err(TopologyError::NoSuch {
                    key: "activations",
                    name: name.clone(),
                    known,
                });
            }
        }
        for path in &self.paths {
            let expected = (self.layers[path.to].units, self.layers[path.from].units);
            if path.shared && (path.mask.is_some() || path.fixed) {
                let key = if path.mask.is_some() { "masks" } else { "fixed" };
                let owner = path
                    .reciprocal_of
                    .map_or(String::new(), |owner| self.paths[owner].name.clone());
                return Err(TopologyError::Shared { key, name: path.name.clone(), owner });
            }
            if let Some(mask) = &path.mask {
                let found = shape(mask, expected.1);
                if found != expected {
                    return Err(TopologyError::Shape {
                        key: "masks",
                        name: path.name.clone(),
                        expected,
                        found,
                    });
                }
            }
        }
        params.init.check(self, "init")?;
        params.bias_init.as_ref().map_or(Ok(()), |init| init.check(self, "bias_init"))
    }

    /// Whether the weights of a path also serve the other direction: it owns shared ones, or is lateral and symmetric.
    #[inline(always)]
    pub fn is_tied(&self, path: usize) -> bool {
        let own = &self.paths[path];
        let lateral = own.to == own.from;
        self.symmetric
            && (lateral
                || self.paths.iter().any(|other| other.shared && other.reciprocal_of == Some(path)))
    }

    /// Index of the output layer.
    pub fn output(&self) -> usize {
        self.layers.len() - 1
    }

    /// Weights that exist and biases, over all layers.
    pub fn parameters(&self) -> usize {
        let weights = self.paths.iter().filter(|path| !path.shared).map(|path| match &path.mask {
            Some(mask) => mask.iter().flatten().filter(|&&on| on).count(),
            None => self.layers[path.to].units * self.layers[path.from].units,
        });
        let biases = self.layers.iter().filter(|layer| layer.bias).map(|layer| layer.units);
        weights.sum::<usize>() + biases.sum::<usize>()
    }
}

fn layers(params: &NetworkParams, inputs: usize, outputs: usize) -> Vec<Layer> {
    let input =
        Layer { name: "input".into(), units: inputs, activation: Activation::Linear, bias: false };
    let one = params.hidden.len() == 1;
    let hidden = params.hidden.iter().enumerate().map(|(n, &units)| {
        let name = if one { "hidden".to_string() } else { format!("hidden{}", n + 1) };
        let activation = params.activations.get(&name).unwrap_or(&params.activation).clone();
        Layer { name, units, activation, bias: params.biases }
    });
    let output = Layer {
        name: "output".into(),
        units: outputs,
        activation: params.output_activation.as_ref().unwrap_or(&params.activation).clone(),
        bias: params.biases,
    };
    [input].into_iter().chain(hidden).chain([output]).collect()
}

/// A lateral path's mask: units do not receive from themselves, and a weight that serves both directions is gone from both.
fn lateral_mask(given: Option<Vec<Vec<bool>>>, units: usize, symmetric: bool) -> Vec<Vec<bool>> {
    let mut mask = given.unwrap_or_else(|| vec![vec![true; units]; units]);
    let asked = mask.clone();
    for (j, row) in mask.iter_mut().enumerate() {
        for (i, on) in row.iter_mut().enumerate() {
            let other = asked.get(i).and_then(|row| row.get(j)).copied().unwrap_or(true);
            *on &= i != j && (other || !symmetric);
        }
    }
    mask
}

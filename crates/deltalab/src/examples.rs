//! The specs that the program carries inside: `example:NAME` on the command line.
//!
//! They are the files of `experiments/`, so that what is documented, run in CI and shipped is one text.
//!
//! ```
//! use deltalab::examples;
//! use deltalab::lab::{Plan, Spec, SpecText};
//! let xor = examples::named("xor-rules").unwrap();
//! let spec = Spec::parse(&SpecText::embedded("example:xor-rules", xor.text), &[]).unwrap();
//! assert_eq!(spec.name, xor.name);
//! assert!(Plan::new(&spec).unwrap().runs() > 0);
//! ```

/// A spec that ships.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Example {
    /// Folder of `experiments/`: what it is about.
    pub group: &'static str,
    /// Its name, also that of its file and its result folder.
    pub name: &'static str,
    /// TOML.
    pub text: &'static str,
}

macro_rules! examples {
    ($($group:literal / $name:literal),* $(,)?) => {
        &[$(Example {
            group: $group,
            name: $name,
            text: include_str!(concat!("../experiments/", $group, "/", $name, ".toml")),
        }),*]
    };
}

/// Every example, from small to large.
pub const EXAMPLES: &[Example] = examples![
    "xor" / "xor-rules",
    "xor" / "xor-optimisers",
    "xor" / "xor-given",
    "xor" / "xor-learning-rates",
    "xor" / "xor-hidden",
    "backprop" / "step-by-step",
    "backprop" / "credit-assignment",
    "backprop" / "delta-rule",
    "encoder" / "encoder-8-3-8",
    "encoder" / "encoder-rules",
    "encoder" / "encoder-4-2-4-rules",
    "shifter" / "shifter-rules",
    "family-trees" / "family-trees-rules",
    "ablation" / "ablation",
    "gradient" / "vanishing-gradient",
    "gradient" / "depth",
    "encoder" / "error-functions",
    "conditioning" / "acquisition",
    "conditioning" / "blocking",
    "conditioning" / "overshadowing",
    "conditioning" / "overexpectation",
    "conditioning" / "inhibition",
    "conditioning" / "relative-validity",
    "conditioning" / "contingency",
    "conditioning" / "latent-inhibition",
    "conditioning" / "patterning",
    "conditioning" / "hidden-layer",
    "conditioning" / "pyndl-events",
    "associator" / "pattern-associator",
    "theory" / "lms-limit",
    "theory" / "perceptron-mistakes",
    "theory" / "danks-equilibrium",
    "theory" / "saxe",
    "theory" / "saxe-rate",
    "parity" / "parity",
    "binary" / "addition",
    "binary" / "negation",
    "symmetry" / "symmetry",
    "family-trees" / "family-trees",
    "batches" / "batches",
    "batches" / "batches-strict",
    "batches" / "digits-batches",
    "digits" / "digits",
    "digits" / "digits-rules",
    "settling" / "ap-xor",
    "settling" / "chl-4-2-4",
    "gradient" / "gradient-angle",
    "gradient" / "gradient-layers",
    "gradient" / "nudge-limit",
    "gradient" / "weak-feedback",
    "lambda" / "lambda",
    "lambda" / "lambda-digits",
    "second-order" / "second-order",
    "gallery" / "gallery",
    "gallery" / "gallery-conditioning",
    "smoke" / "smoke",
];

/// The example of a name.
pub fn named(name: &str) -> Option<&'static Example> {
    EXAMPLES.iter().find(|example| example.name == name)
}

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
    "backprop" / "step-by-step",
    "encoder" / "encoder-8-3-8",
    "encoder" / "encoder-rules",
    "conditioning" / "blocking",
    "conditioning" / "overshadowing",
    "associator" / "pattern-associator",
    "digits" / "digits",
    "settling" / "ap-xor",
    "settling" / "chl-4-2-4",
    "gradient" / "gradient-angle",
    "lambda" / "lambda",
    "second-order" / "second-order",
    "smoke" / "smoke",
];

/// The example of a name.
pub fn named(name: &str) -> Option<&'static Example> {
    EXAMPLES.iter().find(|example| example.name == name)
}

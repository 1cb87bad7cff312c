//! From what was typed to a spec and its plan.

use super::args::SpecArgs;
use super::failure::Failure;
use deltalab::examples::{self, EXAMPLES};
use deltalab_lab::diagnostic::nearest;
use deltalab_lab::{Plan, Spec, SpecText};
use std::path::Path;

/// What an example's name begins with.
pub const PREFIX: &str = "example:";

/// Reads and plans the spec with its overrides.
pub fn load(args: &SpecArgs) -> Result<(Spec, Plan), Failure> {
    load_with(args, None)
}

/// The same; files that the spec names are looked for in `data`, or else beside it.
pub fn load_with(args: &SpecArgs, data: Option<&Path>) -> Result<(Spec, Plan), Failure> {
    let mut text = text(args)?;
    if let Some(data) = data {
        text.folder = data.to_path_buf();
    }
    let spec = Spec::parse(&text, &args.overrides())?;
    let plan = Plan::new(&spec)?;
    Ok((spec, plan))
}

fn text(args: &SpecArgs) -> Result<SpecText, Failure> {
    let typed = args.spec.to_string_lossy();
    if let Some(name) = typed.strip_prefix(PREFIX) {
        return Ok(SpecText::embedded(&typed, example(name)?.text));
    }
    let path = Path::new(&args.spec);
    let stem = path.file_stem().and_then(|stem| stem.to_str()).and_then(examples::named);
    match stem {
        Some(example) if !path.exists() => {
            Err(Failure::NoSpec { path: typed.into(), example: example.name })
        }
        _ => Ok(SpecText::read(path)?),
    }
}

/// The example of a name.
pub fn example(name: &str) -> Result<&'static examples::Example, Failure> {
    examples::named(name).ok_or_else(|| {
        let known: Vec<_> = EXAMPLES.iter().map(|example| example.name).collect();
        Failure::UnknownExample {
            name: name.to_string(),
            nearest: nearest(name, known.iter().copied()),
            known,
        }
    })
}

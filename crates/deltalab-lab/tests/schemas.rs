//! The JSON Schema accepts what the check accepts, and refuses the mistakes that a schema can see. The validator here knows
//! just the words that the schema uses, and fails on any other.

use deltalab_lab::{Plan, Spec, SpecText, schema::schema, starter};
use serde_json::Value as Json;
use std::path::Path;

/// What is wrong with `value`, and where; `None` if it is valid.
fn invalid(root: &Json, schema: &Json, value: &Json, at: &str) -> Option<String> {
    if schema == &Json::Bool(false) {
        return Some(format!("{at}: not allowed"));
    }
    let words = schema.as_object().unwrap();
    for (word, rule) in words {
        let wrong = match word.as_str() {
            "$schema" | "title" | "description" | "default" | "$defs" | "then" | "else" => None,
            "$ref" => {
                let path = rule.as_str().unwrap().strip_prefix('#').unwrap();
                invalid(root, root.pointer(path).unwrap(), value, at)
            }
            "type" => {
                let fits = match rule.as_str().unwrap() {
                    "object" => value.is_object(),
                    "array" => value.is_array(),
                    "string" => value.is_string(),
                    "boolean" => value.is_boolean(),
                    "number" => value.is_number(),
                    "integer" => value.as_f64().is_some_and(|x| x.fract() == 0.0),
                    other => panic!("type {other}"),
                };
                (!fits).then(|| format!("{at}: not a {rule}"))
            }
            "enum" => (!rule.as_array().unwrap().contains(value))
                .then(|| format!("{at}: not one of {rule}")),
            "const" => (rule != value).then(|| format!("{at}: not {rule}")),
            "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" => {
                let bound = rule.as_f64().unwrap();
                let fits = |x: f64| match word.as_str() {
                    "minimum" => x >= bound,
                    "maximum" => x <= bound,
                    "exclusiveMinimum" => x > bound,
                    _ => x < bound,
                };
                value
                    .as_f64()
                    .filter(|x| !fits(*x))
                    .map(|x| format!("{at}: {x} against {word} {bound}"))
            }
            "minItems" => value
                .as_array()
                .filter(|v| (v.len() as u64) < rule.as_u64().unwrap())
                .map(|_| format!("{at}: too few")),
            "minProperties" => value
                .as_object()
                .filter(|v| (v.len() as u64) < rule.as_u64().unwrap())
                .map(|_| format!("{at}: empty")),
            "required" => value.as_object().and_then(|map| {
                let missing = rule
                    .as_array()
                    .unwrap()
                    .iter()
                    .find(|key| !map.contains_key(key.as_str().unwrap()))?;
                Some(format!("{at}: {missing} is missing"))
            }),
            "properties" => value.as_object().and_then(|map| {
                map.iter().find_map(|(key, value)| {
                    invalid(root, rule.get(key)?, value, &format!("{at}.{key}"))
                })
            }),
            "additionalProperties" => value.as_object().and_then(|map| {
                let known = |key: &String| {
                    words.get("properties").is_some_and(|known| known.get(key).is_some())
                };
                let mut other = map.iter().filter(|(key, _)| !known(key));
                match rule {
                    Json::Bool(false) => {
                        other.next().map(|(key, _)| format!("{at}: unknown {key}"))
                    }
                    rule => other.find_map(|(key, value)| {
                        invalid(root, rule, value, &format!("{at}.{key}"))
                    }),
                }
            }),
            "items" => value.as_array().and_then(|items| {
                let mut items = items.iter().enumerate();
                items.find_map(|(n, item)| invalid(root, rule, item, &format!("{at}[{n}]")))
            }),
            "anyOf" => {
                let ways: Vec<_> = rule
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|way| invalid(root, way, value, at))
                    .collect();
                ways.iter()
                    .all(Option::is_some)
                    .then(|| ways.into_iter().flatten().collect::<Vec<_>>().join(", or "))
            }
            "allOf" => {
                rule.as_array().unwrap().iter().find_map(|all| invalid(root, all, value, at))
            }
            "if" => {
                let branch = if invalid(root, rule, value, at).is_none() { "then" } else { "else" };
                words.get(branch).and_then(|branch| invalid(root, branch, value, at))
            }
            other => panic!("the validator does not know {other}"),
        };
        if wrong.is_some() {
            return wrong;
        }
    }
    None
}

fn judge(text: &str) -> Option<String> {
    let schema = schema();
    invalid(&schema, &schema, &toml::from_str::<Json>(text).unwrap(), "spec")
}

const GOOD: &str = r#"
name = "good"
seeds = { first = 1, count = 2 }
task = "xor"
network = { hidden = [4], init = "xavier" }
train = { batch = "all", criterion = { metric = "sse", below = 0.1 } }
learner = [{ kind = "backprop", learning_rate = 0.5, optimiser = { kind = "momentum", momentum = 0.5 }, label = "a" }]
figure = [{ kind = "final", log = true }]
[tune]
seeds = { first = 100, count = 5 }
space = { learning_rate = { log = [0.1, 1.0], steps = 3 }, optimiser.momentum = [0.0, 0.5], "a.schedule" = ["constant"] }
select = "sse"
search = { random = 4 }
[grid]
"network.activation" = ["tanh", { kind = "leaky_relu", slope = 0.1 }]
train.order = ["permuted"]
exclude = [{ "train.order" = "permuted" }]
"#;

#[test]
fn the_schema_accepts_a_spec_with_everything() {
    assert_eq!(judge(GOOD), None);
}

#[test]
fn the_schema_refuses_mistakes() {
    for (from, to) in [
        ("name =", "nam ="),
        ("\"xor\"", "\"xorr\""),
        ("task = \"xor\"", "task = { kind = \"parity\", bit = 3 }"),
        ("hidden = [4]", "hidden = 4"),
        ("hidden = [4]", "hidden = [0]"),
        ("\"xavier\"", "\"xavie\""),
        ("\"xavier\"", "{ kind = \"uniform\", rang = 0.5 }"),
        ("\"all\"", "\"al\""),
        ("metric = \"sse\", ", ""),
        ("\"backprop\"", "\"backprob\""),
        ("learning_rate = 0.5", "learning_rate = 0"),
        ("momentum = 0.5", "momentum = 1.0"),
        ("momentum = 0.5", "beta1 = 0.5"),
        ("\"final\"", "\"finl\""),
        ("[\"permuted\"]", "\"permuted\""),
        ("count = 2", "coun = 2"),
        ("steps = 3", "step = 3"),
        ("steps = 3", "steps = 1"),
        ("log = [0.1, 1.0]", "lgo = [0.1, 1.0]"),
        ("momentum = [0.0, 0.5]", "momentum = 0.5"),
        ("select = \"sse\"", ""),
        ("random = 4", "random = 0"),
    ] {
        let text = GOOD.replacen(from, to, 1);
        assert_ne!(text, GOOD, "{from:?} is not in the spec");
        assert!(judge(&text).is_some(), "{from:?} -> {to:?} was accepted");
    }
}

#[test]
fn the_starter_spec_is_valid_and_plans() {
    let text = starter::starter("my-study");
    assert!(text.starts_with(&format!("#:schema ./{}\n", starter::SCHEMA_FILE)));
    assert_eq!(judge(&text), None);
    let spec = Spec::parse(&SpecText::embedded("my-study.toml", &text), &[])
        .unwrap_or_else(|wrong| panic!("{wrong}"));
    assert_eq!((spec.name.as_str(), Plan::new(&spec).unwrap().cells.len()), ("my-study", 4));
}

#[test]
fn every_spec_that_ships_is_valid_and_plans() {
    fn visit(folder: &Path) {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                if !path.ends_with("claims") {
                    visit(&path);
                }
            } else if path.extension().is_some_and(|extension| extension == "toml") {
                let text = SpecText::read(&path).unwrap();
                assert_eq!(judge(&text.text), None, "{}", path.display());
                let planned = Spec::parse(&text, &[]).and_then(|spec| Plan::new(&spec));
                planned.unwrap_or_else(|problems| panic!("{problems}"));
            }
        }
    }
    visit(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../experiments"));
}

//! The methods of a study in words, from its resolved cells: what all of them share is said once, what differs is said with the
//! learners that it holds for. Nothing is said that the configuration does not hold.

use deltalab_results::{Cell, Study};
use serde_json::{Map, Value as Json};

use super::html::{count, counted, escape, ranges};

/// Longest description of a value, such as given weights, in characters.
const LONGEST: usize = 120;
/// Values of one key that are listed for one learner.
const MOST_VALUES: usize = 8;

/// The section: a paragraph, and a list of the learners.
pub fn section(study: &Study) -> String {
    if study.cells.is_empty() {
        return String::new();
    }
    let mut sentences = Vec::new();
    let mut say = |before: &str, phrase: fn(&Cell) -> String, after: &str| {
        let text = by_learner(study, phrase);
        if !text.is_empty() {
            sentences.push(format!("{before}{text}{after}."));
        }
    };
    say("Task: ", |cell| described(&cell.config["task"]), "");
    say("Network: ", network, "");
    say("Initial weights: ", initial, "");
    say("Training: ", presentation, "");
    say("Error: ", |cell| described(&cell.config["train"]["error"]), "");
    say("Criterion: ", criterion, "");
    sentences.push(seeds(study));
    sentences.extend(tuning(study));
    let paragraph = escape(&sentences.join(" "));
    let mut html = format!(
        "<p>{paragraph}</p>\n<p>What a rule gives is multiplied by its learning rate, where it has one, and applied by the optimiser. Learning rates stay as they are unless a schedule is named.</p>\n<dl>\n"
    );
    let mut told: Vec<&str> = Vec::new();
    for cell in &study.cells {
        if !told.contains(&cell.learner.as_str()) {
            told.push(&cell.learner);
            let text = learner(study, &cell.learner);
            html += &format!("<dt>{}</dt><dd>{}</dd>\n", escape(&cell.learner), escape(&text));
        }
    }
    html + "</dl>\n"
}

/// A phrase that all cells share, or each with the learners of the cells that it holds for.
fn by_learner(study: &Study, phrase: fn(&Cell) -> String) -> String {
    let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
    for cell in &study.cells {
        let text = phrase(cell);
        let group = match groups.iter().position(|(known, _)| *known == text) {
            Some(place) => &mut groups[place],
            None => {
                groups.push((text, Vec::new()));
                let last = groups.len() - 1;
                &mut groups[last]
            }
        };
        if !group.1.contains(&cell.learner.as_str()) {
            group.1.push(&cell.learner);
        }
    }
    groups.retain(|(text, _)| !text.is_empty());
    match &groups[..] {
        [(text, _)] => text.clone(),
        several => {
            let mut learners: Vec<&str> = study.cells.iter().map(|c| c.learner.as_str()).collect();
            learners.dedup();
            let of = |whose: &[&str]| {
                let others: Vec<&str> =
                    learners.iter().copied().filter(|label| !whose.contains(label)).collect();
                match others.len() {
                    0 => "every learner".to_owned(),
                    n if n < whose.len() && n <= 3 => format!("all but {}", quoted(&others)),
                    _ => quoted(whose),
                }
            };
            let each = several.iter().map(|(text, whose)| format!("{text} ({})", of(whose)));
            each.collect::<Vec<_>>().join("; ")
        }
    }
}

/// Labels may hold commas.
fn quoted(labels: &[&str]) -> String {
    labels.iter().map(|label| format!("“{label}”")).collect::<Vec<_>>().join(", ")
}

/// A value of the configuration in words: `uniform (range 0.5)`. What is null is left out.
fn described(value: &Json) -> String {
    let text = match value {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        Json::Array(values) => {
            let nested = values.iter().any(Json::is_array);
            let values: Vec<String> = values.iter().map(described).collect();
            let list = values.join(if nested { "; " } else { ", " });
            if list.is_empty() { "none".to_owned() } else { list }
        }
        Json::Object(fields) => {
            let kind = fields.get("kind").map(described).unwrap_or_default();
            let parameters = parameters(fields);
            match (kind.is_empty(), parameters.is_empty()) {
                (false, true) => kind,
                (true, _) => parameters,
                (false, false) => format!("{kind} ({parameters})"),
            }
        }
        other => number(other),
    };
    match text.chars().count() > LONGEST {
        true => text.chars().take(LONGEST).chain(['…']).collect(),
        false => text,
    }
}

/// `range 0.5, tolerance 0.001`, without the kind.
fn parameters(fields: &Map<String, Json>) -> String {
    let fields = fields.iter().filter(|(key, value)| *key != "kind" && !is_nothing(value));
    let fields = fields.map(|(key, value)| match value {
        Json::Object(_) => format!("{key}: {}", described(value)),
        _ => format!("{key} {}", described(value)),
    });
    fields.collect::<Vec<_>>().join(", ")
}

fn is_nothing(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::Object(fields) => fields.is_empty(),
        Json::Array(values) => values.is_empty(),
        _ => false,
    }
}

/// `1.0` as `1`.
fn number(value: &Json) -> String {
    let text = value.to_string();
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

fn network(cell: &Cell) -> String {
    let net = &cell.config["network"];
    let Json::Object(_) = net else { return String::new() };
    let hidden: Vec<String> = net["hidden"].as_array().into_iter().flatten().map(number).collect();
    let activation = described(&net["activation"]);
    let output = match &net["output_activation"] {
        Json::Null => activation.clone(),
        own => described(own),
    };
    let layers = match &hidden[..] {
        [] => format!("no hidden layer, {output} output units"),
        [one] => format!("a hidden layer of {one} {activation} units, {output} output units"),
        several => format!(
            "hidden layers of {} {activation} units, {output} output units",
            several.join(" and ")
        ),
    };
    let mut parts = vec![layers];
    let is = |key: &str, value: bool| net[key].as_bool() == Some(value);
    if let Some(how) = net["connectivity"].as_str() {
        parts.push(format!("{how} connectivity"));
    }
    let noted = [
        (is("shortcuts", true), "direct paths from every earlier layer"),
        (is("lateral", true), "lateral paths"),
        (
            is("symmetric", false),
            "reciprocal paths, where there are any, with weights of their own",
        ),
        (is("symmetric_init", true), "which start as each other's transpose"),
        (is("biases", false), "no biases"),
    ];
    parts.extend(noted.iter().filter(|(holds, _)| *holds).map(|(_, words)| (*words).to_owned()));
    for (key, words) in
        [("activations", "activation of layers"), ("masks", "masks"), ("fixed", "fixed paths")]
    {
        if !is_nothing(&net[key]) {
            parts.push(format!("{words}: {}", described(&net[key])));
        }
    }
    parts.join(", ")
}

fn initial(cell: &Cell) -> String {
    let net = &cell.config["network"];
    if net["init"].is_null() {
        return String::new();
    }
    let weights = described(&net["init"]);
    let biases = match &net["bias_init"] {
        _ if net["biases"] == Json::Bool(false) => String::new(),
        Json::Null => match net["init"]["kind"].as_str() {
            Some("uniform" | "normal" | "constant" | "given") => ", biases likewise".to_owned(),
            _ => ", biases 0".to_owned(),
        },
        own => format!(", biases {}", described(own)),
    };
    weights + &biases
}

fn presentation(cell: &Cell) -> String {
    let train = &cell.config["train"];
    let order = match train["order"].as_str() {
        Some("permuted") => "patterns in an order shuffled anew each epoch",
        Some("sequential") => "patterns in the order of the task",
        Some("random") => "patterns drawn with replacement, as many an epoch as there are",
        Some(other) => other,
        None => return String::new(),
    };
    let changes = match train["reduction"].as_str() {
        Some("mean") => "averaged",
        _ => "summed",
    };
    match &train["batch"] {
        Json::String(_) => {
            format!("all patterns of an epoch in one update, their directions {changes} (batch)")
        }
        Json::Number(one) if one.as_u64() == Some(1) => {
            format!("{order}, an update after each (online)")
        }
        many => format!("{order}, in mini-batches of {}, directions {changes}", number(many)),
    }
}

fn criterion(cell: &Cell) -> String {
    let (epochs, limit) = match cell.max_epochs {
        1 => ("epoch", "1".to_owned()),
        more => ("epochs", count(more as usize)),
    };
    match &cell.criterion {
        Some(criterion) => format!(
            "a run counts as solved, and stops, once {criterion}; it is given up after {limit} {epochs}"
        ),
        None => format!("none, every run lasts {limit} {epochs}"),
    }
}

fn seeds(study: &Study) -> String {
    let mut of_master: Vec<String> =
        study.cells.iter().map(|cell| number(&cell.config["master_seed"])).collect();
    of_master.dedup();
    let precision = by_learner(study, |cell| match cell.config["precision"].as_str() {
        Some("f64") => "double precision (f64)".to_owned(),
        Some("f32") => "single precision (f32)".to_owned(),
        other => other.unwrap_or_default().to_owned(),
    });
    let master = match &of_master[..] {
        [one] if one != "null" => format!(", master seed {one}"),
        _ => String::new(),
    };
    let precision =
        if precision.is_empty() { String::new() } else { format!(" Numbers have {precision}.") };
    format!(
        "Seeds: each of {} was run on {} ({}{master}); a seed gives every cell the same initial weights, as far as its network is the same, and the same order of patterns.{precision}",
        counted(study.cells.len(), "cell"),
        counted(study.seeds.len(), "seed"),
        ranges(&study.seeds),
    )
}

fn tuning(study: &Study) -> Option<String> {
    let tuning = study.tuning.as_ref()?;
    let most = tuning.searches.iter().map(|search| search.trials.len()).max().unwrap_or(0);
    let least = tuning.searches.iter().map(|search| search.trials.len()).min().unwrap_or(0);
    let each = if most == least { most.to_string() } else { format!("{least} to {most}") };
    Some(format!(
        "Tuning: before the comparison {} of each learner that has it was chosen by {} among {each} trials on {} of its own ({}).",
        tuning.keys.join(", "),
        tuning.select.name(),
        counted(tuning.seeds.len(), "seed"),
        ranges(&tuning.seeds),
    ))
}

/// A learner's rule and parameters; of those that vary over its cells, every value.
fn learner(study: &Study, label: &str) -> String {
    let cells: Vec<&Cell> = study.cells.iter().filter(|cell| cell.learner == label).collect();
    let configs: Vec<&Map<String, Json>> =
        cells.iter().filter_map(|cell| cell.config["learner"].as_object()).collect();
    let Some(first) = configs.first() else { return cells[0].kind.clone() };
    let mut parts = vec![cells[0].kind.clone()];
    for key in first.keys().filter(|key| *key != "kind") {
        let mut values: Vec<String> = Vec::new();
        for config in &configs {
            let value = config.get(key).map(|value| without_zero_decay(key, value));
            let value = value.unwrap_or_default();
            if !value.is_empty() && !values.contains(&value) {
                values.push(value);
            }
        }
        if values.is_empty() || key == "schedule" && values == ["constant"] {
            continue;
        }
        let more = if values.len() > MOST_VALUES { ", …" } else { "" };
        values.truncate(MOST_VALUES);
        parts.push(format!("{} {}{more}", key.replace('_', " "), values.join(" or ")));
    }
    parts.join("; ")
}

fn without_zero_decay(key: &str, value: &Json) -> String {
    match value {
        Json::Object(fields) if key == "optimiser" => {
            let mut fields = fields.clone();
            if fields.get("weight_decay").and_then(Json::as_f64) == Some(0.0) {
                fields.remove("weight_decay");
            }
            described(&Json::Object(fields))
        }
        other => described(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn cell(learner: &str, config: Json) -> Cell {
        Cell {
            learner: learner.into(),
            kind: "backprop".into(),
            max_epochs: 50,
            config,
            ..Cell::default()
        }
    }

    #[test]
    fn what_is_shared_is_said_once_and_what_differs_with_its_learners() {
        let config = |hidden: Json, batch: Json| {
            json!({
                "task": { "kind": "parity", "bits": 3 },
                "network": { "hidden": hidden, "activation": { "kind": "tanh" }, "output_activation": null, "biases": true,
                             "init": { "kind": "he", "distribution": "normal" }, "bias_init": null },
                "train": { "order": "permuted", "batch": batch, "reduction": "mean", "error": { "kind": "sse", "tolerance": null } },
                "learner": { "kind": "backprop", "learning_rate": 0.5, "optimiser": { "kind": "sgd", "weight_decay": 0.0 } },
                "precision": "f64", "master_seed": 7,
            })
        };
        let study = Study {
            cells: vec![
                cell("A", config(json!([4]), json!(1))),
                cell("B", config(json!([]), json!("all"))),
            ],
            seeds: vec![0, 1, 2],
            ..Study::default()
        };
        let text = section(&study);
        for part in [
            "Task: parity (bits 3).",
            "Network: a hidden layer of 4 tanh units, tanh output units (“A”); no hidden layer, tanh output units (“B”).",
            "Initial weights: he (distribution normal), biases 0.",
            "an update after each (online) (“A”); all patterns of an epoch in one update, their directions averaged (batch) (“B”).",
            "Criterion: none, every run lasts 50 epochs.",
            "each of 2 cells was run on 3 seeds (0–2, master seed 7)",
            "Numbers have double precision (f64).",
            "<dt>A</dt><dd>backprop; learning rate 0.5; optimiser sgd</dd>",
        ] {
            assert!(text.contains(part), "{part:?} is not in {text}");
        }
    }

    #[test]
    fn every_value_of_a_grid_is_named() {
        let config = |rate: f64| json!({ "learner": { "learning_rate": rate } });
        let study = Study {
            cells: vec![cell("A", config(0.1)), cell("A", config(1.0)), cell("A", config(0.1))],
            ..Study::default()
        };
        assert_eq!(learner(&study, "A"), "backprop; learning rate 0.1 or 1");
    }
}

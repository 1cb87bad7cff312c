//! What the page asks of the program: specs in, traces out.
//!
//! The page and the program share one stretch of memory and speak JSON. [`room`] makes room for a question, [`answer`] answers
//! it, [`reply`] says where the answer stands. There is one thread.
//!
//! | `ask` | answer |
//! |---|---|
//! | `"trace"` | the document of `deltalab trace`, format `deltalab-trace/1`, of the one update `update` (from 0) of `seed`: `initial` are the weights before it, `final` those after it; without an update where the run has ended before |
//! | `"errors"` | `{"errors": [...], "epochs": [...]}`: the error and the epoch of each of the first `update` updates |
//! | `"explain"` | `{"text": ...}`: what `deltalab explain` says of the learner, as Markdown |
//!
//! A spec that is wrong is answered by `{"problems": [...]}`, each with its line. The numbers are those of `deltalab trace`,
//! bit for bit: it is the same code, and its exp and its sums do not depend on the machine.

use deltalab_core::train::Trace;
use deltalab_lab::explain::explain;
use deltalab_lab::trace::Document;
use deltalab_lab::{Plan, PlannedCell, Spec, SpecText};
use serde::Deserialize;
use serde_json::{Value as Json, json};
use std::cell::RefCell;

/// A question of the page.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    /// What is asked.
    ask: Ask,
    /// The text of a spec; its first learner is the one that learns.
    spec: String,
    /// Run seed.
    #[serde(default)]
    seed: u64,
    /// Which update, or how many.
    #[serde(default)]
    update: usize,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Ask {
    Trace,
    Errors,
    Explain,
}

/// The page draws unit by unit, and keeps a whole run in memory.
const MOST_PARAMETERS: usize = 2_000;
/// Updates that may be asked for.
const MOST_UPDATES: usize = 100_000;

thread_local! {
    static QUESTION: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static REPLY: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Makes room for a question of so many bytes, and says where.
// SAFETY: no other symbol of this name is linked in
#[unsafe(no_mangle)]
pub extern "C" fn room(length: usize) -> *mut u8 {
    QUESTION.with_borrow_mut(|question| {
        question.resize(length, 0);
        question.as_mut_ptr()
    })
}

/// Answers the question that was written there, and says how many bytes the answer has.
// SAFETY: no other symbol of this name is linked in
#[unsafe(no_mangle)]
pub extern "C" fn answer() -> usize {
    let reply = QUESTION.with_borrow(|question| reply_to(&String::from_utf8_lossy(question)));
    REPLY.with_borrow_mut(|place| {
        *place = reply.into_bytes();
        place.len()
    })
}

/// Where the answer stands, until the next is made.
// SAFETY: no other symbol of this name is linked in
#[unsafe(no_mangle)]
pub extern "C" fn reply() -> *const u8 {
    REPLY.with_borrow(|place| place.as_ptr())
}

/// The answer to a question, both as JSON.
///
/// ```
/// let spec = "name = \"a\"\nseeds = 1\n[task]\nkind = \"xor\"\n[[learner]]\nkind = \"backprop\"\nlearning_rate = 0.5\n";
/// let question = serde_json::json!({ "ask": "trace", "spec": spec, "seed": 3, "update": 2 });
/// let answer = deltalab_page::reply_to(&question.to_string());
/// assert!(answer.starts_with("{\"format\":\"deltalab-trace/1\""));
/// ```
pub fn reply_to(question: &str) -> String {
    let answer = serde_json::from_str(question)
        .map_err(|error| vec![json!({ "message": error.to_string() })])
        .and_then(|question| answer_to(&question));
    answer.unwrap_or_else(|problems| json!({ "problems": problems }).to_string())
}

fn answer_to(question: &Question) -> Result<String, Vec<Json>> {
    let spec = Spec::parse(&SpecText::embedded("spec", &question.spec), &[]);
    let plan = spec.and_then(|spec| Plan::new(&spec)).map_err(|problems| {
        let said = problems.iter().map(|problem| json!({ "message": problem.to_string() }));
        said.collect::<Vec<_>>()
    })?;
    let refuse = |message: String| Err(vec![json!({ "message": message })]);
    let Some((cell, planned)) = plan.iter().next() else {
        return refuse("the spec has no learner".to_string());
    };
    let parameters = planned.setup.topology.parameters();
    if parameters > MOST_PARAMETERS {
        return refuse(format!(
            "{parameters} weights and biases; the page draws {MOST_PARAMETERS} at most"
        ));
    }
    if question.update > MOST_UPDATES {
        return refuse(format!("the page shows the first {MOST_UPDATES} updates"));
    }
    let answer = match question.ask {
        Ask::Trace => {
            let Question { seed, update, .. } = *question;
            serde_json::to_string(&Document::new(
                cell,
                planned,
                &one(planned, seed, update),
                update,
            ))
        }
        Ask::Errors => {
            let trace = planned.recipe.trace(&planned.setup, question.seed, question.update);
            let name = planned.setup.train.error.name();
            let error = |errors: &[(&str, f64)]| {
                errors.iter().find(|(known, _)| *known == name).map(|(_, error)| *error)
            };
            let errors: Vec<_> = trace.updates.iter().map(|update| error(&update.errors)).collect();
            let epochs: Vec<_> = trace.updates.iter().map(|update| update.epoch).collect();
            serde_json::to_string(&json!({ "errors": errors, "epochs": epochs, "name": name }))
        }
        Ask::Explain => {
            let texts = explain(&cell.kind).unwrap_or_default();
            let text = texts.first().map(|explanation| explanation.text.clone());
            serde_json::to_string(&json!({ "text": text }))
        }
    };
    answer.or_else(|error| refuse(error.to_string()))
}

/// One update of a run, from 0, with the weights before it; no update where the run ends earlier.
fn one(planned: &PlannedCell, seed: u64, update: usize) -> Trace {
    let mut trace = planned.recipe.trace(&planned.setup, seed, update + 1);
    if update > 0 {
        trace.initial = planned.recipe.trace(&planned.setup, seed, update).last;
        trace.updates.drain(..update.min(trace.updates.len()));
    }
    trace
}

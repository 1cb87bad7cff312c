//! Where two cells part, as a table and as JSON.

use super::json::number;
use super::table::{Align, Table};
use super::terminal::{BOLD, styled};
use super::trace::Chosen;
use super::words::{cut, wrapped};
use deltalab_lab::trace::{Factors, Parting, Row, Target};
use serde_json::{Map, Value as Json, json};

/// Rows that the table shows at most; JSON holds them all.
const MOST_ROWS: usize = 64;

/// Most characters of a label in the table.
const LABEL: usize = 24;

/// Phases that stand in one column, so that a rule of one pass can be held against one of two phases.
const PHASES: [(&str, &[&str]); 3] =
    [("⁻", &["forward", "minus", "free"]), ("⁺", &["plus", "nudged"]), ("⁻ᵝ", &["nudged_minus"])];

/// As text.
pub fn text(parting: &Parting, cells: [Chosen<'_>; 2], seed: u64) -> String {
    let [a, b] = cells.map(|(cell, _)| cell.learner.as_str());
    let pair = format!("{} and {}", styled(BOLD, a), styled(BOLD, b));
    let updates = |n: usize| format!("{n} update{}", if n == 1 { "" } else { "s" });
    let Some(update) = parting.update else {
        return wrapped(
            &format!(
                "{pair} do not part in the first {} of seed {seed}: no direction and no change differs by more than {:.1e} \
                 (as |a − b| / (1 + |b|)).",
                updates(parting.compared),
                parting.largest
            ),
            "",
        ) + "\n";
    };
    let mut lines = vec![
        format!("{pair} part in update {update} of seed {seed}."),
        "δ_j, x_i, y_j: of the receiving unit j, the sending unit i, j's activity; by phase"
            .to_string(),
        String::new(),
    ];
    lines.extend(table(&parting.rows, [a, b]).lines(MOST_ROWS));
    lines.join("\n") + "\n"
}

/// Two lines for each row, one for each cell.
fn table(rows: &[Row], labels: [&str; 2]) -> Table {
    let lines = || rows.iter().flat_map(|row| row.factors.iter().map(move |f| (row, f)));
    let first_of_pair = |entries: &dyn Fn(&Row) -> String| -> Vec<String> {
        rows.iter().flat_map(|row| [entries(row), String::new()]).collect()
    };
    let mut table = Table::new();
    table.column("weight", Align::Left, first_of_pair(&|row| name(&row.target)));
    let several = rows.iter().any(|row| row.pattern != rows[0].pattern);
    if several {
        table.column("pattern", Align::Right, first_of_pair(&|row| row.pattern.to_string()));
    }
    let learners = lines().enumerate().map(|(n, _)| cut(labels[n % 2], LABEL));
    table.column("learner", Align::Left, learners);
    let digits = |x: f64| format!("{x:+.5}");
    table.column("δ_j", Align::Right, lines().map(|(_, f)| digits(f.delta)));
    for (symbol, of) in [("x_i", sending as fn(&Factors) -> &Phases), ("y_j", receiving)] {
        for (mark, names) in PHASES {
            let value =
                |f: &Factors| of(f).iter().find(|(name, _)| names.contains(name)).map(|(_, x)| *x);
            if lines().any(|(_, f)| value(f).is_some()) {
                let entries = lines().map(|(_, f)| value(f).map_or("·".to_string(), digits));
                table.column(&format!("{symbol}{mark}"), Align::Right, entries);
            }
        }
    }
    table.column("Δw/ε", Align::Right, lines().map(|(_, f)| digits(f.direction)));
    table.column("Δw", Align::Right, lines().map(|(_, f)| digits(f.change)));
    table
}

/// Activities by phase.
type Phases = Vec<(&'static str, f64)>;

fn sending(factors: &Factors) -> &Phases {
    &factors.sending
}

fn receiving(factors: &Factors) -> &Phases {
    &factors.receiving
}

/// `hidden<-input[0,1]`, `output[0]`.
fn name(target: &Target) -> String {
    match target {
        Target::Weight { path, to, from } => format!("{path}[{to},{from}]"),
        Target::Bias { layer, unit } => format!("{layer}[{unit}]"),
    }
}

/// As JSON.
pub fn document(parting: &Parting, cells: [Chosen<'_>; 2], seed: u64) -> Json {
    let learner = |n: usize| json!({ "cell": cells[n].0.id, "learner": cells[n].0.learner });
    let by_phase = |phases: &Phases| {
        phases.iter().map(|(name, x)| (name.to_string(), number(*x))).collect::<Map<_, _>>()
    };
    let factors = |f: &Factors| {
        json!({
            "delta": number(f.delta),
            "sending": by_phase(&f.sending),
            "receiving": by_phase(&f.receiving),
            "direction": number(f.direction),
            "change": number(f.change),
        })
    };
    let row = |row: &Row| {
        let [a, b] = row.factors.each_ref().map(factors);
        let mut place = match &row.target {
            Target::Weight { path, to, from } => json!({ "path": path, "to": to, "from": from }),
            Target::Bias { layer, unit } => json!({ "bias": layer, "to": unit }),
        };
        for (key, value) in [("pattern", json!(row.pattern)), ("a", a), ("b", b)] {
            place[key] = value;
        }
        place
    };
    json!({
        "format": "deltalab-parting/1",
        "seed": seed,
        "a": learner(0),
        "b": learner(1),
        "update": parting.update,
        "compared": parting.compared,
        "largest_difference": number(parting.largest),
        "weights": parting.rows.iter().map(row).collect::<Vec<_>>(),
    })
}

//! `network`: every unit and weight of a small net in one update of one run: activities on the way up, deltas on the way down.
//!
//! Made from the traces of the folder. A view for each phase that has activities (`forward`; `minus`, `plus`; `free`,
//! `nudged`, …) and one for what the rule makes of them: δ, or the difference of two phases. One run is an example, not a
//! statistic: the caption says so. CSV: `seed,update,epoch,pattern,view,what,layer,unit,from_layer,from_unit,value`, where
//! `what` is `activation`, `target`, `delta`, `error` (target − activity of the first phase), `weight` or `bias` (before the update).

use std::collections::BTreeMap;

use deltalab_results::number::csv;
use deltalab_results::trace::{Phase, Rows, State, Trace, Update};
use deltalab_results::{Cell, Traced};

use super::{Drawing, Kind, Picture, Scene};
use crate::cells::cell_name;
use crate::diagram::{Diagram, Group, Quantity, Scales, Shades, View, Way, edges};
use crate::error::Error;
use crate::table::Table;

/// The registry's entry.
pub(crate) const KIND: Kind = Kind { name: "network", make };

const COLUMNS: [&str; 11] = [
    "seed",
    "update",
    "epoch",
    "pattern",
    "view",
    "what",
    "layer",
    "unit",
    "from_layer",
    "from_unit",
    "value",
];

fn make(scene: &Scene<'_>) -> Result<Drawing, Error> {
    let study = scene.study;
    let (seed, updates) = scene.request.moments(study);
    let cells: Vec<&Cell> = scene.request.examples(study).collect();
    let mut table = Table::new(study, &COLUMNS);
    let mut groups = Vec::new();
    let mut shown = Vec::new();
    for &cell in &cells {
        for &number in &updates {
            let mut title = Vec::new();
            if cells.len() > 1 {
                title.push(cell_name(study, cell));
            }
            if updates.len() > 1 {
                title.push(format!("update {number}"));
            }
            let mut group = Group { title: title.join(", "), ..Group::default() };
            match moment(scene.traces, cell, seed, number) {
                Ok(moment) => {
                    moment.fill(&mut group);
                    moment.list(&group, &mut table, scene, cell);
                    shown.push(moment);
                }
                Err(why) => group.empty = why,
            }
            groups.push(group);
        }
    }
    let scales = scales(&groups);
    let caption = caption(seed, &shown, &groups);
    let what = match cells[..] {
        [one] => format!("one update of {}", cell_name(study, one)),
        _ => "one update of one run".to_owned(),
    };
    let diagram = Diagram { title: scene.title(&what), groups, scales, caption };
    Ok(Drawing { stem: KIND.name.to_owned(), picture: Picture::Diagram(diagram), table })
}

/// One update of one run.
struct Moment<'a> {
    traced: &'a Traced,
    update: &'a Update,
    before: State,
}

/// Finds an update, from 1; or says why it cannot be shown.
fn moment<'a>(
    traces: &'a [Traced],
    cell: &Cell,
    seed: u64,
    number: u64,
) -> Result<Moment<'a>, String> {
    let of_run = |traced: &&Traced| traced.cell == cell.id && traced.trace.seed == seed;
    let mut any = false;
    for traced in traces.iter().filter(of_run) {
        any = true;
        if let Some(why) = traced.trace.too_large() {
            return Err(why);
        }
        if traced.trace.layers.is_empty() {
            return Err("its trace has no layers".to_owned());
        }
        let update =
            traced.trace.updates.iter().find(|update| Some(update.update) == number.checked_sub(1));
        if let Some(update) = update
            && let Some(before) = traced.trace.before(update.update)
        {
            return Ok(Moment { traced, update, before });
        }
    }
    Err(match any {
        true => format!("the run of seed {seed} has no update {number}: it ends earlier"),
        false => format!("no trace of seed {seed} is stored: run the spec again to store it"),
    })
}

impl<'a> Moment<'a> {
    fn trace(&self) -> &'a Trace {
        &self.traced.trace
    }

    /// The phases that have activities.
    fn phases(&self) -> impl Iterator<Item = (&'a Phase, &'a BTreeMap<String, Rows>)> {
        self.update.phases.iter().filter_map(|phase| Some((phase, phase.activation.as_ref()?)))
    }

    /// What the rule makes of the phases.
    fn made(&self) -> Made {
        let has = |name: &str| self.update.phases.iter().any(|phase| phase.name == name);
        let generec = self.trace().config["learner"]["kind"] == "generec";
        if has("nudged") {
            Made::Difference("nudged − free")
        } else if generec {
            Made::Difference("plus − minus")
        } else if has("backward") {
            Made::Settled
        } else {
            Made::Delta
        }
    }

    fn fill(&self, group: &mut Group) {
        let trace = self.trace();
        group.layers = trace.layers.iter().map(|layer| (layer.name.clone(), layer.units)).collect();
        group.inputs.clone_from(&self.traced.inputs);
        let biases = trace.layers.iter().map(|layer| {
            let biases = self.before.biases.get(&layer.name).map_or(&[][..], Vec::as_slice);
            biases.iter().map(|b| b.0).collect()
        });
        let biases: Vec<Vec<f64>> = biases.collect();
        let input = first(Some(&self.update.input));
        let target = first(Some(&self.update.target));
        let several = self.phases().count() > 1;
        for (phase, activity) in self.phases() {
            let title = match phase.name.as_str() {
                "forward" => "↑ activity on the way up".to_owned(),
                _ if !several => "↕ activity, settled".to_owned(),
                name => format!("↕ {} phase", name.replace('_', " ")),
            };
            group.views.push(View {
                title,
                quantity: Quantity::Activity,
                values: self.by_layer(activity, input.clone()),
                biases: biases.clone(),
                above: ("target".to_owned(), target.clone()),
                edges: edges(trace, &self.before, Way::Up),
            });
        }
        let (title, way) = match self.made() {
            Made::Delta => ("↓ delta on the way down".to_owned(), Way::Down),
            Made::Settled => ("↕ delta, settled".to_owned(), Way::Down),
            Made::Difference(what) => (what.to_owned(), Way::Nowhere),
        };
        let output = self.trace().layers.last().map_or("", |layer| layer.name.as_str());
        let answer = self.phases().next().map(|(_, activity)| first(activity.get(output)));
        let error = target.iter().zip(answer.iter().flatten()).map(|(t, z)| t - z).collect();
        group.views.push(View {
            title,
            quantity: Quantity::Delta,
            values: self.by_layer(&self.update.delta, Vec::new()),
            biases: Vec::new(),
            above: ("error".to_owned(), error),
            edges: edges(trace, &self.before, way),
        });
    }

    /// The first pattern's numbers of every layer.
    fn by_layer(&self, of: &BTreeMap<String, Rows>, input: Vec<f64>) -> Vec<Vec<f64>> {
        let above = self.trace().layers.iter().skip(1).map(|layer| first(of.get(&layer.name)));
        [input].into_iter().chain(above).collect()
    }

    /// Every number that is drawn, as rows of the table.
    fn list(&self, group: &Group, table: &mut Table, scene: &Scene<'_>, cell: &Cell) {
        let none = String::new;
        let layer = |n: usize| group.layers[n].0.clone();
        let mut push =
            |view: &str, what: &str, to: (String, String), from: (String, String), value: f64| {
                let update = self.update;
                let pattern = update.patterns.first().map_or_else(none, u64::to_string);
                table.push(
                    scene.study,
                    cell,
                    [
                        self.trace().seed.to_string(),
                        (update.update + 1).to_string(),
                        update.epoch.to_string(),
                        pattern,
                        view.to_owned(),
                        what.to_owned(),
                        to.0,
                        to.1,
                        from.0,
                        from.1,
                        csv(value),
                    ],
                );
            };
        let output = group.layers.len() - 1;
        let names = self.phases().map(|(phase, _)| phase.name.as_str()).chain(["delta"]);
        for (view, name) in group.views.iter().zip(names) {
            let (what, above) = match view.quantity {
                Quantity::Activity => ("activation", "target"),
                Quantity::Delta => ("delta", "error"),
            };
            for (n, values) in view.values.iter().enumerate() {
                for (unit, &value) in values.iter().enumerate() {
                    push(name, what, (layer(n), unit.to_string()), (none(), none()), value);
                }
            }
            for (unit, &value) in view.above.1.iter().enumerate() {
                push(name, above, (layer(output), unit.to_string()), (none(), none()), value);
            }
        }
        for (path, weights) in &self.before.weights {
            let Some((to, from)) = path.split_once("<-") else { continue };
            for (j, row) in weights.iter().enumerate() {
                for (i, weight) in row.iter().enumerate() {
                    let ends = ((to.to_owned(), j.to_string()), (from.to_owned(), i.to_string()));
                    push("", "weight", ends.0, ends.1, weight.0);
                }
            }
        }
        for (n, (name, _)) in group.layers.iter().enumerate() {
            for (unit, bias) in self.before.biases.get(name).into_iter().flatten().enumerate() {
                push("", "bias", (layer(n), unit.to_string()), (none(), none()), bias.0);
            }
        }
    }
}

/// What a rule makes of its phases.
enum Made {
    /// δ, handed down once.
    Delta,
    /// δ, settled.
    Settled,
    /// A difference of activities.
    Difference(&'static str),
}

/// The first pattern's column.
fn first(rows: Option<&Rows>) -> Vec<f64> {
    rows.into_iter().flatten().map(|row| row.first().map_or(f64::NAN, |x| x.0)).collect()
}

fn scales(groups: &[Group]) -> Scales {
    let views = |quantity: Quantity| {
        groups.iter().flat_map(|group| &group.views).filter(move |view| view.quantity == quantity)
    };
    let numbers =
        |quantity: Quantity| views(quantity).flat_map(|view| view.values.iter().flatten()).copied();
    let above = groups.iter().flat_map(|group| &group.views).flat_map(|view| &view.above.1);
    let activities = views(Quantity::Activity);
    let weights = activities.flat_map(|view| {
        let weights = view.edges.iter().map(|edge| edge.weight);
        weights.chain(view.biases.iter().flatten().copied())
    });
    Scales {
        weight: weights.filter(|w| w.is_finite()).map(f64::abs).fold(0.0, f64::max),
        activity: Shades::of(numbers(Quantity::Activity).chain(above.copied()), 1.0),
        delta: Shades::of(numbers(Quantity::Delta), 0.0).fine(),
    }
}

fn caption(seed: u64, shown: &[Moment<'_>], groups: &[Group]) -> Vec<String> {
    let mut caption =
        vec![format!("One run, seed {seed}: an example, not a mean (n\u{a0}=\u{a0}1).")];
    let Some(one) = shown.first() else { return caption };
    let alike = |same: &dyn Fn(&Moment<'_>) -> bool| shown.iter().all(same);
    if alike(&|m| m.update.update == one.update.update && m.update.epoch == one.update.epoch) {
        caption.push(format!(
            "Update {} (epoch {}), weights before it.",
            one.update.update + 1,
            one.update.epoch
        ));
    } else {
        caption.push("Weights before the update.".to_owned());
    }
    if alike(&|m| m.update.patterns == one.update.patterns)
        && let Some(pattern) = one.update.patterns.first()
    {
        let of = match one.update.patterns.len() {
            1 => String::new(),
            n => format!(", the first of {n} in the update"),
        };
        caption.push(format!("Pattern {pattern}{of}."));
    } else {
        caption.push("The first pattern of each update.".to_owned());
    }
    if shown.len() == 1 {
        let errors: Vec<String> = one
            .update
            .error
            .iter()
            .map(|(name, e)| format!("{} {}", name.replace('_', "-"), short(e.0)))
            .collect();
        if !errors.is_empty() {
            caption.push(format!("Error of the update: {}.", errors.join(", ")));
        }
    }
    let mut weights = groups.iter().flat_map(|g| &g.views).flat_map(|v| &v.edges);
    if weights.any(|edge| edge.weight < 0.0) {
        caption.push("Dashed: negative weights.".to_owned());
    }
    caption.push("Error: target\u{a0}−\u{a0}activity.".to_owned());
    caption
}

/// A number with three digits.
fn short(value: f64) -> String {
    if value != 0.0 && (value.abs() < 1e-3 || value.abs() >= 1e4) {
        format!("{value:.2e}")
    } else {
        format!("{value:.3}")
    }
}

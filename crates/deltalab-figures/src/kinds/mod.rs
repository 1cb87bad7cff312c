//! The kinds of figures: a file each, and a line in [`ALL`].

use deltalab_results::{FigureRequest, Metric, Runs, Study, Traced};

use crate::cells::{Arrangement, LEARNER};
use crate::chart::Chart;
use crate::diagram::Diagram;
use crate::error::Error;
use crate::table::Table;
use crate::ticks::Scale;

pub(crate) mod angle;
pub(crate) mod associations;
pub(crate) mod final_metric;
pub(crate) mod grid;
pub(crate) mod layers;
pub(crate) mod learning_curve;
pub(crate) mod network;
pub(crate) mod profile;
pub(crate) mod survival;

/// A kind of figure.
pub(crate) struct Kind {
    /// What a spec calls it.
    pub name: &'static str,
    /// Makes one.
    pub make: fn(&Scene<'_>) -> Result<Drawing, Error>,
}

/// Every kind.
pub(crate) const ALL: [Kind; 9] = [
    learning_curve::KIND,
    survival::KIND,
    final_metric::KIND,
    grid::KIND,
    angle::KIND,
    layers::KIND,
    profile::KIND,
    associations::KIND,
    network::KIND,
];

const NAMES: [&str; ALL.len()] = {
    let mut names = [""; ALL.len()];
    let mut i = 0;
    while i < names.len() {
        names[i] = ALL[i].name;
        i += 1;
    }
    names
};

/// Names of the kinds of figures: what `kind` of a `[[figure]]` may be.
pub const KINDS: &[&str] = &NAMES;

/// What a figure is made from.
pub(crate) struct Scene<'a> {
    /// The experiment.
    pub study: &'a Study,
    /// Its finished runs.
    pub runs: &'a Runs<'a>,
    /// Traces of some of its runs.
    pub traces: &'a [Traced],
    /// What was asked for.
    pub request: &'a FigureRequest,
    /// Place of the request in the spec, from 1.
    pub number: usize,
}

/// A figure that was made.
pub(crate) struct Drawing {
    /// File stem where the request names none.
    pub stem: String,
    /// What to show.
    pub picture: Picture,
    /// The same as numbers.
    pub table: Table,
}

/// What a figure shows.
pub(crate) enum Picture {
    /// Numbers on axes.
    Chart(Box<Chart>),
    /// Units and weights.
    Diagram(Diagram),
}

impl Scene<'_> {
    /// The metric that was asked for, or else `usual`; an error if it is none of `choices`.
    fn metric(
        &self,
        kind: &'static str,
        choices: &[Metric],
        usual: Option<&Metric>,
    ) -> Result<Option<Metric>, Error> {
        let asked = self.request.metric.as_str();
        if asked.is_empty() {
            return Ok(usual.cloned());
        }
        let found = choices.iter().find(|m| m.name == asked);
        found.cloned().map(Some).ok_or_else(|| Error::UnknownMetric {
            number: self.number,
            kind,
            metric: asked.to_owned(),
            known: choices.iter().map(|m| m.name.clone()).collect(),
        })
    }

    /// The error for a facet that the study does not have.
    fn faceted(&self, arrangement: Option<Arrangement>) -> Result<Arrangement, Error> {
        arrangement.ok_or_else(|| Error::UnknownFacet {
            number: self.number,
            facet: self.request.facet.clone(),
            known: self.study.axes.iter().cloned().chain([LEARNER.to_owned()]).collect(),
        })
    }

    /// The title that was asked for, or the study's name and `what`.
    fn title(&self, what: &str) -> String {
        match self.request.title.as_str() {
            "" if self.study.name.is_empty() => what.to_owned(),
            "" => format!("{}: {what}", self.study.name),
            title => title.to_owned(),
        }
    }

    /// The scale that was asked for.
    fn scale(&self) -> Scale {
        if self.request.log { Scale::Log } else { Scale::Linear }
    }

    /// Name of the curves' time axis.
    fn time(&self) -> &str {
        if self.study.time.is_empty() { "epoch" } else { &self.study.time }
    }
}

/// A metric in a label: `test accuracy`, `SSE`, `gradient angle (degrees)`.
pub(crate) fn label(metric: &Metric) -> String {
    let words: Vec<String> = metric
        .name
        .split('_')
        .map(|word| match word {
            "sse" | "mse" | "rmse" => word.to_uppercase(),
            word => word.to_owned(),
        })
        .collect();
    let name = words.join(" ");
    if metric.unit.is_empty() { name } else { format!("{name} ({})", metric.unit) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_name_of_its_own() {
        for (i, name) in KINDS.iter().enumerate() {
            assert!(!name.is_empty() && !KINDS[..i].contains(name), "{name}");
        }
    }

    #[test]
    fn a_label_has_words_and_the_unit() {
        let metric = |name: &str, unit: &str| Metric {
            name: name.to_owned(),
            unit: unit.to_owned(),
            ..Metric::default()
        };
        assert_eq!(label(&metric("test_accuracy", "")), "test accuracy");
        assert_eq!(label(&metric("train_sse", "")), "train SSE");
        assert_eq!(label(&metric("gradient_angle", "degrees")), "gradient angle (degrees)");
    }
}

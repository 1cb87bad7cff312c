//! # Conditioning: trials of cues and outcomes, in stages
//!
//! `stages = ["50 A+", "20 AB+"]` is a blocking experiment: 50 trials of A with the outcome, then 20 of the compound AB.
//!
//! | written             | meaning |
//! |---------------------|---------|
//! | `"10 A+"`           | ten trials with cue A and the outcome; a count of 1 may be left out |
//! | `"10 A-"`           | without the outcome |
//! | `"AB+"`             | a compound: each letter is a cue, upper and lower case differ |
//! | `"[tone]A+"`        | a cue with a longer name |
//! | `"A+food"`, `"A+food&shock"` | outcomes with names; `+` alone is `US` |
//! | `"3 A+/B-"`         | trial types of one stage, each spread evenly: A+ A+ B- A+. Equal counts alternate |
//! | `"200 (3 AX+/AX-/X+/3 X-)"` | a block in exactly the order written, 200 times |
//!
//! * Patterns: one per trial, in order; they are one epoch and are shown once. An input per cue, 1 when it is present, else
//!   0, in the order in which the cues first appear in the text; a target per outcome likewise (`US` where none ever occurs).
//! * `trials = "random"` shuffles the trials of each stage, single trials also out of their blocks, anew for each seed and
//!   the same for every learner.
//! * Recorded after every trial: V(A), the output to cue A alone; V(A,food) where there are several outcomes. `probes = ["AB"]`
//!   records V(AB) too: without a hidden layer that is V(A) + V(B), in a net that has one it need not be.
//! * Source: the notation is that of the associative learning literature; for blocking, Kamin 1969; for the model, Rescorla &
//!   Wagner 1972. The tests hold twelve classic designs with the strengths that this model gives them.

use super::notation::{MOST_TRIALS, NotationError, Problem, Stage, Trial, US};
use super::shared::shared;
use super::{Named, Patterns, Probe, Sample, Task};
use crate::params::Must;
use crate::random::{Purpose, Streams};
use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::fmt;

/// In which order the trials of a stage run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trials {
    /// As the notation says, the same for every seed.
    Fixed,
    /// Shuffled within each stage, anew for each seed.
    Random,
}

crate::params! {
    /// `kind = "conditioning"`.
    pub struct Conditioning {
        /// The stages, one string each, such as `"50 A+"` or `"10 A+/10 B-"`.
        pub stages: Vec<String>, Must::List(&Must::Text);
        /// Order of the trials within a stage: as written, or shuffled anew for each seed.
        pub trials: Trials = Trials::Fixed, Must::Choice(&["fixed", "random"]);
        /// Compounds whose strength is recorded beside those of the single cues, such as `"AB"`.
        pub probes: Vec<String> = Vec::new(), Must::List(&Must::Text);
    }
}

/// Which stage is not in the notation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageError {
    /// The stage, counted from 1.
    pub stage: usize,
    /// Where in it, and what is wrong.
    pub error: NotationError,
}

impl fmt::Display for StageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "stage {}, {}", self.stage, self.error)
    }
}

impl std::error::Error for StageError {}

/// Names in the order in which they first appear.
fn in_order_of_appearance<'a>(names: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut seen = std::collections::HashSet::new();
    names.filter(|name| seen.insert(*name)).cloned().collect()
}

impl Conditioning {
    /// The stages, or the first error in them; [`MOST_TRIALS`] holds for all of them together.
    pub fn parse(&self) -> Result<Vec<Stage>, StageError> {
        let mut trials = 0;
        (1..)
            .zip(&self.stages)
            .map(|(number, text)| {
                let parsed: Stage =
                    text.parse().map_err(|error| StageError { stage: number, error })?;
                trials += parsed.trial_count();
                let error = NotationError { column: 1, problem: Problem::TooManyTrials };
                if trials > MOST_TRIALS {
                    Err(StageError { stage: number, error })
                } else {
                    Ok(parsed)
                }
            })
            .collect()
    }

    /// The stages; none where there is a complaint.
    fn design(&self) -> Vec<Stage> {
        self.parse().unwrap_or_default()
    }
}

/// A compound as it would stand in a stage; `None` if it is none.
fn compound(text: &str) -> Option<Trial> {
    let stage: Stage = format!("{text}-").parse().ok()?;
    match &stage.written()[..] {
        [trial] if trial.cues.len() > 1 && stage.trial_count() == 1 => Some((*trial).clone()),
        _ => None,
    }
}

fn cues(design: &[Stage]) -> Vec<String> {
    in_order_of_appearance(design.iter().flat_map(Stage::written).flat_map(|trial| &trial.cues))
}

fn outcomes(design: &[Stage]) -> Vec<String> {
    let names = in_order_of_appearance(
        design.iter().flat_map(Stage::written).flat_map(|trial| &trial.outcomes),
    );
    if names.is_empty() { vec![US.to_string()] } else { names }
}

fn patterns(design: &[Stage]) -> Patterns {
    let (cues, outcomes) = (cues(design), outcomes(design));
    let place =
        |names: &[String]| -> HashMap<String, usize> { names.iter().cloned().zip(0..).collect() };
    let (cue, outcome) = (place(&cues), place(&outcomes));
    let trials: Vec<&Trial> = design.iter().flat_map(Stage::trials).collect();
    let mut inputs = DMatrix::zeros(cues.len(), trials.len());
    let mut targets = DMatrix::zeros(outcomes.len(), trials.len());
    for (p, trial) in trials.iter().enumerate() {
        trial.cues.iter().for_each(|name| inputs[(cue[name], p)] = 1.0);
        trial.outcomes.iter().for_each(|name| targets[(outcome[name], p)] = 1.0);
    }
    Patterns { inputs, targets }
}

impl Task for Conditioning {
    fn sizes(&self) -> (usize, usize) {
        let design = self.design();
        (cues(&design).len(), outcomes(&design).len())
    }

    fn sample(&self, streams: &Streams) -> Sample {
        let design = self.design();
        let fixed = Self { trials: Trials::Fixed, ..self.clone() };
        let mut sample = Sample::all(shared(&fixed, || patterns(&design)));
        if self.trials == Trials::Random {
            let mut stream = streams.stream(Purpose::Order, "trials");
            let mut rest = &mut sample.train[..];
            for stage in &design {
                let (trials, later) = rest.split_at_mut(stage.trial_count() as usize);
                stream.shuffle(trials);
                rest = later;
            }
        }
        sample
    }

    fn input_names(&self) -> Vec<String> {
        cues(&self.design())
    }

    fn output_names(&self) -> Vec<String> {
        outcomes(&self.design())
    }

    fn train_patterns(&self) -> usize {
        self.design().iter().map(Stage::trial_count).sum::<u64>() as usize
    }

    fn probes(&self) -> Vec<Probe> {
        let design = self.design();
        let outcomes = outcomes(&design);
        let name = |cue: &str, outcome: &str| match outcomes.len() {
            1 => format!("V({cue})"),
            _ => format!("V({cue},{outcome})"),
        };
        let names = cues(&design);
        let single = names.iter().enumerate().map(|(cue, name)| (vec![cue], name.clone()));
        let compounds = self.probes.iter().filter_map(|text| {
            let trial = compound(text)?;
            let place = |cue: &String| names.iter().position(|name| name == cue);
            let places: Vec<usize> = trial.cues.iter().filter_map(place).collect();
            let written = trial.to_string();
            Some((places, written.trim_end_matches('-').to_string()))
        });
        let of_cues = |(cues, cue_name): (Vec<usize>, String)| -> Vec<Probe> {
            let probe = |(outcome, label): (usize, &String)| Probe {
                name: name(&cue_name, label),
                cues: cues.clone(),
                outcome,
            };
            outcomes.iter().enumerate().map(probe).collect()
        };
        single.chain(compounds).flat_map(of_cues).collect()
    }

    fn complaint(&self) -> Option<(&'static str, String)> {
        if self.stages.is_empty() {
            return Some((
                "stages",
                "expected at least one stage, as in stages = [\"50 A+\", \"20 AB+\"]".to_string(),
            ));
        }
        let design = match self.parse() {
            Ok(design) => design,
            Err(error) => return Some(("stages", error.to_string())),
        };
        let (known, mut seen) = (cues(&design), Vec::new());
        for text in &self.probes {
            let Some(mut trial) = compound(text) else {
                let sentence = format!(
                    "expected a compound of two cues or more, as in probes = [\"AB\"] (single cues are recorded anyway); got \"{text}\""
                );
                return Some(("probes", sentence));
            };
            if let Some(cue) = trial.cues.iter().find(|cue| !known.contains(cue)) {
                let known = known.join(", ");
                let sentence = format!("no stage has a cue \"{cue}\"; expected some of {known}");
                return Some(("probes", sentence));
            }
            trial.cues.sort();
            if seen.contains(&trial.cues) {
                return Some((
                    "probes",
                    format!("expected each compound once, found \"{text}\" again"),
                ));
            }
            seen.push(trial.cues);
        }
        None
    }
}

impl Named for Conditioning {
    const KIND: &'static str = "conditioning";
    const SOURCE: &'static str = include_str!("conditioning.rs");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conditioning(stages: &[&str], trials: Trials) -> Conditioning {
        let stages = stages.iter().map(ToString::to_string).collect();
        Conditioning { stages, trials, probes: Vec::new() }
    }

    /// Each trial of the sample in the order in which it is shown, in the notation.
    fn shown(task: &Conditioning, seed: u64) -> Vec<String> {
        let sample = task.sample(&Streams::new(0, seed));
        let on = |names: Vec<String>, column: Vec<f64>| -> Vec<String> {
            names.into_iter().zip(column).filter(|(_, x)| *x == 1.0).map(|(name, _)| name).collect()
        };
        let trial = |p: &u32| Trial {
            cues: on(
                task.input_names(),
                sample.patterns.inputs.column(*p as usize).iter().copied().collect(),
            ),
            outcomes: on(
                task.output_names(),
                sample.patterns.targets.column(*p as usize).iter().copied().collect(),
            ),
        };
        sample.train.iter().map(|p| trial(p).to_string()).collect()
    }

    #[test]
    fn blocking_is_fifty_and_twenty_trials_of_two_cues() {
        let task = conditioning(&["50 A+", "20 AB+"], Trials::Fixed);
        assert_eq!((task.sizes(), task.train_patterns()), ((2, 1), 70));
        assert_eq!(shown(&task, 0), [vec!["A+"; 50], vec!["AB+"; 20]].concat());
        assert_eq!(
            task.probes().iter().map(|probe| &probe.name[..]).collect::<Vec<_>>(),
            ["V(A)", "V(B)"]
        );
    }

    /// The event file of pyndl's tests (`event_file_simple`).
    const PYNDL: &str = "(a+A/ab+A/bc+B/abc+C/4 c+C/3 ab+A/3 bc+B/2 a+A/a+D)";

    #[test]
    fn the_seventeen_events_of_pyndl_in_the_notation() {
        let task = conditioning(&[PYNDL], Trials::Fixed);
        #[rustfmt::skip]
        let events = ["a+A", "ab+A", "bc+B", "abc+C", "c+C", "c+C", "c+C", "c+C", "ab+A", "ab+A", "ab+A",
            "bc+B", "bc+B", "bc+B", "a+A", "a+A", "a+D"];
        assert_eq!(shown(&task, 0), events);
        assert_eq!(
            (task.input_names().concat(), task.output_names().concat()),
            ("abc".into(), "ABCD".into())
        );
        assert_eq!(task.probes().len(), 12);
        assert_eq!(
            task.probes()[5],
            Probe { name: "V(b,B)".to_string(), cues: vec![1], outcome: 1 }
        );
    }

    /// Strengths after the trials as shown, by ΔV = αβ (λ − Σ V) for every cue present: cues x outcomes.
    fn strengths(task: &Conditioning, alpha_beta: f64) -> DMatrix<f64> {
        let sample = task.sample(&Streams::new(0, 0));
        let (cues, outcomes) = task.sizes();
        let mut v = DMatrix::zeros(cues, outcomes);
        for &p in &sample.train {
            let x = sample.patterns.inputs.column(p as usize);
            let error = sample.patterns.targets.column(p as usize) - v.tr_mul(&x);
            v += alpha_beta * x * error.transpose();
        }
        v
    }

    /// (stages, trials, αβ = 0.1: strengths by cue): computed by pyndl 1.2.4 and by closed forms.
    #[test]
    fn twelve_classic_designs_have_their_trials_and_their_strengths() {
        type Design = (&'static [&'static str], usize, &'static [(&'static str, f64)]);
        #[rustfmt::skip]
        let table: [Design; 12] = [
            (&["10 A+"], 10, &[("A", 0.6513215599)]),
            (&["10 A+", "10 A-"], 20, &[("A", 0.2271017855)]),
            (&["20 AB+"], 20, &[("A", 0.4942353925), ("B", 0.4942353925)]),
            (&["50 A+", "20 AB+"], 70, &[("A", 0.9973934029), ("B", 0.0025471781)]),
            (&["50 A+", "50 B+", "20 AB+"], 120, &[("A", 0.5057051885), ("B", 0.5057051885)]),
            (&["100 (A+/AB-)"], 200, &[("A", 0.9871464233), ("B", -0.9807196350)]),
            (&["100 (A+/AB-)", "20 BC+"], 220, &[("C", 0.9789417462), ("B", -0.0017778888)]),
            (&["200 (AX+/BX-)"], 400, &[("A", 0.6666666666), ("B", -0.3333333332), ("X", 0.3333333333)]),
            (&["100 (AX+/AX-/BX+/BX-)"], 400, &[("A", 0.1481481482), ("B", 0.1481481481), ("X", 0.2962962963)]),
            (&["200 (3 AX+/AX-/X+/3 X-)"], 1600, &[("A", 0.4492663857), ("X", 0.2119802268)]),
            (&["200 (A+/B+/AB-)"], 600, &[("A", 0.2857142857), ("B", 0.2857142857)]),
            (&["50 A-", "10 A+"], 60, &[("A", 0.6513215599)]),
        ];
        for (stages, trials, expected) in table {
            let task = conditioning(stages, Trials::Fixed);
            assert_eq!(task.train_patterns(), trials, "{stages:?}");
            assert_eq!(task.complaint(), None);
            let (names, v) = (task.input_names(), strengths(&task, 0.1));
            for (cue, strength) in expected {
                let found = v[(names.iter().position(|name| name == cue).expect(cue), 0)];
                // ten printed decimals
                assert!(
                    (found - strength).abs() < 1e-10,
                    "{stages:?}: V({cue}) = {found}, expected {strength}"
                );
            }
        }
    }

    #[test]
    fn the_seventeen_events_give_pyndls_weights() {
        let task = conditioning(&[PYNDL], Trials::Fixed);
        #[rustfmt::skip]
        let expected = DMatrix::from_row_slice(3, 4, &[
            0.0664228958019371, -0.0004679542492416, 0.00913237656408, 0.01,
            0.0369453054439119, 0.0383650579363088, 0.0076940833315796, 0.0,
            -0.00148720933211834, 0.0382611772343088, 0.0472921134315796, 0.0,
        ]);
        // the file of weights is printed to 15 digits
        assert!((strengths(&task, 0.01) - expected).amax() < 1e-15);
    }

    #[test]
    fn a_design_without_outcomes_has_the_us_as_output() {
        let task = conditioning(&["5 A-"], Trials::Fixed);
        assert_eq!(task.output_names(), [US]);
        assert_eq!(task.sample(&Streams::new(0, 0)).patterns.targets.sum(), 0.0);
    }

    #[test]
    fn random_trials_stay_in_their_stage_and_differ_between_seeds() {
        let task = conditioning(&["10 A+/10 B-", "5 (C+/D-)"], Trials::Random);
        let (zero, one) = (shown(&task, 0), shown(&task, 1));
        assert_ne!(zero, one);
        assert_eq!(zero, shown(&task, 0));
        for order in [zero, one] {
            let count = |stage: &[String], trial: &str| {
                stage.iter().filter(|shown| *shown == trial).count()
            };
            assert_eq!([count(&order[..20], "A+"), count(&order[..20], "B-")], [10, 10]);
            assert_eq!([count(&order[20..], "C+"), count(&order[20..], "D-")], [5, 5]);
        }
    }

    #[test]
    fn random_and_fixed_trials_share_their_patterns() {
        let [a, b] =
            [Trials::Fixed, Trials::Random].map(|trials| conditioning(&["4 A+/4 A-"], trials));
        let patterns = |task: &Conditioning, seed| task.sample(&Streams::new(0, seed)).patterns;
        assert!(std::sync::Arc::ptr_eq(&patterns(&a, 0), &patterns(&b, 1)));
    }

    #[test]
    fn compounds_are_probed_after_the_cues() {
        let probes = vec!["BA".to_string(), "[tone]A".to_string()];
        let task = Conditioning { probes, ..conditioning(&["A+/B+/AB-/[tone]+"], Trials::Fixed) };
        let probe = |name: &str, cues: &[usize]| Probe {
            name: name.to_string(),
            cues: cues.to_vec(),
            outcome: 0,
        };
        assert_eq!(task.complaint(), None);
        assert_eq!(
            task.probes(),
            [
                probe("V(A)", &[0]),
                probe("V(B)", &[1]),
                probe("V(tone)", &[2]),
                probe("V(BA)", &[1, 0]),
                probe("V([tone]A)", &[2, 0])
            ]
        );
    }

    #[test]
    fn what_is_no_compound_of_the_stages_is_refused() {
        let complaint = |probes: &[&str]| {
            let probes = probes.iter().map(ToString::to_string).collect();
            let task = Conditioning { probes, ..conditioning(&["A+/AB-"], Trials::Fixed) };
            task.complaint().map(|(key, sentence)| {
                assert_eq!(key, "probes");
                sentence
            })
        };
        for text in ["", "A", "AB+", "2 AB", "(AB", "A/B"] {
            let got = format!("got \"{text}\"");
            assert!(complaint(&[text]).is_some_and(|it| it.ends_with(&got)), "{text}");
        }
        assert_eq!(
            complaint(&["AC"]).as_deref(),
            Some("no stage has a cue \"C\"; expected some of A, B")
        );
        assert_eq!(
            complaint(&["AB", "BA"]).as_deref(),
            Some("expected each compound once, found \"BA\" again")
        );
    }

    #[test]
    fn errors_name_the_stage() {
        let complaint = |stages: &[&str]| {
            conditioning(stages, Trials::Fixed).complaint().map(|(_, sentence)| sentence)
        };
        assert_eq!(
            complaint(&["50 A+", "20 AB"]).as_deref(),
            Some("stage 2, column 6: expected a cue, \"+\" or \"-\", found the end")
        );
        let most = ["6000000 A+", "6000000 B+"];
        assert_eq!(
            complaint(&most).as_deref(),
            Some("stage 2, column 1: expected at most 10000000 trials in all, found more")
        );
        assert!(
            complaint(&[])
                .is_some_and(|sentence| sentence.starts_with("expected at least one stage"))
        );
        assert_eq!(conditioning(&["A"], Trials::Fixed).sizes(), (0, 1));
    }
}

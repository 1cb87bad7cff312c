//! A stage of trials, the order in which they run, and how it is written.

use std::fmt;

/// The name of the outcome that a `+` alone stands for: the unconditioned stimulus.
pub const US: &str = "US";

/// The most trials that a stage, or a whole design, may have.
pub const MOST_TRIALS: u64 = 10_000_000;

/// One trial: the cues that are present and the outcomes that follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    /// Names of the cues, as written; at least one, none twice.
    pub cues: Vec<String>,
    /// Names of the outcomes; none for `-`.
    pub outcomes: Vec<String>,
}

/// What a part repeats.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// A single trial.
    Trial(Trial),
    /// Parts that run in exactly this order.
    Block(Vec<Part>),
}

/// A trial or a block, so many times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// How often, at least once.
    pub count: u32,
    /// What.
    pub body: Body,
}

/// One stage of an experiment: parts that are spread evenly over it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage(pub Vec<Part>);

impl Part {
    /// Number of trials.
    pub fn trial_count(&self) -> u64 {
        let body = match &self.body {
            Body::Trial(_) => 1,
            Body::Block(parts) => total(parts),
        };
        body.saturating_mul(self.count.into())
    }

    /// Runs the body once.
    fn run<'a>(&'a self, trials: &mut Vec<&'a Trial>) {
        match &self.body {
            Body::Trial(trial) => trials.push(trial),
            Body::Block(parts) => {
                for part in parts {
                    (0..part.count).for_each(|_| part.run(trials));
                }
            }
        }
    }

    fn written<'a>(&'a self, trials: &mut Vec<&'a Trial>) {
        match &self.body {
            Body::Trial(trial) => trials.push(trial),
            Body::Block(parts) => parts.iter().for_each(|part| part.written(trials)),
        }
    }
}

/// Number of trials of several parts.
pub(super) fn total(parts: &[Part]) -> u64 {
    parts.iter().fold(0, |sum, part| sum.saturating_add(part.trial_count()))
}

impl Stage {
    /// Number of trials.
    pub fn trial_count(&self) -> u64 {
        total(&self.0)
    }

    /// The trials in the order in which they run: see *Spreading* in the documentation of [the notation](super).
    pub fn trials(&self) -> Vec<&Trial> {
        // the k-th of n stands at (2k − 1)/2n; positions are compared without division, and the sort is stable
        let occurrences = |part: &Part| (0..u128::from(part.count)).map(|k| 2 * k + 1);
        let mut units: Vec<(u128, &Part)> =
            self.0.iter().flat_map(|part| occurrences(part).map(move |at| (at, part))).collect();
        units.sort_by(|(at, part), (other_at, other)| {
            (at * u128::from(other.count)).cmp(&(other_at * u128::from(part.count)))
        });
        let mut trials = Vec::with_capacity(self.trial_count() as usize);
        units.iter().for_each(|(_, part)| part.run(&mut trials));
        trials
    }

    /// The trials as they stand in the text, from left to right, whatever their counts.
    pub fn written(&self) -> Vec<&Trial> {
        let mut trials = Vec::new();
        self.0.iter().for_each(|part| part.written(&mut trials));
        trials
    }
}

/// Without blanks but the one after a count; a count of 1 is left out.
impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_parts(f, &self.0)
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.count != 1 {
            write!(f, "{} ", self.count)?;
        }
        match &self.body {
            Body::Trial(trial) => write!(f, "{trial}"),
            Body::Block(parts) => {
                write!(f, "(")?;
                write_parts(f, parts)?;
                write!(f, ")")
            }
        }
    }
}

fn write_parts(f: &mut fmt::Formatter<'_>, parts: &[Part]) -> fmt::Result {
    for (i, part) in parts.iter().enumerate() {
        let between = if i == 0 { "" } else { "/" };
        write!(f, "{between}{part}")?;
    }
    Ok(())
}

impl fmt::Display for Trial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for cue in &self.cues {
            let mut letters = cue.chars();
            match (letters.next(), letters.next()) {
                (Some(letter), None) if letter.is_alphabetic() => write!(f, "{letter}")?,
                _ => write!(f, "[{cue}]")?,
            }
        }
        match &self.outcomes[..] {
            [] => write!(f, "-"),
            [us] if us == US => write!(f, "+"),
            outcomes => {
                for (i, outcome) in outcomes.iter().enumerate() {
                    let sign = if i == 0 { '+' } else { '&' };
                    match is_plain_name(outcome) {
                        true => write!(f, "{sign}{outcome}")?,
                        false => write!(f, "{sign}[{outcome}]")?,
                    }
                }
                Ok(())
            }
        }
    }
}

/// Whether an outcome needs no brackets.
fn is_plain_name(name: &str) -> bool {
    name.starts_with(char::is_alphabetic) && name.chars().all(is_in_name)
}

/// Characters that a name without brackets may hold after its first letter.
pub(super) fn is_in_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(text: &str) -> String {
        let stage: Stage = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(stage.trials().len() as u64, stage.trial_count(), "{text}");
        stage.trials().iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn trials_run_in_the_documented_order() {
        let table = [
            ("A+", "A+"),
            ("3 AB+", "AB+ AB+ AB+"),
            ("2A+/2B-", "A+ B- A+ B-"),
            ("B- / A+", "B- A+"),
            ("3 A+/B-", "A+ A+ B- A+"), // 1/6, 3/6, 5/6 and 1/2: the tie in the order written
            ("B-/3 A+", "A+ B- A+ A+"),
            ("4 A+/2 B-", "A+ B- A+ A+ B- A+"), // 1/8 3/8 5/8 7/8 and 1/4 3/4
            ("2 A+/2 B+/1 C-", "A+ B+ C- A+ B+"),
            ("2 (A+/AB-)", "A+ AB- A+ AB-"),
            ("(3 AX+/AX-/X+/3 X-)", "AX+ AX+ AX+ AX- X+ X- X- X-"),
            ("2 (2 A+/B-)/C+", "A+ A+ B- C+ A+ A+ B-"), // a block stays in one piece
            ("2 (2 (A+/B-)/C+)", "A+ B- A+ B- C+ A+ B- A+ B- C+"),
        ];
        for (text, expected) in table {
            assert_eq!(run(text), expected, "{text}");
        }
    }

    #[test]
    fn every_part_is_spread_evenly() {
        let stage: Stage = "30 A+/20 B-/50 C+".parse().expect("it is in the notation");
        let trials = stage.trials();
        for (cue, count) in [("A", 30.0), ("B", 20.0), ("C", 50.0)] {
            let mut seen = 0.0;
            for (before, trial) in (0..).zip(&trials) {
                // at any moment the share so far is that of the whole stage, to one trial (half of one, and ties)
                let due: f64 = count * f64::from(before) / 100.0;
                assert!((seen - due).abs() <= 1.0, "{cue} at trial {before}: {seen} of {due}");
                seen += if trial.cues == [cue] { 1.0 } else { 0.0 };
            }
            assert_eq!(seen, count);
        }
    }
}

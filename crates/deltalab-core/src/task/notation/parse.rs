//! Reading the notation: recursive descent over characters, every error with its column.

use super::stage::is_in_name;
use super::{Body, MOST_TRIALS, Part, Stage, Trial, US};
use std::fmt;
use std::str::FromStr;

/// How deep blocks may stand in blocks.
const DEEPEST: usize = 8;

/// Where a text is not in the notation, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotationError {
    /// Character, counted from 1; one past the last where the text ends too early.
    pub column: usize,
    /// What is wrong there.
    pub problem: Problem,
}

/// What can be wrong with a text in the notation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// Something else was expected.
    Expected {
        /// What may stand here.
        expected: &'static str,
        /// What does; `None` at the end.
        found: Option<char>,
    },
    /// A count of 0.
    ZeroCount,
    /// More than [`MOST_TRIALS`].
    TooManyTrials,
    /// Blocks nested too deep.
    TooDeep,
    /// A cue twice in one trial.
    RepeatedCue(String),
    /// An outcome twice in one trial.
    RepeatedOutcome(String),
}

impl fmt::Display for NotationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "column {}: {}", self.column, self.problem)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Expected { expected, found: Some(found) } => {
                write!(f, "expected {expected}, found \"{found}\"")
            }
            Self::Expected { expected, found: None } => {
                write!(f, "expected {expected}, found the end")
            }
            Self::ZeroCount => write!(f, "expected a count of at least 1, found 0"),
            Self::TooManyTrials => {
                write!(f, "expected at most {MOST_TRIALS} trials in all, found more")
            }
            Self::TooDeep => {
                write!(f, "expected at most {DEEPEST} blocks inside one another, found more")
            }
            Self::RepeatedCue(cue) => {
                write!(f, "expected each cue once in a trial, found \"{cue}\" again")
            }
            Self::RepeatedOutcome(outcome) => {
                write!(f, "expected each outcome once in a trial, found \"{outcome}\" again")
            }
        }
    }
}

impl std::error::Error for NotationError {}

impl FromStr for Stage {
    type Err = NotationError;

    fn from_str(text: &str) -> Result<Self, NotationError> {
        let mut reader = Reader { characters: text.chars().collect(), at: 0 };
        let parts = reader.parts(0)?;
        match reader.peek() {
            None => Ok(Self(parts)),
            Some(_) => Err(reader.expected("\"/\" or the end")),
        }
    }
}

struct Reader {
    characters: Vec<char>,
    at: usize,
}

type Read<T> = Result<T, NotationError>;

impl Reader {
    /// The next character that is not blank, without taking it.
    fn peek(&mut self) -> Option<char> {
        while self.here().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
        self.here()
    }

    /// The next character, blank or not.
    fn here(&self) -> Option<char> {
        self.characters.get(self.at).copied()
    }

    fn take(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    fn error(&self, at: usize, problem: Problem) -> NotationError {
        NotationError { column: at + 1, problem }
    }

    /// Something else was expected at the next character.
    fn expected(&self, expected: &'static str) -> NotationError {
        self.error(self.at, Problem::Expected { expected, found: self.here() })
    }

    fn parts(&mut self, depth: usize) -> Read<Vec<Part>> {
        let mut parts = Vec::new();
        let mut trials: u64 = 0;
        loop {
            self.peek();
            let start = self.at;
            let part = self.part(depth)?;
            trials = trials.saturating_add(part.trial_count());
            if trials > MOST_TRIALS {
                return Err(self.error(start, Problem::TooManyTrials));
            }
            parts.push(part);
            if !self.take('/') {
                return Ok(parts);
            }
        }
    }

    fn part(&mut self, depth: usize) -> Read<Part> {
        let count = self.count()?;
        let opening = self.at;
        if !self.take('(') {
            return Ok(Part { count, body: Body::Trial(self.trial()?) });
        }
        if depth == DEEPEST {
            return Err(self.error(opening, Problem::TooDeep));
        }
        let parts = self.parts(depth + 1)?;
        match self.take(')') {
            true => Ok(Part { count, body: Body::Block(parts) }),
            false => Err(self.expected("\"/\" or \")\"")),
        }
    }

    /// A leading count, 1 where there is none.
    fn count(&mut self) -> Read<u32> {
        self.peek();
        let start = self.at;
        let mut count: Option<u64> = None;
        while let Some(digit) = self.here().and_then(|c| c.to_digit(10)) {
            count = Some(count.unwrap_or(0).saturating_mul(10).saturating_add(digit.into()));
            self.at += 1;
        }
        self.peek();
        match count.unwrap_or(1) {
            0 => Err(self.error(start, Problem::ZeroCount)),
            count if count > MOST_TRIALS => Err(self.error(start, Problem::TooManyTrials)),
            count => Ok(count as u32), // at most ten million
        }
    }

    fn trial(&mut self) -> Read<Trial> {
        let mut cues: Vec<String> = Vec::new();
        loop {
            let next = self.peek();
            let start = self.at;
            let cue = match next {
                Some(letter) if letter.is_alphabetic() => {
                    self.at += 1;
                    letter.to_string()
                }
                Some('[') => self.bracketed()?,
                Some('+' | '-' | '−') if !cues.is_empty() => {
                    return Ok(Trial { cues, outcomes: self.outcomes()? });
                }
                _ if cues.is_empty() => return Err(self.expected("a cue, such as A or [tone]")),
                _ => return Err(self.expected("a cue, \"+\" or \"-\"")),
            };
            if cues.contains(&cue) {
                return Err(self.error(start, Problem::RepeatedCue(cue)));
            }
            cues.push(cue);
        }
    }

    /// From the sign on, which is known to be there.
    fn outcomes(&mut self) -> Read<Vec<String>> {
        let reinforced = self.here() == Some('+');
        self.at += 1;
        if !reinforced {
            return Ok(Vec::new());
        }
        if !self.here().is_some_and(|c| c == '[' || c.is_alphabetic()) {
            return Ok(vec![US.to_string()]);
        }
        let mut outcomes = vec![self.name()?];
        while self.take('&') {
            self.peek();
            let start = self.at;
            let name = self.name()?;
            if outcomes.contains(&name) {
                return Err(self.error(start, Problem::RepeatedOutcome(name)));
            }
            outcomes.push(name);
        }
        Ok(outcomes)
    }

    fn name(&mut self) -> Read<String> {
        match self.here() {
            Some('[') => self.bracketed(),
            Some(c) if c.is_alphabetic() => {
                let start = self.at;
                while self.here().is_some_and(is_in_name) {
                    self.at += 1;
                }
                Ok(self.characters[start..self.at].iter().collect())
            }
            _ => Err(self.expected("the name of an outcome")),
        }
    }

    /// What stands in brackets, without the blanks around it.
    fn bracketed(&mut self) -> Read<String> {
        self.at += 1;
        self.peek();
        let start = self.at;
        while self.here().is_some_and(|c| !['[', ']'].contains(&c)) {
            self.at += 1;
        }
        if self.here() != Some(']') {
            return Err(self.expected("\"]\""));
        }
        let name: String = self.characters[start..self.at].iter().collect();
        if name.is_empty() {
            return Err(self.expected("a name"));
        }
        self.at += 1;
        Ok(name.trim_end().to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    fn canonical(text: &str) -> String {
        text.parse::<Stage>().unwrap_or_else(|error| panic!("{text}: {error}")).to_string()
    }

    #[test]
    fn what_may_be_written_and_what_it_means() {
        let table = [
            ("50 A+", "50 A+"),
            ("50A+", "50 A+"),
            ("  1 A B  + ", "AB+"),
            ("10 A+/10 B-", "10 A+/10 B-"),
            ("a+ / A−", "a+/A-"),
            ("[tone][A] [ red light ]+", "[tone]A[red light]+"),
            ("A+US", "A+"),
            ("A+food", "A+food"),
            ("A +food & shock_2", "A+food&shock_2"),
            ("A+US&food", "A+US&food"),
            ("A+[no food]&[x]", "A+[no food]&x"),
            ("200(3 AX+/AX-/X+/3 X-)", "200 (3 AX+/AX-/X+/3 X-)"),
            ("((A+))", "((A+))"),
            ("éß+", "éß+"),
            ("0010 A+", "10 A+"),
        ];
        for (text, expected) in table {
            assert_eq!(canonical(text), expected, "{text}");
        }
    }

    #[test]
    fn errors_name_the_column_and_what_was_expected() {
        let table = [
            ("", "column 1: expected a cue, such as A or [tone], found the end"),
            ("20 AB", "column 6: expected a cue, \"+\" or \"-\", found the end"),
            ("20", "column 3: expected a cue, such as A or [tone], found the end"),
            ("+", "column 1: expected a cue, such as A or [tone], found \"+\""),
            ("A+ B-", "column 4: expected \"/\" or the end, found \"B\""),
            ("A+/", "column 4: expected a cue, such as A or [tone], found the end"),
            ("A1+", "column 2: expected a cue, \"+\" or \"-\", found \"1\""),
            ("A+food&", "column 8: expected the name of an outcome, found the end"),
            (
                "A+food&food",
                "column 8: expected each outcome once in a trial, found \"food\" again",
            ),
            ("A-food", "column 3: expected \"/\" or the end, found \"f\""),
            ("AB A+", "column 4: expected each cue once in a trial, found \"A\" again"),
            ("[tone+", "column 7: expected \"]\", found the end"),
            ("[ ]+", "column 3: expected a name, found \"]\""),
            ("0 A+", "column 1: expected a count of at least 1, found 0"),
            ("10000001 A+", "column 1: expected at most 10000000 trials in all, found more"),
            (
                "99999999999999999999999 A+",
                "column 1: expected at most 10000000 trials in all, found more",
            ),
            ("10000000 A+/ A-", "column 14: expected at most 10000000 trials in all, found more"),
            ("5000 (5000 A+)", "column 1: expected at most 10000000 trials in all, found more"),
            ("(A+", "column 4: expected \"/\" or \")\", found the end"),
            ("()", "column 2: expected a cue, such as A or [tone], found \")\""),
            ("A+)", "column 3: expected \"/\" or the end, found \")\""),
            (
                "(((((((((A+)))))))))",
                "column 9: expected at most 8 blocks inside one another, found more",
            ),
        ];
        for (text, expected) in table {
            let error = text.parse::<Stage>().expect_err(text);
            assert_eq!(error.to_string(), expected, "{text}");
        }
    }

    fn trial() -> impl Strategy<Value = Trial> {
        let cue = prop_oneof!["[A-Za-zß]", "[a-z][a-z ]{1,4}[a-z#]", "[0-9#]"];
        let outcome = prop_oneof![Just(US.to_string()), "[a-z][a-z0-9_]{0,3}", "[0-9] [a-z]"];
        let set = |names: std::collections::BTreeSet<String>| names.into_iter().collect::<Vec<_>>();
        (proptest::collection::btree_set(cue, 1..4), proptest::collection::btree_set(outcome, 0..3))
            .prop_map(move |(cues, outcomes)| Trial { cues: set(cues), outcomes: set(outcomes) })
    }

    fn parts() -> impl Strategy<Value = Vec<Part>> {
        let part = (1_u32..20, trial())
            .prop_map(|(count, trial)| Part { count, body: Body::Trial(trial) });
        let part = part.prop_recursive(2, 12, 3, |inner| {
            (1_u32..4, proptest::collection::vec(inner, 1..4))
                .prop_map(|(count, parts)| Part { count, body: Body::Block(parts) })
        });
        proptest::collection::vec(part, 1..4)
    }

    proptest! {
        #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(0), failure_persistence: None, ..Default::default() })]

        #[test]
        fn what_is_written_is_read_back(parts in parts()) {
            let stage = Stage(parts);
            prop_assert_eq!(stage.to_string().parse(), Ok(stage));
        }

        #[test]
        fn the_order_is_one_of_all_trials(parts in parts()) {
            let stage = Stage(parts);
            prop_assert_eq!(stage.trials().len() as u64, stage.trial_count());
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,30}", near in "[AB0-9+\\-−/()\\[\\]& ]{0,30}") {
            for text in [text, near] {
                if let Err(error) = text.parse::<Stage>() {
                    prop_assert!(error.column >= 1 && error.column <= text.chars().count() + 1, "{error}");
                }
            }
        }
    }
}

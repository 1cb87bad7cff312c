//! # Family trees: who is the uncle of Colin?
//!
//! (person, relation) → all the right people, over two families with the same tree, one English and one Italian.
//!
//! ```text
//!       Christopher = Penelope   Andrew = Christine
//!              ┌────┴────┐         ┌────┴────┐
//! Margaret = Arthur  Victoria = James   Jennifer = Charles
//!                        ┌────┴────┐
//!                       Colin   Charlotte
//!
//!           Roberto = Maria      Pierro = Francesca
//!              ┌────┴────┐         ┌────┴────┐
//!     Gina = Emilio    Lucia  =  Marco     Angela = Tomaso
//!                        ┌────┴────┐
//!                      Alfonso   Sophia
//! ```
//!
//! * Patterns: 104 queries, 52 per family: wife 5, husband 5, son 6, daughter 6, father 6, mother 6, brother 3, sister 3,
//!   uncle 2, aunt 2, nephew 4, niece 4; by family, then person, then relation. Uncles and aunts by marriage count, so the 8
//!   queries for uncles and aunts have two right people (both output units on), all others one: 112 triples.
//! * 36 inputs: 24 people (English first), 12 relations, one of each on. 24 outputs: the people. Targets 0 and 1.
//! * Networks: Hinton's is 24 + 12 → 6 + 6 → 12 → 6 → 24, where people and relations have a first hidden layer each.
//! * Source: Hinton 1986, Proceedings of the Eighth Annual Conference of the Cognitive Science Society, 1–12; Rumelhart,
//!   Hinton & Williams 1986, Nature 323, 533–536, which trained on 100 queries and tested on 4.

use super::shared::shared;
use super::{Named, Patterns, Sample, Task, hold_out};
use crate::params::Must;
use crate::random::{Purpose, Streams};
use nalgebra::DMatrix;

crate::params! {
    /// `kind = "family_trees"`.
    pub struct FamilyTrees {
        /// How many queries are held out for the test, drawn anew for each seed.
        pub held_out: u32 = 0, Must::Integer(0, 103);
    }
}

const PER_FAMILY: usize = 12;

#[rustfmt::skip]
const PEOPLE: [&str; 2 * PER_FAMILY] = [
    "Christopher", "Penelope", "Andrew", "Christine", "Margaret", "Arthur",
    "Victoria", "James", "Jennifer", "Charles", "Colin", "Charlotte",
    "Roberto", "Maria", "Pierro", "Francesca", "Gina", "Emilio",
    "Lucia", "Marco", "Angela", "Tomaso", "Alfonso", "Sophia",
];

/// A married couple, by place in one family.
struct Couple {
    husband: usize,
    wife: usize,
    /// Their son and their daughter.
    children: Option<(usize, usize)>,
}

const COUPLES: [Couple; 5] = [
    Couple { husband: 0, wife: 1, children: Some((5, 6)) },
    Couple { husband: 2, wife: 3, children: Some((7, 8)) },
    Couple { husband: 5, wife: 4, children: None },
    Couple { husband: 7, wife: 6, children: Some((10, 11)) },
    Couple { husband: 9, wife: 8, children: None },
];

/// Whether y is to x what the name says.
type Relation = (&'static str, fn(x: usize, y: usize) -> bool);

const RELATIONS: [Relation; 12] = [
    ("husband", |x, y| male(y) && married(x, y)),
    ("wife", |x, y| !male(y) && married(x, y)),
    ("son", |x, y| male(y) && parent_of(x, y)),
    ("daughter", |x, y| !male(y) && parent_of(x, y)),
    ("father", |x, y| male(y) && parent_of(y, x)),
    ("mother", |x, y| !male(y) && parent_of(y, x)),
    ("brother", |x, y| male(y) && siblings(x, y)),
    ("sister", |x, y| !male(y) && siblings(x, y)),
    ("uncle", |x, y| male(y) && aunt_or_uncle_of(y, x)),
    ("aunt", |x, y| !male(y) && aunt_or_uncle_of(y, x)),
    ("nephew", |x, y| male(y) && aunt_or_uncle_of(x, y)),
    ("niece", |x, y| !male(y) && aunt_or_uncle_of(x, y)),
];

fn anyone(is: impl Fn(usize) -> bool) -> bool {
    (0..PER_FAMILY).any(is)
}

fn male(x: usize) -> bool {
    let son = |couple: &Couple| couple.children.is_some_and(|(son, _)| son == x);
    COUPLES.iter().any(|couple| couple.husband == x || son(couple))
}

fn married(x: usize, y: usize) -> bool {
    let couple = [(x, y), (y, x)];
    COUPLES.iter().any(|&Couple { husband, wife, .. }| couple.contains(&(husband, wife)))
}

fn parent_of(x: usize, y: usize) -> bool {
    let child = |couple: &Couple| {
        couple.children.is_some_and(|(son, daughter)| [son, daughter].contains(&y))
    };
    COUPLES.iter().any(|couple| [couple.husband, couple.wife].contains(&x) && child(couple))
}

fn siblings(x: usize, y: usize) -> bool {
    x != y && anyone(|parent| parent_of(parent, x) && parent_of(parent, y))
}

/// A sibling of a parent of y, or married to one.
fn aunt_or_uncle_of(x: usize, y: usize) -> bool {
    let sibling_of_parent = |z| anyone(|parent| parent_of(parent, y) && siblings(parent, z));
    sibling_of_parent(x) || anyone(|z| married(x, z) && sibling_of_parent(z))
}

/// A person, a relation, and everyone who stands in it to that person.
type Query = (usize, usize, Vec<usize>);

/// All queries that have an answer, in the order of the patterns.
fn queries() -> Vec<Query> {
    let mut queries = Vec::new();
    for first in [0, PER_FAMILY] {
        for x in 0..PER_FAMILY {
            for (relation, (_, holds)) in RELATIONS.iter().enumerate() {
                let answers: Vec<usize> =
                    (0..PER_FAMILY).filter(|&y| holds(x, y)).map(|y| first + y).collect();
                if !answers.is_empty() {
                    queries.push((first + x, relation, answers));
                }
            }
        }
    }
    queries
}

impl FamilyTrees {
    const QUERIES: usize = 104;

    fn patterns() -> Patterns {
        let queries = queries();
        let mut inputs = DMatrix::zeros(PEOPLE.len() + RELATIONS.len(), queries.len());
        let mut targets = DMatrix::zeros(PEOPLE.len(), queries.len());
        for (p, (person, relation, answers)) in queries.iter().enumerate() {
            inputs[(*person, p)] = 1.0;
            inputs[(PEOPLE.len() + relation, p)] = 1.0;
            answers.iter().for_each(|&answer| targets[(answer, p)] = 1.0);
        }
        Patterns { inputs, targets }
    }
}

impl Task for FamilyTrees {
    fn sizes(&self) -> (usize, usize) {
        (PEOPLE.len() + RELATIONS.len(), PEOPLE.len())
    }

    fn sample(&self, streams: &Streams) -> Sample {
        let patterns = shared(&Self::default(), Self::patterns);
        let stream = streams.stream(Purpose::Split, "");
        let (train, test) = hold_out(patterns.len(), self.held_out as usize, stream);
        Sample { patterns, train, test, standardise: None }
    }

    fn input_names(&self) -> Vec<String> {
        PEOPLE
            .iter()
            .chain(RELATIONS.iter().map(|(name, _)| name))
            .map(ToString::to_string)
            .collect()
    }

    fn output_names(&self) -> Vec<String> {
        PEOPLE.map(String::from).to_vec()
    }

    fn train_patterns(&self) -> usize {
        Self::QUERIES - self.held_out as usize
    }

    fn has_test(&self) -> bool {
        self.held_out > 0
    }
}

impl Named for FamilyTrees {
    const KIND: &'static str = "family_trees";
    const SOURCE: &'static str = include_str!("family_trees.rs");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(person: &str, relation: &str) -> Vec<&'static str> {
        let mut found = queries()
            .into_iter()
            .filter(|&(x, r, _)| PEOPLE[x] == person && RELATIONS[r].0 == relation);
        found
            .next()
            .map_or(Vec::new(), |(_, _, people)| people.iter().map(|&y| PEOPLE[y]).collect())
    }

    #[test]
    fn each_family_has_the_published_number_of_queries_of_every_relation() {
        #[rustfmt::skip]
        let published = [("wife", 5), ("husband", 5), ("son", 6), ("daughter", 6), ("father", 6), ("mother", 6),
            ("brother", 3), ("sister", 3), ("uncle", 2), ("aunt", 2), ("nephew", 4), ("niece", 4)];
        for (relation, count) in published {
            for family in [0..12, 12..24] {
                let of_it = queries()
                    .into_iter()
                    .filter(|(x, r, _)| RELATIONS[*r].0 == relation && family.contains(x));
                assert_eq!(of_it.count(), count, "{relation}");
            }
        }
    }

    #[test]
    fn there_are_104_queries_and_112_triples() {
        let patterns = FamilyTrees::patterns();
        assert_eq!(patterns.len(), FamilyTrees::QUERIES);
        assert_eq!(patterns.targets.sum(), 112.0);
        assert!(
            patterns
                .inputs
                .column_iter()
                .all(|x| x.rows(0, 24).sum() == 1.0 && x.rows(24, 12).sum() == 1.0)
        );
        let two = queries().into_iter().filter(|(.., people)| people.len() == 2);
        assert_eq!(
            two.map(|(_, r, _)| RELATIONS[r].0)
                .filter(|name| ["uncle", "aunt"].contains(name))
                .count(),
            8
        );
    }

    #[test]
    fn relatives_by_name() {
        assert_eq!(answers("Colin", "uncle"), ["Arthur", "Charles"]);
        assert_eq!(answers("Colin", "aunt"), ["Margaret", "Jennifer"]);
        assert_eq!(answers("Jennifer", "nephew"), ["Colin"]);
        assert_eq!(answers("Margaret", "husband"), ["Arthur"]);
        assert_eq!(answers("Arthur", "mother"), ["Penelope"]);
        assert_eq!(answers("Victoria", "brother"), ["Arthur"]);
        assert_eq!(answers("Alfonso", "sister"), ["Sophia"]);
        assert_eq!(answers("Sophia", "father"), ["Marco"]);
        assert_eq!(answers("Charles", "father"), [""; 0]);
    }

    #[test]
    fn the_two_families_are_the_same_tree() {
        let (english, italian): (Vec<_>, Vec<_>) =
            queries().into_iter().partition(|(x, ..)| *x < 12);
        let moved = italian
            .into_iter()
            .map(|(x, r, people)| (x - 12, r, people.iter().map(|y| y - 12).collect()));
        assert_eq!(english, moved.collect::<Vec<_>>());
    }

    #[test]
    fn held_out_queries_are_drawn_by_the_seed() {
        let task = FamilyTrees { held_out: 4 };
        let test = |seed| task.sample(&Streams::new(0, seed)).test;
        assert_eq!(test(0), [9, 47, 67, 96]); // value stability
        assert_ne!(test(0), test(1));
        assert_eq!(task.train_patterns(), 100);
    }
}

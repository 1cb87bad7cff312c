//! The list of all tasks that need no file.

use super::{
    Addition, And, BreastCancer, Conditioning, Digits, Encoder, FamilyTrees, Iris, Negation, Or,
    Parity, PatternAssociator, Shifter, Spirals, Symmetry, Teacher, TruthTable, Visitor, Wine, Xor,
};

/// Shows every task to `visitor`, in the order in which they are listed.
pub fn tasks(visitor: &mut impl Visitor) {
    visitor.task::<Xor>();
    visitor.task::<And>();
    visitor.task::<Or>();
    visitor.task::<Parity>();
    visitor.task::<TruthTable>();
    visitor.task::<Encoder>();
    visitor.task::<Symmetry>();
    visitor.task::<Addition>();
    visitor.task::<Negation>();
    visitor.task::<Shifter>();
    visitor.task::<PatternAssociator>();
    visitor.task::<FamilyTrees>();
    visitor.task::<Conditioning>();
    visitor.task::<Teacher>();
    visitor.task::<Spirals>();
    visitor.task::<Digits>();
    visitor.task::<Iris>();
    visitor.task::<Wine>();
    visitor.task::<BreastCancer>();
}

#[cfg(test)]
mod tests {
    use super::super::{Named, Sample, Task, kind};
    use super::*;
    use crate::params::Must;
    use crate::random::Streams;
    use serde::de::value::MapDeserializer;
    use std::collections::HashSet;

    /// What holds for every task: checked with its defaults, or with `row` / `stage` where those are required.
    #[derive(Default)]
    struct Suite {
        names: Vec<&'static str>,
    }

    impl Visitor for Suite {
        fn task<T: Named>(&mut self) {
            let name = T::KIND;
            self.names.push(name);
            documented::<T>();
            choices_are_read::<T>();
            let needs: Vec<_> =
                T::FIELDS.iter().filter(|field| field.required).map(|field| field.name).collect();
            let task: Box<dyn Task> = match (name, &needs[..]) {
                ("truth_table", ["rows"]) => Box::new(TruthTable {
                    rows: vec![super::super::Row::Digits("01 1".to_string())],
                }),
                ("conditioning", ["stages"]) => Box::new(Conditioning {
                    stages: vec!["5 A+/B-".to_string()],
                    ..Default::default()
                }),
                (_, []) => Box::new(T::default()),
                (_, needs) => panic!("{name} needs {needs:?}: give this suite an example"),
            };
            assert_eq!(task.complaint(), None, "{name}");
            for seed in [0, 1, 12345] {
                let streams = Streams::new(0, seed);
                let sample = task.sample(&streams);
                consistent(name, &*task, &sample);
                assert_eq!(sample, task.sample(&streams), "{name}: the same seed, another sample");
            }
        }
    }

    fn documented<T: Named>() {
        let kind = kind::<T>();
        assert!(kind.summary().len() > 8, "{}: no summary", kind.name);
        assert!(
            kind.text().contains("* Patterns:"),
            "{}: the header does not say what the patterns are",
            kind.name
        );
        for field in kind.fields {
            assert!(
                field.doc.len() > 8 && field.doc.ends_with('.'),
                "{}.{}: {:?}",
                kind.name,
                field.name,
                field.doc
            );
        }
    }

    /// The choices that a spec is offered are those that serde reads, and it reads no other.
    fn choices_are_read<T: Named>() {
        let read = |field: &'static str, choice: &'static str| {
            T::deserialize(MapDeserializer::<_, serde::de::value::Error>::new(std::iter::once((
                field, choice,
            ))))
        };
        for field in T::FIELDS {
            if let Must::Choice(choices) = field.must {
                for choice in choices {
                    assert!(
                        read(field.name, choice).is_ok(),
                        "{}.{} = {choice:?}",
                        T::KIND,
                        field.name
                    );
                }
                assert!(read(field.name, "nonsense").is_err(), "{}.{}", T::KIND, field.name);
            }
        }
    }

    fn consistent(name: &str, task: &dyn Task, sample: &Sample) {
        let Sample { patterns, train, test, standardise } = sample;
        let (inputs, outputs) = task.sizes();
        assert_eq!(
            (patterns.inputs.nrows(), patterns.targets.nrows()),
            (inputs, outputs),
            "{name}: sizes"
        );
        assert_eq!(patterns.inputs.ncols(), patterns.targets.ncols(), "{name}: patterns");
        assert!(
            patterns.inputs.iter().chain(&patterns.targets).all(|x| x.is_finite()),
            "{name}: a number is not finite"
        );
        assert_eq!(train.len(), task.train_patterns(), "{name}: train_patterns");
        assert_eq!(!test.is_empty(), task.has_test(), "{name}: has_test");
        let all: HashSet<u32> = train.iter().chain(test).copied().collect();
        assert_eq!(all.len(), train.len() + test.len(), "{name}: a pattern twice");
        assert!(
            all.iter().all(|&p| (p as usize) < patterns.len()),
            "{name}: an index out of range"
        );
        assert!(!train.is_empty(), "{name}: nothing to train on");
        if let Some(scaling) = standardise {
            assert_eq!(
                (scaling.mean.len(), scaling.scale.len()),
                (inputs, inputs),
                "{name}: standardise"
            );
        }
        for (names, units) in [(task.input_names(), inputs), (task.output_names(), outputs)] {
            assert!(
                names.is_empty() || names.len() == units,
                "{name}: {} names for {units} units",
                names.len()
            );
            assert_eq!(
                names.iter().collect::<HashSet<_>>().len(),
                names.len(),
                "{name}: a name twice"
            );
        }
        for probe in task.probes() {
            assert!(
                probe.cues.iter().all(|&cue| cue < inputs) && probe.outcome < outputs,
                "{name}: {probe:?}"
            );
        }
    }

    #[test]
    fn every_task_keeps_the_contract() {
        let mut suite = Suite::default();
        tasks(&mut suite);
        #[rustfmt::skip]
        assert_eq!(suite.names, [
            "xor", "and", "or", "parity", "truth_table", "encoder", "symmetry", "addition", "negation", "shifter",
            "pattern_associator", "family_trees", "conditioning", "teacher", "spirals", "digits", "iris", "wine",
            "breast_cancer",
        ]);
    }
}

//! Inputs that the fuzzer found worth keeping (`fuzz/corpus`, by `scripts/fuzz`): none panics, and what is accepted holds
//! together. Those that once broke something are among them, named for what they broke.

#[path = "../../../fuzz/attempts.rs"]
mod attempts;

use std::path::Path;

#[test]
fn nothing_in_the_corpus_breaks_anything() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus");
    for (name, attempt) in attempts::TARGETS {
        let mut inputs: Vec<_> = std::fs::read_dir(corpus.join(name))
            .unwrap_or_else(|error| panic!("{name}: {error}"))
            .map(|entry| entry.unwrap().path())
            .collect();
        inputs.sort();
        assert!(!inputs.is_empty(), "{name}: no input");
        for input in inputs {
            let bytes = std::fs::read(&input).unwrap();
            let tried = std::panic::catch_unwind(|| attempt(&bytes));
            assert!(tried.is_ok(), "{}", input.display());
        }
    }
}

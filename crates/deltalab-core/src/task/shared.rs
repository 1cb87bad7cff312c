//! Patterns that do not depend on the seed are built once and shared by all runs.

use super::Patterns;
use std::collections::VecDeque;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, PoisonError};

/// How many tasks' patterns are kept; the oldest makes room (and is built again, to the same bits, if it is asked for).
const KEPT: usize = 16;

/// The patterns of `task`, by `build` when they are not at hand.
///
/// The key is what `Debug` prints, the type's name and every parameter: two numbers print alike only if they are the same
/// (`==` would take −0 for 0). `build` must depend on the parameters alone.
pub(super) fn shared<T: Debug>(task: &T, build: impl FnOnce() -> Patterns) -> Arc<Patterns> {
    static AT_HAND: Mutex<VecDeque<(String, Arc<Patterns>)>> = Mutex::new(VecDeque::new());
    let key = format!("{task:?}");
    let mut at_hand = AT_HAND.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, patterns)) = at_hand.iter().find(|(known, _)| *known == key) {
        return patterns.clone();
    }
    let patterns = Arc::new(build());
    if at_hand.len() == KEPT {
        at_hand.pop_front();
    }
    at_hand.push_back((key, patterns.clone()));
    patterns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    #[expect(dead_code, reason = "read by Debug")]
    struct Level(f64);

    fn one(value: f64) -> Patterns {
        Patterns::from_rows(&[([value], [value])])
    }

    #[test]
    fn equal_parameters_share_and_unequal_ones_do_not() {
        let a = shared(&Level(0.25), || one(0.25));
        assert!(Arc::ptr_eq(&a, &shared(&Level(0.25), || unreachable!("it is at hand"))));
        assert!(!Arc::ptr_eq(&a, &shared(&Level(0.5), || one(0.5))));
    }

    #[test]
    fn minus_zero_is_not_zero() {
        shared(&Level(0.0), || one(0.0));
        let minus = shared(&Level(-0.0), || one(-0.0));
        assert!(minus.inputs[(0, 0)].is_sign_negative());
    }
}

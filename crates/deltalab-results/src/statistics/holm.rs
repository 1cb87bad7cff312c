//! Holm's correction for many tests (Holm 1979, Scandinavian Journal of Statistics 6, 65–70).
//!
//! The i-th smallest of m p-values becomes max over j ≤ i of min(1, (m − j + 1) p₍ⱼ₎). The chance of even one false alarm in
//! the whole table is then at most the level that the corrected values are held against.

/// The corrected p-values, in the order given. Rows without a test (`None`) stay so and do not count in m.
///
/// ```
/// use deltalab_results::statistics::holm::holm;
/// assert_eq!(holm(&[Some(0.25), None, Some(0.125)]), [Some(0.25), None, Some(0.25)]);
/// ```
pub fn holm(p: &[Option<f64>]) -> Vec<Option<f64>> {
    let mut tests: Vec<(usize, f64)> =
        p.iter().enumerate().filter_map(|(row, p)| Some((row, (*p)?))).collect();
    tests.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
    let mut corrected = vec![None; p.len()];
    let mut largest: f64 = 0.0;
    for (place, &(row, p)) in tests.iter().enumerate() {
        largest = largest.max(((tests.len() - place) as f64 * p).min(1.0));
        corrected[row] = Some(largest);
    }
    corrected
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn by_hand() {
        let p = [Some(0.25), None, Some(0.0625), Some(0.5), Some(0.03125)];
        // 4 · 0.03125, then 3 · 0.0625, then 2 · 0.25, then 1 · 0.5: exact
        assert_eq!(holm(&p), [Some(0.5), None, Some(0.1875), Some(0.5), Some(0.125)]);
        assert_eq!(holm(&[]), []);
        assert_eq!(holm(&[None]), [None]);
    }

    proptest! {
        #[test]
        fn it_keeps_the_order_and_never_makes_a_p_value_smaller(
            p in prop::collection::vec(prop::option::of(0.0..=1.0), 0..30),
        ) {
            let corrected = holm(&p);
            for (p, q) in p.iter().zip(&corrected) {
                prop_assert_eq!(p.is_some(), q.is_some());
                prop_assert!(p <= q && q.is_none_or(|q| q <= 1.0));
            }
            let mut both: Vec<_> = p.iter().zip(&corrected).filter_map(|(p, q)| Some((p.as_ref()?, q.as_ref()?))).collect();
            both.sort_by(|a, b| a.0.total_cmp(b.0));
            prop_assert!(both.windows(2).all(|pair| pair[0].1 <= pair[1].1));
        }
    }
}

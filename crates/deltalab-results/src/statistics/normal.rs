//! The standard normal distribution, Φ(x) = ½ erfc(−x/√2).

use std::f64::consts::FRAC_1_SQRT_2;

/// The upper 2.5 % point, Φ⁻¹(0.975): the z of a 95 % interval.
pub const Z: f64 = 1.959963984540054;

/// Φ(x).
pub fn cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x * FRAC_1_SQRT_2)
}

/// Φ⁻¹(p), by bisection down to neighbouring numbers; −∞ for p ≤ 0, ∞ for p ≥ 1.
pub fn quantile(p: f64) -> f64 {
    match p {
        p if p <= 0.0 => f64::NEG_INFINITY,
        p if p >= 1.0 => f64::INFINITY,
        p if p.is_nan() => f64::NAN,
        p => bisect(-40.0, 40.0, |x| cdf(x) < p),
    }
}

/// P(|N| ≥ |z|) of a standard normal N.
pub fn two_sided_p(z: f64) -> f64 {
    libm::erfc(z.abs() * FRAC_1_SQRT_2)
}

/// The largest x in `low..=high` for which `holds`, given that it holds below some point and not above.
pub(crate) fn bisect(mut low: f64, mut high: f64, holds: impl Fn(f64) -> bool) -> f64 {
    loop {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            return low;
        }
        if holds(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantile_undoes_the_distribution_function() {
        for i in 1..1000 {
            let p = f64::from(i) / 1000.0;
            // two roundings of a function with slope below 0.4
            assert!((cdf(quantile(p)) - p).abs() < 4.0 * f64::EPSILON, "p = {p}");
        }
        assert!(quantile(0.5).abs() < 4.0 * f64::EPSILON, "{}", quantile(0.5));
    }

    #[test]
    fn z_is_the_975th_permille() {
        assert!((quantile(0.975) - Z).abs() < 1e-14, "{}", quantile(0.975)); // 1/Φ'(z) ≈ 17 ulp of p
        assert!((two_sided_p(Z) - 0.05).abs() < 1e-16);
    }

    #[test]
    fn the_ends_are_infinite() {
        assert_eq!(quantile(0.0), f64::NEG_INFINITY);
        assert_eq!(quantile(1.0), f64::INFINITY);
        assert!(quantile(f64::NAN).is_nan());
    }
}

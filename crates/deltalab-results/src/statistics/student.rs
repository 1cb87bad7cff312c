//! Student's t distribution with a whole number ν of degrees of freedom.
//!
//! P(|T| ≤ t) is a finite sum in θ = atan(t/√ν) (Abramowitz & Stegun 1964, 26.7.3 and 26.7.4):
//!
//! | ν | P(\|T\| ≤ t) |
//! |---|---|
//! | odd | 2/π (θ + sin θ (cos θ + 2/3 cos³ θ + … + 2·4⋯(ν−3) / (3·5⋯(ν−2)) cos^(ν−2) θ)), 2θ/π for ν = 1 |
//! | even | sin θ (1 + 1/2 cos² θ + 1·3/(2·4) cos⁴ θ + … + 1·3⋯(ν−3) / (2·4⋯(ν−2)) cos^(ν−2) θ) |
//!
//! Beyond ν = [`LARGE`] the quantile is the normal one and four terms in 1/ν (26.7.5).

use std::f64::consts::{FRAC_2_PI, FRAC_PI_2};

use super::normal::{Z, bisect};

/// From this ν on the expansion in 1/ν is used; the first term that is left out is below 10⁻¹³ there.
pub const LARGE: usize = 2000;

/// The upper 2.5 % point: the t for which P(|T| ≤ t) = 0.95; infinite for ν = 0.
///
/// ```
/// use deltalab_results::statistics::student::t;
/// assert!((t(1) - 12.706204736).abs() < 1e-8 && (t(19) - 2.093024054).abs() < 1e-8);
/// ```
pub fn t(degrees: usize) -> f64 {
    if degrees == 0 {
        return f64::INFINITY;
    }
    if degrees < LARGE {
        // θ, not t: its range is finite
        let theta = bisect(0.0, FRAC_PI_2, |theta| within(theta, degrees) < super::CONFIDENCE);
        return libm::tan(theta) * (degrees as f64).sqrt();
    }
    let (z, v) = (Z, degrees as f64);
    let s = z * z;
    let g1 = z * (s + 1.0) / 4.0;
    let g2 = z * ((5.0 * s + 16.0) * s + 3.0) / 96.0;
    let g3 = z * (((3.0 * s + 19.0) * s + 17.0) * s - 15.0) / 384.0;
    let g4 = z * ((((79.0 * s + 776.0) * s + 1482.0) * s - 1920.0) * s - 945.0) / 92160.0;
    z + (g1 + (g2 + (g3 + g4 / v) / v) / v) / v
}

/// P(|T| ≤ √ν tan θ).
fn within(theta: f64, degrees: usize) -> f64 {
    let (sin, cos) = (libm::sin(theta), libm::cos(theta));
    let odd = degrees % 2;
    let mut term = if odd == 1 { cos } else { 1.0 };
    let mut sum = if degrees == 1 { 0.0 } else { term };
    // the denominators of the factors: 3, 5, … or 2, 4, …, up to ν − 2
    for below in (2 + odd..degrees - degrees.min(1)).step_by(2) {
        term *= cos * cos * (below - 1) as f64 / below as f64;
        sum += term;
    }
    if odd == 1 { FRAC_2_PI * (theta + sin * sum) } else { sin * sum }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_and_two_degrees_by_hand() {
        // P(|T| ≤ t) is 2/π atan t for ν = 1, and t/√(2 + t²) for ν = 2
        assert!((t(1) - libm::tan(0.95 * FRAC_PI_2)).abs() < 1e-12);
        let t2 = 0.95 * (2.0 / (1.0 - 0.95 * 0.95_f64)).sqrt();
        assert!((t(2) - t2).abs() < 1e-13);
        assert_eq!(t(0), f64::INFINITY);
    }

    #[test]
    fn it_falls_towards_the_normal_quantile_without_a_step_at_the_seam() {
        let values: Vec<f64> = (LARGE - 20..LARGE + 20).map(t).collect();
        for (i, pair) in values.windows(2).enumerate() {
            let fall = pair[0] - pair[1]; // (z³ + z)/(4ν²) = 2.37/ν², with a rounding of the sum of 1000 terms
            let expected = 2.3722 / ((LARGE - 20 + i) as f64).powi(2);
            assert!((fall / expected - 1.0).abs() < 0.01, "ν = {}: {fall:e}", LARGE - 20 + i);
        }
        assert!(t(usize::MAX) == Z);
    }
}

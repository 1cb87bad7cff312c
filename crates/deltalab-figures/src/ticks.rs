//! Where an axis has its marks, and what they are called.
//!
//! Linear axes: multiples of 1, 2 or 5 × 10ⁿ. Logarithmic axes: powers of ten (10⁻³), or 1-2-5 of each decade where it spans less than
//! two. Numbers are written with a true minus sign, thin spaces between thousands from 10 000 on, and a power of ten from 10⁷ on and
//! below 10⁻⁴.

/// Linear or logarithmic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Scale {
    /// Equal steps are equal differences.
    #[default]
    Linear,
    /// Equal steps are equal ratios, base 10. Values that are not positive have no place and stand at the lower edge.
    Log,
}

impl Scale {
    /// The coordinate in which the axis is even: the value, or its decimal logarithm (−∞ if not positive).
    pub fn coordinate(self, value: f64) -> f64 {
        match self {
            Scale::Linear => value,
            Scale::Log if value > 0.0 => value.log10(),
            Scale::Log => f64::NEG_INFINITY,
        }
    }
}

/// A mark on an axis.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tick {
    /// Value at the mark.
    pub value: f64,
    /// Its label; empty for a minor mark.
    pub label: String,
}

/// A range and its ticks: the smallest that shows every value in `low..=high` on about `count` labelled ticks at round values.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Ticks {
    /// Ends of the axis, as values.
    pub range: (f64, f64),
    /// Marks, ascending, all inside the range.
    pub marks: Vec<Tick>,
}

/// The largest magnitude that an axis shows: differences of two such values are still finite.
const LARGEST: f64 = 1e300;

/// Ticks for data from `low` to `high`; `count` is about how many labels there is room for.
pub(crate) fn ticks(scale: Scale, low: f64, high: f64, count: usize) -> Ticks {
    let (low, high) = (low.clamp(-LARGEST, LARGEST), high.clamp(-LARGEST, LARGEST));
    let (low, high) = if low <= high { (low, high) } else { (high, low) };
    match scale {
        Scale::Linear => linear(low, high, count.max(2)),
        Scale::Log => logarithmic(low, high, count.max(2)),
    }
}

fn linear(low: f64, high: f64, count: usize) -> Ticks {
    // A single value gets a neighbourhood: a tenth of itself, or 1 around zero.
    let (low, high) = if high - low > f64::EPSILON * 16.0 * low.abs().max(high.abs()) {
        (low, high)
    } else if low == 0.0 {
        (-1.0, 1.0)
    } else {
        (low - 0.1 * low.abs(), high + 0.1 * high.abs())
    };
    multiples(round_step((high - low) / count as f64), low, high)
}

/// Ticks at the multiples of `step`, from the last at or below `low` to the first at or above `high`.
pub(crate) fn multiples(step: f64, low: f64, high: f64) -> Ticks {
    let first = (low / step + 1e-9).floor();
    let last = (high / step - 1e-9).ceil();
    let marks = (0..=(last - first) as usize)
        .map(|i| {
            let value = (first + i as f64) * step;
            Tick { value, label: number(value, step) }
        })
        .collect();
    Ticks { range: (first * step, last * step), marks }
}

/// The smallest of 1, 2, 5 × 10ⁿ that is at least `least`.
fn round_step(least: f64) -> f64 {
    let exponent = least.log10().floor() as i32;
    let power = power_of_ten(exponent);
    let factor = [1.0, 2.0, 5.0].into_iter().find(|f| f * power >= least * (1.0 - 1e-9));
    factor.map_or_else(|| power_of_ten(exponent + 1), |f| f * power)
}

/// 10ⁿ correctly rounded: by the parser, since repeated products drift.
fn power_of_ten(exponent: i32) -> f64 {
    format!("1e{exponent}").parse().unwrap_or(f64::MIN_POSITIVE)
}

fn logarithmic(low: f64, high: f64, count: usize) -> Ticks {
    // Nothing positive at all: one decade, so that the axis can be drawn.
    let high = if high > 0.0 { high } else { 1.0 };
    let low = if low > 0.0 { low } else { high / 10.0 };
    let (low, high) = if low < high { (low, high) } else { (low / 1.5, high * 1.5) };
    let (first, last) = (low.log10().floor() as i32, high.log10().ceil() as i32);
    if (high / low).log10() < 2.0 {
        return one_two_five(low, high, first, last, count);
    }
    let decades = (last - first) as usize;
    let stride = decades.div_ceil(count) as i32;
    let mut marks = Vec::new();
    for exponent in first..=last {
        let labelled = (exponent - first) % stride == 0;
        let label = if labelled { format!("10{}", superscript(exponent)) } else { String::new() };
        if labelled || decades <= 20 {
            marks.push(Tick { value: power_of_ten(exponent), label });
        }
        if decades <= 5 && exponent < last {
            let minor =
                |m| Tick { value: f64::from(m) * power_of_ten(exponent), label: String::new() };
            marks.extend((2..10).map(minor));
        }
    }
    Ticks { range: (power_of_ten(first), power_of_ten(last)), marks }
}

/// Less than two decades: 1, 2, 5, …, as plain numbers; if these are fewer than two, the ticks of a linear axis.
fn one_two_five(low: f64, high: f64, first: i32, last: i32, count: usize) -> Ticks {
    let candidates: Vec<f64> =
        (first - 1..=last).flat_map(|e| [1.0, 2.0, 5.0].map(|f| f * power_of_ten(e))).collect();
    let below = candidates.iter().rposition(|&v| v <= low * (1.0 + 1e-9)).unwrap_or(0);
    let above = candidates.iter().position(|&v| v >= high * (1.0 - 1e-9));
    let above = above.unwrap_or(candidates.len() - 1);
    let marks: Vec<Tick> = candidates[below..=above]
        .iter()
        .map(|&value| Tick { value, label: number(value, value) })
        .collect();
    let inside = marks.iter().filter(|m| (low..=high).contains(&m.value)).count();
    if inside < 2 {
        let ticks = linear(low, high, count);
        if ticks.range.0 > 0.0 {
            return ticks;
        }
    }
    Ticks { range: (candidates[below], candidates[above]), marks }
}

/// A value with as many decimals as steps of size `step` need.
pub(crate) fn number(value: f64, step: f64) -> String {
    let size = value.abs().max(step.abs());
    if value == 0.0 || value.abs() < step.abs() * 1e-6 {
        return "0".to_owned();
    }
    if !(1e-4..1e7).contains(&size) {
        return scientific(value, step);
    }
    let text = format!("{:.*}", decimals(step), value.abs());
    let text = if value.abs() >= 10_000.0 { group_thousands(&text) } else { text };
    if value < 0.0 { format!("−{text}") } else { text }
}

/// Decimals that write `step` out: 0.05 has two, 20 none.
fn decimals(step: f64) -> usize {
    (0..=12).find(|&d| is_whole(step.abs() * power_of_ten(d as i32))).unwrap_or(12)
}

/// To the rounding of one product.
fn is_whole(value: f64) -> bool {
    (value - value.round()).abs() < 1e-6 && value.round() >= 1.0
}

fn scientific(value: f64, step: f64) -> String {
    let exponent = value.abs().log10().floor() as i32;
    let mantissa = value.abs() / power_of_ten(exponent);
    let text = format!("{:.*}", decimals(step / power_of_ten(exponent)).min(6), mantissa);
    let sign = if value < 0.0 { "−" } else { "" };
    match text.as_str() {
        "1" => format!("{sign}10{}", superscript(exponent)),
        "10" => format!("{sign}10{}", superscript(exponent + 1)),
        text => format!("{sign}{text}×10{}", superscript(exponent)),
    }
}

/// Thin spaces between thousands.
fn group_thousands(text: &str) -> String {
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(w, f)| (w, Some(f)));
    let mut grouped = String::new();
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            grouped.push('\u{2009}');
        }
        grouped.push(digit);
    }
    match fraction {
        Some(fraction) => format!("{grouped}.{fraction}"),
        None => grouped,
    }
}

/// An exponent in Unicode superscripts.
pub(crate) fn superscript(exponent: i32) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let digits = exponent.unsigned_abs().to_string();
    let digits = digits.bytes().map(|b| DIGITS[usize::from(b - b'0')]);
    if exponent < 0 { std::iter::once('⁻').chain(digits).collect() } else { digits.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(scale: Scale, low: f64, high: f64, count: usize) -> Vec<String> {
        let marks = ticks(scale, low, high, count).marks;
        marks.into_iter().map(|m| m.label).filter(|l| !l.is_empty()).collect()
    }

    #[test]
    fn linear_ticks_are_round_numbers() {
        assert_eq!(labels(Scale::Linear, 0.0, 1.0, 5), ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(labels(Scale::Linear, 0.0, 343.0, 4), ["0", "100", "200", "300", "400"]);
        assert_eq!(labels(Scale::Linear, -0.3, 0.3, 4), ["−0.4", "−0.2", "0", "0.2", "0.4"]);
        assert_eq!(labels(Scale::Linear, 0.91, 0.968, 3), ["0.90", "0.92", "0.94", "0.96", "0.98"]);
    }

    #[test]
    fn log_ticks_are_superscript_powers_or_one_two_five() {
        assert_eq!(
            labels(Scale::Log, 2e-3, 40.0, 8),
            ["10⁻³", "10⁻²", "10⁻¹", "10⁰", "10¹", "10²"]
        );
        assert_eq!(labels(Scale::Log, 0.03, 0.4, 6), ["0.02", "0.05", "0.1", "0.2", "0.5"]);
        assert_eq!(labels(Scale::Log, 1e-12, 1.0, 4), ["10⁻¹²", "10⁻⁹", "10⁻⁶", "10⁻³", "10⁰"]);
    }

    #[test]
    fn large_and_small_numbers_stay_readable() {
        assert_eq!(number(10_000.0, 5000.0), "10\u{2009}000");
        assert_eq!(number(1_250_000.0, 250_000.0), "1\u{2009}250\u{2009}000");
        assert_eq!(number(-3e9, 1e9), "−3×10⁹");
        assert_eq!(number(1e-7, 1e-7), "10⁻⁷");
        assert_eq!(number(2.5e-7, 5e-8), "2.5×10⁻⁷");
        assert_eq!(number(2000.0, 500.0), "2000");
    }

    #[test]
    fn the_range_holds_the_data_and_every_tick_is_in_it() {
        let values = [-1e300, -7.3e8, -1.0, -1e-9, 0.0, 1e-200, 3e-5, 0.1, 1.0, 271.0, 5e6, 1e308];
        for scale in [Scale::Linear, Scale::Log] {
            for low in values {
                for high in values {
                    let Ticks { range, marks } = ticks(scale, low, high, 5);
                    let name = format!("{scale:?} {low} {high}: {range:?}");
                    assert!(range.0 < range.1 && (range.1 - range.0).is_finite(), "{name}");
                    assert!(marks.len() >= 2 && marks.len() < 100, "{name}: {}", marks.len());
                    // Ends are products that may round: one part in 10⁹ is far below a pixel.
                    let slack = 1e-9 * range.0.abs().max(range.1.abs());
                    for m in &marks {
                        let inside = m.value >= range.0 - slack && m.value <= range.1 + slack;
                        assert!(inside, "{name}: {m:?}");
                    }
                    for v in [low, high].map(|v| v.clamp(-LARGEST, LARGEST)) {
                        if scale == Scale::Linear || v > 0.0 {
                            assert!(v >= range.0 - slack && v <= range.1 + slack, "{name}: {v}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn labels_of_one_axis_differ() {
        for (low, high) in
            [(0.0, 1e-3), (1e6, 1e6 + 10.0), (99_990.0, 100_010.0), (0.12345, 0.12346)]
        {
            let labels = labels(Scale::Linear, low, high, 5);
            for (i, a) in labels.iter().enumerate() {
                assert!(!labels[..i].contains(a), "{labels:?}");
            }
        }
    }
}

//! The way of a weight on the page: a line, or a curve around what stands between its ends; and where it meets its units.

/// A point of the page, in pixels.
pub(super) type Point = (f64, f64);

/// Pieces of a curve.
const PIECES: usize = 40;

pub(super) fn distance(a: Point, b: Point) -> f64 {
    let (dx, dy) = (a.0 - b.0, a.1 - b.1);
    (dx * dx + dy * dy).sqrt() // not hypot, which is the platform's own
}

/// A quadratic Bézier curve.
pub(super) fn bezier(a: Point, control: Point, b: Point) -> Vec<Point> {
    let at = |step: usize| {
        let t = step as f64 / PIECES as f64;
        let (p, q, r) = ((1.0 - t) * (1.0 - t), 2.0 * t * (1.0 - t), t * t);
        (p * a.0 + q * control.0 + r * b.0, p * a.1 + q * control.1 + r * b.1)
    };
    (0..=PIECES).map(at).collect()
}

/// A circle in steps of 6 degrees, from its top on.
pub(super) fn circle(centre: Point, radius: f64) -> Vec<Point> {
    const COS: f64 = 0.994_521_895_368_273_3;
    const SIN: f64 = 0.104_528_463_267_653_47;
    let (mut x, mut y) = (0.0, -radius);
    let mut points = Vec::with_capacity(61);
    for _ in 0..=60 {
        points.push((centre.0 + x, centre.1 + y));
        (x, y) = (COS * x - SIN * y, SIN * x + COS * y);
    }
    points
}

/// A line moved to its right by `by`, seen along it: a weight and the one that goes back stand side by side.
pub(super) fn beside(a: Point, b: Point, by: f64) -> [Point; 2] {
    let length = distance(a, b).max(f64::MIN_POSITIVE);
    let (dx, dy) = (-(b.1 - a.1) / length * by, (b.0 - a.0) / length * by);
    [a, b].map(|p| (p.0 + dx, p.1 + dy))
}

/// The line without its beginning: it starts where it leaves the circle of this radius about `centre`. Nothing is left of a
/// line within the circle.
pub(super) fn leave(line: &[Point], centre: Point, radius: f64) -> Vec<Point> {
    let outside = |p: &Point| distance(*p, centre) >= radius;
    let Some(first) = line.iter().position(outside) else { return Vec::new() };
    let mut rest = line[first..].to_vec();
    if first > 0 {
        let (mut inner, mut outer) = (line[first - 1], line[first]);
        for _ in 0..30 {
            let middle = (f64::midpoint(inner.0, outer.0), f64::midpoint(inner.1, outer.1));
            if outside(&middle) { outer = middle } else { inner = middle }
        }
        rest.insert(0, outer);
    }
    rest
}

/// An arrowhead at the beginning of a line that has left the circle of this radius: tip and two corners.
pub(super) fn head(
    line: &[Point],
    centre: Point,
    radius: f64,
    length: f64,
    half: f64,
) -> Option<[Point; 3]> {
    let tip = *leave(line, centre, radius).first()?;
    let base = *leave(line, centre, radius + length).first()?;
    let long = distance(tip, base).max(f64::MIN_POSITIVE);
    let (dx, dy) = ((base.0 - tip.0) / long, (base.1 - tip.1) / long);
    let corner = |side: f64| (base.0 - dy * side, base.1 + dx * side);
    Some([tip, corner(half), corner(-half)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_begins_on_the_circle_that_it_leaves() {
        let curved = bezier((0.0, 0.0), (60.0, -40.0), (100.0, 30.0));
        for line in [vec![(0.0, 0.0), (80.0, 60.0)], curved] {
            let rest = leave(&line, (0.0, 0.0), 20.0);
            assert!((distance(rest[0], (0.0, 0.0)) - 20.0).abs() < 1e-6); // 30 halvings
            assert_eq!(rest.last(), line.last());
        }
        assert!(leave(&[(0.0, 0.0), (3.0, 4.0)], (0.0, 0.0), 20.0).is_empty());
    }

    #[test]
    fn a_head_points_at_its_unit() {
        let line = [(0.0, 0.0), (100.0, 0.0)];
        let [tip, a, b] = head(&line, (0.0, 0.0), 10.0, 8.0, 3.0).unwrap();
        let near = |p: Point, q: Point| assert!(distance(p, q) < 1e-6, "{p:?}, not {q:?}");
        near(tip, (10.0, 0.0));
        near(a, (18.0, 3.0));
        near(b, (18.0, -3.0));
    }

    #[test]
    fn a_circle_closes() {
        let points = circle((5.0, 5.0), 20.0);
        assert!(distance(points[0], points[60]) < 1e-12); // 60 rotations, rounded
        assert!(points.iter().all(|p| (distance(*p, (5.0, 5.0)) - 20.0).abs() < 1e-12));
    }

    #[test]
    fn a_weight_and_the_one_that_goes_back_do_not_meet() {
        let [a, _] = beside((0.0, 0.0), (0.0, 10.0), 3.0);
        let [b, _] = beside((0.0, 10.0), (0.0, 0.0), 3.0);
        assert!((a.0 - b.0).abs() > 5.9);
    }
}

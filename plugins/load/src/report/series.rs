//! Timelines in fewer points, and that of all endpoints together.

use plimsoll_core::histogram::Histogram;

use super::text::finite;
use crate::results::{Join as _, Point, Results, Second, milliseconds};

/// The points, joined until there are at most so many.
pub(super) fn at_most(points: &[Point], most: usize) -> Vec<Point> {
    let each = points.len().div_ceil(most.max(1)).max(1);
    let groups = points.chunks(each);
    groups
        .map(|group| {
            let joined = group.iter().copied().reduce(|mut one, next| {
                one.join(next);
                one
            });
            joined.unwrap_or_default()
        })
        .collect()
}

/// All endpoints together, in at most so many points. Rates, workers and what waits add up; latencies
/// are of all requests of the time.
pub(super) fn together(results: &Results, most: usize) -> Vec<Point> {
    let longest = results.timelines.iter().max_by_key(|points| points.len());
    let Some(longest) = longest else {
        return Vec::new();
    };
    let mut all: Vec<Point> = at_most(longest, most);
    for point in &mut all {
        *point = Point {
            at_seconds: finite(point.at_seconds),
            length_seconds: finite(point.length_seconds),
            ..Point::default()
        };
    }
    for points in &results.timelines {
        add(&mut all, points);
    }
    latencies(&mut all, &results.seconds);
    all
}

/// The place of the point that a time lies in.
fn place(all: &[Point], at: f64) -> usize {
    // What ends with a point belongs to it, however its seconds were rounded.
    all.partition_point(|point| point.at_seconds + 1e-6 < at)
        .min(all.len().saturating_sub(1))
}

fn add(all: &mut [Point], points: &[Point]) {
    let last = points.len().saturating_sub(1);
    for (index, point) in points.iter().enumerate() {
        let place = place(all, point.at_seconds);
        let next = points.get(index + 1);
        let ends =
            index == last || next.is_some_and(|next| self::place(all, next.at_seconds) > place);
        let Some(sum) = all.get_mut(place) else {
            return;
        };
        let share = match sum.length_seconds > 0.0 {
            true => point.length_seconds / sum.length_seconds,
            false => 1.0,
        };
        sum.target_rate += point.target_rate * share;
        sum.sent_rate += point.sent_rate * share;
        sum.rate += point.rate * share;
        sum.error_rate += point.error_rate * share;
        sum.workers += point.workers * share;
        sum.in_flight += point.in_flight * share;
        sum.tokens += point.tokens * share;
        if ends {
            sum.backlog = sum.backlog.saturating_add(point.backlog);
        }
    }
}

fn latencies(all: &mut [Point], seconds: &[Second]) {
    let mut histograms = vec![Histogram::default(); all.len()];
    for second in seconds {
        if let Some(sum) = histograms.get_mut(place(all, second.at_seconds)) {
            sum.merge(&second.latencies);
        }
    }
    for (point, histogram) in all.iter_mut().zip(&histograms) {
        let quantiles = histogram.quantiles([0.5, 0.95, 0.99]);
        [point.p50_ms, point.p95_ms, point.p99_ms] = quantiles.map(milliseconds);
        point.max_ms = milliseconds(histogram.max());
    }
}

#[cfg(test)]
mod tests {
    use super::{at_most, together};
    use crate::report::example;
    use crate::results::Point;

    #[test]
    fn joined_points_have_the_same_sums() {
        let points: Vec<Point> = (1..=601)
            .map(|second| Point {
                at_seconds: f64::from(second),
                length_seconds: 1.0,
                rate: f64::from(second),
                ..Point::default()
            })
            .collect();
        let joined = at_most(&points, 100);
        assert!(joined.len() <= 100, "{}", joined.len());
        let sum = |points: &[Point]| -> f64 {
            points.iter().map(|one| one.rate * one.length_seconds).sum()
        };
        assert!((sum(&points) - sum(&joined)).abs() < 1e-6);
        assert!(at_most(&[], 10).is_empty());
    }

    #[test]
    fn all_together_is_the_sum_of_each() {
        let results = example::results();
        for most in [600, 7] {
            let all = together(&results, most);
            assert!(all.len() <= most);
            let of = |points: &[Point], read: fn(&Point) -> f64| -> f64 {
                points
                    .iter()
                    .map(|one| read(one) * one.length_seconds)
                    .sum()
            };
            for read in [
                (|point| point.rate) as fn(&Point) -> f64,
                |point| point.target_rate,
                |point| point.workers,
            ] {
                let each = results.timelines.iter().map(|one| of(one, read));
                let each: f64 = each.sum();
                assert!((of(&all, read) - each).abs() < 1e-6 * each.max(1.0));
            }
            assert!(all.iter().all(|point| point.max_ms >= point.p50_ms));
        }
    }
}

//! What happened over time, at a fixed number of points.

use serde::Serialize;

use super::Measured;

/// Most points of a timeline. When there are more, neighbours are joined.
pub(crate) const POINTS: usize = 720;

/// What happened in one stretch of time. Numbers of requests and replicas are means over it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Point {
    /// When it began, in seconds.
    pub at_seconds: f64,
    /// How long it was, in seconds.
    pub length_seconds: f64,
    /// Requests that arrived.
    pub arrivals: u64,
    /// Requests that were completed.
    pub completions: u64,
    /// Requests that were dropped.
    pub dropped: u64,
    /// Requests that were completed too late for the objective.
    pub too_late: u64,
    /// Requests in service.
    pub in_flight: f64,
    /// Requests that waited.
    pub waiting: f64,
    /// Replicas that it would have taken to do the work that arrived.
    pub demand: f64,
    /// Replicas that were ready.
    pub ready: f64,
    /// Replicas that were starting.
    pub starting: f64,
    /// Replicas that were draining.
    pub draining: f64,
    /// Mean latency of the completed requests, in seconds.
    pub latency_mean_seconds: f64,
    /// Longest latency of the completed requests, in seconds.
    pub latency_max_seconds: f64,
}

impl Point {
    /// Points joined with their neighbours until there are at most this many.
    #[must_use]
    pub fn joined_to(points: &[Self], most: usize) -> Vec<Self> {
        let each = points.len().div_ceil(most.max(1)).max(1);
        join_each(points, each)
    }

    fn joined(self, other: Self) -> Self {
        let length = self.length_seconds + other.length_seconds;
        let mean = |one: f64, another: f64| {
            (one * self.length_seconds + another * other.length_seconds) / length
        };
        let completions = self.completions + other.completions;
        let latency = self.latency_mean_seconds * self.completions as f64
            + other.latency_mean_seconds * other.completions as f64;
        Self {
            at_seconds: self.at_seconds,
            length_seconds: length,
            arrivals: self.arrivals + other.arrivals,
            completions,
            dropped: self.dropped + other.dropped,
            too_late: self.too_late + other.too_late,
            in_flight: mean(self.in_flight, other.in_flight),
            waiting: mean(self.waiting, other.waiting),
            demand: mean(self.demand, other.demand),
            ready: mean(self.ready, other.ready),
            starting: mean(self.starting, other.starting),
            draining: mean(self.draining, other.draining),
            latency_mean_seconds: latency / (completions as f64).max(1.0),
            latency_max_seconds: self.latency_max_seconds.max(other.latency_max_seconds),
        }
    }
}

fn join_each(points: &[Point], each: usize) -> Vec<Point> {
    let joined = |group: &[Point]| {
        let rest = group.iter().skip(1);
        rest.fold(group[0], |one, other| one.joined(*other))
    };
    points.chunks(each).map(joined).collect()
}

/// Gathers points. When it is full, each two neighbours become one, and from then on it gathers
/// twice as long for each.
#[derive(Clone, Debug)]
pub(super) struct Timeline {
    points: Vec<Point>,
    gathering: Option<Point>,
    step_seconds: f64,
    capacity: f64,
}

impl Timeline {
    /// A timeline of about this many seconds of replicas of this capacity.
    pub(super) fn new(seconds: f64, capacity: f64) -> Self {
        Self {
            points: Vec::with_capacity(POINTS),
            gathering: None,
            step_seconds: seconds / POINTS as f64,
            capacity,
        }
    }

    pub(super) fn add(&mut self, measured: &Measured) {
        let length = crate::time::seconds(measured.to - measured.from);
        let interval = &measured.interval;
        let replicas = |area: u128| area as f64 / (measured.to - measured.from) as f64;
        let completions = u64::from(interval.completions);
        let point = Point {
            at_seconds: crate::time::seconds(measured.from),
            length_seconds: length,
            arrivals: interval.arrivals.into(),
            completions,
            dropped: interval.dropped.into(),
            too_late: interval.too_late.into(),
            in_flight: measured.in_flight,
            waiting: measured.waiting,
            demand: crate::time::seconds(interval.work) / (length * self.capacity),
            ready: replicas(measured.areas.ready),
            starting: replicas(measured.areas.starting),
            draining: replicas(measured.areas.draining),
            latency_mean_seconds: crate::time::seconds(interval.latency)
                / (completions as f64).max(1.0),
            latency_max_seconds: crate::time::seconds(interval.slowest),
        };
        let gathered = self
            .gathering
            .take()
            .map_or(point, |before| before.joined(point));
        // A sample's length is not exact in seconds; half a millionth of it is less than a sample.
        if gathered.length_seconds < self.step_seconds * (1.0 - 1e-9) {
            self.gathering = Some(gathered);
            return;
        }
        self.points.push(gathered);
        if self.points.len() == POINTS {
            self.points = join_each(&self.points, 2);
            self.step_seconds *= 2.0;
        }
    }

    pub(super) fn finish(mut self) -> Vec<Point> {
        self.points.extend(self.gathering);
        self.points
    }
}

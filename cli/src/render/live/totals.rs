//! All endpoints together.

use plimsoll::load::Snapshot;
use ratatui::style::Style;

use super::paint::Paint;
use crate::render::figures::three_digits;

/// What all endpoints come to.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Totals {
    /// Requests a second of the endpoints that hold a rate, and what they are to hold; none where
    /// no endpoint does.
    pub(super) held: Option<(f64, f64)>,
    /// Requests a second of the endpoints that hold none; none where there are none.
    pub(super) free: Option<f64>,
    pub(super) workers: u64,
    pub(super) in_flight: f64,
    pub(super) backlog: u64,
    pub(super) requests: u64,
    pub(super) errors: u64,
    /// The greatest of any endpoint in its last whole second, in milliseconds.
    pub(super) p50_ms: f64,
    pub(super) p95_ms: f64,
    pub(super) p99_ms: f64,
    /// Endpoints that ended before their time.
    pub(super) ended: usize,
}

impl Totals {
    pub(super) fn of(snapshot: &Snapshot) -> Self {
        let mut all = Self::default();
        for one in &snapshot.endpoints {
            all.workers += u64::from(one.workers);
            all.in_flight += one.in_flight;
            all.backlog += u64::from(one.backlog);
            all.requests += one.requests;
            all.errors += one.errors;
            // Nothing is asked of one that ended, and its last second may be long past.
            if one.ended.is_some() {
                all.ended += 1;
                continue;
            }
            all.p50_ms = all.p50_ms.max(one.last.p50_ms);
            all.p95_ms = all.p95_ms.max(one.last.p95_ms);
            all.p99_ms = all.p99_ms.max(one.last.p99_ms);
            match one.target_rate {
                Some(target) => {
                    let (rate, targets) = all.held.get_or_insert_default();
                    *rate += one.last.rate;
                    *targets += target;
                }
                None => *all.free.get_or_insert_default() += one.last.rate,
            }
        }
        all
    }

    /// The share of the requests that failed.
    pub(super) fn failed(&self) -> f64 {
        self.errors as f64 / self.requests.max(1) as f64
    }

    /// The rate against its target, such as `998/1,000 req/s`, with this between the two; apart from
    /// it, the rate of what has no target.
    pub(super) fn rates(&self, of: &str) -> Vec<String> {
        let mut rates = Vec::new();
        if let Some((rate, target)) = self.held {
            let (rate, target) = (three_digits(rate), three_digits(target));
            rates.push(format!("{rate}{of}{target} req/s"));
        }
        match self.free {
            Some(free) => rates.push(format!("{} req/s without a target", three_digits(free))),
            None if rates.is_empty() => rates.push("0 req/s".to_owned()),
            None => {}
        }
        rates
    }
}

/// How well the generator keeps to its schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pacing {
    OnTime,
    SomewhatLate,
    Late,
}

impl Pacing {
    /// Of how late requests were sent, at the 99th percentile, in milliseconds.
    pub(super) fn of(p99_ms: f64) -> Self {
        match p99_ms {
            _ if p99_ms < 0.1 => Self::OnTime,
            _ if p99_ms <= 1.0 => Self::SomewhatLate,
            _ => Self::Late,
        }
    }

    pub(super) fn words(self) -> &'static str {
        match self {
            Self::OnTime => "generator on time",
            Self::SomewhatLate => "generator somewhat late",
            Self::Late => "generator late",
        }
    }

    pub(super) fn style(self, paint: Paint) -> Style {
        match self {
            Self::OnTime => paint.good(),
            Self::SomewhatLate => paint.doubtful(),
            Self::Late => paint.bad(),
        }
    }
}

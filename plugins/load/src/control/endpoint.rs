//! What the controller knows of one endpoint.

use std::collections::VecDeque;

use plimsoll_core::policy::{Observation, Sample};

use super::early::Watch;
use super::second::ThisSecond;
use crate::clock::{SECOND, seconds};
use crate::engine::{Ended, Failure, Outcome, Seen, Streamed, Tick};
use crate::plan::{Endpoint, Rate, Workers};
use crate::results::{Event, Join as _, Joined, Point, Totals, Why};
use crate::schedule::Ramp;

/// Points of all timelines together that are kept: of many endpoints, each has fewer.
const MOST_POINTS: usize = 120_000;
/// Seconds of history, and decisions, that are shown while it runs.
const HISTORY: usize = 60;
const DECISIONS: usize = 8;

/// What an endpoint's lanes did since the last decision.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pending {
    /// The time that was looked at.
    pub(super) length: u64,
    in_flight_area: u64,
    backlog_area: u64,
    arrivals: u32,
    completions: u32,
    errors: u32,
    service_ns: u64,
}

impl Pending {
    pub(super) fn is_empty(&self) -> bool {
        self.length == 0
    }
}

/// Where a lane is: the loop it is on, and its place there.
#[derive(Clone, Copy, Debug)]
pub(super) struct LanePlace {
    pub(super) link: usize,
    pub(super) lane: usize,
}

/// What a lane told of itself since the last decision.
#[derive(Clone, Copy, Debug, Default)]
struct LaneTicks {
    /// How long its ticks were, in nanoseconds.
    length: u64,
    /// What waited at the last one.
    backlog: u32,
}

/// What the controller knows of one endpoint.
pub(super) struct EndpointState {
    pub(super) lanes: Vec<LanePlace>,
    pub(super) workers: u32,
    pub(super) peak_workers: u32,
    /// Workers that its policy asked for last.
    pub(super) wanted: u32,
    /// Workers times nanoseconds.
    pub(super) worker_area: u128,
    observed: u64,
    pending: Pending,
    lane_ticks: Vec<LaneTicks>,
    samples: [Sample; 1],
    pub(super) in_flight: f64,
    pub(super) backlog: u32,
    /// Since when requests wait while there are as many workers as there may be, or fewer than asked for.
    bounded_since: Option<u64>,
    pub(super) bounded: bool,
    pub(super) totals: Totals,
    pub(super) second: ThisSecond,
    pub(super) timeline: Joined<Point>,
    /// Requests that ended in each of the last seconds.
    pub(super) history: VecDeque<f64>,
    /// What was decided last for it, the newest last.
    pub(super) decisions: VecDeque<Event>,
    pub(super) last: Point,
    pub(super) watch: Option<Watch>,
    pub(super) seen: Vec<u16>,
    pub(super) over: bool,
    pub(super) ended: Option<(u64, Why)>,
}

impl EndpointState {
    pub(super) fn new(endpoint: &Endpoint, endpoints: usize) -> Self {
        let workers = match endpoint.workers {
            Workers::Fixed(count) => count,
            Workers::Autoscaled { min, .. } => min,
        };
        Self {
            lanes: Vec::new(),
            workers,
            peak_workers: workers,
            wanted: workers,
            worker_area: 0,
            observed: 0,
            pending: Pending::default(),
            lane_ticks: Vec::new(),
            samples: [Sample::default()],
            in_flight: 0.0,
            backlog: 0,
            bounded_since: None,
            bounded: false,
            totals: Totals::default(),
            second: ThisSecond::default(),
            timeline: Joined::new((MOST_POINTS / endpoints.max(1)).clamp(60, 600)),
            history: VecDeque::new(),
            decisions: VecDeque::new(),
            last: Point::default(),
            watch: endpoint.early_exit.as_ref().map(Watch::new),
            seen: Vec::new(),
            over: false,
            ended: None,
        }
    }

    /// Remembers a decision, for who watches.
    pub(super) fn note(&mut self, decision: Event) {
        if self.decisions.len() == DECISIONS {
            self.decisions.pop_front();
        }
        self.decisions.push_back(decision);
    }

    /// Takes what a lane did in a tick.
    pub(super) fn take_tick(&mut self, shard: usize, tick: &Tick, length: u64) {
        let ticks = LaneTicks::default();
        self.lane_ticks.resize(self.lanes.len(), ticks);
        self.lane_ticks[shard].length += length;
        self.lane_ticks[shard].backlog = tick.backlog;
        let pending = &mut self.pending;
        pending.in_flight_area += tick.in_flight_area;
        pending.backlog_area += tick.backlog_area;
        pending.arrivals += tick.arrivals;
        let totals = &mut self.totals;
        totals.due += u64::from(tick.arrivals);
        totals.detail.bytes_sent += tick.bytes_sent;
        totals.detail.reconnects += u64::from(tick.reconnects);
        self.second.sent += u64::from(tick.sent);
    }

    /// Takes a request that is over.
    #[inline]
    pub(super) fn take_ended(&mut self, ended: &Ended) {
        let has_latency = ended.outcome.has_latency();
        let (is_work, is_error, is_unconnected) = match ended.outcome {
            Outcome::Status(status) => (true, !(200..300).contains(&status), false),
            // What was never sent is no work of the target's, and no error that ends a test.
            Outcome::Failed(Failure::Unsent) => (false, false, false),
            Outcome::Failed(failure) => (true, true, failure.is_unconnected()),
        };
        self.pending.completions += u32::from(is_work);
        self.pending.errors += u32::from(is_error);
        if has_latency {
            self.pending.service_ns += ended.service.unwrap_or(0);
        }
        self.totals.completions += u64::from(is_work);
        self.totals.errors += u64::from(is_error);
        self.totals.detail.count(ended);
        let is_sent = ended.service.is_some() && !is_unconnected;
        self.totals.sent += u64::from(is_sent);
        self.totals.sent_in_time += u64::from(is_sent && ended.in_time);
        self.second.unconnected += u64::from(is_unconnected);
        self.second.completions += u64::from(is_work);
        self.second.errors += u64::from(is_error);
        if has_latency {
            self.second.response.record(ended.response);
        }
    }

    /// Takes the tokens of a response.
    pub(super) fn take_stream(&mut self, stream: &Streamed) {
        self.totals.detail.count_stream(stream);
        self.second.tokens += stream.tokens;
    }

    /// Takes the first response of a status.
    pub(super) fn take_seen(&mut self, seen: Seen) {
        self.seen.push(seen.status);
        self.totals.detail.keep(seen.status, seen.body);
    }

    /// What the lanes did since the last decision. Where one ticked more often than the others, its time
    /// is what counts.
    pub(super) fn take_pending(&mut self) -> Pending {
        // What ended before its tick is told stays for that one.
        if self.lane_ticks.iter().all(|ticks| ticks.length == 0) {
            return Pending::default();
        }
        let mut pending = std::mem::take(&mut self.pending);
        self.backlog = 0;
        for ticks in &mut self.lane_ticks {
            pending.length = pending.length.max(std::mem::take(&mut ticks.length));
            self.backlog = self.backlog.saturating_add(ticks.backlog);
        }
        pending
    }

    /// Adds up how many workers there were until now, and whether they were too few.
    pub(super) fn observe(&mut self, endpoint: &Endpoint, pending: &Pending, now: u64) {
        let most = match endpoint.workers {
            Workers::Fixed(count) => count,
            Workers::Autoscaled { max, .. } => max.unwrap_or(u32::MAX),
        };
        let has_all = self.workers >= most || self.workers < self.wanted;
        self.bounded_since = match has_all && self.backlog > 0 {
            true => self.bounded_since.or(Some(now)),
            false => None,
        };
        // For half a second without end to it.
        let since = self.bounded_since.unwrap_or(now);
        self.bounded |= now - since >= SECOND / 2;

        let area = u128::from(self.workers) * u128::from(now - self.observed);
        self.worker_area += area;
        self.second.worker_area += area;
        self.observed = now;
        self.peak_workers = self.peak_workers.max(self.workers);
        if !pending.is_empty() {
            self.in_flight = pending.in_flight_area as f64 / pending.length as f64;
            self.second.in_flight += self.in_flight;
            self.second.looks += 1;
        }
    }

    /// What the policy is shown. It counts in workers, of which each may have several requests.
    pub(super) fn observation(
        &mut self,
        endpoint: &Endpoint,
        now: u64,
        (min, max): (u32, u32),
        pending: &Pending,
    ) -> Observation<'_> {
        let each = f64::from(endpoint.per_worker);
        let mean = |area: u64| area as f64 / pending.length.max(1) as f64 / each;
        self.samples[0] = Sample {
            at_ns: now,
            in_flight: mean(pending.in_flight_area),
            proxied: 0.0,
            queued: mean(pending.backlog_area),
            tokens_in_flight: 0.0,
            arrivals: pending.arrivals,
            completions: pending.completions,
            errors: pending.errors,
            service_time_seconds: seconds(pending.service_ns) / each,
        };
        let samples: &[Sample] = match pending.is_empty() {
            true => &[],
            false => &self.samples,
        };
        Observation {
            now_ns: now,
            target_rate: ramp(endpoint).map(|ramp| ramp.at(now)),
            samples,
            replicas: &[],
            current: self.workers,
            ready: self.workers,
            starting: 0,
            draining: 0,
            min,
            max,
            backlog: self.backlog.div_ceil(endpoint.per_worker),
            reachable: true,
        }
    }

    /// Closes a second that began at a time, of a test that ends at a time. A moment that is left at the
    /// end is a part of the second before it.
    pub(super) fn close_second(&mut self, endpoint: &Endpoint, began: u64, length: u64, end: u64) {
        let own_end = self.ended.map_or(end, |(at, _)| at.min(end));
        let second = &mut self.second;
        let point = second.close(endpoint, began, length, own_end, self.backlog);
        if length < SECOND / 2
            && let Some(last) = self.timeline.last_mut()
        {
            match began < end {
                true => last.join(point),
                false => last.count_late(&point),
            }
            self.last = *last;
            return;
        }
        if length >= SECOND * 9 / 10 {
            self.totals.peak = self.totals.peak.max(point.rate);
            self.history.truncate(HISTORY - 1);
            self.history.push_front(point.rate);
        }
        self.last = point;
        self.timeline.add(point);
    }
}

/// The rate that an endpoint is to hold, where it holds one.
pub(super) fn ramp(endpoint: &Endpoint) -> Option<Ramp> {
    match endpoint.rate {
        Rate::PerSecond(rate) => Some(Ramp {
            rate,
            ramp: endpoint.ramp,
        }),
        Rate::Unpaced | Rate::Replayed => None,
    }
}

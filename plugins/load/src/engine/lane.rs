//! A lane: the part of an endpoint that one event loop sends.

use std::collections::VecDeque;

use plimsoll_core::histogram::Histogram;
use plimsoll_core::threshold::{Objective, ObjectiveMetric};

use super::message::{Detail, Failure, OVER, Sample, Tick};
use crate::clock::{seconds, whole};
use crate::http::Body;
use crate::schedule::Schedule;

/// The part of an endpoint that one event loop sends.
pub(crate) struct Lane {
    /// The endpoint's place in the test.
    pub(crate) endpoint: usize,
    /// The pool of connections to its origin.
    pub(super) pool: usize,
    pub(super) schedule: Schedule,
    /// Whether requests fall due; else workers send as fast as they go.
    pub(super) paced: bool,
    /// The number of the next request, and how many numbers go to other loops.
    number: u64,
    stride: u64,
    /// When what waits for a worker was due.
    pub(super) backlog: VecDeque<u64>,
    /// Requests that may be in flight.
    pub(super) slots: u32,
    pub(super) in_flight: u32,
    pub(super) over: bool,
    /// Nothing is sent before this time, where connections fail.
    pub(super) resumes: u64,
    /// In nanoseconds.
    pub(super) timeout: u64,
    /// What makes a request good: what is measured, and its most nanoseconds.
    goodput: Vec<(ObjectiveMetric, u64)>,
    /// Status codes seen, for samples.
    seen: Vec<u16>,
    settled: u64,
    pub(super) tick: Tick,
    pub(super) detail: Box<Detail>,
}

/// How a request ended.
pub(super) enum End<'e> {
    Response {
        status: u16,
        received: u64,
        body: &'e mut Body,
    },
    Failed(Failure),
}

impl End<'_> {
    /// Whether the latency counts.
    #[inline]
    pub(super) fn has_latency(&self) -> bool {
        match self {
            Self::Response { .. } => true,
            Self::Failed(failure) => failure.has_latency(),
        }
    }
}

impl Lane {
    pub(crate) fn new(
        endpoint: usize,
        pool: usize,
        schedule: Schedule,
        (number, stride): (u64, u64),
        slots: u32,
        timeout: u64,
        goodput: &[Objective],
    ) -> Self {
        Self {
            endpoint,
            pool,
            paced: !matches!(schedule, Schedule::Unpaced),
            schedule,
            number,
            stride,
            backlog: VecDeque::new(),
            slots,
            in_flight: 0,
            over: false,
            resumes: 0,
            timeout,
            goodput: goodput
                .iter()
                .map(|one| (one.metric, whole(one.at_most_seconds)))
                .collect(),
            seen: Vec::new(),
            settled: 0,
            tick: Tick::default(),
            detail: Box::default(),
        }
    }

    /// Which of its endpoint's lanes it is.
    pub(crate) fn shard(&self) -> usize {
        usize::try_from(self.number % self.stride).unwrap_or(0)
    }

    /// Whether a request is to be sent now.
    #[inline]
    pub(super) fn may_send(&self, now: u64, end: u64) -> bool {
        self.in_flight < self.slots
            && !self.over
            && now >= self.resumes
            && match self.paced {
                true => !self.backlog.is_empty(),
                false => now < end,
            }
    }

    /// Adds up what was in flight and what waited until now.
    #[inline]
    pub(super) fn settle(&mut self, now: u64) {
        let since = now.saturating_sub(self.settled);
        self.settled = self.settled.max(now);
        self.tick.in_flight_area += since * u64::from(self.in_flight);
        self.tick.backlog_area += since * self.backlog.len() as u64;
    }

    /// A request falls due and waits for a worker.
    pub(super) fn queue(&mut self, due: u64, now: u64) {
        self.settle(now);
        self.backlog.push_back(due);
    }

    /// A request is sent. Its number.
    #[inline]
    pub(super) fn begin(&mut self, due: u64, now: u64, end: u64) -> u64 {
        self.settle(now);
        self.in_flight += 1;
        self.tick.sent += 1;
        self.tick.sent_in_time += u32::from(now < end);
        self.detail.lag.record(now.saturating_sub(due));
        let number = self.number;
        self.number += self.stride;
        number
    }

    /// Whether a sample of a response with this status is wanted.
    #[inline]
    pub(super) fn wants(&self, status: u16) -> bool {
        !self.seen.contains(&status)
    }

    /// A request is over. The status, where it is the first of its kind.
    #[inline]
    pub(super) fn end(&mut self, due: u64, sent: u64, now: u64, end: End<'_>) -> Option<u16> {
        self.settle(now);
        self.in_flight -= 1;
        let (response, service) = (now.saturating_sub(due), now.saturating_sub(sent));
        // Whether somebody has looked for what is late makes no difference to it.
        let end = match end {
            End::Response { .. } if service >= self.timeout => End::Failed(Failure::Timeout),
            end => end,
        };
        match end {
            End::Failed(failure) => {
                self.fail(failure, response);
                if failure.has_latency() {
                    self.detail.service.record(service);
                    self.tick.service_ns += service;
                }
                None
            }
            End::Response {
                status,
                received,
                body,
            } => {
                self.tick.completions += 1;
                self.tick.service_ns += service;
                self.detail.response.record(response);
                self.detail.service.record(service);
                self.detail.bytes_received += received;
                self.detail.count_status(status, 1);
                let is_good = (200..300).contains(&status);
                if !is_good {
                    self.tick.errors += 1;
                }
                if body.stream.is_some() || !self.goodput.is_empty() {
                    self.judge(is_good, sent, response, body);
                }
                if !self.wants(status) {
                    return None;
                }
                self.seen.push(status);
                let body = body.sample().unwrap_or_default();
                self.detail.samples.push(Sample { status, body });
                Some(status)
            }
        }
    }

    /// What came as a stream is timed; and what meets every objective is good.
    fn judge(&mut self, is_good: bool, sent: u64, response: u64, body: &mut Body) {
        let (mut first, mut gap) = (None, None);
        if let Some(stream) = body.stream.take() {
            let detail = &mut self.detail;
            first = stream.first.map(|at| at.saturating_sub(sent));
            if let Some(first) = first {
                detail.first_token.record(first);
            }
            for gap in &stream.gaps {
                detail.inter_token.record(*gap);
            }
            let gaps = stream.gaps.len() as u64;
            gap = (stream.last() - stream.first.unwrap_or(stream.last())).checked_div(gaps);
            detail.tokens += stream.tokens();
            detail.streams += 1;
        }
        let meets = |(metric, most): &(ObjectiveMetric, u64)| match metric {
            ObjectiveMetric::Latency => response <= *most,
            ObjectiveMetric::Ttft => first.is_some_and(|first| first <= *most),
            // One token has nothing between it and the next.
            ObjectiveMetric::Itl => gap.is_none_or(|gap| gap <= *most),
        };
        if is_good && !self.goodput.is_empty() && self.goodput.iter().all(meets) {
            self.detail.good += 1;
        }
    }

    fn fail(&mut self, failure: Failure, response: u64) {
        // What was never sent is no work of the target's, and no error that ends a test.
        if failure != Failure::Unsent {
            self.tick.completions += 1;
            self.tick.errors += 1;
        }
        self.detail.failures[failure as usize] += 1;
        if failure.has_latency() {
            self.detail.response.record(response);
        }
    }

    /// Takes away what waits, as it will not be sent. It counts as old as it is.
    pub(super) fn abandon(&mut self, now: u64, together: &mut Histogram) {
        self.settle(now);
        while let Some(due) = self.backlog.pop_front() {
            let age = now.saturating_sub(due);
            together.record(age);
            self.fail(Failure::Unsent, age);
        }
    }

    /// Takes the controller's word for how many may be in flight.
    pub(super) fn obey(&mut self, slots: u32, now: u64, together: &mut Histogram) {
        if slots == OVER && !self.over {
            self.over = true;
            self.abandon(now, together);
        } else if !self.over {
            self.slots = slots;
        }
    }

    /// What it did since the last time it was asked.
    pub(super) fn take_tick(&mut self, now: u64) -> Tick {
        self.settle(now);
        let mut tick = std::mem::take(&mut self.tick);
        tick.in_flight = self.in_flight;
        tick.backlog = u32::try_from(self.backlog.len()).unwrap_or(u32::MAX);
        tick
    }
}

impl std::fmt::Debug for Lane {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Lane")
            .field("endpoint", &self.endpoint)
            .field("backlog", &self.backlog.len())
            .field("oldest", &self.backlog.front().map(|due| seconds(*due)))
            .finish_non_exhaustive()
    }
}

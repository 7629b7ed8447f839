//! A lane: the part of an endpoint that one event loop sends.

use std::collections::VecDeque;

use plimsoll_core::threshold::{Objective, ObjectiveMetric};

use super::lanes::Departure;
use super::message::{Ended, Failure, OVER, Outcome, Seen, Streamed, Tick};
use crate::clock::{seconds, whole};
use crate::control::Part;
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
    /// Status codes seen, for samples, and the last of them.
    seen: Vec<u16>,
    last_seen: u16,
    settled: u64,
    pub(super) tick: Tick,
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

/// What lanes have to tell of requests that are over.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) ended: Vec<Ended>,
    pub(super) streams: Vec<Streamed>,
    pub(super) seen: Vec<Seen>,
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
            last_seen: 0,
            settled: 0,
            tick: Tick::default(),
        }
    }

    /// What part of its endpoint it is.
    pub(crate) fn part(&self) -> Part {
        Part {
            endpoint: self.endpoint,
            shard: usize::try_from(self.number % self.stride).unwrap_or(0),
        }
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
    pub(super) fn begin(&mut self, now: u64) -> u64 {
        self.settle(now);
        self.in_flight += 1;
        self.tick.sent += 1;
        let number = self.number;
        self.number += self.stride;
        number
    }

    /// Whether a sample of a response with this status is wanted.
    #[inline]
    pub(super) fn wants(&self, status: u16) -> bool {
        status != self.last_seen && !self.seen.contains(&status)
    }

    /// A request is over.
    #[inline]
    pub(super) fn end(&mut self, departure: Departure, now: u64, end: End<'_>, told: &mut Told) {
        self.settle(now);
        self.in_flight -= 1;
        let lane = departure.lane;
        let response = now.saturating_sub(departure.due);
        let service = now.saturating_sub(departure.sent).min(response);
        let mut ended = Ended {
            lane,
            outcome: Outcome::Failed(Failure::Timeout),
            response,
            service: Some(service),
            received: 0,
            waited: departure.waited,
            in_time: departure.in_time,
            is_good: false,
        };
        match end {
            End::Failed(failure) => ended.outcome = Outcome::Failed(failure),
            // Whether somebody has looked for what is late makes no difference to it.
            End::Response { .. } if service >= self.timeout => {}
            End::Response {
                status,
                received,
                body,
            } => {
                (ended.outcome, ended.received) = (Outcome::Status(status), received);
                let stream = body.stream.take().map(|stream| {
                    let first = stream.first.map(|at| at.saturating_sub(departure.sent));
                    Streamed {
                        lane,
                        first,
                        tokens: stream.tokens(),
                        gaps: stream.gaps,
                    }
                });
                ended.is_good = !self.goodput.is_empty()
                    && (200..300).contains(&status)
                    && self.is_good(response, stream.as_ref());
                told.streams.extend(stream);
                if self.wants(status) {
                    self.seen.push(status);
                    let body = body.sample().unwrap_or_default();
                    told.seen.push(Seen { lane, status, body });
                }
                self.last_seen = status;
            }
        }
        told.ended.push(ended);
    }

    /// Whether a response meets every objective.
    fn is_good(&self, response: u64, stream: Option<&Streamed>) -> bool {
        let first = stream.and_then(|stream| stream.first);
        // One token has nothing between it and the next.
        let gap = stream.and_then(|stream| {
            let gaps = stream.gaps.iter().sum::<u64>();
            gaps.checked_div(stream.gaps.len() as u64)
        });
        self.goodput.iter().all(|(metric, most)| match metric {
            ObjectiveMetric::Latency => response <= *most,
            ObjectiveMetric::Ttft => first.is_some_and(|first| first <= *most),
            ObjectiveMetric::Itl => gap.is_none_or(|gap| gap <= *most),
        })
    }

    /// Takes away one that waits, as it will not be sent. It counts as old as it is.
    pub(super) fn abandon(&mut self, lane: usize, now: u64) -> Option<Ended> {
        self.settle(now);
        let due = self.backlog.pop_front()?;
        Some(Ended {
            lane,
            outcome: Outcome::Failed(Failure::Unsent),
            response: now.saturating_sub(due),
            service: None,
            received: 0,
            waited: true,
            in_time: false,
            is_good: false,
        })
    }

    /// Takes the controller's word for how many may be in flight. Whether that is its end.
    pub(super) fn obey(&mut self, slots: u32) -> bool {
        let ends = slots == OVER && !self.over;
        self.over |= ends;
        if !self.over {
            self.slots = slots;
        }
        ends
    }

    /// What it did since the last time it was asked.
    pub(super) fn take_tick(&mut self, now: u64) -> Tick {
        self.settle(now);
        let mut tick = std::mem::take(&mut self.tick);
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

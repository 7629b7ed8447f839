//! What event loops tell the controller, and it them.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use plimsoll_core::histogram::Histogram;

/// Slots that say: this endpoint is over.
pub(crate) const OVER: u32 = u32::MAX;

/// What the controller tells a loop.
#[derive(Debug)]
pub(crate) struct Orders {
    /// How many requests each lane of the loop may have in flight.
    pub(crate) slots: Box<[AtomicU32]>,
    /// When the test ends, in nanoseconds of the run's clock.
    pub(crate) end: AtomicU64,
    /// How long after that is waited for what is in flight.
    pub(crate) drain: AtomicU64,
}

impl Orders {
    pub(crate) fn slots(&self, lane: usize) -> u32 {
        self.slots[lane].load(Ordering::Relaxed)
    }

    pub(crate) fn end(&self) -> u64 {
        self.end.load(Ordering::Relaxed)
    }

    pub(crate) fn last(&self) -> u64 {
        self.end()
            .saturating_add(self.drain.load(Ordering::Relaxed))
    }
}

/// Why a request has no response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Failure {
    /// No connection could be made.
    Connect,
    /// The connection broke before the response was whole.
    Closed,
    /// What came was no response.
    Protocol,
    /// The response was not whole in time.
    Timeout,
    /// It was in flight when the test ended.
    Unfinished,
    /// It fell due and was never sent: no worker was free for it until the end.
    Unsent,
}

impl Failure {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Connect,
        Self::Closed,
        Self::Protocol,
        Self::Timeout,
        Self::Unfinished,
        Self::Unsent,
    ];

    /// Its name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Closed => "closed",
            Self::Protocol => "protocol",
            Self::Timeout => "timeout",
            Self::Unfinished => "unfinished",
            Self::Unsent => "unsent",
        }
    }

    /// Whether its latency is known to be at least its age, and counts as that. What broke at once
    /// would make others look fast.
    #[must_use]
    pub fn has_latency(self) -> bool {
        matches!(self, Self::Timeout | Self::Unfinished | Self::Unsent)
    }
}

/// What a lane did in a tenth of a second.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tick {
    pub(crate) arrivals: u32,
    pub(crate) sent: u32,
    /// Sent before the end of the test.
    pub(crate) sent_in_time: u32,
    pub(crate) completions: u32,
    pub(crate) errors: u32,
    pub(crate) service_ns: u64,
    /// Requests in flight, times nanoseconds.
    pub(crate) in_flight_area: u64,
    /// Requests that waited for a worker, times nanoseconds.
    pub(crate) backlog_area: u64,
    pub(crate) in_flight: u32,
    pub(crate) backlog: u32,
}

/// The first response of a status, as a sample.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

/// What a lane measured since it last said.
#[derive(Clone, Debug, Default)]
pub(crate) struct Detail {
    /// From the intended time to the end of the response.
    pub(crate) response: Histogram,
    /// From the send to the end of the response.
    pub(crate) service: Histogram,
    /// From the intended time to the send.
    pub(crate) lag: Histogram,
    /// From the send to the first token.
    pub(crate) first_token: Histogram,
    /// From token to token.
    pub(crate) inter_token: Histogram,
    pub(crate) tokens: u64,
    pub(crate) streams: u64,
    /// Requests that met every objective of goodput.
    pub(crate) good: u64,
    pub(crate) statuses: Vec<(u16, u64)>,
    pub(crate) failures: [u64; Failure::ALL.len()],
    pub(crate) bytes_sent: u64,
    pub(crate) bytes_received: u64,
    /// Connections that the server had closed when they were to be used again.
    pub(crate) reconnects: u64,
    pub(crate) samples: Vec<Sample>,
}

impl Detail {
    pub(crate) fn count_status(&mut self, status: u16, count: u64) {
        match self.statuses.iter_mut().find(|(known, _)| *known == status) {
            Some((_, counted)) => *counted += count,
            None => self.statuses.push((status, count)),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.statuses.is_empty()
            && self.lag.is_empty()
            && self.failures.iter().all(|count| *count == 0)
    }

    /// Adds another's, which is taken as it is where there is nothing yet.
    pub(crate) fn absorb(&mut self, other: Self) {
        match self.is_empty() {
            true => *self = other,
            false => self.merge(&other),
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.response.merge(&other.response);
        self.service.merge(&other.service);
        self.lag.merge(&other.lag);
        self.first_token.merge(&other.first_token);
        self.inter_token.merge(&other.inter_token);
        self.tokens += other.tokens;
        self.streams += other.streams;
        self.good += other.good;
        for (status, count) in &other.statuses {
            self.count_status(*status, *count);
        }
        for (own, others) in self.failures.iter_mut().zip(other.failures) {
            *own += others;
        }
        self.bytes_sent += other.bytes_sent;
        self.bytes_received += other.bytes_received;
        self.reconnects += other.reconnects;
        for sample in &other.samples {
            if !self
                .samples
                .iter()
                .any(|known| known.status == sample.status)
            {
                self.samples.push(sample.clone());
            }
        }
    }
}

/// What a loop tells the controller.
#[derive(Debug)]
pub(crate) enum Message {
    /// What its lanes did since the last tick.
    Ticked {
        /// The loop.
        number: usize,
        /// When, on the run's clock.
        at: u64,
        /// How long ago the last one was, in nanoseconds.
        length: u64,
        ticks: Vec<Tick>,
        /// Status codes that a lane has seen for the first time.
        seen: Vec<(usize, u16)>,
    },
    /// What its lanes measured in about a second.
    Detailed {
        number: usize,
        details: Vec<(usize, Box<Detail>)>,
        /// How late requests were sent for which a worker was free: what the generator adds.
        pacing: Box<Histogram>,
        /// Latencies of all lanes.
        together: Box<Histogram>,
        /// Processor time of the loop's thread since it began, in nanoseconds.
        cpu: u64,
    },
    /// It is over.
    Over {
        number: usize,
        /// Why, where it went wrong.
        failure: Option<String>,
    },
}

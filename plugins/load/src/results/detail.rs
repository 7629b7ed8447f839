//! What was counted and timed of requests that are over.

use plimsoll_core::histogram::Histogram;

use crate::engine::{Ended, Failure, Outcome, Streamed};

/// The first response of a status, as a sample.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

/// What was counted and timed of requests that are over.
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
    /// Counts a request that is over.
    pub(crate) fn count(&mut self, ended: &Ended) {
        let has_latency = ended.outcome.has_latency();
        match ended.outcome {
            Outcome::Status(status) => self.count_status(status, 1),
            Outcome::Failed(failure) => self.failures[failure as usize] += 1,
        }
        if has_latency {
            self.response.record(ended.response);
        }
        if let Some(service) = ended.service {
            self.lag.record(ended.response - service);
            if has_latency {
                self.service.record(service);
            }
        }
        self.bytes_received += ended.received;
        self.good += u64::from(ended.is_good);
    }

    /// Counts the tokens of a response.
    pub(crate) fn count_stream(&mut self, stream: &Streamed) {
        if let Some(first) = stream.first {
            self.first_token.record(first);
        }
        for gap in &stream.gaps {
            self.inter_token.record(*gap);
        }
        self.tokens += stream.tokens;
        self.streams += 1;
    }

    pub(crate) fn count_status(&mut self, status: u16, count: u64) {
        match self.statuses.iter_mut().find(|(known, _)| *known == status) {
            Some((_, counted)) => *counted += count,
            None => self.statuses.push((status, count)),
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
            self.keep(sample.status, sample.body.clone());
        }
    }

    /// Keeps a sample, where it is the first of its status.
    pub(crate) fn keep(&mut self, status: u16, body: Vec<u8>) {
        let mut known = self.samples.iter();
        if known.all(|known| known.status != status) {
            self.samples.push(Sample { status, body });
        }
    }
}

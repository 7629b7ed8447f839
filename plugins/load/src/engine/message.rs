//! What event loops tell the controller, and it them.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

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
    /// This machine had no more open files or ports for a connection.
    Local,
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
    pub const ALL: [Self; 7] = [
        Self::Connect,
        Self::Local,
        Self::Closed,
        Self::Protocol,
        Self::Timeout,
        Self::Unfinished,
        Self::Unsent,
    ];

    /// What it counts as that no connection to an address could be begun.
    pub(super) fn of_connecting(error: &std::io::Error, address: SocketAddr) -> Self {
        use rustix::io::Errno;
        match Errno::from_io_error(error) {
            Some(Errno::MFILE | Errno::NFILE | Errno::NOBUFS) => Self::Local,
            // There is no port left. Where IPv6 is off, that is said of every such address.
            Some(Errno::ADDRNOTAVAIL) if address.is_ipv4() => Self::Local,
            _ => Self::Connect,
        }
    }

    /// Its name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Local => "local",
            Self::Closed => "closed",
            Self::Protocol => "protocol",
            Self::Timeout => "timeout",
            Self::Unfinished => "unfinished",
            Self::Unsent => "unsent",
        }
    }

    /// Whether no connection could be made, so that nothing was sent.
    pub(crate) fn is_unconnected(self) -> bool {
        matches!(self, Self::Connect | Self::Local)
    }

    /// Whether its latency is known to be at least its age, and counts as that. What broke at once
    /// would make others look fast.
    #[must_use]
    pub fn has_latency(self) -> bool {
        matches!(self, Self::Timeout | Self::Unfinished | Self::Unsent)
    }
}

/// What a lane did in a tick, beside the requests that ended.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tick {
    pub(crate) arrivals: u32,
    pub(crate) sent: u32,
    /// Connections that the server had closed when they were to be used again.
    pub(crate) reconnects: u32,
    pub(crate) bytes_sent: u64,
    /// Requests in flight, times nanoseconds.
    pub(crate) in_flight_area: u64,
    /// Requests that waited for a worker, times nanoseconds.
    pub(crate) backlog_area: u64,
    /// Requests that wait for a worker now.
    pub(crate) backlog: u32,
}

/// What came of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// A response with a status.
    Status(u16),
    Failed(Failure),
}

impl Outcome {
    /// Whether how long it took is known, at least in part.
    #[inline]
    pub(crate) fn has_latency(self) -> bool {
        match self {
            Self::Status(_) => true,
            Self::Failed(failure) => failure.has_latency(),
        }
    }
}

/// A request that is over.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ended {
    pub(crate) lane: usize,
    pub(crate) outcome: Outcome,
    /// From the intended time to the end, in nanoseconds.
    pub(crate) response: u64,
    /// From the send to the end; none where it was never sent.
    pub(crate) service: Option<u64>,
    /// Bytes of the response.
    pub(crate) received: u64,
    /// Whether it waited for a worker, and so was not sent at its time.
    pub(crate) waited: bool,
    /// Whether it was sent before the end of the test.
    pub(crate) in_time: bool,
    /// Whether it met every objective of goodput.
    pub(crate) is_good: bool,
}

/// A response that came as a stream of tokens.
#[derive(Debug)]
pub(crate) struct Streamed {
    pub(crate) lane: usize,
    /// From the send to the first token, in nanoseconds, where there was one.
    pub(crate) first: Option<u64>,
    /// From each token to the next.
    pub(crate) gaps: Vec<u64>,
    pub(crate) tokens: u64,
}

/// The first response of a status that a lane has seen.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) lane: usize,
    pub(crate) status: u16,
    /// Its body, or the beginning of it.
    pub(crate) body: Vec<u8>,
}

/// What a loop tells the controller.
#[derive(Debug)]
pub(crate) enum Message {
    /// Requests are over: told before each tick, and in between where there are many.
    Ended { number: usize, ended: Vec<Ended> },
    /// What its lanes did since the last tick.
    Ticked {
        /// The loop.
        number: usize,
        /// When, on the run's clock.
        at: u64,
        /// How long ago the last one was, in nanoseconds.
        length: u64,
        ticks: Vec<Tick>,
        streams: Vec<Streamed>,
        seen: Vec<Seen>,
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

#[cfg(test)]
mod tests {
    use std::io;
    use std::net::SocketAddr;

    use rustix::io::Errno;

    use super::Failure;

    #[test]
    fn what_this_machine_lacks_is_not_the_targets_failure() {
        let of = |errno: Errno, address: &str| {
            let address: SocketAddr = address.parse().unwrap();
            Failure::of_connecting(&io::Error::from(errno), address)
        };
        assert_eq!(of(Errno::MFILE, "127.0.0.1:80"), Failure::Local);
        assert_eq!(of(Errno::NFILE, "[::1]:80"), Failure::Local);
        assert_eq!(of(Errno::ADDRNOTAVAIL, "127.0.0.1:80"), Failure::Local);
        assert_eq!(of(Errno::ADDRNOTAVAIL, "[::1]:80"), Failure::Connect);
        assert_eq!(of(Errno::CONNREFUSED, "127.0.0.1:80"), Failure::Connect);
    }
}

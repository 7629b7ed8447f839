//! Arrivals as they were recorded, of which the endpoints take turns.

use plimsoll_harness::arrival::{Arrival, Arrivals};

/// The part of recorded arrivals that one event loop sends.
pub(crate) struct Replay {
    arrivals: Box<dyn Arrivals>,
    batch: Vec<Arrival>,
    at: usize,
    /// The loop's lane of each endpoint, where it has one, and whose turn it is.
    lanes: Vec<Option<usize>>,
    turn: usize,
    failure: Option<String>,
}

impl Replay {
    /// Arrivals, and the loop's lane of each endpoint.
    pub(crate) fn new(arrivals: Box<dyn Arrivals>, lanes: Vec<Option<usize>>) -> Self {
        Self {
            arrivals,
            batch: Vec::new(),
            at: 0,
            lanes,
            turn: 0,
            failure: None,
        }
    }

    /// Why the trace could not be read on.
    pub(crate) fn failure(&self) -> Option<&str> {
        self.failure.as_deref()
    }

    /// When the loop's next request falls due, and of which lane it is.
    pub(crate) fn next(&mut self) -> Option<(u64, usize)> {
        loop {
            if self.at == self.batch.len() {
                self.batch.clear();
                self.at = 0;
                if let Err(error) = self.arrivals.fill(&mut self.batch) {
                    self.failure = Some(error.to_string());
                    return None;
                }
            }
            let arrival = self.batch.get(self.at)?;
            self.at += 1;
            let lane = self.lanes.get(self.turn).copied().flatten();
            self.turn = (self.turn + 1) % self.lanes.len().max(1);
            if let Some(lane) = lane {
                return Some((arrival.at, lane));
            }
        }
    }
}

//! Requests before they arrive: arrivals and their work, a batch at a time.

use crate::arrival::{Arrival, Arrivals, BATCH};
use crate::error::Error;
use crate::service::WorkSampler;

/// A request to come. Its work is drawn here and not when its service begins, so that it is the
/// same whatever a policy does.
#[derive(Clone, Copy, Debug)]
pub(super) struct Draft {
    pub(super) at: u64,
    pub(super) work: u64,
    pub(super) tokens: u32,
}

/// The requests to come.
pub(super) struct Source {
    arrivals: Box<dyn Arrivals>,
    work: WorkSampler,
    batch: Vec<Arrival>,
    drafts: Vec<Draft>,
    cursor: usize,
    /// Arrivals at or after it do not come.
    horizon: u64,
}

impl Source {
    pub(super) fn new(arrivals: Box<dyn Arrivals>, work: WorkSampler, horizon: u64) -> Self {
        Self {
            arrivals,
            work,
            batch: Vec::with_capacity(BATCH),
            drafts: Vec::with_capacity(BATCH),
            cursor: 0,
            horizon,
        }
    }

    /// The next request, which stays; `None` when there is none, or when
    /// [`refill`](Self::refill) is due.
    #[inline]
    pub(super) fn peek(&self) -> Option<Draft> {
        self.drafts.get(self.cursor).copied()
    }

    /// Goes on to the request after.
    #[inline]
    pub(super) fn advance(&mut self) {
        self.cursor += 1;
    }

    /// Fetches more requests; `false` when there are no more.
    #[cold]
    pub(super) fn refill(&mut self) -> Result<bool, Error> {
        self.batch.clear();
        self.drafts.clear();
        self.cursor = 0;
        self.arrivals.fill(&mut self.batch)?;
        let (work, horizon) = (&mut self.work, self.horizon);
        self.drafts.extend(
            self.batch
                .iter()
                .take_while(|arrival| arrival.at < horizon)
                .map(|arrival| {
                    let (work, tokens) = work.draw(arrival);
                    Draft {
                        at: arrival.at,
                        work,
                        tokens,
                    }
                }),
        );
        Ok(!self.drafts.is_empty())
    }
}

impl std::fmt::Debug for Source {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Source")
            .field("horizon", &self.horizon)
            .finish_non_exhaustive()
    }
}

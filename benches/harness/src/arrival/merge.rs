//! Several streams of arrivals as one.

use super::{Arrival, Arrivals, BATCH};
use crate::error::Error;

/// The arrivals of several sources, in order of time; of equals, the earlier source's first.
pub struct Merged {
    sources: Vec<Buffered>,
}

struct Buffered {
    source: Box<dyn Arrivals>,
    buffer: Vec<Arrival>,
    cursor: usize,
    over: bool,
}

impl Merged {
    /// Joins sources.
    #[must_use]
    pub fn new(sources: Vec<Box<dyn Arrivals>>) -> Self {
        let buffered = |source| Buffered {
            source,
            buffer: Vec::new(),
            cursor: 0,
            over: false,
        };
        Self {
            sources: sources.into_iter().map(buffered).collect(),
        }
    }
}

impl Buffered {
    fn peek(&mut self) -> Result<Option<Arrival>, Error> {
        if self.cursor == self.buffer.len() && !self.over {
            self.buffer.clear();
            self.cursor = 0;
            self.source.fill(&mut self.buffer)?;
            self.over = self.buffer.is_empty();
        }
        Ok(self.buffer.get(self.cursor).copied())
    }
}

impl Arrivals for Merged {
    fn fill(&mut self, batch: &mut Vec<Arrival>) -> Result<(), Error> {
        for _ in 0..BATCH {
            let mut first: Option<(usize, Arrival)> = None;
            for (index, source) in self.sources.iter_mut().enumerate() {
                if let Some(arrival) = source.peek()?
                    && first.is_none_or(|(_, earliest)| arrival.at < earliest.at)
                {
                    first = Some((index, arrival));
                }
            }
            let Some((index, arrival)) = first else {
                break;
            };
            self.sources[index].cursor += 1;
            batch.push(arrival);
        }
        Ok(())
    }
}

impl std::fmt::Debug for Merged {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Merged")
            .field("sources", &self.sources.len())
            .finish()
    }
}

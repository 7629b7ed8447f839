//! The arrivals of a trace.

use super::Trace;
use super::format::Row;
use super::rows::Rows;
use crate::arrival::{Arrival, Arrivals, BATCH};
use crate::error::Error;
use crate::random::{Exponential, Stream};
use crate::time::whole;

/// Replays a trace: scales its time and its rate, and places requests that are known by their
/// number only.
#[derive(Debug)]
pub(super) struct Replay {
    rows: Rows,
    first: i64,
    window: (u64, u64),
    stretch: f64,
    rate: f64,
    interval: u64,
    stream: Stream,
    /// The row that is being replayed, and the one after it.
    row: Option<Row>,
    ahead: Option<Row>,
    /// Requests of the row that are still to come, when the last one came and when the row ends,
    /// in recorded nanoseconds from the window's beginning.
    left: u64,
    from: f64,
    to: f64,
    /// What the counts so far have left of a request.
    carried: f64,
    begun: bool,
}

impl Replay {
    pub(super) fn new(trace: &Trace, rows: Rows, seed: u64) -> Self {
        Self {
            rows,
            first: trace.facts.first,
            window: trace.window,
            stretch: trace.stretch,
            rate: trace.options.rate,
            interval: trace.facts.interval.0,
            stream: Stream::new(seed, "arrivals"),
            row: None,
            ahead: None,
            left: 0,
            from: 0.0,
            to: 0.0,
            carried: 0.0,
            begun: false,
        }
    }

    /// The next row within the window, and when it begins, from the window's beginning.
    fn read(&mut self) -> Result<Option<Row>, Error> {
        while let Some(row) = self.rows.next()? {
            let at = row.at.abs_diff(self.first);
            if at >= self.window.1 {
                break;
            }
            if at >= self.window.0 {
                return Ok(Some(row));
            }
        }
        Ok(None)
    }

    fn offset(&self, row: &Row) -> f64 {
        (row.at.abs_diff(self.first) - self.window.0) as f64
    }

    /// Takes the next row into hand; `false` when there is none.
    fn turn(&mut self) -> Result<bool, Error> {
        if !self.begun {
            self.begun = true;
            self.ahead = self.read()?;
        }
        self.row = self.ahead.take();
        let Some(row) = self.row else {
            return Ok(false);
        };
        self.ahead = self.read()?;
        self.from = self.offset(&row);
        let window = (self.window.1 - self.window.0) as f64;
        if self.interval > 0 {
            self.to = (self.from + self.interval as f64).min(window);
            self.carried += row.count * self.rate;
            self.left = floor(self.carried);
            self.carried -= self.left as f64;
        } else {
            self.to = self.ahead.as_ref().map_or(window, |next| self.offset(next));
            let copies = floor(self.rate);
            let more = self.rate - copies as f64;
            self.left = copies + u64::from(more > 0.0 && self.stream.unit() < more);
        }
        Ok(true)
    }

    /// When the next request of the row comes: where each has its own time, the first then and
    /// the copies anywhere before the next; where only their number is known, anywhere.
    fn place(&mut self, first: bool) -> f64 {
        if self.interval == 0 && first {
            return self.from;
        }
        // The least of n independent places: the gap to it is 1 - v^(1/n), with -ln v exponential.
        let gap = Exponential::new().draw(&mut self.stream) / self.left as f64;
        self.from -= (self.to - self.from) * libm::expm1(-gap);
        self.from
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "casts of floats saturate, which is what is wanted"
)]
fn floor(value: f64) -> u64 {
    value as u64
}

impl Arrivals for Replay {
    fn fill(&mut self, batch: &mut Vec<Arrival>) -> Result<(), Error> {
        let mut first = false;
        let full = batch.len() + BATCH;
        while batch.len() < full {
            if self.left == 0 {
                if !self.turn()? {
                    break;
                }
                first = true;
                continue;
            }
            let Some(row) = self.row else {
                break;
            };
            let at = self.place(std::mem::take(&mut first));
            self.left -= 1;
            batch.push(Arrival {
                at: whole(at * self.stretch),
                input: row.input,
                output: row.output,
            });
        }
        Ok(())
    }
}

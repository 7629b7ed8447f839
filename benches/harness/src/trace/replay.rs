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
    /// When the last request comes at the latest, in replayed nanoseconds.
    end: u64,
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
            end: trace.duration().0 - 1,
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

    /// The next row within the window.
    fn read(&mut self) -> Result<Option<Row>, Error> {
        while let Some(row) = self.rows.next()? {
            let Some(at) = self.since_first(&row) else {
                return Err(self.rows.wrong("the file has changed since it was scanned"));
            };
            if at >= self.window.1 {
                break;
            }
            // A count is for a time of its own, of which a part may be within.
            if at.saturating_add(self.interval.max(1)) > self.window.0 {
                return Ok(Some(row));
            }
        }
        Ok(None)
    }

    fn since_first(&self, row: &Row) -> Option<u64> {
        u64::try_from(i128::from(row.at) - i128::from(self.first)).ok()
    }

    /// When a row begins, from the window's beginning.
    fn offset(&self, row: &Row) -> f64 {
        self.since_first(row).unwrap_or(0) as f64 - self.window.0 as f64
    }

    /// Takes the next row into hand; `false` when there is none.
    fn turn(&mut self) -> Result<bool, Error> {
        if !self.begun {
            self.begun = true;
            self.ahead = self.read()?;
        }
        self.row = self.ahead.take();
        let Some(mut row) = self.row else {
            return Ok(false);
        };
        self.ahead = self.read()?;
        self.from = self.offset(&row);
        let window = (self.window.1 - self.window.0) as f64;
        if self.interval > 0 {
            // Several counts of one time, as where clocks were set back, come together.
            while let Some(same) = self.ahead.filter(|next| next.at == row.at) {
                row.count += same.count;
                self.ahead = self.read()?;
            }
            let length = self.interval as f64;
            self.to = (self.from + length).min(window);
            self.from = self.from.max(0.0);
            let share = (self.to - self.from) / length;
            self.carried += row.count * share * self.rate;
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
                at: whole(at * self.stretch).min(self.end),
                input: row.input,
                output: row.output,
            });
        }
        Ok(())
    }
}

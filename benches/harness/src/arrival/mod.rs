//! When requests arrive.

mod generator;
mod merge;
mod profiles;
mod rate;
mod spec;

pub use generator::{GENERATORS, Generator, Shape};
pub use merge::Merged;
pub use rate::{Profile, Segment, Spacing, Timed};
pub use spec::{ArrivalSpec, MakeArrivals, OwnArrivals, Part};

use crate::error::Error;

/// A request that arrives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Arrival {
    /// When, in nanoseconds from the beginning.
    pub at: u64,
    /// Tokens it brings; 0 when nobody said.
    pub input: u32,
    /// Tokens it asks for; 0 when nobody said.
    pub output: u32,
}

/// How many arrivals are handed over at once, so that the call costs nothing each.
pub const BATCH: usize = 1024;

/// A stream of arrivals, in order of time.
pub trait Arrivals: Send {
    /// Appends about [`BATCH`] more arrivals; none when there are no more.
    ///
    /// # Errors
    /// When a trace cannot be read on.
    fn fill(&mut self, batch: &mut Vec<Arrival>) -> Result<(), Error>;
}

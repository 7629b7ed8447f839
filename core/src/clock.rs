//! Wall clocks: what tells the date, passed in and never reached for.

use std::time::SystemTime;

/// Tells the date.
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> SystemTime;
}

/// The clock of this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads the clock"
    )]
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }
}

//! Policies against scenarios: a leaderboard.

mod leaderboard;
mod sweep;

use std::fmt;
use std::sync::Arc;

use plimsoll_core::policy::ScalingPolicy;

pub use leaderboard::{Cell, Leaderboard, RANKING, Rank, ScenarioResult};
pub(crate) use sweep::threads;
pub use sweep::{BenchProgress, bench, each};

use crate::error::Error;
use crate::scenario::Workload;

/// Makes a policy for a workload. Each workload of each scenario gets one of its own.
pub type MakePolicy = Arc<dyn Fn(&Workload) -> Result<Box<dyn ScalingPolicy>, Error> + Send + Sync>;

/// A policy that takes part.
#[derive(Clone)]
pub struct Entrant {
    /// Its name.
    pub name: String,
    /// How often it decides, in nanoseconds; `None` for as often as the scenario says.
    pub interval: Option<u64>,
    /// Makes it.
    pub make: MakePolicy,
}

impl Entrant {
    /// A policy that decides as often as a scenario says.
    pub fn new<P: ScalingPolicy + 'static>(
        name: impl Into<String>,
        make: impl Fn(&Workload) -> P + Send + Sync + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            interval: None,
            make: Arc::new(move |workload| Ok(Box::new(make(workload)))),
        }
    }
}

impl fmt::Debug for Entrant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Entrant")
            .field("name", &self.name)
            .field("interval", &self.interval)
            .finish_non_exhaustive()
    }
}

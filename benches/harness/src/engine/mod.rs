//! The simulator: events in order, replicas, and the loop that a policy closes.

mod fleet;
mod heap;
mod lane;
mod loads;
mod plant;
mod pool;
mod replicas;
mod requests;
mod run;
mod scale;
mod sharing;
mod source;

pub use fleet::{run_fleet, run_fleet_with};
pub(crate) use replicas::{Areas, Counts};
pub use run::{Progress, run, run_with};
pub(crate) use sharing::speed;

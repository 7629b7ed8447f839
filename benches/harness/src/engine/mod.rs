//! The simulator: events in order, replicas, and the loop that a policy closes.

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

pub(crate) use replicas::{Areas, Counts};
pub use run::{Progress, run, run_fleet, run_with};
pub(crate) use sharing::speed;

//! What is measured, and what it says.

mod elasticity;
mod meter;
mod outcome;
mod percentiles;
mod recorder;
mod timeline;

pub use elasticity::Elasticity;
pub(crate) use meter::{Measured, Meter, Summary};
pub use outcome::{Latencies, Latency, Outcome, Replicas, Requests, Scaling, Score, ServiceLevel};
pub use percentiles::Percentiles;
pub use plimsoll_core::histogram::Histogram;
pub(crate) use recorder::{Completion, Recorder};
pub use timeline::Point;

//! What is measured, and what it says.

mod elasticity;
mod histogram;
mod meter;
mod outcome;
mod percentiles;
mod recorder;
mod timeline;

pub use elasticity::Elasticity;
pub use histogram::Histogram;
pub(crate) use meter::{Measured, Meter, Summary};
pub use outcome::{Latencies, Latency, Outcome, Replicas, Requests, Scaling, Score, ServiceLevel};
pub use percentiles::Percentiles;
pub(crate) use recorder::{Completion, Recorder};
pub use timeline::Point;

//! Windows over time, of fixed size.

mod average;
mod extreme;
mod mean;

pub(crate) use average::Average;
pub(crate) use extreme::{Edge, Extreme, Side};
pub(crate) use mean::Mean;

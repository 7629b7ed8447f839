//! Windows over time, of fixed size.

mod extreme;
mod mean;

pub(crate) use extreme::{Edge, Extreme, Side};
pub(crate) use mean::Mean;

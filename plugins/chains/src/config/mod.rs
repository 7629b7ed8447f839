//! What the objects of a chain's configuration come to: the keys of a Truss, and layers.

mod compute;
mod image;
mod lower;
mod options;
mod remote;
mod tables;

pub(crate) use compute::lowered;
pub(crate) use lower::Lower;
pub(crate) use options::{SECRET, rpc_options};
pub(crate) use remote::{Remote, remote_config};

//! The engine: an event loop a core, each with its lanes, connections and timer.

mod connection;
pub(crate) mod cpu;
mod event_loop;
mod lane;
mod message;
mod timer;
mod tls;

pub(crate) use connection::Pool;
pub(crate) use event_loop::{EventLoop, Parts, TICK, WAKER};
pub(crate) use lane::Lane;
pub use message::Failure;
pub(crate) use message::{Detail, Message, OVER, Orders, Tick};
pub(crate) use tls::config as tls_config;

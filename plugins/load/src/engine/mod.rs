//! The engine: an event loop a core, each with its lanes, connections and timer.

mod connection;
pub(crate) mod cpu;
mod event_loop;
mod h2;
mod lane;
mod lanes;
mod message;
mod timer;
mod tls;

pub(crate) use connection::Pool;
pub(crate) use event_loop::EventLoop;
pub(crate) use h2::StreamLoop;
pub(crate) use lane::Lane;
pub(crate) use lanes::{Parts, WAKER};
pub use message::Failure;
pub(crate) use message::{Ended, Message, OVER, Orders, Outcome, Seen, Streamed, Tick};
pub(crate) use tls::config as tls_config;

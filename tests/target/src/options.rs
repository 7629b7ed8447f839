use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use crate::service::Service;

/// How a server is to be.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where it listens; port 0 is any that is free.
    pub listen: SocketAddr,
    /// Event loops, each a thread; at least 1. Connections go to them in turn.
    pub threads: usize,
    /// How long requests take that do not say so themselves.
    pub service: Service,
    /// The most requests in service at once, over all threads; further ones wait their turn.
    pub concurrency: Option<u32>,
    /// The share of requests answered 500, from 0 to 1.
    pub errors: f64,
    /// Whether the time of each arrival is kept, to [`Options::ARRIVALS`] a thread.
    pub record_arrivals: bool,
    /// What random times and errors follow from.
    pub seed: u64,
}

impl Options {
    /// Arrival times that a thread keeps; it counts later ones, and does not keep them.
    pub const ARRIVALS: usize = 2_000_000;

    pub(crate) fn check(&self) -> io::Result<()> {
        let wrong = if self.threads == 0 {
            "a server needs a thread"
        } else if self.concurrency == Some(0) {
            "with a concurrency of 0 no request would be answered"
        } else if !(0.0..=1.0).contains(&self.errors) {
            "the share of errors is from 0 to 1"
        } else {
            return Ok(());
        };
        Err(io::Error::new(io::ErrorKind::InvalidInput, wrong))
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            threads: 1,
            service: Service::None,
            concurrency: None,
            errors: 0.0,
            record_arrivals: false,
            seed: 1,
        }
    }
}

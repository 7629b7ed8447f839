//! Connections, and the requests that are on them.

use std::net::SocketAddr;
use std::sync::Arc;

use rustls::ClientConfig;
use rustls::pki_types::ServerName;

use super::lanes::Departure;
use super::tls::Transport;
use crate::http::{Body, Parser};

/// Where the connections of one origin go, and which of them are free.
pub(crate) struct Pool {
    pub(crate) addresses: Arc<[SocketAddr]>,
    pub(crate) tls: Option<(Arc<ClientConfig>, ServerName<'static>)>,
    /// Connections without a request, the one used last at the end.
    pub(super) idle: Vec<usize>,
    /// Which address is tried next.
    next: usize,
}

impl Pool {
    pub(crate) fn new(
        addresses: Arc<[SocketAddr]>,
        tls: Option<(Arc<ClientConfig>, ServerName<'static>)>,
    ) -> Self {
        Self {
            addresses,
            tls,
            idle: Vec::new(),
            next: 0,
        }
    }

    /// Where the next connection goes: the address, and its place.
    pub(super) fn address(&self) -> (SocketAddr, usize) {
        let place = self.next % self.addresses.len();
        (self.addresses[place], place)
    }

    /// Nothing came of an address: another is tried next. Of many that fail together the first one says
    /// so for all of them.
    pub(super) fn failed(&mut self, place: usize) {
        if self.next % self.addresses.len() == place {
            self.next = place + 1;
        }
    }
}

/// A request that is under way.
pub(super) struct Exchange {
    pub(super) departure: Departure,
    pub(super) parser: Parser,
    pub(super) body: Body,
    /// Bytes of the response so far.
    pub(super) received: u64,
    /// Whether it was sent before, on a connection that turned out to be closed.
    pub(super) again: bool,
    /// How many addresses were tried for it in vain.
    pub(super) tried: usize,
}

/// What is still to be written.
pub(super) enum Out {
    Nothing,
    /// What every request of the lane says, from a byte on.
    Shared(Arc<[u8]>, usize),
    Own(Vec<u8>, usize),
}

pub(super) struct Connection {
    pub(super) transport: Transport,
    pub(super) pool: usize,
    /// Which of the pool's addresses it goes to.
    pub(super) address: usize,
    /// Whether it stands; before that, what is written would wait.
    pub(super) open: bool,
    /// Whether a response has come on it.
    pub(super) used: bool,
    pub(super) exchange: Option<Exchange>,
    pub(super) out: Out,
    /// What has come and could not be read yet.
    pub(super) kept: Vec<u8>,
}

#[cfg(test)]
mod tests {
    use super::Pool;

    #[test]
    fn many_that_fail_together_go_to_the_next_address() {
        let addresses = ["127.0.0.1:1", "127.0.0.1:2"].map(|one| one.parse().unwrap());
        let mut pool = Pool::new(addresses.into(), None);
        let (_, place) = pool.address();
        pool.failed(place);
        pool.failed(place);
        assert_eq!(pool.address(), (addresses[1], 1));
        pool.failed(1);
        assert_eq!(pool.address(), (addresses[0], 0));
    }
}

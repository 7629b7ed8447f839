//! Connections, and the requests that are on them.

use std::net::SocketAddr;
use std::sync::Arc;

use rustls::ClientConfig;
use rustls::pki_types::ServerName;

use super::tls::Transport;
use crate::http::{Body, Parser};

/// Where the connections of one origin go, and which of them are free.
pub(crate) struct Pool {
    pub(crate) addresses: Arc<[SocketAddr]>,
    pub(crate) tls: Option<(Arc<ClientConfig>, ServerName<'static>)>,
    /// Connections without a request, the one used last at the end.
    pub(super) idle: Vec<usize>,
    /// Which address is tried next.
    pub(super) next: usize,
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
}

/// A request that is under way.
pub(super) struct Exchange {
    pub(super) lane: usize,
    pub(super) number: u64,
    /// When it was to be sent, and when it was.
    pub(super) due: u64,
    pub(super) sent: u64,
    pub(super) parser: Parser,
    pub(super) body: Body,
    /// Bytes of the response so far.
    pub(super) received: u64,
    /// Whether it was sent before, on a connection that turned out to be closed.
    pub(super) again: bool,
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
    /// Whether it stands; before that, what is written would wait.
    pub(super) open: bool,
    /// Whether a response has come on it.
    pub(super) used: bool,
    pub(super) exchange: Option<Exchange>,
    pub(super) out: Out,
    /// What has come and could not be read yet.
    pub(super) kept: Vec<u8>,
}

//! Connections, of which each has many streams.

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::client::conn::http2::{Builder, Connection as Driver, SendRequest};
use hyper_util::rt::TokioIo;

use super::wire::{Signs, Wire};
use crate::engine::Failure;

/// How many streams a server takes before it has said it: no fewer than this (RFC 9113, section 6.5.2).
const STREAMS: usize = 100;
/// How much may come of one response, and of all on a connection, before it is read.
const STREAM_WINDOW: u32 = 2 << 20;
const CONNECTION_WINDOW: u32 = 16 << 20;

/// One connection.
pub(super) struct Connection {
    pub(super) pool: usize,
    /// What requests go through, once it stands.
    pub(super) sender: RefCell<Option<SendRequest<Full<Bytes>>>>,
    /// Requests that wait for it to stand.
    pub(super) waiting: RefCell<Vec<usize>>,
    /// Streams there are on it, and how many there may be.
    pub(super) streams: Cell<usize>,
    pub(super) most: Rc<Cell<usize>>,
    /// Whether a response has come on it.
    pub(super) used: Cell<bool>,
    pub(super) signs: Rc<Signs>,
}

impl Connection {
    pub(super) fn new(pool: usize) -> Self {
        Self {
            pool,
            sender: RefCell::default(),
            waiting: RefCell::default(),
            streams: Cell::new(0),
            most: Rc::new(Cell::new(STREAMS)),
            used: Cell::new(false),
            signs: Rc::default(),
        }
    }

    /// Whether one more request can go on it.
    pub(super) fn takes_more(&self) -> bool {
        let sender = self.sender.borrow();
        let closed = sender.as_ref().is_some_and(SendRequest::is_closed);
        !closed && self.streams.get() < self.most.get().max(1)
    }
}

/// Tasks of this thread.
#[derive(Clone, Copy, Debug)]
pub(super) struct Local;

impl<F> hyper::rt::Executor<F> for Local
where
    F: Future + 'static,
{
    fn execute(&self, future: F) {
        tokio::task::spawn_local(async move {
            future.await;
        });
    }
}

type Drive = Driver<TokioIo<Wire>, Full<Bytes>, Local>;

/// Begins to speak HTTP/2.
pub(super) async fn begin(wire: Wire) -> Result<(SendRequest<Full<Bytes>>, Drive), Failure> {
    let begun = Builder::new(Local)
        .initial_max_send_streams(STREAMS)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .handshake(TokioIo::new(wire))
        .await;
    begun.map_err(|_| Failure::Protocol)
}

/// Keeps a connection going until it is of no use any more.
pub(super) async fn drive(mut connection: Drive, most: Rc<Cell<usize>>) {
    poll_fn(|context| {
        let polled = Pin::new(&mut connection).poll(context);
        most.set(connection.current_max_send_streams());
        polled
    })
    .await
    // Every request that was on it is told what went wrong.
    .unwrap_or(());
}

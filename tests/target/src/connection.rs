use std::io::{ErrorKind, Read, Write};

use mio::net::TcpStream;

use crate::engine::Pending;
use crate::service::Service;

/// What is held of a client's next requests while one is served, in bytes.
const AHEAD: usize = 64 << 10;

/// A client's connection.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) socket: TcpStream,
    /// Tells it from any that had its token before.
    pub(crate) generation: u64,
    pub(crate) input: Vec<u8>,
    pub(crate) output: Vec<u8>,
    pub(crate) stage: Stage,
    /// Bytes of the output that are sent.
    sent: usize,
    /// Whether there may be more to read: edges are told of once.
    pub(crate) readable: bool,
    /// Whether the client has closed, or half-closed.
    pub(crate) ended: bool,
    /// Whether an end may have come with the last bytes, so that a short read is not the last.
    pub(crate) ending: bool,
}

/// How far the answer to a request is.
#[derive(Debug)]
pub(crate) enum Stage {
    /// There is none to answer.
    Reading,
    /// Waits for a place in service.
    Queued(Pending),
    /// In service, until a timer wakes it.
    Serving(Pending),
    /// Part of the answer is sent, and a timer wakes it for the next.
    Streaming(Stream, bool),
    /// Is never answered.
    Hanging,
    /// Closes when the output is sent.
    Closing,
    /// Resets the connection.
    Resetting,
}

/// What is left of an answer.
#[derive(Debug)]
pub(crate) enum Stream {
    /// Events, of which so many are sent.
    Events {
        sent: u32,
        tokens: u32,
        gap: Service,
    },
    /// These bytes.
    Rest(Vec<u8>),
}

/// How an attempt to read or write ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Io {
    /// Something was done, or there was nothing to do.
    Done,
    /// It has to wait for an event.
    Wait,
    /// The connection is of no more use.
    Broken,
}

impl Connection {
    pub(crate) fn new(socket: TcpStream, generation: u64) -> Self {
        Self {
            socket,
            generation,
            input: Vec::new(),
            output: Vec::new(),
            stage: Stage::Reading,
            sent: 0,
            readable: true,
            ended: false,
            ending: false,
        }
    }

    /// Sends what there is to send.
    pub(crate) fn flush(&mut self) -> Io {
        while self.sent < self.output.len() {
            match self.socket.write(&self.output[self.sent..]) {
                Ok(0) => return Io::Broken,
                Ok(count) => self.sent += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Io::Wait,
                Err(_) => return Io::Broken,
            }
        }
        self.output.clear();
        self.sent = 0;
        Io::Done
    }

    /// Reads once, if there may be something to read, and it is wanted.
    pub(crate) fn fill(&mut self, scratch: &mut [u8]) -> Io {
        let busy = !matches!(self.stage, Stage::Reading);
        if !self.readable || (busy && self.input.len() >= AHEAD) {
            return Io::Wait;
        }
        match self.socket.read(scratch) {
            Ok(0) => {
                self.readable = false;
                self.ended = true;
                Io::Done
            }
            Ok(count) => {
                self.input.extend_from_slice(&scratch[..count]);
                // A short read has emptied the socket (epoll(7), kqueue likewise): the next bytes are a
                // new edge, and one system call a request is saved.
                self.readable = self.ending || count == scratch.len() || cfg!(not(unix));
                Io::Done
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => Io::Done,
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                self.readable = false;
                Io::Wait
            }
            Err(_) => Io::Broken,
        }
    }

    /// Makes the socket fit to be dropped.
    pub(crate) fn part(&mut self, scratch: &mut [u8]) {
        if matches!(self.stage, Stage::Resetting) {
            #[cfg(unix)]
            let _ = rustix::net::sockopt::set_socket_linger(
                &self.socket,
                Some(std::time::Duration::ZERO),
            );
            return;
        }
        // Bytes left unread would turn the close into a reset, which may overtake the answer. As many as
        // a client can have sent by now, and not for as long as it likes to send.
        for _ in 0..64 {
            match self.socket.read(scratch) {
                Ok(1..) => {}
                _ => break,
            }
        }
    }
}

use std::mem;
use std::sync::atomic::Ordering;

use crate::ask::{Ask, Kind};
use crate::connection::{Connection, Io, Stage, Stream};
use crate::engine::Engine;
use crate::gate::Ticket;
use crate::reply;
use crate::request::{self, Refused, Request};
use crate::service::Service;
use crate::shared::lock;

/// Answers that may wait to be sent before further requests wait to be answered, in bytes.
const UNSENT: usize = 256 << 10;

/// A request that is not answered yet.
#[derive(Debug)]
pub(crate) struct Pending {
    pub(crate) ask: Ask,
    /// Whether the answer has no body, as that to HEAD has not.
    pub(crate) head: bool,
    /// Whether the connection is to stay.
    pub(crate) keep: bool,
    /// A body other than the usual one.
    pub(crate) body: Option<Vec<u8>>,
}

impl Pending {
    fn new(request: &Request<'_, '_>) -> Self {
        let (ask, mut body) = match Ask::read(request.target) {
            Ok(ask) => (ask, None),
            Err(told) => (failed(400), Some(told.into_bytes())),
        };
        if ask.kind == Kind::Echo {
            body = Some(reply::echo(request));
        }
        Self {
            head: request.method == "HEAD",
            keep: request.keep && !ask.close && ask.kind != Kind::Eof,
            ask,
            body,
        }
    }

    /// Whether the answer is the one that is made already.
    fn plain(&self) -> bool {
        self.keep && !self.head && self.body.is_none() && self.ask == Ask::default()
    }
}

fn failed(status: u16) -> Ask {
    Ask {
        status: Some(status),
        ..Ask::default()
    }
}

/// The answer to a request that asks for nothing.
pub(super) fn plain() -> Vec<u8> {
    let mut pending = Pending {
        ask: Ask::default(),
        head: false,
        keep: true,
        body: None,
    };
    let mut output = Vec::new();
    reply::write(&mut output, &mut pending);
    output
}

impl Engine {
    /// Does all that can be done for a connection now, and puts it back or closes it.
    pub(super) fn drive(&mut self, token: usize, mut connection: Box<Connection>) {
        if self.advance(token, &mut connection) {
            self.connections[token] = Some(connection);
        } else {
            self.close(token, connection);
        }
    }

    /// Returns whether the connection is to stay.
    fn advance(&mut self, token: usize, connection: &mut Connection) -> bool {
        loop {
            self.answer(token, connection);
            let held = connection.output.len() > UNSENT;
            match connection.flush() {
                Io::Done if held => continue,
                Io::Done => {}
                Io::Wait => return true,
                Io::Broken => return false,
            }
            match connection.stage {
                Stage::Closing | Stage::Resetting => return false,
                // Who has half-closed still reads the answers to what it sent.
                Stage::Reading | Stage::Hanging if connection.ended => return false,
                _ => {}
            }
            match connection.fill(&mut self.scratch) {
                Io::Done => {}
                Io::Wait => return true,
                Io::Broken => return false,
            }
        }
    }

    /// Answers the requests that have come, up to one that takes time.
    fn answer(&mut self, token: usize, connection: &mut Connection) {
        let mut used = 0;
        while matches!(connection.stage, Stage::Reading)
            && used < connection.input.len()
            && connection.output.len() <= UNSENT
        {
            let pending = match request::read(&connection.input[used..], &mut request::room()) {
                Ok(Some((request, length))) => {
                    used += length;
                    self.record(&request);
                    Pending::new(&request)
                }
                Ok(None) => break,
                Err(refused) => {
                    refuse(connection, refused);
                    return;
                }
            };
            let pending = self.err(pending);
            let ticket = Ticket {
                engine: self.index,
                token,
                generation: connection.generation,
            };
            if self.shared.gate.enter(ticket) {
                self.begin(token, connection, pending);
            } else {
                connection.stage = Stage::Queued(pending);
            }
        }
        connection.input.drain(..used);
    }

    fn record(&self, request: &Request<'_, '_>) {
        let keep = self.shared.options.record_arrivals;
        lock(&self.shared.desks[self.index].recorder).record(request.path(), self.now, keep);
    }

    /// Makes an error of the share of requests that are to be one.
    fn err(&mut self, pending: Pending) -> Pending {
        let errors = self.shared.options.errors;
        let spared = errors <= 0.0
            || pending.ask.status.is_some()
            || matches!(pending.ask.kind, Kind::Reset | Kind::Hang);
        if spared || self.random.unit() > errors {
            return pending;
        }
        Pending {
            ask: Ask {
                delay: pending.ask.delay,
                ..failed(500)
            },
            body: None,
            ..pending
        }
    }

    /// Serves a request that has a place in service.
    pub(super) fn begin(&mut self, token: usize, connection: &mut Connection, pending: Pending) {
        let usual = Service::unpacked(self.shared.service.load(Ordering::Relaxed));
        let service = pending.ask.delay.unwrap_or(usual);
        let (service, stage) = match pending.ask.kind {
            Kind::Events(_) if pending.head => {
                reply::write_events(&mut connection.output, pending.keep);
                return self.end(connection, pending.keep);
            }
            Kind::Events(tokens) => {
                reply::write_events(&mut connection.output, pending.keep);
                let gap = pending.ask.gap;
                let events = Stream::Events {
                    sent: 0,
                    tokens,
                    gap,
                };
                let first = pending.ask.first.unwrap_or(service);
                (first, Stage::Streaming(events, pending.keep))
            }
            _ => (service, Stage::Serving(pending)),
        };
        connection.stage = stage;
        match service.sample(&mut self.random) {
            0 => self.step(token, connection),
            time => self.wake_after(time, token, connection),
        }
    }

    fn wake_after(&mut self, time: u64, token: usize, connection: &Connection) {
        let due = self.now.saturating_add(time);
        self.timers.push(due, token, connection.generation);
    }

    /// Goes on with a request whose time has come.
    pub(super) fn step(&mut self, token: usize, connection: &mut Connection) {
        match mem::replace(&mut connection.stage, Stage::Reading) {
            Stage::Serving(pending) => self.finish(token, connection, pending),
            Stage::Streaming(Stream::Rest(rest), keep) => {
                connection.output.extend_from_slice(&rest);
                self.end(connection, keep);
            }
            Stage::Streaming(Stream::Events { sent, tokens, gap }, keep) => {
                reply::write_event(&mut connection.output, sent, tokens);
                let sent = sent + 1;
                if sent >= tokens {
                    return self.end(connection, keep);
                }
                let events = Stream::Events { sent, tokens, gap };
                connection.stage = Stage::Streaming(events, keep);
                let time = gap.sample(&mut self.random);
                self.wake_after(time, token, connection);
            }
            stage => connection.stage = stage,
        }
    }

    fn finish(&mut self, token: usize, connection: &mut Connection, mut pending: Pending) {
        let keep = pending.keep;
        match pending.ask.kind {
            Kind::Hang => connection.stage = Stage::Hanging,
            Kind::Reset => {
                self.end(connection, keep);
                connection.stage = Stage::Resetting;
            }
            _ if pending.plain() => {
                connection.output.extend_from_slice(&self.plain);
                self.end(connection, keep);
            }
            _ => match reply::write(&mut connection.output, &mut pending) {
                None => self.end(connection, keep),
                Some(rest) => {
                    connection.stage = Stage::Streaming(Stream::Rest(rest), keep);
                    let time = pending.ask.gap.sample(&mut self.random);
                    self.wake_after(time, token, connection);
                }
            },
        }
    }

    fn end(&mut self, connection: &mut Connection, keep: bool) {
        self.leave();
        connection.stage = if keep { Stage::Reading } else { Stage::Closing };
    }
}

/// Answers what is no request, and closes: where the next one begins cannot be known.
fn refuse(connection: &mut Connection, Refused(status): Refused) {
    let mut pending = Pending {
        ask: failed(status),
        head: false,
        keep: false,
        body: None,
    };
    reply::write(&mut connection.output, &mut pending);
    connection.input.clear();
    connection.stage = Stage::Closing;
}

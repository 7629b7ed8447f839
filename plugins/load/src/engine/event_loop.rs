//! One event loop: requests that fall due, connections that can be read or written, the timer.

use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::time::Duration;

use mio::event::Event;
use mio::{Events, Interest, Poll, Token};
use slab::Slab;

use super::connection::{Connection, Exchange, Out, Pool};
use super::lane::End;
use super::lanes::{Departure, Lanes, Parts, TIMER, WAKER};
use super::message::{Failure, Message};
use super::timer::Timer;
use super::tls::Transport;
use crate::http::{Parser, Progress, Sink};

/// The token of the first connection.
const FIRST: usize = 2;
const BUFFER: usize = 64 << 10;

/// How often one connection is read before others have their turn.
const READS: usize = 16;

pub(crate) struct EventLoop {
    lanes: Lanes,
    poll: Poll,
    timer: Timer,
    pools: Vec<Pool>,
    connections: Slab<Connection>,
    /// Connections of which there is more to read.
    unread: Vec<usize>,
    buffer: Box<[u8]>,
    /// A request that is written for this once.
    scratch: Vec<u8>,
}

impl EventLoop {
    /// Runs to the end. What goes wrong with the loop itself is told to the controller.
    pub(crate) fn run(parts: Parts) {
        let (number, tell) = (parts.number, parts.tell.clone());
        let outcome = Self::new(parts).and_then(|mut event_loop| event_loop.turn());
        let failure = outcome.err().map(|error| error.to_string());
        // Where nobody listens any more, nobody is to be told.
        let _ = tell.send(Message::Over { number, failure });
    }

    fn new(parts: Parts) -> io::Result<Self> {
        let (lanes, poll, pools) = Lanes::of(parts);
        Ok(Self {
            timer: Timer::new(&poll, TIMER, &lanes.clock)?,
            lanes,
            poll,
            pools,
            connections: Slab::new(),
            unread: Vec::new(),
            buffer: vec![0; BUFFER].into_boxed_slice(),
            scratch: Vec::new(),
        })
    }

    fn turn(&mut self) -> io::Result<()> {
        let mut events = Events::with_capacity(1024);
        let mut begun = false;
        loop {
            let wake = if begun { self.lanes.wake() } else { 1 };
            let mut timeout = self.timer.arm(wake, &self.lanes.clock)?;
            if !self.unread.is_empty() {
                timeout = Some(Duration::ZERO);
            }
            match self.poll.poll(&mut events, timeout) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                other => other?,
            }
            // What is ready came before this moment, however long it takes to read it all.
            let now = self.lanes.clock.now();
            for event in &events {
                match event.token() {
                    TIMER => self.timer.fired(),
                    WAKER => self.lanes.obey(now),
                    Token(token) => self.ready(token - FIRST, event, now),
                }
            }
            if now == 0 {
                continue;
            }
            begun = true;
            for key in std::mem::take(&mut self.unread) {
                // It may be another one by now, which is not to be read before it stands.
                if self.connections.get(key).is_some_and(|one| one.open) {
                    self.read(key, true, now);
                }
            }
            while let Some(departure) = self.lanes.fall_due(now) {
                self.start(departure);
            }
            self.pump();
            if self.lanes.is_tick(now) {
                self.tick(now);
                if self.lanes.is_over(now) {
                    self.finish(now);
                    return self.lanes.outcome();
                }
                self.lanes.report(now);
            }
        }
    }

    /// Sends what waits and has a worker.
    fn pump(&mut self) {
        while let Some(departure) = self.lanes.next_waiting() {
            self.start(departure);
        }
    }

    /// Sends a request of a lane.
    fn start(&mut self, departure: Departure) {
        let exchange = Exchange {
            departure,
            parser: Parser::new(self.lanes.request(departure.lane).is_head),
            body: Default::default(),
            received: 0,
            again: false,
            tried: 0,
        };
        let pool = self.lanes.lane(departure.lane).pool;
        let idle = self.pools[pool].idle.pop();
        self.place(idle, exchange);
    }

    /// Puts a request on a connection: one that is free, or a new one.
    fn place(&mut self, idle: Option<usize>, mut exchange: Exchange) {
        let pool = self.lanes.lane(exchange.departure.lane).pool;
        let key = loop {
            let (address, _) = self.pools[pool].address();
            let error = match idle.map_or_else(|| self.connect(pool), Ok) {
                Ok(key) => break key,
                Err(error) => error,
            };
            if is_out_of_files(&error) && self.close_one() {
                continue;
            }
            let failure = Failure::of_connecting(&error, address);
            if failure == Failure::Local || !self.has_another(&mut exchange) {
                return self.lanes.failed(exchange.departure, failure);
            }
        };
        let connection = &mut self.connections[key];
        connection.exchange = Some(exchange);
        if connection.open {
            self.send(key);
        }
    }

    /// No connection could be made to an address. Whether there is another that was not tried yet.
    fn has_another(&self, exchange: &mut Exchange) -> bool {
        exchange.tried += 1;
        let pool = self.lanes.lane(exchange.departure.lane).pool;
        exchange.tried < self.pools[pool].addresses.len()
    }

    fn connect(&mut self, pool: usize) -> io::Result<usize> {
        let one = &mut self.pools[pool];
        let (address, place) = one.address();
        let tls = one.tls.as_ref().map(|(config, name)| (config, name));
        let transport = Transport::connect(address, tls).inspect_err(|_| one.failed(place))?;
        let key = self.connections.insert(Connection {
            transport,
            pool,
            address: place,
            open: false,
            used: false,
            exchange: None,
            out: Out::Nothing,
            kept: Vec::new(),
        });
        let registered = self.poll.registry().register(
            self.connections[key].transport.socket(),
            Token(key + FIRST),
            Interest::READABLE | Interest::WRITABLE,
        );
        if let Err(error) = registered {
            self.connections.remove(key);
            return Err(error);
        }
        Ok(key)
    }

    /// Writes the request of a connection.
    #[inline]
    fn send(&mut self, key: usize) {
        let connection = &mut self.connections[key];
        let Some(exchange) = &connection.exchange else {
            return;
        };
        let Departure { lane, number, .. } = exchange.departure;
        let random = match self.lanes.request(lane).fixed() {
            Some(_) => 0,
            None => self.lanes.random(),
        };
        let request = self.lanes.request(lane);
        let bytes = match request.fixed() {
            Some(bytes) => &**bytes,
            None => {
                self.scratch.clear();
                request.write(number, random, &mut self.scratch);
                &self.scratch
            }
        };
        let length = bytes.len();
        let written = match connection.transport.write(bytes) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(0),
            other => other,
        };
        let is_all = match written {
            Ok(written) if written == bytes.len() => true,
            Ok(written) => {
                connection.out = pending(request.fixed(), bytes, written);
                false
            }
            Err(_) => false,
        };
        self.lanes.lane_mut(lane).tick.bytes_sent += length as u64;
        // TLS takes a part of what is long, and has sent it already: then there is no event for the rest.
        if !is_all && (written.is_err() || !self.write_on(key)) {
            self.broken(key, Failure::Closed);
        }
    }

    /// Writes on what could not be written at once. Whether the connection still stands.
    fn write_on(&mut self, key: usize) -> bool {
        let connection = &mut self.connections[key];
        let Connection { transport, out, .. } = connection;
        let (bytes, at) = match out {
            Out::Nothing => return transport.flush().is_ok(),
            Out::Shared(bytes, at) => (&**bytes, at),
            Out::Own(bytes, at) => (bytes.as_slice(), at),
        };
        while *at < bytes.len() {
            match transport.write(&bytes[*at..]) {
                Ok(0) => return false,
                Ok(written) => *at += written,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return true,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return false,
            }
        }
        *out = Out::Nothing;
        transport.flush().is_ok()
    }

    /// A connection can be read, written, or is gone.
    #[inline]
    fn ready(&mut self, key: usize, event: &Event, now: u64) {
        let Some(connection) = self.connections.get_mut(key) else {
            return;
        };
        if !connection.open {
            if !(event.is_writable() || event.is_error() || event.is_read_closed()) {
                return;
            }
            let socket = connection.transport.socket();
            // What went wrong is found here, or where nobody is at the other end.
            let failed = !matches!(socket.take_error(), Ok(None));
            match failed
                || socket
                    .peer_addr()
                    .is_err_and(|error| error.kind() != ErrorKind::NotConnected)
            {
                true => return self.broken(key, Failure::Connect),
                false if connection.transport.socket().peer_addr().is_err() => return,
                false => connection.open = true,
            }
            self.send(key);
        } else if event.is_writable() && !self.write_on(key) {
            return self.broken(key, Failure::Closed);
        }
        if event.is_readable() || event.is_read_closed() || event.is_error() {
            self.read(key, event.is_read_closed(), now);
        }
    }

    /// Reads what has come; to the end, where the server has ended it.
    fn read(&mut self, key: usize, ended: bool, now: u64) {
        let mut reads = 0;
        loop {
            let Some(connection) = self.connections.get_mut(key) else {
                return;
            };
            // There is no other event for what has come already; but it is not to keep others waiting.
            if reads == READS {
                self.unread.push(key);
                break;
            }
            reads += 1;
            match connection.transport.read(&mut self.buffer) {
                Ok(0) => return self.closed(key, now),
                Ok(length) => {
                    // Of what came before this event there is no other.
                    let is_all = !ended
                        && length < self.buffer.len()
                        && connection.transport.tells_its_end();
                    if !self.take(key, length, now) || is_all {
                        break;
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return self.broken(key, Failure::Closed),
            }
        }
        // A handshake may have something to say once it has read.
        if let Some(connection) = self.connections.get(key)
            && !connection.transport.tells_its_end()
            && !self.write_on(key)
        {
            self.broken(key, Failure::Closed);
        }
    }

    /// Takes what was read. Whether the connection is still there.
    #[inline]
    fn take(&mut self, key: usize, length: usize, now: u64) -> bool {
        let connection = &mut self.connections[key];
        let Some(exchange) = &mut connection.exchange else {
            // Nobody has asked for anything.
            self.broken(key, Failure::Protocol);
            return false;
        };
        exchange.received += length as u64;
        let lane = self.lanes.lane(exchange.departure.lane);
        let wanted = |status| lane.wants(status);
        let mut sink = Sink::new(&mut exchange.body, now, &wanted);
        let came = &self.buffer[..length];
        let fed = if connection.kept.is_empty() {
            let fed = exchange.parser.feed(came, &mut sink);
            if let Ok((used, Progress::More)) = fed {
                connection.kept.extend_from_slice(&came[used..]);
            }
            fed.map(|(used, progress)| (used == length, progress))
        } else {
            connection.kept.extend_from_slice(came);
            let fed = exchange.parser.feed(&connection.kept, &mut sink);
            fed.map(|(used, progress)| {
                connection.kept.drain(..used);
                (connection.kept.is_empty(), progress)
            })
        };
        match fed {
            Ok((_, Progress::More)) => true,
            Ok((whole, Progress::Done)) => {
                self.answered(key, whole, now);
                self.connections.contains(key)
            }
            Err(_) => {
                self.broken(key, Failure::Protocol);
                false
            }
        }
    }

    /// A response is whole. What came after it, nobody asked for.
    #[inline]
    fn answered(&mut self, key: usize, whole: bool, now: u64) {
        let connection = &mut self.connections[key];
        let Some(mut exchange) = connection.exchange.take() else {
            return;
        };
        connection.used = true;
        connection.kept.clear();
        let keeps = exchange.parser.keeps && whole && matches!(connection.out, Out::Nothing);
        match keeps {
            true => self.pools[connection.pool].idle.push(key),
            false => self.drop_connection(key),
        }
        let end = End::Response {
            status: exchange.parser.status,
            received: exchange.received,
            body: &mut exchange.body,
        };
        self.lanes.over(exchange.departure, now, end);
    }

    /// The server has closed a connection.
    fn closed(&mut self, key: usize, now: u64) {
        let exchange = self.connections[key].exchange.as_ref();
        match exchange.is_some_and(|exchange| exchange.parser.close()) {
            true => self.answered(key, false, now),
            false => self.broken(key, Failure::Closed),
        }
    }

    /// A connection is of no use any more. A request on one that had been kept, of which no response has
    /// begun, is sent once more: the server had closed it before it came.
    fn broken(&mut self, key: usize, mut failure: Failure) {
        let connection = &mut self.connections[key];
        let (used, pool, open) = (connection.used, connection.pool, connection.open);
        // Whom one does not trust, one has no connection to.
        if failure == Failure::Closed && connection.transport.shakes_hands() {
            failure = Failure::Connect;
        }
        if failure == Failure::Connect || !open {
            self.pools[pool].failed(connection.address);
        }
        let exchange = connection.exchange.take();
        self.drop_connection(key);
        let Some(mut exchange) = exchange else {
            self.pools[pool].idle.retain(|idle| *idle != key);
            return;
        };
        let repeats = self.lanes.request(exchange.departure.lane).is_idempotent();
        if failure == Failure::Closed
            && used
            && repeats
            && exchange.received == 0
            && !exchange.again
        {
            exchange.again = true;
            let lane = self.lanes.lane_mut(exchange.departure.lane);
            lane.tick.reconnects += 1;
            return self.place(None, exchange);
        }
        if failure == Failure::Connect && self.has_another(&mut exchange) {
            return self.place(None, exchange);
        }
        self.lanes.failed(exchange.departure, failure);
    }

    /// Closes a connection that nobody uses, for another to have its file. Whether there was one.
    fn close_one(&mut self) -> bool {
        let most = self.pools.iter_mut().max_by_key(|pool| pool.idle.len());
        let Some(pool) = most.filter(|pool| !pool.idle.is_empty()) else {
            return false;
        };
        // The one that was used the longest ago.
        let key = pool.idle.remove(0);
        self.drop_connection(key);
        true
    }

    fn drop_connection(&mut self, key: usize) {
        // Closing it takes it from the poll, too.
        drop(self.connections.remove(key));
    }

    /// Once a tick: takes orders, and ends what took too long.
    fn tick(&mut self, now: u64) {
        self.lanes.obey(now);
        let connections = self.connections.iter();
        let late = connections.filter(|(_, connection)| {
            let exchange = connection.exchange.as_ref();
            exchange.is_some_and(|exchange| self.lanes.is_late(&exchange.departure, now))
        });
        let late: Vec<usize> = late.map(|(key, _)| key).collect();
        for key in late {
            self.broken(key, Failure::Timeout);
        }
        self.lanes.resume();
        self.pump();
    }

    fn finish(&mut self, now: u64) {
        let connections = self.connections.iter_mut();
        let exchanges = connections.filter_map(|(_, connection)| connection.exchange.take());
        let departures = exchanges.map(|exchange| exchange.departure);
        self.lanes.finish(now, departures);
    }
}

/// Whether there is no file left for a connection.
fn is_out_of_files(error: &io::Error) -> bool {
    use rustix::io::Errno;
    let errno = Errno::from_io_error(error);
    matches!(errno, Some(Errno::MFILE | Errno::NFILE))
}

/// What is left of a request.
fn pending(shared: Option<&Arc<[u8]>>, bytes: &[u8], written: usize) -> Out {
    match shared {
        Some(bytes) => Out::Shared(Arc::clone(bytes), written),
        None => Out::Own(bytes.to_vec(), written),
    }
}

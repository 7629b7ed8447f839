//! One event loop: requests that fall due, connections that can be read or written, the timer.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::sync::mpsc::Sender;

use mio::event::Event;
use mio::{Events, Interest, Poll, Token};
use plimsoll_core::histogram::Histogram;
use plimsoll_harness::random::Stream;
use slab::Slab;

use super::connection::{Connection, Exchange, Out, Pool};
use super::lane::{End, Lane};
use super::message::{Failure, Message, Orders};
use super::timer::Timer;
use super::tls::Transport;
use crate::clock::{RunClock, SECOND};
use crate::http::{Parser, Progress, Sink};
use crate::plan::LoadTest;

/// How often a loop reports and looks for what took too long.
pub(crate) const TICK: u64 = SECOND / 10;
/// How long nothing is sent as fast as workers go, after no connection could be made.
const BACK_OFF: u64 = SECOND / 10;
const TIMER: Token = Token(0);
pub(crate) const WAKER: Token = Token(1);
/// The token of the first connection.
const FIRST: usize = 2;
const BUFFER: usize = 64 << 10;

/// What a loop is made of.
pub(crate) struct Parts {
    pub(crate) number: usize,
    pub(crate) poll: Poll,
    pub(crate) clock: RunClock,
    pub(crate) test: Arc<LoadTest>,
    pub(crate) lanes: Vec<Lane>,
    pub(crate) pools: Vec<Pool>,
    pub(crate) orders: Arc<Orders>,
    pub(crate) tell: Sender<Message>,
    pub(crate) random: Stream,
}

pub(crate) struct EventLoop {
    number: usize,
    clock: RunClock,
    test: Arc<LoadTest>,
    orders: Arc<Orders>,
    tell: Sender<Message>,
    poll: Poll,
    timer: Timer,
    lanes: Vec<Lane>,
    pools: Vec<Pool>,
    connections: Slab<Connection>,
    /// When each lane's next request falls due.
    due: BinaryHeap<Reverse<(u64, usize)>>,
    /// Lanes that may have something to send.
    runnable: Vec<usize>,
    buffer: Box<[u8]>,
    /// A request that is written for this once.
    scratch: Vec<u8>,
    random: Stream,
    in_flight: usize,
    end: u64,
    ticked: u64,
    detailed: u64,
    seen: Vec<(usize, u16)>,
    pacing: Box<Histogram>,
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
        let mut event_loop = Self {
            timer: Timer::new(&parts.poll, TIMER, &parts.clock)?,
            number: parts.number,
            clock: parts.clock,
            test: parts.test,
            end: parts.orders.end(),
            orders: parts.orders,
            tell: parts.tell,
            poll: parts.poll,
            due: BinaryHeap::with_capacity(parts.lanes.len()),
            runnable: Vec::new(),
            lanes: parts.lanes,
            pools: parts.pools,
            connections: Slab::new(),
            buffer: vec![0; BUFFER].into_boxed_slice(),
            scratch: Vec::new(),
            random: parts.random,
            in_flight: 0,
            ticked: 0,
            detailed: 0,
            seen: Vec::new(),
            pacing: Box::default(),
        };
        for lane in 0..event_loop.lanes.len() {
            event_loop.schedule(lane);
        }
        Ok(event_loop)
    }

    /// Notes when a lane's next request falls due, if that is within the test.
    fn schedule(&mut self, lane: usize) {
        let one = &mut self.lanes[lane];
        if let Some(at) = one.schedule.next()
            && at < self.end
        {
            self.due.push(Reverse((at, lane)));
        }
    }

    fn turn(&mut self) -> io::Result<()> {
        let mut events = Events::with_capacity(1024);
        let mut begun = false;
        loop {
            let mut wake = self.ticked + TICK;
            if let Some(Reverse((at, _))) = self.due.peek() {
                wake = wake.min(*at);
            }
            if !begun {
                wake = 1;
            }
            let timeout = self.timer.arm(wake, &self.clock)?;
            match self.poll.poll(&mut events, timeout) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                other => other?,
            }
            // What is ready came before this moment, however long it takes to read it all.
            let now = self.clock.now();
            if now == 0 {
                continue;
            }
            if !begun {
                begun = true;
                self.runnable.extend(0..self.lanes.len());
            }
            for event in &events {
                match event.token() {
                    TIMER => {}
                    WAKER => self.obey(now),
                    Token(token) => self.ready(token - FIRST, event, now),
                }
            }
            self.fall_due(now);
            self.pump();
            if now >= self.ticked + TICK {
                self.tick(now);
                if self.is_over(now) {
                    self.finish(now);
                    return Ok(());
                }
            }
        }
    }

    /// Sends what is due, or lets it wait for a worker.
    fn fall_due(&mut self, now: u64) {
        while let Some(Reverse((at, lane))) = self.due.peek().copied() {
            if at > now {
                break;
            }
            self.due.pop();
            self.schedule(lane);
            if at >= self.end {
                continue;
            }
            let one = &mut self.lanes[lane];
            if one.over {
                continue;
            }
            one.tick.arrivals += 1;
            if one.in_flight < one.slots && one.backlog.is_empty() && now >= one.resumes {
                let sent = self.clock.now();
                self.pacing.record(sent - at);
                self.start(lane, at, sent);
            } else {
                one.queue(at, now);
                self.runnable.push(lane);
            }
        }
    }

    /// Sends what waits and has a worker.
    fn pump(&mut self) {
        while let Some(lane) = self.runnable.pop() {
            let mut now = self.clock.now();
            while self.lanes[lane].may_send(now, self.end) {
                let one = &mut self.lanes[lane];
                one.settle(now);
                let due = one.backlog.pop_front().unwrap_or(now);
                if !one.paced {
                    one.tick.arrivals += 1;
                }
                self.start(lane, due, now);
                now = self.clock.now();
            }
        }
    }

    /// Sends a request of a lane.
    fn start(&mut self, lane: usize, due: u64, now: u64) {
        let one = &mut self.lanes[lane];
        let number = one.begin(due, now);
        self.in_flight += 1;
        let is_head = self.test.endpoints[one.endpoint].request.is_head;
        let exchange = Exchange {
            lane,
            number,
            due,
            sent: now,
            parser: Parser::new(is_head),
            body: Default::default(),
            received: 0,
            again: false,
        };
        let idle = self.pools[one.pool].idle.pop();
        self.place(idle, exchange);
    }

    /// Puts a request on a connection: one that is free, or a new one.
    fn place(&mut self, idle: Option<usize>, exchange: Exchange) {
        let pool = self.lanes[exchange.lane].pool;
        let key = match idle.map_or_else(|| self.connect(pool), Ok) {
            Ok(key) => key,
            Err(_) => return self.failed(exchange, Failure::Connect),
        };
        let connection = &mut self.connections[key];
        connection.exchange = Some(exchange);
        if connection.open {
            self.send(key);
        }
    }

    fn connect(&mut self, pool: usize) -> io::Result<usize> {
        let one = &mut self.pools[pool];
        let address = one.addresses[one.next % one.addresses.len()];
        let tls = one.tls.as_ref().map(|(config, name)| (config, name));
        let transport = Transport::connect(address, tls).inspect_err(|_| one.next += 1)?;
        let key = self.connections.insert(Connection {
            transport,
            pool,
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
        let lane = &mut self.lanes[exchange.lane];
        let request = &self.test.endpoints[lane.endpoint].request;
        let bytes = match request.fixed() {
            Some(bytes) => &**bytes,
            None => {
                let random = u128::from(self.random.bits()) << 64 | u128::from(self.random.bits());
                self.scratch.clear();
                request.write(exchange.number, random, &mut self.scratch);
                &self.scratch
            }
        };
        lane.detail.bytes_sent += bytes.len() as u64;
        match connection.transport.write(bytes) {
            Ok(written) if written == bytes.len() => {}
            Ok(written) => connection.out = pending(request.fixed(), bytes, written),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                connection.out = pending(request.fixed(), bytes, 0);
            }
            Err(_) => self.broken(key, Failure::Closed),
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
                true => {
                    let pool = connection.pool;
                    self.pools[pool].next += 1;
                    return self.broken(key, Failure::Connect);
                }
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
        loop {
            let Some(connection) = self.connections.get_mut(key) else {
                return;
            };
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
        let lane = &self.lanes[exchange.lane];
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
        self.over(exchange.lane, exchange.due, exchange.sent, now, end);
    }

    fn over(&mut self, lane: usize, due: u64, sent: u64, now: u64, end: End<'_>) {
        self.in_flight -= 1;
        if let Some(status) = self.lanes[lane].end(due, sent, now, end) {
            self.seen.push((lane, status));
        }
        self.runnable.push(lane);
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
    fn broken(&mut self, key: usize, failure: Failure) {
        let connection = &mut self.connections[key];
        let (used, pool) = (connection.used, connection.pool);
        let exchange = connection.exchange.take();
        self.drop_connection(key);
        let Some(mut exchange) = exchange else {
            self.pools[pool].idle.retain(|idle| *idle != key);
            return;
        };
        if failure == Failure::Closed && used && exchange.received == 0 && !exchange.again {
            exchange.again = true;
            self.lanes[exchange.lane].detail.reconnects += 1;
            return self.place(None, exchange);
        }
        self.failed(exchange, failure);
    }

    fn failed(&mut self, exchange: Exchange, failure: Failure) {
        let now = self.clock.now();
        let lane = &mut self.lanes[exchange.lane];
        if failure == Failure::Connect && !lane.paced {
            lane.resumes = now + BACK_OFF;
        }
        let end = End::Failed(failure);
        self.over(exchange.lane, exchange.due, exchange.sent, now, end);
    }

    fn drop_connection(&mut self, key: usize) {
        // Closing it takes it from the poll, too.
        drop(self.connections.remove(key));
    }

    /// Takes the controller's orders.
    fn obey(&mut self, now: u64) {
        self.end = self.orders.end();
        for (number, lane) in self.lanes.iter_mut().enumerate() {
            let before = lane.slots;
            lane.obey(self.orders.slots(number), now);
            if lane.slots > before {
                self.runnable.push(number);
            }
        }
    }

    /// Once a tick: takes orders, ends what took too long, and reports.
    fn tick(&mut self, now: u64) {
        self.obey(now);
        let late: Vec<usize> = self
            .connections
            .iter()
            .filter(|(_, connection)| {
                connection.exchange.as_ref().is_some_and(|exchange| {
                    now.saturating_sub(exchange.sent) >= self.lanes[exchange.lane].timeout
                })
            })
            .map(|(key, _)| key)
            .collect();
        for key in late {
            self.broken(key, Failure::Timeout);
        }
        self.runnable.extend(
            (0..self.lanes.len())
                .filter(|lane| !self.lanes[*lane].paced || self.lanes[*lane].resumes > 0),
        );
        self.pump();
        self.report(now);
    }

    fn report(&mut self, now: u64) {
        let length = now - self.ticked;
        let message = Message::Ticked {
            number: self.number,
            at: now,
            length,
            ticks: self
                .lanes
                .iter_mut()
                .map(|lane| lane.take_tick(now))
                .collect(),
            seen: std::mem::take(&mut self.seen),
        };
        self.ticked = now - now % TICK;
        // Where nobody listens any more, nobody is to be told.
        let _ = self.tell.send(message);
        if now >= self.detailed + SECOND {
            self.detail(now);
        }
    }

    fn detail(&mut self, now: u64) {
        self.detailed = now - now % SECOND;
        let lanes = self.lanes.iter_mut().enumerate();
        let details = lanes
            .filter(|(_, lane)| !lane.detail.is_empty())
            .map(|(number, lane)| (number, std::mem::take(&mut lane.detail)));
        let _ = self.tell.send(Message::Detailed {
            number: self.number,
            details: details.collect(),
            pacing: std::mem::take(&mut self.pacing),
            cpu: super::cpu::of_thread(),
        });
    }

    /// Whether there is nothing to do any more, or no time to do it.
    fn is_over(&self, now: u64) -> bool {
        let waits = || self.lanes.iter().any(|lane| !lane.backlog.is_empty());
        now >= self.end && (now >= self.orders.last() || self.in_flight == 0 && !waits())
    }

    /// Counts what is not over as old as it is.
    fn finish(&mut self, now: u64) {
        for (_, connection) in &mut self.connections {
            if let Some(exchange) = connection.exchange.take() {
                let lane = &mut self.lanes[exchange.lane];
                let end = End::Failed(Failure::Unfinished);
                lane.end(exchange.due, exchange.sent, now, end);
            }
        }
        for lane in &mut self.lanes {
            lane.abandon(now);
        }
        self.report(now);
        self.detail(now);
    }
}

/// What is left of a request.
fn pending(shared: Option<&Arc<[u8]>>, bytes: &[u8], written: usize) -> Out {
    match shared {
        Some(bytes) => Out::Shared(Arc::clone(bytes), written),
        None => Out::Own(bytes.to_vec(), written),
    }
}

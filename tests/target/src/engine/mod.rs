//! The event loop of a thread.

mod serve;

use std::collections::VecDeque;
use std::io::{self, ErrorKind};
use std::mem;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use mio::event::Event;
use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Token};

pub(crate) use self::serve::Pending;
use crate::connection::{Connection, Stage};
use crate::gate::Ticket;
use crate::random::Random;
use crate::shared::{Message, Shared, lock};
use crate::timers::Timers;

/// The token of an event loop's waker.
pub(crate) const WAKER: Token = Token(usize::MAX - 1);
const LISTENER: Token = Token(usize::MAX - 2);
const TIMERS: Token = Token(usize::MAX - 3);

/// Few, so that what becomes due meanwhile is not late.
const EVENTS: usize = 256;
const SCRATCH: usize = 64 << 10;

/// One event loop: its connections, and what it will do later.
#[derive(Debug)]
pub(crate) struct Engine {
    index: usize,
    shared: Arc<Shared>,
    poll: Poll,
    listener: Option<TcpListener>,
    /// Whether connections may wait that could not be accepted: their edge is past.
    backlog: bool,
    /// Which event loop has the next connection.
    turn: usize,
    connections: Vec<Option<Box<Connection>>>,
    free: Vec<usize>,
    /// Tokens of this round, for whose connections events may still be about.
    closed: Vec<usize>,
    generation: u64,
    timers: Timers,
    /// Requests that have a place in service, and are not begun.
    admitted: VecDeque<Ticket>,
    random: Random,
    scratch: Vec<u8>,
    /// The answer to a request that asks for nothing.
    plain: Vec<u8>,
    now: u64,
}

impl Engine {
    pub(crate) fn new(
        index: usize,
        shared: Arc<Shared>,
        poll: Poll,
        mut listener: Option<TcpListener>,
    ) -> io::Result<Self> {
        if let Some(listener) = &mut listener {
            poll.registry()
                .register(listener, LISTENER, Interest::READABLE)?;
        }
        let timers = Timers::new(poll.registry(), TIMERS)?;
        let seed = shared.options.seed.wrapping_add(index as u64);
        Ok(Self {
            index,
            shared,
            poll,
            listener,
            backlog: false,
            turn: 0,
            connections: Vec::new(),
            free: Vec::new(),
            closed: Vec::new(),
            generation: 0,
            timers,
            admitted: VecDeque::new(),
            random: Random::seeded(seed),
            scratch: vec![0; SCRATCH],
            plain: serve::plain(),
            now: 0,
        })
    }

    /// Serves until it is told to stop, or the poll or the timer fails, which they do not.
    pub(crate) fn run(mut self) {
        let mut events = Events::with_capacity(EVENTS);
        while !self.stopped() {
            self.free.append(&mut self.closed);
            self.look();
            self.fire();
            if self.backlog {
                self.accept();
            }
            let Ok(timeout) = self.timers.arm(self.now) else {
                return;
            };
            match self.poll.poll(&mut events, timeout) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(_) => return,
            }
            for event in &events {
                self.look();
                self.handle(event);
                self.fire();
            }
        }
    }

    fn stopped(&self) -> bool {
        self.shared.stop.load(Ordering::Relaxed)
    }

    /// Looks at the clock; does nothing more for as long as the server is frozen.
    fn look(&mut self) {
        self.now = self.shared.clock.now();
        while self.now < self.shared.frozen.load(Ordering::SeqCst) && !self.stopped() {
            let left = self.shared.frozen.load(Ordering::SeqCst) - self.now;
            thread::park_timeout(Duration::from_nanos(left));
            self.now = self.shared.clock.now();
        }
    }

    fn handle(&mut self, event: &Event) {
        match event.token() {
            LISTENER => self.accept(),
            WAKER => self.take_messages(),
            TIMERS => {}
            Token(token) => {
                let Some(mut connection) = self.take(token) else {
                    return;
                };
                if event.is_error() || event.is_write_closed() {
                    self.close(token, connection);
                    return;
                }
                connection.readable |= event.is_readable();
                connection.ending |= event.is_read_closed();
                self.drive(token, connection);
            }
        }
    }

    fn take_messages(&mut self) {
        let messages = mem::take(&mut *lock(&self.shared.desks[self.index].inbox));
        for message in messages {
            match message {
                Message::Connection(socket) => self.open(socket),
                Message::Admitted(ticket) => self.admitted.push_back(ticket),
            }
        }
    }

    fn accept(&mut self) {
        self.backlog = false;
        while let Some(listener) = &self.listener {
            let socket = match listener.accept() {
                Ok((socket, _)) => socket,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Err(error) if error.kind() == ErrorKind::ConnectionAborted => continue,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                // There are no more files: tried again when something has happened.
                Err(_) => {
                    self.backlog = true;
                    return;
                }
            };
            self.shared.connections.up();
            let engine = self.turn;
            self.turn = (self.turn + 1) % self.shared.desks.len();
            if engine == self.index {
                self.open(socket);
            } else if self
                .shared
                .send(engine, Message::Connection(socket))
                .is_err()
            {
                self.shared.connections.down();
            }
        }
    }

    fn open(&mut self, mut socket: TcpStream) {
        let token = self.free.pop().unwrap_or(self.connections.len());
        let interest = Interest::READABLE | Interest::WRITABLE;
        let ready = socket.set_nodelay(true).and_then(|()| {
            self.poll
                .registry()
                .register(&mut socket, Token(token), interest)
        });
        if token == self.connections.len() {
            self.connections.push(None);
        }
        if ready.is_err() {
            self.shared.connections.down();
            self.closed.push(token);
            return;
        }
        self.generation += 1;
        // Whatever has come already is told of by an event.
        self.connections[token] = Some(Box::new(Connection::new(socket, self.generation)));
    }

    fn take(&mut self, token: usize) -> Option<Box<Connection>> {
        self.connections.get_mut(token)?.take()
    }

    /// Takes a connection if it is the one that is meant.
    fn take_same(&mut self, token: usize, generation: u64) -> Option<Box<Connection>> {
        self.connections
            .get_mut(token)?
            .take_if(|connection| connection.generation == generation)
    }

    /// Goes on with whatever waited until now.
    fn fire(&mut self) {
        self.settle();
        while let Some(wake) = self.timers.due(self.now) {
            if let Some(mut connection) = self.take_same(wake.token, wake.generation) {
                self.step(wake.token, &mut connection);
                self.drive(wake.token, connection);
                self.settle();
            }
        }
    }

    /// Begins the requests that were admitted.
    fn settle(&mut self) {
        while let Some(ticket) = self.admitted.pop_front() {
            let Some(mut connection) = self.take_same(ticket.token, ticket.generation) else {
                // It is gone, and so its place is the next one's.
                self.leave();
                continue;
            };
            if let Stage::Queued(pending) = mem::replace(&mut connection.stage, Stage::Reading) {
                self.begin(ticket.token, &mut connection, pending);
            }
            self.drive(ticket.token, connection);
        }
    }

    /// Gives a place in service back, and tells who has it now.
    fn leave(&mut self) {
        match self.shared.gate.leave() {
            Some(next) if next.engine == self.index => self.admitted.push_back(next),
            // It fails if that thread is gone, and its requests with it.
            Some(next) => drop(self.shared.send(next.engine, Message::Admitted(next))),
            None => {}
        }
    }

    fn close(&mut self, token: usize, mut connection: Box<Connection>) {
        connection.part(&mut self.scratch);
        if matches!(
            connection.stage,
            Stage::Serving(_) | Stage::Streaming(..) | Stage::Hanging
        ) {
            self.leave();
        }
        self.shared.connections.down();
        self.closed.push(token);
    }
}

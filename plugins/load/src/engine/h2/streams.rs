//! Requests as streams: which connection each goes on, and how it ends.

use std::cell::RefCell;
use std::future::Future;
use std::rc::{Rc, Weak};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderMap};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::client::conn::http2::SendRequest;
use slab::Slab;
use tokio::task::{AbortHandle, spawn_local};

use super::connection::{Connection, begin, drive};
use super::failure::Broken;
use super::wire::Wire;
use crate::engine::connection::Pool;
use crate::engine::lane::End;
use crate::engine::lanes::{Departure, Lanes};
use crate::engine::message::Failure;
use crate::http::{Body, Sink};

/// A request that is under way.
struct Exchange {
    departure: Departure,
    /// Where it is, once it is somewhere.
    connection: Option<Rc<Connection>>,
    /// Reads the response, once it is sent.
    task: Option<AbortHandle>,
    /// Whether it was sent before, on a connection that turned out to be closed.
    again: bool,
    /// How many addresses were tried for it in vain.
    tried: usize,
}

/// What has come of a response.
#[derive(Debug, Default)]
struct Answer {
    /// 0 before its head has come.
    status: u16,
    /// Bytes of its headers, as they would be without compression, and of its body.
    received: u64,
    body: Body,
}

/// The requests of a loop.
pub(super) struct Streams {
    me: Weak<RefCell<Self>>,
    pub(super) lanes: Lanes,
    pools: Vec<Pool>,
    /// The connections of each pool that can be used.
    connections: Vec<Vec<Rc<Connection>>>,
    exchanges: Slab<Exchange>,
    /// What each lane sends, where it is always the same.
    fixed: Vec<Option<http::Request<Bytes>>>,
}

impl Streams {
    pub(super) fn new(lanes: Lanes, pools: Vec<Pool>) -> Rc<RefCell<Self>> {
        let fixed = (0..lanes.len()).map(|lane| {
            let request = lanes.request(lane);
            request.fixed().and_then(|_| request.message(0, 0))
        });
        let fixed = fixed.collect();
        Rc::new_cyclic(|me| {
            RefCell::new(Self {
                me: Weak::clone(me),
                lanes,
                connections: pools.iter().map(|_| Vec::new()).collect(),
                pools,
                exchanges: Slab::new(),
                fixed,
            })
        })
    }

    /// Sends what is due, and what has waited and has a worker.
    pub(super) fn go_on(&mut self, now: u64) {
        while let Some(departure) = self.lanes.fall_due(now) {
            self.start(departure);
        }
        self.pump();
    }

    fn pump(&mut self) {
        while let Some(departure) = self.lanes.next_waiting() {
            self.start(departure);
        }
    }

    fn start(&mut self, departure: Departure) {
        self.place(Exchange {
            departure,
            connection: None,
            task: None,
            again: false,
            tried: 0,
        });
    }

    /// Puts a request on a connection: the first that takes more, or a new one.
    fn place(&mut self, exchange: Exchange) {
        let pool = self.lanes.lane(exchange.departure.lane).pool;
        let mut known = self.connections[pool].iter();
        let connection = match known.find(|connection| connection.takes_more()) {
            Some(connection) => Rc::clone(connection),
            None => self.connect(pool),
        };
        connection.streams.update(|streams| streams + 1);
        let key = self.exchanges.insert(Exchange {
            connection: Some(Rc::clone(&connection)),
            ..exchange
        });
        let mut sender = connection.sender.borrow_mut();
        match &mut *sender {
            Some(sender) => self.send(key, sender),
            None => connection.waiting.borrow_mut().push(key),
        }
    }

    /// Begins to connect.
    fn connect(&mut self, pool: usize) -> Rc<Connection> {
        let connection = Rc::new(Connection::new(pool));
        self.connections[pool].push(Rc::clone(&connection));
        let (address, place) = self.pools[pool].address();
        let tls = self.pools[pool].tls.clone();
        let clock = self.lanes.clock;
        let (signs, most) = (Rc::clone(&connection.signs), Rc::clone(&connection.most));
        let (me, weak) = (Weak::clone(&self.me), Rc::downgrade(&connection));
        // Nobody waits for longer than that.
        let lanes = (0..self.lanes.len()).map(|lane| self.lanes.lane(lane));
        let timeouts = lanes.filter(|lane| lane.pool == pool);
        let longest = timeouts.map(|lane| lane.timeout).max().unwrap_or(0);
        spawn_local(async move {
            let begun = async { begin(Wire::connect(address, tls, signs, clock).await?).await };
            let begun = tokio::time::timeout(Duration::from_nanos(longest), begun).await;
            let with = |doing: &mut dyn FnMut(&mut Self, &Rc<Connection>)| {
                if let (Some(me), Some(connection)) = (me.upgrade(), weak.upgrade()) {
                    doing(&mut me.borrow_mut(), &connection);
                }
            };
            match begun {
                Ok(Ok((sender, driver))) => {
                    let mut sender = Some(sender);
                    with(&mut |me, connection| me.stands(connection, sender.take()));
                    drive(driver, most).await;
                    with(&mut |me, connection| me.retire(connection));
                }
                Ok(Err(failure)) => {
                    with(&mut |me, connection| me.refused(connection, place, Some(failure)));
                }
                Err(_) => with(&mut |me, connection| me.refused(connection, place, None)),
            }
        });
        connection
    }

    /// A connection stands: what waited for it is sent.
    fn stands(&mut self, connection: &Connection, sender: Option<SendRequest<Full<Bytes>>>) {
        let mut place = connection.sender.borrow_mut();
        *place = sender;
        let waiting = std::mem::take(&mut *connection.waiting.borrow_mut());
        for key in waiting {
            if let Some(sender) = &mut *place {
                self.send(key, sender);
            }
        }
    }

    /// A connection could not be made, or not in time. What waited for it tries the other addresses.
    fn refused(&mut self, connection: &Rc<Connection>, place: usize, failure: Option<Failure>) {
        self.retire(connection);
        self.pools[connection.pool].failed(place);
        let addresses = self.pools[connection.pool].addresses.len();
        let waiting = std::mem::take(&mut *connection.waiting.borrow_mut());
        for key in waiting {
            let mut exchange = self.release(key);
            if failure == Some(Failure::Connect) {
                exchange.tried += 1;
            }
            match failure {
                Some(Failure::Connect) | None if exchange.tried < addresses => self.place(exchange),
                failure => {
                    let failure = failure.unwrap_or(Failure::Connect);
                    self.lanes.failed(exchange.departure, failure);
                }
            }
        }
        self.pump();
    }

    /// Nothing more is sent on a connection. What is on it is not disturbed.
    fn retire(&mut self, connection: &Rc<Connection>) {
        self.connections[connection.pool].retain(|one| !Rc::ptr_eq(one, connection));
    }

    /// Takes a request from its connection.
    fn release(&mut self, key: usize) -> Exchange {
        let exchange = self.exchanges.remove(key);
        if let Some(connection) = &exchange.connection {
            connection
                .streams
                .update(|streams| streams.saturating_sub(1));
        }
        exchange
    }

    /// Sends a request, and has a task wait for what comes back.
    fn send(&mut self, key: usize, sender: &mut SendRequest<Full<Bytes>>) {
        let Departure { lane, number, .. } = self.exchanges[key].departure;
        let request = match &self.fixed[lane] {
            Some(request) => Some(request.clone()),
            None => {
                let random = self.lanes.random();
                self.lanes.request(lane).message(number, random)
            }
        };
        let Some(request) = request else {
            let exchange = self.release(key);
            return self.lanes.failed(exchange.departure, Failure::Protocol);
        };
        let head = request.method().as_str().len() + request.uri().path().len();
        let query = request.uri().query().map_or(0, str::len);
        let length = (head + query + request.body().len()) as u64 + size(request.headers());
        self.lanes.lane_mut(lane).tick.bytes_sent += length;
        // It is on its way with this, not with the first look for a response.
        let response = sender.send_request(request.map(Full::new));
        let me = Weak::clone(&self.me);
        let task = spawn_local(async move {
            let mut answer = Answer::default();
            let result = receive(&me, lane, response, &mut answer).await;
            if let Some(me) = me.upgrade() {
                me.borrow_mut().ended(key, result, answer);
            }
        });
        self.exchanges[key].task = Some(task.abort_handle());
    }

    /// A stream has ended.
    fn ended(&mut self, key: usize, result: hyper::Result<()>, mut answer: Answer) {
        let now = self.lanes.clock.now();
        let mut exchange = self.release(key);
        let Some(connection) = exchange.connection.take() else {
            return;
        };
        match result {
            Ok(()) => {
                connection.used.set(true);
                let end = End::Response {
                    status: answer.status,
                    received: answer.received,
                    body: &mut answer.body,
                };
                self.lanes.over(exchange.departure, now, end);
            }
            Err(error) => self.broken(exchange, &connection, Broken::of(&error), answer.status),
        }
        self.pump();
    }

    /// A stream has ended without a response. A request of which the server says that it has done nothing
    /// for it, or that was on a connection which had been kept and turned out to be closed, is sent once
    /// more.
    fn broken(
        &mut self,
        mut exchange: Exchange,
        connection: &Rc<Connection>,
        broken: Broken,
        status: u16,
    ) {
        let mut failure = broken.failure;
        if broken.connection {
            self.retire(connection);
            if !connection.signs.speaks.get() {
                failure = Failure::Protocol;
            }
        }
        let for_nothing = broken.refused || broken.connection && connection.used.get();
        if failure == Failure::Closed && status == 0 && for_nothing && !exchange.again {
            exchange.again = true;
            let lane = self.lanes.lane_mut(exchange.departure.lane);
            lane.tick.reconnects += 1;
            return self.place(exchange);
        }
        self.lanes.failed(exchange.departure, failure);
    }

    /// Once a tick: takes orders, and ends what took too long.
    pub(super) fn tick(&mut self, now: u64) {
        self.lanes.obey(now);
        let exchanges = self.exchanges.iter();
        let late = exchanges.filter(|(_, one)| self.lanes.is_late(&one.departure, now));
        let late: Vec<usize> = late.map(|(key, _)| key).collect();
        for key in late {
            let exchange = self.release(key);
            if let Some(task) = &exchange.task {
                task.abort();
            }
            if let Some(connection) = &exchange.connection {
                connection.waiting.borrow_mut().retain(|one| *one != key);
                // Of a connection on which nothing at all comes, nobody knows whether it still is one.
                if exchange.task.is_some() && connection.signs.last.get() < exchange.departure.sent
                {
                    self.retire(connection);
                }
            }
            self.lanes.failed(exchange.departure, Failure::Timeout);
        }
        self.lanes.resume();
        self.pump();
    }

    pub(super) fn finish(&mut self, now: u64) {
        let exchanges = self.exchanges.drain();
        let departures = exchanges.map(|exchange| exchange.departure);
        self.lanes.finish(now, departures);
    }
}

/// Bytes of headers, as they would be without compression.
fn size(headers: &HeaderMap) -> u64 {
    let headers = headers.iter();
    let sizes = headers.map(|(name, value)| name.as_str().len() + value.len());
    sizes.sum::<usize>() as u64
}

/// Reads a response as it comes.
async fn receive(
    me: &Weak<RefCell<Streams>>,
    lane: usize,
    response: impl Future<Output = hyper::Result<http::Response<Incoming>>>,
    answer: &mut Answer,
) -> hyper::Result<()> {
    let (head, mut incoming) = response.await?.into_parts();
    answer.status = head.status.as_u16();
    answer.received = size(&head.headers);
    let kind = head.headers.get(CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.as_bytes().get(..17));
    let streams = kind.is_some_and(|kind| kind.eq_ignore_ascii_case(b"text/event-stream"));
    let body = &mut answer.body;
    sink(me, lane, body, |sink| sink.begin(answer.status, streams));
    while let Some(frame) = incoming.frame().await {
        if let Some(data) = frame?.data_ref() {
            answer.received += data.len() as u64;
            sink(me, lane, body, |sink| sink.take(data));
        }
    }
    Ok(())
}

/// Gives what has come now to what takes bodies.
fn sink(
    me: &Weak<RefCell<Streams>>,
    lane: usize,
    body: &mut Body,
    give: impl FnOnce(&mut Sink<'_>),
) {
    if let Some(me) = me.upgrade() {
        let me = me.borrow();
        let wanted = |status| me.lanes.lane(lane).wants(status);
        give(&mut Sink::new(body, me.lanes.clock.now(), &wanted));
    }
}

//! What every loop does whatever it speaks: requests fall due or wait for a worker, orders are obeyed,
//! and what became of each is counted and told.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::Sender;

use mio::{Poll, Token};
use plimsoll_harness::random::Stream;

use super::connection::Pool;
use super::lane::{End, Lane, Told};
use super::message::{Failure, Message, Orders};
use crate::clock::{RunClock, SECOND};
use crate::http::Request;
use crate::plan::LoadTest;
use crate::schedule::Replay;

/// So many requests that are over are told at once, whenever the next tick is.
const MANY: usize = 8192;
/// How long nothing is sent as fast as workers go, after no connection could be made.
const BACK_OFF: u64 = SECOND / 10;
pub(super) const TIMER: Token = Token(0);
pub(crate) const WAKER: Token = Token(1);

/// What a loop is made of.
pub(crate) struct Parts {
    pub(crate) number: usize,
    pub(crate) poll: Poll,
    pub(crate) clock: RunClock,
    pub(crate) test: Arc<LoadTest>,
    pub(crate) lanes: Vec<Lane>,
    pub(crate) replay: Option<Replay>,
    pub(crate) pools: Vec<Pool>,
    pub(crate) orders: Arc<Orders>,
    pub(crate) tell: Sender<Message>,
    pub(crate) random: Stream,
}

/// A request that was sent, or is about to be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Departure {
    pub(super) lane: usize,
    pub(super) number: u64,
    /// When it was to be sent, and when it was.
    pub(super) due: u64,
    pub(super) sent: u64,
    /// Whether it waited for a worker, and whether it was sent before the end of the test.
    pub(super) waited: bool,
    pub(super) in_time: bool,
}

/// The lanes of a loop. Whoever takes a departure sends it and says, once, how it ended.
pub(super) struct Lanes {
    number: usize,
    pub(super) clock: RunClock,
    test: Arc<LoadTest>,
    orders: Arc<Orders>,
    tell: Sender<Message>,
    lanes: Vec<Lane>,
    /// Where requests fall due as recorded: in place of the lanes' schedules.
    replay: Option<Replay>,
    /// When each lane's next request falls due, or the next of the recorded ones.
    due: BinaryHeap<Reverse<(u64, usize)>>,
    /// Lanes that may have something to send.
    runnable: Vec<usize>,
    random: Stream,
    in_flight: usize,
    end: u64,
    /// How often is reported and looked for what took too long.
    tick: u64,
    /// The last whole tick, and when it really was reported.
    ticked: u64,
    reported: u64,
    told: Told,
}

impl Lanes {
    /// Those of a loop, and what else it has.
    pub(super) fn of(parts: Parts) -> (Self, Poll, Vec<Pool>) {
        let tick = parts.test.tick();
        let mut lanes = Self {
            number: parts.number,
            clock: parts.clock,
            test: parts.test,
            end: parts.orders.end(),
            orders: parts.orders,
            tell: parts.tell,
            due: BinaryHeap::new(),
            // Those without a rate begin at once.
            runnable: (0..parts.lanes.len()).collect(),
            lanes: parts.lanes,
            replay: parts.replay,
            random: parts.random,
            in_flight: 0,
            tick,
            ticked: 0,
            reported: 0,
            told: Told::default(),
        };
        let of_lanes = lanes.lanes.iter_mut().enumerate();
        let of_lanes = of_lanes.filter_map(|(number, lane)| Some((lane.schedule.next()?, number)));
        let replayed = lanes.replay.as_mut().and_then(Replay::next);
        let first = of_lanes.chain(replayed).filter(|(at, _)| *at < lanes.end);
        lanes.due = first.map(Reverse).collect();
        (lanes, parts.poll, parts.pools)
    }

    #[inline]
    pub(super) fn lane(&self, lane: usize) -> &Lane {
        &self.lanes[lane]
    }

    #[inline]
    pub(super) fn lane_mut(&mut self, lane: usize) -> &mut Lane {
        &mut self.lanes[lane]
    }

    pub(super) fn len(&self) -> usize {
        self.lanes.len()
    }

    /// What a lane sends.
    #[inline]
    pub(super) fn request(&self, lane: usize) -> &Request {
        &self.test.endpoints[self.lanes[lane].endpoint].request
    }

    /// Random bits for a request.
    pub(super) fn random(&mut self) -> u128 {
        u128::from(self.random.bits()) << 64 | u128::from(self.random.bits())
    }

    /// When there is something to do next.
    #[inline]
    pub(super) fn wake(&self) -> u64 {
        let tick = self.ticked + self.tick;
        self.due.peek().map_or(tick, |due| tick.min(due.0.0))
    }

    /// The next request that is due and has a worker. Those that have none wait.
    pub(super) fn fall_due(&mut self, now: u64) -> Option<Departure> {
        while let Some((at, lane)) = self.next_due(now) {
            let one = &mut self.lanes[lane];
            if at >= self.end || one.over {
                continue;
            }
            one.tick.arrivals += 1;
            if one.in_flight < one.slots && one.backlog.is_empty() && now >= one.resumes {
                return Some(self.depart(lane, at, self.clock.now(), false));
            }
            one.queue(at, now);
            self.runnable.push(lane);
        }
        None
    }

    /// When the next request fell due, and of which lane it is. The one after it takes its place.
    fn next_due(&mut self, now: u64) -> Option<(u64, usize)> {
        let mut first = self.due.peek_mut()?;
        let Reverse((at, lane)) = *first;
        if at > now {
            return None;
        }
        let one = &mut self.lanes[lane];
        let next = match &mut self.replay {
            Some(replay) => replay.next(),
            None if one.over => None,
            None => one.schedule.next().map(|at| (at, lane)),
        };
        match next.filter(|(at, _)| *at < self.end) {
            Some(next) => *first = Reverse(next),
            None => {
                PeekMut::pop(first);
            }
        }
        Some((at, lane))
    }

    /// The next request that has waited, or needs not wait, and has a worker.
    pub(super) fn next_waiting(&mut self) -> Option<Departure> {
        while let Some(lane) = self.runnable.last().copied() {
            let now = self.clock.now();
            let one = &mut self.lanes[lane];
            if one.may_send(now, self.end) {
                one.settle(now);
                let due = one.backlog.pop_front().unwrap_or(now);
                if !one.paced {
                    one.tick.arrivals += 1;
                }
                return Some(self.depart(lane, due, now, true));
            }
            self.runnable.pop();
        }
        None
    }

    #[inline]
    fn depart(&mut self, lane: usize, due: u64, sent: u64, waited: bool) -> Departure {
        self.in_flight += 1;
        Departure {
            lane,
            number: self.lanes[lane].begin(sent),
            due,
            sent,
            waited,
            in_time: sent < self.end,
        }
    }

    /// A request is over.
    #[inline]
    pub(super) fn over(&mut self, departure: Departure, now: u64, end: End<'_>) {
        self.in_flight -= 1;
        let lane = departure.lane;
        self.lanes[lane].end(departure, now, end, &mut self.told);
        if self.told.ended.len() >= MANY {
            self.tell_ended();
        }
        self.runnable.push(lane);
    }

    /// A request is over without a response.
    pub(super) fn failed(&mut self, departure: Departure, failure: Failure) {
        let now = self.clock.now();
        let lane = &mut self.lanes[departure.lane];
        if !lane.paced && failure.is_unconnected() {
            lane.resumes = now + BACK_OFF;
        }
        self.over(departure, now, End::Failed(failure));
    }

    /// Whether a request has taken longer than it may.
    pub(super) fn is_late(&self, departure: &Departure, now: u64) -> bool {
        now.saturating_sub(departure.sent) >= self.lanes[departure.lane].timeout
    }

    /// Takes the controller's orders.
    pub(super) fn obey(&mut self, now: u64) {
        self.end = self.orders.end();
        for number in 0..self.lanes.len() {
            let lane = &mut self.lanes[number];
            let before = lane.slots;
            if lane.obey(self.orders.slots(number)) {
                self.abandon(number, now);
            } else if lane.slots > before {
                self.runnable.push(number);
            }
        }
    }

    /// Takes away what waits in a lane.
    fn abandon(&mut self, lane: usize, now: u64) {
        while let Some(ended) = self.lanes[lane].abandon(lane, now) {
            self.told.ended.push(ended);
            if self.told.ended.len() >= MANY {
                self.tell_ended();
            }
        }
    }

    /// Whether a tick is over: then what took too long is to be ended, and [`Self::report`] called.
    #[inline]
    pub(super) fn is_tick(&self, now: u64) -> bool {
        now >= self.ticked + self.tick
    }

    /// Those without a rate may go on after connections failed, and look whether they are to.
    pub(super) fn resume(&mut self) {
        let lanes = self.lanes.iter().enumerate();
        let unpaced = lanes.filter(|(_, lane)| !lane.paced);
        self.runnable.extend(unpaced.map(|(number, _)| number));
    }

    /// Tells which requests are over.
    fn tell_ended(&mut self) {
        // As many are likely to come again.
        let next = Vec::with_capacity(self.told.ended.len());
        let ended = std::mem::replace(&mut self.told.ended, next);
        let number = self.number;
        // Where nobody listens any more, nobody is to be told.
        let _ = self.tell.send(Message::Ended { number, ended });
    }

    /// Tells what was done since the last time.
    pub(super) fn report(&mut self, now: u64) {
        self.tell_ended();
        let lanes = self.lanes.iter_mut();
        let _ = self.tell.send(Message::Ticked {
            number: self.number,
            at: now,
            length: now.saturating_sub(self.reported).max(1),
            ticks: lanes.map(|lane| lane.take_tick(now)).collect(),
            streams: std::mem::take(&mut self.told.streams),
            seen: std::mem::take(&mut self.told.seen),
            cpu: super::cpu::of_thread(),
        });
        self.reported = now;
        self.ticked = now - now % self.tick;
    }

    /// Whether there is nothing to do any more, or no time to do it.
    pub(super) fn is_over(&self, now: u64) -> bool {
        let waits = || self.lanes.iter().any(|lane| !lane.backlog.is_empty());
        now >= self.end && (now >= self.orders.last() || self.in_flight == 0 && !waits())
    }

    /// What went wrong with the lanes: a trace that could not be read on.
    pub(super) fn outcome(&self) -> io::Result<()> {
        let failure = self.replay.as_ref().and_then(Replay::failure);
        failure.map_or(Ok(()), |failure| Err(io::Error::other(failure)))
    }

    /// Counts what is not over as old as it is, and tells the last.
    pub(super) fn finish(&mut self, now: u64, in_flight: impl Iterator<Item = Departure>) {
        for departure in in_flight {
            self.over(departure, now, End::Failed(Failure::Unfinished));
        }
        for lane in 0..self.lanes.len() {
            self.abandon(lane, now);
        }
        self.report(now);
    }
}

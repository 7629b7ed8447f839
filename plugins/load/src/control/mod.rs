//! The controller of a run: metrics in, decisions out, once a tick.

mod decide;
mod early;
mod end;
mod endpoint;
mod finish;
mod second;
mod snapshot;
mod together;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use mio::Waker;
use plimsoll_core::control::Controller;
use plimsoll_core::policy::ScalingPolicy;

use self::early::Watch;
use self::endpoint::{EndpointState, LanePlace};
pub use self::snapshot::{EndpointSnapshot, Phase, Snapshot};
use self::together::Together;
use crate::clock::RunClock;
use crate::engine::{Message, Orders};
use crate::error::LoadError;
use crate::plan::LoadTest;
use crate::results::{Event, Results};
use crate::run::Shared;

/// The way to one event loop.
pub(crate) struct Link {
    pub(crate) orders: Arc<Orders>,
    pub(crate) waker: Waker,
    pub(crate) lanes: Vec<Part>,
}

/// What a lane is: the part of an endpoint, and which of its parts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part {
    pub(crate) endpoint: usize,
    pub(crate) shard: usize,
}

pub(crate) struct Control {
    test: Arc<LoadTest>,
    policies: Vec<Option<Box<dyn ScalingPolicy>>>,
    controller: Controller,
    endpoints: Vec<EndpointState>,
    links: Vec<Link>,
    clock: RunClock,
    shared: Arc<Shared>,
    /// Which loops have ticked since the last decision, and which are over.
    ticked: Vec<bool>,
    /// Until when each has told what it did.
    told: Vec<u64>,
    over: Vec<bool>,
    decided: u64,
    second: u64,
    /// When the test ends.
    end: u64,
    watch: Option<Watch>,
    /// How often is decided, in nanoseconds.
    tick: u64,
    together: Together,
    cpu: Vec<u64>,
    /// Processor time of this process before the first request.
    cpu_before: u64,
    events: Vec<Event>,
    events_left_out: u64,
    /// Requests that waited for a worker when the test ended.
    waiting_at_end: u64,
    /// Whether somebody has stopped it, and before its end.
    stopped: bool,
    interrupted: bool,
    early: bool,
}

impl Control {
    pub(crate) fn new(
        test: Arc<LoadTest>,
        policies: Vec<Option<Box<dyn ScalingPolicy>>>,
        links: Vec<Link>,
        clock: RunClock,
        shared: Arc<Shared>,
    ) -> Self {
        let mut endpoints: Vec<EndpointState> = {
            let count = test.endpoints.len();
            let new = |endpoint| EndpointState::new(endpoint, count);
            test.endpoints.iter().map(new).collect()
        };
        for (number, link) in links.iter().enumerate() {
            for (lane, part) in link.lanes.iter().enumerate() {
                let place = LanePlace { link: number, lane };
                endpoints[part.endpoint].lanes.push(place);
            }
        }
        Self {
            controller: Controller::new(test.shared_workers(), test.demands()),
            end: test.duration,
            watch: test.early_exit.as_ref().map(Watch::new),
            policies,
            endpoints,
            ticked: vec![false; links.len()],
            told: vec![0; links.len()],
            over: vec![false; links.len()],
            cpu: vec![0; links.len()],
            links,
            clock,
            shared,
            decided: 0,
            second: 0,
            tick: test.tick(),
            together: Together::new(),
            cpu_before: crate::engine::cpu::of_process(),
            events: Vec::new(),
            events_left_out: 0,
            waiting_at_end: 0,
            stopped: false,
            interrupted: false,
            early: false,
            test,
        }
    }

    /// Runs until every loop is over.
    pub(crate) fn run(mut self, receive: &Receiver<Message>) -> Result<Results, LoadError> {
        let mut wrong = None;
        while self.over.iter().any(|over| !over) {
            match receive.recv_timeout(Duration::from_nanos(self.tick / 4)) {
                Ok(Message::Over { number, failure }) => {
                    self.over[number] = true;
                    if let Some(failure) = failure {
                        wrong.get_or_insert(LoadError::Engine(failure));
                        self.stop_all(self.clock.now());
                    }
                }
                Ok(message) => self.take(message),
                Err(RecvTimeoutError::Timeout) => {}
                // A loop that panicked is over as well.
                Err(RecvTimeoutError::Disconnected) => {
                    wrong.get_or_insert(LoadError::Engine("it panicked".to_owned()));
                    break;
                }
            }
            let now = self.clock.now();
            if self.shared.stop.load(Ordering::Relaxed) && !self.stopped {
                self.stopped = true;
                // What has had all of its time is not cut short by that.
                self.interrupted = now < self.end;
                self.stop_all(now);
            }
            let all = self
                .ticked
                .iter()
                .zip(&self.over)
                .all(|(ticked, over)| *ticked || *over);
            if all && now > self.decided || now >= self.decided + 5 * self.tick / 2 {
                if let Err(error) = self.decide(now) {
                    wrong.get_or_insert(error);
                    self.stop_all(now);
                }
                self.ticked.fill(false);
            }
        }
        if let Some(error) = wrong {
            return Err(error);
        }
        Ok(self.finish())
    }

    fn take(&mut self, message: Message) {
        match message {
            Message::Ended { number, ended } => {
                let lanes = &self.links[number].lanes;
                for ended in &ended {
                    self.endpoints[lanes[ended.lane].endpoint].take_ended(ended);
                    self.together.count(ended);
                }
            }
            Message::Ticked {
                number,
                at,
                length,
                ticks,
                streams,
                seen,
                cpu,
            } => {
                self.ticked[number] = true;
                self.cpu[number] = cpu;
                let lanes = &self.links[number].lanes;
                for (part, tick) in lanes.iter().zip(&ticks) {
                    self.endpoints[part.endpoint].take_tick(part.shard, tick, length);
                }
                for stream in &streams {
                    self.endpoints[lanes[stream.lane].endpoint].take_stream(stream);
                }
                for seen in seen {
                    self.endpoints[lanes[seen.lane].endpoint].take_seen(seen);
                }
                self.told[number] = at;
            }
            Message::Over { .. } => {}
        }
    }
}

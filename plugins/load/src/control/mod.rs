//! The controller of a run: metrics in, decisions out, ten times a second.

mod early;
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
use plimsoll_core::policy::{Reason, ScalingPolicy};

use self::early::Watch;
use self::endpoint::EndpointState;
pub use self::snapshot::{EndpointSnapshot, Phase, Snapshot};
use self::together::Together;
use crate::clock::{RunClock, SECOND};
use crate::engine::{Message, OVER, Orders};
use crate::error::LoadError;
use crate::plan::{LoadTest, MOST_WORKERS, Workers};
use crate::results::{Action, Event, Results, Why};
use crate::run::Shared;
use crate::setup::share;

/// Events that are kept; more are counted.
const MOST_EVENTS: usize = 1_000_000;

/// The way to one event loop.
pub(crate) struct Link {
    pub(crate) orders: Arc<Orders>,
    pub(crate) waker: Waker,
    /// The endpoint of each of its lanes, and which of that one's lanes it is.
    pub(crate) lanes: Vec<(usize, usize)>,
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
            for (lane, (endpoint, _)) in link.lanes.iter().enumerate() {
                endpoints[*endpoint].lanes.push((number, lane));
            }
        }
        let budget = test.budget.into_iter().chain(test.affordable).min();
        Self {
            controller: Controller::new(budget, test.demands()),
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
            if self.shared.stop.load(Ordering::Relaxed) && !self.interrupted {
                self.interrupted = true;
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
                    let (endpoint, _) = lanes[ended.lane];
                    self.endpoints[endpoint].take_ended(ended);
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
                for ((endpoint, shard), tick) in lanes.iter().zip(&ticks) {
                    self.endpoints[*endpoint].take_tick(*shard, tick, length);
                }
                for stream in &streams {
                    let (endpoint, _) = lanes[stream.lane];
                    self.endpoints[endpoint].take_stream(stream);
                }
                for seen in seen {
                    let (endpoint, _) = lanes[seen.lane];
                    self.endpoints[endpoint].take_seen(seen);
                }
                self.told[number] = at;
            }
            Message::Over { .. } => {}
        }
    }

    /// Asks every policy, shares the budget, and tells the loops.
    fn decide(&mut self, now: u64) -> Result<(), LoadError> {
        self.decided = now;
        let mut why = vec![None; self.endpoints.len()];
        for (place, state) in self.endpoints.iter_mut().enumerate() {
            let endpoint = &self.test.endpoints[place];
            let pending = state.take_pending();
            state.observe(endpoint, &pending, now);
            let Some(policy) = self.policies[place].as_mut().filter(|_| !state.over) else {
                continue;
            };
            let Workers::Autoscaled { min, max, .. } = endpoint.workers else {
                continue;
            };
            if now > self.end {
                continue;
            }
            let max = max.unwrap_or(MOST_WORKERS).max(min);
            let decision = policy.decide(&state.observation(endpoint, now, (min, max), &pending));
            if decision.reason == Reason::FAILED {
                let failure = policy
                    .failure()
                    .unwrap_or_else(|| "it does not say why".to_owned());
                let key = &endpoint.key;
                return Err(LoadError::Policy(format!(
                    "the policy of `{key}` failed: {failure}"
                )));
            }
            let demand = self.controller.demand(place);
            demand.desired = decision.desired.clamp(min, max);
            why[place] = Some(decision.reason);
        }
        self.share(now, &why)?;
        self.exit_early(now);
        let boundary = self.second + SECOND;
        let mut told = self.told.iter().zip(&self.over);
        let is_told = told.all(|(told, over)| *told >= boundary || *over);
        // Where a loop does not tell in time, the others' second ends without it.
        if now >= boundary && is_told || now >= boundary + 3 * self.tick {
            self.close_second(boundary);
        }
        if now < self.end {
            let backlogs = self.endpoints.iter().map(|state| u64::from(state.backlog));
            self.waiting_at_end = backlogs.sum();
        }
        if self.shared.watched.swap(false, Ordering::Relaxed) {
            self.publish(now);
        }
        Ok(())
    }

    /// Shows how it stands to who watches.
    fn publish(&self, now: u64) {
        let snapshot = Arc::new(self.snapshot(now));
        if let Ok(mut place) = self.shared.snapshot.lock() {
            *place = snapshot;
        }
    }

    fn share(&mut self, now: u64, why: &[Option<Reason>]) -> Result<(), LoadError> {
        let strategy = &*self.test.strategy.1;
        let allocations = self.controller.share(strategy);
        let allocations = allocations.map_err(|error| LoadError::Policy(error.to_string()))?;
        let allocations = allocations.to_vec();
        let mut woken = vec![false; self.links.len()];
        for (place, state) in self.endpoints.iter_mut().enumerate() {
            let Some(reason) = why[place].filter(|_| !state.over) else {
                continue;
            };
            let workers = allocations[place];
            if workers == state.workers {
                continue;
            }
            let action = match workers > state.workers {
                true => Action::ScaleUp,
                false => Action::ScaleDown,
            };
            state.workers = workers;
            let event = Event {
                endpoint: place,
                action,
                workers,
                // Less than was asked for is the budget's doing.
                why: match workers < self.controller.demand(place).desired {
                    true => Why::Budget,
                    false => Why::Policy(reason),
                },
                at: now,
            };
            match self.events.len() < MOST_EVENTS {
                true => self.events.push(event),
                false => self.events_left_out += 1,
            }
            let per_worker = self.test.endpoints[place].per_worker;
            let loops = state.lanes.len();
            for (shard, (link, lane)) in state.lanes.iter().enumerate() {
                let slots = share(workers, per_worker, loops, shard);
                self.links[*link].orders.slots[*lane].store(slots, Ordering::Relaxed);
                woken[*link] = true;
            }
        }
        for (link, woken) in self.links.iter().zip(woken) {
            if woken {
                // One that cannot be woken looks at its next tick.
                let _ = link.waker.wake();
            }
        }
        Ok(())
    }

    /// Ends endpoints, or all, where errors say so.
    fn exit_early(&mut self, now: u64) {
        let mut all: Option<Why> = None;
        let (mut completions, mut errors) = (0, 0);
        for place in 0..self.endpoints.len() {
            let state = &mut self.endpoints[place];
            let (own_completions, own_errors) = (state.totals.completions, state.totals.errors);
            completions += own_completions;
            errors += own_errors;
            if let Some(watch) = &self.watch {
                all = all.or_else(|| watch.status(&state.seen));
            }
            let own = state.watch.as_mut().and_then(|watch| {
                watch
                    .status(&state.seen)
                    .or_else(|| watch.rate(now, own_completions, own_errors))
            });
            state.seen.clear();
            if let Some(why) = own.filter(|_| !state.over) {
                self.end_endpoint(place, why, now);
            }
        }
        if let Some(watch) = &mut self.watch {
            all = all.or_else(|| watch.rate(now, completions, errors));
        }
        if let Some(why) = all.filter(|_| !self.early && now < self.end) {
            self.early = true;
            for place in 0..self.endpoints.len() {
                self.end_endpoint(place, why, now);
            }
            self.stop_all(now);
        }
        if self.endpoints.iter().all(|state| state.over) && now < self.end {
            self.stop_all(now);
        }
    }

    fn end_endpoint(&mut self, place: usize, why: Why, now: u64) {
        let state = &mut self.endpoints[place];
        if state.over || now >= self.end {
            return;
        }
        state.over = true;
        state.ended = Some((now, why));
        state.totals.early_exit = true;
        let event = Event {
            endpoint: place,
            action: Action::EarlyExit,
            workers: 0,
            why,
            at: now,
        };
        self.events.push(event);
        // What it had is for the others.
        let demand = self.controller.demand(place);
        (demand.desired, demand.min, demand.max) = (0, 0, 0);
        for (link, lane) in &state.lanes {
            self.links[*link].orders.slots[*lane].store(OVER, Ordering::Relaxed);
            let _ = self.links[*link].waker.wake();
        }
    }

    /// Ends the test now. What is in flight has a second.
    fn stop_all(&mut self, now: u64) {
        if now >= self.end {
            // It is over already; the user does not want to wait for what is in flight.
            for link in &self.links {
                link.orders.drain.store(now - self.end, Ordering::Relaxed);
            }
            return;
        }
        self.end = now;
        for link in &self.links {
            link.orders.drain.fetch_min(SECOND, Ordering::Relaxed);
            link.orders.end.store(now, Ordering::Relaxed);
            let _ = link.waker.wake();
        }
    }

    /// Closes a second of every endpoint's timeline.
    fn close_second(&mut self, until: u64) {
        let length = until - self.second;
        let mut completions = 0;
        for (place, state) in self.endpoints.iter_mut().enumerate() {
            completions += state.second.completions;
            let endpoint = &self.test.endpoints[place];
            state.close_second(endpoint, self.second, length, self.end);
        }
        self.together.close_second(until, length, completions);
        self.second = until;
    }
}

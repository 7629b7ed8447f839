//! One workload: its requests, its replicas, and what happens to them when.

use super::heap::{Event, Heap, What};
use super::lane::Lane;
use super::loads::Loads;
use super::replicas::{Areas, Counts, Phase, Replica};
use super::requests::{Queue, Requests};
use super::sharing::Speeds;
use super::source::Source;
use crate::balance::Balance;
use crate::error::Error;
use crate::random::Stream;
use crate::score::{Completion, Recorder, Summary};
use crate::service::Sampler;

/// What a pool is made of.
#[derive(Debug)]
pub(super) struct Parts {
    pub(super) source: Source,
    pub(super) balance: Balance,
    pub(super) concurrency: u32,
    pub(super) queue_limit: u32,
    pub(super) slowdown: f64,
    pub(super) cold_start: Sampler,
    pub(super) seed: u64,
    pub(super) recorder: Recorder,
    /// How many replicas an arrival asks for that meets none; 0 where it asks for none.
    pub(super) activation: u32,
    /// Whether to take the fast lane; only for a shared queue without limit and slowdown.
    pub(super) lane: bool,
}

/// Sums of times at which something began less those at which it ended. With n under way at time
/// t, n t less the sum is the integral of their number; so an event costs one addition. All is
/// modulo 2⁶⁴, and exact as long as the integral over one sampling interval stays below that.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Moments {
    pub(super) in_flight: u64,
    pub(super) waiting: u64,
    pub(super) tokens: u64,
}

/// The state of a workload.
#[derive(Debug)]
pub(super) struct Pool {
    pub(super) now: u64,
    pub(super) source: Source,
    pub(super) balance: Balance,
    pub(super) concurrency: u32,
    pub(super) queue_limit: u32,
    pub(super) speeds: Option<Speeds>,
    pub(super) events: Heap,
    pub(super) requests: Requests,
    /// Requests that wait for any replica.
    pub(super) queue: Queue,
    pub(super) replicas: Vec<Replica>,
    /// Places of terminated replicas.
    pub(super) vacant: Vec<u32>,
    /// Ready replicas, for disciplines that go through them.
    pub(super) ready: Vec<u32>,
    pub(super) turn: usize,
    /// Ready replicas by load, for disciplines that look for the least.
    pub(super) loads: Loads,
    pub(super) by_load: bool,
    /// The fast lane, where the workload can take it.
    pub(super) lane: Option<Lane>,
    pub(super) in_lane: bool,
    pub(super) choices: Stream,
    pub(super) cold_start: Sampler,
    pub(super) cold_starts: Stream,
    pub(super) counts: Counts,
    pub(super) areas: Areas,
    pub(super) counted_at: u64,
    pub(super) in_flight: u32,
    pub(super) waiting: u32,
    pub(super) tokens: u64,
    pub(super) moments: Moments,
    pub(super) recorder: Recorder,
    pub(super) activation: u32,
    /// How many replicas there should be.
    pub(super) target: u32,
    /// How often the activator asked for a replica.
    pub(super) activations: u64,
    pub(super) starts: u64,
    /// Events and arrivals that were handled.
    pub(super) handled: u64,
    pub(super) completed: u64,
}

impl Pool {
    pub(super) fn new(parts: Parts) -> Self {
        let lane = parts.lane.then(Lane::default);
        let by_load =
            lane.is_none() && matches!(parts.balance, Balance::SharedQueue | Balance::LeastLoaded);
        Self {
            now: 0,
            source: parts.source,
            balance: parts.balance,
            concurrency: parts.concurrency,
            queue_limit: parts.queue_limit,
            speeds: (parts.slowdown > 0.0).then(|| Speeds::new(parts.slowdown, parts.concurrency)),
            events: Heap::default(),
            requests: Requests::default(),
            queue: Queue::default(),
            replicas: Vec::new(),
            vacant: Vec::new(),
            ready: Vec::new(),
            turn: 0,
            loads: Loads::default(),
            by_load,
            in_lane: lane.is_some(),
            lane,
            choices: Stream::new(parts.seed, "balance"),
            cold_start: parts.cold_start,
            cold_starts: Stream::new(parts.seed, "cold starts"),
            counts: Counts::default(),
            areas: Areas::default(),
            counted_at: 0,
            in_flight: 0,
            waiting: 0,
            tokens: 0,
            moments: Moments::default(),
            recorder: parts.recorder,
            activation: parts.activation,
            target: 0,
            activations: 0,
            starts: 0,
            handled: 0,
            completed: 0,
        }
    }

    /// Requests that have arrived and are neither completed nor dropped.
    pub(super) fn in_system(&self) -> u64 {
        u64::from(self.in_flight) + u64::from(self.waiting)
    }

    /// What is not counted by the recorder.
    pub(super) fn summary(&self) -> Summary {
        Summary {
            waiting: self.waiting,
            in_flight: self.in_flight,
            completed: self.completed,
            starts: self.starts,
            activations: self.activations,
        }
    }

    /// Lets everything happen up to and at `end`.
    pub(super) fn run_until(&mut self, end: u64) -> Result<(), Error> {
        if let Some(mut lane) = self.lane.take() {
            let result = self.run_lane(&mut lane, end);
            self.lane = Some(lane);
            return result;
        }
        loop {
            let draft = match self.source.peek() {
                Some(draft) => Some(draft),
                None if self.source.refill()? => self.source.peek(),
                None => None,
            };
            let arrival = draft.map_or(u64::MAX, |draft| draft.at);
            // Whatever frees a replica at the time of an arrival comes before it.
            while let Some(event) = self.events.peek().filter(|event| event.at <= arrival) {
                if event.at > end {
                    break;
                }
                self.handled += 1;
                self.now = event.at;
                self.happen(event);
            }
            let Some(draft) = draft.filter(|draft| draft.at <= end) else {
                break;
            };
            self.handled += 1;
            self.now = draft.at;
            self.source.advance();
            self.recorder.arrive(draft.at, draft.work);
            self.arrive(draft.work, draft.tokens);
        }
        self.now = end;
        Ok(())
    }

    /// Lets an event happen. Returns the replica that it has made ready.
    #[inline]
    pub(super) fn happen(&mut self, event: Event) -> Option<u32> {
        match event.what() {
            What::Completed { replica, request } => self.completed(replica, request),
            What::SharedDue { replica } => self.shared_due(replica),
            What::Ready {
                replica,
                generation,
            } => {
                self.events.pop();
                let slot = &self.replicas[replica as usize];
                if slot.generation == generation && slot.phase == Phase::Starting {
                    self.become_ready(replica);
                    return Some(replica);
                }
            }
        }
        None
    }

    /// A request arrives.
    #[inline]
    fn arrive(&mut self, work: u64, tokens: u32) {
        let chosen = match self.balance {
            // Nobody overtakes those that wait for any replica.
            _ if self.queue.len() > 0 => None,
            Balance::SharedQueue => self
                .loads
                .least()
                .filter(|replica| self.replicas[*replica as usize].in_flight < self.concurrency),
            other => self.choose(other),
        };
        match chosen {
            Some(replica) if self.replicas[replica as usize].load() < self.concurrency => {
                let request = self.requests.add(self.now, work, tokens);
                if self.by_load {
                    self.loads
                        .grown(replica, self.replicas[replica as usize].load());
                }
                self.begin(replica, request);
            }
            _ if self.waiting >= self.queue_limit => self.recorder.drop_one(self.now),
            chosen => {
                let request = self.requests.add(self.now, work, tokens);
                self.wait(chosen, request);
            }
        }
    }

    /// A request joins the queue of a replica, or that for any.
    pub(super) fn wait(&mut self, replica: Option<u32>, request: u32) {
        self.waiting += 1;
        self.moments.waiting = self.moments.waiting.wrapping_add(self.now);
        if let Some(replica) = replica {
            let slot = &mut self.replicas[replica as usize];
            let load = slot.load();
            slot.queue.push(&mut self.requests, request);
            if self.by_load {
                self.loads.grown(replica, load);
            }
            return;
        }
        self.queue.push(&mut self.requests, request);
        if self.target == 0 && self.activation > 0 {
            self.activations += 1;
            self.scale_to(self.activation);
        }
    }

    /// The replica that a request goes to at once; `None` when none is ready.
    fn choose(&mut self, balance: Balance) -> Option<u32> {
        let count = self.ready.len();
        if count == 0 {
            return None;
        }
        let load = |pool: &Self, replica: u32| pool.replicas[replica as usize].load();
        match balance {
            Balance::SharedQueue | Balance::LeastLoaded => self.loads.least(),
            Balance::RoundRobin => {
                self.turn = if self.turn + 1 < count {
                    self.turn + 1
                } else {
                    0
                };
                Some(self.ready[self.turn])
            }
            Balance::PowerOfTwo => {
                let bound = u32::try_from(count).unwrap_or(u32::MAX);
                let one = self.choices.below(bound);
                // The other is any but the one.
                let other = (one + 1 + self.choices.below((bound - 1).max(1))) % bound;
                let (one, other) = (self.ready[one as usize], self.ready[other as usize]);
                let less = load(self, other) < load(self, one);
                Some(if less { other } else { one })
            }
        }
    }

    /// Service begins, at a replica that has counted the request already where loads are kept.
    #[inline]
    pub(super) fn begin(&mut self, replica: u32, request: u32) {
        self.replicas[replica as usize].in_flight += 1;
        self.in_flight += 1;
        let event = self.started(replica, request);
        if let Some(event) = event {
            self.events.push(event);
        }
    }

    /// Notes that service begins. Returns when it ends, unless the replica's requests share its
    /// speed and nothing new is due.
    #[inline]
    fn started(&mut self, replica: u32, request: u32) -> Option<Event> {
        let now = self.now;
        let slot = &mut self.replicas[replica as usize];
        let entry = self.requests.get_mut(request);
        entry.started = now;
        entry.cold = slot.ready_at.saturating_sub(entry.arrived);
        slot.moment = slot.moment.wrapping_add(now);
        self.moments.in_flight = self.moments.in_flight.wrapping_add(now);
        if entry.tokens > 0 {
            let tokens = u64::from(entry.tokens);
            self.tokens += tokens;
            self.moments.tokens = self.moments.tokens.wrapping_add(tokens.wrapping_mul(now));
        }
        match &self.speeds {
            None => {
                let at = now.saturating_add(entry.work);
                Some(Event::new(at, What::Completed { replica, request }))
            }
            Some(speeds) => {
                let at = slot.sharing.start(now, request, entry.work, speeds)?;
                Some(Event::new(at, What::SharedDue { replica }))
            }
        }
    }

    /// A request that has a replica to itself is completed: the event is the next one still.
    #[inline]
    fn completed(&mut self, replica: u32, request: u32) {
        self.end(replica, request);
        if let Some(next) = self.next_for(replica)
            && let Some(event) = self.started(replica, next)
        {
            self.events.replace(event);
        } else {
            self.events.pop();
            self.leave(replica);
        }
    }

    /// The next request of a replica that shares its speed is completed, unless it has become
    /// slower since that was foreseen.
    fn shared_due(&mut self, replica: u32) {
        self.events.pop();
        let (Some(speeds), slot) = (&self.speeds, &mut self.replicas[replica as usize]) else {
            return;
        };
        let Some(request) = slot.sharing.come(self.now, speeds) else {
            let at = slot.sharing.announce();
            return self.foresee(replica, at);
        };
        self.end(replica, request);
        match self.next_for(replica) {
            Some(next) => {
                let event = self.started(replica, next);
                self.foresee(replica, event.map(|event| event.at));
            }
            None => {
                self.leave(replica);
                let Some(speeds) = &self.speeds else {
                    return;
                };
                let at = self.replicas[replica as usize]
                    .sharing
                    .schedule(self.now, speeds);
                self.foresee(replica, at);
            }
        }
    }

    fn foresee(&mut self, replica: u32, at: Option<u64>) {
        if let Some(at) = at {
            self.events
                .push(Event::new(at, What::SharedDue { replica }));
        }
    }

    /// Takes the request that a replica serves next from its queue. The replica's number of
    /// requests in flight stays as it was before the last completion.
    #[inline]
    fn next_for(&mut self, replica: u32) -> Option<u32> {
        let slot = &mut self.replicas[replica as usize];
        let next = if slot.queue.len() > 0 {
            let load = slot.load();
            if self.by_load && slot.phase == Phase::Ready {
                self.loads.shrunk(replica, load);
            }
            slot.queue.pop(&self.requests)?
        } else if self.queue.len() > 0 && slot.phase == Phase::Ready {
            self.queue.pop(&self.requests)?
        } else {
            return None;
        };
        self.waiting -= 1;
        self.moments.waiting = self.moments.waiting.wrapping_sub(self.now);
        Some(next)
    }

    /// Records the end of a service.
    #[inline]
    fn end(&mut self, replica: u32, request: u32) {
        let now = self.now;
        let entry = *self.requests.get(request);
        self.requests.remove(request);
        self.completed += 1;
        let slot = &mut self.replicas[replica as usize];
        slot.moment = slot.moment.wrapping_sub(now);
        self.moments.in_flight = self.moments.in_flight.wrapping_sub(now);
        if entry.tokens > 0 {
            let tokens = u64::from(entry.tokens);
            self.tokens -= tokens;
            self.moments.tokens = self.moments.tokens.wrapping_sub(tokens.wrapping_mul(now));
        }
        self.recorder.complete(Completion {
            arrived: entry.arrived,
            started: entry.started,
            completed: now,
            cold: entry.cold,
            tokens: entry.tokens,
        });
    }

    /// A replica has one request fewer in flight.
    #[inline]
    fn leave(&mut self, replica: u32) {
        self.in_flight -= 1;
        let slot = &mut self.replicas[replica as usize];
        let load = slot.load();
        slot.in_flight -= 1;
        if slot.phase == Phase::Ready {
            if self.by_load {
                self.loads.shrunk(replica, load);
            }
        } else if slot.load() == 0 {
            self.terminate(replica);
        }
    }
}

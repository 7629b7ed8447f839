//! The fast lane: a shared queue whose service times do not depend on what else is served.
//!
//! There the first that waits takes the place that is free first, so when its service begins is
//! known without going through completions in order: it is the later of its arrival and the time
//! at which that place is free (Kiefer and Wolfowitz, "On the theory of queues with many servers",
//! 1955). One step of the heap of places serves a request; completions are counted when their
//! place is taken again, at the latest when the pool is looked at. All sums are of whole numbers,
//! so it makes no difference when they are added up; that the lane and the general path yield the
//! same bytes is a test.

use super::heap::{Event, Heap, What};
use super::pool::Pool;
use super::requests::Request;
use crate::error::Error;
use crate::score::Completion;

/// The places of ready replicas.
#[derive(Debug, Default)]
pub(super) struct Lane {
    /// When each place is free, or has been since.
    free: Heap,
    places: Vec<Place>,
    vacant: Vec<u32>,
}

/// A place at a replica, and the request that is in service there or was last.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    arrived: u64,
    started: u64,
    cold: u64,
    /// When its replica became ready.
    ready_at: u64,
    tokens: u32,
    /// Its request is not counted as completed yet.
    busy: bool,
}

impl Lane {
    /// Most places that a lane is for: all of them are looked at in each sample.
    pub(super) const PLACES: u64 = 4096;

    /// Adds the places of a replica that has become ready.
    pub(super) fn open(&mut self, replica: u32, concurrency: u32, now: u64) {
        for _ in 0..concurrency {
            let place = self.vacant.pop().unwrap_or_else(|| {
                self.places.push(Place::default());
                u32::try_from(self.places.len() - 1).unwrap_or(u32::MAX)
            });
            self.places[place as usize] = Place {
                ready_at: now,
                ..Place::default()
            };
            self.free.push(Event::new(
                now,
                What::Completed {
                    replica,
                    request: place,
                },
            ));
        }
    }
}

impl Pool {
    /// As [`Pool::run_until`].
    pub(super) fn run_lane(&mut self, lane: &mut Lane, end: u64) -> Result<(), Error> {
        loop {
            let until = self.events.next_at().min(end);
            if !self.flow(lane, until)? {
                continue;
            }
            let Some(event) = self.events.peek().filter(|event| event.at <= end) else {
                break;
            };
            self.handled += 1;
            self.now = event.at;
            if let Some(replica) = self.happen(event) {
                lane.open(replica, self.concurrency, event.at);
            }
        }
        self.now = end;
        self.count_completed(lane, end);
        Ok(())
    }

    /// Begins every service that begins by `until`; `false` where it stopped before, since an
    /// activation may have put an event before those that were known.
    fn flow(&mut self, lane: &mut Lane, until: u64) -> Result<bool, Error> {
        while self.queue.len() > 0
            && let Some(first) = lane.free.peek().filter(|first| first.at <= until)
            && let Some(place) = self.queue.pop(&self.requests)
        {
            let Request {
                arrived,
                work,
                tokens,
                ..
            } = *self.requests.get(place);
            self.requests.remove(place);
            self.waiting -= 1;
            // What it added when it began to wait is added by taking a place, too.
            self.moments.waiting = self.moments.waiting.wrapping_sub(arrived);
            self.take_place(lane, first, arrived, work, tokens);
        }
        loop {
            let Some(draft) = self.source.peek() else {
                if self.source.refill()? {
                    continue;
                }
                return Ok(true);
            };
            if draft.at > until {
                return Ok(true);
            }
            self.source.advance();
            self.handled += 1;
            self.recorder.arrive(draft.at, draft.work);
            match lane.free.peek() {
                Some(first) if first.at <= until => {
                    self.take_place(lane, first, draft.at, draft.work, draft.tokens);
                }
                first => {
                    self.now = draft.at;
                    let request = self.requests.add(draft.at, draft.work, draft.tokens);
                    self.wait(None, request);
                    if first.is_none() {
                        return Ok(false);
                    }
                }
            }
        }
    }

    /// A request takes the place that is free first.
    #[inline]
    fn take_place(&mut self, lane: &mut Lane, first: Event, arrived: u64, work: u64, tokens: u32) {
        let What::Completed {
            replica,
            request: place,
        } = first.what()
        else {
            return;
        };
        let started = first.at.max(arrived);
        let slot = &mut self.replicas[replica as usize];
        let entry = &mut lane.places[place as usize];
        let before = *entry;
        let cold = before.ready_at.saturating_sub(arrived);
        *entry = Place {
            arrived,
            started,
            cold,
            tokens,
            busy: true,
            ..before
        };
        slot.moment = slot.moment.wrapping_add(started);
        self.moments.in_flight = self.moments.in_flight.wrapping_add(started);
        self.moments.waiting = self
            .moments
            .waiting
            .wrapping_add(arrived)
            .wrapping_sub(started);
        if tokens > 0 {
            self.tokens += u64::from(tokens);
            let moment = u64::from(tokens).wrapping_mul(started);
            self.moments.tokens = self.moments.tokens.wrapping_add(moment);
        }
        slot.in_flight += 1;
        self.in_flight += 1;
        if before.busy {
            self.complete_place(replica, &before, first.at);
        }
        lane.free.replace(Event::new(
            started.saturating_add(work),
            What::Completed {
                replica,
                request: place,
            },
        ));
    }

    /// Counts the request of a place as completed.
    #[inline]
    fn complete_place(&mut self, replica: u32, place: &Place, at: u64) {
        let slot = &mut self.replicas[replica as usize];
        slot.moment = slot.moment.wrapping_sub(at);
        slot.in_flight -= 1;
        self.in_flight -= 1;
        self.completed += 1;
        self.handled += 1;
        self.moments.in_flight = self.moments.in_flight.wrapping_sub(at);
        if place.tokens > 0 {
            self.tokens -= u64::from(place.tokens);
            let moment = u64::from(place.tokens).wrapping_mul(at);
            self.moments.tokens = self.moments.tokens.wrapping_sub(moment);
        }
        self.recorder.complete(Completion {
            arrived: place.arrived,
            started: place.started,
            completed: at,
            cold: place.cold,
            tokens: place.tokens,
        });
    }

    /// Counts every request that is completed by `until`.
    fn count_completed(&mut self, lane: &mut Lane, until: u64) {
        for event in lane.free.iter().filter(|event| event.at <= until) {
            if let What::Completed {
                replica,
                request: place,
            } = event.what()
            {
                let entry = &mut lane.places[place as usize];
                if std::mem::take(&mut entry.busy) {
                    let entry = *entry;
                    self.complete_place(replica, &entry, event.at);
                }
            }
        }
    }

    /// Takes a replica that begins to drain out of the lane. What it still serves ends on the
    /// general path.
    pub(super) fn leave_lane(&mut self, lane: &mut Lane, replica: u32) {
        let (requests, events) = (&mut self.requests, &mut self.events);
        let Lane {
            free,
            places,
            vacant,
        } = lane;
        free.retain(|event| {
            let What::Completed {
                replica: owner,
                request: place,
            } = event.what()
            else {
                return true;
            };
            if owner != replica {
                return true;
            }
            vacant.push(place);
            let Place {
                arrived,
                started,
                cold,
                tokens,
                busy,
                ..
            } = places[place as usize];
            if busy {
                let work = event.at - started;
                let request = requests.add(arrived, work, tokens);
                let entry = requests.get_mut(request);
                (entry.started, entry.cold) = (started, cold);
                events.push(Event::new(event.at, What::Completed { replica, request }));
            }
            false
        });
    }
}

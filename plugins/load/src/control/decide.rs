//! Once a tick: every policy decides, the budget is shared, and the loops are told; once a second, it is
//! closed.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use plimsoll_core::policy::Reason;

use super::Control;
use crate::clock::SECOND;
use crate::error::LoadError;
use crate::plan::{MOST_WORKERS, Workers};
use crate::results::{Action, Event, Why};
use crate::setup::share;

/// Events that are kept; more are counted.
const MOST_EVENTS: usize = 1_000_000;

impl Control {
    /// Asks every policy, shares the budget, and tells the loops.
    pub(super) fn decide(&mut self, now: u64) -> Result<(), LoadError> {
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
            state.wanted = demand.desired;
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
    pub(super) fn publish(&self, now: u64) {
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
            state.note(event);
            match self.events.len() < MOST_EVENTS {
                true => self.events.push(event),
                false => self.events_left_out += 1,
            }
            let per_worker = self.test.endpoints[place].per_worker;
            let loops = state.lanes.len();
            for (shard, place) in state.lanes.iter().enumerate() {
                let slots = share(workers, per_worker, loops, shard);
                self.links[place.link].orders.slots[place.lane].store(slots, Ordering::Relaxed);
                woken[place.link] = true;
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

    /// Closes a second of every endpoint's timeline.
    pub(super) fn close_second(&mut self, until: u64) {
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

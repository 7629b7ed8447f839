//! What ends endpoints, or the whole test, before their time.

use std::sync::atomic::Ordering;

use super::Control;
use crate::clock::SECOND;
use crate::engine::OVER;
use crate::results::{Action, Event, Why};

impl Control {
    /// Ends endpoints, or all, where errors say so.
    pub(super) fn exit_early(&mut self, now: u64) {
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
        state.workers = 0;
        state.ended = Some((now, why));
        state.totals.early_exit = true;
        let event = Event {
            endpoint: place,
            action: Action::EarlyExit,
            workers: 0,
            why,
            at: now,
        };
        state.note(event);
        self.events.push(event);
        // What it had is for the others.
        let demand = self.controller.demand(place);
        (demand.desired, demand.min, demand.max) = (0, 0, 0);
        for place in &state.lanes {
            let link = &self.links[place.link];
            link.orders.slots[place.lane].store(OVER, Ordering::Relaxed);
            let _ = link.waker.wake();
        }
    }

    /// Ends the test now. What is in flight has a second.
    pub(super) fn stop_all(&mut self, now: u64) {
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
}

use std::collections::VecDeque;
use std::sync::Mutex;

use crate::shared::lock;

/// A request that waits for its turn: where to find it, should it be there still.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ticket {
    pub(crate) engine: usize,
    pub(crate) token: usize,
    pub(crate) generation: u64,
}

/// The places in service, shared by all threads: who comes first is served first.
#[derive(Debug)]
pub(crate) struct Gate {
    limit: u64,
    places: Mutex<Places>,
}

#[derive(Debug, Default)]
struct Places {
    taken: u64,
    highest: u64,
    waiting: VecDeque<Ticket>,
}

impl Gate {
    pub(crate) fn new(limit: Option<u32>) -> Self {
        Self {
            limit: limit.map_or(u64::MAX, u64::from),
            places: Mutex::default(),
        }
    }

    /// Takes a place and returns true, or keeps the ticket until there is one.
    pub(crate) fn enter(&self, ticket: Ticket) -> bool {
        let mut places = lock(&self.places);
        let free = places.taken < self.limit;
        if free {
            places.taken += 1;
            places.highest = places.highest.max(places.taken);
        } else {
            places.waiting.push_back(ticket);
        }
        free
    }

    /// Gives a place back. Whoever has waited longest has it from now on, and is returned; the caller
    /// tells it, and gives the place back in its stead if it is gone.
    pub(crate) fn leave(&self) -> Option<Ticket> {
        let mut places = lock(&self.places);
        let next = places.waiting.pop_front();
        if next.is_none() {
            places.taken -= 1;
        }
        next
    }

    /// The most places that were taken at once.
    pub(crate) fn highest(&self) -> u64 {
        lock(&self.places).highest
    }

    pub(crate) fn reset(&self) {
        let mut places = lock(&self.places);
        places.highest = places.taken;
    }
}

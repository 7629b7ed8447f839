//! The requests that wait or are in service, and the queues they stand in.

/// No request, or the end of a queue.
pub(super) const NONE: u32 = u32::MAX;

/// A request from its arrival to its completion.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Request {
    /// When it arrived, in nanoseconds.
    pub(super) arrived: u64,
    /// How long it takes at a replica that serves nothing else, in nanoseconds.
    pub(super) work: u64,
    /// When its service began.
    pub(super) started: u64,
    /// How much of its wait was for the start of the replica that serves it, in nanoseconds.
    pub(super) cold: u64,
    /// Its tokens, in and out.
    pub(super) tokens: u32,
    /// The next in the queue it stands in, or the next free place.
    next: u32,
}

/// The requests that are in the system. Their places are used again, so its size follows the most
/// requests that were ever there at once.
#[derive(Debug)]
pub(super) struct Requests {
    places: Vec<Request>,
    free: u32,
}

impl Default for Requests {
    fn default() -> Self {
        Self {
            places: Vec::new(),
            free: NONE,
        }
    }
}

impl Requests {
    /// Takes a request in.
    #[inline]
    pub(super) fn add(&mut self, arrived: u64, work: u64, tokens: u32) -> u32 {
        let request = Request {
            arrived,
            work,
            tokens,
            next: NONE,
            ..Request::default()
        };
        if self.free == NONE {
            // Four thousand million requests at once do not fit into memory either.
            let place = u32::try_from(self.places.len()).unwrap_or(NONE);
            self.places.push(request);
            return place;
        }
        let place = self.free;
        let slot = &mut self.places[place as usize];
        self.free = slot.next;
        *slot = request;
        place
    }

    #[inline]
    pub(super) fn get(&self, place: u32) -> &Request {
        &self.places[place as usize]
    }

    #[inline]
    pub(super) fn get_mut(&mut self, place: u32) -> &mut Request {
        &mut self.places[place as usize]
    }

    /// Gives the place of a request free.
    #[inline]
    pub(super) fn remove(&mut self, place: u32) {
        self.places[place as usize].next = self.free;
        self.free = place;
    }
}

/// Requests that wait, first come, first served.
#[derive(Clone, Copy, Debug)]
pub(super) struct Queue {
    head: u32,
    tail: u32,
    len: u32,
}

impl Default for Queue {
    fn default() -> Self {
        Self {
            head: NONE,
            tail: NONE,
            len: 0,
        }
    }
}

impl Queue {
    /// How many wait.
    #[inline]
    pub(super) fn len(&self) -> u32 {
        self.len
    }

    /// Adds a request at the end.
    #[inline]
    pub(super) fn push(&mut self, requests: &mut Requests, place: u32) {
        requests.get_mut(place).next = NONE;
        if self.len == 0 {
            self.head = place;
        } else {
            requests.get_mut(self.tail).next = place;
        }
        self.tail = place;
        self.len += 1;
    }

    /// Takes the first request.
    #[inline]
    pub(super) fn pop(&mut self, requests: &Requests) -> Option<u32> {
        if self.len == 0 {
            return None;
        }
        let place = self.head;
        self.head = requests.get(place).next;
        self.len -= 1;
        Some(place)
    }
}

#[cfg(test)]
mod tests {
    use super::{Queue, Requests};

    #[test]
    fn a_queue_is_first_come_first_served_and_places_are_used_again() {
        let mut requests = Requests::default();
        let mut queue = Queue::default();
        for round in 0..3_u64 {
            let places: Vec<u32> = (0..5).map(|index| requests.add(round, index, 0)).collect();
            for place in &places {
                queue.push(&mut requests, *place);
            }
            for place in places {
                assert_eq!(queue.pop(&requests), Some(place));
                requests.remove(place);
            }
            assert_eq!(queue.pop(&requests), None);
        }
        assert_eq!(requests.places.len(), 5);
    }
}

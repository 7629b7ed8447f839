//! The event queue: a heap of four children a node, ordered by time and then by what happens.

/// Something that happens at a time. Two events are never equal: what happens names who it happens
/// to, so the order of events does not depend on how the heap is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Event {
    /// When, in nanoseconds.
    pub(super) at: u64,
    /// What, packed by [`What::pack`].
    what: u64,
}

/// What happens, in the order in which it happens at one time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// A replica that was starting is ready.
    Ready { replica: u32, generation: u32 },
    /// A request is completed.
    Completed { replica: u32, request: u32 },
    /// A request may be due at a replica that shares its speed among requests.
    SharedDue { replica: u32 },
}

/// Replicas are numbered below this.
pub(super) const REPLICAS: u32 = 1 << 30;

impl What {
    fn pack(self) -> u64 {
        let (kind, replica, low) = match self {
            Self::Ready {
                replica,
                generation,
            } => (0, replica, generation),
            Self::Completed { replica, request } => (1, replica, request),
            Self::SharedDue { replica } => (2, replica, 0),
        };
        kind << 62 | u64::from(replica) << 32 | u64::from(low)
    }

    #[inline]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the fields that pack joined"
    )]
    fn unpack(packed: u64) -> Self {
        let replica = (packed >> 32) as u32 & (REPLICAS - 1);
        let low = packed as u32;
        match packed >> 62 {
            0 => Self::Ready {
                replica,
                generation: low,
            },
            1 => Self::Completed {
                replica,
                request: low,
            },
            _ => Self::SharedDue { replica },
        }
    }
}

impl Event {
    #[inline]
    pub(super) fn new(at: u64, what: What) -> Self {
        Self {
            at,
            what: what.pack(),
        }
    }

    #[inline]
    pub(super) fn what(self) -> What {
        What::unpack(self.what)
    }

    /// One number to compare, so that comparing does not branch.
    #[inline]
    fn key(self) -> u128 {
        u128::from(self.at) << 64 | u128::from(self.what)
    }
}

/// The events to come.
#[derive(Debug, Default)]
pub(super) struct Heap {
    events: Vec<Event>,
}

impl Heap {
    /// When the next event happens; `u64::MAX` when there is none.
    #[inline]
    pub(super) fn next_at(&self) -> u64 {
        self.events.first().map_or(u64::MAX, |event| event.at)
    }

    /// The next event, which stays.
    #[inline]
    pub(super) fn peek(&self) -> Option<Event> {
        self.events.first().copied()
    }

    /// The events, in no order.
    pub(super) fn iter(&self) -> impl Iterator<Item = Event> + '_ {
        self.events.iter().copied()
    }

    /// Keeps the events that are wanted.
    pub(super) fn retain(&mut self, mut wanted: impl FnMut(Event) -> bool) {
        let mut events = std::mem::take(&mut self.events);
        events.retain(|event| wanted(*event));
        // Sorted events are a heap.
        events.sort_unstable_by_key(|event| event.key());
        self.events = events;
    }

    /// Adds an event.
    #[inline]
    pub(super) fn push(&mut self, event: Event) {
        self.events.push(event);
        let mut place = self.events.len() - 1;
        while place > 0 {
            let parent = (place - 1) / 4;
            let above = self.events[parent];
            if above.key() <= event.key() {
                break;
            }
            self.events[place] = above;
            place = parent;
        }
        self.events[place] = event;
    }

    /// Takes the next event away.
    #[inline]
    pub(super) fn pop(&mut self) {
        if let Some(last) = self.events.pop()
            && !self.events.is_empty()
        {
            self.replace(last);
        }
    }

    /// Puts an event in the place of the next one, which is gone. Cheaper than a pop and a push.
    #[inline]
    pub(super) fn replace(&mut self, event: Event) {
        let events = self.events.as_mut_slice();
        let key = event.key();
        let mut place = 0;
        loop {
            let first = 4 * place + 1;
            let (child, least) = if let Some(four) = events.get(first..first + 4) {
                let keys: [u128; 4] = std::array::from_fn(|index| four[index].key());
                let low = usize::from(keys[1] < keys[0]);
                let high = 2 + usize::from(keys[3] < keys[2]);
                let winner = if keys[high] < keys[low] { high } else { low };
                (first + winner, keys[winner])
            } else {
                let Some(least) = (first..events.len()).min_by_key(|index| events[*index].key())
                else {
                    break;
                };
                (least, events[least].key())
            };
            if key <= least {
                break;
            }
            events[place] = events[child];
            place = child;
        }
        events[place] = event;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop, prop_assert_eq, proptest};

    use super::{Event, Heap, REPLICAS, What};

    proptest! {
        #[test]
        fn events_come_in_order(times in prop::collection::vec(0_u64..50, 0..200)) {
            let mut heap = Heap::default();
            let mut expected = Vec::new();
            for (request, at) in (0_u32..).zip(times) {
                let event = Event::new(at, What::Completed { replica: 1, request });
                expected.push((at, request));
                heap.push(event);
            }
            expected.sort_unstable();
            for (at, request) in expected {
                let event = heap.peek().unwrap();
                prop_assert_eq!((event.at, event.what()), (at, What::Completed { replica: 1, request }));
                heap.pop();
            }
            prop_assert_eq!(heap.next_at(), u64::MAX);
        }

        #[test]
        fn replacing_is_popping_and_pushing(
            times in prop::collection::vec(any::<u64>(), 1..100),
            later in any::<u64>(),
        ) {
            let (mut one, mut other) = (Heap::default(), Heap::default());
            for (replica, at) in (0_u32..).zip(times) {
                let event = Event::new(at, What::Ready { replica, generation: 0 });
                one.push(event);
                other.push(event);
            }
            let event = Event::new(later, What::Ready { replica: REPLICAS - 1, generation: 9 });
            one.replace(event);
            other.pop();
            other.push(event);
            while let Some(next) = one.peek() {
                prop_assert_eq!(Some(next), other.peek());
                one.pop();
                other.pop();
            }
            prop_assert_eq!(other.peek(), None);
        }
    }
}

//! Which places are tried next.

use std::collections::HashSet;

use plimsoll_core::autoscaling::AutoscalingSettings;

use super::Space;
use super::space::Place;
use crate::random::Stream;

/// Where the next trials come from.
pub(super) struct Draws<'s> {
    space: &'s Space,
    /// Whether everything in the space is tried.
    whole: bool,
    /// What is tried first.
    places: Box<dyn Iterator<Item = Place> + 's>,
    stream: Stream,
    seen: HashSet<Place>,
}

impl<'s> Draws<'s> {
    /// Every place of a space, in order.
    pub(super) fn all(space: &'s Space, seed: u64) -> Self {
        Self {
            space,
            whole: true,
            places: Box::new(space.all()),
            stream: Stream::new(seed, "tune"),
            seen: HashSet::new(),
        }
    }

    /// Places of a space, the one that is given first.
    pub(super) fn some(space: &'s Space, seed: u64, first: Option<Place>) -> Self {
        Self {
            whole: false,
            places: Box::new(first.into_iter()),
            ..Self::all(space, seed)
        }
    }

    /// Up to so many places that are new, with their settings: anywhere, or near to others.
    pub(super) fn next(
        &mut self,
        room: usize,
        parents: &[Place],
    ) -> Vec<(Place, AutoscalingSettings)> {
        let space = self.space;
        let mut generation = Vec::with_capacity(room);
        let seen = &mut self.seen;
        let mut add = |place: Place, generation: &mut Vec<_>| {
            if let Some(settings) = space.settings(&place)
                && seen.insert(place.clone())
            {
                generation.push((place, settings));
            }
        };
        while generation.len() < room
            && let Some(place) = self.places.next()
        {
            add(place, &mut generation);
        }
        let stream = &mut self.stream;
        for draw in 0..room * 20 {
            if generation.len() == room || self.whole {
                break;
            }
            // A third of what is tried later still lies anywhere.
            let place = if parents.is_empty() || draw % 3 == 0 {
                space.anywhere(stream)
            } else {
                let count = u32::try_from(parents.len()).unwrap_or(u32::MAX);
                space.near(&parents[stream.below(count) as usize], stream)
            };
            add(place, &mut generation);
        }
        generation
    }
}

//! The settings that are searched.

use plimsoll_core::autoscaling::AutoscalingSettings;

use crate::random::Stream;
use crate::scenario::Workload;

/// For each setting, the values that it may take, in order. A setting that is not listed keeps
/// what the base says.
#[derive(Clone, Debug, PartialEq)]
pub struct Space {
    /// What is kept where nothing is searched.
    pub base: AutoscalingSettings,
    /// The settings that are searched: their names and values.
    pub axes: Vec<(&'static str, Vec<u32>)>,
    /// Those of `min_replicas` and `max_replicas` of which whole numbers between two values may be
    /// tried, too, at the end of a search.
    pub refined: Vec<&'static str>,
}

/// A point of a space: the place of the value on each axis.
pub(super) type Place = Vec<usize>;

impl Space {
    /// The usual values around what a workload says, and those of the base. Numbers of replicas go
    /// up to the workload's largest: each up to 8, then in steps of about a quarter, between which
    /// a search looks at its end.
    #[must_use]
    pub fn around(workload: &Workload, base: AutoscalingSettings) -> Self {
        let concurrency = workload.concurrency;
        let max = workload.max_replicas.max(1);
        let up_to = |values: &[u32], most: u32| {
            let mut values: Vec<_> = values
                .iter()
                .copied()
                .filter(|value| *value < most)
                .collect();
            values.push(most);
            values
        };
        let mut axes = vec![
            ("min_replicas", replicas(0, max)),
            ("max_replicas", replicas(1, max)),
            (
                "concurrency_target",
                up_to(&[1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64], concurrency),
            ),
            (
                "target_utilization_percentage",
                vec![30, 40, 50, 60, 70, 80, 90, 100],
            ),
            ("scaling_window_seconds", vec![30, 60, 120, 300, 600]),
            (
                "scale_down_delay_seconds",
                vec![0, 60, 120, 300, 600, 900, 1800],
            ),
        ];
        for (name, values) in &mut axes {
            let bound = if *name == "max_replicas" {
                max
            } else {
                u32::MAX
            };
            let own = base.get(name).filter(|own| *own <= bound);
            if let Some(own) = own
                && let Err(place) = values.binary_search(&own)
            {
                values.insert(place, own);
            }
        }
        Self {
            base,
            axes,
            refined: vec!["min_replicas", "max_replicas"],
        }
    }

    /// The largest value that a setting may take, where it is searched.
    pub(super) fn most(&self, name: &str) -> Option<u32> {
        let (_, values) = self.axes.iter().find(|(axis, _)| *axis == name)?;
        values.iter().copied().max()
    }

    /// Every place, in order.
    pub(super) fn all(&self) -> impl Iterator<Item = Place> + '_ {
        (0..self.size()).map(|number| {
            let mut rest = number;
            let mut place: Place = self
                .axes
                .iter()
                .rev()
                .map(|(_, values)| {
                    let length = values.len().max(1) as u64;
                    let index = rest % length;
                    rest /= length;
                    usize::try_from(index).unwrap_or(0)
                })
                .collect();
            place.reverse();
            place
        })
    }

    /// The place that is nearest to settings, axis by axis; the middle where they say nothing.
    pub(super) fn nearest(&self, settings: &AutoscalingSettings) -> Place {
        self.axes
            .iter()
            .map(|(name, values)| match settings.get(name) {
                Some(own) => (0..values.len())
                    .min_by_key(|index| values[*index].abs_diff(own))
                    .unwrap_or(0),
                None => values.len() / 2,
            })
            .collect()
    }

    /// How many points there are.
    #[must_use]
    pub fn size(&self) -> u64 {
        let lengths = self.axes.iter().map(|(_, values)| values.len() as u64);
        lengths.fold(1, u64::saturating_mul)
    }

    /// The settings at a place; `None` where they contradict each other.
    pub(super) fn settings(&self, place: &Place) -> Option<AutoscalingSettings> {
        let mut settings = self.base;
        for ((name, values), index) in self.axes.iter().zip(place) {
            settings.set(name, values.get(*index).copied());
        }
        let ordered =
            settings.min_replicas.unwrap_or(0) <= settings.max_replicas.unwrap_or(u32::MAX);
        ordered.then_some(settings)
    }

    /// Anywhere.
    pub(super) fn anywhere(&self, stream: &mut Stream) -> Place {
        let below = |length: usize, stream: &mut Stream| {
            stream.below(u32::try_from(length).unwrap_or(u32::MAX)) as usize
        };
        self.axes
            .iter()
            .map(|(_, values)| below(values.len(), stream))
            .collect()
    }

    /// A few steps from a place.
    pub(super) fn near(&self, place: &Place, stream: &mut Stream) -> Place {
        let mut near = place.clone();
        let axes = u32::try_from(self.axes.len()).unwrap_or(u32::MAX);
        for _ in 0..=stream.below(2) {
            let axis = stream.below(axes.max(1)) as usize;
            if let (Some(index), Some((_, values))) = (near.get_mut(axis), self.axes.get(axis)) {
                // A long axis is of finer steps, not of more that matter.
                let reach = u32::try_from(values.len() / 6).unwrap_or(u32::MAX).max(2);
                let far = 1 + stream.below(reach) as usize;
                *index = if stream.below(2) == 0 {
                    index.saturating_sub(far)
                } else {
                    (*index + far).min(values.len().saturating_sub(1))
                };
            }
        }
        near
    }
}

/// Numbers of replicas from one to another: each up to 8, then a quarter more each time.
fn replicas(least: u32, most: u32) -> Vec<u32> {
    let next = |value: &u32| value.checked_add(value / 4);
    let below = |value: &u32| *value < most;
    let each = least..=8.min(most);
    let coarser = std::iter::successors(Some(10), next);
    let mut values: Vec<u32> = each.chain(coarser).take_while(below).collect();
    values.push(most);
    values
}

#[cfg(test)]
mod tests {
    use super::replicas;

    #[test]
    fn replicas_are_close_together_up_to_the_most() {
        assert_eq!(replicas(0, 1), [0, 1]);
        assert_eq!(replicas(1, 1), [1]);
        assert_eq!(replicas(1, 8), [1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(
            replicas(0, 20),
            [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 18, 20]
        );
        let many = replicas(0, crate::scenario::MOST_REPLICAS);
        assert_eq!(many.last(), Some(&crate::scenario::MOST_REPLICAS));
        assert!(many.len() < 70);
        assert!(many.windows(2).all(|pair| pair[0] < pair[1]));
        let beyond = many.windows(2).filter(|pair| pair[0] >= 8);
        assert!(
            beyond
                .clone()
                .all(|pair| f64::from(pair[1]) <= f64::from(pair[0]) * 1.25)
        );
        // However many a workload may have.
        assert_eq!(replicas(0, u32::MAX).last(), Some(&u32::MAX));
    }
}

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
}

/// A point of a space: the place of the value on each axis.
pub(super) type Place = Vec<usize>;

impl Space {
    /// The usual values around what a workload says, and those of the base. The largest number of
    /// replicas is at most the workload's.
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
            (
                "min_replicas",
                up_to(&[0, 1, 2, 3, 4, 6, 8, 12], (max / 2).max(1)),
            ),
            (
                "max_replicas",
                up_to(&[1, 2, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128], max),
            ),
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
        Self { base, axes }
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

    /// One or two steps from a place.
    pub(super) fn near(&self, place: &Place, stream: &mut Stream) -> Place {
        let mut near = place.clone();
        let axes = u32::try_from(self.axes.len()).unwrap_or(u32::MAX);
        for _ in 0..=stream.below(2) {
            let axis = stream.below(axes.max(1)) as usize;
            if let (Some(index), Some((_, values))) = (near.get_mut(axis), self.axes.get(axis)) {
                let far = 1 + stream.below(2) as usize;
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

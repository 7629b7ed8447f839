//! The end of a search: whole numbers of replicas between those of the space.

use std::ops::ControlFlow;

use plimsoll_core::autoscaling::AutoscalingSettings;

use super::search::Search;
use super::{Space, Trial, TuneProgress};
use crate::error::Error;
use crate::time::whole;

/// Values that are tried at once where a range is cut. It does not depend on the machine, so
/// neither does the result.
const CUTS: usize = 3;

const MIN: &str = "min_replicas";
const MAX: &str = "max_replicas";

/// Looks for fewer replicas than the best trial so far has, in at most so many trials: first for a
/// constant number that costs less, then for fewer at the least and at the most.
pub(super) fn refine(
    search: &mut Search<'_>,
    space: &Space,
    trials: usize,
    progress: &mut dyn FnMut(TuneProgress<'_>) -> ControlFlow<()>,
) -> Result<(), Error> {
    let mut refinement = Refinement {
        search,
        space,
        left: trials,
        progress,
    };
    refinement.constant()?;
    // Each bound that falls may make room for the other.
    while let Some(before) = refinement.best().map(|(_, cost)| cost) {
        refinement.narrow(MIN)?;
        refinement.narrow(MAX)?;
        if refinement.best().is_none_or(|(_, cost)| cost >= before) {
            break;
        }
    }
    Ok(())
}

struct Refinement<'s, 'a> {
    search: &'s mut Search<'a>,
    space: &'s Space,
    /// Trials that may still be spent.
    left: usize,
    progress: &'s mut dyn FnMut(TuneProgress<'_>) -> ControlFlow<()>,
}

impl Refinement<'_, '_> {
    /// The values of a setting between which others may be tried, in order.
    fn axis(&self, name: &str) -> Option<&[u32]> {
        if !self.space.refined.contains(&name) {
            return None;
        }
        let mut axes = self.space.axes.iter();
        let (_, values) = axes.find(|(axis, _)| *axis == name)?;
        Some(values)
    }

    /// The cheapest that meet the objective so far, and what they cost.
    fn best(&self) -> Option<(AutoscalingSettings, f64)> {
        let best = self.search.cheapest()?;
        Some((best.settings, best.cost))
    }

    /// As many replicas at the least as at the most: what no policy can do wrong with. More than
    /// the best so far has in the mean are dearer.
    fn constant(&mut self) -> Result<(), Error> {
        let (Some(least), Some(most)) = (self.axis(MIN), self.axis(MAX)) else {
            return Ok(());
        };
        let bounds = (least.last().copied(), most.last().copied());
        let (Some(least), Some(most)) = bounds else {
            return Ok(());
        };
        let mut high = least.min(most);
        if let Some(best) = self.search.cheapest() {
            let mean = whole(best.score.replicas.mean.ceil());
            high = high.min(u32::try_from(mean).unwrap_or(u32::MAX)).max(1);
        }
        let base = self.best().map_or(self.space.base, |(best, _)| best);
        let always = |replicas: u32| AutoscalingSettings {
            min_replicas: Some(replicas),
            max_replicas: Some(replicas),
            ..base
        };
        let met = |trial: &Trial| trial.met;
        if high == 0 || self.try_each(&[always(high)], met)? != [true] {
            return Ok(());
        }
        self.cut(0, high, always, met)
    }

    /// Fewer replicas at the least, or at the most, than the best so far, down to what lies two
    /// steps below on the axis.
    fn narrow(&mut self, name: &str) -> Result<(), Error> {
        let (Some(values), Some((best, cost))) = (self.axis(name), self.best()) else {
            return Ok(());
        };
        let Some(high) = best.get(name) else {
            return Ok(());
        };
        let place = values.partition_point(|value| *value < high);
        let mut low = values.get(place.saturating_sub(2)).map_or(0, |low| *low);
        if name == MAX {
            low = low.max(best.min_replicas.unwrap_or(0).saturating_sub(1));
        }
        let with = |value: u32| {
            let mut settings = best;
            settings.set(name, Some(value));
            settings
        };
        self.cut(low, high, with, |trial| trial.met && trial.cost < cost)
    }

    /// Looks for the least value above one that will not do and up to one that does, to 1 %.
    fn cut(
        &mut self,
        mut low: u32,
        mut high: u32,
        with: impl Fn(u32) -> AutoscalingSettings,
        does: impl Fn(&Trial) -> bool,
    ) -> Result<(), Error> {
        while high.saturating_sub(low) > (high / 100).max(1) && self.left > 0 {
            let values = between(low, high, CUTS.min(self.left));
            let all: Vec<_> = values.iter().map(|value| with(*value)).collect();
            let done = self.try_each(&all, &does)?;
            if done.len() < values.len() {
                break;
            }
            for (value, does) in values.into_iter().zip(done).rev() {
                if !does {
                    low = value;
                    break;
                }
                high = value;
            }
        }
        Ok(())
    }

    /// Whether each of some settings does, from what was tried before or from trials of now; of
    /// fewer where it was stopped or nothing is left to spend.
    fn try_each(
        &mut self,
        all: &[AutoscalingSettings],
        does: impl Fn(&Trial) -> bool,
    ) -> Result<Vec<bool>, Error> {
        let new = all.iter().filter(|one| self.search.tried(one).is_none());
        let new: Vec<_> = new
            .take(self.left)
            .map(|settings| (self.space.nearest(settings), *settings))
            .collect();
        self.left -= new.len();
        if !self.search.stopped {
            self.search.add(new, self.progress)?;
        }
        let tried = all.iter().map_while(|one| self.search.tried(one));
        Ok(tried.map(does).collect())
    }
}

/// Up to so many whole numbers between two, evenly, in order.
fn between(low: u32, high: u32, count: usize) -> Vec<u32> {
    let (from, gap) = (u64::from(low), u64::from(high - low));
    let parts = count as u64 + 1;
    let mut values: Vec<u32> = (1..parts)
        .filter_map(|part| u32::try_from(from + gap * part / parts).ok())
        .filter(|value| *value > low)
        .collect();
    values.dedup();
    values
}

#[cfg(test)]
mod tests {
    use super::between;

    #[test]
    fn a_range_is_cut_evenly() {
        assert_eq!(between(0, 8, 3), [2, 4, 6]);
        assert_eq!(between(0, 8, 1), [4]);
        assert_eq!(between(6, 8, 3), [7]);
        assert_eq!(between(0, u32::MAX, 1), [u32::MAX / 2]);
        assert_eq!(between(7, 8, 3), Vec::<u32>::new());
    }
}

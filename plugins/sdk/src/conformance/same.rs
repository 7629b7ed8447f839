//! Two implementations that are to be one: static equals dynamic, a rewrite equals its original.

use plimsoll_core::distribution::DistributionStrategy;
use plimsoll_core::policy::ScalingPolicy;

use super::demands::sharing;
use super::law::{Subject, same, unharmed};
use super::observations::{decisions, observations};

const NEVER_PANICS: &str = "neither panics, whatever it is shown";
const DECIDE_ALIKE: &str = "both decide alike";
const SHARE_ALIKE: &str = "both share alike";

/// Holds two policies to the same decisions, over sequences of [`observations`]. Both are made anew
/// for each sequence.
///
/// # Panics
/// When a decision differs, with the shortest sequence in which one does.
#[track_caller]
pub fn same_decisions(
    make_one: impl Fn() -> Box<dyn ScalingPolicy>,
    make_other: impl Fn() -> Box<dyn ScalingPolicy>,
) {
    let pair = Subject::new("a pair of scaling policies");
    pair.must_for_all(1, &observations(), |shown| {
        let run = |make: &dyn Fn() -> Box<dyn ScalingPolicy>| {
            unharmed(NEVER_PANICS, || decisions(&mut *make(), &mut 0, shown))
        };
        same(DECIDE_ALIKE, &run(&make_one)?, &run(&make_other)?)
    });
}

/// Holds two strategies to the same shares and errors, over what [`sharing`] makes.
///
/// # Panics
/// When a share differs, with the smallest input for which one does.
#[track_caller]
pub fn same_shares(one: &dyn DistributionStrategy, other: &dyn DistributionStrategy) {
    let pair = Subject::new("a pair of distribution strategies");
    pair.must_for_all(1, &sharing(), |sharing| {
        // An error may hold a weight that is no number, and no number equals itself.
        let run = |strategy: &dyn DistributionStrategy| {
            unharmed(NEVER_PANICS, || sharing.of(strategy))
                .map(|(result, shares)| (format!("{result:?}"), shares))
        };
        same(SHARE_ALIKE, &run(one)?, &run(other)?)
    });
}

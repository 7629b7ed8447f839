//! What every distribution strategy promises.

use plimsoll_core::distribution::{Demand, DistributionStrategy, Priority, check};
use plimsoll_core::registry::Registry;
use proptest::prelude::*;
use serde_json::Value as Json;

use super::demands::{BEFORE, Sharing, demand, sharing, weight};
use super::law::{Broken, Verdict, broken, holds, same, unharmed};
use super::registered::Registered;

const NEVER_PANICS: &str = "it never panics, whatever it is asked";
const TYPED: &str = "what cannot be shared is refused as `check` refuses it";
const UNTOUCHED: &str = "on an error the allocations are left as they were";
const SHARED: &str = "what can be shared is shared";
const ADDS_UP: &str = "shares add up to the budget, or to the sum of the maximums";
const BOUNDED: &str = "each share is within its bounds";
const PURE: &str = "the same demands are given the same shares";
const TIES: &str = "of demands that are alike, the first is given the most";
const WEIGHT: &str = "more weight never gets less";
const RANK: &str = "a higher priority never gets less";
const ORDER: &str = "but for ties, nothing depends on the order";

/// Holds the distribution strategy of this name to its contract, with each of these options, and with
/// `{}` unless some are required.
///
/// # Panics
/// When a law is broken.
#[track_caller]
pub fn distribution_strategy(registry: &Registry, name: &str, options: &[Json]) {
    let registered = Registered::new(registry, &registry.strategies, name, options);
    for options in &registered.options {
        let subject = registered.subject.with(format!("options {options}"));
        let strategy = &*subject.must(registered.make(options));
        subject.must_for_all(1, &sharing(), |sharing| {
            shares(strategy, sharing)?;
            // Made anew, it knows nothing of what was shared before.
            let anew = registered.make(options)?;
            same(PURE, &seen(strategy, sharing)?, &seen(&*anew, sharing)?)
        });
        subject.must_for_all(1, &change(), |change| change.never_costs(strategy));
    }
}

/// Shares, and what came of it in words: a weight that is no number does not equal itself.
fn seen(
    strategy: &dyn DistributionStrategy,
    sharing: &Sharing,
) -> Result<(String, Vec<u32>), Broken> {
    let (result, shares) = unharmed(NEVER_PANICS, || sharing.of(strategy))?;
    Ok((format!("{result:?}"), shares))
}

fn shares(strategy: &dyn DistributionStrategy, sharing: &Sharing) -> Verdict {
    let (said, shares) = seen(strategy, sharing)?;
    let before = vec![BEFORE; sharing.room];
    let expected = check(sharing.budget, &sharing.demands, &before);
    if expected.is_err() {
        let expected = format!("{expected:?}");
        holds(TYPED, said == expected, || {
            format!("it says {said}, and `check` says {expected}")
        })?;
        return holds(UNTOUCHED, shares == before, || format!("{shares:?}"));
    }
    holds(SHARED, said == "Ok(())", || format!("it says {said}"))?;
    let Sharing {
        budget, demands, ..
    } = sharing;
    for (place, (share, demand)) in shares.iter().zip(demands).enumerate() {
        let within = (demand.min..=demand.max).contains(share);
        holds(BOUNDED, within, || {
            format!("demand {place} is given {share}")
        })?;
    }
    let most: u64 = demands.iter().map(|demand| u64::from(demand.max)).sum();
    let sum: u64 = shares.iter().map(|&share| u64::from(share)).sum();
    let expected = most.min(u64::from(*budget));
    holds(ADDS_UP, sum == expected, || {
        format!("{shares:?} are {sum}, and not {expected}")
    })
}

/// Demands, and what may become of one of them.
#[derive(Clone, Debug)]
struct Change {
    budget: u32,
    demands: Vec<Demand>,
    demand: Demand,
    heavier: f64,
    rank: Priority,
}

fn change() -> impl Strategy<Value = Change> {
    // Few that want more than there is: then each of them matters to the others.
    let budget = prop_oneof![6 => 0_u32..40, 1 => any::<u32>()];
    let demands = proptest::collection::vec(demand(), 0..6);
    let rank = prop_oneof![Just(Priority::Medium), Just(Priority::High)];
    (budget, demands, demand(), weight(), rank).prop_map(
        |(budget, demands, demand, heavier, rank)| Change {
            budget,
            demands,
            demand,
            heavier,
            rank,
        },
    )
}

impl Change {
    fn never_costs(&self, strategy: &dyn DistributionStrategy) -> Verdict {
        let heavier = Demand {
            weight: self.demand.weight.max(self.heavier),
            ..self.demand
        };
        // Beyond the weights that are usual.
        let heaviest = Demand {
            weight: heavier.weight.max(1e6),
            ..self.demand
        };
        let higher = Demand {
            priority: self.demand.priority.max(self.rank),
            ..self.demand
        };
        for place in 0..=self.demands.len() {
            self.twins(strategy, TIES, self.demand, place)?;
            self.twins(strategy, WEIGHT, heavier, place)?;
            self.twins(strategy, RANK, higher, place)?;
            self.raised(strategy, WEIGHT, heavier, place)?;
            self.raised(strategy, WEIGHT, heaviest, place)?;
            self.raised(strategy, RANK, higher, place)?;
        }
        self.moved(strategy)
    }

    /// The shares; `None` where the minimums exceed the budget.
    fn share(
        &self,
        strategy: &dyn DistributionStrategy,
        demands: Vec<Demand>,
    ) -> Result<Option<Vec<u32>>, Broken> {
        let sharing = Sharing {
            budget: self.budget,
            room: demands.len(),
            demands,
        };
        let (result, shares) = unharmed(NEVER_PANICS, || sharing.of(strategy))?;
        if check(sharing.budget, &sharing.demands, &shares).is_err() {
            return Ok(None);
        }
        result.or_else(|error| broken(SHARED, error.to_string()))?;
        Ok(Some(shares))
    }

    /// The demands with one more in between.
    fn with(&self, demand: Demand, place: usize) -> Vec<Demand> {
        let mut demands = self.demands.clone();
        demands.insert(place, demand);
        demands
    }

    /// Of two that differ in one thing, the better one stands first, and so a tie is its own.
    fn twins(
        &self,
        strategy: &dyn DistributionStrategy,
        law: &'static str,
        better: Demand,
        place: usize,
    ) -> Verdict {
        let mut demands = self.with(better, place);
        demands.push(self.demand);
        let Some(shares) = self.share(strategy, demands)? else {
            return Ok(());
        };
        let (one, other) = (shares[place], shares[shares.len() - 1]);
        holds(law, one >= other, || {
            format!(
                "{better:?} at place {place} is given {one}, and {:?} at the end {other}",
                self.demand
            )
        })
    }

    /// The same demand, once as it is and once better.
    fn raised(
        &self,
        strategy: &dyn DistributionStrategy,
        law: &'static str,
        better: Demand,
        place: usize,
    ) -> Verdict {
        let before = self.share(strategy, self.with(self.demand, place))?;
        let after = self.share(strategy, self.with(better, place))?;
        let (Some(before), Some(after)) = (before, after) else {
            return Ok(());
        };
        let (before, after) = (before[place], after[place]);
        holds(law, after >= before, || {
            format!(
                "at place {place}, {:?} is given {before}, and {better:?} {after}",
                self.demand
            )
        })
    }

    /// A demand with one possible share ties with nobody, wherever it stands.
    fn moved(&self, strategy: &dyn DistributionStrategy) -> Verdict {
        // Sums of whole numbers are the same in any order.
        let whole = |demand: &Demand| Demand {
            weight: demand.weight.min(1e6).trunc(),
            ..*demand
        };
        let fixed = Demand {
            max: self.demand.min,
            ..whole(&self.demand)
        };
        let mut first: Vec<Demand> = self.demands.iter().map(whole).collect();
        let mut last = first.clone();
        first.insert(0, fixed);
        last.push(fixed);
        let first = self.share(strategy, first)?;
        let last = self.share(strategy, last)?;
        let (Some(first), Some(last)) = (first, last) else {
            return Ok(());
        };
        holds(ORDER, first[1..] == last[..last.len() - 1], || {
            format!(
                "with {fixed:?} first they are {first:?}, and with it last {last:?}, where weights \
                 are whole"
            )
        })
    }
}

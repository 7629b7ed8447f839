//! Whole shares of a budget within bounds: the plain formula where it adds up, else largest
//! remainder.

use std::borrow::Cow;

use plimsoll_core::distribution::Demand;

use crate::fill::{Place, fill};

/// What one demand claims of a budget.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Claim {
    /// Its share relative to the others': finite, at least 0.
    pub(crate) weight: f64,
    /// Fewest workers it may be given.
    pub(crate) min: u32,
    /// Most workers it may be given.
    pub(crate) max: u32,
}

impl Claim {
    /// A demand's claim by its own weight.
    pub(crate) fn weighted(demand: &Demand) -> Self {
        Self {
            weight: demand.weight,
            min: demand.min,
            max: demand.max,
        }
    }
}

/// Shares a budget that covers the minimums, tells each share, and returns their sum: the smaller
/// of the budget and the sum of the maximums.
pub(crate) fn share(budget: u32, claims: &[Claim], mut tell: impl FnMut(usize, u32)) -> u32 {
    let most: u64 = claims.iter().map(|claim| u64::from(claim.max)).sum();
    if let Some(total) = u32::try_from(most).ok().filter(|most| *most <= budget) {
        for (index, claim) in claims.iter().enumerate() {
            tell(index, claim.max);
        }
        return total;
    }
    if let Some(shares) = plain(budget, claims) {
        shares
            .enumerate()
            .for_each(|(index, workers)| tell(index, workers));
    } else {
        let shares = bounded(budget, claims);
        for (index, workers) in shares.into_iter().enumerate() {
            tell(index, workers);
        }
    }
    budget
}

/// Each proportional share rounded and clamped, where this adds up to the budget: what people expect
/// who work shares out by hand.
fn plain(budget: u32, claims: &[Claim]) -> Option<impl Iterator<Item = u32>> {
    let weights: f64 = claims.iter().map(|claim| claim.weight).sum();
    let shares = claims.iter().map(move |claim| {
        let share = f64::from(budget) * claim.weight / weights;
        nearest(share).clamp(claim.min, claim.max)
    });
    let sound = weights.is_finite() && weights > 0.0;
    let sum: u64 = shares.clone().map(u64::from).sum();
    (sound && sum == u64::from(budget)).then_some(shares)
}

/// A weight this much smaller than the heaviest counts as 0; the level at which its share would
/// meet a bound is beyond what a float can hold.
const NEGLIGIBLE: f64 = 1e-250;

/// Shares by weight within bounds, of a budget between the sums of minimums and of maximums.
fn bounded(budget: u32, claims: &[Claim]) -> Vec<u32> {
    let heaviest = claims
        .iter()
        .filter(|claim| claim.min < claim.max)
        .fold(0.0_f64, |most, claim| most.max(claim.weight));
    if heaviest == 0.0 {
        let even: Vec<Claim> = claims
            .iter()
            .map(|&claim| Claim {
                weight: 1.0,
                ..claim
            })
            .collect();
        return rounded(budget, &even, claims);
    }
    // Scaled where a sum or a product might overflow. The scale is a power of two, so that whole
    // weights keep exact remainders.
    let moderate = |claim: &Claim| claim.weight == 0.0 || (1e-100..1e100).contains(&claim.weight);
    let scaled: Cow<'_, [Claim]> = if claims.iter().all(moderate) {
        Cow::Borrowed(claims)
    } else {
        let scale = heaviest.log2().floor().min(1023.0).exp2();
        let scaled = |&claim: &Claim| {
            let weight = claim.weight / scale;
            Claim {
                weight: if weight < NEGLIGIBLE { 0.0 } else { weight },
                ..claim
            }
        };
        Cow::Owned(claims.iter().map(scaled).collect())
    };
    let wanted: u64 = scaled
        .iter()
        .map(|claim| {
            u64::from(if claim.weight > 0.0 {
                claim.max
            } else {
                claim.min
            })
        })
        .sum();
    if u64::from(budget) <= wanted {
        return rounded(budget, &scaled, claims);
    }
    // Those with a weight have all they may have; the rest is shared evenly among those without.
    let last: Vec<Claim> = scaled
        .iter()
        .map(|claim| match claim.weight > 0.0 {
            true => Claim {
                weight: 0.0,
                min: claim.max,
                max: claim.max,
            },
            false => Claim {
                weight: 1.0,
                ..*claim
            },
        })
        .collect();
    rounded(budget, &last, claims)
}

/// Continuous shares that add up to the budget, rounded down; what is left goes one by one to the
/// largest remainders; of equals to what was `asked` with more weight, of those to the first.
fn rounded(budget: u32, claims: &[Claim], asked: &[Claim]) -> Vec<u32> {
    let places = fill(budget, claims);
    let mut shares: Vec<u32> = Vec::with_capacity(claims.len());
    let mut left = i64::from(budget);
    let (mut free_budget, mut free_weight) = (f64::from(budget), 0.0);
    for (claim, place) in claims.iter().zip(&places) {
        match place {
            Place::AtMin => free_budget -= f64::from(claim.min),
            Place::AtMax => free_budget -= f64::from(claim.max),
            Place::Between => free_weight += claim.weight,
        }
    }
    let mut order: Vec<(f64, usize)> = Vec::with_capacity(claims.len());
    for (index, (claim, place)) in claims.iter().zip(&places).enumerate() {
        let workers = match place {
            Place::AtMin => claim.min,
            Place::AtMax => claim.max,
            Place::Between => {
                // Of whole numbers this remainder is exact, so that equal ones compare equal.
                let product = free_budget * claim.weight;
                let mut workers = whole(product / free_weight);
                let mut remainder = product - f64::from(workers) * free_weight;
                if remainder < 0.0 && workers > 0 {
                    workers -= 1;
                    remainder += free_weight;
                }
                order.push((remainder, index));
                workers.clamp(claim.min, claim.max)
            }
        };
        left -= i64::from(workers);
        shares.push(workers);
    }
    let one_more = |a: &(f64, usize), b: &(f64, usize)| {
        b.0.total_cmp(&a.0)
            .then(asked[b.1].weight.total_cmp(&asked[a.1].weight))
            .then(a.1.cmp(&b.1))
    };
    // What is left is nearly always less than there are shares between their bounds, and then all
    // that counts is which are the first.
    match usize::try_from(left) {
        Ok(few) if few < order.len() => {
            order.select_nth_unstable_by(few, one_more);
        }
        _ => order.sort_unstable_by(one_more),
    }
    settle(left, claims, &order, &mut shares);
    shares
}

/// Gives out what is left, or takes back what is too much, one by one.
fn settle(mut left: i64, claims: &[Claim], order: &[(f64, usize)], shares: &mut [u32]) {
    for &(_, index) in order {
        if left > 0 && shares[index] < claims[index].max {
            shares[index] += 1;
            left -= 1;
        }
    }
    // What rounding errors leave beyond that, wherever there is room.
    for (share, claim) in shares.iter_mut().zip(claims) {
        let wanted = i64::from(*share) + left;
        let taken = wanted.clamp(i64::from(claim.min), i64::from(claim.max));
        left = wanted - taken;
        *share = u32::try_from(taken).unwrap_or(claim.max);
    }
}

/// The nearest whole number, a half rounded up.
fn nearest(share: f64) -> u32 {
    let below = whole(share);
    if share - f64::from(below) >= 0.5 {
        below.saturating_add(1)
    } else {
        below
    }
}

/// A share as a number of workers, rounded down.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast from a float saturates"
)]
fn whole(share: f64) -> u32 {
    share as u32
}

//! Which shares meet a bound when a budget is filled in by weight.

use crate::share::Claim;

/// Where a share ends up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Its proportional share is below its minimum.
    AtMin,
    /// It is between its bounds.
    Between,
    /// Its proportional share is above its maximum.
    AtMax,
}

/// Finds the level λ at which the shares `λ × weight`, each clamped into its bounds, add up to the
/// budget, and says where each share is then.
///
/// The sum of the clamped shares is piecewise linear in λ; its kinks are where a share leaves its
/// minimum (λ = min ÷ weight) and where it meets its maximum (λ = max ÷ weight). The segment that
/// holds the budget is found by bisection over the sorted kinks: O(n log n). Sums are made anew
/// each time, not updated from kink to kink, as weights that differ in size would cancel out.
///
/// A claim of weight 0 stays at its minimum.
pub(crate) fn fill(budget: u32, claims: &[Claim]) -> Vec<Place> {
    let mut kinks: Vec<u64> = Vec::with_capacity(2 * claims.len());
    for claim in claims.iter().filter(|claim| grows(claim)) {
        // Levels are not negative, and such floats are ordered as their bits are.
        kinks.push(level(claim.min, claim.weight).to_bits());
        kinks.push(level(claim.max, claim.weight).to_bits());
    }
    kinks.sort_unstable();
    let budget = f64::from(budget);
    let above = kinks.partition_point(|&kink| sum_at(f64::from_bits(kink), claims) < budget);
    let bits = |place: Option<&u64>| place.map(|&bits| f64::from_bits(bits));
    let from = above
        .checked_sub(1)
        .and_then(|below| bits(kinks.get(below)));
    let to = bits(kinks.get(above)).unwrap_or(f64::INFINITY);
    claims
        .iter()
        .map(|claim| {
            if !grows(claim) || level(claim.min, claim.weight) >= to {
                Place::AtMin
            } else if from.is_some_and(|from| level(claim.max, claim.weight) <= from) {
                Place::AtMax
            } else {
                Place::Between
            }
        })
        .collect()
}

fn grows(claim: &Claim) -> bool {
    claim.weight > 0.0 && claim.min < claim.max
}

/// The level at which a share meets a bound.
fn level(bound: u32, weight: f64) -> f64 {
    f64::from(bound) / weight
}

/// The sum of the clamped shares at a level.
fn sum_at(level: f64, claims: &[Claim]) -> f64 {
    claims
        .iter()
        .map(|claim| {
            let (min, max) = (f64::from(claim.min), f64::from(claim.max));
            if claim.weight > 0.0 {
                (level * claim.weight).max(min).min(max)
            } else {
                min
            }
        })
        .sum()
}

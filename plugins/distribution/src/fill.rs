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
/// holds the budget is found by halving the kinks at their median; a share without a kink between
/// the ends is settled and looked at no more, so that the whole takes O(n). Sums only ever grow, as
/// weights that differ in size would cancel out if some were taken back.
///
/// A claim of weight 0 stays at its minimum.
pub(crate) fn fill(budget: u32, claims: &[Claim]) -> Vec<Place> {
    let mut search = Search::new(claims);
    while !search.kinks.is_empty() {
        search.halve(f64::from(budget));
    }
    search.places
}

/// A share that may still meet a bound or not.
#[derive(Clone, Copy)]
struct Open {
    index: usize,
    /// The levels at which it leaves its minimum and meets its maximum.
    leaves: f64,
    meets: f64,
}

struct Search<'a> {
    claims: &'a [Claim],
    places: Vec<Place>,
    open: Vec<Open>,
    /// The kinks between the ends. Levels are not negative, and such floats are ordered as their
    /// bits are.
    kinks: Vec<u64>,
    /// The ends: the sum is below the budget at the first, and not at the second.
    from: f64,
    to: f64,
    /// What settled shares add up to: at a bound, and per level.
    fixed: f64,
    growing: f64,
}

impl<'a> Search<'a> {
    fn new(claims: &'a [Claim]) -> Self {
        let mut search = Self {
            claims,
            places: vec![Place::AtMin; claims.len()],
            open: Vec::with_capacity(claims.len()),
            kinks: Vec::with_capacity(2 * claims.len()),
            from: -1.0,
            to: f64::INFINITY,
            fixed: 0.0,
            growing: 0.0,
        };
        for (index, claim) in claims.iter().enumerate() {
            if claim.weight > 0.0 && claim.min < claim.max {
                let leaves = f64::from(claim.min) / claim.weight;
                let meets = f64::from(claim.max) / claim.weight;
                search.open.push(Open {
                    index,
                    leaves,
                    meets,
                });
                search.kinks.extend([leaves.to_bits(), meets.to_bits()]);
            } else {
                search.fixed += f64::from(claim.min);
            }
        }
        search
    }

    /// Moves one end to the median of the kinks between them.
    fn halve(&mut self, budget: f64) {
        let middle = self.kinks.len() / 2;
        let (_, &mut median, _) = self.kinks.select_nth_unstable(middle);
        let level = f64::from_bits(median);
        let open: f64 = self.open.iter().map(|open| self.share(open, level)).sum();
        if self.fixed + self.growing * level + open < budget {
            self.from = level;
            self.kinks.retain(|&kink| kink > median);
        } else {
            self.to = level;
            self.kinks.retain(|&kink| kink < median);
        }
        self.settle();
    }

    fn share(&self, open: &Open, level: f64) -> f64 {
        let claim = &self.claims[open.index];
        let share = level * claim.weight;
        share.max(f64::from(claim.min)).min(f64::from(claim.max))
    }

    /// Settles the shares that have no kink between the ends.
    fn settle(&mut self) {
        let Self {
            claims,
            places,
            open,
            from,
            to,
            fixed,
            growing,
            ..
        } = self;
        open.retain(|open| {
            let claim = &claims[open.index];
            if open.leaves >= *to {
                *fixed += f64::from(claim.min);
            } else if open.meets <= *from {
                places[open.index] = Place::AtMax;
                *fixed += f64::from(claim.max);
            } else if open.leaves <= *from && open.meets >= *to {
                places[open.index] = Place::Between;
                *growing += claim.weight;
            } else {
                return true;
            }
            false
        });
    }
}

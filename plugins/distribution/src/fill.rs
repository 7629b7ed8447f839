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
/// holds the budget is found by halving: the sum at about the median of the kinks says which half
/// holds it, and a share without a kink between the ends is settled and looked at no more, so that
/// the whole takes O(n). Sums only ever grow, as weights that differ in size would cancel out if
/// some were taken back.
///
/// A claim of weight 0 stays at its minimum.
pub(crate) fn fill(budget: u32, claims: &[Claim]) -> Vec<Place> {
    let mut search = Search::new(claims);
    while !search.open.is_empty() {
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

/// How many shares the median is taken of, where there are many more.
const SAMPLE: usize = 31;

struct Search<'a> {
    claims: &'a [Claim],
    places: Vec<Place>,
    open: Vec<Open>,
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
            } else {
                search.fixed += f64::from(claim.min);
            }
        }
        search
    }

    /// Moves one end to about the median of the kinks between them.
    fn halve(&mut self, budget: f64) {
        let before = self.open.len();
        let sampled = (before >= 8 * SAMPLE).then(|| self.sampled_median());
        self.cut(sampled.unwrap_or_else(|| self.median()), budget);
        if sampled.is_some() && self.open.len() > before - before / 8 {
            // The sample was a bad one.
            self.cut(self.median(), budget);
        }
    }

    /// Moves one end to a level.
    fn cut(&mut self, level: f64, budget: f64) {
        let open: f64 = self.open.iter().map(|open| self.share(open, level)).sum();
        if self.fixed + self.growing * level + open < budget {
            self.from = level;
        } else {
            self.to = level;
        }
        self.settle();
    }

    /// The median of the kinks between the ends, of which every open share has one or two.
    fn median(&self) -> f64 {
        let between = |level: &f64| *level > self.from && *level < self.to;
        let kinks = self.open.iter().flat_map(|open| [open.leaves, open.meets]);
        let mut kinks: Vec<f64> = kinks.filter(between).collect();
        let middle = kinks.len() / 2;
        *kinks.select_nth_unstable_by(middle, f64::total_cmp).1
    }

    /// The median of some shares' kinks between the ends.
    fn sampled_median(&self) -> f64 {
        let stride = self.open.len() / SAMPLE;
        let mut kinks: [f64; SAMPLE] = std::array::from_fn(|place| {
            let Open { leaves, meets, .. } = self.open[place * stride];
            let first = leaves > self.from && leaves < self.to;
            let second = meets > self.from && meets < self.to;
            // Of two kinks one or the other, in turn.
            if first && (!second || place % 2 == 0) {
                leaves
            } else {
                meets
            }
        });
        *kinks.select_nth_unstable_by(SAMPLE / 2, f64::total_cmp).1
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

//! One way to forecast, and how good it has been.

use super::grid::{COARSER, GRIDS, single};
use super::ranked::{KEPT, Ranked};
use crate::window::Average;

/// Most steps between a forecast and what it is for.
pub(super) const MOST_AHEAD: usize = 8;

/// The margin of a forecast of whose errors nothing is known, in roots of a load.
const UNKNOWN: f64 = 0.5;

/// How many memories a loss has.
pub(super) const MEMORIES: usize = GRIDS;

/// What each memory forgets of past losses with each step: as long ago as the errors that are kept,
/// and as that many steps of the coarser grids.
const FORGET: [f64; MEMORIES] = {
    let errors = 1.0 / KEPT as f64;
    let coarser = COARSER as f64;
    [errors, errors / coarser, errors / (coarser * coarser)]
};

/// A forecast of the root of a load.
#[derive(Clone, Copy, Debug)]
struct Forecast {
    root: f64,
    /// With the margin that it had when it was made.
    covered: f64,
}

/// One way to forecast: the errors it made, and what they cost.
#[derive(Clone, Debug)]
pub(super) struct Expert {
    errors: Ranked,
    /// What was forecast for steps to come, as a ring.
    pending: [Option<Forecast>; MOST_AHEAD],
    losses: [Average; MEMORIES],
}

impl Expert {
    pub(super) fn new() -> Self {
        Self {
            errors: Ranked::new(),
            pending: [None; MOST_AHEAD],
            losses: Default::default(),
        }
    }

    /// What is to be added to a forecast so that it is not exceeded with this chance: that quantile
    /// of the errors of forecasts as far ahead.
    pub(super) fn margin(&self, coverage: f64) -> f64 {
        self.errors.quantile(coverage).unwrap_or(UNKNOWN)
    }

    /// Compares what was forecast for this place of the ring with what came.
    pub(super) fn judge(&mut self, place: usize, root: f64, coverage: f64) {
        if let Some(forecast) = self.pending[place].take() {
            self.count(forecast.covered, root, coverage);
            self.errors.add(single(root - forecast.root));
        }
    }

    /// Makes a forecast, or none, for the step that has this place of the ring.
    pub(super) fn foretell(&mut self, place: usize, root: Option<f64>, coverage: f64) {
        let margin = self.margin(coverage);
        self.pending[place] = root.map(|root| Forecast {
            root,
            covered: (root + margin).max(0.0),
        });
    }

    /// Begins anew with what would have been forecast of the past: the roots that came, oldest
    /// first, each with its forecast.
    pub(super) fn review(&mut self, past: impl Iterator<Item = (f64, f64)> + Clone, coverage: f64) {
        self.errors.clear();
        self.losses = Default::default();
        self.pending = [None; MOST_AHEAD];
        for (root, forecast) in past.clone() {
            self.errors.add(single(root - forecast));
        }
        let margin = self.margin(coverage);
        for (root, forecast) in past {
            self.count((forecast + margin).max(0.0), root, coverage);
        }
    }

    /// Counts the loss of having places for one load when another came: the pinball loss, of which
    /// the quantile that is wanted has the least.
    fn count(&mut self, covered: f64, root: f64, coverage: f64) {
        let spare = covered * covered - root * root;
        let price = if spare < 0.0 {
            -coverage
        } else {
            1.0 - coverage
        };
        for (loss, forget) in self.losses.iter_mut().zip(FORGET) {
            loss.add(1.0 - forget, price * spare, 1.0);
        }
    }

    /// The mean loss in a memory, in places; `None` when no forecast was judged.
    pub(super) fn loss(&self, memory: usize) -> Option<f64> {
        self.losses[memory].value()
    }
}

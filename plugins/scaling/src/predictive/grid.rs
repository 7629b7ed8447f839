//! The past in steps of one length, and the season that it has.

use super::season::Season;

/// How many grids there are.
pub(super) const GRIDS: usize = 3;
/// How many steps of one make one of the next: with steps of 15 s seasons of up to 2 hours, a day
/// and 12 days.
pub(super) const COARSER: usize = 12;

/// How fast a season's distance from what comes is learnt: the weight of the newest step.
const LEVEL_RATE: f64 = 0.1;

/// The past on a grid of coarser steps, and what the season on it says of each finer one.
#[derive(Clone, Debug)]
pub(super) struct Grid {
    season: Season,
    /// How many fine steps make a coarse one.
    steps: usize,
    /// The load of the coarse step that runs, and how many fine ones it has had.
    sum: f64,
    count: usize,
    /// How far what comes is above what the season says.
    level: f64,
}

impl Grid {
    /// A grid of so many fine steps a step, at least 1, on which a season has at least `shortest`.
    pub(super) fn new(steps: usize, shortest: usize) -> Self {
        Self {
            season: Season::new(shortest),
            steps: steps.max(1),
            sum: 0.0,
            count: 0,
            level: 0.0,
        }
    }

    /// Learns the root of a fine step's load. Whether a season was found that was not known.
    pub(super) fn learn(&mut self, step: usize, root: f64) -> bool {
        if let Some(expected) = self.seasonal(step) {
            self.level += LEVEL_RATE * (root - expected - self.level);
        }
        self.sum += root * root;
        self.count += 1;
        if self.count < self.steps {
            return false;
        }
        let mean = (self.sum / self.count as f64).sqrt();
        (self.sum, self.count) = (0.0, 0);
        self.season.learn(single(mean))
    }

    /// The root of a fine step's load by the season and the level; `None` without a season.
    pub(super) fn expected(&self, step: usize) -> Option<f64> {
        Some((self.seasonal(step)? + self.level).max(0.0))
    }

    /// By the season alone: a straight line between the middles of the coarse steps.
    pub(super) fn seasonal(&self, step: usize) -> Option<f64> {
        if self.steps == 1 {
            return self.season.expected(step).map(f64::from);
        }
        // In halves of fine steps, so that middles are whole.
        let halves = 2 * self.steps;
        let beyond = (2 * step + 1).checked_sub(self.steps)?;
        let before = beyond / halves;
        let share = (beyond % halves) as f64 / halves as f64;
        let from = f64::from(self.season.expected(before)?);
        let to = f64::from(self.season.expected(before + 1)?);
        Some(from + share * (to - from))
    }

    /// What was learnt so many coarse steps ago, from 1; `None` where it is not remembered.
    pub(super) fn value(&self, ago: usize) -> Option<f64> {
        self.season.value(ago).map(f64::from)
    }
}

/// A root of a load, or an error of one, in seven digits.
#[expect(
    clippy::cast_possible_truncation,
    reason = "roots of sound loads are at most a million, and seven digits of them are enough"
)]
pub(super) fn single(root: f64) -> f32 {
    root as f32
}

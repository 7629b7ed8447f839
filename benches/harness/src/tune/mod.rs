//! Searches settings for the cheapest that meet an objective.

mod draws;
mod objective;
mod recommend;
mod refine;
mod search;
mod space;

use std::sync::Arc;

use plimsoll_core::autoscaling::AutoscalingSettings;
use plimsoll_core::policy::ScalingPolicy;
use serde::Serialize;

pub use objective::SloExpression;
pub use search::{tune, tune_from};
pub use space::Space;

use crate::error::Error;
use crate::scenario::Workload;
use crate::score::Score;

/// Makes a policy of settings, for a workload whose bounds are those of the settings.
pub type MakeTuned = Arc<
    dyn Fn(&AutoscalingSettings, &Workload) -> Result<Box<dyn ScalingPolicy>, Error> + Send + Sync,
>;

/// How a search goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effort {
    /// Simulations to spend on searching.
    pub trials: usize,
    /// Further seeds under which a recommendation must hold, too.
    pub confirmations: u32,
    /// What the choice of trials follows from.
    pub seed: u64,
}

impl Default for Effort {
    fn default() -> Self {
        Self {
            trials: 240,
            confirmations: 2,
            seed: 1,
        }
    }
}

/// How far a search is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TuneProgress<'a> {
    /// Simulations that are done.
    pub done: usize,
    /// Simulations that there are to do.
    pub total: usize,
    /// The cheapest trial so far that meets the objective.
    pub best: Option<&'a Trial>,
}

/// Settings that were tried.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Trial {
    /// The settings.
    pub settings: AutoscalingSettings,
    /// What they cost in the scenario.
    pub cost: f64,
    /// How much of the objective's limits they use; at most 1 where it is met.
    pub used: f64,
    /// Whether they meet the objective.
    pub met: bool,
    /// Whether they meet it under other seeds, too; `None` where that was not tried.
    pub confirmed: Option<bool>,
    /// Whether no other trial is both cheaper and nearer to the objective.
    pub on_front: bool,
    /// The score; its timeline is kept for the front alone.
    pub score: Score,
}

/// What a search has found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Tuning {
    /// The objective.
    pub objective: String,
    /// Whether it was told to stop before its end.
    pub stopped: bool,
    /// The settings that stand today, where they were given; they are none of the trials.
    pub baseline: Option<Trial>,
    /// Everything that was tried, the cheapest first.
    pub trials: Vec<Trial>,
    /// What to take: its place among the trials.
    pub recommended: Option<usize>,
    /// Why, in a sentence.
    pub reason: String,
}

impl Tuning {
    /// What to take.
    #[must_use]
    pub fn recommendation(&self) -> Option<&Trial> {
        self.trials.get(self.recommended?)
    }

    /// What to take instead of what stands today, in a sentence; `None` where there is nothing to
    /// compare.
    #[must_use]
    pub fn comparison(&self) -> Option<String> {
        let (now, then) = (self.baseline.as_ref()?, self.recommendation()?);
        let words = |trial: &Trial| {
            let p99 = trial.score.latency.total.p99;
            let held = match (trial.met, trial.confirmed) {
                (false, _) => "objective missed",
                (true, Some(false)) => "objective missed under other seeds",
                (true, _) => "objective met",
            };
            format!("cost {:.2}, p99 {p99:.3} s, {held}", trial.cost)
        };
        let saved = match now.cost {
            cost if cost > 0.0 && then.cost != cost => {
                format!(" ({:+.0} % cost)", (then.cost / cost - 1.0) * 100.0)
            }
            _ => String::new(),
        };
        Some(format!(
            "now: {}; recommended: {}{saved}",
            words(now),
            words(then)
        ))
    }

    /// The trials of which none other is both cheaper and nearer to the objective, the cheapest
    /// first.
    pub fn front(&self) -> impl Iterator<Item = &Trial> {
        self.trials.iter().filter(|trial| trial.on_front)
    }
}

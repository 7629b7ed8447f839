//! The search: anywhere first, then around the front.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};

use plimsoll_core::autoscaling::{AutoscalingSettings, FIELDS, Field};

use super::draws::Draws;
use super::refine::refine;
use super::space::Place;
use super::{Effort, MakeTuned, SloExpression, Space, Trial, TuneProgress, Tuning, recommend};
use crate::bench::{each, threads};
use crate::engine::run_with;
use crate::error::Error;
use crate::scenario::Scenario;
use crate::score::Score;

/// Trials that are chosen at once. It does not depend on the machine, so neither does the result.
const GENERATION: usize = 24;

/// The share of the trials, in percent, that looks for whole numbers between those of the space.
const REFINING: usize = 15;

/// Searches a space of settings for those that meet an objective in a scenario of one workload at
/// the least cost, on all cores. A space that is no larger than the effort is tried as a whole. The
/// last trials look between the values of the space where it says so ([`Space::refined`]). Told to
/// break, it returns what it has found so far.
///
/// # Errors
/// When the scenario cannot be run.
pub fn tune(
    scenario: &Scenario,
    space: &Space,
    objective: &SloExpression,
    make: &MakeTuned,
    effort: Effort,
    progress: impl FnMut(TuneProgress<'_>) -> ControlFlow<()>,
) -> Result<Tuning, Error> {
    tune_from(scenario, space, objective, make, effort, None, progress)
}

/// As [`tune`], beginning at the settings that stand today: they are tried first, for what is
/// recommended to be compared with, and the search looks around them.
///
/// # Errors
/// As [`tune`].
pub fn tune_from(
    scenario: &Scenario,
    space: &Space,
    objective: &SloExpression,
    make: &MakeTuned,
    effort: Effort,
    baseline: Option<&AutoscalingSettings>,
    mut progress: impl FnMut(TuneProgress<'_>) -> ControlFlow<()>,
) -> Result<Tuning, Error> {
    let whole = usize::try_from(space.size()).unwrap_or(usize::MAX);
    let refining = match space.refined.len() {
        0 => 0,
        _ => effort.trials * REFINING / 100,
    };
    let mut search = Search {
        scenario,
        objective,
        make,
        total: effort.trials.min(whole.saturating_add(refining)) + effort.confirmations as usize,
        done: 0,
        stopped: false,
        trials: Vec::new(),
    };
    let mut standing = None;
    if let Some(settings) = baseline {
        search.total += 1 + effort.confirmations as usize;
        let tried = search.run(&[*settings], None, &mut progress)?;
        standing = tried.into_iter().flatten().next();
    }
    let (mut draws, coarse) = if whole <= effort.trials {
        (Draws::all(space, effort.seed), effort.trials)
    } else {
        let near = baseline.map(|settings| space.nearest(settings));
        let draws = Draws::some(space, effort.seed, near);
        (draws, effort.trials - refining)
    };
    search.explore(&mut draws, coarse, &mut progress)?;
    let left = effort.trials - search.trials.len().min(effort.trials);
    refine(&mut search, space, left.min(refining), &mut progress)?;
    search.explore(&mut draws, effort.trials, &mut progress)?;
    search.finish(space, standing, effort.confirmations, &mut progress)
}

pub(super) struct Search<'a> {
    scenario: &'a Scenario,
    pub(super) objective: &'a SloExpression,
    make: &'a MakeTuned,
    total: usize,
    done: usize,
    pub(super) stopped: bool,
    trials: Vec<(Place, Trial)>,
}

impl Search<'_> {
    /// Tries what is drawn until there are so many trials.
    fn explore(
        &mut self,
        draws: &mut Draws<'_>,
        trials: usize,
        progress: &mut dyn FnMut(TuneProgress<'_>) -> ControlFlow<()>,
    ) -> Result<(), Error> {
        // Where the space is small, everything in it is tried soon and there is nothing new to draw.
        let mut idle = 0;
        while self.trials.len() < trials && !self.stopped && idle < 20 {
            let room = GENERATION.min(trials - self.trials.len());
            let generation = draws.next(room, &self.parents());
            idle = if generation.is_empty() { idle + 1 } else { 0 };
            self.add(generation, progress)?;
        }
        Ok(())
    }

    /// The trial of settings.
    pub(super) fn tried(&self, settings: &AutoscalingSettings) -> Option<&Trial> {
        let mut trials = self.trials.iter().map(|(_, trial)| trial);
        trials.find(|trial| trial.settings == *settings)
    }

    /// The cheapest trial so far that meets the objective.
    pub(super) fn cheapest(&self) -> Option<&Trial> {
        cheapest(&self.trials)
    }

    /// Where to look next to: the front, and the cheapest that meet the objective.
    fn parents(&self) -> Vec<Place> {
        let trials: Vec<&Trial> = self.trials.iter().map(|(_, trial)| trial).collect();
        let front = front(&trials);
        let mut met: Vec<usize> = (0..trials.len())
            .filter(|index| trials[*index].met)
            .collect();
        met.sort_by(|one, other| trials[*one].cost.total_cmp(&trials[*other].cost));
        let nearly = |index: &usize| trials[*index].used < 4.0;
        let parents = front
            .into_iter()
            .filter(nearly)
            .chain(met.into_iter().take(4));
        parents.map(|index| self.trials[index].0.clone()).collect()
    }

    pub(super) fn add(
        &mut self,
        generation: Vec<(Place, AutoscalingSettings)>,
        progress: &mut dyn FnMut(TuneProgress<'_>) -> ControlFlow<()>,
    ) -> Result<(), Error> {
        let settings: Vec<_> = generation.iter().map(|(_, settings)| *settings).collect();
        let tried = self.run(&settings, None, progress)?;
        for ((place, _), trial) in generation.into_iter().zip(tried) {
            self.trials.extend(trial.map(|trial| (place, trial)));
        }
        Ok(())
    }

    /// Tries settings, on all cores: all under the scenario's seed, or each under one of its own.
    /// `None` for those that were stopped.
    fn run(
        &mut self,
        all: &[AutoscalingSettings],
        seeds: Option<&[u64]>,
        progress: &mut dyn FnMut(TuneProgress<'_>) -> ControlFlow<()>,
    ) -> Result<Vec<Option<Trial>>, Error> {
        let mut scores: Vec<Option<Score>> = vec![None; all.len()];
        let mut failed = None;
        let (scenario, make) = (self.scenario, self.make);
        let best = cheapest(&self.trials);
        let (total, done, stopped) = (&mut self.total, &mut self.done, &mut self.stopped);
        each(
            all.len(),
            threads(),
            |index, stop| {
                let seed = seeds.and_then(|seeds| seeds.get(index).copied());
                let seed = seed.unwrap_or(scenario.seed);
                simulate(scenario, make, &all[index], seed, stop)
            },
            |index, result| {
                *done += 1;
                *total = (*total).max(*done);
                match result {
                    Ok(score) => scores[index] = score,
                    Err(error) => {
                        failed.get_or_insert(error);
                        return ControlFlow::Break(());
                    }
                }
                let told = progress(TuneProgress {
                    done: *done,
                    total: *total,
                    best,
                });
                *stopped |= told.is_break();
                told
            },
        );
        if let Some(error) = failed {
            return Err(error);
        }
        let trial = |(settings, score): (&AutoscalingSettings, Option<Score>)| {
            let score = score?;
            Some(Trial {
                settings: *settings,
                cost: score.cost,
                used: self.objective.used(&score),
                met: self.objective.met(&score),
                confirmed: None,
                on_front: false,
                score,
            })
        };
        Ok(all.iter().zip(scores).map(trial).collect())
    }

    /// Whether settings meet the objective under so many other seeds, too; `None` where it was
    /// stopped before that was known, or none was asked for.
    pub(super) fn holds(
        &mut self,
        settings: &AutoscalingSettings,
        confirmations: u32,
        progress: &mut dyn FnMut(TuneProgress<'_>) -> ControlFlow<()>,
    ) -> Result<Option<bool>, Error> {
        if self.stopped || confirmations == 0 {
            return Ok(None);
        }
        let seeds: Vec<u64> = (1..=u64::from(confirmations))
            .map(|number| self.scenario.seed.wrapping_add(number))
            .collect();
        let tried = self.run(&vec![*settings; seeds.len()], Some(&seeds), progress)?;
        let met: Option<Vec<bool>> = tried
            .iter()
            .map(|trial| trial.as_ref().map(|trial| trial.met))
            .collect();
        Ok(met.map(|met| met.iter().all(|met| *met)))
    }

    fn finish(
        mut self,
        space: &Space,
        mut baseline: Option<Trial>,
        confirmations: u32,
        progress: &mut dyn FnMut(TuneProgress<'_>) -> ControlFlow<()>,
    ) -> Result<Tuning, Error> {
        // Of equals the one that changes least of what stands comes first.
        let standing = baseline.as_ref().map(|trial| trial.settings);
        let changes = |trial: &Trial| {
            let own = trial.settings;
            let standing = standing.unwrap_or(own);
            let changed = |field: &&Field| own.get(field.name) != standing.get(field.name);
            FIELDS.iter().filter(changed).count()
        };
        self.trials
            .sort_by(|(one_place, one), (other_place, other)| {
                let cost = one.cost.total_cmp(&other.cost);
                cost.then(one.used.total_cmp(&other.used))
                    .then(changes(one).cmp(&changes(other)))
                    .then(one_place.cmp(other_place))
            });
        let mut trials: Vec<Trial> = std::mem::take(&mut self.trials)
            .into_iter()
            .map(|(_, trial)| trial)
            .collect();
        for index in front(&trials.iter().collect::<Vec<_>>()) {
            trials[index].on_front = true;
        }
        if let Some(standing) = baseline.as_mut().filter(|standing| standing.met) {
            standing.confirmed = self.holds(&standing.settings, confirmations, progress)?;
        }
        let (mut recommended, mut reason) =
            recommend::recommend(&mut self, space, &mut trials, confirmations, progress)?;
        let kept = recommend::kept(baseline.as_ref(), &mut trials, recommended);
        if kept.is_some() {
            recommended = kept;
            reason = recommend::why_kept(self.objective);
        }
        for (index, trial) in trials.iter_mut().enumerate() {
            if !trial.on_front && recommended != Some(index) {
                trial.score.timeline = Vec::new();
            }
        }
        Ok(Tuning {
            objective: self.objective.to_string(),
            stopped: self.stopped,
            baseline,
            trials,
            recommended,
            reason,
        })
    }
}

fn cheapest(trials: &[(Place, Trial)]) -> Option<&Trial> {
    let met = trials.iter().map(|(_, trial)| trial);
    met.filter(|trial| trial.met)
        .min_by(|one, other| one.cost.total_cmp(&other.cost))
}

/// The score of settings; `None` where it was stopped.
fn simulate(
    scenario: &Scenario,
    make: &MakeTuned,
    settings: &AutoscalingSettings,
    seed: u64,
    stop: &AtomicBool,
) -> Result<Option<Score>, Error> {
    let mut scenario = scenario.clone().with_settings(settings);
    scenario.seed = seed;
    let [workload] = scenario.workloads.as_slice() else {
        return Err(Error::Scenario(
            "settings are tuned for one workload at a time".to_owned(),
        ));
    };
    let mut policy = make(settings, workload)?;
    let interval = scenario.decision_interval.0;
    let outcome = run_with(&scenario, &mut *policy, interval, |_| {
        if stop.load(Ordering::Relaxed) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    })?;
    Ok(outcome
        .workloads
        .into_iter()
        .next()
        .filter(|_| !outcome.stopped))
}

/// The trials of which none other is both at most as dear and at most as far from the objective,
/// and better in one of the two.
pub(super) fn front(trials: &[&Trial]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..trials.len()).collect();
    order.sort_by(|one, other| {
        let (one, other) = (trials[*one], trials[*other]);
        one.cost
            .total_cmp(&other.cost)
            .then(one.used.total_cmp(&other.used))
    });
    let mut least = f64::INFINITY;
    order.retain(|index| {
        let better = trials[*index].used < least;
        least = least.min(trials[*index].used);
        better
    });
    order
}

//! The search: anywhere first, then around the front.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};

use plimsoll_core::autoscaling::AutoscalingSettings;

use super::space::Place;
use super::{Effort, MakeTuned, SloExpression, Space, Trial, TuneProgress, Tuning};
use crate::bench::{each, threads};
use crate::engine::run_with;
use crate::error::Error;
use crate::random::Stream;
use crate::scenario::Scenario;
use crate::score::Score;

/// Trials that are chosen at once. It does not depend on the machine, so neither does the result.
const GENERATION: usize = 24;

/// Searches a space of settings for those that meet an objective in a scenario of one workload at
/// the least cost, on all cores. Told to break, it returns what it has found so far.
///
/// # Errors
/// When the scenario cannot be run.
pub fn tune(
    scenario: &Scenario,
    space: &Space,
    objective: &SloExpression,
    make: &MakeTuned,
    effort: Effort,
    mut progress: impl FnMut(TuneProgress<'_>) -> ControlFlow<()>,
) -> Result<Tuning, Error> {
    let mut search = Search {
        scenario,
        objective,
        make,
        total: effort.trials,
        done: 0,
        stopped: false,
        trials: Vec::new(),
    };
    let mut stream = Stream::new(effort.seed, "tune");
    let mut seen = HashSet::new();
    // Where the space is small, everything in it is tried soon and there is nothing new to draw.
    let mut idle = 0;
    while search.trials.len() < effort.trials && !search.stopped && idle < 20 {
        let room = GENERATION.min(effort.trials - search.trials.len());
        let front: Vec<Place> = search.parents();
        let mut generation = Vec::with_capacity(room);
        for draw in 0..room * 20 {
            // A third of what is tried later still lies anywhere.
            let place = if front.is_empty() || draw % 3 == 0 {
                space.anywhere(&mut stream)
            } else {
                let count = u32::try_from(front.len()).unwrap_or(u32::MAX);
                space.near(&front[stream.below(count) as usize], &mut stream)
            };
            if let Some(settings) = space.settings(&place)
                && seen.insert(place.clone())
            {
                generation.push((place, settings));
            }
            if generation.len() == room {
                break;
            }
        }
        idle = if generation.is_empty() { idle + 1 } else { 0 };
        search.run(generation, &mut progress)?;
    }
    search.finish(effort.confirmations)
}

struct Search<'a> {
    scenario: &'a Scenario,
    objective: &'a SloExpression,
    make: &'a MakeTuned,
    total: usize,
    done: usize,
    stopped: bool,
    trials: Vec<(Place, Trial)>,
}

impl Search<'_> {
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

    fn run(
        &mut self,
        generation: Vec<(Place, AutoscalingSettings)>,
        progress: &mut impl FnMut(TuneProgress<'_>) -> ControlFlow<()>,
    ) -> Result<(), Error> {
        let mut scores: Vec<Option<Score>> = vec![None; generation.len()];
        let mut failed = None;
        let (scenario, make) = (self.scenario, self.make);
        let (total, trials) = (self.total, &self.trials);
        let (done, stopped) = (&mut self.done, &mut self.stopped);
        let met = trials
            .iter()
            .map(|(_, trial)| trial)
            .filter(|trial| trial.met);
        let best = met.min_by(|one, other| one.cost.total_cmp(&other.cost));
        each(
            generation.len(),
            threads(),
            |index, stop| simulate(scenario, make, &generation[index].1, scenario.seed, stop),
            |index, result| {
                *done += 1;
                match result {
                    Ok(score) => scores[index] = score,
                    Err(error) => {
                        failed.get_or_insert(error);
                        return ControlFlow::Break(());
                    }
                }
                let told = progress(TuneProgress {
                    done: *done,
                    total,
                    best,
                });
                *stopped |= told.is_break();
                told
            },
        );
        if let Some(error) = failed {
            return Err(error);
        }
        for ((place, settings), score) in generation.into_iter().zip(scores) {
            let Some(score) = score else {
                continue;
            };
            self.trials.push((
                place,
                Trial {
                    settings,
                    cost: score.cost,
                    used: self.objective.used(&score),
                    met: self.objective.met(&score),
                    on_front: false,
                    score,
                },
            ));
        }
        Ok(())
    }

    fn finish(mut self, confirmations: u32) -> Result<Tuning, Error> {
        self.trials
            .sort_by(|(one_place, one), (other_place, other)| {
                let cost = one.cost.total_cmp(&other.cost);
                cost.then(one.used.total_cmp(&other.used))
                    .then(one_place.cmp(other_place))
            });
        let mut trials: Vec<Trial> = std::mem::take(&mut self.trials)
            .into_iter()
            .map(|(_, trial)| trial)
            .collect();
        for index in front(&trials.iter().collect::<Vec<_>>()) {
            trials[index].on_front = true;
        }
        let (recommended, reason) = self.recommend(&trials, confirmations)?;
        for (index, trial) in trials.iter_mut().enumerate() {
            if !trial.on_front && recommended != Some(index) {
                trial.score.timeline = Vec::new();
            }
        }
        Ok(Tuning {
            objective: self.objective.to_string(),
            stopped: self.stopped,
            trials,
            recommended,
            reason,
        })
    }

    /// The cheapest trial that meets the objective under other seeds, too.
    fn recommend(
        &self,
        trials: &[Trial],
        confirmations: u32,
    ) -> Result<(Option<usize>, String), Error> {
        const CANDIDATES: usize = 12;
        let met = || (0..trials.len()).filter(|index| trials[*index].met);
        let confirmations = if self.stopped { 0 } else { confirmations };
        for (passed, index) in met().take(CANDIDATES).enumerate() {
            if self.holds(&trials[index].settings, confirmations)? {
                let mut reason = format!("The cheapest that meets {}", self.objective);
                if confirmations > 0 {
                    reason += &format!(" under {} seeds", confirmations + 1);
                }
                if passed > 0 {
                    reason += &format!("; {passed} cheaper did so under one seed alone");
                }
                return Ok((Some(index), reason + "."));
            }
        }
        if let Some(first) = met().next() {
            let surest =
                met().min_by(|one, other| trials[*one].used.total_cmp(&trials[*other].used));
            let reason = format!(
                "No cheap trial met {} under every seed; this one leaves the most room.",
                self.objective
            );
            return Ok((Some(surest.unwrap_or(first)), reason));
        }
        let nearest = (0..trials.len())
            .min_by(|one, other| trials[*one].used.total_cmp(&trials[*other].used));
        let reason = format!(
            "Nothing that was tried meets {}; this comes nearest.",
            self.objective
        );
        Ok((nearest, reason))
    }

    fn holds(&self, settings: &AutoscalingSettings, confirmations: u32) -> Result<bool, Error> {
        let never = AtomicBool::new(false);
        for number in 1..=u64::from(confirmations) {
            let seed = self.scenario.seed.wrapping_add(number);
            let score = simulate(self.scenario, self.make, settings, seed, &never)?;
            if !score.is_some_and(|score| self.objective.met(&score)) {
                return Ok(false);
            }
        }
        Ok(true)
    }
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
fn front(trials: &[&Trial]) -> Vec<usize> {
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

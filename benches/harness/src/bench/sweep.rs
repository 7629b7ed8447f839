//! Runs many simulations at once, on all cores.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use plimsoll_core::distribution::DistributionStrategy;

use super::{Entrant, Leaderboard};
use crate::engine::{Progress, run_fleet_with, run_with};
use crate::error::Error;
use crate::scenario::Scenario;
use crate::score::Outcome;
use crate::suite::Suite;

/// Does `count` pieces of work on `threads` threads, and hands each result over, in the order in
/// which they are done, in the caller's thread. Told to break, it begins no more and breaks those
/// that run, as far as they look at the flag that they are given; what they return is handed over
/// still.
pub fn each<T: Send>(
    count: usize,
    threads: usize,
    work: impl Fn(usize, &AtomicBool) -> T + Sync,
    mut done: impl FnMut(usize, T) -> ControlFlow<()>,
) {
    let next = AtomicUsize::new(0);
    let stop = AtomicBool::new(false);
    let (next, stop, work) = (&next, &stop, &work);
    thread::scope(|scope| {
        let (sender, results) = mpsc::channel();
        for _ in 0..threads.clamp(1, count.max(1)) {
            let sender = sender.clone();
            scope.spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= count || sender.send((index, work(index, stop))).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        for (index, result) in results {
            if done(index, result).is_break() {
                stop.store(true, Ordering::Relaxed);
            }
        }
    });
}

/// How many threads there are to use: the machine's.
pub(crate) fn threads() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// How far a bench is.
#[derive(Clone, Debug, PartialEq)]
pub struct BenchProgress<'a> {
    /// Runs that are done.
    pub done: usize,
    /// Runs that there are.
    pub total: usize,
    /// The scenario of the run that was done last.
    pub scenario: &'a str,
    /// Its policy.
    pub policy: &'a str,
}

/// Runs every policy in every scenario, on all cores, and ranks them. Told to break, it returns
/// what is done so far. `strategy` shares the budgets that scenarios have.
///
/// # Errors
/// When two policies have one name, and the first error of a run.
pub fn bench(
    suite: &Suite,
    entrants: &[Entrant],
    strategy: &dyn DistributionStrategy,
    mut progress: impl FnMut(BenchProgress<'_>) -> ControlFlow<()>,
) -> Result<Leaderboard, Error> {
    for (place, entrant) in entrants.iter().enumerate() {
        if entrants[..place].iter().any(|one| one.name == entrant.name) {
            let name = &entrant.name;
            return Err(Error::Suite(format!(
                "two policies are called `{name}`, and results go by name"
            )));
        }
    }
    let total = suite.scenarios.len() * entrants.len();
    let mut outcomes: Vec<Option<Outcome>> = vec![None; total];
    let mut failed = None;
    let mut done = 0;
    each(
        total,
        threads(),
        |index, stop| {
            let scenario = &suite.scenarios[index / entrants.len()];
            one(
                scenario,
                &entrants[index % entrants.len()],
                strategy,
                &mut |_| {
                    if stop.load(Ordering::Relaxed) {
                        ControlFlow::Break(())
                    } else {
                        ControlFlow::Continue(())
                    }
                },
            )
        },
        |index, outcome| {
            done += 1;
            match outcome {
                // One that was cut short compares with nothing.
                Ok(outcome) if outcome.stopped => {}
                Ok(outcome) => outcomes[index] = Some(outcome),
                Err(error) => {
                    failed.get_or_insert(error);
                    return ControlFlow::Break(());
                }
            }
            progress(BenchProgress {
                done,
                total,
                scenario: &suite.scenarios[index / entrants.len()].name,
                policy: &entrants[index % entrants.len()].name,
            })
        },
    );
    match failed {
        Some(error) => Err(error),
        None => Ok(Leaderboard::new(suite, entrants, outcomes)),
    }
}

/// Runs one policy in one scenario, be it of one workload or several.
fn one(
    scenario: &Scenario,
    entrant: &Entrant,
    strategy: &dyn DistributionStrategy,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Outcome, Error> {
    let interval = entrant.interval.unwrap_or(scenario.decision_interval.0);
    if let [workload] = scenario.workloads.as_slice() {
        let mut policy = (entrant.make)(workload)?;
        return run_with(scenario, &mut *policy, interval, progress);
    }
    let mut policies: Vec<_> = scenario
        .workloads
        .iter()
        .map(|workload| (entrant.make)(workload))
        .collect::<Result<_, _>>()?;
    let mut policies: Vec<_> = policies.iter_mut().map(AsMut::as_mut).collect();
    let intervals = vec![interval; policies.len()];
    run_fleet_with(scenario, &mut policies, &intervals, strategy, progress)
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use super::each;

    #[test]
    fn each_piece_is_done_once_until_told_to_break() {
        let mut seen = vec![0; 100];
        each(
            100,
            4,
            |index, _| index * index,
            |index, square| {
                assert_eq!(square, index * index);
                seen[index] += 1;
                ControlFlow::Continue(())
            },
        );
        assert!(seen.iter().all(|times| *times == 1));
        let mut done = 0;
        each(
            1_000_000,
            2,
            |index, _| index,
            |_, _| {
                done += 1;
                if done == 10 {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            },
        );
        assert!(done < 1_000_000);
    }
}

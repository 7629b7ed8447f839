//! Writes a scaling policy and benches it against the bundled ones.
//!
//!     cargo run --release -p plimsoll --example own_policy

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::ops::ControlFlow;

use plimsoll::harness::bench::{Entrant, bench};
use plimsoll::harness::policy::PolicySpec;
use plimsoll::harness::suite::Suite;
use plimsoll::policy::{Decision, Observation, Reason, ScalingPolicy};
use plimsoll::strategies::Equal;

/// One replica more where requests wait, one less where two replicas' worth of places is
/// idle.
struct OneByOne {
    /// Requests that one replica serves at once.
    places: f64,
}

impl ScalingPolicy for OneByOne {
    fn decide(&mut self, seen: &Observation<'_>) -> Decision {
        let Some(last) = seen.samples.last() else {
            return Decision {
                desired: seen.current,
                reason: Reason::NO_DATA,
            };
        };
        let idle = f64::from(seen.ready) * self.places - last.in_flight;
        let (desired, reason) = if last.queued > 0.0 && seen.starting == 0 {
            (seen.current + 1, Reason::ABOVE_TARGET)
        } else if idle > 2.0 * self.places {
            (seen.current.saturating_sub(1), Reason::BELOW_TARGET)
        } else {
            (seen.current, Reason::STEADY)
        };
        Decision { desired, reason }
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let registry = plimsoll::registry()?;
    let bundled = PolicySpec::of_replicas(&registry).into_iter();
    let mut entrants: Vec<Entrant> = bundled.map(PolicySpec::entrant).collect();
    entrants.push(Entrant::new("one-by-one", |workload| OneByOne {
        places: workload.concurrency.into(),
    }));
    let mut suite = Suite::standard()?;
    suite
        .scenarios
        .retain(|one| ["steady", "ramp", "flash-crowd"].contains(&one.name.as_str()));
    let board = bench(&suite, &entrants, &Equal, |progress| {
        println!("{} of {} runs", progress.done, progress.total);
        ControlFlow::Continue(())
    })?;
    for rank in &board.ranks {
        println!(
            "{:2} {:12} met {} of {}, relative cost {:.2}",
            rank.rank,
            rank.policy,
            rank.met,
            rank.scenarios,
            rank.relative_cost.unwrap_or(f64::NAN),
        );
    }
    Ok(())
}

//! Writes a policy, benches it against two others, and leaves a report.
//!
//!     cargo run --release -p plimsoll-harness --example own_policy -- report.html

#![expect(
    clippy::print_stdout,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "an example shows what it does, and casts of floats saturate"
)]

use std::ops::ControlFlow;

use plimsoll_core::policy::{Decision, Observation, Reason, ScalingPolicy};
use plimsoll_distribution::PriorityBased;
use plimsoll_harness::bench::{Entrant, bench};
use plimsoll_harness::report;
use plimsoll_harness::suite::Suite;

/// As many replicas as the requests in the system fill to a share of their places, and never
/// fewer than were wanted in the last minutes.
struct Reactive {
    places: f64,
    utilization: f64,
    /// What was wanted in each of the last decisions, as a ring.
    wanted: [u32; 256],
    memory: usize,
    next: usize,
}

impl ScalingPolicy for Reactive {
    fn decide(&mut self, seen: &Observation<'_>) -> Decision {
        let count = seen.samples.len().max(1) as f64;
        let load: f64 = seen
            .samples
            .iter()
            .map(|sample| sample.in_flight + sample.queued)
            .sum();
        let wanted = (load / count / (self.places * self.utilization)).ceil();
        self.wanted[self.next % self.memory] = wanted as u32;
        self.next += 1;
        let desired = self.wanted[..self.memory]
            .iter()
            .copied()
            .max()
            .unwrap_or(0);
        Decision {
            desired,
            reason: Reason::ABOVE_TARGET,
        }
    }
}

fn reactive(name: &str, utilization: f64, memory: usize) -> Entrant {
    Entrant::new(name, move |workload| Reactive {
        places: workload.concurrency.into(),
        utilization,
        wanted: [0; 256],
        memory,
        next: 0,
    })
}

/// As many replicas as there were at the beginning.
struct Keep;

impl ScalingPolicy for Keep {
    fn decide(&mut self, seen: &Observation<'_>) -> Decision {
        Decision {
            desired: seen.current,
            reason: Reason::FIXED,
        }
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let entrants = [
        reactive("reactive-70", 0.7, 150),
        reactive("reactive-50", 0.5, 150),
        reactive("nervous-80", 0.8, 2),
        Entrant::new("keep", |_| Keep),
    ];
    let board = bench(&Suite::standard()?, &entrants, &PriorityBased, |_| {
        ControlFlow::Continue(())
    })?;
    for rank in &board.ranks {
        println!(
            "{} {:12} met {} of {}, relative cost {:.2}",
            rank.rank,
            rank.policy,
            rank.met,
            rank.scenarios,
            rank.relative_cost.unwrap_or(f64::NAN),
        );
    }
    if let Some(path) = std::env::args().nth(1) {
        std::fs::write(&path, report::page_of_bench(&board))?;
        println!("wrote {path}");
    }
    Ok(())
}

//! Policies to test with.

#![allow(dead_code, reason = "not every test uses everything")]
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::unwrap_used,
    reason = "casts of floats saturate, and a test may fail"
)]

use std::path::Path;

use plimsoll_core::policy::{Decision, Observation, Reason, ScalingPolicy};
use plimsoll_harness::arrival::ArrivalSpec;
use plimsoll_harness::scenario::{Objective, Workload};
use plimsoll_harness::service::{Service, Variate};
use plimsoll_harness::time::Span;

/// Always as many.
pub(crate) struct Fixed(pub(crate) u32);

impl ScalingPolicy for Fixed {
    fn decide(&mut self, _: &Observation<'_>) -> Decision {
        Decision {
            desired: self.0,
            reason: Reason::FIXED,
        }
    }
}

/// As many as the load fills to a share of its places.
pub(crate) struct Reactive {
    /// The load that one replica should have.
    pub(crate) target: f64,
}

impl ScalingPolicy for Reactive {
    fn decide(&mut self, seen: &Observation<'_>) -> Decision {
        let count = seen.samples.len().max(1) as f64;
        let load: f64 = seen
            .samples
            .iter()
            .map(|sample| sample.in_flight + sample.queued)
            .sum();
        let desired = (load / count / self.target).ceil() as u32;
        Decision {
            desired,
            reason: Reason::ABOVE_TARGET,
        }
    }
}

/// Goes through a list, over and over.
pub(crate) struct Scripted {
    /// What it decides.
    pub(crate) steps: Vec<u32>,
    /// Where it is.
    pub(crate) place: usize,
}

impl ScalingPolicy for Scripted {
    fn decide(&mut self, seen: &Observation<'_>) -> Decision {
        self.place += 1;
        let desired = self
            .steps
            .get(self.place % self.steps.len().max(1))
            .copied();
        Decision {
            desired: desired.unwrap_or(seen.current),
            reason: Reason::FIXED,
        }
    }
}

/// Arrivals by their text.
pub(crate) fn arrivals(text: &str) -> ArrivalSpec {
    ArrivalSpec::parse(text, Path::new("")).unwrap()
}

/// A workload of a few replicas that scales to zero, for arrivals by their text.
pub(crate) fn scaled(name: &str, text: &str) -> Workload {
    Workload {
        concurrency: 4,
        min_replicas: 0,
        max_replicas: 20,
        initial_replicas: Some(2),
        cold_start: Variate::Constant(20e9),
        slo: Objective {
            latency: Span::from_secs(2),
            attainment: 0.95,
        },
        ..Workload::new(name, arrivals(text), Service::of(Variate::Exponential(4e8)))
    }
}

/// A workload of so many replicas that are there from the beginning and stay.
pub(crate) fn pool(text: &str, work: Variate, replicas: u32) -> Workload {
    Workload {
        min_replicas: replicas,
        max_replicas: replicas,
        initial_replicas: Some(replicas),
        ..Workload::new("pool", arrivals(text), Service::of(work))
    }
}

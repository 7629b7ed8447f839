//! Policies that break a law.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use plimsoll_sdk::conformance;
use plimsoll_sdk::core::registry::{Registry, no_options};
use plimsoll_sdk::prelude::*;
use serde_json::json;

use crate::{breaks, registration};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    None,
    Panics,
    DependsOnTheRun,
    DependsOnAnother,
    DecidesWithoutData,
    SaysFailed,
    HasFailed,
    SaysUnknown,
}

/// One more than there are, while something waits.
struct Steps {
    fault: Fault,
    runs: u32,
    shared: Arc<AtomicU32>,
    begun: bool,
}

impl ScalingPolicy for Steps {
    fn decide(&mut self, observation: &Observation<'_>) -> Decision {
        let current = observation.current;
        let mut decision = Decision {
            desired: current.saturating_add(observation.backlog.min(1)),
            reason: Reason::STEADY,
        };
        match self.fault {
            Fault::None => {}
            Fault::Panics => assert!(current < 30, "too many"),
            Fault::DependsOnTheRun => decision.desired = self.runs,
            // It is as it was left, but for the first of a run.
            Fault::DependsOnAnother => {
                let left = self.shared.swap(current, Ordering::Relaxed);
                decision.desired = if self.begun { left } else { 0 };
                self.begun = true;
            }
            Fault::DecidesWithoutData => decision.reason = Reason::NO_DATA,
            Fault::SaysFailed => decision.reason = Reason::FAILED,
            Fault::HasFailed => {}
            Fault::SaysUnknown => decision.reason = Reason(11),
        }
        decision
    }

    fn failure(&self) -> Option<String> {
        (self.fault == Fault::HasFailed).then(|| "it is so".to_owned())
    }
}

fn suite(fault: Fault) {
    let runs = AtomicU32::new(0);
    let shared = Arc::default();
    let registration = registration("steps", no_options(), move |_| {
        Box::new(Steps {
            fault,
            runs: runs.fetch_add(1, Ordering::Relaxed),
            shared: Arc::clone(&shared),
            begun: false,
        }) as Box<dyn ScalingPolicy>
    });
    let mut registry = Registry::empty();
    registry.policies.register(registration).unwrap();
    conformance::scaling_policy(&registry, "acme/steps", &[json!({})]);
}

#[test]
fn a_sound_policy_passes() {
    suite(Fault::None);
}

#[test]
fn each_fault_is_named() {
    for (fault, law) in [
        (Fault::Panics, "it never panics, whatever it is shown"),
        (Fault::DependsOnTheRun, "it decides alike a second time"),
        (
            Fault::DependsOnAnother,
            "it decides by its own state and the observation alone",
        ),
        (
            Fault::DecidesWithoutData,
            "without data the current number stays",
        ),
        (
            Fault::SaysFailed,
            "that it has failed is not for a policy to say",
        ),
        (
            Fault::HasFailed,
            "that it has failed is not for a policy to say",
        ),
        (
            Fault::SaysUnknown,
            "a reason of its own is from Reason::FIRST_OWN on",
        ),
    ] {
        let said = breaks(law, || suite(fault));
        assert!(said.contains("with: options {}"), "{said}");
        assert!(said.contains("input: ["), "{said}");
    }
}

#[test]
fn a_failure_is_shrunk() {
    let said = breaks("it never panics, whatever it is shown", || {
        suite(Fault::Panics);
    });
    assert!(said.contains("it panicked: too many"), "{said}");
    assert_eq!(said.matches("Shown {").count(), 1, "{said}");
    assert!(said.contains("current: 30,"), "{said}");
}

#[test]
fn two_policies_that_differ_are_told_apart() {
    let steps = |fault: Fault| {
        move || {
            Box::new(Steps {
                fault,
                runs: 0,
                shared: Arc::default(),
                begun: false,
            }) as Box<dyn ScalingPolicy>
        }
    };
    conformance::same_decisions(steps(Fault::None), steps(Fault::HasFailed));
    breaks("both decide alike", || {
        conformance::same_decisions(steps(Fault::None), steps(Fault::DecidesWithoutData));
    });
    breaks("neither panics, whatever it is shown", || {
        conformance::same_decisions(steps(Fault::None), steps(Fault::Panics));
    });
}

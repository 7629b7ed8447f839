//! Deployers that break a law.

use std::sync::atomic::AtomicU32;
use std::time::Duration;

use plimsoll_sdk::conformance::{self, Trial};
use plimsoll_sdk::core::registry::{Registry, no_options};
use plimsoll_sdk::prelude::*;
use serde_json::json;

use crate::shelf::{Fault, Shelf, Shelver};
use crate::{breaks, registration};

fn suite(fault: Fault) {
    let shelf = Arc::new(Shelf::default());
    let shared = Arc::clone(&shelf);
    let registration = registration("shelf", no_options(), move |_| {
        let shelf = match fault {
            Fault::KeepsItToItself => Arc::default(),
            _ => Arc::clone(&shared),
        };
        let count = AtomicU32::new(0);
        Box::new(Shelver {
            fault,
            shelf,
            count,
        }) as Box<dyn Deployer>
    });
    let mut registry = Registry::empty();
    registry.deployers.register(registration).unwrap();
    let state = || format!("{:?}", shelf.held.lock().unwrap());
    let mut trial = Trial::new(json!({}));
    trial.state = Some(&state);
    trial.patience = Duration::from_millis(40);
    conformance::deployer(&registry, "acme/shelf", &trial);
}

#[test]
fn a_sound_deployer_passes() {
    suite(Fault::None);
}

#[test]
fn each_fault_is_named() {
    let ends = "it comes to an end";
    let interrupted = "what is interrupted says so, and begins nothing";
    let names = "an outcome names workloads of the release, each once";
    let plan = "a plan is of its release: its environment, its workloads, a reason for each step";
    let steps = "the steps that begin and end are those of the plan, in order";
    let secrets = "secrets appear in no plan, event, outcome or error";
    let empty = "a plan applied, then planned again, is empty";
    for (fault, law) in [
        (Fault::Panics, "it never panics"),
        (Fault::PlanHangs, ends),
        (Fault::WaitHangs, ends),
        (Fault::RefusesToPlan, "what it is tried with can be planned"),
        (
            Fault::PlansNothing,
            "what a platform does not hold takes steps",
        ),
        (
            Fault::Counts,
            "planned again, with nothing applied, a plan is the same",
        ),
        (Fault::PlansByDoing, "a plan changes nothing"),
        (Fault::RefusesToApply, "what is planned can be applied"),
        (Fault::ForgetsWhatItDid, empty),
        (Fault::StopsNever, "it stops soon after it is interrupted"),
        (Fault::IgnoresInterrupts, interrupted),
        (Fault::StopsWithAnotherError, interrupted),
        (
            Fault::LeavesHalf,
            "what is interrupted leaves nothing half-made: the rest can be planned",
        ),
        (Fault::NamesAnother, names),
        (Fault::NamesNone, names),
        (
            Fault::DeploysAnew,
            "an empty plan that is applied names what there is, and begins nothing",
        ),
        (Fault::FailsInTheEnd, "what was applied comes to a good end"),
        (
            Fault::KeepsItToItself,
            "another deployer to the same platform finds what was applied",
        ),
        (Fault::PlansForNowhere, plan),
        (Fault::GivesNoReason, plan),
        (
            Fault::PlansWhatNoTextHolds,
            "a plan is data: written and read again, it is the same",
        ),
        (Fault::DoesOtherSteps, steps),
        (Fault::PlansAloud, steps),
        (
            Fault::SkipsAStep,
            "a plan that is applied has done all of its steps",
        ),
        (Fault::PlansASecret, secrets),
        (Fault::SaysASecret, secrets),
        (Fault::FailsWithASecret, secrets),
    ] {
        let said = breaks(law, || suite(fault));
        assert!(!said.contains(conformance::CANARY), "{said}");
    }
}

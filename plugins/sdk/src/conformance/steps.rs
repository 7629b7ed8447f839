//! What is seen of a deployer at work: events, and the steps that they are of.

use std::fmt::Debug;
use std::sync::{Mutex, PoisonError};

use plimsoll_core::deployer::{DeployError, Event, Progress};
use plimsoll_core::plan::{Plan, StepKind};
use plimsoll_core::release::Release;

use super::law::{Verdict, broken, holds, same};

const PLAN: &str =
    "a plan is of its release: its environment, its workloads, a reason for each step";
const DATA: &str = "a plan is data: written and read again, it is the same";
const STEPS: &str = "the steps that begin and end are those of the plan, in order";
const ALL: &str = "a plan that is applied has done all of its steps";
const SECRETS: &str = "secrets appear in no plan, event, outcome or error";

/// Takes events, and interrupts after a number of them.
#[derive(Debug, Default)]
pub(super) struct Watching {
    events: Mutex<Vec<Event>>,
    stop_after: Option<usize>,
}

impl Watching {
    /// Interrupts once so many events were reported.
    pub(super) fn until(events: usize) -> Self {
        Self {
            stop_after: Some(events),
            ..Self::default()
        }
    }

    pub(super) fn events(&self) -> Vec<Event> {
        let events = self.events.lock();
        events.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Progress for Watching {
    fn report(&self, event: Event) {
        let events = self.events.lock();
        events.unwrap_or_else(PoisonError::into_inner).push(event);
    }

    fn interrupted(&self) -> bool {
        self.stop_after
            .is_some_and(|after| self.events().len() >= after)
    }
}

/// The plan is of this release.
pub(super) fn sound_plan(plan: &Plan, release: &Release) -> Verdict {
    same(PLAN, &plan.environment, &release.environment)?;
    for step in &plan.steps {
        let mut workloads = release.workloads.iter();
        // What a step does for all of them at once, it may do in the name of the whole.
        let of_release = step.workload == release.name
            || workloads.any(|workload| workload.effective.workload == step.workload);
        holds(PLAN, of_release && !step.reason.trim().is_empty(), || {
            format!("it has {step:?}")
        })?;
    }
    let read = serde_json::to_string(plan).and_then(|text| serde_json::from_str(&text));
    match read {
        Ok(read) => same(DATA, plan, &read),
        Err(error) => broken(DATA, error.to_string()),
    }
}

/// Steps begin and end as the plan has them; all of them, where it was applied to its end.
pub(super) fn of_plan(events: &[Event], plan: &Plan, whole: bool) -> Verdict {
    let planned: Vec<(&StepKind, &str)> = plan
        .steps
        .iter()
        .map(|step| (&step.kind, step.workload.as_str()))
        .collect();
    let mut begun = Vec::new();
    let mut ended = Vec::new();
    for event in events {
        match event {
            Event::StepStarted { kind, workload } => begun.push((kind, workload.as_str())),
            Event::StepFinished { kind, workload, .. } => ended.push((kind, workload.as_str())),
            _ => continue,
        }
        let in_order = planned.starts_with(&begun) && begun.starts_with(&ended);
        holds(STEPS, in_order, || {
            format!("{event:?}, where the plan has {planned:?}")
        })?;
    }
    holds(ALL, !whole || ended.len() == planned.len(), || {
        format!("of {planned:?} it has done {ended:?}")
    })
}

/// Nothing that is shown has a secret in it.
pub(super) fn tells_nothing(secrets: &[String], shown: &impl Debug) -> Verdict {
    let shown = format!("{shown:?}");
    match secrets.iter().find(|secret| shown.contains(*secret)) {
        None => Ok(()),
        // The secret itself is not shown here either.
        Some(secret) => broken(SECRETS, shown.replace(secret, "(a secret)")),
    }
}

/// All that an error says, to whoever shows it.
pub(super) fn said(error: &DeployError) -> String {
    let mut said = format!("{error}\n{error:?}");
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        said.push_str(&format!("\n{error}\n{error:?}"));
        source = error.source();
    }
    said
}

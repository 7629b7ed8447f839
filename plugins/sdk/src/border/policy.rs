//! `ScalingPolicy` across the border.

#![expect(unsafe_code, reason = "the border passes objects as pointers")]

use core::ffi::c_void;

use plimsoll_abi::v1::{self, Reply, Status};
use plimsoll_core::policy::{Decision, Observation, Reason, ScalingPolicy};

use super::guard::guard;
use super::owned::Owned;
use super::reply::{answer, done_text, read_text};
use super::state::{into_state, of_mut, release};

struct Exported {
    policy: Box<dyn ScalingPolicy>,
    panicked: Option<String>,
}

/// Gives a policy away.
#[must_use]
pub fn export_policy(policy: Box<dyn ScalingPolicy>) -> v1::Policy {
    v1::Policy {
        state: into_state(Exported {
            policy,
            panicked: None,
        }),
        ..none()
    }
}

/// One that is none.
pub(super) fn none() -> v1::Policy {
    v1::Policy {
        state: core::ptr::null_mut(),
        decide,
        failure,
        release: release::<Exported>,
    }
}

unsafe extern "C" fn decide(state: *mut c_void, seen: *const v1::Observation) -> v1::Decision {
    // SAFETY: the border's contract: the state is of `export_policy`, and calls come one at a time.
    let exported = unsafe { of_mut::<Exported>(state) };
    // SAFETY: the observation, and what it points to, is lent until this returns; its layout is ours,
    // as `layout` asserts, and the host puts only values of the core's types where one is.
    let seen = unsafe { &*seen.cast::<Observation<'_>>() };
    match guard(|| exported.policy.decide(seen)) {
        Ok(Decision { desired, reason }) => v1::Decision {
            desired,
            reason: reason.0,
            status: Status::DONE,
            reserved: 0,
        },
        Err(said) => {
            exported.panicked = Some(said);
            v1::Decision {
                desired: seen.current,
                reason: Reason::FAILED.0,
                status: Status::PANICKED,
                reserved: 0,
            }
        }
    }
}

unsafe extern "C" fn failure(state: *mut c_void) -> Reply {
    // SAFETY: as in `decide`.
    let exported = unsafe { of_mut::<Exported>(state) };
    answer(|| {
        let panicked = exported.panicked.as_ref();
        let said = panicked.map(|said| format!("panicked: {said}"));
        let said = said.or_else(|| {
            exported
                .policy
                .failure()
                .map(|said| format!("failed: {said}"))
        });
        Ok(done_text(&said.unwrap_or_default()))
    })
}

/// A policy that came across the border.
///
/// Once it has failed it decides no more: the current number stays, with [`Reason::FAILED`].
#[derive(Debug)]
pub struct ImportedPolicy {
    policy: Owned<v1::Policy>,
    name: Box<str>,
    failure: Option<Box<str>>,
}

// SAFETY: a policy may be moved between threads (`ScalingPolicy: Send`), and takes `&mut` to be called.
unsafe impl Send for ImportedPolicy {}

impl ImportedPolicy {
    /// Takes a policy over. Its name is for what there is to say of it.
    ///
    /// # Safety
    /// The policy keeps to the contract of the border.
    #[must_use]
    pub unsafe fn new(policy: v1::Policy, name: &str) -> Self {
        Self::of(Owned::new(policy), name)
    }

    /// As [`new`](Self::new), of one that is owned already.
    pub(super) fn of(policy: Owned<v1::Policy>, name: &str) -> Self {
        Self {
            policy,
            name: name.into(),
            failure: None,
        }
    }

    #[cold]
    fn failed(&mut self, current: u32) -> Decision {
        if self.failure.is_none() {
            // SAFETY: the policy is there, and no other call on it is going on.
            let said = read_text(unsafe { (self.policy.failure)(self.policy.state) });
            let said = said.unwrap_or_else(|fault| fault.to_string());
            let said = match said.as_str() {
                "" => "says that it has failed, and not why",
                said => said,
            };
            self.failure = Some(format!("the scaling policy `{}` {said}", self.name).into());
        }
        Decision {
            desired: current,
            reason: Reason::FAILED,
        }
    }
}

impl ScalingPolicy for ImportedPolicy {
    fn decide(&mut self, observation: &Observation<'_>) -> Decision {
        if self.failure.is_some() {
            return self.failed(observation.current);
        }
        // Shown as it lies in memory: the layouts are the same, as `layout` asserts.
        let seen = (&raw const *observation).cast::<v1::Observation>();
        // SAFETY: the policy is there, `&mut self` means that no other call on it is going on, and the
        // observation lives until this returns.
        let decision = unsafe { (self.policy.decide)(self.policy.state, seen) };
        if decision.status != Status::DONE || decision.reason == Reason::FAILED.0 {
            return self.failed(observation.current);
        }
        Decision {
            desired: decision.desired,
            reason: Reason(decision.reason),
        }
    }

    fn failure(&self) -> Option<String> {
        self.failure.as_deref().map(str::to_owned)
    }
}

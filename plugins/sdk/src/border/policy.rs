//! `ScalingPolicy` across the border.

#![expect(unsafe_code, reason = "the border passes objects as pointers")]

use core::ffi::c_void;
use core::mem::offset_of;
use core::slice;

use plimsoll_abi::v1::{self, Reply, Status};
use plimsoll_core::policy::{
    Decision, Observation, Reason, ReplicaObservation, Sample, ScalingPolicy,
};

use super::guard::guard;
use super::reply::{answer, done_text, read_text};
use super::state::{into_state, of_mut, release};

// Samples and replicas cross as they lie in memory.
const _: () = {
    assert!(size_of::<Sample>() == size_of::<v1::Sample>());
    assert!(align_of::<Sample>() == align_of::<v1::Sample>());
    assert!(offset_of!(Sample, at_ns) == offset_of!(v1::Sample, at_ns));
    assert!(offset_of!(Sample, in_flight) == offset_of!(v1::Sample, in_flight));
    assert!(offset_of!(Sample, proxied) == offset_of!(v1::Sample, proxied));
    assert!(offset_of!(Sample, queued) == offset_of!(v1::Sample, queued));
    assert!(offset_of!(Sample, tokens_in_flight) == offset_of!(v1::Sample, tokens_in_flight));
    assert!(offset_of!(Sample, arrivals) == offset_of!(v1::Sample, arrivals));
    assert!(offset_of!(Sample, completions) == offset_of!(v1::Sample, completions));
    assert!(offset_of!(Sample, errors) == offset_of!(v1::Sample, errors));
    assert!(
        offset_of!(Sample, service_time_seconds) == offset_of!(v1::Sample, service_time_seconds)
    );
    assert!(size_of::<ReplicaObservation>() == size_of::<v1::Replica>());
    assert!(align_of::<ReplicaObservation>() == align_of::<v1::Replica>());
    assert!(offset_of!(ReplicaObservation, state) == offset_of!(v1::Replica, state));
    assert!(offset_of!(ReplicaObservation, age_ns) == offset_of!(v1::Replica, age_ns));
    assert!(offset_of!(ReplicaObservation, state_age_ns) == offset_of!(v1::Replica, state_age_ns));
    assert!(
        offset_of!(ReplicaObservation, metric_age_ns) == offset_of!(v1::Replica, metric_age_ns)
    );
    assert!(
        offset_of!(ReplicaObservation, metric_window_ns)
            == offset_of!(v1::Replica, metric_window_ns)
    );
    assert!(offset_of!(ReplicaObservation, metric) == offset_of!(v1::Replica, metric_milli));
    assert!(
        offset_of!(ReplicaObservation, request_milli) == offset_of!(v1::Replica, request_milli)
    );
};

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
    // SAFETY: the observation, and what it points to, is lent until this returns.
    let seen = unsafe { shown(&*seen) };
    match guard(|| exported.policy.decide(&seen)) {
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

/// An observation as policies see it.
///
/// # Safety
/// What it points to is valid for as long as it is itself, and as the border says.
unsafe fn shown(seen: &v1::Observation) -> Observation<'_> {
    // SAFETY: the pointers are never null and point to so many; the layouts are the same, as is
    // asserted above, and the host puts only the numbers of `ReplicaState` where one is.
    let (samples, replicas) = unsafe {
        (
            slice::from_raw_parts(seen.samples.cast::<Sample>(), seen.sample_count),
            slice::from_raw_parts(
                seen.replicas.cast::<ReplicaObservation>(),
                seen.replica_count,
            ),
        )
    };
    Observation {
        now_ns: seen.now_ns,
        current: seen.current,
        ready: seen.ready,
        starting: seen.starting,
        draining: seen.draining,
        min: seen.min,
        max: seen.max,
        reachable: seen.reachable != 0,
        target_rate: (seen.has_target_rate != 0).then_some(seen.target_rate),
        backlog: seen.backlog,
        samples,
        replicas,
    }
}

/// A policy that came across the border.
///
/// Once it has failed it decides no more: the current number stays, with [`Reason::FAILED`].
#[derive(Debug)]
pub struct ImportedPolicy {
    policy: v1::Policy,
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
        let seen = v1::Observation {
            now_ns: observation.now_ns,
            target_rate: observation.target_rate.unwrap_or_default(),
            samples: observation.samples.as_ptr().cast(),
            sample_count: observation.samples.len(),
            replicas: observation.replicas.as_ptr().cast(),
            replica_count: observation.replicas.len(),
            current: observation.current,
            ready: observation.ready,
            starting: observation.starting,
            draining: observation.draining,
            min: observation.min,
            max: observation.max,
            backlog: observation.backlog,
            reachable: observation.reachable.into(),
            has_target_rate: observation.target_rate.is_some().into(),
            reserved: 0,
        };
        // SAFETY: the policy is there, `&mut self` means that no other call on it is going on, and the
        // observation lives until this returns.
        let decision = unsafe { (self.policy.decide)(self.policy.state, &raw const seen) };
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

impl Drop for ImportedPolicy {
    fn drop(&mut self) {
        // SAFETY: it is released once, last.
        unsafe { (self.policy.release)(self.policy.state) }
    }
}

//! What crosses the hot path lies in memory as the border says, so that it crosses without a copy.
//!
//! The core's types are laid out in order (`repr(C)`), but what Rust itself says of an option and of a
//! slice is less than that. So all of it is asserted here, when this is compiled: a compiler that lays
//! them out otherwise refuses to build a host or a plugin.

#![expect(unsafe_code, reason = "layouts are looked at by transmuting constants")]

use core::mem::{offset_of, transmute};

use plimsoll_abi::v1;
use plimsoll_core::distribution::{Demand, Priority};
use plimsoll_core::policy::{Observation, ReplicaMetric, ReplicaObservation, ReplicaState, Sample};

macro_rules! same_layout {
    ($core:ty, $border:ty, { $($field:ident = $other:ident),* $(,)? }) => {
        const _: () = {
            assert!(size_of::<$core>() == size_of::<$border>());
            assert!(align_of::<$core>() == align_of::<$border>());
            $(assert!(offset_of!($core, $field) == offset_of!($border, $other));)*
        };
    };
}

same_layout!(Sample, v1::Sample, {
    at_ns = at_ns,
    in_flight = in_flight,
    proxied = proxied,
    queued = queued,
    tokens_in_flight = tokens_in_flight,
    arrivals = arrivals,
    completions = completions,
    errors = errors,
    service_time_seconds = service_time_seconds,
});

same_layout!(ReplicaObservation, v1::Replica, {
    state = state,
    age_ns = age_ns,
    state_age_ns = state_age_ns,
    metric_age_ns = metric_age_ns,
    metric_window_ns = metric_window_ns,
    metric = metric_milli,
    request_milli = request_milli,
});

same_layout!(Observation<'static>, v1::Observation, {
    now_ns = now_ns,
    target_rate = has_target_rate,
    samples = samples,
    replicas = replicas,
    current = current,
    ready = ready,
    starting = starting,
    draining = draining,
    min = min,
    max = max,
    backlog = backlog,
    reachable = reachable,
});

same_layout!(Demand, v1::Demand, {
    desired = desired,
    min = min,
    max = max,
    weight = weight,
    priority = priority,
});

// The metric of a replica: the thousandths, then whether there are any.
const _: () = {
    // SAFETY: both are sixteen bytes, all of which are initialised and of any value.
    let [milli, known] = unsafe { transmute::<ReplicaMetric, [u64; 2]>(ReplicaMetric::milli(35)) };
    assert!(milli == 35 && known == 1);
    assert!(ReplicaMetric::NONE.get().is_none());
};

// An option of a number: whether there is one, then the number.
const _: () = {
    // SAFETY: both are sixteen bytes, all of which are initialised where there is a number.
    let [known, bits] = unsafe { transmute::<Option<f64>, [u64; 2]>(Some(1.5)) };
    assert!(known == 1 && bits == 1.5_f64.to_bits());
    // SAFETY: as above, but that the number is not initialised, nor looked at.
    let [known, _] = unsafe { transmute::<Option<f64>, [core::mem::MaybeUninit<u64>; 2]>(None) };
    // SAFETY: whether there is a number is initialised in any case.
    assert!(unsafe { known.assume_init() } == 0);
};

/// The parts of a slice, as the border has them one after the other.
#[repr(C)]
struct Slice {
    _start: *const Sample,
    count: usize,
}

const _: () = {
    const NONE: &[Sample] = &[];
    const FEW: &[u8] = &[0; 3];
    // SAFETY: both are a pointer and a count; were they the other way round, this would not be
    // evaluated at all, as no constant pointer is a number.
    let none = unsafe { transmute::<&[Sample], Slice>(NONE) };
    // SAFETY: as above.
    let few = unsafe { transmute::<&[u8], Slice>(FEW) };
    assert!(none.count == 0 && few.count == 3);
};

// What is an enum in the core is one of these numbers at the border, and no other.
const _: () = {
    assert!(ReplicaState::Ready as u32 == 0 && ReplicaState::NeverReady as u32 == 1);
    assert!(ReplicaState::NotReady as u32 == 2 && ReplicaState::Pending as u32 == 3);
    assert!(ReplicaState::Draining as u32 == 4 && ReplicaState::Failed as u32 == 5);
    assert!(
        Priority::Low as u32 == 0 && Priority::Medium as u32 == 1 && Priority::High as u32 == 2
    );
};

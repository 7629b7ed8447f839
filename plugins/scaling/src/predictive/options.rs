//! Options of `predictive`.

use plimsoll_core::registry::follow::{COLD_START_SECONDS, REPLICAS};
use serde::{Deserialize, Serialize};

use crate::options::{Described, Field, Kind, above, between, from};

/// Options of [`Predictive`](super::Predictive).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PredictiveOptions {
    /// Requests that one replica serves at a time.
    pub concurrency_target: f64,
    /// Share of the concurrency target to fill at the most, in percent; margins come on top.
    pub target_utilization_percentage: f64,
    /// How long a replica takes from its start until it is ready, in seconds; better a high
    /// percentile than the mean.
    pub lead_seconds: u32,
    /// How long fewer replicas must do before any goes, in seconds; `None` for `lead_seconds`.
    pub scale_down_delay_seconds: Option<u32>,
    /// Share of the time in which the forecast's margin is to suffice, in percent.
    pub coverage_percentage: f64,
    /// Spare places, in square roots of the load.
    pub headroom: f64,
}

impl Default for PredictiveOptions {
    fn default() -> Self {
        Self {
            concurrency_target: 1.0,
            target_utilization_percentage: 100.0,
            lead_seconds: 120,
            scale_down_delay_seconds: None,
            coverage_percentage: 95.0,
            headroom: 0.7,
        }
    }
}

impl Described for PredictiveOptions {
    const POLICY: &'static str = "predictive";
    const SCALES: &'static [&'static str] = &[REPLICAS];
    const FIELDS: &'static [Field] = &[
        Field {
            name: "concurrency_target",
            kind: above(0.0),
            doc: "Requests that one replica serves at a time.",
        },
        Field {
            name: "target_utilization_percentage",
            kind: between(1.0, 100.0),
            doc: "Share of the concurrency target to fill at the most, in percent; margins come \
                  on top.",
        },
        Field {
            name: "lead_seconds",
            kind: Kind::Whole(0, 3600),
            doc: "How long a replica takes from its start until it is ready, in seconds; better a \
                  high percentile than the mean.",
        },
        Field {
            name: "scale_down_delay_seconds",
            kind: Kind::Optional(&Kind::Whole(0, 3600)),
            doc: "How long fewer replicas must do before any goes, in seconds; null for \
                  lead_seconds.",
        },
        Field {
            name: "coverage_percentage",
            kind: between(50.0, 99.9),
            doc: "Share of the time in which the forecast's margin is to suffice, in percent.",
        },
        Field {
            name: "headroom",
            kind: from(0.0),
            doc: "Spare places for requests that arrive by chance, in square roots of the load.",
        },
    ];
    // Not the utilisation and the delay that settings say: margins and the lead stand for them.
    const FOLLOWS: &'static [(&'static str, &'static str)] = &[
        ("concurrency_target", "concurrency_target"),
        ("lead_seconds", COLD_START_SECONDS),
    ];
}

//! Options of `knative`, with the original's names, ranges and defaults.

use plimsoll_core::registry::follow::REPLICAS;
use serde::{Deserialize, Serialize};

use super::{Algorithm, Spec};
use crate::options::{Described, Every, Field, Kind, above, between, from};

/// What the KPA scales on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KnativeMetric {
    /// Requests in flight.
    #[default]
    Concurrency,
    /// Requests a second.
    Rps,
}

/// Options of [`Knative`](super::Knative).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KnativeOptions {
    /// What it scales on.
    pub metric: KnativeMetric,
    /// What one replica should hold of the metric before utilisation; `None` for
    /// `container_concurrency`, or else 100 requests in flight or 200 requests a second.
    pub target: Option<f64>,
    /// Most requests that one replica takes at a time; 0 for no limit.
    pub container_concurrency: u32,
    /// Share of the target to fill, in percent.
    pub target_utilization_percentage: f64,
    /// The stable window, in seconds.
    pub stable_window_seconds: u32,
    /// The panic window, in percent of the stable one.
    pub panic_window_percentage: f64,
    /// Panic begins when the panic window asks for this many percent of the ready replicas.
    pub panic_threshold_percentage: f64,
    /// Most replicas in one tick, as a multiple of those that are ready.
    pub max_scale_up_rate: f64,
    /// Fewest replicas in one tick, as a divisor of those that are ready.
    pub max_scale_down_rate: f64,
    /// How long a scale-down is held back, in seconds.
    pub scale_down_delay_seconds: u32,
    /// Fewest replicas that a workload has when it has any.
    pub activation_scale: u32,
    /// How the buckets of a window are averaged.
    pub aggregation: Algorithm,
    /// Whether the last replica may go.
    pub enable_scale_to_zero: bool,
    /// How long an inactive workload keeps its last replica, in seconds.
    pub scale_to_zero_grace_period_seconds: u32,
    /// How long the last replica stays at the least, in seconds.
    pub scale_to_zero_pod_retention_period_seconds: u32,
}

impl Default for KnativeOptions {
    fn default() -> Self {
        Self {
            metric: KnativeMetric::Concurrency,
            target: None,
            container_concurrency: 0,
            target_utilization_percentage: 70.0,
            stable_window_seconds: 60,
            panic_window_percentage: 10.0,
            panic_threshold_percentage: 200.0,
            max_scale_up_rate: 1000.0,
            max_scale_down_rate: 2.0,
            scale_down_delay_seconds: 0,
            activation_scale: 1,
            aggregation: Algorithm::Linear,
            enable_scale_to_zero: true,
            scale_to_zero_grace_period_seconds: 30,
            scale_to_zero_pod_retention_period_seconds: 0,
        }
    }
}

impl Described for KnativeOptions {
    const POLICY: &'static str = "knative";
    const SCALES: &'static [&'static str] = &[REPLICAS];
    const DECIDES_EVERY: Option<Every> = Some(Every::Seconds(2.0));
    const FIELDS: &'static [Field] = &[
        Field {
            name: "metric",
            kind: Kind::Choice(&["concurrency", "rps"]),
            doc: "What it scales on: requests in flight, or requests a second.",
        },
        Field {
            name: "target",
            kind: Kind::Optional(&from(0.01)),
            doc: "What one replica should hold of the metric, before utilisation; null for \
                  container_concurrency, or else 100 requests in flight or 200 a second.",
        },
        Field {
            name: "container_concurrency",
            kind: Kind::Whole(0, 1000),
            doc: "Most requests that one replica takes at a time; 0 for no limit.",
        },
        Field {
            name: "target_utilization_percentage",
            kind: between(1.0, 100.0),
            doc: "Share of the target to fill, in percent.",
        },
        Field {
            name: "stable_window_seconds",
            kind: Kind::Whole(6, 3600),
            doc: "Time over which the metric is averaged, in seconds.",
        },
        Field {
            name: "panic_window_percentage",
            kind: between(1.0, 100.0),
            doc: "The panic window, in percent of the stable one; at least a second.",
        },
        Field {
            name: "panic_threshold_percentage",
            kind: between(110.0, 1000.0),
            doc: "Panic begins when the panic window asks for this many percent of the ready \
                  replicas.",
        },
        Field {
            name: "max_scale_up_rate",
            kind: above(1.0),
            doc: "Most replicas in one tick, as a multiple of those that are ready.",
        },
        Field {
            name: "max_scale_down_rate",
            kind: above(1.0),
            doc: "Fewest replicas in one tick, as a divisor of those that are ready.",
        },
        Field {
            name: "scale_down_delay_seconds",
            kind: Kind::Whole(0, 3600),
            doc: "How long a scale-down is held back, in seconds.",
        },
        Field {
            name: "activation_scale",
            kind: Kind::Whole(1, 1_000_000),
            doc: "Fewest replicas that a workload has when it has any.",
        },
        Field {
            name: "aggregation",
            kind: Kind::Choice(&["linear", "weighted-exponential"]),
            doc: "How the seconds of a window are averaged.",
        },
        Field {
            name: "enable_scale_to_zero",
            kind: Kind::Flag,
            doc: "Whether the last replica may go.",
        },
        Field {
            name: "scale_to_zero_grace_period_seconds",
            kind: Kind::Whole(0, 86_400),
            doc: "How long an inactive workload keeps its last replica, in seconds.",
        },
        Field {
            name: "scale_to_zero_pod_retention_period_seconds",
            kind: Kind::Whole(0, 86_400),
            doc: "How long the last replica stays at the least, in seconds.",
        },
    ];
    const FOLLOWS: &'static [(&'static str, &'static str)] = &[
        ("target", "concurrency_target"),
        (
            "target_utilization_percentage",
            "target_utilization_percentage",
        ),
        ("stable_window_seconds", "scaling_window_seconds"),
        ("scale_down_delay_seconds", "scale_down_delay_seconds"),
    ];
}

impl KnativeOptions {
    /// What the autoscaler decides by.
    pub(super) fn spec(&self) -> Spec {
        let limit = f64::from(self.container_concurrency);
        let total = match (self.metric, self.target) {
            (KnativeMetric::Rps, target) => target.unwrap_or(200.0),
            (KnativeMetric::Concurrency, Some(target)) if limit > 0.0 => target.min(limit),
            (KnativeMetric::Concurrency, Some(target)) => target,
            (KnativeMetric::Concurrency, None) if limit > 0.0 => limit,
            (KnativeMetric::Concurrency, None) => 100.0,
        };
        Spec {
            target: (total * (self.target_utilization_percentage / 100.0)).max(0.01),
            total,
            max_scale_up_rate: self.max_scale_up_rate,
            max_scale_down_rate: self.max_scale_down_rate,
            panic_threshold: self.panic_threshold_percentage / 100.0,
            stable_window_seconds: self.stable_window_seconds,
            scale_down_delay_seconds: self.scale_down_delay_seconds,
            target_burst_capacity: 211.0,
            activation_scale: i32::try_from(self.activation_scale).unwrap_or(i32::MAX),
            reachable: true,
        }
    }

    /// The panic window: rounded to whole seconds, at least one.
    pub(super) fn panic_window_seconds(&self) -> u32 {
        let share = self.panic_window_percentage / 100.0;
        let window = f64::from(self.stable_window_seconds) * share;
        crate::measure::count(window.round().max(1.0))
    }
}

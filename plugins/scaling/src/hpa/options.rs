//! Options of `hpa`, with the original's ranges and defaults.

use plimsoll_core::registry::follow::{REPLICAS, TARGET_IN_FLIGHT};
use serde::{Deserialize, Serialize};

use super::{Behavior, Calculator};
use crate::measure::SECOND;
use crate::options::{Described, Every, Field, Kind, between};

/// What the HPA scales on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HpaMetric {
    /// The mean of a metric over the replicas.
    Pods,
    /// The mean processor time of the replicas.
    Cpu,
    /// The processor time as a share of what is requested.
    CpuUtilization,
    /// Requests in flight, in all.
    External,
    /// Requests in flight per replica.
    #[default]
    ExternalAverage,
}

/// Options of [`Hpa`](super::Hpa).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HpaOptions {
    /// What it scales on.
    pub metric: HpaMetric,
    /// What the metric is held at, in its unit; in percent for `cpu-utilization`.
    pub target: f64,
    /// Ratios of usage to target that are this near to 1 change nothing.
    pub tolerance: f64,
    /// How often it decides, in seconds.
    pub sync_period_seconds: u32,
    /// How long a workload without a behaviour is held up before it shrinks, in seconds.
    pub downscale_stabilization_seconds: u32,
    /// How long after a replica's start its processor time may be passed over, in seconds.
    pub cpu_initialization_period_seconds: u32,
    /// A replica that became unready this soon after its start was never ready, in seconds.
    pub initial_readiness_delay_seconds: u32,
    /// The behaviour of the workload; `None` for the rules of a workload that has none.
    pub behavior: Option<Behavior>,
}

impl Default for HpaOptions {
    fn default() -> Self {
        Self {
            metric: HpaMetric::ExternalAverage,
            target: 1.0,
            tolerance: 0.1,
            sync_period_seconds: 15,
            downscale_stabilization_seconds: 300,
            cpu_initialization_period_seconds: 300,
            initial_readiness_delay_seconds: 30,
            behavior: None,
        }
    }
}

const RULES: &[Field] = &[
    Field {
        name: "stabilization_window_seconds",
        kind: Kind::Whole(0, 3600),
        doc: "Time in which the most cautious recommendation counts, in seconds.",
    },
    Field {
        name: "select_policy",
        kind: Kind::Choice(&["Max", "Min", "Disabled"]),
        doc: "Which policy decides: that of the largest change, of the smallest, or none at all.",
    },
    Field {
        name: "policies",
        kind: Kind::List(16, POLICIES),
        doc: "How much may change in how much time.",
    },
];

const POLICIES: &[Field] = &[
    Field {
        name: "type",
        kind: Kind::Choice(&["Pods", "Percent"]),
        doc: "What value counts: replicas, or percent of them at the period's begin.",
    },
    Field {
        name: "value",
        kind: Kind::Whole(1, u32::MAX as u64),
        doc: "How many replicas, or percent.",
    },
    Field {
        name: "period_seconds",
        kind: Kind::Whole(1, 1800),
        doc: "In how much time, in seconds.",
    },
];

impl Described for HpaOptions {
    const POLICY: &'static str = "hpa";
    const SCALES: &'static [&'static str] = &[REPLICAS];
    const DECIDES_EVERY: Option<Every> = Some(Every::Option("sync_period_seconds"));
    const FIELDS: &'static [Field] = &[
        Field {
            name: "metric",
            kind: Kind::Choice(&[
                "pods",
                "cpu",
                "cpu-utilization",
                "external",
                "external-average",
            ]),
            doc: "What it scales on: the mean of a metric over the replicas, their processor \
                  time, its share of what is requested, or the requests in flight, in all or \
                  per replica.",
        },
        Field {
            name: "target",
            kind: between(0.001, 1e12),
            doc: "What the metric is held at, in its unit; in percent for cpu-utilization.",
        },
        Field {
            name: "tolerance",
            kind: between(0.0, 1.0),
            doc: "Ratios of usage to target that are this near to 1 change nothing.",
        },
        Field {
            name: "sync_period_seconds",
            kind: Kind::Whole(1, 3600),
            doc: "How often it decides, in seconds.",
        },
        Field {
            name: "downscale_stabilization_seconds",
            kind: Kind::Whole(0, 3600),
            doc: "How long a workload without a behavior is held up before it shrinks, in \
                  seconds.",
        },
        Field {
            name: "cpu_initialization_period_seconds",
            kind: Kind::Whole(0, 86_400),
            doc: "How long after a replica's start its processor time may be passed over, in \
                  seconds.",
        },
        Field {
            name: "initial_readiness_delay_seconds",
            kind: Kind::Whole(0, 86_400),
            doc: "A replica that became unready this soon after its start was never ready, in \
                  seconds.",
        },
        Field {
            name: "behavior",
            kind: Kind::Optional(&Kind::Object(&[
                Field {
                    name: "scale_up",
                    kind: Kind::Object(RULES),
                    doc: "Of changes to more replicas.",
                },
                Field {
                    name: "scale_down",
                    kind: Kind::Object(RULES),
                    doc: "Of changes to fewer replicas.",
                },
            ])),
            doc: "How changes are stabilised and limited; null for the rules of a workload that \
                  has no behavior: at most double or 4, and stabilised downward.",
        },
    ];
    const FOLLOWS: &'static [(&'static str, &'static str)] = &[
        ("target", TARGET_IN_FLIGHT),
        (
            "downscale_stabilization_seconds",
            "scale_down_delay_seconds",
        ),
    ];

    fn check_together(&self) -> Result<(), String> {
        let lacks = self.behavior.iter().any(|behavior| {
            behavior.scale_up.policies.is_empty() || behavior.scale_down.policies.is_empty()
        });
        if lacks {
            return Err("`behavior` has a direction without policies".to_owned());
        }
        Ok(())
    }
}

impl HpaOptions {
    pub(super) fn calculator(&self) -> Calculator {
        let unit = match self.metric {
            HpaMetric::CpuUtilization => 1.0,
            _ => 1000.0,
        };
        #[expect(clippy::cast_possible_truncation, reason = "a target is at most 10^12")]
        let target = (self.target * unit).round() as i64;
        Calculator {
            target: target.max(1),
            tolerance: self.tolerance,
            cpu_initialization_ns: u64::from(self.cpu_initialization_period_seconds) * SECOND,
            initial_readiness_ns: u64::from(self.initial_readiness_delay_seconds) * SECOND,
        }
    }
}

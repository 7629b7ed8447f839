//! Options of `baseten`, with the platform's names, ranges and defaults.

use plimsoll_core::registry::follow::REPLICAS;
use serde::{Deserialize, Serialize};

use crate::options::{Described, Field, Kind};

/// What a step down takes. The platform documents it in two ways.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ScaleDown {
    /// A share of the replicas that are too many, rounded up: 10 replicas of which 6 are needed go
    /// to 8, 7, 6. So says the guide to autoscaling ("removes half the excess replicas, waits again,
    /// and removes half of what remains") and the changelog that introduced the setting. It is the
    /// default: it is the newer text, the one written for users, and the more careful reading.
    #[default]
    RateOfExcess,
    /// A share of all replicas, rounded down, and at least one, down to what is needed: 10 replicas
    /// of which 6 are needed go to 6. So says the API's reference ("maximum percentage of replicas
    /// that can be removed").
    RateOfActive,
}

/// Options of [`Baseten`](super::Baseten).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BasetenOptions {
    /// Time over which requests in flight are averaged, in seconds; 10 to 3600.
    pub autoscaling_window: u32,
    /// How long load must stay low before a step down, in seconds; at most 3600.
    pub scale_down_delay: u32,
    /// Requests in flight that one replica should hold; at least 1.
    pub concurrency_target: u32,
    /// Share of the concurrency target to fill, in percent; 1 to 100.
    pub target_utilization_percentage: u32,
    /// Most that a step down takes, in percent; 1 to 50.
    pub max_scale_down_rate: u32,
    /// Tokens in flight that one replica should hold; `None` for no such target. With one, the
    /// larger of both needs counts.
    pub target_in_flight_tokens: Option<u32>,
    /// Of what `max_scale_down_rate` is a share.
    pub scale_down: ScaleDown,
}

impl Default for BasetenOptions {
    fn default() -> Self {
        Self {
            autoscaling_window: 60,
            scale_down_delay: 900,
            concurrency_target: 1,
            target_utilization_percentage: 70,
            max_scale_down_rate: 50,
            target_in_flight_tokens: None,
            scale_down: ScaleDown::RateOfExcess,
        }
    }
}

const UNBOUNDED: u64 = u32::MAX as u64;

impl Described for BasetenOptions {
    const POLICY: &'static str = "baseten";
    const SCALES: &'static [&'static str] = &[REPLICAS];
    const FIELDS: &'static [Field] = &[
        Field {
            name: "autoscaling_window",
            kind: Kind::Whole(10, 3600),
            doc: "Time over which requests in flight are averaged, in seconds.",
        },
        Field {
            name: "scale_down_delay",
            kind: Kind::Whole(0, 3600),
            doc: "How long load must stay low before a step down, in seconds.",
        },
        Field {
            name: "concurrency_target",
            kind: Kind::Whole(1, UNBOUNDED),
            doc: "Requests in flight that one replica should hold.",
        },
        Field {
            name: "target_utilization_percentage",
            kind: Kind::Whole(1, 100),
            doc: "Share of the concurrency target to fill, in percent.",
        },
        Field {
            name: "max_scale_down_rate",
            kind: Kind::Whole(1, 50),
            doc: "Most that a step down takes, in percent.",
        },
        Field {
            name: "target_in_flight_tokens",
            kind: Kind::Optional(&Kind::Whole(1, UNBOUNDED)),
            doc: "Tokens in flight that one replica should hold; null for no such target.",
        },
        Field {
            name: "scale_down",
            kind: Kind::Choice(&["rate-of-excess", "rate-of-active"]),
            doc: "Of what max_scale_down_rate is a share: of the replicas that are too many, or \
                  of all.",
        },
    ];
    const FOLLOWS: &'static [(&'static str, &'static str)] = &[
        ("autoscaling_window", "scaling_window_seconds"),
        ("scale_down_delay", "scale_down_delay_seconds"),
        ("concurrency_target", "concurrency_target"),
        (
            "target_utilization_percentage",
            "target_utilization_percentage",
        ),
        ("max_scale_down_rate", "max_scale_down_rate"),
        ("target_in_flight_tokens", "target_in_flight_tokens"),
    ];
}

//! Options of `ray-serve`, with the original's names and defaults.

use plimsoll_core::registry::follow::{REPLICAS, TARGET_IN_FLIGHT};
use serde::{Deserialize, Serialize};

use crate::options::{Described, Every, Field, Kind, above, between, from};

/// Options of [`RayServe`](super::RayServe).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RayServeOptions {
    /// Requests in flight that one replica should hold.
    pub target_ongoing_requests: f64,
    /// Time over which requests in flight are averaged, in seconds.
    pub look_back_period_s: f64,
    /// How long more replicas must be wanted, in seconds.
    pub upscale_delay_s: f64,
    /// How long fewer replicas must be wanted, in seconds.
    pub downscale_delay_s: f64,
    /// The same for the last replica, in seconds; `None` for `downscale_delay_s`.
    pub downscale_to_zero_delay_s: Option<f64>,
    /// Share of a wanted growth that is applied.
    pub upscaling_factor: f64,
    /// Share of a wanted shrinking that is applied.
    pub downscaling_factor: f64,
}

impl Default for RayServeOptions {
    fn default() -> Self {
        Self {
            target_ongoing_requests: 2.0,
            look_back_period_s: 30.0,
            upscale_delay_s: 30.0,
            downscale_delay_s: 600.0,
            downscale_to_zero_delay_s: None,
            upscaling_factor: 1.0,
            downscaling_factor: 1.0,
        }
    }
}

impl Described for RayServeOptions {
    const POLICY: &'static str = "ray-serve";
    const SCALES: &'static [&'static str] = &[REPLICAS];
    const DECIDES_EVERY: Option<Every> = Some(Every::Seconds(0.1));
    const FIELDS: &'static [Field] = &[
        Field {
            name: "target_ongoing_requests",
            kind: above(0.0),
            doc: "Requests in flight that one replica should hold.",
        },
        Field {
            name: "look_back_period_s",
            kind: between(1.0, 3600.0),
            doc: "Time over which requests in flight are averaged, in seconds.",
        },
        Field {
            name: "upscale_delay_s",
            kind: from(0.0),
            doc: "How long more replicas must be wanted before they are started, in seconds.",
        },
        Field {
            name: "downscale_delay_s",
            kind: from(0.0),
            doc: "How long fewer replicas must be wanted before they go, in seconds.",
        },
        Field {
            name: "downscale_to_zero_delay_s",
            kind: Kind::Optional(&from(0.0)),
            doc: "The same for the last replica, in seconds; null for downscale_delay_s.",
        },
        Field {
            name: "upscaling_factor",
            kind: above(0.0),
            doc: "Share of a wanted growth that is applied.",
        },
        Field {
            name: "downscaling_factor",
            kind: above(0.0),
            doc: "Share of a wanted shrinking that is applied.",
        },
    ];
    const FOLLOWS: &'static [(&'static str, &'static str)] = &[
        ("target_ongoing_requests", TARGET_IN_FLIGHT),
        ("look_back_period_s", "scaling_window_seconds"),
        ("downscale_delay_s", "scale_down_delay_seconds"),
    ];
}

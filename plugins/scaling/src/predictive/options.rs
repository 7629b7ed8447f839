//! Options of `predictive`.

use plimsoll_core::registry::follow::{COLD_START_SECONDS, REPLICAS};
use serde::{Deserialize, Serialize};

use super::holt_winters::{MOST_STEPS, Rates};
use crate::options::{Described, Field, Kind, above, between, from};

/// Options of [`Predictive`](super::Predictive).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PredictiveOptions {
    /// Requests in flight that one replica should hold.
    pub concurrency_target: f64,
    /// Share of the concurrency target to fill, in percent.
    pub target_utilization_percentage: f64,
    /// How long a replica takes from its start until it is ready, in seconds.
    pub lead_seconds: u32,
    /// Time after which the load repeats itself, in seconds.
    pub season_seconds: u32,
    /// Time over which the load is averaged for the forecast, in seconds.
    pub step_seconds: u32,
    /// Time over which the load is averaged for the floor, in seconds.
    pub reactive_window_seconds: u32,
    /// How long fewer replicas must do before any goes, in seconds.
    pub scale_down_delay_seconds: u32,
    /// What is added to the forecast, in mean errors of it.
    pub margin: f64,
    /// How fast the level is learnt: the weight of the newest step.
    pub level_rate: f64,
    /// How fast the trend is learnt.
    pub trend_rate: f64,
    /// How fast the season is learnt: the weight of the newest one.
    pub season_rate: f64,
    /// What is left of a trend after each step ahead.
    pub damping: f64,
}

impl Default for PredictiveOptions {
    fn default() -> Self {
        Self {
            concurrency_target: 1.0,
            target_utilization_percentage: 70.0,
            lead_seconds: 120,
            season_seconds: 86_400,
            step_seconds: 60,
            reactive_window_seconds: 30,
            scale_down_delay_seconds: 300,
            margin: 1.0,
            level_rate: 0.3,
            trend_rate: 0.1,
            season_rate: 0.3,
            damping: 0.9,
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
            doc: "Requests in flight that one replica should hold.",
        },
        Field {
            name: "target_utilization_percentage",
            kind: between(1.0, 100.0),
            doc: "Share of the concurrency target to fill, in percent.",
        },
        Field {
            name: "lead_seconds",
            kind: Kind::Whole(0, 3600),
            doc: "How long a replica takes from its start until it is ready, in seconds.",
        },
        Field {
            name: "season_seconds",
            kind: Kind::Whole(1, 1_209_600),
            doc: "Time after which the load repeats itself, in seconds; at most 4096 steps.",
        },
        Field {
            name: "step_seconds",
            kind: Kind::Whole(1, 3600),
            doc: "Time over which the load is averaged for the forecast, in seconds.",
        },
        Field {
            name: "reactive_window_seconds",
            kind: Kind::Whole(1, 3600),
            doc: "Time over which the load is averaged for the floor, in seconds.",
        },
        Field {
            name: "scale_down_delay_seconds",
            kind: Kind::Whole(0, 3600),
            doc: "How long fewer replicas must do before any goes, in seconds.",
        },
        Field {
            name: "margin",
            kind: from(0.0),
            doc: "What is added to the forecast, in mean errors of it.",
        },
        Field {
            name: "level_rate",
            kind: between(0.0, 1.0),
            doc: "How fast the level is learnt: the weight of the newest step.",
        },
        Field {
            name: "trend_rate",
            kind: between(0.0, 1.0),
            doc: "How fast the trend is learnt.",
        },
        Field {
            name: "season_rate",
            kind: between(0.0, 1.0),
            doc: "How fast the season is learnt: the weight of the newest one.",
        },
        Field {
            name: "damping",
            kind: between(0.0, 1.0),
            doc: "What is left of a trend after each step ahead.",
        },
    ];
    const FOLLOWS: &'static [(&'static str, &'static str)] = &[
        ("concurrency_target", "concurrency_target"),
        (
            "target_utilization_percentage",
            "target_utilization_percentage",
        ),
        ("lead_seconds", COLD_START_SECONDS),
        ("scale_down_delay_seconds", "scale_down_delay_seconds"),
    ];

    fn check_together(&self) -> Result<(), String> {
        let steps = self.season_seconds / self.step_seconds;
        if steps == 0 || steps as usize > MOST_STEPS {
            return Err(format!(
                "a season of {} s has {steps} steps of {} s; it has from 1 to {MOST_STEPS}",
                self.season_seconds, self.step_seconds
            ));
        }
        if self.lead_seconds > self.season_seconds {
            return Err("`lead_seconds` is longer than a season".to_owned());
        }
        Ok(())
    }
}

impl PredictiveOptions {
    pub(super) fn rates(&self) -> Rates {
        Rates {
            level: self.level_rate,
            trend: self.trend_rate,
            season: self.season_rate,
            damping: self.damping,
        }
    }
}

//! Autoscaling settings, whole and as a change.

use serde::{Deserialize, Serialize};

use crate::limits;

/// The autoscaling settings of a deployment or an environment, as the platform reports them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AutoscalingSettings {
    /// The fewest replicas.
    pub min_replica: u32,
    /// The most replicas.
    pub max_replica: u32,
    /// Time over which traffic is averaged, in seconds.
    pub autoscaling_window: Option<u32>,
    /// Time to wait before scaling down, in seconds.
    pub scale_down_delay: Option<u32>,
    /// Requests that one replica should handle at a time.
    pub concurrency_target: u32,
    /// The share of `concurrency_target` to aim at, in percent.
    pub target_utilization_percentage: Option<u32>,
    /// Tokens in flight that one replica should handle; early access.
    #[serde(default)]
    pub target_in_flight_tokens: Option<u64>,
    /// The most that one scale-down may remove, in percent of the replicas.
    #[serde(default)]
    pub max_scale_down_rate: Option<u32>,
}

/// The platform's documented defaults.
impl Default for AutoscalingSettings {
    fn default() -> Self {
        Self {
            min_replica: 0,
            max_replica: 1,
            autoscaling_window: Some(60),
            scale_down_delay: Some(900),
            concurrency_target: 1,
            target_utilization_percentage: Some(70),
            target_in_flight_tokens: None,
            max_scale_down_rate: None,
        }
    }
}

/// A setting that the platform would refuse.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field} is {value}, but must be {expected}")]
pub struct SettingOutOfRange {
    /// The field's name on the wire.
    pub field: &'static str,
    /// Its value.
    pub value: u64,
    /// What it may be, in words.
    pub expected: String,
}

impl AutoscalingSettings {
    /// These settings with a change applied.
    #[must_use]
    pub fn with(&self, update: &UpdateAutoscalingSettings) -> Self {
        Self {
            min_replica: update.min_replica.unwrap_or(self.min_replica),
            max_replica: update.max_replica.unwrap_or(self.max_replica),
            autoscaling_window: update.autoscaling_window.or(self.autoscaling_window),
            scale_down_delay: update.scale_down_delay.or(self.scale_down_delay),
            concurrency_target: update.concurrency_target.unwrap_or(self.concurrency_target),
            target_utilization_percentage: update
                .target_utilization_percentage
                .or(self.target_utilization_percentage),
            target_in_flight_tokens: update
                .target_in_flight_tokens
                .or(self.target_in_flight_tokens),
            max_scale_down_rate: update.max_scale_down_rate.or(self.max_scale_down_rate),
        }
    }

    /// Everything the platform would refuse about these settings, by its documented ranges.
    #[must_use]
    pub fn out_of_range(&self) -> Vec<SettingOutOfRange> {
        let mut found = Vec::new();
        let mut check = |field, value: Option<u64>, low: u64, high: Option<u64>| {
            let Some(value) = value else { return };
            if value < low || high.is_some_and(|high| value > high) {
                let expected = high.map_or_else(
                    || format!("at least {low}"),
                    |high| format!("between {low} and {high}"),
                );
                found.push(SettingOutOfRange {
                    field,
                    value,
                    expected,
                });
            }
        };
        let wide = |value: Option<u32>| value.map(u64::from);
        let bounds = |range: std::ops::RangeInclusive<u32>| {
            (u64::from(*range.start()), Some(u64::from(*range.end())))
        };
        check(
            "max_replica",
            Some(self.max_replica.into()),
            u64::from(limits::MAX_REPLICA_MIN.max(self.min_replica)),
            None,
        );
        let (low, high) = bounds(limits::AUTOSCALING_WINDOW_SECONDS);
        check(
            "autoscaling_window",
            wide(self.autoscaling_window),
            low,
            high,
        );
        let (low, high) = bounds(limits::SCALE_DOWN_DELAY_SECONDS);
        check("scale_down_delay", wide(self.scale_down_delay), low, high);
        check(
            "concurrency_target",
            Some(self.concurrency_target.into()),
            limits::CONCURRENCY_TARGET_MIN.into(),
            None,
        );
        let (low, high) = bounds(limits::TARGET_UTILIZATION_PERCENTAGE);
        check(
            "target_utilization_percentage",
            wide(self.target_utilization_percentage),
            low,
            high,
        );
        check(
            "target_in_flight_tokens",
            self.target_in_flight_tokens,
            limits::TARGET_IN_FLIGHT_TOKENS_MIN,
            None,
        );
        let (low, high) = bounds(limits::MAX_SCALE_DOWN_RATE);
        check(
            "max_scale_down_rate",
            wide(self.max_scale_down_rate),
            low,
            high,
        );
        found
    }
}

/// A change to autoscaling settings: what is absent or null stays as it is. A key that is not of
/// these is refused.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct UpdateAutoscalingSettings {
    /// The fewest replicas.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_replica: Option<u32>,
    /// The most replicas.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_replica: Option<u32>,
    /// Time over which traffic is averaged, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub autoscaling_window: Option<u32>,
    /// Time to wait before scaling down, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scale_down_delay: Option<u32>,
    /// Requests that one replica should handle at a time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub concurrency_target: Option<u32>,
    /// The share of `concurrency_target` to aim at, in percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_utilization_percentage: Option<u32>,
    /// Tokens in flight that one replica should handle; early access.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_in_flight_tokens: Option<u64>,
    /// The most that one scale-down may remove, in percent of the replicas.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_scale_down_rate: Option<u32>,
}

impl UpdateAutoscalingSettings {
    /// Whether nothing is changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// This change, and then another one.
    #[must_use]
    pub fn then(&self, later: &Self) -> Self {
        Self {
            min_replica: later.min_replica.or(self.min_replica),
            max_replica: later.max_replica.or(self.max_replica),
            autoscaling_window: later.autoscaling_window.or(self.autoscaling_window),
            scale_down_delay: later.scale_down_delay.or(self.scale_down_delay),
            concurrency_target: later.concurrency_target.or(self.concurrency_target),
            target_utilization_percentage: later
                .target_utilization_percentage
                .or(self.target_utilization_percentage),
            target_in_flight_tokens: later
                .target_in_flight_tokens
                .or(self.target_in_flight_tokens),
            max_scale_down_rate: later.max_scale_down_rate.or(self.max_scale_down_rate),
        }
    }
}

/// What became of a change of settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum UpdateStatus {
    /// It is in force.
    Accepted,
    /// It will be in force when what is going on has finished.
    Queued,
    /// It changed nothing.
    Unchanged,
    /// Something this version does not know.
    #[serde(other)]
    Unknown,
}

/// The answer to a change of autoscaling settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingsUpdated {
    /// What became of it.
    pub status: UpdateStatus,
    /// The same in words.
    pub message: String,
}

#[cfg(test)]
mod tests {
    use super::{AutoscalingSettings, UpdateAutoscalingSettings};

    #[test]
    fn a_change_leaves_the_rest_as_it_is() {
        let update = UpdateAutoscalingSettings {
            max_replica: Some(5),
            ..Default::default()
        };
        let settings = AutoscalingSettings::default().with(&update);
        assert_eq!(settings.max_replica, 5);
        assert_eq!(settings.scale_down_delay, Some(900));
        assert!(settings.out_of_range().is_empty());
    }

    #[test]
    fn an_unknown_key_is_refused_with_the_known_ones() {
        let error = serde_json::from_str::<UpdateAutoscalingSettings>(r#"{"min_replicas": 1}"#)
            .unwrap_err()
            .to_string();
        assert!(error.contains("min_replicas"), "{error}");
        assert!(error.contains("`min_replica`"), "{error}");
    }

    #[test]
    fn every_setting_out_of_range_is_named() {
        let settings = AutoscalingSettings {
            min_replica: 3,
            max_replica: 2,
            autoscaling_window: Some(5),
            max_scale_down_rate: Some(51),
            ..Default::default()
        };
        let fields: Vec<_> = settings
            .out_of_range()
            .iter()
            .map(|bad| bad.field)
            .collect();
        assert_eq!(
            fields,
            ["max_replica", "autoscaling_window", "max_scale_down_rate"]
        );
    }
}

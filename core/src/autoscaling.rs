//! Autoscaling settings: the load line itself.

use serde::{Deserialize, Serialize};

use crate::value::Node;

/// One autoscaling setting: its names and ranges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name in a configuration.
    pub name: &'static str,
    /// Its name on the wire of a Baseten-style platform.
    pub wire_name: &'static str,
    /// What a configuration may say.
    pub range: (u32, u32),
    /// What the platform documents that it takes, where that is narrower or other.
    pub platform_range: (u32, u32),
    /// What the platform has where nothing was ever said; `None` for unset.
    pub platform_default: Option<u32>,
    /// What it means, with its unit.
    pub doc: &'static str,
}

/// No upper bound.
pub const UNBOUNDED: u32 = u32::MAX;

/// Every setting, in the order in which they are shown.
///
/// Names and ranges: the product requirement. Platform ranges and defaults: the platform's
/// documentation on autoscaling and its OpenAPI document.
pub const FIELDS: [Field; 8] = [
    Field {
        name: "min_replicas",
        wire_name: "min_replica",
        range: (0, UNBOUNDED),
        platform_range: (0, UNBOUNDED),
        platform_default: Some(0),
        doc: "Fewest replicas to keep; 0 lets the workload scale to zero.",
    },
    Field {
        name: "max_replicas",
        wire_name: "max_replica",
        range: (0, UNBOUNDED),
        platform_range: (1, UNBOUNDED),
        platform_default: Some(1),
        doc: "Most replicas to run; at least min_replicas.",
    },
    Field {
        name: "target_utilization_percentage",
        wire_name: "target_utilization_percentage",
        range: (1, 100),
        platform_range: (1, 100),
        platform_default: Some(70),
        doc: "Share of the concurrency target to fill before scaling up, in percent.",
    },
    Field {
        name: "scaling_window_seconds",
        wire_name: "autoscaling_window",
        range: (30, UNBOUNDED),
        platform_range: (10, 3600),
        platform_default: Some(60),
        doc: "Time over which traffic is averaged before a decision, in seconds.",
    },
    Field {
        name: "scale_down_delay_seconds",
        wire_name: "scale_down_delay",
        range: (0, UNBOUNDED),
        platform_range: (0, 3600),
        platform_default: Some(900),
        doc: "Time that load must stay low before replicas are removed, in seconds.",
    },
    Field {
        name: "concurrency_target",
        wire_name: "concurrency_target",
        range: (1, UNBOUNDED),
        platform_range: (1, UNBOUNDED),
        platform_default: Some(1),
        doc: "Requests in flight that one replica should hold.",
    },
    Field {
        name: "max_scale_down_rate",
        wire_name: "max_scale_down_rate",
        range: (1, 50),
        platform_range: (1, 50),
        platform_default: None,
        doc: "Most replicas to remove in one step, in percent.",
    },
    Field {
        name: "target_in_flight_tokens",
        wire_name: "target_in_flight_tokens",
        range: (1, UNBOUNDED),
        platform_range: (1, UNBOUNDED),
        platform_default: None,
        doc: "Tokens in flight that one replica should hold.",
    },
];

/// The autoscaling settings of one workload. A setting that is `None` is not written anywhere, and
/// a platform keeps what it has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AutoscalingSettings {
    /// Fewest replicas to keep.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_replicas: Option<u32>,
    /// Most replicas to run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_replicas: Option<u32>,
    /// Share of the concurrency target to fill before scaling up, in percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_utilization_percentage: Option<u32>,
    /// Time over which traffic is averaged before a decision, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scaling_window_seconds: Option<u32>,
    /// Time that load must stay low before replicas are removed, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scale_down_delay_seconds: Option<u32>,
    /// Requests in flight that one replica should hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub concurrency_target: Option<u32>,
    /// Most replicas to remove in one step, in percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_scale_down_rate: Option<u32>,
    /// Tokens in flight that one replica should hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_in_flight_tokens: Option<u32>,
}

impl AutoscalingSettings {
    /// The value of the setting that [`FIELDS`] has at this place.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<u32> {
        self.slot(name).copied().flatten()
    }

    /// Sets the setting of this name; `false` when there is none.
    pub fn set(&mut self, name: &str, value: Option<u32>) -> bool {
        let slot = match name {
            "min_replicas" => &mut self.min_replicas,
            "max_replicas" => &mut self.max_replicas,
            "target_utilization_percentage" => &mut self.target_utilization_percentage,
            "scaling_window_seconds" => &mut self.scaling_window_seconds,
            "scale_down_delay_seconds" => &mut self.scale_down_delay_seconds,
            "concurrency_target" => &mut self.concurrency_target,
            "max_scale_down_rate" => &mut self.max_scale_down_rate,
            "target_in_flight_tokens" => &mut self.target_in_flight_tokens,
            _ => return false,
        };
        *slot = value;
        true
    }

    /// Each setting that is written, with its value.
    pub fn written(&self) -> impl Iterator<Item = (&'static Field, u32)> + '_ {
        FIELDS
            .iter()
            .filter_map(|field| Some((field, self.get(field.name)?)))
    }

    /// Whether nothing is written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// These settings with those of a stronger layer over them.
    #[must_use]
    pub fn overlaid(&self, stronger: &Self) -> Self {
        let mut settings = *self;
        for (field, value) in stronger.written() {
            settings.set(field.name, Some(value));
        }
        settings
    }

    /// Reads the settings of a mapping that has been checked; keys and values that do not belong
    /// are passed over.
    #[must_use]
    pub fn from_node(node: &Node) -> Self {
        let mut settings = Self::default();
        for field in FIELDS {
            let value = node.get(field.name).and_then(Node::as_i64);
            settings.set(
                field.name,
                value.and_then(|value| u32::try_from(value).ok()),
            );
        }
        settings
    }

    fn slot(&self, name: &str) -> Option<&Option<u32>> {
        Some(match name {
            "min_replicas" => &self.min_replicas,
            "max_replicas" => &self.max_replicas,
            "target_utilization_percentage" => &self.target_utilization_percentage,
            "scaling_window_seconds" => &self.scaling_window_seconds,
            "scale_down_delay_seconds" => &self.scale_down_delay_seconds,
            "concurrency_target" => &self.concurrency_target,
            "max_scale_down_rate" => &self.max_scale_down_rate,
            "target_in_flight_tokens" => &self.target_in_flight_tokens,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{AutoscalingSettings, FIELDS};

    #[test]
    fn every_field_of_the_table_can_be_set_and_got() {
        let mut settings = AutoscalingSettings::default();
        for (value, field) in (1_u32..).zip(FIELDS) {
            assert!(settings.set(field.name, Some(value)), "{}", field.name);
            assert_eq!(settings.get(field.name), Some(value));
        }
        assert_eq!(settings.written().count(), FIELDS.len());
        let json = serde_json::to_value(settings).unwrap();
        assert_eq!(json.as_object().unwrap().len(), FIELDS.len());
    }
}

//! The behaviour of a workload: how its changes are stabilised and limited.

use serde::{Deserialize, Serialize};

/// Behaviour in both directions. What is left out of either is as in [`Behavior::default`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Written")]
pub struct Behavior {
    /// Of changes to more replicas.
    pub scale_up: Rules,
    /// Of changes to fewer.
    pub scale_down: Rules,
}

/// Behaviour in one direction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rules {
    /// Time in which the most cautious recommendation counts, in seconds; 0 to 3600.
    pub stabilization_window_seconds: u32,
    /// Which of the policies decides.
    pub select_policy: Select,
    /// How much may change in how much time.
    pub policies: Vec<ChangePolicy>,
}

/// A behaviour as it is written: with what is left out.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    scale_up: Option<WrittenRules>,
    scale_down: Option<WrittenRules>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRules {
    stabilization_window_seconds: Option<u32>,
    select_policy: Option<Select>,
    policies: Option<Vec<ChangePolicy>>,
}

impl From<Written> for Behavior {
    fn from(written: Written) -> Self {
        let default = Self::default();
        Self {
            scale_up: default.scale_up.with(written.scale_up),
            scale_down: default.scale_down.with(written.scale_down),
        }
    }
}

/// Which of several policies decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Select {
    /// The one that allows the largest change.
    #[default]
    Max,
    /// The one that allows the smallest change.
    Min,
    /// None: no change in this direction.
    Disabled,
}

/// How much may change in how much time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangePolicy {
    /// What `value` counts.
    #[serde(rename = "type")]
    pub kind: ChangeKind,
    /// How many replicas, or percent of them.
    pub value: u32,
    /// In how much time, in seconds; 1 to 1800.
    pub period_seconds: u32,
}

/// What the value of a [`ChangePolicy`] counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ChangeKind {
    /// Replicas.
    Pods,
    /// Percent of the replicas at the period's begin.
    Percent,
}

impl Default for Behavior {
    /// What Kubernetes fills in where a behaviour is begun and left empty.
    fn default() -> Self {
        let change = |kind, value| ChangePolicy {
            kind,
            value,
            period_seconds: 15,
        };
        Self {
            scale_up: Rules {
                stabilization_window_seconds: 0,
                select_policy: Select::Max,
                policies: vec![
                    change(ChangeKind::Pods, 4),
                    change(ChangeKind::Percent, 100),
                ],
            },
            scale_down: Rules {
                stabilization_window_seconds: 300,
                select_policy: Select::Max,
                policies: vec![change(ChangeKind::Percent, 100)],
            },
        }
    }
}

impl Rules {
    fn with(self, written: Option<WrittenRules>) -> Self {
        let Some(written) = written else {
            return self;
        };
        Self {
            stabilization_window_seconds: written
                .stabilization_window_seconds
                .unwrap_or(self.stabilization_window_seconds),
            select_policy: written.select_policy.unwrap_or(self.select_policy),
            policies: written.policies.unwrap_or(self.policies),
        }
    }

    /// The longest period of a policy, in seconds.
    pub(super) fn longest_period(&self) -> u32 {
        let periods = self.policies.iter().map(|policy| policy.period_seconds);
        periods.max().unwrap_or(0)
    }
}

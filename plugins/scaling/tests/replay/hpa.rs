//! Rows of the Kubernetes horizontal pod autoscaler.

use anyhow::{Result, bail};
use plimsoll_core::policy::{ReplicaObservation, ReplicaState};
use plimsoll_scaling::hpa::{
    Behavior, Bounds, Calculator, ChangeKind, ChangePolicy, Limit, Metric, Normalizer, Rules,
    Select,
};
use serde::Deserialize;

use super::{differ, length, nanoseconds};

#[derive(Deserialize)]
pub struct BehaviorRow {
    mode: Mode,
    scale_up: Direction,
    scale_down: Direction,
    min: u32,
    max: u32,
    t_unix_s: f64,
    current: u32,
    metric_desired: u32,
    stabilized: u32,
    stab_reason: String,
    desired: u32,
    limit_reason: String,
}

#[derive(Clone, Copy, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Mode {
    Behavior,
    Legacy,
}

#[derive(Deserialize)]
struct Direction {
    stabilization_s: u32,
    select_policy: Select,
    policies: Vec<Change>,
}

#[derive(Deserialize)]
struct Change {
    #[serde(rename = "type")]
    kind: ChangeKind,
    value: u32,
    period_s: u32,
}

impl Direction {
    fn rules(&self) -> Result<Rules> {
        let policy = |change: &Change| {
            Ok(ChangePolicy {
                kind: change.kind,
                value: change.value,
                period_seconds: length("period_s", change.period_s)?,
            })
        };
        Ok(Rules {
            stabilization_window_seconds: length("stabilization_s", self.stabilization_s)?,
            select_policy: self.select_policy,
            policies: self.policies.iter().map(policy).collect::<Result<_>>()?,
        })
    }
}

#[derive(Default)]
pub struct Normalizing(Option<Normalizer>);

impl Normalizing {
    pub fn replay(&mut self, row: &BehaviorRow) -> Result<Option<String>> {
        let now = nanoseconds(row.t_unix_s);
        let behavior = Behavior {
            scale_up: row.scale_up.rules()?,
            scale_down: row.scale_down.rules()?,
        };
        let normalizer = self.0.get_or_insert_with(|| {
            let behavior = (row.mode == Mode::Behavior).then_some(behavior);
            Normalizer::new(behavior, 300, 1)
        });
        let bounds = Bounds {
            min: row.min,
            max: row.max,
        };
        let result = normalizer.normalize(now, row.current, row.metric_desired, bounds);
        normalizer.scaled(now, row.current, result.replicas);
        let reason = match row.mode {
            Mode::Legacy => "",
            Mode::Behavior if row.metric_desired >= row.current => "ScaleUpStabilized",
            Mode::Behavior => "ScaleDownStabilized",
        };
        let limit = match result.limit {
            Limit::WithinRange => "DesiredWithinRange",
            Limit::ScaleUp => "ScaleUpLimit",
            Limit::ScaleDown => "ScaleDownLimit",
            Limit::TooMany => "TooManyReplicas",
            Limit::TooFew => "TooFewReplicas",
        };
        let got = (result.stabilized, reason, result.replicas, limit);
        let recorded = (
            row.stabilized,
            row.stab_reason.as_str(),
            row.desired,
            row.limit_reason.as_str(),
        );
        Ok(differ(&got, &recorded))
    }
}

#[derive(Deserialize)]
pub struct ReplicasRow {
    kind: String,
    tolerance: f64,
    current_replicas: u32,
    target_milli: i64,
    external_total_milli: Option<i64>,
    #[serde(default)]
    pods: Vec<Pod>,
    desired: u32,
    usage_milli: i64,
    err: Option<String>,
}

#[derive(Deserialize)]
struct Pod {
    state: PodState,
    metric_milli: Option<i64>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum PodState {
    Ready,
    UnreadyNever,
    UnreadyInit,
    MissingMetric,
    Pending,
    Failed,
    Deleting,
}

const SECOND: u64 = 1_000_000_000;

impl Pod {
    /// The pod as a replica: old enough that only its state counts, but for one that still starts.
    fn observed(&self) -> ReplicaObservation {
        let (state, age, state_age) = match self.state {
            PodState::Ready | PodState::MissingMetric => (ReplicaState::Ready, 3600, 3500),
            PodState::UnreadyNever => (ReplicaState::NeverReady, 3600, 3600),
            PodState::UnreadyInit => (ReplicaState::NeverReady, 20, 10),
            PodState::Pending => (ReplicaState::Pending, 3600, 3600),
            PodState::Failed => (ReplicaState::Failed, 3600, 60),
            PodState::Deleting => (ReplicaState::Draining, 3600, 60),
        };
        ReplicaObservation {
            state,
            age_ns: age * SECOND,
            state_age_ns: state_age * SECOND,
            metric_age_ns: SECOND,
            metric_window_ns: 30 * SECOND,
            metric: self.metric_milli.into(),
            request_milli: 0,
        }
    }

    /// Whether it runs and takes requests, whatever its metric. One that is deleted still does.
    fn is_ready(&self) -> bool {
        use PodState::{Deleting, MissingMetric, Ready};
        matches!(self.state, Ready | MissingMetric | Deleting)
    }
}

pub fn replay_replicas(row: &ReplicasRow) -> Result<Option<String>> {
    let calculator = Calculator {
        target: row.target_milli,
        tolerance: row.tolerance,
        ..Calculator::default()
    };
    let current = row.current_replicas;
    let total = row.external_total_milli.unwrap_or(0);
    let pods: Vec<ReplicaObservation> = row.pods.iter().map(Pod::observed).collect();
    let result = match row.kind.as_str() {
        "pods_metric" => calculator.replicas(Metric::Pods, current, &pods),
        "raw_cpu" => calculator.replicas(Metric::RawCpu, current, &pods),
        "external_value" => {
            let ready = row.pods.iter().filter(|pod| pod.is_ready()).count();
            Ok(calculator.external(current, total, u32::try_from(ready)?))
        }
        "external_average_value" => Ok(calculator.external_average(current, total)),
        other => bail!("there is no metric `{other}`"),
    };
    // Of no replicas the original has no mean, but what its machine makes of a division by zero.
    let meaningless = current == 0 && row.kind == "external_average_value";
    let got = match result {
        Ok(proposal) if meaningless => (proposal.replicas, row.usage_milli, false),
        Ok(proposal) => (proposal.replicas, proposal.usage_milli, false),
        Err(_) => (0, 0, true),
    };
    let recorded = (row.desired, row.usage_milli, row.err.is_some());
    Ok(differ(&got, &recorded))
}

//! The replica calculator: metrics in, a number of replicas out.

use plimsoll_core::policy::{ReplicaObservation, ReplicaState};
use thiserror::Error;

use crate::measure::{SECOND, count};

/// Metrics of pods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    /// Any metric, its mean held at a value.
    Pods,
    /// Processor time, its mean held at a value; samples of pods that start are passed over.
    RawCpu,
    /// Processor time as a share of what is requested, in percent.
    CpuUtilization,
}

/// What the calculator proposes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// How many replicas there should be.
    pub replicas: u32,
    /// The metric as it is, in thousandths: its mean over pods, or the external metric in all; of
    /// an average external metric the mean over replicas, 0 where there are none.
    pub usage_milli: i64,
}

/// There is no metric of any pod that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("no metric of any ready replica")]
pub struct NoMetric;

/// Computes replicas from metrics.
///
/// Source: `replica_calculator.go`. All metrics are in thousandths, and means are whole numbers of
/// them, rounded down, as in the original.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Calculator {
    /// What the metric is held at: in thousandths, or in percent of what is requested for
    /// [`Metric::CpuUtilization`]; at least 1.
    pub target: i64,
    /// Ratios of usage to target that are this near to 1 change nothing.
    pub tolerance: f64,
    /// How long after its start a pod's processor time may be passed over, in nanoseconds.
    pub cpu_initialization_ns: u64,
    /// A pod that became unready this soon after its start was never ready, in nanoseconds.
    pub initial_readiness_ns: u64,
}

/// What the pods say together.
#[derive(Clone, Copy, Debug, Default)]
struct Pods {
    /// Pods whose metric counts, and its sums.
    with_metric: i64,
    sum: i64,
    requested: i64,
    missing: i64,
    missing_requested: i64,
    unready: i64,
    unready_requested: i64,
}

impl Calculator {
    /// Replicas for a metric of pods.
    ///
    /// # Errors
    /// When no pod's metric counts, or, for a share of what is requested, nothing is requested.
    pub fn replicas(
        &self,
        metric: Metric,
        current: u32,
        pods: &[ReplicaObservation],
    ) -> Result<Proposal, NoMetric> {
        let grouped = self.group(metric, pods);
        if grouped.with_metric == 0 {
            return Err(NoMetric);
        }
        let ratio = self.ratio(metric, &grouped)?;
        let proposal = |replicas| Proposal {
            replicas,
            usage_milli: grouped.sum / grouped.with_metric,
        };
        let rebalance = grouped.unready > 0 && ratio > 1.0;
        if !rebalance && grouped.missing == 0 {
            return Ok(proposal(if self.tolerates(ratio) {
                current
            } else {
                ceil(ratio, grouped.with_metric)
            }));
        }
        // Assume of pods that say nothing what changes least.
        let mut assumed = grouped;
        let utilization = metric == Metric::CpuUtilization;
        // Exactly on target, pods that say nothing are left out.
        if ratio != 1.0 {
            assumed.with_metric += grouped.missing;
            assumed.requested = assumed.requested.saturating_add(grouped.missing_requested);
            if ratio < 1.0 {
                let all = if utilization {
                    let percent = self.target.max(100);
                    grouped.missing_requested.saturating_mul(percent) / 100
                } else {
                    self.target.saturating_mul(grouped.missing)
                };
                assumed.sum = assumed.sum.saturating_add(all);
            }
        }
        if rebalance {
            assumed.with_metric += grouped.unready;
            assumed.requested = assumed.requested.saturating_add(grouped.unready_requested);
        }
        let next = self.ratio(metric, &assumed)?;
        let turns = (ratio < 1.0 && next > 1.0) || (ratio > 1.0 && next < 1.0);
        if self.tolerates(next) || turns {
            return Ok(proposal(current));
        }
        let replicas = ceil(next, assumed.with_metric);
        let astray = (next < 1.0 && replicas > current) || (next > 1.0 && replicas < current);
        Ok(proposal(if astray { current } else { replicas }))
    }

    /// Replicas for an external metric that is held at a value in all; `ready` pods run and are
    /// ready, those that drain included.
    #[must_use]
    pub fn external(&self, current: u32, total_milli: i64, ready: u32) -> Proposal {
        let ratio = float(total_milli) / float(self.target);
        let replicas = if current == 0 {
            count(ratio.ceil())
        } else if self.tolerates(ratio) {
            current
        } else {
            ceil(ratio, i64::from(ready))
        };
        Proposal {
            replicas,
            usage_milli: total_milli,
        }
    }

    /// Replicas for an external metric of which each replica is to have a value.
    #[must_use]
    pub fn external_average(&self, current: u32, total_milli: i64) -> Proposal {
        let (total, target) = (float(total_milli), float(self.target));
        let ratio = total / (target * f64::from(current));
        let replicas = if (1.0 - ratio).abs() > self.tolerance {
            count((total / target).ceil())
        } else {
            current
        };
        let usage = (total / f64::from(current)).ceil();
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a quotient of whole numbers, rounded up"
        )]
        let usage_milli = if usage.is_finite() { usage as i64 } else { 0 };
        Proposal {
            replicas,
            usage_milli,
        }
    }

    fn tolerates(&self, ratio: f64) -> bool {
        (1.0 - ratio).abs() <= self.tolerance
    }

    /// Usage to target.
    fn ratio(&self, metric: Metric, pods: &Pods) -> Result<f64, NoMetric> {
        let target = float(self.target);
        if metric != Metric::CpuUtilization {
            return Ok(float(pods.sum / pods.with_metric) / target);
        }
        if pods.requested == 0 {
            return Err(NoMetric);
        }
        Ok(float(pods.sum.saturating_mul(100) / pods.requested) / target)
    }

    fn group(&self, metric: Metric, pods: &[ReplicaObservation]) -> Pods {
        let mut grouped = Pods::default();
        for pod in pods {
            let request = pod.request_milli.max(0);
            match (pod.state, pod.metric.get()) {
                (ReplicaState::Draining | ReplicaState::Failed, _) => {}
                (ReplicaState::Pending, _) => {
                    grouped.unready += 1;
                    grouped.unready_requested = grouped.unready_requested.saturating_add(request);
                }
                (_, None) => {
                    grouped.missing += 1;
                    grouped.missing_requested = grouped.missing_requested.saturating_add(request);
                }
                (_, Some(_)) if metric != Metric::Pods && self.is_starting(pod) => {
                    grouped.unready += 1;
                    grouped.unready_requested = grouped.unready_requested.saturating_add(request);
                }
                (_, Some(value)) => {
                    grouped.with_metric += 1;
                    grouped.sum = grouped.sum.saturating_add(value);
                    grouped.requested = grouped.requested.saturating_add(request);
                }
            }
        }
        grouped
    }

    /// Whether a pod's processor time is passed over, as that of its start.
    fn is_starting(&self, pod: &ReplicaObservation) -> bool {
        let unready = pod.state != ReplicaState::Ready;
        if pod.age_ns < self.cpu_initialization_ns {
            // A sample must begin after the pod last changed its state.
            let sampled = pod.metric_age_ns.saturating_add(pod.metric_window_ns);
            return unready || sampled > pod.state_age_ns;
        }
        let ready_after = pod.age_ns.saturating_sub(pod.state_age_ns);
        unready && ready_after < self.initial_readiness_ns
    }
}

impl Default for Calculator {
    fn default() -> Self {
        Self {
            target: 1000,
            tolerance: 0.1,
            cpu_initialization_ns: 300 * SECOND,
            initial_readiness_ns: 30 * SECOND,
        }
    }
}

fn ceil(ratio: f64, pods: i64) -> u32 {
    count((ratio * float(pods)).ceil())
}

#[expect(
    clippy::cast_precision_loss,
    reason = "the original's conversion, which rounds alike"
)]
fn float(value: i64) -> f64 {
    value as f64
}

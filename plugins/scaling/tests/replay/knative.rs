//! Rows of the Knative pod autoscaler.

use anyhow::{Result, ensure};
use plimsoll_scaling::knative::{Algorithm, Autoscaler, Buckets, Spec};
use serde::Deserialize;

use super::{differ, length, nanoseconds};

#[derive(Deserialize)]
pub struct ScaleRow {
    config: Config,
    t_unix_s: f64,
    /// Nothing when there was no metric.
    stable: Option<f64>,
    panic: Option<f64>,
    ready: u32,
    desired: u32,
    excess_burst_capacity: i32,
    valid: bool,
    in_panic_after: bool,
    panic_time_after: Option<f64>,
    max_panic_pods_after: i32,
}

#[derive(Deserialize)]
struct Config {
    target_value: f64,
    total_value: f64,
    max_scale_up_rate: f64,
    max_scale_down_rate: f64,
    panic_threshold: f64,
    stable_window_s: u32,
    scale_down_delay_s: u32,
    target_burst_capacity: f64,
    activation_scale: i32,
    reachable: bool,
    initial_ready: u32,
}

impl Config {
    fn spec(&self) -> Spec {
        Spec {
            target: self.target_value,
            total: self.total_value,
            max_scale_up_rate: self.max_scale_up_rate,
            max_scale_down_rate: self.max_scale_down_rate,
            panic_threshold: self.panic_threshold,
            stable_window_seconds: self.stable_window_s,
            scale_down_delay_seconds: self.scale_down_delay_s,
            target_burst_capacity: self.target_burst_capacity,
            activation_scale: self.activation_scale,
            reachable: self.reachable,
        }
    }
}

#[derive(Default)]
pub struct Scale(Option<Autoscaler>);

impl Scale {
    pub fn replay(&mut self, row: &ScaleRow) -> Result<Option<String>> {
        let now = nanoseconds(row.t_unix_s);
        let spec = row.config.spec();
        length("scale_down_delay_s", spec.scale_down_delay_seconds)?;
        let autoscaler = self
            .0
            .get_or_insert_with(|| Autoscaler::new(&spec, row.config.initial_ready, now));
        // Where the original could not learn its metrics or its replicas, nothing is decided and
        // nothing changes.
        let result = row
            .stable
            .zip(row.panic)
            .filter(|_| row.valid)
            .map(|(stable, panic)| autoscaler.scale(&spec, now, stable, panic, row.ready));
        let got = (
            result.map_or(0, |result| result.desired),
            result.map_or(0, |result| result.excess_burst_capacity),
            result.is_some(),
            autoscaler.panic_time_ns().is_some(),
            autoscaler.panic_time_ns(),
            autoscaler.max_panic_replicas(),
        );
        let recorded = (
            row.desired,
            row.excess_burst_capacity,
            row.valid,
            row.in_panic_after,
            row.panic_time_after.map(nanoseconds),
            row.max_panic_pods_after,
        );
        Ok(differ(&got, &recorded))
    }
}

#[derive(Deserialize)]
pub struct MetricRow {
    algo: Algorithm,
    window_s: u32,
    op: Operation,
    t_unix_s: f64,
    value: f64,
    window_average: f64,
    is_empty: bool,
}

#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Operation {
    Record,
    Read,
}

#[derive(Default)]
pub struct Metric(Option<Buckets>);

impl Metric {
    pub fn replay(&mut self, row: &MetricRow) -> Result<Option<String>> {
        let now = nanoseconds(row.t_unix_s);
        ensure!(row.window_s > 0, "`window_s` is 0");
        length("window_s", row.window_s)?;
        let buckets = self
            .0
            .get_or_insert_with(|| Buckets::new(row.algo, row.window_s));
        if row.op == Operation::Record {
            buckets.record(now, row.value);
        }
        let got = (buckets.average(now), buckets.is_empty(now));
        let recorded = (row.window_average, row.is_empty);
        Ok(differ(&got, &recorded))
    }
}

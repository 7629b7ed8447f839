//! Rows of Ray Serve's autoscaler. Each row has the state it was decided in.

use anyhow::Result;
use plimsoll_scaling::ray_serve::{Decider, Pending, RayServeOptions};
use serde::Deserialize;

use super::differ;

#[derive(Deserialize)]
pub struct Row {
    config: Config,
    t_unix_s: f64,
    current_num_replicas: u32,
    target_num_replicas: u32,
    total_num_requests: f64,
    counter_before: i64,
    timestamp_before: Option<f64>,
    decision: i64,
    counter_after: i64,
    timestamp_after: Option<f64>,
}

#[derive(Deserialize)]
struct Config {
    target_ongoing_requests: f64,
    upscaling_factor: f64,
    downscaling_factor: f64,
    upscale_delay_s: f64,
    downscale_delay_s: f64,
    downscale_to_zero_delay_s: Option<f64>,
}

pub fn replay(row: &Row) -> Result<Option<String>> {
    let config = &row.config;
    let mut decider = Decider::new(RayServeOptions {
        target_ongoing_requests: config.target_ongoing_requests,
        upscale_delay_s: config.upscale_delay_s,
        downscale_delay_s: config.downscale_delay_s,
        downscale_to_zero_delay_s: config.downscale_to_zero_delay_s,
        upscaling_factor: config.upscaling_factor,
        downscaling_factor: config.downscaling_factor,
        ..RayServeOptions::default()
    });
    decider.resume(row.timestamp_before.map(|since_seconds| Pending {
        times: row.counter_before,
        since_seconds,
    }));
    let decision = decider.decide(
        row.t_unix_s,
        row.total_num_requests,
        row.current_num_replicas,
        row.target_num_replicas,
    );
    let pending = decider.pending();
    let got = (
        i64::from(decision),
        pending.map_or(0, |pending| pending.times),
        pending.map(|pending| pending.since_seconds),
    );
    let recorded = (row.decision, row.counter_after, row.timestamp_after);
    Ok(differ(&got, &recorded))
}

//! Adds up samples into a score.

use super::elasticity::Follower;
use super::outcome::{Latencies, Latency, Replicas, Requests, Scaling, Score, ServiceLevel};
use super::percentiles::Percentiles;
use super::recorder::{Interval, Recorder};
use super::timeline::Timeline;
use crate::engine::{Areas, Counts};
use crate::scenario::Workload;
use crate::time::seconds;

/// What was measured between two times, in nanoseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Measured {
    pub(crate) from: u64,
    pub(crate) to: u64,
    /// Mean numbers of requests.
    pub(crate) in_flight: f64,
    pub(crate) waiting: f64,
    /// Replica time between the two.
    pub(crate) areas: Areas,
    /// Replicas at the end.
    pub(crate) counts: Counts,
    pub(crate) interval: Interval,
}

/// How a pool was left.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Summary {
    pub(crate) waiting: u32,
    pub(crate) in_flight: u32,
    pub(crate) completed: u64,
    pub(crate) starts: u64,
    pub(crate) activations: u64,
}

/// Adds up what is measured of one workload.
#[derive(Clone, Debug)]
pub(crate) struct Meter {
    timeline: Timeline,
    follower: Follower,
    window: u64,
    areas: Areas,
    busy: f64,
    peak: u32,
    ups: u64,
    downs: u64,
    concurrency: u32,
}

impl Meter {
    pub(crate) fn new(workload: &Workload, elasticity_interval: u64, horizon: u64) -> Self {
        let capacity = workload.service.capacity(workload.concurrency);
        Self {
            timeline: Timeline::new(seconds(horizon), capacity),
            follower: Follower::new(elasticity_interval, capacity),
            window: 0,
            areas: Areas::default(),
            busy: 0.0,
            peak: workload.starts_with(),
            ups: 0,
            downs: 0,
            concurrency: workload.concurrency,
        }
    }

    /// Adds a sample; `scored` where it lies after the warm-up.
    pub(crate) fn add(&mut self, measured: &Measured, scored: bool) {
        self.timeline.add(measured);
        if !scored {
            return;
        }
        let length = measured.to - measured.from;
        let areas = measured.areas;
        self.window += length;
        self.areas.starting += areas.starting;
        self.areas.ready += areas.ready;
        self.areas.draining += areas.draining;
        self.busy += measured.in_flight * seconds(length);
        self.peak = self.peak.max(measured.counts.provisioned());
        self.follower
            .add(length, measured.interval.work, areas.ready);
    }

    /// Notes that a policy changed the number of replicas.
    pub(crate) fn scaled(&mut self, from: u32, to: u32) {
        if to > from {
            self.ups += 1;
        } else {
            self.downs += 1;
        }
    }

    /// The score of a workload.
    pub(crate) fn finish(self, workload: &Workload, recorder: &Recorder, pool: Summary) -> Score {
        let window = seconds(self.window);
        let of = |area: u128| area as f64 / 1e9;
        let (starting, ready, draining) = (
            of(self.areas.starting),
            of(self.areas.ready),
            of(self.areas.draining),
        );
        let provisioned = starting + ready + draining;
        let cost = provisioned / 3600.0 * workload.price_per_hour;
        let per_second = |count: f64| count / window.max(1.0);
        let completed = recorder.latency.count();
        let attainment = match recorder.arrived {
            0 => 1.0,
            arrived => recorder.within_slo as f64 / arrived as f64,
        };
        let met_cold_start = completed - recorder.cold_start.zeros();
        Score {
            workload: workload.name.clone(),
            window_seconds: window,
            requests: Requests {
                arrived: recorder.arrived,
                completed,
                completed_after_end: recorder.completed_after_end,
                dropped: recorder.dropped,
                unfinished: recorder.arrived - completed - recorder.dropped,
                met_cold_start,
                in_queue_at_end: pool.waiting,
                in_service_at_end: pool.in_flight,
                completed_in_all: pool.completed,
                per_second: per_second(recorder.arrived as f64),
                tokens_per_second: per_second(recorder.tokens as f64),
            },
            latency: Latencies {
                total: Latency::of(&recorder.latency),
                queueing: Latency::of(&recorder.queueing),
                cold_start: Latency::of(&recorder.cold_start),
                service: Latency::of(&recorder.service),
            },
            slo: ServiceLevel {
                latency_seconds: workload.slo.latency.as_secs(),
                wanted: workload.slo.attainment,
                attainment,
                met: attainment >= workload.slo.attainment,
                goodput_per_second: per_second(recorder.within_slo as f64),
            },
            replicas: Replicas {
                starting_seconds: starting,
                ready_seconds: ready,
                draining_seconds: draining,
                provisioned_seconds: provisioned,
                mean: if window > 0.0 {
                    provisioned / window
                } else {
                    0.0
                },
                peak: self.peak,
                utilization: if ready > 0.0 {
                    self.busy / ((ready + draining) * f64::from(self.concurrency))
                } else {
                    0.0
                },
            },
            cost,
            cost_per_million: if completed > 0 {
                cost * 1e6 / completed as f64
            } else {
                0.0
            },
            elasticity: self.follower.finish(),
            scaling: Scaling {
                ups: self.ups,
                downs: self.downs,
                activations: pool.activations,
                replicas_started: pool.starts,
            },
            timeline: self.timeline.finish(),
            distribution: super::outcome::distribution(&recorder.latency),
            percentiles: Percentiles::of(&recorder.latency),
        }
    }
}

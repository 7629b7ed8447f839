//! Adds up what came of a run.

use std::time::{SystemTime, UNIX_EPOCH};

use super::Control;
use super::endpoint::ramp;
use crate::clock::{SECOND, seconds};
use crate::plan::{Rate, Workers};
use crate::results::{
    EndpointSummary, Evidence, Generator, Global, Latency, ResponseSample, Results, Summary,
    ThresholdResult, Totals, Verdict, judge,
};

impl Control {
    pub(super) fn finish(mut self) -> Results {
        let now = self.clock.now();
        let length = self.end.max(1);
        for (state, endpoint) in self.endpoints.iter_mut().zip(&self.test.endpoints) {
            let pending = state.take_pending();
            state.observe(endpoint, &pending, now);
        }
        // Of the moment after the last tick there is nothing to tell.
        let is_empty = self.endpoints.iter().all(|state| state.second.is_empty());
        if !is_empty || now >= self.second + self.tick / 2 || self.second == 0 {
            self.close_second(now.max(self.second + 1));
        }
        self.publish(now);
        let cpu = crate::engine::cpu::of_process() - self.cpu_before;
        let mut all = Totals::default();
        let mut endpoints = Vec::with_capacity(self.endpoints.len());
        let mut histograms = Vec::with_capacity(self.endpoints.len());
        let mut timelines = Vec::with_capacity(self.endpoints.len());
        let mut thresholds: Vec<ThresholdResult> = Vec::new();
        let mut bounded = 0;
        for (mut state, endpoint) in self.endpoints.into_iter().zip(&self.test.endpoints) {
            let until = state.ended.map_or(length, |(at, _)| at.min(length));
            // What fell due is what was to be sent: at random that is not the rate times the time.
            state.totals.expected =
                (endpoint.rate != Rate::Unpaced).then_some(state.totals.due as f64);
            if state.totals.expected.is_none() {
                // What holds no rate is no part of what is held together.
                state.totals.sent_in_time = 0;
            }
            state.totals.judged = (!endpoint.goodput.is_empty()).then(|| state.totals.total());
            bounded += usize::from(state.bounded);
            all.add(&state.totals);
            let measured = state.totals.measured(until);
            for threshold in &endpoint.thresholds {
                let totals = &state.totals;
                thresholds.push(judge(threshold, totals, &measured, Some(&endpoint.key)));
            }
            let samples = state.totals.detail.samples.iter();
            endpoints.push(EndpointSummary {
                endpoint_key: endpoint.key.clone(),
                method: endpoint.request.method.clone(),
                url: endpoint.url.clone(),
                theoretical_max_rps: ramp(endpoint).map(|ramp| ramp.rate),
                workers: state.workers,
                peak_workers: state.peak_workers,
                average_workers: state.worker_area as f64 / now.max(1) as f64,
                policy: match &endpoint.workers {
                    Workers::Fixed(_) => None,
                    Workers::Autoscaled { policy, .. } => Some(policy.clone()),
                },
                response_samples: samples
                    .map(|sample| ResponseSample {
                        status_code: sample.status,
                        body: self.test.masked(&String::from_utf8_lossy(&sample.body)),
                    })
                    .collect(),
                measured,
            });
            histograms.push(state.totals.detail.response);
            timelines.push(state.timeline.into_kept());
        }
        all.peak = self.together.peak;
        let measured = all.measured(length);
        for threshold in &self.test.thresholds {
            thresholds.push(judge(threshold, &all, &measured, None));
        }
        let busiest = self.cpu.iter().copied().max().unwrap_or(0) as f64 / now.max(1) as f64;
        let verdict = Verdict::on(Evidence {
            pacing: &self.together.pacing,
            p99: (!all.detail.response.is_empty()).then(|| all.detail.response.quantile(0.99)),
            answered: measured.status_code_distribution.values().sum(),
            failures: &measured.failures,
            busiest,
            achieved: measured.rate_achieved,
            backlog: self.waiting_at_end,
            bounded,
            files: self
                .test
                .affordable
                .filter(|files| self.test.shared_workers() == Some(*files)),
        });
        let total = measured.total_requests;
        let began = self.clock.date(0);
        Results {
            summary: Summary {
                plimsoll_version: env!("CARGO_PKG_VERSION").to_owned(),
                name: self.test.name.clone(),
                config_snapshot: self.test.snapshot.clone(),
                global: Global {
                    total_endpoints: endpoints.len(),
                    epoch_started_at: epoch(began),
                    epoch_ended_at: epoch(self.clock.date(now)),
                    final_duration_sec: seconds(length),
                    interrupted: self.interrupted,
                    avg_system_cpu_usage_percent: cpu as f64 * 100.0 / now.max(1) as f64,
                    avg_process_memory_usage_mb: memory_mb(),
                    measured,
                },
                endpoints,
                generator: Generator {
                    verdict,
                    threads: self.links.len(),
                    pacing: Latency::of(&self.together.pacing),
                    cpu_seconds: cpu as f64 / SECOND as f64,
                    cpu_per_request_us: cpu as f64 / 1e3 / total.max(1) as f64,
                    busiest_loop: busiest,
                },
                thresholds,
            },
            began,
            histograms,
            seconds: self.together.seconds.into_kept(),
            timelines,
            events: self.events,
            events_left_out: self.events_left_out,
        }
    }
}

fn epoch(date: SystemTime) -> u64 {
    let since = date.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// Memory that this process holds, in MB; 0 where the operating system does not say.
fn memory_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
    kilobytes
        .and_then(|number| number.trim().parse::<f64>().ok())
        .map_or(0.0, |kilobytes| (kilobytes / 102.4).round() / 10.0)
}

//! The summary for machines.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::measured::{Latency, Measured};
use super::verdict::Verdict;

/// What came of a run, as `summary.json` has it. Names are those of Tressi's summary where it has them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// The version that ran it.
    pub plimsoll_version: String,
    /// The load test's name.
    pub name: String,
    /// What was run, with every default; secrets are not in it.
    pub config_snapshot: Json,
    /// All endpoints together.
    pub global: Global,
    /// Each endpoint.
    pub endpoints: Vec<EndpointSummary>,
    /// The generator, and whether it was the limit.
    pub generator: Generator,
    /// What was to hold, and whether it does.
    pub thresholds: Vec<ThresholdResult>,
}

/// All endpoints together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Global {
    /// How many there are.
    pub total_endpoints: usize,
    /// When it began, in milliseconds since 1970.
    pub epoch_started_at: u64,
    /// When it ended, in milliseconds since 1970.
    pub epoch_ended_at: u64,
    /// For how long requests fell due, in seconds.
    pub final_duration_sec: f64,
    /// Whether the user stopped it.
    pub interrupted: bool,
    /// Processor time of this process, in percent of one core.
    pub avg_system_cpu_usage_percent: f64,
    /// Memory of this process at the end, in MB; 0 where that is not known.
    #[serde(rename = "avgProcessMemoryUsageMB")]
    pub avg_process_memory_usage_mb: f64,
    /// What was measured.
    #[serde(flatten)]
    pub measured: Measured,
}

/// One endpoint.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EndpointSummary {
    /// Its name: method and address.
    pub endpoint_key: String,
    /// Its method.
    pub method: String,
    /// Its address.
    pub url: String,
    /// The rate that it was to hold once its ramp was over; none where it holds none.
    pub theoretical_max_rps: Option<f64>,
    /// Workers at the end.
    pub workers: u32,
    /// The most that it had.
    pub peak_workers: u32,
    /// The mean over the test.
    pub average_workers: f64,
    /// The policy that scaled them; none where their number is given.
    pub policy: Option<String>,
    /// One response of each status, as far as its body is text.
    pub response_samples: Vec<ResponseSample>,
    /// What was measured.
    #[serde(flatten)]
    pub measured: Measured,
}

/// The first response of a status.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResponseSample {
    /// Its status.
    pub status_code: u16,
    /// Its body, at most 16 KiB of it.
    pub body: String,
}

/// The generator itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Generator {
    /// Whether it was the limit.
    pub verdict: Verdict,
    /// Event loops.
    pub threads: usize,
    /// How late requests were sent for which a worker was free.
    pub pacing: Latency,
    /// Processor time of this process, in seconds.
    pub cpu_seconds: f64,
    /// The same for each request, in microseconds.
    pub cpu_per_request_us: f64,
    /// The largest share of its time that an event loop was busy.
    pub busiest_loop: f64,
}

/// Whether something holds that was to hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ThresholdResult {
    /// What was to hold.
    pub threshold: String,
    /// The endpoint that it is about; none for all together.
    pub endpoint_key: Option<String>,
    /// What was measured, in the threshold's own unit, as text.
    pub measured: String,
    /// Whether it holds.
    pub met: bool,
}

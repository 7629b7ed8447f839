//! What is said of a run beside the load test.

use std::collections::BTreeMap;
use std::sync::Arc;

use plimsoll_harness::arrival::ArrivalSpec;
use serde_json::Value as Json;

/// Which HTTP is spoken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HttpVersion {
    /// HTTP/1.1.
    #[default]
    Http1,
    /// HTTP/2: by ALPN over TLS, by prior knowledge without.
    Http2,
}

/// Who is trusted to be the server of an https address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Trust {
    /// Whom this machine trusts.
    #[default]
    Machine,
    /// Whom these certificates (PEM) sign for.
    Certificates(Arc<[u8]>),
    /// Anybody. For servers of one's own.
    Anyone,
}

/// What is said of a run beside the load test.
#[derive(Clone, Debug, Default)]
pub struct RunOptions {
    /// Event loops, each on a thread of its own; as many as there are cores where none is said.
    pub threads: Option<usize>,
    /// How long requests fall due, in nanoseconds, whatever the test says.
    pub duration: Option<u64>,
    /// How long is waited at the end for what is in flight, in nanoseconds; 5 s where none is said.
    pub drain: Option<u64>,
    /// Most requests a second in all: a test that would send more is refused.
    pub max_rps: Option<f64>,
    /// Most workers of all autoscaled endpoints together, whatever the test says.
    pub budget: Option<u32>,
    /// The policy of every autoscaled endpoint and its options, whatever the test says.
    pub policy: Option<(String, Json)>,
    /// Whether requests come at random, whatever the test says.
    pub poisson: Option<bool>,
    /// When requests fall due, in place of the rates. Endpoints take turns.
    pub trace: Option<ArrivalSpec>,
    /// What must hold of all requests together, beside what the test says.
    pub thresholds: Vec<String>,
    /// What randomness begins with.
    pub seed: u64,
    /// Which HTTP is spoken.
    pub http: HttpVersion,
    /// Who is trusted.
    pub trust: Trust,
    /// What `{{$env:NAME}}` stands for. It is shown nowhere.
    pub secrets: BTreeMap<String, String>,
}

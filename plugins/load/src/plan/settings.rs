//! The configuration of an endpoint as the source `load-test` packages it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value as Json;

use super::endpoint::EarlyExit;

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Settings {
    pub(crate) endpoint_key: String,
    pub(crate) request: Request,
    pub(crate) rate: Option<Rate>,
    #[serde(default)]
    pub(crate) ramp_up_seconds: f64,
    pub(crate) duration_seconds: f64,
    pub(crate) workers: Workers,
    pub(crate) concurrent_requests: Option<u32>,
    pub(crate) policy: Option<Policy>,
    pub(crate) distribution: Option<Distribution>,
    pub(crate) early_exit: EarlyExits,
    pub(crate) export: Option<String>,
    #[serde(default = "timeout")]
    pub(crate) timeout_seconds: f64,
    #[serde(default)]
    pub(crate) arrivals: Arrivals,
    #[serde(default)]
    pub(crate) thresholds: Vec<String>,
    #[serde(default)]
    pub(crate) test_thresholds: Vec<String>,
    #[serde(default)]
    pub(crate) goodput: Vec<String>,
    #[serde(default)]
    pub(crate) data: Option<String>,
}

fn timeout() -> f64 {
    30.0
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) headers: Option<BTreeMap<String, String>>,
    #[serde(default)]
    pub(crate) payload: Json,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Rate {
    Own(f64),
    Share { of: f64, weight: f64 },
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Workers {
    Fixed(u32),
    Autoscaled { min: u32, max: Option<u32> },
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Policy {
    pub(crate) name: String,
    pub(crate) options: Json,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Distribution {
    pub(crate) strategy: String,
    pub(crate) budget: Option<u32>,
    pub(crate) weight: f64,
    pub(crate) priority: Rank,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Rank {
    Low,
    Medium,
    High,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct EarlyExits {
    pub(crate) endpoint: Option<EarlyExit>,
    pub(crate) test: Option<EarlyExit>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Arrivals {
    #[default]
    Constant,
    Poisson,
}

//! What the tests share: a stub of the platform, and releases made by hand.

#![allow(
    dead_code,
    unreachable_pub,
    reason = "each test file uses a part of it"
)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

pub mod local;
pub mod release;
pub mod stub;

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use plimsoll_baseten::{BasetenDeployer, Options};
use plimsoll_core::deployer::{Event, Progress};
use plimsoll_core::plan::Plan;
use serde_json::json;

/// The key of every test; it must show nowhere.
pub const KEY: &str = "canary-0123456789abcdef";

/// A deployer to a platform at this address, impatient.
pub fn deployer(url: &str) -> BasetenDeployer {
    deployer_with(url, &json!({}))
}

/// The same with other options.
pub fn deployer_with(url: &str, more: &serde_json::Value) -> BasetenDeployer {
    let mut options = json!({
        "name": "test",
        "url": url,
        "api_key": KEY,
        "retry_delay_seconds": 0.01,
        "poll_interval_seconds": 0.05,
        "connect_timeout_seconds": 2,
        "request_timeout_seconds": 5,
        "settle_timeout_seconds": 2,
        "wait_timeout_seconds": 20,
    });
    for (name, value) in more.as_object().unwrap() {
        options[name] = value.clone();
    }
    BasetenDeployer::new(Options::from_json(&options).unwrap(), 7).unwrap()
}

/// Keeps every event, and can ask to stop.
#[derive(Debug, Default)]
pub struct Recorder {
    pub events: Mutex<Vec<Event>>,
    pub stop: AtomicBool,
    /// Stops when an event's text has this in it.
    pub stop_at: Option<&'static str>,
}

impl Recorder {
    pub fn texts(&self) -> Vec<String> {
        let events = self.events.lock().unwrap();
        events.iter().map(|event| format!("{event:?}")).collect()
    }
}

impl Progress for Recorder {
    fn report(&self, event: Event) {
        let text = format!("{event:?}");
        if self.stop_at.is_some_and(|at| text.contains(at)) {
            self.stop.store(true, Ordering::Relaxed);
        }
        self.events.lock().unwrap().push(event);
    }

    fn interrupted(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// The kinds of a plan's steps, in order.
pub fn kinds(plan: &Plan) -> Vec<String> {
    plan.steps
        .iter()
        .map(|step| step.kind.to_string())
        .collect()
}

/// The codes of a plan's warnings.
pub fn codes(plan: &Plan) -> Vec<&str> {
    plan.warnings
        .iter()
        .map(|warning| warning.code.as_str())
        .collect()
}

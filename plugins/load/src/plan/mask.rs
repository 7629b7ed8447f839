//! Keeps secrets out of what is shown.

use plimsoll_core::release::Release;
use serde_json::{Value as Json, json};

use crate::http::is_secret;
use crate::options::RunOptions;

/// What stands in the place of a secret.
const MASK: &str = "***";
/// A shorter text is no secret that could be found again.
const SHORTEST: usize = 4;

fn headers(config: &Json) -> impl Iterator<Item = (&String, &str)> {
    let headers = config["request"]["headers"].as_object();
    headers
        .into_iter()
        .flatten()
        .filter_map(|(name, value)| Some((name, value.as_str()?)))
}

/// The configuration of every endpoint, with the values of secret headers left out.
pub(super) fn snapshot(release: &Release) -> Json {
    let workloads = release.workloads.iter().map(|workload| {
        let mut config = workload.config.clone();
        let secret: Vec<String> = headers(&config)
            .filter(|(name, value)| is_secret(name, value))
            .map(|(name, _)| name.clone())
            .collect();
        for name in secret {
            config["request"]["headers"][name.as_str()] = json!(MASK);
        }
        config
    });
    json!({ "name": release.name, "requests": workloads.collect::<Vec<_>>() })
}

/// What may not be shown: values from the environment, and those of secret headers.
pub(super) fn secrets(release: &Release, options: &RunOptions) -> Vec<String> {
    let written = release.workloads.iter().flat_map(|workload| {
        headers(&workload.config)
            .filter(|(name, value)| is_secret(name, value))
            .flat_map(|(_, value)| {
                // Of `Bearer abc` the key alone may come back, too.
                let last = value.split_whitespace().next_back().unwrap_or_default();
                [value.to_owned(), last.to_owned()]
            })
    });
    let mut secrets: Vec<String> = options.secrets.values().cloned().chain(written).collect();
    secrets.retain(|secret| secret.len() >= SHORTEST && !secret.contains("{{"));
    secrets.sort_unstable_by_key(|secret| std::cmp::Reverse(secret.len()));
    secrets.dedup();
    secrets
}

pub(super) fn masked(text: &str, secrets: &[String]) -> String {
    let text = text.to_owned();
    secrets
        .iter()
        .fold(text, |text, secret| text.replace(secret.as_str(), MASK))
}

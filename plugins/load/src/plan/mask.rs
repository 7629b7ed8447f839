//! Keeps secrets out of what is shown.

use plimsoll_core::release::Release;
use serde_json::{Value as Json, json};

use crate::http::{Url, basic, is_secret, spellings};
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

/// The configuration of every endpoint, with the values of secret headers and all other secrets left out.
pub(super) fn snapshot(release: &Release, secrets: &[String]) -> Json {
    let workloads = release.workloads.iter().map(|workload| {
        let mut config = workload.config.clone();
        let secret: Vec<String> = headers(&config)
            .filter(|(name, value)| is_secret(name, value))
            .map(|(name, _)| name.clone())
            .collect();
        for name in secret {
            config["request"]["headers"][name.as_str()] = json!(MASK);
        }
        mask(&mut config, secrets);
        config
    });
    let requests = workloads.collect::<Vec<_>>();
    json!({ "name": masked(&release.name, secrets), "requests": requests })
}

/// Masks secrets in every text of a document.
fn mask(document: &mut Json, secrets: &[String]) {
    let has_secret = |text: &str| secrets.iter().any(|secret| text.contains(secret.as_str()));
    match document {
        Json::String(text) if has_secret(text) => *text = masked(text, secrets),
        Json::Array(items) => items.iter_mut().for_each(|item| mask(item, secrets)),
        Json::Object(entries) => {
            if entries.keys().any(|key| has_secret(key)) {
                let all = std::mem::take(entries).into_iter();
                entries.extend(all.map(|(key, value)| (masked(&key, secrets), value)));
            }
            entries.values_mut().for_each(|value| mask(value, secrets));
        }
        _ => {}
    }
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
    let users = release.workloads.iter().filter_map(|workload| {
        let url = Url::parse(workload.config["request"]["url"].as_str()?).ok()?;
        let user = url.user?;
        let password = user.split_once(':').map_or("", |(_, password)| password);
        let password = password.to_owned();
        Some([basic(&user), user, password])
    });
    let values = options.secrets.values().cloned();
    let mut secrets: Vec<String> = values.chain(written).chain(users.flatten()).collect();
    let encoded: Vec<String> = secrets.iter().flat_map(|one| spellings(one)).collect();
    secrets.extend(encoded);
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::mask;

    #[test]
    fn secrets_are_masked_in_texts_and_nothing_else_changes() {
        let mut document = json!({
            "url": "http://h/?key=s3cret\"x",
            "s3cret\"x": ["true", { "deep": "is s3cret\"x here" }],
            "flag": true,
            "number": 1234,
        });
        mask(&mut document, &["s3cret\"x".to_owned(), "true".to_owned()]);
        assert_eq!(
            document,
            json!({
                "url": "http://h/?key=***",
                "***": ["***", { "deep": "is *** here" }],
                "flag": true,
                "number": 1234,
            })
        );
    }
}

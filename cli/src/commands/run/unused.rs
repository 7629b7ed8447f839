//! What was said on the command line and changes nothing.

use plimsoll::release::Release;
use serde_json::Value as Json;

use crate::args::Run;
use crate::render;

/// Warns of it, with what to set instead.
pub(super) fn warn(command: &Run, settings: &[(String, Json)], release: &Release) {
    let configs = release.workloads.iter().map(|workload| &workload.config);
    let configs: Vec<&Json> = configs.collect();
    let given = Given {
        policy: command.policy.is_some(),
        max_workers: command.max_workers.is_some(),
        settings,
    };
    for (message, hint) in unused(&given, &configs) {
        render::warning(&message, &[hint.to_owned()]);
    }
}

struct Given<'a> {
    policy: bool,
    max_workers: bool,
    settings: &'a [(String, Json)],
}

/// What changes nothing, and what would.
fn unused(given: &Given<'_>, configs: &[&Json]) -> Vec<(String, &'static str)> {
    let autoscaled = configs
        .iter()
        .filter(|config| config["workers"]["autoscaled"].is_object());
    let autoscaled: Vec<&Json> = autoscaled.copied().collect();
    let mut said = Vec::new();
    if autoscaled.is_empty() {
        let mut add = |given: bool, flag: &str, hint| {
            if given {
                said.push((
                    format!("{flag} changes nothing: no endpoint is autoscaled"),
                    hint,
                ));
            }
        };
        let policy = "a policy is for `autoscale`: enable it, and set its `targetRps`";
        add(given.policy, "--policy", policy);
        let workers = "set as many workers as there are to be: --set workers=COUNT";
        add(given.max_workers, "--max-workers", workers);
    }
    for (key, value) in given.settings {
        let (stands, hint, unused): (_, _, fn(&Json, &Json) -> bool) = match key.as_str() {
            "rps" => (
                "targetRps",
                "set `targetRps` in `autoscale`",
                |config, value| config["rate"]["share"]["of"] != *value,
            ),
            "workers" => (
                "maxWorkers",
                "set `maxWorkers` in `autoscale`, or --max-workers",
                |config, value| {
                    let most = &config["workers"]["autoscaled"]["max"];
                    *most != *value && config["distribution"]["budget"] != *value
                },
            ),
            _ => continue,
        };
        let count = autoscaled.iter().filter(|one| unused(one, value)).count();
        if count > 0 {
            let message = format!(
                "`{key}` changes nothing of {}: `{stands}` stands there",
                render::figures::several(count as u64, "autoscaled endpoint")
            );
            said.push((message, hint));
        }
    }
    said
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::{Given, unused};

    fn said(flags: bool, settings: &[(&str, u32)], configs: &[&Json]) -> String {
        let settings: Vec<(String, Json)> = settings
            .iter()
            .map(|(key, value)| ((*key).to_owned(), json!(value)))
            .collect();
        let given = Given {
            policy: flags,
            max_workers: flags,
            settings: &settings,
        };
        let said = unused(&given, configs).into_iter();
        said.map(|(message, hint)| format!("{message}; {hint}\n"))
            .collect()
    }

    #[test]
    fn what_changes_nothing_is_said() {
        let fixed = json!({ "workers": { "fixed": 4 }, "rate": { "share": { "of": 50 } } });
        let scaled = json!({
            "workers": { "autoscaled": { "min": 1, "max": 8 } },
            "rate": { "share": { "of": 100 } },
            "distribution": { "budget": 8 },
        });
        let set = [("rps", 50), ("workers", 4)];
        insta::assert_snapshot!(said(true, &set, &[&fixed]), @"
        --policy changes nothing: no endpoint is autoscaled; a policy is for `autoscale`: enable it, and set its `targetRps`
        --max-workers changes nothing: no endpoint is autoscaled; set as many workers as there are to be: --set workers=COUNT
        ");
        insta::assert_snapshot!(said(true, &set, &[&fixed, &scaled]), @"
        `rps` changes nothing of 1 autoscaled endpoint: `targetRps` stands there; set `targetRps` in `autoscale`
        `workers` changes nothing of 1 autoscaled endpoint: `maxWorkers` stands there; set `maxWorkers` in `autoscale`, or --max-workers
        ");
        assert_eq!(said(true, &[("rps", 100), ("workers", 8)], &[&scaled]), "");
        assert_eq!(said(false, &set, &[&fixed]), "");
    }
}

//! What every deployer promises, as the published suite tests it.

use plimsoll_sdk::conformance::{Trial, deployer};
use serde_json::json;

use crate::support::{context, release, target};

#[test]
fn the_published_suite_passes() {
    let target = target();
    let mut registry = context().registry;
    plimsoll_load::register(&mut registry).unwrap();
    let test = |path: &str, rate: u32| {
        release(&json!({
            "rps": rate, "workers": 2, "duration": 1,
            "headers": { "authorization": "Bearer hidden-key" },
            "requests": [{ "url": target.url(path) }, { "url": target.url("/other") }],
        }))
    };
    let mut trial = Trial::new(json!({ "threads": 1 }));
    trial.releases = vec![test("/a", 20), test("/b", 20), test("/a", 30)];
    trial.secrets.push("hidden-key".to_owned());
    deployer(&registry, "load/load", &trial);
}

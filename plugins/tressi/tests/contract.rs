//! What every source promises, by the published suite.

mod support;

use std::sync::Arc;

use plimsoll_core::registry::Registry;
use plimsoll_core::tree::{MemoryTree, SourceTree};
use plimsoll_sdk::conformance;
use support::tree;

#[test]
fn it_keeps_the_contract() {
    let mut registry = Registry::empty();
    plimsoll_tressi::register(&mut registry).expect("its names are free");
    let old = r#"{"autoscale": true, "rps": 9, "workers": 2, "requests": [{"url": "http://a"}]}"#;
    let options = r#"{"options": {"threads": 2}, "requests": [{"url": "http://a", "rps": 3}]}"#;
    let yaml = "requests:\n  - url: http://a\n    payload: {a: [1]}\n  - url: http://a\n";
    let toml = "rps = 3\n\n[[requests]]\nurl = \"http://a\"\n";
    let data = r#"{"data": "d/users.csv", "requests": [{"url": "http://a/{{id}}", "timeout": 3}]}"#;
    let with_data = MemoryTree::new()
        .with("data.json", data)
        .with("d/users.csv", "id,name\n1,a\n")
        .focused("data.json");
    let trees: [Arc<dyn SourceTree>; 6] = [
        Arc::new(with_data),
        tree("mixed.json", include_str!("data/mixed.json")),
        tree("old.json", old),
        tree("options.json", options),
        tree("a.yaml", yaml),
        tree("a.toml", toml),
    ];
    conformance::config_source(&registry, "load-test", &trees);
}

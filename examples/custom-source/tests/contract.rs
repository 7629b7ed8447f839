//! What every configuration source promises, and what this one reads.

use std::sync::Arc;

use custom_source::register;
use plimsoll_sdk::conformance;
use plimsoll_sdk::core::registry::{FactoryContext, Registry};
use plimsoll_sdk::core::tree::MemoryTree;
use plimsoll_sdk::prelude::*;
use plimsoll_sdk::serde_json::json;

const FLEET: &str = "\
summarise:
  autoscaling_settings: {min_replicas: 1, max_replicas: 3}
  environment_overrides:
    production:
      autoscaling_settings: {max_replicas: 30}
translate: {}
";

fn registry() -> Registry {
    let mut registry = Registry::empty();
    register(&mut registry).expect("its names are free");
    registry
}

fn tree(text: &str) -> Arc<dyn SourceTree> {
    Arc::new(MemoryTree::new().with("fleet.yaml", text))
}

#[test]
fn it_keeps_the_contract() {
    conformance::config_source(&registry(), "fleet/fleet", &[tree(FLEET)]);
}

#[test]
fn what_is_wrong_is_named_with_its_place() {
    let context = FactoryContext {
        registry: registry(),
    };
    let sources = &context.registry.sources;
    let source = sources.make("fleet/fleet", &context, &json!({}));
    let source = source.expect("it takes no options");
    let text = FLEET.replace("min_replicas: 1", "min_replica: 1");
    let said = source.load(&tree(&text)).expect_err("that is no setting");
    let said = said.to_string();
    assert!(
        said.contains("fleet.yaml:2:26: error[fleet::unknown-key]"),
        "{said}"
    );
}

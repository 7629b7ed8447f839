//! What every distribution strategy promises.

use custom_distribution::register;
use plimsoll_sdk::conformance;
use plimsoll_sdk::core::registry::Registry;
use plimsoll_sdk::serde_json::json;

#[test]
fn it_keeps_the_contract() {
    let mut registry = Registry::empty();
    register(&mut registry).expect("its names are free");
    conformance::distribution_strategy(&registry, "queue/first-served", &[json!({})]);
}

//! What every scaling policy promises.

use custom_policy::register;
use plimsoll_sdk::conformance;
use plimsoll_sdk::core::registry::Registry;
use plimsoll_sdk::serde_json::json;

#[test]
fn it_keeps_the_contract() {
    let mut registry = Registry::empty();
    register(&mut registry).expect("its names are free");
    let options = [json!({}), json!({ "target": 2.5, "step": 3 })];
    conformance::scaling_policy(&registry, "acme/steps", &options);
}

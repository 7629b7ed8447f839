//! What every override resolver promises.

use custom_resolver::register;
use plimsoll_sdk::conformance;
use plimsoll_sdk::core::registry::Registry;

#[test]
fn it_keeps_the_contract() {
    let mut registry = Registry::empty();
    register(&mut registry).expect("its names are free");
    conformance::override_resolver(&registry, "shallow/shallow", &[]);
}

//! What every resolver promises, as the published suite tests it.

use plimsoll_core::registry::Registry;
use plimsoll_sdk::conformance;

fn registry() -> Registry {
    let mut registry = Registry::empty();
    plimsoll_overrides::register(&mut registry).expect("the names are free");
    registry
}

#[test]
fn deep_merge_keeps_the_laws() {
    conformance::override_resolver(&registry(), "overrides/deep-merge", &[]);
}

#[test]
fn replace_keeps_the_laws() {
    conformance::override_resolver(&registry(), "overrides/replace", &[]);
}

//! What every deployer promises.

use custom_deployer::register;
use plimsoll_sdk::conformance::{self, Trial};
use plimsoll_sdk::core::registry::Registry;
use plimsoll_sdk::serde_json::json;

#[test]
fn it_keeps_the_contract() {
    let mut registry = Registry::empty();
    register(&mut registry).expect("its names are free");
    let shelf = tempfile::tempdir().expect("a folder can be made");
    let options = json!({ "folder": shelf.path() });
    conformance::deployer(&registry, "shelf/folder", &Trial::new(options));
}

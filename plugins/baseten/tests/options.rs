//! Options as a caller meets them: what is wrong is named, and a key stays where it may go.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;

use common::release::Truss;
use common::stub::Stub;
use common::{KEY, deployer};
use plimsoll_baseten::{BasetenDeployer, Options};
use plimsoll_core::deployer::{Deployer as _, NoProgress};
use plimsoll_core::registry::{FactoryContext, FactoryError, Registry};
use serde_json::json;

#[test]
fn the_factory_names_the_option_that_does_not_fit() {
    let mut registry = Registry::empty();
    plimsoll_baseten::register(&mut registry).unwrap();
    let context = FactoryContext { registry };
    for (options, begins) in [
        (
            json!({"url": "http://example.com", "api_key": KEY}),
            "`url`: ",
        ),
        (json!({"url": KEY, "api_key": KEY}), "`url`: "),
        (
            json!({"url": "https://a.b", "api_key": ""}),
            "`api_key`: it is empty",
        ),
        (json!({"url": "https://a.b"}), "`api_key`: it is missing"),
        (
            json!({"url": "https://a.b", "api_key": KEY, "retries": KEY}),
            "`retries`: ",
        ),
    ] {
        let made = context
            .registry
            .deployers
            .make("baseten", &context, &options);
        let Err(FactoryError::Options { name, message }) = made.map(drop) else {
            panic!("{begins}");
        };
        assert_eq!(name, "baseten");
        assert!(message.starts_with(begins), "{message}");
        assert!(!message.contains(KEY), "{message}");
    }
}

#[test]
fn an_address_that_was_set_after_the_check_is_checked_again() {
    let mut options = Options::new("test", "https://a.b", KEY.into()).unwrap();
    options.url = "http://example.com".parse().unwrap();
    let error = BasetenDeployer::new(options, 7).unwrap_err();
    assert!(error.to_string().starts_with("`url`: "), "{error}");
}

#[tokio::test]
async fn names_of_this_machine_are_not_looked_up() {
    let stub = Stub::start().await;
    // Who looks for such names finds none, or what someone else says.
    for host in ["localhost", "no-such-name.localhost"] {
        let url = stub.url.replace("127.0.0.1", host);
        let planned = deployer(&url)
            .plan(&Truss::new(None).release(), &NoProgress)
            .await;
        assert!(planned.is_ok(), "{host}: {planned:?}");
    }
}

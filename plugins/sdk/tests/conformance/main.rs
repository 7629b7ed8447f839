//! The kit catches who breaks a law: for each of them, an implementation that keeps all but one. A
//! check that cannot fail is none.

#![cfg(feature = "conformance")]
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod deployers;
mod policies;
mod registrations;
mod resolvers;
mod shelf;
mod sources;
mod strategies;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use plimsoll_sdk::core::registry::{Factory, Origin, Registration};
use serde_json::Value as Json;

/// What the kit says of what it is shown, which breaks this law.
#[track_caller]
fn breaks(law: &str, suite: impl FnOnce()) -> String {
    let outcome = catch_unwind(AssertUnwindSafe(suite));
    let Err(panic) = outcome else {
        panic!("the suite passes, and what it is shown breaks a law: {law}");
    };
    let said = panic.downcast_ref::<String>().unwrap().clone();
    let named = format!("breaks a law: {law}.\n  how: ");
    assert!(said.contains(&named), "not {law:?}, but:\n{said}");
    said
}

/// A registration of the plugin `acme`.
fn registration<T: ?Sized>(
    name: &str,
    schema: Json,
    factory: impl Fn(&Json) -> Box<T> + Send + Sync + 'static,
) -> Registration<T> {
    let factory: Factory<T> = Arc::new(move |_, options| Ok(factory(options)));
    Registration {
        name: name.to_owned(),
        summary: "One of the kit's own.".to_owned(),
        origin: Origin::linked("acme", "1.0.0"),
        options_schema: schema,
        factory,
    }
}

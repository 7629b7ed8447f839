//! `thresholds` and `goodput`: texts whose grammar is the core's.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use plimsoll_core::schema::{Custom, Form, Reader, Refusal, Type};
use plimsoll_core::threshold::{Objective, Threshold, ThresholdError};
use plimsoll_core::value::Node;
use serde_json::{Value as Json, json};

/// What requests together must keep to.
pub(super) const THRESHOLDS: Type = Type::List(&Type::Custom(&Text::<Threshold>(
    "a threshold, such as p99<500ms or errors<1%",
    PhantomData,
)));

/// What a single request must keep to.
pub(super) const OBJECTIVES: Type = Type::List(&Type::Custom(&Text::<Objective>(
    "an objective, such as ttft<500ms or latency<5s",
    PhantomData,
)));

/// A text of a grammar, kept as it is written. It is described in the words given.
struct Text<T>(&'static str, PhantomData<fn() -> T>);

impl<T: FromStr<Err = ThresholdError>> Custom for Text<T> {
    fn read(&self, node: &mut Node, reader: &mut Reader<'_>) {
        let Some(text) = node.as_str() else {
            return reader.wrong_type(node, &format!("a string: {}", self.0));
        };
        if let Err(error) = text.parse::<T>() {
            let problem = match text {
                "" => error.message,
                text => format!("{text:?}: {}", error.message),
            };
            let refusal = Refusal::new(problem, error.expected);
            reader.refused(node.span(), refusal.maybe_hint(error.hint));
        }
    }

    fn dump(&self, node: &Node, _: Form) -> Node {
        node.clone()
    }

    /// The grammar is wider than what a pattern can say of it and still be read.
    fn schema(&self) -> Json {
        json!({ "type": "string", "pattern": "[<>]=?", "description": self.0 })
    }

    fn describe(&self) -> String {
        self.0.to_owned()
    }
}

impl<T> fmt::Debug for Text<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Text").field(&self.0).finish()
    }
}

//! The arguments of the classes of `truss_chains`, as tables. Source: Truss 0.18.36; its classes are
//! pydantic models in strict mode, but for `Compute` and `Assets`.

use plimsoll_core::schema::{Custom, Form, MAX, MIN, Reader, Type};
use plimsoll_core::value::{Node, Value};
use serde_json::{Value as Json, json};

/// A boolean that is written as one.
#[derive(Debug)]
pub(crate) struct StrictBool;

pub(crate) static BOOL: Type = Type::Custom(&StrictBool);
pub(crate) static INTEGER: Type = Type::StrictInt(MIN, MAX);
pub(crate) static TEXT: Type = Type::Str;
pub(crate) static OPTIONAL_TEXT: Type = Type::Nullable(&Type::Str);
pub(crate) static TEXTS: Type = Type::List(&Type::Str);
pub(crate) static VARIABLES: Type = Type::Map(&Type::Str);
pub(crate) static NUMBER: Type = Type::Custom(&StrictNumber);
pub(crate) static METADATA: Type = Type::Nullable(&Type::Map(&Type::Any));
pub(crate) static LIST: Type = Type::List(&Type::Any);

impl Custom for StrictBool {
    fn read(&self, node: &mut Node, reader: &mut Reader<'_>) {
        if node.as_bool().is_none() {
            reader.wrong_type(node, "True or False");
        }
    }

    fn dump(&self, node: &Node, _: Form) -> Node {
        node.clone()
    }

    fn schema(&self) -> Json {
        json!({ "type": "boolean" })
    }

    fn describe(&self) -> String {
        "True or False".to_owned()
    }
}

/// A number that is written as one; kept as a float.
#[derive(Debug)]
pub(crate) struct StrictNumber;

impl Custom for StrictNumber {
    fn read(&self, node: &mut Node, reader: &mut Reader<'_>) {
        match node.value {
            Value::Float(_) => {}
            #[expect(
                clippy::cast_precision_loss,
                reason = "Python's int-to-float conversion too"
            )]
            Value::Int(number) => node.value = Value::Float(number as f64),
            _ => reader.wrong_type(node, "a number"),
        }
    }

    fn dump(&self, node: &Node, _: Form) -> Node {
        node.clone()
    }

    fn schema(&self) -> Json {
        json!({ "type": "number" })
    }

    fn describe(&self) -> String {
        "a number".to_owned()
    }
}

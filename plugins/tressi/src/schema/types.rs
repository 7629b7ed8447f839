//! What a key may hold. Values are as JSON has them: a number is no text, and a text no number.

use plimsoll_core::diagnostic::Diagnostic;
use plimsoll_core::schema::{Custom, Form, Reader, Type, schema_of};
use plimsoll_core::value::{Node, Value};
use serde_json::{Value as Json, json};

/// The greatest integer that a load test needs.
const MOST: i64 = u32::MAX as i64;

pub(crate) const COUNT: Type = Type::Custom(&Whole { low: 1, high: MOST });
pub(crate) const FROM_ZERO: Type = Type::Custom(&Whole { low: 0, high: MOST });
pub(crate) const FLAG: Type = Type::Custom(&Flag);
pub(crate) const FRACTION: Type = Type::Custom(&Number {
    low: 0.0,
    above: false,
    high: 1.0,
});
pub(super) const WINDOW: Type = Type::Custom(&Number {
    low: 0.001,
    above: false,
    high: 86_400.0,
});
pub(super) const TIMEOUT: Type = Type::Custom(&Number {
    low: 0.0,
    above: true,
    high: 86_400.0,
});
pub(crate) const STATUS_CODES: Type = Type::List(&Type::Custom(&Whole {
    low: 100,
    high: 599,
}));

/// An integer within bounds, both included. `10.0` is one, as it is in JavaScript.
#[derive(Debug)]
pub(crate) struct Whole {
    pub(crate) low: i64,
    pub(crate) high: i64,
}

impl Custom for Whole {
    fn read(&self, node: &mut Node, reader: &mut Reader<'_>) {
        if let Value::Float(number) = node.value
            && number.fract() == 0.0
            && number.abs() < 1e15
        {
            #[expect(clippy::cast_possible_truncation, reason = "whole and small")]
            let number = number as i64;
            node.value = Value::Int(number);
        }
        match node.value {
            Value::Int(number) if (self.low..=self.high).contains(&number) => {}
            Value::Int(_) | Value::BigInt(_) => {
                // The widest bound is worth a word only beyond it.
                let beyond = self.high == MOST && number(node).is_some_and(|number| number > 1.0);
                let expected = match beyond {
                    true => format!("an integer of at most {MOST}"),
                    false => self.describe(),
                };
                out_of_range(node, &expected, reader);
            }
            _ => reader.wrong_type(node, &self.describe()),
        }
    }

    fn dump(&self, node: &Node, _: Form) -> Node {
        node.clone()
    }

    fn schema(&self) -> Json {
        json!({ "type": "integer", "minimum": self.low, "maximum": self.high })
    }

    fn describe(&self) -> String {
        match self.high {
            MOST => format!("an integer of at least {}", self.low),
            high => format!("an integer from {} to {high}", self.low),
        }
    }
}

/// A number within bounds, which are included.
#[derive(Debug)]
pub(crate) struct Number {
    pub(crate) low: f64,
    /// Whether it must be above the lower bound.
    pub(crate) above: bool,
    /// Infinite where there is no bound.
    pub(crate) high: f64,
}

impl Custom for Number {
    fn read(&self, node: &mut Node, reader: &mut Reader<'_>) {
        let within = match number(node) {
            Some(number) => {
                let within = (self.low..=self.high).contains(&number) && number.is_finite();
                within && !(self.above && number == self.low)
            }
            None => return reader.wrong_type(node, &self.describe()),
        };
        if !within {
            out_of_range(node, &self.describe(), reader);
        }
    }

    fn dump(&self, node: &Node, _: Form) -> Node {
        node.clone()
    }

    fn schema(&self) -> Json {
        let minimum = if self.above {
            "exclusiveMinimum"
        } else {
            "minimum"
        };
        let mut schema = json!({ "type": "number", minimum: self.low });
        if self.high.is_finite() {
            schema["maximum"] = self.high.into();
        }
        schema
    }

    fn describe(&self) -> String {
        if self.above {
            format!("a number above {} and at most {}", self.low, self.high)
        } else if self.high.is_finite() {
            format!("a number from {} to {}", self.low, self.high)
        } else {
            format!("a number of at least {}", self.low)
        }
    }
}

/// The number that a node holds.
pub(crate) fn number(node: &Node) -> Option<f64> {
    match &node.value {
        Value::Float(number) => Some(*number),
        #[expect(
            clippy::cast_precision_loss,
            reason = "what is far out of range stays so"
        )]
        Value::Int(number) => Some(*number as f64),
        Value::BigInt(digits) => digits.parse().ok(),
        _ => None,
    }
}

fn out_of_range(node: &Node, expected: &str, reader: &mut Reader<'_>) {
    let (subject, is) = (reader.subject(), node.describe());
    let message = format!("{subject} must be {expected}, and is {is}");
    let code = reader.code("out-of-range");
    let diagnostic = Diagnostic::error(code, message).at(node.span());
    reader.push(diagnostic.expected(expected));
}

/// `true` or `false`, and nothing that stands for one.
#[derive(Debug)]
pub(crate) struct Flag;

impl Custom for Flag {
    fn read(&self, node: &mut Node, reader: &mut Reader<'_>) {
        if node.as_bool().is_none() {
            reader.wrong_type(node, "a boolean");
        }
    }

    fn dump(&self, node: &Node, _: Form) -> Node {
        node.clone()
    }

    fn schema(&self) -> Json {
        json!({ "type": "boolean" })
    }

    fn describe(&self) -> String {
        "a boolean".to_owned()
    }
}

/// A string that is not empty.
#[derive(Debug)]
pub(super) struct Filled;

impl Custom for Filled {
    fn read(&self, node: &mut Node, reader: &mut Reader<'_>) {
        match node.as_str() {
            Some("") => {
                let message = format!("{} is empty", reader.subject());
                reader.invalid(node.span(), message, self.describe());
            }
            Some(_) => {}
            None => reader.wrong_type(node, "a string"),
        }
    }

    fn dump(&self, node: &Node, _: Form) -> Node {
        node.clone()
    }

    fn schema(&self) -> Json {
        json!({ "type": "string", "minLength": 1 })
    }

    fn describe(&self) -> String {
        "a string that is not empty".to_owned()
    }
}

/// Headers: names that HTTP knows, and values of one line.
#[derive(Debug)]
pub(crate) struct Headers;

static TEXTS: Type = Type::Map(&Type::Str);

impl Custom for Headers {
    fn read(&self, node: &mut Node, reader: &mut Reader<'_>) {
        reader.value(&TEXTS, node);
        for entry in node.as_map().into_iter().flatten() {
            let (Some(name), Some(value)) = (entry.key.as_str(), entry.value.as_str()) else {
                continue;
            };
            if !is_name(name) {
                let message = format!("{}: {name:?} is no name of a header", reader.subject());
                let expected = "letters, digits and any of !#$%&'*+-.^_`|~";
                reader.invalid(entry.key_span, message, expected);
            }
            if value.contains(['\r', '\n', '\0']) {
                let message = format!("{}: {name:?} is of several lines", reader.subject());
                reader.invalid(entry.value.span(), message, "a value of one line");
            }
        }
    }

    fn dump(&self, node: &Node, _: Form) -> Node {
        node.clone()
    }

    fn schema(&self) -> Json {
        schema_of(&TEXTS)
    }

    fn describe(&self) -> String {
        "a mapping from names of headers to strings".to_owned()
    }
}

/// A token of RFC 9110, section 5.6.2.
fn is_name(name: &str) -> bool {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !name.is_empty() && name.bytes().all(is_token)
}

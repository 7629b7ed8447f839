//! Scalars, checked and brought into their types.

use super::coerce::{self, Int};
use super::{MAX, MIN, Reader, Type};
use crate::diagnostic::Diagnostic;
use crate::value::{Node, Value};

impl Reader<'_> {
    pub(super) fn string(&mut self, kind: &'static Type, node: &mut Node) {
        if let Value::Bytes(bytes) = &node.value
            && let Ok(text) = std::str::from_utf8(bytes)
        {
            node.value = Value::Str(text.into());
        }
        let Some(text) = node.as_str() else {
            return self.wrong_type(node, "a string");
        };
        let checked = match kind {
            Type::StrWith(check) => check(text).map(|()| None),
            Type::StrInto(bring) => bring(text).map(Some),
            _ => return,
        };
        match checked {
            Ok(None) => {}
            Ok(Some(text)) => node.value = Value::Str(text.into()),
            Err(refusal) => self.refused(node.span(), refusal),
        }
    }

    pub(super) fn boolean(&mut self, node: &mut Node) {
        match coerce::bool(node) {
            Some(flag) => node.value = Value::Bool(flag),
            None => self.wrong_type(node, "a boolean"),
        }
    }

    pub(super) fn integer(&mut self, kind: &'static Type, node: &mut Node) {
        let ((low, high), number) = match kind {
            Type::Int(low, high) => ((*low, *high), coerce::int(node)),
            Type::StrictInt(low, high) => ((*low, *high), coerce::strict_int(node)),
            _ => return,
        };
        let (below, above, value) = match number {
            None => return self.wrong_type(node, &kind.describe()),
            Some(Int::Small(number)) => (number < low, number > high, Value::Int(number)),
            Some(Int::Big(digits)) => {
                let negative = digits.starts_with('-');
                let (below, above) = (negative && low != MIN, !negative && high != MAX);
                (below, above, Value::BigInt(digits))
            }
        };
        node.value = value;
        if below || above {
            let expected = if above {
                kind.describe_to_one_above()
            } else {
                kind.describe()
            };
            self.out_of_range(&expected, &node.describe(), node);
        }
    }

    pub(super) fn float(&mut self, kind: &'static Type, node: &mut Node) {
        let (number, bounds) = match kind {
            Type::StrictFloat(low, high) => (coerce::strict_float(node), Some((*low, *high))),
            _ => (coerce::float(node), None),
        };
        let Some(number) = number else {
            return self.wrong_type(node, &kind.describe());
        };
        match bounds {
            Some((low, high)) if !(number > low && number <= high) => {
                self.out_of_range(&kind.describe(), &node.describe(), node);
            }
            _ => node.value = Value::Float(number),
        }
    }

    fn out_of_range(&mut self, expected: &str, is: &str, node: &Node) {
        let message = format!("{} must be {expected}, and is {is}", self.subject());
        let code = self.code("out-of-range");
        let diagnostic = Diagnostic::error(code, message).at(node.span());
        self.push(diagnostic.expected(expected));
    }

    pub(super) fn one_of(&mut self, values: &'static [&'static str], upper: bool, node: &mut Node) {
        let Some(text) = node.as_str() else {
            return self.wrong_type(node, &format!("one of {}", values.join(", ")));
        };
        if values.contains(&text) {
            return;
        }
        let text = if upper {
            text.to_uppercase()
        } else {
            text.to_owned()
        };
        if values.contains(&text.as_str()) {
            node.value = Value::Str(text.into());
        } else {
            self.unknown_value(&text, node.span(), values);
        }
    }
}

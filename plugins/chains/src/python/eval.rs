//! Expressions.

use std::rc::Rc;

use ruff_python_ast::{
    BoolOp, CmpOp, Expr, ExprDict, ExprFString, FStringPart, InterpolatedStringElement, Number,
    UnaryOp,
};

use super::blocks::place;
use super::known::Symbol;
use super::load::Place;
use super::run::{CONSTANT, Interpreter};
use super::scope::Frame;
use super::value::{Items, Kind, Member, ModuleRef, Pairs, Shape, Val, Why};
use super::{ops, text};

/// Deepest evaluation, in expressions within expressions.
const MAX_EVAL_DEPTH: usize = 120;

/// Deepest value.
const MAX_VALUE_DEPTH: u32 = 60;

/// Largest value, in values within it.
const MAX_VALUE_SIZE: usize = 100_000;

impl<'a> Interpreter<'a> {
    /// Evaluates an expression.
    pub(crate) fn eval(&mut self, frame: Frame, expr: &'a Expr) -> Val {
        let at = place(frame, expr);
        if self.depth >= MAX_EVAL_DEPTH {
            return too_large(at);
        }
        self.depth += 1;
        let value = self.eval_at(frame, expr, at);
        self.depth -= 1;
        value
    }

    fn eval_at(&mut self, frame: Frame, expr: &'a Expr, at: Place) -> Val {
        match expr {
            Expr::NoneLiteral(_) => Val::new(Kind::None, at),
            Expr::BooleanLiteral(literal) => Val::new(Kind::Bool(literal.value), at),
            Expr::NumberLiteral(literal) => number(&literal.value, at),
            Expr::StringLiteral(literal) => self.string(literal.value.to_str(), at),
            Expr::FString(string) => self.f_string(frame, string, at),
            Expr::Name(name) => self.lookup(frame, name.id.as_str(), at),
            Expr::Attribute(attribute) => {
                let value = self.eval(frame, &attribute.value);
                if attribute.attr.as_str() == "modules" && is_sys(&value) {
                    // Every name of every module is within reach of it.
                    return self.reach(frame, "sys.modules", at);
                }
                self.attribute_of(&value, attribute.attr.as_str(), at)
            }
            Expr::Call(call) => self.call(frame, call, at),
            Expr::List(list) => {
                let items = self.elements(frame, &list.elts);
                self.list(items, at)
            }
            Expr::Tuple(tuple) => {
                let items = self.elements(frame, &tuple.elts);
                self.tuple(items, at)
            }
            Expr::Dict(dict) => self.dict_literal(frame, dict, at),
            Expr::BinOp(operation) => {
                let left = self.eval(frame, &operation.left);
                let right = self.eval(frame, &operation.right);
                ops::binary(self, operation.op, &left, &right, at)
            }
            Expr::UnaryOp(operation) => {
                let value = self.eval(frame, &operation.operand);
                unary(operation.op, &value, at)
            }
            Expr::BoolOp(operation) => {
                let stops = operation.op == BoolOp::Or;
                let mut last = Val::new(Kind::None, at);
                for (position, value) in operation.values.iter().enumerate() {
                    last = self.eval(frame, value);
                    match self.truth(&last) {
                        Some(truth) if truth == stops => return last,
                        Some(_) => {}
                        None => {
                            let why = self.undecided(at);
                            for skipped in &operation.values[position + 1..] {
                                self.disturb_expr(frame, skipped, &why);
                            }
                            return unknown_as(&last, &why);
                        }
                    }
                }
                last
            }
            Expr::If(choice) => {
                let test = self.eval(frame, &choice.test);
                match self.truth(&test) {
                    Some(true) => self.eval(frame, &choice.body),
                    Some(false) => self.eval(frame, &choice.orelse),
                    None => {
                        let why = self.undecided(at);
                        self.disturb_expr(frame, &choice.body, &why);
                        self.disturb_expr(frame, &choice.orelse, &why);
                        unknown_as(&test, &why)
                    }
                }
            }
            Expr::Compare(comparison) => {
                let mut left = self.eval(frame, &comparison.left);
                for (op, right) in comparison.ops.iter().zip(&comparison.comparators) {
                    let right = self.eval(frame, right);
                    let result = compare(self, *op, &left, &right, at);
                    if result.truth() != Some(true) {
                        return result;
                    }
                    left = right;
                }
                Val::new(Kind::Bool(true), at)
            }
            Expr::Subscript(subscript) => {
                let value = self.eval(frame, &subscript.value);
                if let Expr::Slice(slice) = &*subscript.slice {
                    return self.slice(frame, &value, slice, at);
                }
                let key = self.eval(frame, &subscript.slice);
                ops::item(self, &value, &key, at)
            }
            Expr::Named(named) => {
                let (value, loads) = self.with_loads(|this| this.eval(frame, &named.value));
                self.assign(frame, &named.target, &value, &loads);
                self.loads.extend(loads);
                value
            }
            Expr::Starred(starred) => self.eval(frame, &starred.value),
            Expr::ListComp(_)
            | Expr::SetComp(_)
            | Expr::DictComp(_)
            | Expr::Generator(_)
            | Expr::Await(_) => {
                let message = "what a comprehension makes is known only when it runs";
                let why = Rc::new(Why::new("chain::loop", at, message).hint(CONSTANT));
                self.disturb_expr(frame, expr, &why);
                Val::new(Kind::Unknown(why), at)
            }
            Expr::Lambda(_) => {
                let message = "what a lambda returns is known only when it runs";
                Why::new("chain::call", at, message).hint(CONSTANT).val()
            }
            _ => {
                let why = Why::new(
                    "chain::not-constant",
                    at,
                    "this is no constant that is read here",
                );
                let why = Rc::new(why.hint(CONSTANT));
                self.disturb_expr(frame, expr, &why);
                Val::new(Kind::Unknown(why), at)
            }
        }
    }

    /// Evaluates a path to a value (`a`, `a.b`, `a[0]`); `None` for anything else.
    pub(crate) fn peek(&mut self, frame: Frame, expr: &'a Expr) -> Option<Val> {
        let mut base = expr;
        loop {
            base = match base {
                Expr::Name(_) => break,
                Expr::Attribute(attribute) => &attribute.value,
                Expr::Subscript(subscript) if subscript.slice.is_literal_expr() => &subscript.value,
                _ => return None,
            };
        }
        let (value, _) = self.with_loads(|this| this.eval(frame, expr));
        Some(value).filter(|value| value.why().is_none())
    }

    /// Whether a value is taken for true, if that is known and stays so.
    fn truth(&self, value: &Val) -> Option<bool> {
        value.truth().filter(|_| self.changed(value).is_none())
    }

    fn undecided(&self, at: Place) -> Rc<Why> {
        let message = "which of these holds is known only when the program runs";
        Rc::new(Why::new("chain::conditional", at, message).hint(CONSTANT))
    }

    pub(crate) fn string(&mut self, value: &str, at: Place) -> Val {
        if !self.afford(value.len()) {
            return too_large(at);
        }
        Val::text(value, at)
    }

    fn f_string(&mut self, frame: Frame, string: &'a ExprFString, at: Place) -> Val {
        let mut result = String::new();
        for part in string.value.as_slice() {
            let string = match part {
                FStringPart::Literal(literal) => {
                    result.push_str(literal.as_str());
                    continue;
                }
                FStringPart::FString(string) => string,
            };
            for element in &string.elements {
                match element {
                    InterpolatedStringElement::Literal(literal) => result.push_str(&literal.value),
                    InterpolatedStringElement::Interpolation(element) => {
                        let value = self.eval(frame, &element.expression);
                        match text::formatted(self, &value, element, at) {
                            Ok(text) => result.push_str(&text),
                            Err(unknown) => return unknown,
                        }
                    }
                }
            }
        }
        self.string(&result, at)
    }

    /// The items of a list or tuple; `*x` is taken apart.
    fn elements(&mut self, frame: Frame, elements: &'a [Expr]) -> Vec<Val> {
        let mut items = Vec::with_capacity(elements.len().min(1024));
        for element in elements {
            let value = self.eval(frame, element);
            match (element, value.items()) {
                (Expr::Starred(_), Some(inner)) => match self.changed(&value) {
                    Some(why) => items.push(Val::new(Kind::Unknown(Rc::clone(why)), value.at)),
                    None => items.extend(inner.iter().cloned()),
                },
                (Expr::Starred(_), None) if value.why().is_none() => {
                    let message = "what this is taken apart into is not known";
                    items.push(Why::new("chain::not-constant", value.at, message).val());
                }
                _ => items.push(value),
            }
            if items.len() > MAX_VALUE_SIZE {
                break;
            }
        }
        items
    }

    pub(crate) fn list(&mut self, items: Vec<Val>, at: Place) -> Val {
        self.sequence(items, at, Kind::List)
    }

    pub(crate) fn tuple(&mut self, items: Vec<Val>, at: Place) -> Val {
        self.sequence(items, at, Kind::Tuple)
    }

    fn sequence(&mut self, items: Vec<Val>, at: Place, kind: fn(Rc<Items>) -> Kind) -> Val {
        let shape = Shape::of(items.iter());
        if !self.fits(shape) || !self.afford(items.len()) {
            return too_large(at);
        }
        Val::new(
            kind(Rc::new(Items {
                id: self.object(),
                shape,
                items,
            })),
            at,
        )
    }

    pub(crate) fn fits(&self, shape: Shape) -> bool {
        shape.depth <= MAX_VALUE_DEPTH && shape.size <= MAX_VALUE_SIZE
    }

    fn dict_literal(&mut self, frame: Frame, dict: &'a ExprDict, at: Place) -> Val {
        let mut pairs = Vec::new();
        for item in &dict.items {
            let Some(key) = &item.key else {
                let value = self.eval(frame, &item.value);
                match (&value.kind, self.changed(&value)) {
                    (Kind::Dict(inner), None) => {
                        for (key, value) in &inner.pairs {
                            set(&mut pairs, key.clone(), value.clone());
                        }
                    }
                    (_, Some(why)) => return Val::new(Kind::Unknown(Rc::clone(why)), at),
                    (Kind::Unknown(_), None) => return value,
                    _ => {
                        let message =
                            format!("`**` needs a dictionary, and this is {}", value.describe());
                        return Why::new("chain::python", value.at, message).val();
                    }
                }
                continue;
            };
            let key = self.eval(frame, key);
            let value = self.eval(frame, &item.value);
            if key.why().is_some() {
                return key;
            }
            set(&mut pairs, key, value);
        }
        self.dict(pairs, at)
    }

    pub(crate) fn dict(&mut self, pairs: Vec<(Val, Val)>, at: Place) -> Val {
        let shape = Shape::of(pairs.iter().map(|(_, value)| value));
        if !self.fits(shape) || !self.afford(pairs.len()) {
            return too_large(at);
        }
        Val::new(
            Kind::Dict(Rc::new(Pairs {
                id: self.object(),
                shape,
                pairs,
            })),
            at,
        )
    }

    /// `value.name`.
    pub(crate) fn attribute_of(&mut self, value: &Val, name: &str, at: Place) -> Val {
        if let Some(why) = self.changed(value) {
            return Val::new(Kind::Unknown(Rc::clone(why)), at);
        }
        match &value.kind {
            Kind::Unknown(_) => value.clone(),
            Kind::Module(module) => self.module_attribute(&Rc::clone(module), name, at),
            Kind::Class(class) => self.class_attribute(*class, name, at),
            Kind::Known(Symbol::Environment) => environment(at),
            Kind::Known(Symbol::Enum(known)) => {
                match known.members.iter().find(|(member, _)| *member == name) {
                    Some((_, text)) => Val::new(
                        Kind::Member(Rc::new(Member {
                            class: known.name.to_owned(),
                            name: name.to_owned(),
                            value: Val::text(*text, at),
                            is_text: known.is_text,
                        })),
                        at,
                    ),
                    None => {
                        let names: Vec<_> = known.members.iter().map(|(name, _)| *name).collect();
                        let message = format!("{} has no member `{name}`", known.name);
                        let hint = format!("it has {}", names.join(", "));
                        Why::new("chain::unknown-name", at, message)
                            .hint(hint)
                            .val()
                    }
                }
            }
            Kind::Member(member) => match name {
                "value" => member.value.clone(),
                "name" => Val::text(member.name.as_str(), at),
                _ => no_attribute(value, name, at),
            },
            Kind::Object(object) => {
                let found = object.args.iter().rev().find_map(|arg| match &arg.name {
                    super::value::ArgName::Named(named, _) if &**named == name => Some(&arg.value),
                    _ => None,
                });
                found
                    .cloned()
                    .unwrap_or_else(|| no_attribute(value, name, at))
            }
            Kind::Path(path) => self.path_attribute(&Rc::clone(path), name, at),
            _ => no_attribute(value, name, at),
        }
    }
}

/// Sets a key of a dictionary. As in Python, a key that is set again keeps its place.
pub(crate) fn set(pairs: &mut Vec<(Val, Val)>, key: Val, value: Val) {
    // Long dictionaries are tables of data; their keys are looked at when they are used.
    if pairs.len() < 256
        && let Some(pair) = pairs
            .iter_mut()
            .find(|(known, _)| ops::equal(known, &key) == Some(true))
    {
        pair.1 = value;
        return;
    }
    pairs.push((key, value));
}

fn unknown_as(value: &Val, why: &Rc<Why>) -> Val {
    match value.why() {
        Some(_) => value.clone(),
        None => Val::new(Kind::Unknown(Rc::clone(why)), why.at),
    }
}

fn number(number: &Number, at: Place) -> Val {
    let kind = match number {
        Number::Int(number) => match number.as_i64() {
            Some(number) => Kind::Int(number),
            None => Kind::BigInt(number.to_string().into()),
        },
        Number::Float(number) => Kind::Float(*number),
        Number::Complex { .. } => {
            let message = "a complex number is nothing that a configuration holds";
            return Why::new("chain::not-constant", at, message).val();
        }
    };
    Val::new(kind, at)
}

fn unary(op: UnaryOp, value: &Val, at: Place) -> Val {
    if value.why().is_some() {
        return value.clone();
    }
    let kind = match (op, &value.kind) {
        (UnaryOp::Not, _) => value.truth().map(|truth| Kind::Bool(!truth)),
        (UnaryOp::USub, Kind::Int(number)) => number.checked_neg().map(Kind::Int),
        (UnaryOp::USub, Kind::Bool(flag)) => Some(Kind::Int(-i64::from(*flag))),
        (UnaryOp::USub, Kind::Float(number)) => Some(Kind::Float(-number)),
        (UnaryOp::UAdd, Kind::Int(_) | Kind::Float(_)) => Some(value.kind.clone()),
        (UnaryOp::Invert, Kind::Int(number)) => Some(Kind::Int(!number)),
        _ => None,
    };
    kind.map_or_else(
        || {
            let message = format!("`{op}` of {} is not evaluated", value.describe());
            Why::new("chain::not-constant", at, message)
                .hint(CONSTANT)
                .val()
        },
        |kind| Val::new(kind, at),
    )
}

fn compare(interpreter: &Interpreter<'_>, op: CmpOp, left: &Val, right: &Val, at: Place) -> Val {
    for side in [left, right] {
        if side.why().is_some() {
            return side.clone();
        }
        if let Some(why) = interpreter.changed(side) {
            return Val::new(Kind::Unknown(Rc::clone(why)), at);
        }
    }
    ops::compare(op, left, right).map_or_else(
        || {
            let message = "what this comparison says is known only when it runs";
            Why::new("chain::not-constant", at, message)
                .hint(CONSTANT)
                .val()
        },
        |truth| Val::new(Kind::Bool(truth), at),
    )
}

pub(crate) fn too_large(at: Place) -> Val {
    let message = "what this makes is too large or too deep for a configuration";
    Why::new("chain::too-large", at, message).val()
}

pub(crate) fn environment(at: Place) -> Val {
    let message = "what the environment holds is known only when the program runs";
    let hint =
        "write the value out; for what differs by environment there is environment_overrides";
    Why::new("chain::environment-variable", at, message)
        .hint(hint)
        .val()
}

fn no_attribute(value: &Val, name: &str, at: Place) -> Val {
    let message = format!("`.{name}` of {} is not evaluated", value.describe());
    Why::new("chain::not-constant", at, message)
        .hint(CONSTANT)
        .val()
}

/// Whether it is the module `sys`.
fn is_sys(value: &Val) -> bool {
    let Kind::Module(module) = &value.kind else {
        return false;
    };
    matches!(&**module, ModuleRef::Library(name) if name == "sys")
}

//! Calls: of what is known here. Nothing that is written in the chain is called.

use std::rc::Rc;

use ruff_python_ast::{Expr, ExprCall};

use super::blocks::{is_pure_function, is_pure_method, place};
use super::known::{Class, Symbol};
use super::load::Place;
use super::run::{CONSTANT, Interpreter};
use super::scope::Frame;
use super::value::{Arg, ArgName, Kind, Member, ModuleRef, Object, PathForm, Shape, Val, Why};
use super::{eval, paths, text};

impl<'a> Interpreter<'a> {
    /// `f(…)`.
    pub(crate) fn call(&mut self, frame: Frame, call: &'a ExprCall, at: Place) -> Val {
        if let Expr::Attribute(attribute) = &*call.func {
            let receiver = self.eval(frame, &attribute.value);
            let args = self.arguments(frame, call);
            let name = attribute.attr.as_str();
            if let Some(value) = self.method(&receiver, name, &args, at) {
                return value;
            }
            let at_name = place(frame, &call.func);
            let function = self.attribute_of(&receiver, name, at_name);
            return self.call_value(frame, &function, &args, at);
        }
        let function = self.eval(frame, &call.func);
        let args = self.arguments(frame, call);
        self.call_value(frame, &function, &args, at)
    }

    /// The arguments of a call, with `*` and `**` taken apart.
    fn arguments(&mut self, frame: Frame, call: &'a ExprCall) -> Vec<Arg> {
        let mut args = Vec::new();
        for expr in &call.arguments.args {
            let value = self.eval(frame, expr);
            if !expr.is_starred_expr() {
                args.push(Arg {
                    name: ArgName::Position,
                    value,
                });
                continue;
            }
            match value.items().filter(|_| self.changed(&value).is_none()) {
                Some(items) => args.extend(items.iter().map(|item| Arg {
                    name: ArgName::Position,
                    value: item.clone(),
                })),
                None => args.push(Arg {
                    name: ArgName::Splat,
                    value: self.unsplat(value),
                }),
            }
        }
        for keyword in &call.arguments.keywords {
            let value = self.eval(frame, &keyword.value);
            if let Some(name) = &keyword.arg {
                let name_at = Place {
                    module: frame.module,
                    range: name.range,
                };
                let name = ArgName::Named(name.as_str().into(), name_at);
                args.push(Arg { name, value });
                continue;
            }
            let pairs = match &value.kind {
                Kind::Dict(pairs) if self.changed(&value).is_none() => Rc::clone(pairs),
                _ => {
                    args.push(Arg {
                        name: ArgName::Splat,
                        value: self.unsplat(value),
                    });
                    continue;
                }
            };
            for (key, value) in &pairs.pairs {
                args.push(match key.as_str() {
                    Some(name) => Arg {
                        name: ArgName::Named(name.into(), key.at),
                        value: value.clone(),
                    },
                    None => Arg {
                        name: ArgName::Splat,
                        value: self.unsplat(key.clone()),
                    },
                });
            }
        }
        args
    }

    fn unsplat(&self, value: Val) -> Val {
        if value.why().is_some() {
            return value;
        }
        if let Some(why) = self.changed(&value) {
            return Val::new(Kind::Unknown(Rc::clone(why)), value.at);
        }
        let message = format!("{} cannot be taken apart into arguments", value.describe());
        Why::new("chain::python", value.at, message).val()
    }

    fn call_value(&mut self, frame: Frame, function: &Val, args: &[Arg], at: Place) -> Val {
        match &function.kind {
            Kind::Known(symbol) => self.call_known(frame, *symbol, args, at),
            Kind::Marker(name) => {
                self.mark(args, Some((**name).clone()), at);
                args.first()
                    .map_or_else(|| unknown_call(at, "this"), |arg| arg.value.clone())
            }
            Kind::Class(class) => {
                let name = self.classes[*class].def.name.to_string();
                self.hand_over(args, at, &name);
                let message = format!("what `{name}(…)` makes is known only when it runs");
                Why::new("chain::call", at, message).hint(CONSTANT).val()
            }
            Kind::Function(function) => {
                let name = self.functions[*function].def.name.to_string();
                self.hand_over(args, at, &name);
                unknown_call(at, &name)
            }
            // What a library of types or of data classes is given, it leaves as it is.
            Kind::Unknown(why) if self.is_harmless(why.at) => function.clone(),
            Kind::Unknown(_) => {
                self.hand_over(args, at, "this");
                function.clone()
            }
            _ => {
                let message = format!("{} cannot be called", function.describe());
                Why::new("chain::python", at, message).val()
            }
        }
    }

    /// Whether the place names something of `typing` or `pydantic`.
    fn is_harmless(&self, at: Place) -> bool {
        let text = self.program.text(at);
        ["typing.", "pydantic.", "TypeVar", "NewType", "Field"]
            .iter()
            .any(|name| text.starts_with(name))
    }

    /// Takes it that a function that is not known changes all that it is given.
    fn hand_over(&mut self, args: &[Arg], at: Place, name: &str) {
        let message = format!("`{name}` is given this, and may change it");
        let why = Rc::new(Why::new("chain::changed", at, message).hint(CONSTANT));
        for arg in args {
            self.taint(&arg.value, &why, true);
        }
    }

    fn call_known(&mut self, frame: Frame, symbol: Symbol, args: &[Arg], at: Place) -> Val {
        let positional: Vec<Val> = args.iter().map(|arg| arg.value.clone()).collect();
        match symbol {
            Symbol::Config(class) => self.make(class, args.to_vec(), at),
            Symbol::Depends => match self.make(Class::RpcOptions, args.to_vec(), at).kind {
                Kind::Object(object) => Val::new(Kind::Depends(object), at),
                kind => Val::new(kind, at),
            },
            Symbol::DependsContext => Val::new(Kind::Context, at),
            Symbol::MakeAbsPathHere => match positional.as_slice() {
                [path] => self.abs_path_here(frame, path, at),
                _ => {
                    let message = "make_abs_path_here takes one path";
                    Why::new("chain::python", at, message).val()
                }
            },
            Symbol::Path => self.joined(&positional, PathForm::Path, at),
            Symbol::OsPath(name) => self.os_path(name, &positional, at).unwrap_or_else(|| {
                let message =
                    format!("what os.path.{name} returns here is known only when it runs");
                Why::new("chain::not-constant", at, message)
                    .hint(CONSTANT)
                    .val()
            }),
            Symbol::MarkEntrypoint => match positional.as_slice() {
                [
                    Val {
                        kind: Kind::Class(_),
                        ..
                    },
                ] => {
                    self.mark(args, None, at);
                    positional[0].clone()
                }
                [name] => Val::new(Kind::Marker(Rc::new(name.clone())), at),
                _ => {
                    let message = "mark_entrypoint takes a class or a name";
                    Why::new("chain::python", at, message).val()
                }
            },
            Symbol::Enum(known) => {
                let wanted = positional.first().filter(|_| positional.len() == 1);
                let Some(wanted) = wanted else {
                    return unknown_call(at, known.name);
                };
                if wanted.why().is_some() {
                    return wanted.clone();
                }
                let text = wanted.as_str();
                match known.members.iter().find(|(_, value)| Some(*value) == text) {
                    Some((name, value)) => {
                        let member = Member {
                            class: known.name.to_owned(),
                            name: (*name).to_owned(),
                            value: Val::text(*value, wanted.at),
                            is_text: known.is_text,
                        };
                        Val::new(Kind::Member(Rc::new(member)), wanted.at)
                    }
                    None => {
                        let values: Vec<_> =
                            known.members.iter().map(|(_, value)| *value).collect();
                        let message = format!("{} has no value {}", known.name, wanted.describe());
                        let hint = format!("it has {}", values.join(", "));
                        Why::new("chain::unknown-value", wanted.at, message)
                            .hint(hint)
                            .val()
                    }
                }
            }
            Symbol::Environment => eval::environment(at),
            Symbol::Builtin(name) => {
                if let Some(value) = self.builtin(name, args, at) {
                    return value;
                }
                if !is_pure_function(name) {
                    self.hand_over(args, at, name);
                }
                unknown_call(at, name)
            }
            Symbol::Base(_) | Symbol::EnumBase(_) | Symbol::Harmless | Symbol::WebSocket => {
                unknown_call(at, "this")
            }
        }
    }

    fn mark(&mut self, args: &[Arg], name: Option<Val>, at: Place) {
        if let Some(Arg {
            value: Val {
                kind: Kind::Class(class),
                ..
            },
            ..
        }) = args.first()
        {
            self.classes[*class].entrypoint = Some((at, name));
        }
    }

    pub(crate) fn make(&mut self, class: Class, args: Vec<Arg>, at: Place) -> Val {
        let shape = Shape::of(args.iter().map(|arg| &arg.value));
        if !self.fits(shape) || !self.afford(args.len()) {
            return eval::too_large(at);
        }
        Val::new(
            Kind::Object(Rc::new(Object {
                id: self.object(),
                shape,
                class,
                args,
            })),
            at,
        )
    }

    /// A function of Python, of values that are known; `None` where it is not evaluated.
    fn builtin(&mut self, name: &str, args: &[Arg], at: Place) -> Option<Val> {
        if let Some(unknown) = args.iter().find(|arg| arg.value.why().is_some()) {
            return Some(unknown.value.clone());
        }
        for arg in args {
            if let Some(why) = self.changed(&arg.value) {
                return Some(Val::new(Kind::Unknown(Rc::clone(why)), at));
            }
        }
        let named = args
            .iter()
            .any(|arg| !matches!(arg.name, ArgName::Position));
        if name == "dict" {
            return self.dict_call(args, at);
        }
        if named {
            return None;
        }
        let values: Vec<&Val> = args.iter().map(|arg| &arg.value).collect();
        match (name, values.as_slice()) {
            ("str", []) => Some(Val::text("", at)),
            ("str", [value]) => match &value.kind {
                Kind::Path(path) if path.form != PathForm::AbsPath => {
                    Some(paths::path_text(path, at))
                }
                _ => text::plain(value).map(|text| Val::text(text, at)),
            },
            ("int", [value]) => {
                let number = match &value.kind {
                    Kind::Int(number) => Some(*number),
                    Kind::Bool(flag) => Some(i64::from(*flag)),
                    Kind::Str(text) => text.trim().parse().ok(),
                    #[expect(
                        clippy::cast_possible_truncation,
                        reason = "bounded, and Python's rounding too"
                    )]
                    Kind::Float(number) if number.abs() < 1e15 => Some(number.trunc() as i64),
                    _ => None,
                };
                number.map(|number| Val::new(Kind::Int(number), at))
            }
            ("float", [value]) => match &value.kind {
                Kind::Float(number) => Some(Val::new(Kind::Float(*number), at)),
                #[expect(
                    clippy::cast_precision_loss,
                    reason = "Python's int-to-float conversion too"
                )]
                Kind::Int(number) => Some(Val::new(Kind::Float(*number as f64), at)),
                Kind::Str(text)
                    if text
                        .bytes()
                        .all(|byte| byte.is_ascii_digit() || byte == b'.') =>
                {
                    text.parse()
                        .ok()
                        .map(|number| Val::new(Kind::Float(number), at))
                }
                _ => None,
            },
            ("bool", [value]) => value.truth().map(|truth| Val::new(Kind::Bool(truth), at)),
            ("len", [value]) => {
                let length = match &value.kind {
                    Kind::Str(text) => text.chars().count(),
                    Kind::Dict(pairs) => pairs.pairs.len(),
                    _ => value.items()?.len(),
                };
                Some(Val::new(Kind::Int(i64::try_from(length).ok()?), at))
            }
            ("list", []) => Some(self.list(Vec::new(), at)),
            ("tuple", []) => Some(self.tuple(Vec::new(), at)),
            ("list", [value]) => Some(self.list(value.items()?.to_vec(), at)),
            ("tuple", [value]) => Some(self.tuple(value.items()?.to_vec(), at)),
            ("min" | "max", [one, other, ..]) => {
                let _ = other;
                let op = if name == "min" {
                    ruff_python_ast::CmpOp::Lt
                } else {
                    ruff_python_ast::CmpOp::Gt
                };
                let mut best = *one;
                for value in &values[1..] {
                    if super::ops::compare(op, value, best)? {
                        best = value;
                    }
                }
                Some(best.clone())
            }
            ("abs", [value]) => match value.kind {
                Kind::Int(number) => number
                    .checked_abs()
                    .map(|number| Val::new(Kind::Int(number), at)),
                _ => None,
            },
            _ => None,
        }
    }

    /// `dict(a=1)`, `dict(other, a=1)`.
    fn dict_call(&mut self, args: &[Arg], at: Place) -> Option<Val> {
        let mut pairs = Vec::new();
        for arg in args {
            match (&arg.name, &arg.value.kind) {
                (ArgName::Named(name, name_at), _) => {
                    eval::set(
                        &mut pairs,
                        Val::text(Rc::clone(name), *name_at),
                        arg.value.clone(),
                    );
                }
                (ArgName::Position, Kind::Dict(inner)) => {
                    for (key, value) in &inner.pairs {
                        eval::set(&mut pairs, key.clone(), value.clone());
                    }
                }
                _ => return None,
            }
        }
        Some(self.dict(pairs, at))
    }

    /// A method of a value; `None` where the attribute is to be called instead.
    fn method(&mut self, receiver: &Val, name: &str, args: &[Arg], at: Place) -> Option<Val> {
        if let Some(why) = self.changed(receiver) {
            return Some(Val::new(Kind::Unknown(Rc::clone(why)), at));
        }
        let positional: Option<Vec<Val>> = args
            .iter()
            .map(|arg| match arg.name {
                ArgName::Position => Some(arg.value.clone()),
                _ => None,
            })
            .collect();
        let known = match &receiver.kind {
            Kind::Module(module) => {
                let ModuleRef::Library(library) = &**module else {
                    return None;
                };
                let (library, name) = (library.as_str(), name);
                let reads = library == "os" && matches!(name, "getenv" | "getcwd");
                return reads.then(|| eval::environment(at));
            }
            Kind::Unknown(_) | Kind::Class(_) | Kind::Known(_) | Kind::Marker(_) => return None,
            Kind::Str(text) => {
                let text = Rc::clone(text);
                let unknown = args.iter().find(|arg| arg.value.why().is_some());
                match unknown {
                    Some(unknown) => Some(unknown.value.clone()),
                    None => text::method(self, &text, name, positional.as_deref()?, at),
                }
            }
            Kind::Path(path) => self.path_method(path, name, &positional.unwrap_or_default(), at),
            Kind::Dict(pairs) => match (name, positional.as_deref()) {
                ("get", Some([key])) => {
                    let has = pairs
                        .pairs
                        .iter()
                        .any(|(known, _)| super::ops::equal(known, key) == Some(true));
                    Some(if has {
                        super::ops::item(self, receiver, key, at)
                    } else {
                        Val::new(Kind::None, at)
                    })
                }
                ("get", Some([key, default])) => {
                    let has = pairs
                        .pairs
                        .iter()
                        .any(|(known, _)| super::ops::equal(known, key) == Some(true));
                    Some(if has {
                        super::ops::item(self, receiver, key, at)
                    } else {
                        default.clone()
                    })
                }
                ("copy", Some([])) => {
                    let pairs = pairs.pairs.clone();
                    Some(self.dict(pairs, at))
                }
                _ => None,
            },
            Kind::List(list) if name == "copy" && args.is_empty() => {
                let items = list.items.clone();
                Some(self.list(items, at))
            }
            Kind::Object(object) if name == "model_copy" => {
                let object = Rc::clone(object);
                self.model_copy(&object, args, at)
            }
            _ => None,
        };
        Some(known.unwrap_or_else(|| {
            if !is_pure_method(name) {
                let message = format!("`.{name}(…)` may change this in place");
                let why = Rc::new(Why::new("chain::changed", at, message).hint(CONSTANT));
                self.taint(receiver, &why, false);
            }
            self.hand_over(args, at, name);
            let message = format!(
                "what `.{name}(…)` of {} returns is not evaluated",
                receiver.describe()
            );
            Why::new("chain::call", at, message).hint(CONSTANT).val()
        }))
    }

    /// `object.model_copy(update={…})`: the same arguments, and others. `None` where the real one
    /// would not check what it is given.
    fn model_copy(&mut self, object: &Object, args: &[Arg], at: Place) -> Option<Val> {
        let mut made = object.args.clone();
        for arg in args {
            let ArgName::Named(name, _) = &arg.name else {
                return None;
            };
            match (&**name, &arg.value.kind) {
                ("deep", Kind::Bool(_)) => {}
                ("update", Kind::Dict(pairs)) if self.changed(&arg.value).is_none() => {
                    for (key, value) in &pairs.pairs {
                        let name = key.as_str()?;
                        object.class.parameters()?.contains(&name).then_some(())?;
                        made.retain(|arg| !matches!(&arg.name, ArgName::Named(known, _) if **known == *name));
                        let name = ArgName::Named(name.into(), key.at);
                        made.push(Arg {
                            name,
                            value: value.clone(),
                        });
                    }
                }
                _ => return None,
            }
        }
        (!object.class.takes_positional()).then(|| self.make(object.class, made, at))
    }
}

fn unknown_call(at: Place, name: &str) -> Val {
    let message = format!("what `{name}(…)` returns is known only when it runs");
    Why::new("chain::call", at, message).hint(CONSTANT).val()
}

//! From values of the program to nodes of a configuration.

use plimsoll_core::diagnostic::{Diagnostic, Severity};
use plimsoll_core::schema::{Reader, Type};
use plimsoll_core::span::Span;
use plimsoll_core::suggest::did_you_mean;
use plimsoll_core::value::{Key, Map, Node, Value};

use crate::python::Interpreter;
use crate::python::known::Class;
use crate::python::load::Place;
use crate::python::value::{Arg, ArgName, Kind, Object, PathForm, Val, Why};

/// The domain of the codes of this crate.
pub(crate) const DOMAIN: &str = "chain";

/// Turns values into nodes, and notes what is wrong on the way.
pub(crate) struct Lower<'i, 'a> {
    pub(crate) interpreter: &'i Interpreter<'a>,
    pub(crate) items: Vec<Diagnostic>,
    /// The argument that is being read, to say where a value is needed.
    pub(crate) argument: Option<Place>,
}

/// What is asked for of an argument: its value, and where its name is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Needed<'v> {
    pub(crate) value: &'v Val,
    /// Where the argument is named, or else its value.
    pub(crate) at: Place,
}

impl<'i, 'a> Lower<'i, 'a> {
    pub(crate) fn new(interpreter: &'i Interpreter<'a>) -> Self {
        Self {
            interpreter,
            items: Vec::new(),
            argument: None,
        }
    }

    pub(crate) fn span(&self, place: Place) -> Option<Span> {
        self.interpreter.program.span(place)
    }

    /// Notes a problem once.
    pub(crate) fn push(&mut self, problem: Diagnostic) {
        if !self.items.contains(&problem) {
            self.items.push(problem);
        }
    }

    /// Notes an error at a place.
    pub(crate) fn error(&mut self, code: &'static str, at: Place, message: impl Into<String>) {
        self.push(self.problem(code, at, message));
    }

    /// An error at a place.
    pub(crate) fn problem(
        &self,
        code: &'static str,
        at: Place,
        message: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic::error(code, message).at(self.span(at))
    }

    /// Refuses what is not known without running the program.
    pub(crate) fn refuse(&mut self, why: &Why) {
        let code = why.code;
        let mut problem = Diagnostic::error(code, why.message.clone()).at(self.span(why.at));
        if let Some((at, text)) = why.also {
            problem = problem.also(self.span(at), text);
        }
        if let Some(at) = self.argument.filter(|at| !overlaps(*at, why.at)) {
            problem = problem.also(self.span(at), "needed here");
        }
        self.push(problem.maybe_hint(why.hint.clone()));
    }

    /// Whether a value is known, and still what it was made as; notes why where not.
    pub(crate) fn is_known(&mut self, value: &Val) -> bool {
        let interpreter = self.interpreter;
        let why = value.why().or_else(|| interpreter.changed(value));
        if let Some(why) = why {
            self.refuse(why);
        }
        why.is_none()
    }

    /// Whether nothing that refuses the input has been noted since there were `count` problems.
    pub(crate) fn is_sound_since(&self, count: usize) -> bool {
        !self.items[count..]
            .iter()
            .any(|item| item.severity == Severity::Error)
    }

    /// The arguments of a call, by the names of the parameters.
    pub(crate) fn bind<'v>(
        &mut self,
        object: &'v Object,
        parameters: &'static [&'static str],
        positional: bool,
    ) -> Bound<'v> {
        let mut bound: Vec<(&'static str, Needed<'v>)> = Vec::new();
        let class = match parameters {
            ["chainlet_cls", ..] => "depends",
            _ => object.class.name(),
        };
        for (position, arg) in object.args.iter().enumerate() {
            let (name, at) = match &arg.name {
                ArgName::Splat => {
                    self.is_known(&arg.value);
                    continue;
                }
                ArgName::Position => match parameters.get(position).filter(|_| positional) {
                    Some(name) => (*name, arg.value.at),
                    None => {
                        let message = if positional {
                            format!("{class} takes {} arguments", parameters.len())
                        } else {
                            format!("{class} takes arguments by name alone")
                        };
                        self.error("chain::unknown-argument", arg.value.at, message);
                        continue;
                    }
                },
                ArgName::Named(name, at) => {
                    match parameters.iter().find(|known| ***known == **name) {
                        Some(name) => (*name, *at),
                        None => {
                            let message = format!("{class} has no argument `{name}`");
                            let problem = self
                                .problem("chain::unknown-argument", *at, message)
                                .expected(format!("one of {}", parameters.join(", ")))
                                .maybe_hint(did_you_mean(name, parameters.iter().copied()));
                            self.push(problem);
                            continue;
                        }
                    }
                }
            };
            if let Some((_, first)) = bound.iter().find(|(known, _)| *known == name) {
                let message = format!("{class} is given `{name}` twice");
                let problem = self.problem("chain::duplicate-argument", at, message);
                let problem = problem.also(self.span(first.at), "the first one");
                self.push(problem);
                continue;
            }
            bound.push((
                name,
                Needed {
                    value: &arg.value,
                    at,
                },
            ));
        }
        Bound(bound)
    }

    /// The node of a value: a plain one, or what a model of Truss is made of.
    pub(crate) fn node(&mut self, value: &Val) -> Option<Node> {
        if !self.is_known(value) {
            return None;
        }
        let plain = match &value.kind {
            Kind::None => Value::Null,
            Kind::Bool(flag) => Value::Bool(*flag),
            Kind::Int(number) => Value::Int(*number),
            Kind::BigInt(digits) => Value::BigInt((**digits).into()),
            Kind::Float(number) => Value::Float(*number),
            Kind::Str(text) => Value::Str((**text).into()),
            Kind::Member(member) if member.is_text => {
                return self
                    .node(&member.value)
                    .map(|node| self.placed(node.value, value.at));
            }
            Kind::List(list) | Kind::Tuple(list) => {
                let items: Vec<_> = list.items.iter().map(|item| self.node(item)).collect();
                Value::List(items.into_iter().collect::<Option<_>>()?)
            }
            Kind::Dict(pairs) => {
                let mut map = Map::new();
                let mut sound = true;
                for (key, value) in &pairs.pairs {
                    let node = self.node(value);
                    let span = self.span(key.at);
                    match (self.key(key), node) {
                        (Some(key), Some(node)) => {
                            map.insert(key, span, node);
                        }
                        _ => sound = false,
                    }
                }
                return sound.then(|| self.placed(Value::Map(Box::new(map)), value.at));
            }
            Kind::Object(object) if matches!(object.class, Class::Truss(_)) => {
                return self.model(object, value.at);
            }
            Kind::Path(path) if path.form == PathForm::Text => {
                let message = "this text depends on where the chain stands, which another machine does \
                               not share";
                self.error("chain::location", value.at, message);
                return None;
            }
            _ => {
                let message = format!(
                    "{} is nothing that a configuration holds here",
                    value.describe()
                );
                self.error("chain::wrong-type", value.at, message);
                return None;
            }
        };
        Some(self.placed(plain, value.at))
    }

    fn key(&mut self, key: &Val) -> Option<Key> {
        match &key.kind {
            Kind::Int(number) => Some(Key::Int(*number)),
            Kind::Bool(flag) => Some(Key::Bool(*flag)),
            Kind::None => Some(Key::Null),
            Kind::Float(number) => Some(Key::Float(*number)),
            _ => match key.as_str() {
                Some(text) => Some(Key::from(text)),
                None => {
                    self.is_known(key);
                    let message = format!("{} is no key of a configuration", key.describe());
                    self.error("chain::wrong-type", key.at, message);
                    None
                }
            },
        }
    }

    pub(crate) fn placed(&self, value: Value, at: Place) -> Node {
        let mut node = Node::from(false);
        node.value = value;
        node.origin.span = self.span(at);
        node
    }

    /// A model of Truss, whose tables say which keys it has.
    fn model(&mut self, object: &Object, at: Place) -> Option<Node> {
        let mut map = self.keywords(object)?;
        let kind = match object.class {
            Class::Truss("HTTPOptions") => Some("http"),
            Class::Truss("WebsocketOptions") => Some("websocket"),
            Class::Truss("GRPCOptions") => Some("grpc"),
            _ => None,
        };
        if let Some(kind) = kind.filter(|_| !map.contains("kind")) {
            map.set("kind", self.placed(Value::Str(kind.into()), at));
        }
        Some(self.placed(Value::Map(Box::new(map)), at))
    }

    /// The keyword arguments of a call as a mapping; positional ones are refused.
    pub(crate) fn keywords(&mut self, object: &Object) -> Option<Map> {
        let mut map = Map::new();
        let mut sound = true;
        for Arg { name, value } in &object.args {
            match name {
                ArgName::Named(name, at) => {
                    let outer = self.argument.replace(*at);
                    let node = self.node(value);
                    self.argument = outer;
                    sound &= node.is_some();
                    if let Some(node) = node {
                        map.insert(Key::from(&**name), self.span(*at), node);
                    }
                }
                ArgName::Splat => sound &= self.is_known(value),
                ArgName::Position => {
                    let message = format!("{} takes arguments by name alone", object.class.name());
                    self.error("chain::unknown-argument", value.at, message);
                    sound = false;
                }
            }
        }
        sound.then_some(map)
    }

    /// Checks a node against a type; `place` says where it is in the configuration.
    pub(crate) fn check(&mut self, place: &[&str], kind: &'static Type, node: &mut Node) -> bool {
        self.check_as(DOMAIN, place, kind, node)
    }

    /// The same, with codes of another domain.
    pub(crate) fn check_as(
        &mut self,
        domain: &'static str,
        place: &[&str],
        kind: &'static Type,
        node: &mut Node,
    ) -> bool {
        let mut found = Vec::new();
        let mut reader = Reader::new(domain, &mut found);
        below(&mut reader, place, &mut |reader| reader.value(kind, node));
        let count = self.items.len();
        for problem in found {
            self.push(problem);
        }
        self.is_sound_since(count)
    }

    /// The node of an argument, checked against a type.
    pub(crate) fn typed(
        &mut self,
        needed: Needed<'_>,
        place: &[&str],
        kind: &'static Type,
    ) -> Option<Node> {
        let outer = self.argument.replace(needed.at);
        let node = self.node(needed.value);
        self.argument = outer;
        let mut node = node?;
        self.check(place, kind, &mut node).then_some(node)
    }

    /// The node of a list argument of strict models: a tuple is none.
    pub(crate) fn list(
        &mut self,
        needed: Needed<'_>,
        place: &[&str],
        kind: &'static Type,
    ) -> Option<Node> {
        if matches!(needed.value.kind, Kind::Tuple(_)) {
            let message = format!("`{}` must be a list, and is a tuple", place.join("."));
            let problem = self.problem("chain::wrong-type", needed.value.at, message);
            self.push(
                problem
                    .expected("a list")
                    .hint("write it in square brackets"),
            );
            return None;
        }
        self.typed(needed, place, kind)
    }
}

/// The arguments of a call, by name.
#[derive(Debug)]
pub(crate) struct Bound<'v>(Vec<(&'static str, Needed<'v>)>);

impl<'v> Bound<'v> {
    pub(crate) fn get(&self, name: &str) -> Option<Needed<'v>> {
        self.0
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, needed)| *needed)
    }

    /// The same, where `None` means that nothing is given.
    pub(crate) fn given(&self, name: &str) -> Option<Needed<'v>> {
        self.get(name)
            .filter(|needed| !matches!(needed.value.kind, Kind::None))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'static str, Needed<'v>)> {
        self.0.iter().copied()
    }
}

fn below(reader: &mut Reader<'_>, place: &[&str], work: &mut dyn FnMut(&mut Reader<'_>)) {
    match place {
        [] => work(reader),
        [first, rest @ ..] => reader.below(first, |reader| below(reader, rest, work)),
    }
}

fn overlaps(one: Place, other: Place) -> bool {
    one.module == other.module && one.range.intersect(other.range).is_some()
}

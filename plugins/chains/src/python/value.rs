//! Values, as far as they are known without running the program.

use std::rc::Rc;

use super::known::{Class, Symbol};
use super::load::Place;

/// A value and where it is written.
#[derive(Clone, Debug)]
pub(crate) struct Val {
    pub(crate) kind: Kind,
    pub(crate) at: Place,
}

/// Identifies an object that can be changed in place.
pub(crate) type ObjectId = u32;

/// What a value is.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    None,
    Bool(bool),
    Int(i64),
    /// An integer beyond 64 bits, in decimal.
    BigInt(Rc<str>),
    Float(f64),
    Str(Rc<str>),
    List(Rc<Items>),
    Tuple(Rc<Items>),
    Dict(Rc<Pairs>),
    /// A path, in any of the forms it has on its way.
    Path(Rc<Path>),
    /// A member of an enumeration.
    Member(Rc<Member>),
    /// An instance of a class that makes up a configuration.
    Object(Rc<Object>),
    /// What a library gives a name to.
    Known(Symbol),
    /// A module.
    Module(Rc<ModuleRef>),
    /// A class of the chain, by its position.
    Class(usize),
    /// A function of the chain, by its position.
    Function(usize),
    /// What `mark_entrypoint("name")` returns.
    Marker(Rc<Val>),
    /// What `depends(…)` returns.
    Depends(Rc<Object>),
    /// What `depends_context()` returns.
    Context,
    /// Not known without running the program.
    Unknown(Rc<Why>),
}

/// How large a value is: names make trees of any depth and size from few lines.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Shape {
    /// How many levels there are below.
    pub(crate) depth: u32,
    /// How many values there are below, with those that are there twice.
    pub(crate) size: usize,
}

impl Shape {
    /// The shape of what holds these.
    pub(crate) fn of<'a>(parts: impl Iterator<Item = &'a Val>) -> Self {
        parts
            .map(Val::shape)
            .fold(Self { depth: 1, size: 1 }, |whole, part| Self {
                depth: whole.depth.max(part.depth + 1),
                size: whole.size.saturating_add(part.size),
            })
    }
}

/// A list or a tuple.
#[derive(Debug)]
pub(crate) struct Items {
    pub(crate) id: ObjectId,
    pub(crate) shape: Shape,
    pub(crate) items: Vec<Val>,
}

/// A dictionary.
#[derive(Debug)]
pub(crate) struct Pairs {
    pub(crate) id: ObjectId,
    pub(crate) shape: Shape,
    pub(crate) pairs: Vec<(Val, Val)>,
}

/// The forms of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PathForm {
    /// A `pathlib.Path`.
    Path,
    /// A string.
    Text,
    /// What `make_abs_path_here` returns.
    AbsPath,
}

/// A path.
#[derive(Clone, Debug)]
pub(crate) struct Path {
    pub(crate) form: PathForm,
    /// Whether `text` is relative to the root of the tree, rather than what is written.
    pub(crate) anchored: bool,
    /// The path; below the root of the tree, in its plainest form.
    pub(crate) text: String,
}

/// A member of an enumeration.
#[derive(Debug)]
pub(crate) struct Member {
    /// The enumeration.
    pub(crate) class: String,
    /// Its name there.
    pub(crate) name: String,
    /// Its value.
    pub(crate) value: Val,
    /// Whether it is a string too.
    pub(crate) is_text: bool,
}

/// What a call of a known class is given.
#[derive(Debug)]
pub(crate) struct Object {
    pub(crate) id: ObjectId,
    pub(crate) shape: Shape,
    pub(crate) class: Class,
    pub(crate) args: Vec<Arg>,
}

/// One argument of a call.
#[derive(Clone, Debug)]
pub(crate) struct Arg {
    pub(crate) name: ArgName,
    pub(crate) value: Val,
}

/// How an argument is given.
#[derive(Clone, Debug)]
pub(crate) enum ArgName {
    /// By position.
    Position,
    /// By name, which is written there.
    Named(Rc<str>, Place),
    /// By `*` or `**` of something that is not known.
    Splat,
}

/// A module.
#[derive(Debug)]
pub(crate) enum ModuleRef {
    /// A library that is known here, or a part of one.
    Library(String),
    /// A module of the chain, or a folder of such; the name it is imported by.
    Own(String),
    /// Anything else.
    Other(String),
}

/// Why a value is not known.
#[derive(Debug)]
pub(crate) struct Why {
    /// The code of the diagnostic.
    pub(crate) code: &'static str,
    /// One sentence.
    pub(crate) message: String,
    /// The place it is about.
    pub(crate) at: Place,
    /// Another place that explains it.
    pub(crate) also: Option<(Place, &'static str)>,
    /// The way out.
    pub(crate) hint: Option<String>,
}

impl Why {
    pub(crate) fn new(code: &'static str, at: Place, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            at,
            also: None,
            hint: None,
        }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(crate) fn also(mut self, at: Place, text: &'static str) -> Self {
        self.also = Some((at, text));
        self
    }

    pub(crate) fn val(self) -> Val {
        Val {
            at: self.at,
            kind: Kind::Unknown(Rc::new(self)),
        }
    }
}

impl Val {
    pub(crate) fn new(kind: Kind, at: Place) -> Self {
        Self { kind, at }
    }

    pub(crate) fn text(text: impl Into<Rc<str>>, at: Place) -> Self {
        Self::new(Kind::Str(text.into()), at)
    }

    /// Why it is not known.
    pub(crate) fn why(&self) -> Option<&Rc<Why>> {
        match &self.kind {
            Kind::Unknown(why) => Some(why),
            _ => None,
        }
    }

    /// The string it is: a string, or a member of an enumeration of strings.
    pub(crate) fn as_str(&self) -> Option<&str> {
        match &self.kind {
            Kind::Str(text) => Some(text),
            Kind::Member(member) if member.is_text => member.value.as_str(),
            _ => None,
        }
    }

    /// How large it is.
    pub(crate) fn shape(&self) -> Shape {
        match &self.kind {
            Kind::List(list) | Kind::Tuple(list) => list.shape,
            Kind::Dict(pairs) => pairs.shape,
            Kind::Object(object) | Kind::Depends(object) => object.shape,
            Kind::Member(member) => Shape::of(std::iter::once(&member.value)),
            Kind::Marker(name) => Shape::of(std::iter::once(&**name)),
            _ => Shape { depth: 0, size: 1 },
        }
    }

    /// The items it has, when it is a list or a tuple.
    pub(crate) fn items(&self) -> Option<&[Self]> {
        match &self.kind {
            Kind::List(list) | Kind::Tuple(list) => Some(&list.items),
            _ => None,
        }
    }

    /// Whether Python takes it for true; `None` where that is not known.
    pub(crate) fn truth(&self) -> Option<bool> {
        Some(match &self.kind {
            Kind::None => false,
            Kind::Bool(flag) => *flag,
            Kind::Int(number) => *number != 0,
            Kind::Float(number) => *number != 0.0,
            Kind::Str(text) => !text.is_empty(),
            Kind::List(list) | Kind::Tuple(list) => !list.items.is_empty(),
            Kind::Dict(pairs) => !pairs.pairs.is_empty(),
            Kind::Member(member) if member.is_text => return member.value.truth(),
            Kind::Unknown(_) => return None,
            _ => true,
        })
    }

    /// What it is, as a person would call it.
    pub(crate) fn describe(&self) -> String {
        match &self.kind {
            Kind::None => "None".to_owned(),
            Kind::Bool(flag) => if *flag { "True" } else { "False" }.to_owned(),
            Kind::Int(number) => format!("the integer {number}"),
            Kind::BigInt(digits) => format!("the integer {digits}"),
            Kind::Float(number) => format!("the number {number:?}"),
            Kind::Str(text) => format!("the string {text:?}"),
            Kind::List(_) => "a list".to_owned(),
            Kind::Tuple(_) => "a tuple".to_owned(),
            Kind::Dict(_) => "a dictionary".to_owned(),
            Kind::Path(path) => match path.form {
                PathForm::Path => "a Path".to_owned(),
                PathForm::Text => "the text of a path".to_owned(),
                PathForm::AbsPath => "what make_abs_path_here makes".to_owned(),
            },
            Kind::Member(member) => format!("{}.{}", member.class, member.name),
            Kind::Object(object) => format!("a {}", object.class.name()),
            Kind::Known(Symbol::Config(class)) => format!("the class {}", class.name()),
            Kind::Known(_) => "a name of a library".to_owned(),
            Kind::Module(_) => "a module".to_owned(),
            Kind::Class(_) => "a class".to_owned(),
            Kind::Function(_) => "a function".to_owned(),
            Kind::Marker(_) => "a decorator".to_owned(),
            Kind::Depends(_) => "depends(…)".to_owned(),
            Kind::Context => "depends_context()".to_owned(),
            Kind::Unknown(_) => "a value that is not known".to_owned(),
        }
    }
}

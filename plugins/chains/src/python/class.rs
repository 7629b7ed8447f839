//! Classes: what they derive from, what their bodies bind, what decorates them.

use std::rc::Rc;

use ruff_python_ast::StmtClassDef;
use ruff_text_size::Ranged as _;

use super::known::{Base, Symbol};
use super::load::Place;
use super::run::Interpreter;
use super::scope::{Frame, Load, Scope};
use super::value::{Kind, Member, Val, Why};

/// A class that has been made.
#[derive(Debug)]
pub(crate) struct ClassInfo<'a> {
    pub(crate) def: &'a StmtClassDef,
    pub(crate) module: usize,
    /// The scope of its body.
    pub(crate) scope: usize,
    /// When it was made.
    pub(crate) time: u32,
    /// What it is looked up in, itself first.
    pub(crate) order: Vec<Ancestor>,
    /// What `mark_entrypoint` says of it: where, and the name.
    pub(crate) entrypoint: Option<(Place, Option<Val>)>,
    /// Why it may not be what its definition says.
    pub(crate) changed: Option<Rc<Why>>,
}

/// Something that a class derives from, or the class itself.
#[derive(Clone, Debug)]
pub(crate) enum Ancestor {
    /// A class of the chain, by its position.
    Own(usize),
    /// A class of a library.
    Known(Symbol),
    /// Not known.
    Unknown(Rc<Why>),
}

/// Where an attribute of a class is found.
#[derive(Debug)]
pub(crate) enum Found {
    /// In the body of a class of the chain.
    Bound(usize),
    /// In a base of the library.
    Inherited,
    /// Perhaps in something that is not known.
    Unknown(Rc<Why>),
    /// Nowhere.
    Nowhere,
}

impl<'a> Interpreter<'a> {
    /// `class C(B): …`.
    pub(crate) fn class(&mut self, frame: Frame, def: &'a StmtClassDef) {
        let at = Place {
            module: frame.module,
            range: def.name.range,
        };
        let bases = def
            .arguments
            .as_ref()
            .map(|arguments| &*arguments.args)
            .unwrap_or_default();
        let ((decorators, order), loads) = self.with_loads(|this| {
            let mut decorators = Vec::new();
            for decorator in &def.decorator_list {
                decorators.push(this.eval(frame, &decorator.expression));
            }
            let mut order = Vec::new();
            for base in bases {
                let value = this.eval(frame, base);
                this.ancestors(value, &mut order);
            }
            (decorators, order)
        });
        let scope = self.scopes.len();
        self.scopes.push(Scope::default());
        self.with_loads(|this| {
            this.block(
                Frame {
                    module: frame.module,
                    class: Some(scope),
                },
                &def.body,
            );
        });
        let class = self.classes.len();
        let mut order: Vec<Ancestor> = std::iter::once(Ancestor::Own(class)).chain(order).collect();
        last_of_each(&mut order);
        self.clock += 1;
        self.classes.push(ClassInfo {
            def,
            module: frame.module,
            scope,
            time: self.clock,
            order,
            entrypoint: None,
            changed: None,
        });
        let keywords = def
            .arguments
            .iter()
            .flat_map(|arguments| &arguments.keywords);
        for keyword in keywords {
            let (value, _) = self.with_loads(|this| this.eval(frame, &keyword.value));
            if !matches!(value.kind, Kind::Known(Symbol::Harmless)) {
                let at = Place {
                    module: frame.module,
                    range: keyword.range,
                };
                let message = "what this makes of the class is known only when it runs";
                self.classes[class].changed = Some(Rc::new(Why::new("chain::call", at, message)));
            }
        }
        if let Found::Bound(binding) = self.attribute_above(class, "__init_subclass__") {
            let at = self.bindings[binding].value.at;
            let message = "what `__init_subclass__` makes of the class is known only when it runs";
            self.classes[class].changed = Some(Rc::new(Why::new("chain::call", at, message)));
        }
        let mut value = Val::new(Kind::Class(class), at);
        for (decorator, node) in decorators.iter().zip(&def.decorator_list).rev() {
            let place = Place {
                module: frame.module,
                range: node.range(),
            };
            value = self.decorate(decorator, value, class, place);
        }
        self.bind(frame.scope(), def.name.as_str(), value, at, loads);
    }

    fn decorate(&mut self, decorator: &Val, value: Val, class: usize, at: Place) -> Val {
        let name = match &decorator.kind {
            Kind::Known(Symbol::MarkEntrypoint) => None,
            Kind::Marker(name) => Some((**name).clone()),
            Kind::Known(Symbol::Harmless) => return value,
            _ => {
                let message = "what this decorator makes of the class is known only when it runs";
                let why = Why::new("chain::call", at, message)
                    .hint("leave the decorator out, or put it on a class that is no chainlet");
                let info = &mut self.classes[class];
                info.changed.get_or_insert_with(|| Rc::new(why));
                return value;
            }
        };
        self.classes[class].entrypoint = Some((at, name));
        value
    }

    /// Adds a base, and all that it is looked up in.
    fn ancestors(&self, base: Val, order: &mut Vec<Ancestor>) {
        match base.kind {
            Kind::Class(class) => order.extend(self.classes[class].order.iter().cloned()),
            Kind::Known(symbol) => order.push(Ancestor::Known(symbol)),
            Kind::Unknown(why) => order.push(Ancestor::Unknown(why)),
            _ => {
                let message = "what this class derives from is not known";
                let why = Why::new("chain::outside", base.at, message);
                order.push(Ancestor::Unknown(Rc::new(why)));
            }
        }
    }

    /// Which kind of chainlet a class is.
    pub(crate) fn base(&self, class: usize) -> Option<Base> {
        self.classes[class]
            .order
            .iter()
            .find_map(|ancestor| match ancestor {
                Ancestor::Known(Symbol::Base(base)) => Some(*base),
                _ => None,
            })
    }

    /// Looks an attribute of a class up.
    pub(crate) fn attribute(&self, class: usize, name: &str) -> Found {
        self.found(&self.classes[class].order, name)
    }

    /// Looks an attribute up in all that a class derives from.
    fn attribute_above(&self, class: usize, name: &str) -> Found {
        self.found(self.classes[class].order.get(1..).unwrap_or_default(), name)
    }

    fn found(&self, order: &[Ancestor], name: &str) -> Found {
        for ancestor in order {
            match ancestor {
                Ancestor::Own(class) => {
                    let scope = &self.scopes[self.classes[*class].scope];
                    if let Some(binding) = scope.names.get(name) {
                        return Found::Bound(*binding);
                    }
                }
                Ancestor::Known(Symbol::Base(_)) => return Found::Inherited,
                Ancestor::Known(_) => {}
                Ancestor::Unknown(why) => return Found::Unknown(Rc::clone(why)),
            }
        }
        Found::Nowhere
    }

    /// `C.name`.
    pub(crate) fn class_attribute(&mut self, class: usize, name: &str, at: Place) -> Val {
        if let Some(why) = &self.classes[class].changed {
            return Val::new(Kind::Unknown(Rc::clone(why)), at);
        }
        let shown = self.classes[class].def.name.as_str();
        match self.attribute(class, name) {
            Found::Bound(binding) => {
                let value = self.load(binding, at);
                let is_value = !matches!(value.kind, Kind::Function(_) | Kind::Unknown(_));
                match self
                    .enumeration(class)
                    .filter(|_| is_value && !name.starts_with('_'))
                {
                    Some(is_text) => {
                        let member = Member {
                            class: shown.to_owned(),
                            name: name.to_owned(),
                            value,
                            is_text,
                        };
                        let at = member.value.at;
                        Val::new(Kind::Member(Rc::new(member)), at)
                    }
                    None => value,
                }
            }
            Found::Unknown(why) => Val::new(Kind::Unknown(why), at),
            Found::Inherited => {
                let message = format!("`{shown}` inherits `{name}` from a library");
                Why::new("chain::not-constant", at, message)
                    .hint(super::run::CONSTANT)
                    .val()
            }
            Found::Nowhere => {
                let message = format!("`{shown}` has no `{name}`");
                Why::new("chain::unknown-name", at, message).val()
            }
        }
    }

    /// Whether a class is an enumeration, and one of strings.
    fn enumeration(&self, class: usize) -> Option<bool> {
        let mut text = false;
        let mut found = None;
        for ancestor in &self.classes[class].order {
            match ancestor {
                Ancestor::Known(Symbol::EnumBase(is_text)) => found = Some(*is_text),
                Ancestor::Known(Symbol::Builtin("str")) => text = true,
                _ => {}
            }
        }
        found.map(|is_text| is_text || text)
    }

    /// The value of a class's attribute, and what was looked up to make it.
    pub(crate) fn bound(&self, binding: usize) -> (&Val, Load) {
        let value = &self.bindings[binding].value;
        (
            value,
            Load {
                binding,
                at: value.at,
            },
        )
    }
}

/// Of what is there twice, the last stays: a base that several share comes after all of them.
fn last_of_each(order: &mut Vec<Ancestor>) {
    let same = |one: &Ancestor, other: &Ancestor| match (one, other) {
        (Ancestor::Own(one), Ancestor::Own(other)) => one == other,
        (Ancestor::Known(one), Ancestor::Known(other)) => one == other,
        _ => false,
    };
    let mut position = 0;
    while position < order.len() {
        if order[position + 1..]
            .iter()
            .any(|later| same(&order[position], later))
        {
            order.remove(position);
        } else {
            position += 1;
        }
    }
}

//! Names and what they are bound to, with who looked when: what is bound anew later is told from
//! what is settled.

use std::collections::HashMap;
use std::rc::Rc;

use super::load::Place;
use super::run::Interpreter;
use super::value::{Kind, ObjectId, Val, Why};

/// The names of a module or of the body of a class.
#[derive(Debug, Default)]
pub(crate) struct Scope<'a> {
    pub(crate) names: HashMap<&'a str, usize>,
    /// Why a name that is not here may still be bound: `from … import *` of a library.
    pub(crate) wildcard: Option<Rc<Why>>,
    /// Why its names may be bound by their texts.
    pub(crate) reached: Option<Rc<Why>>,
}

/// One binding of a name.
#[derive(Debug)]
pub(crate) struct Binding<'a> {
    pub(crate) scope: usize,
    pub(crate) name: &'a str,
    pub(crate) value: Val,
    /// When and where the name was bound anew.
    pub(crate) superseded: Option<(u32, Place)>,
    /// What was looked up to make the value.
    pub(crate) loads: Vec<Load>,
}

/// One look-up of a name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    /// The position in [`Interpreter::bindings`].
    pub(crate) binding: usize,
    /// Where the name is used.
    pub(crate) at: Place,
}

/// Where a statement or an expression is evaluated.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    pub(crate) module: usize,
    /// The scope of the class whose body it is in.
    pub(crate) class: Option<usize>,
}

impl Frame {
    /// The scope that names are bound in.
    pub(crate) fn scope(self) -> usize {
        self.class.unwrap_or(self.module)
    }
}

impl<'a> Interpreter<'a> {
    /// Binds a name, with what has been looked up since `loads_before`.
    pub(crate) fn bind(
        &mut self,
        scope: usize,
        name: &'a str,
        value: Val,
        at: Place,
        loads: Vec<Load>,
    ) {
        self.clock += 1;
        let binding = self.bindings.len();
        let reached = self
            .scopes
            .get(scope)
            .and_then(|scope| scope.reached.clone());
        let value = match reached.filter(|_| !stays(&value.kind)) {
            Some(why) => Val::new(Kind::Unknown(why), at),
            None => value,
        };
        self.bindings.push(Binding {
            scope,
            name,
            value,
            superseded: None,
            loads,
        });
        let Some(names) = self.scopes.get_mut(scope) else {
            return;
        };
        if let Some(before) = names.names.insert(name, binding)
            && let Some(before) = self.bindings.get_mut(before)
        {
            before.superseded = Some((self.clock, at));
        }
    }

    /// Looks a name up.
    pub(crate) fn lookup(&mut self, frame: Frame, name: &str, at: Place) -> Val {
        for scope in frame.class.into_iter().chain([frame.module]) {
            if let Some(&binding) = self.scopes[scope].names.get(name) {
                return self.load(binding, at);
            }
        }
        match name {
            "__file__" => return self.own_file(frame, at),
            "__name__" => return Val::text(self.program.modules[frame.module].name.as_str(), at),
            _ => {}
        }
        if let Some(why) = &self.scopes[frame.module].wildcard {
            return Val::new(Kind::Unknown(Rc::clone(why)), at);
        }
        if super::blocks::REACHING.contains(&name) {
            return self.reach(frame, name, at);
        }
        if let Some(symbol) = super::known::builtin(name) {
            return Val::new(Kind::Known(symbol), at);
        }
        Why::new(
            "chain::unknown-name",
            at,
            format!("the name `{name}` is not bound here"),
        )
        .val()
    }

    /// Takes it that names are bound by their texts: none of the module's is certain any more.
    pub(crate) fn reach(&mut self, frame: Frame, name: &str, at: Place) -> Val {
        let message = format!("`{name}` reaches names by their texts: it may bind any of them");
        let why = Rc::new(Why::new("chain::changed", at, message).hint("bind names by statements"));
        for scope in frame.class.into_iter().chain([frame.module]) {
            self.scopes[scope].reached = Some(Rc::clone(&why));
            self.unbind(scope, &why);
        }
        Val::new(Kind::Unknown(why), at)
    }

    /// Takes it that the values of a scope are none that are known any more.
    fn unbind(&mut self, scope: usize, why: &Rc<Why>) {
        let names: Vec<(&'a str, usize)> = self.scopes[scope]
            .names
            .iter()
            .map(|(name, binding)| (*name, *binding))
            .collect();
        for (name, binding) in names {
            if !stays(&self.bindings[binding].value.kind) {
                let value = Val::new(Kind::Unknown(Rc::clone(why)), why.at);
                self.bind(scope, name, value, why.at, Vec::new());
            }
        }
    }

    /// Takes the value of a binding, and notes that it was.
    pub(crate) fn load(&mut self, binding: usize, at: Place) -> Val {
        self.loads.push(Load { binding, at });
        self.bindings[binding].value.clone()
    }

    /// Evaluates, and says what was looked up on the way. The caller's look-ups stay as they are.
    pub(crate) fn with_loads<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> (T, Vec<Load>) {
        let before = std::mem::take(&mut self.loads);
        let result = work(self);
        (result, std::mem::replace(&mut self.loads, before))
    }

    /// Notes that an object may have been changed in place, and with `deep` all that it holds.
    pub(crate) fn taint(&mut self, value: &Val, why: &Rc<Why>, deep: bool) {
        let id = match &value.kind {
            Kind::List(list) => list.id,
            Kind::Dict(pairs) => pairs.id,
            Kind::Object(object) => object.id,
            Kind::Class(class) => {
                if let Some(class) = self.classes.get_mut(*class) {
                    class.changed.get_or_insert_with(|| Rc::clone(why));
                }
                return;
            }
            Kind::Tuple(list) => list.id,
            Kind::Module(module) => {
                if let super::value::ModuleRef::Own(name) = &**module
                    && let Some(module) = self.program.module(name)
                {
                    self.unbind(module, why);
                }
                return;
            }
            _ => return,
        };
        if !self.note_change(id, why, deep) || !deep {
            return;
        }
        match &value.kind {
            Kind::List(list) | Kind::Tuple(list) => {
                list.items
                    .iter()
                    .for_each(|item| self.taint(item, why, true));
            }
            Kind::Dict(pairs) => pairs
                .pairs
                .iter()
                .for_each(|(_, item)| self.taint(item, why, true)),
            Kind::Object(object) => {
                object
                    .args
                    .iter()
                    .for_each(|arg| self.taint(&arg.value, why, true));
            }
            _ => {}
        }
    }

    /// Whether that was news.
    fn note_change(&mut self, id: ObjectId, why: &Rc<Why>, deep: bool) -> bool {
        match self.tainted.get_mut(&id) {
            Some((_, true)) => false,
            Some((_, known)) => std::mem::replace(known, deep) != deep,
            None => {
                self.tainted.insert(id, (Rc::clone(why), deep));
                true
            }
        }
    }

    /// Why an object may not be what it was made as.
    pub(crate) fn changed(&self, value: &Val) -> Option<&Rc<Why>> {
        let id = match &value.kind {
            Kind::List(list) => list.id,
            Kind::Dict(pairs) => pairs.id,
            Kind::Object(object) | Kind::Depends(object) => object.id,
            _ => return None,
        };
        self.tainted.get(&id).map(|(why, _)| why)
    }

    /// What, of all that these look-ups rest on, is bound anew after `time`, or changed by a
    /// function: what the value is then depends on when and how often things are run.
    pub(crate) fn unsettled(&self, loads: &[Load], time: u32) -> Vec<Why> {
        let mut reasons = Vec::new();
        let mut seen = std::collections::HashSet::new();
        let mut pending: Vec<Load> = loads.to_vec();
        while let Some(load) = pending.pop() {
            let Some(binding) = self
                .bindings
                .get(load.binding)
                .filter(|_| seen.insert(load.binding))
            else {
                continue;
            };
            pending.extend(&binding.loads);
            if matches!(
                binding.value.kind,
                Kind::Unknown(_) | Kind::Module(_) | Kind::Known(_)
            ) {
                continue;
            }
            let name = binding.name;
            if let Some((_, at)) = binding.superseded.filter(|(when, _)| *when > time) {
                let message = format!("`{name}` is bound anew after it is used in a configuration");
                let why = Why::new("chain::reassigned", at, message).also(load.at, "used here");
                reasons.push(why.hint("give the second value a name of its own"));
            } else if let Some(at) = self.touched.get(&(binding.scope, name)) {
                let message =
                    format!("`{name}` is changed in a function, and used in a configuration");
                let why = Why::new("chain::changed", *at, message).also(load.at, "used here");
                reasons.push(why.hint("let the configuration use a constant of its own"));
            }
        }
        reasons
    }
}

/// Whether a value is taken to stay what it is, whatever may bind names.
pub(crate) fn stays(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::Module(_) | Kind::Known(_) | Kind::Class(_) | Kind::Function(_)
    )
}

impl Interpreter<'_> {
    /// What a path of names (`a`, `a.b`) stands for once everything has been run.
    pub(crate) fn named(&self, frame: Frame, expr: &ruff_python_ast::Expr) -> Option<Kind> {
        use ruff_python_ast::Expr;
        match expr {
            Expr::Name(name) => {
                let scope = self.scopes.get(frame.scope())?;
                let binding = scope.names.get(name.id.as_str())?;
                Some(self.bindings.get(*binding)?.value.kind.clone())
            }
            Expr::Attribute(attribute) => {
                let Kind::Module(module) = self.named(frame, &attribute.value)? else {
                    return None;
                };
                let name = attribute.attr.as_str();
                match &*module {
                    super::value::ModuleRef::Library(library) => {
                        super::known::symbol(library, name).map(Kind::Known)
                    }
                    super::value::ModuleRef::Own(own) => {
                        let scope = self.scopes.get(self.program.module(own)?)?;
                        let binding = scope.names.get(name)?;
                        Some(self.bindings.get(*binding)?.value.kind.clone())
                    }
                    super::value::ModuleRef::Other(_) => None,
                }
            }
            _ => None,
        }
    }
}

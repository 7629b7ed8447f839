//! `__init__`: what a chainlet depends on.

use plimsoll_core::value::Map;

use crate::config::{Lower, rpc_options};
use crate::endpoint::{Method, check_self, method};
use crate::python::known::{Base, Symbol};
use crate::python::load::Place;
use crate::python::scope::{Frame, Load};
use crate::python::value::{Kind, Val};

/// A parameter of `__init__`.
#[derive(Debug)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    pub(crate) wanted: Need,
}

/// What is passed for a parameter.
#[derive(Debug)]
pub(crate) enum Need {
    Context,
    Class {
        class: usize,
        /// How it is called: all options, written or not.
        options: Map,
        at: Place,
    },
}

/// Reads the parameters of a chainlet's `__init__`, and what was looked up for them.
pub(crate) fn dependencies(
    lower: &mut Lower<'_, '_>,
    class: usize,
) -> (Vec<Dependency>, Vec<Load>) {
    let interpreter = lower.interpreter;
    let Method::Own(function) = method(interpreter, class, "__init__") else {
        return (Vec::new(), Vec::new());
    };
    let function = &interpreter.functions[function];
    let (def, module) = (function.def, function.module);
    check_self(lower, def, module);
    let parameters = &def.parameters;
    for variadic in [&parameters.vararg, &parameters.kwarg]
        .into_iter()
        .flatten()
    {
        let at = Place {
            module,
            range: variadic.name.range,
        };
        let message = "`__init__` takes dependencies alone: no `*args`, no `**kwargs`";
        lower.error("chain::dependency", at, message);
    }
    let mut found: Vec<Dependency> = Vec::new();
    let last = function.defaults.len().saturating_sub(1);
    let nodes = parameters.iter_non_variadic_params();
    for (position, (parameter, (name, default))) in
        nodes.zip(&function.defaults).enumerate().skip(1)
    {
        let at = Place {
            module,
            range: parameter.parameter.name.range,
        };
        let Some(default) = default else {
            let message = format!("`{name}` has no default: who would pass it?");
            let problem = lower.problem("chain::dependency", at, message);
            lower.push(problem.hint(format!("write `{name}=chains.depends(…)`")));
            continue;
        };
        if !lower.is_known(default) {
            continue;
        }
        let is_context = matches!(default.kind, Kind::Context);
        if is_context != (*name == "context") || (is_context && position != last) {
            let message = "the context is the last argument, is named `context`, and has \
                           `depends_context()` as its default";
            let problem = lower.problem("chain::dependency", at, message);
            lower.push(problem.hint("write `context=chains.depends_context()` as the last one"));
            continue;
        }
        let wanted = if is_context {
            Some(Need::Context)
        } else {
            let annotation = parameter.parameter.annotation.as_deref();
            let annotation = annotation.and_then(|annotation| {
                interpreter.named(
                    Frame {
                        module,
                        class: None,
                    },
                    annotation,
                )
            });
            dependency(lower, default, annotation.as_ref(), &found, at)
        };
        if let Some(wanted) = wanted {
            found.push(Dependency {
                name: (*name).to_owned(),
                wanted,
            });
        }
    }
    (found, function.loads.clone())
}

fn dependency(
    lower: &mut Lower<'_, '_>,
    default: &Val,
    annotation: Option<&Kind>,
    before: &[Dependency],
    at: Place,
) -> Option<Need> {
    let Kind::Depends(object) = &default.kind else {
        let message = format!(
            "an argument of `__init__` is a dependency, and this is {}",
            default.describe()
        );
        let problem = lower.problem("chain::dependency", default.at, message);
        lower.push(problem.hint("leave it out: dependencies and the context alone are passed"));
        return None;
    };
    let (value, options) = rpc_options(lower, object, default.at);
    let Some(value) = value else {
        lower.error(
            "chain::dependency",
            default.at,
            "`depends` needs the class of a chainlet",
        );
        return None;
    };
    if !lower.is_known(value) {
        return None;
    }
    let interpreter = lower.interpreter;
    let class = match value.kind {
        Kind::Class(class) => Some(class),
        _ => None,
    };
    let base = class.and_then(|class| interpreter.base(class));
    let (Some(class), Some(Base::Chainlet | Base::Engine(_) | Base::Truss)) = (class, base) else {
        let message = format!(
            "`depends` needs the class of a chainlet, and this is {}",
            match base {
                Some(Base::Stub) => "a stub".to_owned(),
                Some(Base::Model) => "a model".to_owned(),
                _ => value.describe(),
            }
        );
        let problem = lower.problem("chain::dependency", default.at, message);
        let hint = "a stub of a chainlet that is deployed already is made in `__init__`, with \
                    from_url and the context";
        lower.push(problem.maybe_hint(matches!(base, Some(Base::Stub)).then(|| hint.to_owned())));
        return None;
    };
    let twice = |before: &Dependency| matches!(before.wanted, Need::Class { class: known, .. } if known == class);
    if before.iter().any(twice) {
        let name = interpreter.classes[class].def.name.as_str();
        let message = format!("`{name}` is depended on twice");
        lower.error("chain::dependency", at, message);
        return None;
    }
    if let Some(&Kind::Class(annotated)) = annotation {
        let fits = interpreter.classes[class].order.iter().any(
            |ancestor| matches!(ancestor, crate::python::Ancestor::Own(own) if *own == annotated),
        );
        let protocol = interpreter.classes[annotated].order.iter().any(|ancestor| {
            matches!(
                ancestor,
                crate::python::Ancestor::Known(Symbol::Harmless)
                    | crate::python::Ancestor::Unknown(_)
            )
        });
        if !fits && !protocol {
            let name = interpreter.classes[class].def.name.as_str();
            let message = format!("the type of this argument is no base of `{name}`");
            let problem = lower.problem("chain::dependency", at, message);
            lower.push(problem.expected(format!("`{name}`, or a Protocol that it meets")));
        }
    }
    Some(Need::Class {
        class,
        options,
        at: default.at,
    })
}

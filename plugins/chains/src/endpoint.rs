//! The methods of a chainlet: `run_remote`, `__init__`, `is_healthy`.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, Parameter, Stmt, StmtFunctionDef};
use ruff_text_size::Ranged as _;

use crate::chain::Endpoint;
use crate::config::Lower;
use crate::python::known::Symbol;
use crate::python::load::Place;
use crate::python::scope::Frame;
use crate::python::value::Kind;
use crate::python::{Found, Interpreter};

/// Where a method of a class is defined.
pub(crate) enum Method {
    /// In the chain, by the position of the function.
    Own(usize),
    /// In a base that is not known, perhaps.
    Unknown,
    /// Nowhere in the chain.
    No,
}

/// Finds a method of a class.
pub(crate) fn method(interpreter: &Interpreter<'_>, class: usize, name: &str) -> Method {
    match interpreter.attribute(class, name) {
        Found::Bound(binding) => match interpreter.bound(binding).0.kind {
            Kind::Function(function) => Method::Own(function),
            _ => Method::Unknown,
        },
        Found::Inherited | Found::Nowhere => Method::No,
        Found::Unknown(_) => Method::Unknown,
    }
}

/// Describes `run_remote`, and notes what the real code generation refuses of it.
pub(crate) fn endpoint(lower: &mut Lower<'_, '_>, class: usize) -> Endpoint {
    let interpreter = lower.interpreter;
    let info = &interpreter.classes[class];
    let function = match method(interpreter, class, "run_remote") {
        Method::Own(function) => &interpreter.functions[function],
        Method::Unknown => return Endpoint::default(),
        Method::No => {
            let at = Place {
                module: info.module,
                range: info.def.name.range,
            };
            let message = format!("`{}` has no `run_remote`", info.def.name);
            let problem = lower.problem("chain::no-run-remote", at, message);
            lower.push(problem.hint("write `async def run_remote(self, …) -> …:`"));
            return Endpoint::default();
        }
    };
    let (def, module) = (function.def, function.module);
    let mut websockets = 0;
    let parameters = &def.parameters;
    check_self(lower, def, module);
    let plain = parameters.iter_non_variadic_params().skip(1);
    for parameter in plain {
        let Parameter {
            name, annotation, ..
        } = &parameter.parameter;
        let at = Place {
            module,
            range: name.range,
        };
        match annotation {
            None => {
                let message = format!("the argument `{name}` of `run_remote` has no type");
                let problem = lower.problem("chain::signature", at, message);
                lower.push(problem.hint(format!("write `{name}: str`, or whatever it is")));
            }
            Some(annotation) if is_text(annotation) => text_annotation(lower, at),
            Some(annotation) if is_websocket(interpreter, module, annotation) => websockets += 1,
            Some(_) => {}
        }
    }
    for variadic in [&parameters.vararg, &parameters.kwarg]
        .into_iter()
        .flatten()
    {
        let at = Place {
            module,
            range: variadic.name.range,
        };
        let message = "`run_remote` takes named arguments alone: no `*args`, no `**kwargs`";
        lower.error("chain::signature", at, message);
    }
    if let Some(returns) = def.returns.as_deref().filter(|returns| is_text(returns)) {
        text_annotation(
            lower,
            Place {
                module,
                range: returns.range(),
            },
        );
    }
    postponed(lower, module);
    let endpoint = Endpoint {
        is_async: def.is_async,
        is_generator: yields(def),
        is_websocket: websockets > 0,
    };
    check(lower, &endpoint, def, module);
    endpoint
}

fn check(lower: &mut Lower<'_, '_>, endpoint: &Endpoint, def: &StmtFunctionDef, module: usize) {
    let at = Place {
        module,
        range: def.name.range,
    };
    if def.returns.is_none() {
        let problem = lower.problem(
            "chain::signature",
            at,
            "`run_remote` does not say what it returns",
        );
        lower.push(problem.hint("write `-> str`, or whatever it is"));
    }
    if endpoint.is_generator && !endpoint.is_async {
        let message = "a `run_remote` that yields must be `async`";
        lower.error("chain::signature", at, message);
    }
    if endpoint.is_websocket {
        let problems = [
            (
                def.parameters.iter_non_variadic_params().skip(1).count() > 1,
                "a `run_remote` with a websocket takes no other arguments",
            ),
            (
                !endpoint.is_async,
                "a `run_remote` with a websocket must be `async`",
            ),
            (
                def.returns
                    .as_deref()
                    .is_some_and(|returns| !returns.is_none_literal_expr()),
                "a `run_remote` with a websocket returns None",
            ),
        ];
        for (_, message) in problems.iter().filter(|(wrong, _)| *wrong) {
            lower.error("chain::signature", at, *message);
        }
    }
}

fn is_text(annotation: &Expr) -> bool {
    annotation.is_string_literal_expr()
}

fn text_annotation(lower: &mut Lower<'_, '_>, at: Place) {
    let message = "a type of `run_remote` is a string";
    let problem = lower.problem("chain::signature", at, message);
    lower.push(problem.hint("write the type itself"));
}

/// `from __future__ import annotations` makes strings of all types.
fn postponed(lower: &mut Lower<'_, '_>, module: usize) {
    let body = &lower.interpreter.program.modules[module].body;
    let found = body.iter().find_map(|stmt| match stmt {
        Stmt::ImportFrom(import)
            if import
                .module
                .as_ref()
                .is_some_and(|name| name.as_str() == "__future__") =>
        {
            import
                .names
                .iter()
                .find(|alias| alias.name.as_str() == "annotations")
        }
        _ => None,
    });
    if let Some(alias) = found {
        let at = Place {
            module,
            range: alias.range,
        };
        let message = "with postponed annotations the types of `run_remote` are strings, which Chains \
                       does not take";
        let problem = lower.problem("chain::signature", at, message);
        lower.push(problem.hint("leave this import out"));
    }
}

/// Whether an annotation means `WebSocketProtocol`: by what it names at the end of the module.
fn is_websocket(interpreter: &Interpreter<'_>, module: usize, annotation: &Expr) -> bool {
    let frame = Frame {
        module,
        class: None,
    };
    let value = interpreter.named(frame, annotation);
    matches!(value, Some(Kind::Known(Symbol::WebSocket)))
}

/// Whether there is an `is_healthy`, and whether it is `async`.
pub(crate) fn is_healthy(lower: &mut Lower<'_, '_>, class: usize) -> Option<bool> {
    let interpreter = lower.interpreter;
    let Method::Own(function) = method(interpreter, class, "is_healthy") else {
        return None;
    };
    let function = &interpreter.functions[function];
    let (def, module) = (function.def, function.module);
    check_self(lower, def, module);
    let at = Place {
        module,
        range: def.name.range,
    };
    if def.parameters.len() > 1 {
        lower.error(
            "chain::signature",
            at,
            "`is_healthy` takes no arguments but `self`",
        );
    }
    let returns = def.returns.as_deref();
    let is_bool = returns
        .is_some_and(|returns| matches!(returns, Expr::Name(name) if name.id.as_str() == "bool"));
    if !is_bool {
        let problem = lower.problem(
            "chain::signature",
            at,
            "`is_healthy` must say that it returns a bool",
        );
        lower.push(problem.hint("write `-> bool`"));
    }
    Some(def.is_async)
}

/// A method's first argument is `self`.
pub(crate) fn check_self(lower: &mut Lower<'_, '_>, def: &StmtFunctionDef, module: usize) {
    let first = def.parameters.iter_non_variadic_params().next();
    if first.is_none_or(|first| first.parameter.name.as_str() != "self") {
        let at = Place {
            module,
            range: def.name.range,
        };
        let message = format!("the first argument of `{}` must be `self`", def.name);
        lower.error("chain::signature", at, message);
    }
}

/// Whether the body has a `yield`, in no function of its own.
fn yields(def: &StmtFunctionDef) -> bool {
    #[derive(Default)]
    struct Yields(bool);
    impl<'a> Visitor<'a> for Yields {
        fn visit_stmt(&mut self, stmt: &'a Stmt) {
            if !self.0 && !matches!(stmt, Stmt::FunctionDef(_) | Stmt::ClassDef(_)) {
                visitor::walk_stmt(self, stmt);
            }
        }
        fn visit_expr(&mut self, expr: &'a Expr) {
            match expr {
                Expr::Yield(_) | Expr::YieldFrom(_) => self.0 = true,
                Expr::Lambda(_) => {}
                _ => visitor::walk_expr(self, expr),
            }
        }
    }
    let mut yields = Yields::default();
    yields.visit_body(&def.body);
    yields.0
}

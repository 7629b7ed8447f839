//! What statements do that may be run or not, or more than once: to names, and to objects.

use std::collections::HashSet;
use std::rc::Rc;

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{
    Alias, ExceptHandler, Expr, ExprContext, Parameter, Parameters, Pattern, Stmt,
};
use ruff_text_size::{Ranged as _, TextRange};

use super::load::Place;
use super::run::Interpreter;
use super::scope::Frame;
use super::value::{Val, Why};

/// Methods that change nothing.
const PURE: &[&str] = &[
    "get",
    "keys",
    "values",
    "items",
    "copy",
    "index",
    "count",
    "join",
    "split",
    "format",
    "strip",
    "lower",
    "upper",
    "replace",
    "startswith",
    "endswith",
    "model_dump",
    "model_copy",
    "exists",
    "is_file",
    "is_dir",
    "read_text",
    "joinpath",
    "resolve",
    "info",
    "debug",
    "warning",
    "error",
    "getLogger",
    "basicConfig",
];

/// Functions that change nothing that they are given.
const PURE_FUNCTIONS: &[&str] = &[
    "print",
    "len",
    "isinstance",
    "issubclass",
    "repr",
    "type",
    "id",
    "hash",
    "callable",
    "hasattr",
    "str",
    "int",
    "float",
    "bool",
    "any",
    "all",
    "sum",
    "range",
    "format",
    "list",
    "tuple",
    "dict",
    "sorted",
    "min",
    "max",
];

/// Whether a method changes nothing.
pub(crate) fn is_pure_method(name: &str) -> bool {
    PURE.contains(&name)
}

/// Whether a function of Python changes nothing that it is given.
pub(crate) fn is_pure_function(name: &str) -> bool {
    PURE_FUNCTIONS.contains(&name)
}

impl<'a> Interpreter<'a> {
    /// Takes it that the statements may be run or not: what they bind is not known, and neither is
    /// what they may change.
    pub(crate) fn disturb(&mut self, frame: Frame, body: &'a [Stmt], why: &Rc<Why>) {
        let mut effects = Effects::default();
        effects.visit_body(body);
        self.apply(frame, effects, why);
    }

    /// The same of an expression that is not evaluated.
    pub(crate) fn disturb_expr(&mut self, frame: Frame, expr: &'a Expr, why: &Rc<Why>) {
        let mut effects = Effects::default();
        effects.visit_expr(expr);
        self.apply(frame, effects, why);
    }

    fn apply(&mut self, frame: Frame, effects: Effects<'a>, why: &Rc<Why>) {
        // What is changed may go by another name here.
        let aliased = if effects.touched.is_empty() {
            Vec::new()
        } else {
            effects.aliased
        };
        let (_, _) = self.with_loads(|this| {
            for expr in effects.touched.into_iter().chain(aliased) {
                for value in this.reached(frame, expr) {
                    this.taint(&value, why, true);
                }
            }
        });
        for (object, name) in effects.attributes {
            if let Some(Val {
                kind: super::value::Kind::Class(class),
                ..
            }) = self.peek(frame, object)
            {
                let scope = self.classes[class].scope;
                let value = Val::new(super::value::Kind::Unknown(Rc::clone(why)), why.at);
                self.bind(scope, name, value, why.at, Vec::new());
            } else if let Some(object) = self.peek(frame, object) {
                self.patched(&object, why.at);
            }
        }
        for (name, range) in effects.bound {
            let at = Place {
                module: frame.module,
                range,
            };
            let value = Val::new(super::value::Kind::Unknown(Rc::clone(why)), at);
            self.bind(frame.scope(), name, value, at, Vec::new());
        }
    }

    /// The values that an expression may hand on: its own where it is a path to one, or else those
    /// of all names in it.
    fn reached(&mut self, frame: Frame, expr: &'a Expr) -> Vec<Val> {
        if let Some(value) = self.peek(frame, expr) {
            return vec![value];
        }
        let mut names = Names::default();
        names.visit_expr(expr);
        let at = |range| Place {
            module: frame.module,
            range,
        };
        names
            .found
            .into_iter()
            .map(|(name, range)| self.lookup(frame, name, at(range)))
            .collect()
    }
}

/// The names in an expression.
#[derive(Default)]
struct Names<'a> {
    found: Vec<(&'a str, TextRange)>,
}

impl<'a> Visitor<'a> for Names<'a> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Name(name) = expr {
            self.found.push((name.id.as_str(), name.range));
        }
        visitor::walk_expr(self, expr);
    }
}

/// What statements bind and change. Functions are not entered: they are looked at by themselves.
#[derive(Default)]
struct Effects<'a> {
    bound: Vec<(&'a str, TextRange)>,
    /// What is changed in place, or handed to who may change it.
    touched: Vec<&'a Expr>,
    /// What gets another name.
    aliased: Vec<&'a Expr>,
    /// Attributes that are set, and of what.
    attributes: Vec<(&'a Expr, &'a str)>,
}

impl<'a> Visitor<'a> for Effects<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(function) => {
                self.bound
                    .push((function.name.as_str(), function.name.range));
            }
            Stmt::ClassDef(class) => {
                self.bound.push((class.name.as_str(), class.name.range));
                // What the body binds stays in the class; what it changes does not.
                let names = self.bound.len();
                visitor::walk_stmt(self, stmt);
                self.bound.truncate(names);
            }
            Stmt::AugAssign(assign) => {
                self.touched.push(&assign.target);
                visitor::walk_stmt(self, stmt);
            }
            _ => {
                match stmt {
                    Stmt::Assign(assign) => self.aliased.push(&assign.value),
                    Stmt::AnnAssign(assign) => self.aliased.extend(assign.value.as_deref()),
                    Stmt::For(repeat) => self.aliased.push(&repeat.iter),
                    Stmt::Match(choice) => self.aliased.push(&choice.subject),
                    _ => {}
                }
                visitor::walk_stmt(self, stmt);
            }
        }
    }

    fn visit_alias(&mut self, alias: &'a Alias) {
        let name = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
        let top = name.split('.').next().unwrap_or(name);
        self.bound.push((top, alias.range));
    }

    fn visit_except_handler(&mut self, handler: &'a ExceptHandler) {
        let ExceptHandler::ExceptHandler(inner) = handler;
        if let Some(name) = &inner.name {
            self.bound.push((name.as_str(), name.range));
        }
        visitor::walk_except_handler(self, handler);
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        let name = match pattern {
            Pattern::MatchAs(pattern) => pattern.name.as_ref(),
            Pattern::MatchStar(pattern) => pattern.name.as_ref(),
            Pattern::MatchMapping(pattern) => pattern.rest.as_ref(),
            _ => None,
        };
        self.bound
            .extend(name.map(|name| (name.as_str(), name.range)));
        visitor::walk_pattern(self, pattern);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(name) if name.ctx != ExprContext::Load => {
                self.bound.push((name.id.as_str(), name.range));
            }
            Expr::Attribute(attribute) if attribute.ctx != ExprContext::Load => {
                self.touched.push(&attribute.value);
                self.attributes
                    .push((&attribute.value, attribute.attr.as_str()));
            }
            Expr::Subscript(subscript) if subscript.ctx != ExprContext::Load => {
                self.touched.push(&subscript.value);
            }
            Expr::Call(call) => {
                let pure = match &*call.func {
                    Expr::Name(name) => is_pure_function(name.id.as_str()),
                    Expr::Attribute(attribute) => {
                        let pure = is_pure_method(attribute.attr.as_str());
                        if !pure {
                            self.touched.push(&attribute.value);
                        }
                        pure
                    }
                    _ => false,
                };
                if !pure {
                    self.touched.extend(&call.arguments.args);
                    self.touched
                        .extend(call.arguments.keywords.iter().map(|keyword| &keyword.value));
                }
            }
            _ => {}
        }
        visitor::walk_expr(self, expr);
    }
}

/// Functions of Python that reach names by their texts.
pub(crate) const REACHING: &[&str] = &["globals", "locals", "vars", "exec", "eval"];

/// The names of a module that its functions, and those of its classes, bind or change.
pub(crate) fn changed_in_functions(body: &[Stmt]) -> Vec<(&str, TextRange)> {
    let mut functions = Functions::default();
    functions.visit_body(body);
    functions.changed
}

#[derive(Default)]
struct Functions<'a> {
    changed: Vec<(&'a str, TextRange)>,
}

impl<'a> Visitor<'a> for Functions<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        let Stmt::FunctionDef(function) = stmt else {
            return visitor::walk_stmt(self, stmt);
        };
        let mut inside = Inside::default();
        inside.visit_parameters(&function.parameters);
        inside.visit_body(&function.body);
        self.changed.extend(inside.outer());
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Lambda(lambda) = expr {
            let mut inside = Inside::default();
            if let Some(parameters) = &lambda.parameters {
                inside.visit_parameters(parameters);
            }
            inside.visit_expr(&lambda.body);
            self.changed.extend(inside.outer());
        }
        visitor::walk_expr(self, expr);
    }
}

/// What the body of a function changes, and which names are its own.
#[derive(Default)]
struct Inside<'a> {
    changed: Vec<(&'a str, TextRange)>,
    local: HashSet<&'a str>,
    global: Vec<(&'a str, TextRange)>,
    /// Names, and those that they are made of.
    aliases: Vec<(&'a str, Vec<(&'a str, TextRange)>)>,
}

impl<'a> Inside<'a> {
    /// What is changed of what is outside, by its own name or another.
    fn outer(mut self) -> Vec<(&'a str, TextRange)> {
        let mut next = 0;
        while let Some((name, _)) = self.changed.get(next).copied() {
            for (alias, made_of) in std::mem::take(&mut self.aliases) {
                if alias == name {
                    self.changed.extend(made_of);
                } else {
                    self.aliases.push((alias, made_of));
                }
            }
            next += 1;
        }
        let Self {
            changed,
            local,
            global,
            ..
        } = self;
        let outer = changed
            .into_iter()
            .filter(|(name, _)| !local.contains(name));
        global.into_iter().chain(outer).collect()
    }

    fn alias(&mut self, target: &'a Expr, value: &'a Expr) {
        let mut made_of = Names::default();
        made_of.visit_expr(value);
        match target {
            Expr::Name(name) => self.aliases.push((name.id.as_str(), made_of.found)),
            Expr::Tuple(_) | Expr::List(_) => {
                let mut targets = Names::default();
                targets.visit_expr(target);
                for (name, _) in targets.found {
                    self.aliases.push((name, made_of.found.clone()));
                }
            }
            _ => {}
        }
    }

    fn change(&mut self, expr: &'a Expr) {
        let base = match expr {
            Expr::Name(name) => {
                self.changed.push((name.id.as_str(), name.range));
                return;
            }
            Expr::Attribute(attribute) => &attribute.value,
            Expr::Subscript(subscript) => &subscript.value,
            _ => return,
        };
        self.change(base);
    }
}

impl<'a> Visitor<'a> for Inside<'a> {
    fn visit_parameter(&mut self, parameter: &'a Parameter) {
        self.local.insert(parameter.name.as_str());
    }

    fn visit_parameters(&mut self, parameters: &'a Parameters) {
        for parameter in parameters.iter_non_variadic_params() {
            if let Some(default) = &parameter.default {
                let mut made_of = Names::default();
                made_of.visit_expr(default);
                self.aliases
                    .push((parameter.parameter.name.as_str(), made_of.found));
            }
        }
        visitor::walk_parameters(self, parameters);
    }

    fn visit_alias(&mut self, alias: &'a Alias) {
        self.local
            .insert(alias.asname.as_ref().unwrap_or(&alias.name).as_str());
    }

    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Global(global) => {
                self.global
                    .extend(global.names.iter().map(|name| (name.as_str(), name.range)));
            }
            Stmt::FunctionDef(function) => {
                self.local.insert(function.name.as_str());
                self.visit_parameters(&function.parameters);
                self.visit_body(&function.body);
            }
            _ => {
                match stmt {
                    Stmt::Assign(assign) => {
                        assign
                            .targets
                            .iter()
                            .for_each(|target| self.alias(target, &assign.value));
                    }
                    Stmt::For(repeat) => self.alias(&repeat.target, &repeat.iter),
                    _ => {}
                }
                visitor::walk_stmt(self, stmt);
            }
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        const CHANGING: &[&str] = &[
            "append",
            "extend",
            "insert",
            "remove",
            "pop",
            "popitem",
            "clear",
            "update",
            "setdefault",
            "sort",
            "reverse",
            "add",
            "discard",
            "__setitem__",
        ];
        match expr {
            Expr::Name(name) if name.ctx != ExprContext::Load => {
                self.local.insert(name.id.as_str());
            }
            Expr::Attribute(attribute) if attribute.ctx != ExprContext::Load => {
                self.change(&attribute.value);
            }
            Expr::Subscript(subscript) if subscript.ctx != ExprContext::Load => {
                self.change(&subscript.value);
            }
            Expr::Call(call) => {
                if let Expr::Attribute(attribute) = &*call.func
                    && CHANGING.contains(&attribute.attr.as_str())
                {
                    self.change(&attribute.value);
                }
            }
            _ => {}
        }
        visitor::walk_expr(self, expr);
    }
}

/// Where an expression stands.
pub(crate) fn place(frame: Frame, expr: &Expr) -> Place {
    Place {
        module: frame.module,
        range: expr.range(),
    }
}

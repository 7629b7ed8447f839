//! Goes through modules statement by statement.

use std::collections::HashMap;
use std::rc::Rc;

use ruff_python_ast::{ElifElseClause, Expr, Stmt, StmtAugAssign, StmtFunctionDef};
use ruff_text_size::{Ranged, TextRange};

use super::class::ClassInfo;
use super::load::{Place, Program};
use super::scope::{Binding, Frame, Load, Scope};
use super::value::{Kind, ObjectId, Val, Why};
use super::{blocks, ops};

/// How much text and how many items a program may make of itself.
const BUDGET: usize = 32 << 20;

/// Goes through modules, and knows what they bound.
pub(crate) struct Interpreter<'a> {
    pub(crate) program: &'a Program,
    pub(crate) bindings: Vec<Binding<'a>>,
    /// Those of the modules, by their positions; then those of classes.
    pub(crate) scopes: Vec<Scope<'a>>,
    pub(crate) classes: Vec<ClassInfo<'a>>,
    /// The functions that have been defined.
    pub(crate) functions: Vec<FunctionInfo<'a>>,
    /// Names of modules that functions change.
    pub(crate) touched: HashMap<(usize, &'a str), Place>,
    pub(crate) loads: Vec<Load>,
    pub(crate) tainted: HashMap<ObjectId, (Rc<Why>, bool)>,
    /// Counts bindings.
    pub(crate) clock: u32,
    pub(crate) depth: usize,
    /// Statements that end the program.
    pub(crate) ended: Vec<Why>,
    pub(crate) started: Vec<bool>,
    budget: usize,
    objects: ObjectId,
}

/// A function that has been defined.
#[derive(Debug)]
pub(crate) struct FunctionInfo<'a> {
    pub(crate) module: usize,
    pub(crate) def: &'a StmtFunctionDef,
    /// The defaults of an `__init__`, as they were when it was defined: by parameter, in order.
    pub(crate) defaults: Vec<(&'a str, Option<Val>)>,
    /// What was looked up to make them.
    pub(crate) loads: Vec<Load>,
}

/// Whether the statements after this one are run.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    On,
    Ends,
}

impl<'a> Interpreter<'a> {
    /// Goes through the main module, and all that it imports of the program.
    pub(crate) fn run(program: &'a Program) -> Self {
        let mut interpreter = Self {
            program,
            bindings: Vec::new(),
            scopes: program.modules.iter().map(|_| Scope::default()).collect(),
            classes: Vec::new(),
            functions: Vec::new(),
            touched: HashMap::new(),
            loads: Vec::new(),
            tainted: HashMap::new(),
            clock: 0,
            depth: 0,
            ended: Vec::new(),
            started: vec![false; program.modules.len()],
            budget: BUDGET,
            objects: 0,
        };
        interpreter.module(0);
        interpreter
    }

    /// Goes through a module, once.
    pub(crate) fn module(&mut self, module: usize) {
        let program = self.program;
        let Some(source) = program.modules.get(module) else {
            return;
        };
        if std::mem::replace(&mut self.started[module], true) {
            return;
        }
        for (name, range) in blocks::changed_in_functions(&source.body) {
            self.touched
                .entry((module, name))
                .or_insert(Place { module, range });
        }
        let depth = std::mem::take(&mut self.depth);
        self.with_loads(|this| {
            this.block(
                Frame {
                    module,
                    class: None,
                },
                &source.body,
            );
        });
        self.depth = depth;
    }

    /// Runs statements that stand in a row.
    pub(crate) fn block(&mut self, frame: Frame, body: &'a [Stmt]) {
        for stmt in body {
            if self.statement(frame, stmt) == Flow::Ends {
                return;
            }
        }
    }

    fn statement(&mut self, frame: Frame, stmt: &'a Stmt) -> Flow {
        let at = Place {
            module: frame.module,
            range: stmt.range(),
        };
        match stmt {
            Stmt::Import(import) => self.import(frame, import),
            Stmt::ImportFrom(import) => self.import_from(frame, import),
            Stmt::Assign(assign) => {
                let (value, loads) = self.with_loads(|this| this.eval(frame, &assign.value));
                for target in &assign.targets {
                    self.assign(frame, target, &value, &loads);
                }
            }
            Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    let (value, loads) = self.with_loads(|this| this.eval(frame, value));
                    self.assign(frame, &assign.target, &value, &loads);
                }
            }
            Stmt::AugAssign(assign) => self.aug_assign(frame, assign, at),
            Stmt::Expr(expr) => {
                self.with_loads(|this| this.eval(frame, &expr.value));
            }
            Stmt::ClassDef(class) => self.class(frame, class),
            Stmt::FunctionDef(function) => self.function(frame, function, at),
            Stmt::If(branch) => return self.branch(frame, branch, at),
            Stmt::Try(attempt) => self.attempt(frame, attempt),
            Stmt::For(_) | Stmt::While(_) => {
                let why = Why::new(
                    "chain::loop",
                    at,
                    "what a loop binds is known only when it runs",
                );
                self.disturb(
                    frame,
                    std::slice::from_ref(stmt),
                    &Rc::new(why.hint(CONSTANT)),
                );
            }
            Stmt::With(_) | Stmt::Match(_) => {
                let message = "whether and how this is run is known only when the program runs";
                let why = Why::new("chain::conditional", at, message).hint(CONSTANT);
                self.disturb(frame, std::slice::from_ref(stmt), &Rc::new(why));
            }
            Stmt::Delete(_) => {
                let why = Why::new("chain::reassigned", at, "the name is deleted here");
                self.disturb(frame, std::slice::from_ref(stmt), &Rc::new(why));
            }
            Stmt::Raise(_) => {
                let message = "the program ends here whenever it is loaded";
                self.ended.push(Why::new("chain::raises", at, message));
                return Flow::Ends;
            }
            _ => {}
        }
        Flow::On
    }

    /// `def f(…): …`, whose body is not looked into.
    fn function(&mut self, frame: Frame, def: &'a StmtFunctionDef, at: Place) {
        let (defaults, loads) = if frame.class.is_some() && def.name.as_str() == "__init__" {
            self.with_loads(|this| {
                let parameters = def.parameters.iter_non_variadic_params();
                let evaluate = |parameter: &'a ruff_python_ast::ParameterWithDefault| {
                    let default = parameter.default.as_ref();
                    (
                        parameter.parameter.name.as_str(),
                        default.map(|default| this.eval(frame, default)),
                    )
                };
                parameters.map(evaluate).collect()
            })
        } else {
            (Vec::new(), Vec::new())
        };
        let function = self.functions.len();
        self.functions.push(FunctionInfo {
            module: frame.module,
            def,
            defaults,
            loads,
        });
        // A method stays what it is, decorated or not: chainlets are looked at by name.
        let value = if def.decorator_list.is_empty() || frame.class.is_some() {
            Val::new(
                Kind::Function(function),
                Place {
                    range: def.name.range,
                    ..at
                },
            )
        } else {
            let message = format!("`{}` is what its decorator makes of it", def.name);
            Why::new("chain::call", at, message).val()
        };
        self.bind(frame.scope(), def.name.as_str(), value, at, Vec::new());
    }

    /// Binds what is assigned to.
    pub(crate) fn assign(&mut self, frame: Frame, target: &'a Expr, value: &Val, loads: &[Load]) {
        let at = Place {
            module: frame.module,
            range: target.range(),
        };
        match target {
            Expr::Name(name) => {
                self.bind(
                    frame.scope(),
                    name.id.as_str(),
                    value.clone(),
                    at,
                    loads.to_vec(),
                );
            }
            Expr::Tuple(_) | Expr::List(_) => {
                let targets = match target {
                    Expr::Tuple(tuple) => &tuple.elts,
                    Expr::List(list) => &list.elts,
                    _ => return,
                };
                let items = value.items().filter(|items| {
                    items.len() == targets.len() && !targets.iter().any(Expr::is_starred_expr)
                });
                for (position, target) in targets.iter().enumerate() {
                    let item = match items {
                        Some(items) => items[position].clone(),
                        None if value.why().is_some() => value.clone(),
                        None => {
                            let message = "what this is taken apart into is not known";
                            Why::new("chain::not-constant", at, message)
                                .hint(CONSTANT)
                                .val()
                        }
                    };
                    self.assign(frame, target, &item, loads);
                }
            }
            Expr::Starred(starred) => {
                let message = "what this is taken apart into is not known";
                let why = Why::new("chain::not-constant", at, message)
                    .hint(CONSTANT)
                    .val();
                self.assign(frame, &starred.value, &why, loads);
            }
            Expr::Attribute(attribute) => {
                let object = self.target(frame, &attribute.value);
                let name = attribute.attr.as_str();
                let message = format!("`{}` is set here, after it was made", self.program.text(at));
                let why = Why::new("chain::reassigned", at, message)
                    .hint("write what holds where it is made, and nothing after it");
                self.set_attribute(object, name, why);
            }
            Expr::Subscript(subscript) => {
                let object = self.target(frame, &subscript.value);
                let why = Why::new("chain::changed", at, "this is changed in place").hint(CONSTANT);
                if let Some(object) = object {
                    self.taint(&object, &Rc::new(why), false);
                }
            }
            _ => {}
        }
    }

    /// What is assigned into, where it is known.
    fn target(&mut self, frame: Frame, expr: &'a Expr) -> Option<Val> {
        let (value, _) = self.with_loads(|this| this.eval(frame, expr));
        Some(value).filter(|value| value.why().is_none())
    }

    fn set_attribute(&mut self, object: Option<Val>, name: &'a str, why: Why) {
        let at = why.at;
        match object.map(|object| object.kind) {
            Some(Kind::Class(class)) => {
                let scope = self.classes[class].scope;
                self.bind(scope, name, why.val(), at, Vec::new());
            }
            Some(Kind::Module(module)) => {
                self.patched(&Val::new(Kind::Module(Rc::clone(&module)), at), at);
                if let super::value::ModuleRef::Own(module) = &*module
                    && let Some(module) = self.program.module(module)
                {
                    self.bind(module, name, why.val(), at, Vec::new());
                }
            }
            Some(kind) => {
                let object = Val::new(kind, at);
                self.patched(&object, at);
                self.taint(&object, &Rc::new(why), false);
            }
            None => {}
        }
    }

    /// Refuses a program that changes the libraries that chains are written with.
    pub(crate) fn patched(&mut self, object: &Val, at: Place) {
        let of_chains = match &object.kind {
            Kind::Module(module) => match &**module {
                super::value::ModuleRef::Library(name) => name.starts_with("truss"),
                _ => false,
            },
            Kind::Known(symbol) => !matches!(symbol, super::known::Symbol::Builtin(_)),
            _ => false,
        };
        if of_chains {
            let why = Why::new(
                "chain::changed",
                at,
                "this changes the library that chains are written with",
            );
            self.ended.push(why.hint("leave the library as it is"));
        }
    }

    /// `x += y`: of a number or a string it is a new value; anything else is changed in place.
    fn aug_assign(&mut self, frame: Frame, assign: &'a StmtAugAssign, at: Place) {
        let Expr::Name(name) = &*assign.target else {
            let why = Why::new("chain::changed", at, "this is changed in place").hint(CONSTANT);
            return self.assign(frame, &assign.target, &why.val(), &[]);
        };
        let ((before, value), loads) = self.with_loads(|this| {
            let before = this.lookup(frame, name.id.as_str(), at);
            (before, this.eval(frame, &assign.value))
        });
        let plain = |value: &Val| {
            matches!(
                value.kind,
                Kind::Int(_) | Kind::Float(_) | Kind::Str(_) | Kind::Bool(_)
            )
        };
        let value = if plain(&before) && plain(&value) {
            ops::binary(self, assign.op, &before, &value, at)
        } else if before.why().is_some() {
            before
        } else {
            let message = format!("`{}` is changed in place", name.id);
            let why = Rc::new(Why::new("chain::changed", at, message).hint(CONSTANT));
            self.taint(&before, &why, false);
            Val::new(Kind::Unknown(why), at)
        };
        self.bind(frame.scope(), name.id.as_str(), value, at, loads);
    }

    /// `if`: the branch that is taken, where that is known.
    fn branch(&mut self, frame: Frame, branch: &'a ruff_python_ast::StmtIf, at: Place) -> Flow {
        let mut clauses: Vec<(Option<&'a Expr>, &'a [Stmt])> =
            vec![(Some(&*branch.test), &branch.body)];
        let others = branch.elif_else_clauses.iter();
        clauses.extend(others.map(|ElifElseClause { test, body, .. }| (test.as_ref(), &**body)));
        for (position, (test, body)) in clauses.iter().enumerate() {
            let Some(test) = test else {
                return self.statements(frame, body);
            };
            let (value, _) = self.with_loads(|this| this.eval(frame, test));
            match value.truth().filter(|_| self.changed(&value).is_none()) {
                Some(true) => return self.statements(frame, body),
                Some(false) => {}
                None => {
                    let at = Place {
                        range: TextRange::new(at.range.start(), test.end()),
                        ..at
                    };
                    let message = "which branch is taken is known only when the program runs";
                    let why = Why::new("chain::conditional", at, message).hint(CONSTANT);
                    let why = Rc::new(why);
                    for (_, body) in &clauses[position..] {
                        self.disturb(frame, body, &why);
                    }
                    return Flow::On;
                }
            }
        }
        Flow::On
    }

    fn statements(&mut self, frame: Frame, body: &'a [Stmt]) -> Flow {
        for stmt in body {
            if self.statement(frame, stmt) == Flow::Ends {
                return Flow::Ends;
            }
        }
        Flow::On
    }

    /// `try`: imports of what is known hold, unless a handler binds the name too.
    fn attempt(&mut self, frame: Frame, attempt: &'a ruff_python_ast::StmtTry) {
        let at = Place {
            module: frame.module,
            range: attempt.range,
        };
        for stmt in &attempt.body {
            if self.is_known_import(frame.module, stmt) {
                self.statement(frame, stmt);
            }
        }
        let message = "how far this is run is known only when the program runs";
        let why = Rc::new(Why::new("chain::conditional", at, message).hint(CONSTANT));
        let uncertain: Vec<&'a Stmt> = attempt
            .body
            .iter()
            .filter(|stmt| !self.is_known_import(frame.module, stmt))
            .collect();
        for stmt in uncertain {
            self.disturb(frame, std::slice::from_ref(stmt), &why);
        }
        for ruff_python_ast::ExceptHandler::ExceptHandler(handler) in &attempt.handlers {
            self.disturb(frame, &handler.body, &why);
        }
        self.disturb(frame, &attempt.orelse, &why);
        self.disturb(frame, &attempt.finalbody, &why);
    }

    /// A new identity for an object.
    pub(crate) fn object(&mut self) -> ObjectId {
        self.objects += 1;
        self.objects
    }

    /// Takes from the budget; `false` once there is nothing left.
    pub(crate) fn afford(&mut self, size: usize) -> bool {
        self.budget = self.budget.saturating_sub(size.max(1));
        self.budget > 0
    }
}

/// The way out of most refusals.
pub(crate) const CONSTANT: &str =
    "write the value out, or use a constant that is bound once, at the top of a module";

//! Where a chainlet's settings stand in its file, and what is to change there.

use plimsoll_core::amendment::{Edit, Request};
use plimsoll_core::autoscaling::AutoscalingSettings;
use ruff_python_ast::statement_visitor::{StatementVisitor, walk_stmt};
use ruff_python_ast::{Expr, ExprCall, ExprDict, Keyword, Stmt, StmtClassDef};
use ruff_text_size::{Ranged, TextRange};

use super::names::Names;
use super::write::{Labelled, Layout, List, New};

const CONFIG: &str = "RemoteConfig";
const OVERRIDES: &str = "RemoteOverrides";
const SETTINGS: &str = "AutoscalingSettings";

/// Why a file is left as it is.
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) code: &'static str,
    pub(super) at: TextRange,
    pub(super) message: String,
    pub(super) hint: Option<String>,
}

impl Problem {
    fn not_literal(at: impl Ranged, message: String) -> Self {
        Self {
            code: "amend::not-literal",
            at: at.range(),
            message,
            hint: None,
        }
    }
}

/// A file, and what is asked for.
pub(super) struct Editor<'s, 'r> {
    pub(super) layout: Layout<'s>,
    pub(super) names: Names,
    pub(super) request: &'r Request<'r>,
}

impl Editor<'_, '_> {
    /// The edits that put the settings into the class whose name stands at `place`.
    pub(super) fn edits(&self, body: &[Stmt], place: TextRange) -> Result<Vec<Edit>, Problem> {
        let mut finder = Finder { place, found: None };
        finder.visit_body(body);
        let named = || format!("chainlet `{}`", self.request.workload.name);
        let Some(class) = finder.found else {
            let message = format!("the class of {} is not where it was", named());
            return Err(Problem::not_literal(place, message));
        };
        let message = || {
            format!(
                "the `remote_config` of {} is not written in its class",
                named()
            )
        };
        let config = match configs(class).as_slice() {
            [] => return self.new_config(class),
            [config] => *config,
            _ => return Err(Problem::not_literal(&class.name, message())),
        };
        let Some(config) = self.call(config, CONFIG) else {
            return Err(Problem::not_literal(config, message()));
        };
        let Some(keyword) = keyword(config, "environment_overrides") else {
            let overrides = self.overrides(&config.func)?;
            let added = Labelled::new("environment_overrides=", overrides);
            return self.add(config, &[added]);
        };
        match &keyword.value {
            Expr::Dict(dict) => self.in_dict(config, dict),
            Expr::NoneLiteral(none) => Ok(self.replace(none, &self.overrides(&config.func)?)),
            other => {
                let message = "`environment_overrides` is not written out here".to_owned();
                Err(Problem::not_literal(other, message))
            }
        }
    }

    /// A configuration for a class that has none, below its docstring.
    fn new_config(&self, class: &StmtClassDef) -> Result<Vec<Edit>, Problem> {
        let base = class.bases().first();
        let unclear = || {
            let name = &self.request.workload.name;
            let message = format!("chainlet `{name}` has no `remote_config` to write in");
            Problem::not_literal(&class.name, message)
        };
        let (base, first) = base.zip(class.body.first()).ok_or_else(unclear)?;
        let overrides = Labelled::new("environment_overrides=", self.overrides(base)?);
        let config = New::call(&self.class(base, CONFIG)?, vec![overrides]);
        let start = first.start().to_usize();
        let indent = self.layout.indent(start);
        let config = Labelled::new("remote_config = ", config).text(Some(indent), &self.layout);
        let line_break = self.layout.line_break;
        let is_docstring = first
            .as_expr_stmt()
            .is_some_and(|stmt| stmt.value.is_string_literal_expr());
        Ok(vec![if is_docstring {
            let end = self.layout.line_end(first.end().to_usize());
            Edit::insert(end, format!("{line_break}{line_break}{indent}{config}"))
        } else {
            Edit::insert(start, format!("{config}{line_break}{line_break}{indent}"))
        }])
    }

    fn in_dict(&self, config: &ExprCall, dict: &ExprDict) -> Result<Vec<Edit>, Problem> {
        let environment = self.request.environment;
        let is_it = |key: &Expr| {
            let text = key.as_string_literal_expr();
            text.is_some_and(|text| text.value.to_str() == environment.name())
        };
        let mut items = dict.items.iter().rev();
        let Some(item) = items.find(|item| item.key.as_ref().is_some_and(is_it)) else {
            let item = self.environment(&config.func)?;
            return Ok(self.layout.add(&List::of_items(dict), &[item]));
        };
        if item.value.is_none_literal_expr() {
            return Ok(self.replace(&item.value, &self.environment(&config.func)?.value));
        }
        let Some(overrides) = self.call(&item.value, OVERRIDES) else {
            let message =
                format!("the overrides of environment `{environment}` are not written out here");
            return Err(Problem::not_literal(&item.value, message));
        };
        let Some(keyword) = keyword(overrides, "autoscaling_settings") else {
            let settings = self.settings(&overrides.func)?;
            let added = Labelled::new("autoscaling_settings=", settings);
            return self.add(overrides, &[added]);
        };
        match self.call(&keyword.value, SETTINGS) {
            Some(settings) => self.in_settings(settings),
            None => {
                let message =
                    format!("the settings of environment `{environment}` are not written out here");
                Err(Problem::not_literal(&keyword.value, message))
            }
        }
    }

    fn in_settings(&self, settings: &ExprCall) -> Result<Vec<Edit>, Problem> {
        let mut edits = Vec::new();
        let mut missing = AutoscalingSettings::default();
        for (field, value) in self.request.changes().written() {
            match keyword(settings, field.name).map(|keyword| &keyword.value) {
                Some(Expr::NumberLiteral(number)) => {
                    edits.push(Edit::replace(bytes(number.range()), value.to_string()));
                }
                Some(other) => {
                    let message = format!("`{}` is not written as a number here", field.name);
                    return Err(Problem::not_literal(other, message));
                }
                None => {
                    missing.set(field.name, Some(value));
                }
            }
        }
        if !missing.is_empty() {
            edits.extend(self.add(settings, &arguments(&missing))?);
        }
        Ok(edits)
    }

    /// Adds arguments to a call, where all that it has are there to be seen: one that is named twice
    /// fails when the chain runs.
    fn add(&self, call: &ExprCall, parts: &[Labelled]) -> Result<Vec<Edit>, Problem> {
        let is_unpacked = |keyword: &&Keyword| keyword.arg.is_none();
        if let Some(unpacked) = call.arguments.keywords.iter().find(is_unpacked) {
            let message = "arguments of this call come from elsewhere".to_owned();
            return Err(Problem::not_literal(unpacked, message));
        }
        Ok(self.layout.add(&List::of_arguments(&call.arguments), parts))
    }

    /// Puts an expression in the place of one, over lines.
    fn replace(&self, old: impl Ranged, new: &New) -> Vec<Edit> {
        let range = bytes(old.range());
        let indent = self.layout.indent(range.start);
        let text = new.text(Some(indent), &self.layout);
        vec![Edit::replace(range, text)]
    }

    /// A call of a class of the library that is written here.
    fn call<'e>(&self, expr: &'e Expr, class: &str) -> Option<&'e ExprCall> {
        let call = expr.as_call_expr()?;
        (self.names.class_of(&call.func)? == class).then_some(call)
    }

    fn overrides(&self, beside: &Expr) -> Result<New, Problem> {
        Ok(New::dict(vec![self.environment(beside)?]))
    }

    fn environment(&self, beside: &Expr) -> Result<Labelled, Problem> {
        let class = self.class(beside, OVERRIDES)?;
        let settings = Labelled::new("autoscaling_settings=", self.settings(beside)?);
        let label = format!("{}: ", quoted(self.request.environment.name()));
        Ok(Labelled::new(label, New::call(&class, vec![settings])))
    }

    fn settings(&self, beside: &Expr) -> Result<New, Problem> {
        let class = self.class(beside, SETTINGS)?;
        Ok(New::call(&class, arguments(&self.request.whole())))
    }

    /// What a class is called here, as another one of the library is.
    fn class(&self, beside: &Expr, class: &str) -> Result<String, Problem> {
        let unnamed = || Problem {
            code: "amend::not-imported",
            at: beside.range(),
            message: format!("the settings need `{class}`, which is not imported here"),
            hint: Some(format!("from truss_chains import {class}")),
        };
        self.names.write(beside, class).ok_or_else(unnamed)
    }
}

/// What is to be written, for who has to write it by hand.
pub(super) fn snippet(request: &Request<'_>) -> String {
    let settings = New::call("chains.AutoscalingSettings", arguments(&request.settings));
    let settings = Labelled::new("autoscaling_settings=", settings);
    let overrides = New::call("chains.RemoteOverrides", vec![settings]);
    let label = format!("{}: ", quoted(request.environment.name()));
    let overrides = New::dict(vec![Labelled::new(label, overrides)]);
    Labelled::new("environment_overrides=", overrides).text(Some(""), &Layout::of(""))
}

fn arguments(settings: &AutoscalingSettings) -> Vec<Labelled> {
    let written = settings.written();
    written
        .map(|(field, value)| Labelled::new(format!("{}=", field.name), New::Number(value)))
        .collect()
}

/// A name as a string of Python, which reads the escapes of JSON.
fn quoted(name: &str) -> String {
    serde_json::Value::from(name).to_string()
}

fn keyword<'e>(call: &'e ExprCall, name: &str) -> Option<&'e Keyword> {
    call.arguments.find_keyword(name)
}

fn bytes(range: TextRange) -> std::ops::Range<usize> {
    range.start().to_usize()..range.end().to_usize()
}

/// What a class binds to `remote_config` outright.
fn configs(class: &StmtClassDef) -> Vec<&Expr> {
    let is_it = |target: &Expr| {
        let name = target.as_name_expr();
        name.is_some_and(|name| name.id.as_str() == "remote_config")
    };
    let statements = class.body.iter();
    let bound = statements.filter_map(|stmt| match stmt {
        Stmt::Assign(assign) if assign.targets.iter().any(is_it) => Some(&*assign.value),
        Stmt::AnnAssign(assign) if is_it(&assign.target) => assign.value.as_deref(),
        _ => None,
    });
    bound.collect()
}

/// Finds the class whose name stands at a place.
struct Finder<'b> {
    place: TextRange,
    found: Option<&'b StmtClassDef>,
}

impl<'b> StatementVisitor<'b> for Finder<'b> {
    fn visit_stmt(&mut self, stmt: &'b Stmt) {
        if let Stmt::ClassDef(class) = stmt
            && class.name.range == self.place
        {
            self.found = Some(class);
        }
        walk_stmt(self, stmt);
    }
}

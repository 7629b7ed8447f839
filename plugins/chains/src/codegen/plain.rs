//! Sources without what only settings are.
//!
//! An image holds the sources of its chain, and in these stands what the chain is to run on and how
//! it is scaled, which is nothing that an image is made of: it would have to be built anew for each
//! other number of replicas. So the copy that is packaged has `RemoteConfig` without `compute`,
//! `autoscaling_settings` and `environment_overrides`, and elsewhere `Compute()`,
//! `AutoscalingSettings()` and `RemoteOverrides()` without arguments. Nothing reads them when a
//! chainlet runs. Whatever else there is stays as it is written, to the byte; constants that such
//! arguments are made of too.

use std::collections::HashMap;

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Arguments, Expr, ExprCall, Stmt};
use ruff_python_parser::{Mode, ParseOptions};
use ruff_text_size::{Ranged, TextRange};

use crate::python::depth::too_deep;

const LIBRARY: &str = "truss_chains";

/// The arguments of `RemoteConfig` that are settings.
const SETTINGS: [&str; 3] = ["autoscaling_settings", "compute", "environment_overrides"];

/// The source as it is packaged; `None` where it has no settings, or is no Python.
pub(super) fn without_settings(source: &str) -> Option<String> {
    if !source.contains(LIBRARY) || too_deep(source).is_some() {
        return None;
    }
    let parsed = ruff_python_parser::parse_unchecked(source, ParseOptions::from(Mode::Module));
    if !parsed.errors().is_empty() {
        return None;
    }
    let body = &parsed.syntax().as_module()?.body;
    let mut imports = Imports::default();
    imports.visit_body(body);
    let mut cuts = Cuts {
        names: &imports.names,
        ranges: Vec::new(),
    };
    cuts.visit_body(body);
    if cuts.ranges.is_empty() {
        return None;
    }
    let mut out = String::with_capacity(source.len());
    let mut from = 0;
    for range in cuts.ranges {
        out.push_str(source.get(from..range.start().to_usize())?);
        from = range.end().to_usize();
    }
    out.push_str(source.get(from..)?);
    Some(out)
}

/// What a name of the library is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Known {
    /// The library itself.
    Library,
    /// `RemoteConfig`, which has settings among its arguments.
    Config,
    /// A class whose arguments are all settings.
    Settings,
}

fn class(name: &str) -> Option<Known> {
    match name {
        "RemoteConfig" => Some(Known::Config),
        "Compute" | "AutoscalingSettings" | "RemoteOverrides" => Some(Known::Settings),
        _ => None,
    }
}

/// The names under which a file knows the library and its classes, wherever it imports them.
#[derive(Default)]
struct Imports {
    names: HashMap<String, Known>,
}

impl<'a> Visitor<'a> for Imports {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Import(import) => {
                for alias in &import.names {
                    if alias.name.as_str() == LIBRARY {
                        let name = alias.asname.as_ref().unwrap_or(&alias.name);
                        self.names.insert(name.to_string(), Known::Library);
                    }
                }
            }
            Stmt::ImportFrom(import) => {
                if import.module.as_deref() != Some(LIBRARY) {
                    return;
                }
                for alias in &import.names {
                    if let Some(known) = class(&alias.name) {
                        let name = alias.asname.as_ref().unwrap_or(&alias.name);
                        self.names.insert(name.to_string(), known);
                    }
                }
            }
            _ => walk_stmt(self, stmt),
        }
    }
}

/// The ranges to leave out, in the order of the source, none within another.
struct Cuts<'a> {
    names: &'a HashMap<String, Known>,
    ranges: Vec<TextRange>,
}

impl Cuts<'_> {
    fn known(&self, callee: &Expr) -> Option<Known> {
        match callee {
            Expr::Name(name) => self.names.get(name.id.as_str()).copied(),
            Expr::Attribute(attribute) => {
                let library = self.known(&attribute.value) == Some(Known::Library);
                class(&attribute.attr).filter(|_| library)
            }
            _ => None,
        }
    }

    /// All that stands between the parentheses.
    fn whole(&mut self, arguments: &Arguments) {
        let inner = arguments.inner_range();
        if !inner.is_empty() {
            self.ranges.push(inner);
        }
    }

    /// The settings among the arguments, each with one of its commas.
    fn settings(&mut self, arguments: &Arguments) {
        let is_setting = |position: usize| {
            let name = arguments.keywords[position].arg.as_ref();
            name.is_some_and(|name| SETTINGS.contains(&name.as_str()))
        };
        let count = arguments.keywords.len();
        let kept = (0..count).filter(|position| !is_setting(*position)).count();
        if count > 0 && kept == 0 && arguments.args.is_empty() {
            return self.whole(arguments);
        }
        // Once something is kept, a setting goes with the comma before it, and else with the one
        // after it: so that it does not show whether it was there.
        let mut kept = !arguments.args.is_empty();
        for position in 0..count {
            let keyword = &arguments.keywords[position];
            if !is_setting(position) {
                kept = true;
                self.visit_expr(&keyword.value);
            } else if kept {
                let before = match position.checked_sub(1) {
                    Some(before) => arguments.keywords[before].end(),
                    None => arguments.args.last().map_or(keyword.start(), Ranged::end),
                };
                self.ranges.push(TextRange::new(before, keyword.end()));
            } else if let Some(next) = arguments.keywords.get(position + 1) {
                self.ranges
                    .push(TextRange::new(keyword.start(), next.start()));
            }
        }
    }
}

impl<'a> Visitor<'a> for Cuts<'_> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        let Expr::Call(ExprCall {
            func, arguments, ..
        }) = expr
        else {
            return walk_expr(self, expr);
        };
        match self.known(func) {
            Some(Known::Settings) => self.whole(arguments),
            Some(Known::Config) => self.settings(arguments),
            Some(Known::Library) | None => walk_expr(self, expr),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::without_settings;

    fn plain(source: &str) -> String {
        without_settings(source).unwrap_or_else(|| source.to_owned())
    }

    const IMPORT: &str = "import truss_chains as chains\n";

    #[test]
    fn settings_leave_no_trace() {
        let config = |arguments: &str| format!("{IMPORT}x = chains.RemoteConfig({arguments})\n");
        let image = config("\n    docker_image=chains.DockerImage(a=[1]),\n");
        for arguments in [
            "\n    docker_image=chains.DockerImage(a=[1]),\n    compute=chains.Compute(4, gpu='T4'),\n",
            "\n    compute=chains.Compute(4),\n    docker_image=chains.DockerImage(a=[1]),\n",
            "\n    compute=C,\n    docker_image=chains.DockerImage(a=[1]),\n    \
             autoscaling_settings=chains.AutoscalingSettings(\n        min_replicas=1,\n    ),\n    \
             environment_overrides={\n        'a': None,\n    },\n",
        ] {
            assert_eq!(plain(&config(arguments)), image, "{arguments}");
        }
        for arguments in [
            "",
            "compute=C",
            "\n  autoscaling_settings=S,\n  compute=C,\n",
        ] {
            assert_eq!(plain(&config(arguments)), config(""), "{arguments}");
        }
    }

    #[test]
    fn classes_are_known_by_every_name() {
        for (source, expected) in [
            (
                "from truss_chains import Compute as C, RemoteConfig\nc = C(1, gpu='T4')\n\
                 r = RemoteConfig(compute=c, name='n')\n",
                "from truss_chains import Compute as C, RemoteConfig\nc = C()\n\
                 r = RemoteConfig(name='n')\n",
            ),
            (
                "def f():\n    import truss_chains\n    return [truss_chains.Compute(2)]\n",
                "def f():\n    import truss_chains\n    return [truss_chains.Compute()]\n",
            ),
        ] {
            assert_eq!(plain(source), expected);
        }
    }

    #[test]
    fn what_is_not_the_library_stays() {
        for source in [
            "from other import Compute\nc = Compute(1)  # not of truss_chains\n",
            "import truss_chains as chains\nx = chains.DockerImage(compute=1)\n",
            "import truss_chains as chains\nx = chains.Compute(\n",
            "import truss_chains as chains\nx = chains.RemoteConfig(name='n', **more)\n",
        ] {
            assert_eq!(without_settings(source), None, "{source}");
        }
    }
}

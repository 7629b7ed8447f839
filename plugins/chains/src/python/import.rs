//! Imports: of libraries that are known, of modules of the chain, of anything else.

use std::rc::Rc;

use ruff_python_ast::{Stmt, StmtImport, StmtImportFrom};

use super::known::{self, EXPORTED};
use super::load::Place;
use super::run::Interpreter;
use super::scope::{Frame, Load, stays};
use super::value::{Kind, ModuleRef, Val, Why};

impl<'a> Interpreter<'a> {
    /// `import a.b as c`.
    pub(crate) fn import(&mut self, frame: Frame, import: &'a StmtImport) {
        for alias in &import.names {
            let at = Place {
                module: frame.module,
                range: alias.range,
            };
            let full = alias.name.as_str();
            self.run_packages(full);
            let (name, module) = match &alias.asname {
                Some(name) => (name.as_str(), full),
                None => {
                    let top = full.split('.').next().unwrap_or(full);
                    (top, top)
                }
            };
            let module = self.module_ref(module);
            self.bind(
                frame.scope(),
                name,
                Val::new(Kind::Module(Rc::new(module)), at),
                at,
                Vec::new(),
            );
        }
    }

    /// `from a import b as c`.
    pub(crate) fn import_from(&mut self, frame: Frame, import: &'a StmtImportFrom) {
        let Some(base) = self.program.absolute(frame.module, import) else {
            let at = Place {
                module: frame.module,
                range: import.range,
            };
            let why = Why::new(
                "chain::import",
                at,
                "this import leads out of the chain's package",
            );
            let value = why.val();
            for alias in &import.names {
                let name = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
                self.bind(frame.scope(), name, value.clone(), at, Vec::new());
            }
            return;
        };
        self.run_packages(&base);
        for alias in &import.names {
            let at = Place {
                module: frame.module,
                range: alias.range,
            };
            if alias.name.as_str() == "*" {
                self.import_all(frame, &base, at);
                continue;
            }
            let name = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
            let (value, loads) = self.with_loads(|this| {
                let module = if base.is_empty() {
                    ModuleRef::Own(String::new())
                } else {
                    this.module_ref(&base)
                };
                this.module_attribute(&module, alias.name.as_str(), at)
            });
            self.bind(frame.scope(), name, value, at, loads);
        }
    }

    /// `from a import *`.
    fn import_all(&mut self, frame: Frame, base: &str, at: Place) {
        match self.module_ref(base) {
            ModuleRef::Own(name) => {
                let Some(module) = self.program.module(&name) else {
                    return;
                };
                let names: Vec<(&'a str, usize)> = self.scopes[module]
                    .names
                    .iter()
                    .map(|(name, binding)| (*name, *binding))
                    .collect();
                let listed = names.iter().find(|(name, _)| *name == "__all__");
                let listed = listed.map(|(_, binding)| self.bindings[*binding].value.clone());
                let why = self.scopes[module].wildcard.clone();
                for (name, binding) in names {
                    let wanted = match &listed {
                        None => !name.starts_with('_'),
                        Some(list) => match list.items().filter(|_| self.changed(list).is_none()) {
                            Some(items) => items.iter().any(|item| item.as_str() == Some(name)),
                            None => true,
                        },
                    };
                    if wanted {
                        let value = self.bindings[binding].value.clone();
                        self.bind(frame.scope(), name, value, at, vec![Load { binding, at }]);
                    }
                }
                if why.is_some() {
                    self.scopes[frame.module].wildcard = why;
                }
            }
            ModuleRef::Library(name) if name.starts_with("truss_chains") => {
                for exported in EXPORTED {
                    if let Some(symbol) = known::symbol("truss_chains", exported) {
                        let value = Val::new(Kind::Known(symbol), at);
                        self.bind(frame.scope(), exported, value, at, Vec::new());
                    }
                }
            }
            ModuleRef::Library(name) | ModuleRef::Other(name) => {
                let message = format!("`from {name} import *` may bind any name");
                let why = Why::new("chain::outside", at, message)
                    .hint("import the names that are needed, one by one");
                let why = Rc::new(why);
                // It may bind anew what is bound already; modules, classes and what libraries name are
                // taken to stay what they are.
                let stays = |binding: &usize| stays(&self.bindings[*binding].value.kind);
                let names = self.scopes[frame.scope()].names.iter();
                let bound: Vec<&'a str> = names
                    .filter(|(_, binding)| !stays(binding))
                    .map(|(name, _)| *name)
                    .collect();
                for name in bound {
                    let value = Val::new(Kind::Unknown(Rc::clone(&why)), at);
                    self.bind(frame.scope(), name, value, at, Vec::new());
                }
                self.scopes[frame.module].wildcard = Some(why);
            }
        }
    }

    /// Runs a module of the chain, after the packages it is in.
    fn run_packages(&mut self, name: &str) {
        let ends = name
            .match_indices('.')
            .map(|(at, _)| at)
            .chain([name.len()]);
        for end in ends {
            if let Some(module) = self.program.module(&name[..end]) {
                self.module(module);
            }
        }
    }

    pub(crate) fn module_ref(&self, name: &str) -> ModuleRef {
        let top = name.split('.').next().unwrap_or(name);
        if known::is_library(top) {
            ModuleRef::Library(name.to_owned())
        } else if self.program.module(name).is_some() || self.program.is_folder(name) {
            ModuleRef::Own(name.to_owned())
        } else {
            ModuleRef::Other(name.to_owned())
        }
    }

    /// `module.name`.
    pub(crate) fn module_attribute(&mut self, module: &ModuleRef, name: &str, at: Place) -> Val {
        match module {
            ModuleRef::Library(library) => library_attribute(library, name, at),
            ModuleRef::Own(own) => self.own_attribute(own, name, at),
            ModuleRef::Other(other) => {
                let message = format!("`{other}` is no part of the chain, and not looked into");
                let hint = format!(
                    "write out what `{name}` is, or give its constant a file beside the chain"
                );
                Why::new("chain::outside", at, message).hint(hint).val()
            }
        }
    }

    fn own_attribute(&mut self, own: &str, name: &str, at: Place) -> Val {
        let module = self.program.module(own);
        if let Some(module) = module
            && let Some(&binding) = self.scopes[module].names.get(name)
        {
            return self.load(binding, at);
        }
        let inner = if own.is_empty() {
            name.to_owned()
        } else {
            format!("{own}.{name}")
        };
        if self.program.module(&inner).is_some() || self.program.is_folder(&inner) {
            self.run_packages(&inner);
            return Val::new(Kind::Module(Rc::new(ModuleRef::Own(inner))), at);
        }
        if let Some(why) = module.and_then(|module| self.scopes[module].wildcard.clone()) {
            return Val::new(Kind::Unknown(why), at);
        }
        let shown = module.map_or(own, |module| self.program.modules[module].path.as_str());
        let message = format!("{shown} binds no `{name}` by then");
        Why::new("chain::import", at, message).val()
    }

    /// Whether a statement imports what is known to be there: it cannot fail.
    pub(crate) fn is_known_import(&self, module: usize, stmt: &Stmt) -> bool {
        let known = |name: &str| !matches!(self.module_ref(name), ModuleRef::Other(_));
        match stmt {
            Stmt::Import(import) => import.names.iter().all(|alias| known(alias.name.as_str())),
            Stmt::ImportFrom(import) => self
                .program
                .absolute(module, import)
                .is_some_and(|base| known(&base)),
            _ => false,
        }
    }
}

fn library_attribute(library: &str, name: &str, at: Place) -> Val {
    if let Some(symbol) = known::symbol(library, name) {
        return Val::new(Kind::Known(symbol), at);
    }
    let inner = format!("{library}.{name}");
    let is_module = matches!(
        inner.as_str(),
        "os.path"
            | "truss.base"
            | "truss.base.truss_config"
            | "truss.base.trt_llm_config"
            | "truss.truss_config"
            | "truss.trt_llm_config"
            | "truss_chains.public_types"
            | "truss_chains.public_api"
            | "truss_chains.framework"
            | "truss_chains.utils"
            | "truss_chains.remote_chainlet"
            | "truss_chains.remote_chainlet.stub"
    ) || (library == "truss_chains.public_types" && name == "truss_config");
    if is_module {
        return Val::new(Kind::Module(Rc::new(ModuleRef::Library(inner))), at);
    }
    if name == "TYPE_CHECKING" {
        return Val::new(Kind::Bool(false), at);
    }
    let message = format!("what `{inner}` is, is known only when the program runs");
    Why::new("chain::outside", at, message)
        .hint(super::run::CONSTANT)
        .val()
}

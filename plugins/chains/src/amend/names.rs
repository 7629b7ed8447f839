//! What a file calls the library and its classes.

use std::collections::HashMap;

use ruff_python_ast::{Expr, Stmt};

const LIBRARY: &str = "truss_chains";

/// The names that the statements of a module import the library and its classes by.
#[derive(Debug, Default)]
pub(super) struct Names {
    libraries: Vec<String>,
    /// By the names here.
    classes: HashMap<String, String>,
}

impl Names {
    pub(super) fn of(body: &[Stmt]) -> Self {
        let mut names = Self::default();
        for stmt in body {
            match stmt {
                Stmt::Import(import) => {
                    let library = |alias: &&ruff_python_ast::Alias| alias.name.as_str() == LIBRARY;
                    for alias in import.names.iter().filter(library) {
                        let name = alias.asname.as_ref().unwrap_or(&alias.name);
                        names.libraries.push(name.to_string());
                    }
                }
                Stmt::ImportFrom(import) if import.module.as_deref() == Some(LIBRARY) => {
                    for alias in &import.names {
                        let name = alias.asname.as_ref().unwrap_or(&alias.name);
                        let class = alias.name.to_string();
                        names.classes.insert(name.to_string(), class);
                    }
                }
                _ => {}
            }
        }
        names
    }

    /// The class of the library that an expression names.
    pub(super) fn class_of<'s>(&'s self, callee: &'s Expr) -> Option<&'s str> {
        match callee {
            Expr::Name(name) => self.classes.get(name.id.as_str()).map(String::as_str),
            Expr::Attribute(attribute) => {
                let library = attribute.value.as_name_expr()?.id.as_str();
                let is_it = self.libraries.iter().any(|name| name == library);
                is_it.then_some(attribute.attr.as_str())
            }
            _ => None,
        }
    }

    /// How to name a class where another is named so: of the library as that one is, or by itself.
    pub(super) fn write(&self, beside: &Expr, class: &str) -> Option<String> {
        if let Expr::Attribute(attribute) = beside {
            let library = attribute.value.as_name_expr()?;
            return Some(format!("{}.{class}", library.id));
        }
        let mut own = self.classes.iter().filter(|(_, known)| *known == class);
        let own = own.next().map(|(name, _)| name.clone());
        own.or_else(|| Some(format!("{}.{class}", self.libraries.first()?)))
    }
}

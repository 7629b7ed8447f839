//! `plimsoll plugins`.

mod doctor;
mod inspect;
mod list;
mod new;
mod trust;

use plimsoll::registry::{Catalogue, Origin, Registry};
use serde_json::{Value as Json, json};

use crate::args::{Global, Plugins, PluginsCommand};
use crate::error::CliError;

/// Shows, checks, trusts and writes plugins.
pub(crate) fn run(global: &Global, command: &Plugins) -> Result<(), CliError> {
    match &command.command {
        PluginsCommand::List(command) => list::run(global, command),
        PluginsCommand::Inspect(command) => inspect::run(global, command),
        PluginsCommand::Trust(command) => trust::run(global, command),
        PluginsCommand::Doctor(command) => doctor::run(global, command),
        PluginsCommand::New(command) => new::run(command),
    }
}

/// Something that is registered, whichever trait it implements.
struct Thing<'a> {
    kind: &'static str,
    /// The shortest name that means it.
    name: String,
    qualified: String,
    origin: &'a Origin,
    summary: &'a str,
    options: &'a Json,
}

/// Everything that is registered, by kind and name.
fn things(registry: &Registry) -> Vec<Thing<'_>> {
    let mut all = of(&registry.sources);
    all.extend(of(&registry.resolvers));
    all.extend(of(&registry.deployers));
    all.extend(of(&registry.strategies));
    all.extend(of(&registry.policies));
    all
}

fn of<T: ?Sized>(catalogue: &Catalogue<T>) -> Vec<Thing<'_>> {
    let thing = |one| catalogue_thing(catalogue, one);
    catalogue.iter().map(thing).collect()
}

fn catalogue_thing<'a, T: ?Sized>(
    catalogue: &Catalogue<T>,
    one: &'a plimsoll::registry::Registration<T>,
) -> Thing<'a> {
    Thing {
        kind: catalogue.kind(),
        name: catalogue.name_of(one),
        qualified: one.qualified(),
        origin: &one.origin,
        summary: &one.summary,
        options: &one.options_schema,
    }
}

impl Thing<'_> {
    /// For machines; with the schema of its options where that is asked for.
    fn json(&self, with_options: bool) -> Json {
        let mut json = json!({
            "kind": self.kind,
            "name": self.name,
            "qualified": self.qualified,
            "plugin": self.origin.plugin,
            "version": self.origin.version,
            "summary": self.summary,
            "library": self.origin.library.as_ref().map(|library| json!({
                "path": library.path,
                "sha256": library.sha256,
            })),
        });
        if with_options {
            json["options"] = self.options.clone();
        }
        json
    }

    /// Where it comes from: linked, or the file it was loaded from.
    fn from(&self) -> String {
        match &self.origin.library {
            Some(library) => library.path.display().to_string(),
            None => "linked".to_owned(),
        }
    }
}

/// Rows with their columns aligned, two spaces apart.
fn aligned<const COLUMNS: usize>(rows: &[[String; COLUMNS]]) -> String {
    let mut widths = [0; COLUMNS];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut out = String::new();
    for row in rows {
        let mut line = String::new();
        for (width, cell) in widths.iter().zip(row) {
            line.push_str(&format!("  {cell:<width$}"));
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

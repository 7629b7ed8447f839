//! `plimsoll resolve`.

use plimsoll::effective::Effective;
use plimsoll::value::Node;
use plimsoll::yaml;
use serde::Serialize;
use serde_json::{Map, Value as Json, json};

use super::{Loaded, environment};
use crate::args::{Format, Global, Resolve};
use crate::error::{CliError, exit};
use crate::render;

/// Prints what is effective.
pub(crate) fn run(global: &Global, command: &Resolve) -> Result<(), CliError> {
    let loaded = Loaded::from(global, &command.input)?;
    let environment = environment(command.input.environment.as_deref());
    let (mut resolved, said) = loaded.resolve_one(environment.as_ref())?;
    if let Some(name) = &command.workload {
        let known: Vec<_> = resolved.iter().map(|one| one.workload.clone()).collect();
        resolved.retain(|one| one.workload == *name);
        if resolved.is_empty() {
            let message = format!(
                "there is no workload `{name}`; known are: {}",
                known.join(", ")
            );
            return Err(CliError::new(exit::NOT_FOUND, message));
        }
    }
    if command.format == Format::Json {
        let workloads = resolved.iter();
        return render::out_json(&Report {
            kind: json!(loaded.manifest.kind),
            name: loaded.manifest.name.as_deref(),
            environment: json!(environment),
            workloads: workloads
                .map(|one| Workload::of(one, command.defaults))
                .collect(),
            warnings: render::diagnostics::json(&said),
        });
    }
    render::diagnostics::print(&said);
    if command.explain {
        let tables: Vec<_> = resolved
            .iter()
            .map(|one| render::explain::text(one, command.defaults))
            .collect();
        return render::out(&tables.join("\n"));
    }
    let mut out = String::new();
    for (position, one) in resolved.iter().enumerate() {
        let config = config(one, command.defaults);
        if resolved.len() > 1 {
            let separator = if position > 0 { "\n" } else { "" };
            out.push_str(&format!("{separator}# {}\n", one.workload));
        }
        match command.format {
            Format::Toml => out.push_str(&toml(&config)?),
            _ => out.push_str(&yaml::write(&config)),
        }
    }
    render::out(&out)
}

fn config(effective: &Effective, defaults: bool) -> Node {
    if defaults {
        effective.with_defaults()
    } else {
        effective.compact()
    }
}

/// The report for machines. Settings are serialised as they are: integers of any size keep their
/// digits.
#[derive(Serialize)]
struct Report<'a> {
    kind: Json,
    name: Option<&'a str>,
    environment: Json,
    workloads: Vec<Workload<'a>>,
    warnings: Json,
}

#[derive(Serialize)]
struct Workload<'a> {
    name: &'a str,
    effective: Node,
    config: Node,
    provenance: Map<String, Json>,
}

impl<'a> Workload<'a> {
    fn of(effective: &'a Effective, defaults: bool) -> Self {
        let config = config(effective, defaults);
        let settings = effective.settings();
        let mut provenance = Map::new();
        for tree in [&settings, &config] {
            for (pointer, place) in effective.provenance(tree) {
                provenance.insert(pointer.as_str().to_owned(), json!(place));
            }
        }
        Self {
            name: &effective.workload,
            effective: settings,
            config,
            provenance,
        }
    }
}

/// TOML has no null: what is null is left out.
fn toml(config: &Node) -> Result<String, CliError> {
    let refused = |why: &str| {
        let message = format!("this configuration cannot be TOML: {why}");
        CliError::new(exit::INVALID, message)
    };
    if !config.fits_json() {
        return Err(refused("it has an integer beyond 64 bits"));
    }
    let mut json = config.to_json();
    drop_nulls(&mut json);
    toml::to_string_pretty(&json).map_err(|error| refused(&error.to_string()))
}

fn drop_nulls(json: &mut Json) {
    match json {
        Json::Object(members) => {
            members.retain(|_, value| !value.is_null());
            members.values_mut().for_each(drop_nulls);
        }
        Json::Array(items) => {
            items.retain(|item| !item.is_null());
            items.iter_mut().for_each(drop_nulls);
        }
        _ => {}
    }
}

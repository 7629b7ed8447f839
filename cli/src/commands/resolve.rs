//! `plimsoll resolve`.

use plimsoll::effective::Effective;
use plimsoll::value::Node;
use plimsoll::yaml;
use serde_json::{Map, Value as Json, json};

use super::{Loaded, environment};
use crate::args::{Format, Global, Resolve};
use crate::error::{CliError, exit};
use crate::render;

/// Prints what is effective.
pub(crate) fn run(_: &Global, command: &Resolve) -> Result<(), CliError> {
    let loaded = Loaded::from(&command.input)?;
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
        let workloads: Vec<Json> = resolved
            .iter()
            .map(|one| workload(one, command.defaults))
            .collect();
        let out = json!({
            "kind": loaded.manifest.kind,
            "name": loaded.manifest.name,
            "environment": environment,
            "workloads": workloads,
            "warnings": render::diagnostics::json(&said),
        });
        return render::out_json(&out);
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

fn workload(effective: &Effective, defaults: bool) -> Json {
    let config = config(effective, defaults);
    let settings = effective.settings();
    let mut provenance = Map::new();
    for tree in [&settings, &config] {
        for (pointer, place) in effective.provenance(tree) {
            provenance.insert(pointer.as_str().to_owned(), json!(place));
        }
    }
    json!({
        "name": effective.workload,
        "effective": settings.to_json(),
        "config": config.to_json(),
        "provenance": provenance,
    })
}

/// TOML has no null: what is null is left out.
fn toml(config: &Node) -> Result<String, CliError> {
    let mut json = config.to_json();
    drop_nulls(&mut json);
    toml::to_string_pretty(&json).map_err(|error| {
        CliError::new(
            exit::INVALID,
            format!("this configuration cannot be TOML: {error}"),
        )
    })
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

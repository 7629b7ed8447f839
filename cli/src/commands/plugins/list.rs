//! `plimsoll plugins list`.

use std::path::Path;

use plimsoll::loader::{Candidate, State};
use serde_json::json;

use super::{aligned, things};
use crate::args::{Global, List, Report};
use crate::error::CliError;
use crate::plugins::{host, named, refused};
use crate::render;

/// Lists everything that is registered, and the libraries that were found.
pub(crate) fn run(global: &Global, command: &List) -> Result<(), CliError> {
    let host = host(global, Path::new("."))?;
    let (libraries, remarks) = host.survey().map_err(|error| refused(global, &error))?;
    let mut registry = plimsoll::registry()?;
    let (problems, refusal) = match host.load(&mut registry) {
        Ok(loaded) => (loaded.problems, None),
        Err(error) => (Vec::new(), Some(refused(global, &error))),
    };
    let things = things(&registry);
    if command.format == Report::Json {
        render::out_json(&json!({
            "registered": things.iter().map(|thing| thing.json(false)).collect::<Vec<_>>(),
            "libraries": libraries,
            "problems": problems.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "remarks": remarks,
        }))?;
        return refusal.map_or(Ok(()), |error| Err(error.told()));
    }
    let mut out = String::new();
    let mut kind = "";
    let mut rows = Vec::new();
    for thing in &things {
        if thing.kind != kind {
            out.push_str(&aligned(&std::mem::take(&mut rows)));
            let break_before = if kind.is_empty() { "" } else { "\n" };
            kind = thing.kind;
            out.push_str(&format!("{break_before}{}\n", plural(kind)));
        }
        let plugin = format!("{} {}", thing.origin.plugin, thing.origin.version);
        rows.push([
            thing.name.clone(),
            plugin,
            thing.from(),
            thing.summary.to_owned(),
        ]);
    }
    out.push_str(&aligned(&rows));
    if !libraries.is_empty() {
        out.push_str("\nlibraries\n");
        out.push_str(&aligned(&libraries.iter().map(row).collect::<Vec<_>>()));
    }
    render::out(&out)?;
    for remark in remarks {
        render::say(&remark.to_string());
    }
    for problem in problems {
        render::error(&named(&problem), &problem.hints);
    }
    refusal.map_or(Ok(()), Err)
}

fn plural(kind: &str) -> String {
    match kind
        .strip_suffix("policy")
        .or_else(|| kind.strip_suffix("strategy"))
    {
        Some(_) => format!("{}ies", kind.trim_end_matches('y')),
        None => format!("{kind}s"),
    }
}

fn row(library: &Candidate) -> [String; 4] {
    let plugins: Vec<_> = library
        .plugins
        .iter()
        .map(|plugin| format!("{} {}", plugin.name, plugin.version))
        .collect();
    [
        library.path.display().to_string(),
        plugins.join(", "),
        library.place.to_string(),
        state(&library.state),
    ]
}

/// How a library stands, in words.
pub(super) fn state(state: &State) -> String {
    match state {
        State::Trusted => "trusted".to_owned(),
        State::NotTrusted => "not trusted".to_owned(),
        State::Changed => "changed since it was trusted".to_owned(),
        State::Shadowed { plugin, by } => format!("`{plugin}` of {} comes first", by.display()),
        State::NotAPlugin => "it is a library and no Plimsoll plugin".to_owned(),
        State::Refused { message, .. } => message.clone(),
        _ => "in a state that is not known".to_owned(),
    }
}

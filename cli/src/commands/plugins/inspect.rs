//! `plimsoll plugins inspect`.

use std::env::consts::DLL_SUFFIX;
use std::path::Path;

use plimsoll::loader::options::in_words;
use plimsoll::loader::{Candidate, Host, State};
use plimsoll::registry::Registry;
use plimsoll::registry::follow::FOLLOWS;
use plimsoll::suggest::did_you_mean;
use serde_json::{Value as Json, json};

use super::list::state;
use super::{Thing, things};
use crate::args::{Global, Inspect, Report};
use crate::error::{CliError, exit};
use crate::plugins::{host, refused};
use crate::render;
use crate::render::figures::count;

/// Shows a plugin, something that is registered, or a library.
pub(crate) fn run(global: &Global, command: &Inspect) -> Result<(), CliError> {
    let path = Path::new(&command.what);
    if command.what.ends_with(DLL_SUFFIX) || path.is_file() {
        return library(global, command, path);
    }
    // No code of a library runs unless that is asked for: what is linked is looked at here, and of
    // libraries what their files say.
    let registry = plimsoll::registry()?;
    let all = things(&registry);
    let is_meant = |thing: &&Thing<'_>| {
        let Thing { name, origin, .. } = thing;
        let own = thing.qualified.rsplit('/').next().unwrap_or_default();
        name == &command.what || is_named(&command.what, &origin.plugin, &origin.version, own)
    };
    let meant: Vec<_> = all.iter().filter(is_meant).collect();
    if meant.is_empty() {
        let host = host(global, Path::new("."))?;
        let (libraries, _) = host.survey().map_err(|error| refused(global, &error))?;
        let has = |library: &&Candidate| {
            library.plugins.iter().any(|plugin| {
                let named = |own| is_named(&command.what, &plugin.name, &plugin.version, own);
                plugin.name == command.what || plugin.provides.iter().any(|one| named(&one.name))
            })
        };
        return match libraries.iter().find(has) {
            Some(found) => library(global, command, &found.path),
            None => Err(unknown(&command.what, &all)),
        };
    }
    if command.format == Report::Json {
        let things: Vec<_> = meant.iter().map(|thing| thing.json(true)).collect();
        return render::out_json(&json!(things));
    }
    let texts: Vec<_> = meant.iter().map(|thing| about(thing)).collect();
    render::out(&texts.join("\n"))
}

/// Whether a name means what a plugin has, or the plugin itself.
fn is_named(what: &str, plugin: &str, version: &str, own: &str) -> bool {
    what == plugin
        || what == own
        || what == format!("{plugin}/{own}")
        || what == format!("{plugin}@{version}/{own}")
}

fn unknown(what: &str, all: &[Thing<'_>]) -> CliError {
    let mut known: Vec<&str> = all.iter().map(|thing| thing.name.as_str()).collect();
    known.extend(all.iter().map(|thing| &*thing.origin.plugin));
    known.sort_unstable();
    known.dedup();
    let message =
        format!("there is no plugin, and nothing that is registered, with the name `{what}`");
    let error = CliError::new(exit::NOT_FOUND, message);
    let error = match did_you_mean(what, known) {
        Some(hint) => error.hint(hint),
        None => error,
    };
    error.hint("`plimsoll plugins list` shows everything")
}

/// Something that is registered, and its options.
fn about(thing: &Thing<'_>) -> String {
    let Thing {
        kind,
        qualified,
        origin,
        summary,
        options,
        ..
    } = thing;
    let from = thing.from();
    let mut out = format!(
        "{qualified}: a {kind} of the plugin {} {} ({from})\n  {summary}\n",
        origin.plugin, origin.version
    );
    let properties = options.get("properties").and_then(Json::as_object);
    let properties: Vec<_> = properties.into_iter().flatten().collect();
    if properties.is_empty() {
        out.push_str("  It takes no options.\n");
        return out;
    }
    out.push_str("\n  Options\n");
    for (name, option) in properties {
        out.push_str(&format!("    {name}: {}\n", form(name, option, options)));
        let description = option.get("description").and_then(Json::as_str);
        for line in description.unwrap_or_default().lines() {
            out.push_str(&format!("      {line}\n"));
        }
    }
    out
}

/// What an option may be, and what it is where it is not given.
fn form(name: &str, option: &Json, schema: &Json) -> String {
    let required = schema.get("required").and_then(Json::as_array);
    let required = required.is_some_and(|all| all.iter().any(|one| one == name));
    let follows = option.get(FOLLOWS).and_then(Json::as_str);
    let usual = match (option.get("default"), follows) {
        _ if required => "; required".to_owned(),
        (Some(default), Some(fact)) => format!("; as `{fact}`, or else {default}"),
        (None, Some(fact)) => format!("; as `{fact}`"),
        (Some(default), None) => format!("; {default} when not given"),
        (None, None) => String::new(),
    };
    format!("{}{usual}", in_words(option, schema))
}

/// What a library says of itself, and what comes of loading it where that is asked for.
fn library(global: &Global, command: &Inspect, path: &Path) -> Result<(), CliError> {
    let host = host(global, Path::new("."))?;
    let candidate = host
        .inspect(path)
        .map_err(|error| refused(global, &error))?;
    if candidate.plugins.is_empty() {
        let message = state(&candidate.state);
        let hints = candidate.hints();
        let code = if path.exists() {
            exit::INVALID
        } else {
            exit::NOT_FOUND
        };
        let error = CliError::new(code, format!("{}: {message}", path.display()));
        return Err(hints.iter().fold(error, CliError::hint));
    }
    let loaded = match command.load {
        true => Some(load(global, &host, path)?),
        false => None,
    };
    if command.format == Report::Json {
        let mut out = json!(candidate);
        if let Some(registry) = &loaded {
            let things = things(registry);
            out["registered"] = things.iter().map(|thing| thing.json(true)).collect();
        }
        return render::out_json(&out);
    }
    let mut out = said(&candidate);
    match &loaded {
        None => out.push_str(next(&candidate.state)),
        Some(registry) => {
            out.push_str("  layout    as this Plimsoll expects it\n");
            for thing in things(registry) {
                out.push('\n');
                out.push_str(&about(&thing));
            }
        }
    }
    render::out(&out)
}

/// What can be done now.
fn next(state: &State) -> &'static str {
    match state {
        State::Trusted | State::Shadowed { .. } => {
            "\nNo code of it ran. --load loads it and shows the options of what it has.\n"
        }
        _ => {
            "\nNo code of it ran. Once it is trusted (plimsoll plugins trust FILE), --load shows the options of \
             what it has.\n"
        }
    }
}

fn load(global: &Global, host: &Host, path: &Path) -> Result<Registry, CliError> {
    let mut registry = Registry::empty();
    host.load_library(path, &mut registry)
        .map_err(|error| refused(global, &error))?;
    Ok(registry)
}

fn said(candidate: &Candidate) -> String {
    let mut out = format!("{}\n", candidate.path.display());
    let mut line = |name: &str, text: &str| out.push_str(&format!("  {name:<8}  {text}\n"));
    for plugin in &candidate.plugins {
        line("plugin", &format!("{} {}", plugin.name, plugin.version));
        for one in &plugin.provides {
            line("has", &format!("{} {}/{}", one.kind, plugin.name, one.name));
        }
        let (major, minor) = plugin.border;
        line(
            "border",
            &format!("{major}.{minor}, by plimsoll-sdk {}", plugin.sdk),
        );
        line(
            "built by",
            &format!("{} for {}", plugin.rustc, plugin.target),
        );
    }
    line("size", &format!("{} bytes", count(candidate.bytes)));
    line("sha256", candidate.sha256.as_deref().unwrap_or("unknown"));
    line("trust", &state(&candidate.state));
    out
}

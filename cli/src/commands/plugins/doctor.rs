//! `plimsoll plugins doctor`.

use std::path::{Path, PathBuf};

use plimsoll::loader::{Candidate, Host, Provided, State};
use plimsoll::registry::Registry;
use serde_json::json;

use super::aligned;
use super::list::state;
use crate::args::{Doctor, Global, Report};
use crate::error::{CliError, exit};
use crate::plugins::{host, refused};
use crate::render;

/// What is to be said of a library.
struct Finding {
    path: PathBuf,
    /// Whether it is as it should be.
    sound: bool,
    message: String,
    hints: Vec<String>,
}

/// Says where plugins are looked for, and what came of what was found.
pub(crate) fn run(global: &Global, command: &Doctor) -> Result<(), CliError> {
    let host = host(global, Path::new("."))?;
    let (libraries, remarks) = host.survey().map_err(|error| refused(global, &error))?;
    // Into one registry, as for any other command: what one takes, another may miss.
    let mut registry = plimsoll::registry()?;
    let findings: Vec<Finding> = libraries
        .iter()
        .map(|library| match &library.state {
            State::Trusted => tried(&host, library, &mut registry),
            state => unloaded(library, state),
        })
        .collect();
    let places = places(&host);
    let sound = remarks.is_empty() && findings.iter().all(|finding| finding.sound);
    if command.format == Report::Json {
        let finding = |one: &Finding| json!({ "path": one.path, "sound": one.sound, "message": one.message, "hints": one.hints });
        render::out_json(&json!({
            "sound": sound,
            "places": places.iter().map(|[place, entry]| json!({ "place": place, "entry": entry }))
                .collect::<Vec<_>>(),
            "lock": host.places().lock,
            "cache": host.places().cache,
            "libraries": findings.iter().map(finding).collect::<Vec<_>>(),
            "remarks": remarks,
        }))?;
    } else {
        let mut out = format!("places, in order\n{}", aligned(&places));
        out.push_str(&format!(
            "\nkept\n{}",
            aligned(&[
                [
                    "what is trusted".to_owned(),
                    kept(host.places().lock.as_deref())
                ],
                [
                    "what is loaded".to_owned(),
                    kept(host.places().cache.as_deref())
                ],
            ])
        ));
        out.push_str("\nlibraries\n");
        for finding in &findings {
            let mark = if finding.sound { "ok" } else { "no" };
            out.push_str(&format!(
                "  {mark}  {}: {}\n",
                finding.path.display(),
                finding.message
            ));
            for hint in &finding.hints {
                out.push_str(&format!("        hint: {hint}\n"));
            }
        }
        if findings.is_empty() {
            out.push_str("  none was found\n");
        }
        for remark in &remarks {
            out.push_str(&format!("  no  {remark}\n"));
        }
        render::out(&out)?;
    }
    match sound {
        true => Ok(()),
        false => Err(CliError::Told(exit::INVALID)),
    }
}

/// Where something is kept.
fn kept(place: Option<&Path>) -> String {
    place.map_or_else(
        || "nowhere: there is no home folder".to_owned(),
        |place| place.display().to_string(),
    )
}

fn places(host: &Host) -> Vec<[String; 2]> {
    let search = &host.places().search;
    let mut places = Vec::new();
    for (place, entries) in [
        ("--plugin", &*search.explicit),
        (crate::plugins::PATH_VARIABLE, &*search.path),
        ("configuration", &*search.configured),
        ("user", search.user.as_slice()),
        ("system", &*search.system),
    ] {
        for entry in entries.iter().filter(|entry| !entry.as_os_str().is_empty()) {
            places.push([place.to_owned(), entry.display().to_string()]);
        }
    }
    places
}

/// A library that is trusted is loaded, to see what comes of it.
fn tried(host: &Host, library: &Candidate, registry: &mut Registry) -> Finding {
    let path = library.path.clone();
    match host.load_library(&library.path, registry) {
        Ok(provided) => {
            let named = |one: &Provided| format!("{}/{}", one.plugin, one.name);
            let names: Vec<_> = provided.iter().map(named).collect();
            Finding {
                path,
                sound: true,
                message: format!("it is loaded, and has {}", names.join(", ")),
                hints: Vec::new(),
            }
        }
        Err(error) => Finding {
            path,
            sound: false,
            message: error.message,
            hints: error.hints,
        },
    }
}

fn unloaded(library: &Candidate, how: &State) -> Finding {
    Finding {
        path: library.path.clone(),
        sound: matches!(how, State::Shadowed { .. } | State::NotAPlugin),
        message: state(how),
        hints: library.hints(),
    }
}

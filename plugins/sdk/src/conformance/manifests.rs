//! What is sound about manifests, and about what comes of them: names, layers, places.

use std::collections::BTreeSet;

use plimsoll_core::diagnostic::Diagnostics;
use plimsoll_core::effective::Effective;
use plimsoll_core::layer::{LayerName, Layers};
use plimsoll_core::manifest::Manifest;
use plimsoll_core::pointer::Pointer;
use plimsoll_core::span::{SourceMap, Span};
use plimsoll_core::value::{Node, Origin};

use super::law::{Verdict, broken, holds};

const WORKLOADS: &str = "a manifest has at least one workload, each with a name of its own";
const FILES: &str = "the main file is one of the manifest's files";
const LAYERS: &str = "every value of a layer says where it is written";
const PLACES: &str = "every place is one that is in its file";
const CODES: &str = "a diagnostic has a code `domain::what`, and one sentence or more";
const NO_ERRORS: &str = "what is loaded has no errors";
const PROVENANCE: &str = "every effective value names a real place, or is a default";

/// Every leaf of a tree: its place in the tree, its value in words, its origin.
pub(super) fn leaves(node: &Node) -> Vec<(Pointer, String, Origin)> {
    let mut leaves = Vec::new();
    node.for_each_leaf(&mut |place, leaf| {
        leaves.push((place.clone(), format!("{:?}", leaf.value), leaf.origin));
    });
    leaves
}

/// All there is to see of a manifest.
pub(super) fn picture(manifest: &Manifest) -> Vec<String> {
    let head = format!(
        "{:?} {:?} {:?} {:?}",
        manifest.kind, manifest.name, manifest.main_file, manifest.diagnostics.items
    );
    let workloads = manifest.workloads.iter().flat_map(|workload| {
        let layers = workload.layers.iter().map(|layer| {
            let leaves = leaves(&layer.settings);
            format!(
                "{} {} {:?} {leaves:?}",
                workload.name, layer.name, layer.span
            )
        });
        layers.collect::<Vec<_>>()
    });
    [head].into_iter().chain(workloads).collect()
}

/// Names, files, layers, places and diagnostics are as they should be.
pub(super) fn sound_manifest(manifest: &Manifest) -> Verdict {
    let names: Vec<&str> = manifest
        .workloads
        .iter()
        .map(|workload| workload.name.as_str())
        .collect();
    let unique: BTreeSet<&str> = names
        .iter()
        .copied()
        .filter(|name| !name.is_empty())
        .collect();
    let sound = !names.is_empty() && unique.len() == names.len();
    holds(WORKLOADS, sound, || format!("it has {names:?}"))?;
    let main = manifest
        .main_file
        .is_none_or(|file| manifest.files.get(file).is_some());
    holds(FILES, main, || format!("it is {:?}", manifest.main_file))?;
    for workload in &manifest.workloads {
        layers(&workload.layers, &manifest.files)?;
    }
    holds(NO_ERRORS, !manifest.diagnostics.has_errors(), || {
        manifest.diagnostics.to_string()
    })?;
    sound_diagnostics(&manifest.diagnostics)
}

fn layers(layers: &Layers, files: &SourceMap) -> Verdict {
    for layer in layers.iter() {
        for (place, value, origin) in leaves(&layer.settings) {
            let what = || format!("`{place}` of {}, {value}", layer.name);
            match origin.span {
                Some(span) => sound_span(files, span)
                    .or_else(|how| broken(PLACES, format!("{}: {how}", what())))?,
                None => holds(LAYERS, layer.name == LayerName::Defaults, what)?,
            }
        }
    }
    Ok(())
}

/// Codes and places are as they should be.
pub(super) fn sound_diagnostics(said: &Diagnostics) -> Verdict {
    for item in &said.items {
        let word = |word: &str| {
            let small =
                |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
            !word.is_empty() && word.bytes().all(small)
        };
        let code = item.code.split_once("::");
        let sound = code.is_some_and(|(domain, what)| word(domain) && word(what));
        holds(CODES, sound && !item.message.trim().is_empty(), || {
            format!("it is {}[{}]: {:?}", item.severity, item.code, item.message)
        })?;
        for label in item.primary.iter().chain(&item.secondary) {
            sound_span(&said.files, label.span).or_else(|how| {
                broken(
                    PLACES,
                    format!("{}, of the diagnostic {}: {how}", label.text, item.code),
                )
            })?;
        }
    }
    Ok(())
}

/// Values come from places that there are.
pub(super) fn sound_effective(effective: &Effective) -> Verdict {
    let files = effective.files();
    for (pointer, from) in effective.provenance(&effective.config) {
        let lines = |name: &str| {
            let file = files.files().iter().find(|file| file.name == name);
            file.map(|file| {
                file.text
                    .split(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}'])
                    .count()
            })
        };
        let real = match (&from.file, from.line, from.column) {
            (Some(file), Some(line), Some(column)) => {
                lines(file).is_some_and(|lines| line as usize <= lines) && line > 0 && column > 0
            }
            (None, None, None) => from.layer == LayerName::Defaults,
            _ => false,
        };
        holds(PROVENANCE, real, || format!("`{pointer}` is from {from:?}"))?;
    }
    sound_diagnostics(&effective.diagnostics)
}

/// Whether a place is in its file, at the line and column that it says.
fn sound_span(files: &SourceMap, span: Span) -> Result<(), String> {
    let Some(file) = files.get(span.file) else {
        return Err(format!("{span:?} is in a file of another map"));
    };
    let (start, end) = (span.start as usize, span.end as usize);
    if file.text.get(start..end).is_none() {
        let length = file.text.len();
        return Err(format!(
            "{span:?} is no part of {}, of {length} bytes",
            file.name
        ));
    }
    // What else ends a line is for a format to say.
    let before = &file.text[..start];
    let plain =
        |text: &str| !text.contains(['\r', '\u{85}', '\u{2028}', '\u{2029}', '\u{feff}', '\u{c}']);
    if plain(&file.text) {
        let line = before.matches('\n').count() + 1;
        let column = before
            .rsplit('\n')
            .next()
            .unwrap_or_default()
            .chars()
            .count()
            + 1;
        if (line, column) != (span.line as usize, span.column as usize) {
            return Err(format!(
                "{span:?} starts at {line}:{column} in {}",
                file.name
            ));
        }
    }
    Ok(())
}

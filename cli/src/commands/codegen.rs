//! `plimsoll codegen`.

mod folder;

use std::path::Path;

use plimsoll::context::{ContextFile, Package};
use plimsoll::digest::CONFIG_PATH;
use plimsoll::manifest::ManifestKind;
use serde_json::{Value as Json, json};

use self::folder::Folder;
use super::{Loaded, environment};
use crate::args::{Codegen, Global, Report};
use crate::error::{CliError, exit};
use crate::render;

/// A chainlet that was written.
struct Written {
    workload: String,
    folder: String,
    files: usize,
    bytes: u64,
}

/// Resolves every chainlet, packages it, and writes all of them.
pub(crate) fn run(global: &Global, command: &Codegen) -> Result<(), CliError> {
    let loaded = Loaded::from(global, &command.input)?;
    let kind = loaded.manifest.kind;
    if kind != ManifestKind::Chain {
        let path = command.input.path.display();
        let message = format!("{path} is a {kind}: code is generated for a chain");
        let refused = CliError::new(exit::INVALID, message);
        return Err(match kind {
            ManifestKind::Truss => refused.hint("a Truss is what code generation would make; `plimsoll resolve` shows what is effective in it"),
            _ => refused,
        });
    }
    let environment = environment(command.input.environment.as_deref());
    let (resolved, mut said) = loaded.resolve_one(environment.as_ref())?;
    let mut packages = Vec::with_capacity(resolved.len());
    for effective in &resolved {
        let mut package = loaded.source.package(&loaded.tree, effective)?;
        said.absorb(package.diagnostics.items.drain(..));
        packages.push((effective.workload.clone(), package));
    }
    render::diagnostics::print(&said);
    // The source's own name and nothing of where it lies: the same source gives the same bytes.
    let source = loaded.tree.focus().unwrap_or("the folder");
    let resolved_for = environment
        .as_ref()
        .map_or_else(|| "the base".to_owned(), ToString::to_string);
    let folder = Folder::prepare(&command.out, &command.input.path)?;
    folder.mark(&format!("{source:?}, for {resolved_for:?}"))?;
    let mut written = Vec::with_capacity(packages.len());
    for (workload, package) in packages {
        written.push(write(&folder, workload, package)?);
    }
    folder.publish()?;
    match command.format {
        Report::Text => render::out(&text(&command.out, &written)),
        Report::Json => {
            let chainlets: Vec<Json> = written
                .iter()
                .map(|one| {
                    json!({
                        "name": one.workload,
                        "folder": command.out.join(&one.folder),
                        "files": one.files,
                        "bytes": one.bytes,
                    })
                })
                .collect();
            render::out_json(&json!({
                "name": loaded.manifest.name,
                "environment": environment,
                "out": command.out,
                "chainlets": chainlets,
                "diagnostics": render::diagnostics::json(&said),
            }))
        }
    }
}

/// Writes a package into its folder. Its configuration is the one with autoscaling settings.
fn write(folder: &Folder, workload: String, package: Package) -> Result<Written, CliError> {
    let name = package.folder.ok_or_else(|| {
        let message = format!("the source generates no code for `{workload}`");
        CliError::new(exit::INVALID, message)
    })?;
    let config = package
        .raw_config
        .map(|text| ContextFile::of_bytes(CONFIG_PATH, text.as_bytes()));
    let mut written = Written {
        workload,
        folder: name,
        files: 0,
        bytes: 0,
    };
    for file in package.context.files() {
        let file = match &config {
            Some(config) if file.path == CONFIG_PATH => config,
            _ => file,
        };
        written.bytes += folder.write(&written.folder, file)?;
        written.files += 1;
    }
    Ok(written)
}

fn text(out: &Path, written: &[Written]) -> String {
    let name = |one: &Written| out.join(&one.folder).display().to_string();
    let widest = written.iter().map(|one| name(one).len()).max().unwrap_or(0);
    let line = |one: &Written| {
        let files = match one.files {
            1 => "1 file".to_owned(),
            files => format!("{files} files"),
        };
        let (name, bytes) = (name(one), one.bytes);
        format!("{name:<widest$}  {files}, {bytes} bytes\n")
    };
    written.iter().map(line).collect()
}

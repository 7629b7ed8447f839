//! `plimsoll migrate`.

use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use plimsoll::tressi::{Adjustment, Migration};
use serde::Serialize;
use serde_json::Value as Json;

use crate::args::{Migrate, Report};
use crate::error::{CliError, exit};
use crate::{fetch, file, render};

/// Prints the load test in today's shape, or writes it.
pub(crate) fn run(command: &Migrate) -> Result<(), CliError> {
    let adjustments = command.endpoint.iter().map(|text| text.parse());
    let adjustments: Vec<Adjustment> = adjustments
        .collect::<Result<_, _>>()
        .map_err(|error| CliError::usage(format!("--endpoint: {error}")))?;
    if command.write && fetch::is_address(&command.path) {
        let message = "--write needs a file: what was fetched cannot be written back";
        return Err(CliError::usage(message).hint("leave --write out, and redirect the output"));
    }
    let tree = fetch::tree(&command.path)?;
    let migration = plimsoll::tressi::migrate(&*tree, &adjustments)?;
    let path = PathBuf::from(tree.display(&migration.path));
    let backup = match command.write && !migration.is_empty() {
        true => Some(write(&path, &migration)?),
        false => None,
    };
    if command.format == Report::Json {
        return render::out_json(&Told {
            file: &path,
            shape: migration.shape.name(),
            changed: !migration.is_empty(),
            written: backup.is_some(),
            backup: backup.as_deref(),
            text: &migration.after,
            diagnostics: render::diagnostics::json(&migration.diagnostics),
        });
    }
    render::diagnostics::print(&migration.diagnostics);
    let shown = path.display();
    match (command.write, backup) {
        (false, _) => render::out(&migration.after),
        (true, None) => render::out(&format!("{shown}: has today's shape, and stays as it is\n")),
        (true, Some(backup)) => render::out(&format!(
            "{shown}: written in today's shape; as it was: {}\n",
            backup.display()
        )),
    }
}

/// What machines are told.
#[derive(Serialize)]
struct Told<'a> {
    file: &'a Path,
    /// The shape that it had.
    shape: &'static str,
    changed: bool,
    written: bool,
    backup: Option<&'a Path>,
    /// The load test in today's shape.
    text: &'a str,
    diagnostics: Json,
}

/// Keeps the file as it was, writes it anew, and says where it is kept.
fn write(path: &Path, migration: &Migration) -> Result<PathBuf, CliError> {
    let now = fs::read(path).map_err(|error| CliError::file(path, &error))?;
    let text = now.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&now);
    if text != migration.before.as_bytes() {
        let path = path.display();
        let message = format!("{path} has changed since it was read: nothing is written");
        return Err(CliError::new(exit::INVALID, message));
    }
    let mut backup = OsString::from(path);
    backup.push(".bak");
    let backup = PathBuf::from(backup);
    match fs::read(&backup) {
        Ok(kept) if kept == now => {}
        Ok(_) => {
            let backup = backup.display();
            let message = format!("{backup} is there, and is another file: nothing is written");
            return Err(CliError::new(exit::INVALID, message).hint("move it away"));
        }
        Err(error) if error.kind() == ErrorKind::NotFound => file::write(&backup, &now)?,
        Err(error) => return Err(CliError::file(&backup, &error)),
    }
    file::write(path, migration.after.as_bytes())?;
    Ok(backup)
}

//! What Python installs: `pip_requirements.txt`, or the project's own files.

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;

use plimsoll_core::context::ContextFile;
use plimsoll_core::diagnostic::Diagnostic;
use plimsoll_core::tree::SourceTree;
use toml_edit::DocumentMut;

use crate::chain::{Chainlet, Image};
use crate::subtree::folder;

/// The file that requirements are gathered in.
const PIP_FILE: &str = "pip_requirements.txt";

const PYPROJECT: &str = "pyproject.toml";
const UV_LOCK: &str = "uv.lock";

/// What a chainlet runs on, where its source names no `truss`: the version whose rules are followed.
const TRUSS: &str = "truss==0.18.36";

/// Truss, not from a registry.
const TRUSS_GIT: &str = "git+https://github.com/basetenlabs/truss.git";

/// Largest file of requirements that is read, in bytes.
const MAX_BYTES: u64 = 16 << 20;

/// The files that say what a chainlet needs.
///
/// # Errors
/// When a file that the source names cannot be used.
pub(super) fn files(
    tree: &Arc<dyn SourceTree>,
    chainlet: &Chainlet,
    image: &Image,
) -> Result<Vec<ContextFile>, Box<Diagnostic>> {
    let refuse = |message: String| {
        let problem = Diagnostic::error("chain::requirements-file", message);
        Box::new(problem.at(Some(chainlet.span)))
    };
    let read = |path: &str| {
        text(tree, path).map_err(|error| refuse(format!("the requirements file {path:?}: {error}")))
    };
    let Some(path) = image.requirements_file.as_deref() else {
        return Ok(vec![pip_file("", &image.pip_requirements)]);
    };
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    if !matches!(name, PYPROJECT | UV_LOCK) {
        return Ok(vec![pip_file(&read(path)?, &image.pip_requirements)]);
    }
    if !image.pip_requirements.is_empty() {
        let message = format!("`pip_requirements` beside a {name}");
        let hint = format!("name everything in the {PYPROJECT}");
        return Err(Box::new(refuse(message).hint(hint)));
    }
    let beside = match folder {
        "" => PYPROJECT.to_owned(),
        folder => format!("{folder}/{PYPROJECT}"),
    };
    let written = read(&beside)?;
    let project = with_truss(&written)
        .map_err(|error| refuse(format!("the requirements file {beside:?}: {error}")))?;
    let mut files = Vec::new();
    if name == UV_LOCK {
        if project != written {
            let message = format!("{beside:?} and its {UV_LOCK} do not name truss");
            let hint = format!("run `uv add {TRUSS}` there");
            return Err(Box::new(refuse(message).hint(hint)));
        }
        files.push(ContextFile::of_bytes(UV_LOCK, read(path)?.into_bytes()));
    }
    files.push(ContextFile::of_bytes(PYPROJECT, project.into_bytes()));
    Ok(files)
}

fn text(tree: &Arc<dyn SourceTree>, path: &str) -> io::Result<String> {
    let (beside, name) = path.rsplit_once('/').unwrap_or(("", path));
    let bytes = folder(tree, beside)?.read(name, MAX_BYTES)?;
    String::from_utf8(bytes).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

/// The requirements of both places, each once, in order.
fn pip_file(file: &str, written: &[String]) -> ContextFile {
    let comment = |line: &&str| !line.trim_start().starts_with('#');
    let mut all: BTreeSet<&str> = lines(file).into_iter().filter(comment).collect();
    all.extend(written.iter().map(String::as_str));
    if !all.iter().any(|requirement| names_truss(requirement)) {
        all.insert(TRUSS);
    }
    let all: Vec<_> = all.into_iter().collect();
    ContextFile::of_bytes(PIP_FILE, all.join("\n").into_bytes())
}

/// The lines of a text as Python's `splitlines` gives them.
fn lines(text: &str) -> Vec<&str> {
    let ends = [
        '\n', '\r', '\u{b}', '\u{c}', '\u{1c}', '\u{1d}', '\u{1e}', '\u{85}', '\u{2028}',
        '\u{2029}',
    ];
    let mut lines = Vec::new();
    let mut rest = text;
    while let Some(end) = rest.find(ends) {
        lines.push(&rest[..end]);
        let mut after = rest[end..].chars();
        if after.next() == Some('\r') && after.as_str().starts_with('\n') {
            after.next();
        }
        rest = after.as_str();
    }
    if !rest.is_empty() {
        lines.push(rest);
    }
    lines
}

/// Whether a requirement is one of `truss`, as the real client sees it: by its name alone or with
/// one version, or from its repository.
fn names_truss(requirement: &str) -> bool {
    requirement.contains(TRUSS_GIT)
        || requirement
            .strip_prefix("truss")
            .is_some_and(|rest| rest.is_empty() || is_one_version(rest))
}

/// Whether a text is a comparison and a version, such as `==0.9.1rc2`.
fn is_one_version(text: &str) -> bool {
    let text = text.trim_start();
    let comparison = ["==", ">=", "<=", "!=", ">", "<"]
        .into_iter()
        .find_map(|comparison| text.strip_prefix(comparison));
    let Some(version) = comparison.map(str::trim_start) else {
        return false;
    };
    let digits = |text: &str| {
        text.find(|c: char| !c.is_ascii_digit())
            .unwrap_or(text.len())
    };
    let (mut rest, mut first) = (version, true);
    loop {
        let after = if first {
            Some(rest)
        } else {
            rest.strip_prefix('.')
        };
        match after.map(|after| (after, digits(after))) {
            Some((after, count)) if count > 0 => rest = &after[count..],
            _ if first => return false,
            _ => break,
        }
        first = false;
    }
    let Some(after) = ["a", "b", "rc", "dev"]
        .into_iter()
        .find_map(|kind| rest.strip_prefix(kind))
    else {
        return rest.is_empty();
    };
    let mut rest = &after[digits(after)..];
    if let Some(after) = rest.strip_prefix(".post") {
        rest = &after[digits(after)..];
    }
    let local = |text: &str| {
        let word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
        !text.is_empty() && text.chars().all(word)
    };
    rest.is_empty() || rest.strip_prefix('+').is_some_and(local)
}

/// A `pyproject.toml` whose project depends on `truss`.
fn with_truss(text: &str) -> Result<String, String> {
    let mut document: DocumentMut = text.parse().map_err(|error| format!("{error}"))?;
    let project = document
        .entry("project")
        .or_insert_with(toml_edit::table)
        .as_table_like_mut()
        .ok_or("`project` is no table")?;
    let dependencies = project
        .entry("dependencies")
        .or_insert_with(|| toml_edit::value(toml_edit::Array::new()))
        .as_array_mut()
        .ok_or("`project.dependencies` is no list")?;
    let named = |item: &toml_edit::Value| item.as_str().is_some_and(names_truss);
    if dependencies.iter().any(named) {
        return Ok(text.to_owned());
    }
    dependencies.push(TRUSS);
    Ok(document.to_string())
}

#[cfg(test)]
mod tests {
    use super::{lines, names_truss, with_truss};

    #[test]
    fn truss_is_named_as_the_real_client_sees_it() {
        for requirement in [
            "truss",
            "truss==0.9.1",
            "truss >= 1",
            "truss==0.9.1rc2",
            "truss==0.9.1dev3.post1+local.1",
            "truss @ git+https://github.com/basetenlabs/truss.git@main",
        ] {
            assert!(names_truss(requirement), "{requirement}");
        }
        for requirement in [
            "",
            "truss-transfer",
            "Truss==1",
            " truss",
            "truss[all]==1",
            "truss==",
            "truss~=1",
            "truss==1,<2",
            "truss==1.",
        ] {
            assert!(!names_truss(requirement), "{requirement}");
        }
    }

    #[test]
    fn lines_end_as_in_python() {
        assert_eq!(lines("a\r\nb\rc\n\nd\u{2028}"), ["a", "b", "c", "", "d"]);
        assert_eq!(lines(""), Vec::<&str>::new());
    }

    #[test]
    fn a_project_gets_truss_unless_it_has_it() {
        let has = "[project]\ndependencies = [\"truss==0.18.36\"]\n";
        assert_eq!(with_truss(has).as_deref(), Ok(has));
        let without = "# Ours.\n[project]\nname = \"a\"\ndependencies = [\"torch\"]\n";
        let expected =
            "# Ours.\n[project]\nname = \"a\"\ndependencies = [\"torch\", \"truss==0.18.36\"]\n";
        assert_eq!(with_truss(without).as_deref(), Ok(expected));
        assert!(with_truss("[project").is_err());
        assert!(with_truss("project = 1").is_err());
        assert!(with_truss("").unwrap().contains("truss==0.18.36"));
    }
}

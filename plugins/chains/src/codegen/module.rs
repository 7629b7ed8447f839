//! From files to the names that Python imports them by.

use std::collections::BTreeSet;

use plimsoll_core::diagnostic::Diagnostic;

use crate::chain::{Chain, Chainlet};

/// Words that no name of Python is.
const KEYWORDS: [&str; 35] = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue",
    "def", "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import",
    "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while",
    "with", "yield",
];

/// The folder of the file with the entrypoint, whose content becomes `packages/`; "" for the root.
pub(super) fn workspace(chain: &Chain) -> &str {
    chain
        .main_file
        .rsplit_once('/')
        .map_or("", |(folder, _)| folder)
}

/// The path of a file within the workspace; `None` for one that is outside.
pub(super) fn in_workspace<'a>(chain: &Chain, file: &'a str) -> Option<&'a str> {
    match workspace(chain) {
        "" => Some(file),
        folder => file.strip_prefix(folder)?.strip_prefix('/'),
    }
}

/// The module that a chainlet is imported from, where its workspace is on Python's path.
///
/// # Errors
/// When its file cannot be imported from there.
pub(super) fn of_chainlet(chain: &Chain, chainlet: &Chainlet) -> Result<String, Box<Diagnostic>> {
    let refuse = |message: String, hint: &str| {
        let problem = Diagnostic::error("chain::not-importable", message);
        Box::new(problem.at(Some(chainlet.span)).hint(hint))
    };
    let file = &chainlet.file;
    let Some(path) = in_workspace(chain, file) else {
        let folder = workspace(chain);
        return Err(refuse(
            format!("{file:?} is outside of {folder:?}, the folder that is packaged"),
            "put it below the folder of the entrypoint's file",
        ));
    };
    let stem = path.strip_suffix(".py").unwrap_or(path);
    let stem = stem.strip_suffix("/__init__").unwrap_or(stem);
    let wrong = stem.split('/').find(|part| !is_name(part));
    if let Some(wrong) = wrong {
        return Err(refuse(
            format!("{file:?} cannot be imported: {wrong:?} is no name of Python"),
            "rename it: letters, digits and `_`, not beginning with a digit",
        ));
    }
    Ok(stem.replace('/', "."))
}

/// The names that are imported from a module or are arguments, each as Python's text: all must be
/// names.
pub(super) fn is_name(text: &str) -> bool {
    let mut characters = text.chars();
    let first = characters.next();
    first.is_some_and(|first| first == '_' || first.is_alphabetic())
        && characters.all(|other| other == '_' || other.is_alphanumeric())
        && !KEYWORDS.contains(&text)
}

/// Refuses files at the top of the workspace that the real client refuses, too: a `model.py` there
/// would never be imported, as the Truss's own `model` comes first.
pub(super) fn check_names<'a>(
    files: impl Iterator<Item = &'a str>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let at_top: BTreeSet<&str> = files.filter(|path| !path.contains('/')).collect();
    for name in at_top.into_iter().filter(|name| name.ends_with(".py")) {
        let message = if name == "model.py" {
            "a file called model.py cannot be packaged: `import model` finds the Truss's own `model`"
                .to_owned()
        } else if name.contains('-') {
            format!("{name:?} cannot be imported: it has a `-`")
        } else {
            continue;
        };
        let problem = Diagnostic::error("chain::file-name", message);
        diagnostics.push(problem.hint("rename it; for `-` use `_`"));
    }
}

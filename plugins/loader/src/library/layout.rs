//! The layout of the border on the library's side, compared with ours.

use std::path::Path;

use abi_stable::library::{LibraryError, lib_header_from_path};
use plimsoll_abi::v1::PluginRef;

use crate::error::{LoadError, LoadErrorKind};

/// The root module of a library that has been loaded.
pub(super) fn root(copy: &Path, shown: &Path) -> Result<PluginRef, LoadError> {
    let refused = |error: LibraryError| {
        let detail = error.to_string();
        let (message, age) = summary(&detail);
        let refusal = LoadError::new(shown, LoadErrorKind::Layout, message).detail(detail);
        refusal.hint(match age {
            Some(Age::Older) => "build it anew with this version of plimsoll-sdk",
            _ => "build it with the plimsoll-sdk of this Plimsoll",
        })
    };
    let header = lib_header_from_path(copy).map_err(refused)?;
    // Not `load_from_file`, which returns the first library that it ever loaded.
    header.init_root_module::<PluginRef>().map_err(refused)
}

/// How the other side's border differs, where that is all that differs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Age {
    Older,
}

/// What there is to say of a layout error, which may go on for thousands of lines: the last thing that
/// it names is the innermost, and so the cause.
fn summary(detail: &str) -> (String, Option<Age>) {
    let lines: Vec<&str> = detail
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let Some(last) = lines.iter().rposition(|line| line.starts_with("Error:")) else {
        let first = lines.first().copied().unwrap_or("no reason is given");
        return (format!("its border cannot be read: {}", short(first)), None);
    };
    let group = &lines[last..];
    let after = |name: &str| {
        let at = group.iter().position(|line| line.starts_with(name))?;
        let rest = group[at].trim_start_matches(name).trim();
        match rest {
            "" => group.get(at + 1).copied(),
            some => Some(some),
        }
    };
    let what = after("Error:").unwrap_or("something differs");
    let (expected, found) = (after("Expected:"), after("Found:"));
    if what.contains("too many fields")
        || what.contains("too few fields")
        || what.contains("field count")
    {
        let count = |text: Option<&str>| text.and_then(|text| text.parse::<u32>().ok());
        if let (Some(expected), Some(found)) = (count(expected), count(found))
            && found < expected
        {
            let message = format!(
                "it has an older v1 of the border: {found} of the {expected} functions that are asked for"
            );
            return (message, Some(Age::Older));
        }
    }
    let mut message = format!("its border is laid out otherwise: {}", short(what));
    if let (Some(expected), Some(found)) = (expected, found) {
        message.push_str(&format!(
            " (expected {}, found {})",
            short(expected),
            short(found)
        ));
    }
    (message, None)
}

fn short(text: &str) -> String {
    const LONGEST: usize = 120;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

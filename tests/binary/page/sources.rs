//! The codes that the sources of this repository give.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// What reads, resolves and packages a Truss, a chain or a load test, and the domain of what a
/// schema's reader says there.
const FOLDERS: [(&str, &str); 8] = [
    ("core/src/amendment", "truss"),
    ("core/src/yaml", "truss"),
    ("core/src/schema", "truss"),
    ("plugins/truss/src", "truss"),
    ("plugins/chains/src", "truss"),
    ("plugins/overrides/src", "truss"),
    ("plugins/tressi/src", "load-test"),
    ("plugins/sdk/src/border", "plugin"),
];

const DOMAINS: [&str; 7] = [
    "yaml::",
    "truss::",
    "overrides::",
    "chain::",
    "amend::",
    "load-test::",
    "plugin::",
];

/// What a schema's reader says of chains and load tests, and the sources do not name otherwise.
const OF_OTHERS: [&str; 7] = [
    "chain::out-of-range",
    "load-test::invalid-value",
    "load-test::key-not-a-string",
    "load-test::missing-key",
    "load-test::unknown-key",
    "load-test::unknown-value",
    "load-test::wrong-type",
];

/// Calls of a schema's reader that are given a code without its domain.
const READER_CALLS: [&str; 2] = [".code(", ".warn("];

/// Calls that are given a code.
const MAKERS: [&str; 3] = [
    "Diagnostic::error(",
    "Diagnostic::warning(",
    "Diagnostic::note(",
];

/// Every code that is written in the sources. Fails on one that is put together in a way that this
/// cannot follow.
pub(super) fn codes() -> BTreeSet<String> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut found: BTreeSet<String> = OF_OTHERS.map(str::to_owned).into();
    for (folder, domain) in FOLDERS {
        let before = found.len();
        for_each_source(&root.join(folder), &mut |path, text| {
            in_source(path, text, domain, &mut found);
        });
        assert!(found.len() > before, "{folder} gives no code");
    }
    found
}

fn for_each_source(folder: &Path, work: &mut impl FnMut(&Path, &str)) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            for_each_source(&path, work);
        } else if path.extension().is_some_and(|extension| extension == "rs")
            && !path.ends_with("tests.rs")
        {
            let text = fs::read_to_string(&path).unwrap();
            let text = text.split("#[cfg(test)]").next().unwrap_or_default();
            let code = |line: &&str| !line.trim_start().starts_with("//");
            let lines: Vec<&str> = text.lines().filter(code).collect();
            work(&path, &lines.join("\n"));
        }
    }
}

fn in_source(path: &Path, text: &str, reader_domain: &str, found: &mut BTreeSet<String>) {
    for domain in DOMAINS {
        let literals = after(text, &format!("\"{domain}")).map(to_quote);
        found.extend(literals.map(|what| format!("{domain}{what}")));
    }
    for call in READER_CALLS {
        for argument in after(text, call) {
            match argument.strip_prefix('"') {
                Some(literal) => {
                    found.insert(format!("{reader_domain}::{}", to_quote(literal)));
                }
                // The reader's own `warn`, whose callers are looked at.
                None => assert!(
                    argument.starts_with("what)"),
                    "{path:?}: {call}{argument:.40}"
                ),
            }
        }
    }
    for maker in MAKERS {
        for argument in after(text, maker) {
            let known = ["\"", "code,", "self.code(", "reader.code("];
            let is_known = known.iter().any(|known| argument.starts_with(known));
            assert!(is_known, "{path:?}: {maker}{argument:.40}");
        }
    }
}

/// What follows each place of a text in another, white space left out.
fn after<'a>(text: &'a str, what: &str) -> impl Iterator<Item = &'a str> + use<'a> {
    let length = what.len();
    let places: Vec<usize> = text.match_indices(what).map(|(at, _)| at).collect();
    places
        .into_iter()
        .map(move |at| text[at + length..].trim_start())
}

fn to_quote(text: &str) -> &str {
    text.split('"').next().unwrap_or_default()
}

//! `{{name}}`: places in a request that are filled each time it is sent.
//!
//! A place is `{{`, a name without braces, `}}`, in the url behind its host, in the value of a header
//! or in a string of the payload; white space around the name is free. A name that begins with `$` is
//! built in; any other is a column of `data`, and is no place where there is no `data`. Nothing is
//! filled here: what is resolved and packaged has them as they are written, so that no value of an
//! environment variable is shown.

use plimsoll_core::diagnostic::Diagnostic;
use plimsoll_core::suggest::did_you_mean;
use plimsoll_core::value::Node;

/// The names that need no data. The last one is followed by the name of an environment variable.
const BUILT_IN: [&str; 4] = ["$counter", "$uuid", "$endpoint", "$env:NAME"];

/// Calls `visit` with the name of every place of an endpoint, and with the text that it is in.
pub(crate) fn for_each_place(endpoint: &Node, visit: &mut impl FnMut(&Node, &str)) {
    for key in ["url", "headers", "payload"] {
        let Some(node) = endpoint.get(key) else {
            continue;
        };
        node.for_each_leaf(&mut |_, leaf| {
            for name in leaf.as_str().into_iter().flat_map(names) {
                visit(leaf, name);
            }
        });
    }
}

/// The names of the places in a text.
fn names(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            let at = rest.find("{{")?;
            let inner = &rest[at + 2..];
            let end = inner.find(['{', '}'])?;
            if let Some(after) = inner[end..].strip_prefix("}}") {
                rest = after;
                match inner[..end].trim() {
                    "" => {}
                    name => return Some(name),
                }
            } else {
                rest = &rest[at + 1..];
            }
        }
    })
}

/// Whether a name is for what is built in, be it there or not.
pub(crate) fn is_built_in(name: &str) -> bool {
    name.starts_with('$')
}

/// Warns of places that look like built-in ones, and are none. What runs the test has nothing to fill
/// them with.
pub(crate) fn unknown(endpoint: &Node, items: &mut Vec<Diagnostic>) {
    for_each_place(endpoint, &mut |text, name| {
        let known = match name.strip_prefix("$env:") {
            Some(variable) => is_variable(variable),
            None => BUILT_IN[..3].contains(&name) || !is_built_in(name),
        };
        if !known {
            let message = format!("`{{{{{name}}}}}` is no place that is built in");
            let hint = did_you_mean(name, BUILT_IN);
            items.push(
                Diagnostic::warning("load-test::unknown-place", message)
                    .at(text.span())
                    .expected(format!("one of {}", BUILT_IN.join(", ")))
                    .maybe_hint(hint),
            );
        }
    });
}

/// Whether a name is one of an environment variable.
fn is_variable(name: &str) -> bool {
    let is_sound = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    !name.is_empty()
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && name.bytes().all(is_sound)
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn places_are_found() {
        for (text, expected) in [
            (
                "http://a/{{id}}/{{ name }}?x={{$uuid}}",
                &["id", "name", "$uuid"][..],
            ),
            ("{{{id}}}", &["id"]),
            ("{{a{{b}}", &["b"]),
            ("{{}} {{ }} {{a} {a}} {{a", &[]),
            ("{{a}}{{a}}é{{é}}", &["a", "a", "é"]),
        ] {
            assert_eq!(names(text).collect::<Vec<_>>(), expected, "{text}");
        }
    }
}

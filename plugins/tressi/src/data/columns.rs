//! The columns of a data file, by its first lines.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json};

/// The longest header, or first line, that is looked at, in bytes.
pub(super) const LONGEST: u64 = 1 << 20;

/// Why a file has no columns.
#[derive(Debug)]
pub(super) struct Problem {
    /// What is wrong with it, to stand behind its name.
    pub(super) message: String,
    pub(super) expected: &'static str,
}

const HEADER: &str = "a header with the names of columns, and rows below it";
const OBJECT: &str = "a JSON object in each line";

fn problem<T>(message: impl Into<String>, expected: &'static str) -> Result<T, Problem> {
    let message = message.into();
    Err(Problem { message, expected })
}

/// The columns of a file, by its name and its beginning, which is more than [`LONGEST`] bytes where
/// the file is. They are the names in the header of a CSV file (RFC 4180), without the white space
/// around them, or the keys of the first object of a file of JSON lines.
pub(super) fn columns(path: &str, head: &[u8]) -> Result<Vec<String>, Problem> {
    let whole = head.len() as u64 <= LONGEST;
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    match path.ends_with(".csv") {
        true => header(head, whole),
        false => keys(head, whole),
    }
}

fn header(head: &[u8], whole: bool) -> Result<Vec<String>, Problem> {
    if head.trim_ascii().is_empty() {
        return problem("is empty", HEADER);
    }
    let (fields, rest) = record(head);
    if rest.is_none() && !whole {
        return problem("has a header of more than 1 MiB", HEADER);
    }
    let mut columns = Vec::with_capacity(fields.len());
    let mut seen = BTreeSet::new();
    for field in fields {
        let Ok(name) = String::from_utf8(field) else {
            return problem("has a header that is no UTF-8", HEADER);
        };
        let name = name.trim().to_owned();
        if !name.is_empty() && !seen.insert(name.clone()) {
            return problem(format!("has the column `{name}` twice"), HEADER);
        }
        columns.push(name);
    }
    match rest.is_none_or(|rest| rest.trim_ascii().is_empty()) && whole {
        true => problem("has a header and no rows", HEADER),
        false => Ok(columns),
    }
}

/// The fields of the first record, and what is behind its line break.
fn record(text: &[u8]) -> (Vec<Vec<u8>>, Option<&[u8]>) {
    let mut fields = vec![Vec::new()];
    let mut quoted = false;
    let mut begins = true;
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        at += 1;
        let next = text.get(at);
        let field = fields.len() - 1;
        match byte {
            b'"' if quoted && next == Some(&b'"') => {
                fields[field].push(b'"');
                at += 1;
            }
            b'"' if quoted || begins => quoted = !quoted,
            b',' if !quoted => {
                fields.push(Vec::new());
                begins = true;
                continue;
            }
            b'\r' if !quoted && matches!(next, Some(b'\n') | None) => {}
            b'\n' if !quoted => return (fields, Some(&text[at..])),
            byte => fields[field].push(byte),
        }
        begins = false;
    }
    (fields, None)
}

fn keys(head: &[u8], whole: bool) -> Result<Vec<String>, Problem> {
    let mut lines = head.split_inclusive(|byte| *byte == b'\n');
    let Some(line) = lines.find(|line| !line.trim_ascii().is_empty()) else {
        return problem("is empty", OBJECT);
    };
    if !whole && !line.ends_with(b"\n") {
        return problem("has a first line of more than 1 MiB", OBJECT);
    }
    match serde_json::from_slice::<Map<String, Json>>(line) {
        Ok(object) => Ok(object.into_iter().map(|(key, _)| key).collect()),
        Err(_) => problem("has a first line that is no JSON object", OBJECT),
    }
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, columns};

    fn of(path: &str, text: &str) -> String {
        match columns(path, text.as_bytes()) {
            Ok(columns) => format!("{columns:?}"),
            Err(problem) => format!("{}, not {}", problem.message, problem.expected),
        }
    }

    #[test]
    fn columns_are_found() {
        for (path, text, expected) in [
            ("a.csv", "id,name\n1,a\n", r#"["id", "name"]"#),
            ("a.csv", "\u{feff}id\r\n1", r#"["id"]"#),
            (
                "a.csv",
                "\"a,\"\"b\"\"\nc\", d,\n1,2,3",
                r#"["a,\"b\"\nc", "d", ""]"#,
            ),
            ("a.csv", "a\"b\",c\n1,2", r#"["a\"b\"", "c"]"#),
            ("a.jsonl", "\n{\"id\": 1, \"to\": {}}\n[", r#"["id", "to"]"#),
            ("a.ndjson", "{}", "[]"),
        ] {
            assert_eq!(of(path, text), expected, "{text:?}");
        }
    }

    #[test]
    fn what_has_no_columns_is_refused() {
        let long = "a".repeat(usize::try_from(LONGEST).unwrap() + 1);
        let said = [
            of("a.csv", "\n \n"),
            of("a.csv", "id,name\r\n\n"),
            of("a.csv", "id,id\n1,2"),
            of("a.csv", &long),
            of("a.jsonl", " "),
            of("a.jsonl", "[1]\n{}"),
            of("a.jsonl", &long),
        ];
        insta::assert_snapshot!(said.join("\n"), @"
        is empty, not a header with the names of columns, and rows below it
        has a header and no rows, not a header with the names of columns, and rows below it
        has the column `id` twice, not a header with the names of columns, and rows below it
        has a header of more than 1 MiB, not a header with the names of columns, and rows below it
        is empty, not a JSON object in each line
        has a first line that is no JSON object, not a JSON object in each line
        has a first line of more than 1 MiB, not a JSON object in each line
        ");
    }
}

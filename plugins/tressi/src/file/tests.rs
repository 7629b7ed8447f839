//! The readers: JSON as serde_json has it, places in all three formats, and what is refused.

use plimsoll_core::diagnostic::Diagnostics;
use plimsoll_core::span::SourceMap;
use plimsoll_core::value::Node;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::{Format, read, write};

fn read_text(text: &str, format: Format) -> Result<(Node, SourceMap, String), String> {
    let mut files = SourceMap::default();
    let document = read(&mut files, "f", text.as_bytes(), format);
    let said = Diagnostics {
        files: files.clone().into(),
        items: document.items,
    };
    match document.root {
        Some(root) => Ok((root, files, said.to_string())),
        None => Err(said.to_string()),
    }
}

fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<u64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        any::<String>().prop_map(Json::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Json::from),
            prop::collection::btree_map(any::<String>(), inner, 0..6)
                .prop_map(|map| map.into_iter().collect()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn json_is_read_as_it_is_meant(value in any_json()) {
        for text in [value.to_string(), format!("{value:#}")] {
            let (root, ..) = read_text(&text, Format::Json).map_err(TestCaseError::fail)?;
            prop_assert_eq!(root.to_json(), value.clone());
        }
    }

    #[test]
    fn what_is_no_json_is_refused(text in r#"[\[\]{}:,"\\ue0-9truefalsnl.\-+ \n]{0,24}"#) {
        let known: Result<Json, _> = serde_json::from_str(&text);
        let read = read_text(&text, Format::Json);
        prop_assert_eq!(read.is_ok(), known.is_ok(), "{:?}", read.err());
        if let (Ok((root, ..)), Ok(known)) = (read, known) {
            prop_assert_eq!(root.to_json(), known);
        }
    }

    #[test]
    fn what_is_written_is_read_back(value in any_json()) {
        let root = Node::from_json(&json!({ "a": value }), plimsoll_core::value::Origin::default());
        for format in [Format::Json, Format::Yaml] {
            let text = write(&root, format).map_err(|error| TestCaseError::fail(error.to_string()))?;
            let (again, ..) = read_text(&text, format).map_err(TestCaseError::fail)?;
            prop_assert_eq!(again.to_json(), root.to_json(), "{}", text);
        }
    }

    #[test]
    fn no_text_makes_the_readers_panic(text in any::<String>()) {
        for format in [Format::Json, Format::Yaml, Format::Toml] {
            let _ = read_text(&text, format);
        }
    }
}

/// The places of every leaf, as `pointer line:column text`.
fn places(text: &str, format: Format) -> String {
    let (root, files, _) = read_text(text, format).unwrap();
    let mut lines = Vec::new();
    root.for_each_leaf(&mut |pointer, leaf| {
        let span = leaf.span().unwrap();
        let text = files.text(span).unwrap_or_default();
        lines.push(format!("{pointer} {}:{} {text}", span.line, span.column));
    });
    lines.join("\n")
}

#[test]
fn every_value_knows_its_place() {
    let json = "{\n\t\"é\": 1, \"b\": [true, \"x\\u00e9\"],\n\t\"c\": {\"d\": null}\n}";
    insta::assert_snapshot!(places(json, Format::Json), @r#"
    /é 2:7 1
    /b/0 2:16 true
    /b/1 2:22 "x\u00e9"
    /c/d 3:13 null
    "#);
    let toml =
        "b = [true, \"é\"]\n[c]\nd = 1\n[[e]]\nf = 2\n[[e]]\nf = 0x10\n[a]\nt = 2024-01-01\n";
    insta::assert_snapshot!(places(toml, Format::Toml), @r#"
    /b/0 1:6 true
    /b/1 1:12 "é"
    /c/d 3:5 1
    /e/0/f 5:5 2
    /e/1/f 7:5 0x10
    /a/t 9:5 2024-01-01
    "#);
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let mut said = String::new();
    for (format, text) in [
        (Format::Json, ""),
        (Format::Json, "{\"a\": 1,}"),
        (Format::Json, "{\"a\" 1}"),
        (Format::Json, "{'a': 1}"),
        (Format::Json, "[1 2]"),
        (Format::Json, "{\"a\": \"\\x\"}"),
        (Format::Json, "\"\\ud800\""),
        (Format::Json, "\"a\nb\""),
        (Format::Json, "\"a"),
        (Format::Json, "[01]"),
        (Format::Json, "1e999"),
        (Format::Json, "{} // end"),
        (Format::Json, "[TRUE]"),
        (Format::Toml, "a = \nb = 1\nb = 2\n"),
    ] {
        said.push_str(&format!(
            "{text:?}\n{}\n\n",
            read_text(text, format).unwrap_err()
        ));
    }
    let deep = "[".repeat(200);
    said.push_str(&format!(
        "deep\n{}\n",
        read_text(&deep, Format::Json).unwrap_err()
    ));
    insta::assert_snapshot!(said);
}

#[test]
fn of_a_key_that_is_there_twice_the_last_counts() {
    let (root, _, said) = read_text("{\"a\": 1, \"a\": 2}", Format::Json).unwrap();
    assert_eq!(root.to_json(), json!({ "a": 2 }));
    insta::assert_snapshot!(said, @r#"f:1:10: warning[load-test::duplicate-key]: the key "a" is there twice: the last one counts"#);
}

#[test]
fn formats_are_told_by_name_and_else_by_text() {
    for (name, bytes, format) in [
        ("a.json", &b"a: 1"[..], Format::Json),
        ("a.YML", b"{}", Format::Yaml),
        ("a.toml", b"{}", Format::Toml),
        ("a", b"\xEF\xBB\xBF {\"a\": 1}", Format::Json),
        ("a", b"a: 1", Format::Yaml),
        ("raw", b"", Format::Yaml),
    ] {
        assert_eq!(Format::of(name, bytes), format, "{name}");
    }
}

#[test]
fn text_that_is_not_utf_8_is_refused() {
    let mut files = SourceMap::default();
    let document = read(&mut files, "f", b"{\"a\": \"\xFF\"}", Format::Json);
    assert!(document.root.is_none());
    let said = Diagnostics {
        files: files.into(),
        items: document.items,
    };
    insta::assert_snapshot!(said.to_string(), @"f:1:8: error[load-test::encoding]: the file is no UTF-8: the byte at 7 begins no character");
}

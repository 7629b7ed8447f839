//! Whatever the bytes: a load test is read, resolved and migrated, or refused with a reason.

#[path = "support/generate.rs"]
mod generate;
mod support;

use generate::any_shape;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use support::{migrate_named, resolve_named};

fn holds(text: &str) -> Result<(), TestCaseError> {
    for name in ["a.json", "a.yaml", "a.toml", "a"] {
        match resolve_named(name, text) {
            Ok((resolved, _)) => {
                for one in &resolved {
                    prop_assert!(one.with_defaults().to_json().is_object());
                    let _ = one.provenance(&one.config);
                }
            }
            Err(said) => prop_assert!(said.has_errors(), "refused without a reason"),
        }
        match migrate_named(name, text, &[]) {
            Ok(migration) => {
                let again = migrate_named(name, &migration.after, &[]);
                prop_assert!(
                    again.is_ok_and(|again| again.is_empty()),
                    "{}",
                    migration.after
                );
            }
            Err(said) => prop_assert!(said.has_errors(), "refused without a reason"),
        }
    }
    Ok(())
}

fn piece() -> impl Strategy<Value = String> {
    let pieces = [
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "\"",
        "\n",
        "- ",
        "  ",
        "true",
        "false",
        "null",
        "1",
        "0",
        "-1",
        "0.5",
        "1e3",
        "99999999999999999999",
        "\"autoscale\"",
        "\"enabled\"",
        "\"options\"",
        "\"requests\"",
        "\"earlyExit\"",
        "\"url\": \"http://a\"",
        "'",
        "#",
        "=",
        "\\",
        "é",
    ];
    select(pieces.to_vec()).prop_map(str::to_owned)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text(text in any::<String>()) {
        holds(&text)?;
    }

    #[test]
    fn any_words(pieces in vec(piece(), 0..40)) {
        holds(&pieces.concat())?;
    }

    #[test]
    fn a_load_test_with_changes(
        document in any_shape(),
        changes in vec((any::<Index>(), 0..12_usize, piece()), 1..4),
    ) {
        let mut text = document.to_string();
        for (from, length, piece) in changes {
            let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            let from = from.index(places.len());
            let to = (from + length).min(places.len() - 1);
            text.replace_range(places[from]..places[to], &piece);
        }
        holds(&text)?;
    }
}

/// A thousand endpoints are what a run is to hold.
#[test]
fn a_thousand_endpoints_are_read() {
    let requests: Vec<_> = (0..1000)
        .map(|number| serde_json::json!({ "url": format!("http://a/{number}"), "rps": 1 + number % 7 }))
        .collect();
    let text = serde_json::json!({ "options": {}, "requests": requests }).to_string();
    let (resolved, said) = resolve_named("a.json", &text).unwrap();
    assert_eq!(resolved.len(), 1000);
    assert_eq!(said.items.len(), 1, "{said}");
}

/// What many endpoints share is copied for each, so a small file could come to much.
#[test]
fn a_load_test_that_does_not_fit_is_refused() {
    let requests = vec![serde_json::json!({ "url": "http://a" }); 20_000];
    let large =
        serde_json::json!({ "headers": { "a": "x".repeat(1 << 20) }, "requests": requests });
    let said = resolve_named("a.json", &large.to_string()).unwrap_err();
    insta::assert_snapshot!(said.to_string(), @"a.json:1:1048597: error[load-test::too-large]: 20000 endpoints share settings of 16385 values, which comes to more than 10000000");
}

//! Input that means harm: whatever comes in, a reading comes out, soon and in bounded memory.

use plimsoll_core::diagnostic::Severity;
use plimsoll_core::span::SourceMap;
use plimsoll_core::yaml::{Limits, read, surprises};
use proptest::prelude::*;

use crate::read_alone;

fn code(text: &str) -> String {
    let reading = read_alone(text.as_bytes());
    let errors = reading
        .diagnostics
        .iter()
        .filter(|item| item.severity == Severity::Error);
    assert_eq!(usize::from(reading.node.is_none()), errors.count());
    assert!(
        reading
            .diagnostics
            .iter()
            .all(|item| item.primary.is_some())
    );
    reading
        .diagnostics
        .first()
        .map_or("", |item| &*item.code)
        .to_owned()
}

#[test]
fn an_alias_bomb_is_refused_before_it_goes_off() {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..90 {
        let below = vec![format!("*a{}", level - 1); 10].join(", ");
        bomb.push_str(&format!("a{level}: &a{level} [{below}]\n"));
    }
    assert_eq!(code(&bomb), "yaml::too-large");
}

#[test]
fn a_bomb_of_merges_or_of_long_strings_is_refused_too() {
    let mut merges = String::from("a0: &a0 {x: 1}\n");
    for level in 1..40 {
        let below = level - 1;
        merges.push_str(&format!(
            "a{level}: &a{level} {{<<: [*a{below}, *a{below}], k{level}: 1}}\n"
        ));
    }
    assert_eq!(code(&merges), "yaml::too-large");
    let long = format!("- &a {}\n{}", "x".repeat(1 << 20), "- *a\n".repeat(1 << 18));
    assert_eq!(code(&long), "yaml::too-large");
}

#[test]
fn depth_is_bounded_however_it_comes_about() {
    let deep = 200_000;
    assert_eq!(code(&"[".repeat(deep)), "yaml::too-deep");
    assert_eq!(code(&"{a: ".repeat(deep)), "yaml::too-deep");
    assert_eq!(code(&"- ".repeat(deep)), "yaml::too-deep");
    assert_eq!(code(&"? ".repeat(deep)), "yaml::too-deep");
    assert_eq!(code(&"[a: ".repeat(60)), "yaml::too-deep");
    let staircase: String = (0..2_000)
        .map(|level| format!("{}a:\n", " ".repeat(level)))
        .collect();
    assert_eq!(code(&staircase), "yaml::too-deep");
    let mut chain = String::from("- &a0 x\n");
    for level in 1..200_000 {
        chain.push_str(&format!("- &a{level} [*a{}]\n", level - 1));
    }
    assert_eq!(code(&chain), "yaml::too-deep");
    let within = format!("{}{}", "[".repeat(100), "]".repeat(100));
    assert_eq!(code(&within), "");
}

#[test]
fn a_deeper_limit_holds_without_overflowing_the_stack() {
    let limits = Limits {
        depth: usize::MAX,
        ..Limits::default()
    };
    for text in [
        "[".repeat(250) + &"]".repeat(250),
        "{a: ".repeat(250) + &"}".repeat(250),
    ] {
        let reading = read(&mut SourceMap::default(), "deep", text.as_bytes(), &limits);
        assert!(reading.node.is_some(), "{:?}", reading.diagnostics);
    }
    let text = "[".repeat(251);
    let reading = read(&mut SourceMap::default(), "deep", text.as_bytes(), &limits);
    assert_eq!(reading.diagnostics[0].code, "yaml::too-deep");
}

#[test]
fn long_inputs_take_time_in_proportion() {
    let pieces = [
        "a: b\n",
        "'",
        "\"",
        "\"\\\n",
        "a ",
        "a\n",
        "a,",
        "[a]: b\n",
        "&a ",
        "*a ",
        "!",
        "!a ",
        "!!str ",
        "%",
        "%A b\n",
        "#",
        "\t",
        "\r",
        "\u{2028}",
        "\u{feff}",
        "é",
        "{a}, ",
        "? a\n",
        ": a\n",
        "- a\n",
        "-\n",
        "|\n",
        "| \n ",
        ">\n a\n",
        "---\n",
        "...\n",
        "<<: {a: 1}\n",
        "a: &a b\n",
        "'a': \"b\"\n",
        "1",
        "0x1",
        "1:1",
        "~\n",
        "\u{85}",
        "]",
        "}",
        ",",
        ":",
        "?",
        "- |\n  a\n\n",
        "  a\n b\n",
        "0",
        "9",
    ];
    for piece in pieces {
        for start in [
            "",
            "[",
            "{",
            "a: ",
            "- ",
            "\"",
            "'",
            "|\n ",
            "!!int ",
            "!!binary ",
        ] {
            code(&format!("{start}{}", piece.repeat((1 << 15) / piece.len())));
        }
    }
}

#[test]
fn too_many_bytes_are_not_read() {
    let limits = Limits {
        bytes: 10,
        ..Limits::default()
    };
    let reading = read(&mut SourceMap::default(), "long", b"a: 1234567890", &limits);
    assert_eq!(reading.diagnostics[0].code, "yaml::too-large");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_bytes_give_a_reading(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let reading = read_alone(&bytes);
        prop_assert!(reading.node.is_some() || !reading.diagnostics.is_empty());
    }

    #[test]
    fn any_text_of_yaml_signs_gives_a_reading_with_places_in_it(
        text in "([-?:,\\[\\]{}#&*!|>'\"%@`\n\t =<a1é\u{2028}]|\r\n|: |- |\n  |\\\\x|<<: |---|!!int |&a |\\*a){0,60}"
    ) {
        let mut files = SourceMap::default();
        let reading = read(&mut files, "any", text.as_bytes(), &Limits::default());
        for label in reading.diagnostics.iter().filter_map(|item| item.primary.as_ref()) {
            let place = text.get(label.span.start as usize..label.span.end as usize);
            prop_assert!(place.is_some(), "{:?}", label);
        }
        let _ = surprises(&files, reading.file, &Limits::default());
        if let Some(node) = reading.node {
            node.for_each_leaf(&mut |_, leaf| {
                let span = leaf.span().expect("what is read has a place");
                assert!(text.get(span.start as usize..span.end as usize).is_some(), "{span:?}");
            });
        }
    }
}

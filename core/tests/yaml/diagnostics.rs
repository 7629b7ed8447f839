//! What each diagnostic says, and where.

use std::sync::Arc;

use plimsoll_core::diagnostic::Diagnostics;
use plimsoll_core::span::SourceMap;
use plimsoll_core::value::Node;
use plimsoll_core::yaml::{Limits, read, surprises};

use crate::read_alone;

/// The diagnostics of each input, one a line, with their other places and ways out below.
fn shown(
    inputs: &[&[u8]],
    of: impl Fn(&SourceMap, plimsoll_core::yaml::Reading) -> Diagnostics,
) -> String {
    let mut text = String::new();
    for input in inputs {
        let mut files = SourceMap::default();
        let limits = Limits {
            bytes: 200,
            depth: 5,
            nodes: 20,
        };
        let reading = read(&mut files, "f", input, &limits);
        let mut diagnostics = of(&files, reading);
        diagnostics.files = Arc::new(files);
        text.push_str(&diagnostics.to_string());
        text.push('\n');
        for item in &diagnostics.items {
            for label in item.primary.iter().filter(|label| !label.text.is_empty()) {
                text.push_str(&format!("    here: {}\n", label.text));
            }
            for label in &item.secondary {
                let span = label.span;
                text.push_str(&format!(
                    "    {}:{}: {}\n",
                    span.line, span.column, label.text
                ));
            }
            if let Some(expected) = &item.expected {
                text.push_str(&format!("    expected: {expected}\n"));
            }
            for hint in &item.hints {
                text.push_str(&format!("    hint: {hint}\n"));
            }
        }
    }
    text
}

fn of_reading(_: &SourceMap, reading: plimsoll_core::yaml::Reading) -> Diagnostics {
    Diagnostics {
        items: reading.diagnostics,
        ..Diagnostics::default()
    }
}

#[test]
fn syntax() {
    let inputs: [&[u8]; 22] = [
        b"a:\n\tb: 1",
        b"x: @a",
        b"x: [1, 2\ny: 3",
        b"x: {a: 1]",
        b"x: 'it's'",
        b"x: \"abc",
        b"x: \"\\d\"",
        b"x: \"\\ud800\"",
        b"a: b: c",
        b"a: 1\nb\nc: 1",
        b"a: 1\n  b: 2",
        b"a: 1\n- b",
        b"- a\nb: 1",
        b"x: *.py",
        b"x: &",
        b"x: |x\n a",
        b"x: !a!b c",
        b"x: !<a",
        b"%YAML 2.0\n---\na",
        b"%TAG !a! x\n%TAG !a! y\n---\na",
        b"]",
        "é: [ü\n".as_bytes(),
    ];
    insta::assert_snapshot!(shown(&inputs, of_reading), @r#"
    f:2:1: error[yaml::tab]: a tab stands where only spaces may
        hint: indent with spaces
    f:1:4: error[yaml::syntax]: no value starts with `@`
        hint: put the value in quotes
    f:2:2: error[yaml::syntax]: in a list: expected `,` or `]`, found `:`
        1:4: a list starts here
    f:1:9: error[yaml::syntax]: in a mapping: expected `,` or `}`, found `]`
        1:4: a mapping starts here
    f:1:8: error[yaml::syntax]: in a mapping: expected another key or the end of the mapping, found a scalar
        1:1: a mapping starts here
        hint: lines that belong together start at the same column
    f:1:8: error[yaml::syntax]: in a double-quoted string: the closing quote is missing
        1:4: a double-quoted string starts here
    f:1:6: error[yaml::syntax]: in a double-quoted string: no escape has `d` behind the `\`
        1:4: a double-quoted string starts here
        hint: write `\\` for a backslash, or use single quotes
    f:1:7: error[yaml::syntax]: in a double-quoted string: U+d800 is no Unicode character
        1:4: a double-quoted string starts here
    f:1:5: error[yaml::syntax]: a mapping value cannot start here
        hint: a value that holds `: `, or continues over lines, needs quotes
    f:3:1: error[yaml::syntax]: in a key: its `:` is missing
        2:1: a key starts here
        expected: `:` on the line of the key
    f:2:4: error[yaml::syntax]: a mapping value cannot start here
        hint: a value that holds `: `, or continues over lines, needs quotes
    f:2:1: error[yaml::syntax]: in a mapping: expected another key or the end of the mapping, found `-`
        1:1: a mapping starts here
        hint: lines that belong together start at the same column
    f:2:1: error[yaml::syntax]: in a list: expected another `- ` or the end of the list, found a key
        1:1: a list starts here
        hint: lines that belong together start at the same column
    f:1:5: error[yaml::syntax]: in an alias: its name is of letters, digits, `-` and `_`; found `.`
        1:4: an alias starts here
        hint: a value that starts with `*` or `&` needs quotes
    f:1:5: error[yaml::syntax]: in an anchor: its name is of letters, digits, `-` and `_`; found the end of the file
        1:4: an anchor starts here
        hint: a value that starts with `*` or `&` needs quotes
    f:1:5: error[yaml::syntax]: in a block scalar: expected `+`, `-` or an indentation of 1 to 9, found `x`
        1:4: a block scalar starts here
    f:1:4: error[yaml::syntax]: the tag handle `!a!` is not declared
    f:1:7: error[yaml::syntax]: in a tag: expected `>`, found the end of the file
        1:4: a tag starts here
    f:1:1: error[yaml::syntax]: only YAML 1 can be read
    f:2:1: error[yaml::syntax]: the same tag handle twice
    f:1:1: error[yaml::syntax]: expected a value, found `]`
    f:2:1: error[yaml::syntax]: in a list: expected `,` or `]`, found the end of the file
        1:4: a list starts here
    "#);
}

#[test]
fn meaning() {
    let inputs: [&[u8]; 21] = [
        b"a: 1\nb: 2\na: 3\na: 4",
        b"a\n---\nb",
        b"a: &list 1\nb: *lst",
        b"&a [*a]",
        b"- &a 1\n- &a 2",
        b"- !!python/name:os.system x",
        b"- !mine x",
        b"- !!seq x",
        b"- 2024-13-45",
        b"- 2024-01-01 25:00:00",
        b"- 0b_",
        b"- !!int x",
        b"- !!float x",
        b"- !!bool y",
        b"- !!binary abc",
        b"- <<",
        b"<<: [1]",
        b"{{ x }}: 1",
        b"[[[[[[1]]]]]]",
        b"- &a [1, 2, 3, 4]\n- *a\n- *a\n- *a",
        &[b'a'; 201],
    ];
    insta::assert_snapshot!(shown(&inputs, of_reading), @r#"
    f:3:1: warning[yaml::duplicate-key]: the key `a` is set twice; the last one counts
    f:4:1: warning[yaml::duplicate-key]: the key `a` is set twice; the last one counts
        here: this one counts
        1:1: set here before
        here: this one counts
        3:1: set here before
    f:2:1: error[yaml::multiple-documents]: a second document starts here
        1:1: the first one starts here
        expected: one document a file
    f:2:4: error[yaml::undefined-alias]: no anchor `&lst` comes before this alias
        hint: did you mean `*list`?
    f:1:5: error[yaml::recursive-alias]: the value of `&a` contains itself
        1:4: the value starts here
    f:2:3: error[yaml::duplicate-anchor]: the anchor `&a` is set twice
        1:6: it already names this
    f:1:3: error[yaml::unknown-tag]: the tag `!!python/name:os.system` is not known
        expected: one of !!null, !!bool, !!int, !!float, !!str, !!binary, !!timestamp, !!seq, !!map, !!set, !!omap, !!pairs
    f:1:3: error[yaml::unknown-tag]: the tag `!mine` is not known
        expected: one of !!null, !!bool, !!int, !!float, !!str, !!binary, !!timestamp, !!seq, !!map, !!set, !!omap, !!pairs
    f:1:3: error[yaml::wrong-kind]: the tag asks for a list, and this is a scalar
    f:1:3: error[yaml::invalid-scalar]: there is no day `2024-13-45`
        hint: if a string is meant, put it in quotes
    f:1:3: error[yaml::invalid-scalar]: there is no time `2024-01-01 25:00:00`
        hint: if a string is meant, put it in quotes
    f:1:3: error[yaml::invalid-scalar]: `0b_` is no integer
        hint: if a string is meant, put it in quotes
    f:1:9: error[yaml::invalid-scalar]: `x` is no integer
    f:1:11: error[yaml::invalid-scalar]: `x` is no number
    f:1:10: error[yaml::invalid-scalar]: `y` is no boolean
    f:1:12: error[yaml::invalid-scalar]: base64 data lacks its padding
    f:1:3: error[yaml::invalid-scalar]: `<<` is for keys; as a value it has no meaning
        hint: if a string is meant, put it in quotes
    f:1:6: error[yaml::merge]: `<<` merges a mapping or a list of mappings, and this is a scalar
        1:1: into this mapping
    f:1:1: error[yaml::unhashable-key]: a mapping cannot be a key
        1:1: of this mapping
        hint: a value that starts with `{` or `[` needs quotes
    f:1:6: error[yaml::too-deep]: collections are nested more than 5 deep
    f:4:3: error[yaml::too-large]: the document holds more than 20 values, aliases expanded
    f:1:1: error[yaml::too-large]: the file has 201 bytes, and at most 200 are read
    "#);
}

#[test]
fn characters() {
    let inputs: [&[u8]; 4] = [
        b"a: 1\nb: \xc3\xa9\xff",
        "a: é\x07".as_bytes(),
        b"\xff\xfea\x00\x00\xd8",
        b"a\x00b",
    ];
    insta::assert_snapshot!(shown(&inputs, of_reading), @r#"
    f:2:5: error[yaml::encoding]: the byte 0xff here is not UTF-8
    f:1:5: error[yaml::character]: the character U+0007 is not allowed in YAML
        hint: write it as "\u0007" in double quotes
    f:1:2: error[yaml::encoding]: what stands here is not UTF-16
    f:1:2: error[yaml::character]: the character U+0000 is not allowed in YAML
        hint: write it as "\u0000" in double quotes
    "#);
}

#[test]
fn surprising_scalars() {
    let input =
        b"- 012\n- 12:30:45\n- 1:30.5\n- 1e3\n- on: No\n- '012'\n- !!str 012\n- 08\n- true\n- 0\n";
    let of = |files: &SourceMap, reading: plimsoll_core::yaml::Reading| Diagnostics {
        items: surprises(files, reading.file, &Limits::default()),
        ..Diagnostics::default()
    };
    insta::assert_snapshot!(shown(&[input], of), @r#"
    f:1:3: warning[yaml::octal]: `012` is read as 10, a number of base 8
    f:2:3: warning[yaml::sexagesimal]: `12:30:45` is read as 45045, a number of base 60
    f:3:3: warning[yaml::sexagesimal]: `1:30.5` is read as 90.5, a number of base 60
    f:4:3: warning[yaml::float-looking-string]: `1e3` is read as a string, not as the number 1000
    f:5:3: note[yaml::bool-word]: `on` is read as the boolean true
    f:5:7: note[yaml::bool-word]: `No` is read as the boolean false
    f:8:3: warning[yaml::float-looking-string]: `08` is read as a string, not as the number 8
        hint: write "012" for the string, or 10 for the number
        hint: write "12:30:45" for the string, or 45045 for the number
        hint: write "1:30.5" for the string
        hint: write 1000.0 for the number, or "1e3" for the string
        hint: write "on" for the string, or true for the boolean
        hint: write "No" for the string, or false for the boolean
        hint: write 8 for the number, or "08" for the string
    "#);
}

fn place(node: &Node) -> (u32, u32, u32, u32) {
    let span = node.span().expect("what is read has a place");
    (span.line, span.column, span.start, span.end)
}

#[test]
fn places_count_characters_and_bytes() {
    let text = "é: &x ü b # c\n日本:\n- 'q'\n- *x\n- |\n  t\n- [z]\n-\n";
    let tree = read_alone(text.as_bytes()).node.expect("it is YAML");
    let map = tree.as_map().expect("a mapping");
    let slice = |node: &Node| {
        let (_, _, start, end) = place(node);
        &text[start as usize..end as usize]
    };
    assert_eq!(place(&tree), (1, 1, 0, 0));
    assert_eq!(place(map.get("é").expect("é")), (1, 7, 7, 11));
    let entry = map.entry("日本").expect("日本");
    assert_eq!(
        entry.key_span.map(|span| (span.line, span.column)),
        Some((2, 1))
    );
    assert_eq!(place(&entry.value).0, 3);
    let items = entry.value.as_list().expect("a list");
    let texts: Vec<_> = items.iter().map(slice).collect();
    assert_eq!(texts, ["'q'", "ü b", "|\n  t", "[", ""]);
    assert_eq!(place(&items[1]), place(map.get("é").expect("é")));
    assert_eq!(place(&items[4]).0, 8);
}

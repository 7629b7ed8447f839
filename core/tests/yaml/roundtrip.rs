//! What is written is read back as it was, here and by PyYAML.

use std::io::Write;
use std::process::{Command, Stdio};

use plimsoll_core::span::SourceMap;
use plimsoll_core::value::{Key, Map, Node, Origin, Value};
use plimsoll_core::yaml::{Limits, Style, read, write, write_with};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::Value as Json;

use crate::{differential, read_alone, tagged};

fn node(value: Value) -> Node {
    Node::with_origin(value, Origin::default())
}

/// Whether a tree is read back as this one. It sees the order of entries, the type of keys, and that
/// a NaN is one. A tuple is read back as a list.
fn same(a: &Node, b: &Node) -> bool {
    match (&a.value, &b.value) {
        (Value::Float(a), Value::Float(b)) => {
            a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()
        }
        (Value::List(a), Value::List(b) | Value::Tuple(b)) | (Value::Set(a), Value::Set(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Map(a), Value::Map(b)) => {
            a.len() == b.len()
                && a.iter().zip(&**b).all(|(a, b)| {
                    format!("{:?}", a.key) == format!("{:?}", b.key) && same(&a.value, &b.value)
                })
        }
        (a, b) => a == b,
    }
}

fn strings() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-z]{1,8}",
        2 => any::<String>(),
        3 => "[-0-9_.:eE+xbT ]{1,10}",
        2 => "(yes|no|on|off|true|null|Null|NaN|~|=|<<|y|n|\\.inf|1e3|012|0x1F|2024-01-01|---|\\.\\.\\.|10Gi|500m|)",
        3 => "[ab\\n \\t:#'\"é]{0,20}",
        2 => "([a-z ]{1,6}\n){1,4}[a-z]{0,3}",
        2 => "[-?:,\\[\\]{}#&*!|>'\"%@`\\\\ a\n\u{85}\u{2028}\u{feff}\u{a0}]{1,12}",
        1 => "[a-z]{500,1100}",
    ]
}

fn scalars() -> impl Strategy<Value = Value> {
    prop_oneof![
        6 => strings().prop_map(|text| Value::Str(text.into())),
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::Bool),
        2 => any::<i64>().prop_map(Value::Int),
        1 => Just(Value::Int(i64::MIN)),
        2 => any::<f64>().prop_map(Value::Float),
        1 => (-5i32..25).prop_map(|power| Value::Float(10f64.powi(power))),
        1 => "-?[1-9][0-9]{19,40}".prop_map(|digits| Value::BigInt(digits.into())),
        1 => "[12][0-9]{3}-0[1-9]-[12][0-8](T[01][0-9]:[0-5][0-9]:[0-5][0-9](\\.[0-9]{5}[1-9])?([-+]0[0-9]:[0-5][0-9])?)?"
            .prop_map(|iso| Value::Timestamp(iso.replace("-00:00", "+00:00").into())),
        1 => prop::collection::vec(any::<u8>(), 0..20).prop_map(|bytes| Value::Bytes(bytes.into())),
    ]
}

fn keys() -> impl Strategy<Value = Key> {
    prop_oneof![
        8 => strings().prop_map(Key::from),
        1 => any::<i64>().prop_map(Key::Int),
        1 => any::<bool>().prop_map(Key::Bool),
        1 => any::<f64>().prop_filter("a key must equal itself", |number| !number.is_nan()).prop_map(Key::Float),
        1 => Just(Key::Null),
        1 => "[1-9][0-9]{19,30}".prop_map(|digits| Key::Other(digits.into())),
        1 => Just(Key::Other("2024-01-01T00:00:00+05:30".into())),
        1 => Just(Key::Other("b'a\\'\\n\\xff\"'".into())),
    ]
}

fn trees() -> impl Strategy<Value = Node> {
    scalars().prop_map(node).prop_recursive(5, 40, 6, |inner| {
        let list = prop::collection::vec(inner.clone(), 0..6);
        let entries = prop::collection::vec((keys(), inner), 0..6);
        prop_oneof![
            list.prop_map(|items| node(Value::List(items))),
            entries.prop_map(|entries| {
                let mut map = Map::new();
                for (key, value) in entries {
                    if map.entry_of(&key).is_none() {
                        map.insert(key, None, value);
                    }
                }
                Node::from(map)
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn what_is_written_is_read_back(tree in trees()) {
        let text = write(&tree);
        let reading = read_alone(text.as_bytes());
        prop_assert!(
            reading.node.as_ref().is_some_and(|read| same(read, &tree)),
            "{text}\n{tree:?}\n{reading:?}"
        );
        prop_assert!(reading.diagnostics.is_empty());
        prop_assert!(text.ends_with('\n'));
        prop_assert_eq!(write(&reading.node.unwrap_or(tree)), text);
    }
}

#[test]
fn every_recorded_value_is_read_back() {
    for (input, _) in differential::cases() {
        let Some(tree) = read_alone(input.as_bytes()).node else {
            continue;
        };
        let text = write(&tree);
        let back = read_alone(text.as_bytes()).node;
        assert!(
            back.is_some_and(|back| same(&back, &tree)),
            "{input:?}\n{text}"
        );
    }
}

#[test]
fn pyyaml_reads_back_what_is_written() {
    let probe = Command::new("python3").args(["-c", "import yaml"]).output();
    if !probe.is_ok_and(|output| output.status.success()) {
        println!("skipped: there is no python3 with PyYAML");
        return;
    }
    let mut runner = TestRunner::deterministic();
    let strategy = trees();
    let generated = (0..2_000).map(|_| {
        strategy
            .new_tree(&mut runner)
            .expect("trees are not filtered")
            .current()
    });
    let recorded = differential::cases().filter_map(|(input, _)| read_alone(input.as_bytes()).node);
    let trees: Vec<Node> = generated.chain(recorded).collect();
    let texts: Vec<String> = trees.iter().map(write).collect();

    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/yaml/record.py");
    let mut python = Command::new("python3")
        .args([script, "--read"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 starts");
    let input = serde_json::to_vec(&texts).expect("strings are JSON");
    let mut stdin = python.stdin.take().expect("the input is piped");
    stdin.write_all(&input).expect("the script reads its input");
    drop(stdin);
    let output = python.wait_with_output().expect("the script ends");
    let answers: Vec<Json> =
        serde_json::from_slice(&output.stdout).expect("the script answers in JSON");
    assert_eq!(answers.len(), trees.len());
    for ((tree, text), answer) in trees.iter().zip(&texts).zip(&answers) {
        assert!(
            tagged::same(answer, tree),
            "{text}\n{tree:?}\nPyYAML {answer}"
        );
    }
}

#[test]
fn the_text_is_as_people_write_it() {
    let source = "b: {d: [1, [2, 3], {e: 4, f: []}], c: {}}\na: \"x\\ny\\n\"\nz: 10Gi\nv: '1.10'\nu: 1.0e+300\nw: 'on'\n";
    let tree = read_alone(source.as_bytes()).node.expect("it is YAML");
    insta::assert_snapshot!(write(&tree), @r#"
    b:
      d:
        - 1
        - - 2
          - 3
        - e: 4
          f: []
      c: {}
    a: |
      x
      y
    z: 10Gi
    v: "1.10"
    u: 1.0e+300
    w: "on"
    "#);
    let sorted = write_with(&tree, Style { sort_keys: true });
    let keys: String = sorted
        .lines()
        .filter_map(|line| line.chars().next())
        .filter(|c| *c != ' ')
        .collect();
    assert_eq!(keys, "abuvwz");
    let reading = read(
        &mut SourceMap::default(),
        "sorted",
        sorted.as_bytes(),
        &Limits::default(),
    );
    assert_eq!(reading.node, Some(tree));
}

//! Configurations in every layout.

use plimsoll_core::autoscaling::AutoscalingSettings;
use proptest::collection::vec;
use proptest::option::{of, weighted};
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};

use crate::support::FIVE;

/// Some settings, in some order.
fn settings() -> BoxedStrategy<Vec<(&'static str, u32)>> {
    let values = vec![
        ("min_replicas", 0..4_u32),
        ("max_replicas", 4..20),
        ("target_utilization_percentage", 1..101),
        ("scaling_window_seconds", 30..1000),
        ("scale_down_delay_seconds", 0..10_000),
        ("concurrency_target", 1..300),
        ("max_scale_down_rate", 1..51),
        ("target_in_flight_tokens", 1..100_000),
    ];
    let each: Vec<_> = values
        .into_iter()
        .map(|(name, range)| range.prop_map(move |value| (name, value)))
        .collect();
    let count = each.len();
    (each, subsequence((0..count).collect::<Vec<_>>(), 0..=count))
        .prop_flat_map(|(values, chosen)| {
            let chosen: Vec<_> = chosen
                .into_iter()
                .map(|position| values[position])
                .collect();
            Just(chosen).prop_shuffle()
        })
        .boxed()
}

pub(crate) fn wanted() -> impl Strategy<Value = AutoscalingSettings> {
    let some = settings().prop_map(|chosen| {
        let mut settings = AutoscalingSettings::default();
        for (name, value) in chosen {
            settings.set(name, Some(value));
        }
        settings
    });
    prop_oneof![Just(FIVE), some]
}

/// How a mapping is written.
#[derive(Clone, Debug)]
struct Style {
    /// In braces: on one line, or one entry a line.
    flow: Option<bool>,
    step: usize,
    quote: &'static str,
    comment: &'static str,
    gap: usize,
    trailing_comma: bool,
    /// A line before the first entry, and one behind the last.
    lines: [&'static str; 2],
}

fn style() -> BoxedStrategy<Style> {
    let comments = select(vec!["", "", "", " # why", "   # é: 'no' {value}"]);
    let lines = || select(vec!["", "", "# a note", "\n", "\n# on its own\n"]);
    (
        weighted(0.3, any::<bool>()),
        1..6_usize,
        select(vec!["", "", "", "'", "\""]),
        comments,
        1..4_usize,
        any::<bool>(),
        [lines(), lines()],
    )
        .prop_map(
            |(flow, step, quote, comment, gap, trailing_comma, lines)| Style {
                flow,
                step,
                quote,
                comment,
                gap,
                trailing_comma,
                lines,
            },
        )
        .boxed()
}

/// A value to write.
#[derive(Clone, Debug)]
enum Tree {
    /// Behind the `:`.
    Text(String),
    Map {
        anchor: &'static str,
        style: Style,
        entries: Vec<(String, Tree)>,
    },
}

impl Tree {
    /// What stands behind the `:` of a key that is written at a column.
    fn write(&self, column: usize, in_flow: bool) -> String {
        let (anchor, style, entries) = match self {
            Self::Text(text) if text.is_empty() => return String::new(),
            Self::Text(text) => return format!(" {text}"),
            Self::Map {
                anchor,
                style,
                entries,
            } => (anchor, style, entries),
        };
        let anchor = match *anchor {
            "" => String::new(),
            anchor => format!(" {anchor}"),
        };
        let key = |name: &str| match name {
            "<<" => name.to_owned(),
            name => format!("{0}{name}{0}", style.quote),
        };
        if in_flow || style.flow.is_some() || entries.is_empty() {
            let gap = " ".repeat(style.gap);
            let over_lines = style.flow == Some(true) && !entries.is_empty();
            let pad = match over_lines {
                true => format!("\n{}", " ".repeat(column + style.step)),
                false => String::new(),
            };
            let entries: Vec<_> = entries
                .iter()
                .map(|(name, value)| {
                    format!(
                        "{pad}{}:{}",
                        key(name),
                        value.write(column + style.step, true)
                    )
                })
                .collect();
            let comma = if style.trailing_comma && !entries.is_empty() {
                ","
            } else {
                ""
            };
            let end = if over_lines && style.gap > 1 {
                format!("\n{}", " ".repeat(column + 1))
            } else {
                String::new()
            };
            let between = if over_lines {
                ",".to_owned()
            } else {
                format!(",{gap}")
            };
            return format!("{anchor} {{{}{comma}{end}}}", entries.join(&between));
        }
        let mut out = format!("{anchor}\n");
        out.push_str(&lines(style.lines[0], column + style.step));
        for (name, value) in entries {
            let value = value.write(column + style.step, false);
            // A comment goes behind a value of one line.
            let comment = if value.contains('\n') {
                ""
            } else {
                style.comment
            };
            let pad = " ".repeat(column + style.step);
            out.push_str(&format!("{pad}{}:{value}{comment}\n", key(name)));
        }
        out.push_str(&lines(style.lines[1], column + style.step));
        out.truncate(out.trim_end_matches('\n').len());
        out
    }
}

fn lines(text: &str, column: usize) -> String {
    let lines = text.lines().map(|line| match line {
        "" => "\n".to_owned(),
        line => format!("{}{line}\n", " ".repeat(column)),
    });
    lines.collect()
}

fn scalar(value: u32) -> impl Strategy<Value = Tree> {
    let forms = vec![
        format!("{value}"),
        format!("'{value}'"),
        format!("{value:#x}"),
        format!("{value}.0"),
    ];
    select(forms).prop_map(Tree::Text)
}

/// A block of settings: with what it may merge, and where an anchor names it.
fn block(anchor: &'static str, merge: Option<&'static str>) -> BoxedStrategy<Tree> {
    let entries = settings().prop_flat_map(|chosen| {
        chosen
            .into_iter()
            .map(|(name, value)| scalar(value).prop_map(move |value| (name.to_owned(), value)))
            .collect::<Vec<_>>()
    });
    let map = (style(), entries, any::<bool>()).prop_map(move |(style, mut entries, merges)| {
        if let Some(alias) = merge.filter(|_| merges) {
            entries.insert(0, ("<<".to_owned(), Tree::Text(alias.to_owned())));
        }
        Tree::Map {
            anchor,
            style,
            entries,
        }
    });
    let alias = merge.unwrap_or("");
    prop_oneof![
        6 => map,
        1 => select(vec!["", "null", "~", "{}", "{ }"]).prop_map(|word| Tree::Text(word.to_owned())),
        1 => Just(Tree::Text(alias.to_owned())),
    ].boxed()
}

fn environment(anchor: &'static str, merge: Option<&'static str>) -> BoxedStrategy<Tree> {
    let resources = select(vec![
        "{cpu: '2'}",
        "{accelerator: 'H100:2'}",
        "\"\"",
        "null",
    ]);
    let resources = resources.prop_map(|text| Tree::Text(text.replace("\"\"", "{}")));
    let map = (style(), of(block("", merge)), of(resources), any::<bool>()).prop_map(
        move |(style, block, resources, first)| {
            let mut entries = Vec::new();
            entries.extend(block.map(|block| ("autoscaling_settings".to_owned(), block)));
            entries.extend(resources.map(|text| ("resources".to_owned(), text)));
            if first {
                entries.reverse();
            }
            Tree::Map {
                anchor,
                style,
                entries,
            }
        },
    );
    prop_oneof![
        6 => map,
        1 => select(vec!["", "null", "{}"]).prop_map(|word| Tree::Text(word.to_owned())),
    ]
    .boxed()
}

fn overrides(anchored: bool) -> BoxedStrategy<Tree> {
    let merge = anchored.then_some("*base");
    let anchor = if anchored { "&production" } else { "" };
    let others = prop_oneof![
        3 => environment("", merge),
        1 => Just(Tree::Text(if anchored { "*production" } else { "" }.to_owned())),
    ];
    let map = (
        style(),
        of(environment("", merge)),
        weighted(0.8, environment(anchor, merge)),
        of(others),
    )
        .prop_map(move |(style, first, production, last)| {
            let is_anchored = matches!(&production, Some(Tree::Map { .. }));
            let mut entries = Vec::new();
            entries.extend(first.map(|tree| ("dev".to_owned(), tree)));
            entries.extend(production.map(|tree| ("production".to_owned(), tree)));
            let last = last.filter(|tree| {
                is_anchored || !matches!(tree, Tree::Text(text) if text == "*production")
            });
            entries.extend(last.map(|tree| ("staging".to_owned(), tree)));
            Tree::Map {
                anchor: "",
                style,
                entries,
            }
        });
    prop_oneof![8 => map, 1 => select(vec!["", "null", "{}"]).prop_map(|word| Tree::Text(word.to_owned()))].boxed()
}

/// A whole file, and whether anything in it is named by an anchor.
pub(crate) fn file() -> BoxedStrategy<(String, bool)> {
    any::<bool>()
        .prop_flat_map(|anchored| {
            let base = block(if anchored { "&base" } else { "" }, None)
                .prop_filter("an anchor needs a mapping", move |tree| {
                    !anchored || matches!(tree, Tree::Map { .. })
                });
            let parts = (
                base.prop_map(Some),
                weighted(0.85, overrides(anchored)),
                vec(
                    select(vec![
                        "model_name: é",
                        "description: |+\n  # no comment\n  production:\n\n",
                        "resources:\n    cpu: '1'  # one\n    # of many",
                        "# a remark\n",
                        "\n",
                        "requirements:\n- a\n- b # the last",
                    ]),
                    0..4,
                ),
                select(vec!["", "", "---\n", "# first\n---\n", "%YAML 1.1\n---\n"]),
                select(vec![
                    "\n",
                    "\n",
                    "",
                    "\n\n# the end\n",
                    "\n...\n",
                    "\n# tail",
                ]),
                select(vec!["\n", "\n", "\r\n"]),
                any::<Index>(),
                any::<bool>(),
            );
            parts.prop_map(
                move |(base, overrides, mut others, head, tail, line_end, place, mark)| {
                    others.dedup();
                    let mut parts: Vec<String> = others.into_iter().map(str::to_owned).collect();
                    if let Some(base) = base {
                        parts.insert(0, format!("autoscaling_settings:{}", base.write(0, false)));
                    }
                    if let Some(overrides) = overrides {
                        // Behind the base, whose anchor it uses.
                        let place = 1 + place.index(parts.len());
                        parts.insert(
                            place,
                            format!("environment_overrides:{}", overrides.write(0, false)),
                        );
                    }
                    let mark = if mark { "\u{feff}" } else { "" };
                    let text = format!("{mark}{head}{}{tail}", parts.join("\n"));
                    (text.replace('\n', line_end), anchored)
                },
            )
        })
        .boxed()
}

//! Laws: whatever a chain configures and how it is laid out, what is asked for holds, nothing else
//! changes, and asking again changes nothing.

use std::sync::Arc;

use plimsoll_chains::ChainSource;
use plimsoll_core::autoscaling::{AutoscalingSettings, FIELDS};
use plimsoll_core::environment::Environment;
use plimsoll_core::resolver::OverrideResolver as _;
use plimsoll_core::source::ConfigSource as _;
use plimsoll_core::tree::SourceTree;
use plimsoll_overrides::DeepMerge;
use proptest::option::{of, weighted};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Value as Json, json};

use crate::support::{FIVE, amend, tree};

const ENVIRONMENTS: [Option<&str>; 4] = [None, Some("production"), Some("staging"), Some("dev")];

/// A chainlet, an environment, and what holds there.
type Resolved = (String, Option<&'static str>, Json);

/// What holds for each chainlet in each environment.
fn resolved(tree: &Arc<dyn SourceTree>) -> Result<Vec<Resolved>, String> {
    let manifest = ChainSource.load(tree).map_err(|said| said.to_string())?;
    let mut all = Vec::new();
    for workload in &manifest.workloads {
        for environment in ENVIRONMENTS {
            let name = environment.map(Environment::new);
            let effective = DeepMerge.resolve(workload, name.as_ref(), &manifest.files);
            let effective = effective.map_err(|said| said.to_string())?;
            let whole = effective.with_defaults().to_json();
            all.push((workload.name.clone(), environment, whole));
        }
    }
    Ok(all)
}

/// Brackets around parts: on a line, or a part a line.
#[derive(Clone, Debug)]
struct Style {
    over_lines: bool,
    comma: bool,
    comment: &'static str,
}

fn style() -> BoxedStrategy<Style> {
    let comments = select(vec!["", "", "  # why, (so)", "  # 'é', }"]);
    (any::<bool>(), any::<bool>(), comments)
        .prop_map(|(over_lines, comma, comment)| Style {
            over_lines,
            comma,
            comment,
        })
        .boxed()
}

/// An expression: written out, or brackets around labelled ones.
#[derive(Clone, Debug)]
enum Tree {
    Text(String),
    Group(String, Style, Vec<(String, Tree)>, &'static str),
}

impl Tree {
    fn write(&self, indent: usize, may_break: bool) -> String {
        let (open, style, parts, close) = match self {
            Self::Text(text) => return text.clone(),
            Self::Group(open, style, parts, close) => (open, style, parts, close),
        };
        let breaks = may_break && style.over_lines && !parts.is_empty();
        let mut text = open.clone();
        for (position, (label, value)) in parts.iter().enumerate() {
            let is_last = position + 1 == parts.len();
            let comma = if is_last && !style.comma { "" } else { "," };
            let value = value.write(indent + 4, breaks);
            if breaks {
                text.push_str(&format!("\n{}", " ".repeat(indent + 4)));
                text.push_str(&format!("{label}{value}{comma}{}", style.comment));
            } else {
                let gap = if is_last { "" } else { " " };
                text.push_str(&format!("{label}{value}{comma}{gap}"));
            }
        }
        if breaks {
            text.push_str(&format!("\n{}", " ".repeat(indent)));
        }
        text.push_str(close);
        text
    }
}

fn settings() -> BoxedStrategy<Vec<(&'static str, u32)>> {
    let values = vec![
        ("min_replicas", 0..4_u32),
        ("max_replicas", 4..20),
        ("target_utilization_percentage", 1..101),
        ("scaling_window_seconds", 30..1000),
        ("scale_down_delay_seconds", 0..10_000),
        ("concurrency_target", 1..300),
    ];
    let value = |(name, range): (&'static str, std::ops::Range<u32>)| {
        range.prop_map(move |value| (name, value))
    };
    let each: Vec<_> = values.into_iter().map(value).collect();
    let count = each.len();
    (each, subsequence((0..count).collect::<Vec<_>>(), 0..=count))
        .prop_map(|(values, chosen)| {
            chosen
                .into_iter()
                .map(|position| values[position])
                .collect()
        })
        .prop_flat_map(|chosen: Vec<_>| Just(chosen).prop_shuffle())
        .boxed()
}

fn scaling() -> BoxedStrategy<(String, Tree)> {
    (style(), settings(), select(vec!["", "(", "1_0"]))
        .prop_map(|(style, settings, form)| {
            let number = |value: u32| match form {
                "(" => format!("({value})"),
                "1_0" if value > 9 => format!("{}_{}", value / 10, value % 10),
                _ => value.to_string(),
            };
            let argument = |(name, value)| (format!("{name}="), Tree::Text(number(value)));
            let arguments = settings.into_iter().map(argument).collect();
            let open = "chains.AutoscalingSettings(".to_owned();
            (
                "autoscaling_settings=".to_owned(),
                Tree::Group(open, style, arguments, ")"),
            )
        })
        .boxed()
}

fn compute() -> BoxedStrategy<(String, Tree)> {
    let calls = vec!["chains.Compute(cpu_count=2)", "chains.Compute(gpu='T4')"];
    select(calls)
        .prop_map(|call| ("compute=".to_owned(), Tree::Text(call.to_owned())))
        .boxed()
}

fn call(class: &'static str, last: BoxedStrategy<Option<(String, Tree)>>) -> BoxedStrategy<Tree> {
    (style(), of(compute()), of(scaling()), last)
        .prop_map(move |(style, compute, scaling, last)| {
            let parts = compute.into_iter().chain(scaling).chain(last).collect();
            Tree::Group(format!("chains.{class}("), style, parts, ")")
        })
        .boxed()
}

fn environment(name: &'static str) -> BoxedStrategy<Option<(String, Tree)>> {
    let value = prop_oneof![
        4 => call("RemoteOverrides", Just(None).boxed()),
        1 => Just(Tree::Text("None".to_owned())),
    ];
    weighted(0.7, value.prop_map(move |value| (name.to_owned(), value))).boxed()
}

fn config() -> BoxedStrategy<Tree> {
    let environments = (
        style(),
        environment("'staging': "),
        environment("\"production\": "),
        environment("'dev': "),
        select(vec![0, 1, 2, 2, 2, 2, 2, 2]),
    );
    let overrides = environments.prop_map(|(style, first, second, third, form)| {
        let items: Vec<_> = first.into_iter().chain(second).chain(third).collect();
        let label = "environment_overrides=".to_owned();
        match form {
            0 => None,
            1 => Some((label, Tree::Text("None".to_owned()))),
            _ => Some((label, Tree::Group("{".to_owned(), style, items, "}"))),
        }
    });
    call("RemoteConfig", overrides.boxed())
}

/// A chain of two chainlets, of which one may have no configuration.
fn chain() -> BoxedStrategy<String> {
    let docs = select(vec!["", "    \"\"\"What it does.\"\"\"\n\n"]);
    (weighted(0.9, config()), config(), docs, select(vec!["\n", "\n", "\r\n"]))
        .prop_map(|(part, main, doc, line_end)| {
            let bound = |config: &Tree| format!("    remote_config = {}\n\n", config.write(4, true));
            let part = part.as_ref().map_or(String::new(), bound);
            let main = bound(&main);
            let text = format!(
                "import truss_chains as chains\n\n\nclass Part(chains.ChainletBase):\n{doc}{part}    async def run_remote(self) -> int: ...\n\n\n\
                 @chains.mark_entrypoint\nclass Main(chains.ChainletBase):\n{main}    def __init__(self, part: Part = chains.depends(Part)) -> None: ...\n\n    \
                 async def run_remote(self) -> int: ...\n"
            );
            text.replace('\n', line_end)
        })
        .boxed()
}

fn wanted() -> BoxedStrategy<AutoscalingSettings> {
    let some = settings().prop_map(|chosen| {
        let mut settings = AutoscalingSettings::default();
        for (name, value) in chosen {
            settings.set(name, Some(value));
        }
        settings
    });
    prop_oneof![Just(FIVE), some].boxed()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_asked_for_holds_and_nothing_else_changes(
        text in chain(),
        chainlet in select(vec!["Part", "Main"]),
        settings in wanted(),
    ) {
        let before = tree(&text, &[]);
        let mut expected = resolved(&before).map_err(TestCaseError::fail)?;
        let amendment = amend(&before, chainlet, &settings);
        let amendment = amendment.map_err(|said| TestCaseError::fail(format!("{said}\n{text}")))?;
        let after = tree(&amendment.after, &[]);
        for (name, environment, whole) in &mut expected {
            let is_changed = name == chainlet && *environment == Some("production");
            if is_changed && !settings.is_empty() {
                let block = &mut whole["autoscaling_settings"];
                if block.is_null() {
                    *block = json!({});
                }
                for (field, value) in settings.written() {
                    block[field.name] = json!(value);
                }
            }
        }
        let is_so = Ok(expected) == resolved(&after);
        prop_assert!(is_so, "{}\nis not right after\n{}", &amendment.after, text);
        let again = amend(&after, chainlet, &settings).map_err(|said| TestCaseError::fail(said.to_string()))?;
        prop_assert!(again.is_empty());
        for hunk in amendment.hunks() {
            for line in &hunk.removed {
                let leads = ["RemoteConfig(", "AutoscalingSettings", "environment_overrides", "production", "RemoteOverrides", "chains.Compute"];
                let mut names = FIELDS.iter().map(|field| field.name).chain(leads);
                // Where a part a line has no comma at the end, the last line gains one.
                let gains = line.trim_end().ends_with([')', '}']) || line.contains("None");
                prop_assert!(gains || line.contains(" #") || names.any(|name| line.contains(name)), "{}", line);
            }
        }
        let comments = |text: &str| -> Vec<String> {
            let comment = |line: &str| line.find("  #").map(|start| line[start..].trim_end().to_owned());
            text.lines().filter_map(comment).collect()
        };
        prop_assert_eq!(comments(&text), comments(&amendment.after));
    }
}

//! What the tests share.

use std::sync::Arc;

use plimsoll_chains::ChainSource;
use plimsoll_core::amendment::Amendment;
use plimsoll_core::autoscaling::AutoscalingSettings;
use plimsoll_core::diagnostic::Diagnostics;
use plimsoll_core::environment::Environment;
use plimsoll_core::source::ConfigSource as _;
use plimsoll_core::tree::{MemoryTree, SourceTree};

/// What a search for settings comes to.
pub(crate) const FIVE: AutoscalingSettings = AutoscalingSettings {
    min_replicas: Some(2),
    max_replicas: Some(12),
    target_utilization_percentage: Some(80),
    scaling_window_seconds: Some(60),
    scale_down_delay_seconds: Some(300),
    concurrency_target: None,
    max_scale_down_rate: None,
    target_in_flight_tokens: None,
};

/// A chain of one file, or of that and others.
pub(crate) fn tree(text: &str, others: &[(&str, &str)]) -> Arc<dyn SourceTree> {
    let tree = MemoryTree::new().with("chain.py", text).focused("chain.py");
    let with = |tree: MemoryTree, (path, text): &(&str, &str)| tree.with(path, *text);
    Arc::new(others.iter().fold(tree, with))
}

pub(crate) fn amend(
    tree: &Arc<dyn SourceTree>,
    chainlet: &str,
    settings: &AutoscalingSettings,
) -> Result<Amendment, Diagnostics> {
    let manifest = ChainSource.load(tree)?;
    let production = Environment::production();
    ChainSource.amend(tree, &manifest, chainlet, &production, settings)
}

/// The lines that change, with one around them for orientation.
pub(crate) fn diff(amendment: &Amendment) -> String {
    let before: Vec<&str> = amendment.before.lines().collect();
    let mut out = String::new();
    for hunk in amendment.hunks() {
        let first = hunk.line - 1;
        let context = |position: Option<usize>| {
            let line = position.and_then(|position| before.get(position));
            line.map_or(String::new(), |line| format!("   {line}\n"))
        };
        out.push_str(&format!("@ {}\n", hunk.line));
        out.push_str(&context(first.checked_sub(1)));
        for (sign, lines) in [('-', &hunk.removed), ('+', &hunk.added)] {
            lines
                .iter()
                .for_each(|line| out.push_str(&format!(" {sign} {line}\n")));
        }
        out.push_str(&context(Some(first + hunk.removed.len())));
    }
    out
}

/// Everything that diagnostics say, places and hints with them.
pub(crate) fn said(diagnostics: &Diagnostics) -> String {
    let mut out = format!("{diagnostics}\n");
    for item in &diagnostics.items {
        if let Some(label) = &item.primary {
            let text = diagnostics.files.text(label.span).unwrap_or_default();
            out.push_str(&format!("  at {text:?}: {}\n", label.text));
        }
        if let Some(expected) = &item.expected {
            out.push_str(&format!("  expected: {expected}\n"));
        }
        for hint in &item.hints {
            out.push_str(&format!("  hint: {}\n", hint.replace('\n', "\n    ")));
        }
    }
    out
}

//! Effective values with their layers and places.

use plimsoll::effective::Effective;
use plimsoll::layer::{LayerName, Provenance};
use plimsoll::value::{Node, Value};

/// One line of the table.
struct Row {
    key: String,
    value: String,
    layer: String,
    place: String,
}

/// The table of one workload: its settings first, then the rest of what is written.
pub(crate) fn text(effective: &Effective, everything: bool) -> String {
    let settings = rows(effective, &effective.settings(), |_| true);
    let whole = if everything {
        effective.with_defaults()
    } else {
        effective.config.clone()
    };
    let block = |key: &str| key.split('.').next().unwrap_or_default().to_owned();
    let shown: Vec<String> = settings.iter().map(|row| block(&row.key)).collect();
    let others = rows(effective, &whole, |key| !shown.contains(&block(key)));
    format!("{}\n\n{}", title(effective), table(&[&settings, &others]))
}

/// The settings alone, as a push shows them: resources and autoscaling, and of others what is
/// written.
pub(crate) fn settings(effective: &Effective) -> String {
    let mut settings = rows(effective, &effective.settings(), |_| true);
    let defaults = LayerName::Defaults.to_string();
    settings.retain(|row| !row.key.starts_with("runtime.") || row.layer != defaults);
    format!("{}\n\n{}", title(effective), table(&[&settings]))
}

fn title(effective: &Effective) -> String {
    let environment = effective.environment.as_ref();
    let resolved_for = environment.map_or_else(
        || "no environment: the base".to_owned(),
        |environment| format!("environment {environment}"),
    );
    format!("{} in {resolved_for}", effective.workload)
}

fn table(parts: &[&[Row]]) -> String {
    let width = |of: fn(&Row) -> &str, most: usize| {
        let all = parts.iter().flat_map(|part| part.iter());
        all.map(|row| of(row).chars().count())
            .filter(|width| *width <= most)
            .max()
            .unwrap_or(0)
    };
    let (key, value, layer) = (
        width(|row| &row.key, 60),
        width(|row| &row.value, 40),
        width(|row| &row.layer, 40),
    );
    let mut out = String::new();
    for (position, part) in parts.iter().filter(|part| !part.is_empty()).enumerate() {
        if position > 0 {
            out.push('\n');
        }
        for row in *part {
            let line = format!(
                "  {:key$}  {:value$}  {:layer$}  {}",
                row.key, row.value, row.layer, row.place
            );
            out.push_str(line.trim_end());
            out.push('\n');
        }
    }
    out
}

fn rows(effective: &Effective, tree: &Node, wanted: impl Fn(&str) -> bool) -> Vec<Row> {
    let provenance = effective.provenance(tree);
    let mut rows = Vec::with_capacity(provenance.len());
    for (pointer, provenance) in provenance {
        let key = pointer.dotted();
        if wanted(&key) {
            let value = tree.at_pointer(&pointer).map(shown).unwrap_or_default();
            let place = place(&provenance);
            rows.push(Row {
                key,
                value,
                layer: provenance.layer.to_string(),
                place,
            });
        }
    }
    rows
}

fn place(provenance: &Provenance) -> String {
    match (&provenance.file, provenance.line, provenance.column) {
        (Some(file), Some(line), Some(column)) => format!("{file}:{line}:{column}"),
        _ => String::new(),
    }
}

/// A value on one line, shortened.
fn shown(node: &Node) -> String {
    const MOST: usize = 40;
    let text = match &node.value {
        Value::Null => "null".to_owned(),
        Value::Str(text) => serde_json::Value::from(&**text).to_string(),
        Value::List(_) => "[]".to_owned(),
        Value::Map(_) => "{}".to_owned(),
        _ => serde_json::to_string(node).unwrap_or_default(),
    };
    if text.chars().count() <= MOST {
        return text;
    }
    text.chars().take(MOST - 1).chain(['…']).collect()
}

//! `report.md`: the run for people who read text.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::ReportError;
use super::text::{
    MEASURED, action, date, key_of, latency, limited, lines, milliseconds, number, percent, plain,
    rounded, several,
};
use crate::results::{
    Action, EndpointSummary, Event, Latency, Limited, Measured, Results, Summary,
};

/// Decisions that are shown; `events.jsonl` has all.
const LAST: usize = 20;

pub(super) fn report(results: &Results) -> Result<Vec<u8>, ReportError> {
    let summary = &results.summary;
    let mut text = format!("# Load test: {}\n\n", escaped(&summary.name));
    push_verdict(&mut text, summary);
    push_facts(&mut text, results);
    push_thresholds(&mut text, summary);
    push_endpoints(&mut text, summary);
    push_counts(&mut text, summary);
    push_ended(&mut text, results);
    push_decisions(&mut text, results);
    text.push_str("\n## How it was measured\n\n");
    for sentence in MEASURED {
        let _ = writeln!(text, "- {sentence}");
    }
    let generator = &summary.generator;
    let _ = writeln!(
        text,
        "- The generator: {}, busy for up to {}; {} µs of processor time a request; requests \
         that had a worker were sent {} (p50) to {} (p99) late.",
        several(generator.threads, "event loop"),
        percent(generator.busiest_loop),
        number(generator.cpu_per_request_us),
        milliseconds(generator.pacing.p50_ms),
        milliseconds(generator.pacing.p99_ms),
    );
    Ok(text.into_bytes())
}

fn push_verdict(text: &mut String, summary: &Summary) {
    let verdict = &summary.generator.verdict;
    let mark = match verdict.limited_by {
        Limited::Nothing => "",
        Limited::Generator => "⚠ ",
        Limited::Target | Limited::Workers => "ℹ ",
    };
    let _ = writeln!(
        text,
        "> {mark}**{}.** {}.\n",
        limited(verdict.limited_by),
        escaped(&verdict.reason)
    );
    if summary.global.interrupted {
        text.push_str("> It was stopped before its end: this is what was measured until then.\n\n");
    }
}

fn push_facts(text: &mut String, results: &Results) {
    let global = &results.summary.global;
    let measured = &global.measured;
    let _ = writeln!(
        text,
        "Begun {}, {} s, {}, Plimsoll {}.\n",
        date(results.began),
        rounded((global.final_duration_sec * 1e3).round() / 1e3),
        several(global.total_endpoints, "endpoint"),
        escaped(&results.summary.plimsoll_version),
    );
    let _ = writeln!(
        text,
        "{} requests, {} a second{}; {} failed ({}). Latency p50 {}, p95 {}, p99 {}, max {}.",
        measured.total_requests,
        number(measured.average_requests_per_second),
        match measured.rate_achieved {
            Some(share) => format!(" ({} of the target rate was sent)", percent(share)),
            None => String::new(),
        },
        measured.failed_requests,
        percent(measured.error_rate),
        latency(measured.p50_latency_ms),
        latency(measured.p95_latency_ms),
        latency(measured.p99_latency_ms),
        latency(measured.max_latency_ms),
    );
}

fn push_thresholds(text: &mut String, summary: &Summary) {
    if summary.thresholds.is_empty() {
        return;
    }
    let met = summary.thresholds.iter().filter(|one| one.met).count();
    let _ = writeln!(
        text,
        "\n## Thresholds\n\n{met} of {} met.\n\n| | threshold | of | measured |\n|---|---|---|---|",
        summary.thresholds.len()
    );
    for threshold in &summary.thresholds {
        let of = threshold.endpoint_key.as_deref();
        let of = of.map_or_else(|| "all together".to_owned(), code);
        let _ = writeln!(
            text,
            "| {} | {} | {of} | {} |",
            if threshold.met {
                "✓ met"
            } else {
                "✗ **missed**"
            },
            code(&threshold.threshold),
            escaped(&threshold.measured),
        );
    }
}

fn push_endpoints(text: &mut String, summary: &Summary) {
    let all = &summary.global.measured;
    let streams = all.time_to_first_token.is_some() || all.inter_token_latency.is_some();
    text.push_str(
        "\n## Endpoints\n\n| endpoint | target/s | rate/s | workers avg/peak | requests | errors | p50 | \
         p95 | p99 | max |",
    );
    if streams {
        text.push_str(" TTFT p50/p99 | ITL p50/p99 | tokens/s |");
    }
    text.push_str("\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
    text.push_str(if streams { "--:|--:|--:|\n" } else { "\n" });
    for endpoint in &summary.endpoints {
        let workers = format!(
            "{}/{}",
            number(endpoint.average_workers),
            endpoint.peak_workers
        );
        let name = match endpoint.measured.early_exit_triggered {
            true => format!("{} (ended early)", code(&endpoint.endpoint_key)),
            false => code(&endpoint.endpoint_key),
        };
        push_row(text, &name, &workers, &endpoint.measured, streams);
    }
    let workers: f64 = summary
        .endpoints
        .iter()
        .map(|one| one.average_workers)
        .sum();
    push_row(text, "**all together**", &number(workers), all, streams);
}

fn push_row(text: &mut String, name: &str, workers: &str, measured: &Measured, streams: bool) {
    let target = measured.target_requests_per_second;
    let _ = write!(
        text,
        "| {name} | {} | {} | {workers} | {} | {} ({}) | {} | {} | {} | {} |",
        target.map_or_else(|| "–".to_owned(), number),
        number(measured.average_requests_per_second),
        measured.total_requests,
        measured.failed_requests,
        percent(measured.error_rate),
        latency(measured.p50_latency_ms),
        latency(measured.p95_latency_ms),
        latency(measured.p99_latency_ms),
        latency(measured.max_latency_ms),
    );
    if streams {
        let both = |latency: Option<&Latency>| match latency {
            Some(times) => format!(
                "{} / {}",
                milliseconds(times.p50_ms),
                milliseconds(times.p99_ms)
            ),
            None => "–".to_owned(),
        };
        let tokens = measured.tokens_per_second;
        let _ = write!(
            text,
            " {} | {} | {} |",
            both(measured.time_to_first_token.as_ref()),
            both(measured.inter_token_latency.as_ref()),
            tokens.map_or_else(|| "–".to_owned(), number),
        );
    }
    text.push('\n');
}

fn push_counts(text: &mut String, summary: &Summary) {
    let all = &summary.global.measured;
    if !all.status_code_distribution.is_empty() {
        text.push_str("\n## Status codes\n\n| status | responses |\n|---|--:|\n");
        for (status, count) in &all.status_code_distribution {
            let _ = writeln!(text, "| {} | {count} |", escaped(status));
        }
    }
    if !all.failures.is_empty() {
        text.push_str("\n## Requests without a response\n\n| why | requests |\n|---|--:|\n");
        for (why, count) in &all.failures {
            let _ = writeln!(text, "| {} | {count} |", escaped(why));
        }
    }
}

fn push_ended(text: &mut String, results: &Results) {
    let ended = |endpoint: &&EndpointSummary| endpoint.measured.early_exit_triggered;
    let mut ended = results.summary.endpoints.iter().filter(ended).peekable();
    if ended.peek().is_none() {
        return;
    }
    let exits = results
        .events
        .iter()
        .filter(|event| event.action == Action::EarlyExit);
    let why: HashMap<&str, &Event> = exits.map(|event| (key_of(results, event), event)).collect();
    text.push_str("\n## Ended before their time\n\n");
    for endpoint in ended {
        let why = why.get(endpoint.endpoint_key.as_str());
        let why = why.map_or_else(String::new, |event| {
            let after = event.at as f64 / 1e9;
            format!(": after {after:.1} s, {}", escaped(&event.why.to_string()))
        });
        let _ = writeln!(text, "- {}{why}", code(&endpoint.endpoint_key));
    }
}

fn push_decisions(text: &mut String, results: &Results) {
    let count = results.events.len() as u64 + results.events_left_out;
    if count == 0 {
        return;
    }
    let of = |action: Action| {
        results
            .events
            .iter()
            .filter(|one| one.action == action)
            .count()
    };
    let _ = writeln!(
        text,
        "\n## Decisions\n\n{count} in all (more workers: {}, fewer: {}, early exits: {}{}). The last:\n\n\
         | after | endpoint | what | why |\n|--:|---|---|---|",
        of(Action::ScaleUp),
        of(Action::ScaleDown),
        of(Action::EarlyExit),
        match results.events_left_out {
            0 => String::new(),
            left_out => format!(", not kept: {left_out}"),
        },
    );
    for event in &results.events[results.events.len().saturating_sub(LAST)..] {
        let _ = writeln!(
            text,
            "| {:.1} s | {} | {} | {} |",
            event.at as f64 / 1e9,
            code(key_of(results, event)),
            action(event),
            escaped(&event.why.to_string()),
        );
    }
}

/// A text in which nothing is markup.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in plain(&lines(text)).chars() {
        if "\\`*_[]<>&|~#".contains(character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// A text as code, in a cell of a table.
fn code(text: &str) -> String {
    let mut cell = String::with_capacity(text.len());
    for character in plain(text).chars() {
        if character == '|' {
            // A table takes `\|` as a bar, code or not; a backslash before it would undo that.
            cell.push_str(if cell.ends_with('\\') { " \\" } else { "\\" });
        }
        cell.push(character);
    }
    let runs = cell.split(|character| character != '`').map(str::len);
    let fence = "`".repeat(runs.max().unwrap_or(0) + 1);
    // Code that is empty, or begins or ends with its own fence's character, needs room.
    match cell.trim().is_empty() || cell.starts_with(['`', ' ']) || cell.ends_with(['`', ' ']) {
        true => format!("{fence} {cell} {fence}"),
        false => format!("{fence}{cell}{fence}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{code, escaped};

    #[test]
    fn nothing_of_a_text_is_markup() {
        assert_eq!(escaped("a|b <i> *c*\nd"), "a\\|b \\<i\\> \\*c\\* d");
        assert_eq!(code("GET a|b"), "`GET a\\|b`");
        assert_eq!(code("a`b``c"), "```a`b``c```");
        assert_eq!(code("`a"), "`` `a ``");
        assert_eq!(code("a\\|b"), "`a\\ \\|b`");
    }
}

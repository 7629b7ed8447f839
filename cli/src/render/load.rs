//! What came of a load test, for people.

use plimsoll::load::{Limited, Results};

use super::figures;

/// The results: endpoints, what was to hold, and what was the limit.
pub(crate) fn text(results: &Results) -> String {
    let summary = &results.summary;
    let global = &summary.global;
    let mut rows = vec![
        [
            "endpoint", "target/s", "sent/s", "workers", "requests", "errors", "p50", "p95", "p99",
            "max",
        ]
        .map(str::to_owned),
    ];
    for endpoint in &summary.endpoints {
        let measured = &endpoint.measured;
        let workers = match endpoint.policy {
            None => endpoint.workers.to_string(),
            Some(_) => format!(
                "{:.1} ({})",
                endpoint.average_workers, endpoint.peak_workers
            ),
        };
        rows.push(row(&endpoint.endpoint_key, workers, measured));
    }
    if summary.endpoints.len() > 1 {
        rows.push(row("all", String::new(), &global.measured));
    }
    let mut text = table(&rows);
    let streams = summary.endpoints.iter().filter_map(|endpoint| {
        let measured = &endpoint.measured;
        let (first, inter) = (measured.time_to_first_token?, measured.inter_token_latency?);
        Some(format!(
            "  {}: first token p50 {} p99 {}, between tokens p50 {} p99 {}, {:.1} tokens a second\n",
            endpoint.endpoint_key,
            time(first.p50_ms),
            time(first.p99_ms),
            time(inter.p50_ms),
            time(inter.p99_ms),
            measured.tokens_per_second.unwrap_or(0.0),
        ))
    });
    text.extend(streams);
    for endpoint in &summary.endpoints {
        let measured = &endpoint.measured;
        if !measured.failures.is_empty() || measured.failed_requests > 0 {
            let statuses = measured.status_code_distribution.iter();
            let statuses = statuses.filter(|(status, _)| !status.starts_with('2'));
            let failed: Vec<String> = statuses
                .chain(&measured.failures)
                .map(|(what, count)| format!("{count} {what}"))
                .collect();
            text += &format!(
                "  {}: failed: {}\n",
                endpoint.endpoint_key,
                failed.join(", ")
            );
        }
        if measured.early_exit_triggered {
            text += &format!(
                "  {}: ended before its time, by its errors\n",
                endpoint.endpoint_key
            );
        }
    }
    for threshold in &summary.thresholds {
        let mark = match threshold.met {
            true => super::painted_out("32", "met   "),
            false => super::painted_out("31", "missed"),
        };
        let about = threshold.endpoint_key.as_deref().unwrap_or("all");
        text += &format!(
            "  {mark}  {} ({about}): {}\n",
            threshold.threshold, threshold.measured
        );
    }
    let verdict = &summary.generator.verdict;
    let reason = &verdict.reason;
    text += &match verdict.limited_by {
        Limited::Nothing => format!("  {reason}\n"),
        Limited::Target => format!("  limited by the target: {reason}\n"),
        Limited::Workers => format!("  limited by the number of workers: {reason}\n"),
        Limited::Generator => {
            let words = "limited by this machine, not by the target";
            format!("  {}: {reason}\n", super::painted_out("33", words))
        }
    };
    text += &format!(
        "  {} s, {} requests, {:.1} µs of processor time each\n",
        global.final_duration_sec,
        figures::count(global.measured.total_requests),
        summary.generator.cpu_per_request_us,
    );
    text
}

fn row(name: &str, workers: String, measured: &plimsoll::load::Measured) -> [String; 10] {
    let sent = measured
        .rate_achieved
        .zip(measured.target_requests_per_second);
    let sent = sent.map_or(measured.average_requests_per_second, |(share, target)| {
        share * target
    });
    let target = measured.target_requests_per_second;
    [
        name.to_owned(),
        target.map_or_else(|| "-".to_owned(), |rate| format!("{rate:.1}")),
        format!("{sent:.1}"),
        workers,
        measured.total_requests.to_string(),
        format!("{:.2} %", measured.error_rate * 100.0),
        time(measured.p50_latency_ms),
        time(measured.p95_latency_ms),
        time(measured.p99_latency_ms),
        time(measured.max_latency_ms),
    ]
}

fn time(milliseconds: f64) -> String {
    match milliseconds {
        time if time < 1.0 => format!("{:.0} µs", time * 1e3),
        time if time < 1000.0 => format!("{time:.1} ms"),
        time => format!("{:.2} s", time / 1e3),
    }
}

/// The first column from the left, the others from the right.
fn table(rows: &[[String; 10]]) -> String {
    let mut text = String::new();
    let widths: Vec<usize> = (0..10)
        .map(|column| {
            let lengths = rows.iter().map(|row| row[column].chars().count());
            lengths.max().unwrap_or(0)
        })
        .collect();
    for row in rows {
        let mut line = String::from("  ");
        for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
            let space = " ".repeat(width - cell.chars().count());
            line += &match column {
                0 => format!("{cell}{space}"),
                _ => format!("  {space}{cell}"),
            };
        }
        text += line.trim_end();
        text.push('\n');
    }
    text
}

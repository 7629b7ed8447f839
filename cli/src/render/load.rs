//! What came of a load test, for people.

use plimsoll::load::{Limited, Measured, Results};

use super::figures;

/// The results: endpoints, what was to hold, and what was the limit.
pub(crate) fn text(results: &Results) -> String {
    let summary = &results.summary;
    let global = &summary.global;
    let head = [
        "endpoint", "target/s", "sent/s", "workers", "requests", "errors", "p50", "p95", "p99",
        "max",
    ];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for endpoint in &summary.endpoints {
        let measured = &endpoint.measured;
        let workers = match endpoint.policy {
            None => endpoint.workers.to_string(),
            Some(_) => format!(
                "{:.1} ({})",
                endpoint.average_workers, endpoint.peak_workers
            ),
        };
        let target = measured.target_requests_per_second;
        rows.push(row(
            &endpoint.endpoint_key,
            target,
            sent(measured),
            workers,
            measured,
        ));
    }
    if summary.endpoints.len() > 1 {
        let mut each = summary.endpoints.iter().map(|endpoint| &endpoint.measured);
        // Of endpoints of which some have no rate to hold, there is none to hold together.
        let is_held = each.all(|one| one.target_requests_per_second.is_some());
        let (target, sent) = match is_held {
            true => (
                global.measured.target_requests_per_second,
                sent(&global.measured),
            ),
            false => {
                let seconds = global.final_duration_sec.max(f64::MIN_POSITIVE);
                (None, global.measured.sent_requests as f64 / seconds)
            }
        };
        rows.push(row("all", target, sent, String::new(), &global.measured));
    }
    let mut text = figures::table(&rows, 2);
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

/// Requests a second that were sent of those that were to be, or all where no rate is held.
fn sent(measured: &Measured) -> f64 {
    let held = measured.rate_achieved;
    let held = held.zip(measured.target_requests_per_second);
    held.map_or(measured.average_requests_per_second, |(share, target)| {
        share * target
    })
}

fn row(
    name: &str,
    target: Option<f64>,
    sent: f64,
    workers: String,
    measured: &Measured,
) -> Vec<String> {
    let latency = |milliseconds: Option<f64>| milliseconds.map_or_else(none, time);
    vec![
        name.to_owned(),
        target.map_or_else(none, |rate| format!("{rate:.1}")),
        format!("{sent:.1}"),
        workers,
        measured.total_requests.to_string(),
        format!("{:.2} %", measured.error_rate * 100.0),
        latency(measured.p50_latency_ms),
        latency(measured.p95_latency_ms),
        latency(measured.p99_latency_ms),
        latency(measured.max_latency_ms),
    ]
}

fn none() -> String {
    "-".to_owned()
}

fn time(milliseconds: f64) -> String {
    match milliseconds {
        time if time < 1.0 => format!("{:.0} µs", time * 1e3),
        time if time < 1000.0 => format!("{time:.1} ms"),
        time => format!("{:.2} s", time / 1e3),
    }
}

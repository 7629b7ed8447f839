//! `report.html`: the run as one page that needs nothing but itself.

mod part;

use plimsoll_harness::report::{PageParts, page_of};
use serde_json::json;

use super::text::{MEASURED, date, finite, limited};
use super::{ReportError, series};
use crate::results::{Limited, Results};
use part::Drawn;

/// Points that are drawn of all endpoints, and of one at the least and the most: a page of a thousand
/// endpoints has to open.
const POINTS: usize = 60_000;
const FEWEST: usize = 48;
const MOST: usize = 240;

pub(super) fn report(results: &Results) -> Result<Vec<u8>, ReportError> {
    let summary = &results.summary;
    let (global, generator) = (&summary.global, &summary.generator);
    let count = summary.endpoints.len();
    let points = (POINTS / count.max(1)).clamp(FEWEST, MOST);
    let decisions = part::decisions(results);
    let mut all = plimsoll_core::histogram::Histogram::default();
    for histogram in &results.histograms {
        all.merge(histogram);
    }
    let workers = summary.endpoints.iter().map(|one| one.average_workers);
    let together = part::part(&Drawn {
        measured: &global.measured,
        points: &series::together(results, MOST),
        latencies: Some(&all),
        decisions: &decisions.all,
        workers: workers.sum(),
        decided: results.events.len(),
    });
    let each = summary
        .endpoints
        .iter()
        .enumerate()
        .map(|(place, endpoint)| {
            let timeline = results.timelines.get(place);
            let timeline = timeline.map_or(&[][..], Vec::as_slice);
            let (decided, last) = decisions.of(place);
            let mut part = part::part(&Drawn {
                measured: &endpoint.measured,
                points: &series::at_most(timeline, points),
                latencies: results.histograms.get(place),
                decisions: last,
                workers: endpoint.average_workers,
                decided,
            });
            part["key"] = json!(endpoint.endpoint_key);
            part["policy"] = json!(endpoint.policy);
            part["peakWorkers"] = json!(endpoint.peak_workers);
            part["early"] = json!(endpoint.measured.early_exit_triggered);
            part
        });
    let seconds = |milliseconds: f64| finite(milliseconds) / 1e3;
    let data = json!({
        "kind": "load",
        "begun": date(results.began),
        "seconds": finite(global.final_duration_sec),
        "interrupted": global.interrupted,
        "version": summary.plimsoll_version,
        "verdict": {
            "mood": match generator.verdict.limited_by {
                Limited::Nothing => "good",
                Limited::Generator => "bad",
                Limited::Target | Limited::Workers => "so",
            },
            "title": limited(generator.verdict.limited_by),
            "reason": generator.verdict.reason,
        },
        "generator": {
            "threads": generator.threads,
            "busiest": finite(generator.busiest_loop),
            "cpu": finite(generator.cpu_per_request_us) / 1e6,
            "late50": seconds(generator.pacing.p50_ms),
            "late99": seconds(generator.pacing.p99_ms),
        },
        "measured": MEASURED,
        "thresholds": summary.thresholds,
        "reasons": decisions.reasons,
        "all": together,
        "endpoints": each.collect::<Vec<_>>(),
    });
    let page = page_of(&PageParts {
        title: &format!("Load test: {}", summary.name),
        note: "Latencies count from when a request was due.",
        style: include_str!("load.css"),
        script: concat!(include_str!("load.js"), include_str!("charts.js")),
        data: &data,
    });
    Ok(page.into_bytes())
}

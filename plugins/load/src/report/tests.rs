//! Each report, of results that were made by hand.

use std::collections::HashMap;
use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use hdrhistogram::serialization::Deserializer;
use hdrhistogram::serialization::interval_log::{IntervalLogIterator, LogEntry};
use serde_json::Value as Json;

use super::{Limit, all, compare, example};
use crate::results::{Results, Summary};

fn files(results: &Results) -> HashMap<&'static str, Vec<u8>> {
    all(results)
        .map(Result::unwrap)
        .map(|file| (file.name, file.bytes))
        .collect()
}

fn text(results: &Results, name: &str) -> String {
    String::from_utf8(files(results)[name].clone()).unwrap()
}

#[test]
fn the_summary_reads_back() {
    let results = example::results();
    let summary: Summary = serde_json::from_str(&text(&results, "summary.json")).unwrap();
    assert_eq!(summary, results.summary);
}

#[test]
fn markdown() {
    insta::assert_snapshot!(text(&example::results(), "report.md"));
}

#[test]
fn csv() {
    let results = example::results();
    insta::assert_snapshot!("results_csv", text(&results, "results.csv"));
    let timeline = text(&results, "timeline.csv");
    let first: Vec<&str> = timeline.lines().take(4).collect();
    insta::assert_snapshot!("timeline_csv", first.join("\n"));
    let mut reader = csv::Reader::from_reader(timeline.as_bytes());
    assert_eq!(reader.records().filter(Result::is_ok).count(), 60);
}

#[test]
fn junit() {
    insta::assert_snapshot!(text(&example::results(), "junit.xml"));
}

#[test]
fn events() {
    insta::assert_snapshot!(text(&example::results(), "events.jsonl"));
}

#[test]
fn the_workbook_has_its_sheets_and_no_formulas() {
    let bytes = files(&example::results())["results.xlsx"].clone();
    let mut workbook: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).unwrap();
    let names = workbook.sheet_names();
    assert_eq!(
        names,
        [
            "Test Summary",
            "Endpoint Summary",
            "Status Code Distribution",
            "Configuration",
            "Latency Distribution",
            "Sampled Responses",
            "Timeline",
            "Decisions"
        ]
    );
    for name in &names {
        let formulas = workbook.worksheet_formula(name).unwrap();
        assert!(formulas.used_cells().next().is_none(), "{name}");
    }
    let samples = workbook.worksheet_range("Sampled Responses").unwrap();
    let body = samples.get((1, 2)).unwrap();
    assert_eq!(body, &Data::String("=HYPERLINK(\"x\")\u{fffd}".to_owned()));
    let endpoints = workbook.worksheet_range("Endpoint Summary").unwrap();
    assert_eq!(endpoints.height(), 5);
    assert_eq!(workbook.worksheet_range("Timeline").unwrap().height(), 61);
}

#[test]
fn the_log_of_histograms_reads_back() {
    let results = example::results();
    let log = files(&results)["latency.hlog"].clone();
    let (mut tagged, mut untagged) = (Vec::new(), Vec::new());
    for entry in IntervalLogIterator::new(&log) {
        let LogEntry::Interval(interval) = entry.unwrap() else {
            continue;
        };
        let encoded = interval.encoded_histogram();
        let bytes = base64::Engine::decode(&base64::prelude::BASE64_STANDARD, encoded).unwrap();
        let mut deserializer = Deserializer::new();
        let histogram: hdrhistogram::Histogram<u64> =
            deserializer.deserialize(&mut Cursor::new(bytes)).unwrap();
        match interval.tag() {
            Some(_) => tagged.push(histogram),
            None => untagged.push(histogram),
        }
    }
    assert_eq!((tagged.len(), untagged.len()), (3, 20));
    let seconds: Vec<_> = results
        .seconds
        .iter()
        .map(|one| one.latencies.clone())
        .collect();
    let pairs = tagged.iter().zip(&results.histograms);
    for (hdr, own) in pairs.chain(untagged.iter().zip(&seconds)) {
        assert_eq!(hdr.len(), own.count());
        let (one, other) = (
            hdr.value_at_quantile(0.99) as f64,
            own.quantile(0.99) as f64,
        );
        assert!((one / other - 1.0).abs() < 0.01, "{one} {other}");
    }
}

fn data(page: &str) -> Json {
    let begin = "id=\"data\">";
    let (_, rest) = page.split_once(begin).unwrap();
    let (data, _) = rest.split_once("</script>").unwrap();
    serde_json::from_str(data).unwrap()
}

#[test]
fn the_page_holds_all_that_it_needs() {
    let page = text(&example::results(), "report.html");
    let outside =
        page.matches("http://").count() - page.matches("http://www.w3.org/2000/svg").count();
    assert_eq!(outside, 0, "the page asks for something");
    assert!(page.contains("default-src 'none'"));
    assert!(!page.contains("{{"), "a place was not filled");
    assert!(!page.contains("<b>&</b>"));
    let data = data(&page);
    assert_eq!(
        data["endpoints"][1]["key"],
        example::results().summary.endpoints[1]
            .endpoint_key
            .as_str()
    );
    let mut shape = String::new();
    outline(&mut shape, 0, &data);
    insta::assert_snapshot!(shape);
}

/// The names of a document, and the first of each list.
fn outline(shape: &mut String, depth: usize, value: &Json) {
    match value {
        Json::Object(fields) => {
            for (name, value) in fields {
                shape.push_str(&format!("{}{name}\n", "  ".repeat(depth)));
                outline(shape, depth + 1, value);
            }
        }
        Json::Array(items) => {
            if let Some(first) = items.first() {
                outline(shape, depth, first);
            }
        }
        _ => {}
    }
}

#[test]
fn a_thousand_endpoints_make_a_page_that_opens() {
    let results = example::many(1000, 60);
    let page = super::page::report(&results).unwrap();
    assert!(page.len() < 8_000_000, "{} bytes", page.len());
    let page = String::from_utf8(page).unwrap();
    let endpoints = &data(&page)["endpoints"];
    assert_eq!(endpoints.as_array().map(Vec::len), Some(1000));
}

#[test]
fn nothing_and_no_numbers_are_no_reason_to_panic() {
    let mut results = example::many(0, 0);
    assert_eq!(files(&results).len(), 9);
    results = example::results();
    let endpoint = &mut results.summary.endpoints[0];
    endpoint.measured.p99_latency_ms = Some(f64::NAN);
    endpoint.average_workers = f64::INFINITY;
    endpoint.endpoint_key.clear();
    results.summary.global.final_duration_sec = f64::NAN;
    results.seconds[3].at_seconds = f64::NAN;
    results.timelines.truncate(1);
    results.histograms.clear();
    results.events[0].endpoint = 99;
    for (name, bytes) in files(&results) {
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("NaN,") && !text.contains(",inf"), "{name}");
    }
}

#[test]
fn comparisons() {
    let baseline = example::results().summary;
    let mut candidate = baseline.clone();
    candidate.name = "tonight".to_owned();
    candidate.endpoints[0].endpoint_key = "GET /new".to_owned();
    let p99 = &mut candidate.global.measured.p99_latency_ms;
    *p99 = p99.map(|p99| p99 * 1.2);
    candidate.endpoints[1].measured.error_rate += 0.02;
    candidate.endpoints[1].measured.tokens_per_second = Some(500.0);
    assert!(compare(&baseline, &candidate, &[]).met());
    let limits = ["p99<+10%", "errors<+0.5%", "rate>-5%", "tokens>-10%"];
    let limits = limits.map(|text| text.parse::<Limit>().unwrap());
    let comparison = compare(&baseline, &candidate, &limits);
    assert!(!comparison.met());
    assert!(compare(&baseline, &baseline, &limits).met());
    insta::assert_snapshot!("compare_text", comparison.text());
    let json = serde_json::to_value(&comparison).unwrap();
    insta::assert_json_snapshot!("compare_json", json["limits"]);
}

//! What comes back, of every kind.

use plimsoll_load::Limited;
use serde_json::{Value as Json, json};

use crate::support::{only, options, release_with, run, run_with, start, target};

fn test(url: String, more: Json) -> Json {
    let mut request = json!({ "url": url });
    for (key, value) in more.as_object().unwrap() {
        request[key] = value.clone();
    }
    json!({ "rps": 100, "workers": 8, "requests": [request] })
}

#[test]
fn a_rate_is_held_and_everything_is_counted() {
    let target = target();
    let results = run(&test(target.url("/a"), json!({})), 1.0);
    let endpoint = only(&results);
    let measured = &endpoint.measured;
    assert_eq!((measured.due_requests, measured.sent_requests), (100, 100));
    assert_eq!(
        (measured.total_requests, measured.successful_requests),
        (100, 100)
    );
    assert_eq!(measured.status_code_distribution["200"], 100);
    assert_eq!(measured.rate_achieved, Some(1.0));
    assert_eq!(endpoint.theoretical_max_rps, Some(100.0));
    assert_eq!(
        measured
            .histogram
            .iter()
            .map(|(_, count)| count)
            .sum::<u64>(),
        100
    );
    assert_eq!(endpoint.response_samples[0].body.len(), 128);
    assert!(measured.network_bytes_received > 100 * 128);
    assert_eq!(target.stats().requests, 100);
    assert_eq!(results.histograms[0].count(), 100);
}

#[test]
fn bodies_are_read_whole_however_they_come() {
    let target = target();
    for (query, body) in [
        ("bytes=100000", 16 << 10),
        ("chunked=1", 128),
        ("eof=1", 128),
        ("bytes=0", 0),
    ] {
        let results = run(&test(target.url(&format!("/?{query}")), json!({})), 0.3);
        let endpoint = only(&results);
        assert_eq!(endpoint.measured.successful_requests, 30, "{query}");
        assert_eq!(endpoint.response_samples[0].body.len(), body, "{query}");
    }
    let results = run(&test(target.url("/"), json!({ "method": "HEAD" })), 0.3);
    assert_eq!(only(&results).measured.successful_requests, 30);
}

#[test]
fn what_is_no_success_is_counted_by_what_it_is() {
    let target = target();
    let count = |query: &str| {
        let results = run(&test(target.url(&format!("/?{query}")), json!({})), 0.3);
        let measured = only(&results).measured.clone();
        assert_eq!(
            (measured.total_requests, measured.failed_requests),
            (30, 30),
            "{query}"
        );
        measured
    };
    assert_eq!(count("status=503").status_code_distribution["503"], 30);
    let redirect = count("redirect=1");
    assert_eq!(
        (redirect.redirects, redirect.status_code_distribution["302"]),
        (30, 30)
    );
    assert_eq!(count("reset=1").failures["closed"], 30);
    let slow = run(
        &test(target.url("/?hang=1"), json!({ "timeout": 0.2 })),
        0.3,
    );
    let measured = &only(&slow).measured;
    assert_eq!(measured.failures["timeout"], 30);
    // What timed out counts as old as it was, and what waited for it, older.
    assert!(
        measured.min_latency_ms >= Some(200.0),
        "{:?}",
        measured.min_latency_ms
    );
}

#[test]
fn where_nobody_listens_every_request_fails_and_none_is_lost() {
    let target = target();
    // It listens at one address of this machine, and nobody at the next.
    let url = target.url("/").replace("127.0.0.1", "127.0.0.2");
    let results = run(
        &test(url, json!({ "thresholds": ["rate>=1%", "p99<1s"] })),
        0.3,
    );
    let measured = &only(&results).measured;
    assert_eq!(
        (measured.failures["connect"], measured.total_requests),
        (30, 30)
    );
    // Nothing was sent, and nothing took any time.
    assert_eq!((measured.sent_requests, measured.p99_latency_ms), (0, None));
    assert!(results.summary.thresholds.iter().all(|one| !one.met));
    let verdict = &results.summary.generator.verdict;
    assert_eq!(verdict.limited_by, Limited::Target);
    assert_eq!(verdict.reason, "no request was answered: 30 connect");
}

#[test]
fn endpoints_that_differ_by_their_user_alone_are_told_apart() {
    let target = target();
    let url = |user: &str| target.url("/").replace("//", &format!("//{user}@"));
    let test = json!({ "rps": 20, "requests": [{ "url": url("one:a") }, { "url": url("two:b") }] });
    let results = run(&test, 0.2);
    let keys = results
        .summary
        .endpoints
        .iter()
        .map(|one| &*one.endpoint_key);
    let keys: Vec<&str> = keys.collect();
    assert_eq!(keys[1], format!("{} #2", keys[0]));
    assert!(!keys[0].contains('@'), "{keys:?}");
}

#[test]
fn connections_are_kept_and_those_that_were_closed_are_made_anew() {
    let target = target();
    run(&test(target.url("/"), json!({})), 0.5);
    assert!(target.stats().connections <= 8);
    let results = run(&test(target.url("/?close=1"), json!({})), 0.3);
    assert_eq!(only(&results).measured.successful_requests, 30);
}

#[test]
fn places_are_filled_from_data_counters_and_the_environment() {
    let target = target();
    let test = test(
        target.url("/items/{{id}}?echo=1&n={{$counter}}"),
        json!({
            "method": "POST",
            "headers": { "x-name": "{{name}}", "authorization": "Bearer {{$env:KEY}}" },
            "payload": { "id": "{{id}}", "text": "for {{name}}", "uuid": "{{$uuid}}" },
            "data": "rows.jsonl",
        }),
    );
    let rows = "{\"id\": 7, \"name\": \"a \\\"b\\\"\"}\n{\"id\": 8, \"name\": \"ü\"}\n";
    let mut options = options(0.2);
    options
        .secrets
        .insert("KEY".to_owned(), "s3cr3t-key".to_owned());
    let release = release_with(&test, &[("rows.jsonl", rows)]);
    let results = start(&release, &options).unwrap().finish().unwrap();
    let endpoint = only(&results);
    assert_eq!(endpoint.measured.successful_requests, 20);
    let echo: Json = serde_json::from_str(&endpoint.response_samples[0].body).unwrap();
    assert_eq!(echo["path"], "/items/7?echo=1&n=0");
    assert_eq!(echo["headers"]["x-name"], "a \"b\"");
    // The server gives the key back; it is not shown.
    assert_eq!(echo["headers"]["authorization"], "Bearer ***");
    let body = &echo["body"];
    let body: Json = match body.as_str() {
        Some(text) => serde_json::from_str(text).unwrap(),
        None => body.clone(),
    };
    assert_eq!(
        (&body["id"], &body["text"]),
        (&json!(7), &json!("for a \"b\""))
    );
    assert_eq!(body["uuid"].as_str().unwrap().len(), 36);
    assert!(
        !serde_json::to_string(&results.summary)
            .unwrap()
            .contains("s3cr3t")
    );
    let paths = target.stats().paths;
    assert!(
        paths.keys().any(|path| path.starts_with("/items/8")),
        "{paths:?}"
    );
}

#[test]
fn streams_of_tokens_are_timed() {
    let target = target();
    let test = test(
        target.url("/?sse=10&first=20ms&gap=5ms"),
        json!({ "goodput": ["ttft<500ms", "itl<1s"], "thresholds": ["ttft-p50>=20ms", "tokens>1"] }),
    );
    let results = run(&test, 0.5);
    let measured = &only(&results).measured;
    let first = measured.time_to_first_token.unwrap();
    assert_eq!((first.count, measured.tokens), (50, Some(500)));
    assert!(first.min_ms >= 19.8, "{first:?}");
    let inter = measured.inter_token_latency.unwrap();
    assert_eq!(inter.count, 450);
    assert_eq!(measured.goodput.unwrap().requests, 50);
    assert!(
        results
            .summary
            .thresholds
            .iter()
            .all(|threshold| threshold.met)
    );
}

#[test]
fn the_goodput_of_all_is_of_those_that_have_objectives() {
    let target = target();
    let test = json!({
        "rps": 100, "workers": 8, "thresholds": ["goodput>=99%"],
        "requests": [
            { "url": target.url("/judged"), "goodput": ["latency<20s"] },
            { "url": target.url("/not") },
        ],
    });
    let results = run(&test, 0.4);
    let goodput = results.summary.global.measured.goodput.unwrap();
    assert_eq!((goodput.requests, goodput.share), (20, 1.0));
    assert!(results.summary.thresholds[0].met);
}

#[test]
fn a_trace_is_replayed() {
    let target = target();
    let mut options = options(1.0);
    let spec = "poisson(rate=200, duration=1s)";
    options.trace =
        plimsoll_harness::arrival::ArrivalSpec::parse(spec, std::path::Path::new("")).ok();
    let test = json!({ "workers": 8, "requests": [{ "url": target.url("/a") }, { "url": target.url("/b") }] });
    let results = run_with(&test, &options);
    let [a, b] = results.summary.endpoints.as_slice() else {
        panic!("there are two endpoints");
    };
    let (a, b) = (a.measured.total_requests, b.measured.total_requests);
    assert!(
        a.abs_diff(b) <= 1 && (150..250).contains(&(a + b)),
        "{a} and {b}"
    );
}

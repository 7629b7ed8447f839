//! HTTP/2 by prior knowledge.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use plimsoll_load::{HttpVersion, Measured, Results, RunOptions};
use serde_json::{Value as Json, json};

use crate::server::{Server, Speaks};
use crate::support::{only, options, release_with, run_with, start, target};

pub(crate) fn http2(seconds: f64) -> RunOptions {
    RunOptions {
        http: HttpVersion::Http2,
        ..options(seconds)
    }
}

fn server() -> Server {
    Server::start(Speaks::Http2(200), None)
}

fn test(url: &str, more: Json) -> Json {
    let mut request = json!({ "url": url });
    for (key, value) in more.as_object().unwrap() {
        request[key] = value.clone();
    }
    json!({ "rps": 100, "workers": 8, "requests": [request] })
}

fn run(test: &Json, seconds: f64) -> Results {
    run_with(test, &http2(seconds))
}

/// Every request that fell due has ended.
fn assert_whole(measured: &Measured, due: u64) {
    let (total, fell_due) = (measured.total_requests, measured.due_requests);
    assert_eq!((fell_due, total), (due, due), "{measured:?}");
}

#[test]
fn a_rate_is_held_on_one_connection() {
    let server = server();
    let results = run(&test(&server.url("/a"), json!({})), 1.0);
    let endpoint = only(&results);
    let measured = &endpoint.measured;
    assert_whole(measured, 100);
    assert_eq!(measured.status_code_distribution["200"], 100);
    assert_eq!(measured.rate_achieved, Some(1.0));
    assert_eq!(endpoint.response_samples[0].body.len(), 128);
    assert!(measured.network_bytes_received > 100 * 128);
    assert!(measured.network_bytes_sent > 100 * 20);
    assert_eq!(results.histograms[0].count(), 100);
    assert_eq!(server.connections(), 1);
    // It is paced as well as the other loop.
    let pacing = &results.summary.generator.pacing;
    assert!(pacing.p50_ms < 5.0, "{pacing:?}");
}

#[test]
fn more_streams_than_one_connection_takes_go_on_others() {
    let server = Server::start(Speaks::Http2(4), None);
    let mut test = test(&server.url("/?delay=100"), json!({}));
    test["workers"] = 40.into();
    let results = run_with(
        &test,
        &RunOptions {
            threads: Some(1),
            ..http2(1.0)
        },
    );
    let measured = &only(&results).measured;
    assert_whole(measured, 100);
    assert_eq!(measured.successful_requests, 100);
    // 100 a second × 0.1 s are 10 streams at a time.
    let connections = server.connections();
    assert!((2..=12).contains(&connections), "{connections}");
}

#[test]
fn bodies_are_read_whole_and_statuses_counted() {
    let server = server();
    for (query, status, body) in [
        ("bytes=1000000", "200", 16 << 10),
        ("bytes=0", "200", 0),
        ("status=204&bytes=0", "204", 0),
        ("status=503", "503", 128),
    ] {
        let results = run(&test(&server.url(&format!("/?{query}")), json!({})), 0.3);
        let endpoint = only(&results);
        assert_whole(&endpoint.measured, 30);
        let statuses = &endpoint.measured.status_code_distribution;
        assert_eq!(statuses[status], 30, "{query}");
        assert_eq!(endpoint.response_samples[0].body.len(), body, "{query}");
        let least = if query.starts_with("bytes=1000000") {
            30_000_000
        } else {
            1
        };
        assert!(endpoint.measured.network_bytes_received >= least);
    }
    let head = run(&test(&server.url("/"), json!({ "method": "HEAD" })), 0.3);
    assert_eq!(only(&head).measured.successful_requests, 30);
}

#[test]
fn what_is_sent_is_what_is_said_without_what_is_of_the_connection() {
    let server = server();
    let test = test(
        &server.url("/items/{{id}}?echo=1&n={{$counter}}&q=a|b"),
        json!({
            "method": "POST",
            "headers": {
                "Host": "other.example", "Connection": "keep-alive", "X-Name": "{{name}}",
                "Authorization": "Bearer {{$env:KEY}}",
            },
            "payload": { "id": "{{id}}", "uuid": "{{$uuid}}" },
            "data": "rows.jsonl",
        }),
    );
    let mut options = http2(0.2);
    options
        .secrets
        .insert("KEY".to_owned(), "s3cr3t-key".to_owned());
    let rows = "{\"id\": 7, \"name\": \"one\"}\n{\"id\": 8, \"name\": \"two\"}\n";
    let release = release_with(&test, &[("rows.jsonl", rows)]);
    let results = start(&release, &options).unwrap().finish().unwrap();
    let endpoint = only(&results);
    assert_eq!(endpoint.measured.successful_requests, 20);
    let echo: Json = serde_json::from_str(&endpoint.response_samples[0].body).unwrap();
    assert_eq!(echo["version"], "HTTP/2.0");
    assert_eq!(echo["method"], "POST");
    assert_eq!(
        echo["uri"],
        "http://other.example/items/7?echo=1&n=0&q=a%7Cb"
    );
    let headers = &echo["headers"];
    assert_eq!(headers["x-name"], "one");
    assert_eq!(headers["authorization"], "Bearer ***");
    assert_eq!(headers["content-type"], "application/json");
    for name in ["host", "connection"] {
        assert!(headers.get(name).is_none(), "{headers}");
    }
    let body: Json = serde_json::from_str(echo["body"].as_str().unwrap()).unwrap();
    assert_eq!(body["id"], 7);
    let length = echo["body"].as_str().unwrap().len().to_string();
    assert_eq!(headers["content-length"], length);
}

#[test]
fn what_takes_too_long_is_a_timeout_and_the_rest_goes_on() {
    let server = server();
    let test = json!({
        "rps": 100, "workers": 20,
        "requests": [
            { "url": server.url("/?hang=1"), "timeout": 0.2 },
            { "url": server.url("/fine") },
        ],
    });
    let results = run(&test, 1.0);
    let [hangs, fine] = results.summary.endpoints.as_slice() else {
        panic!("there are two endpoints");
    };
    assert_whole(&hangs.measured, 50);
    assert_eq!(hangs.measured.failures["timeout"], 50);
    assert!(hangs.measured.min_latency_ms >= Some(200.0));
    assert_whole(&fine.measured, 50);
    assert_eq!(fine.measured.successful_requests, 50);
    assert!(
        fine.measured.p50_latency_ms < Some(50.0),
        "{:?}",
        fine.measured.p50_latency_ms
    );
}

#[test]
fn what_is_in_flight_or_waits_at_the_end_is_counted() {
    let server = server();
    let test = json!({ "rps": 10, "workers": 1, "requests": [{ "url": server.url("/?hang=1") }] });
    let options = RunOptions {
        drain: Some(0),
        ..http2(1.0)
    };
    let results = run_with(&test, &options);
    let measured = &only(&results).measured;
    assert_whole(measured, 10);
    let failures = &measured.failures;
    assert_eq!((failures["unfinished"], failures["unsent"]), (1, 9));
}

#[test]
fn workers_without_a_rate_send_as_fast_as_they_go() {
    let server = server();
    let test = json!({ "workers": 4, "requests": [{ "url": server.url("/?delay=10") }] });
    let measured = only(&run(&test, 0.5)).measured.clone();
    let total = measured.total_requests;
    assert!((80..=200).contains(&total), "{total}");
    assert_whole(&measured, total);
}

#[test]
fn an_interrupted_run_and_one_with_errors_end_early() {
    let server = server();
    let url = server.url("/");
    let test = json!({ "rps": 100, "workers": 4, "duration": 60, "requests": [{ "url": url }] });
    let options = RunOptions {
        duration: None,
        ..http2(1.0)
    };
    let run = start(&crate::support::release(&test), &options).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(400));
    run.stop();
    let results = run.finish().unwrap();
    let global = &results.summary.global;
    assert!(global.interrupted && global.final_duration_sec < 5.0);
    assert_whole(&global.measured, global.measured.due_requests);
    let test = json!({
        "rps": 200, "workers": 4,
        "requests": [
            { "url": server.url("/?status=500"), "earlyExitOnError": true, "errorCountThreshold": 5 },
            { "url": server.url("/fine") },
        ],
    });
    let results = run_with(&test, &http2(1.0));
    let [bad, fine] = results.summary.endpoints.as_slice() else {
        panic!("there are two endpoints");
    };
    assert!(bad.measured.early_exit_triggered);
    assert!(bad.measured.total_requests < 100);
    assert_eq!(fine.measured.successful_requests, 100);
}

#[test]
fn workers_follow_the_rate_and_a_stalled_endpoint_takes_nothing_from_the_others() {
    let server = server();
    let test = json!({
        "autoscale": { "enabled": true, "maxWorkers": 20, "distributionStrategy": "equal" },
        "requests": [
            { "url": server.url("/?hang=1"), "autoscale": { "enabled": true, "targetRps": 100 } },
            { "url": server.url("/?delay=20"), "autoscale": { "enabled": true, "targetRps": 100 } },
        ],
    });
    let results = run(&test, 2.0);
    let [stalled, fine] = results.summary.endpoints.as_slice() else {
        panic!("there are two endpoints");
    };
    assert_whole(&stalled.measured, 200);
    assert_eq!(fine.measured.successful_requests, 200);
    assert!(fine.workers >= 2, "{}", fine.workers);
}

#[test]
fn streams_of_tokens_are_timed() {
    let server = server();
    let test = test(
        &server.url("/?sse=10"),
        json!({ "goodput": ["ttft<500ms"] }),
    );
    let results = run(&test, 0.5);
    let measured = &only(&results).measured;
    assert_whole(measured, 50);
    let first = measured.time_to_first_token.unwrap();
    assert_eq!((first.count, measured.tokens), (50, Some(500)));
    assert!(first.min_ms >= 19.0 && first.p50_ms < 60.0, "{first:?}");
    let inter = measured.inter_token_latency.unwrap();
    assert_eq!(inter.count, 450);
    assert!(inter.p50_ms > 3.0 && inter.p50_ms < 20.0, "{inter:?}");
    assert_eq!(measured.goodput.unwrap().requests, 50);
}

#[test]
fn a_server_without_http2_fails_every_request_and_none_hangs() {
    // One that says so, one that only closes.
    let fast = target();
    let hyper = Server::start(Speaks::Http1, None);
    for url in [fast.url("/"), hyper.url("/")] {
        let results = run(&test(&url, json!({})), 0.3);
        let measured = &only(&results).measured;
        assert_whole(measured, 30);
        assert_eq!(measured.failures["protocol"], 30, "{measured:?}");
    }
    // One that says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", silent.local_addr().unwrap());
    let results = run(&test(&url, json!({ "timeout": 0.2 })), 0.3);
    let measured = &only(&results).measured;
    assert_whole(measured, 30);
    assert_eq!(measured.failures["timeout"], 30, "{measured:?}");
    // And nobody at all.
    drop(silent);
    let results = run(&test(&url, json!({})), 0.3);
    let measured = &only(&results).measured;
    assert_whole(measured, 30);
    assert_eq!(measured.failures["connect"], 30, "{measured:?}");
    let unpaced = json!({ "workers": 4, "requests": [{ "url": url }] });
    let measured = only(&run(&unpaced, 0.3)).measured.clone();
    assert_whole(&measured, measured.due_requests);
    // They wait a moment before they try again.
    assert!(measured.total_requests < 50, "{measured:?}");
}

/// Passes bytes on to a server, and breaks every connection when it is told to.
struct Cut {
    url: String,
    cut: Arc<AtomicBool>,
}

fn cut(server: &Server) -> Cut {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let port = server.url("").rsplit_once(':').unwrap().1.to_owned();
    let cut = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&cut);
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let client = client.unwrap();
            let server = std::net::TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
            for (from, to) in [
                (client.try_clone().unwrap(), server.try_clone().unwrap()),
                (server, client),
            ] {
                let told = Arc::clone(&told);
                std::thread::spawn(move || pass(from, to, &told));
            }
        }
    });
    Cut { url, cut }
}

fn pass(mut from: std::net::TcpStream, mut to: std::net::TcpStream, cut: &AtomicBool) {
    let mut buffer = [0; 4096];
    loop {
        let read = from.read(&mut buffer).unwrap_or(0);
        if read == 0 || cut.swap(false, Ordering::Relaxed) {
            let _ = from.shutdown(std::net::Shutdown::Both);
            let _ = to.shutdown(std::net::Shutdown::Both);
            return;
        }
        if to.write_all(&buffer[..read]).is_err() {
            return;
        }
    }
}

#[test]
fn a_connection_that_broke_is_made_anew() {
    let server = server();
    let proxy = cut(&server);
    let release = crate::support::release(&test(&proxy.url, json!({})));
    let run = start(&release, &http2(1.0)).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(500));
    proxy.cut.store(true, Ordering::Relaxed);
    let results = run.finish().unwrap();
    let measured = &only(&results).measured;
    assert_whole(measured, 100);
    assert_eq!(measured.successful_requests, 100, "{measured:?}");
    assert_eq!(server.connections(), 2);
}

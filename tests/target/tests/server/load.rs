//! What the server does to many requests: service times, places in service, errors, freezes, and what it
//! tells of arrivals.

use std::thread;
use std::time::Duration;

use plimsoll_test_target::{Options, Service};

use crate::client::{Client, timed};
use crate::start;

/// Sends one request of each client at once, and returns how long the answers to all of them took.
fn at_once(clients: &mut [Client], target: &str) -> Duration {
    let request = format!("GET {target} HTTP/1.1\r\n\r\n");
    let ((), took) = timed(|| {
        for client in &mut *clients {
            client.send(&request);
        }
        for client in clients {
            assert_eq!(client.answer().status, 200);
        }
    });
    took
}

#[test]
fn the_service_time_is_what_it_was_last_set_to() {
    let target = start(Options {
        service: Service::Constant(Duration::from_millis(20)),
        ..Options::default()
    });
    let mut client = Client::to(target.address());
    let (_, took) = timed(|| client.get("/"));
    assert!(took >= Duration::from_millis(20), "{took:?}");
    target.set_service(Service::Constant(Duration::from_millis(50)));
    let (_, took) = timed(|| client.get("/"));
    assert!(took >= Duration::from_millis(50), "{took:?}");
    // A request's own delay goes before it.
    target.set_service(Service::Constant(Duration::from_secs(3600)));
    assert_eq!(client.get("/?delay=0ms").status, 200);
    target.set_service(Service::None);
    assert_eq!(client.get("/").status, 200);
}

#[test]
fn requests_beyond_the_concurrency_wait_whatever_their_thread() {
    for threads in [1, 3] {
        let target = start(Options {
            threads,
            concurrency: Some(2),
            ..Options::default()
        });
        let mut clients: Vec<Client> = (0..8).map(|_| Client::to(target.address())).collect();
        let took = at_once(&mut clients, "/?delay=20ms");
        assert!(took >= Duration::from_millis(80), "{threads}: {took:?}");
        let stats = target.stats();
        assert_eq!(stats.in_service, 2);
        assert_eq!(stats.connections, 8);
        assert_eq!(stats.requests, 8);
    }
}

#[test]
fn a_place_is_given_back_by_who_goes_away() {
    let target = start(Options {
        concurrency: Some(1),
        ..Options::default()
    });
    let mut hanging = Client::to(target.address());
    hanging.send("GET /?hang=1 HTTP/1.1\r\n\r\n");
    let mut gone = Client::to(target.address());
    let mut waiting = Client::to(target.address());
    while target.stats().requests < 1 {
        thread::yield_now();
    }
    gone.send("GET / HTTP/1.1\r\n\r\n");
    while target.stats().requests < 2 {
        thread::yield_now();
    }
    waiting.send("GET / HTTP/1.1\r\n\r\n");
    drop(gone);
    drop(hanging);
    assert_eq!(waiting.answer().status, 200);
    // A client that goes while it is served has its place until its time is over.
    let mut reset = Client::to(target.address());
    reset.send("GET /?reset=1&delay=5ms HTTP/1.1\r\n\r\n");
    drop(reset);
    assert_eq!(waiting.get("/").status, 200);
}

#[test]
fn the_share_of_errors_is_as_asked_for() {
    let target = start(Options {
        errors: 0.25,
        ..Options::default()
    });
    let mut client = Client::to(target.address());
    let failed = (0..2000).filter(|_| client.get("/").status == 500).count();
    // The seed is fixed, so this is so each time.
    assert!((420..=580).contains(&failed), "{failed}");
    assert_eq!(client.get("/?status=201").status, 201);
}

#[test]
fn a_frozen_server_does_nothing_and_then_goes_on() {
    let target = start(Options::default());
    let mut open = Client::to(target.address());
    assert_eq!(open.get("/").status, 200);
    let ((), took) = timed(|| {
        target.freeze(Duration::from_secs(1));
        open.send("GET / HTTP/1.1\r\n\r\n");
        let mut new = Client::to(target.address());
        new.send("GET / HTTP/1.1\r\n\r\n");
        thread::sleep(Duration::from_millis(50));
        assert_eq!(target.stats().requests, 1);
        assert_eq!(open.answer().status, 200);
        assert_eq!(new.answer().status, 200);
    });
    assert!(took >= Duration::from_secs(1), "{took:?}");
    assert_eq!(target.stats().requests, 3);
}

#[test]
fn a_freeze_holds_what_becomes_due_in_it() {
    let target = start(Options::default());
    let mut client = Client::to(target.address());
    client.send("GET /?delay=500ms HTTP/1.1\r\n\r\n");
    while target.stats().requests < 1 {
        thread::yield_now();
    }
    let ((), took) = timed(|| {
        target.freeze(Duration::from_secs(1));
        assert_eq!(client.answer().status, 200);
    });
    assert!(took >= Duration::from_secs(1), "{took:?}");
}

#[test]
fn arrivals_are_told_of_and_forgotten() {
    let target = start(Options {
        threads: 2,
        record_arrivals: true,
        ..Options::default()
    });
    let mut clients: Vec<Client> = (0..2).map(|_| Client::to(target.address())).collect();
    for round in 0..20 {
        let path = if round < 5 { "/a?x=1" } else { "/b" };
        at_once(&mut clients, path);
        thread::sleep(Duration::from_millis(2));
    }
    let stats = target.stats();
    assert_eq!(stats.requests, 40);
    assert_eq!(stats.paths["/a"], 10);
    assert_eq!(stats.paths["/b"], 30);
    assert_eq!(stats.connections, 2);
    let gaps = stats.gaps.expect("arrivals are recorded");
    let (first, last) = (
        stats.first.expect("some came"),
        stats.last.expect("some came"),
    );
    assert!(last - first >= Duration::from_millis(38));
    let spread = gaps.mean * 39;
    assert!(
        spread.abs_diff(last - first) < Duration::from_micros(1),
        "{spread:?}"
    );
    // Two at once, and then a pause.
    assert!(gaps.variation > 0.3, "{gaps:?}");
    assert!(stats.dispersion.is_some());
    let json = stats.to_json();
    assert_eq!(json["requests"], 40);
    assert_eq!(json["paths"]["/b"], 30);

    target.reset();
    let stats = target.stats();
    assert_eq!((stats.requests, stats.first, stats.gaps), (0, None, None));
    assert_eq!(stats.connections, 2);
    assert_eq!(stats.in_service, 0);
}

#[test]
fn gaps_are_told_only_where_they_are_kept() {
    let target = start(Options::default());
    let mut client = Client::to(target.address());
    client.get("/");
    client.get("/");
    let stats = target.stats();
    assert_eq!(
        (stats.requests, stats.gaps, stats.dispersion),
        (2, None, None)
    );
    assert!(stats.first < stats.last);
}

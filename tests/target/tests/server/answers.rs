//! What the server does to each request.

use std::io::ErrorKind;
use std::time::Duration;

use plimsoll_test_target::{Options, Service, Target};
use serde_json::{Value, json};

use crate::client::{Client, timed};
use crate::start;

fn usual() -> (Target, Client) {
    let target = start(Options::default());
    let client = Client::to(target.address());
    (target, client)
}

#[test]
fn the_usual_answer_is_200_with_128_bytes() {
    let (target, mut client) = usual();
    for path in ["/", "/any/path", "/?unknown=switch"] {
        let answer = client.get(path);
        assert_eq!(answer.status, 200);
        assert_eq!(answer.body.len(), 128);
        assert!(answer.head.contains("content-type: text/plain\r\n"));
    }
    assert_eq!(target.url("/a"), format!("http://{}/a", target.address()));
}

#[test]
fn requests_in_a_pipe_are_answered_in_order() {
    let (_target, mut client) = usual();
    let pipe: String = (0..2000)
        .map(|n| {
            // Some take time, so that those behind them have to wait.
            let delay = if n % 500 == 7 { "2ms" } else { "0ms" };
            format!("GET /?bytes={n}&delay={delay} HTTP/1.1\r\n\r\n")
        })
        .collect();
    client.send(&pipe);
    for n in 0..2000 {
        assert_eq!(client.answer().body.len(), n);
    }
}

#[test]
fn a_request_may_come_in_pieces() {
    let (_target, mut client) = usual();
    for byte in "GET /?bytes=3 HTTP/1.1\r\nhost: a\r\n\r\n".chars() {
        client.send(&byte.to_string());
    }
    assert_eq!(client.answer().body.len(), 3);
}

#[test]
fn the_status_and_the_length_are_as_asked_for() {
    let (_target, mut client) = usual();
    assert_eq!(client.get("/?status=503").status, 503);
    assert_eq!(client.get("/?status=204").body.len(), 0);
    assert_eq!(client.get("/?bytes=0").body.len(), 0);
    // More than a socket holds, so that it has to be sent in parts.
    assert_eq!(client.get("/?bytes=20000000").body.len(), 20_000_000);
    let wrong = client.get("/?status=abc");
    assert_eq!(wrong.status, 400);
    assert!(wrong.text().contains("`status`"), "{}", wrong.text());
    assert_eq!(client.get("/").status, 200);
}

#[test]
fn a_delay_is_never_cut_short() {
    let (_target, mut client) = usual();
    for (delay, least) in [("300us", 300), ("5ms", 5_000), ("0.05s", 50_000)] {
        let (answer, took) = timed(|| client.get(&format!("/?delay={delay}")));
        assert_eq!(answer.status, 200);
        assert!(took >= Duration::from_micros(least), "{delay}: {took:?}");
    }
    let ((), took) = timed(|| {
        for _ in 0..200 {
            client.get("/?delay=exp:1ms");
        }
    });
    // 200 such times add up to less than half of what they do on average once in 10^17 tries.
    assert!(took >= Duration::from_millis(100), "{took:?}");
}

#[test]
fn a_chunked_body_comes_in_two_pieces() {
    let (_target, mut client) = usual();
    client.send("GET /?chunked=1&bytes=101 HTTP/1.1\r\n\r\n");
    assert!(client.head().1.contains("transfer-encoding: chunked\r\n"));
    let lengths: Vec<usize> = client.chunks().iter().map(Vec::len).collect();
    assert_eq!(lengths, [50, 51]);
    let (answer, took) = timed(|| client.get("/?chunked=1&gap=20ms"));
    assert_eq!(answer.body.len(), 128);
    assert!(took >= Duration::from_millis(20), "{took:?}");
    assert_eq!(client.get("/?chunked=1&bytes=0").body.len(), 0);
}

#[test]
fn connections_are_closed_as_asked_for() {
    let (target, mut client) = usual();
    let answer = client.get("/?close=1");
    assert!(answer.head.contains("connection: close\r\n"));
    assert!(client.closed());

    let mut client = Client::to(target.address());
    client.send("GET / HTTP/1.1\r\nconnection: close\r\n\r\n");
    assert_eq!(client.answer().status, 200);
    assert!(client.closed());

    let mut client = Client::to(target.address());
    let answer = client.get("/?eof=1&bytes=70000");
    assert!(!answer.head.contains("content-length"));
    assert_eq!(answer.body.len(), 70_000);

    let mut client = Client::to(target.address());
    client.send("GET /?reset=1 HTTP/1.1\r\n\r\n");
    assert_eq!(client.fault(), ErrorKind::ConnectionReset);

    let mut client = Client::to(target.address());
    client.send("GET / HTTP/1.0\r\n\r\n");
    assert_eq!(client.answer().status, 200);
    assert!(client.closed());
}

#[test]
fn who_half_closes_is_answered_still() {
    let (_target, mut client) = usual();
    client.send("GET /?delay=20ms HTTP/1.1\r\n\r\nGET /?bytes=1 HTTP/1.1\r\n\r\n");
    client.half_close();
    assert_eq!(client.answer().body.len(), 128);
    assert_eq!(client.answer().body.len(), 1);
    assert!(client.closed());
}

#[test]
fn a_hanging_request_is_never_answered() {
    let (target, mut client) = usual();
    client.send("GET /?hang=1 HTTP/1.1\r\n\r\n");
    client.wait_for_at_most(Duration::from_millis(100));
    assert_eq!(client.fault(), ErrorKind::WouldBlock);
    assert_eq!(Client::to(target.address()).get("/").status, 200);
}

#[test]
fn a_redirect_leads_to_the_root() {
    let (_target, mut client) = usual();
    let answer = client.get("/far?redirect=1");
    assert_eq!(answer.status, 302);
    assert!(answer.head.contains("location: /\r\n"));
}

#[test]
fn bodies_are_read_whole_and_echoed() {
    let (_target, mut client) = usual();
    let long = "long ".repeat(200_000);
    let size = long.len();
    for (framing, sent, body) in [
        ("Content-Length: 5", "hello".to_owned(), "hello"),
        (
            "Transfer-Encoding: chunked",
            "2\r\nhe\r\n3;a=b\r\nllo\r\n0\r\nx: y\r\n\r\n".to_owned(),
            "hello",
        ),
        (
            "Transfer-Encoding: chunked",
            format!("{size:x}\r\n{long}\r\n0\r\n\r\n"),
            &long,
        ),
        (&format!("content-length: {size}"), long.clone(), &long),
    ] {
        client.send(&format!(
            "PUT /a?echo=1&b=c HTTP/1.1\r\nX-Id: 7\r\nx-id: 8\r\n{framing}\r\n\r\n{sent}"
        ));
        let answer = client.answer();
        let told: Value = serde_json::from_str(answer.text()).expect("it is JSON");
        assert!(answer.head.contains("content-type: application/json\r\n"));
        assert_eq!(told["method"], "PUT");
        assert_eq!(told["path"], "/a?echo=1&b=c");
        assert_eq!(told["headers"]["x-id"], "7, 8");
        assert!(
            told["body"] == body,
            "{} bytes",
            told["body"].to_string().len()
        );
    }
}

#[test]
fn a_stream_has_its_events_and_its_times() {
    let (_target, mut client) = usual();
    let ((), took) = timed(|| {
        client.send("GET /?sse=3&first=30ms&gap=10ms HTTP/1.1\r\n\r\n");
        let head = client.head().1;
        assert!(head.contains("content-type: text/event-stream\r\n"));
        for n in 0..3 {
            let event = String::from_utf8(client.chunk()).expect("an event is text");
            let json = json!({ "choices": [{ "delta": { "content": format!("t{n} ") } }] });
            assert_eq!(event, format!("data: {json}\n\n"));
        }
        assert_eq!(client.chunk(), b"data: [DONE]\n\n");
        assert_eq!(client.chunk(), b"");
    });
    assert!(took >= Duration::from_millis(50), "{took:?}");
    assert_eq!(client.get("/?sse=0").text(), "data: [DONE]\n\n");
    // So many at once that they have to wait for the client.
    assert_eq!(client.get("/?sse=100000").text().lines().count(), 200_002);
}

#[test]
fn an_answer_to_head_has_no_body() {
    let (_target, mut client) = usual();
    for switch in ["bytes=77", "chunked=1", "sse=3", "echo=1"] {
        client.send(&format!("HEAD /?{switch} HTTP/1.1\r\n\r\n"));
        assert_eq!(client.head().0, 200, "{switch}");
    }
    assert_eq!(client.get("/").status, 200);
}

#[test]
fn garbage_is_answered_400_and_closed() {
    let target = start(Options::default());
    for garbage in [
        "\u{0}\u{1}\u{2}\r\n\r\n",
        "hello\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "POST / HTTP/1.1\r\ncontent-length: x\r\n\r\n",
        "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
    ] {
        let mut client = Client::to(target.address());
        client.send(garbage);
        assert_eq!(client.answer().status, 400, "{garbage:?}");
        assert!(client.closed(), "{garbage:?}");
    }
    assert_eq!(Client::to(target.address()).get("/").status, 200);
}

#[test]
fn options_out_of_range_are_refused() {
    for options in [
        Options {
            threads: 0,
            ..Options::default()
        },
        Options {
            concurrency: Some(0),
            ..Options::default()
        },
        Options {
            errors: 1.5,
            ..Options::default()
        },
        Options {
            errors: f64::NAN,
            ..Options::default()
        },
    ] {
        let error = Target::start(options).expect_err("it is out of range");
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
    }
}

#[test]
fn a_server_that_is_dropped_closes_its_connections() {
    let target = start(Options {
        threads: 2,
        ..Options::default()
    });
    let mut clients: Vec<Client> = (0..4).map(|_| Client::to(target.address())).collect();
    for client in &mut clients {
        assert_eq!(client.get("/").status, 200);
    }
    target.freeze(Duration::from_secs(3600));
    target.set_service(Service::None);
    let ((), took) = timed(|| drop(target));
    assert!(took < Duration::from_secs(60), "{took:?}");
    for client in &mut clients {
        assert!(client.closed());
    }
}

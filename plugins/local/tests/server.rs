//! The server itself: keys, errors, forms of requests, and what survives it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::sync::Arc;
use std::time::Duration;

use common::{CountingIds, KEY, Server, config, id, options, payload, small_archive};
use plimsoll_local::{Limits, Platform, PlatformError, PlatformOptions, running};
use reqwest::Method;
use secrecy::ExposeSecret as _;
use serde_json::{Value as Json, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

async fn raw(server: &Server, request: &str) -> String {
    let host = server.url.trim_start_matches("http://");
    let mut stream = tokio::net::TcpStream::connect(host).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    let read = stream.read_to_string(&mut answer);
    tokio::time::timeout(Duration::from_secs(10), read)
        .await
        .unwrap()
        .unwrap();
    answer
}

/// A request that is given up half-way is done, and then everything that follows from it is.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_client_asked_for_comes_to_an_end_without_it() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path()).await;
    let created = server
        .push_model("m", &payload(&config()), small_archive())
        .await;
    let (model, deployment) = (id(&created["model"]), id(&created["deployment"]));
    server.settled(&model, &deployment).await;
    let at = format!("/v1/models/{model}/deployments/{deployment}");
    let host = server.url.trim_start_matches("http://");
    let request = format!(
        "POST {at}/deactivate HTTP/1.1\r\nhost: {host}\r\nauthorization: Api-Key {KEY}\r\n\r\n"
    );
    // The client goes away before the answer, sooner and later.
    for round in 0..40 {
        let mut stream = tokio::net::TcpStream::connect(host).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        tokio::time::sleep(Duration::from_micros(50 * round)).await;
        drop(stream);
        server.settled(&model, &deployment).await;
        server.post(&format!("{at}/activate"), &json!({})).await;
        server.settled(&model, &deployment).await;
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_request_needs_the_key() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path()).await;
    let ask = async |header: Option<String>| {
        let mut request = server.http.get(format!("{}/v1/users/me", server.url));
        if let Some(header) = header {
            request = request.header("authorization", header);
        }
        let response = request.send().await.unwrap();
        (
            response.status().as_u16(),
            response.json::<Json>().await.unwrap(),
        )
    };
    for header in [
        format!("Api-Key {KEY}"),
        format!("Bearer {KEY}"),
        format!("bearer {KEY}"),
    ] {
        assert_eq!(ask(Some(header)).await.0, 200);
    }
    for header in [
        None,
        Some("Bearer x".to_owned()),
        Some(KEY.to_owned()),
        Some("Basic a".into()),
    ] {
        let (status, body) = ask(header).await;
        assert_eq!((status, &body["code"]), (401, &json!("UNAUTHORIZED")));
        assert!(!body.to_string().contains(KEY));
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_error_is_json() {
    let dir = tempfile::tempdir().unwrap();
    let mut small = options(dir.path());
    small.limits = Limits {
        body_bytes: 10_000,
        ..Limits::default()
    };
    let server = Server::start_with(small).await;
    let large = json!({"name": "x".repeat(20_000), "value": ""});
    for (method, path, body, status) in [
        (Method::GET, "/nothing", None, 404),
        (Method::GET, "/v1/nothing", None, 404),
        (Method::DELETE, "/v1/models", None, 405),
        (Method::GET, "/v1/models/none", None, 404),
        (Method::GET, "/v1/models/%ff", None, 400),
        (Method::GET, "/v1/teams/none/models", None, 404),
        (Method::POST, "/v1/models", Some(&json!([])), 400),
        (Method::POST, "/v1/models", None, 400),
        (Method::POST, "/v1/secrets", Some(&large), 413),
        (
            Method::GET,
            "/v1/models/m/deployments/d/config?output_format=x",
            None,
            400,
        ),
    ] {
        let (refused, message) = server.refused(method, path, body).await;
        assert_eq!(refused, status, "{path}");
        if path.ends_with("/nothing") || status == 405 {
            assert!(
                message.contains(&format!("{path} ")) || message.ends_with(path),
                "{message}"
            );
        }
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_may_come_through_a_proxy() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path()).await;
    let answer = raw(
        &server,
        &format!(
            "GET http://api.localhost:8000/v1/users/me HTTP/1.1\r\nHost: api.localhost:8000\r\n\
             Authorization: Api-Key {KEY}\r\nConnection: close\r\n\r\n"
        ),
    )
    .await;
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.contains("plimsoll-local"),
        "{answer}"
    );
    let many = "X-A: b\r\n".repeat(100);
    let answer = raw(
        &server,
        &format!("GET /v1/users/me HTTP/1.1\r\nHost: a\r\n{many}\r\n"),
    )
    .await;
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_client_is_given_up() {
    let dir = tempfile::tempdir().unwrap();
    let mut hasty = options(dir.path());
    hasty.limits = Limits {
        header_read: Duration::from_millis(50),
        request: Duration::from_millis(200),
        ..Limits::default()
    };
    let server = Server::start_with(hasty).await;
    assert_eq!(raw(&server, "GET /v1/users/me HTT").await, "");
    let half = format!(
        "POST /v1/secrets HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {KEY}\r\n\
         Content-Length: 100\r\n\r\n{{"
    );
    let answer = raw(&server, &half).await;
    assert!(
        answer.starts_with("HTTP/1.1 408") && answer.contains("\"TIMEOUT\""),
        "{answer}"
    );
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_is_there_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path()).await;
    let mut push = payload(&config());
    push["labels"] = json!({"team": "x"});
    push["autoscaling_settings"] = json!({"max_replica": 3});
    let created = server.push_model("m", &push, small_archive()).await;
    let (model, deployment) = (id(&created["model"]), id(&created["deployment"]));
    server
        .post(
            &format!("/v1/models/{model}/environments"),
            &json!({"name": "qa"}),
        )
        .await;
    server
        .post(
            "/v1/secrets",
            &json!({"name": "s", "value": "secret-canary"}),
        )
        .await;
    // Wherever the build is, it is dropped there.
    server.abort().await;

    let server = Server::start(dir.path()).await;
    let settled = server.settled(&model, &deployment).await;
    assert_eq!(settled["status"], "ACTIVE");
    assert_eq!(settled["labels"], json!({"team": "x"}));
    assert_eq!(settled["autoscaling_settings"]["max_replica"], 3);
    let environments = server
        .get(&format!("/v1/models/{model}/environments"))
        .await;
    assert_eq!(environments["environments"].as_array().unwrap().len(), 2);
    let production = &environments["environments"][0];
    assert_eq!(production["current_deployment"]["id"], json!(deployment));
    assert_eq!(server.get("/v1/secrets").await["secrets"][0]["name"], "s");
    let model_before = server.get(&format!("/v1/models/{model}")).await;
    server.stop().await;

    let server = Server::start(dir.path()).await;
    assert_eq!(
        server.get(&format!("/v1/models/{model}")).await,
        model_before
    );
    assert_eq!(
        server.get("/v1/models?name=m").await["models"][0]["id"],
        json!(model)
    );
    assert_eq!(server.get("/v1/models?name=n").await["models"], json!([]));
    server.stop().await;
    for entry in std::fs::read_dir(dir.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            let found = bytes.windows(13).any(|window| window == b"secret-canary");
            assert!(!found, "a secret's value is in {}", path.display());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn archives_go_when_nothing_uses_them() {
    let dir = tempfile::tempdir().unwrap();
    let mut short = options(dir.path());
    short.limits = Limits {
        upload_credentials: Duration::from_secs(1),
        ..Limits::default()
    };
    let server = Server::start_with(short).await;
    let created = server
        .push_model("m", &payload(&config()), small_archive())
        .await;
    let (model, deployment) = (id(&created["model"]), id(&created["deployment"]));
    server.settled(&model, &deployment).await;
    let kept = || {
        std::fs::read_dir(dir.path().join("archives"))
            .unwrap()
            .count()
    };
    // The archive, and the list of its files.
    assert_eq!(kept(), 2);
    server
        .ok(Method::DELETE, &format!("/v1/models/{model}"), None)
        .await;
    server.stop().await;
    tokio::time::sleep(Duration::from_millis(1100)).await;
    std::fs::write(
        dir.path().join("archives").join("f".repeat(64)),
        "not acknowledged",
    )
    .unwrap();
    let server = Server::start(dir.path()).await;
    for _ in 0..100 {
        if kept() == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(kept(), 0);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_process_holds_the_folder_and_can_be_found() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path()).await;
    // The address is announced by the task that serves.
    server.get("/v1/users/me").await;
    assert_eq!(running(dir.path()).unwrap().url, server.url);
    let second = Platform::open(options(dir.path())).map(|_| ()).unwrap_err();
    assert!(matches!(second, PlatformError::InUse { .. }));
    let address = server.url.trim_start_matches("http://");
    assert!(second.to_string().contains(address), "{second}");
    server.stop().await;
    assert_eq!(running(dir.path()), None);
    drop(Platform::open(options(dir.path())).unwrap());

    // One that stops with the work it was started for is for nobody else.
    let mut options = options(dir.path());
    options.announce = false;
    let server = Server::start_with(options).await;
    server.get("/v1/users/me").await;
    assert_eq!(running(dir.path()), None);
    server.stop().await;
}

#[test]
fn a_key_is_made_at_the_first_start() {
    let dir = tempfile::tempdir().unwrap();
    let open = || {
        let options = PlatformOptions {
            ids: Arc::new(CountingIds::default()),
            ..PlatformOptions::new(dir.path().join("new/folder"))
        };
        Platform::open(options).unwrap().api_key()
    };
    let first = open();
    assert!(first.newly_made && first.secret.expose_secret().starts_with("plim_"));
    let second = open();
    assert!(!second.newly_made);
    assert_eq!(first.secret.expose_secret(), second.secret.expose_secret());
}

#[test]
fn a_key_that_is_none_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let mut options = options(dir.path());
    options.api_key = Some("".into());
    let error = Platform::open(options).map(|_| ()).unwrap_err();
    assert!(matches!(error, PlatformError::BadKey), "{error}");
}

#[test]
fn a_newer_state_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    drop(Platform::open(options(dir.path())).unwrap());
    let database = rusqlite::Connection::open(dir.path().join("platform.db")).unwrap();
    database.pragma_update(None, "user_version", 999).unwrap();
    drop(database);
    let error = Platform::open(options(dir.path())).map(|_| ()).unwrap_err();
    assert!(error.to_string().contains("version 999"), "{error}");
}

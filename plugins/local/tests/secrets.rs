//! Nothing secret is in the platform's own log, however much is logged.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::io::Write;
use std::sync::{Arc, Mutex};

use common::{KEY, Server, config, payload, s3_client, small_archive};
use object_store::ObjectStoreExt as _;
use serde_json::json;
use tracing_subscriber::EnvFilter;

#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_key_is_logged() {
    let sink = Sink::default();
    let for_log = sink.clone();
    // What the client of this test logs is its own matter.
    let server_only = "trace,object_store=off,reqwest=off,hyper_util::client=off";
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(server_only))
        .with_writer(move || for_log.clone())
        .with_ansi(false)
        .init();
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path()).await;
    let push = payload(&config());
    let prepared = server.prepare(&json!({"name": "m"}), &push).await;
    let key = prepared["s3_key"].as_str().unwrap();
    s3_client(&prepared)
        .put(&key.into(), small_archive().into())
        .await
        .unwrap();
    let source = json!({"name": "m", "s3_key": key, "deployment": push});
    let created = server.post("/v1/models", &json!({"source": source})).await;
    let (model, deployment) = (
        common::id(&created["model"]),
        common::id(&created["deployment"]),
    );
    server.settled(&model, &deployment).await;
    let download = format!("/v1/models/{model}/deployments/{deployment}/download");
    let download = server.get(&download).await["download_url"]
        .as_str()
        .unwrap()
        .to_owned();
    server.http.get(&download).send().await.unwrap();
    server
        .post(
            "/v1/secrets",
            &json!({"name": "s", "value": "secret-canary"}),
        )
        .await;
    let bad = server
        .http
        .get(format!("{}/v1/users/me", server.url))
        .bearer_auth("guess-canary");
    assert_eq!(bad.send().await.unwrap().status(), 401);
    server.stop().await;

    let log = String::from_utf8(sink.0.lock().unwrap().clone()).unwrap();
    assert!(
        log.contains("deployment created") && log.contains("archive received"),
        "{log}"
    );
    let creds = &prepared["creds"];
    for secret in [
        KEY,
        "secret-canary",
        "guess-canary",
        creds["aws_secret_access_key"].as_str().unwrap(),
        creds["aws_session_token"].as_str().unwrap(),
        download.rsplit('/').next().unwrap(),
    ] {
        let line = log.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "a secret was logged");
    }
}

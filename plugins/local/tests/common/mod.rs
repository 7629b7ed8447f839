//! A platform on loopback, and a client that sends what the official clients send.

#![allow(
    dead_code,
    unreachable_pub,
    reason = "each test file uses a part of it"
)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

pub mod graphql;
pub mod recorded;

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::{ClientOptions, ObjectStoreExt as _};
use plimsoll_local::{BuildCheck, IdSource, Platform, PlatformError, PlatformOptions};
use reqwest::{Method, StatusCode};
use serde_json::{Value as Json, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub const KEY: &str = "test-key-canary";

/// Longer than anything here takes, so that a fault is a failure and not a hang.
const PATIENCE: Duration = Duration::from_secs(20);

/// Identities that are the same in every run.
#[derive(Default)]
pub struct CountingIds(AtomicU64);

impl IdSource for CountingIds {
    fn fill(&self, bytes: &mut [u8]) -> std::io::Result<()> {
        for chunk in bytes.chunks_mut(8) {
            // Spread out, so that short identities differ too.
            let next = self.0.fetch_add(1, Ordering::Relaxed) + 1;
            let spread = next.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes();
            chunk.copy_from_slice(&spread[..chunk.len()]);
        }
        Ok(())
    }
}

/// A build check that refuses what says `refuse: true`, and remembers what it was shown. While
/// `held`, what says `hold: true` waits; while it `refuses`, nothing builds.
#[derive(Default)]
pub struct RecordingCheck {
    pub contexts: Mutex<Vec<Option<Vec<String>>>>,
    pub held: AtomicBool,
    /// Whether builds fail.
    pub refuses: AtomicBool,
}

impl BuildCheck for RecordingCheck {
    fn check(&self, context: Option<&Path>, config: &Json) -> Result<Vec<String>, String> {
        let names = context.map(|context| {
            let mut names: Vec<String> = std::fs::read_dir(context)
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect();
            names.sort();
            names
        });
        self.contexts.lock().unwrap().push(names);
        while config.get("hold").is_some() && self.held.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(5));
        }
        let refuses = context.is_some() && self.refuses.load(Ordering::Relaxed);
        match config.get("refuse") {
            _ if refuses => Err("nothing builds".to_owned()),
            Some(_) => Err("the configuration says so".to_owned()),
            None => Ok(vec!["a warning of the host".to_owned()]),
        }
    }
}

pub struct Server {
    pub url: String,
    pub http: reqwest::Client,
    pub check: Arc<RecordingCheck>,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<Result<(), PlatformError>>,
}

pub fn options(data_dir: &Path) -> PlatformOptions {
    PlatformOptions {
        api_key: Some(KEY.into()),
        ..PlatformOptions::new(data_dir)
    }
}

impl Server {
    pub async fn start(data_dir: &Path) -> Self {
        Self::start_with(options(data_dir)).await
    }

    pub async fn start_with(options: PlatformOptions) -> Self {
        Self::start_checking(options, RecordingCheck::default()).await
    }

    pub async fn start_checking(mut options: PlatformOptions, check: RecordingCheck) -> Self {
        let check = Arc::new(check);
        options.build_check = Arc::clone(&check) as Arc<dyn BuildCheck>;
        let platform = Platform::open(options).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(platform.serve(listener, async {
            let _ = stopped.await;
        }));
        // Nothing here is encrypted, but no client is built without a provider.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .no_proxy()
            .timeout(PATIENCE)
            .build()
            .unwrap();
        Self {
            url,
            http,
            check,
            stop: Some(stop),
            task,
        }
    }

    pub async fn stop(mut self) {
        let _ = self.stop.take().unwrap().send(());
        tokio::time::timeout(PATIENCE, self.task)
            .await
            .unwrap()
            .unwrap()
            .unwrap();
    }

    /// Drops the server where it stands, as far as that is possible within one process.
    pub async fn abort(self) {
        self.task.abort();
        let _ = self.task.await;
    }

    pub async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Json>,
    ) -> (StatusCode, Json) {
        let mut request = self
            .http
            .request(method.clone(), format!("{}{path}", self.url))
            .header("authorization", format!("Bearer {KEY}"));
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await.unwrap();
        let status = response.status();
        let kind = response.headers().get("content-type").cloned();
        let kind = kind.as_ref().map_or("none", |kind| kind.to_str().unwrap());
        assert!(
            kind.starts_with("application/json"),
            "{method} {path}: {status} {kind}"
        );
        (status, response.json().await.unwrap())
    }

    pub async fn get(&self, path: &str) -> Json {
        self.ok(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: &Json) -> Json {
        self.ok(Method::POST, path, Some(body)).await
    }

    pub async fn ok(&self, method: Method, path: &str, body: Option<&Json>) -> Json {
        let (status, answer) = self.send(method.clone(), path, body).await;
        assert_eq!(status, StatusCode::OK, "{method} {path}: {answer}");
        answer
    }

    /// The status and the message of a refusal.
    pub async fn refused(&self, method: Method, path: &str, body: Option<&Json>) -> (u16, String) {
        let (status, answer) = self.send(method.clone(), path, body).await;
        assert!(!status.is_success(), "{method} {path}: {answer}");
        assert!(answer["code"].is_string(), "{answer}");
        (
            status.as_u16(),
            answer["message"].as_str().unwrap().to_owned(),
        )
    }

    /// Prepares an upload and sends an archive. Returns its key.
    pub async fn upload(&self, target: &Json, payload: &Json, archive: Vec<u8>) -> String {
        let prepared = self.prepare(target, payload).await;
        let key = prepared["s3_key"].as_str().unwrap().to_owned();
        s3_client(&prepared)
            .put(&key.as_str().into(), archive.into())
            .await
            .unwrap();
        key
    }

    pub async fn prepare(&self, target: &Json, payload: &Json) -> Json {
        let mut body = target.clone();
        body["deployment"] = payload.clone();
        self.post("/v1/prepare_model_upload", &body).await
    }

    /// Pushes a new model. Returns the answer.
    pub async fn push_model(&self, name: &str, payload: &Json, archive: Vec<u8>) -> Json {
        let key = self.upload(&json!({"name": name}), payload, archive).await;
        let source = json!({"name": name, "s3_key": key, "deployment": payload});
        self.post("/v1/models", &json!({"source": source})).await
    }

    /// Pushes a deployment of a model. Returns the answer.
    pub async fn push(&self, model: &str, payload: &Json, archive: Vec<u8>) -> Json {
        let key = self
            .upload(&json!({"model_id": model}), payload, archive)
            .await;
        let source = json!({"s3_key": key, "deployment": payload});
        self.post(
            &format!("/v1/models/{model}/deployments"),
            &json!({"source": source}),
        )
        .await
    }

    /// Waits until a deployment is not on its way any more. Returns it.
    pub async fn settled(&self, model: &str, id: &str) -> Json {
        let path = format!("/v1/models/{model}/deployments/{id}");
        for _ in 0..1000 {
            let deployment = self.get(&path).await;
            let status = deployment["status"].as_str().unwrap();
            let pending = [
                "BUILDING",
                "DEPLOYING",
                "LOADING_MODEL",
                "UPDATING",
                "DEACTIVATING",
            ];
            if !pending.contains(&status) {
                return deployment;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("deployment {id} did not settle");
    }

    /// The log of a deployment, oldest first, as one text.
    pub async fn log(&self, model: &str, id: &str) -> String {
        let path = format!("/v1/models/{model}/deployments/{id}/logs");
        let logs = self.post(&path, &json!({"direction": "asc"})).await;
        let lines = logs["logs"].as_array().unwrap().iter();
        lines
            .map(|line| line["message"].as_str().unwrap())
            .collect::<Vec<_>>()
            .join("\n")
    }
}

/// The client that a push uses, with the credentials that prepare answered.
pub fn s3_client(prepared: &Json) -> AmazonS3 {
    let text = |json: &Json| json.as_str().unwrap().to_owned();
    AmazonS3Builder::new()
        .with_endpoint(text(&prepared["endpoint_url"]))
        .with_bucket_name(text(&prepared["s3_bucket"]))
        .with_region(text(&prepared["s3_region"]))
        .with_access_key_id(text(&prepared["creds"]["aws_access_key_id"]))
        .with_secret_access_key(text(&prepared["creds"]["aws_secret_access_key"]))
        .with_token(text(&prepared["creds"]["aws_session_token"]))
        .with_virtual_hosted_style_request(false)
        .with_client_options(ClientOptions::new().with_allow_http(true))
        .build()
        .unwrap()
}

/// An archive of these files.
pub fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, data) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(data.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, name, *data).unwrap();
    }
    builder.into_inner().unwrap()
}

/// An archive that builds.
pub fn small_archive() -> Vec<u8> {
    archive(&[
        ("config.yaml", b"model_name: m\n"),
        ("model/model.py", b"class Model: ...\n"),
    ])
}

/// A payload with this configuration.
pub fn payload(config: &Json) -> Json {
    json!({ "config": config })
}

pub fn config() -> Json {
    json!({"model_name": "m", "resources": {"cpu": "1", "memory": "2Gi"}})
}

pub fn id(json: &Json) -> String {
    json["id"].as_str().unwrap().to_owned()
}

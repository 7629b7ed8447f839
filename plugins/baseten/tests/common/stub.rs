//! A stub of the platform, to be told to fail in every way: what the real one and the local one do
//! well is tested against the local one.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt as _;
use serde_json::{Map, Value as Json, json};
use tokio::net::TcpListener;

use super::KEY;

/// What to do to a request, once.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    /// Answers this status and does nothing.
    Status(u16),
    /// Closes the connection and does nothing.
    Drop,
    /// Does what was asked, and closes the connection without an answer.
    DropAfter,
    /// Does what was asked, and answers this status.
    StatusAfter(u16),
    /// Never answers.
    Hang,
}

/// One request as it came.
#[derive(Clone, Debug)]
pub struct Seen {
    pub method: String,
    pub path: String,
    pub body: Json,
}

#[derive(Debug, Default)]
pub struct Inner {
    pub seen: Vec<Seen>,
    pub faults: Vec<(&'static str, Fault)>,
    pub models: Vec<Json>,
    pub deployments: Vec<Json>,
    pub environments: Vec<Json>,
    pub configs: BTreeMap<String, Json>,
    pub objects: BTreeMap<String, Vec<u8>>,
    pub parts: BTreeMap<String, BTreeMap<u32, Vec<u8>>>,
    pub aborted: usize,
    /// Object bytes that were counted and thrown away.
    pub discarded: u64,
    pub discard: bool,
    pub refuse_config_settings: bool,
    pub refuse_payload_settings: bool,
    /// What is said of a payload's settings that would allow for no replica.
    pub refuse_no_replica: Option<&'static str>,
    pub refuse: Option<&'static str>,
    /// Whether an image is known by the digest of its deployment.
    pub reuse: bool,
    /// What deployments are when they are created.
    pub first_status: Option<&'static str>,
    /// The statuses that follow, one a look.
    pub statuses: Vec<&'static str>,
    pub teams: Vec<Json>,
}

/// The stub, listening on loopback until the test's runtime ends.
#[derive(Clone, Debug)]
pub struct Stub {
    pub url: String,
    pub inner: Arc<Mutex<Inner>>,
}

impl Stub {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let stub = Self {
            url,
            inner: Arc::default(),
        };
        let router = Router::new().fallback(handle).with_state(stub.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        stub
    }

    pub fn with<T>(&self, act: impl FnOnce(&mut Inner) -> T) -> T {
        act(&mut self.inner.lock().unwrap())
    }

    /// Fails the next request whose `METHOD path` contains this.
    pub fn fault(&self, on: &'static str, fault: Fault) {
        self.with(|inner| inner.faults.push((on, fault)));
    }

    /// The requests so far, `METHOD path`, and forgets them.
    pub fn take_lines(&self) -> Vec<String> {
        self.take_seen()
            .into_iter()
            .map(|seen| format!("{} {}", seen.method, seen.path))
            .collect()
    }

    pub fn take_seen(&self) -> Vec<Seen> {
        self.with(|inner| std::mem::take(&mut inner.seen))
    }

    pub fn body_of(&self, on: &str) -> Json {
        self.with(|inner| {
            let matches = |seen: &&Seen| format!("{} {}", seen.method, seen.path).contains(on);
            inner.seen.iter().rev().find(matches).unwrap().body.clone()
        })
    }
}

type Answer = (u16, Json);

async fn handle(State(stub): State<Stub>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().unwrap().to_string();
    let line = format!("{} {path}", parts.method);
    let fault = stub.with(|inner| {
        let at = inner.faults.iter().position(|(on, _)| line.contains(on))?;
        Some(inner.faults.remove(at).1)
    });
    let is_s3 = path.starts_with("/s3/");
    let discard = stub.with(|inner| inner.discard) && is_s3;
    let mut bytes = Vec::new();
    let mut stream = body.into_data_stream();
    while let Some(chunk) = stream.next().await {
        let Ok(chunk) = chunk else {
            return StatusCode::BAD_REQUEST.into_response();
        };
        if discard && line.starts_with("PUT") {
            stub.with(|inner| inner.discarded += chunk.len() as u64);
        } else {
            bytes.extend_from_slice(&chunk);
        }
    }
    let json = serde_json::from_slice(&bytes).unwrap_or(Json::Null);
    stub.with(|inner| {
        inner.seen.push(Seen {
            method: parts.method.to_string(),
            path: path.clone(),
            body: json.clone(),
        });
    });
    match fault {
        Some(Fault::Status(status)) => return answer((status, refusal("try again"))),
        Some(Fault::Drop) => panic!("drops the connection, as told"),
        Some(Fault::Hang) => tokio::time::sleep(Duration::from_secs(60)).await,
        _ => {}
    }
    let response = if is_s3 {
        stub.with(|inner| s3(inner, parts.method.as_str(), &path, &parts.headers, bytes))
    } else if !authorised(&parts.headers) {
        answer((401, refusal(&format!("the key {KEY} is not known"))))
    } else {
        let url = stub.url.clone();
        answer(stub.with(|inner| rest(inner, &url, parts.method.as_str(), &path, &json)))
    };
    match fault {
        Some(Fault::DropAfter) => panic!("drops the connection, as told"),
        Some(Fault::StatusAfter(status)) => answer((status, refusal("lost"))),
        _ => response,
    }
}

fn authorised(headers: &HeaderMap) -> bool {
    headers
        .get("authorization")
        .is_some_and(|value| value == &format!("Bearer {KEY}"))
}

fn refusal(message: &str) -> Json {
    json!({"code": "REFUSED", "message": message})
}

fn answer((status, json): Answer) -> Response {
    let status = StatusCode::from_u16(status).unwrap();
    let mut response = (status, json.to_string()).into_response();
    let headers = response.headers_mut();
    headers.insert("content-type", "application/json".parse().unwrap());
    if status == StatusCode::TOO_MANY_REQUESTS {
        headers.insert("retry-after", "1".parse().unwrap());
    }
    response
}

fn rest(inner: &mut Inner, url: &str, method: &str, path: &str, body: &Json) -> Answer {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let segments: Vec<&str> = path.trim_start_matches("/v1/").split('/').collect();
    match (method, segments.as_slice()) {
        ("GET", ["teams"]) => (200, json!({"teams": inner.teams})),
        ("GET", ["models"] | ["teams", _, "models"]) => {
            let name = query.trim_start_matches("name=");
            let models: Vec<_> = inner
                .models
                .iter()
                .filter(|model| model["name"] == name)
                .cloned()
                .collect();
            (200, json!({"models": models}))
        }
        ("POST", ["prepare_model_upload"]) => prepare(inner, url, body),
        ("POST", ["models"]) => {
            let name = body["source"]["name"].as_str().unwrap();
            if inner.models.iter().any(|model| model["name"] == name) {
                return (409, refusal("a model of this name exists"));
            }
            let id = format!("m{}", inner.models.len() + 1);
            inner.models.push(json!({
                "id": id, "created_at": "2026-01-01T00:00:00Z", "name": name,
                "deployments_count": 1, "production_deployment_id": null,
                "development_deployment_id": null, "instance_type_name": "1x2",
                "team_name": "default",
            }));
            add_environment(inner, &id, "production", &Json::Null);
            create(inner, &id, &body["source"]["deployment"])
        }
        ("POST", ["models", model, "deployments"]) => {
            create(inner, model, &body["source"]["deployment"])
        }
        ("GET", ["models", model, "deployments"]) => {
            let mine: Vec<_> = inner
                .deployments
                .iter()
                .filter(|d| d["model_id"] == *model)
                .cloned()
                .collect();
            (200, json!({"deployments": mine}))
        }
        ("GET", ["models", _, "deployments", id]) => {
            let next = (!inner.statuses.is_empty()).then(|| inner.statuses.remove(0));
            match inner.deployments.iter_mut().find(|d| d["id"] == *id) {
                Some(deployment) => {
                    if let Some(next) = next {
                        deployment["status"] = json!(next);
                    }
                    (200, deployment.clone())
                }
                None => (404, refusal("no such deployment")),
            }
        }
        ("GET", ["models", _, "deployments", id, "config"]) => (
            200,
            json!({"config": inner.configs.get(*id), "raw_config": null}),
        ),
        ("POST", ["models", _, "deployments", _, "logs"]) => {
            let line = |text: &str| json!({"timestamp": "1", "message": text, "replica": null});
            (
                200,
                json!({"logs": [line("ImportError: \u{1b}[31mno torch\u{1b}[0m\r\n"), line("step 1 of 2")]}),
            )
        }
        ("PATCH", ["models", _, "deployments", id, "autoscaling_settings"]) => {
            let found = inner
                .deployments
                .iter_mut()
                .find(|d| d["id"] == *id)
                .unwrap();
            merge(&mut found["autoscaling_settings"], body);
            (200, json!({"status": "ACCEPTED", "message": "ok"}))
        }
        ("GET", ["models", model, "environments"]) => {
            let mine: Vec<_> = inner
                .environments
                .iter()
                .filter(|e| e["model_id"] == *model)
                .cloned()
                .collect();
            (200, json!({"environments": mine}))
        }
        ("POST", ["models", model, "environments"]) => {
            let name = body["name"].as_str().unwrap().to_owned();
            let made = add_environment(inner, model, &name, &body["autoscaling_settings"]);
            (200, made)
        }
        ("GET", ["models", model, "environments", name]) => environment(inner, model, name)
            .map_or_else(
                || (404, refusal(&format!("Environment {name} not found"))),
                |found| (200, found.clone()),
            ),
        ("PATCH", ["models", model, "environments", name]) => {
            let found = environment(inner, model, name).unwrap();
            merge(
                &mut found["autoscaling_settings"],
                &body["autoscaling_settings"],
            );
            let found = found.clone();
            (
                200,
                json!({"status": "ACCEPTED", "message": "ok", "environment": found}),
            )
        }
        _ => (404, refusal("no such path")),
    }
}

fn environment<'a>(inner: &'a mut Inner, model: &str, name: &str) -> Option<&'a mut Json> {
    inner
        .environments
        .iter_mut()
        .find(|e| e["model_id"] == model && e["name"] == name)
}

fn add_environment(inner: &mut Inner, model: &str, name: &str, settings: &Json) -> Json {
    let mut made = json!({
        "name": name, "created_at": "2026-01-01T00:00:00Z", "model_id": model,
        "current_deployment": null, "candidate_deployment": null,
        "in_progress_promotion": null, "autoscaling_settings": defaults(),
        "promotion_settings": {}, "instance_type": {
            "id": "1x2", "name": "1x2", "memory_limit_mib": 2048, "millicpu_limit": 1000,
            "gpu_count": 0, "gpu_type": null, "gpu_memory_limit_mib": null,
        },
    });
    merge(&mut made["autoscaling_settings"], settings);
    inner.environments.push(made.clone());
    made
}

pub fn defaults() -> Json {
    json!({
        "min_replica": 0, "max_replica": 1, "autoscaling_window": 60, "scale_down_delay": 900,
        "concurrency_target": 1, "target_utilization_percentage": 70,
        "target_in_flight_tokens": null, "max_scale_down_rate": null,
    })
}

fn merge(into: &mut Json, from: &Json) {
    for (key, value) in from.as_object().unwrap_or(&Map::new()) {
        into[key] = value.clone();
    }
}

fn check(inner: &Inner, payload: &Json) -> Option<Answer> {
    if let Some(message) = inner.refuse {
        return Some((400, refusal(message)));
    }
    if inner.refuse_payload_settings && !payload["autoscaling_settings"].is_null() {
        return Some((422, refusal("unknown key autoscaling_settings")));
    }
    if let Some(message) = inner.refuse_no_replica
        && payload["autoscaling_settings"]["max_replica"] == 0
    {
        return Some((400, refusal(message)));
    }
    if inner.refuse_config_settings && !payload["config"]["autoscaling_settings"].is_null() {
        return Some((
            400,
            refusal("Extra fields not allowed: [autoscaling_settings]"),
        ));
    }
    None
}

fn prepare(inner: &mut Inner, url: &str, body: &Json) -> Answer {
    let payload = &body["deployment"];
    if let Some(refused) = check(inner, payload) {
        return refused;
    }
    let digest = &payload["labels"]["plimsoll-build-digest"];
    let known = inner
        .deployments
        .iter()
        .any(|d| d["labels"]["plimsoll-build-digest"] == *digest);
    if body["dry_run"] == true || (inner.reuse && known) {
        return (
            200,
            json!({"creds": null, "s3_bucket": null, "s3_key": null, "s3_region": null}),
        );
    }
    let key = format!("models/up{}/model.tgz", inner.seen.len());
    (
        200,
        json!({
            "creds": {
                "aws_access_key_id": "ASIA", "aws_secret_access_key": "canary-s3-secret",
                "aws_session_token": "canary-s3-token",
            },
            "s3_bucket": "uploads", "s3_key": key, "s3_region": "us-west-2",
            "endpoint_url": format!("{url}/s3"),
        }),
    )
}

fn create(inner: &mut Inner, model: &str, payload: &Json) -> Answer {
    if let Some(refused) = check(inner, payload) {
        return refused;
    }
    let count = inner.deployments.len() + 1;
    let id = format!("d{count}");
    let first = !inner.deployments.iter().any(|d| d["model_id"] == model);
    let named = payload["environment_name"].as_str();
    let place = named.or(first.then_some("production"));
    let mut settings = defaults();
    if payload["create_environment_if_missing"] == true
        && let Some(name) = named
        && environment(inner, model, name).is_none()
    {
        add_environment(inner, model, name, &Json::Null);
    }
    if let Some(name) = place {
        let Some(found) = environment(inner, model, name) else {
            return (404, refusal(&format!("Environment {name} not found")));
        };
        merge(
            &mut found["autoscaling_settings"],
            &payload["autoscaling_settings"],
        );
        settings = found["autoscaling_settings"].clone();
    } else {
        merge(&mut settings, &payload["autoscaling_settings"]);
    }
    let deployment = json!({
        "id": id, "created_at": format!("2026-01-01T00:00:{count:02}Z"),
        "name": format!("deployment-{count}"), "model_id": model,
        "is_production": place == Some("production"), "is_development": false,
        "status": inner.first_status.unwrap_or("ACTIVE"), "active_replica_count": 0,
        "autoscaling_settings": settings, "instance_type_name": "1x2",
        "environment": place, "labels": payload["labels"],
    });
    inner.deployments.push(deployment.clone());
    inner.configs.insert(id, payload["config"].clone());
    if let Some(name) = place
        && let Some(found) = environment(inner, model, name)
    {
        found["current_deployment"] = deployment.clone();
    }
    let model = inner
        .models
        .iter()
        .find(|found| found["id"] == model)
        .unwrap();
    (200, json!({"model": model, "deployment": deployment}))
}

fn s3(
    inner: &mut Inner,
    method: &str,
    path: &str,
    headers: &HeaderMap,
    bytes: Vec<u8>,
) -> Response {
    let (key, query) = path.split_once('?').unwrap_or((path, ""));
    let argument = |name: &str| {
        query
            .split('&')
            .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
    };
    assert!(
        headers.contains_key("authorization"),
        "S3 requests are signed"
    );
    match (method, argument("uploadId"), argument("partNumber")) {
        ("POST", None, _) => {
            let id = format!("up{}", inner.parts.len());
            inner.parts.insert(id.clone(), BTreeMap::new());
            format!(
                "<InitiateMultipartUploadResult><Bucket>uploads</Bucket><Key>k</Key>\
                 <UploadId>{id}</UploadId></InitiateMultipartUploadResult>"
            )
            .into_response()
        }
        ("PUT", Some(id), Some(number)) => {
            let Some(parts) = inner.parts.get_mut(id) else {
                return StatusCode::NOT_FOUND.into_response();
            };
            parts.insert(number.parse().unwrap(), bytes);
            ([("etag", format!("\"{number}\""))], Body::empty()).into_response()
        }
        ("POST", Some(id), _) => {
            let Some(parts) = inner.parts.remove(id) else {
                return StatusCode::NOT_FOUND.into_response();
            };
            let whole: Vec<u8> = parts.into_values().flatten().collect();
            inner.objects.insert(key.to_owned(), whole);
            "<CompleteMultipartUploadResult><Location>l</Location><Bucket>uploads</Bucket>\
             <Key>k</Key><ETag>\"x\"</ETag></CompleteMultipartUploadResult>"
                .into_response()
        }
        ("DELETE", Some(id), _) => {
            inner.parts.remove(id);
            inner.aborted += 1;
            StatusCode::NO_CONTENT.into_response()
        }
        ("PUT", None, _) => {
            inner.objects.insert(key.to_owned(), bytes);
            ([("etag", "\"whole\"")], Body::empty()).into_response()
        }
        ("HEAD", ..) => match inner.objects.get(key) {
            Some(object) => (
                [
                    ("etag", "\"x\"".to_owned()),
                    ("content-length", object.len().to_string()),
                    ("last-modified", "Wed, 21 Oct 2026 07:28:00 GMT".to_owned()),
                ],
                Body::empty(),
            )
                .into_response(),
            None => StatusCode::NOT_FOUND.into_response(),
        },
        _ => StatusCode::METHOD_NOT_ALLOWED.into_response(),
    }
}

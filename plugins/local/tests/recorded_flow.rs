//! The flow that was recorded from the official Python SDK, sent again: the answers have at least
//! the fields that were recorded, of the same types.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::collections::HashMap;

use common::recorded::{covers, recorded, translate};
use common::{Server, archive, s3_client};
use object_store::ObjectStoreExt as _;
use reqwest::Method;
use serde_json::{Value as Json, json};

fn learn(names: &mut HashMap<String, String>, recorded: &Json, found: &Json) {
    for pointer in ["/model/id", "/deployment/id", "/s3_key"] {
        let text = |json: &Json| {
            json.pointer(pointer)
                .and_then(Json::as_str)
                .map(str::to_owned)
        };
        if let (Some(recorded), Some(found)) = (text(recorded), text(found)) {
            names.insert(recorded, found);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_python_sdk_gets_what_it_reads() {
    replay("30_pypi_baseten_sdk_rest.json").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_go_client_gets_what_it_reads() {
    replay("31_official_go_client_rest.json").await;
}

async fn replay(name: &str) {
    let Some(exchanges) = recorded(name) else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path()).await;
    let mut names = HashMap::new();
    let mut prepared = Json::Null;
    for exchange in exchanges {
        let (request, response) = (&exchange["request"], &exchange["response"]);
        let path = translate(request["path"].as_str().unwrap(), &names);
        let method: Method = request["method"].as_str().unwrap().parse().unwrap();
        if path.starts_with("/__s3") {
            let key = prepared["s3_key"].as_str().unwrap();
            let bytes = archive(&[("config.yaml", b"model_name: sdk-model\n")]);
            s3_client(&prepared)
                .put(&key.into(), bytes.into())
                .await
                .unwrap();
            continue;
        }
        let mut body = (!request["body"].is_null()).then(|| {
            serde_json::from_str(&translate(&request["body"].to_string(), &names)).unwrap()
        });
        if let Some(body) = &mut body {
            adapt(&server, body, response).await;
        }
        if request["headers"]["authorization"] == "Bearer bad" {
            let url = format!("{}{path}", server.url);
            let answer = server
                .http
                .get(url)
                .bearer_auth("bad")
                .send()
                .await
                .unwrap();
            assert_eq!(answer.status(), 401);
            covers(&answer.json().await.unwrap(), &response["body"], &path);
            continue;
        }
        let (status, answer) = server.send(method.clone(), &path, body.as_ref()).await;
        assert_eq!(
            json!(status.as_u16()),
            response["status"],
            "{method} {path}: {answer}"
        );
        covers(&answer, &response["body"], &format!("{method} {path}"));
        learn(&mut names, &response["body"], &answer);
        if path == "/v1/prepare_model_upload" {
            prepared = answer;
        }
        if let Some((model, deployment)) = created(&names, &response["body"]) {
            server.settled(&model, &deployment).await;
        }
    }
    server.stop().await;
}

/// The recording's server was simpler than ours in two ways: a missing environment was created
/// only when asked for, and an archive could be used twice.
async fn adapt(server: &Server, body: &mut Json, response: &Json) {
    if let Some(payload) = body.pointer_mut("/source/deployment")
        && response["status"] == 404
    {
        payload["create_environment_if_missing"] = json!(false);
        return;
    }
    let Some(key) = body.pointer("/source/s3_key").and_then(Json::as_str) else {
        return;
    };
    let model = server.get("/v1/models").await["models"][0]["id"].clone();
    let deployment = body["source"]["deployment"].clone();
    if key.ends_with("/model.tgz") && !model.is_null() {
        let bytes = archive(&[("config.yaml", b"model_name: sdk-model\n")]);
        let key = server
            .upload(&json!({"model_id": model}), &deployment, bytes)
            .await;
        body["source"]["s3_key"] = json!(key);
    }
}

fn created(names: &HashMap<String, String>, recorded: &Json) -> Option<(String, String)> {
    let ours = |pointer| names.get(recorded.pointer(pointer)?.as_str()?).cloned();
    Some((ours("/model/id")?, ours("/deployment/id")?))
}

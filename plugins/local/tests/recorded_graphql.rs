//! The flows that were recorded from the official command line, sent again: the documents as they
//! were recorded, and the answers with at least the fields that were recorded, of the same types.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::collections::HashMap;
use std::sync::atomic::Ordering;

use common::recorded::{covers, recorded, translate};
use common::{Server, s3_client, small_archive};
use object_store::ObjectStoreExt as _;
use reqwest::Method;
use serde_json::{Value as Json, json};

/// What lies between two flows that depend on it.
enum Step {
    Flow(&'static str),
    /// An environment is made of what is listed first at this path.
    Staging(&'static str),
    /// Nothing builds any more.
    Refuse,
}

#[tokio::test(flavor = "multi_thread")]
async fn truss_push_gets_what_it_reads() {
    replay(&[
        Step::Flow("16_whoami.json"),
        Step::Flow("15_env_new_model_staging.json"),
        Step::Flow("01_push_new.json"),
        Step::Flow("02_push_existing.json"),
        Step::Flow("03_push_env_production_existing.json"),
        Step::Flow("04_push_env_staging_missing.json"),
        Step::Staging("models"),
        Step::Flow("05_push_env_staging_existing.json"),
        Step::Flow("06_push_promote.json"),
        Step::Flow("06b_push_promote_keep_prev.json"),
        Step::Flow("07_push_env_no_preserve.json"),
        Step::Flow("09_push_labels_name_timeout_json.json"),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn truss_push_wait_gets_what_it_reads() {
    replay(&[Step::Flow("10_push_wait.json")]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn truss_chains_push_gets_what_it_reads() {
    replay(&[
        Step::Flow("20_chain_env_staging_new_chain.json"),
        Step::Flow("21_chain_env_production_new.json"),
        Step::Flow("22_chain_env_production_existing.json"),
        Step::Flow("23_chain_env_staging_missing.json"),
        Step::Staging("chains"),
        Step::Flow("24_chain_env_staging_existing.json"),
        Step::Flow("25_chain_promote.json"),
        Step::Flow("26_chain_draft.json"),
        Step::Flow("28_chain_no_aws_config.json"),
        Step::Refuse,
        Step::Flow("27_chain_build_failed.json"),
    ])
    .await;
}

async fn replay(steps: &[Step]) {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path()).await;
    let mut names = HashMap::new();
    for step in steps {
        match step {
            Step::Flow(name) => {
                let Some(exchanges) = recorded(name) else {
                    return;
                };
                flow(&server, name, &exchanges, &mut names).await;
            }
            Step::Staging(of) => {
                let listed = server.get(&format!("/v1/{of}")).await;
                let id = common::id(&listed[*of][0]);
                let path = format!("/v1/{of}/{id}/environments");
                server.post(&path, &json!({"name": "staging"})).await;
            }
            Step::Refuse => server.check.refuses.store(true, Ordering::Relaxed),
        }
    }
    server.stop().await;
}

async fn flow(
    server: &Server,
    name: &str,
    exchanges: &[Json],
    names: &mut HashMap<String, String>,
) {
    let mut place = Json::Null;
    for exchange in exchanges {
        let (request, response) = (&exchange["request"], &exchange["response"]);
        let path = request["path"].as_str().unwrap();
        if path.starts_with("/__infer") {
            // The platform runs no replica that would have to be kept awake.
            continue;
        }
        if path.starts_with("/__s3") {
            send(&place).await;
            continue;
        }
        let path = translate(path, names);
        let method: Method = request["method"].as_str().unwrap().parse().unwrap();
        let body: Option<Json> = (!request["body"].is_null()).then(|| {
            serde_json::from_str(&translate(&request["body"].to_string(), names)).unwrap()
        });
        let (status, answer) = server.send(method, &path, body.as_ref()).await;
        let what = format!("{name} {path}");
        assert_eq!(
            json!(status.as_u16()),
            response["status"],
            "{what}: {answer}"
        );
        let wanted = &response["body"];
        assert_eq!(
            answer.get("errors").is_some(),
            wanted.get("errors").is_some(),
            "{answer}"
        );
        if let Some(errors) = wanted.get("errors") {
            let code = "/0/extensions/code";
            assert_eq!(
                answer["errors"].pointer(code),
                errors.pointer(code),
                "{what}"
            );
            assert_eq!(answer["data"], Json::Null);
        }
        covers(&answer, &asked_for(request, wanted), &what);
        learn(names, wanted, &answer);
        if let Some(Json::Object(data)) = answer.get("data") {
            let found = data.values().find(|field| field.get("s3_key").is_some());
            place = found.cloned().unwrap_or(place);
        }
        if let Some(deployment) = answer.pointer("/data/deploy_chain_atomic/chain_deployment") {
            let (chain, id) = (common::id(&deployment["chain"]), common::id(deployment));
            let settled = server.settled_chain(&chain, &id).await;
            let log = server.chainlet_log(&chain, &id, "HelloWorld").await;
            let wanted = match server.check.refuses.load(Ordering::Relaxed) {
                true => "BUILD_FAILED",
                false => "ACTIVE",
            };
            assert_eq!(settled["status"], wanted, "{what}: {log}");
        }
    }
}

/// The answer less what the recording's server added without being asked.
fn asked_for(request: &Json, answer: &Json) -> Json {
    let mut answer = answer.clone();
    for asked in request["graphql"].as_array().into_iter().flatten() {
        let field = asked["field"].as_str().unwrap();
        if let Some(Json::Object(found)) = answer.pointer_mut(&format!("/data/{field}")) {
            let added_for_the_client = ["endpoint_url", "region_name"];
            let selection = &asked["selection"];
            found.retain(|key, _| {
                selection.get(key).is_some() || added_for_the_client.contains(&key.as_str())
            });
        }
    }
    answer
}

/// Sends an archive where the last credentials say.
async fn send(place: &Json) {
    let prepared = json!({
        "endpoint_url": place["endpoint_url"],
        "s3_bucket": place["s3_bucket"],
        "s3_region": place["region_name"],
        "creds": place,
    });
    let key = place["s3_key"].as_str().unwrap();
    let bytes = small_archive();
    s3_client(&prepared)
        .put(&key.into(), bytes.into())
        .await
        .unwrap();
}

/// Identities are made anew: those of the recording stand for ours.
fn learn(names: &mut HashMap<String, String>, recorded: &Json, found: &Json) {
    match (recorded, found) {
        (Json::Object(recorded), Json::Object(found)) => {
            for (key, value) in recorded {
                match (value, found.get(key).unwrap_or(&Json::Null)) {
                    (Json::String(recorded), Json::String(found))
                        if key == "id" || key == "s3_key" =>
                    {
                        names.insert(recorded.clone(), found.clone());
                    }
                    (recorded, found) => learn(names, recorded, found),
                }
            }
        }
        (Json::Array(recorded), Json::Array(found)) => {
            for (recorded, found) in recorded.iter().zip(found) {
                learn(names, recorded, found);
            }
        }
        _ => {}
    }
}

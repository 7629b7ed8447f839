//! The wire types against messages recorded from the official Python and Go clients.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking"
)]

use std::path::PathBuf;

use plimsoll_baseten_api as api;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value as Json;

fn recorded(name: &str) -> Option<Vec<Json>> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/data/wire/golden")
        .join(name);
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("skipped: no recorded flow at {}", path.display());
        return None;
    };
    Some(serde_json::from_str(&text).expect("a recorded flow is a JSON list"))
}

/// Everything in `part` is in `whole` with the same value; `whole` may hold more.
fn holds(whole: &Json, part: &Json) -> bool {
    match (whole, part) {
        (Json::Object(whole), Json::Object(part)) => part
            .iter()
            .all(|(key, value)| whole.get(key).is_some_and(|found| holds(found, value))),
        (Json::Array(whole), Json::Array(part)) => {
            whole.len() == part.len() && whole.iter().zip(part).all(|(a, b)| holds(a, b))
        }
        (whole, part) => whole == part,
    }
}

fn reads_back<T: DeserializeOwned + Serialize>(body: &Json, what: &str) {
    let value: T =
        serde_json::from_value(body.clone()).unwrap_or_else(|error| panic!("{what}: {error}"));
    let written = serde_json::to_value(&value).unwrap();
    // What the type writes holds what was recorded, less what equals the default and is left out.
    let again: T = serde_json::from_value(written.clone()).unwrap();
    assert_eq!(serde_json::to_value(&again).unwrap(), written, "{what}");
    assert!(
        holds(&written, body),
        "{what}: {written} lacks something of {body}"
    );
}

fn request(method: &str, path: &str, body: &Json) {
    let what = format!("{method} {path}");
    match (method, path.rsplit('/').next().unwrap_or_default()) {
        ("POST", "prepare_model_upload") => {
            reads_back::<api::PrepareModelUploadRequest>(body, &what);
        }
        ("POST", "models") => reads_back::<api::CreateModelRequest>(body, &what),
        ("POST", "deployments") => reads_back::<api::CreateDeploymentRequest>(body, &what),
        ("POST", "environments") => reads_back::<api::CreateEnvironmentRequest>(body, &what),
        ("POST", "secrets") => reads_back::<api::UpsertSecretRequest>(body, &what),
        ("POST", "promote") if path.contains("/environments/") => {
            reads_back::<api::PromoteToEnvironmentRequest>(body, &what);
        }
        ("POST", "promote") => reads_back::<api::PromoteRequest>(body, &what),
        ("PATCH", "autoscaling_settings") => {
            reads_back::<api::UpdateAutoscalingSettings>(body, &what);
        }
        ("PATCH", _) => reads_back::<api::UpdateEnvironmentRequest>(body, &what),
        _ => panic!("{what}: a request that the test does not know"),
    }
}

fn response(method: &str, path: &str, body: &Json) {
    let what = format!("{method} {path} →");
    let segments: Vec<&str> = path.trim_start_matches("/v1/").split('/').collect();
    match (method, segments.as_slice()) {
        ("GET", ["users", "me"]) => reads_back::<api::User>(body, &what),
        ("GET", ["teams"]) => reads_back::<api::Teams>(body, &what),
        ("GET", ["instance_types"]) => reads_back::<api::InstanceTypes>(body, &what),
        ("GET", ["instance_type_prices"]) => reads_back::<api::InstanceTypePrices>(body, &what),
        ("GET", ["models"]) => reads_back::<api::Models>(body, &what),
        ("GET", ["models", _]) => reads_back::<api::Model>(body, &what),
        ("DELETE", ["models", _]) => reads_back::<api::ModelTombstone>(body, &what),
        ("POST", ["prepare_model_upload"]) => {
            reads_back::<api::PrepareModelUploadResponse>(body, &what);
        }
        ("POST", ["models"] | ["models", _, "deployments"]) => {
            reads_back::<api::CreatedDeployment>(body, &what);
        }
        ("GET", ["models", _, "deployments"]) => reads_back::<api::Deployments>(body, &what),
        ("GET", ["models", _, "deployments", _]) | ("POST", [.., "promote"]) => {
            reads_back::<api::Deployment>(body, &what);
        }
        ("GET", [.., "config"]) => reads_back::<api::DeploymentConfig>(body, &what),
        ("PATCH", [.., "autoscaling_settings"]) => reads_back::<api::SettingsUpdated>(body, &what),
        ("POST", [.., "activate" | "deactivate"]) => reads_back::<api::Success>(body, &what),
        ("GET", ["models", _, "environments"]) => reads_back::<api::Environments>(body, &what),
        ("GET", ["models", _, "environments", _]) | ("POST", ["models", _, "environments"]) => {
            reads_back::<api::Environment>(body, &what);
        }
        ("PATCH", ["models", _, "environments", _]) => {
            reads_back::<api::UpdateEnvironmentResponse>(body, &what);
        }
        ("DELETE", ["models", _, "environments", _]) => {
            reads_back::<api::EnvironmentTombstone>(body, &what);
        }
        ("POST", ["secrets"]) => reads_back::<api::Secret>(body, &what),
        ("GET", ["secrets"]) => reads_back::<api::Secrets>(body, &what),
        _ => panic!("{what}: an answer that the test does not know"),
    }
}

fn flow(name: &str) {
    for exchange in recorded(name).unwrap_or_default() {
        let (asked, answered) = (&exchange["request"], &exchange["response"]);
        let method = asked["method"].as_str().unwrap();
        let path = asked["path"].as_str().unwrap();
        let path = path.split('?').next().unwrap();
        if path.starts_with("/__s3") {
            continue;
        }
        if !asked["body"].is_null() {
            request(method, path, &asked["body"]);
        }
        if answered["status"] == 200 {
            response(method, path, &answered["body"]);
        } else {
            reads_back::<api::ErrorBody>(&answered["body"], path);
        }
    }
}

#[test]
fn every_message_of_the_python_sdk_reads_back() {
    flow("30_pypi_baseten_sdk_rest.json");
}

#[test]
fn every_message_of_the_go_client_reads_back() {
    flow("31_official_go_client_rest.json");
}

fn reads<T: DeserializeOwned>(answer: &Json, what: &str) {
    let answer: api::graphql::Response<T> =
        serde_json::from_value(answer.clone()).unwrap_or_else(|error| panic!("{what}: {error}"));
    answer
        .into_result()
        .unwrap_or_else(|error| panic!("{what}: {error:?}"));
}

/// What the fields of a push of a chain were answered.
fn graphql(name: &str) {
    use api::graphql as fields;
    for exchange in recorded(name).unwrap_or_default() {
        let answer = &exchange["response"]["body"];
        if answer.get("errors").is_some() {
            let answer: fields::Response<Json> = serde_json::from_value(answer.clone()).unwrap();
            let error = answer.into_result().unwrap_err();
            assert_eq!(error.code(), api::code::RESOURCE_NOT_FOUND, "{name}");
            assert_eq!(error.text(), "Environment staging not found");
            continue;
        }
        for asked in exchange["request"]["graphql"]
            .as_array()
            .into_iter()
            .flatten()
        {
            let field = asked["field"].as_str().unwrap();
            let what = format!("{name} {field}");
            match field {
                "teams" => reads::<fields::Teams>(answer, &what),
                "chains" => reads::<fields::Chains>(answer, &what),
                "models" => reads::<fields::ModelsAnswer>(answer, &what),
                "truss_validation" => reads::<fields::TrussValidation>(answer, &what),
                "model_s3_upload_credentials" => {
                    reads::<fields::ModelS3Credentials>(answer, &what);
                }
                "chain_s3_upload_credentials" => {
                    reads::<fields::ChainS3Credentials>(answer, &what);
                }
                "deploy_chain_atomic" => reads::<fields::DeployChainAtomic>(answer, &what),
                "chain_deployment" => reads::<fields::ChainDeploymentAnswer>(answer, &what),
                _ => panic!("{what}: a field that the test does not know"),
            }
        }
    }
}

#[test]
fn every_answer_to_a_push_of_a_chain_reads() {
    for name in [
        "20_chain_env_staging_new_chain.json",
        "21_chain_env_production_new.json",
        "22_chain_env_production_existing.json",
        "23_chain_env_staging_missing.json",
        "24_chain_env_staging_existing.json",
        "25_chain_promote.json",
        "26_chain_draft.json",
        "27_chain_build_failed.json",
        "28_chain_no_aws_config.json",
    ] {
        graphql(name);
    }
}

#[test]
fn secrets_do_not_show_in_debug_output() {
    let credentials = api::S3Credentials {
        aws_access_key_id: "PLIM1".to_owned(),
        aws_secret_access_key: "canary".to_owned(),
        aws_session_token: "canary".to_owned(),
    };
    let secret = api::UpsertSecretRequest {
        name: "n".to_owned(),
        value: "canary".to_owned(),
    };
    assert!(!format!("{credentials:?}{secret:?}").contains("canary"));
}

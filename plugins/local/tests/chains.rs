//! Chains over HTTP: pushes, promotion, and what is refused.

mod common;

use common::graphql::{chain_push, chainlet_config};
use common::{Server, id};
use plimsoll_baseten_api::graphql::{self, DeployChain, Request};
use plimsoll_baseten_api::{JsonObject, chainlet_built_config, with_chainlet_digest};
use reqwest::Method;
use serde_json::{Value as Json, json};

fn new_chain(push: DeployChain) -> DeployChain {
    DeployChain {
        chain_name: Some("Hello Chain".to_owned()),
        ..push
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_deployment_of_a_chain_is_for_production() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path()).await;
    let push = new_chain(server.hello_chain("00000001").await);
    let data = server.data(&graphql::deploy_chain_atomic(&push)).await;
    let made: graphql::DeployChainAtomic = serde_json::from_value(data).unwrap();
    let made = made.deploy_chain_atomic.chain_deployment;
    let (chain, deployment) = (made.chain.id.as_str(), made.id.as_str());
    let hostname = format!("{}/__infer/chain-{chain}", server.url);
    assert_eq!(made.chain.hostname, hostname);

    let settled = server.settled_chain(chain, deployment).await;
    assert_eq!(settled["status"], "ACTIVE");
    assert_eq!(settled["environment"], "production");
    let names: Vec<&Json> = settled["chainlets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|chainlet| &chainlet["name"])
        .collect();
    assert_eq!(names, ["Hello", "Rand"]);
    assert_eq!(settled["chainlets"][0]["instance_type_name"], "1x2");

    let state = server.data(&graphql::chain_deployment(deployment)).await;
    let state: graphql::ChainDeploymentAnswer = serde_json::from_value(state).unwrap();
    let entrypoint = &state.chain_deployment.chainlets[0];
    assert!(entrypoint.is_entrypoint && !state.chain_deployment.chainlets[1].is_entrypoint);
    assert_eq!(entrypoint.oracle.name, "Hello-00000001");
    assert_eq!(entrypoint.oracle_version.status().as_str(), "ACTIVE");

    let production = server
        .get(&format!("/v1/chains/{chain}/environments/production"))
        .await;
    assert_eq!(production["current_deployment"]["id"], json!(deployment));
    assert_eq!(production["candidate_deployment"], Json::Null);
    assert_eq!(production["chainlet_settings"][0]["chainlet_name"], "Hello");

    let listed = server.data(&graphql::chains(Some("team0001"))).await;
    assert_eq!(listed["chains"][0]["name"], "Hello Chain");
    assert_eq!(
        server.get("/v1/chains").await["chains"][0]["deployments_count"],
        1
    );
    let found = server
        .data(&Request::new(format!(
            "{{ chain(id: \"{chain}\") {{ deployments {{ id created is_draft }} }} }}"
        )))
        .await;
    assert_eq!(found["chain"]["deployments"][0]["id"], json!(deployment));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn models_of_chainlets_are_listed_where_they_are_asked_for_and_are_the_chains() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path()).await;
    let (chain, deployment) = server.deployed_chain().await;
    assert_eq!(server.get("/v1/models").await["models"], json!([]));
    let by_name = server.get("/v1/models?name=Hello-00000001").await;
    assert_eq!(by_name["models"], json!([]));
    assert_eq!(
        server.data(&graphql::models(None)).await["models"],
        json!([])
    );
    let only = Request::new("{ models(all: true, chainlets_only: true) { id name } }");
    let listed = server.data(&only).await["models"].clone();
    assert_eq!(listed.as_array().unwrap().len(), 2);
    assert_eq!(listed[0]["name"], "Hello-00000001");

    let state = server.data(&graphql::chain_deployment(&deployment)).await;
    let chainlet = &state["chain_deployment"]["chainlets"][0];
    let model = id(&chainlet["oracle"]);
    let path = format!("/v1/models/{model}");
    let version = format!("{path}/deployments/{}", id(&chainlet["oracle_version"]));
    assert_eq!(server.get(&version).await["environment"], "production");
    let config = server.get(&format!("{version}/config")).await;
    assert_eq!(config["config"]["model_name"], "Hello-00000001");
    for (method, path, body) in [
        (Method::DELETE, path.clone(), None),
        (Method::DELETE, version.clone(), None),
        (Method::POST, format!("{version}/deactivate"), None),
        (
            Method::PATCH,
            format!("{version}/autoscaling_settings"),
            Some(json!({"max_replica": 2})),
        ),
        (
            Method::POST,
            format!("{path}/environments"),
            Some(json!({"name": "staging"})),
        ),
    ] {
        let (status, message) = server.refused(method, &path, body.as_ref()).await;
        assert_eq!(status, 409, "{path}: {message}");
        assert!(message.contains("through its chain"), "{message}");
    }

    let gone = server
        .ok(Method::DELETE, &format!("/v1/chains/{chain}"), None)
        .await;
    assert_eq!(gone, json!({"id": chain, "deleted": true}));
    assert_eq!(server.data(&only).await["models"], json!([]));
    let (status, _) = server.refused(Method::GET, &path, None).await;
    assert_eq!(status, 404);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_goes_to_an_environment_that_is_there() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path()).await;
    let mut push = new_chain(server.hello_chain("00000001").await);
    push.environment = Some("staging".to_owned());
    let (code, message) = server.failed(&graphql::deploy_chain_atomic(&push)).await;
    assert_eq!(code, "RESOURCE_NOT_FOUND");
    assert!(
        message.contains("Environment staging not found"),
        "{message}"
    );
    assert_eq!(server.get("/v1/chains").await["chains"], json!([]));
    // What was refused has used nothing up.
    push.environment = None;
    let (chain, first) = server.deploy_chain(&push).await;
    server.settled_chain(&chain, &first).await;

    let mut push = DeployChain {
        chain_id: Some(chain.clone()),
        environment: Some("staging".to_owned()),
        deployment_name: Some("rel-7".to_owned()),
        ..server.hello_chain("00000002").await
    };
    let (code, message) = server.failed(&graphql::deploy_chain_atomic(&push)).await;
    assert_eq!(code, "RESOURCE_NOT_FOUND");
    assert!(message.contains("production"), "{message}");

    let environments = format!("/v1/chains/{chain}/environments");
    let created = server
        .post(&environments, &json!({"name": "staging"}))
        .await;
    assert_eq!(created["chainlet_settings"], json!([]));
    let (_, second) = server.deploy_chain(&push).await;
    let settled = server.settled_chain(&chain, &second).await;
    assert_eq!(settled["environment"], "staging");
    let state = server.data(&graphql::chain_deployment(&second)).await;
    let chainlet = &state["chain_deployment"]["chainlets"][1];
    let version = format!(
        "/v1/models/{}/deployments/{}",
        id(&chainlet["oracle"]),
        id(&chainlet["oracle_version"])
    );
    assert_eq!(server.get(&version).await["name"], "rel-7");

    // Without an environment, production keeps what it has.
    push = DeployChain {
        chain_id: Some(chain.clone()),
        ..server.hello_chain("00000003").await
    };
    let (_, third) = server.deploy_chain(&push).await;
    let settled = server.settled_chain(&chain, &third).await;
    assert_eq!(settled["environment"], Json::Null);
    let listed = server.get(&environments).await;
    let current = |at: usize| listed["environments"][at]["current_deployment"]["id"].clone();
    assert_eq!((current(0), current(1)), (json!(first), json!(second)));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_that_is_refused_makes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path()).await;
    let good = new_chain(server.hello_chain("00000001").await);
    let refused = async |change: &dyn Fn(&mut DeployChain), expected: &str, said: &str| {
        let mut push = good.clone();
        change(&mut push);
        let (code, message) = server.failed(&graphql::deploy_chain_atomic(&push)).await;
        assert_eq!(code, expected, "{message}");
        assert!(message.contains(said), "{message}");
    };
    let (invalid, missing) = ("INVALID_REQUEST", "RESOURCE_NOT_FOUND");
    refused(&|push| push.chain_name = None, invalid, "Exactly one").await;
    refused(
        &|push| push.chain_id = Some("c".to_owned()),
        invalid,
        "Exactly one",
    )
    .await;
    refused(
        &|push| (push.chain_id, push.chain_name) = (Some("c".to_owned()), None),
        missing,
        "Chain c not found",
    )
    .await;
    refused(
        &|push| push.team_id = Some("other".to_owned()),
        missing,
        "other",
    )
    .await;
    refused(
        &|push| push.chain_name = Some(String::new()),
        invalid,
        "name",
    )
    .await;
    refused(
        &|push| push.deployment_name = Some("a b".to_owned()),
        invalid,
        "a b",
    )
    .await;
    refused(
        &|push| push.entrypoint.name = "Rand".to_owned(),
        invalid,
        "Two chainlets",
    )
    .await;
    refused(
        &|push| push.entrypoint.model_name = "Rand-00000001".to_owned(),
        invalid,
        "Two models",
    )
    .await;
    refused(
        &|push| push.entrypoint.s3_key = push.dependencies[0].s3_key.clone(),
        invalid,
        "Two archives",
    )
    .await;
    refused(
        &|push| push.dependencies[0].s3_key = "models/no/model.tgz".to_owned(),
        invalid,
        "Chainlet Rand: s3_key models/no/model.tgz is unknown",
    )
    .await;
    refused(
        &|push| push.original_source_artifact_s3_key = Some("chains/no".to_owned()),
        invalid,
        "chains/no",
    )
    .await;
    refused(
        &|push| push.dependencies[0].encoded_config = "W10=".to_owned(),
        invalid,
        "chainlet Rand",
    )
    .await;
    let large = common::graphql::encoded(&json!({"resources": {"accelerator": "TPU"}}));
    refused(
        &|push| push.dependencies[0].encoded_config.clone_from(&large),
        invalid,
        "Chainlet Rand: No instance type has",
    )
    .await;
    refused(
        &|push| (push.is_draft, push.environment) = (true, Some("production".to_owned())),
        invalid,
        "development",
    )
    .await;
    let empty = server.data(&graphql::model_s3_upload_credentials()).await;
    let empty = empty["model_s3_upload_credentials"]["s3_key"]
        .as_str()
        .unwrap();
    refused(
        &|push| push.dependencies[0].s3_key = empty.to_owned(),
        invalid,
        "Nothing was uploaded",
    )
    .await;
    assert_eq!(server.get("/v1/chains").await["chains"], json!([]));
    let only = Request::new("{ models(chainlets_only: true) { id } }");
    assert_eq!(server.data(&only).await["models"], json!([]));

    // After all of that it can still be made, and once only.
    server.deploy_chain(&good).await;
    refused(&|_| (), "CONFLICT", "exists already").await;
    refused(
        &|push| push.chain_name = Some("Other".to_owned()),
        "CONFLICT",
        "Hello-00000001 exists already",
    )
    .await;
    refused(
        &|push| {
            push.chain_name = Some("Other".to_owned());
            push.entrypoint.model_name = "Hello-00000002".to_owned();
            push.dependencies[0].model_name = "Rand-00000002".to_owned();
        },
        "CONFLICT",
        "was used for deployment",
    )
    .await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_is_built_once_whatever_the_models_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path()).await;
    let (chain, _) = server.deployed_chain().await;
    let second = server.deployed_again(&chain, "00000002", None).await;
    let log = server.chainlet_log(&chain, &second, "Hello").await;
    assert!(log.contains("is reused"), "{log}");

    // The digest that a client sends along is compared, and kept for its next plan.
    let digest = {
        let start = log.find("Image ").unwrap() + "Image ".len();
        log[start..start + 64].to_owned()
    };
    let wrong = "0".repeat(64);
    let mut keys = Vec::new();
    for name in ["Hello", "Rand"] {
        keys.push(server.upload_chainlet(name).await);
    }
    let config = |name: &str, digest: &str| {
        let Json::Object(config) = chainlet_config(name) else {
            return Json::Null;
        };
        Json::Object(with_chainlet_digest(config, digest))
    };
    let mut push = chain_push(
        "00000003",
        &[
            ("Hello", keys[0].as_str(), config("Hello", &digest)),
            ("Rand", keys[1].as_str(), config("Rand", &wrong)),
        ],
    );
    push.chain_id = Some(chain.clone());
    let (_, third) = server.deploy_chain(&push).await;
    server.settled_chain(&chain, &third).await;
    let log = server.chainlet_log(&chain, &third, "Hello").await;
    assert!(log.contains(&format!("Image {digest} is reused")), "{log}");
    assert!(!log.contains("counts"), "{log}");
    let log = server.chainlet_log(&chain, &third, "Rand").await;
    assert!(
        log.contains("model_metadata.plimsoll_build_digest") && log.contains("counts"),
        "{log}"
    );
    let state = server.data(&graphql::chain_deployment(&third)).await;
    let chainlet = &state["chain_deployment"]["chainlets"][0];
    let path = format!(
        "/v1/models/{}/deployments/{}/config",
        id(&chainlet["oracle"]),
        id(&chainlet["oracle_version"])
    );
    let sent = server.get(&path).await["config"].clone();
    assert_eq!(
        sent["model_metadata"]["plimsoll_build_digest"],
        json!(digest)
    );
    let object = |json: Json| -> JsonObject { serde_json::from_value(json).unwrap() };
    assert_eq!(
        chainlet_built_config(&object(sent)),
        object(chainlet_config("Hello"))
    );
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_candidate_takes_over_when_its_last_chainlet_is_active_and_not_when_one_fails() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path()).await;
    let (chain, first) = server.deployed_chain().await;
    let production = format!("/v1/chains/{chain}/environments/production");
    let mut failing = chainlet_config("Rand");
    failing["refuse"] = json!(true);
    let keys = [
        server.upload_chainlet("Hello").await,
        server.upload_chainlet("Rand").await,
    ];
    let mut push = chain_push(
        "00000002",
        &[
            ("Hello", &keys[0], chainlet_config("Hello")),
            ("Rand", &keys[1], failing),
        ],
    );
    push.chain_id = Some(chain.clone());
    push.environment = Some("production".to_owned());
    let (_, failed) = server.deploy_chain(&push).await;
    let settled = server.settled_chain(&chain, &failed).await;
    assert_eq!(settled["status"], "BUILD_FAILED");
    let state = server.data(&graphql::chain_deployment(&failed)).await;
    let status = |at: usize| {
        let version = &state["chain_deployment"]["chainlets"][at]["oracle_version"];
        version["current_model_deployment_status"]["status"].clone()
    };
    assert_eq!(
        (status(0), status(1)),
        (json!("MODEL_READY"), json!("BUILDING_MODEL_FAILED"))
    );
    let environment = server.get(&production).await;
    assert_eq!(environment["current_deployment"]["id"], json!(first));
    assert_eq!(environment["candidate_deployment"], Json::Null);
    let body = json!({"deployment_id": failed});
    let promote = format!("{production}/promote");
    let (status, message) = server.refused(Method::POST, &promote, Some(&body)).await;
    assert_eq!(status, 409);
    assert!(message.contains("BUILD_FAILED"), "{message}");

    let second = server
        .deployed_again(&chain, "00000003", Some("production"))
        .await;
    let environment = server.get(&production).await;
    assert_eq!(environment["current_deployment"]["id"], json!(second));
    let previous = format!("/v1/chains/{chain}/deployments/{first}");
    let previous = server.get(&previous).await;
    assert_eq!(previous["status"], "SCALED_TO_ZERO");
    assert_eq!(previous["environment"], Json::Null);

    // The one before comes back, and the other is taken down for good.
    let promoted = server
        .post(&promote, &json!({"deployment_id": first}))
        .await;
    assert_eq!(promoted["id"], json!(first));
    server.settled_chain(&chain, &first).await;
    server.settled_chain(&chain, &second).await;
    let environment = server.get(&production).await;
    assert_eq!(environment["current_deployment"]["id"], json!(first));
    assert_eq!(environment["current_deployment"]["status"], "ACTIVE");
    let path = format!("/v1/chains/{chain}/deployments/{second}");
    assert_eq!(server.get(&path).await["status"], "INACTIVE");
    // What was taken down can be promoted, which brings it back.
    server
        .post(&promote, &json!({"deployment_id": second}))
        .await;
    assert_eq!(
        server.settled_chain(&chain, &second).await["status"],
        "ACTIVE"
    );
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_serves_one_environment_is_copied_to_another() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path()).await;
    let (chain, first) = server.deployed_chain().await;
    let environments = format!("/v1/chains/{chain}/environments");
    let staging = json!({"name": "staging", "chainlet_settings": [
        {"chainlet_name": "Rand", "autoscaling_settings": {"max_replica": 4},
         "instance_type_id": "2x8"},
    ]});
    server.post(&environments, &staging).await;
    let promote = format!("{environments}/staging/promote");
    let copy = server
        .post(&promote, &json!({"deployment_id": first}))
        .await;
    assert_ne!(copy["id"], json!(first));
    let again = server
        .post(&promote, &json!({"deployment_id": first}))
        .await;
    assert_eq!(again["id"], copy["id"]);
    let settled = server.settled_chain(&chain, &id(&copy)).await;
    assert_eq!(settled["chainlets"][0]["instance_type_name"], "1x2");
    assert_eq!(settled["chainlets"][1]["instance_type_name"], "2x8");
    assert_eq!(
        settled["chainlets"][1]["autoscaling_settings"]["max_replica"],
        4
    );
    let log = server.chainlet_log(&chain, &id(&copy), "Rand").await;
    assert!(log.contains("is to be reused"), "{log}");
    let only = Request::new("{ models(chainlets_only: true) { name } }");
    let names = server.data(&only).await["models"].to_string();
    assert_eq!(names.matches("Hello-").count(), 2, "{names}");
    let (status, _) = server
        .refused(Method::POST, &promote, Some(&json!({"deployment_id": "x"})))
        .await;
    assert_eq!(status, 404);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_has_one_development_deployment() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path()).await;
    let draft = async |push: &str| {
        let push = DeployChain {
            is_draft: true,
            ..new_chain(server.hello_chain(push).await)
        };
        let (chain, deployment) = server.deploy_chain(&push).await;
        server.settled_chain(&chain, &deployment).await;
        (chain, deployment)
    };
    let (chain, first) = draft("00000001").await;
    let (same, second) = draft("00000002").await;
    assert_eq!(chain, same);
    let path = format!("/v1/chains/{chain}/deployments");
    let listed = server.get(&path).await;
    assert_eq!(listed["deployments"].as_array().unwrap().len(), 1);
    assert_eq!(listed["deployments"][0]["id"], json!(second));
    assert_ne!(first, second);
    let state = server.data(&graphql::chain_deployment(&second)).await;
    let version = &state["chain_deployment"]["chainlets"][0]["oracle_version"];
    assert_eq!(version["is_draft"], true);
    // Production is still empty, so what is published next goes there.
    let third = server.deployed_again(&chain, "00000003", None).await;
    let production = server
        .get(&format!("/v1/chains/{chain}/environments/production"))
        .await;
    assert_eq!(production["current_deployment"]["id"], json!(third));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_is_taken_down_and_deleted() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path()).await;
    let (chain, first) = server.deployed_chain().await;
    let path = |deployment: &str| format!("/v1/chains/{chain}/deployments/{deployment}");
    let (status, message) = server.refused(Method::DELETE, &path(&first), None).await;
    assert_eq!(status, 409);
    assert!(message.contains("production"), "{message}");
    let down = format!("{}/deactivate", path(&first));
    let done = server.ok(Method::POST, &down, None).await;
    assert_eq!(done, json!({"success": true, "no_op": false}));
    let settled = server.settled_chain(&chain, &first).await;
    assert_eq!(settled["status"], "INACTIVE");
    assert_eq!(server.ok(Method::POST, &down, None).await["no_op"], true);

    let second = server.deployed_again(&chain, "00000002", None).await;
    let gone = server.ok(Method::DELETE, &path(&second), None).await;
    assert_eq!(
        gone,
        json!({"id": second, "deleted": true, "chain_id": chain})
    );
    let (status, _) = server.refused(Method::GET, &path(&second), None).await;
    assert_eq!(status, 404);
    for (method, path) in [
        (Method::GET, "/v1/chains/c".to_owned()),
        (Method::DELETE, "/v1/chains/c".to_owned()),
        (Method::GET, "/v1/chains/c/deployments".to_owned()),
        (Method::GET, "/v1/chains/c/environments".to_owned()),
        (
            Method::GET,
            "/v1/chains/c/environments/production".to_owned(),
        ),
        (Method::GET, format!("/v1/chains/c/deployments/{first}")),
        (Method::POST, path("x") + "/deactivate"),
        (Method::GET, path(&first) + "/chainlets/l/logs"),
    ] {
        let (status, message) = server.refused(method, &path, None).await;
        assert_eq!(status, 404, "{path}: {message}");
    }
    for document in [
        graphql::chain_deployment("x"),
        Request::new("{ chain(id: \"c\") { id } }"),
        Request::new("{ model(id: \"m\") { id } }"),
        Request::new("{ model_version(id: \"d\") { id } }"),
        graphql::chains(Some("other")),
        graphql::models(Some("other")),
    ] {
        assert_eq!(server.failed(&document).await.0, "RESOURCE_NOT_FOUND");
    }
    server.stop().await;
}

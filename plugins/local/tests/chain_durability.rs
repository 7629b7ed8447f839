//! Chains when the platform is dropped where it stands: what was acknowledged is there, and
//! nothing half-made shows.

mod common;

use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::Duration;

use common::graphql::{chain_push, chainlet_config};
use common::{KEY, RecordingCheck, Server, id, options};
use plimsoll_baseten_api::graphql::{self, DeployChain, Request};
use plimsoll_local::Platform;
use reqwest::Method;
use serde_json::{Value as Json, json};

/// The builder of an aborted server has the folder until it is done.
async fn start_when_free(data_dir: &Path) -> Server {
    while Platform::open(options(data_dir)).is_err() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Server::start(data_dir).await
}

fn held() -> RecordingCheck {
    let check = RecordingCheck::default();
    check.held.store(true, Ordering::Relaxed);
    check
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_on_its_way_is_gone_on_with() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start_checking(options(dir.path()), held()).await;
    let keys = [
        server.upload_chainlet("Hello").await,
        server.upload_chainlet("Rand").await,
    ];
    let mut slow = chainlet_config("Rand");
    slow["hold"] = json!(true);
    let push = DeployChain {
        chain_name: Some("Hello Chain".to_owned()),
        ..chain_push(
            "00000001",
            &[
                ("Hello", &keys[0], chainlet_config("Hello")),
                ("Rand", &keys[1], slow),
            ],
        )
    };
    let (chain, deployment) = server.deploy_chain(&push).await;
    let production = format!("/v1/chains/{chain}/environments/production");
    let path = format!("{production}/chainlet_settings/autoscaling_settings");
    let update = json!({"updates": [
        {"chainlet_name": "Hello", "autoscaling_settings": {"max_replica": 3}},
    ]});
    server.ok(Method::PATCH, &path, Some(&update)).await;
    let check = std::sync::Arc::clone(&server.check);
    server.abort().await;
    check.held.store(false, Ordering::Relaxed);

    let server = start_when_free(dir.path()).await;
    let settled = server.settled_chain(&chain, &deployment).await;
    assert_eq!(settled["status"], "ACTIVE");
    assert_eq!(
        settled["chainlets"][0]["autoscaling_settings"]["max_replica"],
        3
    );
    let environment = server.get(&production).await;
    assert_eq!(environment["current_deployment"]["id"], json!(deployment));
    let before = server.get("/v1/chains").await;
    server.stop().await;
    let server = Server::start(dir.path()).await;
    assert_eq!(server.get("/v1/chains").await, before);
    assert_eq!(server.get(&production).await, environment);
    server.stop().await;
}

/// Dropped at some moment of each push, from before it is read until after it is answered.
#[tokio::test(flavor = "multi_thread")]
async fn a_push_is_there_whole_or_not_at_all() {
    for moment in 0..8_u64 {
        let dir = tempfile::tempdir().unwrap();
        let server = Server::start(dir.path()).await;
        let push = DeployChain {
            chain_name: Some("Hello Chain".to_owned()),
            ..server.hello_chain("00000001").await
        };
        let request = graphql::deploy_chain_atomic(&push);
        let sent = server
            .http
            .post(format!("{}{}", server.url, graphql::PATH))
            .header("authorization", format!("Api-Key {KEY}"))
            .json(&request)
            .send();
        let answered = tokio::spawn(async move { sent.await?.json::<Json>().await });
        tokio::time::sleep(Duration::from_micros(moment * moment * 150)).await;
        server.abort().await;
        let answered = answered.await.unwrap();

        let server = start_when_free(dir.path()).await;
        let chains = server.get("/v1/chains").await["chains"].clone();
        if let Ok(answer) = &answered {
            let made = &answer["data"]["deploy_chain_atomic"]["chain_deployment"];
            assert_eq!(chains[0]["id"], made["chain"]["id"], "{answer}");
        }
        let listed = Request::new("{ models(chainlets_only: true) { id } }");
        let models = server.data(&listed).await["models"].clone();
        if chains == json!([]) {
            assert_eq!(models, json!([]), "{moment}");
            server.deploy_chain(&push).await;
        } else {
            assert_eq!(models.as_array().unwrap().len(), 2, "{moment}");
        }
        let chain = id(&server.get("/v1/chains").await["chains"][0]);
        let path = format!("/v1/chains/{chain}/deployments");
        let deployment = id(&server.get(&path).await["deployments"][0]);
        let settled = server.settled_chain(&chain, &deployment).await;
        assert_eq!(settled["status"], "ACTIVE", "{moment}");
        assert_eq!(settled["chainlets"].as_array().unwrap().len(), 2);
        let production = format!("/v1/chains/{chain}/environments/production");
        let current = &server.get(&production).await["current_deployment"];
        assert_eq!(current["id"], json!(deployment), "{moment}");
        server.stop().await;
    }
}

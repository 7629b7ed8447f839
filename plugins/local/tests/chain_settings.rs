//! The settings of chain environments over HTTP.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::graphql::{chain_push, chainlet_config};
use common::{Server, id, options};
use reqwest::Method;
use serde_json::{Value as Json, json};

fn of<'a>(settings: &'a Json, name: &str) -> &'a Json {
    let settings = settings.as_array().unwrap();
    let found = settings.iter().find(|one| {
        let named = one.get("chainlet_name").or_else(|| one.get("name"));
        named.unwrap() == name
    });
    found.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn autoscaling_settings_change_in_one_request_and_nothing_is_deployed() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path()).await;
    let (chain, deployment) = server.deployed_chain().await;
    let production = format!("/v1/chains/{chain}/environments/production");
    let path = format!("{production}/chainlet_settings/autoscaling_settings");
    let body = json!({"updates": [
        {"chainlet_name": "Rand", "autoscaling_settings": {"min_replica": 1, "max_replica": 3}},
        {"chainlet_name": "Hello", "autoscaling_settings": {"scale_down_delay": 60}},
    ]});
    let built = server.check.contexts.lock().unwrap().len();
    let answer = server.ok(Method::PATCH, &path, Some(&body)).await;
    assert_eq!(answer["status"], "ACCEPTED");
    let again = server.ok(Method::PATCH, &path, Some(&body)).await;
    assert_eq!(again["status"], "UNCHANGED");
    let environment = server.get(&production).await;
    assert_eq!(environment["current_deployment"]["id"], json!(deployment));
    assert_eq!(environment["candidate_deployment"], Json::Null);
    let rand = of(&environment["chainlet_settings"], "Rand");
    assert_eq!(rand["autoscaling_settings"]["max_replica"], 3);
    assert_eq!(rand["autoscaling_settings"]["scale_down_delay"], 900);
    let live = of(&environment["current_deployment"]["chainlets"], "Rand");
    assert_eq!(live["autoscaling_settings"], rand["autoscaling_settings"]);
    let log = server.chainlet_log(&chain, &deployment, "Rand").await;
    assert!(log.contains("max_replica 1 → 3"), "{log}");
    assert_eq!(server.check.contexts.lock().unwrap().len(), built);

    // What is deployed there next has them.
    let second = server
        .deployed_again(&chain, "00000002", Some("production"))
        .await;
    let path = format!("/v1/chains/{chain}/deployments/{second}");
    let live = server.get(&path).await;
    let live = of(&live["chainlets"], "Rand");
    assert_eq!(live["autoscaling_settings"], rand["autoscaling_settings"]);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_is_refused_in_one_chainlet_changes_none() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path()).await;
    let (chain, _) = server.deployed_chain().await;
    let production = format!("/v1/chains/{chain}/environments/production");
    let autoscaling = format!("{production}/chainlet_settings/autoscaling_settings");
    let types = format!("{production}/chainlet_settings/instance_types/update");
    let before = server.get(&production).await;
    let good = json!({"chainlet_name": "Hello", "autoscaling_settings": {"max_replica": 7}});
    for (bad, status, said) in [
        (
            json!({"chainlet_name": "Nobody", "autoscaling_settings": {}}),
            404,
            "Known chainlets: Hello, Rand",
        ),
        (
            json!({"chainlet_name": "Rand", "autoscaling_settings": {"max_replica": 0}}),
            400,
            "Chainlet Rand: Autoscaling settings: max_replica is 0",
        ),
        (
            json!({"chainlet_name": "Rand", "autoscaling_settings": {"max_replicas": 1}}),
            400,
            "max_replicas",
        ),
    ] {
        let body = json!({"updates": [good, bad]});
        let refused = server.refused(Method::PATCH, &autoscaling, Some(&body));
        let (found, message) = refused.await;
        assert_eq!(found, status, "{message}");
        assert!(message.contains(said), "{message}");
    }
    let good = json!({"chainlet_name": "Hello", "instance_type_id": "4x16"});
    for (bad, status, said) in [
        (
            json!({"chainlet_name": "Nobody", "instance_type_id": "1x2"}),
            404,
            "Nobody",
        ),
        (
            json!({"chainlet_name": "Rand", "instance_type_id": "9x9"}),
            400,
            "9x9",
        ),
    ] {
        let body = json!({"updates": [good, bad]});
        let (found, message) = server.refused(Method::POST, &types, Some(&body)).await;
        assert_eq!(found, status, "{message}");
        assert!(message.contains(said), "{message}");
    }
    assert_eq!(server.get(&production).await, before);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_instance_type_is_another_deployment_of_the_same_images() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path()).await;
    let (chain, first) = server.deployed_chain().await;
    let production = format!("/v1/chains/{chain}/environments/production");
    let path = format!("{production}/chainlet_settings/instance_types/update");
    let body = json!({"updates": [{"chainlet_name": "Rand", "instance_type_id": "4x16"}]});
    let answer = server.post(&path, &body).await;
    assert_eq!(answer["requires_redeployment"], true);
    let named = &answer["chainlet_environment_settings"];
    assert_eq!(named.as_array().unwrap().len(), 1);
    assert_eq!(named[0]["instance_type"]["id"], "4x16");
    let made = id(&answer["chain_deployment"]);
    assert_ne!(made, first);
    let settled = server.settled_chain(&chain, &made).await;
    assert_eq!(settled["status"], "ACTIVE");
    assert_eq!(
        of(&settled["chainlets"], "Rand")["instance_type_name"],
        "4x16"
    );
    assert_eq!(
        of(&settled["chainlets"], "Hello")["instance_type_name"],
        "1x2"
    );
    let log = server.chainlet_log(&chain, &made, "Rand").await;
    assert!(log.contains("is reused"), "{log}");
    assert!(log.contains("Placed on instance type 4x16"), "{log}");
    let environment = server.get(&production).await;
    assert_eq!(environment["current_deployment"]["id"], json!(made));
    let previous = format!("/v1/chains/{chain}/deployments/{first}");
    assert_eq!(server.get(&previous).await["status"], "SCALED_TO_ZERO");

    let again = server.post(&path, &body).await;
    assert_eq!(again["requires_redeployment"], false);
    assert_eq!(again["chain_deployment"], Json::Null);

    // What is pushed runs on what its configuration asks for, and the environment follows.
    let next = server
        .deployed_again(&chain, "00000002", Some("production"))
        .await;
    let live = server
        .get(&format!("/v1/chains/{chain}/deployments/{next}"))
        .await;
    assert_eq!(of(&live["chainlets"], "Rand")["instance_type_name"], "1x2");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_candidate_is_changed_too_before_it_takes_over() {
    let dir = tempfile::tempdir().unwrap();
    let check = common::RecordingCheck::default();
    check.held.store(true, std::sync::atomic::Ordering::Relaxed);
    let server = Server::start_checking(options(dir.path()), check).await;
    let (hello, rand) = (
        server.upload_chainlet("Hello").await,
        server.upload_chainlet("Rand").await,
    );
    let mut held = chainlet_config("Rand");
    held["hold"] = json!(true);
    let mut push = chain_push(
        "00000001",
        &[
            ("Hello", &hello, chainlet_config("Hello")),
            ("Rand", &rand, held),
        ],
    );
    push.chain_name = Some("Hello Chain".to_owned());
    let (chain, first) = server.deploy_chain(&push).await;
    let production = format!("/v1/chains/{chain}/environments/production");
    let environment = server.get(&production).await;
    assert_eq!(environment["current_deployment"], Json::Null);
    assert_eq!(environment["candidate_deployment"]["id"], json!(first));
    assert_eq!(environment["candidate_deployment"]["status"], "BUILDING");

    let path = format!("{production}/chainlet_settings/autoscaling_settings");
    let body = json!({"updates": [
        {"chainlet_name": "Rand", "autoscaling_settings": {"max_replica": 3}},
    ]});
    let answer = server.ok(Method::PATCH, &path, Some(&body)).await;
    assert_eq!(answer["status"], "ACCEPTED");
    let types = format!("{production}/chainlet_settings/instance_types/update");
    let body = json!({"updates": [{"chainlet_name": "Hello", "instance_type_id": "2x8"}]});
    let answer = server.post(&types, &body).await;
    let second = id(&answer["chain_deployment"]);
    let environment = server.get(&production).await;
    assert_eq!(environment["candidate_deployment"]["id"], json!(second));

    server
        .check
        .held
        .store(false, std::sync::atomic::Ordering::Relaxed);
    server.settled_chain(&chain, &first).await;
    let settled = server.settled_chain(&chain, &second).await;
    assert_eq!(settled["status"], "ACTIVE");
    let environment = server.get(&production).await;
    assert_eq!(environment["current_deployment"]["id"], json!(second));
    let settings = &environment["chainlet_settings"];
    let rand = of(settings, "Rand");
    assert_eq!(rand["autoscaling_settings"]["max_replica"], 3);
    assert_eq!(of(settings, "Hello")["instance_type"]["id"], "2x8");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn environments_are_made_changed_and_deleted() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path()).await;
    let (chain, _) = server.deployed_chain().await;
    let environments = format!("/v1/chains/{chain}/environments");
    let body = json!({
        "name": "staging",
        "promotion_settings": {"redeploy_on_promotion": true},
        "chainlet_settings": [
            {"chainlet_name": "Rand", "autoscaling_settings": {"max_replica": 2}},
            {"chainlet_name": "Hello", "instance_type_id": "2x8"},
        ],
    });
    let created = server.post(&environments, &body).await;
    assert_eq!(created["promotion_settings"]["redeploy_on_promotion"], true);
    let settings = &created["chainlet_settings"];
    assert_eq!(
        of(settings, "Rand")["autoscaling_settings"]["max_replica"],
        2
    );
    assert_eq!(of(settings, "Rand")["instance_type"]["id"], "1x2");
    assert_eq!(of(settings, "Hello")["instance_type"]["id"], "2x8");

    // Nothing is deployed there, so that another instance type needs no deployment.
    let staging = format!("{environments}/staging");
    let types = format!("{staging}/chainlet_settings/instance_types/update");
    let update = json!({"updates": [{"chainlet_name": "Hello", "instance_type_id": "4x16"}]});
    let answer = server.post(&types, &update).await;
    assert_eq!(answer["requires_redeployment"], false);
    let live = server
        .deployed_again(&chain, "00000002", Some("staging"))
        .await;
    let live = server
        .get(&format!("/v1/chains/{chain}/deployments/{live}"))
        .await;
    let hello = of(&live["chainlets"], "Hello");
    assert_eq!(
        hello["instance_type_name"], "1x2",
        "as its configuration says"
    );
    let rand = of(&live["chainlets"], "Rand");
    assert_eq!(rand["autoscaling_settings"]["max_replica"], 2);

    let update = json!({"promotion_settings": {"redeploy_on_promotion": false}});
    let answer = server.ok(Method::PATCH, &staging, Some(&update)).await;
    assert_eq!(answer, json!({"ok": true}));
    let found = server.get(&staging).await;
    assert_eq!(found["promotion_settings"]["redeploy_on_promotion"], false);

    for (method, path, body, status) in [
        (Method::POST, &environments, json!({"name": "staging"}), 409),
        (
            Method::POST,
            &environments,
            json!({"name": "production"}),
            409,
        ),
        (Method::POST, &environments, json!({"name": "a b"}), 400),
        (Method::POST, &environments, json!({}), 400),
        (
            Method::POST,
            &environments,
            json!({"name": "qa", "chainlet_settings":
                [{"chainlet_name": "Rand", "instance_type_id": "9x9"}]}),
            400,
        ),
        (
            Method::POST,
            &environments,
            json!({"name": "qa", "chainlet_settings":
                [{"chainlet_name": "Rand", "autoscaling_settings": {"max_replica": 0}}]}),
            400,
        ),
        (
            Method::PATCH,
            &staging,
            json!({"autoscaling_settings": {}}),
            400,
        ),
    ] {
        let (found, message) = server.refused(method, path, Some(&body)).await;
        assert_eq!(found, status, "{message}");
    }
    let (status, message) = server
        .refused(Method::GET, &format!("{environments}/qa"), None)
        .await;
    assert_eq!(status, 404);
    assert!(message.contains("production, staging"), "{message}");

    let gone = server.ok(Method::DELETE, &staging, None).await;
    assert_eq!(
        gone,
        json!({"name": "staging", "chain_id": chain, "deleted": true})
    );
    let (status, _) = server
        .refused(Method::DELETE, &format!("{environments}/production"), None)
        .await;
    assert_eq!(status, 409);
    server.stop().await;
}

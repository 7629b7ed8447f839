//! Environments, promotion, settings, and the life of deployments.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::sync::atomic::Ordering;

use common::{Server, config, id, payload, small_archive};
use reqwest::Method;
use serde_json::{Value as Json, json};

struct Pushed {
    server: Server,
    model: String,
    first: String,
    _dir: tempfile::TempDir,
}

async fn pushed() -> Pushed {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path()).await;
    let created = server
        .push_model("m", &payload(&config()), small_archive())
        .await;
    let (model, first) = (id(&created["model"]), id(&created["deployment"]));
    server.settled(&model, &first).await;
    Pushed {
        server,
        model,
        first,
        _dir: dir,
    }
}

impl Pushed {
    fn at(&self, rest: &str) -> String {
        format!("/v1/models/{}/{rest}", self.model)
    }

    async fn push_to(&self, environment: Option<&str>, config: &Json, settings: &Json) -> String {
        let mut push = payload(config);
        if let Some(environment) = environment {
            push["environment_name"] = json!(environment);
        }
        if !settings.is_null() {
            push["autoscaling_settings"] = settings.clone();
        }
        let created = self.server.push(&self.model, &push, small_archive()).await;
        id(&created["deployment"])
    }

    async fn settled(&self, id: &str) -> Json {
        self.server.settled(&self.model, id).await
    }

    async fn environment(&self, name: &str) -> Json {
        self.server
            .get(&self.at(&format!("environments/{name}")))
            .await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_environment_keeps_the_settings_of_what_was_promoted() {
    let platform = pushed().await;
    let server = &platform.server;
    let settings = json!({"min_replica": 1, "max_replica": 4});
    let second = platform
        .push_to(Some("staging"), &config(), &settings)
        .await;
    let settled = platform.settled(&second).await;
    assert_eq!(settled["autoscaling_settings"]["max_replica"], 4);
    let staging = platform.environment("staging").await;
    assert_eq!(staging["current_deployment"]["id"], json!(second));
    assert_eq!(staging["autoscaling_settings"]["min_replica"], 1);
    assert_eq!(staging["autoscaling_settings"]["scale_down_delay"], 900);

    // The next one starts with them.
    let third = platform
        .push_to(Some("staging"), &config(), &Json::Null)
        .await;
    let settled = platform.settled(&third).await;
    assert_eq!(settled["autoscaling_settings"]["max_replica"], 4);
    // What it replaced was scaled to zero, as the environment's strategy says.
    assert_eq!(platform.settled(&second).await["status"], "SCALED_TO_ZERO");
    assert_eq!(platform.settled(&second).await["environment"], Json::Null);

    // Settings of the environment and of its current deployment are the same thing.
    let patch = json!({"autoscaling_settings": {"max_replica": 7}});
    let path = platform.at("environments/staging");
    let updated = server.ok(Method::PATCH, &path, Some(&patch)).await;
    assert_eq!(updated["status"], "ACCEPTED");
    let current = &updated["environment"]["current_deployment"];
    assert_eq!(current["autoscaling_settings"]["max_replica"], 7);
    let again = server.ok(Method::PATCH, &path, Some(&patch)).await;
    assert_eq!(again["status"], "UNCHANGED");
    let path = platform.at(&format!("deployments/{third}/autoscaling_settings"));
    let updated = server
        .ok(Method::PATCH, &path, Some(&json!({"max_replica": 8})))
        .await;
    assert_eq!(updated["status"], "ACCEPTED");
    let staging = platform.environment("staging").await;
    assert_eq!(staging["autoscaling_settings"]["max_replica"], 8);
    let log = server.log(&platform.model, &third).await;
    assert!(log.contains("max_replica 7 → 8"), "{log}");

    let unknown = json!({"autoscaling_settings": {}, "instance_type_id": "1x2"});
    let path = platform.at("environments/staging");
    let (status, message) = server.refused(Method::PATCH, &path, Some(&unknown)).await;
    assert_eq!(status, 400);
    assert!(message.contains("instance_type_id"), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn instance_types_are_preserved_or_not() {
    let platform = pushed().await;
    let larger = json!({"model_name": "m", "resources": {"cpu": "4", "memory": "16Gi"}});
    let second = platform
        .push_to(Some("production"), &larger, &Json::Null)
        .await;
    assert_eq!(platform.settled(&second).await["instance_type_name"], "1x2");
    let log = platform.server.log(&platform.model, &second).await;
    assert!(log.contains("the environment's is preserved"), "{log}");
    let mut push = payload(&larger);
    push["environment_name"] = json!("production");
    push["preserve_env_instance_type"] = json!(false);
    let created = platform
        .server
        .push(&platform.model, &push, small_archive())
        .await;
    let third = platform.settled(&id(&created["deployment"])).await;
    assert_eq!(third["instance_type_name"], "4x16");
    assert_eq!(
        platform.environment("production").await["instance_type"]["id"],
        "4x16"
    );
    // Without an environment there is nothing to preserve.
    let fourth = platform.push_to(None, &config(), &Json::Null).await;
    let fourth = platform.settled(&fourth).await;
    assert_eq!(
        (&fourth["environment"], &fourth["instance_type_name"]),
        (&Json::Null, &json!("1x2"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_is_promoted_and_its_predecessor_taken_down() {
    let platform = pushed().await;
    let server = &platform.server;
    let second = platform.push_to(None, &config(), &Json::Null).await;
    platform.settled(&second).await;
    let promote = platform.at("environments/production/promote");
    let body = json!({"deployment_id": second});
    let promoted = server.post(&promote, &body).await;
    assert_eq!(promoted["id"], json!(second));
    let settled = platform.settled(&second).await;
    assert_eq!(
        (&settled["status"], &settled["is_production"]),
        (&json!("ACTIVE"), &json!(true))
    );
    assert_eq!(
        platform.settled(&platform.first).await["status"],
        "INACTIVE"
    );
    // Asked again, nothing more happens.
    assert_eq!(server.post(&promote, &body).await["id"], json!(second));

    // What was taken down must be activated first.
    let back = json!({"deployment_id": platform.first});
    let (status, message) = server.refused(Method::POST, &promote, Some(&back)).await;
    assert_eq!(status, 409);
    assert!(message.contains("activate it first"), "{message}");
    let first = platform.at(&format!("deployments/{}", platform.first));
    server
        .ok(Method::POST, &format!("{first}/activate"), None)
        .await;
    assert_eq!(platform.settled(&platform.first).await["status"], "ACTIVE");
    // To production, by the other way, and the predecessor stays.
    let keep = json!({"scale_down_previous_production": false});
    server.post(&format!("{first}/promote"), &keep).await;
    platform.settled(&platform.first).await;
    assert_eq!(platform.settled(&second).await["status"], "ACTIVE");
    let production = platform.environment("production").await;
    assert_eq!(
        production["current_deployment"]["id"],
        json!(platform.first)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_serves_one_environment_is_copied_to_another() {
    let platform = pushed().await;
    let server = &platform.server;
    let second = platform
        .push_to(Some("staging"), &config(), &Json::Null)
        .await;
    platform.settled(&second).await;
    let promote = platform.at("environments/production/promote");
    let copy = id(&server
        .post(&promote, &json!({"deployment_id": second}))
        .await);
    assert_ne!(copy, second);
    assert_eq!(
        id(&server
            .post(&promote, &json!({"deployment_id": second}))
            .await),
        copy
    );
    assert_eq!(platform.settled(&copy).await["status"], "ACTIVE");
    let log = server.log(&platform.model, &copy).await;
    assert!(log.contains("nothing is rebuilt"), "{log}");
    let current = |json: Json| json["current_deployment"]["id"].clone();
    assert_eq!(
        current(platform.environment("staging").await),
        json!(second)
    );
    assert_eq!(
        current(platform.environment("production").await),
        json!(copy)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn environments_are_created_and_deleted_but_production_is_not() {
    let platform = pushed().await;
    let server = &platform.server;
    let all = platform.at("environments");
    let qa = json!({"name": "qa", "promotion_settings": {"promotion_cleanup_strategy": "KEEP"}});
    let created = server.post(&all, &qa).await;
    assert_eq!(
        created["promotion_settings"]["promotion_cleanup_strategy"],
        "KEEP"
    );
    assert_eq!(created["instance_type"]["id"], "1x2");
    for (body, status) in [
        (json!({"name": "qa"}), 409),
        (json!({"name": "production"}), 409),
        (json!({"name": ""}), 400),
        (json!({"name": "../x"}), 400),
        (json!({}), 400),
    ] {
        assert_eq!(
            server.refused(Method::POST, &all, Some(&body)).await.0,
            status,
            "{body}"
        );
    }
    let names = server.get(&all).await["environments"].to_string();
    assert!(names.find("production").unwrap() < names.find("\"qa\"").unwrap());
    let first = platform.push_to(Some("qa"), &config(), &Json::Null).await;
    platform.settled(&first).await;
    let second = platform.push_to(Some("qa"), &config(), &Json::Null).await;
    platform.settled(&second).await;
    assert_eq!(platform.settled(&first).await["status"], "ACTIVE");
    let path = platform.at(&format!("deployments/{second}"));
    assert_eq!(server.refused(Method::DELETE, &path, None).await.0, 409);
    server
        .ok(Method::DELETE, &platform.at("environments/qa"), None)
        .await;
    assert_eq!(platform.settled(&second).await["environment"], Json::Null);
    server.ok(Method::DELETE, &path, None).await;
    assert_eq!(server.refused(Method::GET, &path, None).await.0, 404);
    let production = platform.at("environments/production");
    assert_eq!(
        server.refused(Method::DELETE, &production, None).await.0,
        409
    );
    let (status, message) = server
        .refused(Method::GET, &platform.at("environments/producton"), None)
        .await;
    assert_eq!(status, 404);
    assert!(
        message.ends_with("Known environments: production"),
        "{message}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_development_deployment_is_replaced_and_has_one_replica() {
    let platform = pushed().await;
    let server = &platform.server;
    let mut push = payload(&config());
    push["is_development"] = json!(true);
    let first = server.push(&platform.model, &push, small_archive()).await;
    let second = server.push(&platform.model, &push, small_archive()).await;
    let (first, second) = (id(&first["deployment"]), id(&second["deployment"]));
    platform.settled(&second).await;
    let development = server.get(&platform.at("deployments/development")).await;
    assert_eq!(development["id"], json!(second));
    assert_eq!(development["environment"], Json::Null);
    let gone = platform.at(&format!("deployments/{first}"));
    assert_eq!(server.refused(Method::GET, &gone, None).await.0, 404);
    let path = platform.at("deployments/development/autoscaling_settings");
    let (status, message) = server
        .refused(Method::PATCH, &path, Some(&json!({"max_replica": 2})))
        .await;
    assert_eq!(status, 400);
    assert!(message.contains("development"), "{message}");
    push["environment_name"] = json!("staging");
    let body = json!({"model_id": platform.model, "deployment": push});
    assert_eq!(
        server
            .refused(Method::POST, "/v1/prepare_model_upload", Some(&body))
            .await
            .0,
        400
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_can_be_retried_and_logs_can_be_searched() {
    let platform = pushed().await;
    let server = &platform.server;
    let bad = json!({"refuse": true});
    let bad = platform
        .push_to(Some("production"), &bad, &Json::Null)
        .await;
    assert_eq!(platform.settled(&bad).await["status"], "BUILD_FAILED");
    let path = platform.at(&format!("deployments/{bad}"));
    let retried = server
        .ok(Method::POST, &format!("{path}/retry"), None)
        .await;
    assert_eq!(retried["retried"], json!(true));
    assert_eq!(platform.settled(&bad).await["status"], "BUILD_FAILED");
    let first = platform.at(&format!("deployments/{}", platform.first));
    let retried = server
        .ok(Method::POST, &format!("{first}/retry"), None)
        .await;
    assert_eq!(retried["retried"], json!(false));
    assert!(retried["reason"].as_str().unwrap().contains("ACTIVE"));

    let errors = server
        .get(&format!("{path}/logs?min_level=ERROR&limit=1"))
        .await;
    assert_eq!(errors["logs"].as_array().unwrap().len(), 1);
    assert_eq!(errors["logs"][0]["level"], "ERROR");
    let nanos = errors["logs"][0]["timestamp"].as_str().unwrap();
    assert_eq!(nanos.len(), 19, "{nanos}");
    let none = server
        .get(&format!(
            "{path}/logs?includes=Build&excludes=failed&excludes=s"
        ))
        .await;
    assert_eq!(none["logs"], json!([]));
    for query in [
        "limit=0",
        "limit=1001",
        "limit=x",
        "start_epoch_millis=0&end_epoch_millis=604800001",
    ] {
        let refused = server
            .refused(Method::GET, &format!("{path}/logs?{query}"), None)
            .await;
        assert_eq!(refused.0, 400, "{query}");
    }
    let logs = server
        .get(&platform.at("environments/production/logs?direction=asc"))
        .await;
    assert!(
        logs["logs"][0]["message"]
            .as_str()
            .unwrap()
            .contains("was created")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_promotion_in_progress_can_be_steered() {
    let platform = pushed().await;
    let server = &platform.server;
    let signal = |what: &str| platform.at(&format!("environments/production/{what}_promotion"));
    for what in [
        "cancel",
        "pause",
        "resume",
        "force_cancel",
        "force_roll_forward",
    ] {
        assert_eq!(
            server.refused(Method::POST, &signal(what), None).await.0,
            409,
            "{what}"
        );
    }
    server.check.held.store(true, Ordering::Relaxed);
    let held = json!({"hold": true});
    let second = platform
        .push_to(Some("production"), &held, &Json::Null)
        .await;
    let production = platform.environment("production").await;
    assert_eq!(
        production["current_deployment"]["id"],
        json!(platform.first)
    );
    assert_eq!(production["candidate_deployment"]["id"], json!(second));
    assert_eq!(production["in_progress_promotion"]["status"], "RELEASING");
    let other = platform.push_to(None, &config(), &Json::Null).await;
    platform.settled(&other).await;
    let promote = platform.at("environments/production/promote");
    let body = json!({"deployment_id": other});
    assert_eq!(
        server.refused(Method::POST, &promote, Some(&body)).await.0,
        409
    );

    // Paused, it becomes active and does not take over until it is resumed.
    server.ok(Method::POST, &signal("pause"), None).await;
    let refused = server
        .refused(Method::POST, &signal("force_roll_forward"), None)
        .await;
    assert_eq!(refused.0, 409);
    server.check.held.store(false, Ordering::Relaxed);
    assert_eq!(platform.settled(&second).await["status"], "ACTIVE");
    let production = platform.environment("production").await;
    assert_eq!(production["in_progress_promotion"]["status"], "PAUSED");
    assert_eq!(
        production["current_deployment"]["id"],
        json!(platform.first)
    );
    server.ok(Method::POST, &signal("resume"), None).await;
    let production = platform.environment("production").await;
    assert_eq!(production["current_deployment"]["id"], json!(second));
    assert_eq!(production["in_progress_promotion"], Json::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_promotion_is_canceled_or_gives_way_to_a_newer_one() {
    let platform = pushed().await;
    let server = &platform.server;
    server.check.held.store(true, Ordering::Relaxed);
    let held = json!({"hold": true});
    let second = platform
        .push_to(Some("production"), &held, &Json::Null)
        .await;
    let cancel = platform.at("environments/production/cancel_promotion");
    assert_eq!(
        server.ok(Method::POST, &cancel, None).await["status"],
        "CANCELED"
    );
    let third = platform
        .push_to(Some("production"), &held, &Json::Null)
        .await;
    let fourth = platform
        .push_to(Some("production"), &config(), &Json::Null)
        .await;
    server.check.held.store(false, Ordering::Relaxed);
    for id in [&second, &third, &fourth] {
        assert_eq!(platform.settled(id).await["status"], "ACTIVE");
    }
    assert_eq!(platform.settled(&third).await["environment"], Json::Null);
    let production = platform.environment("production").await;
    assert_eq!(production["current_deployment"]["id"], json!(fourth));
    let log = server.log(&platform.model, &third).await;
    assert!(
        log.contains(&format!("Deployment {fourth} is now the candidate")),
        "{log}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_build_is_stopped_and_goes_on() {
    let platform = pushed().await;
    let server = &platform.server;
    server.check.held.store(true, Ordering::Relaxed);
    let second = platform
        .push_to(None, &json!({"hold": true}), &Json::Null)
        .await;
    let path = platform.at(&format!("deployments/{second}"));
    server
        .ok(Method::POST, &format!("{path}/deactivate"), None)
        .await;
    assert_eq!(platform.settled(&second).await["status"], "BUILD_STOPPED");
    server.check.held.store(false, Ordering::Relaxed);
    server
        .ok(Method::POST, &format!("{path}/activate"), None)
        .await;
    assert_eq!(platform.settled(&second).await["status"], "ACTIVE");
    let again = server
        .ok(Method::POST, &format!("{path}/activate"), None)
        .await;
    assert_eq!(again, json!({"success": true, "no_op": true}));
}

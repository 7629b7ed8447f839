//! Plans: the four outcomes, their order, what they warn of, and that an applied one is empty.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;

use common::release::Truss;
use common::stub::Stub;
use common::{codes, deployer, deployer_with, kinds};
use plimsoll_baseten::BasetenDeployer;
use plimsoll_core::deployer::{DeployErrorKind, Deployer as _, NoProgress};
use plimsoll_core::plan::Plan;
use plimsoll_core::release::Release;
use serde_json::json;

async fn plan(deployer: &BasetenDeployer, release: &Release) -> Plan {
    deployer.plan(release, &NoProgress).await.unwrap()
}

/// Plans, applies, and plans again, which must find nothing to do.
async fn push(deployer: &BasetenDeployer, release: &Release) -> Plan {
    let first = plan(deployer, release).await;
    // A plan survives being written down.
    let text = serde_json::to_string(&first).unwrap();
    let read: Plan = serde_json::from_str(&text).unwrap();
    assert_eq!(read, first);
    deployer.apply(release, &read, &NoProgress).await.unwrap();
    let again = plan(deployer, release).await;
    assert!(again.is_empty(), "{again:#?}");
    first
}

fn snapshot(name: &str, plan: &Plan) {
    insta::with_settings!({
        filters => vec![
            (r#""[0-9a-f]{64}""#, "\"[digest]\""),
            (r"\b[0-9a-f]{12}\b", "[digest]"),
        ],
        omit_expression => true,
    }, {
        insta::assert_snapshot!(name, serde_json::to_string_pretty(plan).unwrap());
    });
}

#[tokio::test]
async fn the_four_outcomes_in_production() {
    let stub = Stub::start().await;
    stub.with(|inner| inner.reuse = true);
    let deployer = deployer(&stub.url);
    let truss =
        Truss::new(Some("production")).autoscaling(json!({"min_replicas": 1, "max_replicas": 3}));

    let new = push(&deployer, &truss.release()).await;
    assert_eq!(kinds(&new), ["upload", "build", "deploy"]);
    snapshot("new_model", &new);

    let scaled = truss
        .clone()
        .autoscaling(json!({"min_replicas": 2, "max_replicas": 3}));
    stub.take_lines();
    let settings = plan(&deployer, &scaled.release()).await;
    assert_eq!(
        stub.take_lines(),
        [
            "GET /v1/models?name=bert",
            "GET /v1/models/m1/environments/production",
            "GET /v1/models/m1/deployments/d1/config",
        ]
    );
    snapshot("settings_only", &settings);
    deployer
        .apply(&scaled.release(), &settings, &NoProgress)
        .await
        .unwrap();
    let lines = stub.take_lines();
    assert_eq!(
        &lines[..2],
        [
            "PATCH /v1/models/m1/environments/production",
            "GET /v1/models/m1/environments/production",
        ]
    );
    assert!(
        !lines
            .iter()
            .any(|line| line.contains("POST") || line.contains("/s3/"))
    );

    let larger = scaled
        .clone()
        .resources(json!({"cpu": "4", "accelerator": "A10G:2"}))
        .overrides("resources")
        .autoscaling(json!({"min_replicas": 2, "max_replicas": 5}));
    let redeploy = push(&deployer, &larger.release()).await;
    assert_eq!(kinds(&redeploy), ["update-settings", "deploy"]);
    snapshot("redeploy", &redeploy);
    assert!(!stub.take_lines().iter().any(|line| line.contains("/s3/")));

    let edited = larger.clone().file("data/words.txt", "x");
    let build = push(&deployer, &edited.release()).await;
    assert_eq!(kinds(&build), ["upload", "build", "deploy"]);
    snapshot("build", &build);
}

#[tokio::test]
async fn requests_come_in_the_protocols_order() {
    let stub = Stub::start().await;
    let deployer = deployer(&stub.url);
    let truss = Truss::new(Some("production")).autoscaling(json!({"max_replicas": 3}));
    push(&deployer, &truss.release()).await;
    insta::assert_snapshot!(stub.take_lines().join("\n"), @r"
    GET /v1/models?name=bert
    POST /v1/prepare_model_upload
    POST /v1/prepare_model_upload
    PUT /s3/uploads/models/up3/model.tgz
    POST /v1/models
    GET /v1/models?name=bert
    GET /v1/models/m1/environments/production
    GET /v1/models/m1/deployments/d1/config
    ");
    let truss = truss.autoscaling(json!({"max_replicas": 4})).file("a", "b");
    push(&deployer, &truss.release()).await;
    insta::assert_snapshot!(stub.take_lines().join("\n"), @r"
    GET /v1/models?name=bert
    GET /v1/models/m1/environments/production
    GET /v1/models/m1/deployments/d1/config
    GET /v1/models/m1/deployments
    POST /v1/prepare_model_upload
    PATCH /v1/models/m1/environments/production
    GET /v1/models/m1/environments/production
    POST /v1/prepare_model_upload
    PUT /s3/uploads/models/up8/model.tgz
    POST /v1/models/m1/deployments
    GET /v1/models?name=bert
    GET /v1/models/m1/environments/production
    GET /v1/models/m1/deployments/d2/config
    ");
}

#[tokio::test]
async fn outside_any_environment_the_label_finds_what_is_live() {
    let stub = Stub::start().await;
    let deployer = deployer(&stub.url);
    let truss = Truss::new(None).autoscaling(json!({"max_replicas": 3}));
    push(&deployer, &truss.release()).await;
    let settings = push(
        &deployer,
        &truss
            .clone()
            .autoscaling(json!({"max_replicas": 9}))
            .release(),
    )
    .await;
    assert_eq!(kinds(&settings), ["update-settings"]);
    snapshot("settings_outside", &settings);
    let build = push(&deployer, &truss.clone().file("a", "b").release()).await;
    assert_eq!(kinds(&build), ["upload", "build", "deploy"]);
    // What production holds is another thing: the first push went there unasked.
    let production = Truss {
        environment: Some("production"),
        ..truss
    };
    assert!(plan(&deployer, &production.release()).await.is_empty());
}

#[tokio::test]
async fn a_missing_environment_is_created_only_when_asked() {
    let stub = Stub::start().await;
    let deployer = deployer(&stub.url);
    let mut truss = Truss::new(Some("stagin")).autoscaling(json!({"min_replicas": 1}));
    let error = deployer
        .plan(&truss.release(), &NoProgress)
        .await
        .unwrap_err();
    assert_eq!(error.kind, DeployErrorKind::NotFound);
    insta::assert_snapshot!(error, @"the model `bert` does not exist yet, and a new model has only the environment `production`, not `stagin`");
    assert_eq!(
        error.hints,
        [
            "push to `production` first (--environment production)",
            "create it with the model: --create-environment-if-missing",
        ]
    );

    push(&deployer, &Truss::new(Some("production")).release()).await;
    truss.environment = Some("prodution");
    let error = deployer
        .plan(&truss.release(), &NoProgress)
        .await
        .unwrap_err();
    assert_eq!(error.kind, DeployErrorKind::NotFound);
    insta::assert_snapshot!(error, @"the model `bert` has no environment `prodution`; it has: production");
    assert_eq!(
        error.hints,
        [
            "did you mean `production`?",
            "create it with --create-environment-if-missing",
        ]
    );

    truss.environment = Some("staging");
    truss.options.create_environment = true;
    let made = push(&deployer, &truss.file("data/words.txt", "x").release()).await;
    assert_eq!(
        kinds(&made),
        ["create-environment", "upload", "build", "deploy"]
    );
    snapshot("create_environment", &made);
}

#[tokio::test]
async fn an_environment_comes_with_a_new_model_when_asked() {
    for in_payload in [true, false] {
        let stub = Stub::start().await;
        stub.with(|inner| inner.refuse_payload_settings = !in_payload);
        let deployer = deployer(&stub.url);
        let mut truss = Truss::new(Some("staging")).autoscaling(json!({"min_replicas": 2}));
        truss.options.create_environment = true;
        let first = push(&deployer, &truss.release()).await;
        let steps = ["create-environment", "upload", "build", "deploy"];
        let after = (!in_payload).then_some("update-settings");
        assert_eq!(
            kinds(&first),
            steps.into_iter().chain(after).collect::<Vec<_>>()
        );
        if in_payload {
            snapshot("create_environment_with_model", &first);
        }
        // The step sends nothing: dry runs, the upload and the creation say it.
        let seen = stub.take_seen();
        assert!(
            !seen
                .iter()
                .any(|seen| seen.method == "POST" && seen.path.ends_with("/environments"))
        );
        let mut told = 0;
        for seen in seen.iter().filter(|seen| seen.method == "POST") {
            let of_model = &seen.body["source"]["deployment"];
            let of_upload = &seen.body["deployment"];
            let deployment = if of_model.is_null() {
                of_upload
            } else {
                of_model
            };
            assert_eq!(deployment["environment_name"], "staging", "{}", seen.path);
            assert_eq!(deployment["create_environment_if_missing"], true);
            told += 1;
        }
        assert_eq!(told, if in_payload { 3 } else { 6 });
        stub.with(|inner| {
            assert_eq!(inner.environments[1]["name"], "staging");
            let settings = &inner.environments[1]["autoscaling_settings"];
            assert_eq!(settings["min_replica"], 2);
        });
        // From then on it is an environment as any other.
        let next = push(
            &deployer,
            &truss.autoscaling(json!({"min_replicas": 3})).release(),
        )
        .await;
        assert_eq!(kinds(&next), ["update-settings"]);
    }
}

#[tokio::test]
async fn a_platform_that_creates_no_environment_with_a_model_says_so_before_anything_is_sent() {
    let stub = Stub::start().await;
    stub.with(|inner| inner.refuse = Some("create_environment_if_missing: unknown key"));
    let mut truss = Truss::new(Some("staging"));
    truss.options.create_environment = true;
    let error = deployer(&stub.url)
        .plan(&truss.release(), &NoProgress)
        .await
        .unwrap_err();
    assert_eq!(error.kind, DeployErrorKind::Refused);
    insta::assert_snapshot!(error.hints.join("\n"), @r"
    nothing was created: the platform was asked with a dry run
    if it is for the environment, push to `production` first (--environment production)
    ");
}

#[tokio::test]
async fn an_image_that_any_deployment_has_is_not_built_again() {
    let stub = Stub::start().await;
    stub.with(|inner| inner.reuse = true);
    let deployer = deployer(&stub.url);
    let production = Truss::new(Some("production"));
    push(&deployer, &production.release()).await;

    // The same files, to another environment.
    let mut staging = Truss {
        environment: Some("staging"),
        ..production.clone()
    };
    staging.options.create_environment = true;
    stub.take_lines();
    let first = push(&deployer, &staging.release()).await;
    assert_eq!(kinds(&first), ["create-environment", "deploy"]);
    snapshot("redeploy_elsewhere", &first);
    assert!(!stub.take_lines().iter().any(|line| line.contains("/s3/")));

    // Other files, and back to the older ones: the newest deployment of them is named.
    let edited = production.clone().file("a", "b");
    assert_eq!(
        kinds(&push(&deployer, &edited.release()).await),
        ["upload", "build", "deploy"]
    );
    stub.take_lines();
    let back = push(&deployer, &production.release()).await;
    assert_eq!(kinds(&back), ["deploy"]);
    snapshot("redeploy_older", &back);
    assert!(!stub.take_lines().iter().any(|line| line.contains("/s3/")));

    // A platform that has it no more asks for the archive.
    stub.with(|inner| inner.reuse = false);
    let again = push(&deployer, &edited.release()).await;
    assert_eq!(kinds(&again), ["deploy"]);
    assert!(stub.take_lines().iter().any(|line| line.contains("/s3/")));
}

#[tokio::test]
async fn only_an_image_that_was_built_counts() {
    let stub = Stub::start().await;
    let deployer = deployer(&stub.url);
    let production = Truss::new(Some("production"));
    push(&deployer, &production.release()).await;
    let edited = production.clone().file("a", "b");
    push(&deployer, &edited.release()).await;
    let old = production.release();
    for (status, is_development, steps) in [
        ("ACTIVE", false, &["deploy"][..]),
        ("SCALED_TO_ZERO", false, &["deploy"]),
        ("INACTIVE", false, &["deploy"]),
        ("DEPLOYING", false, &["deploy"]),
        ("ACTIVE", true, &["upload", "build", "deploy"]),
        ("BUILDING", false, &["upload", "build", "deploy"]),
        ("BUILD_FAILED", false, &["upload", "build", "deploy"]),
        ("DEPLOY_FAILED", false, &["upload", "build", "deploy"]),
        ("MELTING", false, &["upload", "build", "deploy"]),
    ] {
        stub.with(|inner| {
            inner.deployments[0]["status"] = json!(status);
            inner.deployments[0]["is_development"] = json!(is_development);
        });
        let plan = plan(&deployer, &old).await;
        assert_eq!(kinds(&plan), steps, "{status}");
    }
    // Nor is anything listed where nothing would be built.
    stub.take_lines();
    plan(&deployer, &edited.release()).await;
    let lines = stub.take_lines();
    assert!(!lines.iter().any(|line| line.ends_with("/deployments")));
}

#[tokio::test]
async fn the_plan_says_where_the_platform_takes_settings() {
    for (in_config, in_payload, expected) in [
        (true, true, json!({"config": true, "payload": true})),
        (false, true, json!({"config": false, "payload": true})),
        (true, false, json!({"config": true, "payload": false})),
        (false, false, json!({"config": false, "payload": false})),
    ] {
        let stub = Stub::start().await;
        stub.with(|inner| {
            inner.refuse_config_settings = !in_config;
            inner.refuse_payload_settings = !in_payload;
        });
        let deployer = deployer(&stub.url);
        let truss = Truss::new(Some("production")).autoscaling(json!({"min_replicas": 1}));
        let first = push(&deployer, &truss.release()).await;
        let told: Vec<_> = first
            .warnings
            .iter()
            .map(|warning| &warning.message)
            .collect();
        if in_payload {
            assert!(told.is_empty(), "{told:?}");
        } else {
            assert_eq!(codes(&first), ["plan::settings-refused"]);
            assert!(
                told[0].ends_with(": unknown key autoscaling_settings"),
                "{told:?}"
            );
        }
        let deploy = first
            .steps
            .iter()
            .find(|step| step.kind.to_string() == "deploy")
            .unwrap();
        assert_eq!(deploy.details["settings_in"], expected);
        let last = first.steps.last().unwrap().kind.to_string();
        assert_eq!(last == "update-settings", !in_payload);
        let sent = stub.body_of("POST /v1/models");
        let deployment = &sent["source"]["deployment"];
        assert_eq!(!deployment["autoscaling_settings"].is_null(), in_payload);
        assert_eq!(
            !deployment["config"]["autoscaling_settings"].is_null(),
            in_config
        );
        assert!(deployment["config"]["environment_overrides"].is_null());
        // Outside any environment, the deployment's own settings are changed afterwards.
        let truss = Truss {
            environment: None,
            ..truss
        }
        .file("other", "x");
        let outside = push(&deployer, &truss.release()).await;
        let last = outside.steps.last().unwrap().kind.to_string();
        assert_eq!(last == "update-settings", !in_payload);
    }
}

#[tokio::test]
async fn settings_that_no_step_could_apply_are_refused_in_the_plan() {
    for (config_settings, environment) in [
        (true, Some("production")),
        (false, Some("production")),
        (true, None),
    ] {
        let stub = Stub::start().await;
        stub.with(|inner| {
            inner.refuse_config_settings = !config_settings;
            inner.refuse_no_replica = Some("max_replica is 0,\n\u{1b}[31mbut must be at least 1");
        });
        let deployer = deployer(&stub.url);
        let truss = Truss::new(environment).autoscaling(json!({"max_replicas": 0}));
        let refused = async |truss: &Truss| {
            let planned = deployer.plan(&truss.release(), &NoProgress).await;
            let error = planned.unwrap_err();
            assert_eq!(error.kind, DeployErrorKind::Refused);
            assert_eq!(
                error.message,
                "cannot check the deployment: the platform answered 400: max_replica is 0,\n\
                 but must be at least 1"
            );
        };
        refused(&truss).await;
        // And where the environment has settings that go with few others.
        let many = json!({"min_replicas": 2, "max_replicas": 3});
        push(&deployer, &truss.clone().autoscaling(many).release()).await;
        refused(&truss.file("a", "b")).await;
        // A platform that takes none at all there says nothing about these.
        stub.with(|inner| inner.refuse_payload_settings = true);
        let truss = Truss::new(environment).autoscaling(json!({"max_replicas": 0}));
        let plan = plan(&deployer, &truss.file("c", "d").release()).await;
        assert!(codes(&plan).contains(&"plan::settings-refused"), "{plan:?}");
    }
}

#[tokio::test]
async fn a_refusal_is_the_platforms_own_word() {
    let stub = Stub::start().await;
    stub.with(|inner| inner.refuse = Some("resources.accelerator: unsupported"));
    let truss = Truss::new(Some("production")).autoscaling(json!({"min_replicas": 1}));
    let deployer = deployer(&stub.url);
    let error = deployer
        .plan(&truss.release(), &NoProgress)
        .await
        .unwrap_err();
    assert_eq!(error.kind, DeployErrorKind::Refused);
    insta::assert_snapshot!(error, @"cannot check the deployment: the platform answered 400: resources.accelerator: unsupported");
    assert_eq!(stub.take_lines().len(), 5);
}

#[tokio::test]
async fn what_failed_is_not_live_and_a_candidate_counts_before_what_serves() {
    let stub = Stub::start().await;
    let deployer = deployer(&stub.url);
    let truss = Truss::new(Some("production"));
    stub.with(|inner| inner.first_status = Some("BUILD_FAILED"));
    let release = truss.release();
    let first = plan(&deployer, &release).await;
    deployer.apply(&release, &first, &NoProgress).await.unwrap();
    let again = plan(&deployer, &release).await;
    assert_eq!(kinds(&again), ["upload", "build", "deploy"]);
    assert!(
        again.steps[1]
            .reason
            .contains("d1 is not live: it is BUILD_FAILED"),
        "{again:?}"
    );

    stub.with(|inner| inner.first_status = None);
    push(&deployer, &release).await;
    // One is on its way with other files: it counts.
    let edited = truss.clone().file("a", "b").release();
    stub.with(|inner| inner.first_status = Some("BUILDING"));
    let third = plan(&deployer, &edited).await;
    deployer.apply(&edited, &third, &NoProgress).await.unwrap();
    stub.with(|inner| {
        let (served, candidate) = (inner.deployments[1].clone(), inner.deployments[2].clone());
        inner.environments[0]["current_deployment"] = served;
        inner.environments[0]["candidate_deployment"] = candidate;
    });
    assert!(plan(&deployer, &edited).await.is_empty());
    // What serves is not what is coming, but it has the image.
    assert_eq!(kinds(&plan(&deployer, &release).await), ["deploy"]);
    // A deployment on its way would set settings back that are changed in the environment alone.
    let scaled = truss
        .clone()
        .file("a", "b")
        .autoscaling(json!({"max_replicas": 7}));
    let settings = plan(&deployer, &scaled.release()).await;
    assert_eq!(kinds(&settings), ["update-settings"]);
    assert_eq!(settings.steps[0].details["deployment_id"], "d3");
    stub.take_lines();
    deployer
        .apply(&scaled.release(), &settings, &NoProgress)
        .await
        .unwrap();
    let lines = stub.take_lines();
    let patches: Vec<_> = lines
        .iter()
        .filter(|line| line.starts_with("PATCH"))
        .collect();
    assert_eq!(
        patches,
        [
            "PATCH /v1/models/m1/environments/production",
            "PATCH /v1/models/m1/deployments/d3/autoscaling_settings",
        ]
    );
    let promotion = json!({"status": "CANCELED", "percent_traffic_to_new_version": 0});
    stub.with(|inner| inner.environments[0]["in_progress_promotion"] = promotion);
    assert!(plan(&deployer, &release).await.is_empty());
    stub.with(|inner| {
        inner.environments[0]["in_progress_promotion"] = json!(null);
        inner.environments[0]["candidate_deployment"]["status"] = json!("FAILED");
    });
    assert!(plan(&deployer, &release).await.is_empty());
    stub.with(|inner| inner.environments[0]["current_deployment"]["status"] = json!("INACTIVE"));
    assert_eq!(
        codes(&plan(&deployer, &release).await),
        ["plan::setting-kept", "plan::inactive"]
    );
}

#[tokio::test]
async fn the_instance_type_is_kept_or_taken_by_rule_and_said_so() {
    let stub = Stub::start().await;
    stub.with(|inner| inner.reuse = true);
    let deployer = deployer(&stub.url);
    push(&deployer, &Truss::new(Some("production")).release()).await;
    let mut truss = Truss::new(Some("production")).resources(json!({"cpu": "8"}));
    let kept = push(&deployer, &truss.release()).await;
    assert_eq!(codes(&kept), ["plan::instance-type-preserved"]);
    assert_eq!(
        kept.warnings[0].hint.as_deref(),
        Some("--no-preserve-env-instance-type takes it from `resources`")
    );
    // The way out that was named must lead somewhere, though nothing in the file changed.
    truss.options.preserve_instance_type = Some(false);
    let taken = push(&deployer, &truss.release()).await;
    assert_eq!(kinds(&taken), ["deploy"]);
    assert!(
        taken.notes.iter().any(|note| note
            .ends_with("is taken from `resources`: --no-preserve-env-instance-type was given")),
        "{taken:?}"
    );
    assert_eq!(
        stub.body_of("POST /v1/models/m1/deployments")["source"]["deployment"]["preserve_env_instance_type"],
        false
    );
}

#[tokio::test]
async fn warnings_name_values_and_ranges() {
    let stub = Stub::start().await;
    let deployer = deployer(&stub.url);
    let first = Truss::new(Some("production"))
        .autoscaling(json!({"concurrency_target": 8, "max_scale_down_rate": 20}));
    push(&deployer, &first.release()).await;
    let mut truss = Truss::new(Some("production"))
        .autoscaling(json!({"max_replicas": 0, "scaling_window_seconds": 4000}))
        .resources(json!({"instance_type": "L4:4x16", "accelerator": "H100"}));
    truss.raw_config = Some("#".repeat(102_401));
    let plan = plan(&deployer, &truss.release()).await;
    let told: Vec<_> = plan
        .warnings
        .iter()
        .map(|warning| format!("{}: {}", warning.code, warning.message))
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    plan::setting-out-of-range: `max_replicas` is 0, and the platform documents at least 1: it may refuse it
    plan::setting-out-of-range: `scaling_window_seconds` is 4000, and the platform documents 10 to 3600: it may refuse it
    plan::resources-ignored: `instance_type` is L4:4x16: the platform ignores `accelerator` beside it
    plan::setting-kept: the environment `production` has `concurrency_target` 8 and `max_scale_down_rate` 20, which the file does not set: it stays, as the platform cannot reset a setting
    plan::instance-type-preserved: `resources` ask for another instance type than `production` has (1x2), which is kept: the environment does not override `resources`
    plan::raw-config-too-large: the configuration as written has 102401 bytes, and the platform keeps up to 102400: it is not sent as written, only as understood
    ");
    deployer
        .apply(&truss.release(), &plan, &NoProgress)
        .await
        .unwrap();
    let sent = stub.body_of("POST /v1/models/m1/deployments");
    assert!(sent["source"]["deployment"]["raw_config"].is_null());
}

#[tokio::test]
async fn limits_are_checked_before_anything_is_asked() {
    let deployer = deployer("http://127.0.0.1:9");
    let mut cases = vec![];
    let mut truss = Truss::new(Some("production"));
    truss.options.deployment_name = Some("a b".to_owned());
    cases.push(truss.clone());
    truss.options.deployment_name = None;
    truss.options.deploy_timeout_minutes = Some(9);
    cases.push(truss.clone());
    truss.options.deploy_timeout_minutes = None;
    truss
        .options
        .labels
        .insert("plimsoll-push-id".to_owned(), json!("x"));
    cases.push(truss.clone());
    truss.options.labels.clear();
    truss.environment = None;
    for name in ["", "bert\u{1b}[31m"] {
        truss.name = name.to_owned();
        cases.push(truss.clone());
    }
    for truss in cases {
        let error = deployer
            .plan(&truss.release(), &NoProgress)
            .await
            .unwrap_err();
        assert_eq!(error.kind, DeployErrorKind::Invalid, "{error}");
    }
}

#[tokio::test]
async fn names_in_a_plan_do_not_steer_the_terminal() {
    let stub = Stub::start().await;
    let truss =
        Truss::new(Some("production")).resources(json!({"instance_type": "L4\u{1b}[2J\n- forged"}));
    let plan = plan(&deployer(&stub.url), &truss.release()).await;
    let reason = &plan.steps[2].reason;
    assert!(reason.contains(r"L4\u{1b}[2J\n- forged"), "{reason}");
    assert_eq!(
        plan.steps[2].details["resources"]["instance_type"],
        "L4\u{1b}[2J\n- forged"
    );
}

#[tokio::test]
async fn two_models_of_one_name_are_an_error_that_names_both() {
    let stub = Stub::start().await;
    let deployer = deployer(&stub.url);
    push(&deployer, &Truss::new(None).release()).await;
    stub.with(|inner| {
        let mut twin = inner.models[0].clone();
        twin["id"] = json!("m2");
        twin["team_name"] = json!("research");
        inner.models.push(twin);
        let team = |id: &str, name: &str| {
            json!({"id": id, "name": name, "default": false, "created_at": "2026-01-01T00:00:00Z"})
        };
        inner.teams = vec![team("t1", "default"), team("t2", "research")];
    });
    let release = Truss::new(None).release();
    let error = deployer.plan(&release, &NoProgress).await.unwrap_err();
    insta::assert_snapshot!(error, @"there is more than one model `bert`: m1 of the team `default` and m2 of the team `research`");
    let team = deployer_with(&stub.url, &json!({"team": "reserch"}));
    let error = team.plan(&release, &NoProgress).await.unwrap_err();
    insta::assert_snapshot!(error, @"there is no team `reserch`; there are: default, research");
    stub.take_lines();
    let team = deployer_with(&stub.url, &json!({"team": "research"}));
    let _ = team.plan(&release, &NoProgress).await;
    assert_eq!(
        stub.take_lines()[..2],
        ["GET /v1/teams", "GET /v1/teams/t2/models?name=bert"]
    );
}

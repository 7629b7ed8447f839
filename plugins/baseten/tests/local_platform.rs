//! Against the local platform, which speaks the real protocols: the law that an applied plan,
//! planned again, is empty; archives whole and in parts; an image that is used again.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;

use common::local::{Local, local};
use common::release::Truss;
use common::{KEY, Recorder, kinds};
use plimsoll_core::deployer::{DeployErrorKind, Deployer as _, NoProgress};
use plimsoll_core::plan::Plan;
use plimsoll_core::release::Release;
use proptest::prelude::*;
use proptest::test_runner::{Config, FileFailurePersistence, TestRunner};
use serde_json::{Value as Json, json};
use tokio::runtime::Runtime;

#[tokio::test]
async fn the_way_of_a_model() {
    let folder = tempfile::tempdir().unwrap();
    let local = local(folder.path()).await;
    let truss = Truss::new(Some("production"))
        .autoscaling(json!({"min_replicas": 1, "max_replicas": 3}))
        .file(
            "scripts/a/very/long/path/"
                .repeat(12)
                .as_str()
                .trim_end_matches('/'),
            "x",
        );
    let (plan, outcome) = local.push(&truss.release()).await;
    assert_eq!(kinds(&plan), ["upload", "build", "deploy"]);
    let first = outcome.deployments[0].clone();
    assert_eq!(first.status, "ACTIVE");
    assert!(!first.phases.is_empty());

    let scaled = truss
        .clone()
        .autoscaling(json!({"min_replicas": 2, "max_replicas": 3}));
    let (plan, outcome) = local.push(&scaled.release()).await;
    assert_eq!(kinds(&plan), ["update-settings"]);
    assert_eq!(outcome.deployments[0].deployment_id, first.deployment_id);

    let larger = scaled
        .clone()
        .resources(json!({"cpu": "4", "memory": "16Gi"}))
        .overrides("resources");
    let plan = local.plan(&larger.release()).await;
    assert_eq!(kinds(&plan), ["deploy"]);
    let recorder = Recorder::default();
    let outcome = local
        .deployer
        .apply(&larger.release(), &plan, &recorder)
        .await
        .unwrap();
    let events = recorder.texts();
    assert!(
        events
            .iter()
            .any(|event| event.contains("uses the image again")),
        "{events:?}"
    );
    assert!(
        !events.iter().any(|event| event.starts_with("Uploaded")),
        "{events:?}"
    );
    local.deployer.wait(outcome, &recorder).await.unwrap();
    assert!(local.plan(&larger.release()).await.is_empty());

    let weights: Vec<u8> = (0..9 << 20)
        .map(|number: u32| number.to_le_bytes()[1])
        .collect();
    let edited = larger.clone().file("weights.bin", weights);
    let (plan, _) = local.push(&edited.release()).await;
    assert_eq!(kinds(&plan), ["upload", "build", "deploy"]);

    let mut staging = Truss {
        environment: Some("staging"),
        ..truss
    };
    let error = local
        .deployer
        .plan(&staging.release(), &NoProgress)
        .await
        .unwrap_err();
    assert_eq!(error.kind, DeployErrorKind::NotFound);
    staging.options.create_environment = true;
    let (plan, _) = local.push(&staging.release()).await;
    // The image is that of the first push.
    assert_eq!(kinds(&plan), ["create-environment", "deploy"]);
}

/// Pushes, which must send no archive, and build nothing.
async fn push_without_archive(local: &Local, release: &Release) -> Plan {
    let plan = local.plan(release).await;
    let recorder = Recorder::default();
    let outcome = local.deployer.apply(release, &plan, &recorder).await;
    let events = recorder.texts();
    assert!(
        events
            .iter()
            .any(|event| event.contains("uses the image again")),
        "{events:?}"
    );
    assert!(
        !events.iter().any(|event| event.starts_with("Uploaded")),
        "{events:?}"
    );
    local
        .deployer
        .wait(outcome.unwrap(), &recorder)
        .await
        .unwrap();
    assert!(local.plan(release).await.is_empty());
    plan
}

/// From one environment to the next, and back to what was there before: one build for each image.
#[tokio::test]
async fn the_same_files_are_built_once() {
    let folder = tempfile::tempdir().unwrap();
    let local = local(folder.path()).await;
    let old = Truss::new(Some("staging")).autoscaling(json!({"max_replicas": 3}));
    let mut first = old.clone();
    first.options.create_environment = true;
    let (plan, _) = local.push(&first.release()).await;
    assert_eq!(
        kinds(&plan),
        ["create-environment", "upload", "build", "deploy"]
    );
    let to_production = |truss: &Truss| Truss {
        environment: Some("production"),
        ..truss.clone()
    };
    let plan = push_without_archive(&local, &to_production(&old).release()).await;
    assert_eq!(kinds(&plan), ["update-settings", "deploy"]);
    let new = old.clone().file("model/more.py", "MORE = 1\n");
    local.push(&new.release()).await;
    let plan = push_without_archive(&local, &to_production(&new).release()).await;
    assert_eq!(kinds(&plan), ["deploy"]);
    let outside = Truss {
        environment: None,
        ..old.clone()
    };
    let plan = push_without_archive(&local, &outside.release()).await;
    assert_eq!(kinds(&plan), ["deploy"]);
    // Back to the older files.
    let plan = push_without_archive(&local, &old.release()).await;
    assert_eq!(kinds(&plan), ["deploy"]);
}

#[tokio::test]
async fn a_new_model_goes_to_an_environment_that_comes_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let local = local(folder.path()).await;
    let mut truss = Truss::new(Some("staging"))
        .autoscaling(json!({"min_replicas": 1, "max_replicas": 3}))
        .resources(json!({"accelerator": "L4", "memory": "8Gi"}));
    let error = local
        .deployer
        .plan(&truss.release(), &NoProgress)
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind, error.hints.len()),
        (DeployErrorKind::NotFound, 2)
    );
    truss.options.create_environment = true;
    let (plan, outcome) = local.push(&truss.release()).await;
    assert_eq!(
        kinds(&plan),
        ["create-environment", "upload", "build", "deploy"]
    );
    assert_eq!(plan.steps[0].details["with"], "deploy");
    assert_eq!(outcome.deployments[0].status, "ACTIVE");
    // It has the settings, and it alone: there is nothing in production.
    let scaled = truss
        .clone()
        .autoscaling(json!({"min_replicas": 2, "max_replicas": 3}));
    let (plan, _) = local.push(&scaled.release()).await;
    assert_eq!(kinds(&plan), ["update-settings"]);
    let changes = json!({"min_replicas": {"before": 1, "after": 2}});
    assert_eq!(plan.steps[0].details["changes"], changes);
    let production = Truss {
        environment: Some("production"),
        ..truss
    };
    let plan = local.plan(&production.release()).await;
    assert_eq!(kinds(&plan), ["update-settings", "deploy"]);
}

/// An environment's name is checked before anything is asked, by the platform's own rule.
#[tokio::test]
async fn names_of_environments_are_checked_as_the_platform_does() {
    let folder = tempfile::tempdir().unwrap();
    let local = local(folder.path()).await;
    let (_, outcome) = local.push(&Truss::new(Some("production")).release()).await;
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::new();
    let url = format!(
        "{}/v1/models/{}/environments",
        local.url, outcome.deployments[0].model_id
    );
    for (name, shown) in [
        ("staging", None),
        ("v1.2_rc-3", None),
        ("...x", None),
        ("", Some("``")),
        (".", Some("`.`")),
        ("..", Some("`..`")),
        ("x/y", Some("`x/y`")),
        ("pro duction", Some("`pro duction`")),
        ("pro\nduction", Some(r"`pro\nduction`")),
        ("\u{1b}[31mred", Some(r"`\u{1b}[31mred`")),
        ("größe", Some("`größe`")),
    ] {
        let mut truss = Truss::new(Some(name));
        truss.options.create_environment = true;
        let planned = local.deployer.plan(&truss.release(), &NoProgress).await;
        match shown {
            None => assert!(planned.is_ok(), "{name:?}: {planned:?}"),
            Some(shown) => {
                let error = planned.unwrap_err();
                assert_eq!(error.kind, DeployErrorKind::Invalid);
                assert!(error.message.starts_with(shown), "{error}");
            }
        }
        let answer = client
            .post(&url)
            .bearer_auth(KEY)
            .header("content-type", "application/json")
            .body(json!({"name": name}).to_string())
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status().is_success(), shown.is_none(), "{name:?}");
    }
}

/// What the platform takes, but not with this value, is refused in the plan.
#[tokio::test]
async fn a_value_that_the_platform_refuses_is_not_planned() {
    let folder = tempfile::tempdir().unwrap();
    let local = local(folder.path()).await;
    let refused = async |truss: &Truss| {
        let planned = local.deployer.plan(&truss.release(), &NoProgress).await;
        let error = planned.unwrap_err();
        assert_eq!(error.kind, DeployErrorKind::Refused);
        assert!(error.message.contains("max_replica is 0"), "{error}");
    };
    let truss = Truss::new(Some("production")).autoscaling(json!({"max_replicas": 0}));
    refused(&truss).await;
    let many = json!({"min_replicas": 2, "max_replicas": 3});
    local.push(&truss.clone().autoscaling(many).release()).await;
    refused(&truss.clone().file("a", "b")).await;
    for environment in [None, Some("staging")] {
        let mut other = Truss {
            environment,
            ..truss.clone().file("a", "b")
        };
        other.options.create_environment = true;
        refused(&other).await;
    }
}

/// What a user may do between two pushes.
#[derive(Clone, Debug)]
enum Edit {
    File(u8),
    Cpu(u8),
    Accelerator(bool),
    Min(Option<u32>),
    Max(Option<u32>),
    Window(Option<u32>),
    Concurrency(Option<u32>),
    Environment(u8),
    Preserve(Option<bool>),
}

fn edit() -> impl Strategy<Value = Edit> {
    let setting = |range: std::ops::Range<u32>| proptest::option::of(range);
    prop_oneof![
        any::<u8>().prop_map(|content| Edit::File(content % 3)),
        (1_u8..5).prop_map(Edit::Cpu),
        any::<bool>().prop_map(Edit::Accelerator),
        setting(0..3).prop_map(Edit::Min),
        setting(3..6).prop_map(Edit::Max),
        setting(30..33).prop_map(Edit::Window),
        setting(1..4).prop_map(Edit::Concurrency),
        (0_u8..3).prop_map(Edit::Environment),
        proptest::option::of(any::<bool>()).prop_map(Edit::Preserve),
    ]
}

fn set(object: &mut Json, key: &str, value: Option<u32>) {
    match value {
        Some(value) => object[key] = json!(value),
        None => drop(object.as_object_mut().unwrap().remove(key)),
    }
}

fn apply(truss: &mut Truss, edit: &Edit) {
    match edit {
        Edit::File(content) => truss.files[0].1 = vec![*content; 3],
        Edit::Cpu(count) => truss.resources["cpu"] = json!(count.to_string()),
        Edit::Accelerator(true) => truss.resources["accelerator"] = json!("L4"),
        Edit::Accelerator(false) => truss.resources["accelerator"] = Json::Null,
        Edit::Min(value) => set(&mut truss.autoscaling, "min_replicas", *value),
        // A platform that has 0 to 1 by default takes no fewer most than least.
        Edit::Max(value) => set(
            &mut truss.autoscaling,
            "max_replicas",
            Some(value.unwrap_or(9)),
        ),
        Edit::Window(value) => set(&mut truss.autoscaling, "scaling_window_seconds", *value),
        Edit::Concurrency(value) => set(&mut truss.autoscaling, "concurrency_target", *value),
        Edit::Environment(0) => truss.environment = None,
        Edit::Environment(1) => truss.environment = Some("staging"),
        Edit::Environment(_) => truss.environment = Some("production"),
        Edit::Preserve(wish) => truss.options.preserve_instance_type = *wish,
    }
}

/// A plan applied, then planned again, is empty: over random edits in random order, pushed while
/// the platform may still be at work on the last one.
#[test]
fn a_plan_applied_then_planned_again_is_empty() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = Runtime::new().unwrap();
    let local = runtime.block_on(local(folder.path()));
    let cases = 24;
    let mut runner = TestRunner::new(Config {
        cases,
        // Named, as the place beside the sources is only found for tests within them.
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(
            "proptest-regressions/local_platform.txt",
        ))),
        ..Config::default()
    });
    let number = std::cell::Cell::new(0);
    let steps = (
        proptest::sample::select(vec![None, Some("production"), Some("staging")]),
        proptest::collection::vec((edit(), any::<bool>()), 1..8),
    );
    runner
        .run(&steps, |(environment, edits)| {
            number.set(number.get() + 1);
            let mut truss = Truss::new(environment);
            truss.name = format!("model-{}", number.get());
            truss.autoscaling = json!({"max_replicas": 9});
            truss.options.create_environment = true;
            runtime.block_on(async {
                for (edit, waits) in &edits {
                    apply(&mut truss, edit);
                    let release = truss.release();
                    let plan = local.plan(&release).await;
                    let outcome = local.deployer.apply(&release, &plan, &NoProgress).await;
                    let outcome = outcome
                        .map_err(|error| TestCaseError::fail(format!("{error:?}\n{plan:#?}")))?;
                    let again = local.plan(&release).await;
                    prop_assert!(again.is_empty(), "at once: {:#?}\nafter {:#?}", again, plan);
                    if *waits {
                        let waited = local.deployer.wait(outcome, &NoProgress).await;
                        prop_assert!(waited.is_ok(), "{:?}", waited);
                        let again = local.plan(&release).await;
                        prop_assert!(again.is_empty(), "later: {:#?}\nafter {:#?}", again, plan);
                    }
                }
                Ok(())
            })
        })
        .unwrap();
}

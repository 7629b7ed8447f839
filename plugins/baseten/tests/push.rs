//! Pushes: once and only once, retried where that is safe, stopped where nothing is half-made.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;

use common::release::Truss;
use common::stub::{Fault, Seen, Stub};
use common::{KEY, Recorder, deployer, deployer_with};
use plimsoll_baseten::BasetenDeployer;
use plimsoll_core::deployer::{
    DeployError, DeployErrorKind, Deployer as _, Event, NoProgress, Outcome,
};
use plimsoll_core::plan::StepKind;
use plimsoll_core::release::Release;
use serde_json::{Value as Json, json};

async fn push(
    deployer: &BasetenDeployer,
    release: &Release,
    progress: &Recorder,
) -> Result<Outcome, DeployError> {
    let plan = deployer.plan(release, progress).await?;
    deployer.apply(release, &plan, progress).await
}

fn truss() -> Truss {
    Truss::new(Some("production")).autoscaling(json!({"min_replicas": 1}))
}

#[tokio::test]
async fn a_creation_whose_answer_is_lost_is_found_and_not_repeated() {
    for fault in [
        Fault::DropAfter,
        Fault::StatusAfter(500),
        Fault::StatusAfter(504),
    ] {
        let stub = Stub::start().await;
        let deployer = deployer(&stub.url);
        for (on, count) in [
            ("POST /v1/models", 1),
            ("POST /v1/models/m1/deployments", 2),
        ] {
            stub.fault(on, fault);
            let release = truss().file("n", count.to_string()).release();
            let outcome = push(&deployer, &release, &Recorder::default())
                .await
                .unwrap();
            assert_eq!(outcome.deployments[0].deployment_id, format!("d{count}"));
            assert_eq!(
                stub.with(|inner| inner.deployments.len()),
                count,
                "{fault:?}"
            );
            let posts = stub.take_lines().iter().filter(|line| *line == on).count();
            assert_eq!(posts, 1);
            assert_eq!(stub.with(|inner| inner.models.len()), 1);
        }
    }
}

#[tokio::test]
async fn an_environment_whose_creation_is_not_answered_is_found() {
    let stub = Stub::start().await;
    let deployer = deployer(&stub.url);
    push(&deployer, &truss().release(), &Recorder::default())
        .await
        .unwrap();
    let mut staging = Truss {
        environment: Some("staging"),
        ..truss()
    };
    staging.options.create_environment = true;
    stub.fault("POST /v1/models/m1/environments", Fault::DropAfter);
    push(&deployer, &staging.release(), &Recorder::default())
        .await
        .unwrap();
    assert_eq!(stub.with(|inner| inner.environments.len()), 2);
}

#[tokio::test]
async fn a_creation_that_did_not_happen_is_tried_again() {
    for fault in [
        Fault::Drop,
        Fault::Status(503),
        Fault::Status(429),
        Fault::Status(500),
    ] {
        let stub = Stub::start().await;
        stub.fault("POST /v1/models", fault);
        let recorder = Recorder::default();
        let outcome = push(&deployer(&stub.url), &truss().release(), &recorder)
            .await
            .unwrap();
        assert_eq!(outcome.deployments.len(), 1);
        assert_eq!(stub.with(|inner| inner.deployments.len()), 1, "{fault:?}");
        let retried = recorder
            .texts()
            .iter()
            .any(|event| event.starts_with("Retry"));
        assert!(retried);
    }
}

#[tokio::test]
async fn a_creation_that_hangs_is_left_in_doubt() {
    let stub = Stub::start().await;
    let options = json!({"request_timeout_seconds": 0.2, "retries": 1});
    let deployer = deployer_with(&stub.url, &options);
    stub.fault("POST /v1/models", Fault::Hang);
    stub.fault("POST /v1/models", Fault::Hang);
    let error = push(&deployer, &truss().release(), &Recorder::default())
        .await
        .unwrap_err();
    assert_eq!(error.kind, DeployErrorKind::Unavailable);
    assert_eq!(error.left_behind.len(), 2, "{:?}", error.left_behind);
    assert!(error.left_behind[0].starts_with("an archive at s3://uploads/models/"));
    assert!(error.left_behind[1].contains("may have been created"));
}

#[tokio::test]
async fn what_is_safe_to_repeat_is_repeated() {
    let stub = Stub::start().await;
    let deployer = deployer(&stub.url);
    push(&deployer, &truss().release(), &Recorder::default())
        .await
        .unwrap();
    for on in [
        "GET /v1/models?",
        "GET /v1/models/m1/environments/production",
        "/config",
        "POST /v1/prepare_model_upload",
        "PATCH",
        "PUT /s3",
    ] {
        for fault in [Fault::Status(503), Fault::Drop] {
            stub.fault(on, fault);
        }
    }
    let release = truss()
        .file("a", "b")
        .autoscaling(json!({"min_replicas": 2}))
        .release();
    let recorder = Recorder::default();
    push(&deployer, &release, &recorder).await.unwrap();
    let retries = recorder
        .texts()
        .iter()
        .filter(|event| event.starts_with("Retry"))
        .count();
    assert_eq!(retries, 12);
    // And not for ever, nor what is refused.
    for _ in 0..6 {
        stub.fault("GET /v1/models?", Fault::Status(502));
    }
    let error = deployer.plan(&release, &NoProgress).await.unwrap_err();
    assert_eq!(error.kind, DeployErrorKind::Unavailable);
    for (status, kind) in [
        (401, DeployErrorKind::Unauthorised),
        (403, DeployErrorKind::Unauthorised),
        (404, DeployErrorKind::NotFound),
        (400, DeployErrorKind::Refused),
        (409, DeployErrorKind::Refused),
        (500, DeployErrorKind::Unavailable),
    ] {
        stub.take_lines();
        stub.fault("GET /v1/models?", Fault::Status(status));
        let error = deployer.plan(&release, &NoProgress).await.unwrap_err();
        assert_eq!(error.kind, kind, "{status}");
        assert!(error.message.contains("try again"), "{error}");
        assert_eq!(stub.take_lines().len(), 1);
    }
}

/// Bytes that no two parts have in common.
fn big(mebibytes: usize) -> Vec<u8> {
    (0..mebibytes * 1024 * 1024 / 8)
        .flat_map(|number: usize| {
            (number as u64)
                .wrapping_mul(0x9E37_79B9_7F4A_7C15)
                .to_le_bytes()
        })
        .collect()
}

#[tokio::test]
async fn a_large_archive_is_sent_in_parts_and_a_failed_part_alone_again() {
    let stub = Stub::start().await;
    let content = big(17);
    let release = truss().file("weights.bin", content.clone()).release();
    stub.fault("partNumber=2", Fault::Status(503));
    stub.fault("partNumber=3", Fault::Drop);
    stub.fault("POST /s3/", Fault::Status(503));
    let recorder = Recorder::default();
    push(&deployer(&stub.url), &release, &recorder)
        .await
        .unwrap();
    let parts = stub
        .take_lines()
        .into_iter()
        .filter(|line| line.starts_with("PUT /s3") && line.contains("partNumber"))
        .count();
    assert_eq!(parts, 5);
    let object = stub.with(|inner| inner.objects.values().next().unwrap().clone());
    let mut found = Vec::new();
    for entry in tar::Archive::new(&object[..]).entries().unwrap() {
        let mut entry = entry.unwrap();
        if entry.path().unwrap().to_str() == Some("weights.bin") {
            std::io::copy(&mut entry, &mut found).unwrap();
        }
    }
    assert!(found == content);
    let events = recorder.events.lock().unwrap();
    let last = events.iter().rev().find_map(|event| match event {
        Event::Uploaded { bytes, total } => Some((*bytes, *total)),
        _ => None,
    });
    assert_eq!(last, Some((object.len() as u64, object.len() as u64)));
}

#[tokio::test]
async fn an_upload_that_fails_is_called_off() {
    let stub = Stub::start().await;
    let deployer = deployer_with(&stub.url, &json!({"retries": 1}));
    let release = truss().file("weights.bin", big(17)).release();
    stub.fault("partNumber=2", Fault::Status(500));
    stub.fault("partNumber=2", Fault::Status(500));
    let error = push(&deployer, &release, &Recorder::default())
        .await
        .unwrap_err();
    assert_eq!(error.kind, DeployErrorKind::Unavailable);
    assert!(error.left_behind.is_empty(), "{:?}", error.left_behind);
    assert_eq!(
        stub.with(|inner| (inner.aborted, inner.parts.len(), inner.models.len())),
        (1, 0, 0)
    );
}

#[tokio::test]
async fn an_answer_that_is_lost_when_an_upload_ends_is_looked_up() {
    let stub = Stub::start().await;
    let release = truss().file("weights.bin", big(9)).release();
    stub.fault("?uploadId", Fault::DropAfter);
    push(&deployer(&stub.url), &release, &Recorder::default())
        .await
        .unwrap();
    assert_eq!(stub.with(|inner| inner.objects.len()), 1);
}

/// A platform that is restarted keeps no unfinished upload.
#[tokio::test]
async fn parts_that_the_platform_forgot_are_sent_anew() {
    let stub = Stub::start().await;
    let release = truss().file("weights.bin", big(17)).release();
    stub.fault("partNumber=2", Fault::Status(404));
    stub.fault("DELETE /", Fault::Status(404));
    push(&deployer(&stub.url), &release, &Recorder::default())
        .await
        .unwrap();
    let begun = |seen: &&Seen| seen.method == "POST" && seen.path.contains("?uploads");
    stub.with(|inner| {
        assert_eq!(inner.seen.iter().filter(begun).count(), 2);
        assert_eq!((inner.objects.len(), inner.models.len()), (1, 1));
    });

    // But not for ever, and nothing is left behind of what is not there.
    let stub = Stub::start().await;
    for _ in 0..2 {
        stub.fault("partNumber=2", Fault::Status(404));
        stub.fault("DELETE /", Fault::Status(404));
    }
    let deployer = deployer_with(&stub.url, &json!({"retries": 1}));
    let error = push(&deployer, &release, &Recorder::default())
        .await
        .unwrap_err();
    assert_eq!(error.left_behind, [""; 0]);
}

#[tokio::test]
async fn files_that_changed_since_the_plan_are_not_sent() {
    let stub = Stub::start().await;
    let deployer = deployer(&stub.url);
    for size in [1, 20] {
        let mut edited = truss().file("weights.bin", big(size)).release();
        let planned = truss()
            .file("weights.bin", vec![0; size * 1024 * 1024])
            .release();
        let plan = deployer.plan(&planned, &NoProgress).await.unwrap();
        // Another release than was planned is noticed at once.
        let error = deployer
            .apply(&edited, &plan, &NoProgress)
            .await
            .unwrap_err();
        assert_eq!(error.kind, DeployErrorKind::Invalid);
        // Files that changed under the release, when they are read.
        edited.workloads[0].digest = planned.workloads[0].digest.clone();
        let error = deployer
            .apply(&edited, &plan, &NoProgress)
            .await
            .unwrap_err();
        assert_eq!(error.kind, DeployErrorKind::Invalid);
        assert!(
            error
                .message
                .starts_with("the files changed since the plan was made"),
            "{error}"
        );
        assert!(error.left_behind.is_empty());
        assert_eq!(
            stub.with(|inner| (inner.objects.len(), inner.models.len())),
            (0, 0)
        );
        assert_eq!(stub.with(|inner| inner.parts.len()), 0);
    }
}

#[tokio::test]
async fn a_push_stops_where_nothing_is_half_made() {
    // Before the upload is done: it is called off, and nothing is left.
    let stub = Stub::start().await;
    let release = truss().file("weights.bin", big(33)).release();
    let recorder = Recorder {
        stop_at: Some("Uploaded { bytes: 8388608"),
        ..Recorder::default()
    };
    let error = push(&deployer(&stub.url), &release, &recorder)
        .await
        .unwrap_err();
    assert_eq!(error.kind, DeployErrorKind::Interrupted);
    assert_eq!(
        stub.with(|inner| (inner.models.len(), inner.parts.len())),
        (0, 0)
    );
    assert!(error.left_behind.is_empty(), "{:?}", error.left_behind);

    // After it: the archive is left.
    let recorder = Recorder {
        stop_at: Some("StepFinished { kind: Upload"),
        ..Recorder::default()
    };
    let error = push(&deployer(&stub.url), &truss().release(), &recorder)
        .await
        .unwrap_err();
    assert_eq!(error.kind, DeployErrorKind::Interrupted);
    assert!(
        error.left_behind[0].contains("that no deployment uses"),
        "{:?}",
        error.left_behind
    );
    assert_eq!(stub.with(|inner| inner.models.len()), 0);

    // While the platform does not answer.
    stub.fault("GET /v1/models?", Fault::Hang);
    let recorder = std::sync::Arc::new(Recorder::default());
    let stopper = std::sync::Arc::clone(&recorder);
    tokio::spawn(async move {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        stopper
            .stop
            .store(true, std::sync::atomic::Ordering::Relaxed);
    });
    let began = tokio::time::Instant::now();
    let error = deployer(&stub.url)
        .plan(&truss().release(), &*recorder)
        .await
        .unwrap_err();
    assert_eq!(error.kind, DeployErrorKind::Interrupted);
    assert!(began.elapsed().as_secs() < 2);
}

#[tokio::test]
async fn what_the_platform_says_does_not_steer_the_terminal() {
    let stub = Stub::start().await;
    let deployer = deployer(&stub.url);
    stub.with(|inner| inner.first_status = Some("\u{1b}[2JMELTING\u{7}"));
    let recorder = Recorder::default();
    let outcome = push(&deployer, &truss().release(), &recorder)
        .await
        .unwrap();
    assert_eq!(outcome.deployments[0].status, "MELTING");
    let error = deployer.wait(outcome, &recorder).await.unwrap_err();
    assert!(
        error.message.ends_with("\n  ImportError: no torch"),
        "{error}"
    );
    stub.with(|inner| inner.refuse = Some("no\u{9b}31m such\nthing\u{202e}"));
    let edited = truss().file("a", "b").release();
    let refused = push(&deployer, &edited, &recorder).await.unwrap_err();
    assert!(
        refused.message.ends_with("400: no such\nthing"),
        "{refused}"
    );
    for event in recorder.events.lock().unwrap().iter() {
        let (Event::StepFinished { detail: text, .. }
        | Event::Status { status: text, .. }
        | Event::Log { message: text }
        | Event::Retry { message: text, .. }) = event
        else {
            continue;
        };
        assert!(!text.contains(char::is_control), "{text:?}");
    }
}

#[tokio::test]
async fn the_build_step_says_what_becomes_of_the_image() {
    let stub = Stub::start().await;
    let deployer = deployer(&stub.url);
    let told = async |name: &str| {
        let recorder = Recorder::default();
        let release = truss().file("n", name).release();
        push(&deployer, &release, &recorder).await.unwrap();
        let events = recorder.events.lock().unwrap();
        let built = events.iter().find_map(|event| match event {
            Event::StepFinished { kind, detail, .. } if *kind == StepKind::Build => Some(detail),
            _ => None,
        });
        built.unwrap().clone()
    };
    // No deployment exists yet when the step is done.
    assert_eq!(
        told("1").await,
        "the platform builds it with the deployment"
    );
    // One that is being built is not planned with, but the platform has its image by then.
    stub.with(|inner| {
        inner.reuse = true;
        inner.deployments[0]["status"] = json!("BUILDING");
        inner.environments[0]["current_deployment"] = json!(null);
    });
    assert_eq!(told("1").await, "the platform has the image");
    assert_eq!(
        told("2").await,
        "the platform builds it with the deployment"
    );
}

#[tokio::test]
async fn a_wait_follows_the_status_and_times_the_phases() {
    let stub = Stub::start().await;
    let deployer = deployer(&stub.url);
    stub.with(|inner| inner.first_status = Some("BUILDING"));
    let outcome = push(&deployer, &truss().release(), &Recorder::default())
        .await
        .unwrap();
    stub.with(|inner| {
        inner.statuses = vec![
            "BUILDING",
            "DEPLOYING",
            "LOADING_MODEL",
            "LOADING_MODEL",
            "ACTIVE",
        ];
    });
    stub.fault("GET /v1/models/m1/deployments/d1", Fault::Status(404));
    stub.fault("GET /v1/models/m1/deployments/d1", Fault::Status(503));
    let recorder = Recorder::default();
    let outcome = deployer.wait(outcome, &recorder).await.unwrap();
    let deployed = &outcome.deployments[0];
    assert_eq!(deployed.status, "ACTIVE");
    let phases: Vec<_> = deployed
        .phases
        .iter()
        .map(|phase| phase.status.as_str())
        .collect();
    assert_eq!(phases, ["BUILDING", "DEPLOYING", "LOADING_MODEL"]);
    assert!(deployed.phases.iter().all(|phase| phase.seconds > 0.0));
    assert_eq!(
        recorder
            .texts()
            .iter()
            .filter(|text| text.starts_with("Status"))
            .count(),
        3
    );
    assert_eq!(
        recorder
            .texts()
            .iter()
            .filter(|text| text.starts_with("Retry"))
            .count(),
        1
    );

    for (status, fine) in [
        ("SCALED_TO_ZERO", true),
        ("BUILD_FAILED", false),
        ("MELTING", false),
    ] {
        stub.with(|inner| inner.statuses = vec![status]);
        let waited = deployer.wait(outcome.clone(), &Recorder::default()).await;
        match waited {
            Ok(_) => assert!(fine, "{status}"),
            Err(error) => {
                assert!(!fine, "{error}");
                assert_eq!(error.kind, DeployErrorKind::DeploymentFailed);
                let expected = format!(
                    "the deployment d1 failed: it is {status}; the log ends with:\
                     \n  step 1 of 2\n  ImportError: no torch"
                );
                assert_eq!(error.message, expected);
            }
        }
    }
    // What was switched off before is where it was.
    stub.with(|inner| inner.statuses = vec!["INACTIVE", "INACTIVE"]);
    let mut off = outcome.clone();
    assert!(deployer.wait(off.clone(), &NoProgress).await.is_err());
    off.deployments[0].status = "INACTIVE".to_owned();
    assert_eq!(deployer.wait(off.clone(), &NoProgress).await.unwrap(), off);

    stub.with(|inner| inner.statuses = vec!["BUILDING"]);
    let recorder = Recorder {
        stop_at: Some("BUILDING"),
        ..Recorder::default()
    };
    let error = deployer.wait(outcome, &recorder).await.unwrap_err();
    assert_eq!(error.kind, DeployErrorKind::Interrupted);
    assert!(error.left_behind[0].contains("goes on without being watched"));
}

#[tokio::test]
async fn an_empty_plan_reports_what_is_live() {
    let stub = Stub::start().await;
    let deployer = deployer(&stub.url);
    let first = push(&deployer, &truss().release(), &Recorder::default())
        .await
        .unwrap();
    let again = push(&deployer, &truss().release(), &Recorder::default())
        .await
        .unwrap();
    assert_eq!(first, again);
}

/// What the official SDK sent, as it was recorded: every key that is sent here is one of its, with
/// a value of the same type.
#[tokio::test]
async fn requests_have_the_recorded_shapes() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../shared/data/wire/golden/30_pypi_baseten_sdk_rest.json"
    );
    let Ok(text) = std::fs::read_to_string(path) else {
        println!("skipped: no recorded flow at {path}");
        return;
    };
    let recorded: Vec<Json> = serde_json::from_str(&text).unwrap();
    let body = |method: &str, end: &str| {
        let found = recorded.iter().find(|exchange| {
            let request = &exchange["request"];
            request["method"] == method && request["path"].as_str().unwrap().ends_with(end)
        });
        found.unwrap()["request"]["body"].clone()
    };
    let stub = Stub::start().await;
    let deployer = deployer(&stub.url);
    let mut truss = truss();
    truss.options.deploy_timeout_minutes = Some(30);
    truss.options.labels.insert("team".to_owned(), json!("x"));
    push(&deployer, &truss.release(), &Recorder::default())
        .await
        .unwrap();
    let edited = truss
        .clone()
        .file("a", "b")
        .autoscaling(json!({"min_replicas": 2}));
    push(&deployer, &edited.release(), &Recorder::default())
        .await
        .unwrap();
    let mut staging = Truss {
        environment: Some("staging"),
        ..edited
    };
    staging.options.create_environment = true;
    push(&deployer, &staging.release(), &Recorder::default())
        .await
        .unwrap();
    for (method, path, end) in [
        ("POST", "/v1/prepare_model_upload", "/prepare_model_upload"),
        ("POST", "/v1/models", "/v1/models"),
        ("POST", "/v1/models/m1/deployments", "/deployments"),
        (
            "PATCH",
            "/v1/models/m1/environments/production",
            "/environments/production",
        ),
        ("POST", "/v1/models/m1/environments", "/environments"),
    ] {
        let sent = stub.with(|inner| {
            let of = inner
                .seen
                .iter()
                .filter(|seen| seen.method == method && seen.path == path);
            of.map(|seen| seen.body.clone()).collect::<Vec<_>>()
        });
        assert!(!sent.is_empty(), "{method} {path}");
        for sent in sent {
            same_shape(&sent, &body(method, end), path);
        }
    }
}

fn same_shape(sent: &Json, recorded: &Json, at: &str) {
    match (sent, recorded) {
        (Json::Object(sent), Json::Object(recorded)) => {
            for (key, value) in sent {
                // The SDK leaves a default out, names one of the two, and what is inside of a
                // configuration, labels and settings is the caller's.
                let free = ["kind", "user_env", "model_id", "name"].contains(&key.as_str());
                let inside = ["config", "labels"].contains(&key.as_str());
                match recorded.get(key) {
                    Some(_) if inside => assert!(value.is_object()),
                    Some(expected) => same_shape(value, expected, &format!("{at}/{key}")),
                    None => assert!(free, "{at}/{key} is not in what was recorded"),
                }
            }
        }
        (sent, recorded) => assert_eq!(
            std::mem::discriminant(sent),
            std::mem::discriminant(recorded),
            "{at}: {sent} and {recorded}"
        ),
    }
}

/// Collects what is logged.
#[derive(Clone, Debug, Default)]
struct Log(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_secret_shows_anywhere() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    let stub = Stub::start().await;
    let mut shown = Vec::new();
    let recorder = Recorder::default();
    let deployer = deployer_with(&stub.url, &json!({"retries": 1}));
    shown.push(format!("{deployer:?}"));
    let release = truss().release();
    let plan = deployer.plan(&release, &recorder).await.unwrap();
    shown.push(serde_json::to_string(&plan).unwrap());
    shown.push(format!(
        "{:?}",
        deployer.apply(&release, &plan, &recorder).await
    ));
    let edited = truss().file("a", "b").release();
    for on in [
        "POST /v1/prepare",
        "PUT /s3",
        "POST /v1/models/m1/deployments",
    ] {
        for fault in [
            Fault::Status(400),
            Fault::Status(403),
            Fault::Drop,
            Fault::Drop,
        ] {
            stub.fault(on, fault);
        }
        for _ in 0..4 {
            shown.push(format!("{:#?}", push(&deployer, &edited, &recorder).await));
        }
    }
    // A platform that repeats the key it does not know.
    // The second time in a way that a terminal would not show.
    for key in [KEY, "canary-\u{1b}[31m0123456789\u{0}abcdef"] {
        stub.with(|inner| inner.refuse = Some(key));
        let other = truss().file("c", "d").release();
        let error = push(&deployer, &other, &recorder).await.unwrap_err();
        assert!(error.message.contains("[key]"), "{error}");
        shown.push(format!("{error:#?}"));
    }
    shown.extend(recorder.texts());
    drop(guard);
    let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(logged.contains("autoscaling_settings=") && logged.contains("resources="));
    // Lines of the transport below carry what it was given; ours must not.
    shown.extend(
        logged
            .lines()
            .filter(|line| line.contains("plimsoll"))
            .map(str::to_owned),
    );
    for text in shown {
        assert!(!text.contains("canary"), "{text}");
    }
    for line in logged.lines() {
        assert!(
            !line.contains(KEY) && !line.contains("canary-s3-secret"),
            "{line}"
        );
    }
}

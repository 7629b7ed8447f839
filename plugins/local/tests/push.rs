//! Pushes from the outside: builds, images that are reused, environments, and what is refused.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{Server, archive, config, id, payload, small_archive};
use plimsoll_core::digest::{BuildDigest, BuildDigester};
use reqwest::Method;
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};

fn digest(config: &Json) -> BuildDigest {
    let mut digester = BuildDigester::new();
    digester.file(
        "model/model.py",
        false,
        Sha256::digest(b"class Model: ...\n").into(),
    );
    digester.finish(config)
}

fn labelled(config: &Json, label: &str) -> Json {
    json!({"config": config, "labels": {"plimsoll-build-digest": label}})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_push_becomes_production() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path()).await;
    let created = server
        .push_model("m", &payload(&config()), small_archive())
        .await;
    let (model, deployment) = (id(&created["model"]), id(&created["deployment"]));
    assert_eq!(created["deployment"]["environment"], "production");
    let settled = server.settled(&model, &deployment).await;
    assert_eq!(settled["status"], "ACTIVE");
    assert_eq!(settled["active_replica_count"], 0);
    assert_eq!(settled["instance_type_name"], "1x2");
    let production = server
        .get(&format!("/v1/models/{model}/environments/production"))
        .await;
    assert_eq!(production["current_deployment"]["id"], json!(deployment));
    assert_eq!(production["candidate_deployment"], Json::Null);
    let log = server.log(&model, &deployment).await;
    for line in [
        format!("Image {} was built of 2 files.", digest(&config())).as_str(),
        "a warning of the host",
        "Placed on instance type 1x2: the smallest that has the resources.",
        "control plane only",
    ] {
        assert!(log.contains(line), "{line}: {log}");
    }
    let seen = server.check.contexts.lock().unwrap().clone();
    assert_eq!(
        seen,
        [Some(vec!["config.yaml".to_owned(), "model".to_owned()])]
    );
    assert_eq!(
        std::fs::read_dir(dir.path().join("scratch"))
            .unwrap()
            .count(),
        0
    );
    assert_eq!(
        std::fs::read_dir(dir.path().join("incoming"))
            .unwrap()
            .count(),
        0
    );
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_known_image_needs_no_upload() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path()).await;
    let built = digest(&config());
    let first = server
        .push_model("m", &labelled(&config(), built.as_str()), small_archive())
        .await;
    let (model, first) = (id(&first["model"]), id(&first["deployment"]));
    server.settled(&model, &first).await;

    // Other resources, same image: prepare gives no key, and the creation needs none.
    let larger = json!({"model_name": "m", "resources": {"cpu": "4", "memory": "16Gi"}});
    let mut push = labelled(&larger, built.as_str());
    push["preserve_env_instance_type"] = json!(false);
    push["environment_name"] = json!("production");
    let prepared = server.prepare(&json!({"model_id": model}), &push).await;
    assert_eq!(prepared["s3_key"], Json::Null);
    assert_eq!(prepared["creds"], Json::Null);
    let path = format!("/v1/models/{model}/deployments");
    let created = server
        .post(&path, &json!({"source": {"deployment": push}}))
        .await;
    let second = id(&created["deployment"]);
    let settled = server.settled(&model, &second).await;
    assert_eq!(settled["status"], "ACTIVE");
    assert_eq!(settled["instance_type_name"], "4x16");
    let log = server.log(&model, &second).await;
    let reused =
        format!("Image {built} is reused, as built for deployment {first}; nothing is rebuilt.");
    assert!(log.contains(&reused), "{log}");
    assert_eq!(server.check.contexts.lock().unwrap().last().unwrap(), &None);

    // The label alone is not believed.
    let other = labelled(&json!({"model_name": "other"}), built.as_str());
    let prepared = server.prepare(&json!({"model_id": model}), &other).await;
    assert!(prepared["s3_key"].is_string());
    for push in [
        other,
        labelled(&config(), &"0".repeat(64)),
        payload(&config()),
    ] {
        let body = json!({"source": {"deployment": push}});
        let (status, message) = server.refused(Method::POST, &path, Some(&body)).await;
        assert_eq!(status, 400);
        assert!(message.contains("upload the archive"), "{message}");
    }

    // The same files sent again are recognised.
    let third = server
        .push(&model, &payload(&config()), small_archive())
        .await;
    let third = id(&third["deployment"]);
    server.settled(&model, &third).await;
    assert!(
        server
            .log(&model, &third)
            .await
            .contains("nothing is rebuilt")
    );
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_label_is_warned_about() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path()).await;
    let push = labelled(&config(), &"a".repeat(64));
    let created = server.push_model("m", &push, small_archive()).await;
    let (model, deployment) = (id(&created["model"]), id(&created["deployment"]));
    server.settled(&model, &deployment).await;
    let logs = format!("/v1/models/{model}/deployments/{deployment}/logs?min_level=WARNING");
    let logs = server.get(&logs).await["logs"].to_string();
    assert!(logs.contains("The latter counts"), "{logs}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_build_leaves_the_environment_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path()).await;
    let created = server
        .push_model("m", &payload(&config()), small_archive())
        .await;
    let (model, good) = (id(&created["model"]), id(&created["deployment"]));
    server.settled(&model, &good).await;
    let hostile: Vec<(Json, Vec<u8>, &str)> = vec![
        (
            json!({"refuse": true}),
            small_archive(),
            "the configuration says so",
        ),
        (config(), archive(&[("model.py", b"")]), "no config.yaml"),
        (config(), b"\x1f\x8b\x08 not a tar".to_vec(), "gzip"),
        (
            config(),
            hostile_archive("../evil", tar::EntryType::Regular),
            "leads out",
        ),
        (
            config(),
            hostile_archive("link", tar::EntryType::Symlink),
            "symbolic link",
        ),
        (
            config(),
            archive(&[("config.yaml", &vec![b'#'; 2 << 20])]),
            "bytes",
        ),
    ];
    for (config, archive, why) in hostile {
        let mut push = payload(&config);
        push["environment_name"] = json!("production");
        let bad = server.push(&model, &push, archive).await;
        let bad = id(&bad["deployment"]);
        assert_eq!(
            server.settled(&model, &bad).await["status"],
            "BUILD_FAILED",
            "{why}"
        );
        let log = server.log(&model, &bad).await;
        assert!(
            log.contains("Build failed: ") && log.contains(why),
            "{why}: {log}"
        );
        let production = server
            .get(&format!("/v1/models/{model}/environments/production"))
            .await;
        assert_eq!(production["current_deployment"]["id"], json!(good));
        assert_eq!(production["in_progress_promotion"], Json::Null);
    }
    assert!(!dir.path().join("evil").exists() && !dir.path().join("scratch/evil").exists());
    server.stop().await;
}

fn hostile_archive(name: &str, kind: tar::EntryType) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_ustar();
    header.set_entry_type(kind);
    header.set_size(0);
    header.set_mode(0o644);
    header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
    header.as_old_mut().linkname[..11].copy_from_slice(b"/etc/passwd");
    header.set_cksum();
    builder.append(&header, &b""[..]).unwrap();
    builder.into_inner().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn prepare_refuses_what_create_refuses() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path()).await;
    let created = server
        .push_model("m", &payload(&config()), small_archive())
        .await;
    let model = id(&created["model"]);
    let with = |key: &str, value: Json| {
        let mut payload = payload(&config());
        payload[key] = value;
        payload
    };
    let cases = [
        (with("deployment_name", json!("a b")), "Deployment name"),
        (
            with("deploy_timeout_minutes", json!(9)),
            "between 10 and 1440",
        ),
        (with("raw_config", json!("x".repeat(102_401))), "102400"),
        (
            with("autoscaling_settings", json!({"min_replicas": 1})),
            "unknown field `min_replicas`",
        ),
        (
            with("autoscaling_settings", json!({"min_replica": 2})),
            "max_replica is 1",
        ),
        (
            with("autoscaling_settings", json!({"autoscaling_window": 5})),
            "between 10 and 3600",
        ),
        (
            with("config", json!({"resources": {"accelerator": "TPU"}})),
            "TPU",
        ),
        (
            with("config", json!({"resources": {"instance_type": "9x9"}})),
            "Known: 1x2",
        ),
        (with("config", json!([])), "expected a map"),
        (
            with("instance_type_id", json!("1x2")),
            "preserve_env_instance_type",
        ),
        (with("region", json!("eu")), "region"),
        (with("environment_name", json!("a/b")), "Environment name"),
    ];
    for (push, why) in cases {
        let prepare = json!({"model_id": model, "deployment": push, "dry_run": true});
        let prepared = server
            .refused(Method::POST, "/v1/prepare_model_upload", Some(&prepare))
            .await;
        let create = json!({"source": {"s3_key": "models/none", "deployment": push}});
        let path = format!("/v1/models/{model}/deployments");
        let created = server.refused(Method::POST, &path, Some(&create)).await;
        assert_eq!(prepared.0, 400);
        assert!(prepared.1.contains(why), "{why}: {}", prepared.1);
        // Where serde gives a place in the body, it differs.
        assert_eq!(
            prepared.1.split(" at line").next(),
            created.1.split(" at line").next()
        );
    }
    let mut missing = with("environment_name", json!("stagin"));
    missing["create_environment_if_missing"] = json!(false);
    let prepare = json!({"model_id": model, "deployment": missing});
    let (status, message) = server
        .refused(Method::POST, "/v1/prepare_model_upload", Some(&prepare))
        .await;
    assert_eq!(status, 404);
    assert_eq!(
        message,
        "Environment stagin not found. Known environments: production"
    );
    let taken = json!({"name": "m", "deployment": payload(&config())});
    let refused = server
        .refused(Method::POST, "/v1/prepare_model_upload", Some(&taken))
        .await;
    assert_eq!(refused.0, 409);
    let neither = json!({"deployment": payload(&config())});
    let refused = server
        .refused(Method::POST, "/v1/prepare_model_upload", Some(&neither))
        .await;
    assert_eq!(refused.0, 400);
    let dry = json!({"model_id": model, "deployment": payload(&config()), "dry_run": true});
    let dry = server.post("/v1/prepare_model_upload", &dry).await;
    assert_eq!(
        dry,
        json!({"creds": null, "s3_bucket": null, "s3_key": null, "s3_region": null})
    );
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_makes_one_deployment() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path()).await;
    let push = payload(&config());
    let key = server
        .upload(&json!({"name": "m"}), &push, small_archive())
        .await;
    let body = json!({"source": {"name": "m", "s3_key": key, "deployment": push}});
    let created = server.post("/v1/models", &body).await;
    let path = format!("/v1/models/{}/deployments", id(&created["model"]));
    let again = json!({"source": {"s3_key": key, "deployment": push}});
    let (status, message) = server.refused(Method::POST, &path, Some(&again)).await;
    assert_eq!(status, 409);
    assert!(message.contains(&id(&created["deployment"])), "{message}");
    let prepared = server.prepare(&json!({"name": "other"}), &push).await;
    let unsent = json!({"source": {"s3_key": prepared["s3_key"], "deployment": push}});
    let (status, message) = server.refused(Method::POST, &path, Some(&unsent)).await;
    assert_eq!(status, 400);
    assert!(message.contains("Nothing was uploaded"), "{message}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_archive_can_be_fetched_again() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path()).await;
    let created = server
        .push_model("m", &payload(&config()), small_archive())
        .await;
    let path = format!(
        "/v1/models/{}/deployments/{}/download",
        id(&created["model"]),
        id(&created["deployment"])
    );
    let url = server.get(&path).await["download_url"]
        .as_str()
        .unwrap()
        .to_owned();
    let fetched = server.http.get(&url).send().await.unwrap();
    assert_eq!(fetched.headers()["content-type"], "application/x-tar");
    assert_eq!(fetched.bytes().await.unwrap(), small_archive());
    let gone = server.http.get(format!("{url}0")).send().await.unwrap();
    assert_eq!(gone.status(), 404);
    server.stop().await;
}

//! The main job: push, change settings only, change resources, change code, promote; and what
//! travelled each time.

use serde_json::{Value as Json, json};

use crate::overheard::Overheard;
use crate::proxy::Request;
use crate::support::{Home, Run, example};

const CONFIG: &str = "llm-per-environment/config.yaml";

/// A Truss whose target is overheard.
struct Scene(Overheard);

impl Scene {
    fn new() -> Self {
        let scene = Overheard::new();
        example(&scene.home, "llm-per-environment");
        Self(scene)
    }

    fn run(&self, arguments: &[&str]) -> (Run, Vec<Request>) {
        let (run, travelled) = self.0.run(arguments);
        assert_eq!(run.code, 0, "{arguments:?}: {}\n{}", run.stdout, run.stderr);
        (run, travelled)
    }

    /// Pushes, and gives the kinds of the plan's steps and what travelled.
    fn push(&self, more: &[&str]) -> (Vec<String>, Vec<Request>) {
        let mut arguments = vec![
            "push",
            "llm-per-environment",
            "--wait",
            "--yes",
            "--format",
            "json",
        ];
        arguments.extend(more);
        let (run, travelled) = self.run(&arguments);
        (kinds(&run.json()["plan"]), travelled)
    }

    fn plan(&self, environment: &str) -> Json {
        let arguments = [
            "plan",
            "llm-per-environment",
            "-e",
            environment,
            "--format",
            "json",
        ];
        self.run(&arguments).0.json()
    }
}

fn kinds(plan: &Json) -> Vec<String> {
    let steps = plan["steps"].as_array().unwrap().iter();
    steps
        .map(|step| step["kind"].as_str().unwrap().to_owned())
        .collect()
}

/// The requests that are no mere questions.
fn changes(requests: &[Request]) -> Vec<&Request> {
    let asks = |request: &&Request| {
        request.line.starts_with("GET ")
            || request.line.ends_with("/logs")
            || request.body["dry_run"] == json!(true)
    };
    requests.iter().filter(|request| !asks(request)).collect()
}

fn lines<'a>(requests: &[&'a Request]) -> Vec<&'a str> {
    requests
        .iter()
        .map(|request| request.line.as_str())
        .collect()
}

#[test]
fn push_then_settings_then_resources_then_code_then_promote() {
    let scene = Scene::new();

    let (steps, travelled) = scene.push(&["-e", "production"]);
    assert_eq!(steps, ["upload", "build", "deploy"]);
    let sent = changes(&travelled);
    assert_eq!(
        lines(&sent),
        ["POST /v1/prepare_model_upload", "POST /v1/models"]
    );
    let source = &sent[1].body["source"];
    assert_eq!(source["name"], "llm-per-environment");
    let deployment = &source["deployment"];
    assert_eq!(deployment["environment_name"], "production");
    assert_eq!(deployment["preserve_env_instance_type"], false);
    let config = &deployment["config"];
    assert_eq!(config["resources"]["accelerator"], "H100");
    assert_eq!(config.get("environment_overrides"), None);
    assert_eq!(config["autoscaling_settings"]["min_replicas"], 15);
    assert_eq!(config["spec_version"], "2.0", "fully defaulted");
    let settings = &deployment["autoscaling_settings"];
    let expected = json!({
        "min_replica": 15, "max_replica": 30, "target_utilization_percentage": 70,
        "autoscaling_window": 120, "scale_down_delay": 600,
    });
    assert_eq!(*settings, expected);
    let raw = deployment["raw_config"].as_str().unwrap();
    assert!(
        raw.contains("environment_overrides:"),
        "the user's own bytes"
    );
    assert!(
        scene.plan("production")["steps"]
            .as_array()
            .unwrap()
            .is_empty()
    );

    scene
        .0
        .home
        .edit(CONFIG, "max_replicas: 30", "max_replicas: 40");
    let (steps, travelled) = scene.push(&["-e", "production"]);
    assert_eq!(steps, ["update-settings"]);
    let sent = changes(&travelled);
    assert_eq!(sent.len(), 1, "{:?}", lines(&sent));
    assert!(
        sent[0].line.starts_with("PATCH /v1/models/")
            && sent[0].line.ends_with("/environments/production")
    );
    assert_eq!(
        sent[0].body,
        json!({"autoscaling_settings": {"max_replica": 40}})
    );

    scene.0.home.edit(
        CONFIG,
        "accelerator: H100\n        count: 1",
        "accelerator: H200\n        count: 2",
    );
    let (steps, travelled) = scene.push(&["-e", "production"]);
    assert_eq!(steps, ["deploy"]);
    let sent = changes(&travelled);
    assert_eq!(sent.len(), 2, "{:?}", lines(&sent));
    assert!(sent[1].line.ends_with("/deployments"));
    let source = &sent[1].body["source"];
    assert!(
        source.get("s3_key").is_none_or(Json::is_null),
        "nothing was uploaded: {source}"
    );
    assert_eq!(
        source["deployment"]["config"]["resources"]["accelerator"],
        "H200:2"
    );

    scene
        .0
        .home
        .write("llm-per-environment/model/extra.py", "ANSWER = 42\n");
    let (steps, travelled) = scene.push(&["-e", "production"]);
    assert_eq!(steps, ["upload", "build", "deploy"]);
    assert!(changes(&travelled)[1].body["source"]["s3_key"].is_string());

    // Built for qa, promoted to production: the image is the same, and is used again.
    scene
        .0
        .home
        .write("llm-per-environment/model/extra.py", "ANSWER = 43\n");
    let (steps, _) = scene.push(&["-e", "qa", "--create-environment-if-missing"]);
    assert_eq!(steps, ["create-environment", "upload", "build", "deploy"]);
    let (steps, travelled) = scene.push(&["--promote"]);
    assert_eq!(steps, ["deploy"]);
    let source = &changes(&travelled)[1].body["source"];
    assert_eq!(source["deployment"]["environment_name"], "production");
    assert!(source.get("s3_key").is_none_or(Json::is_null), "{source}");
    for environment in ["production", "qa"] {
        let plan = scene.plan(environment);
        assert!(plan["steps"].as_array().unwrap().is_empty(), "{plan:#}");
    }
}

#[test]
fn settings_go_before_the_deployment_that_needs_them() {
    let scene = Scene::new();
    scene.push(&["-e", "production"]);
    scene
        .0
        .home
        .edit(CONFIG, "max_replicas: 30", "max_replicas: 31");
    scene
        .0
        .home
        .write("llm-per-environment/model/extra.py", "ANSWER = 42\n");
    let (steps, travelled) = scene.push(&["-e", "production"]);
    assert_eq!(steps, ["update-settings", "upload", "build", "deploy"]);
    let sent = changes(&travelled);
    let order: Vec<_> = sent
        .iter()
        .map(|request| request.line.split('/').next_back().unwrap())
        .collect();
    assert_eq!(order, ["production", "prepare_model_upload", "deployments"]);
}

#[test]
fn a_dry_run_and_a_plan_change_nothing() {
    let scene = Scene::new();
    let (steps, travelled) = scene.push(&["-e", "production", "--dry-run"]);
    assert_eq!(steps, ["upload", "build", "deploy"]);
    assert!(changes(&travelled).is_empty());
    let (steps, _) = scene.push(&["-e", "production"]);
    assert_eq!(steps, ["upload", "build", "deploy"], "nothing had happened");
}

/// With no set-up at all: the platform runs inside the command, and a server started later shows
/// what was pushed.
#[test]
fn what_is_pushed_in_process_is_served_later() {
    let home = Home::new();
    let truss = example(&home, "text-classifier");
    let fresh = home.ok(&["plan", &truss, "-e", "production", "--format", "json"]);
    assert_eq!(kinds(&fresh.json()), ["upload", "build", "deploy"]);
    assert!(!home.path(".local").exists(), "a plan changes nothing");
    let pushed = home
        .ok(&["push", &truss, "-e", "production", "--format", "json"])
        .json();
    assert_eq!(pushed["outcome"]["deployments"][0]["status"], "ACTIVE");
    let _server = home.serve();
    let again = home.ok(&["plan", &truss, "-e", "production", "--format", "json"]);
    assert!(kinds(&again.json()).is_empty());
    home.edit(
        "text-classifier/config.yaml",
        "max_replicas: 12",
        "max_replicas: 13",
    );
    let changed = home
        .ok(&["push", &truss, "-e", "production", "--format", "json"])
        .json();
    assert_eq!(kinds(&changed["plan"]), ["update-settings"]);
}

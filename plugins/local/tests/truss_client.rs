//! The official command line, unmodified, against this platform. It runs where `PLIMSOLL_PYTHON`
//! names a Python that has `truss`, with `ruff` beside it.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use common::{KEY, Server, id};
use serde_json::{Value as Json, json};

const RUN: &str = "from truss.cli.cli import truss_cli; truss_cli()";

const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// Far longer than a push takes, so that a fault is a failure and not a hang.
const PATIENCE: Duration = Duration::from_secs(120);

const CHAIN: &str = r#"
import random

import truss_chains as chains


class RandInt(chains.ChainletBase):
    remote_config = chains.RemoteConfig(compute=chains.Compute(cpu_count=1, memory="512Mi"))

    async def run_remote(self, max_value: int) -> int:
        return random.randint(1, max_value)


@chains.mark_entrypoint("Hello Chain")
class HelloWorld(chains.ChainletBase):
    remote_config = chains.RemoteConfig(compute=chains.Compute(cpu_count=2, memory="4Gi"))

    def __init__(self, rand_int: RandInt = chains.depends(RandInt, retries=3)) -> None:
        self._rand_int = rand_int

    async def run_remote(self, max_value: int) -> str:
        return "Hello World! " * await self._rand_int.run_remote(max_value)
"#;

/// The Python to run, where there is one.
#[expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "what is on this machine is said by the environment; a skipped test says so"
)]
fn python() -> Option<PathBuf> {
    let found = std::env::var_os("PLIMSOLL_PYTHON").map(PathBuf::from);
    if found.is_none() {
        println!("skipped: PLIMSOLL_PYTHON names no Python that has truss");
    }
    found
}

/// A home of the official command line that knows this platform, and nothing else.
struct Client {
    python: PathBuf,
    home: tempfile::TempDir,
}

impl Client {
    fn new(python: PathBuf, server: &Server) -> Self {
        let home = tempfile::tempdir().unwrap();
        let url = &server.url;
        let write = |path: &str, text: String| {
            let path = home.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write(
            ".trussrc",
            format!("[local]\nremote_provider = baseten\napi_key = {KEY}\nremote_url = {url}\n"),
        );
        // For the source of a chain alone: that of a model's archive is told by the platform.
        write(
            ".aws/config",
            format!(
                "[default]\nregion = us-west-2\nendpoint_url = {url}/__s3\ns3 =\n    \
                 addressing_style = path\n"
            ),
        );
        write("chain/hello_chain.py", CHAIN.to_owned());
        write("model/config.yaml", "model_name: hello\n".to_owned());
        write(
            "model/model/model.py",
            "class Model:\n    def predict(self, given):\n        return given\n".to_owned(),
        );
        Self { python, home }
    }

    /// Runs the command line. Returns its exit code and what it printed.
    async fn run(&self, args: &[&str]) -> (i32, String) {
        let beside = self.python.parent().unwrap_or(Path::new("/"));
        let (out, log) = (
            self.home.path().join("out.log"),
            self.home.path().join("err.log"),
        );
        let mut child = Command::new(&self.python)
            .args(["-c", RUN])
            .args(args)
            .current_dir(self.home.path())
            .env_clear()
            .env("HOME", self.home.path())
            .env("PATH", format!("{}:/usr/bin:/bin", beside.display()))
            .env("TMPDIR", self.home.path())
            .env("COLUMNS", "200")
            .env("TRUSS_NO_UPDATE_CHECK", "1")
            .stdin(Stdio::null())
            .stdout(fs::File::create(&out).unwrap())
            .stderr(fs::File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let said = || fs::read_to_string(&out).unwrap() + &fs::read_to_string(&log).unwrap();
        let mut left = PATIENCE;
        let code = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break status.code().unwrap_or(-1);
            }
            if left.is_zero() {
                child.kill().unwrap();
                child.wait().unwrap();
                panic!("{args:?} has no end: {}", said());
            }
            tokio::time::sleep(LOOK_AGAIN).await;
            left = left.saturating_sub(LOOK_AGAIN);
        };
        let said = said();
        assert!(!said.contains(KEY), "{said}");
        (code, said)
    }

    async fn push_chain(&self, more: &[&str]) -> (i32, String) {
        let push = [
            "chains",
            "push",
            "chain/hello_chain.py",
            "--remote",
            "local",
        ];
        self.run(&[&push[..], more].concat()).await
    }
}

fn names(deployment: &Json) -> Vec<&str> {
    let chainlets = deployment["chainlets"].as_array().unwrap();
    let names = chainlets.iter().map(|chainlet| chainlet["name"].as_str());
    names.map(Option::unwrap).collect()
}

/// The newest deployment of a chain.
async fn newest(server: &Server, chain: &str) -> Json {
    let path = format!("/v1/chains/{chain}/deployments");
    let listed = server.get(&path).await;
    listed["deployments"]
        .as_array()
        .unwrap()
        .last()
        .unwrap()
        .clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn truss_chains_push_deploys_a_chain() {
    let Some(python) = python() else { return };
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path()).await;
    let client = Client::new(python, &server);

    let (code, said) = client.push_chain(&["--environment", "staging"]).await;
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("No environments exist"), "{said}");
    assert_eq!(server.get("/v1/chains").await["chains"], json!([]));

    let (code, said) = client
        .push_chain(&["--environment", "production", "--wait"])
        .await;
    assert_eq!(code, 0, "{said}");
    for expected in ["HelloWorld (entrypoint)", "RandInt (internal)"] {
        let row = said.lines().rev().find(|line| line.contains(expected));
        assert!(row.is_some_and(|row| row.contains("ACTIVE")), "{said}");
    }
    assert!(said.contains("into the production environment"), "{said}");
    let chain = id(&server.get("/v1/chains").await["chains"][0]);
    assert!(
        said.contains(&format!("chain-{chain}/environments/production")),
        "{said}"
    );
    let first = newest(&server, &chain).await;
    assert_eq!(first["environment"], "production");
    assert_eq!(names(&first), ["HelloWorld", "RandInt"]);
    assert_eq!(first["chainlets"][0]["instance_type_name"], "2x8");

    let (code, said) = client.push_chain(&["--environment", "staging"]).await;
    assert_eq!(code, 1, "{said}");
    assert!(
        said.contains("Environment `staging` does not exist"),
        "{said}"
    );

    let environments = format!("/v1/chains/{chain}/environments");
    let staging = json!({"name": "staging", "chainlet_settings": [
        {"chainlet_name": "RandInt", "autoscaling_settings": {"max_replica": 4},
         "instance_type_id": "1x4"},
    ]});
    server.post(&environments, &staging).await;
    let (code, said) = client
        .push_chain(&[
            "--environment",
            "staging",
            "--deployment-name",
            "rel-7",
            "--wait",
        ])
        .await;
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("into the staging environment"), "{said}");
    let second = newest(&server, &chain).await;
    assert_eq!(
        (&second["status"], &second["environment"]),
        (&json!("ACTIVE"), &json!("staging"))
    );
    assert_eq!(
        second["chainlets"][1]["autoscaling_settings"]["max_replica"],
        4
    );
    assert_eq!(second["chainlets"][1]["instance_type_name"], "1x4");
    // The same code is the same image, whatever the client named the models.
    for name in ["HelloWorld", "RandInt"] {
        let log = server.chainlet_log(&chain, &id(&second), name).await;
        assert!(log.contains("is reused"), "{log}");
    }

    server
        .check
        .refuses
        .store(true, std::sync::atomic::Ordering::Relaxed);
    let (code, said) = client.push_chain(&["--promote", "--wait"]).await;
    assert_eq!(code, 0, "the client says it in words alone: {said}");
    assert!(said.contains("BUILD_FAILED"), "{said}");
    let path = format!("{environments}/production");
    assert_eq!(
        server.get(&path).await["current_deployment"]["id"],
        first["id"]
    );
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn truss_push_deploys_a_model() {
    let Some(python) = python() else { return };
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path()).await;
    let client = Client::new(python, &server);
    // What needs nothing but the platform's own word on where archives go.
    fs::remove_dir_all(client.home.path().join(".aws")).unwrap();
    let push = ["push", "model", "--remote", "local"];
    for more in [&[][..], &["--environment", "production"], &["--promote"]] {
        let (code, said) = client.run(&[&push[..], more].concat()).await;
        assert_eq!(code, 0, "{said}");
        let model = id(&server.get("/v1/models?name=hello").await["models"][0]);
        let settled = server.settled(&model, "production").await;
        assert_eq!(settled["status"], "ACTIVE");
    }
    let (code, said) = client
        .run(&[&push[..], &["--environment", "staging"]].concat())
        .await;
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("Environment staging not found"), "{said}");
    let (code, said) = client.run(&["whoami", "--remote", "local"]).await;
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("plimsoll-local"), "{said}");
    server.stop().await;
}

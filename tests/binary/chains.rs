//! Chains: pushed as a whole, and then only what differs; and what travelled each time.

use serde_json::{Value as Json, json};

use crate::overheard::Overheard;
use crate::proxy::Request;
use crate::support::{Home, Run};

const CHAIN: &str = "rag/chain.py";

const SOURCE: &str = r#"import truss_chains as chains


class Embed(chains.ChainletBase):
    remote_config = chains.RemoteConfig(
        compute=chains.Compute(cpu_count=2, gpu="L4"),
        autoscaling_settings=chains.AutoscalingSettings(min_replicas=0, max_replicas=2),
        environment_overrides={
            "production": chains.RemoteOverrides(
                compute=chains.Compute(gpu="A10G"),
                autoscaling_settings=chains.AutoscalingSettings(min_replicas=3, max_replicas=9),
            ),
        },
    )

    async def run_remote(self, text: str) -> list[float]:
        return [float(len(text))]


@chains.mark_entrypoint("rag")
class Answer(chains.ChainletBase):
    remote_config = chains.RemoteConfig(compute=chains.Compute(cpu_count=1, memory="4Gi"))

    def __init__(self, embed: Embed = chains.depends(Embed, retries=2)) -> None:
        self._embed = embed

    async def run_remote(self, question: str) -> str:
        return str(await self._embed.run_remote(question))
"#;

/// A chain whose target is overheard.
struct Scene(Overheard);

impl Scene {
    fn new() -> Self {
        let scene = Overheard::new();
        scene.home.write(CHAIN, SOURCE);
        Self(scene)
    }

    /// Pushes, and gives what travelled.
    fn push(&self, environment: &str, more: &[&str]) -> (Run, Vec<Request>) {
        let mut arguments = vec!["push", CHAIN, "-e", environment, "--wait", "--yes"];
        arguments.extend(["--format", "json"]);
        arguments.extend(more);
        self.0.run(&arguments)
    }

    fn pushed(&self) -> (Vec<String>, Vec<Request>) {
        let (run, travelled) = self.push("production", &[]);
        assert_eq!(run.code, 0, "{}\n{}", run.stdout, run.stderr);
        let (plan, _) = self
            .0
            .run(&["plan", CHAIN, "-e", "production", "--format", "json"]);
        assert_eq!(
            plan.json()["steps"],
            json!([]),
            "applied, then planned again"
        );
        (lines(&run.json()["plan"]), travelled)
    }
}

fn lines(plan: &Json) -> Vec<String> {
    let steps = plan["steps"].as_array().unwrap().iter();
    let text = |step: &Json, key: &str| step[key].as_str().unwrap().to_owned();
    steps
        .map(|step| format!("{} {}", text(step, "kind"), text(step, "workload")))
        .collect()
}

/// What changes something: mutations, and REST that is no question.
fn changes(requests: &[Request]) -> Vec<&Request> {
    let is_change = |request: &&Request| {
        if request.line.contains("/graphql/") {
            let query = request.body["query"].as_str().unwrap_or_default();
            return query.starts_with("mutation");
        }
        !request.line.starts_with("GET ") && !request.line.ends_with("/logs")
    };
    requests.iter().filter(is_change).collect()
}

/// The GraphQL fields that were asked for, in order, each once in a row.
fn fields(requests: &[Request]) -> Vec<&'static str> {
    const KNOWN: [&str; 6] = [
        "truss_validation",
        "model_s3_upload_credentials",
        "chain_s3_upload_credentials",
        "deploy_chain_atomic",
        "chain_deployment(",
        "chains(",
    ];
    let queries = requests
        .iter()
        .filter(|request| request.line.contains("/graphql/"))
        .filter_map(|request| request.body["query"].as_str());
    let mut found: Vec<&str> = queries
        .filter_map(|query| KNOWN.into_iter().find(|known| query.contains(known)))
        .collect();
    found.dedup();
    found
}

#[test]
fn push_then_settings_then_compute_then_code() {
    let scene = Scene::new();
    let (plan, travelled) = scene.pushed();
    let whole = [
        "upload Answer",
        "upload Embed",
        "upload rag",
        "build Answer",
        "build Embed",
        "deploy Answer",
        "deploy Embed",
        "update-settings Embed",
    ];
    assert_eq!(plan, whole);
    let order = fields(&travelled);
    let sent = order
        .iter()
        .position(|field| *field == "model_s3_upload_credentials");
    let sent = &order[sent.unwrap()..];
    assert_eq!(
        sent[..6],
        [
            "model_s3_upload_credentials",
            "truss_validation",
            "model_s3_upload_credentials",
            "chain_s3_upload_credentials",
            "deploy_chain_atomic",
            "chain_deployment(",
        ]
    );

    scene
        .0
        .home
        .edit(CHAIN, "max_replicas=9", "max_replicas=12");
    let (plan, travelled) = scene.pushed();
    assert_eq!(plan, ["update-settings Embed"]);
    let sent = changes(&travelled);
    assert_eq!(sent.len(), 1, "one PATCH, and nothing is uploaded");
    assert!(
        sent[0].line.starts_with("PATCH /v1/chains/"),
        "{}",
        sent[0].line
    );
    let line = &sent[0].line;
    assert!(line.ends_with("/environments/production/chainlet_settings/autoscaling_settings"));
    let update = json!({"chainlet_name": "Embed", "autoscaling_settings": {"max_replica": 12}});
    assert_eq!(sent[0].body, json!({ "updates": [update] }));

    scene
        .0
        .home
        .edit(CHAIN, "gpu=\"A10G\"", "gpu=\"A10G\", gpu_count=2");
    let (plan, travelled) = scene.pushed();
    assert_eq!(plan, ["set-instance-type Embed"]);
    let sent = changes(&travelled);
    assert_eq!(sent.len(), 1);
    assert!(
        sent[0]
            .line
            .ends_with("/chainlet_settings/instance_types/update")
    );

    scene.0.home.edit(CHAIN, "str(await", "repr(await");
    let (plan, _) = scene.pushed();
    // The workspace is in every image: both are built.
    assert_eq!(plan, whole[..7]);
}

#[test]
fn an_unknown_environment_is_refused_before_any_upload() {
    let scene = Scene::new();
    for (first, said) in [(true, "does not exist yet"), (false, "it has: production")] {
        let (run, travelled) = scene.push("staging", &[]);
        assert_eq!(run.code, 4, "{}", run.stderr);
        assert!(run.stderr.contains(said), "{}", run.stderr);
        assert_eq!(changes(&travelled).len(), 0);
        assert!(!fields(&travelled).contains(&"model_s3_upload_credentials"));
        if first {
            scene.pushed();
        }
    }
    let (run, _) = scene.push("staging", &["--create-environment-if-missing"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(lines(&run.json()["plan"])[0], "create-environment rag");
}

#[test]
fn a_chain_is_pushed_with_no_set_up() {
    let home = Home::new();
    home.write(CHAIN, SOURCE);
    let run = home.ok(&["push", CHAIN, "--environment", "production"]);
    for said in [
        "Embed in environment production",
        "Answer (entrypoint)",
        "ACTIVE",
    ] {
        let shown = format!("{}{}", run.stdout, run.stderr);
        assert!(shown.contains(said), "{said}: {shown}");
    }
}

#[test]
fn every_value_knows_its_line() {
    let home = Home::new();
    home.write(CHAIN, SOURCE);
    let run = home.ok(&["resolve", CHAIN, "-e", "production", "--format", "json"]);
    let found = run.json();
    let workloads = found["workloads"].as_array().unwrap();
    let names: Vec<_> = workloads
        .iter()
        .map(|one| one["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["Answer", "Embed"], "the entrypoint first");
    let embed = &workloads[1];
    assert_eq!(embed["effective"]["resources"]["accelerator"], "A10G");
    assert_eq!(embed["effective"]["resources"]["cpu"], "2");
    let place = &embed["provenance"]["/resources/accelerator"];
    assert_eq!(place["layer"], "environment production");
    assert_eq!(place["line"], 10, "{place}");
    assert_eq!(embed["provenance"]["/resources/cpu"]["layer"], "base");
    assert_eq!(embed["provenance"]["/resources/cpu"]["line"], 6);
}

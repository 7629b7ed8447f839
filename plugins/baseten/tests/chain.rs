//! Chains against the local platform: what is sent and when, and that an applied plan, planned
//! again, is empty.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;

use common::local::{Local, local};
use common::release::Truss;
use common::{Recorder, kinds};
use plimsoll_core::context::{BuildContext, ContextFile};
use plimsoll_core::deployer::{DeployErrorKind, Deployer as _, Event, NoProgress};
use plimsoll_core::environment::Environment;
use plimsoll_core::manifest::ManifestKind;
use plimsoll_core::plan::{Plan, StepKind};
use plimsoll_core::release::{Release, ReleaseOptions};
use proptest::test_runner::{Config, FileFailurePersistence, TestRunner};
use serde_json::{Value as Json, json};
use tokio::runtime::Runtime;

/// A chain of an entrypoint and what it calls.
#[derive(Clone, Debug)]
struct Chain {
    environment: Option<&'static str>,
    chainlets: Vec<Truss>,
    options: ReleaseOptions,
}

impl Chain {
    fn new(environment: Option<&'static str>) -> Self {
        let chainlet = |name: &str| {
            let mut truss = Truss::new(environment);
            truss.name = name.to_owned();
            truss.file("packages/chain.py", "import truss_chains\n")
        };
        Self {
            environment,
            chainlets: vec![chainlet("Answer"), chainlet("Embed")],
            options: ReleaseOptions::default(),
        }
    }

    fn chainlet(mut self, name: &str, change: impl Fn(Truss) -> Truss) -> Self {
        let mut chainlets = self.chainlets.iter_mut();
        let found = chainlets.find(|chainlet| chainlet.name == name).unwrap();
        *found = change(found.clone());
        self
    }

    fn release(&self) -> Release {
        let source = vec![ContextFile::of_bytes("chain.py", *b"import truss_chains\n")];
        Release {
            kind: ManifestKind::Chain,
            name: "rag".to_owned(),
            environment: self.environment.map(Environment::new),
            workloads: self
                .chainlets
                .iter()
                .flat_map(|chainlet| chainlet.release().workloads)
                .collect(),
            source: Some(BuildContext::new(source).unwrap()),
            options: self.options.clone(),
        }
    }
}

/// The kinds of a plan's steps, each with its workload.
fn lines(plan: &Plan) -> Vec<String> {
    let steps = plan.steps.iter();
    steps
        .map(|step| format!("{} {}", step.kind, step.workload))
        .collect()
}

const WHOLE: [&str; 7] = [
    "upload Answer",
    "upload Embed",
    "upload rag",
    "build Answer",
    "build Embed",
    "deploy Answer",
    "deploy Embed",
];

#[tokio::test]
async fn the_way_of_a_chain() {
    let folder = tempfile::tempdir().unwrap();
    let local = local(folder.path()).await;
    let chain = Chain::new(Some("production"));
    let (plan, outcome) = local.push(&chain.release()).await;
    assert_eq!(lines(&plan), WHOLE);
    let deployed = outcome.deployments.iter();
    let deployed: Vec<_> = deployed
        .map(|one| (one.workload.as_str(), one.status.as_str()))
        .collect();
    assert_eq!(deployed, [("Answer", "ACTIVE"), ("Embed", "ACTIVE")]);
    let first = outcome.chain.unwrap();
    assert_eq!(first.name, "rag");

    let settings = json!({"min_replicas": 2, "max_replicas": 4});
    let scaled = chain.chainlet("Embed", |embed| embed.autoscaling(settings.clone()));
    let (plan, outcome) = local.push(&scaled.release()).await;
    assert_eq!(lines(&plan), ["update-settings Embed"]);
    assert_eq!(outcome.chain.unwrap(), first);

    let larger = json!({"cpu": "4", "memory": "16Gi"});
    let larger = scaled.chainlet("Embed", |embed| embed.resources(larger.clone()));
    let (plan, outcome) = local.push(&larger.release()).await;
    assert_eq!(lines(&plan), ["set-instance-type Embed"]);
    let second = outcome.chain.unwrap();
    assert_ne!(second.deployment_id, first.deployment_id);
    assert_eq!(second.chain_id, first.chain_id);

    let edited = larger.chainlet("Answer", |answer| answer.file("packages/new.py", "x = 1\n"));
    let (plan, outcome) = local.push(&edited.release()).await;
    let without_a_build: Vec<_> = WHOLE
        .into_iter()
        .filter(|line| *line != "build Embed")
        .collect();
    assert_eq!(lines(&plan), without_a_build);
    assert_ne!(outcome.chain.unwrap().deployment_id, second.deployment_id);
}

#[tokio::test]
async fn settings_of_a_new_chain_follow_its_deployment() {
    let settings = json!({"max_replicas": 7, "concurrency_target": 3});
    for environment in [Some("production"), None] {
        let folder = tempfile::tempdir().unwrap();
        let local = local(folder.path()).await;
        let chain = Chain::new(environment)
            .chainlet("Answer", |answer| answer.autoscaling(settings.clone()));
        let (plan, _) = local.push(&chain.release()).await;
        assert_eq!(lines(&plan)[..7], WHOLE, "{environment:?}");
        assert_eq!(lines(&plan)[7..], ["update-settings Answer"]);
    }
}

#[tokio::test]
async fn an_environment_is_refused_before_anything_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let local = local(folder.path()).await;
    let staging = Chain::new(Some("staging"));
    let refused = |release: Release| {
        let deployer = &local.deployer;
        async move { deployer.plan(&release, &NoProgress).await.unwrap_err() }
    };
    let error = refused(staging.release()).await;
    assert_eq!(error.kind, DeployErrorKind::NotFound);
    insta::assert_snapshot!(error, @"the chain `rag` does not exist yet, and a new chain has only the environment `production`, not `staging`");
    let mut created = staging.clone();
    created.options.create_environment = true;
    let error = refused(created.release()).await;
    assert_eq!(error.kind, DeployErrorKind::NotFound);

    local.push(&Chain::new(Some("production")).release()).await;
    let error = refused(staging.release()).await;
    assert_eq!(error.kind, DeployErrorKind::NotFound);
    insta::assert_snapshot!(error, @"the chain `rag` has no environment `staging`; it has: production");
    let (plan, _) = local.push(&created.release()).await;
    assert_eq!(lines(&plan)[0], "create-environment rag");
}

#[tokio::test]
async fn chainlets_are_watched_together() {
    let folder = tempfile::tempdir().unwrap();
    let local = local(folder.path()).await;
    let release = Chain::new(Some("production")).release();
    let plan = local.plan(&release).await;
    let recorder = Recorder::default();
    let outcome = local
        .deployer
        .apply(&release, &plan, &recorder)
        .await
        .unwrap();
    local.deployer.wait(outcome, &recorder).await.unwrap();
    let events = recorder.events.lock().unwrap();
    let watched = events.iter().find_map(|event| match event {
        Event::Watching { deployments } => Some(deployments.clone()),
        _ => None,
    });
    let roles: Vec<_> = watched
        .unwrap()
        .into_iter()
        .map(|one| (one.workload, one.role.into_owned()))
        .collect();
    let expected = [("Answer", "entrypoint"), ("Embed", "internal")];
    assert_eq!(
        roles,
        expected.map(|(name, role)| (name.to_owned(), role.to_owned()))
    );
}

/// One chainlet cannot be built: the others do not hide it.
#[tokio::test]
async fn a_chainlet_that_fails_is_named_with_the_end_of_its_log() {
    let folder = tempfile::tempdir().unwrap();
    let local = local(folder.path()).await;
    let mut release = Chain::new(Some("production")).release();
    let embed = Chain::new(Some("production")).chainlets.remove(1);
    let without_config = vec![ContextFile::of_bytes("model/model.py", *b"")];
    let without_config = BuildContext::new(without_config).unwrap();
    release.workloads[1] = embed.release_of(without_config).workloads.remove(0);
    let plan = local.plan(&release).await;
    let deployer = &local.deployer;
    let outcome = deployer.apply(&release, &plan, &NoProgress).await.unwrap();
    let error = deployer.wait(outcome, &NoProgress).await.unwrap_err();
    assert_eq!(error.kind, DeployErrorKind::DeploymentFailed);
    let message = error.to_string();
    let failed = "the chainlet `Embed` failed: it is BUILD_FAILED; the log ends with:";
    assert!(message.starts_with(failed), "{message}");
    assert!(!message.contains("`Answer`"), "{message}");
    assert_eq!(error.left_behind.len(), 1, "{:?}", error.left_behind);
}

/// Whatever is edited, a plan that was applied is empty when it is made again, and nothing is built
/// whose files did not change.
#[test]
fn plans_come_to_an_end() {
    let config = Config {
        cases: 6,
        failure_persistence: Some(Box::new(FileFailurePersistence::Off)),
        ..Config::default()
    };
    let edits = proptest::collection::vec((0..4_u8, 0..2_usize, 1..4_u32), 1..5);
    let runtime = Runtime::new().unwrap();
    let law = |edits: Vec<(u8, usize, u32)>| {
        runtime.block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let local = local(folder.path()).await;
            let mut chain = Chain::new(Some("production"));
            local.push(&chain.release()).await;
            for (kind, chainlet, value) in edits {
                let name = ["Answer", "Embed"][chainlet];
                chain = chain.chainlet(name, |truss| edit(truss, kind, value));
                let (plan, _) = local.push(&chain.release()).await;
                let builds = kinds(&plan).contains(&"build".to_owned());
                assert!(!builds || kind == 2, "{kind}: {plan:#?}");
            }
        });
        Ok(())
    };
    TestRunner::new(config).run(&edits, law).unwrap();
}

fn edit(truss: Truss, kind: u8, value: u32) -> Truss {
    match kind {
        0 => truss.autoscaling(json!({"min_replicas": value, "max_replicas": 5})),
        1 => truss.resources(json!({"cpu": (value * 2).to_string()})),
        2 => truss.file(&format!("packages/{value}.py"), value.to_string()),
        _ => truss,
    }
}

/// What a plan says, in whole.
#[tokio::test]
async fn a_plan_has_a_line_for_each_chainlet() {
    let folder = tempfile::tempdir().unwrap();
    let local: Local = local(folder.path()).await;
    let plan = local.plan(&Chain::new(Some("production")).release()).await;
    let shown: Vec<String> = plan
        .steps
        .iter()
        .map(|step| format!("{:<18} {}", step.kind.to_string(), step.reason))
        .collect();
    insta::assert_snapshot!(shown.join("\n"), @r"
    upload             `Answer`, 3 files, 4.1 kB: what its image is built from
    upload             `Embed`, 3 files, 4.1 kB: what its image is built from
    upload             the source as it is written, 1 file, 2.0 kB
    build              `Answer`: no image of its files is live
    build              `Embed`: no image of its files is live
    deploy             the entrypoint `Answer`, on cpu 1, memory 2Gi: the chain does not exist yet
    deploy             `Embed`, on cpu 1, memory 2Gi
    ");
    let deploys = plan
        .steps
        .iter()
        .filter(|step| step.kind == StepKind::Deploy);
    let digests: Vec<Json> = deploys.map(|step| step.details["digest"].clone()).collect();
    assert_eq!(digests.len(), 2);
}

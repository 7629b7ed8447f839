//! The law of deployers, over random edits of a real Truss: a plan applied, then planned again, is
//! empty; and where an edit changes settings alone, nothing travels but settings.
#![expect(clippy::unwrap_used, reason = "this is a test")]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use plimsoll::deployer::{Deployer as _, NoProgress};
use plimsoll::environment::Environment;
use plimsoll::local::LocalDeployer;
use plimsoll::overrides::DeepMerge;
use plimsoll::plan::{Plan, StepKind};
use plimsoll::release::{Release, ReleaseOptions, ReleaseWorkload};
use plimsoll::resolver::OverrideResolver as _;
use plimsoll::source::ConfigSource as _;
use plimsoll::tree::{DirTree, SourceTree};
use plimsoll::truss::TrussSource;
use proptest::prelude::{Strategy, any, proptest};
use proptest::test_runner::Config;
use tempfile::TempDir;

/// A Truss as a person might leave it after an edit.
#[derive(Clone, Debug, Default)]
struct Truss {
    min: u32,
    extra: u32,
    window: Option<u32>,
    cpu: u32,
    accelerator: Option<&'static str>,
    production_accelerator: Option<&'static str>,
    production_extra: Option<u32>,
    requirement: u32,
    code: u32,
}

impl Truss {
    fn write(&self, folder: &Path) {
        let mut text = format!(
            "model_name: law\nrequirements: [numpy==1.{}]\nresources:\n  cpu: \"{}\"\n",
            self.requirement,
            self.cpu + 1
        );
        if let Some(name) = self.accelerator {
            text.push_str(&format!("  accelerator: {name}\n"));
        }
        let max = self.min + self.extra + 1;
        text.push_str(&format!(
            "autoscaling_settings:\n  min_replicas: {}\n  max_replicas: {max}\n",
            self.min
        ));
        if let Some(window) = self.window {
            text.push_str(&format!("  scaling_window_seconds: {}\n", window + 30));
        }
        text.push_str("environment_overrides:\n  production:\n");
        if let Some(name) = self.production_accelerator {
            text.push_str(&format!("    resources: {{accelerator: {name}}}\n"));
        }
        if let Some(more) = self.production_extra {
            text.push_str(&format!(
                "    autoscaling_settings: {{max_replicas: {}}}\n",
                max + more
            ));
        }
        fs::write(folder.join("config.yaml"), text).unwrap();
        fs::create_dir_all(folder.join("model")).unwrap();
        fs::write(
            folder.join("model/model.py"),
            format!("ANSWER = {}\n", self.code),
        )
        .unwrap();
    }

    /// What an image is made of.
    fn image(&self) -> (u32, u32) {
        (self.requirement, self.code)
    }
}

fn trusses() -> impl Strategy<Value = Truss> {
    let name = || proptest::sample::select(vec![None, Some("L4"), Some("A10G"), Some("H100:2")]);
    let some = || proptest::option::of(0..3_u32);
    (
        0..3_u32,
        0..3_u32,
        some(),
        0..3_u32,
        name(),
        name(),
        some(),
        0..2_u32,
        0..3_u32,
    )
        .prop_map(
            |(
                min,
                extra,
                window,
                cpu,
                accelerator,
                production_accelerator,
                production_extra,
                requirement,
                code,
            )| {
                Truss {
                    min,
                    extra,
                    window,
                    cpu,
                    accelerator,
                    production_accelerator,
                    production_extra,
                    requirement,
                    code,
                }
            },
        )
}

fn release(folder: &Path, environment: Option<&str>) -> Release {
    let tree: Arc<dyn SourceTree> = Arc::new(DirTree::open(folder).unwrap());
    let manifest = TrussSource.load(&tree).unwrap();
    let environment = environment.map(Environment::new);
    let workload = &manifest.workloads[0];
    let effective = DeepMerge
        .resolve(workload, environment.as_ref(), &manifest.files)
        .unwrap();
    let package = TrussSource.package(&tree, &effective).unwrap();
    let workload = ReleaseWorkload::packaged(effective, package, &mut |_| {}).unwrap();
    Release {
        kind: manifest.kind,
        name: "law".to_owned(),
        environment,
        workloads: vec![workload],
        source: None,
        options: ReleaseOptions {
            create_environment: true,
            ..ReleaseOptions::default()
        },
    }
}

fn has(plan: &Plan, kind: &StepKind) -> bool {
    plan.steps.iter().any(|step| step.kind == *kind)
}

proptest! {
    #![proptest_config(Config { cases: 8, failure_persistence: None, ..Config::default() })]

    #[test]
    fn a_plan_applied_and_planned_again_is_empty(
        edits in proptest::collection::vec((trusses(), any::<u8>()), 1..6),
    ) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let home = TempDir::new().unwrap();
        let folder = home.path().join("truss");
        fs::create_dir_all(&folder).unwrap();
        let registry = plimsoll::registry().unwrap();
        let deployer = LocalDeployer::new(home.path().join("state"), None, registry);
        runtime.block_on(async {
            let mut images: Vec<(u32, u32)> = Vec::new();
            for (truss, choice) in edits {
                // The first push makes the model, which production comes with.
                let environment = match choice % 3 {
                    _ if images.is_empty() => Some("production"),
                    0 => None,
                    1 => Some("production"),
                    _ => Some("staging"),
                };
                truss.write(&folder);
                let release = release(&folder, environment);
                let plan = deployer.plan(&release, &NoProgress).await.unwrap();
                if images.contains(&truss.image()) {
                    assert!(!has(&plan, &StepKind::Build), "needless build: {plan:?}");
                }
                images.push(truss.image());
                let outcome = deployer.apply(&release, &plan, &NoProgress).await.unwrap();
                let again = deployer.plan(&release, &NoProgress).await.unwrap();
                assert!(again.is_empty(), "at once: {again:?}");
                deployer.wait(outcome, &NoProgress).await.unwrap();
                let again = deployer.plan(&release, &NoProgress).await.unwrap();
                assert!(again.is_empty(), "after the wait: {again:?}");
            }
        });
    }
}

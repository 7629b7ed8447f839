//! A deployer of one's own: a shelf, a folder with a file for each release and environment.
//!
//! It shows a plan that is data, an apply that does just that plan and leaves nothing half-made, and
//! how a deployer reports what it does and stops when it is asked to.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use plimsoll_sdk::prelude::*;
use plimsoll_sdk::serde_json::{Value as Json, json};

/// Options of `shelf/folder`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Options {
    /// The folder that releases stand in. It is made where it is not there.
    folder: PathBuf,
}

/// Puts releases on a shelf.
struct Shelf {
    folder: PathBuf,
}

/// What the one step of a plan does.
const STEP: &str = "put-on-shelf";

impl Shelf {
    fn new(options: Options) -> Result<Self, String> {
        if options.folder.as_os_str().is_empty() {
            return Err("`folder` is empty".to_owned());
        }
        Ok(Self {
            folder: options.folder,
        })
    }

    fn place(&self, release: &Release) -> Result<PathBuf, DeployError> {
        let environment = release
            .environment
            .as_ref()
            .map_or("base", Environment::name);
        for part in [&release.name, environment] {
            if part.is_empty() || part.starts_with('.') || part.contains(['/', '\\', '\0']) {
                let message = format!("`{part}` cannot be the name of a file");
                return Err(DeployError::new(DeployErrorKind::Invalid, message));
            }
        }
        Ok(self
            .folder
            .join(&release.name)
            .join(format!("{environment}.json")))
    }
}

/// What stands on the shelf of a release.
fn written(release: &Release) -> Json {
    let workloads = release.workloads.iter().map(|workload| {
        json!({
            "name": workload.effective.workload,
            "config": workload.config,
            "autoscaling_settings": workload.autoscaling(),
            "digest": workload.digest,
        })
    });
    json!({ "release": release.name, "workloads": workloads.collect::<Vec<_>>() })
}

fn outcome(release: &Release) -> Outcome {
    let deployed = release.workloads.iter().map(|workload| Deployed {
        workload: workload.effective.workload.clone(),
        model_id: release.name.clone(),
        deployment_id: workload.digest.short().to_owned(),
        environment: release.environment.clone(),
        status: "ON THE SHELF".to_owned(),
        endpoint: None,
        phases: Vec::new(),
    });
    Outcome {
        deployments: deployed.collect(),
        chain: None,
    }
}

#[async_trait]
impl Deployer for Shelf {
    async fn plan(&self, release: &Release, _: &dyn Progress) -> Result<Plan, DeployError> {
        let place = self.place(release)?;
        let mut plan = Plan::new("shelf", release.environment.as_ref());
        let reason = match fs::read(&place) {
            Ok(there) if there == text(release) => return Ok(plan),
            Ok(_) => "another one stands there",
            Err(_) => "nothing stands there",
        };
        let step = Step::new(StepKind::Other(STEP.to_owned()), &release.name, reason);
        plan.steps
            .push(step.with("file", place.display().to_string()));
        Ok(plan)
    }

    async fn apply(
        &self,
        release: &Release,
        plan: &Plan,
        progress: &dyn Progress,
    ) -> Result<Outcome, DeployError> {
        for step in &plan.steps {
            if progress.interrupted() {
                let message = "stopped before anything was put on the shelf";
                return Err(DeployError::new(DeployErrorKind::Interrupted, message));
            }
            progress.report(Event::StepStarted {
                kind: step.kind.clone(),
                workload: step.workload.clone(),
            });
            let place = self.place(release)?;
            replace(&place, &text(release)).map_err(|error| {
                let message = format!("cannot write {}", place.display());
                DeployError::new(DeployErrorKind::Unavailable, message).caused_by(error)
            })?;
            progress.report(Event::StepFinished {
                kind: step.kind.clone(),
                workload: step.workload.clone(),
                detail: format!("it stands at {}", place.display()),
            });
        }
        Ok(outcome(release))
    }

    async fn wait(&self, outcome: Outcome, _: &dyn Progress) -> Result<Outcome, DeployError> {
        Ok(outcome)
    }
}

fn text(release: &Release) -> Vec<u8> {
    format!("{:#}\n", written(release)).into_bytes()
}

/// Writes beside, syncs, and renames: nobody ever sees half of it.
fn replace(place: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if let Some(folder) = place.parent() {
        fs::create_dir_all(folder)?;
    }
    let beside = place.with_extension("json.new");
    let mut file = fs::File::create(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(beside, place)
}

plimsoll_sdk::plugin! {
    name: "shelf",
    deployers: [("folder", "Puts releases on a shelf: a file for each, in a folder.", Shelf::new)],
}

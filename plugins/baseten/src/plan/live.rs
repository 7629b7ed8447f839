//! What the platform holds now.

use plimsoll_baseten_api::{
    self as api, AutoscalingSettings, Deployment, DeploymentStatus, JsonObject, Model,
    PromotionStatus,
};
use plimsoll_core::deployer::{DeployError, DeployErrorKind};
use plimsoll_core::digest::BuildDigest;
use plimsoll_core::environment::{Environment, PRODUCTION};
use plimsoll_core::release::Release;
use plimsoll_core::suggest::did_you_mean;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::labels::{ENVIRONMENT_LABEL, digest_of, label};
use crate::place::{Place, only};
use crate::session::Session;

/// What the platform holds now of the model of a release.
#[derive(Debug)]
pub(crate) struct Live {
    /// The team, where one was named.
    pub(crate) team_id: Option<String>,
    /// The model; `None` where it does not exist yet.
    pub(crate) model: Option<Model>,
    /// Where the release goes.
    pub(crate) place: Place<api::Environment>,
    /// The deployment to compare with: the one on its way, else the one that serves; none that
    /// failed.
    pub(crate) deployment: Option<Deployment>,
    /// The newest that failed, where nothing is live.
    pub(crate) failed: Option<Deployment>,
    /// The configuration of `deployment`, where the platform has it.
    pub(crate) config: Option<JsonObject>,
}

impl Live {
    /// Asks the platform. Changes nothing.
    pub(crate) async fn read(
        session: &Session<'_>,
        release: &Release,
    ) -> Result<Self, DeployError> {
        let team_id = team_id(session).await?;
        let model = the_model(session, team_id.as_deref(), release).await?;
        let environment = release.environment.as_ref().map(Environment::name);
        let mut live = Self {
            team_id,
            place: Place::of_new(environment),
            deployment: None,
            failed: None,
            config: None,
            model,
        };
        let Some(model) = live.model.clone() else {
            return Ok(live);
        };
        match environment {
            Some(name) => live.read_environment(session, &model.id, name).await?,
            None => {
                let deployments = session.deployments(&model.id).await?;
                live.choose(newest_outside(deployments));
            }
        }
        if let Some(deployment) = &live.deployment {
            let config = session
                .retrying(|| session.client.deployment_config(&model.id, &deployment.id))
                .await;
            live.config = match config {
                Ok(config) => config.config,
                Err(error) if error.is_not_found() => None,
                Err(error) => return Err(error.into()),
            };
        }
        Ok(live)
    }

    async fn read_environment(
        &mut self,
        session: &Session<'_>,
        model: &str,
        name: &str,
    ) -> Result<(), DeployError> {
        match session.environment(model, name).await {
            Ok(environment) => {
                let candidate = promoted(&environment).cloned();
                let current = environment.current_deployment.clone();
                self.choose(candidate.into_iter().chain(current).collect());
                self.place = Place::Exists(Box::new(environment));
            }
            Err(error) if error.is_not_found() && name == PRODUCTION => {
                self.place = Place::Implicit;
            }
            Err(error) if error.is_not_found() => {
                let list = session
                    .retrying(|| session.client.environments(model))
                    .await?;
                let mut known: Vec<String> = list
                    .environments
                    .into_iter()
                    .map(|found| found.name)
                    .collect();
                if !known.iter().any(|name| name == PRODUCTION) {
                    known.insert(0, PRODUCTION.to_owned());
                }
                self.place = Place::Missing { known };
            }
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    /// Takes the first that did not fail of those that might count.
    fn choose(&mut self, candidates: Vec<Deployment>) {
        let (failed, sound): (Vec<_>, Vec<_>) = candidates
            .into_iter()
            .partition(|deployment| deployment.status.is_failed());
        self.deployment = sound.into_iter().next();
        self.failed = failed
            .into_iter()
            .next()
            .filter(|_| self.deployment.is_none());
    }

    /// The newest deployment of the model, wherever it is, that has an image of this digest.
    pub(crate) async fn with_image(
        &self,
        session: &Session<'_>,
        digest: &BuildDigest,
    ) -> Result<Option<Deployment>, DeployError> {
        let Some(model) = &self.model else {
            return Ok(None);
        };
        let mut deployments = session.deployments(&model.id).await?;
        deployments.retain(|deployment| {
            !deployment.is_development
                && is_built(&deployment.status)
                && digest_of(deployment).as_ref() == Some(digest)
        });
        newest_first(&mut deployments, |deployment| &deployment.created_at);
        Ok(deployments.into_iter().next())
    }

    /// Whether the environment comes into being with the model: it has none to be created in.
    pub(crate) fn environment_comes_with_model(&self) -> bool {
        self.model.is_none() && matches!(self.place, Place::Missing { .. })
    }

    /// The deployment that is to take over the environment. It carries settings of its own, which
    /// the environment takes with it.
    pub(crate) fn candidate(&self) -> Option<&Deployment> {
        match &self.place {
            Place::Exists(environment) => {
                promoted(environment).filter(|candidate| !candidate.status.is_failed())
            }
            _ => None,
        }
    }

    /// Whether anything was deployed to the environment, or is on its way there.
    pub(crate) fn environment_is_used(&self) -> bool {
        match &self.place {
            Place::Exists(environment) => {
                environment.current_deployment.is_some()
                    || environment.candidate_deployment.is_some()
            }
            _ => false,
        }
    }

    /// The settings of the environment, as they are going to be when its candidate takes over.
    pub(crate) fn environment_settings(&self) -> Option<&AutoscalingSettings> {
        let Place::Exists(environment) = &self.place else {
            return None;
        };
        let coming = self
            .candidate()
            .and_then(|candidate| candidate.autoscaling_settings.as_ref());
        Some(coming.unwrap_or(&environment.autoscaling_settings))
    }

    /// Where the release goes, in words that follow "live".
    pub(crate) fn words(&self, release: &Release) -> String {
        release.environment.as_ref().map_or_else(
            || "outside any environment".to_owned(),
            |environment| format!("in `{environment}`"),
        )
    }
}

/// The deployment that is being promoted to an environment, unless that was called off.
fn promoted(environment: &api::Environment) -> Option<&Deployment> {
    let promotion = environment.in_progress_promotion.as_ref();
    let ended = promotion.is_some_and(|promotion| {
        matches!(
            promotion.status,
            PromotionStatus::Failed | PromotionStatus::Canceled
        )
    });
    environment.candidate_deployment.as_ref().filter(|_| !ended)
}

/// The team that the options name, by its identity.
pub(crate) async fn team_id(session: &Session<'_>) -> Result<Option<String>, DeployError> {
    let Some(wanted) = session.options().team.as_deref() else {
        return Ok(None);
    };
    let teams = session.retrying(|| session.client.teams()).await?.teams;
    let found = teams
        .iter()
        .find(|team| team.id == wanted || team.name == wanted);
    if let Some(team) = found {
        return Ok(Some(team.id.clone()));
    }
    let known: Vec<&str> = teams.iter().map(|team| team.name.as_str()).collect();
    let message = format!(
        "there is no team `{wanted}`; there are: {}",
        known.join(", ")
    );
    let error = DeployError::new(DeployErrorKind::NotFound, message);
    Err(match did_you_mean(wanted, known) {
        Some(near) => error.hint(near),
        None => error,
    })
}

async fn the_model(
    session: &Session<'_>,
    team_id: Option<&str>,
    release: &Release,
) -> Result<Option<Model>, DeployError> {
    let models = session.models(team_id, &release.name).await?;
    only(models, release, |model| (&model.id, Some(&model.team_name)))
}

/// The newest deployments that Plimsoll made outside any environment, newest first. They carry a
/// label that says so: the platform puts a model's first deployment into production unasked.
fn newest_outside(deployments: Vec<Deployment>) -> Vec<Deployment> {
    let mut outside: Vec<Deployment> = deployments
        .into_iter()
        .filter(|deployment| {
            !deployment.is_development && label(deployment, ENVIRONMENT_LABEL) == Some("")
        })
        .collect();
    newest_first(&mut outside, |deployment| &deployment.created_at);
    outside
}

/// Sorts by the text of a date. An unreadable one counts as the oldest.
pub(crate) fn newest_first<T>(deployments: &mut [T], created_at: impl Fn(&T) -> &str) {
    let created = |deployment: &T| {
        OffsetDateTime::parse(created_at(deployment), &Rfc3339)
            .unwrap_or(OffsetDateTime::UNIX_EPOCH)
    };
    deployments.sort_by_key(|deployment| std::cmp::Reverse(created(deployment)));
}

/// Whether a deployment of this status has an image for sure.
fn is_built(status: &DeploymentStatus) -> bool {
    let unsure = matches!(
        status,
        DeploymentStatus::Building | DeploymentStatus::Unknown(_)
    );
    !unsure && !status.is_failed()
}

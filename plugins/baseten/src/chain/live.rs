//! What the platform holds now of a chain.

use plimsoll_baseten_api::graphql::{ChainRef, ChainletRef};
use plimsoll_baseten_api::{
    self as api, AutoscalingSettings, DeploymentStatus, InstanceType, JsonObject, chainlet_digest,
};
use plimsoll_core::deployer::DeployError;
use plimsoll_core::digest::BuildDigest;
use plimsoll_core::environment::{Environment, PRODUCTION};
use plimsoll_core::release::Release;
use serde_json::Value as Json;

use crate::place::{Place, only};
use crate::plan::{newest_first, team_id};
use crate::session::Session;

/// What the platform holds now of the chain of a release.
#[derive(Debug)]
pub(crate) struct Live {
    /// The team, where one was named.
    pub(crate) team_id: Option<String>,
    /// The chain; `None` where it does not exist yet.
    pub(crate) chain: Option<ChainRef>,
    /// Where the release goes.
    pub(crate) place: Place<api::ChainEnvironment>,
    /// The environment that the platform put a deployment into which was to be outside of any.
    pub(crate) home: Option<Box<api::ChainEnvironment>>,
    /// The deployment to compare with: the one on its way, else the one that serves; none that
    /// failed.
    pub(crate) deployment: Option<Deployment>,
    /// The newest that failed, where nothing is live.
    pub(crate) failed: Option<api::ChainDeployment>,
}

/// A deployment of a whole chain.
#[derive(Debug)]
pub(crate) struct Deployment {
    pub(crate) id: String,
    pub(crate) status: DeploymentStatus,
    pub(crate) chainlets: Vec<Chainlet>,
}

/// A chainlet of a deployment.
#[derive(Debug)]
pub(crate) struct Chainlet {
    pub(crate) name: String,
    pub(crate) is_entrypoint: bool,
    /// The model behind it.
    pub(crate) model_id: String,
    /// That model's deployment.
    pub(crate) deployment_id: String,
    /// Where it is in its life.
    pub(crate) status: DeploymentStatus,
    /// What its image was made of, where Plimsoll pushed it.
    pub(crate) digest: Option<BuildDigest>,
    /// The resources that were asked for.
    pub(crate) resources: Json,
}

impl Live {
    /// Asks the platform. Changes nothing.
    pub(crate) async fn read(
        session: &Session<'_>,
        release: &Release,
    ) -> Result<Self, DeployError> {
        let team_id = team_id(session).await?;
        let chain = the_chain(session, team_id.as_deref(), release).await?;
        let mut live = Self {
            team_id,
            place: Place::of_new(release.environment.as_ref().map(Environment::name)),
            home: None,
            deployment: None,
            failed: None,
            chain,
        };
        let Some(chain) = live.chain.clone() else {
            return Ok(live);
        };
        let candidates = match &release.environment {
            Some(environment) => {
                live.read_environment(session, &chain.id, environment.name())
                    .await?
            }
            None => live.read_outside(session, &chain.id).await?,
        };
        let (failed, sound): (Vec<_>, Vec<_>) = candidates
            .into_iter()
            .partition(|deployment| deployment.status.is_failed());
        for found in sound {
            live.deployment = Deployment::read(session, found).await?;
            if live.deployment.is_some() {
                return Ok(live);
            }
        }
        live.failed = failed.into_iter().next();
        Ok(live)
    }

    /// Reads where the release goes, and which deployments count there, the one to count first.
    async fn read_environment(
        &mut self,
        session: &Session<'_>,
        chain: &str,
        name: &str,
    ) -> Result<Vec<api::ChainDeployment>, DeployError> {
        let client = session.client;
        let found = session
            .retrying(|| client.chain_environment(chain, name))
            .await;
        match found {
            Ok(environment) => {
                let candidate = environment.candidate_deployment.clone();
                let current = environment.current_deployment.clone();
                self.place = Place::Exists(Box::new(environment));
                Ok(candidate.into_iter().chain(current).collect())
            }
            Err(error) if error.is_not_found() && name == PRODUCTION => {
                self.place = Place::Implicit;
                Ok(Vec::new())
            }
            Err(error) if error.is_not_found() => {
                let list = session
                    .retrying(|| client.chain_environments(chain))
                    .await?;
                let names = list.environments.into_iter().map(|found| found.name);
                let known = names.collect();
                self.place = Place::Missing { known };
                Ok(Vec::new())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Reads the deployments outside any environment, newest first. A chain's very first goes to
    /// production whatever was asked for, and nothing on a deployment of a chain could say what was:
    /// where it is the only one, it counts.
    async fn read_outside(
        &mut self,
        session: &Session<'_>,
        chain: &str,
    ) -> Result<Vec<api::ChainDeployment>, DeployError> {
        let client = session.client;
        let list = session.retrying(|| client.chain_deployments(chain)).await?;
        let mut deployments = list.deployments;
        if let [only] = deployments.as_slice()
            && let Some(name) = &only.environment
        {
            let home = session.retrying(|| client.chain_environment(chain, name));
            self.home = Some(Box::new(home.await?));
        } else {
            deployments.retain(|deployment| deployment.environment.is_none());
        }
        newest_first(&mut deployments, |deployment| &deployment.created_at);
        Ok(deployments)
    }

    /// The environment whose settings hold, where it exists.
    pub(crate) fn environment(&self) -> Option<&api::ChainEnvironment> {
        match &self.place {
            Place::Exists(environment) => Some(environment),
            _ => self.home.as_deref(),
        }
    }

    /// Whether what is live serves its environment already.
    pub(crate) fn is_settled(&self) -> bool {
        let current = self
            .environment()
            .and_then(|found| found.current_deployment.as_ref());
        let deployment = self.deployment.as_ref().map(|deployment| &deployment.id);
        current.map(|current| &current.id) == deployment
    }

    /// The name of the environment whose settings hold, or will; `None` for a deployment that is in
    /// none.
    pub(crate) fn environment_name(&self, release: &Release) -> Option<String> {
        let named = release.environment.as_ref().map(Environment::name);
        let exists = || {
            self.environment()
                .map(|environment| environment.name.as_str())
        };
        let comes = || self.chain.is_none().then_some(PRODUCTION);
        named.or_else(exists).or_else(comes).map(str::to_owned)
    }

    /// What the environment sets for a chainlet, where both exist.
    pub(crate) fn in_environment(
        &self,
        chainlet: &str,
    ) -> Option<&api::ChainletEnvironmentSettings> {
        self.environment()?.settings(chainlet)
    }

    /// The settings that hold for a chainlet; `None` where none are shown.
    pub(crate) fn settings(&self, chainlet: &str) -> Option<&AutoscalingSettings> {
        self.in_environment(chainlet)?.autoscaling_settings.as_ref()
    }

    /// The instance type that the environment has for a chainlet.
    pub(crate) fn instance_type(&self, chainlet: &str) -> Option<&InstanceType> {
        Some(&self.in_environment(chainlet)?.instance_type)
    }

    /// A chainlet of what is live.
    pub(crate) fn chainlet(&self, name: &str) -> Option<&Chainlet> {
        let mut chainlets = self.deployment.as_ref()?.chainlets.iter();
        chainlets.find(|chainlet| chainlet.name == name)
    }

    /// Where the release goes, in words that follow "live".
    pub(crate) fn words(&self, release: &Release) -> String {
        release.environment.as_ref().map_or_else(
            || "outside any environment".to_owned(),
            |environment| format!("in `{environment}`"),
        )
    }
}

impl Deployment {
    /// Reads what the chainlets of a deployment are made of, from the configurations of the models
    /// behind them. `None` for one that is for development, which no push compares itself with.
    async fn read(
        session: &Session<'_>,
        found: api::ChainDeployment,
    ) -> Result<Option<Self>, DeployError> {
        let client = session.client;
        let behind = session.retrying(|| client.chainlets(&found.id)).await?;
        if behind
            .iter()
            .any(|chainlet| chainlet.oracle_version.is_draft)
        {
            return Ok(None);
        }
        let mut chainlets = Vec::with_capacity(behind.len());
        for chainlet in behind {
            let (model, deployment) = (&chainlet.oracle.id, &chainlet.oracle_version.id);
            let config = session
                .retrying(|| client.deployment_config(model, deployment))
                .await;
            let config = match config {
                Ok(found) => found.config.unwrap_or_default(),
                Err(error) if error.is_not_found() => JsonObject::new(),
                Err(error) => return Err(error.into()),
            };
            chainlets.push(Chainlet::of(chainlet, &config));
        }
        Ok(Some(Self {
            id: found.id,
            status: found.status,
            chainlets,
        }))
    }
}

impl Chainlet {
    fn of(behind: ChainletRef, config: &JsonObject) -> Self {
        Self {
            name: behind.name,
            is_entrypoint: behind.is_entrypoint,
            status: behind.oracle_version.status(),
            model_id: behind.oracle.id,
            deployment_id: behind.oracle_version.id,
            digest: chainlet_digest(config).and_then(BuildDigest::parse),
            resources: config.get("resources").cloned().unwrap_or(Json::Null),
        }
    }
}

/// The chain of exactly this name.
async fn the_chain(
    session: &Session<'_>,
    team_id: Option<&str>,
    release: &Release,
) -> Result<Option<ChainRef>, DeployError> {
    let client = session.client;
    let mut chains = session.retrying(|| client.chains(team_id)).await?;
    chains.retain(|chain| chain.name == release.name);
    only(chains, release, |chain| {
        let team = chain.team.as_ref();
        (&chain.id, team.map(|team| team.name.as_str()))
    })
}

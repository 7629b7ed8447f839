//! Deploying a whole chain: one request, which happens or does not.

use plimsoll_baseten_api::graphql::{
    ChainDeploymentRef, DeployChain, DeployChainlet, DeployedChainRef,
};
use plimsoll_core::deployer::DeployError;
use plimsoll_core::environment::Environment;
use plimsoll_core::release::{Release, ReleaseWorkload};

use super::artifacts::{encoded, sent_config};
use super::verdict::name;
use super::wire::user_env;
use crate::error::ApiError;
use crate::once::once;
use crate::session::Session;

/// How many hexadecimal digits make a model's name fresh.
const FRESH_DIGITS: usize = 8;

/// The deployment of one chain.
pub(super) struct Deploying<'a> {
    pub(super) session: &'a Session<'a>,
    pub(super) release: &'a Release,
    /// The chain, where it exists.
    pub(super) chain_id: Option<&'a str>,
    pub(super) team_id: Option<&'a str>,
    /// The keys of the chainlets' archives, in the release's order.
    pub(super) archives: &'a [String],
    /// The key of the source's archive.
    pub(super) source: Option<&'a str>,
    /// Unique to this push.
    pub(super) push_id: &'a str,
}

impl Deploying<'_> {
    /// Deploys it. What may have been done is looked up before it is tried again.
    pub(super) async fn run(&self) -> Result<ChainDeploymentRef, DeployError> {
        let push = self.push();
        let create = || self.session.client.deploy_chain(&push);
        let find = || self.find();
        once(self.session, create, find).await.map_err(|failed| {
            failed.into_deploy(&format!(
                "a deployment of the chain `{}`",
                self.release.name
            ))
        })
    }

    fn push(&self) -> DeployChain {
        let mut chainlets = self
            .release
            .workloads
            .iter()
            .zip(self.archives)
            .map(|(workload, archive)| self.chainlet(workload, archive));
        // A new chain's first deployment is production's, and its environment is not to be named.
        let environment = self.release.environment.as_ref().map(Environment::name);
        let environment = environment.filter(|_| self.chain_id.is_some());
        let is_new = self.chain_id.is_none();
        DeployChain {
            chain_id: self.chain_id.map(str::to_owned),
            chain_name: is_new.then(|| self.release.name.clone()),
            environment: environment.map(str::to_owned),
            original_source_artifact_s3_key: self.source.map(str::to_owned),
            team_id: self.team_id.map(str::to_owned),
            is_draft: false,
            deployment_name: self.release.options.deployment_name.clone(),
            entrypoint: chainlets.next().unwrap_or_default(),
            dependencies: chainlets.collect(),
            user_env: user_env(),
        }
    }

    fn chainlet(&self, workload: &ReleaseWorkload, archive: &str) -> DeployChainlet {
        let model_name = model_name(workload, self.push_id);
        DeployChainlet {
            name: name(workload).to_owned(),
            s3_key: archive.to_owned(),
            encoded_config: encoded(&sent_config(workload, &model_name)),
            model_name,
        }
    }

    /// The deployment that an earlier attempt of this push made: its models have the fresh names.
    async fn find(&self) -> Result<Option<ChainDeploymentRef>, ApiError> {
        let (session, client) = (self.session, self.session.client);
        let Some(entrypoint) = self.release.workloads.first() else {
            return Ok(None);
        };
        let ours = model_name(entrypoint, self.push_id);
        for chain in session.retrying(|| client.chains(self.team_id)).await? {
            if chain.name != self.release.name {
                continue;
            }
            let list = session
                .retrying(|| client.chain_deployments(&chain.id))
                .await?;
            for deployment in list.deployments {
                let chainlets = session
                    .retrying(|| client.chainlets(&deployment.id))
                    .await?;
                if chainlets
                    .iter()
                    .any(|chainlet| chainlet.oracle.name == ours)
                {
                    return Ok(Some(ChainDeploymentRef {
                        id: deployment.id,
                        chain: DeployedChainRef {
                            id: chain.id,
                            hostname: String::new(),
                        },
                    }));
                }
            }
        }
        Ok(None)
    }
}

/// A name that no model has: the platform makes a new model of each chainlet of each deployment.
pub(super) fn model_name(workload: &ReleaseWorkload, push_id: &str) -> String {
    let fresh = push_id.get(..FRESH_DIGITS).unwrap_or(push_id);
    format!("{}-{fresh}", name(workload))
}

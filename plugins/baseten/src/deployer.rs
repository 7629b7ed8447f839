//! The deployer `baseten`.

use std::sync::Arc;

use async_trait::async_trait;
use plimsoll_core::deployer::{DeployError, Deployer, Outcome, Progress};
use plimsoll_core::manifest::ManifestKind;
use plimsoll_core::plan::Plan;
use plimsoll_core::registry::{FactoryError, Origin, Registration, Registry};
use plimsoll_core::release::Release;

use crate::client::Client;
use crate::error::OptionsError;
use crate::options::Options;
use crate::retry::Generator;
use crate::session::Session;
use crate::{apply, chain, plan, wait};

const NAME: &str = "baseten";

/// Carries Trusses and chains to a Baseten-style platform.
#[derive(Debug)]
pub struct BasetenDeployer {
    client: Client,
    generator: Generator,
}

impl BasetenDeployer {
    /// A deployer to one platform. `seed` feeds the jitter of retries and the identities of pushes:
    /// two deployers with the same seed must not push at the same time.
    ///
    /// # Errors
    /// When the HTTP client cannot be set up, as on a machine without certificates.
    pub fn new(options: Options, seed: u64) -> Result<Self, OptionsError> {
        Ok(Self {
            client: Client::new(options)?,
            generator: Generator::new(seed),
        })
    }

    fn session<'a>(&'a self, progress: &'a dyn Progress) -> Session<'a> {
        Session {
            client: &self.client,
            generator: &self.generator,
            progress,
        }
    }
}

#[async_trait]
impl Deployer for BasetenDeployer {
    async fn plan(&self, release: &Release, progress: &dyn Progress) -> Result<Plan, DeployError> {
        let session = self.session(progress);
        match release.kind {
            ManifestKind::Chain => chain::plan(&session, release).await,
            _ => plan::plan(&session, release).await,
        }
    }

    async fn apply(
        &self,
        release: &Release,
        plan: &Plan,
        progress: &dyn Progress,
    ) -> Result<Outcome, DeployError> {
        let session = self.session(progress);
        match release.kind {
            ManifestKind::Chain => chain::apply(&session, release, plan).await,
            _ => apply::apply(&session, release, plan).await,
        }
    }

    async fn wait(
        &self,
        outcome: Outcome,
        progress: &dyn Progress,
    ) -> Result<Outcome, DeployError> {
        let session = self.session(progress);
        match outcome.chain {
            Some(_) => chain::wait(&session, outcome).await,
            None => wait::wait(&session, outcome).await,
        }
    }
}

/// Registers the deployer `baseten`. Its options are those of [`Options::schema`]; its seed comes
/// from the operating system.
///
/// # Errors
/// When the name is taken.
pub fn register(registry: &mut Registry) -> Result<(), FactoryError> {
    registry.deployers.register(Registration {
        name: NAME.to_owned(),
        summary: "Pushes Trusses and chains to a Baseten-style platform.".to_owned(),
        origin: Origin::linked("baseten", env!("CARGO_PKG_VERSION")),
        options_schema: Options::schema(),
        factory: Arc::new(|_, options| {
            let options = Options::from_json(options).map_err(|error| FactoryError::Options {
                name: NAME.to_owned(),
                message: error.to_string(),
            })?;
            let failed = |message: String| FactoryError::Failed {
                name: NAME.to_owned(),
                message,
            };
            let seed = getrandom::u64().map_err(|error| failed(error.to_string()))?;
            let deployer =
                BasetenDeployer::new(options, seed).map_err(|error| failed(error.to_string()))?;
            Ok(Box::new(deployer))
        }),
    })
}

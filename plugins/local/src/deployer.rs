//! The deployer `local`: pushes to this platform with the very client that pushes to a remote one.

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use plimsoll_core::deployer::{DeployError, Deployer, Outcome, Progress};
use plimsoll_core::plan::Plan;
use plimsoll_core::registry::{FactoryContext, FactoryError, Origin, Registration, Registry};
use plimsoll_core::release::Release;
use secrecy::SecretString;
use serde_json::{Value as Json, json};
use tokio::sync::Mutex;

use crate::session::{Purpose, Session};

/// The name of the deployer, and of the target that it is.
pub const NAME: &str = "local";

/// Pushes to the platform in a data folder: to the server that has it open, or else to one that
/// is started inside this process and stops with it.
pub struct LocalDeployer {
    data_dir: PathBuf,
    api_key: Option<SecretString>,
    registry: Registry,
    /// What was applied goes on in it.
    session: Mutex<Option<Arc<Session>>>,
}

impl LocalDeployer {
    /// A deployer to the platform in `data_dir`. It drives it with the deployer `baseten` of the
    /// registry, and builds are checked by the registry's sources.
    #[must_use]
    pub fn new(data_dir: PathBuf, api_key: Option<SecretString>, registry: Registry) -> Self {
        Self {
            data_dir,
            api_key,
            registry,
            session: Mutex::new(None),
        }
    }

    async fn begin(
        &self,
        purpose: Purpose,
        progress: &dyn Progress,
    ) -> Result<Session, DeployError> {
        let key = self.api_key.clone();
        Session::begin(&self.data_dir, key, &self.registry, purpose, progress).await
    }

    /// The session that changes the platform; begun at first use.
    async fn session(&self, progress: &dyn Progress) -> Result<Arc<Session>, DeployError> {
        let mut slot = self.session.lock().await;
        if let Some(session) = &*slot {
            return Ok(Arc::clone(session));
        }
        let session = Arc::new(self.begin(Purpose::Apply, progress).await?);
        *slot = Some(Arc::clone(&session));
        Ok(session)
    }
}

#[async_trait]
impl Deployer for LocalDeployer {
    async fn plan(&self, release: &Release, progress: &dyn Progress) -> Result<Plan, DeployError> {
        let applied = self.session.lock().await.clone();
        if let Some(session) = applied {
            return session.client().plan(release, progress).await;
        }
        // A plan changes nothing, and keeps nobody from the folder once it is made.
        let session = self.begin(Purpose::Plan, progress).await?;
        let plan = session.client().plan(release, progress).await;
        session.end().await;
        plan
    }

    async fn apply(
        &self,
        release: &Release,
        plan: &Plan,
        progress: &dyn Progress,
    ) -> Result<Outcome, DeployError> {
        let session = self.session(progress).await?;
        session.client().apply(release, plan, progress).await
    }

    async fn wait(
        &self,
        outcome: Outcome,
        progress: &dyn Progress,
    ) -> Result<Outcome, DeployError> {
        let session = self.session(progress).await?;
        session.client().wait(outcome, progress).await
    }
}

/// Registers the deployer `local`.
///
/// # Errors
/// When the name is taken.
pub fn register(registry: &mut Registry) -> Result<(), FactoryError> {
    registry.deployers.register(Registration {
        name: NAME.to_owned(),
        summary: "Pushes to the Baseten-compatible platform that is built in.".to_owned(),
        origin: Origin::linked("local", env!("CARGO_PKG_VERSION")),
        options_schema: json!({
            "type": "object",
            "additionalProperties": false,
            "required": ["data_dir"],
            "properties": {
                "data_dir": { "type": "string", "description": "The folder of its state." },
                "api_key": { "type": "string", "description": "The key, instead of the stored one." },
            },
        }),
        factory: Arc::new(|context, options| Ok(Box::new(from_options(context, options)?))),
    })
}

fn from_options(context: &FactoryContext, options: &Json) -> Result<LocalDeployer, FactoryError> {
    let data_dir = options.get("data_dir").and_then(Json::as_str);
    let data_dir = data_dir.ok_or_else(|| FactoryError::Options {
        name: NAME.to_owned(),
        message: "`data_dir`, the folder of the platform's state, is required".to_owned(),
    })?;
    let api_key = options
        .get("api_key")
        .and_then(Json::as_str)
        .map(SecretString::from);
    Ok(LocalDeployer::new(
        PathBuf::from(data_dir),
        api_key,
        context.registry.clone(),
    ))
}

//! The local platform, and pushes to it that keep the law of plans.

use std::path::Path;

use plimsoll_baseten::BasetenDeployer;
use plimsoll_core::deployer::{Deployer as _, NoProgress, Outcome};
use plimsoll_core::plan::Plan;
use plimsoll_core::release::Release;
use plimsoll_local::{Platform, PlatformOptions};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::{KEY, Recorder, deployer};

/// A platform on loopback, until it is dropped.
pub struct Local {
    pub url: String,
    pub deployer: BasetenDeployer,
    _stop: oneshot::Sender<()>,
}

pub async fn local(data_dir: &Path) -> Local {
    let options = PlatformOptions {
        api_key: Some(KEY.into()),
        ..PlatformOptions::new(data_dir)
    };
    let platform = Platform::open(options).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (stop, stopped) = oneshot::channel::<()>();
    tokio::spawn(platform.serve(listener, async {
        let _ = stopped.await;
    }));
    Local {
        deployer: deployer(&url),
        url,
        _stop: stop,
    }
}

impl Local {
    pub async fn plan(&self, release: &Release) -> Plan {
        self.deployer.plan(release, &NoProgress).await.unwrap()
    }

    /// Pushes; planned again at once, while the platform is at work, and when it is done, there is
    /// nothing to do.
    pub async fn push(&self, release: &Release) -> (Plan, Outcome) {
        let plan = self.plan(release).await;
        let recorder = Recorder::default();
        let outcome = self.deployer.apply(release, &plan, &recorder).await;
        let outcome = outcome.unwrap_or_else(|error| panic!("{error:?}\n{plan:#?}"));
        let again = self.plan(release).await;
        assert!(
            again.is_empty(),
            "while it is built: {again:#?}\nafter {plan:#?}"
        );
        let outcome = self.deployer.wait(outcome, &NoProgress).await.unwrap();
        let again = self.plan(release).await;
        assert!(
            again.is_empty(),
            "when it is built: {again:#?}\nafter {plan:#?}"
        );
        (plan, outcome)
    }
}

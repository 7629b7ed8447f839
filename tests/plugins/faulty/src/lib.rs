//! A plugin whose parts go wrong, each in its way. What goes wrong below the SDK is in `raw`.

#![cfg_attr(
    feature = "boasting",
    allow(dead_code, reason = "what it boasts of is none of this")
)]
#![expect(clippy::panic, reason = "that is what it is for")]

use std::time::Duration;

use plimsoll_sdk::prelude::*;

/// Decides twice and panics then.
struct Third(u32);

impl ScalingPolicy for Third {
    fn decide(&mut self, seen: &Observation<'_>) -> Decision {
        self.0 += 1;
        assert!(self.0 < 3, "the third decision is one too many");
        Decision {
            desired: seen.current,
            reason: Reason::STEADY,
        }
    }
}

fn third(_: NoOptions) -> Result<Third, String> {
    Ok(Third(0))
}

fn explodes(_: NoOptions) -> Result<Third, String> {
    panic!("it was never meant to be made")
}

fn refuses(_: NoOptions) -> Result<Third, String> {
    let causes = (1..=200).map(|number| format!("cause {number} of a long chain"));
    Err(causes.collect::<Vec<_>>().join(", because "))
}

/// Gives everybody the whole budget.
struct Generous;

impl DistributionStrategy for Generous {
    fn distribute(
        &self,
        budget: u32,
        demands: &[Demand],
        allocations: &mut [u32],
    ) -> Result<(), DistributionError> {
        check(budget, demands, allocations)?;
        allocations.fill(budget);
        Ok(())
    }
}

fn generous(_: NoOptions) -> Result<Generous, String> {
    Ok(Generous)
}

/// Panics when it is to read.
struct Unread;

impl ConfigSource for Unread {
    fn probe(&self, _: &dyn SourceTree) -> Confidence {
        panic!("not even a look")
    }

    fn load(&self, tree: &Arc<dyn SourceTree>) -> Result<Manifest, Diagnostics> {
        panic!("{} is not for reading", tree.display(""))
    }

    fn package(&self, _: &Arc<dyn SourceTree>, _: &Effective) -> Result<Package, Diagnostics> {
        panic!("nothing to see")
    }
}

fn unread(_: NoOptions) -> Result<Unread, String> {
    Ok(Unread)
}

/// Panics when it is to resolve.
struct Irresolute;

impl OverrideResolver for Irresolute {
    fn resolve(
        &self,
        workload: &Workload,
        _: Option<&Environment>,
        _: &Arc<SourceMap>,
    ) -> Result<Effective, Diagnostics> {
        panic!("{} could be anything", workload.name)
    }
}

fn irresolute(_: NoOptions) -> Result<Irresolute, String> {
    Ok(Irresolute)
}

/// Plans at once, and applies as it was made to.
struct Patience(fn(u32) -> Option<Duration>);

#[async_trait]
impl Deployer for Patience {
    async fn plan(&self, release: &Release, _: &dyn Progress) -> Result<Plan, DeployError> {
        let mut plan = Plan::new("nowhere", release.environment.as_ref());
        plan.steps.push(Step::new(
            StepKind::Deploy,
            &release.name,
            "it is not there",
        ));
        Ok(plan)
    }

    async fn apply(
        &self,
        _: &Release,
        _: &Plan,
        progress: &dyn Progress,
    ) -> Result<Outcome, DeployError> {
        for round in 0.. {
            let Some(nap) = (self.0)(round) else { break };
            tokio::time::sleep(nap).await;
            progress.report(Event::Log {
                message: format!("round {round}"),
            });
            if progress.interrupted() {
                let error = DeployError::new(DeployErrorKind::Interrupted, "stopped as asked");
                return Err(error.left_behind(format!("{round} rounds")));
            }
        }
        Ok(Outcome::default())
    }

    async fn wait(&self, _: Outcome, _: &dyn Progress) -> Result<Outcome, DeployError> {
        panic!("there is nothing to wait for")
    }
}

fn slow(_: NoOptions) -> Result<Patience, String> {
    Ok(Patience(|round| {
        (round < 1000).then_some(Duration::from_millis(10))
    }))
}

fn hangs(_: NoOptions) -> Result<Patience, String> {
    Ok(Patience(|_| Some(Duration::from_secs(3600))))
}

/// Blocks the thread that it is given, and looks at nothing.
struct Blocks;

#[async_trait]
impl Deployer for Blocks {
    async fn plan(&self, _: &Release, _: &dyn Progress) -> Result<Plan, DeployError> {
        std::thread::sleep(Duration::from_secs(3600));
        Ok(Plan::new("nowhere", None))
    }

    async fn apply(&self, _: &Release, _: &Plan, _: &dyn Progress) -> Result<Outcome, DeployError> {
        std::thread::sleep(Duration::from_secs(3600));
        Ok(Outcome::default())
    }

    async fn wait(&self, outcome: Outcome, _: &dyn Progress) -> Result<Outcome, DeployError> {
        Ok(outcome)
    }
}

fn blocks(_: NoOptions) -> Result<Blocks, String> {
    Ok(Blocks)
}

/// Fails with an error that has more causes than anybody reads.
struct Chained;

#[derive(Debug)]
struct Cause(u32);

impl std::fmt::Display for Cause {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "cause {}", self.0)
    }
}

#[derive(Debug)]
struct Link(Cause, Option<Box<Link>>);

impl std::fmt::Display for Link {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(formatter)
    }
}

impl std::error::Error for Link {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.1.as_deref().map(|link| link as _)
    }
}

#[async_trait]
impl Deployer for Chained {
    async fn plan(&self, _: &Release, _: &dyn Progress) -> Result<Plan, DeployError> {
        let chain = (1..=500).rev().fold(None, |inner, number| {
            Some(Box::new(Link(Cause(number), inner)))
        });
        let mut error = DeployError::new(DeployErrorKind::Refused, "it went wrong");
        error.source = chain.map(|chain| chain as _);
        Err(error)
    }

    async fn apply(
        &self,
        release: &Release,
        _: &Plan,
        progress: &dyn Progress,
    ) -> Result<Outcome, DeployError> {
        self.plan(release, progress)
            .await
            .map(|_| Outcome::default())
    }

    async fn wait(&self, outcome: Outcome, _: &dyn Progress) -> Result<Outcome, DeployError> {
        Ok(outcome)
    }
}

fn chained(_: NoOptions) -> Result<Chained, String> {
    Ok(Chained)
}

#[cfg(not(feature = "boasting"))]
plimsoll_sdk::plugin! {
    name: "faulty",
    sources: [("unread", "Panics when it is to read.", unread)],
    resolvers: [("irresolute", "Panics when it is to resolve.", irresolute)],
    deployers: [
        ("slow", "Takes its time, and says so.", slow),
        ("hangs", "Never comes back.", hangs),
        ("blocks", "Never lets go.", blocks),
        ("chained", "Fails for many reasons.", chained),
    ],
    distribution_strategies: [("generous", "Gives everybody the whole budget.", generous)],
    scaling_policies: [
        ("third", "Panics at the third decision.", third),
        ("explodes", "Panics when it is made.", explodes),
        ("refuses", "Will not be made, for many reasons.", refuses),
    ],
}

#[cfg(feature = "boasting")]
mod boasting {
    use plimsoll_sdk::core::registry::{FactoryError, Registry};

    #[expect(clippy::unnecessary_wraps, reason = "the signature of every plugin")]
    fn register(_: &mut Registry) -> Result<(), FactoryError> {
        Ok(())
    }

    plimsoll_sdk::plugin! {
        name: "faulty",
        register: register,
        provides: ["scaling-policy/wonder"],
    }
}

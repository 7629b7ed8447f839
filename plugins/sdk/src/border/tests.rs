//! The two halves on each other, without a library: what goes over and comes back is the same, and
//! what goes wrong over there is said here.

#![allow(unsafe_code, reason = "what is imported was exported a line before")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use plimsoll_abi::abi_stable::std_types::{RSlice, RVec};
use plimsoll_core::context::Package;
use plimsoll_core::deployer::{
    DeployError, DeployErrorKind, Deployer, Event, NoProgress, Outcome, Progress,
};
use plimsoll_core::diagnostic::Diagnostics;
use plimsoll_core::distribution::{Demand, DistributionError, DistributionStrategy, Priority};
use plimsoll_core::effective::Effective;
use plimsoll_core::environment::Environment;
use plimsoll_core::layer::Layers;
use plimsoll_core::manifest::{Manifest, ManifestKind, Workload};
use plimsoll_core::plan::{Plan, Step, StepKind};
use plimsoll_core::policy::{
    Decision, Observation, Reason, ReplicaMetric, ReplicaObservation, ReplicaState, Sample,
    ScalingPolicy,
};
use plimsoll_core::release::{Release, ReleaseOptions};
use plimsoll_core::resolver::OverrideResolver;
use plimsoll_core::rules::WorkloadRules;
use plimsoll_core::source::{Confidence, ConfigSource};
use plimsoll_core::span::SourceMap;
use plimsoll_core::tree::{MemoryTree, SourceTree};
use plimsoll_core::value::Node;

use super::progress::{Relay, export_progress};
use super::reply::{document, lent};
use super::rules::export_rules;
use super::tree::export_tree;
use super::{
    ImportedDeployer, ImportedPolicy, ImportedStrategy, Limits, export_deployer, export_policy,
    export_resolver, export_source, export_strategy,
};

fn over(policy: impl ScalingPolicy + 'static) -> ImportedPolicy {
    // SAFETY: it was exported here.
    unsafe { ImportedPolicy::new(export_policy(Box::new(policy)), "test/policy") }
}

/// Says what it was shown, as a number.
struct Echo(fn(&Observation<'_>) -> u64);

impl ScalingPolicy for Echo {
    fn decide(&mut self, seen: &Observation<'_>) -> Decision {
        Decision {
            desired: u32::try_from((self.0)(seen)).unwrap(),
            reason: Reason(Reason::FIRST_OWN.0 + 7),
        }
    }
}

fn observation() -> Observation<'static> {
    const SAMPLES: [Sample; 2] = [
        Sample {
            at_ns: 11,
            in_flight: 12.0,
            proxied: 13.0,
            queued: 14.0,
            tokens_in_flight: 15.0,
            arrivals: 16,
            completions: 17,
            errors: 18,
            service_time_seconds: 19.0,
        },
        Sample {
            at_ns: 21,
            in_flight: 22.0,
            proxied: 23.0,
            queued: 24.0,
            tokens_in_flight: 25.0,
            arrivals: 26,
            completions: 27,
            errors: 28,
            service_time_seconds: 29.0,
        },
    ];
    const REPLICAS: [ReplicaObservation; 1] = [ReplicaObservation {
        state: ReplicaState::Draining,
        age_ns: 31,
        state_age_ns: 32,
        metric_age_ns: 33,
        metric_window_ns: 34,
        metric: ReplicaMetric::milli(35),
        request_milli: 36,
    }];
    Observation {
        now_ns: 1,
        current: 2,
        ready: 3,
        starting: 4,
        draining: 5,
        min: 6,
        max: 7,
        reachable: true,
        target_rate: Some(8.0),
        backlog: 9,
        samples: &SAMPLES,
        replicas: &REPLICAS,
    }
}

#[test]
fn a_policy_is_shown_the_same() {
    let fields: [fn(&Observation<'_>) -> u64; 14] = [
        |seen| seen.now_ns,
        |seen| seen.current.into(),
        |seen| seen.ready.into(),
        |seen| seen.starting.into(),
        |seen| seen.draining.into(),
        |seen| seen.min.into(),
        |seen| seen.max.into(),
        |seen| seen.reachable.into(),
        |seen| u64::from(seen.target_rate == Some(8.0)),
        |seen| seen.backlog.into(),
        |seen| seen.samples.len() as u64,
        |seen| u64::from(seen.samples == observation().samples),
        |seen| seen.replicas.len() as u64,
        |seen| u64::from(seen.replicas == observation().replicas),
    ];
    for (number, field) in fields.into_iter().enumerate() {
        let decided = over(Echo(field)).decide(&observation());
        assert_eq!(
            decided,
            Echo(field).decide(&observation()),
            "field {number}"
        );
    }
    let nothing = Observation {
        target_rate: None,
        reachable: false,
        samples: &[],
        replicas: &[],
        ..observation()
    };
    let empty: fn(&Observation<'_>) -> u64 = |seen| {
        let none = seen.target_rate.is_none() && !seen.reachable;
        u64::from(none && seen.samples.is_empty() && seen.replicas.is_empty())
    };
    assert_eq!(over(Echo(empty)).decide(&nothing).desired, 1);
}

#[test]
fn a_policy_that_panics_has_failed_for_good() {
    let mut policy = over(Echo(|seen| {
        assert!(seen.now_ns < 5, "too late: {}", seen.now_ns);
        3
    }));
    let at = |now_ns| Observation {
        now_ns,
        ..observation()
    };
    assert_eq!(policy.decide(&at(1)).desired, 3);
    assert_eq!(policy.failure(), None);
    for now in [9, 1] {
        let decided = policy.decide(&at(now));
        assert_eq!((decided.desired, decided.reason), (2, Reason::FAILED));
    }
    insta::assert_snapshot!(policy.failure().unwrap(),
        @"the scaling policy `test/policy` panicked: too late: 9");
}

/// A way to share.
type How = fn(u32, &[Demand], &mut [u32]) -> Result<(), DistributionError>;

struct Share(How);

impl DistributionStrategy for Share {
    fn distribute(
        &self,
        budget: u32,
        demands: &[Demand],
        allocations: &mut [u32],
    ) -> Result<(), DistributionError> {
        (self.0)(budget, demands, allocations)
    }
}

#[test]
fn what_a_strategy_shares_is_checked() {
    let demand = |max, priority| Demand {
        desired: max,
        min: 1,
        max,
        weight: 2.5,
        priority,
    };
    let demands = [demand(4, Priority::High), demand(9, Priority::Low)];
    let share = |how: How| {
        let mut shares = [77, 77];
        // SAFETY: it was exported here.
        let strategy =
            unsafe { ImportedStrategy::new(export_strategy(Box::new(Share(how))), "test/share") };
        let shared = strategy.distribute(6, &demands, &mut shares);
        if shared.is_err() {
            assert_eq!(shares, [77, 77], "an error leaves what was there");
        }
        shared.map(|()| shares).map_err(|error| error.to_string())
    };
    assert_eq!(
        share(|budget, demands, shares| {
            assert_eq!(demands[0].priority, Priority::High);
            assert!((demands[1].weight - 2.5).abs() < 1e-9 && demands[1].max == 9);
            shares.copy_from_slice(&[4, budget - 4]);
            Ok(())
        }),
        Ok([4, 2])
    );
    let error = |how| share(how).unwrap_err();
    insta::assert_snapshot!(error(|_, _, shares| { shares.fill(4); Ok(()) }),
        @"the distribution strategy `test/share` gave 8 workers, where 6 are to be given of a budget of 6");
    insta::assert_snapshot!(error(|_, _, shares| { shares.copy_from_slice(&[5, 1]); Ok(()) }),
        @"the distribution strategy `test/share` gave demand 0 5 workers, which is not within 1 to 4");
    insta::assert_snapshot!(error(|_, _, _| panic!("no idea")),
        @"the distribution strategy `test/share` panicked: no idea");
    insta::assert_snapshot!(
        error(|_, _, _| Err(DistributionError::Failed { message: "not today".to_owned() })),
        @"the distribution strategy `test/share` failed: not today");
}

/// A deployer that does as the release's name says.
struct Named;

#[async_trait]
impl Deployer for Named {
    async fn plan(&self, release: &Release, progress: &dyn Progress) -> Result<Plan, DeployError> {
        let mut plan = Plan::new("there", release.environment.as_ref());
        plan.steps
            .push(Step::new(StepKind::Deploy, "it", "it is not there").with("to", "x"));
        match release.name.as_str() {
            "fails" => {
                let cause = std::io::Error::other("the disk is full");
                let error = DeployError::new(DeployErrorKind::Refused, "no room").caused_by(cause);
                return Err(error.hint("make room").left_behind("half of it"));
            }
            "panics" => panic!("out of {}", "luck"),
            "sleeps" => tokio::time::sleep(Duration::from_millis(20)).await,
            "waits" => {
                while !progress.interrupted() {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                let error = DeployError::new(DeployErrorKind::Interrupted, "stopped as asked");
                return Err(error);
            }
            "hangs" => std::future::pending::<()>().await,
            _ => progress.report(Event::Uploaded { bytes: 1, total: 2 }),
        }
        Ok(plan)
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

fn release(name: &str) -> Release {
    Release {
        kind: ManifestKind::Truss,
        name: name.to_owned(),
        environment: None,
        workloads: Vec::new(),
        source: None,
        options: ReleaseOptions::default(),
    }
}

fn deployer() -> ImportedDeployer {
    let limits = Limits {
        silence: Duration::from_millis(300),
        grace: Duration::from_millis(200),
    };
    // SAFETY: it was exported here.
    unsafe { ImportedDeployer::new(export_deployer(Box::new(Named)), "test/named", limits) }
}

#[tokio::test]
async fn a_deployer_plans_on_a_runtime_of_its_own() {
    for name in ["reports", "sleeps"] {
        let there = deployer().plan(&release(name), &NoProgress).await.unwrap();
        let here = Named.plan(&release(name), &NoProgress).await.unwrap();
        assert_eq!(there, here);
    }
}

#[derive(Default)]
struct Counted {
    events: AtomicU32,
    stop: bool,
}

impl Progress for Counted {
    fn report(&self, _: Event) {
        self.events.fetch_add(1, Ordering::Relaxed);
    }

    fn interrupted(&self) -> bool {
        self.stop
    }
}

fn said(error: &DeployError) -> String {
    let mut said = format!("{:?}: {error}", error.kind);
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        said.push_str(&format!("\n  because {cause}"));
        source = cause.source();
    }
    error
        .hints
        .iter()
        .for_each(|hint| said.push_str(&format!("\n  hint: {hint}")));
    error
        .left_behind
        .iter()
        .for_each(|left| said.push_str(&format!("\n  left: {left}")));
    said
}

#[tokio::test]
async fn what_happens_over_there_is_shown_here() {
    let counted = Counted::default();
    deployer()
        .plan(&release("reports"), &counted)
        .await
        .unwrap();
    assert_eq!(counted.events.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn what_goes_wrong_over_there_is_said_here() {
    let plan = async |name: &str| {
        said(
            &deployer()
                .plan(&release(name), &NoProgress)
                .await
                .unwrap_err(),
        )
    };
    insta::assert_snapshot!(plan("fails").await, @"
    Refused: no room
      because the disk is full
      hint: make room
      left: half of it
    ");
    insta::assert_snapshot!(plan("panics").await,
        @"Unavailable: the deployer `test/named` panicked: out of luck, in `plan`");
    insta::assert_snapshot!(plan("hangs").await,
        @"Unavailable: the deployer `test/named` gave no sign of life for 0.3 s, and did not stop within 0.2 s of being told to, in `plan`");
    insta::assert_snapshot!(plan("waits").await, @"
    Unavailable: the deployer `test/named` was stopped after 0.3 s without a sign of life, in `plan`
      because stopped as asked
    ");
    let plan = Plan::new("there", None);
    let hung = deployer()
        .apply(&release("hangs"), &plan, &NoProgress)
        .await;
    insta::assert_snapshot!(said(&hung.unwrap_err()), @"
    Unavailable: the deployer `test/named` gave no sign of life for 0.3 s, and did not stop within 0.2 s of being told to, in `apply`
      left: what `test/named` had done by then, of which it says nothing
    ");
}

#[tokio::test]
async fn the_user_can_stop_it() {
    let stop = Counted {
        stop: true,
        ..Counted::default()
    };
    let plan = async |name: &str| said(&deployer().plan(&release(name), &stop).await.unwrap_err());
    insta::assert_snapshot!(plan("waits").await, @"Interrupted: stopped as asked");
    insta::assert_snapshot!(plan("hangs").await,
        @"Interrupted: the deployer `test/named` did not stop within 0.2 s of being told to, in `plan`");
}

/// Finds nothing, and panics where it is to read.
struct Nothing;

impl ConfigSource for Nothing {
    fn probe(&self, _: &dyn SourceTree) -> Confidence {
        Confidence::No
    }

    fn load(&self, _: &Arc<dyn SourceTree>) -> Result<Manifest, Diagnostics> {
        panic!("there is nothing")
    }

    fn package(&self, _: &Arc<dyn SourceTree>, _: &Effective) -> Result<Package, Diagnostics> {
        panic!("there is nothing")
    }
}

impl OverrideResolver for Nothing {
    fn resolve(
        &self,
        _: &Workload,
        _: Option<&Environment>,
        _: &Arc<SourceMap>,
    ) -> Result<Effective, Diagnostics> {
        panic!("there is nothing")
    }
}

/// Rules that take everything.
#[derive(Debug)]
struct Anything;

impl WorkloadRules for Anything {
    fn overridable(&self) -> &'static [&'static str] {
        &["resources"]
    }

    fn finish(&self, merged: Node, _: &Layers, _: &mut Diagnostics) -> Node {
        merged
    }

    fn with_defaults(&self, finished: &Node) -> Node {
        finished.clone()
    }

    fn compact(&self, finished: &Node) -> Node {
        finished.clone()
    }
}

/// What is passed by value is released by who receives it, also where the rest of what is passed makes no
/// sense, or the call panics.
#[test]
fn whatever_becomes_of_a_call_what_it_was_passed_is_released() {
    let tree: Arc<dyn SourceTree> = Arc::new(MemoryTree::new());
    let rules: Arc<dyn WorkloadRules> = Arc::new(Anything);
    let source = export_source(Box::new(Nothing));
    let resolver = export_resolver(Box::new(Nothing));
    let deployer = export_deployer(Box::new(Named));
    let nonsense = || RSlice::from_slice(b"nonsense");
    let several = || {
        RVec::from(vec![
            export_rules(rules.clone()),
            export_rules(rules.clone()),
        ])
    };
    let (events, _shown) = tokio::sync::mpsc::channel(1);
    let relay = Arc::new(Relay {
        events,
        stop: false.into(),
    });
    let progress = || export_progress(Arc::clone(&relay));
    let (tree_passed, source_state) = (|| export_tree(tree.clone()), source.state);
    // SAFETY: all of these were exported here.
    unsafe {
        (source.load)(source_state, tree_passed());
        (source.written)(source_state, tree_passed());
        (source.probe)(source_state, tree_passed());
        (source.package)(
            source_state,
            tree_passed(),
            nonsense(),
            export_rules(rules.clone()),
        );
        (source.amend)(source_state, tree_passed(), nonsense(), several());
        (resolver.resolve)(resolver.state, nonsense(), export_rules(rules.clone()));
        (resolver.other_environments)(resolver.state, nonsense(), export_rules(rules.clone()));
        (deployer.plan)(
            deployer.state,
            nonsense(),
            several(),
            tree_passed(),
            progress(),
        );
        let (asked, plan) = (nonsense(), nonsense());
        (deployer.apply)(
            deployer.state,
            asked,
            plan,
            several(),
            tree_passed(),
            progress(),
        );
        (deployer.wait)(deployer.state, nonsense(), progress());
        (source.release)(source.state);
        (resolver.release)(resolver.state);
        (deployer.release)(deployer.state);
    }
    assert_eq!(Arc::strong_count(&tree), 1, "trees are released");
    assert_eq!(Arc::strong_count(&rules), 1, "rules are released");
    assert_eq!(
        Arc::strong_count(&relay),
        1,
        "what takes events is released"
    );
}

#[test]
fn numbers_cross_to_the_last_bit() {
    for number in [
        0.1,
        1.0 / 3.0,
        5e-324,
        1.797_693_134_862_315_7e308,
        9_007_199_254_740_993.0,
    ] {
        let document = document(&number).unwrap();
        let (number, read): (f64, f64) = (number, lent(document.as_slice().into()).unwrap());
        assert_eq!(read.to_bits(), number.to_bits(), "{number}");
    }
}

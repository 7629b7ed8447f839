//! What a loaded plugin may do wrong, and the host survives, each with a message that says what it was.

#![allow(
    clippy::unwrap_used,
    unreachable_pub,
    dead_code,
    reason = "a test fails by panicking, and shares a module"
)]

mod support;

use std::sync::Arc;

use plimsoll_core::deployer::{DeployError, Deployer, NoProgress, Progress};
use plimsoll_core::distribution::{Demand, Priority};
use plimsoll_core::layer::{LayerName, Layers};
use plimsoll_core::manifest::{ManifestKind, Workload};
use plimsoll_core::plan::Plan;
use plimsoll_core::policy::{Observation, Reason};
use plimsoll_core::registry::{FactoryContext, Registry};
use plimsoll_core::release::{Release, ReleaseOptions};
use plimsoll_core::rules::WorkloadRules;
use plimsoll_core::source::{Confidence, ConfigSource};
use plimsoll_core::tree::{MemoryTree, SourceTree};
use plimsoll_core::value::{Map, Node};
use serde_json::json;
use support::{House, built, faulty, raw};

fn loaded(library: &std::path::Path) -> FactoryContext {
    let house = House::new();
    let library = house.copy(library, "it.so");
    house.load(&library).unwrap()
}

const SEEN: Observation<'static> = Observation {
    now_ns: 1,
    target_rate: None,
    samples: &[],
    replicas: &[],
    current: 4,
    ready: 4,
    starting: 0,
    draining: 0,
    min: 0,
    max: 9,
    backlog: 0,
    reachable: true,
};

fn policy_failure(context: &FactoryContext, name: &str) -> String {
    let policies = &context.registry.policies;
    let mut policy = match policies.make(name, context, &json!({})) {
        Ok(policy) => policy,
        Err(error) => return format!("not made: {error}"),
    };
    for _ in 0..2 {
        policy.decide(&SEEN);
    }
    for _ in 0..2 {
        let decided = policy.decide(&SEEN);
        assert_eq!((decided.desired, decided.reason), (4, Reason::FAILED));
    }
    policy.failure().unwrap()
}

#[test]
fn a_policy_that_goes_wrong() {
    let faulty = loaded(&faulty("dylib"));
    insta::assert_snapshot!(policy_failure(&faulty, "faulty/third"), @"the scaling policy `faulty/third` panicked: the third decision is one too many (tests/plugins/faulty/src/lib.rs:19:9)");
    insta::assert_snapshot!(policy_failure(&faulty, "faulty/explodes"), @"not made: faulty/explodes could not be set up: it panicked: it was never meant to be made (tests/plugins/faulty/src/lib.rs:32:5)");
    let refused = policy_failure(&faulty, "faulty/refuses");
    assert!(refused.starts_with(
        "not made: faulty/refuses could not be set up: cause 1 of a long chain, because cause 2"
    ));
    assert!(refused.len() < 9_000, "an endless message is cut");
    insta::assert_snapshot!(policy_failure(&faulty, "faulty/explode"), @"not made: there is no scaling policy `faulty/explode`; known are: explodes, refuses, third; did you mean `explodes`?");
    let raw = loaded(&raw("dylib"));
    insta::assert_snapshot!(policy_failure(&raw, "raw/numb"), @"the scaling policy `raw/numb` returned what makes no sense: text that is not UTF-8 from byte 4 on");
    insta::assert_snapshot!(policy_failure(&raw, "raw/void"), @"not made: raw/void could not be set up: it returned what makes no sense: an object that is none");
}

#[test]
fn a_strategy_that_goes_wrong() {
    let share = |context: &FactoryContext, name: &str| {
        let strategies = &context.registry.strategies;
        let strategy = strategies.make(name, context, &json!({})).unwrap();
        let demand = Demand {
            desired: 3,
            min: 1,
            max: 20,
            weight: 1.0,
            priority: Priority::Medium,
        };
        let mut shares = [7; 2];
        let error = strategy
            .distribute(10, &[demand; 2], &mut shares)
            .unwrap_err();
        assert_eq!(shares, [7; 2], "an error leaves what was there");
        error.to_string()
    };
    insta::assert_snapshot!(share(&loaded(&faulty("dylib")), "faulty/generous"), @"the distribution strategy `faulty/generous` gave 20 workers, where 10 are to be given of a budget of 10");
    insta::assert_snapshot!(share(&loaded(&raw("dylib")), "raw/absent"), @"the distribution strategy `raw/absent` returned what makes no sense: text that is not UTF-8 from byte 4 on");
}

fn source(context: &FactoryContext, name: &str) -> Box<dyn ConfigSource> {
    context
        .registry
        .sources
        .make(name, context, &json!({}))
        .unwrap()
}

#[test]
fn a_source_that_goes_wrong() {
    let tree: Arc<dyn SourceTree> = Arc::new(MemoryTree::new().with("config.yaml", "a: 1\n"));
    let said = |source: &dyn ConfigSource| source.load(&tree).unwrap_err().to_string();
    let unread = source(&loaded(&faulty("dylib")), "faulty/unread");
    assert_eq!(unread.probe(&*tree), Confidence::No);
    insta::assert_snapshot!(said(&*unread), @"error[plugin::failed]: the source `faulty/unread` panicked:  is not for reading (tests/plugins/faulty/src/lib.rs:69:9), when it was to read its input");
    let raw = loaded(&raw("dylib"));
    let mumbles = source(&raw, "raw/mumbles");
    assert_eq!(mumbles.probe(&*tree), Confidence::No);
    assert_eq!(mumbles.schema(), None);
    insta::assert_snapshot!(said(&*mumbles), @"error[plugin::failed]: the source `raw/mumbles` returned what makes no sense: a document that is not UTF-8 from byte 4 on, when it was to read its input");
    insta::assert_snapshot!(said(&*source(&raw, "raw/babbles")), @"error[plugin::failed]: the source `raw/babbles` returned what makes no sense: 1 workloads with 0 sets of rules, when it was to read its input");
    insta::assert_snapshot!(mumbles.written(&tree).unwrap_err().to_string(), @"error[plugin::failed]: the source `raw/mumbles` returned what makes no sense: a document that does not read: invalid type: integer `1`, expected struct FileDocument at line 1 column 2, when it was to gather the files as they are written");
}

/// Rules that take everything.
#[derive(Debug)]
struct Anything;

impl WorkloadRules for Anything {
    fn overridable(&self) -> &'static [&'static str] {
        &["resources"]
    }

    fn finish(
        &self,
        merged: Node,
        _: &Layers,
        _: &mut plimsoll_core::diagnostic::Diagnostics,
    ) -> Node {
        merged
    }

    fn with_defaults(&self, finished: &Node) -> Node {
        finished.clone()
    }

    fn compact(&self, finished: &Node) -> Node {
        finished.clone()
    }
}

#[test]
fn a_resolver_that_goes_wrong() {
    let said = |context: &FactoryContext, name: &str| {
        let resolver = context
            .registry
            .resolvers
            .make(name, context, &json!({}))
            .unwrap();
        let mut layers = Layers::new();
        layers.push(LayerName::Base, Node::from(Map::new()));
        let workload = Workload {
            name: "one".to_owned(),
            layers,
            rules: Arc::new(Anything),
        };
        resolver
            .resolve(&workload, None, &Arc::default())
            .unwrap_err()
            .to_string()
    };
    insta::assert_snapshot!(said(&loaded(&faulty("dylib")), "faulty/irresolute"), @"error[plugin::failed]: the resolver `faulty/irresolute` panicked: one could be anything (tests/plugins/faulty/src/lib.rs:91:9)");
    insta::assert_snapshot!(said(&loaded(&raw("dylib")), "raw/babbles"), @"error[plugin::failed]: the resolver `raw/babbles` returned what makes no sense: a place (1:1, bytes 0 to 1 of file 99) outside of its files");
}

fn deployer(context: &FactoryContext, name: &str) -> Box<dyn Deployer> {
    context
        .registry
        .deployers
        .make(name, context, &json!({}))
        .unwrap()
}

fn release() -> Release {
    Release {
        kind: ManifestKind::Truss,
        name: "it".to_owned(),
        environment: None,
        workloads: Vec::new(),
        source: None,
        options: ReleaseOptions::default(),
    }
}

fn told(error: &DeployError) -> String {
    let mut said = format!("{:?}: {error}", error.kind);
    let left = error
        .left_behind
        .iter()
        .map(|what| format!("\n  left: {what}"));
    said.extend(left);
    let mut source = std::error::Error::source(error);
    let mut causes = 0;
    while let Some(cause) = source {
        causes += 1;
        if causes < 3 {
            said.push_str(&format!("\n  because {cause}"));
        }
        source = cause.source();
    }
    if causes > 2 {
        said.push_str(&format!("\n  and {} causes more", causes - 2));
    }
    said
}

#[tokio::test]
async fn a_deployer_that_goes_wrong() {
    let faulty = loaded(&faulty("dylib"));
    let release = release();
    let plan = Plan::new("nowhere", None);
    let chained = deployer(&faulty, "faulty/chained");
    insta::assert_snapshot!(told(&chained.plan(&release, &NoProgress).await.unwrap_err()), @"
    Refused: it went wrong
      because cause 1
      because cause 2
      and 30 causes more
    ");
    let slow = deployer(&faulty, "faulty/slow");
    let planned = slow.plan(&release, &NoProgress).await.unwrap();
    assert_eq!(planned.steps.len(), 1);
    insta::assert_snapshot!(told(&slow.wait(Default::default(), &NoProgress).await.unwrap_err()), @"Unavailable: the deployer `faulty/slow` panicked: there is nothing to wait for (tests/plugins/faulty/src/lib.rs:135:9), in `wait`");
    let timeless = deployer(&loaded(&raw("dylib")), "raw/timeless");
    insta::assert_snapshot!(told(&timeless.apply(&release, &plan, &NoProgress).await.unwrap_err()), @"
    Unavailable: the deployer `raw/timeless` returned what makes no sense: a document that does not read: expected value at line 2 column 87, in `apply`
      left: what `raw/timeless` had done by then, of which it says nothing
    ");
}

/// A user who stops it after so many events.
struct Impatient(std::sync::atomic::AtomicI32);

impl Progress for Impatient {
    fn report(&self, _: plimsoll_core::deployer::Event) {
        self.0.fetch_sub(1, std::sync::atomic::Ordering::Relaxed);
    }

    fn interrupted(&self) -> bool {
        self.0.load(std::sync::atomic::Ordering::Relaxed) <= 0
    }
}

#[tokio::test]
async fn a_deployer_that_hangs_or_takes_its_time() {
    let faulty = loaded(&faulty("dylib"));
    let (release, plan) = (release(), Plan::new("nowhere", None));
    let hangs = deployer(&faulty, "faulty/hangs");
    insta::assert_snapshot!(told(&hangs.apply(&release, &plan, &NoProgress).await.unwrap_err()), @"
    Unavailable: the deployer `faulty/hangs` gave no sign of life for 0.4 s, and did not stop within 0.3 s of being told to, in `apply`
      left: what `faulty/hangs` had done by then, of which it says nothing
    ");
    let now = Impatient(0.into());
    insta::assert_snapshot!(told(&hangs.apply(&release, &plan, &now).await.unwrap_err()), @"
    Interrupted: the deployer `faulty/hangs` did not stop within 0.3 s of being told to, in `apply`
      left: what `faulty/hangs` had done by then, of which it says nothing
    ");
    let blocks = deployer(&faulty, "faulty/blocks");
    let blocked = told(&blocks.plan(&release, &NoProgress).await.unwrap_err());
    assert!(
        blocked.contains("gave no sign of life for 0.4 s"),
        "{blocked}"
    );
    // It takes ten seconds, and says that it lives: nobody but the user stops it.
    let slow = deployer(&faulty, "faulty/slow");
    let later = Impatient(60.into());
    let stopped = told(&slow.apply(&release, &plan, &later).await.unwrap_err());
    assert!(
        stopped.starts_with("Interrupted: stopped as asked\n  left: "),
        "{stopped}"
    );
}

#[test]
fn two_versions_at_once_are_told_apart() {
    let house = House::new();
    let one = house.copy(&faulty("dylib"), "one.so");
    let two = house.copy(&built("plimsoll-test-faulty-2", "dylib"), "two.so");
    let host = house.host(&[&one, &two], &[]);
    host.trust(&one, None).unwrap();
    host.trust(&two, None).unwrap();
    let mut registry = Registry::empty();
    assert_eq!(host.load(&mut registry).unwrap().plugins.len(), 2);
    let context = FactoryContext { registry };
    let policies = &context.registry.policies;
    for name in ["faulty@1.0.0/third", "faulty@2.0.0/third"] {
        assert!(policies.make(name, &context, &json!({})).is_ok(), "{name}");
        let version = &policies.get(name).unwrap().origin.version;
        assert!(name.contains(&**version));
    }
    let ambiguous = policies.get("faulty/third").unwrap_err().to_string();
    insta::assert_snapshot!(ambiguous, @"several plugins have a scaling policy `faulty/third`; say which: faulty@1.0.0/third, faulty@2.0.0/third");
    // The same version twice is a mistake.
    let again = house.copy(&faulty("dylib"), "again.so");
    host.trust(&again, None).unwrap();
    let host = house.host(&[&one, &again], &[]);
    let mut registry = Registry::empty();
    insta::assert_snapshot!(house.said(&host.load(&mut registry).unwrap_err()), @"Registration: again.so: the source `unread` of faulty 1.0.0 (again.so) is already registered by faulty 1.0.0 (one.so)");
    assert!(
        registry.policies.get("faulty@1.0.0/third").is_ok(),
        "the first stays"
    );
    // Where libraries are found, and not named, the first is loaded.
    let host = house.host(&[], &[&one, &two]);
    assert_eq!(host.load(&mut Registry::empty()).unwrap().plugins.len(), 1);
}

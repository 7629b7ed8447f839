//! What the policies do over time, by examples that can be followed by hand.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use plimsoll_core::policy::{Decision, Observation, Reason, Sample, ScalingPolicy};
use plimsoll_scaling::baseten::ScaleDown;
use plimsoll_scaling::{
    Baseten, BasetenOptions, Hpa, HpaOptions, Knative, KnativeOptions, RayServe, RayServeOptions,
    Tressi, TressiOptions,
};

const SECOND: u64 = 1_000_000_000;

/// A plant that does at once what is decided.
struct Plant<P> {
    policy: P,
    second: u64,
    current: u32,
    min: u32,
    max: u32,
    target_rate: Option<f64>,
}

impl<P: ScalingPolicy> Plant<P> {
    fn new(policy: P, current: u32) -> Self {
        Self {
            policy,
            second: 0,
            current,
            min: 0,
            max: 100,
            target_rate: None,
        }
    }

    /// One interval with one sample, and a decision.
    fn step(&mut self, seconds: u64, sample: Sample) -> Decision {
        self.second += seconds;
        let now_ns = self.second * SECOND;
        let decision = self.policy.decide(&Observation {
            now_ns,
            current: self.current,
            ready: self.current,
            starting: 0,
            draining: 0,
            min: self.min,
            max: self.max,
            reachable: true,
            target_rate: self.target_rate,
            backlog: 0,
            samples: &[Sample {
                at_ns: now_ns,
                ..sample
            }],
            replicas: &[],
        });
        self.current = decision.desired.clamp(self.min, self.max);
        decision
    }

    /// Lets a load last, and tells when the number of replicas changed, and to what.
    fn load(&mut self, in_flight: f64, seconds: u64) -> Vec<(u64, u32)> {
        let begin = self.second;
        let mut changes = Vec::new();
        for _ in 0..seconds / 2 {
            let before = self.current;
            let sample = Sample {
                in_flight,
                ..Sample::default()
            };
            self.step(2, sample);
            if self.current != before {
                changes.push((self.second - begin, self.current));
            }
        }
        changes
    }
}

fn baseten(scale_down: ScaleDown) -> Plant<Baseten> {
    let options = BasetenOptions {
        concurrency_target: 10,
        scale_down,
        ..BasetenOptions::default()
    };
    Plant::new(Baseten::new(options).unwrap(), 1)
}

#[test]
fn baseten_holds_seventy_percent_of_ten() {
    // The documentation's example: 25 requests in flight at 7 a replica take 4.
    let mut plant = baseten(ScaleDown::RateOfExcess);
    assert_eq!(plant.load(25.0, 120), [(2, 4)]);
}

#[test]
fn baseten_halves_what_is_left_after_each_delay() {
    for scale_down in [ScaleDown::RateOfExcess, ScaleDown::RateOfActive] {
        let mut plant = baseten(scale_down);
        plant.load(56.0, 120);
        assert_eq!(plant.current, 8);
        // After 8 s the window's mean asks for 7; a delay of 900 s begins.
        let changes = plant.load(0.0, 4000);
        assert_eq!(
            changes,
            [(908, 4), (1808, 2), (2708, 1), (3608, 0)],
            "{scale_down:?}"
        );
    }
}

#[test]
fn baseten_counts_a_share_of_the_excess_or_of_all() {
    let down = |scale_down| {
        let mut plant = baseten(scale_down);
        plant.load(70.0, 120);
        assert_eq!(plant.current, 10);
        let changes = plant.load(42.0, 6000).into_iter();
        changes.map(|(_, replicas)| replicas).collect::<Vec<_>>()
    };
    assert_eq!(down(ScaleDown::RateOfExcess), [8, 7, 6]);
    assert_eq!(down(ScaleDown::RateOfActive), [6]);
}

#[test]
fn load_that_returns_cancels_basetens_step() {
    let mut plant = baseten(ScaleDown::RateOfExcess);
    plant.load(56.0, 120);
    assert_eq!(plant.load(0.0, 800), []);
    assert_eq!(plant.load(56.0, 200), []);
    assert_eq!(plant.load(0.0, 800), []);
}

#[test]
fn baseten_needs_what_its_documentation_says() {
    let needed = |concurrency_target, in_flight| {
        let options = BasetenOptions {
            concurrency_target,
            ..BasetenOptions::default()
        };
        let mut plant = Plant::new(Baseten::new(options).unwrap(), 0);
        plant.load(in_flight, 4);
        plant.current
    };
    // Its own example: 25 in flight at 7 each.
    assert_eq!(needed(10, 25.0), 4);
    // A multiple of what one holds takes no replica more, whatever 0.7 is in binary.
    assert_eq!(needed(1, 21.0), 30);
    assert_eq!(needed(2, 42.0), 30);
    assert_eq!(needed(10, 28.0), 4);
    assert_eq!(needed(10, 28.1), 5);
}

#[test]
fn baseten_counts_tokens_where_they_need_more() {
    let options = BasetenOptions {
        target_in_flight_tokens: Some(40_000),
        ..BasetenOptions::default()
    };
    let mut plant = Plant::new(Baseten::new(options).unwrap(), 1);
    let tokens = |tokens_in_flight| Sample {
        in_flight: 0.7,
        tokens_in_flight,
        ..Sample::default()
    };
    assert_eq!(plant.step(2, tokens(40_000.0)).desired, 1);
    let mut plant = Plant::new(plant.policy.clone(), 1);
    plant.second = 100;
    assert_eq!(plant.step(2, tokens(400_000.0)).desired, 10);
}

#[test]
fn knative_panics_and_calms_down() {
    let options = KnativeOptions {
        target: Some(10.0),
        ..KnativeOptions::default()
    };
    let mut plant = Plant::new(Knative::new(options).unwrap(), 1);
    plant.load(7.0, 120);
    assert_eq!(plant.current, 1);
    let sample = Sample {
        in_flight: 300.0,
        ..Sample::default()
    };
    assert_eq!(plant.step(2, sample).reason, Reason::PANIC);
    plant.load(70.0, 10);
    let in_panic = plant.current;
    plant.load(7.0, 48);
    assert_eq!(plant.current, in_panic);
    plant.load(7.0, 120);
    assert_eq!(plant.current, 1);
    // Gone after the stable window and the grace period.
    plant.load(0.0, 300);
    assert_eq!(plant.current, 0);
    plant.load(1.0, 4);
    assert_eq!(plant.current, 1);
}

#[test]
fn hpa_tolerates_doubles_and_stabilises() {
    let options = HpaOptions {
        target: 10.0,
        ..HpaOptions::default()
    };
    let mut plant = Plant::new(Hpa::new(options).unwrap(), 4);
    plant.min = 1;
    assert_eq!(plant.load(43.0, 120), []);
    let growing = plant.load(200.0, 60);
    assert_eq!(
        growing
            .iter()
            .map(|&(_, replicas)| replicas)
            .collect::<Vec<_>>(),
        [8, 16, 20]
    );
    let shrinking = plant.load(30.0, 600);
    assert_eq!(shrinking.last().map(|&(_, replicas)| replicas), Some(3));
    assert!(shrinking[0].0 >= 286);
}

#[test]
fn ray_serve_waits_for_its_delays() {
    let mut plant = Plant::new(RayServe::new(RayServeOptions::default()).unwrap(), 1);
    plant.load(2.0, 60);
    assert_eq!(plant.current, 1);
    let up = plant.load(8.0, 120);
    assert_eq!(up.last().map(|&(_, replicas)| replicas), Some(4));
    assert!(up[0].0 >= 30);
    let down = plant.load(2.0, 900);
    assert!(down[0].0 >= 600, "{down:?}");
}

#[test]
fn tressi_adds_a_quarter_of_what_is_missing() {
    let mut plant = Plant::new(Tressi::new(TressiOptions::default()).unwrap(), 4);
    plant.min = 1;
    plant.target_rate = Some(100.0);
    let completed = |completions| Sample {
        completions,
        ..Sample::default()
    };
    // 4 workers make 20: 16 are missing, a quarter is 4.
    assert_eq!(plant.step(1, completed(20)).desired, 8);
    // The cooldown holds the next one back.
    assert_eq!(plant.step(1, completed(40)).reason, Reason::HELD_BACK);
    assert_eq!(plant.step(1, completed(40)).desired, 11);
    // Within the thresholds nothing changes.
    plant.step(1, completed(95));
    assert_eq!(plant.step(1, completed(109)).reason, Reason::STEADY);
    // 11 workers make 220: 6 are too many, a quarter is 1.5.
    assert_eq!(plant.step(1, completed(220)).desired, 9);
    // A rate of 0 does not jump to the maximum.
    plant.step(2, completed(0));
    assert_eq!(plant.step(2, completed(0)).desired, 15);
}

#[test]
fn tressi_stays_within_its_own_bounds_and_judges_a_ramp_by_its_target_now() {
    let options = TressiOptions {
        min_workers: Some(3),
        max_workers: Some(6),
        cooldown_period: 0.0,
        ..TressiOptions::default()
    };
    let mut plant = Plant::new(Tressi::new(options).unwrap(), 1);
    let completed = |completions| Sample {
        completions,
        ..Sample::default()
    };
    assert_eq!(plant.step(1, completed(1)).desired, 3);
    // A ramp that is to end at 1000 a second is at 30 now.
    plant.target_rate = Some(30.0);
    assert_eq!(plant.step(1, completed(30)).reason, Reason::STEADY);
    plant.target_rate = Some(1000.0);
    assert_eq!(plant.step(1, completed(30)).desired, 6);
    assert_eq!(plant.step(1, completed(30)).reason, Reason::BOUND);
    plant.target_rate = Some(1.0);
    assert_eq!(plant.step(1, completed(60)).desired, 4);
    assert_eq!(plant.step(1, completed(60)).desired, 3);
    assert_eq!(plant.step(1, completed(60)).reason, Reason::BOUND);
}

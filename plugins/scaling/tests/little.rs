//! `little` in a closed loop: workers that serve a queue, one request each at a time.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::VecDeque;

use plimsoll_core::policy::{Observation, Sample, ScalingPolicy};
use plimsoll_scaling::{Little, LittleOptions};

/// How long a tick is: a tenth of a second.
const TICK_NS: u64 = 100_000_000;
const TICKS_A_SECOND: u64 = 10;

/// Requests that fall due evenly, and workers that take the same time for each.
struct Loop {
    policy: Little,
    tick: u64,
    workers: u32,
    /// When each request in flight is done, in ticks.
    in_flight: VecDeque<u64>,
    backlog: u32,
}

impl Loop {
    fn new() -> Self {
        Self {
            policy: Little::new(LittleOptions::default()).unwrap(),
            tick: 0,
            workers: 1,
            in_flight: VecDeque::new(),
            backlog: 0,
        }
    }

    /// Holds a rate, in requests a tick, of requests that take some ticks; the number of workers
    /// after each tick.
    fn run(&mut self, seconds: u64, due: u32, service_ticks: u32) -> Vec<u32> {
        let ticks = seconds * TICKS_A_SECOND;
        (0..ticks).map(|_| self.step(due, service_ticks)).collect()
    }

    fn step(&mut self, due: u32, service_ticks: u32) -> u32 {
        self.tick += 1;
        let mut completions = 0;
        while self.in_flight.front().is_some_and(|&at| at <= self.tick) {
            self.in_flight.pop_front();
            completions += 1;
        }
        self.backlog += due;
        while self.backlog > 0 && self.in_flight.len() < self.workers as usize {
            self.backlog -= 1;
            let done = self.tick + u64::from(service_ticks);
            self.in_flight.push_back(done);
        }
        let now_ns = self.tick * TICK_NS;
        let samples = [Sample {
            at_ns: now_ns,
            in_flight: f64::from(u32::try_from(self.in_flight.len()).unwrap()),
            queued: f64::from(self.backlog),
            arrivals: due,
            completions,
            service_time_seconds: f64::from(completions) * f64::from(service_ticks) / 10.0,
            ..Sample::default()
        }];
        let decision = self.policy.decide(&Observation {
            now_ns,
            current: self.workers,
            ready: self.workers,
            starting: 0,
            draining: 0,
            min: 0,
            max: 10_000,
            reachable: true,
            target_rate: Some(f64::from(due) * 10.0),
            backlog: self.backlog,
            samples: &samples,
            replicas: &[],
        });
        self.workers = decision.desired;
        self.workers
    }
}

#[test]
fn it_settles_at_the_law_and_stays_there() {
    // 100 a second × 0.3 s = 30, and √30 to spare.
    let mut held = Loop::new();
    held.run(30, 10, 3);
    assert_eq!(held.backlog, 0);
    let workers = held.run(60, 10, 3);
    assert!(workers.iter().all(|&workers| workers == 36), "{workers:?}");
}

#[test]
fn slow_requests_do_not_send_it_astray() {
    // Nothing completes for four seconds: 50 a second × 4 s = 200, and √200.
    let mut held = Loop::new();
    let begin = held.run(20, 5, 40);
    let most = begin.iter().max().unwrap();
    assert!((215..=450).contains(most), "{begin:?}");
    held.run(40, 5, 40);
    assert_eq!(held.backlog, 0);
    let workers = held.run(60, 5, 40);
    assert!(workers.iter().all(|&workers| workers == 215), "{workers:?}");
}

#[test]
fn it_follows_a_rate_down_to_nothing_and_back() {
    let mut held = Loop::new();
    held.run(30, 10, 3);
    let idle = held.run(10, 0, 3);
    assert_eq!(idle.last(), Some(&0));
    // Nobody goes before the delay.
    assert!(idle[..45].iter().all(|&workers| workers == 36), "{idle:?}");
    // 36, and three more for the ten that fell due while nobody was there: 10 × 0.3 s in a second.
    let back = held.run(1, 10, 3);
    assert_eq!(back.first(), Some(&39));
}

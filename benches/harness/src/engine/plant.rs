//! A pool under control: sampled, observed by a policy, scaled.

use plimsoll_core::policy::{
    Decision, Observation, Reason, ReplicaObservation, ReplicaState, Sample, ScalingPolicy,
};

use super::lane::Lane;
use super::pool::{Parts, Pool};
use super::replicas::{Areas, Phase};
use super::source::Source;
use crate::balance::Balance;
use crate::error::Error;
use crate::scenario::{SHORTEST_INTERVAL, Scenario, Workload};
use crate::score::{Measured, Meter, Recorder, Score};
use crate::service::WorkSampler;
use crate::time::{Span, seconds};

/// Samples are kept from one decision to the next: more than this are refused.
const MOST_SAMPLES: u64 = 1_000_000;

/// A workload that runs.
#[derive(Debug)]
pub(crate) struct Plant {
    pool: Pool,
    min: u32,
    max: u32,
    /// How many replicas the activator asks for where it may.
    activation: u32,
    sample_interval: u64,
    pub(super) decision_interval: u64,
    next_sample: u64,
    warm_up: u64,
    horizon: u64,
    sampled: Sampled,
    samples: Vec<Sample>,
    observed_at: u64,
    observations: Vec<ReplicaObservation>,
    meter: Meter,
}

/// What the integrals were when the last sample was taken.
#[derive(Clone, Copy, Debug, Default)]
struct Sampled {
    at: u64,
    in_flight: u64,
    waiting: u64,
    tokens: u64,
    areas: Areas,
}

impl Plant {
    pub(super) fn new(
        scenario: &Scenario,
        workload: &Workload,
        horizon: u64,
        decision_interval: u64,
        seed: u64,
    ) -> Result<Self, Error> {
        let decision_interval = decision_interval.max(SHORTEST_INTERVAL.0);
        let sample_interval = scenario.sample_interval.0;
        let samples = decision_interval / sample_interval;
        if samples > MOST_SAMPLES {
            return Err(Error::Scenario(format!(
                "a policy that decides every {} has {samples} samples of {} to look at; sample \
                 less often",
                Span(decision_interval),
                scenario.sample_interval,
            )));
        }
        let activation = workload.min_replicas.max(1).min(workload.max_replicas);
        let work = WorkSampler::new(&workload.service.work, workload.tokens.as_ref(), seed);
        let arrivals = workload.arrivals.open_until(seed, Span(horizon))?;
        let warm_up = scenario.warm_up.0;
        let mut pool = Pool::new(Parts {
            source: Source::new(arrivals, work, horizon),
            balance: workload.balance,
            concurrency: workload.concurrency,
            queue_limit: workload.queue_limit.unwrap_or(u32::MAX),
            slowdown: workload.service.slowdown,
            cold_start: workload.cold_start.sampler(),
            seed,
            recorder: Recorder::new(workload.slo.latency.0, warm_up, horizon),
            lane: workload.balance == Balance::SharedQueue
                && workload.queue_limit.is_none()
                && workload.service.slowdown == 0.0
                && u64::from(workload.concurrency) * u64::from(workload.max_replicas)
                    <= Lane::PLACES,
            activation,
        });
        pool.start_ready(workload.starts_with());
        let meter = Meter::new(workload, scenario.elasticity_interval.0, horizon);
        let room = samples + 4;
        Ok(Self {
            pool,
            min: workload.min_replicas,
            max: workload.max_replicas,
            activation,
            sample_interval,
            decision_interval,
            next_sample: sample_interval,
            warm_up,
            horizon,
            sampled: Sampled::default(),
            samples: Vec::with_capacity(usize::try_from(room).unwrap_or(0).min(4096)),
            observed_at: 0,
            observations: Vec::new(),
            meter,
        })
    }

    /// Lets time pass until `until`, sampling on the way.
    pub(super) fn advance(&mut self, until: u64) -> Result<(), Error> {
        while self.pool.now < until {
            let mut next = self.next_sample.min(until);
            for edge in [self.warm_up, self.horizon] {
                if edge > self.pool.now {
                    next = next.min(edge);
                }
            }
            self.pool.run_until(next)?;
            if next == self.next_sample {
                self.next_sample += self.sample_interval;
                self.sample();
            } else if next == self.warm_up || next == self.horizon {
                self.sample();
            }
        }
        Ok(())
    }

    /// Takes a sample of the time since the last one.
    fn sample(&mut self) {
        let pool = &mut self.pool;
        pool.settle();
        let now = pool.now;
        let area = |count: u64, moment: u64| count.wrapping_mul(now).wrapping_sub(moment);
        let taken = Sampled {
            at: now,
            in_flight: area(u64::from(pool.in_flight), pool.moments.in_flight),
            waiting: area(u64::from(pool.waiting), pool.moments.waiting),
            tokens: area(pool.tokens, pool.moments.tokens),
            areas: pool.areas,
        };
        let before = std::mem::replace(&mut self.sampled, taken);
        let length = now - before.at;
        if length == 0 {
            return;
        }
        let mean = |now: u64, before: u64| now.wrapping_sub(before) as f64 / length as f64;
        let interval = std::mem::take(&mut pool.recorder.interval);
        let measured = Measured {
            from: before.at,
            to: now,
            in_flight: mean(taken.in_flight, before.in_flight),
            waiting: mean(taken.waiting, before.waiting),
            areas: taken.areas.since(before.areas),
            counts: pool.counts,
            interval,
        };
        self.samples.push(Sample {
            at_ns: now,
            in_flight: measured.in_flight,
            proxied: 0.0,
            queued: measured.waiting,
            tokens_in_flight: mean(taken.tokens, before.tokens),
            arrivals: interval.arrivals,
            completions: interval.completions,
            errors: interval.dropped,
            service_time_seconds: seconds(interval.service),
        });
        if now <= self.horizon {
            self.meter.add(&measured, before.at >= self.warm_up);
        }
    }

    /// Asks a policy what it would do now.
    ///
    /// # Errors
    /// When it has failed: what would come of its decisions is not what it is like.
    pub(super) fn decide<P: ScalingPolicy + ?Sized>(
        &mut self,
        policy: &mut P,
    ) -> Result<Decision, Error> {
        self.observe_replicas();
        let pool = &self.pool;
        let decision = policy.decide(&Observation {
            now_ns: pool.now,
            current: pool.target,
            ready: pool.counts.ready,
            starting: pool.counts.starting,
            draining: pool.counts.draining,
            min: self.min,
            max: self.max,
            reachable: true,
            target_rate: None,
            backlog: pool.waiting,
            samples: &self.samples,
            replicas: &self.observations,
        });
        self.samples.clear();
        if decision.reason == Reason::FAILED {
            let failure = policy.failure();
            return Err(Error::Failed(failure.unwrap_or_else(|| {
                "the policy failed and does not say why".to_owned()
            })));
        }
        Ok(decision)
    }

    fn observe_replicas(&mut self) {
        let now = self.pool.now;
        let since = now - std::mem::replace(&mut self.observed_at, now);
        self.observations.clear();
        for replica in &mut self.pool.replicas {
            let state = match replica.phase {
                Phase::Ready => ReplicaState::Ready,
                Phase::Starting => ReplicaState::NeverReady,
                Phase::Draining => ReplicaState::Draining,
                Phase::Terminated => continue,
            };
            let state_age_ns = now - replica.changed_at;
            let window = since.min(now - replica.ready_at.min(now));
            let area = u64::from(replica.in_flight)
                .wrapping_mul(now)
                .wrapping_sub(replica.moment);
            let in_flight = area.wrapping_sub(std::mem::replace(&mut replica.seen, area));
            // Rounds to a thousandth of a request.
            let milli = u128::from(in_flight) * 1000 / u128::from(window.max(1));
            self.observations.push(ReplicaObservation {
                state,
                age_ns: now - replica.asked_at,
                state_age_ns,
                metric_age_ns: 0,
                metric_window_ns: window,
                metric: (replica.phase == Phase::Ready && window > 0)
                    .then(|| i64::try_from(milli).unwrap_or(i64::MAX))
                    .into(),
                request_milli: 0,
            });
        }
    }

    /// What a decision comes to within the bounds. Requests that wait keep one replica.
    pub(super) fn wanted(&self, desired: u32) -> u32 {
        match desired.clamp(self.min, self.max) {
            0 if self.pool.waiting > 0 => 1.min(self.max),
            within => within,
        }
    }

    /// Scales to what the workload is given.
    pub(super) fn apply(&mut self, target: u32) {
        if target != self.pool.target {
            if (self.warm_up..=self.horizon).contains(&self.pool.now) {
                self.meter.scaled(self.pool.target, target);
            }
            self.pool.scale_to(target);
        }
    }

    /// How many replicas there should be.
    pub(super) fn target(&self) -> u32 {
        self.pool.target
    }

    /// Lets the activator ask for this many replicas at the most. Returns for how many it may.
    pub(super) fn allow_activation(&mut self, most: u32) -> u32 {
        self.pool.activation = self.activation.min(most);
        self.pool.activation
    }

    /// Simulated time so far, in nanoseconds.
    pub(super) fn now(&self) -> u64 {
        self.pool.now
    }

    pub(super) fn in_system(&self) -> u64 {
        self.pool.in_system()
    }

    pub(super) fn handled(&self) -> u64 {
        self.pool.handled
    }

    pub(super) fn completed(&self) -> u64 {
        self.pool.completed
    }

    /// What came of it.
    pub(super) fn finish(mut self, workload: &Workload) -> Score {
        let now = self.pool.now;
        if now <= self.horizon {
            self.sample();
        }
        self.meter
            .finish(workload, &self.pool.recorder, self.pool.summary())
    }
}

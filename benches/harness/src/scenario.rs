//! An experiment: workloads, how long, and what is asked.

use plimsoll_core::autoscaling::AutoscalingSettings;
use plimsoll_core::distribution::Priority;

use crate::arrival::ArrivalSpec;
use crate::balance::Balance;
use crate::error::Error;
use crate::service::{Service, Variate, Work};
use crate::time::{SECOND, Span, whole};

/// What is wanted of latency: that a share of the requests is completed within a time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Objective {
    /// The longest latency that is within the objective, from arrival to completion.
    pub latency: Span,
    /// The share of the requests that must be within it, from 0 to 1.
    pub attainment: f64,
}

impl Default for Objective {
    fn default() -> Self {
        Self {
            latency: Span::from_secs(1),
            attainment: 0.99,
        }
    }
}

/// The tokens of requests that arrive from a generator, which says none.
#[derive(Clone, Debug, PartialEq)]
pub struct Tokens {
    /// Tokens that a request brings.
    pub input: Variate,
    /// Tokens that it asks for.
    pub output: Variate,
}

/// One workload of a scenario.
#[derive(Clone, Debug)]
pub struct Workload {
    /// Its name.
    pub name: String,
    /// When requests arrive.
    pub arrivals: ArrivalSpec,
    /// How many tokens they have, where the arrivals do not say.
    pub tokens: Option<Tokens>,
    /// How long they take.
    pub service: Service,
    /// How long a replica takes from being asked for to being ready, in nanoseconds.
    pub cold_start: Variate,
    /// How many requests one replica serves at once; at least 1.
    pub concurrency: u32,
    /// How many requests may wait; one that arrives when so many do is dropped.
    pub queue_limit: Option<u32>,
    /// Which replica a request goes to.
    pub balance: Balance,
    /// Fewest replicas. With 0 the workload scales to zero, and a request that meets no replica
    /// makes the activator ask for one.
    pub min_replicas: u32,
    /// Most replicas.
    pub max_replicas: u32,
    /// Replicas that are ready at the beginning; `None` for the fewest, and at least one, as a first
    /// deployment starts.
    pub initial_replicas: Option<u32>,
    /// Price of one replica, for an hour.
    pub price_per_hour: f64,
    /// What is wanted of latency.
    pub slo: Objective,
    /// Its share of a budget relative to the others'.
    pub weight: f64,
    /// Its rank where a budget is short.
    pub priority: Priority,
}

impl Workload {
    /// A workload of one request a replica at a time, with one replica that is ready, and
    /// otherwise as little as possible.
    #[must_use]
    pub fn new(name: impl Into<String>, arrivals: ArrivalSpec, service: Service) -> Self {
        Self {
            name: name.into(),
            arrivals,
            tokens: None,
            service,
            cold_start: Variate::Constant(0.0),
            concurrency: 1,
            queue_limit: None,
            balance: Balance::SharedQueue,
            min_replicas: 1,
            max_replicas: 1,
            initial_replicas: None,
            price_per_hour: 1.0,
            slo: Objective::default(),
            weight: 1.0,
            priority: Priority::Medium,
        }
    }

    /// Replicas that are ready at the beginning.
    #[must_use]
    pub fn starts_with(&self) -> u32 {
        let first = self.min_replicas.max(1).min(self.max_replicas);
        self.initial_replicas.unwrap_or(first)
    }

    /// The workload with the bounds that settings say, beginning within them. The other settings
    /// are a policy's.
    #[must_use]
    pub fn with_settings(mut self, settings: &AutoscalingSettings) -> Self {
        self.min_replicas = settings.min_replicas.unwrap_or(self.min_replicas);
        self.max_replicas = settings.max_replicas.unwrap_or(self.max_replicas);
        let most = self.max_replicas.max(self.min_replicas);
        let within = |replicas: u32| replicas.clamp(self.min_replicas, most);
        self.initial_replicas = self.initial_replicas.map(within);
        self
    }

    /// The time within which nine of ten replicas are ready, in whole seconds, rounded up.
    #[must_use]
    pub fn cold_start_seconds(&self) -> u32 {
        let seconds = whole(self.cold_start.quantile(0.9)).div_ceil(SECOND);
        u32::try_from(seconds).unwrap_or(u32::MAX)
    }

    fn check(&self) -> Result<(), Error> {
        let wrong = |what: &str| Err(Error::Scenario(format!("workload `{}`: {what}", self.name)));
        if self.concurrency == 0 {
            return wrong("the concurrency of a replica is at least 1");
        }
        if self.min_replicas > self.max_replicas {
            return wrong("min_replicas is above max_replicas");
        }
        if self.max_replicas > MOST_REPLICAS || self.starts_with() > self.max_replicas {
            return wrong("there are more replicas than allowed");
        }
        if !(0.0..=1.0).contains(&self.slo.attainment) {
            return wrong("the attainment of the objective is a share from 0 to 1");
        }
        if !(self.price_per_hour.is_finite() && self.price_per_hour >= 0.0) {
            return wrong("the price is a number of at least 0");
        }
        if !(self.weight.is_finite() && self.weight >= 0.0) {
            return wrong("the weight is a number of at least 0");
        }
        let by_tokens = matches!(self.service.work, Work::Tokens { .. });
        if by_tokens && self.tokens.is_none() && self.arrivals.lacks_tokens() {
            return wrong(
                "its service follows from the tokens of a request, and its arrivals do not say \
                 them; say `tokens`",
            );
        }
        if !(self.service.slowdown.is_finite() && self.service.slowdown >= 0.0) {
            return wrong("the slowdown is a number of at least 0");
        }
        Ok(())
    }
}

/// More replicas than this are refused: a mistyped number, more likely than meant.
pub const MOST_REPLICAS: u32 = 1_000_000;

/// Samples and decisions are at least this far apart.
pub(crate) const SHORTEST_INTERVAL: Span = Span(1_000_000);

/// An experiment.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Its name.
    pub name: String,
    /// What it asks of a policy, in one sentence.
    pub question: String,
    /// What runs. Not empty.
    pub workloads: Vec<Workload>,
    /// Replicas that all workloads share; `None` where each may have its maximum.
    pub budget: Option<u32>,
    /// What all randomness follows from.
    pub seed: u64,
    /// How long requests arrive; `None` for as long as the arrivals say.
    pub duration: Option<Span>,
    /// Requests that arrive before it, and replicas until then, are not scored.
    pub warm_up: Span,
    /// How long after the last arrival requests may still be completed.
    pub drain: Span,
    /// How often the plant samples.
    pub sample_interval: Span,
    /// How often a policy decides that says nothing else.
    pub decision_interval: Span,
    /// The time over which demand and supply are compared.
    pub elasticity_interval: Span,
}

impl Scenario {
    /// A scenario of one workload, sampled every second, decided every two.
    #[must_use]
    pub fn new(name: impl Into<String>, workload: Workload) -> Self {
        Self {
            name: name.into(),
            question: String::new(),
            workloads: vec![workload],
            budget: None,
            seed: 1,
            duration: None,
            warm_up: Span(0),
            drain: Span::from_secs(3_600),
            sample_interval: Span::from_secs(1),
            decision_interval: Span::from_secs(2),
            elasticity_interval: Span::from_secs(60),
        }
    }

    /// The scenario with the bounds that settings say for its workloads.
    #[must_use]
    pub fn with_settings(mut self, settings: &AutoscalingSettings) -> Self {
        let workloads = self.workloads.into_iter();
        self.workloads = workloads
            .map(|workload| workload.with_settings(settings))
            .collect();
        self
    }

    /// When arrivals end, in nanoseconds.
    ///
    /// # Errors
    /// When the scenario is not sound, or neither it nor its arrivals say how long they last.
    pub fn horizon(&self) -> Result<u64, Error> {
        let wrong = |what: &str| Err(Error::Scenario(format!("scenario `{}`: {what}", self.name)));
        if self.workloads.is_empty() {
            return wrong("there is no workload");
        }
        for workload in &self.workloads {
            workload.check()?;
        }
        let shortest = self.sample_interval.min(self.decision_interval);
        if shortest < SHORTEST_INTERVAL || self.elasticity_interval.0 == 0 {
            return wrong("samples and decisions are at least 1ms apart");
        }
        if let Some(budget) = self.budget {
            let sum = |replicas: fn(&Workload) -> u32| -> u64 {
                let each = self.workloads.iter().map(replicas);
                each.map(u64::from).sum()
            };
            let needed = sum(|workload| workload.min_replicas);
            let needed = needed.max(sum(Workload::starts_with));
            if needed > u64::from(budget) {
                return wrong(&format!(
                    "the workloads need {needed} replicas from the beginning, and the budget is \
                     {budget}"
                ));
            }
        }
        let longest = self
            .workloads
            .iter()
            .map(|workload| workload.arrivals.duration());
        let known = longest.flatten().max();
        let Some(span) = self.duration.or(known) else {
            return wrong("say how long: a duration of the scenario or of its arrivals");
        };
        if span.0 == 0 || span.0 > u64::MAX / 4 || self.warm_up >= span {
            return wrong("the duration is longer than 0 and than the warm-up");
        }
        for workload in &self.workloads {
            workload.arrivals.check_head(span)?;
        }
        Ok(span.0)
    }
}

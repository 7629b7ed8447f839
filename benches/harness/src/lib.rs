//! The harness that compares scaling policies: arrivals, queues, replicas, scores, reports.
//!
//! A [`Scenario`](scenario::Scenario) says what arrives, how long it takes and what is wanted;
//! [`engine::run`] simulates it under any
//! [`ScalingPolicy`](plimsoll_core::policy::ScalingPolicy) and returns an
//! [`Outcome`](score::Outcome). The same scenario, seed and policy yield the same bytes on every
//! machine: time is whole nanoseconds, randomness is seeded, and no result depends on a machine's
//! mathematical library.

pub mod arrival;
pub mod balance;
pub mod bench;
pub mod engine;
pub mod error;
pub mod policy;
pub mod random;
pub mod report;
pub mod scenario;
pub mod score;
pub mod service;
pub mod suite;
pub mod text;
pub mod theory;
pub mod time;
pub mod trace;
pub mod tune;

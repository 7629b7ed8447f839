//! What held a run back: the target, its workers, or the generator itself.

use std::collections::BTreeMap;

use plimsoll_core::histogram::Histogram;
use serde::{Deserialize, Serialize};

use crate::clock::SECOND;
use crate::engine::Failure;

/// A generator that sends this much too late at the 99th percentile has a part in what is measured, where
/// that is a tenth of the latency, too.
const LATE: u64 = SECOND / 1000;
/// One that is busy for this share of the time has nothing to spare.
const BUSY: f64 = 0.9;

/// What was the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Limited {
    /// Nothing: the rate was held.
    Nothing,
    /// The target, which could have been sent more.
    Target,
    /// The number of workers, which was as high as it may be.
    Workers,
    /// This machine, which could not send as it should have: the figures say more of it than of the
    /// target.
    Generator,
}

/// What was the limit, and why that is thought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Verdict {
    /// What was the limit.
    pub limited_by: Limited,
    /// Why, in a sentence.
    pub reason: String,
}

/// What a verdict is found on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Evidence<'e> {
    /// How late requests were sent for which a worker was free.
    pub(crate) pacing: &'e Histogram,
    /// The latency that 99 % of all requests did not exceed, in nanoseconds; none where none has one.
    pub(crate) p99: Option<u64>,
    /// Requests with a response.
    pub(crate) answered: u64,
    /// Those without one, by why.
    pub(crate) failures: &'e BTreeMap<String, u64>,
    /// The largest share of its time that an event loop was busy.
    pub(crate) busiest: f64,
    /// What was sent of what should have been; none where no rate is held.
    pub(crate) achieved: Option<f64>,
    /// Requests that waited for a worker at the end of the test.
    pub(crate) backlog: u64,
    /// The endpoints whose workers were as many as may be while requests waited.
    pub(crate) bounded: usize,
    /// Workers that there could be connections for, where that was what bounded them.
    pub(crate) files: Option<u32>,
}

impl Verdict {
    pub(crate) fn on(evidence: Evidence<'_>) -> Self {
        let late = evidence.pacing.quantile(0.99);
        let milliseconds = late as f64 / 1e6;
        let busy = evidence.busiest * 100.0;
        let verdict = |limited_by, reason: String| Self { limited_by, reason };
        let misses = evidence.achieved.is_some_and(|achieved| achieved < 0.99);
        let failed = |why: Failure| evidence.failures.get(why.name()).copied().unwrap_or(0);
        let local = failed(Failure::Local);
        if local > 0 {
            return verdict(
                Limited::Generator,
                format!(
                    "for {local} requests this machine had no open file or no port left to connect with: \
                     raise the limit of open files (`ulimit -n`) or the range of ports, or have fewer workers"
                ),
            );
        }
        if evidence.answered == 0 && !evidence.failures.is_empty() {
            let failures = evidence.failures.iter();
            let failures: Vec<String> = failures
                .map(|(why, count)| format!("{count} {why}"))
                .collect();
            let reason = format!("no request was answered: {}", failures.join(", "));
            return verdict(Limited::Target, reason);
        }
        if evidence.achieved.is_none() {
            return match evidence.busiest > BUSY {
                true => verdict(
                    Limited::Generator,
                    format!(
                        "an event loop was busy for {busy:.0} % of the time: the target may take more"
                    ),
                ),
                false => verdict(
                    Limited::Target,
                    format!(
                        "no rate is held, and the event loops were busy for {busy:.0} % of the time at the most"
                    ),
                ),
            };
        }
        if late > LATE && evidence.p99.is_some_and(|p99| late > p99 / 10) {
            return verdict(
                Limited::Generator,
                format!(
                    "1 % of the requests that had a worker were sent more than {milliseconds:.1} ms late \
                     (event loops busy for up to {busy:.0} %): latencies from the intended time hold that, too"
                ),
            );
        }
        if misses && evidence.bounded > 0 {
            return verdict(
                Limited::Workers,
                format!(
                    "{} had as many workers as allowed while requests waited for one{}",
                    match evidence.bounded {
                        1 => "one endpoint".to_owned(),
                        count => format!("{count} endpoints"),
                    },
                    match evidence.files {
                        Some(files) => format!(
                            ": this process may have open files for {files} in all (`ulimit -n`)"
                        ),
                        None => String::new(),
                    }
                ),
            );
        }
        if misses && failed(Failure::Connect) > 0 {
            let connect = failed(Failure::Connect);
            let reason = format!("for {connect} requests no connection could be made");
            return verdict(Limited::Target, reason);
        }
        if misses {
            return verdict(
                Limited::Target,
                format!(
                    "{} requests waited for a worker when the test ended: the target took longer than \
                     the workers could be made more",
                    evidence.backlog
                ),
            );
        }
        verdict(
            Limited::Nothing,
            format!(
                "the rate was held; 99 % of the requests that had a worker were sent within {:.0} µs",
                late as f64 / 1e3
            ),
        )
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use plimsoll_core::histogram::Histogram;

    use super::{Evidence, Verdict};
    use crate::engine::Failure;

    /// What is found where a run's evidence is all well, but for this.
    fn found(
        change: impl FnOnce(&mut Evidence<'_>),
        failures: &[(Failure, u64)],
        late: u64,
    ) -> String {
        let failures: BTreeMap<String, u64> = failures
            .iter()
            .map(|(why, count)| (why.name().to_owned(), *count))
            .collect();
        let mut pacing = Histogram::default();
        pacing.record(late);
        let mut evidence = Evidence {
            pacing: &pacing,
            p99: Some(5_000_000),
            answered: 100,
            failures: &failures,
            busiest: 0.2,
            achieved: Some(1.0),
            backlog: 0,
            bounded: 0,
            files: None,
        };
        change(&mut evidence);
        let verdict = Verdict::on(evidence);
        format!("{:?}: {}", verdict.limited_by, verdict.reason)
    }

    #[test]
    fn the_limit_is_named_with_why() {
        let misses = |evidence: &mut Evidence<'_>| evidence.achieved = Some(0.5);
        let all = [
            found(|_| (), &[], 20_000),
            found(|evidence| evidence.achieved = None, &[], 0),
            found(
                |evidence| (evidence.achieved, evidence.busiest) = (None, 0.99),
                &[],
                0,
            ),
            found(|_| (), &[], 3_000_000),
            // Beside a latency of a second, 3 ms do not weigh.
            found(
                |evidence| evidence.p99 = Some(1_000_000_000),
                &[],
                3_000_000,
            ),
            found(
                |evidence| (evidence.answered, evidence.p99) = (0, None),
                &[(Failure::Connect, 9)],
                3_000_000,
            ),
            found(|_| (), &[(Failure::Local, 7), (Failure::Connect, 1)], 0),
            found(misses, &[(Failure::Connect, 9)], 0),
            found(
                |evidence| (evidence.achieved, evidence.backlog) = (Some(0.5), 40),
                &[],
                0,
            ),
            found(
                |evidence| (evidence.achieved, evidence.bounded) = (Some(0.5), 1),
                &[],
                0,
            ),
            found(
                |evidence| {
                    (evidence.achieved, evidence.bounded, evidence.files) =
                        (Some(0.5), 2, Some(60));
                },
                &[],
                0,
            ),
        ];
        insta::assert_snapshot!(all.join("\n"), @"
        Nothing: the rate was held; 99 % of the requests that had a worker were sent within 20 µs
        Target: no rate is held, and the event loops were busy for 20 % of the time at the most
        Generator: an event loop was busy for 99 % of the time: the target may take more
        Generator: 1 % of the requests that had a worker were sent more than 3.0 ms late (event loops busy for up to 20 %): latencies from the intended time hold that, too
        Nothing: the rate was held; 99 % of the requests that had a worker were sent within 3000 µs
        Target: no request was answered: 9 connect
        Generator: for 7 requests this machine had no open file or no port left to connect with: raise the limit of open files (`ulimit -n`) or the range of ports, or have fewer workers
        Target: for 9 requests no connection could be made
        Target: 40 requests waited for a worker when the test ended: the target took longer than the workers could be made more
        Workers: one endpoint had as many workers as allowed while requests waited for one
        Workers: 2 endpoints had as many workers as allowed while requests waited for one: this process may have open files for 60 in all (`ulimit -n`)
        ");
    }
}

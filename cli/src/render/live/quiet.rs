//! How a run stands, in a line.

use plimsoll::load::{Phase, Snapshot};

use super::totals::{Pacing, Totals};
use super::words::{clock, latency};
use crate::render::figures::{count, percent, several};

/// A line such as `12 s of 60 s · 998/1,000 req/s · 12 workers · p99 4.20 ms · 0 % errors`. The
/// percentile is the greatest of any endpoint in its last whole second.
pub(crate) fn line(snapshot: &Snapshot) -> String {
    let all = Totals::of(snapshot);
    let elapsed = snapshot.elapsed_seconds.min(snapshot.duration_seconds);
    let at = format!("{} of {}", clock(elapsed), clock(snapshot.duration_seconds));
    let mut facts = vec![at];
    facts.extend(all.rates("/"));
    facts.extend([
        several(all.workers, "worker"),
        format!("p99 {}", latency(all.p99_ms)),
        format!("{} errors", percent(all.failed())),
    ]);
    match snapshot.phase {
        Phase::Starting => facts.insert(0, "starting".to_owned()),
        Phase::Running => {}
        Phase::Draining => facts.insert(0, "draining".to_owned()),
    }
    if all.backlog > 0 {
        facts.push(format!("backlog {}", count(all.backlog)));
    }
    if all.ended > 0 {
        let of = several(snapshot.endpoints.len() as u64, "endpoint");
        facts.push(format!("{} of {of} ended early", all.ended));
    }
    let pacing = Pacing::of(snapshot.pacing_p99_ms);
    if pacing == Pacing::Late {
        facts.push(format!(
            "{} by {}",
            pacing.words(),
            latency(snapshot.pacing_p99_ms)
        ));
    }
    facts.join(" · ")
}

#[cfg(test)]
mod tests {
    use plimsoll::load::{Phase, Snapshot};

    use super::line;
    use crate::render::live::tests::{mixed, one};

    #[test]
    fn a_line_says_how_a_run_stands() {
        let draining = Snapshot {
            phase: Phase::Draining,
            elapsed_seconds: 61.3,
            ..one()
        };
        let lines = [Snapshot::default(), one(), draining, mixed()];
        insta::assert_snapshot!(lines.each_ref().map(line).join("\n"), @"
        starting · 0 s of 0 s · 0 req/s · 0 workers · p99 – · 0 % errors
        12 s of 60 s · 1,008/1,000 req/s · 12 workers · p99 4.20 ms · 0 % errors
        draining · 60 s of 60 s · 1,008/1,000 req/s · 12 workers · p99 4.20 ms · 0 % errors
        45 s of 10 min 00 s · 1,854/2,500 req/s · 303 req/s without a target · 89 workers · p99 1.84 s · 0.28 % errors · backlog 1,204 · 1 of 5 endpoints ended early
        ");
    }
}

//! How soon do workers follow when requests take three times as long, and how many more are there than
//! have to be? Within 2 s, and in steady state within 20 % of rate × service time.

use std::thread::sleep;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};
use plimsoll::clock::{Clock as _, SystemClock};
use serde_json::{Value as Json, json};

use crate::bench::{Bench, median, met};
use crate::client::{Client, Report, number};
use crate::server::Server;
use crate::table::Table;

const RATE: f64 = 1_000.0;
const BEFORE_MS: f64 = 20.0;
const AFTER_MS: f64 = 60.0;
const SOON_SECONDS: f64 = 2.0;
const SPARE: f64 = 0.2;

/// Workers from a time on, in seconds since the beginning.
type Steps = Vec<(f64, f64)>;

pub(crate) fn run(bench: &Bench) -> Result<()> {
    let seconds = bench.seconds(20.0, 2.0);
    // The last of each half, in which workers are steady.
    let steady = seconds / 5.0;
    let mut server = Server::start(bench, false)?;
    let client = Client {
        test: json!({
            "autoscale": { "enabled": true, "targetRps": RATE },
            "requests": [{ "url": server.url("/") }],
        }),
        seconds,
    };
    let mut table = Table::new(&[
        "round",
        "follows after",
        "peak",
        "workers over the least before",
        "in flight",
        "after",
        "in flight",
        "command",
    ]);
    let (mut follows, mut before, mut after) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..bench.rounds(3) {
        server.ask(&format!("service {BEFORE_MS}ms"))?;
        let running = client.start(bench)?;
        sleep(Duration::from_secs_f64(seconds / 2.0));
        server.ask(&format!("service {AFTER_MS}ms"))?;
        let at = SystemClock.now().duration_since(SystemTime::UNIX_EPOCH)?;
        let report = running.finish()?;
        let step = at.as_secs_f64() - report.number("/began")?;
        let steps = steps(&report)?;
        let least = RATE * AFTER_MS / 1e3;
        let held = holds(&steps, step, least).map(|held| held - step);
        let of = |from: f64, to: f64, service: f64| -> Result<(f64, String, String)> {
            let least = RATE * service / 1e3;
            let workers = mean(&steps, from, to);
            let more = workers / least - 1.0;
            let told = format!("{workers:.1} of {least:.0}, {:+.0} %", more * 100.0);
            Ok((more, told, in_flight(&report, from, to)?))
        };
        let (more_before, told_before, flight_before) = of(step - steady, step, BEFORE_MS)?;
        let (more_after, told_after, flight_after) = of(seconds - steady, seconds, AFTER_MS)?;
        let peak = steps.iter().map(|(_, workers)| *workers);
        follows.push(held.unwrap_or(f64::INFINITY));
        before.push(more_before.abs());
        after.push(more_after.abs());
        table.row([
            (round + 1).to_string(),
            held.map_or_else(|| "never".to_owned(), |held| format!("{held:.2} s")),
            format!("{:.0}", peak.fold(0.0, f64::max)),
            told_before,
            flight_before,
            told_after,
            flight_after,
            client.shown(bench),
        ]);
    }
    println!("{table}");
    let follows = median(follows);
    let told = match follows.is_finite() {
        true => format!("follows after {follows:.2} s"),
        false => "does not follow".to_owned(),
    };
    println!(
        "Median: {told}. Target: within {SOON_SECONDS} s: {}.",
        met(follows <= SOON_SECONDS)
    );
    for (when, more) in [("before", median(before)), ("after", median(after))] {
        println!(
            "Median: {:.0} % off the least {when}. Target: within {:.0} %: {}.",
            more * 100.0,
            SPARE * 100.0,
            met(more <= SPARE)
        );
    }
    Ok(())
}

fn steps(report: &Report) -> Result<Steps> {
    let events = report.0["events"]
        .as_array()
        .context("there are no events")?;
    let step = |event: &Json| Ok((number(event, "/at")?, number(event, "/workers")?));
    // One worker at first: the fewest there may be.
    std::iter::once(Ok((0.0, 1.0)))
        .chain(events.iter().map(step))
        .collect()
}

/// From when on, not before a time, workers stay at so many or more.
fn holds(steps: &Steps, from: f64, least: f64) -> Option<f64> {
    let below = steps.iter().rposition(|(_, workers)| *workers < least);
    match below {
        None => Some(from),
        Some(last) => steps.get(last + 1).map(|(at, _)| at.max(from)),
    }
}

/// Mean workers between two times.
fn mean(steps: &Steps, from: f64, to: f64) -> f64 {
    let ends = steps
        .iter()
        .skip(1)
        .map(|(at, _)| *at)
        .chain([to.max(from)]);
    let area = steps.iter().zip(ends).map(|((begin, workers), end)| {
        let length = end.min(to) - begin.max(from);
        workers * length.max(0.0)
    });
    area.sum::<f64>() / (to - from)
}

/// Mean requests in flight in the seconds between two times: what workers were really needed.
fn in_flight(report: &Report, from: f64, to: f64) -> Result<String> {
    let points = report.0["timeline"]
        .as_array()
        .context("there is no timeline")?;
    let (mut sum, mut length) = (0.0, 0.0);
    for point in points {
        let (end, long) = (
            number(point, "/atSeconds")?,
            number(point, "/lengthSeconds")?,
        );
        if end - long >= from - 0.5 && end <= to + 0.5 {
            sum += number(point, "/inFlight")? * long;
            length += long;
        }
    }
    Ok(match length > 0.0 {
        true => format!("{:.1}", sum / length),
        false => "no whole second".to_owned(),
    })
}

//! What is the 99th percentile when the server stands still for a tenth of the run? Within 2 % of the
//! truth.
//!
//! A request that falls due t after the server stopped waits for the rest of that time. Of ten seconds
//! at 1,000 requests a second one second stands still, so 1 % of all wait for more than 900 ms.

use std::thread::sleep;
use std::time::Duration;

use anyhow::Result;
use serde_json::json;

use crate::bench::{Bench, median, met};
use crate::client::Client;
use crate::peer::WORKERS;
use crate::server::Server;
use crate::table::Table;

const RATE: u32 = 1_000;
const WITHIN: f64 = 0.02;

pub(crate) fn run(bench: &Bench) -> Result<()> {
    let seconds = bench.seconds(10.0, 2.0);
    let frozen = seconds / 10.0;
    let mut server = Server::start(bench, false)?;
    let client = Client {
        test: json!({
            "rps": RATE, "workers": WORKERS, "requests": [{ "url": server.url("/") }],
        }),
        seconds,
    };
    let mut table = Table::new(&[
        "round",
        "p99",
        "truth",
        "off by",
        "p99.9",
        "longest",
        "sent of due",
        "command",
    ]);
    let mut off = Vec::new();
    for round in 0..bench.rounds(3) {
        let running = client.start(bench)?;
        sleep(Duration::from_secs_f64((seconds - frozen) / 2.0));
        server.ask(&format!("freeze {}ms", frozen * 1e3))?;
        let report = running.finish()?;
        let figure = |name: &str| report.number(&format!("/global/{name}"));
        let truth = (frozen - seconds / 100.0) * 1e3 + figure("serviceTime/p50Ms")?;
        let p99 = figure("p99LatencyMs")?;
        off.push(p99 / truth - 1.0);
        table.row([
            (round + 1).to_string(),
            format!("{p99:.1} ms"),
            format!("{truth:.1} ms"),
            format!("{:+.2} %", (p99 / truth - 1.0) * 100.0),
            format!("{:.1} ms", figure("p999LatencyMs")?),
            format!("{:.1} ms", figure("maxLatencyMs")?),
            format!("{:.3} %", figure("rateAchieved")? * 100.0),
            client.shown(bench),
        ]);
    }
    println!("{table}");
    let off = median(off.into_iter().map(f64::abs));
    println!(
        "Median: off by {:.2} %. Target: within {:.0} %: {}.",
        off * 100.0,
        WITHIN * 100.0,
        met(off <= WITHIN)
    );
    Ok(())
}

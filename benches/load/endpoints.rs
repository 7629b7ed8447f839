//! What do many endpoints cost over one, at the same rate in all, and what does it cost that a policy
//! controls each? At most 3 % of the processor; at most 15 MB of memory beside the buffers.

use std::thread::sleep;
use std::time::Duration;

use anyhow::Result;
use serde_json::json;

use crate::bench::{Bench, median, met};
use crate::client::{Client, number};
use crate::peer::WORKERS;
use crate::server::Server;
use crate::table::Table;

const COUNTS: [u32; 3] = [1, 100, 1_000];
const RATE: u32 = 5_000;
const MORE: f64 = 0.03;
const MEMORY_MB: f64 = 15.0;
/// What each connection may have beside: a buffer of 16 KiB each way.
const BUFFERS_MB: f64 = 2.0 * 16.0 * 1024.0 / 1e6;

struct Variant {
    count: u32,
    autoscaled: bool,
    client: Client,
    cpu_us: Vec<f64>,
    peak_mb: Vec<f64>,
    connections: Vec<f64>,
}

impl Variant {
    fn new(server: &Server, count: u32, autoscaled: bool, seconds: f64) -> Self {
        let requests: Vec<_> = (0..count)
            .map(|number| json!({ "url": server.url(&format!("/{number}")) }))
            .collect();
        let test = match autoscaled {
            true => json!({
                "autoscale": { "enabled": true, "targetRps": RATE }, "requests": requests,
            }),
            false => json!({
                "rps": RATE, "workers": WORKERS.div_ceil(count), "requests": requests,
            }),
        };
        Self {
            count,
            autoscaled,
            client: Client { test, seconds },
            cpu_us: Vec::new(),
            peak_mb: Vec::new(),
            connections: Vec::new(),
        }
    }

    fn measure(&mut self, bench: &Bench, server: &mut Server) -> Result<()> {
        // Connections of the one before are to be gone.
        sleep(Duration::from_millis(50));
        server.reset()?;
        let report = self.client.run(bench)?;
        self.cpu_us
            .push(report.number("/generator/cpuPerRequestUs")?);
        self.peak_mb
            .push(report.number("/peakMb").unwrap_or(f64::NAN));
        self.connections
            .push(number(&server.stats()?, "/connections_max")?);
        Ok(())
    }

    /// How much more a request costs than with another, in the median of rounds.
    fn more_than(&self, other: &Self) -> f64 {
        let pairs = self.cpu_us.iter().zip(&other.cpu_us);
        median(pairs.map(|(this, other)| this / other - 1.0))
    }
}

pub(crate) fn run(bench: &Bench) -> Result<()> {
    let seconds = bench.seconds(4.0, 0.5);
    let mut server = Server::start(bench, false)?;
    let mut variants: Vec<Variant> = COUNTS
        .into_iter()
        .flat_map(|count| [false, true].map(|autoscaled| (count, autoscaled)))
        .map(|(count, autoscaled)| Variant::new(&server, count, autoscaled, seconds))
        .collect();
    for _ in 0..bench.rounds(5) {
        for variant in &mut variants {
            variant.measure(bench, &mut server)?;
        }
    }
    let mut table = Table::new(&[
        "endpoints",
        "workers",
        "CPU µs/request",
        "more than one endpoint",
        "target: 3 %",
        "more than fixed",
        "target: 3 %",
        "peak memory",
        "allowed",
        "",
        "command",
    ]);
    for variant in &variants {
        let found = |count: u32, autoscaled: bool| {
            let one = |one: &&Variant| one.count == count && one.autoscaled == autoscaled;
            variants
                .iter()
                .find(one)
                .map(|other| variant.more_than(other))
        };
        let judged = |more: Option<f64>| match more {
            Some(more) => [format!("{:+.1} %", more * 100.0), met(more <= MORE)],
            None => [String::new(), String::new()],
        };
        let over_one = found(1, variant.autoscaled).filter(|_| variant.count > 1);
        let over_fixed = found(variant.count, false).filter(|_| variant.autoscaled);
        let [over_one, one_met] = judged(over_one);
        let [over_fixed, fixed_met] = judged(over_fixed);
        let memory = median(variant.peak_mb.iter().copied());
        let connections = median(variant.connections.iter().copied());
        let allowed = MEMORY_MB + connections * BUFFERS_MB;
        table.row([
            variant.count.to_string(),
            if variant.autoscaled {
                "`little`"
            } else {
                "fixed"
            }
            .to_owned(),
            format!("{:.2}", median(variant.cpu_us.iter().copied())),
            over_one,
            one_met,
            over_fixed,
            fixed_met,
            format!("{memory:.1} MB"),
            format!("{allowed:.1} MB, {connections:.0} connections"),
            met(memory <= allowed),
            variant.client.shown(bench),
        ]);
    }
    println!("{table}");
    Ok(())
}

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
/// Requests a second in all: 5 and 20 for each of the most endpoints.
const RATES: [u32; 2] = [5_000, 20_000];
const MORE: f64 = 0.03;
const MEMORY_MB: f64 = 15.0;
/// What each connection may have beside: a buffer of 16 KiB each way.
const BUFFERS_MB: f64 = 2.0 * 16.0 * 1024.0 / 1e6;

struct Variant {
    rate: u32,
    count: u32,
    autoscaled: bool,
    client: Client,
    cpu_us: Vec<f64>,
    begun_mb: Vec<f64>,
    running_mb: Vec<f64>,
    connections: Vec<f64>,
}

impl Variant {
    fn new(server: &Server, rate: u32, count: u32, autoscaled: bool, seconds: f64) -> Self {
        let requests: Vec<_> = (0..count)
            .map(|number| json!({ "url": server.url(&format!("/{number}")) }))
            .collect();
        let test = match autoscaled {
            true => json!({
                "autoscale": { "enabled": true, "targetRps": rate }, "requests": requests,
            }),
            false => json!({
                "rps": rate, "workers": WORKERS.div_ceil(count), "requests": requests,
            }),
        };
        Self {
            rate,
            count,
            autoscaled,
            client: Client { test, seconds },
            cpu_us: Vec::new(),
            begun_mb: Vec::new(),
            running_mb: Vec::new(),
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
        let memory = |at: &str| {
            report
                .number(&format!("/memoryMb/{at}"))
                .unwrap_or(f64::NAN)
        };
        self.begun_mb.push(memory("begun"));
        self.running_mb.push(memory("running"));
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
    let seconds = bench.seconds(3.0, 0.5);
    let mut server = Server::start(bench, false)?;
    let rates: &[u32] = if bench.quick { &RATES[..1] } else { &RATES };
    let mut variants: Vec<Variant> = rates
        .iter()
        .flat_map(|rate| COUNTS.map(|count| (*rate, count)))
        .flat_map(|(rate, count)| [false, true].map(|autoscaled| (rate, count, autoscaled)))
        .map(|(rate, count, autoscaled)| Variant::new(&server, rate, count, autoscaled, seconds))
        .collect();
    for _ in 0..bench.rounds(7) {
        for variant in &mut variants {
            variant.measure(bench, &mut server)?;
        }
    }
    let mut table = Table::new(&[
        "requests/s",
        "endpoints",
        "workers",
        "CPU µs/request",
        "more than one endpoint",
        "target: 3 %",
        "more than fixed",
        "target: 3 %",
        "memory",
        "allowed",
        "",
        "command",
    ]);
    for variant in &variants {
        let found = |count: u32, autoscaled: bool| {
            let one = |one: &&Variant| {
                (one.rate, one.count, one.autoscaled) == (variant.rate, count, autoscaled)
            };
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
        let begun = median(variant.begun_mb.iter().copied());
        let running = median(variant.running_mb.iter().copied());
        let connections = median(variant.connections.iter().copied());
        let allowed = MEMORY_MB + connections * BUFFERS_MB;
        table.row([
            variant.rate.to_string(),
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
            format!("{running:.1} MB, of which {begun:.1} before the first request"),
            format!("{allowed:.1} MB, {connections:.0} connections"),
            met(running <= allowed),
            variant.client.shown(bench),
        ]);
    }
    println!("{table}");
    Ok(())
}

//! How well is a rate held, and how late is a request sent? Off by at most 0.1 %, and in the median
//! by at most 60 µs.

use anyhow::Result;
use serde_json::json;

use crate::bench::{Bench, median, met};
use crate::client::{Client, number};
use crate::peer::WORKERS;
use crate::server::Server;
use crate::table::Table;

const RATES: [u32; 6] = [300, 999, 1_000, 1_500, 10_000, 30_000];
const ERROR: f64 = 0.001;
const LAG_US: f64 = 60.0;

/// One round at one rate.
struct Held {
    /// Of the requests that should have come, those that came.
    came: f64,
    /// How far from the rate they came, first to last.
    error: f64,
    lag_us: f64,
    lag_p99_us: f64,
    gap_us: f64,
    dispersion: f64,
}

pub(crate) fn run(bench: &Bench) -> Result<()> {
    let seconds = bench.seconds(4.0, 0.5);
    let mut server = Server::start(bench, true)?;
    let clients: Vec<Client> = RATES
        .into_iter()
        .map(|rate| Client {
            test: json!({
                "rps": rate, "workers": WORKERS, "requests": [{ "url": server.url("/") }],
            }),
            seconds,
        })
        .collect();
    let mut held: Vec<Vec<Held>> = RATES.map(|_| Vec::new()).into();
    for _ in 0..bench.rounds(3) {
        for ((rate, client), held) in RATES.into_iter().zip(&clients).zip(&mut held) {
            held.push(hold(bench, &mut server, f64::from(rate), client)?);
        }
    }
    let mut table = Table::new(&[
        "requests/s",
        "arrived of due",
        "rate off by, at the server",
        "sent late: median",
        "p99",
        "median gap (ideal)",
        "dispersion of 10 ms",
        "target: 0.1 %",
        "target: 60 µs",
        "command",
    ]);
    for ((rate, client), held) in RATES.into_iter().zip(&clients).zip(&held) {
        let of = |figure: fn(&Held) -> f64| median(held.iter().map(figure));
        let came = of(|held| held.came);
        let off = of(|held| held.error.abs());
        let lag = of(|held| held.lag_us);
        table.row([
            rate.to_string(),
            format!("{:.3} %", came * 100.0),
            format!("{:.4} %", off * 100.0),
            format!("{lag:.0} µs"),
            format!("{:.0} µs", of(|held| held.lag_p99_us)),
            format!(
                "{:.0} µs ({:.0})",
                of(|held| held.gap_us),
                1e6 / f64::from(rate)
            ),
            format!("{:.2}", of(|held| held.dispersion)),
            met(off <= ERROR && (came - 1.0).abs() <= ERROR),
            met(lag <= LAG_US),
            client.shown(bench),
        ]);
    }
    println!("{table}");
    Ok(())
}

fn hold(bench: &Bench, server: &mut Server, rate: f64, client: &Client) -> Result<Held> {
    server.reset()?;
    let report = client.run(bench)?;
    let arrived = server.stats()?;
    let requests = number(&arrived, "/requests")?;
    let length = number(&arrived, "/last_seconds")? - number(&arrived, "/first_seconds")?;
    Ok(Held {
        came: requests / (rate * client.seconds),
        error: (requests - 1.0) / length / rate - 1.0,
        lag_us: report.number("/generator/pacing/p50Ms")? * 1e3,
        lag_p99_us: report.number("/generator/pacing/p99Ms")? * 1e3,
        gap_us: number(&arrived, "/gap_median_us")?,
        dispersion: number(&arrived, "/dispersion_10ms")?,
    })
}

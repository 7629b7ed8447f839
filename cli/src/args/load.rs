//! `run` and `compare`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};

use super::Report;

/// Run a load test: every endpoint holds its own rate with its own workers.
///
/// Requests fall due on an absolute schedule, whatever became of those before. Latency counts from when a
/// request was due, so that what waits is not left out; one that timed out, was in flight at the end or
/// was never sent counts as old as it was. A worker is one request in flight. Workers follow the rate by
/// a scaling policy and share a budget by a strategy, as the file says; see docs/load-tests.md.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  plimsoll run load.json                                   watch it; results at the end
  plimsoll run load.json --out results                     write every report to a folder
  plimsoll run load.json --threshold 'p99<250ms' --threshold 'errors<1%'
                                                           exit with 8 where one is missed
  plimsoll run load.json --json | jq .global.p99LatencyMs
  plimsoll run load.json --trace 'azure.csv.gz' --max-rps 500")]
pub(crate) struct Run {
    /// The load test: a file, a folder with a tressi.config.json, or its https address.
    #[arg(value_name = "PATH")]
    pub(crate) path: PathBuf,
    /// Set a key of the load test for all endpoints, such as `--set rps=500` or
    /// `--set errorStatusCodes=[500,503]`; instead of what the file says. May be given several times.
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
    /// How long requests fall due, in seconds; instead of what the file says.
    #[arg(long, value_name = "SECONDS")]
    pub(crate) duration: Option<f64>,
    /// Write the reports to this folder: summary.json, report.md, report.html, results.csv, timeline.csv,
    /// results.xlsx, junit.xml, latency.hlog, events.jsonl.
    #[arg(short, long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Print the summary as JSON, and nothing else.
    #[arg(long)]
    pub(crate) json: bool,
    /// Show a single line instead of the full-screen view.
    #[arg(short, long)]
    pub(crate) quiet: bool,
    /// What must hold of all requests together, such as `p99<250ms`, `errors<1%`, `rate>=99%`,
    /// `ttft-p95<500ms`, `goodput>95%`. May be given several times. The exit code is 8 where one does not.
    #[arg(long, value_name = "THRESHOLD")]
    pub(crate) threshold: Vec<String>,
    /// Refuse to run what would send more requests a second than this in all.
    #[arg(long, value_name = "RATE")]
    pub(crate) max_rps: Option<f64>,
    /// Most workers of all autoscaled endpoints together; instead of what the file says.
    #[arg(long, value_name = "COUNT")]
    pub(crate) max_workers: Option<u32>,
    /// The scaling policy of every autoscaled endpoint, such as `little` or `tressi(cooldownPeriod=5)`;
    /// instead of what the file says.
    #[arg(long, value_name = "POLICY")]
    pub(crate) policy: Option<String>,
    /// How requests are spaced; instead of what the file says.
    #[arg(long, value_name = "KIND", value_enum)]
    pub(crate) arrivals: Option<Spacing>,
    /// Requests fall due as recorded in this trace, instead of at the rates: a CSV or JSON-lines file, or
    /// an expression such as `trace(path=day.csv.gz, rate=0.5, to=5m)`. Endpoints take turns.
    #[arg(long, value_name = "TRACE")]
    pub(crate) trace: Option<String>,
    /// What randomness begins with.
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    pub(crate) seed: u64,
    /// Event loops, each on a thread of its own [default: one a core].
    #[arg(long, value_name = "COUNT")]
    pub(crate) threads: Option<usize>,
    /// How long is waited at the end for what is in flight, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 5.0)]
    pub(crate) drain: f64,
    /// Speak HTTP/2: by ALPN over TLS, by prior knowledge without.
    #[arg(long)]
    pub(crate) http2: bool,
    /// Trust servers whose certificates these (PEM) sign for, and no others.
    #[arg(long, value_name = "FILE", conflicts_with = "insecure")]
    pub(crate) cacert: Option<PathBuf>,
    /// Trust any server. For servers of your own.
    #[arg(long)]
    pub(crate) insecure: bool,
    /// Answer Prometheus at this address while it runs: http://ADDRESS/metrics.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) prometheus: Option<SocketAddr>,
    /// Push metrics by OTLP over HTTP (JSON) to this address while it runs, such as
    /// http://127.0.0.1:4318/v1/metrics.
    #[arg(long, value_name = "URL")]
    pub(crate) otlp: Option<String>,
    /// Print what would be run, and stop.
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Spacing {
    /// Evenly.
    Constant,
    /// At random: gaps are exponential.
    Poisson,
}

/// Compare two runs: their summaries, endpoint by endpoint.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  plimsoll compare before/summary.json after/summary.json
  plimsoll compare before after --threshold 'p99<+10%' --threshold 'errors<+0.5%'
                                                           exit with 8 where one is missed")]
pub(crate) struct Compare {
    /// The run to compare with: a summary.json, or the folder that it is in.
    #[arg(value_name = "BASELINE")]
    pub(crate) baseline: PathBuf,
    /// The run that is compared.
    #[arg(value_name = "CANDIDATE")]
    pub(crate) candidate: PathBuf,
    /// How much worse it may be, such as `p99<+10%`, `errors<+0.5%`, `rate>-5%`. May be given several
    /// times. The exit code is 8 where one does not hold.
    #[arg(long, value_name = "LIMIT")]
    pub(crate) threshold: Vec<String>,
    /// How to print.
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Report::Text)]
    pub(crate) format: Report,
}

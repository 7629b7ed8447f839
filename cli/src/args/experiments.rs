//! What can be typed of simulations: `simulate`, `bench`, `tune`.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};
use plimsoll::harness::balance::Balance;

use super::Input;

const ARRIVALS: &str = "\
Arrivals (several joined by `+` come together):
  poisson(rate=50, duration=1h)                 constant(rate=50, duration=1h)
  ramp(from=10, to=100, over=30m, duration=1h)  diurnal(low=4, high=60, peak=14h, duration=1d)
  spike(base=10, peak=50, at=5m, hold=2m, duration=1h)
  onoff(on=45, off=15, on_time=40s, off_time=40s, duration=1h)
  selfsimilar(rate=30, hurst=0.85, time=60s, sources=24, duration=6h)
  trace(path=day.csv.gz, rate=0.5, fit=1h)      a part of the requests, in an hour

Traces, told by their first lines; plain, gzip or zstd:
  CSV of times, or of counts per interval; CSV of Azure's LLM traces; JSON lines of Mooncake

Times: 2s, constant(2s), uniform(min=1s, max=3s), exponential(mean=1s), lognormal(mean=1s, p99=4s),
  hyperexponential(share=10%, first=5s, second=100ms), empirical(1s, 2s, 9s)
Services: a time; shared(work=TIME, slowdown=5%), each request beside it adds 5 %;
  batch(prefill=60us, decode=18ms, slowdown=3%, overhead=20ms), which follows from tokens";

const SIMULATE: &str = "\
Examples:
  plimsoll simulate my-truss --environment production --trace monday.csv.gz --slo 'p99<2s'
  plimsoll simulate my-truss -e production --arrivals 'diurnal(low=4, high=60, duration=1d)' \\
    --service 'lognormal(mean=800ms, p99=3s)' --cold-start 90s --html report.html
  plimsoll simulate my-truss -e staging --trace monday.csv.gz --policy 'hpa(tolerance=0.2)'
";

const BENCH: &str = "\
Examples:
  plimsoll bench                                       every policy, the standard suite
  plimsoll bench --policy predictive --policy 'baseten(scale_down_delay=300)' --html report.html
  plimsoll bench --trace monday.csv.gz --scenario monday --service 'exponential(mean=2s)'
  plimsoll bench --list                                what the suite asks

A suite is a TOML file of scenarios; docs/benchmarks.md describes it.
";

const TUNE: &str = "\
Examples:
  plimsoll tune my-truss --environment production --trace monday.csv.gz --slo 'p99<2s'
  plimsoll tune my-truss -e production --trace monday.csv.gz --slo 'p95<1s, dropped<0.1%' --write

An objective is limits that must all hold, such as 'p99<2s, cold<1%':
  p50 to p99.999, mean, max     the latency, in a time
  dropped, cold                 requests that met a full queue or a cold start, as a share
  attainment                    requests within the latency of the first percentile, as a share
One of them limits a latency.
";

/// What is not written in the file: the traffic, and what a replica is like.
#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Traffic and replicas")]
pub(crate) struct Plant {
    /// Recorded arrivals: CSV or JSON lines, plain, gzip or zstd.
    #[arg(long, value_name = "FILE")]
    pub(crate) trace: Vec<PathBuf>,
    /// Arrivals in words, such as 'poisson(rate=50, duration=1h)'.
    #[arg(long, value_name = "SPEC")]
    pub(crate) arrivals: Vec<String>,
    /// How long a request takes, such as 'lognormal(mean=1s, p99=4s)'.
    #[arg(long, value_name = "SPEC")]
    pub(crate) service: Option<String>,
    /// Tokens that a request brings, where the arrivals do not say.
    #[arg(long, value_name = "NUMBERS", requires = "output_tokens")]
    pub(crate) input_tokens: Option<String>,
    /// Tokens that a request asks for, where the arrivals do not say.
    #[arg(long, value_name = "NUMBERS", requires = "input_tokens")]
    pub(crate) output_tokens: Option<String>,
    /// How long a replica takes until it is ready.
    #[arg(long, value_name = "TIME")]
    pub(crate) cold_start: Option<String>,
    /// How many requests one replica serves at once.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) concurrency: Option<u32>,
    /// How many requests may wait; more are dropped. Any number when not given.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) queue_limit: Option<u32>,
    /// Which replica a request goes to.
    #[arg(long, value_name = "WAY", value_enum)]
    pub(crate) balance: Option<Way>,
    /// Replicas that are ready at the beginning; the fewest allowed, and at least one, when not
    /// given.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) initial_replicas: Option<u32>,
    /// Price of a replica for an hour. Cost is in replica-hours when not given.
    #[arg(long, value_name = "PRICE")]
    pub(crate) price: Option<f64>,
    /// How long requests arrive, where the arrivals do not say.
    #[arg(long, value_name = "TIME")]
    pub(crate) duration: Option<String>,
    /// How long until what happens is counted.
    #[arg(long, value_name = "TIME")]
    pub(crate) warm_up: Option<String>,
    /// How often a policy decides; as its original does, or every 2s, when not given. In a bench, a policy
    /// that has an interval of its own keeps it.
    #[arg(long, value_name = "TIME")]
    pub(crate) decision_interval: Option<String>,
    /// What all randomness follows from.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) seed: Option<u64>,
}

impl Plant {
    /// The options that are given of those that say what replicas are like.
    pub(crate) fn given(&self) -> Vec<&'static str> {
        let options = [
            ("--service", self.service.is_some()),
            ("--input-tokens", self.input_tokens.is_some()),
            ("--cold-start", self.cold_start.is_some()),
            ("--concurrency", self.concurrency.is_some()),
            ("--queue-limit", self.queue_limit.is_some()),
            ("--balance", self.balance.is_some()),
            ("--initial-replicas", self.initial_replicas.is_some()),
            ("--price", self.price.is_some()),
            ("--duration", self.duration.is_some()),
            ("--warm-up", self.warm_up.is_some()),
            ("--decision-interval", self.decision_interval.is_some()),
        ];
        let given = options.into_iter().filter(|(_, given)| *given);
        given.map(|(option, _)| option).collect()
    }
}

/// A load-balancing discipline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Way {
    /// One queue, from which a replica takes when it has room.
    SharedQueue,
    /// Each replica in turn, at once.
    RoundRobin,
    /// The replica with the fewest requests, at once.
    LeastLoaded,
    /// The less loaded of two drawn at random, at once.
    PowerOfTwo,
}

impl From<Way> for Balance {
    fn from(way: Way) -> Self {
        match way {
            Way::SharedQueue => Self::SharedQueue,
            Way::RoundRobin => Self::RoundRobin,
            Way::LeastLoaded => Self::LeastLoaded,
            Way::PowerOfTwo => Self::PowerOfTwo,
        }
    }
}

/// How results are printed, and the page that is left.
#[derive(Debug, ClapArgs)]
pub(crate) struct Results {
    /// How to print.
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Table::Text)]
    pub(crate) format: Table,
    /// Also write a page with charts, which needs nothing but a browser.
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Table {
    Text,
    Json,
    Csv,
}

/// Show what the settings of an environment would do under traffic, recorded or made up.
///
/// Simulates requests, queues and replicas with the effective autoscaling settings under a scaling policy,
/// Baseten's when none is named. What neither the file nor an option says is assumed, and said to be.
/// The same input and seed give the same result on every machine.
#[derive(Debug, ClapArgs)]
#[command(after_help = format!("{SIMULATE}\n{ARRIVALS}"))]
#[command(group = clap::ArgGroup::new("traffic").required(true).multiple(true).args(["trace", "arrivals"]))]
pub(crate) struct Simulate {
    #[command(flatten)]
    pub(crate) input: Input,
    /// The workload, where there are several.
    #[arg(long, value_name = "NAME")]
    pub(crate) workload: Option<String>,
    /// The scaling policy, with options: 'NAME', 'NAME(option=value)' or 'NAME {json}'.
    #[arg(long, value_name = "POLICY", default_value = "baseten")]
    pub(crate) policy: String,
    /// What is wanted, such as 'p99<2s'.
    #[arg(long, value_name = "LIMITS")]
    pub(crate) slo: Option<String>,
    #[command(flatten)]
    pub(crate) results: Results,
    #[command(flatten)]
    pub(crate) plant: Plant,
}

/// Compare scaling policies over scenarios: who meets the objectives, and at what cost.
///
/// Every policy is told how many requests a replica holds and how long it takes to start, and otherwise
/// comes with its own defaults. All cores are used; Ctrl-C shows what is done so far.
#[derive(Debug, ClapArgs)]
#[command(after_help = format!("{BENCH}\n{ARRIVALS}"))]
pub(crate) struct Bench {
    /// A suite's file; the standard suite when not given.
    #[arg(value_name = "SUITE")]
    pub(crate) suite: Option<PathBuf>,
    /// A policy that takes part: 'NAME', 'NAME(option=value)' or 'NAME {json}'. Every one that scales
    /// replicas when none is given.
    #[arg(long, value_name = "POLICY")]
    pub(crate) policy: Vec<String>,
    /// Only the scenario of this name; may be repeated. A trace's name is its file's.
    #[arg(long, value_name = "NAME")]
    pub(crate) scenario: Vec<String>,
    /// How scenarios share a budget that they have.
    #[arg(long, value_name = "NAME", default_value = "proportional")]
    pub(crate) distribution: String,
    /// What the scenarios ask, without running them.
    #[arg(long)]
    pub(crate) list: bool,
    /// What is wanted of traces that are added, such as 'p99<2s'.
    #[arg(long, value_name = "LIMIT")]
    pub(crate) slo: Option<String>,
    /// Fewest replicas for traces that are added; 1 when not given.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) min_replicas: Option<u32>,
    /// Most replicas for traces that are added; 100 when not given.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) max_replicas: Option<u32>,
    #[command(flatten)]
    pub(crate) results: Results,
    #[command(flatten)]
    pub(crate) plant: Plant,
}

/// Search the autoscaling settings that meet an objective at the least cost.
///
/// Simulates many settings under traffic, shows what each step towards the objective costs, and
/// recommends. With --write the settings that were searched go into the file's
/// `environment_overrides`, and nothing but their lines is touched.
#[derive(Debug, ClapArgs)]
#[command(after_help = format!("{TUNE}\n{ARRIVALS}"))]
#[command(group = clap::ArgGroup::new("traffic").required(true).multiple(true).args(["trace", "arrivals"]))]
pub(crate) struct Tune {
    #[command(flatten)]
    pub(crate) input: Input,
    /// The workload, where there are several.
    #[arg(long, value_name = "NAME")]
    pub(crate) workload: Option<String>,
    /// What must hold, such as 'p99<2s'.
    #[arg(long, value_name = "LIMITS")]
    pub(crate) slo: String,
    /// The scaling policy, with options: 'NAME', 'NAME(option=value)' or 'NAME {json}'.
    #[arg(long, value_name = "POLICY", default_value = "baseten")]
    pub(crate) policy: String,
    /// Most replicas that may be recommended; the larger of max_replicas and twice what the peak of the
    /// load fills when not given.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) max_replicas: Option<u32>,
    /// Keep this setting as it is; may be repeated.
    #[arg(long, value_name = "SETTING")]
    pub(crate) keep: Vec<String>,
    /// Simulations to spend.
    #[arg(long, value_name = "NUMBER", default_value_t = 240,
        value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(crate) trials: u32,
    /// Further seeds under which the recommendation must hold, too.
    #[arg(long, value_name = "NUMBER", default_value_t = 2,
        value_parser = clap::value_parser!(u32).range(0..=100))]
    pub(crate) confirmations: u32,
    /// Write the recommendation into the file, for the environment.
    #[arg(long, requires = "environment")]
    pub(crate) write: bool,
    #[command(flatten)]
    pub(crate) results: Results,
    #[command(flatten)]
    pub(crate) plant: Plant,
}

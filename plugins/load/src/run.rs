//! Runs a load test: threads, their lanes, and the controller over them.

use std::collections::HashMap;
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use mio::{Poll, Waker};
use plimsoll_core::registry::FactoryContext;
use plimsoll_harness::arrival::ArrivalSpec;
use plimsoll_harness::random::Stream;
use rustls::pki_types::ServerName;

use crate::clock::{RunClock, SECOND};
use crate::control::{Control, Link, Snapshot};
use crate::engine::{EventLoop, Lane, Message, Orders, Parts, Pool, StreamLoop, WAKER, tls_config};
use crate::error::LoadError;
use crate::http::Origin;
use crate::options::{HttpVersion, RunOptions};
use crate::plan::{Endpoint, LoadTest, Rate, Workers};
use crate::results::Results;
use crate::schedule::{Ramp, Replay, Schedule};

/// An endpoint with a higher rate is sent by several event loops.
const RATE_OF_A_LOOP: f64 = 20_000.0;
/// And so that its workers are not too few to be divided.
const WORKERS_OF_A_LOOP: u32 = 16;
/// How long threads have to be there when the test begins.
const AHEAD: Duration = Duration::from_millis(50);
/// How long is waited for what is in flight at the end.
const DRAIN: u64 = 5 * SECOND;

/// A load test that runs.
pub struct Run {
    shared: Arc<Shared>,
    control: JoinHandle<Result<Results, LoadError>>,
}

/// What the controller and who watches it share.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    pub(crate) stop: AtomicBool,
    pub(crate) watched: AtomicBool,
    pub(crate) snapshot: Mutex<Arc<Snapshot>>,
}

impl Shared {
    fn snapshot(&self) -> Arc<Snapshot> {
        self.watched.store(true, Ordering::Relaxed);
        let snapshot = self.snapshot.lock();
        Arc::clone(&snapshot.unwrap_or_else(PoisonError::into_inner))
    }
}

/// Somebody who watches a run.
#[derive(Clone, Debug)]
pub struct Watcher(Arc<Shared>);

impl Watcher {
    /// As [`Run::snapshot`]; after its end, how it ended.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.0.snapshot()
    }
}

impl Run {
    /// Begins to run a test.
    ///
    /// # Errors
    /// When a host has no address, a policy does not fit, or there are no threads to be had.
    pub fn start(
        test: LoadTest,
        context: &FactoryContext,
        options: &RunOptions,
    ) -> Result<Self, LoadError> {
        let policies = test.policies(context)?;
        let setup = Setup::of(test, options)?;
        let shared = Arc::new(Shared::default());
        let watched = Arc::clone(&shared);
        let options = options.clone();
        let control = move || {
            let (links, receive, clock, test) = setup.start(&options)?;
            Control::new(test, policies, links, clock, watched).run(&receive)
        };
        let control = std::thread::Builder::new()
            .name("load-control".to_owned())
            .spawn(control)
            .map_err(LoadError::system("no thread can be started"))?;
        Ok(Self { shared, control })
    }

    /// How it stands; brought up to date about ten times a second while somebody asks.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.shared.snapshot()
    }

    /// Somebody who watches it, and may do so longer than it runs.
    #[must_use]
    pub fn watcher(&self) -> Watcher {
        Watcher(Arc::clone(&self.shared))
    }

    /// Ends it before its time: nothing more is sent, and what is in flight has a second. The results
    /// are whole all the same.
    pub fn stop(&self) {
        self.shared.stop.store(true, Ordering::Relaxed);
    }

    /// Whether the results are there.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.control.is_finished()
    }

    /// Waits for the results.
    ///
    /// # Errors
    /// When an event loop failed, or a policy or strategy did.
    pub fn finish(self) -> Result<Results, LoadError> {
        match self.control.join() {
            Ok(results) => results,
            Err(_) => Err(LoadError::Engine("the controller panicked".to_owned())),
        }
    }
}

/// Which lanes there are, and on which loops.
struct Setup {
    test: Arc<LoadTest>,
    threads: usize,
    addresses: HashMap<Origin, Arc<[SocketAddr]>>,
    /// The loops of each endpoint's lanes.
    places: Vec<Vec<usize>>,
    /// Where in its first gap each begins.
    phases: Vec<f64>,
}

impl Setup {
    fn of(test: LoadTest, options: &RunOptions) -> Result<Self, LoadError> {
        let threads = options.threads.unwrap_or_else(|| {
            std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
        });
        let threads = threads.clamp(1, 1024);
        let mut addresses = HashMap::new();
        for endpoint in &test.endpoints {
            let origin = &endpoint.request.origin;
            if !addresses.contains_key(origin) {
                addresses.insert(origin.clone(), resolve(origin)?);
            }
        }
        Ok(Self {
            places: places(&test, threads),
            phases: phases(&test),
            test: Arc::new(test),
            threads,
            addresses,
        })
    }

    /// Starts the loops. They begin together, a moment from now.
    #[expect(clippy::type_complexity, reason = "it is taken apart at once")]
    fn start(
        self,
        options: &RunOptions,
    ) -> Result<
        (
            Vec<Link>,
            std::sync::mpsc::Receiver<Message>,
            RunClock,
            Arc<LoadTest>,
        ),
        LoadError,
    > {
        let secure = self.addresses.keys().any(|origin| origin.secure);
        let (protocol, run): (&[u8], fn(Parts)) = match options.http {
            HttpVersion::Http1 => (b"http/1.1", EventLoop::run),
            HttpVersion::Http2 => (b"h2", StreamLoop::run),
        };
        let tls = secure
            .then(|| tls_config(&options.trust, protocol))
            .transpose()?;
        let (tell, receive) = channel();
        let mut polls = Vec::with_capacity(self.threads);
        for _ in 0..self.threads {
            let poll = Poll::new().map_err(LoadError::system("no event queue can be made"))?;
            let waker = Waker::new(poll.registry(), WAKER)
                .map_err(LoadError::system("no event queue can be woken"))?;
            polls.push((poll, waker));
        }
        let clock = RunClock::starting_in(AHEAD);
        let mut links = Vec::with_capacity(self.threads);
        let mut starting = Vec::with_capacity(self.threads);
        for (number, (poll, waker)) in polls.into_iter().enumerate() {
            let mut pools = Vec::new();
            let mut known: HashMap<&Origin, usize> = HashMap::new();
            let mut lanes = Vec::new();
            let mut slots = Vec::new();
            for (place, endpoint) in self.test.endpoints.iter().enumerate() {
                let loops = &self.places[place];
                let Some(shard) = loops.iter().position(|one| *one == number) else {
                    continue;
                };
                let origin = &endpoint.request.origin;
                let pool = match known.get(origin) {
                    Some(pool) => *pool,
                    None => {
                        let name = ServerName::try_from(origin.host.clone());
                        let tls = match (&tls, origin.secure, name) {
                            (Some(config), true, Ok(name)) => Some((Arc::clone(config), name)),
                            (_, true, Err(_)) => {
                                let message =
                                    format!("{origin}: no certificate can be for this host");
                                return Err(LoadError::Tls(message));
                            }
                            _ => None,
                        };
                        pools.push(Pool::new(Arc::clone(&self.addresses[origin]), tls));
                        known.insert(origin, pools.len() - 1);
                        pools.len() - 1
                    }
                };
                let workers = match endpoint.workers {
                    Workers::Fixed(count) => count,
                    // Each of its loops has a worker of it.
                    Workers::Autoscaled { min, .. } => {
                        min.max(u32::try_from(loops.len()).unwrap_or(u32::MAX))
                    }
                };
                let workers = share(workers, endpoint.per_worker, loops.len(), shard);
                slots.push(AtomicU32::new(workers));
                let schedule = self.schedule(place, shard as u64, options)?;
                let shard = (shard as u64, loops.len() as u64);
                let goodput = &endpoint.goodput;
                let timeout = endpoint.timeout;
                lanes.push(Lane::new(
                    place, pool, schedule, shard, workers, timeout, goodput,
                ));
            }
            let orders = Arc::new(Orders {
                slots: slots.into(),
                end: AtomicU64::new(self.test.duration),
                drain: AtomicU64::new(options.drain.unwrap_or(DRAIN)),
            });
            links.push(Link {
                orders: Arc::clone(&orders),
                waker,
                lanes: lanes
                    .iter()
                    .map(|lane| (lane.endpoint, lane.shard()))
                    .collect(),
            });
            starting.push(Parts {
                number,
                poll,
                clock,
                test: Arc::clone(&self.test),
                lanes,
                pools,
                orders,
                tell: Sender::clone(&tell),
                random: Stream::numbered(options.seed, "requests", number as u64),
            });
        }
        // None begins before all can: of a test that cannot be run, nothing is sent.
        for parts in starting {
            let number = parts.number;
            let started = std::thread::Builder::new()
                .name(format!("load-{number}"))
                .spawn(move || run(parts));
            if let Err(error) = started {
                for link in &links {
                    link.orders.drain.store(0, Ordering::Relaxed);
                    link.orders.end.store(0, Ordering::Relaxed);
                }
                return Err(LoadError::system("no thread can be started")(error));
            }
        }
        Ok((links, receive, clock, self.test))
    }

    fn schedule(
        &self,
        place: usize,
        shard: u64,
        options: &RunOptions,
    ) -> Result<Schedule, LoadError> {
        let endpoint = &self.test.endpoints[place];
        let shards = self.places[place].len() as u64;
        let number = place as u64 * 1024 + shard;
        let endpoints = self.test.endpoints.len() as u64;
        Ok(match endpoint.rate {
            Rate::Unpaced => Schedule::Unpaced,
            Rate::PerSecond(rate) if endpoint.poisson => Schedule::Poisson {
                ramp: Ramp {
                    rate: rate / shards as f64,
                    ramp: endpoint.ramp,
                },
                expected: 0.0,
                random: Stream::numbered(options.seed, "arrivals", number),
            },
            Rate::PerSecond(rate) => Schedule::Constant {
                ramp: Ramp {
                    rate,
                    ramp: endpoint.ramp,
                },
                next: shard,
                stride: shards,
                phase: self.phases[place],
            },
            Rate::Replayed => {
                let trace = options.trace.as_ref();
                let wrong = |error: &dyn std::fmt::Display| LoadError::Invalid(error.to_string());
                let open = |trace: &ArrivalSpec| trace.open(options.seed);
                let arrivals = trace.map(open).transpose().map_err(|error| wrong(&error))?;
                let arrivals = arrivals.ok_or_else(|| wrong(&"there is no trace to replay"))?;
                Schedule::Replay(Box::new(Replay {
                    arrivals,
                    batch: Vec::new(),
                    at: 0,
                    skip: place as u64,
                    stride: endpoints,
                    failure: None,
                }))
            }
        })
    }
}

/// Where in its first gap each endpoint begins, so that they do not send at once: those of one rate are
/// spread evenly, as if one endpoint held all of it. The golden ratio sets different rates apart.
fn phases(test: &LoadTest) -> Vec<f64> {
    let rate = |endpoint: &Endpoint| match endpoint.rate {
        Rate::PerSecond(rate) => rate.to_bits(),
        Rate::Unpaced | Rate::Replayed => 0,
    };
    let mut rates: HashMap<u64, (usize, usize)> = HashMap::new();
    for endpoint in &test.endpoints {
        let others = rates.len();
        rates.entry(rate(endpoint)).or_insert((others, 0)).1 += 1;
    }
    let mut begun: HashMap<u64, usize> = HashMap::new();
    let phase = |endpoint| {
        let (group, count) = rates[&rate(endpoint)];
        let place = begun.entry(rate(endpoint)).or_default();
        *place += 1;
        let apart = (group as f64 * 0.618_033_988_749_894_9).fract();
        ((*place - 1) as f64 + apart) / count as f64
    };
    test.endpoints.iter().map(phase).collect()
}

/// How many requests one of several loops may have in flight.
pub(crate) fn share(workers: u32, per_worker: u32, loops: usize, shard: usize) -> u32 {
    let slots = workers
        .saturating_mul(per_worker)
        .min(crate::engine::OVER - 1);
    let loops = u32::try_from(loops.max(1)).unwrap_or(u32::MAX);
    let more = u32::try_from(shard).is_ok_and(|shard| shard < slots % loops);
    slots / loops + u32::from(more)
}

/// On which loops each endpoint is sent: on one, or several where its rate is high or there is none;
/// always on those that have the least to do.
fn places(test: &LoadTest, threads: usize) -> Vec<Vec<usize>> {
    let mut loads = vec![0.0_f64; threads];
    let place = |endpoint: &Endpoint| {
        let (wanted, load) = match endpoint.rate {
            Rate::PerSecond(rate) => ((rate / RATE_OF_A_LOOP).ceil(), rate),
            Rate::Unpaced => (threads as f64, RATE_OF_A_LOOP),
            Rate::Replayed => (1.0, RATE_OF_A_LOOP / 10.0),
        };
        let workers = match endpoint.workers {
            Workers::Fixed(count) => count,
            Workers::Autoscaled { max, .. } => max.unwrap_or(u32::MAX),
        };
        // With few on a loop, one waits for a worker while another's are free.
        let most = workers.saturating_mul(endpoint.per_worker) / WORKERS_OF_A_LOOP;
        let shards = (1..=threads)
            .take_while(|count| *count as f64 <= wanted && *count <= most as usize)
            .count()
            .max(1);
        let mut by_load: Vec<usize> = (0..threads).collect();
        by_load.sort_by(|one, other| loads[*one].total_cmp(&loads[*other]));
        by_load.truncate(shards);
        for one in &by_load {
            loads[*one] += load / shards as f64;
        }
        by_load
    };
    test.endpoints.iter().map(place).collect()
}

fn resolve(origin: &Origin) -> Result<Arc<[SocketAddr]>, LoadError> {
    let host = format!("{}:{}", origin.host, origin.port);
    let found = (origin.host.as_str(), origin.port).to_socket_addrs();
    let found: Vec<SocketAddr> = match found {
        Ok(found) => found.collect(),
        Err(source) => return Err(LoadError::Host { host, source }),
    };
    // A server on this machine more often listens on the older kind of address.
    let mut found = found;
    found.sort_by_key(SocketAddr::is_ipv6);
    match found.is_empty() {
        true => Err(LoadError::Invalid(format!(
            "the host {host} has no address"
        ))),
        false => Ok(found.into()),
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;
    use std::sync::Arc;

    use plimsoll_core::registry::{FactoryContext, Registry};
    use plimsoll_core::release::{Release, ReleaseOptions, ReleaseWorkload};
    use plimsoll_core::resolver::OverrideResolver as _;
    use plimsoll_core::source::ConfigSource as _;
    use plimsoll_core::tree::{MemoryTree, SourceTree};
    use plimsoll_overrides::DeepMerge;
    use plimsoll_test_target::Target;
    use plimsoll_tressi::LoadTestSource;
    use serde_json::json;

    use super::{Setup, Shared};
    use crate::control::Control;
    use crate::options::{HttpVersion, RunOptions};
    use crate::plan::LoadTest;
    use crate::results::Results;

    /// Runs a test whose one host has these addresses.
    fn run(text: &str, addresses: &[SocketAddr], options: &RunOptions) -> Results {
        let mut registry = Registry::empty();
        plimsoll_scaling::register(&mut registry).unwrap();
        plimsoll_distribution::register(&mut registry).unwrap();
        let context = FactoryContext { registry };
        let tree = MemoryTree::new().with("load.json", text.to_owned());
        let tree: Arc<dyn SourceTree> = Arc::new(tree.focused("load.json"));
        let manifest = LoadTestSource.load(&tree).unwrap();
        let workloads = manifest.workloads.iter().map(|workload| {
            let effective = DeepMerge.resolve(workload, None, &manifest.files).unwrap();
            let package = LoadTestSource.package(&tree, &effective).unwrap();
            let digest = package.context.digest(&package.config, &mut |_| {});
            ReleaseWorkload {
                effective,
                digest: digest.unwrap(),
                config: package.config,
                raw_config: None,
                context: package.context,
            }
        });
        let release = Release {
            kind: manifest.kind,
            name: "test".to_owned(),
            environment: None,
            workloads: workloads.collect(),
            source: None,
            options: ReleaseOptions::default(),
        };
        let test = LoadTest::of(&release, &context, options).unwrap();
        let policies = test.policies(&context).unwrap();
        let mut setup = Setup::of(test, options).unwrap();
        for known in setup.addresses.values_mut() {
            *known = addresses.into();
        }
        let (links, receive, clock, test) = setup.start(options).unwrap();
        let shared = Arc::new(Shared::default());
        let control = Control::new(test, policies, links, clock, shared);
        control.run(&receive).unwrap()
    }

    #[test]
    fn a_host_is_reached_at_another_address_where_nobody_is_at_the_first() {
        let target = Target::start(plimsoll_test_target::Options::default()).unwrap();
        let url = target.url("/");
        let somebody = target.address();
        // The server listens at one address of this machine, and nobody at the next.
        let nobody = SocketAddr::from(([127, 0, 0, 2], somebody.port()));
        let text = json!({ "rps": 50, "workers": 4, "requests": [{ "url": url }] }).to_string();
        for http in [HttpVersion::Http1, HttpVersion::Http2] {
            let options = RunOptions {
                http,
                duration: Some(400_000_000),
                threads: Some(1),
                ..RunOptions::default()
            };
            let results = run(&text, &[nobody, somebody], &options);
            let measured = &results.summary.global.measured;
            assert_eq!((measured.due_requests, measured.total_requests), (20, 20));
            match http {
                HttpVersion::Http1 => assert_eq!(measured.successful_requests, 20),
                // It is reached, and speaks HTTP/1.1.
                HttpVersion::Http2 => assert_eq!(measured.failures["protocol"], 20),
            }
        }
    }
}

//! Sets a load test up: which lanes there are and on which loops, their connections and schedules; and
//! starts the loops.

mod files;
mod places;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use mio::{Poll, Waker};
use plimsoll_harness::random::Stream;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;

pub(crate) use self::places::share;
use crate::clock::{RunClock, SECOND};
use crate::control::Link;
use crate::engine::{EventLoop, Lane, Message, Orders, Parts, Pool, StreamLoop, WAKER, tls_config};
use crate::error::LoadError;
use crate::http::Origin;
use crate::options::{HttpVersion, RunOptions};
use crate::plan::{LoadTest, Rate, Workers};
use crate::schedule::{Ramp, Replay, Schedule};

/// How long threads have to be there when the test begins.
const AHEAD: Duration = Duration::from_millis(50);
/// How long is waited for what is in flight at the end.
const DRAIN: u64 = 5 * SECOND;

/// What is to be started.
pub(crate) struct Setup {
    test: Arc<LoadTest>,
    threads: usize,
    addresses: HashMap<Origin, Arc<[SocketAddr]>>,
    /// The loops of each endpoint's lanes.
    places: Vec<Vec<usize>>,
    /// Where in its first gap each begins.
    phases: Vec<f64>,
}

/// What was started.
pub(crate) struct Started {
    pub(crate) test: Arc<LoadTest>,
    pub(crate) links: Vec<Link>,
    pub(crate) receive: Receiver<Message>,
    pub(crate) clock: RunClock,
}

/// What every loop gets.
struct Common<'o> {
    options: &'o RunOptions,
    tls: Option<Arc<ClientConfig>>,
    clock: RunClock,
    tell: Sender<Message>,
}

impl Setup {
    pub(crate) fn of(mut test: LoadTest, options: &RunOptions) -> Result<Self, LoadError> {
        let threads = options.threads.unwrap_or_else(|| {
            std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
        });
        let threads = threads.clamp(1, 1024);
        files::fit(&mut test, threads, options.http)?;
        let mut addresses = HashMap::new();
        for endpoint in &test.endpoints {
            let origin = &endpoint.request.origin;
            if !addresses.contains_key(origin) {
                addresses.insert(origin.clone(), resolve(origin)?);
            }
        }
        Ok(Self {
            places: places::places(&mut test, threads),
            phases: places::phases(&test.endpoints),
            test: Arc::new(test),
            threads,
            addresses,
        })
    }

    /// Starts the loops. They begin together, a moment from now.
    pub(crate) fn start(self, options: &RunOptions) -> Result<Started, LoadError> {
        let secure = self.addresses.keys().any(|origin| origin.secure);
        let (protocol, run): (&[u8], fn(Parts)) = match options.http {
            HttpVersion::Http1 => (b"http/1.1", EventLoop::run),
            HttpVersion::Http2 => (b"h2", StreamLoop::run),
        };
        let tls = secure.then(|| tls_config(&options.trust, protocol));
        let (tell, receive) = channel();
        let mut polls = Vec::with_capacity(self.threads);
        for _ in 0..self.threads {
            let poll = Poll::new().map_err(LoadError::system("no event queue can be made"))?;
            let waker = Waker::new(poll.registry(), WAKER)
                .map_err(LoadError::system("no event queue can be woken"))?;
            polls.push((poll, waker));
        }
        let common = Common {
            options,
            tls: tls.transpose()?,
            clock: RunClock::starting_in(AHEAD),
            tell,
        };
        let mut links = Vec::with_capacity(self.threads);
        let mut starting = Vec::with_capacity(self.threads);
        for (number, (poll, waker)) in polls.into_iter().enumerate() {
            let parts = self.parts(number, poll, &common)?;
            let lanes = parts.lanes.iter();
            links.push(Link {
                orders: Arc::clone(&parts.orders),
                waker,
                lanes: lanes.map(Lane::part).collect(),
            });
            starting.push(parts);
        }
        // None begins before all can: of a test that cannot be run, nothing is sent.
        for parts in starting {
            let started = std::thread::Builder::new()
                .name(format!("load-{}", parts.number))
                .spawn(move || run(parts));
            if let Err(error) = started {
                for link in &links {
                    link.orders.drain.store(0, Ordering::Relaxed);
                    link.orders.end.store(0, Ordering::Relaxed);
                }
                return Err(LoadError::system("no thread can be started")(error));
            }
        }
        Ok(Started {
            links,
            receive,
            clock: common.clock,
            test: self.test,
        })
    }

    /// What a loop is made of.
    fn parts(&self, number: usize, poll: Poll, common: &Common<'_>) -> Result<Parts, LoadError> {
        let options = common.options;
        let mut pools = Pools::default();
        let mut lanes = Vec::new();
        let mut slots = Vec::new();
        let mut lane_of = vec![None; self.test.endpoints.len()];
        for (place, endpoint) in self.test.endpoints.iter().enumerate() {
            let loops = &self.places[place];
            let Some(shard) = loops.iter().position(|one| *one == number) else {
                continue;
            };
            let pool = pools.of(&endpoint.request.origin, &self.addresses, &common.tls)?;
            let workers = match endpoint.workers {
                Workers::Fixed(count) => count,
                Workers::Autoscaled { min, .. } => min,
            };
            let workers = share(workers, endpoint.per_worker, loops.len(), shard);
            slots.push(AtomicU32::new(workers));
            let schedule = self.schedule(place, shard as u64, options);
            let shard = (shard as u64, loops.len() as u64);
            let goodput = &endpoint.goodput;
            let timeout = endpoint.timeout;
            lane_of[place] = Some(lanes.len());
            lanes.push(Lane::new(
                place, pool, schedule, shard, workers, timeout, goodput,
            ));
        }
        let is_replayed = !lanes.is_empty() && self.test.endpoints[0].rate == Rate::Replayed;
        Ok(Parts {
            number,
            poll,
            clock: common.clock,
            test: Arc::clone(&self.test),
            replay: match is_replayed {
                true => Some(replay(lane_of, options)?),
                false => None,
            },
            lanes,
            pools: pools.all,
            orders: Arc::new(Orders {
                slots: slots.into(),
                end: AtomicU64::new(self.test.duration),
                drain: AtomicU64::new(options.drain.unwrap_or(DRAIN)),
            }),
            tell: Sender::clone(&common.tell),
            random: Stream::numbered(options.seed, "requests", number as u64),
        })
    }

    fn schedule(&self, place: usize, shard: u64, options: &RunOptions) -> Schedule {
        let endpoint = &self.test.endpoints[place];
        let shards = self.places[place].len() as u64;
        let number = place as u64 * 1024 + shard;
        match endpoint.rate {
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
            Rate::Replayed => Schedule::Replayed,
        }
    }
}

/// The pools of a loop, one for each origin.
#[derive(Default)]
struct Pools<'o> {
    all: Vec<Pool>,
    known: HashMap<&'o Origin, usize>,
}

impl<'o> Pools<'o> {
    /// The place of an origin's pool.
    fn of(
        &mut self,
        origin: &'o Origin,
        addresses: &HashMap<Origin, Arc<[SocketAddr]>>,
        tls: &Option<Arc<ClientConfig>>,
    ) -> Result<usize, LoadError> {
        if let Some(known) = self.known.get(origin) {
            return Ok(*known);
        }
        let tls = match tls {
            Some(config) if origin.secure => {
                let name = ServerName::try_from(origin.host.clone()).map_err(|_| {
                    LoadError::Tls(format!("{origin}: no certificate can be for this host"))
                })?;
                Some((Arc::clone(config), name))
            }
            _ => None,
        };
        self.all
            .push(Pool::new(Arc::clone(&addresses[origin]), tls));
        self.known.insert(origin, self.all.len() - 1);
        Ok(self.all.len() - 1)
    }
}

/// The part of a trace that a loop with these lanes sends.
fn replay(lanes: Vec<Option<usize>>, options: &RunOptions) -> Result<Replay, LoadError> {
    let Some(trace) = &options.trace else {
        return Err(LoadError::Invalid("there is no trace to replay".to_owned()));
    };
    let arrivals = trace.open(options.seed);
    let arrivals = arrivals.map_err(|error| LoadError::Invalid(error.to_string()))?;
    Ok(Replay::new(arrivals, lanes))
}

fn resolve(origin: &Origin) -> Result<Arc<[SocketAddr]>, LoadError> {
    let host = format!("{}:{}", origin.host, origin.port);
    let found = (origin.host.as_str(), origin.port).to_socket_addrs();
    let mut found: Vec<SocketAddr> = match found {
        Ok(found) => found.collect(),
        Err(source) => return Err(LoadError::Host { host, source }),
    };
    // A server on this machine more often listens on the older kind of address.
    found.sort_by_key(SocketAddr::is_ipv6);
    match found.is_empty() {
        true => Err(LoadError::Invalid(format!(
            "the host {host} has no address"
        ))),
        false => Ok(found.into()),
    }
}

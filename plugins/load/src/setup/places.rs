//! On which loops each endpoint is sent, and when it begins.

use std::collections::HashMap;

use crate::clock::seconds;
use crate::plan::{Endpoint, LoadTest, Rate, Workers};

/// An endpoint with a higher rate is sent by several event loops.
const RATE_OF_A_LOOP: f64 = 20_000.0;
/// And so that its workers are not too few to be divided.
const WORKERS_OF_A_LOOP: u32 = 16;

/// On which loops each endpoint is sent: on one, or several where its rate is high or there is none;
/// always on those that have the least to do. On each of its loops, an endpoint that is autoscaled has at
/// least one request in flight: its fewest workers are made as many.
pub(super) fn places(test: &mut LoadTest, threads: usize) -> Vec<Vec<usize>> {
    let mut places = on_loops(test, threads, threads);
    let least = test.endpoints.iter().zip(&places);
    let least: u64 = least
        .map(|(endpoint, loops)| u64::from(fewest(endpoint, loops.len())))
        .sum();
    // What is shared may be too little for that.
    let shared = test.shared_workers();
    if shared.is_some_and(|shared| least > u64::from(shared)) {
        places = on_loops(test, threads, 1);
    }
    for (endpoint, loops) in test.endpoints.iter_mut().zip(&places) {
        let fewest = fewest(endpoint, loops.len());
        if let Workers::Autoscaled { min, .. } = &mut endpoint.workers {
            *min = fewest;
        }
    }
    places
}

/// The fewest workers that an endpoint on so many loops takes of what is shared.
fn fewest(endpoint: &Endpoint, loops: usize) -> u32 {
    let loops = u32::try_from(loops).unwrap_or(u32::MAX);
    match endpoint.workers {
        Workers::Fixed(_) => 0,
        Workers::Autoscaled { min, .. } => min.max(loops.div_ceil(endpoint.per_worker)),
    }
}

/// The loops of each endpoint, where one that is autoscaled has so many at the most.
fn on_loops(test: &LoadTest, threads: usize, autoscaled: usize) -> Vec<Vec<usize>> {
    let mut loads = vec![0.0_f64; threads];
    let place = |endpoint: &Endpoint| {
        let (wanted, load) = match endpoint.rate {
            Rate::PerSecond(rate) => ((rate / RATE_OF_A_LOOP).ceil(), rate),
            Rate::Unpaced => (threads as f64, RATE_OF_A_LOOP),
            Rate::Replayed => (1.0, RATE_OF_A_LOOP / 10.0),
        };
        let (workers, loops) = match endpoint.workers {
            Workers::Fixed(count) => (count, threads),
            Workers::Autoscaled { max, .. } => (max.unwrap_or(u32::MAX), autoscaled),
        };
        // With few on a loop, one waits for a worker while another's are free.
        let most = workers.saturating_mul(endpoint.per_worker) / WORKERS_OF_A_LOOP;
        let shards = (1..=loops)
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

/// Where in its first gap each endpoint begins, so that they do not send at once: those of one rate are
/// spread evenly, as if one endpoint held all of it, whatever their ramps. The golden ratio sets different
/// rates apart.
pub(super) fn phases(endpoints: &[Endpoint]) -> Vec<f64> {
    let rate = |endpoint: &Endpoint| match endpoint.rate {
        Rate::PerSecond(rate) if !endpoint.poisson => Some(rate),
        _ => None,
    };
    let mut groups: HashMap<u64, Group> = HashMap::new();
    for rate in endpoints.iter().filter_map(rate) {
        let number = groups.len();
        let group = groups.entry(rate.to_bits()).or_default();
        if group.endpoints == 0 {
            group.number = number;
        }
        group.endpoints += 1;
    }
    let phase = |endpoint: &Endpoint| {
        let Some(rate) = rate(endpoint) else {
            return 0.0;
        };
        let group = groups.entry(rate.to_bits()).or_default();
        let apart = (group.number as f64 * 0.618_033_988_749_894_9).fract();
        let phase = (group.begun as f64 + apart) / group.endpoints.max(1) as f64;
        group.begun += 1;
        // A ramp puts off all that comes after it by half of itself.
        let put_off = rate * seconds(endpoint.ramp) / 2.0;
        (phase - put_off).rem_euclid(1.0)
    };
    endpoints.iter().map(phase).collect()
}

/// Endpoints of one rate.
#[derive(Clone, Copy, Debug, Default)]
struct Group {
    number: usize,
    endpoints: usize,
    /// How many of them have their place.
    begun: usize,
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

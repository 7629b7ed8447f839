//! Closed forms that the simulator is held against.
//!
//! λ is the arrival rate, s the mean service time, c the number of servers, a = λ s the offered
//! load. Sources: Kleinrock, "Queueing Systems", volume 1 (1975), chapters 3 and 5; Erlang (1917).

/// The chance that a request of an M/M/c queue waits (Erlang C), for a load below `servers`.
#[must_use]
pub fn erlang_c(servers: u32, load: f64) -> f64 {
    let blocked = erlang_b(servers, load);
    let busy = load / f64::from(servers);
    blocked / (1.0 - busy + busy * blocked)
}

/// The chance that a request of an M/M/c/c queue is lost (Erlang B).
#[must_use]
pub fn erlang_b(servers: u32, load: f64) -> f64 {
    (1..=servers).fold(1.0, |blocked, server| {
        load * blocked / (f64::from(server) + load * blocked)
    })
}

/// The mean wait in an M/M/c queue.
#[must_use]
pub fn mmc_wait(rate: f64, service: f64, servers: u32) -> f64 {
    let load = rate * service;
    erlang_c(servers, load) * service / (f64::from(servers) - load)
}

/// The mean wait in an M/G/1 queue (Pollaczek and Khinchine), by the mean of the squared service
/// time.
#[must_use]
pub fn mg1_wait(rate: f64, service: f64, service_square: f64) -> f64 {
    rate * service_square / (2.0 * (1.0 - rate * service))
}

/// The mean wait in an M/D/1 queue.
#[must_use]
pub fn md1_wait(rate: f64, service: f64) -> f64 {
    mg1_wait(rate, service, service * service)
}

/// The share of the requests that an M/M/c/K queue loses, and the mean wait of the others, where
/// `places` may be in the system, those in service included.
#[must_use]
pub fn mmck(rate: f64, service: f64, servers: u32, places: u32) -> (f64, f64) {
    let load = rate * service;
    let mut weight = 1.0;
    let (mut total, mut queue, mut full) = (1.0, 0.0, 1.0);
    for present in 1..=places {
        weight *= load / f64::from(present.min(servers));
        total += weight;
        queue += weight * f64::from(present.saturating_sub(servers));
        full = weight;
    }
    let lost = full / total;
    (lost, queue / total / (rate * (1.0 - lost)))
}

#[cfg(test)]
mod tests {
    use super::{erlang_b, erlang_c, md1_wait, mmc_wait, mmck};

    #[test]
    fn published_values() {
        // M/M/10 at 0.8, as other simulators were checked: 0.2046 service times.
        assert!((mmc_wait(8.0, 1.0, 10) - 0.2046).abs() < 5e-5);
        assert!((mmc_wait(0.8, 1.0, 1) - 4.0).abs() < 1e-12);
        assert!((md1_wait(0.8, 1.0) - 2.0).abs() < 1e-12);
        assert!((erlang_b(2, 1.0) - 0.2).abs() < 1e-12);
        assert!((erlang_c(1, 0.5) - 0.5).abs() < 1e-12);
        // With no room to wait it is Erlang's loss system.
        let (lost, wait) = mmck(1.0, 1.0, 2, 2);
        assert!((lost - 0.2).abs() < 1e-12 && wait == 0.0);
    }
}

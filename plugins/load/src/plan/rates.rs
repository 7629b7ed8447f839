//! What rate each endpoint holds.

use plimsoll_harness::arrival::ArrivalSpec;

use super::endpoint::Rate;
use super::settings::{self, Settings};
use crate::clock::SECOND;
use crate::error::LoadError;
use crate::options::RunOptions;

/// The rate of each endpoint. What several hold together is what those with a rate of their own leave
/// of it, by weight.
pub(super) fn rates<'s>(
    all: impl Iterator<Item = &'s Settings> + Clone,
    options: &RunOptions,
    until: u64,
) -> Result<Vec<Rate>, LoadError> {
    if let Some(trace) = &options.trace {
        replayed(trace, until, options)?;
        return Ok(all.map(|_| Rate::Replayed).collect());
    }
    let own: f64 = all
        .clone()
        .filter(|one| one.policy.is_some())
        .filter_map(|one| match one.rate {
            Some(settings::Rate::Own(rate)) => Some(rate),
            _ => None,
        })
        .sum();
    let weights = |autoscaled: bool| -> f64 {
        let shared = all.clone().filter_map(|one| match one.rate {
            Some(settings::Rate::Share { weight, .. }) => {
                (one.policy.is_some() == autoscaled).then_some(weight)
            }
            _ => None,
        });
        shared.sum()
    };
    let weights = [weights(false), weights(true)];
    let rate = |one: &Settings| match one.rate {
        None => Ok(Rate::Unpaced),
        Some(settings::Rate::Own(rate)) => Ok(Rate::PerSecond(rate)),
        Some(settings::Rate::Share { of, weight }) => {
            let autoscaled = one.policy.is_some();
            let left = if autoscaled { of - own } else { of };
            if left <= 0.0 {
                return Err(LoadError::Invalid(format!(
                    "`{}` has no rate to hold: of the {of} requests a second of all, the endpoints \
                     with a `targetRps` of their own take {own}",
                    one.endpoint_key
                )));
            }
            Ok(Rate::PerSecond(
                left * weight / weights[usize::from(autoscaled)],
            ))
        }
    };
    let rates = all.map(rate).collect::<Result<Vec<_>, _>>()?;
    guard(&rates, options)?;
    Ok(rates)
}

/// Refuses a trace that has more requests in a second than `max_rps`: it is looked through once.
fn replayed(trace: &ArrivalSpec, until: u64, options: &RunOptions) -> Result<(), LoadError> {
    let Some(allowed) = options.max_rps else {
        return Ok(());
    };
    let wrong = |error: plimsoll_harness::error::Error| LoadError::Invalid(error.to_string());
    let mut arrivals = trace.open(options.seed).map_err(wrong)?;
    let (mut second, mut count, mut most) = (0, 0_u64, 0);
    let mut batch = Vec::new();
    loop {
        batch.clear();
        arrivals.fill(&mut batch).map_err(wrong)?;
        for arrival in batch.iter().take_while(|arrival| arrival.at < until) {
            if arrival.at / SECOND != second {
                (second, count) = (arrival.at / SECOND, 0);
            }
            count += 1;
            most = count.max(most);
        }
        if batch.last().is_none_or(|last| last.at >= until) {
            break;
        }
    }
    let wanted = most as f64;
    match wanted > allowed {
        true => Err(LoadError::TooFast { wanted, allowed }),
        false => Ok(()),
    }
}

/// Refuses more than `max_rps`. What is sent as fast as workers go has no rate to compare.
fn guard(rates: &[Rate], options: &RunOptions) -> Result<(), LoadError> {
    let Some(allowed) = options.max_rps else {
        return Ok(());
    };
    let mut wanted = 0.0;
    for rate in rates {
        match rate {
            Rate::PerSecond(rate) => wanted += rate,
            Rate::Unpaced => {
                return Err(LoadError::Invalid(
                    "--max-rps cannot hold for endpoints without a rate, which send as fast as \
                     their workers go: set `rps`, or `targetRps`"
                        .to_owned(),
                ));
            }
            Rate::Replayed => {}
        }
    }
    match wanted > allowed * (1.0 + 1e-9) {
        true => Err(LoadError::TooFast { wanted, allowed }),
        false => Ok(()),
    }
}

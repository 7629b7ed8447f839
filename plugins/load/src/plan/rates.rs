//! What rate each endpoint holds.

use super::endpoint::Rate;
use super::settings::{self, Settings};
use crate::error::LoadError;
use crate::options::RunOptions;

/// The rate of each endpoint. What several hold together is what those with a rate of their own leave
/// of it, by weight.
pub(super) fn rates<'s>(
    all: impl Iterator<Item = &'s Settings> + Clone,
    options: &RunOptions,
) -> Result<Vec<Rate>, LoadError> {
    if options.trace.is_some() {
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

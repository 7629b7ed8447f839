//! How many connections this process may have.

use crate::error::LoadError;
use crate::options::HttpVersion;
use crate::plan::{LoadTest, Rate, Workers};

/// Files that are open beside connections: of the loops, and whatever else the process has.
const OTHERS: u64 = 64;
const OF_A_LOOP: u64 = 4;

/// Sees to it that there may be as many connections as the test's workers can have: raises the limit of
/// open files as far as it goes, and where that is not enough, what is left is all that autoscaled
/// endpoints share.
///
/// # Errors
/// When workers that each have a request in flight all the time are more than there may be connections.
pub(super) fn fit(test: &mut LoadTest, threads: usize, http: HttpVersion) -> Result<(), LoadError> {
    let others = OTHERS + threads as u64 * OF_A_LOOP;
    let limit = imp::raise(wanted(test).saturating_add(others));
    match (limit, http) {
        (Some(limit), HttpVersion::Http1) => fit_in(test, limit.saturating_sub(others), limit),
        // Of HTTP/2 a connection takes many requests, and the server says how many.
        _ => Ok(()),
    }
}

fn slots(count: u32, per_worker: u32) -> u64 {
    u64::from(count) * u64::from(per_worker)
}

/// The most connections that workers can have.
fn wanted(test: &LoadTest) -> u64 {
    let budget = test.budget.unwrap_or(u32::MAX);
    let of = test
        .endpoints
        .iter()
        .map(|endpoint| match endpoint.workers {
            Workers::Fixed(count) => slots(count, endpoint.per_worker),
            Workers::Autoscaled { max, .. } => {
                slots(max.unwrap_or(u32::MAX).min(budget), endpoint.per_worker)
            }
        });
    of.fold(0, u64::saturating_add)
}

/// Fits a test into so many connections.
pub(super) fn fit_in(test: &mut LoadTest, connections: u64, limit: u64) -> Result<(), LoadError> {
    if wanted(test) <= connections {
        return Ok(());
    }
    let (mut unpaced, mut paced, mut most_each) = (0, 0_u64, 1);
    for endpoint in &test.endpoints {
        match endpoint.workers {
            Workers::Fixed(count) if endpoint.rate == Rate::Unpaced => {
                unpaced += slots(count, endpoint.per_worker);
            }
            // Those that hold a rate have as many as it takes, which is seldom all.
            Workers::Fixed(count) => paced += slots(count, endpoint.per_worker),
            Workers::Autoscaled { .. } => most_each = most_each.max(endpoint.per_worker),
        }
    }
    if unpaced > connections {
        return Err(LoadError::Invalid(format!(
            "{unpaced} requests are to be in flight at once, and this process may have {limit} files and \
             connections open: raise that limit (`ulimit -n`), or have fewer workers"
        )));
    }
    let left = connections.saturating_sub(unpaced).saturating_sub(paced);
    let left = u32::try_from(left / u64::from(most_each)).unwrap_or(u32::MAX);
    let least = u32::try_from(test.least_workers()).unwrap_or(u32::MAX);
    test.affordable = Some(left.max(least));
    Ok(())
}

#[cfg(unix)]
mod imp {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    /// The most that macOS lets a process have where it says that there is no limit.
    const OFTEN_THE_MOST: u64 = 10_240;

    /// Raises the limit of open files to so many, or as far as it goes. What it is then; none where there
    /// is none.
    pub(super) fn raise(wanted: u64) -> Option<u64> {
        let limit = getrlimit(Resource::Nofile);
        let current = limit.current?;
        if current >= wanted {
            return Some(current);
        }
        let most = limit.maximum.map_or(wanted, |most| most.min(wanted));
        // Some systems refuse what is beyond a limit that they do not tell.
        for most in [most, most.min(OFTEN_THE_MOST)] {
            let raised = Rlimit {
                current: Some(most),
                maximum: limit.maximum,
            };
            if most > current && setrlimit(Resource::Nofile, raised).is_ok() {
                break;
            }
        }
        getrlimit(Resource::Nofile).current
    }
}

#[cfg(not(unix))]
mod imp {
    /// There is no such limit that could be asked for.
    pub(super) fn raise(_: u64) -> Option<u64> {
        None
    }
}

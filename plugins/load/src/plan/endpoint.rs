//! One endpoint of a load test.

use std::sync::Arc;

use plimsoll_core::context::BuildContext;
use plimsoll_core::distribution::Priority;
use plimsoll_core::registry::follow::ArrivalPattern;
use plimsoll_core::threshold::{Objective, Threshold};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::settings::{self, Arrivals, Rank, Settings};
use super::{Tables, parsed};
use crate::clock::whole;
use crate::data::Table;
use crate::error::LoadError;
use crate::http::{Request, Url};
use crate::options::RunOptions;

/// At what rate an endpoint is asked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rate {
    /// So many requests a second, whatever becomes of them.
    PerSecond(f64),
    /// As fast as its workers go: each sends when its last request is over.
    Unpaced,
    /// As recorded in a trace, of which each endpoint has its part.
    Replayed,
}

/// How many requests of an endpoint may be in flight.
#[derive(Clone, Debug, PartialEq)]
pub enum Workers {
    /// So many.
    Fixed(u32),
    /// As many as a policy says.
    Autoscaled {
        /// Fewest.
        min: u32,
        /// Most.
        max: Option<u32>,
        /// The policy's name.
        policy: String,
        /// Its options.
        options: Json,
    },
}

/// What ends an endpoint, or the whole test, before its time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EarlyExit {
    /// The share of failed requests that ends it.
    pub error_rate: Option<f64>,
    /// The time over which that share is taken, in seconds; all of it where there is none.
    pub error_rate_window_seconds: Option<f64>,
    /// The number of failed requests that ends it.
    pub error_count: Option<u64>,
    /// Status codes that end it at once.
    pub status_codes: Option<Vec<u16>>,
}

/// One endpoint: what is asked, how often, and by how many workers.
#[derive(Debug)]
pub struct Endpoint {
    /// Its name: method and address.
    pub key: String,
    /// Its address, as it is written.
    pub url: String,
    /// What is sent.
    pub request: Request,
    /// At what rate.
    pub rate: Rate,
    /// Whether requests come at random, or evenly.
    pub poisson: bool,
    /// How long the rate rises from 0 to what it is, in nanoseconds.
    pub ramp: u64,
    /// Workers.
    pub workers: Workers,
    /// Requests that one worker may have in flight.
    pub per_worker: u32,
    /// Its share of the budget, relative to others.
    pub weight: f64,
    /// Its rank where a strategy looks at rank.
    pub priority: Priority,
    /// The longest that a response may take from the send, in nanoseconds.
    pub timeout: u64,
    /// What ends it before its time.
    pub early_exit: Option<EarlyExit>,
    /// What must hold of it.
    pub thresholds: Vec<Threshold>,
    /// What a request must meet to count as good.
    pub goodput: Vec<Objective>,
}

impl Endpoint {
    pub(super) fn new(
        settings: &Settings,
        files: &BuildContext,
        rate: Rate,
        tables: &mut Tables,
        options: &RunOptions,
    ) -> Result<Self, LoadError> {
        let key = without_user(&settings.endpoint_key);
        let wrong = |message: String| LoadError::Invalid(format!("`{key}`: {message}"));
        let table = settings.data.as_deref().map(|path| {
            if let Some(known) = tables.get(path) {
                return Ok(Arc::clone(known));
            }
            let file = files.file(path);
            let file = file.ok_or_else(|| wrong(format!("there is no data file {path}")))?;
            let table = Table::read(file).map_err(|error| wrong(format!("{path}: {error}")))?;
            let table = Arc::new(table);
            tables.insert(path.to_owned(), Arc::clone(&table));
            Ok(table)
        });
        let table = table.transpose()?;
        let request = &settings.request;
        let address = without_user(&request.url);
        let url = Url::parse(&request.url).map_err(wrong)?;
        let request = Request::new(url, &key, request, table, &options.secrets).map_err(wrong)?;
        let scaling = settings.policy.as_ref();
        let poisson = match options.poisson {
            Some(poisson) => poisson,
            None => settings.arrivals == Arrivals::Poisson,
        };
        let workers = match (settings.workers, scaling) {
            (settings::Workers::Autoscaled { min, max }, Some(policy)) => {
                let (policy, options) = match &options.policy {
                    Some((name, options)) => (name.clone(), options.clone()),
                    None => (policy.name.clone(), policy.options.clone()),
                };
                Workers::Autoscaled {
                    min,
                    max,
                    policy,
                    options,
                }
            }
            (settings::Workers::Autoscaled { .. }, None) => {
                return Err(wrong("it is autoscaled, and by no policy".to_owned()));
            }
            (settings::Workers::Fixed(count), _) => Workers::Fixed(count),
        };
        let share = settings.distribution.as_ref();
        Ok(Self {
            url: address,
            request,
            rate,
            poisson,
            ramp: whole(settings.ramp_up_seconds),
            workers,
            per_worker: settings.concurrent_requests.unwrap_or(1).max(1),
            weight: share.map_or(1.0, |share| share.weight),
            priority: match share.map(|share| share.priority) {
                Some(Rank::Low) => Priority::Low,
                Some(Rank::High) => Priority::High,
                Some(Rank::Medium) | None => Priority::Medium,
            },
            timeout: whole(settings.timeout_seconds),
            early_exit: settings.early_exit.endpoint.clone(),
            thresholds: parsed(settings.thresholds.iter())?,
            goodput: parsed(settings.goodput.iter())?,
            key,
        })
    }

    /// The fewest workers that it takes of the budget: none where they are fixed.
    pub(crate) fn least_workers(&self) -> u32 {
        match self.workers {
            Workers::Fixed(_) => 0,
            Workers::Autoscaled { min, .. } => min,
        }
    }

    /// How its requests come.
    pub(super) fn arrivals(&self) -> ArrivalPattern {
        match self.rate {
            Rate::PerSecond(_) if !self.poisson => ArrivalPattern::Even,
            _ => ArrivalPattern::Random,
        }
    }
}

/// A text with an address in it, without the user and password before the host.
fn without_user(text: &str) -> String {
    let Some((before, rest)) = text.split_once("://") else {
        return text.to_owned();
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    match rest[..end].rfind('@') {
        Some(at) => format!("{before}://{}", &rest[at + 1..]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::without_user;

    #[test]
    fn a_user_is_not_shown() {
        assert_eq!(
            without_user("GET http://u:p@h/a@b #2"),
            "GET http://h/a@b #2"
        );
        assert_eq!(without_user("http://h/a@b"), "http://h/a@b");
    }
}

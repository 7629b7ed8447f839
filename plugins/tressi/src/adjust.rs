//! Settings for single endpoints that a migration is asked to write, as no older file has them.

use plimsoll_core::value::{Map, Node, Origin, Value};
use serde_json::Value as Json;

use crate::endpoint::names;
use crate::schema::{AUTOSCALE_KEYS, METHODS, OF_ENDPOINT, number};

/// `autoscale` settings for one endpoint, as `GET http://host/path weight=0.75 priority=high`.
///
/// The endpoint is autoscaled. Where a weight is given and no `targetRps`, its rate is that share of
/// the rate of all.
#[derive(Clone, Debug, PartialEq)]
pub struct Adjustment {
    endpoint: String,
    settings: Vec<(&'static str, Json)>,
}

/// Why an adjustment cannot be made.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AdjustmentError {
    /// It does not begin with the method and the address of an endpoint.
    NoKey(String),
    /// It has something that is no setting.
    NoSetting {
        /// What it has.
        text: String,
        /// What there is.
        known: Vec<&'static str>,
    },
    /// The load test has no such endpoint.
    NoEndpoint {
        /// The endpoint.
        endpoint: String,
        /// Those that it has.
        known: Vec<String>,
    },
}

impl std::fmt::Display for AdjustmentError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoKey(text) => write!(
                formatter,
                "{text:?} does not begin with an endpoint, such as `GET http://host/path`"
            ),
            Self::NoSetting { text, known } => write!(
                formatter,
                "{text:?} is no setting of an endpoint; known are: {}",
                known.join(", ")
            ),
            Self::NoEndpoint { endpoint, known } => write!(
                formatter,
                "there is no endpoint `{endpoint}`; known are: {}",
                known.join(", ")
            ),
        }
    }
}

impl std::error::Error for AdjustmentError {}

impl std::str::FromStr for Adjustment {
    type Err = AdjustmentError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut words = text.split_whitespace();
        let (Some(method), Some(url)) = (words.next(), words.next()) else {
            return Err(AdjustmentError::NoKey(text.to_owned()));
        };
        let method = method.to_ascii_uppercase();
        if !METHODS.contains(&method.as_str()) {
            return Err(AdjustmentError::NoKey(text.to_owned()));
        }
        let mut endpoint = format!("{method} {url}");
        let mut settings = Vec::new();
        for word in words {
            if word.starts_with('#') && settings.is_empty() {
                endpoint.push_str(&format!(" {word}"));
                continue;
            }
            settings.push(setting(word)?);
        }
        Ok(Self { endpoint, settings })
    }
}

fn known() -> Vec<&'static str> {
    OF_ENDPOINT
        .names()
        .filter(|name| *name != "enabled")
        .collect()
}

fn setting(word: &str) -> Result<(&'static str, Json), AdjustmentError> {
    let known = known();
    let found = word.split_once('=').and_then(|(name, value)| {
        let name = known.iter().find(|known| **known == name)?;
        let json = serde_json::from_str(value).unwrap_or_else(|_| Json::from(value));
        Some((*name, json))
    });
    found.ok_or_else(|| AdjustmentError::NoSetting {
        text: word.to_owned(),
        known,
    })
}

/// Writes adjustments into a document of today's shape.
pub(crate) fn adjust(root: &mut Map, adjustments: &[Adjustment]) -> Result<(), AdjustmentError> {
    let rate = root
        .get("autoscale")
        .and_then(|autoscale| number(autoscale.get("targetRps")?));
    let Some(requests) = root.get_mut("requests").and_then(Node::as_list_mut) else {
        return Ok(());
    };
    let names = names(requests);
    for adjustment in adjustments {
        let Some(position) = names.iter().position(|name| *name == adjustment.endpoint) else {
            return Err(AdjustmentError::NoEndpoint {
                endpoint: adjustment.endpoint.clone(),
                known: names,
            });
        };
        if let Some(request) = requests[position].as_map_mut() {
            adjustment.write(request, rate);
        }
    }
    Ok(())
}

impl Adjustment {
    fn write(&self, request: &mut Map, rate: Option<f64>) {
        let mut settings = match request.get("autoscale").map(|own| &own.value) {
            Some(Value::Map(own)) => (**own).clone(),
            _ => Map::new(),
        };
        settings.set("enabled", Node::from(true));
        for (name, value) in &self.settings {
            settings.set(name, Node::from_json(value, Origin::default()));
        }
        let given = |key: &str| self.settings.iter().any(|(name, _)| *name == key);
        let weight = settings.get("weight").and_then(number);
        if let (Some(weight), Some(rate)) = (weight, rate)
            && given("weight")
            && !given("targetRps")
        {
            settings.set("targetRps", Node::from(whole(weight * rate)));
        }
        request.set("autoscale", Node::from(in_order(&settings)));
    }
}

/// The nearest integer from 1 up.
fn whole(rate: f64) -> i64 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a float is cast saturating"
    )]
    let whole = rate.round() as i64;
    whole.max(1)
}

/// Settings in the order that the document has them in.
pub(crate) fn in_order(settings: &Map) -> Map {
    let mut out = Map::with_capacity(settings.len());
    for key in AUTOSCALE_KEYS {
        if let Some(entry) = settings.entry(key) {
            out.insert(entry.key.clone(), entry.key_span, entry.value.clone());
        }
    }
    for entry in settings {
        if out.entry_of(&entry.key).is_none() {
            out.insert(entry.key.clone(), entry.key_span, entry.value.clone());
        }
    }
    out
}

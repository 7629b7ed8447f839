//! Replays recorded decisions of the originals: the same inputs, and then the same outputs.
//!
//! A row is one JSON object; its fields tell what recorded it. Rows of one case are consecutive and
//! build on each other.

mod hpa;
mod knative;
mod ray_serve;

use std::fmt::Debug;

use anyhow::{Context, Result, anyhow, bail, ensure};
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

/// What a replay found.
#[derive(Debug, Default)]
pub struct Report {
    /// How many rows were replayed.
    pub rows: usize,
    /// How many were decided otherwise than recorded.
    pub mismatches: usize,
    /// The first mismatches, in words.
    pub examples: Vec<String>,
}

/// How many mismatches are told in words.
const EXAMPLES: usize = 5;

/// Replays rows, one a line.
///
/// # Errors
/// When a line is no row of a known recording; they name the line.
pub fn replay(bytes: &[u8]) -> Result<Report> {
    let mut report = Report::default();
    let mut case: Option<Case> = None;
    for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        if line.trim_ascii().is_empty() {
            continue;
        }
        let number = index + 1;
        let row: Json = serde_json::from_slice(line)
            .map_err(|error| anyhow!("line {number}, column {}: no JSON", error.column()))?;
        let mismatch = replay_row(&mut case, row).with_context(|| format!("line {number}"))?;
        report.rows += 1;
        if let Some(mismatch) = mismatch {
            report.mismatches += 1;
            if report.examples.len() < EXAMPLES {
                report.examples.push(format!("line {number}: {mismatch}"));
            }
        }
    }
    Ok(report)
}

/// Replays a row of the case that goes on, or of the one it begins; a mismatch in words.
fn replay_row(case: &mut Option<Case>, row: Json) -> Result<Option<String>> {
    let kind = Kind::of(&row)?;
    let name = row.get("case").cloned();
    let goes_on = case.take().filter(|case| case.goes_on(kind, &name));
    case.insert(goes_on.unwrap_or_else(|| Case::begin(kind, name)))
        .replay(row)
}

/// What recorded a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    KnativeScale,
    KnativeBuckets,
    HpaReplicas,
    HpaBehavior,
    RayServe,
}

impl Kind {
    fn of(row: &Json) -> Result<Self> {
        let has = |pointer: &str| row.pointer(pointer).is_some();
        Ok(if has("/algo") {
            Self::KnativeBuckets
        } else if has("/config/target_value") {
            Self::KnativeScale
        } else if has("/config/target_ongoing_requests") {
            Self::RayServe
        } else if has("/mode") && has("/metric_desired") {
            Self::HpaBehavior
        } else if has("/kind") && has("/target_milli") {
            Self::HpaReplicas
        } else {
            bail!("its fields are of no known recording")
        })
    }
}

/// Rows that build on each other.
struct Case {
    kind: Kind,
    name: Option<Json>,
    state: State,
}

enum State {
    KnativeScale(knative::Scale),
    KnativeBuckets(knative::Metric),
    HpaBehavior(Box<hpa::Normalizing>),
    Stateless,
}

impl Case {
    fn begin(kind: Kind, name: Option<Json>) -> Self {
        let state = match kind {
            Kind::KnativeScale => State::KnativeScale(knative::Scale::default()),
            Kind::KnativeBuckets => State::KnativeBuckets(knative::Metric::default()),
            Kind::HpaBehavior => State::HpaBehavior(Box::default()),
            Kind::HpaReplicas | Kind::RayServe => State::Stateless,
        };
        Self { kind, name, state }
    }

    fn goes_on(&self, kind: Kind, name: &Option<Json>) -> bool {
        self.kind == kind && self.name == *name
    }

    /// Replays a row; a mismatch in words.
    fn replay(&mut self, row: Json) -> Result<Option<String>> {
        match &mut self.state {
            State::KnativeScale(state) => state.replay(&typed(row)?),
            State::KnativeBuckets(state) => state.replay(&typed(row)?),
            State::HpaBehavior(state) => state.replay(&typed(row)?),
            State::Stateless if self.kind == Kind::RayServe => ray_serve::replay(&typed(row)?),
            State::Stateless => hpa::replay_replicas(&typed(row)?),
        }
    }
}

fn typed<T: DeserializeOwned>(row: Json) -> Result<T> {
    Ok(serde_json::from_value(row)?)
}

/// A mismatch in words, where there is one.
fn differ<T: PartialEq + Debug>(got: &T, recorded: &T) -> Option<String> {
    (got != recorded).then(|| format!("got {got:?}, recorded {recorded:?}"))
}

/// A length of time, in seconds, that state is kept for.
fn length(name: &str, seconds: u32) -> Result<u32> {
    const WEEK: u32 = 604_800;
    ensure!(seconds <= WEEK, "`{name}` is {seconds}, above a week");
    Ok(seconds)
}

/// Recorded seconds as nanoseconds. A recorded float is the one nearest to a time.
fn nanoseconds(seconds: f64) -> u64 {
    let whole = seconds.trunc();
    whole as u64 * 1_000_000_000 + ((seconds - whole) * 1e9).round() as u64
}

//! What is said of a run on the command line.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use plimsoll::harness::arrival::{ArrivalSpec, Part};
use plimsoll::harness::policy::PolicySpec;
use plimsoll::harness::time::SECOND;
use plimsoll::harness::trace::{Trace, TraceOptions};
use plimsoll::load::{HttpVersion, LoadError, RunOptions, Trust};
use plimsoll::registry::Registry;
use plimsoll::release::Release;
use plimsoll::threshold::Threshold;
use serde_json::Value as Json;

use crate::args::{Run, Spacing};
use crate::error::CliError;

/// Longer tests are taken for a mistyped number: a year.
const LONGEST_SECONDS: f64 = 31_536_000.0;

pub(super) fn options(
    command: &Run,
    registry: &Registry,
    release: &Release,
) -> Result<RunOptions, CliError> {
    for text in &command.threshold {
        text.parse::<Threshold>().map_err(|error| {
            let wrong = CliError::usage(format!("--threshold `{text}`: {}", error.message));
            let wrong = wrong.hint(format!("expected {}", error.expected));
            match error.hint {
                Some(hint) => wrong.hint(hint),
                None => wrong,
            }
        })?;
    }
    let policy = command.policy.as_deref().map(|text| {
        let spec = PolicySpec::parse(registry, text)?;
        Ok::<_, CliError>((spec.name().to_owned(), spec.given().clone()))
    });
    let trace = command.trace.as_deref().map(trace).transpose()?;
    let whole = |name: &str, seconds: f64, least: f64| match seconds {
        seconds if seconds >= least && seconds <= LONGEST_SECONDS => Ok(nanoseconds(seconds)),
        _ => Err(CliError::usage(format!(
            "--{name} is {seconds}: it is from {least} to {LONGEST_SECONDS} seconds"
        ))),
    };
    let duration = match (command.duration, &trace) {
        (Some(seconds), _) => Some(whole("duration", seconds, 0.1)?),
        (None, Some(trace)) => trace.duration().map(|span| span.0),
        (None, None) => None,
    };
    if command
        .max_rps
        .is_some_and(|rate| rate <= 0.0 || !rate.is_finite())
    {
        return Err(CliError::usage("--max-rps is more than 0"));
    }
    if command.threads == Some(0) {
        return Err(CliError::usage("--threads is from 1 up"));
    }
    Ok(RunOptions {
        threads: command.threads,
        duration,
        drain: Some(whole("drain", command.drain, 0.0)?),
        max_rps: command.max_rps,
        budget: command.max_workers,
        policy: policy.transpose()?,
        poisson: command
            .arrivals
            .map(|arrivals| arrivals == Spacing::Poisson),
        trace,
        thresholds: command.threshold.clone(),
        seed: command.seed,
        http: match command.http2 {
            true => HttpVersion::Http2,
            false => HttpVersion::Http1,
        },
        trust: match (&command.cacert, command.insecure) {
            (Some(path), _) => Trust::Certificates(read(path)?),
            (None, true) => Trust::Anyone,
            (None, false) => Trust::Machine,
        },
        secrets: secrets(release),
    })
}

/// The keys of the load test that are set. A value is what it is in JSON; what is nothing there is a
/// text.
pub(super) fn settings(command: &Run) -> Result<Vec<(String, Json)>, CliError> {
    let setting = |text: &String| {
        let (key, value) = text
            .split_once('=')
            .ok_or_else(|| CliError::usage(format!("--set `{text}`: expected KEY=VALUE")))?;
        let json = serde_json::from_str(value).unwrap_or_else(|_| Json::from(value));
        Ok((key.to_owned(), json))
    };
    command.set.iter().map(setting).collect()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it is within a year"
)]
fn nanoseconds(seconds: f64) -> u64 {
    (seconds * SECOND as f64) as u64
}

fn read(path: &Path) -> Result<Arc<[u8]>, CliError> {
    let bytes = std::fs::read(path).map_err(|error| CliError::file(path, &error))?;
    Ok(bytes.into())
}

/// A trace: an expression, or the path of a file alone.
fn trace(text: &str) -> Result<ArrivalSpec, CliError> {
    let here = Path::new("");
    let is_file = Path::new(text).is_file();
    if !is_file && text.contains('(') {
        return Ok(ArrivalSpec::parse(text, here)?);
    }
    let trace = Trace::scan(TraceOptions::new(text), here)?;
    Ok(ArrivalSpec::of(text, vec![Part::Trace(trace)]))
}

/// What `{{$env:NAME}}` stands for, of the names that the test has.
#[expect(
    clippy::disallowed_methods,
    reason = "the command line is what reads the environment"
)]
fn secrets(release: &Release) -> BTreeMap<String, String> {
    let mut secrets = BTreeMap::new();
    for workload in &release.workloads {
        let text = workload.config.to_string();
        for part in text.split("{{").skip(1) {
            let name = part.split("}}").next().unwrap_or_default().trim();
            if let Some(name) = name.strip_prefix("$env:")
                && let Ok(value) = std::env::var(name)
            {
                secrets.insert(name.to_owned(), value);
            }
        }
    }
    secrets
}

/// Why a test is not run.
pub(super) fn refused(error: LoadError) -> CliError {
    plimsoll::deployer::DeployError::from(error).into()
}

//! What traffic and replicas are like: what options say, what the file says, and what is assumed.

use std::fmt::Display;
use std::path::Path;
use std::str::FromStr;

use plimsoll::effective::Effective;
use plimsoll::harness::arrival::{ArrivalSpec, Part};
use plimsoll::harness::policy::PolicySpec;
use plimsoll::harness::scenario::{Objective, Scenario, Tokens, Workload};
use plimsoll::harness::service::{Service, Variate, Work};
use plimsoll::harness::time::Span;
use plimsoll::harness::trace::{Format, Trace, TraceOptions};
use plimsoll::harness::tune::SloExpression;
use plimsoll::value::Node;
use serde::Serialize;

use crate::args::Plant;
use crate::error::CliError;

/// Something that is simulated, and who says so.
#[derive(Clone, Serialize)]
pub(crate) struct Term {
    pub(crate) name: &'static str,
    pub(crate) value: String,
    /// An option, a place in a file, or `assumed`.
    pub(crate) from: String,
    /// Whether nobody says so.
    pub(crate) assumed: bool,
}

impl Term {
    /// How often the policy decides: as is asked for, or as its original does.
    pub(super) fn decisions(policy: &PolicySpec, plant: &Plant, scenario: &mut Scenario) -> Self {
        let own = policy.decides_every();
        let asked = plant.decision_interval.is_some();
        let interval = own.filter(|_| !asked).unwrap_or(scenario.decision_interval);
        scenario.decision_interval = interval;
        let value = format!("every {interval}");
        match (asked, own) {
            (true, _) => Self::said("decisions", value, "--decision-interval"),
            (false, Some(_)) => Self::said("decisions", value, policy.name()),
            (false, None) => Self::assumed("decisions", value, "--decision-interval"),
        }
    }

    /// What is wanted.
    pub(super) fn objective(limits: &SloExpression, given: bool) -> Self {
        if given {
            Self::said("objective", limits, "--slo")
        } else {
            Self::assumed("objective", limits, "--slo")
        }
    }

    fn said(name: &'static str, value: impl Display, from: impl Display) -> Self {
        Self {
            name,
            value: value.to_string(),
            from: from.to_string(),
            assumed: false,
        }
    }

    fn assumed(name: &'static str, value: impl Display, option: &str) -> Self {
        Self {
            name,
            value: value.to_string(),
            from: format!("assumed; say {option}"),
            assumed: true,
        }
    }
}

/// How long requests take where nobody says, and where arrivals have tokens.
const USUAL_SERVICE: &str = "lognormal(mean=1s, p99=4s)";
const USUAL_BATCH: &str = "batch(prefill=60us, decode=18ms, slowdown=3%, overhead=20ms)";
const USUAL_COLD_START: &str = "lognormal(mean=60s, p99=120s)";

/// Each of the arrivals that are asked for, by a name of its own.
pub(crate) fn arrivals_each(plant: &Plant) -> Result<Vec<(String, ArrivalSpec)>, CliError> {
    let mut each = Vec::new();
    for path in &plant.trace {
        let trace = Trace::scan(TraceOptions::new(path), Path::new("")).map_err(CliError::from)?;
        let spec = ArrivalSpec::of(path.display().to_string(), vec![Part::Trace(trace)]);
        each.push((stem(path), spec));
    }
    for text in &plant.arrivals {
        let spec = said("--arrivals", ArrivalSpec::parse(text, Path::new("")))?;
        each.push((text.clone(), spec));
    }
    Ok(each)
}

/// All arrivals that are asked for, together.
pub(crate) fn arrivals(plant: &Plant) -> Result<ArrivalSpec, CliError> {
    let each = arrivals_each(plant)?;
    let texts: Vec<_> = each.iter().map(|(_, spec)| spec.to_string()).collect();
    let parts = each.iter().flat_map(|(_, spec)| spec.parts().to_vec());
    Ok(ArrivalSpec::of(texts.join(" + "), parts.collect()))
}

/// A file's name up to its first point.
fn stem(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.split('.').next().unwrap_or(&name).to_owned()
}

/// A scenario of one workload, and all that it is made of.
pub(crate) fn described(
    name: &str,
    arrivals: ArrivalSpec,
    plant: &Plant,
    effective: Option<&Effective>,
    wanted: Option<Objective>,
) -> Result<(Scenario, Vec<Term>), CliError> {
    let mut terms = vec![Term::said("arrivals", &arrivals, options_of(plant))];
    let has_tokens = arrivals.parts().iter().all(|part| match part {
        Part::Trace(trace) => matches!(trace.format(), Format::AzureLlm | Format::Mooncake),
        Part::Generator(_) | Part::Own(_) => false,
    });
    let lasts = arrivals.duration().is_some();

    let usual = if has_tokens {
        USUAL_BATCH
    } else {
        USUAL_SERVICE
    };
    let (service, term) = spec(
        "service",
        "--service",
        plant.service.as_deref(),
        usual,
        Service::parse,
    )?;
    terms.push(term);
    let follows_tokens = matches!(service.work, Work::Tokens { .. });
    let mut workload = Workload::new(name, arrivals, service);
    if let (Some(input), Some(output)) = (&plant.input_tokens, &plant.output_tokens) {
        workload.tokens = Some(Tokens {
            input: said("--input-tokens", Variate::parse_tokens(input))?,
            output: said("--output-tokens", Variate::parse_tokens(output))?,
        });
        let value = format!("{input} in, {output} out");
        terms.push(Term::said(
            "tokens",
            value,
            "--input-tokens, --output-tokens",
        ));
    } else if follows_tokens && !has_tokens {
        let message = "--service: `batch` follows from tokens, and these arrivals have none";
        return Err(CliError::usage(message)
            .hint("say --input-tokens and --output-tokens, or replay a trace that has them"));
    }
    let (cold_start, term) = spec(
        "cold start",
        "--cold-start",
        plant.cold_start.as_deref(),
        USUAL_COLD_START,
        Variate::parse_times,
    )?;
    workload.cold_start = cold_start;
    terms.push(term);

    let (concurrency, term) = concurrency(plant, effective);
    workload.concurrency = concurrency;
    terms.push(term);
    if let Some(limit) = plant.queue_limit {
        workload.queue_limit = Some(limit);
        terms.push(Term::said(
            "queue",
            format!("at most {limit}"),
            "--queue-limit",
        ));
    }
    workload.balance = plant.balance.map(Into::into).unwrap_or_default();
    if let Some(price) = plant.price {
        if !(price.is_finite() && price >= 0.0) {
            return Err(CliError::usage("--price: a number of at least 0"));
        }
        workload.price_per_hour = price;
    }
    workload.slo = wanted.unwrap_or(Objective {
        latency: Span::from_secs(2),
        attainment: 0.99,
    });

    let mut scenario = Scenario::new(name, workload);
    scenario.duration = time("--duration", plant.duration.as_deref())?;
    if !lasts && scenario.duration.is_none() {
        return Err(
            CliError::usage("these arrivals go on for ever: say how long")
                .hint("--duration 1h, or `duration=1h` within --arrivals"),
        );
    }
    scenario.warm_up = time("--warm-up", plant.warm_up.as_deref())?.unwrap_or_default();
    let interval = time("--decision-interval", plant.decision_interval.as_deref())?;
    scenario.decision_interval = interval.unwrap_or(scenario.decision_interval);
    scenario.seed = plant.seed.unwrap_or(scenario.seed);
    Ok((scenario, terms))
}

fn options_of(plant: &Plant) -> &'static str {
    match (plant.trace.is_empty(), plant.arrivals.is_empty()) {
        (false, false) => "--trace, --arrivals",
        (false, true) => "--trace",
        _ => "--arrivals",
    }
}

/// How many requests a replica serves at once: what is asked for, what the file's server does, what
/// the settings aim at.
fn concurrency(plant: &Plant, effective: Option<&Effective>) -> (u32, Term) {
    const NAME: &str = "concurrency";
    const SERVER: &str = "/runtime/predict_concurrency";
    if let Some(number) = plant.concurrency {
        return (number, Term::said(NAME, number, "--concurrency"));
    }
    if let Some(effective) = effective {
        let written = effective.provenance(&effective.config);
        let place = written
            .iter()
            .find(|(pointer, _)| pointer.as_str() == SERVER);
        let value = place.and_then(|(pointer, _)| effective.config.at_pointer(pointer));
        let number = value
            .and_then(Node::as_i64)
            .and_then(|number| u32::try_from(number).ok());
        if let (Some(number), Some((_, provenance))) = (number.filter(|number| *number > 0), place)
        {
            let from = match (&provenance.file, provenance.line) {
                (Some(file), Some(line)) => format!("predict_concurrency, {file}:{line}"),
                _ => "predict_concurrency".to_owned(),
            };
            return (number, Term::said(NAME, number, from));
        }
        let settings = effective.autoscaling().unwrap_or_default();
        if let Some(target) = settings.concurrency_target {
            return (target, Term::assumed(NAME, target, "--concurrency"));
        }
    }
    (1, Term::assumed(NAME, 1, "--concurrency"))
}

/// What an option says, or what is assumed.
fn spec<T, E: Display>(
    name: &'static str,
    option: &str,
    given: Option<&str>,
    usual: &str,
    read: impl Fn(&str) -> Result<T, E>,
) -> Result<(T, Term), CliError> {
    let term = match given {
        Some(text) => Term::said(name, text, option),
        None => Term::assumed(name, usual, option),
    };
    Ok((said(option, read(given.unwrap_or(usual)))?, term))
}

fn time(option: &str, text: Option<&str>) -> Result<Option<Span>, CliError> {
    text.map(|text| said(option, Span::from_str(text)))
        .transpose()
}

/// A mistake in an option names it.
fn said<T, E: Display>(option: &str, result: Result<T, E>) -> Result<T, CliError> {
    result.map_err(|error| CliError::usage(format!("{option}: {error}")))
}

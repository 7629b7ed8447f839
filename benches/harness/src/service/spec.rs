//! The text forms of times and services: `lognormal(mean=800ms, p99=4s)`, `batch(decode=20ms)`.

use super::{Service, Variate, Work};
use crate::text::{Call, Settings, SpecError, Value, Word, number, parse, span};

/// The names of the distributions.
const VARIATES: [&str; 6] = [
    "constant",
    "uniform",
    "exponential",
    "lognormal",
    "hyperexponential",
    "empirical",
];

/// What a variate is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Time,
    Tokens,
}

impl Unit {
    fn read(self, word: Word<'_>) -> Result<f64, SpecError> {
        match self {
            Self::Time => span(word).map(|span| span.0 as f64),
            Self::Tokens => number(word, "a number of tokens"),
        }
    }
}

impl Variate {
    /// Reads a distribution of times: `constant(2s)`, `uniform(min=1s, max=3s)`,
    /// `exponential(mean=1s)`, `lognormal(mean=1s, p99=4s)`, `lognormal(median=1s, sigma=0.5)`,
    /// `hyperexponential(share=10%, first=5s, second=100ms)` or `empirical(1s, 2s, 9s)`. A time
    /// alone is constant.
    ///
    /// # Errors
    /// When the text is none of these, with the place.
    pub fn parse_times(text: &str) -> Result<Self, SpecError> {
        one(text)
            .and_then(|value| variate(value, Unit::Time))
            .map_err(|error| error.in_text(text))
    }

    /// Reads a distribution of numbers of tokens, in the same forms.
    ///
    /// # Errors
    /// As [`parse_times`](Self::parse_times).
    pub fn parse_tokens(text: &str) -> Result<Self, SpecError> {
        one(text)
            .and_then(|value| variate(value, Unit::Tokens))
            .map_err(|error| error.in_text(text))
    }
}

impl Service {
    /// Reads a service: a distribution of times; `shared(work=…, slowdown=5%)`, whose requests
    /// slow each other down; or `batch(prefill=50us, decode=20ms, slowdown=2%, overhead=5ms)`,
    /// which follows from the tokens.
    ///
    /// # Errors
    /// When the text is none of these, with the place.
    pub fn parse(text: &str) -> Result<Self, SpecError> {
        one(text)
            .and_then(service)
            .map_err(|error| error.in_text(text))
    }
}

fn one(text: &str) -> Result<Value<'_>, SpecError> {
    let mut calls = parse(text)?;
    match (calls.pop(), calls.pop()) {
        (Some(call), None) if call.arguments.is_empty() => Ok(Value::Word(call.name)),
        (Some(call), None) => Ok(Value::Call(call)),
        (call, _) => {
            let word = call.map_or(Word { text: "", at: 0 }, |call| call.name);
            Err(SpecError::at(word, "expected one distribution").in_text(text))
        }
    }
}

fn service(value: Value<'_>) -> Result<Service, SpecError> {
    let call = match value {
        Value::Call(call) if ["shared", "batch"].contains(&call.name.text) => call,
        Value::Call(call) if !VARIATES.contains(&call.name.text) => {
            let known: Vec<_> = VARIATES.into_iter().chain(["shared", "batch"]).collect();
            return Err(SpecError::unknown(call.name, "service", &known));
        }
        value => return variate(value, Unit::Time).map(Service::of),
    };
    let mut settings = Settings::new(call);
    let work = if settings.name().text == "shared" {
        let work = settings.value("work");
        Work::Time(variate(settings.needed("work", work)?, Unit::Time)?)
    } else {
        let decode = settings.span("decode")?;
        Work::Tokens {
            decode: settings.needed("decode", decode)?.0 as f64,
            prefill: settings.span("prefill")?.unwrap_or_default().0 as f64,
            overhead: settings.span("overhead")?.unwrap_or_default().0 as f64,
        }
    };
    let slowdown = settings.share("slowdown")?;
    let slowdown = settings.needed("slowdown", slowdown)?;
    settings.finish()?;
    Ok(Service { work, slowdown })
}

fn variate(value: Value<'_>, unit: Unit) -> Result<Variate, SpecError> {
    let call = match value {
        Value::Word(word) => return unit.read(word).map(Variate::Constant),
        Value::Call(call) => call,
    };
    let name = call.name;
    let mut settings = Settings::new(call);
    let mut get = |setting: &'static str| -> Result<Option<f64>, SpecError> {
        settings
            .word(setting)?
            .map(|word| unit.read(word))
            .transpose()
    };
    let missing = |setting: &str| SpecError::at(name, format!("`{}` needs `{setting}`", name.text));
    let variate = match name.text {
        "constant" | "empirical" => return listed(settings, unit),
        "uniform" => {
            let low = get("min")?.ok_or_else(|| missing("min"))?;
            let high = get("max")?.ok_or_else(|| missing("max"))?;
            if low > high {
                return Err(SpecError::at(name, "`min` is at most `max`"));
            }
            Variate::Uniform(low, high)
        }
        "exponential" => Variate::Exponential(get("mean")?.ok_or_else(|| missing("mean"))?),
        "lognormal" => {
            let (mean, p99, median) = (get("mean")?, get("p99")?, get("median")?);
            match (mean, p99, median, settings.number("sigma")?) {
                (Some(mean), Some(p99), None, None) => Variate::lognormal_of_p99(mean, p99)
                    .ok_or_else(|| {
                        SpecError::at(name, "`p99` is at least the mean and at most 14.9 times it")
                    })?,
                (None, None, Some(median), Some(sigma)) => Variate::Lognormal { median, sigma },
                _ => return Err(missing("mean` and `p99`, or `median` and `sigma")),
            }
        }
        "hyperexponential" => {
            let first = get("first")?.ok_or_else(|| missing("first"))?;
            let second = get("second")?.ok_or_else(|| missing("second"))?;
            let share = settings.share("share")?;
            Variate::Hyperexponential {
                share: settings.needed("share", share)?,
                first,
                second,
            }
        }
        _ => return Err(SpecError::unknown(name, "distribution", &VARIATES)),
    };
    settings.finish()?;
    Ok(variate)
}

fn listed(mut settings: Settings<'_>, unit: Unit) -> Result<Variate, SpecError> {
    let name = settings.name();
    let mut values = Vec::new();
    for value in settings.list() {
        values.push(match value {
            Value::Word(word) => unit.read(word)?,
            Value::Call(Call { name, .. }) => {
                return Err(SpecError::at(name, "expected a plain value"));
            }
        });
    }
    settings.finish()?;
    match (name.text, values.as_slice()) {
        ("constant", [value]) => Ok(Variate::Constant(*value)),
        ("empirical", [_, ..]) => Ok(Variate::Empirical(values.into())),
        _ => Err(SpecError::at(
            name,
            "expected values, such as `constant(2s)`",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::{Service, Variate, Work};

    #[test]
    fn the_forms_that_there_are() {
        let times = |text| Variate::parse_times(text).unwrap();
        assert_eq!(times("2s"), Variate::Constant(2e9));
        assert_eq!(times("constant(2s)"), Variate::Constant(2e9));
        assert_eq!(
            times("empirical(1s, 2s)"),
            Variate::Empirical([1e9, 2e9].into())
        );
        assert_eq!(times("uniform(min=1s, max=3s)").mean(), 2e9);
        assert!((times("lognormal(mean=1s, p99=4s)").mean() - 1e9).abs() < 1.0);
        assert_eq!(
            Variate::parse_tokens("exponential(mean=300)"),
            Ok(Variate::Exponential(300.0))
        );
        let service = Service::parse("batch(prefill=50us, decode=20ms, slowdown=2%)").unwrap();
        assert_eq!(service.slowdown, 0.02);
        let work = Work::Tokens {
            overhead: 0.0,
            prefill: 5e4,
            decode: 2e7,
        };
        assert_eq!(service.work, work);
        let shared = Service::parse("shared(work=exponential(mean=1s), slowdown=100%)").unwrap();
        assert_eq!(shared.capacity(7), 1.0);
    }

    #[test]
    fn what_is_wrong_is_shown() {
        let error = |text| Service::parse(text).unwrap_err().to_string();
        insta::assert_snapshot!(error("lognormal(mean=1s, p9=4s)"), @"
        `lognormal` needs `mean` and `p99`, or `median` and `sigma`
          lognormal(mean=1s, p9=4s)
          ^^^^^^^^^
        ");
        insta::assert_snapshot!(error("exponentil(mean=1s)"), @"
        there is no service `exponentil`; known are: constant, uniform, exponential, lognormal, hyperexponential, empirical, shared, batch; did you mean `exponential`?
          exponentil(mean=1s)
          ^^^^^^^^^^
        ");
        insta::assert_snapshot!(error("exponential(mean=1 second)"), @"
        expected a time such as 250ms, 1.5s, 10m, 1h30m or 2d
          exponential(mean=1 second)
                           ^^^^^^^^
        ");
        insta::assert_snapshot!(error("batch(decode=20ms"), @"
        expected `,` or `)`, and the text ends
          batch(decode=20ms
                           ^
        ");
    }
}

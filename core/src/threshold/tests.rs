use std::fmt::Write as _;

use proptest::prelude::*;

use super::{Comparison, Limit, Metric, Objective, Quantile, Threshold, ThresholdError, Timing};

/// What is said of texts, with the wrong part marked.
fn said<T>(texts: &[&str]) -> String
where
    T: std::str::FromStr<Err = ThresholdError> + std::fmt::Display,
{
    let mut out = String::new();
    for text in texts {
        match text.parse::<T>() {
            Ok(read) => writeln!(out, "{text:?} is {read}").unwrap(),
            Err(error) => {
                let (before, rest) = text.split_at(error.at.start);
                let (wrong, after) = rest.split_at(error.at.len());
                writeln!(out, "{before}[{wrong}]{after}: {error}").unwrap();
            }
        }
    }
    out
}

#[test]
fn thresholds_are_shown_in_their_canonical_text() {
    insta::assert_snapshot!(said::<Threshold>(&[
        "p99<500ms", " p99.9 <= 1.5 s ", "p050>2m", "response-p95<250us", "service-avg<10µs",
        "lag-max<0", "ttft-p50<0.1s", "itl-min>=999ns", "mean<60000ms", "p50<0.0000005ms",
        "errors<1%", "errors<0.01", "errors<=0", "errors<10", "dropped<33.3%", "dropped<1",
        "rate>=95%", "rate>=110 %", "rate>100", "rate>99.5/s", "goodput>=99%", "goodput>40 /s",
        "tokens>1200", "tokens>=1200.25/s",
    ]), @r#"
    "p99<500ms" is p99<500ms
    " p99.9 <= 1.5 s " is p99.9<=1.5s
    "p050>2m" is p50>120s
    "response-p95<250us" is p95<250us
    "service-avg<10µs" is service-mean<10us
    "lag-max<0" is lag-max<0s
    "ttft-p50<0.1s" is ttft-p50<100ms
    "itl-min>=999ns" is itl-min>=999ns
    "mean<60000ms" is mean<60s
    "p50<0.0000005ms" is p50<0.5ns
    "errors<1%" is errors<1%
    "errors<0.01" is errors<1%
    "errors<=0" is errors<=0%
    "errors<10" is errors<10
    "dropped<33.3%" is dropped<33.3%
    "dropped<1" is dropped<1
    "rate>=95%" is rate>=95%
    "rate>=110 %" is rate>=110%
    "rate>100" is rate>100/s
    "rate>99.5/s" is rate>99.5/s
    "goodput>=99%" is goodput>=99%
    "goodput>40 /s" is goodput>40/s
    "tokens>1200" is tokens>1200/s
    "tokens>=1200.25/s" is tokens>=1200.25/s
    "#);
}

#[test]
fn what_is_no_threshold_is_said_with_its_place() {
    insta::assert_snapshot!(said::<Threshold>(&[
        // No parts.
        "", "  ", "p99", "p99 500ms", "<500ms", "p99<", "p99 <= ",
        // Comparisons.
        "p99=500ms", "p99=<500ms", "p99 ≥ 500ms", "p99!=5s", "p99<>5s",
        // Metrics.
        "error<1%", "P99<5s", "p99th<5s", "latency<5s", "ttft<500ms", "sevice-p99<5s",
        "ttft-p100<5s", "p0<5s", "itl-media<5s", "throughput>5",
        // Numbers.
        "p99<fast", "p99<-5ms", "p99<1.2.3s", "p99<.5s", "p99<1e3ms", "errors<99999999999999999999",
        // Units.
        "p99<500", "p99<500msec", "p99<2 min", "p99<5h", "p99<1%", "errors<5ms", "errors<1.5",
        "errors<150%", "errors<2/s", "rate>50rps", "rate>5ms", "goodput>99", "goodput>101%",
        "goodput>5s", "tokens>50%", "p99<500ms or more",
    ]), @"
    []: it is empty; expected METRIC OP LIMIT, such as p99<500ms
    []  : it is empty; expected METRIC OP LIMIT, such as p99<500ms
    p99[]: `p99` compares nothing; expected one of <, <=, >, >= and a limit, as in p99<500ms
    p99 500ms[]: `p99 500ms` compares nothing; expected one of <, <=, >, >= and a limit, as in p99<500ms; did you mean `p99<500ms`?
    []<500ms: nothing is named before the comparison; expected a latency such as p99, mean or ttft-p50, or one of errors, rate, dropped, goodput, tokens
    p99<[]: no limit follows `<`; expected a limit, as in p99<500ms
    p99 <=[] : no limit follows `<=`; expected a limit, as in p99<500ms
    p99[=]500ms: `=` is no comparison; expected one of <, <=, >, >=
    p99[=<]500ms: `=<` is no comparison; expected one of <, <=, >, >=; did you mean `<=`?
    p99 [≥] 500ms: `≥` is no comparison; expected one of <, <=, >, >=; did you mean `>=`?
    p99[!=]5s: `!=` is no comparison; expected one of <, <=, >, >=
    p99[<>]5s: `<>` is no comparison; expected one of <, <=, >, >=
    [error]<1%: there is no metric `error`; expected a latency such as p99, mean or ttft-p50, or one of errors, rate, dropped, goodput, tokens; did you mean `errors`?
    [P99]<5s: there is no metric `P99`; expected a latency such as p99, mean or ttft-p50, or one of errors, rate, dropped, goodput, tokens; did you mean `p99`?
    [p99th]<5s: `p99th` is no quantile; expected p50, p99, p99.9 and the like, mean, min or max
    [latency]<5s: there is no metric `latency`; expected a latency such as p99, mean or ttft-p50, or one of errors, rate, dropped, goodput, tokens; did you mean `p99`?
    ttft[]<500ms: `ttft` does not say what of its times; expected `ttft-` and p50, p99, p99.9 and the like, mean, min or max; did you mean `ttft-p99`?
    [sevice]-p99<5s: `sevice` is nothing that is timed; expected one of response, service, lag, ttft, itl; did you mean `service`?
    ttft-[p100]<5s: `p100` must be above p0 and below p100; expected p50, p99, p99.9 and the like, mean, min or max; did you mean `max`?
    [p0]<5s: `p0` must be above p0 and below p100; expected p50, p99, p99.9 and the like, mean, min or max; did you mean `min`?
    itl-[media]<5s: `media` is no quantile; expected p50, p99, p99.9 and the like, mean, min or max
    [throughput]>5: there is no metric `throughput`; expected a latency such as p99, mean or ttft-p50, or one of errors, rate, dropped, goodput, tokens; did you mean `rate`?
    p99<[fast]: `fast` is no number; expected digits with or without a fraction, such as 500 or 0.5
    p99<[-5ms]: `-5ms` is below 0; expected a number of at least 0
    p99<[1.2.3]s: `1.2.3` is no number; expected digits with or without a fraction, such as 500 or 0.5
    p99<[.5]s: `.5` is no number; expected digits with or without a fraction, such as 500 or 0.5
    p99<1[e3ms]: `e3ms` is no unit here; expected a time with its unit: ns, us, ms, s or m
    errors<[99999999999999999999]: `99999999999999999999` is too large; expected a smaller number
    p99<[500]: `500` has no unit; expected a time with its unit: ns, us, ms, s or m; did you mean `500ms`?
    p99<500[msec]: `msec` is no unit here; expected a time with its unit: ns, us, ms, s or m; did you mean `500ms`?
    p99<2 [min]: `min` is no unit here; expected a time with its unit: ns, us, ms, s or m; did you mean `2m`?
    p99<5[h]: `h` is no unit here; expected a time with its unit: ns, us, ms, s or m
    p99<1[%]: `%` is no unit here; expected a time with its unit: ns, us, ms, s or m
    errors<5[ms]: `ms` is no unit here; expected a share such as 1% or 0.01, or a number of requests such as 10
    errors<[1.5]: `1.5` is neither a share nor a number of requests; expected a share such as 1% or 0.01, or a number of requests such as 10; did you mean `1.5%`?
    errors<[150]%: `150%` is more than all; expected a share such as 1% or 0.01, or a number of requests such as 10
    errors<2[/s]: `/s` is no unit here; expected a share such as 1% or 0.01, or a number of requests such as 10
    rate>50[rps]: `rps` is no unit here; expected a share of the target rate, or requests a second; did you mean `50/s`?
    rate>5[ms]: `ms` is no unit here; expected a share of the target rate, or requests a second
    goodput>[99]: `99` has no unit; expected a share of requests such as 99%, or requests a second such as 40/s; did you mean `99%`?
    goodput>[101]%: `101%` is more than all; expected a share of requests such as 99%, or requests a second such as 40/s
    goodput>5[s]: `s` is no unit here; expected a share of requests such as 99%, or requests a second such as 40/s
    tokens>50[%]: `%` is no unit here; expected tokens a second
    p99<500[ms or more]: `ms or more` is no unit here; expected a time with its unit: ns, us, ms, s or m
    ");
}

#[test]
fn objectives_are_of_single_requests() {
    insta::assert_snapshot!(said::<Objective>(&[
        "ttft<500ms", "itl <= 50 ms", "latency<5s", "", "ttft", "ttft>5s", "tft<5s", "p99<5s",
        "itl<50", "latency<5%", "latency<",
    ]), @r#"
    "ttft<500ms" is ttft<500ms
    "itl <= 50 ms" is itl<50ms
    "latency<5s" is latency<5s
    []: it is empty; expected METRIC OP LIMIT, such as ttft<500ms
    ttft[]: `ttft` compares nothing; expected one of <, <=, >, >= and a limit, as in ttft<500ms
    ttft[>]5s: `>` asks for slow requests; expected `<`
    [tft]<5s: there is no metric `tft`; expected one of ttft, itl, latency; did you mean `ttft`?
    [p99]<5s: there is no metric `p99`; expected one of ttft, itl, latency
    itl<[50]: `50` has no unit; expected a time with its unit: ns, us, ms, s or m; did you mean `50ms`?
    latency<5[%]: `%` is no unit here; expected a time with its unit: ns, us, ms, s or m
    latency<[]: no limit follows `<`; expected a limit, as in ttft<500ms
    "#);
}

#[test]
fn a_threshold_is_its_text_in_json() {
    let threshold: Threshold = "ttft-p99 < 0.5s".parse().unwrap();
    let json = serde_json::to_string(&threshold).unwrap();
    assert_eq!(json, "\"ttft-p99<500ms\"");
    assert_eq!(serde_json::from_str::<Threshold>(&json).unwrap(), threshold);
    let error = serde_json::from_str::<Objective>("\"ttft\"").unwrap_err();
    assert!(error.to_string().contains("compares nothing"), "{error}");
}

#[test]
fn what_is_no_number_keeps_to_no_limit() {
    use Comparison::{Greater, GreaterOrEqual, Less, LessOrEqual};
    let held = |value: f64| {
        [Less, LessOrEqual, Greater, GreaterOrEqual].map(|comparison| comparison.holds(value, 1.0))
    };
    assert_eq!(held(0.5), [true, true, false, false]);
    assert_eq!(held(1.0), [false, true, false, true]);
    assert_eq!(held(2.0), [false, false, true, true]);
    assert_eq!(held(f64::NAN), [false; 4]);
}

#[test]
fn digits_are_kept() {
    for (text, limit) in [
        ("errors<33.3%", Limit::Share(0.333)),
        ("p99<1.1ms", Limit::Seconds(0.0011)),
        ("p99<0.1us", Limit::Seconds(1e-7)),
        ("p99<1.5m", Limit::Seconds(90.0)),
        ("errors<18446744073709551615", Limit::Count(u64::MAX)),
        // In percent it is beyond all numbers; as a share it is one of them.
        (&format!("rate<4{}%", "0".repeat(308)), Limit::Share(4e306)),
    ] {
        assert_eq!(text.parse::<Threshold>().unwrap().limit, limit, "{text}");
    }
}

/// A number of any size that a limit may have.
fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        Just(0.0),
        (0..10_000_u32).prop_map(f64::from),
        (0..10_000_u32).prop_map(|n| f64::from(n) / 1000.0),
        any::<f64>()
            .prop_map(f64::abs)
            .prop_filter("finite", |n| n.is_finite()),
    ]
}

fn threshold() -> impl Strategy<Value = Threshold> {
    let timing = prop_oneof![
        Just(Timing::Response),
        Just(Timing::Service),
        Just(Timing::SendLag),
        Just(Timing::FirstToken),
        Just(Timing::InterToken),
    ];
    let quantile = prop_oneof![
        (1..100_u8).prop_map(|percent| Quantile::Percentile(f64::from(percent))),
        (0.0..100.0_f64)
            .prop_filter("above 0", |percent| *percent > 0.0)
            .prop_map(Quantile::Percentile),
        Just(Quantile::Mean),
        Just(Quantile::Min),
        Just(Quantile::Max),
    ];
    let latency = (timing, quantile, number()).prop_map(|(timing, quantile, seconds)| {
        (
            Metric::Latency { timing, quantile },
            Limit::Seconds(seconds),
        )
    });
    let share = || (0.0..=1.0_f64).prop_map(Limit::Share);
    let count = (1..=u64::MAX).prop_map(Limit::Count);
    let rate = || number().prop_map(Limit::PerSecond);
    let counted = prop_oneof![Just(Metric::Errors), Just(Metric::Dropped)];
    let of_rate = prop_oneof![rate(), number().prop_map(Limit::Share)];
    let kinds = prop_oneof![
        latency,
        (counted, prop_oneof![share(), count]),
        (Just(Metric::Rate), of_rate),
        (Just(Metric::Goodput), prop_oneof![share(), rate()]),
        (Just(Metric::Tokens), rate()),
    ];
    let comparison = prop_oneof![
        Just(Comparison::Less),
        Just(Comparison::LessOrEqual),
        Just(Comparison::Greater),
        Just(Comparison::GreaterOrEqual),
    ];
    (kinds, comparison).prop_map(|((metric, limit), comparison)| Threshold {
        metric,
        comparison,
        limit,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_shown_is_read_back(threshold in threshold()) {
        prop_assert_eq!(threshold.to_string().parse::<Threshold>(), Ok(threshold));
    }

    #[test]
    fn any_text_is_read_or_refused_with_a_place_in_it(text in "[a-z0-9.<>=%/ µ≤-]{0,20}|.{0,12}") {
        if let Err(error) = text.parse::<Threshold>() {
            prop_assert!(text.get(error.at).is_some(), "{}", text);
        }
        if let Err(error) = text.parse::<Objective>() {
            prop_assert!(text.get(error.at).is_some(), "{}", text);
        }
    }
}

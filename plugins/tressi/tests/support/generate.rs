//! Load tests of every shape, generated.

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value as Json, json};

/// A member that may be there.
type Member = BoxedStrategy<Option<(&'static str, Json)>>;

fn maybe<T: Into<Json> + std::fmt::Debug + Clone>(
    key: &'static str,
    value: impl Strategy<Value = T> + 'static,
) -> Member {
    of(value)
        .prop_map(move |value| value.map(|value| (key, value.into())))
        .boxed()
}

fn object(members: Vec<Member>) -> BoxedStrategy<Json> {
    members
        .prop_shuffle()
        .prop_map(|members| {
            let members = members.into_iter().flatten();
            let members: Map<String, Json> = members
                .map(|(key, value)| (key.to_owned(), value))
                .collect();
            Json::Object(members)
        })
        .boxed()
}

fn always(key: &'static str, value: impl Strategy<Value = Json> + 'static) -> Member {
    value.prop_map(move |value| Some((key, value))).boxed()
}

fn fraction() -> impl Strategy<Value = Json> {
    prop_oneof![
        Just(json!(0)),
        Just(json!(1)),
        (1..1000).prop_map(|n| json!(f64::from(n) / 1000.0))
    ]
}

fn codes() -> impl Strategy<Value = Json> {
    vec(100..600, 0..3).prop_map(Json::from)
}

fn headers() -> impl Strategy<Value = Json> {
    let names = select(vec!["Accept", "accept", "X-A", "User-Agent"]);
    vec((names, "[a-z ]{0,4}"), 0..3).prop_map(|pairs| {
        pairs
            .into_iter()
            .map(|(name, value)| (name.to_owned(), json!(value)))
            .collect()
    })
}

fn request(mut more: Vec<Member>) -> BoxedStrategy<Json> {
    let url = select(vec![
        "http://a/1",
        "http://a/2",
        "https://b:1/x?y=z",
        "/api/c",
    ]);
    let payloads = vec![
        json!({}),
        json!({ "a": [1, null, "é"] }),
        json!([2.5, true]),
    ];
    more.push(always("url", url.prop_map(Json::from)));
    more.push(maybe(
        "method",
        select(vec!["GET", "post", "Put", "HEAD", "OPTIONS", "PATCH"]),
    ));
    more.push(maybe("headers", headers()));
    more.push(maybe("payload", select(payloads)));
    object(more)
}

fn requests(more: fn() -> Vec<Member>) -> Member {
    always("requests", vec(request(more()), 1..4).prop_map(Json::from))
}

fn schema(versions: &'static [u32]) -> Member {
    maybe(
        "$schema",
        select(versions).prop_map(|version| format!("https://x/tressi.schema.v0.0.{version}.json")),
    )
}

fn early_exit() -> BoxedStrategy<Json> {
    object(vec![
        maybe("enabled", any::<bool>()),
        maybe(
            "errorRateThreshold",
            prop_oneof![fraction(), (1..=100).prop_map(Json::from)],
        ),
        maybe("exitStatusCodes", codes()),
        maybe("monitoringWindowMs", 1..100_000),
        maybe("monitoringWindowSeconds", 1..600),
    ])
}

fn exits() -> Vec<Member> {
    vec![
        maybe("earlyExitOnError", any::<bool>()),
        maybe("errorRateThreshold", fraction()),
        maybe("errorCountThreshold", 1..1000),
        maybe("errorStatusCodes", codes()),
    ]
}

fn shared() -> Vec<Member> {
    let mut members = vec![
        maybe("headers", headers()),
        maybe("workers", 1..100),
        maybe("concurrentRequests", 1..100),
        maybe("duration", 1..100),
        maybe("rampUpTime", 0..100),
        maybe("rps", 1..5000),
        maybe("export", "[a-z]{1,5}"),
    ];
    members.extend(exits());
    members
}

/// `requests` and `headers` alone.
pub(crate) fn flags() -> BoxedStrategy<Json> {
    object(vec![
        schema(&[5, 9, 12]),
        maybe("headers", headers()),
        requests(Vec::new),
    ])
}

/// Settings at the top, and `autoscale` a boolean.
pub(crate) fn flat() -> BoxedStrategy<Json> {
    let mut members = shared();
    members.push(schema(&[13]));
    members.push(always("autoscale", any::<bool>().prop_map(Json::from)));
    members.push(requests(|| {
        vec![maybe(
            "autoscale",
            object(vec![always("enabled", any::<bool>().prop_map(Json::from))]),
        )]
    }));
    object(members)
}

/// Settings below `options`, of November 2025.
pub(crate) fn shared_options() -> BoxedStrategy<Json> {
    let mut options = vec![
        always("rps", (1..5000).prop_map(Json::from)),
        maybe("workers", 1..100),
        maybe("autoscale", any::<bool>()),
        maybe("durationSec", 1..100),
        maybe("rampUpTimeSec", 0..9),
        maybe(
            "exportPath",
            prop_oneof![Just(json!(true)), Just(json!("out"))],
        ),
        maybe("useUI", any::<bool>()),
        maybe("silent", any::<bool>()),
        maybe("headers", headers()),
    ];
    options.extend(exits());
    object(vec![
        schema(&[13]),
        always("options", object(options)),
        requests(|| vec![maybe("rps", 1..50)]),
    ])
}

/// Settings below `options`, of Tressi 0.0.13 to 0.0.20.
pub(crate) fn options() -> BoxedStrategy<Json> {
    let options = object(vec![
        maybe("durationSec", 10..100),
        maybe("rampUpDurationSec", 0..5),
        maybe("headers", headers()),
        maybe("threads", 1..8),
        maybe("workerMemoryLimit", 16..=512),
        maybe("workerEarlyExit", early_exit()),
    ]);
    let of_request = || {
        vec![
            maybe("rps", 1..5000),
            maybe("rampUpDurationSec", 0..5),
            maybe("earlyExit", early_exit()),
        ]
    };
    object(vec![
        schema(&[13, 17, 19, 20]),
        always("options", options),
        requests(of_request),
    ])
}

fn autoscale(mut more: Vec<Member>) -> BoxedStrategy<Json> {
    let tenth = || (1..=10).prop_map(|n| f64::from(n) / 10.0);
    more.extend([
        always("enabled", any::<bool>().prop_map(Json::from)),
        maybe("targetRps", 1..5000),
        maybe("maxWorkers", 50..100),
        maybe("minWorkers", 1..50),
        maybe("rampUpTime", 0..100),
        maybe("scaleUpThreshold", fraction()),
        maybe(
            "scaleDownThreshold",
            (10..30).prop_map(|n| f64::from(n) / 10.0),
        ),
        maybe("scaleUpFactor", tenth()),
        maybe("scaleDownFactor", tenth()),
        maybe("cooldownPeriod", 1..60),
    ]);
    object(more)
}

/// What a run must keep to, and how it sends and scales.
fn running() -> Vec<Member> {
    let thresholds = select(vec![
        "p99<500ms",
        "errors < 1%",
        "goodput>=99%",
        "rate>=95%",
    ]);
    let objectives = select(vec!["ttft<500ms", "latency<5s"]);
    let policies = vec![
        json!("little"),
        json!("tressi"),
        json!({ "policy": "tressi", "options": { "scaleUpFactor": 0.5 } }),
        json!({ "policy": "hpa" }),
    ];
    vec![
        maybe("thresholds", vec(thresholds, 0..3)),
        maybe("goodput", vec(objectives, 0..3)),
        maybe("timeout", select(vec![json!(30), json!(0.5)])),
        maybe("arrivals", select(vec!["constant", "poisson"])),
        maybe("scaling", select(policies)),
    ]
}

/// Today's shape.
pub(crate) fn current() -> BoxedStrategy<Json> {
    let mut members = shared();
    let global = || {
        autoscale(vec![
            maybe(
                "distributionStrategy",
                select(vec!["proportional", "equal", "priority-based"]),
            ),
            maybe("defaultWeight", (1..=10).prop_map(|n| f64::from(n) / 10.0)),
        ])
    };
    members.push(schema(&[14]));
    members.extend(running());
    members.push(maybe("autoscale", global()));
    members.push(requests(|| {
        let mut members = exits();
        members.extend(running());
        let own = autoscale(vec![
            maybe("weight", (1..=10).prop_map(|n| f64::from(n) / 10.0)),
            maybe("priority", select(vec!["high", "medium", "low"])),
        ]);
        members.push(maybe("autoscale", own));
        members
    }));
    object(members)
}

/// Any shape.
pub(crate) fn any_shape() -> BoxedStrategy<Json> {
    prop_oneof![flags(), flat(), shared_options(), options(), current()].boxed()
}

//! What is read of traces, and what is made of it.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

mod common;

use std::path::{Path, PathBuf};

use plimsoll_harness::arrival::{Arrival, ArrivalSpec, Part};
use plimsoll_harness::engine::run;
use plimsoll_harness::scenario::{Scenario, Workload};
use plimsoll_harness::service::{Service, Variate};
use plimsoll_harness::time::Span;
use plimsoll_harness::trace::Trace;

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data")
}

fn open(text: &str) -> ArrivalSpec {
    ArrivalSpec::parse(text, &data()).unwrap()
}

fn all(spec: &ArrivalSpec, seed: u64) -> Vec<Arrival> {
    let mut arrivals = spec.open(seed).unwrap();
    let mut all = Vec::new();
    loop {
        let before = all.len();
        arrivals.fill(&mut all).unwrap();
        if all.len() == before {
            assert!(
                all.windows(2).all(|pair| pair[0].at <= pair[1].at),
                "in order of time"
            );
            return all;
        }
    }
}

fn trace(spec: &ArrivalSpec) -> &Trace {
    match spec.parts() {
        [Part::Trace(trace)] => trace,
        _ => panic!("one trace"),
    }
}

#[test]
fn each_format_is_told_and_read() {
    let times = |text| -> Vec<u64> {
        all(&open(text), 1)
            .iter()
            .map(|one| one.at / 1_000_000)
            .collect()
    };
    assert_eq!(
        times("trace(path=timestamps.csv)"),
        [0, 250, 1500, 1500, 9750]
    );
    assert_eq!(times("trace(path=azure.csv)"), [0, 52, 2000]);
    assert_eq!(times("trace(path=mooncake.jsonl.gz)"), [0, 3000, 3052]);
    assert_eq!(
        times("trace(path=timestamps.csv, time=2)"),
        [0, 500, 3000, 3000, 19_500]
    );
    assert_eq!(
        times("trace(path=timestamps.csv, from=1s, to=2s)"),
        [500, 500]
    );
    let azure = all(&open("trace(path=azure.csv)"), 1);
    assert_eq!((azure[0].input, azure[0].output), (4808, 10));
    let mooncake = all(&open("trace(path=mooncake.jsonl.gz)"), 1);
    assert_eq!((mooncake[1].input, mooncake[1].output), (7322, 490));
}

#[test]
fn counts_come_in_their_intervals() {
    let spec = open("trace(path=counts.csv.zst)");
    assert_eq!(trace(&spec).duration(), Span::from_secs(240));
    let minutes = |spec: &ArrivalSpec| {
        let mut minutes = [0; 4];
        for arrival in all(spec, 3) {
            minutes[(arrival.at / 60_000_000_000) as usize] += 1;
        }
        minutes
    };
    assert_eq!(minutes(&spec), [2, 11, 0, 7]);
    assert_eq!(
        minutes(&open("trace(path=counts.csv.zst, rate=3)")),
        [6, 33, 0, 21]
    );
    // What a scaled count leaves over is carried on: 20 requests become 10.
    assert_eq!(
        minutes(&open("trace(path=counts.csv.zst, rate=0.5)"))
            .iter()
            .sum::<u32>(),
        10
    );
    insta::assert_snapshot!(spec.notes()[0].rsplit('/').next().unwrap(),
        @"counts.csv.zst, read as counts: 20 requests over 4m, every request replayed");
}

#[test]
fn thinning_takes_from_the_whole() {
    let spec = open("trace(path=timestamps.csv, rate=0.5)");
    let (mut kept, mut last) = (0, 0);
    for seed in 0..1_000 {
        let arrivals = all(&spec, seed);
        kept += arrivals.len();
        last += arrivals
            .iter()
            .filter(|one| one.at == 9_750_000_000)
            .count();
    }
    assert!(
        kept.abs_diff(2_500) < 250 && last.abs_diff(500) < 100,
        "{kept} {last}"
    );
    let more = all(&open("trace(path=timestamps.csv, rate=2.5)"), 1);
    assert!((10..=15).contains(&more.len()));
    insta::assert_snapshot!(spec.notes()[0].rsplit('/').next().unwrap(),
        @"timestamps.csv, read as timestamps: 5 requests over 9s, each kept with a chance of 0.5, throughout");
}

#[test]
fn the_beginning_of_a_trace_is_not_the_trace() {
    let mut workload = common::pool("poisson(rate=1)", Variate::Constant(1e9), 1);
    workload.arrivals = open("trace(path=timestamps.csv)");
    let mut scenario = Scenario::new("head", workload);
    assert!(scenario.horizon().is_ok());
    scenario.duration = Some(Span::from_secs(5));
    let error = scenario.horizon().unwrap_err().to_string();
    assert!(
        error.contains("the beginning of a trace is not the trace"),
        "{error}"
    );
    scenario.workloads[0].arrivals = open("trace(path=timestamps.csv, fit=5s)");
    assert_eq!(scenario.horizon().unwrap(), 5_000_000_000);
}

#[test]
fn what_is_wrong_is_told_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let error = |contents: &str| {
        std::fs::write(folder.path().join("wrong"), contents).unwrap();
        let error = ArrivalSpec::parse("trace(path=wrong)", folder.path()).unwrap_err();
        error.to_string().rsplit('/').next().unwrap().to_owned()
    };
    insta::assert_snapshot!(error("timestamp\n5\n4\n"), @"wrong, line 3: time goes back here; sort the trace by time");
    insta::assert_snapshot!(error("timestamp\n"), @"wrong, line 2: there are no requests in it");
    insta::assert_snapshot!(error(""), @"wrong, line 1: the file is empty");
    insta::assert_snapshot!(error("name,size\na,b\n"), @"wrong, line 1: what it holds cannot be told from the first line; say `format`: timestamps, azure-llm, mooncake or counts");
    insta::assert_snapshot!(error("timestamp,count\n2020-01-01 00:00:00,-1\n"), @"wrong, line 2: expected a number of requests in the second column, of at least 0");
    insta::assert_snapshot!(error("{\"timestamp\": 1}\n{]\n"), @"wrong, line 2: expected an object with `timestamp`, in milliseconds, `input_length` and `output_length`");
    insta::assert_snapshot!(ArrivalSpec::parse("trace(path=none.csv)", folder.path()).unwrap_err().to_string().rsplit('/').next().unwrap(),
        @"none.csv: No such file or directory (os error 2)");
}

/// One request is not a thousand million a second.
#[test]
fn a_moment_counts_as_a_second() {
    let folder = tempfile::tempdir().unwrap();
    let rate = |contents: &str| {
        std::fs::write(folder.path().join("short"), contents).unwrap();
        let arrivals =
            ArrivalSpec::parse("trace(path=short, format=timestamps)", folder.path()).unwrap();
        let workload = Workload::new("short", arrivals, Service::of(Variate::Constant(1e6)));
        let outcome = run(&Scenario::new("short", workload), &mut common::Fixed(1)).unwrap();
        let score = &outcome.workloads[0];
        assert_eq!(score.slo.goodput_per_second, score.requests.per_second);
        assert!((score.replicas.mean - 1.0).abs() < 1e-9);
        score.requests.per_second
    };
    assert_eq!(rate("timestamp\n5\n"), 1.0);
    assert_eq!(rate("timestamp\n5\n5.25\n5.5\n"), 3.0);
    let longer = rate("timestamp\n5\n6\n7\n");
    assert!((longer - 1.5).abs() < 1e-6, "{longer}");
}

/// The traces that stand beside a checkout.
#[test]
fn recorded_traces_are_read_whole() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/traces");
    if !folder.is_dir() {
        println!("skipped: ../shared/data/traces is not there");
        return;
    }
    for (path, requests, hours) in [
        (
            "azure-llm/AzureLLMInferenceTrace_code.csv.gz",
            8_819.0,
            0.9..1.1,
        ),
        (
            "azure-llm/AzureLLMInferenceTrace_conv.csv.gz",
            19_366.0,
            0.9..1.1,
        ),
        ("mooncake/conversation_trace.jsonl.gz", 12_031.0, 0.9..1.1),
        (
            "worldcup98/invocation_count.csv.gz",
            1_352_804_107.0,
            2_000.0..2_200.0,
        ),
        (
            "numenta-nab/elb_request_count_8c0756.csv.gz",
            249_327.0,
            300.0..400.0,
        ),
        (
            "numenta-nab/nyc_taxi.csv.gz",
            156_219_716.0,
            5_000.0..5_300.0,
        ),
    ] {
        let spec = ArrivalSpec::parse(&format!("trace(path={path})"), &folder).unwrap();
        let facts = trace(&spec).facts();
        let format = ["azure", "mooncake", "worldcup98", "numenta"]
            .into_iter()
            .zip(["azure-llm", "mooncake", "counts", "counts"])
            .find(|(folder, _)| path.starts_with(folder));
        let note = format!(", read as {}: {requests:.0} requests", format.unwrap().1);
        assert!(spec.notes()[0].contains(&note), "{:?}", spec.notes());
        assert!(
            hours.contains(&(facts.length.as_secs() / 3_600.0)),
            "{path} {facts:?}"
        );
        assert!((facts.requests - requests).abs() <= 1.0, "{path} {facts:?}");
        if requests < 1e6 {
            assert_eq!(all(&spec, 1).len() as f64, requests, "{path}");
        }
    }
}

/// Generators keep the mean rate that they are told.
#[test]
fn generators_keep_their_rates() {
    for (text, expected, within) in [
        ("poisson(rate=100, duration=100s)", 10_000.0, 500.0),
        ("constant(rate=100, duration=100s)", 10_000.0, 1.0),
        (
            "poisson(rate=6000/min, cv=2, duration=100s)",
            10_000.0,
            1_000.0,
        ),
        (
            "ramp(from=0, to=200, over=100s, duration=100s)",
            10_000.0,
            500.0,
        ),
        (
            "ramp(from=200, to=0, over=100s, duration=200s, cv=0)",
            10_000.0,
            2.0,
        ),
        (
            "diurnal(low=50, high=150, period=10s, cv=0, duration=100s)",
            10_000.0,
            2.0,
        ),
        (
            "spike(base=10, peak=110, at=10s, rise=2s, hold=8s, fall=2s, cv=0, duration=100s)",
            2_000.0,
            2.0,
        ),
        (
            "spike(base=0, peak=100, at=1s, hold=1s, every=4s, cv=0, duration=40s)",
            1_000.0,
            2.0,
        ),
        (
            "onoff(on=100, on_time=1s, off_time=1s, duration=1000s)",
            50_000.0,
            5_000.0,
        ),
        (
            "selfsimilar(rate=100, hurst=0.7, time=1s, sources=50, duration=1000s)",
            100_000.0,
            15_000.0,
        ),
        (
            "constant(rate=10, duration=10s) + constant(rate=1, start=5s, duration=10s)",
            110.0,
            2.0,
        ),
    ] {
        let count = all(&open(text), 5).len() as f64;
        assert!(
            (count - expected).abs() <= within,
            "{text}: {count} for {expected}"
        );
    }
}

/// Counts in windows of 100 s of a self-similar process vary far more than those of a Poisson one.
#[test]
fn self_similar_arrivals_are_bursty_at_every_scale() {
    let dispersion = |text: &str| {
        let mut counts = vec![0.0_f64; 100];
        for arrival in all(&open(text), 9) {
            counts[(arrival.at / 100_000_000_000) as usize] += 1.0;
        }
        let mean = counts.iter().sum::<f64>() / 100.0;
        counts
            .iter()
            .map(|count| (count - mean) * (count - mean))
            .sum::<f64>()
            / 99.0
            / mean
    };
    assert!((0.5..2.0).contains(&dispersion("poisson(rate=10, duration=10000s)")));
    assert!(dispersion("selfsimilar(rate=10, hurst=0.85, time=2s, duration=10000s)") > 5.0);
}

//! Input that nobody means: every kind of it is refused with its place, or read for what it says.
//! Nothing panics, hangs, or grows without bound.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod common;

use std::io::Write;
use std::path::Path;

use common::{Fixed, pool};
use flate2::Compression;
use flate2::write::GzEncoder;
use plimsoll_harness::arrival::{Arrival, ArrivalSpec};
use plimsoll_harness::engine::run;
use plimsoll_harness::scenario::{Scenario, Tokens, Workload};
use plimsoll_harness::service::{Service, Variate};
use plimsoll_harness::suite::Suite;
use plimsoll_harness::time::Span;
use plimsoll_harness::tune::SloExpression;
use proptest::prelude::{any, prop, prop_assert, prop_assert_eq, proptest};

/// Reads a file of these bytes; what is wrong without the folder.
fn read_as(bytes: &[u8], settings: &str) -> Result<Vec<Arrival>, String> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("trace"), bytes).unwrap();
    let all = || {
        let spec = ArrivalSpec::parse(&format!("trace(path=trace{settings})"), folder.path())?;
        let mut arrivals = spec.open(1)?;
        let mut all = Vec::new();
        loop {
            let before = all.len();
            arrivals.fill(&mut all)?;
            if all.len() == before {
                break;
            }
        }
        assert!(all.windows(2).all(|pair| pair[0].at <= pair[1].at));
        let end = spec.duration().unwrap().0;
        assert!(all.iter().all(|arrival| arrival.at < end));
        Ok(all)
    };
    all().map_err(|error: plimsoll_harness::error::Error| {
        error.to_string().rsplit('/').next().unwrap().to_owned()
    })
}

fn read(bytes: &[u8]) -> Result<Vec<Arrival>, String> {
    read_as(bytes, "")
}

fn wrong(bytes: &[u8]) -> String {
    read(bytes).unwrap_err()
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// A frame of zstd that holds its text as it is (RFC 8878, 3.1.1).
fn zstd_frame(text: &str) -> Vec<u8> {
    let length = u32::try_from(text.len()).unwrap();
    let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0xa0];
    frame.extend(length.to_le_bytes());
    // The last block, raw.
    frame.extend(&((length << 3) | 1).to_le_bytes()[..3]);
    frame.extend(text.as_bytes());
    frame
}

#[test]
fn lines_may_end_and_headers_be_written_as_they_like() {
    let count = |text: &str| read(text.as_bytes()).map(|all| all.len());
    assert_eq!(count("timestamp\r\n1\r\n2\r\n\r\n3\r\n"), Ok(3));
    assert_eq!(count("\u{feff}timestamp\n1\n2"), Ok(2));
    assert_eq!(count("\n\n  5 \n  6\n"), Ok(2));
    assert_eq!(
        count("\"Timestamp\",\"Value\"\n\"5\",\"3\"\n\"6\",\"2\"\n"),
        Ok(5)
    );
    assert_eq!(count("PERIOD, Count \n0,1\n60,2\n"), Ok(3));
    assert_eq!(
        count("timestamp , ContextTokens , GeneratedTokens\r\n2023-11-16 18:17:03,5,6\r\n"),
        Ok(1)
    );
    assert_eq!(count("  {\"timestamp\": 5}\r\n"), Ok(1));
    assert_eq!(count("-5\n-3\n0\n"), Ok(3));
    // The first request comes at the beginning, whatever the file counts from.
    assert_eq!(read(b"-5\n-3.5\n").unwrap()[1].at, 1_500_000_000);
}

#[test]
fn what_cannot_be_told_is_asked_for() {
    let asks = "what it holds cannot be told from the first line";
    // Two columns without names: counts, tokens, or anything.
    for unclear in [
        "2020-01-01 00:00:00,5\n",
        "1,2,3\n",
        "a;b\n",
        "[1]\n",
        "\u{1}\n",
    ] {
        assert!(wrong(unclear.as_bytes()).contains(asks), "{unclear:?}");
    }
    assert_eq!(read_as(b"0,5\n60,1\n", ", format=counts").unwrap().len(), 6);
    assert_eq!(
        read_as(b"0,5,6\n1,1,1\n", ", format=azure-llm").unwrap()[1].input,
        1
    );
    insta::assert_snapshot!(read_as(b"0\n", ", format=cvs").unwrap_err(), @"
    there is no format `cvs`; known are: timestamps, azure-llm, mooncake, counts
      trace(path=trace, format=cvs)
                               ^^^
    ");
}

#[test]
fn files_that_break_off_say_so() {
    let text = "timestamp\n1\n2\n3\n4\n5\n";
    let whole = gzip(text);
    assert_eq!(read(&whole).unwrap().len(), 5);
    for cut in [5, 12, whole.len() / 2, whole.len() - 1] {
        let message = wrong(&whole[..cut]);
        assert!(
            message.contains("the packed file breaks off here"),
            "{cut}: {message}"
        );
    }
    let whole = zstd_frame(text);
    assert_eq!(read(&whole).unwrap().len(), 5);
    for cut in [5, 8, 12, whole.len() - 1] {
        let message = wrong(&whole[..cut]);
        assert!(
            message.contains("the packed file breaks off here"),
            "{cut}: {message}"
        );
    }
    let mut broken = whole;
    broken[4] = 0xff;
    assert!(read(&broken).is_err());
}

/// Several parts of a packed file are one file: none is left out.
#[test]
fn packed_files_of_several_parts_are_read_whole() {
    let parts = ["timestamp\n1\n2", "\n3\n4\n", "5\n"];
    let joined: Vec<u8> = parts.iter().flat_map(|part| gzip(part)).collect();
    assert_eq!(read(&joined).unwrap().len(), 5);
    let mut joined: Vec<u8> = vec![0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3];
    joined.extend(parts.iter().flat_map(|part| zstd_frame(part)));
    assert_eq!(read(&joined).unwrap().len(), 5);
    joined.extend([0x51, 0x2a, 0x4d, 0x18, 9, 0, 0, 0, 1]);
    assert!(wrong(&joined).contains("breaks off"));
}

#[test]
fn what_is_no_text_or_too_long_is_told_with_its_line() {
    insta::assert_snapshot!(wrong(b"timestamp\n1\n\xff\xfe\n"), @"trace, line 3: this line is not text in UTF-8");
    insta::assert_snapshot!(wrong(&[0; 4096]), @"trace, line 1: what it holds cannot be told from the first line; say `format`: timestamps, azure-llm, mooncake or counts");
    let endless = vec![b'1'; (1 << 24) + 5];
    insta::assert_snapshot!(wrong(&endless), @"trace, line 1: this line is too long to be one of a trace");
    // A million columns are a line like another.
    let wide = format!(
        "timestamp{}\n5{}\n",
        ",x".repeat(1_000_000),
        ",1".repeat(1_000_000)
    );
    assert_eq!(read(wide.as_bytes()).unwrap().len(), 1);
    let deep = format!("{{\"timestamp\": 1, \"hash_ids\": {}", "[".repeat(100_000));
    assert!(wrong(deep.as_bytes()).contains("line 1: expected an object"));
    for empty in ["", "\n\n\r\n", "timestamp\n", "{\n"] {
        assert!(read(empty.as_bytes()).is_err(), "{empty:?}");
    }
}

#[test]
fn times_and_counts_out_of_range_are_refused() {
    for text in [
        "timestamp\n9223372036854775807\n",
        "timestamp\n-1e300\n",
        "timestamp\nNaN\n",
        "timestamp\ninf\n",
        "timestamp,count\n0,NaN\n",
        "timestamp,count\n0,inf\n60,1\n",
        "timestamp,count\n0,1e99\n60,1\n",
        "{\"timestamp\": 1e300}\n",
        "{\"timestamp\": 1, \"input_length\": -1}\n",
        "{\"timestamp\": 1, \"input_length\": 99999999999}\n",
        "timestamp\n2023-01-01 99999999999999:00:00\n",
    ] {
        assert!(read(text.as_bytes()).is_err(), "{text:?}");
    }
    // The whole range of what a time may be; a time is within, and so at the last nanosecond.
    let text = "{\"timestamp\": -9e12}\n{\"timestamp\": 9e12}\n";
    assert_eq!(
        read(text.as_bytes()).unwrap()[1].at,
        17_999_999_999_999_999_999
    );
    insta::assert_snapshot!(read_as(b"timestamp,count\n0,1e9\n60,1e9\n", ", rate=1000000").unwrap_err(),
        @"trace, line 4: more than a million million requests are more than can be run");
    assert!(read_as(b"0\n1\n", ", rate=1e300").is_err());
    assert!(read_as(b"0\n1\n", ", time=0").is_err());
    assert!(read_as(b"timestamp,count\n0,1\n", ", interval=0").is_err());
    assert_eq!(read_as(b"0\n1\n", ", rate=0").unwrap(), []);
    assert_eq!(read_as(b"0\n1\n", ", time=1e-300").unwrap().len(), 2);
}

/// Squeezed into whole nanoseconds, the last request is still within.
#[test]
fn nothing_is_lost_where_a_trace_is_compressed() {
    for fit in ["1s", "999ms", "7us", "13ns", "1ns"] {
        let all = read_as(b"0\n0.1\n2\n9.75\n", &format!(", fit={fit}")).unwrap();
        assert_eq!(all.len(), 4, "{fit}");
    }
}

/// A part of a trace has its share of the counts whose time it cuts.
#[test]
fn a_part_of_a_count_is_its_share() {
    let trace = b"timestamp,count\n0,600\n60,1200\n120,600\n";
    let count = |settings: &str| read_as(trace, settings).unwrap().len();
    assert_eq!(count(""), 2400);
    assert_eq!(count(", from=30s"), 2100);
    assert_eq!(count(", to=90s"), 1200);
    assert_eq!(count(", from=70s, to=100s"), 600);
    // Counts of one time come together.
    assert_eq!(
        read(b"timestamp,count\n0,5\n60,5\n60,7\n120,1\n")
            .unwrap()
            .len(),
        18
    );
    insta::assert_snapshot!(read_as(trace, ", interval=5m").unwrap_err(),
        @"trace, line 5: its counts are 1m apart at the nearest, which is less than `interval`");
}

#[test]
fn generators_that_make_no_sense_are_refused() {
    for text in [
        "poisson(rate=nan)",
        "poisson(rate=inf)",
        "poisson(rate=-1)",
        "poisson(rate=1e300)",
        "poisson(rate=1..5)",
        "poisson(rate=1e999/d)",
        "poisson(rate=5, cv=1e200)",
        "poisson(rate=5, cv=0.5)",
        "poisson(rate=5, duration=99999999d)",
        "poisson(rate=5, rate=6)",
        "ramp(from=1, to=1e200, over=1h)",
        "diurnal(low=1, high=2, period=1us)",
        "spike(base=0, peak=1, at=0, hold=0, every=0)",
        "spike(base=0, peak=1, at=0, rise=20000d, hold=20000d, fall=20000d, every=1h)",
        "onoff(on=0, off=0, on_time=0, off_time=0)",
        "selfsimilar(rate=1, time=1ns)",
        "selfsimilar(rate=1, sources=1e300)",
        "selfsimilar(rate=1, hurst=1)",
        "",
        "+",
        "poisson(rate=5) +",
        "poisson(",
        "poisson(rate=\"5",
        "poisson(rate=poisson(rate=5))",
        "()",
        "é(é=é)",
    ] {
        assert!(ArrivalSpec::parse(text, Path::new("")).is_err(), "{text}");
    }
    let deep = "a(".repeat(100_000);
    let error = ArrivalSpec::parse(&deep, Path::new(""))
        .unwrap_err()
        .to_string();
    assert!(error.starts_with("calls stand too deep in each other"));
    for text in [
        "uniform(1s..3s)",
        "lognormal(mean=0s, p99=0s)",
        "empirical()",
        "batch()",
        "5",
        "1s+2s",
    ] {
        assert!(Service::parse(text).is_err(), "{text}");
    }
    for text in [
        "",
        "p99",
        "p99<",
        "p99<nan",
        "p100<1s",
        "p0<1s",
        "attainment>101%",
        "p99<2s,",
        "p99<<2s",
        "cold<inf",
    ] {
        assert!(text.parse::<SloExpression>().is_err(), "{text}");
    }
}

/// Rates of 0 are looked through to the scenario's end and no further.
#[test]
fn a_workload_that_nothing_arrives_for_ends() {
    for text in [
        "poisson(rate=0)",
        "onoff(on=0, off=0, on_time=1ms, off_time=1ms)",
        "spike(base=0, peak=0, at=0, hold=1ms, every=1ms)",
        "diurnal(low=0, high=0, period=1s)",
        "selfsimilar(rate=0, time=1ms, sources=2)",
        "ramp(from=5, to=0, over=1s, start=2h)",
    ] {
        let mut scenario = Scenario::new("silent", pool(text, Variate::Constant(1e9), 1));
        scenario.duration = Some(Span::from_secs(60));
        let outcome = run(&scenario, &mut Fixed(1)).unwrap();
        assert_eq!(outcome.workloads[0].requests.arrived, 0, "{text}");
        assert_eq!(outcome.workloads[0].slo.attainment, 1.0);
    }
}

/// Work beyond any time saturates: it is not finished, and counts as missed.
#[test]
fn work_without_end_is_unfinished() {
    for text in [
        "lognormal(median=1s, sigma=1e300)",
        "shared(work=lognormal(median=1s, sigma=1e300), slowdown=100%)",
        "25000d",
    ] {
        let service = Service::parse(text).unwrap();
        let workload = Workload {
            service,
            ..pool("constant(rate=1, duration=10s)", Variate::Constant(1e9), 2)
        };
        let outcome = run(&Scenario::new("endless", workload), &mut Fixed(2)).unwrap();
        let score = &outcome.workloads[0];
        assert!(score.requests.unfinished > 0 && !score.slo.met, "{text}");
        assert!(score.replicas.utilization <= 1.0 + 1e-9);
    }
}

#[test]
fn scenarios_that_make_no_sense_are_refused() {
    let scenario = |change: fn(&mut Scenario)| {
        let arrivals = "poisson(rate=1, duration=10s)";
        let mut scenario = Scenario::new("odd", pool(arrivals, Variate::Constant(1e9), 1));
        change(&mut scenario);
        run(&scenario, &mut Fixed(1))
            .map(|_| ())
            .map_err(|error| error.to_string())
    };
    assert_eq!(scenario(|_| {}), Ok(()));
    insta::assert_snapshot!(scenario(|one| one.workloads[0].weight = f64::NAN).unwrap_err(),
        @"workload `pool`: the weight is a number of at least 0");
    insta::assert_snapshot!(scenario(|one| one.budget = Some(0)).unwrap_err(),
        @"scenario `odd`: the workloads need 1 replicas from the beginning, and the budget is 0");
    insta::assert_snapshot!(scenario(|one| one.sample_interval = Span(1)).unwrap_err(),
        @"scenario `odd`: samples and decisions are at least 1ms apart");
    insta::assert_snapshot!(scenario(|one| one.decision_interval = Span::from_secs(9_999_999)).unwrap_err(),
        @"a policy that decides every 115d17h46m39s has 9999999 samples of 1s to look at; sample less often");
    insta::assert_snapshot!(scenario(|one| one.workloads[0].service = Service::parse("batch(decode=1ms, slowdown=1%)").unwrap()).unwrap_err(),
        @"workload `pool`: its service follows from the tokens of a request, and its arrivals do not say them; say `tokens`");
    let told = scenario(|one| {
        one.workloads[0].service = Service::parse("batch(decode=1ms, slowdown=1%)").unwrap();
        let tokens = Variate::Constant(100.0);
        one.workloads[0].tokens = Some(Tokens {
            input: tokens.clone(),
            output: tokens,
        });
    });
    assert_eq!(told, Ok(()));
    for text in [
        "",
        "name = 1",
        "name = 'x'\nscenario = 5",
        "name = 'x'\n[[scenario]]\nname = 'a'\narrivals = 'poisson(rate=1)'\nservice = '1s'\n",
        "name = 'x'\n[[scenario]]\nname = 'a'\narrivals = 'poisson(rate=1, duration=1h)'\nservice = '1s'\nslo = { latency = '1s', attainment = 99 }\n",
        "name = 'x'\n[[scenario]]\nname = 'a'\nduration = '-5s'\n",
    ] {
        assert!(Suite::parse(text, Path::new("")).is_err(), "{text}");
    }
}

proptest! {
    /// Whatever a text or a file is, it is read or refused.
    #[test]
    fn anything_is_read_or_refused(text in "[ -~\\n]{0,40}|(trace|poisson|onoff|batch|shared|lognormal)\\([a-z=.,0-9 +()\"%/]{0,40}\\)?", bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        // A file of that name may stand nowhere.
        let nowhere = Path::new("/nonexistent");
        let _ = ArrivalSpec::parse(&text, nowhere);
        let _ = Service::parse(&text);
        let _ = text.parse::<SloExpression>();
        let _ = text.parse::<Span>();
        let _ = Suite::parse(&text, nowhere);
        let _ = read(&bytes);
        let mut packed = vec![0x28, 0xb5, 0x2f, 0xfd];
        packed.extend(&bytes);
        let _ = read(&packed);
        packed.splice(..4, [0x1f, 0x8b, 8]);
        prop_assert!(read(&packed).is_err());
    }

    /// Rows of any times and counts, in order, come out whole and in order.
    #[test]
    fn rows_in_order_come_whole(mut rows in prop::collection::vec((0_u32..1_000, 0_u32..20), 2..40), from in 0_u32..500) {
        rows.sort_unstable();
        let text: String = rows.iter().map(|(at, count)| format!("{at},{count}\n")).collect();
        if rows[0].0 < rows[rows.len() - 1].0 {
            let total: u32 = rows.iter().map(|(_, count)| count).sum();
            let all = read_as(text.as_bytes(), ", format=counts").unwrap();
            prop_assert_eq!(all.len(), total as usize);
            if let Ok(part) = read_as(text.as_bytes(), &format!(", format=counts, from={from}s")) {
                prop_assert!(part.len() <= total as usize);
            }
        }
        let times: String = rows.iter().map(|(at, _)| format!("{at}\n")).collect();
        prop_assert_eq!(read(times.as_bytes()).unwrap().len(), rows.len());
    }
}

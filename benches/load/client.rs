//! The load runner, a process of its own: a load test goes in as JSON, figures come out.

use std::io::{BufRead as _, BufReader, Read as _, Write as _, stdin};
use std::process::{Child, ChildStdout, Stdio};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, bail, ensure};
use plimsoll::load::{LoadTest, Results, Run, RunOptions};
use plimsoll::overrides::DeepMerge;
use plimsoll::registry::FactoryContext;
use plimsoll::release::{Release, ReleaseOptions, ReleaseWorkload};
use plimsoll::resolver::OverrideResolver as _;
use plimsoll::source::ConfigSource as _;
use plimsoll::tree::{MemoryTree, SourceTree};
use plimsoll::tressi::LoadTestSource;
use serde_json::{Value as Json, json};

use crate::bench::{Bench, Core, command};

const STARTED: &str = "started";

/// The role of the client: runs the load test of its input for so many seconds, with one event loop.
pub(crate) fn send(seconds: f64) -> Result<()> {
    let mut text = String::new();
    stdin().read_to_string(&mut text)?;
    let context = FactoryContext {
        registry: plimsoll::registry()?,
    };
    let length = Duration::try_from_secs_f64(seconds)?;
    let options = RunOptions {
        duration: Some(u64::try_from(length.as_nanos())?),
        threads: Some(1),
        ..RunOptions::default()
    };
    let test = LoadTest::of(&release(&text)?, &context, &options)?;
    let run = Run::start(test, &context, &options)?;
    println!("{STARTED}");
    let begun = memory_mb();
    std::thread::sleep(length.mul_f64(0.9));
    let running = memory_mb();
    let mut report = report(&run.finish()?)?;
    report["memoryMb"] = json!({ "begun": begun, "running": running });
    println!("{report}");
    Ok(())
}

fn release(text: &str) -> Result<Release> {
    let tree: Arc<dyn SourceTree> = Arc::new(
        MemoryTree::new()
            .with("load.json", text)
            .focused("load.json"),
    );
    let manifest = LoadTestSource.load(&tree)?;
    let mut workloads = Vec::new();
    for workload in &manifest.workloads {
        let effective = DeepMerge.resolve(workload, None, &manifest.files)?;
        let package = LoadTestSource.package(&tree, &effective)?;
        workloads.push(ReleaseWorkload::packaged(effective, package, &mut |_| {})?);
    }
    Ok(Release {
        kind: manifest.kind,
        name: "load".to_owned(),
        environment: None,
        workloads,
        source: None,
        options: ReleaseOptions::default(),
    })
}

fn report(results: &Results) -> Result<Json> {
    let events = results.events.iter().map(|event| {
        json!({ "at": Duration::from_nanos(event.at).as_secs_f64(), "workers": event.workers })
    });
    Ok(json!({
        "began": results.began.duration_since(SystemTime::UNIX_EPOCH)?.as_secs_f64(),
        "global": results.summary.global,
        "generator": results.summary.generator,
        "events": events.collect::<Vec<_>>(),
        "timeline": results.timelines.first(),
    }))
}

/// Memory that this process holds beside its program, in MB.
fn memory_mb() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("RssAnon:"))?;
    let kib: f64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kib * 1024.0 / 1e6)
}

/// A load test, and for how long it runs.
pub(crate) struct Client {
    pub(crate) test: Json,
    pub(crate) seconds: f64,
}

impl Client {
    pub(crate) fn line(&self, bench: &Bench) -> Vec<String> {
        bench.this(Core::Generator, &["client", &self.seconds.to_string()])
    }

    /// The command, as it is shown: with one of many endpoints.
    pub(crate) fn shown(&self, bench: &Bench) -> String {
        let mut test = self.test.clone();
        let requests = test.get_mut("requests").and_then(Json::as_array_mut);
        let more = requests.map_or_else(String::new, |requests| {
            let count = requests.len();
            requests.truncate(1);
            match count {
                0 | 1 => String::new(),
                count => format!(" and {} more requests", count - 1),
            }
        });
        let seconds = self.seconds.to_string();
        let line = bench.on(Core::Generator, &["load", "client", &seconds]);
        format!("`echo '{test}' \\| {}`{more}", line.join(" "))
    }

    /// Begins; returns when requests are about to be sent.
    pub(crate) fn start(&self, bench: &Bench) -> Result<Running> {
        let mut process = command(&self.line(bench))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("the client cannot be started")?;
        let pipes = process.stdin.take().zip(process.stdout.take());
        let (mut say, hear) = pipes.context("the client has no pipes")?;
        say.write_all(self.test.to_string().as_bytes())?;
        drop(say);
        let mut hear = BufReader::new(hear);
        let mut line = String::new();
        hear.read_line(&mut line)?;
        ensure!(line.trim_end() == STARTED, "the client does not start");
        Ok(Running { process, hear })
    }

    pub(crate) fn run(&self, bench: &Bench) -> Result<Report> {
        self.start(bench)?.finish()
    }
}

/// A client that sends.
pub(crate) struct Running {
    process: Child,
    hear: BufReader<ChildStdout>,
}

impl Running {
    pub(crate) fn finish(mut self) -> Result<Report> {
        let mut told = String::new();
        self.hear.read_to_string(&mut told)?;
        ensure!(self.process.wait()?.success(), "the client failed");
        Report::read(&told)
    }
}

/// What a client tells at its end.
pub(crate) struct Report(pub(crate) Json);

impl Report {
    /// Takes the last line of what it said.
    pub(crate) fn read(told: &str) -> Result<Self> {
        let last = told.lines().last().context("the client said nothing")?;
        let report = Self(serde_json::from_str(last)?);
        let failed = report.number("/global/failedRequests")?;
        let total = report.number("/global/totalRequests")?;
        // Another server may have come between, or none be there: nothing is measured then.
        if total == 0.0 || failed > total / 100.0 {
            bail!(
                "{failed} of {total} requests failed: {}",
                report.0["global"]["failures"]
            );
        }
        Ok(report)
    }

    pub(crate) fn number(&self, place: &str) -> Result<f64> {
        number(&self.0, place)
    }
}

/// A number in a JSON document.
pub(crate) fn number(document: &Json, place: &str) -> Result<f64> {
    let found = document.pointer(place).and_then(Json::as_f64);
    found.with_context(|| format!("there is no number at {place}"))
}

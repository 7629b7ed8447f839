//! Load generators side by side: what each takes of the processor for what it sends.

use std::io::Write as _;
use std::process::Stdio;

use anyhow::{Context, Result, ensure};
use serde_json::{Value as Json, json};

use crate::bench::{Bench, Core, command, is_installed};
use crate::client::{Client, Report};

/// Connections, each with one request at a time.
pub(crate) const WORKERS: u32 = 64;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Peer {
    Plimsoll,
    Wrk,
    Oha,
}

/// What a generator did and took.
#[derive(Clone, Copy)]
pub(crate) struct Took {
    pub(crate) requests: f64,
    pub(crate) cpu_seconds: f64,
    pub(crate) per_second: f64,
}

impl Took {
    pub(crate) fn cpu_per_request(self) -> f64 {
        self.cpu_seconds / self.requests
    }
}

impl Peer {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Plimsoll => "Plimsoll",
            Self::Wrk => "wrk",
            Self::Oha => "oha",
        }
    }

    pub(crate) fn is_installed(self) -> bool {
        match self {
            Self::Plimsoll => true,
            Self::Wrk => is_installed("wrk", "-v"),
            Self::Oha => is_installed("oha", "--version"),
        }
    }

    fn client(url: &str, seconds: f64) -> Client {
        Client {
            test: json!({ "workers": WORKERS, "requests": [{ "url": url }] }),
            seconds,
        }
    }

    fn line(self, bench: &Bench, url: &str, seconds: f64) -> Vec<String> {
        let time = format!("{seconds}s");
        let connections = WORKERS.to_string();
        let mut words = match self {
            Self::Plimsoll => return Self::client(url, seconds).line(bench),
            Self::Wrk => vec!["wrk", "-t1", "-c", &connections, "-d", &time],
            Self::Oha => vec![
                "oha",
                "--no-tui",
                "--output-format",
                "json",
                "-z",
                &time,
                "-c",
                &connections,
            ],
        };
        words.push(url);
        bench.on(Core::Generator, &words)
    }

    /// The command, as it is shown.
    pub(crate) fn shown(self, bench: &Bench, url: &str, seconds: f64) -> String {
        match self {
            Self::Plimsoll => Self::client(url, seconds).shown(bench),
            _ => format!("`{}`", self.line(bench, url, seconds).join(" ")),
        }
    }

    /// Runs it. The processor time is that of the whole process, its beginning and end included, as
    /// bash tells it.
    pub(crate) fn run(self, bench: &Bench, url: &str, seconds: f64) -> Result<Took> {
        let line = self.line(bench, url, seconds);
        let input = match self {
            Self::Plimsoll => Self::client(url, seconds).test.to_string(),
            _ => String::new(),
        };
        let (told, cpu_seconds) = timed(&line, &input).with_context(|| line.join(" "))?;
        let requests = match self {
            Self::Plimsoll => Report::read(&told)?.number("/global/totalRequests")?,
            Self::Wrk => wrk_requests(&told).context("wrk does not say how many")?,
            Self::Oha => oha_requests(&told).context("oha does not say how many")?,
        };
        Ok(Took {
            requests,
            cpu_seconds,
            per_second: requests / seconds,
        })
    }
}

/// Runs a command, and tells what it said and its seconds of processor time, user and system.
fn timed(line: &[String], input: &str) -> Result<(String, f64)> {
    const TIMED: &str = "TIMEFORMAT='%3U %3S'; time \"$@\"";
    let mut bash = vec!["bash".to_owned(), "-c".to_owned(), TIMED.to_owned()];
    bash.push("bash".to_owned());
    bash.extend_from_slice(line);
    let mut process = command(&bash)
        .env("LC_ALL", "C")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    if let Some(mut say) = process.stdin.take() {
        say.write_all(input.as_bytes())?;
    }
    let output = process.wait_with_output()?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "it failed: {errors}");
    let times = errors.lines().last().unwrap_or_default();
    let times = times.split(' ').map(str::parse);
    let times = times.collect::<Result<Vec<f64>, _>>()?;
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok((told, times.iter().sum()))
}

/// `  123456 requests in 4.00s, 30.53MB read`
fn wrk_requests(told: &str) -> Option<f64> {
    let line = told.lines().find(|line| line.contains(" requests in "))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Those that were answered.
fn oha_requests(told: &str) -> Option<f64> {
    let told: Json = serde_json::from_str(told).ok()?;
    let statuses = told.get("statusCodeDistribution")?.as_object()?;
    Some(statuses.values().filter_map(Json::as_f64).sum())
}

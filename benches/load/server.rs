//! The server, a process of its own that is told what to do line by line.

use std::io::{BufRead as _, BufReader, Write as _, stdin};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use anyhow::{Context, Result, bail};
use plimsoll_test_target::{Options, Target, duration};
use serde_json::Value as Json;

use crate::bench::{Bench, Core, command};

/// The role of the server: says where it listens, and answers each line with one of JSON, until there
/// are no more.
pub(crate) fn serve(record: bool) -> Result<()> {
    let target = Target::start(Options {
        record_arrivals: record,
        ..Options::default()
    })?;
    println!("{}", target.url(""));
    for line in stdin().lines() {
        let line = line?;
        let mut answer = Json::Null;
        match line.split(' ').collect::<Vec<_>>().as_slice() {
            ["stats"] => answer = target.stats().to_json(),
            ["reset"] => target.reset(),
            ["freeze", time] => target.freeze(duration(time)?),
            ["service", time] => target.set_service(time.parse()?),
            _ => bail!("the server does not know `{line}`"),
        }
        println!("{answer}");
    }
    Ok(())
}

/// A server that runs until it is dropped.
pub(crate) struct Server {
    process: Child,
    say: ChildStdin,
    hear: BufReader<ChildStdout>,
    url: String,
}

impl Server {
    /// Starts one. `record` is whether it keeps when each request came.
    pub(crate) fn start(bench: &Bench, record: bool) -> Result<Self> {
        let role: &[&str] = match record {
            true => &["serve", "record"],
            false => &["serve"],
        };
        let mut process = command(&bench.this(Core::Server, role))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("the server cannot be started")?;
        let pipes = process.stdin.take().zip(process.stdout.take());
        let (say, hear) = pipes.context("the server has no pipes")?;
        let mut server = Self {
            process,
            say,
            hear: BufReader::new(hear),
            url: String::new(),
        };
        server.url = server.hear()?;
        Ok(server)
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// Forgets what arrived.
    pub(crate) fn reset(&mut self) -> Result<()> {
        self.ask("reset").map(|_| ())
    }

    /// What arrived.
    pub(crate) fn stats(&mut self) -> Result<Json> {
        self.ask("stats")
    }

    /// Says a line, and waits for what comes of it.
    pub(crate) fn ask(&mut self, line: &str) -> Result<Json> {
        writeln!(self.say, "{line}")?;
        Ok(serde_json::from_str(&self.hear()?)?)
    }

    fn hear(&mut self) -> Result<String> {
        let mut line = String::new();
        self.hear.read_line(&mut line)?;
        match line.strip_suffix('\n') {
            Some(line) => Ok(line.to_owned()),
            None => bail!("the server is gone"),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It fails if the process is gone, which is what is wanted.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

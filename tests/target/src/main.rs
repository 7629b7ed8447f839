//! The server as a program, for load generators that are programs too.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context;
use clap::Parser;
use plimsoll_test_target::{Options, Service, Target, duration};

/// A small fast HTTP/1.1 server for load tests to send to.
///
/// SIGUSR1 freezes it; SIGUSR2 prints what arrived as a line of JSON, and forgets it; SIGTERM and SIGINT
/// stop it.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Where to listen; port 0 is any that is free.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Event loops, each a thread.
    #[arg(long, default_value_t = 1)]
    threads: usize,
    /// How long requests take: `none`, `5ms`, or `exp:5ms` for exponential times of that mean.
    #[arg(long, default_value = "none")]
    service: Service,
    /// The most requests in service at once; further ones wait.
    #[arg(long)]
    concurrency: Option<u32>,
    /// The share of requests answered 500, from 0 to 1.
    #[arg(long, default_value_t = 0.0)]
    errors: f64,
    /// Keeps the time of each arrival, to tell gaps and dispersion.
    #[arg(long)]
    record: bool,
    /// What random times and errors follow from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// For how long SIGUSR1 freezes it.
    #[arg(long, default_value = "1s", value_parser = duration)]
    freeze: Duration,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    // Signals that come before the server is ready are not to end the process.
    let told = signals::listen().context("cannot listen for signals")?;
    let target = Target::start(Options {
        listen: arguments.listen,
        threads: arguments.threads,
        service: arguments.service,
        concurrency: arguments.concurrency,
        errors: arguments.errors,
        record_arrivals: arguments.record,
        seed: arguments.seed,
    })
    .with_context(|| format!("cannot serve on {}", arguments.listen))?;
    writeln!(io::stderr(), "listening on {}", target.address())?;
    signals::each(told, |signal| match signal {
        signals::Told::Freeze => {
            target.freeze(arguments.freeze);
            Ok(())
        }
        signals::Told::Report => {
            let stats = target.stats();
            target.reset();
            writeln!(io::stdout(), "{}", stats.to_json())
        }
    })?;
    Ok(())
}

mod signals {
    use std::io;

    use signal_hook::consts::{SIGINT, SIGTERM, SIGUSR1, SIGUSR2};
    use signal_hook::iterator::Signals;

    pub(super) enum Told {
        Freeze,
        Report,
    }

    pub(super) fn listen() -> io::Result<Signals> {
        Signals::new([SIGINT, SIGTERM, SIGUSR1, SIGUSR2])
    }

    /// Returns when a signal says to stop.
    pub(super) fn each(
        mut signals: Signals,
        mut act: impl FnMut(Told) -> io::Result<()>,
    ) -> io::Result<()> {
        for signal in signals.forever() {
            match signal {
                SIGUSR1 => act(Told::Freeze)?,
                SIGUSR2 => act(Told::Report)?,
                _ => break,
            }
        }
        Ok(())
    }
}

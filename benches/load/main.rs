//! Does the load runner keep what it promises, and what does that cost?
//!
//!     cargo bench -p plimsoll-benches --bench load [-- PART ...]
//!
//! - `cpu`: processor time a request, beside wrk's and oha's where they are installed.
//! - `rate`: how well rates are held, and how late requests are sent.
//! - `stall`: what the 99th percentile is when the server stands still for a second.
//! - `autoscale`: how soon workers follow service times, and how many there are.
//! - `endpoints`: what a thousand endpoints cost over one.
//!
//! Server and generator are processes of their own, each on a core of its own where there are two and
//! `taskset`. Figures are medians of several rounds. With `--test`, or not by `cargo bench`, each thing
//! is done once and briefly, to see that it works. What misses its target is told, and fails nothing.

#![expect(clippy::print_stdout, reason = "a bench prints what it measured")]

mod autoscale;
mod bench;
mod client;
mod cpu;
mod endpoints;
mod nginx;
mod peer;
mod rate;
mod server;
mod stall;
mod table;

use anyhow::Result;

use crate::bench::Bench;

type Part = fn(&Bench) -> Result<()>;

const PARTS: [(&str, Part); 5] = [
    ("cpu", cpu::run),
    ("rate", rate::run),
    ("stall", stall::run),
    ("autoscale", autoscale::run),
    ("endpoints", endpoints::run),
];

fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["serve", more @ ..] => return server::serve(more.contains(&"record")),
        ["client", seconds] => return client::send(seconds.parse()?),
        _ => {}
    }
    // As with criterion: cargo says `--bench` where it measures, and names select.
    let quick = words.contains(&"--test") || !words.contains(&"--bench");
    let names: Vec<&&str> = words.iter().filter(|word| !word.starts_with('-')).collect();
    let bench = Bench::new(quick)?;
    for (name, part) in PARTS {
        if names.is_empty() || names.iter().any(|wanted| **wanted == name) {
            println!("\n## {name}\n\n{}\n", bench.conditions());
            part(&bench)?;
        }
    }
    Ok(())
}

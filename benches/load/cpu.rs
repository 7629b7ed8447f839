//! What does a request cost, as fast as they go? At most 0.9 of what it costs wrk, and at least 1.3
//! times as many for a second of processor time as oha.

use anyhow::Result;

use crate::bench::{Bench, median, met};
use crate::nginx::Nginx;
use crate::peer::{Peer, Took};
use crate::server::Server;
use crate::table::Table;

const WRK: f64 = 0.9;
const OHA: f64 = 1.3;

pub(crate) fn run(bench: &Bench) -> Result<()> {
    let nginx = match bench.quick {
        true => None,
        false => Nginx::start(bench)?,
    };
    let (url, _server) = match &nginx {
        Some(nginx) => (nginx.url(), None),
        None => {
            let server = Server::start(bench, false)?;
            (server.url("/"), Some(server))
        }
    };
    let seconds = bench.seconds(4.0, 1.0);
    let mut rounds: Vec<(Peer, Vec<Took>)> = Vec::new();
    for peer in [Peer::Plimsoll, Peer::Wrk, Peer::Oha] {
        if peer == Peer::Plimsoll || (!bench.quick && peer.is_installed()) {
            rounds.push((peer, Vec::new()));
        }
    }
    if !bench.quick {
        Peer::Plimsoll.run(bench, &url, 1.0)?;
    }
    for _ in 0..bench.rounds(5) {
        for (peer, took) in &mut rounds {
            took.push(peer.run(bench, &url, seconds)?);
        }
    }
    let ours = rounds[0].1.clone();
    let mut table = Table::new(&[
        if nginx.is_some() {
            "against nginx"
        } else {
            "against our server"
        },
        "requests/s",
        "CPU µs/request",
        "requests/CPU s",
        "our CPU/request over its (each round)",
        "target",
        "",
        "command",
    ]);
    for (peer, took) in &rounds {
        let of = |figure: fn(Took) -> f64| median(took.iter().copied().map(figure));
        let paired: Vec<f64> = ours
            .iter()
            .zip(took)
            .map(|(ours, its)| ours.cpu_per_request() / its.cpu_per_request())
            .collect();
        let ratio = median(paired.iter().copied());
        let each: Vec<String> = paired.iter().map(|ratio| format!("{ratio:.2}")).collect();
        let each = format!("{ratio:.3} ({})", each.join(" "));
        let (each, target, outcome) = match peer {
            Peer::Plimsoll => (String::new(), String::new(), String::new()),
            Peer::Wrk => (each, format!("at most {WRK}"), met(ratio <= WRK)),
            Peer::Oha => (
                each,
                format!("at most 1/{OHA} = {:.3}", 1.0 / OHA),
                met(1.0 / ratio >= OHA),
            ),
        };
        table.row([
            peer.name().to_owned(),
            format!("{:.0}", of(|took| took.per_second)),
            format!("{:.2}", of(Took::cpu_per_request) * 1e6),
            format!("{:.0}", 1.0 / of(Took::cpu_per_request)),
            each,
            target,
            outcome,
            peer.shown(bench, &url, seconds),
        ]);
    }
    println!("{table}");
    for peer in [Peer::Wrk, Peer::Oha] {
        if bench.quick {
            println!("{}: not compared.", peer.name());
        } else if rounds.iter().all(|(there, _)| *there != peer) {
            println!("{}: not installed.", peer.name());
        }
    }
    Ok(())
}

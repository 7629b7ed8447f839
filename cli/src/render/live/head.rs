//! The top of the view: where the run is, and what it comes to.

use plimsoll::load::{Phase, Snapshot};
use ratatui::text::{Line, Span};

use super::paint::{Paint, faint, strong};
use super::totals::{Pacing, Totals};
use super::words::{clock, columns, cut, flow, latency, whole};
use crate::render::figures::{count, percent, several, three_digits};

/// The narrowest gauge that says something, and the widest.
const GAUGE: (usize, usize) = (8, 60);
/// From here on two lines of facts are one.
const WIDE: usize = 150;

/// The lines, what matters most first.
pub(super) fn lines(
    snapshot: &Snapshot,
    name: &str,
    paint: Paint,
    width: usize,
) -> Vec<Line<'static>> {
    let all = Totals::of(snapshot);
    let (rate, work) = (rate(&all, paint), work(&all, snapshot));
    let (latencies, generator) = (
        latencies(&all, snapshot),
        vec![generator(&all, snapshot, paint)],
    );
    let groups = match width >= WIDE {
        true => vec![[rate, work].concat(), [latencies, generator].concat()],
        false => vec![rate, work, latencies, generator],
    };
    let mut lines = vec![progress(snapshot, name, paint, width)];
    lines.extend(groups.into_iter().flat_map(|group| flow(group, width)));
    lines
}

/// The name, where the run is, and how far.
fn progress(snapshot: &Snapshot, name: &str, paint: Paint, width: usize) -> Line<'static> {
    let duration = snapshot.duration_seconds;
    let elapsed = snapshot.elapsed_seconds.clamp(0.0, duration.max(0.0));
    let phase = match snapshot.phase {
        Phase::Starting => "starting",
        Phase::Running => "running",
        Phase::Draining => "draining",
    };
    let at = format!("{} of {}", clock(elapsed), clock(duration));
    // The name gives way: it is known to who started the run.
    let others = columns(phase) + columns(&at) + 4;
    let name = cut(name, width.saturating_sub(others).min(width / 2));
    let mut spans = Vec::new();
    if !name.is_empty() {
        spans.extend([Span::styled(name, strong()), Span::raw("  ")]);
    }
    spans.extend([
        Span::styled(phase, paint.mark()),
        Span::raw("  "),
        Span::styled(at, strong()),
    ]);
    let used: usize = spans.iter().map(Span::width).sum();
    let gauge = width.saturating_sub(used + 2).min(GAUGE.1);
    if gauge >= GAUGE.0 && duration > 0.0 {
        let full = whole(elapsed / duration * gauge as f64).min(gauge);
        spans.push(Span::raw("  "));
        spans.push(Span::styled("━".repeat(full), paint.good()));
        spans.push(Span::styled("┄".repeat(gauge - full), faint()));
    }
    Line::from(spans)
}

fn rate(all: &Totals, paint: Paint) -> Vec<Vec<Span<'static>>> {
    let rates = all.rates(" of ").into_iter();
    let mut facts: Vec<_> = rates
        .map(|rate| vec![Span::styled(rate, strong())])
        .collect();
    facts.push(match all.errors {
        0 => vec![Span::raw("no errors")],
        errors => {
            let errors = format!("{} ({})", several(errors, "error"), percent(all.failed()));
            vec![Span::styled(errors, paint.bad())]
        }
    });
    facts
}

fn work(all: &Totals, snapshot: &Snapshot) -> Vec<Vec<Span<'static>>> {
    let mut workers = several(all.workers, "worker");
    if let Some(budget) = snapshot.budget {
        workers.push_str(&format!(", budget {}", count(budget.into())));
    }
    let facts = [
        several(all.requests, "request"),
        workers,
        format!("{} in flight", three_digits(all.in_flight)),
        format!("backlog {}", count(all.backlog)),
    ];
    facts.map(|fact| vec![Span::raw(fact)]).to_vec()
}

/// The percentiles. Of several endpoints they are the greatest: percentiles cannot be added up.
fn latencies(all: &Totals, snapshot: &Snapshot) -> Vec<Vec<Span<'static>>> {
    let of = match snapshot.endpoints.len() {
        0 | 1 => "last second: ",
        _ => "greatest of the last second: ",
    };
    let first = vec![
        Span::styled(of, faint()),
        Span::raw(format!("p50 {}", latency(all.p50_ms))),
    ];
    vec![
        first,
        vec![Span::raw(format!("p95 {}", latency(all.p95_ms)))],
        vec![Span::raw(format!("p99 {}", latency(all.p99_ms)))],
    ]
}

fn generator(all: &Totals, snapshot: &Snapshot, paint: Paint) -> Vec<Span<'static>> {
    let late = snapshot.pacing_p99_ms;
    if all.requests == 0 && late <= 0.0 {
        return vec![Span::styled("generator: nothing was sent yet", faint())];
    }
    let pacing = Pacing::of(late);
    let late = match late {
        _ if late < 0.01 => "0.01 ms".to_owned(),
        _ if late < 9.995 => format!("{late:.2} ms"),
        _ => latency(late),
    };
    vec![
        Span::styled(pacing.words(), pacing.style(paint)),
        Span::styled(format!(": 99 % sent within {late} of when due"), faint()),
    ]
}

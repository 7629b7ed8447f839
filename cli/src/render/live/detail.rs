//! One endpoint, closely: its rate against its target over time, and what was decided for it.

use plimsoll::load::{EndpointSnapshot, Snapshot};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::symbols::Marker;
use ratatui::text::{Line, Span, Text};
use ratatui::widgets::{Axis, Chart, Dataset, GraphType};

use super::paint::{faint, strong};
use super::state::{Moment, State};
use super::view::{bottom, decision, rule, times, top};
use super::words::{clock, columns, cut, flow, latency, short};
use crate::render::chart::nice;
use crate::render::figures::{count, percent, several, three_digits};

/// The smallest chart that says something, in columns and lines.
const SMALLEST: (usize, usize) = (24, 5);
/// The shortest time that a chart is of, in seconds.
const SHORTEST: f64 = 10.0;

/// Draws the selected endpoint.
pub(super) fn draw(frame: &mut Frame, mut area: Rect, snapshot: &Snapshot, state: &State) {
    let Some(place) = state.selected() else {
        return;
    };
    let Some(one) = snapshot.endpoints.get(place) else {
        return;
    };
    let width = usize::from(area.width);
    let height = usize::from(area.height);
    let key = cut(&one.key, width.saturating_sub(6));
    frame.render_widget(rule(&key, width), top(&mut area, 1));
    let decided = decided(one, (height / 4).max(1));
    let mut facts = flow(facts(one, state), width);
    let room = height.saturating_sub(1 + decided.len());
    let charted = width >= SMALLEST.0 && room >= SMALLEST.1 + facts.len().min(height / 4);
    facts.truncate(if charted { height / 4 } else { room });
    let lines = facts.len();
    frame.render_widget(Text::from(facts), top(&mut area, lines));
    let decisions = bottom(&mut area, decided.len());
    frame.render_widget(Text::from(decided), decisions);
    if charted {
        chart(frame, area, place, state);
    }
}

/// What is to know of it, first what the table leaves out where there is little room. The marks are
/// those of the chart.
fn facts(one: &EndpointSnapshot, state: &State) -> Vec<Vec<Span<'static>>> {
    let (last, paint) = (&one.last, state.paint);
    let mut facts = Vec::new();
    if let Some(why) = &one.ended {
        let why = format!("ended early: {why}");
        facts.push(vec![Span::styled(why, paint.doubtful())]);
    }
    facts.push(vec![
        Span::styled("⠤⠤", paint.measured()),
        Span::styled(format!(" rate {} req/s", three_digits(last.rate)), strong()),
    ]);
    facts.push(match one.target_rate {
        Some(target) => vec![
            Span::styled("••", paint.doubtful()),
            Span::styled(format!(" target {} req/s", three_digits(target)), strong()),
        ],
        None => vec![Span::raw("no target")],
    });
    let mut plain = vec![
        format!("{} in flight", three_digits(one.in_flight)),
        format!("p50 {}", latency(last.p50_ms)),
        format!("p95 {}", latency(last.p95_ms)),
        format!("p99 {}", latency(last.p99_ms)),
        format!("longest {}", latency(last.max_ms)),
    ];
    if last.tokens > 0.0 {
        plain.push(format!("{} tokens/s", three_digits(last.tokens)));
    }
    plain.push(several(one.requests, "request"));
    facts.extend(plain.into_iter().map(|fact| vec![Span::raw(fact)]));
    facts.push(match one.errors {
        0 => vec![Span::raw("no errors")],
        errors => {
            let share = errors as f64 / one.requests.max(1) as f64;
            let mut text = format!("{} ({})", several(errors, "error"), percent(share));
            if last.error_rate > 0.0 {
                text.push_str(&format!(", {}/s now", three_digits(last.error_rate)));
            }
            vec![Span::styled(text, paint.bad())]
        }
    });
    facts.push(vec![Span::raw(several(one.workers.into(), "worker"))]);
    facts.push(vec![Span::raw(format!(
        "backlog {}",
        count(one.backlog.into())
    ))]);
    facts
}

/// Its last decisions, the newest first.
fn decided(one: &EndpointSnapshot, most: usize) -> Vec<Line<'static>> {
    let own = &one.decisions[..one.decisions.len().min(most)];
    let at = times(own);
    match own.is_empty() {
        true => vec![Line::styled("nothing was decided for it", faint())],
        false => own.iter().map(|one| decision(one, None, at)).collect(),
    }
}

fn chart(frame: &mut Frame, area: Rect, place: usize, state: &State) {
    let paint = state.paint;
    let moments: Vec<&Moment> = state.memory(place).collect();
    let target = |moment: &&Moment| Some((moment.at_seconds, moment.target?));
    let targets: Vec<(f64, f64)> = moments.iter().filter_map(target).collect();
    let rates: Vec<(f64, f64)> = moments
        .iter()
        .map(|one| (one.at_seconds, one.rate))
        .collect();
    let end = rates.last().map_or(0.0, |(at, _)| *at).max(SHORTEST);
    let begin = rates.first().map_or(0.0, |(at, _)| *at);
    let begin = begin.min(end - SHORTEST).max(0.0);
    let values = rates.iter().chain(&targets).map(|(_, value)| *value);
    let highest = nice(values.fold(0.0, f64::max));
    let labels = [0.0, highest / 2.0, highest].map(short);
    let margin = labels.iter().map(|label| columns(label)).max().unwrap_or(0);
    let labels = labels.map(|label| format!("{label:>margin$}"));
    let labels = match area.height >= 7 {
        true => labels.to_vec(),
        false => [&labels[0], &labels[2]].map(Clone::clone).to_vec(),
    };
    // The later one is drawn over the earlier.
    let datasets = vec![
        Dataset::default()
            .marker(Marker::Dot)
            .graph_type(GraphType::Line)
            .style(paint.doubtful())
            .data(&targets),
        Dataset::default()
            .marker(Marker::Braille)
            .graph_type(GraphType::Line)
            .style(paint.measured())
            .data(&rates),
    ];
    let chart = Chart::new(datasets)
        .legend_position(None)
        .x_axis(
            Axis::default()
                .style(faint())
                .bounds([begin, end])
                .labels([clock(begin), clock(end)]),
        )
        .y_axis(
            Axis::default()
                .style(faint())
                .bounds([0.0, highest])
                .labels(labels),
        );
    frame.render_widget(chart, area);
}

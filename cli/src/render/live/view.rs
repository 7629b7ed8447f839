//! The whole of the view: what goes where.

use plimsoll::load::{Event, Snapshot};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span, Text};

use super::paint::faint;
use super::state::State;
use super::words::{clock, columns, cut, flow, sentence, to_the_left, to_the_right};
use super::{detail, head, rows};

/// Below so many lines the detail stands in place of the endpoints.
const BOTH: usize = 14;

/// Draws how a run stands. The same snapshot, drawn again, looks the same.
pub(super) fn view(frame: &mut Frame, snapshot: &Snapshot, state: &mut State) {
    state.see(snapshot);
    let mut rest = frame.area();
    if rest.width > 20 {
        rest.x += 1;
        rest.width -= 2;
    }
    let (width, height) = (usize::from(rest.width), usize::from(rest.height));
    let (most, keys) = match height {
        0..4 => (1, 0),
        4..8 => (1, 1),
        8..16 => (3, 1),
        _ => (6, 4),
    };
    let mut top_lines = head::lines(snapshot, &state.name, state.paint, width);
    top_lines.truncate(most);
    let area = top(&mut rest, top_lines.len());
    frame.render_widget(Text::from(top_lines), area);
    let mut key_lines = help(state, width);
    key_lines.truncate(keys);
    let area = bottom(&mut rest, key_lines.len());
    frame.render_widget(Text::from(key_lines), area);
    // With little room, the decisions of the endpoint that is looked at are enough.
    if height >= 16 && !(state.detail && height < 40) {
        let most = if height < 30 { 3 } else { height / 7 };
        let lines = decisions(snapshot, width, most);
        let area = bottom(&mut rest, lines.len());
        frame.render_widget(Text::from(lines), area);
    }
    if state.detail {
        let height = usize::from(rest.height);
        let table = match height {
            0..BOTH => 0,
            _ => rows::height(snapshot).min(height * 2 / 5),
        };
        let area = bottom(&mut rest, height - table);
        detail::draw(frame, area, snapshot, state);
    }
    let lines = rows::lines(snapshot, state, width, usize::from(rest.height));
    frame.render_widget(Text::from(lines), rest);
}

/// The last decisions of all endpoints under their rule; nothing where there are none.
fn decisions(snapshot: &Snapshot, width: usize, most: usize) -> Vec<Line<'static>> {
    let last = &snapshot.decisions[..snapshot.decisions.len().min(most)];
    if last.is_empty() {
        return Vec::new();
    }
    let key = |one: &Event| snapshot.endpoints.get(one.endpoint).map(|one| &*one.key);
    let longest = last.iter().filter_map(key).map(columns).max();
    let room = longest.unwrap_or(0).min(width * 2 / 5);
    let at = times(last);
    let mut lines = vec![rule("decisions", width)];
    for one in last {
        let key = key(one).map(|key| to_the_left(key, room));
        lines.push(decision(one, key, at));
    }
    lines
}

/// A decision with its time in so many columns, and whose it is where that is not clear.
pub(super) fn decision(one: &Event, key: Option<String>, at: usize) -> Line<'static> {
    let at = to_the_right(&clock(at_seconds(one)), at);
    let mut spans = vec![Span::styled(at, faint()), Span::raw("  ")];
    spans.extend(key.map(|key| Span::raw(format!("{key}  "))));
    spans.push(Span::raw(sentence(one)));
    Line::from(spans)
}

/// When a decision was made, in seconds since the beginning.
fn at_seconds(one: &Event) -> f64 {
    one.at as f64 / 1e9
}

/// How many columns the times of these decisions take.
pub(super) fn times(decisions: &[Event]) -> usize {
    let times = decisions.iter().map(|one| columns(&clock(at_seconds(one))));
    times.max().unwrap_or(0)
}

/// The keys, in a line; with all there are and what the view means where help is asked for.
fn help(state: &State, width: usize) -> Vec<Line<'static>> {
    let sort = format!("sort: {}", state.sort.name());
    let detail = if state.detail { "close" } else { "detail" };
    let short = [
        ("q", "stop"),
        ("↑↓", "select"),
        ("s", &*sort),
        ("Enter", detail),
        ("?", "help"),
    ];
    let long = [
        ("q Ctrl-C", "stop the test"),
        ("↑ ↓ j k PgUp PgDn Home End", "select an endpoint"),
        ("s", "sort as written, by errors, p99, backlog, rate"),
        ("Enter Tab", "show or close the selected endpoint"),
        ("?", "less help"),
    ];
    let keys = if state.help { long } else { short };
    let facts = keys.map(|(key, does)| {
        vec![
            Span::styled(key.to_owned(), state.paint.mark()),
            Span::raw(format!(" {does}")),
        ]
    });
    let mut lines = flow(facts, width);
    if !state.help {
        lines.truncate(1);
    }
    lines
}

/// A line across, with what is below it.
pub(super) fn rule(text: &str, width: usize) -> Line<'static> {
    let text = cut(text, width.saturating_sub(6));
    let rest = width.saturating_sub(columns(&text) + 4);
    Line::from(vec![
        Span::styled("── ", faint()),
        Span::raw(text),
        Span::styled(format!(" {}", "─".repeat(rest)), faint()),
    ])
}

/// Takes lines off the top.
pub(super) fn top(rest: &mut Rect, lines: usize) -> Rect {
    let height = u16::try_from(lines).unwrap_or(u16::MAX).min(rest.height);
    let taken = Rect { height, ..*rest };
    rest.y += height;
    rest.height -= height;
    taken
}

/// Takes lines off the bottom.
pub(super) fn bottom(rest: &mut Rect, lines: usize) -> Rect {
    let height = u16::try_from(lines).unwrap_or(u16::MAX).min(rest.height);
    rest.height -= height;
    Rect {
        y: rest.y + rest.height,
        height,
        ..*rest
    }
}

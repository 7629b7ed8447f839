//! The view as it is drawn, without a terminal.

use plimsoll::load::{Action, EndpointSnapshot, Event, Phase, Point, Snapshot, Why};
use plimsoll::policy::Reason;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::KeyCode;
use ratatui::style::Color;

use super::state::State;
use super::view::view;

/// An endpoint whose rate rises to what it is to hold and wavers there.
fn endpoint(key: &str, target: Option<f64>, level: f64, seconds: u32) -> EndpointSnapshot {
    let history: Vec<f64> = (1..=seconds)
        .map(|second| {
            let wave = f64::from(second * 7 % 5) / 100.0;
            level * (f64::from(second) / 6.0).min(1.0) * (0.97 + wave)
        })
        .collect();
    let rate = history.last().copied().unwrap_or(0.0);
    EndpointSnapshot {
        key: key.into(),
        target_rate: target,
        last: Point {
            at_seconds: f64::from(seconds),
            length_seconds: 1.0,
            target_rate: target.unwrap_or(0.0),
            sent_rate: rate,
            rate,
            p50_ms: 2.1,
            p95_ms: 3.9,
            p99_ms: 4.2,
            max_ms: 7.7,
            ..Point::default()
        },
        workers: 12,
        in_flight: rate * 0.002_1,
        backlog: 0,
        requests: 11_976,
        errors: 0,
        ended: None,
        history,
        decisions: Vec::new(),
    }
}

fn decided(endpoint: usize, action: Action, workers: u32, why: Why, second: u64) -> Event {
    Event {
        endpoint,
        action,
        workers,
        why,
        at: second * 1_000_000_000,
    }
}

pub(super) fn one() -> Snapshot {
    Snapshot {
        phase: Phase::Running,
        elapsed_seconds: 12.3,
        duration_seconds: 60.0,
        budget: None,
        endpoints: vec![endpoint(
            "GET https://api.example.com/v1/items",
            Some(1_000.0),
            998.0,
            12,
        )],
        pacing_p99_ms: 0.021,
        decisions: Vec::new(),
    }
}

pub(super) fn mixed() -> Snapshot {
    let long = "POST https://api.example.com/v1/models/embeddings-large/versions/17/predict";
    let mut endpoints = vec![
        endpoint(
            "GET https://api.example.com/v1/items",
            Some(500.0),
            499.0,
            45,
        ),
        endpoint(long, Some(2_000.0), 1_412.0, 45),
        endpoint("GET https://api.example.com/v1/crawl", None, 312.0, 45),
        endpoint(
            "POST https://api.example.com/v1/checkout",
            Some(50.0),
            0.0,
            45,
        ),
        endpoint("注文を確認する", Some(0.5), 0.5, 45),
    ];
    endpoints[1].backlog = 1_204;
    endpoints[1].workers = 64;
    endpoints[1].last.p99_ms = 1_840.0;
    endpoints[1].last.max_ms = 2_400.0;
    endpoints[1].last.error_rate = 3.0;
    endpoints[1].errors = 14;
    endpoints[3].ended = Some("the share of errors".to_owned());
    endpoints[3].workers = 0;
    endpoints[3].errors = 120;
    endpoints[3].requests = 150;
    endpoints[3].last.p99_ms = 0.0;
    endpoints[4].last.p50_ms = 0.0;
    endpoints[4].workers = 1;
    let decisions = [
        decided(1, Action::ScaleUp, 64, Why::Policy(Reason::BOUND), 45),
        decided(
            1,
            Action::ScaleUp,
            60,
            Why::Policy(Reason::ABOVE_TARGET),
            41,
        ),
        decided(3, Action::EarlyExit, 0, Why::ErrorRate, 32),
        decided(
            0,
            Action::ScaleDown,
            12,
            Why::Policy(Reason::BELOW_TARGET),
            9,
        ),
    ];
    for one in decisions {
        endpoints[one.endpoint].decisions.push(one);
    }
    Snapshot {
        phase: Phase::Running,
        elapsed_seconds: 45.2,
        duration_seconds: 600.0,
        budget: Some(100),
        endpoints,
        pacing_p99_ms: 0.34,
        decisions: decisions.to_vec(),
    }
}

pub(super) fn many() -> Snapshot {
    let endpoints = (0..1_000_u32)
        .map(|number| {
            let key = format!(
                "GET https://service-{}.example.com/v2/things/{number}",
                number % 9
            );
            let mut one = endpoint(&key, Some(100.0), 99.0, 90);
            one.errors = u64::from(number * 37 % 101);
            one.last.p99_ms = f64::from(number % 400) + 0.5;
            one
        })
        .collect();
    Snapshot {
        phase: Phase::Draining,
        elapsed_seconds: 93.0,
        duration_seconds: 90.0,
        budget: Some(20_000),
        endpoints,
        pacing_p99_ms: 4.4,
        decisions: (0..16)
            .map(|n| {
                let above = Why::Policy(Reason::ABOVE_TARGET);
                decided(n as usize * 3, Action::ScaleUp, n + 4, above, 93)
            })
            .collect(),
    }
}

fn state() -> State {
    let mut state = State::new(false);
    state.name = "checkout".to_owned();
    state
}

fn drawn(snapshot: &Snapshot, state: &mut State, width: u16, height: u16) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("a test's terminal");
    let draw = terminal.draw(|frame| view(frame, snapshot, state));
    draw.expect("a test's terminal draws");
    terminal.backend().to_string()
}

/// A run of which each second was seen.
fn watched() -> (Snapshot, State) {
    let (mut snapshot, mut state) = (mixed(), state());
    for second in 1..=120_u32 {
        let at = f64::from(second);
        snapshot.elapsed_seconds = at;
        let one = &mut snapshot.endpoints[1];
        let target = (at * 25.0).min(2_000.0);
        one.target_rate = Some(target);
        one.last.target_rate = target;
        one.last.at_seconds = at;
        one.last.rate = target.min(1_400.0) * (0.97 + f64::from(second * 7 % 5) / 100.0);
        one.history = Vec::new();
        state.see(&snapshot);
    }
    (snapshot, state)
}

#[test]
fn it_looks_like_this() {
    let snapshots = [("one", one()), ("mixed", mixed()), ("many", many())];
    for (name, snapshot) in snapshots {
        for (width, height) in [(80, 24), (120, 40), (40, 10)] {
            let name = format!("{name}_{width}x{height}");
            insta::assert_snapshot!(name, drawn(&snapshot, &mut state(), width, height));
        }
    }
    insta::assert_snapshot!("mixed_200x60", drawn(&mixed(), &mut state(), 200, 60));
}

#[test]
fn the_detail_looks_like_this() {
    for (width, height) in [(80, 24), (120, 40), (40, 10)] {
        let (snapshot, mut state) = watched();
        state.key(KeyCode::Down.into());
        state.key(KeyCode::Enter.into());
        let name = format!("detail_{width}x{height}");
        insta::assert_snapshot!(name, drawn(&snapshot, &mut state, width, height));
    }
}

#[test]
fn help_sort_and_scroll_look_like_this() {
    let mut state = state();
    drawn(&many(), &mut state, 80, 24);
    for code in [KeyCode::Char('?'), KeyCode::Char('s')] {
        state.key(code.into());
    }
    drawn(&many(), &mut state, 80, 24);
    state.key(KeyCode::PageDown.into());
    state.key(KeyCode::PageDown.into());
    insta::assert_snapshot!("help_80x24", drawn(&many(), &mut state, 80, 24));
}

/// Every size that is tiny, and those around which more begins to show.
fn sizes() -> impl Iterator<Item = u16> {
    (1..12).chain([15, 16, 20, 21, 22, 25, 31, 41])
}

#[test]
fn no_size_is_too_small() {
    let empty = Snapshot::default();
    for snapshot in [&empty, &one(), &mixed()] {
        for (detail, help) in [(false, false), (true, false), (true, true)] {
            let mut state = state();
            state.detail = detail;
            state.help = help;
            for width in sizes() {
                for height in sizes() {
                    drawn(snapshot, &mut state, width, height);
                }
            }
        }
    }
}

#[test]
fn without_colours_there_are_none_and_the_words_are_the_same() {
    let draw = |colour| {
        let mut state = State::new(colour);
        state.detail = true;
        let mut terminal = Terminal::new(TestBackend::new(120, 50)).expect("a test's terminal");
        let draw = terminal.draw(|frame| view(frame, &mixed(), &mut state));
        draw.expect("a test's terminal draws");
        let cells = terminal.backend().buffer().content().iter();
        let colours = cells.filter(|cell| cell.fg != Color::Reset || cell.bg != Color::Reset);
        (terminal.backend().to_string(), colours.count())
    };
    let ((plain, none), (coloured, some)) = (draw(false), draw(true));
    assert_eq!(plain, coloured);
    assert_eq!(none, 0);
    assert!(some > 0);
}

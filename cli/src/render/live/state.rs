//! What of the view the user chose, and what it remembers of a run.

use std::cmp::Reverse;
use std::collections::VecDeque;

use plimsoll::load::{EndpointSnapshot, Snapshot};
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::Asked;
use super::paint::Paint;

/// Seconds of an endpoint that are remembered.
const SECONDS: usize = 300;

/// What the endpoints are sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Sort {
    #[default]
    Written,
    Errors,
    P99,
    Backlog,
    Rate,
}

impl Sort {
    fn next(self) -> Self {
        match self {
            Self::Written => Self::Errors,
            Self::Errors => Self::P99,
            Self::P99 => Self::Backlog,
            Self::Backlog => Self::Rate,
            Self::Rate => Self::Written,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Written => "as written",
            Self::Errors => "errors",
            Self::P99 => "p99",
            Self::Backlog => "backlog",
            Self::Rate => "rate",
        }
    }

    /// The greater comes first.
    fn order(self, endpoints: &[EndpointSnapshot]) -> Vec<usize> {
        let mut order: Vec<usize> = (0..endpoints.len()).collect();
        let float = |read: fn(&EndpointSnapshot) -> f64| {
            move |a: &usize, b: &usize| read(&endpoints[*b]).total_cmp(&read(&endpoints[*a]))
        };
        match self {
            Self::Written => {}
            Self::Errors => order.sort_by_key(|place| Reverse(endpoints[*place].errors)),
            Self::P99 => order.sort_by(float(|one| one.last.p99_ms)),
            Self::Backlog => order.sort_by_key(|place| Reverse(endpoints[*place].backlog)),
            Self::Rate => order.sort_by(float(|one| one.last.rate)),
        }
        order
    }
}

/// An endpoint's second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Moment {
    pub(super) at_seconds: f64,
    pub(super) rate: f64,
    /// None where none was to be held, or it is not known.
    pub(super) target: Option<f64>,
}

/// The state of the view.
#[derive(Debug)]
pub(super) struct State {
    pub(super) name: String,
    pub(super) paint: Paint,
    pub(super) sort: Sort,
    pub(super) detail: bool,
    pub(super) help: bool,
    /// The endpoint that is selected; none is whichever comes first.
    selected: Option<usize>,
    /// The endpoints in the order they are shown in.
    order: Vec<usize>,
    /// The first row that shows, and how many do.
    first: usize,
    page: usize,
    memory: Vec<VecDeque<Moment>>,
}

impl State {
    pub(super) fn new(colour: bool) -> Self {
        Self {
            name: String::new(),
            paint: Paint(colour),
            sort: Sort::default(),
            detail: false,
            help: false,
            selected: None,
            order: Vec::new(),
            first: 0,
            page: 1,
            memory: Vec::new(),
        }
    }

    /// Remembers what is new. Seeing the same again changes nothing.
    pub(super) fn see(&mut self, snapshot: &Snapshot) {
        self.memory
            .resize_with(snapshot.endpoints.len(), VecDeque::new);
        for (memory, endpoint) in self.memory.iter_mut().zip(&snapshot.endpoints) {
            remember(memory, endpoint);
        }
        self.order = self.sort.order(&snapshot.endpoints);
    }

    /// The last seconds of an endpoint.
    pub(super) fn memory(&self, endpoint: usize) -> impl DoubleEndedIterator<Item = &Moment> {
        self.memory.get(endpoint).into_iter().flatten()
    }

    /// The endpoint that is selected.
    pub(super) fn selected(&self) -> Option<usize> {
        self.order.get(self.place()).copied()
    }

    /// The endpoints in so many rows, the selected one among them, and the place of the first.
    pub(super) fn rows(&mut self, page: usize) -> (usize, &[usize]) {
        let place = self.place();
        self.page = page.max(1);
        let last = self.order.len().saturating_sub(page);
        let nearest = (place + 1).saturating_sub(page);
        self.first = self.first.clamp(nearest, place.max(nearest)).min(last);
        let end = (self.first + page).min(self.order.len());
        (self.first, &self.order[self.first..end])
    }

    /// Takes a key.
    pub(super) fn key(&mut self, key: KeyEvent) -> Asked {
        if key.kind == KeyEventKind::Release {
            return Asked::Nothing;
        }
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        let place = self.place();
        match key.code {
            KeyCode::Char('c') if control => return Asked::Interrupt,
            _ if control => {}
            KeyCode::Char('q') => return Asked::Stop,
            KeyCode::Up | KeyCode::Char('k') => self.select(place.saturating_sub(1)),
            KeyCode::Down | KeyCode::Char('j') => self.select(place + 1),
            KeyCode::PageUp => self.select(place.saturating_sub(self.page)),
            KeyCode::PageDown => self.select(place + self.page),
            KeyCode::Home => self.selected = None,
            KeyCode::End => self.select(usize::MAX),
            KeyCode::Char('s') => {
                self.sort = self.sort.next();
                // Who sorts wants to see what comes first, but not to lose what is looked at.
                if !self.detail {
                    self.selected = None;
                }
            }
            KeyCode::Tab | KeyCode::Enter => {
                self.selected = self.selected();
                self.detail = !self.detail;
            }
            KeyCode::Char('?') => self.help = !self.help,
            _ => {}
        }
        Asked::Nothing
    }

    /// Where the selected one is in the order.
    fn place(&self) -> usize {
        let selected = |selected| self.order.iter().position(|place| *place == selected);
        self.selected.and_then(selected).unwrap_or(0)
    }

    fn select(&mut self, place: usize) {
        let last = self.order.len().saturating_sub(1);
        self.selected = self.order.get(place.min(last)).copied();
    }
}

/// Adds an endpoint's last second to those that are remembered.
fn remember(memory: &mut VecDeque<Moment>, endpoint: &EndpointSnapshot) {
    let last = &endpoint.last;
    if last.at_seconds <= 0.0
        || memory
            .back()
            .is_some_and(|back| back.at_seconds == last.at_seconds)
    {
        return;
    }
    if memory.is_empty() {
        let before = endpoint.history.len().saturating_sub(1);
        for (place, rate) in endpoint.history[..before].iter().enumerate() {
            memory.push_back(Moment {
                at_seconds: last.at_seconds - (before - place) as f64,
                rate: *rate,
                target: None,
            });
        }
    }
    memory.push_back(Moment {
        at_seconds: last.at_seconds,
        rate: last.rate,
        target: endpoint.target_rate.map(|_| last.target_rate),
    });
    if memory.len() > SECONDS {
        memory.pop_front();
    }
}

#[cfg(test)]
mod tests {
    use plimsoll::load::Snapshot;
    use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

    use super::{Sort, State};
    use crate::render::live::Asked;
    use crate::render::live::tests::{many, mixed};

    fn press(state: &mut State, code: KeyCode) {
        assert_eq!(state.key(code.into()), Asked::Nothing);
    }

    #[test]
    fn the_selection_moves_and_shows() {
        let mut state = State::new(false);
        state.see(&many());
        assert_eq!(state.rows(10).0, 0);
        assert_eq!(state.selected(), Some(0));
        let ways = [
            (KeyCode::Up, 0, 0),
            (KeyCode::Down, 1, 0),
            (KeyCode::Char('j'), 2, 0),
            (KeyCode::Char('k'), 1, 0),
            (KeyCode::PageDown, 11, 2),
            (KeyCode::PageUp, 1, 1),
            (KeyCode::End, 999, 990),
            (KeyCode::Down, 999, 990),
            (KeyCode::PageUp, 989, 989),
            (KeyCode::Home, 0, 0),
        ];
        for (code, selected, first) in ways {
            press(&mut state, code);
            assert_eq!(state.selected(), Some(selected), "{code}");
            assert_eq!(state.rows(10).0, first, "{code}");
        }
        assert_eq!(state.rows(0).1.len(), 0);
        assert_eq!(state.rows(5_000).1.len(), 1_000);
    }

    #[test]
    fn what_is_looked_at_stays_when_the_sort_changes() {
        let mut state = State::new(false);
        let mut firsts = Vec::new();
        for _ in 0..5 {
            state.see(&mixed());
            firsts.push((state.sort.name(), state.selected()));
            press(&mut state, KeyCode::Char('s'));
        }
        insta::assert_debug_snapshot!(firsts, @r#"
        [
            (
                "as written",
                Some(
                    0,
                ),
            ),
            (
                "errors",
                Some(
                    3,
                ),
            ),
            (
                "p99",
                Some(
                    1,
                ),
            ),
            (
                "backlog",
                Some(
                    1,
                ),
            ),
            (
                "rate",
                Some(
                    1,
                ),
            ),
        ]
        "#);
        assert_eq!(state.sort, Sort::Written);
        state.see(&mixed());
        press(&mut state, KeyCode::Tab);
        press(&mut state, KeyCode::Char('s'));
        state.see(&mixed());
        assert!(state.detail);
        assert_eq!(state.selected(), Some(0));
    }

    #[test]
    fn only_q_and_ctrl_c_stop() {
        let mut state = State::new(false);
        let control = |letter| KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL);
        assert_eq!(state.key(KeyCode::Char('q').into()), Asked::Stop);
        assert_eq!(state.key(control('c')), Asked::Interrupt);
        assert_eq!(state.key(control('s')), Asked::Nothing);
        assert_eq!(state.sort, Sort::Written);
        let codes = [
            KeyCode::Char('c'),
            KeyCode::Esc,
            KeyCode::Down,
            KeyCode::End,
        ];
        for code in codes {
            press(&mut state, code);
        }
        state.see(&Snapshot::default());
        assert_eq!(state.selected(), None);
    }

    #[test]
    fn a_second_is_remembered_once() {
        let mut state = State::new(false);
        state.see(&mixed());
        let first: Vec<_> = state.memory(0).copied().collect();
        state.see(&mixed());
        assert_eq!(state.memory(0).copied().collect::<Vec<_>>(), first);
        assert_eq!(first.len(), mixed().endpoints[0].history.len());
    }
}

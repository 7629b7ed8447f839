//! The endpoints, one a row. Only what shows is made.

use plimsoll::load::{EndpointSnapshot, Snapshot};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::paint::{Paint, faint, strong};
use super::state::{Sort, State};
use super::words::{
    bars, clipped, columns, latency, short, short_count, to_the_left, to_the_right,
};
use crate::render::figures::{count, percent, several};

/// Seconds that a row's bars are of.
const SPAN: usize = 60;
/// The columns that mark the selected row.
const MARK: usize = 2;
/// The lines above the first row.
const HEADS: usize = 2;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Target,
    Rate,
    Workers,
    InFlight,
    Backlog,
    P50,
    P95,
    P99,
    Errors,
    Failed,
    Bars,
}

/// In the order they are shown in.
const ALL: [Column; 11] = [
    Column::Target,
    Column::Rate,
    Column::Workers,
    Column::InFlight,
    Column::Backlog,
    Column::P50,
    Column::P95,
    Column::P99,
    Column::Errors,
    Column::Failed,
    Column::Bars,
];

/// In the order they are given room in.
const BY_NEED: [Column; 11] = [
    Column::Rate,
    Column::P99,
    Column::Errors,
    Column::Target,
    Column::Workers,
    Column::Backlog,
    Column::Bars,
    Column::InFlight,
    Column::P95,
    Column::P50,
    Column::Failed,
];

impl Column {
    fn name(self) -> &'static str {
        match self {
            Self::Target => "target",
            Self::Rate => "rate",
            Self::Workers => "workers",
            Self::InFlight => "in flight",
            Self::Backlog => "backlog",
            Self::P50 => "p50",
            Self::P95 => "p95",
            Self::P99 => "p99",
            Self::Errors => "errors",
            Self::Failed => "failed",
            Self::Bars => "last 60 s",
        }
    }

    /// How wide it is at least, with the gap before it.
    fn width(self) -> usize {
        match self {
            Self::P50 | Self::P95 | Self::P99 => 9,
            Self::InFlight => 10,
            Self::Bars => 10,
            _ => 8,
        }
    }

    fn cell(self, one: &EndpointSnapshot) -> String {
        match self {
            Self::Target => one.target_rate.map_or_else(|| "none".to_owned(), short),
            Self::Rate => short(one.last.rate),
            Self::Workers => short_count(one.workers.into()),
            Self::InFlight => short(one.in_flight),
            Self::Backlog => short_count(one.backlog.into()),
            Self::P50 => latency(one.last.p50_ms),
            Self::P95 => latency(one.last.p95_ms),
            Self::P99 => latency(one.last.p99_ms),
            Self::Errors => short_count(one.errors),
            Self::Failed => percent(one.errors as f64 / one.requests.max(1) as f64),
            Self::Bars => String::new(),
        }
    }

    /// What draws the eye; the number beside it says why.
    fn style(self, one: &EndpointSnapshot, paint: Paint) -> Style {
        match self {
            Self::Rate if behind(one) => paint.doubtful(),
            Self::Backlog if one.backlog > 0 => paint.doubtful(),
            Self::Errors | Self::Failed if one.errors > 0 => paint.bad(),
            Self::Target => faint(),
            _ => Style::new(),
        }
    }
}

/// Whether an endpoint did not hold its rate in its last second.
fn behind(one: &EndpointSnapshot) -> bool {
    one.target_rate.is_some() && one.last.rate < one.last.target_rate * 0.95
}

/// How wide everything is.
struct Widths {
    name: usize,
    bars: usize,
    shown: Vec<Column>,
}

impl Widths {
    fn of(snapshot: &Snapshot, width: usize) -> Self {
        let keys = snapshot.endpoints.iter().map(|one| columns(&one.key));
        let longest = keys.max().unwrap_or(0).max("endpoint".len());
        let mut name = (width * 9 / 40).max(10).min(longest);
        let mut room = width.saturating_sub(MARK + name);
        let mut shown = Vec::new();
        for column in BY_NEED {
            // A column that has no room leaves none to those that matter less.
            if column.width() > room {
                break;
            }
            room -= column.width();
            shown.push(column);
        }
        let wider = room.min(longest - name);
        name += wider;
        room -= wider;
        let bars = match shown.contains(&Column::Bars) {
            true => (Column::Bars.width() - 1 + room).min(SPAN),
            false => 0,
        };
        shown.sort_by_key(|column| ALL.iter().position(|one| one == column));
        Self { name, bars, shown }
    }

    fn column(&self, column: Column) -> usize {
        match column {
            Column::Bars => self.bars + 1,
            other => other.width(),
        }
    }

    /// How wide all is between the name and the errors, where they are shown.
    fn middle(&self) -> usize {
        let before =
            |column: &&Column| !matches!(column, Column::Errors | Column::Failed | Column::Bars);
        let shown = self.shown.iter().filter(before);
        shown.map(|column| column.width()).sum()
    }
}

/// The lines that a table of so many endpoints takes.
pub(super) fn height(snapshot: &Snapshot) -> usize {
    HEADS + snapshot.endpoints.len().max(1)
}

/// A line that says which of how many endpoints show, the heads of the columns, and as many rows as
/// there is room for.
pub(super) fn lines(
    snapshot: &Snapshot,
    state: &mut State,
    width: usize,
    height: usize,
) -> Vec<Line<'static>> {
    let widths = Widths::of(snapshot, width);
    let (paint, sort, selected) = (state.paint, state.sort, state.selected());
    let heads = if height > HEADS { HEADS } else { 0 };
    let (first, places) = state.rows(height - heads);
    let places = places.to_vec();
    let mut lines = Vec::with_capacity(height);
    if heads > 0 {
        let about = about(snapshot, first, places.len(), sort, width);
        lines.push(super::view::rule(&about, width));
        lines.push(head(&widths));
    }
    for place in places {
        if let Some(one) = snapshot.endpoints.get(place) {
            lines.push(row(
                one,
                place,
                state,
                &widths,
                paint,
                selected == Some(place),
            ));
        }
    }
    lines
}

/// How many there are and which show, as much as fits.
fn about(snapshot: &Snapshot, first: usize, shown: usize, sort: Sort, width: usize) -> String {
    let number = snapshot.endpoints.len();
    let mut text = several(number as u64, "endpoint");
    if shown < number {
        let (from, to) = (first + 1, first + shown);
        text = format!("{}–{} of {text}", count(from as u64), count(to as u64));
    }
    let mut more = Vec::new();
    let ended = snapshot.endpoints.iter().filter(|one| one.ended.is_some());
    match ended.count() {
        0 => {}
        ended => more.push(format!(", {} ended early", count(ended as u64))),
    }
    if sort != Sort::Written {
        more.push(format!(", sorted by {}", sort.name()));
    }
    for one in more {
        if columns(&text) + columns(&one) + 6 <= width {
            text.push_str(&one);
        }
    }
    text
}

fn head(widths: &Widths) -> Line<'static> {
    let mut text = format!("{:MARK$}{}", "", to_the_left("endpoint", widths.name));
    for column in &widths.shown {
        let width = widths.column(*column);
        match column {
            Column::Bars => text.push_str(&format!(" {}", to_the_left(column.name(), width - 1))),
            _ => text.push_str(&to_the_right(column.name(), width)),
        }
    }
    Line::styled(text, faint())
}

fn row(
    one: &EndpointSnapshot,
    place: usize,
    state: &State,
    widths: &Widths,
    paint: Paint,
    selected: bool,
) -> Line<'static> {
    let mut spans = Vec::with_capacity(widths.shown.len() + 3);
    let (mark, style) = match selected {
        true => ("▸ ", paint.mark().patch(strong())),
        false => ("  ", Style::new()),
    };
    spans.push(Span::styled(mark, style));
    spans.push(Span::styled(to_the_left(&one.key, widths.name), style));
    let mut ended = one.ended.as_ref().map(|why| {
        let width = widths.middle();
        let why = clipped(&format!("ended early: {why}"), width.saturating_sub(2));
        Span::styled(to_the_left(&format!("  {why}"), width), paint.doubtful())
    });
    for column in &widths.shown {
        let width = widths.column(*column);
        match column {
            Column::Bars => spans.push(Span::styled(
                format!(" {}", sparkline(one, place, state, width - 1)),
                paint.measured(),
            )),
            Column::Errors | Column::Failed => spans.push(Span::styled(
                to_the_right(&column.cell(one), width),
                column.style(one, paint),
            )),
            // Of one that ended, why it did stands where its numbers were.
            _ if one.ended.is_some() => spans.extend(ended.take()),
            _ => spans.push(Span::styled(
                to_the_right(&column.cell(one), width),
                column.style(one, paint),
            )),
        }
    }
    Line::from(spans)
}

/// Bars as high as the rate against what is to be held, or against their highest.
fn sparkline(one: &EndpointSnapshot, place: usize, state: &State, width: usize) -> String {
    let mut rates: Vec<f64> = state
        .memory(place)
        .rev()
        .take(SPAN)
        .map(|moment| moment.rate)
        .collect();
    rates.reverse();
    let highest = rates.iter().copied().fold(0.0, f64::max);
    let top = highest.max(one.target_rate.unwrap_or(0.0));
    bars(&rates, SPAN, width, top)
}

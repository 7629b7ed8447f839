//! Numbers, names and lines in the room there is.

use plimsoll::load::{Action, Event};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::render::figures;
pub(super) use crate::render::figures::columns;

/// What parts the facts of a line.
const BETWEEN: &str = " · ";

/// The nearest whole number; 0 for what is less.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast from a float saturates"
)]
pub(super) fn whole(value: f64) -> usize {
    value.round() as usize
}

/// The time of a clock: `12 s`, `4 min 05 s`, `2 h 05 min`.
pub(super) fn clock(seconds: f64) -> String {
    let whole = whole(seconds);
    match whole {
        0..120 => format!("{whole} s"),
        120..7_200 => format!("{} min {:02} s", whole / 60, whole % 60),
        _ => format!("{} h {:02} min", whole / 3_600, whole / 60 % 60),
    }
}

/// A latency in milliseconds; none was measured where it is 0.
pub(super) fn latency(milliseconds: f64) -> String {
    match milliseconds > 0.0 {
        true => figures::time(milliseconds / 1e3),
        false => "–".to_owned(),
    }
}

/// A number that is at most 7 columns wide.
pub(super) fn short(value: f64) -> String {
    match value {
        _ if value < 999_999.5 => figures::three_digits(value),
        _ if value < 999.5e6 => format!("{}M", figures::three_digits(value / 1e6)),
        _ => format!("{}G", figures::three_digits(value / 1e9)),
    }
}

/// A whole number that is at most 7 columns wide.
pub(super) fn short_count(value: u64) -> String {
    match value {
        0..1_000_000 => figures::count(value),
        _ => short(value as f64),
    }
}

/// What a decision says, in words.
pub(super) fn sentence(decision: &Event) -> String {
    let (workers, why) = (of_workers(decision.workers), decision.why);
    match decision.action {
        Action::ScaleUp => format!("up to {workers}: {why}"),
        Action::ScaleDown => format!("down to {workers}: {why}"),
        Action::EarlyExit => format!("ended early: {why}"),
    }
}

fn of_workers(number: u32) -> String {
    figures::several(number.into(), "worker")
}

/// A text of at most so many columns. What is wider loses its middle, so that a method and a host
/// show, and how a path ends.
pub(super) fn cut(text: &str, width: usize) -> String {
    let text: String = text.chars().filter(|letter| !letter.is_control()).collect();
    if columns(&text) <= width {
        return text;
    }
    let Some(room) = width.checked_sub(1) else {
        return String::new();
    };
    let span = Span::raw(&*text);
    let letters: Vec<&str> = span
        .styled_graphemes(Style::new())
        .map(|letter| letter.symbol)
        .collect();
    let head = fitting(letters.iter(), room / 2);
    let room = room - columns(&letters[..head].concat());
    let tail = fitting(letters.iter().rev(), room);
    let tail = &letters[letters.len() - tail..];
    format!("{}…{}", letters[..head].concat(), tail.concat())
}

/// A sentence of at most so many columns. What is too wide loses its end.
pub(super) fn clipped(text: &str, width: usize) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    let Some(room) = width.checked_sub(1) else {
        return String::new();
    };
    let span = Span::raw(text);
    let letters: Vec<&str> = span
        .styled_graphemes(Style::new())
        .map(|letter| letter.symbol)
        .collect();
    format!("{}…", letters[..fitting(letters.iter(), room)].concat())
}

/// How many of these letters fit.
fn fitting<'l>(letters: impl Iterator<Item = &'l &'l str>, room: usize) -> usize {
    let mut taken = 0;
    letters
        .take_while(|letter| {
            taken += columns(letter);
            taken <= room
        })
        .count()
}

/// A text that takes just so many columns, the rest after it.
pub(super) fn to_the_left(text: &str, width: usize) -> String {
    let text = cut(text, width);
    let gap = width - columns(&text);
    format!("{text}{:gap$}", "")
}

/// A text that takes just so many columns, the rest before it.
pub(super) fn to_the_right(text: &str, width: usize) -> String {
    let text = cut(text, width);
    let gap = width - columns(&text);
    format!("{:gap$}{text}", "")
}

/// Facts side by side, in as many lines as they take.
pub(super) fn flow<'f>(
    facts: impl IntoIterator<Item = Vec<Span<'f>>>,
    width: usize,
) -> Vec<Line<'f>> {
    let mut lines: Vec<Line<'f>> = Vec::new();
    for fact in facts {
        let wide: usize = fact.iter().map(Span::width).sum();
        match lines.last_mut() {
            Some(line) if line.width() + BETWEEN.chars().count() + wide <= width => {
                line.push_span(Span::styled(BETWEEN, super::paint::faint()));
                line.extend(fact);
            }
            _ => lines.push(Line::from(fact)),
        }
    }
    lines
}

/// Bars of these values in so many columns, the newest to the right: each column is the mean of an
/// equal part of the last `span` values. What was not measured is blank.
pub(super) fn bars(values: &[f64], span: usize, columns: usize, top: f64) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let width = columns.min(span);
    // The newest column first, each with the sum and the number of its values.
    let mut parts = vec![(0.0, 0.0); width];
    for (age, value) in values.iter().rev().take(span).enumerate() {
        if let Some(part) = parts.get_mut(age * width / span) {
            part.0 += value;
            part.1 += 1.0;
        }
    }
    parts
        .into_iter()
        .rev()
        .map(|(sum, number)| {
            let share: f64 = sum / number / top.max(f64::MIN_POSITIVE);
            let level = whole(share * 7.0);
            match number > 0.0 {
                true => BARS[level.min(7)],
                false => ' ',
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use plimsoll::load::{Action, Event, Why};
    use plimsoll::policy::Reason;

    use super::{
        bars, clipped, clock, columns, cut, latency, sentence, short, short_count, to_the_left,
    };

    #[test]
    fn the_middle_of_what_is_too_wide_goes() {
        let key = "POST https://api.example.com/v1/orders/items";
        assert_eq!(cut(key, 44), key);
        assert_eq!(cut(key, 24), "POST https:…orders/items");
        assert_eq!(
            [0, 1, 2, 3].map(|width| cut(key, width)),
            ["", "…", "…s", "P…s"]
        );
        assert_eq!(clipped(key, 12), "POST https:…");
        assert_eq!([0, 1, 50].map(|width| clipped(key, width)), ["", "…", key]);
        assert_eq!(cut("注文を確認する", 7), "注…する");
        assert_eq!(cut("a\u{1b}[31m\nb", 9), "a[31mb");
        for width in 0..20 {
            assert_eq!(
                columns(&to_the_left("注文 · orders 🧾 e\u{301}", width)),
                width
            );
        }
    }

    #[test]
    fn numbers_fit_their_columns() {
        let values = [0.0, 0.5, 998.2, 999_999.4, 999_999.6, 12.3e6, 4.5e9];
        let shown = values.map(short);
        assert!(shown.iter().all(|text| columns(text) <= 7), "{shown:?}");
        insta::assert_snapshot!(shown.join(" | "), @"0 | 0.500 | 998 | 999,999 | 1.00M | 12.3M | 4.50G");
        insta::assert_snapshot!([7, 999_999, 1_000_000].map(short_count).join(" | "), @"7 | 999,999 | 1.00M");
        insta::assert_snapshot!([-1.0, 0.4, 119.4, 120.0, 245.0, 7_500.0].map(clock).join(" | "), @"0 s | 0 s | 119 s | 2 min 00 s | 4 min 05 s | 2 h 05 min");
        insta::assert_snapshot!([0.0, 0.42, 4.2, 1_234.0].map(latency).join(" | "), @"– | 0.420 ms | 4.20 ms | 1.23 s");
    }

    #[test]
    fn decisions_are_said_in_words() {
        let decided = |action, workers, why| Event {
            endpoint: 0,
            action,
            workers,
            why,
            at: 0,
        };
        let above = Why::Policy(Reason::ABOVE_TARGET);
        let said = [
            decided(Action::ScaleUp, 6, above),
            decided(Action::ScaleDown, 1, Why::Budget),
            decided(Action::EarlyExit, 0, Why::Status(500)),
        ];
        insta::assert_snapshot!(said.each_ref().map(sentence).join("\n"), @"
        up to 6 workers: above target
        down to 1 worker: the budget was shared anew
        ended early: status 500
        ");
    }

    #[test]
    fn bars_are_the_means_of_equal_times() {
        assert_eq!(bars(&[], 60, 5, 1.0), "     ");
        assert_eq!(bars(&[0.0; 60], 60, 5, 0.0), "▁▁▁▁▁");
        let rising: Vec<f64> = (0..100_u32).map(f64::from).collect();
        assert_eq!(bars(&rising, 60, 4, 100.0), "▄▅▆▇");
        assert_eq!(bars(&[10.0; 15], 60, 8, 10.0), "      ██");
        assert_eq!(bars(&rising, 60, 90, 100.0).chars().count(), 60);
        assert_eq!(bars(&rising, 60, 0, 100.0), "");
    }
}

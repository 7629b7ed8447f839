//! Numbers as people read them, and tables of them.

/// A time in seconds, with three digits that count: `0.42 ms`, `812 ms`, `4.07 s`, `2.1 min`.
pub(crate) fn time(seconds: f64) -> String {
    match seconds {
        _ if !seconds.is_finite() => "never".to_owned(),
        _ if seconds <= 0.0 => "0 s".to_owned(),
        _ if seconds < 0.9995 => format!("{} ms", three_digits(seconds * 1e3)),
        _ if seconds < 119.5 => format!("{} s", three_digits(seconds)),
        _ if seconds < 7_170.0 => format!("{} min", three_digits(seconds / 60.0)),
        _ => format!("{} h", three_digits(seconds / 3_600.0)),
    }
}

/// A number with three digits that count.
pub(crate) fn three_digits(value: f64) -> String {
    match value.abs() {
        _ if value == 0.0 => "0".to_owned(),
        size if size < 0.001 => format!("{value:.1e}"),
        size if size < 0.09995 => format!("{value:.4}"),
        size if size < 0.9995 => format!("{value:.3}"),
        size if size < 9.995 => format!("{value:.2}"),
        size if size < 99.95 => format!("{value:.1}"),
        _ => grouped(value),
    }
}

/// A whole number with its thousands apart.
pub(crate) fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A float rounded, with its thousands apart.
fn grouped(value: f64) -> String {
    let rounded = format!("{:.0}", value.abs());
    let sign = if value < 0.0 { "-" } else { "" };
    match rounded.parse() {
        Ok(whole) => format!("{sign}{}", count(whole)),
        Err(_) => format!("{value:.3e}"),
    }
}

/// A share from 0 to 1 in percent. What is not all is never shown as 100, nor what is something as
/// 0.
pub(crate) fn percent(share: f64) -> String {
    let percent = share * 100.0;
    let text = match percent {
        _ if percent <= 0.0 => "0".to_owned(),
        _ if percent >= 100.0 => "100".to_owned(),
        _ if percent < 0.01 => "<0.01".to_owned(),
        _ if percent > 99.99 => ">99.99".to_owned(),
        _ if !(0.995..99.0).contains(&percent) => format!("{percent:.2}"),
        _ => format!("{percent:.1}"),
    };
    format!("{text} %")
}

/// A number of things, one or several.
pub(crate) fn several(number: u64, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {what}{plural}", count(number))
}

/// A text in lines of at most 98 letters.
pub(crate) fn wrapped(text: &str, indent: usize) -> String {
    const WIDTH: usize = 98;
    let margin = " ".repeat(indent);
    let mut out = String::new();
    let mut line = margin.clone();
    for word in text.split_whitespace() {
        let full = line.chars().count() + 1 + word.chars().count() > WIDTH;
        if full && line.len() > indent {
            out.push_str(&format!("{line}\n"));
            line.clone_from(&margin);
        }
        if line.len() > indent {
            line.push(' ');
        }
        line.push_str(word);
    }
    format!("{out}{line}\n")
}

/// How many columns of a terminal a text takes.
pub(crate) fn columns(text: &str) -> usize {
    match text.is_ascii() {
        true => text.len(),
        false => ratatui::text::Span::raw(text).width(),
    }
}

/// Rows in columns: the first to the left, the others to the right.
pub(crate) fn table(rows: &[Vec<String>], indent: usize) -> String {
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| columns(cell)).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..count).map(width).collect();
    let mut out = String::new();
    for row in rows {
        let mut line = " ".repeat(indent);
        for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
            let gap = " ".repeat(width - columns(cell));
            if column == 0 {
                line.push_str(&format!("{cell}{gap}"));
            } else {
                line.push_str(&format!("  {gap}{cell}"));
            }
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{count, percent, table, three_digits, time};

    #[test]
    fn numbers_are_short_and_true() {
        let times = [
            0.0,
            0.000_42,
            0.812,
            0.9999,
            4.066,
            61.0,
            150.0,
            8_000.0,
            f64::INFINITY,
        ];
        insta::assert_snapshot!(times.map(time).join(" | "), @"0 s | 0.420 ms | 812 ms | 1.00 s | 4.07 s | 61.0 s | 2.50 min | 2.22 h | never");
        let numbers = [
            0.0, 0.000_02, 0.012_34, 0.5, 7.0, 42.25, 1_234.6, 9.999, 2e30,
        ];
        insta::assert_snapshot!(numbers.map(three_digits).join(" | "), @"0 | 2.0e-5 | 0.0123 | 0.500 | 7.00 | 42.2 | 1,235 | 10.0 | 2.000e30");
        let shares = [
            0.0, 0.000_001, 0.003, 0.5, 0.9899, 0.9912, 0.999_99, 0.999_999, 1.0,
        ];
        insta::assert_snapshot!(shares.map(percent).join(" | "), @"0 % | <0.01 % | 0.30 % | 50.0 % | 99.0 % | 99.12 % | >99.99 % | >99.99 % | 100 %");
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(count(12), "12");
    }

    #[test]
    fn columns_line_up() {
        let rows = [vec!["a", "1,000", "x"], vec!["longer", "7", ""]];
        let rows = rows.map(|row| row.into_iter().map(str::to_owned).collect());
        insta::assert_snapshot!(table(&rows, 2), @"
        a       1,000  x
        longer      7
        ");
    }
}

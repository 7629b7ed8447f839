//! Charts of text: series over time in Braille dots, two to a column and four to a line.

use plimsoll::harness::time::Span;

/// A series to draw.
pub(crate) struct Series {
    pub(crate) name: &'static str,
    /// The colour of its dots, as an SGR parameter.
    pub(crate) style: &'static str,
    /// A value for each point in time.
    pub(crate) values: Vec<f64>,
    /// Whether all below it is filled in.
    pub(crate) filled: bool,
}

/// How wide and high a chart is, in letters.
const WIDTH: usize = 72;
const HEIGHT: usize = 10;

/// Draws series of equally many values over a time. Where two meet, the later one's colour shows.
pub(crate) fn draw(series: &[Series], seconds: f64) -> String {
    let most = series.iter().flat_map(|one| &one.values).copied();
    let top = nice(most.filter(|value| value.is_finite()).fold(0.0, f64::max));
    let mut canvas = Canvas::new();
    for (number, one) in series.iter().enumerate() {
        canvas.draw(number, one, top);
    }
    let labels = [top, top / 2.0, 0.0].map(|value| value.to_string());
    let margin = labels.iter().map(String::len).max().unwrap_or(0);
    let mut out = String::new();
    for (row, line) in canvas.lines(series).into_iter().enumerate() {
        let (text, mark) = match row {
            0 => (&*labels[0], '┤'),
            row if row == HEIGHT / 2 => (&*labels[1], '┤'),
            row if row == HEIGHT - 1 => (&*labels[2], '┤'),
            _ => ("", '│'),
        };
        out.push_str(&format!("  {text:>margin$} {mark}{line}\n"));
    }
    let axis = "─".repeat(WIDTH);
    out.push_str(&format!("  {:margin$} └{axis}\n", ""));
    let (half, end) = (instant(seconds / 2.0), instant(seconds));
    let left = WIDTH / 2 - half.len() / 2;
    let right = WIDTH - left - half.len();
    out.push_str(&format!(
        "  {:margin$}  {:left$}{half}{end:>right$}\n",
        "", "0"
    ));
    let legend: Vec<String> = series
        .iter()
        .map(|one| {
            format!(
                "{} {}",
                super::painted_out(one.style, sample(one)),
                one.name
            )
        })
        .collect();
    out.push_str(&format!("  {:margin$}  {}\n", "", legend.join("   ")));
    out
}

/// A time on the axis, such as `1h30m`.
fn instant(seconds: f64) -> String {
    Span::from_secs(rounded(seconds) as u64).to_string()
}

fn sample(series: &Series) -> &'static str {
    if series.filled { "⣿⣿" } else { "⠒⠒" }
}

/// The next of 1, 2, 4 and 5 times a power of ten.
pub(crate) fn nice(value: f64) -> f64 {
    if value.is_nan() || value <= 0.0 {
        return 1.0;
    }
    let power = 10_f64.powf(value.log10().floor());
    [1.0, 2.0, 4.0, 5.0, 10.0]
        .into_iter()
        .map(|step| step * power)
        .find(|step| *step >= value * 0.999_999)
        .unwrap_or(value)
}

/// Dots, and which series each letter shows.
struct Canvas {
    cells: Vec<(u8, usize)>,
}

impl Canvas {
    fn new() -> Self {
        Self {
            cells: vec![(0, 0); WIDTH * HEIGHT],
        }
    }

    fn set(&mut self, x: usize, y: usize, number: usize) {
        // The dots of a Braille letter, by column and line (Unicode, block U+2800).
        const DOTS: [[u8; 4]; 2] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]];
        if let Some(cell) = self.cells.get_mut(y / 4 * WIDTH + x / 2) {
            let dot = DOTS[x % 2][y % 4];
            // A line across a filled series is a gap in it, which is seen without colours, too.
            if cell.0 & dot != 0 && cell.1 != number {
                cell.0 &= !dot;
            } else {
                cell.0 |= dot;
                cell.1 = number;
            }
        }
    }

    fn draw(&mut self, number: usize, series: &Series, top: f64) {
        let (columns, lines) = (WIDTH * 2, HEIGHT * 4);
        let mut before = None;
        for x in 0..columns {
            let Some(value) = sampled(&series.values, x, columns) else {
                before = None;
                continue;
            };
            let height = (value / top).clamp(0.0, 1.0) * (lines - 1) as f64;
            let y = lines - 1 - rounded(height);
            let from = if series.filled {
                lines - 1
            } else {
                before.unwrap_or(y)
            };
            for y in y.min(from)..=y.max(from) {
                self.set(x, y, number);
            }
            before = Some(y);
        }
    }

    fn lines(&self, series: &[Series]) -> Vec<String> {
        let letter = |(dots, number): &(u8, usize)| match dots {
            0 => " ".to_owned(),
            _ => {
                let letter = char::from_u32(0x2800 + u32::from(*dots)).unwrap_or(' ');
                let style = series.get(*number).map_or("0", |one| one.style);
                super::painted_out(style, &letter.to_string())
            }
        };
        self.cells
            .chunks(WIDTH)
            .map(|row| {
                row.iter()
                    .map(letter)
                    .collect::<String>()
                    .trim_end()
                    .to_owned()
            })
            .collect()
    }
}

/// The value at a column: of the points that share it, the largest, so that no peak is lost.
fn sampled(values: &[f64], x: usize, columns: usize) -> Option<f64> {
    let from = x * values.len() / columns;
    let to = ((x + 1) * values.len() / columns).max(from + 1);
    let shared = values.get(from..to.min(values.len()))?;
    shared
        .iter()
        .copied()
        .filter(|value| value.is_finite())
        .reduce(f64::max)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a height within the chart"
)]
fn rounded(height: f64) -> usize {
    height.round() as usize
}

#[cfg(test)]
mod tests {
    use super::{Series, draw, nice};

    #[test]
    fn a_chart_has_axes_series_and_a_legend() {
        let line = |name, filled, values| Series {
            name,
            style: "32",
            values,
            filled,
        };
        let ramp = (0..200).map(f64::from).collect();
        let step = (0..200)
            .map(|x| if x < 100 { 20.0 } else { 150.0 })
            .collect();
        let text = draw(
            &[line("ready", true, step), line("demand", false, ramp)],
            7_200.0,
        );
        insta::assert_snapshot!(text, @"
        200 ┤                                                                  ⣀⣀⡤⠴⠒⠚
            │                                                          ⢀⣀⡤⠤⠖⠒⠋⠉⠁
            │                                    ⣤⣤⣤⣤⣤⣤⣤⣤⣤⣤⣤⣤⣤⣤⣤⠤⠤⢀⣀⣶⣾⣭⣭⣤⣤⣤⣤⣤⣤⣤⣤⣤⣤⣤⣤⣤
            │                                    ⣿⣿⣿⣿⣿⣿⣿⡿⠿⠟⣛⣋⣭⣴⣶⣾⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿
            │                                    ⠿⠿⠟⣛⣩⣭⣴⣶⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿
        100 ┤                             ⣀⣠⠤⠴⠒⠚⠉⣾⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿
            │                     ⢀⣀⣠⠤⠴⠒⠋⠉⠁      ⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿
            │              ⣀⣀⡤⠴⠒⠚⠉⠉              ⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿
            │⣀⣀⣀⣀⣀⣀⡀ ⢠⣤⣴⣒⣚⣉⣁⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿
          0 ┤⠿⢛⣛⣩⣭⣴⣶⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿
            └────────────────────────────────────────────────────────────────────────
             0                                  1h                                 2h
             ⣿⣿ ready   ⠒⠒ demand
        ");
    }

    #[test]
    fn nothing_to_draw_is_drawn() {
        let none = Series {
            name: "none",
            style: "32",
            values: Vec::new(),
            filled: false,
        };
        assert!(draw(&[none], 0.0).contains("none"));
        assert_eq!(
            [0.0, 0.3, 1.0, 41.0, 101.0].map(nice),
            [1.0, 0.4, 1.0, 50.0, 200.0]
        );
    }
}

//! `results.xlsx`: Tressi's sheets, and one for the timelines and one for decisions.
//!
//! Texts are written as texts, so that none is taken for a formula.

use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};
use serde_json::Value as Json;

use super::columns::{COLUMNS, Cell, rows};
use super::text::{MEASURED, date, key_of, limited, lines, rounded};
use super::{ReportError, series, timeline_csv};
use crate::results::{Results, Summary};

/// Excel's limits.
const MOST_ROWS: u32 = 1_048_576;
const MOST_CHARACTERS: usize = 32_767;

/// Rows of timelines. More make a workbook of which nobody has anything; `timeline.csv` has all.
const TIMELINE_ROWS: usize = 50_000;

pub(super) fn report(results: &Results) -> Result<Vec<u8>, ReportError> {
    let mut workbook = Workbook::new();
    let summary = &results.summary;
    let mut sheet = |name: &str, fill: &dyn Fn(&mut Sheet<'_>) -> Result<(), XlsxError>| {
        let worksheet = workbook.add_worksheet().set_name(name)?;
        let mut sheet = Sheet {
            worksheet,
            row: 0,
            bold: Format::new().set_bold(),
        };
        fill(&mut sheet)?;
        sheet.end()
    };
    sheet("Test Summary", &|sheet| test_summary(sheet, results))?;
    sheet("Endpoint Summary", &|sheet| {
        sheet.head(&COLUMNS.map(|(name, _)| name))?;
        rows(summary).try_for_each(|row| sheet.row(&COLUMNS.map(|(_, read)| read(&row))))
    })?;
    sheet("Status Code Distribution", &|sheet| {
        statuses(sheet, summary)
    })?;
    sheet("Configuration", &|sheet| {
        sheet.head(&["setting", "value"])?;
        configuration(sheet, "", &summary.config_snapshot)
    })?;
    sheet("Latency Distribution", &|sheet| latencies(sheet, summary))?;
    sheet("Sampled Responses", &|sheet| {
        sheet.head(&["endpoint", "status", "body"])?;
        for endpoint in &summary.endpoints {
            for sample in &endpoint.response_samples {
                let key = endpoint.endpoint_key.as_str();
                let status = f64::from(sample.status_code);
                sheet.row(&[key.into(), status.into(), sample.body.as_str().into()])?;
            }
        }
        Ok(())
    })?;
    sheet("Timeline", &|sheet| timeline(sheet, results))?;
    sheet("Decisions", &|sheet| decisions(sheet, results))?;
    Ok(workbook.save_to_buffer()?)
}

struct Sheet<'w> {
    worksheet: &'w mut Worksheet,
    row: u32,
    bold: Format,
}

impl Sheet<'_> {
    fn head(&mut self, names: &[&str]) -> Result<(), XlsxError> {
        for (column, name) in (0_u16..).zip(names) {
            self.worksheet
                .write_string_with_format(self.row, column, *name, &self.bold)?;
            let width = (name.len() + 3).max(12) as f64;
            self.worksheet
                .set_column_width(column, if column == 0 { 40.0 } else { width })?;
        }
        self.row += 1;
        self.worksheet.set_freeze_panes(self.row, 1)?;
        Ok(())
    }

    /// Writes a row, where there is room for one more.
    fn row(&mut self, cells: &[Cell]) -> Result<(), XlsxError> {
        // The last row is kept for saying that there are more.
        if self.row < MOST_ROWS - 1 {
            for (column, cell) in (0_u16..).zip(cells) {
                match cell {
                    Cell::Text(text) => {
                        self.worksheet
                            .write_string(self.row, column, fitting(text))?;
                    }
                    Cell::Number(number) => {
                        self.worksheet
                            .write_number(self.row, column, rounded(*number))?;
                    }
                    Cell::Flag(flag) => {
                        self.worksheet.write_boolean(self.row, column, *flag)?;
                    }
                    Cell::Empty => {}
                }
            }
        }
        self.row = self.row.saturating_add(1);
        Ok(())
    }

    fn end(self) -> Result<(), XlsxError> {
        if self.row >= MOST_ROWS {
            let left_out = self.row - (MOST_ROWS - 1);
            let text = format!("{left_out} more rows than a sheet may have");
            self.worksheet.write_string(MOST_ROWS - 1, 0, text)?;
        }
        Ok(())
    }
}

/// A text that a cell takes: without control characters, and no longer than it may be.
fn fitting(text: &str) -> String {
    let text = lines(text);
    // Excel counts in UTF-16.
    let mut units = 0;
    let mut end = text.len();
    for (at, character) in text.char_indices() {
        units += character.len_utf16();
        if units > MOST_CHARACTERS {
            end = at;
            break;
        }
    }
    text[..end].to_owned()
}

fn test_summary(sheet: &mut Sheet<'_>, results: &Results) -> Result<(), XlsxError> {
    let summary = &results.summary;
    let (global, generator) = (&summary.global, &summary.generator);
    sheet.head(&["metric", "value"])?;
    let facts: [(&str, Cell); 10] = [
        ("Load test", summary.name.as_str().into()),
        ("Plimsoll", summary.plimsoll_version.as_str().into()),
        ("Begun", date(results.began).as_str().into()),
        ("Duration, seconds", global.final_duration_sec.into()),
        ("Stopped by the user", Cell::Flag(global.interrupted)),
        ("Verdict", limited(generator.verdict.limited_by).into()),
        ("Why", generator.verdict.reason.as_str().into()),
        ("Busiest event loop, share", generator.busiest_loop.into()),
        (
            "Processor time a request, µs",
            generator.cpu_per_request_us.into(),
        ),
        ("Endpoints", (global.total_endpoints as u64).into()),
    ];
    for (name, value) in facts {
        sheet.row(&[name.into(), value])?;
    }
    if let Some(total) = rows(summary).last() {
        // The first four say which endpoint it is.
        for (name, read) in &COLUMNS[4..] {
            sheet.row(&[(*name).into(), read(&total)])?;
        }
    }
    for threshold in &summary.thresholds {
        let of = threshold.endpoint_key.as_deref().unwrap_or("all together");
        let held = if threshold.met { "met" } else { "missed" };
        let name = format!("Threshold {} ({of})", threshold.threshold);
        let value = format!("{held}: {}", threshold.measured);
        sheet.row(&[Cell::Text(name), Cell::Text(value)])?;
    }
    for sentence in MEASURED {
        sheet.row(&["How it was measured".into(), sentence.into()])?;
    }
    Ok(())
}

fn statuses(sheet: &mut Sheet<'_>, summary: &Summary) -> Result<(), XlsxError> {
    sheet.head(&["endpoint", "status", "responses", "share of requests"])?;
    for row in rows(summary) {
        let key = row.endpoint.map_or("total", |one| &one.endpoint_key);
        let measured = row.measured;
        let all = measured.total_requests.max(1) as f64;
        let statuses = measured.status_code_distribution.iter();
        for (status, count) in statuses.chain(&measured.failures) {
            // A status is a number; what stands in for one, as `timeout`, is a text.
            let status = status.parse::<u16>().map_or_else(
                |_| status.as_str().into(),
                |status| f64::from(status).into(),
            );
            let share = *count as f64 / all;
            sheet.row(&[key.into(), status, (*count).into(), share.into()])?;
        }
    }
    Ok(())
}

fn configuration(sheet: &mut Sheet<'_>, path: &str, value: &Json) -> Result<(), XlsxError> {
    match value {
        Json::Object(fields) if !fields.is_empty() => {
            fields.iter().try_for_each(|(name, value)| {
                let path = match path {
                    "" => name.clone(),
                    path => format!("{path}.{name}"),
                };
                configuration(sheet, &path, value)
            })
        }
        Json::Array(items) if !items.is_empty() => {
            items.iter().enumerate().try_for_each(|(index, value)| {
                configuration(sheet, &format!("{path}[{index}]"), value)
            })
        }
        value => {
            let cell = match value {
                Json::String(text) => Cell::Text(text.clone()),
                Json::Bool(flag) => Cell::Flag(*flag),
                Json::Number(number) => number.as_f64().into(),
                Json::Null => Cell::Empty,
                other => Cell::Text(other.to_string()),
            };
            sheet.row(&[path.into(), cell])
        }
    }
}

fn latencies(sheet: &mut Sheet<'_>, summary: &Summary) -> Result<(), XlsxError> {
    sheet.head(&["latency ms, about", "requests", "share", "share up to it"])?;
    let histogram = &summary.global.measured.histogram;
    let all = histogram.iter().map(|(_, count)| count).sum::<u64>().max(1) as f64;
    let mut so_far = 0;
    for (milliseconds, count) in histogram {
        so_far += count;
        sheet.row(&[
            (*milliseconds).into(),
            (*count).into(),
            (*count as f64 / all).into(),
            (so_far as f64 / all).into(),
        ])?;
    }
    Ok(())
}

fn timeline(sheet: &mut Sheet<'_>, results: &Results) -> Result<(), XlsxError> {
    let names = timeline_csv::COLUMNS.map(|(name, _)| name);
    sheet.head(&[&["endpoint"], &names[..]].concat())?;
    let each = (TIMELINE_ROWS / results.timelines.len().max(1)).max(10);
    for (endpoint, timeline) in results.summary.endpoints.iter().zip(&results.timelines) {
        for point in series::at_most(timeline, each) {
            let mut cells = vec![endpoint.endpoint_key.as_str().into()];
            cells.extend(timeline_csv::COLUMNS.map(|(_, read)| Cell::Number(read(&point))));
            sheet.row(&cells)?;
        }
    }
    Ok(())
}

fn decisions(sheet: &mut Sheet<'_>, results: &Results) -> Result<(), XlsxError> {
    sheet.head(&["endpoint", "after, seconds", "action", "workers", "reason"])?;
    // The last ones, where there are more than the workbook has room for.
    let first = results.events.len().saturating_sub(TIMELINE_ROWS);
    for event in &results.events[first..] {
        sheet.row(&[
            key_of(results, event).into(),
            (event.at as f64 / 1e9).into(),
            event.action.name().into(),
            f64::from(event.workers).into(),
            event.why.to_string().as_str().into(),
        ])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{MOST_CHARACTERS, fitting};

    #[test]
    fn a_cell_takes_as_much_as_it_may() {
        let text = fitting(&"🚢".repeat(20_000));
        assert_eq!(text.encode_utf16().count(), MOST_CHARACTERS - 1);
        assert_eq!(fitting("a\u{0}b\nc"), "a\u{fffd}b\nc");
    }
}

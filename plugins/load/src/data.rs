//! Rows that fill places in requests, of a CSV or a JSON-lines file.

use std::io::Read as _;

use plimsoll_core::context::ContextFile;
use plimsoll_core::suggest::did_you_mean;
use serde_json::{Map, Value as Json};

/// A file larger than this is refused: its rows are held in memory.
const LARGEST: u64 = 1 << 30;

/// One value of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cell {
    /// As text, for addresses and headers.
    pub(crate) text: Box<str>,
    /// As JSON, where it is no string there: it takes the place of a whole string of the payload.
    pub(crate) json: Option<Box<str>>,
}

/// The rows of a data file. Requests take them in turn, again from the first after the last.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Table {
    columns: Vec<String>,
    rows: Vec<Box<[Cell]>>,
}

impl Table {
    /// Reads a file by the ending of its name: `.csv`, else JSON lines.
    pub(crate) fn read(file: &ContextFile) -> Result<Self, String> {
        if file.len > LARGEST {
            return Err(format!("{} bytes are more than a gibibyte", file.len));
        }
        let mut text = String::new();
        file.open()
            .and_then(|mut file| file.read_to_string(&mut text))
            .map_err(|error| error.to_string())?;
        let is_csv = file.path.to_ascii_lowercase().ends_with(".csv");
        let table = if is_csv {
            Self::of_csv(&text)?
        } else {
            Self::of_json_lines(&text)?
        };
        match table.rows.is_empty() {
            true => Err("it has no rows".to_owned()),
            false => Ok(table),
        }
    }

    fn of_csv(text: &str) -> Result<Self, String> {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let headers = reader.headers().map_err(|error| error.to_string())?;
        let columns = headers.iter().map(|name| name.trim().to_owned()).collect();
        let rows = reader.records().map(|record| {
            let record = record.map_err(|error| error.to_string())?;
            let cell = |text: &str| Cell {
                text: text.into(),
                json: None,
            };
            Ok(record.iter().map(cell).collect())
        });
        Ok(Self {
            columns,
            rows: rows.collect::<Result<_, String>>()?,
        })
    }

    fn of_json_lines(text: &str) -> Result<Self, String> {
        let mut columns: Vec<String> = Vec::new();
        let mut rows = Vec::new();
        for (number, line) in (1..).zip(text.lines()) {
            if line.trim().is_empty() {
                continue;
            }
            let row: Map<String, Json> = serde_json::from_str(line)
                .map_err(|error| format!("line {number} is no JSON object: {error}"))?;
            if columns.is_empty() {
                columns = row.keys().cloned().collect();
            }
            let cells = columns.iter().map(|column| match row.get(column) {
                None => Err(format!("line {number} has no `{column}`")),
                Some(Json::String(text)) => Ok(Cell {
                    text: text.as_str().into(),
                    json: None,
                }),
                Some(other) => Ok(Cell {
                    text: other.to_string().into(),
                    json: Some(other.to_string().into()),
                }),
            });
            rows.push(cells.collect::<Result<_, _>>()?);
        }
        Ok(Self { columns, rows })
    }

    /// The place of a column.
    pub(crate) fn column(&self, name: &str) -> Result<usize, String> {
        let place = self.columns.iter().position(|column| column == name);
        place.ok_or_else(|| {
            let known = self.columns.join(", ");
            let near = did_you_mean(name, self.columns.iter().map(String::as_str));
            let near = near.map_or_else(String::new, |near| format!("; {near}"));
            format!("there is no column `{name}`; there are: {known}{near}")
        })
    }

    /// The row of the n-th request.
    pub(crate) fn row(&self, number: u64) -> &[Cell] {
        let rows = self.rows.len() as u64;
        &self.rows[usize::try_from(number % rows).unwrap_or(0)]
    }
}

#[cfg(test)]
mod tests {
    use plimsoll_core::context::ContextFile;

    use super::Table;

    fn table(path: &str, text: &str) -> Result<Table, String> {
        Table::read(&ContextFile::of_bytes(path, text.as_bytes().to_vec()))
    }

    #[test]
    fn rows_are_taken_in_turn() {
        let csv = table("a.csv", "id,name\n1,\"Smith, J\"\n2,Wu\n").unwrap();
        assert_eq!(&*csv.row(0)[1].text, "Smith, J");
        assert_eq!(csv.row(2), csv.row(0));
        let lines = table(
            "a.jsonl",
            "{\"id\":1,\"name\":\"x\"}\n\n{\"name\":\"y\",\"id\":[2]}",
        )
        .unwrap();
        assert_eq!(lines.column("name"), Ok(1));
        assert_eq!(lines.row(1)[0].json.as_deref(), Some("[2]"));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let error = |path: &str, text: &str| table(path, text).unwrap_err();
        insta::assert_snapshot!(error("a.csv", "id\n"), @"it has no rows");
        insta::assert_snapshot!(error("a.csv", "a,b\n1\n"), @"CSV error: record 1 (line: 2, byte: 4): found record with 1 fields, but the previous record has 2 fields");
        insta::assert_snapshot!(error("a.jsonl", "{\"a\":1}\n[]"), @"line 2 is no JSON object: invalid type: sequence, expected a map at line 1 column 0");
        insta::assert_snapshot!(error("a.jsonl", "{\"a\":1}\n{}"), @"line 2 has no `a`");
        let table = table("a.csv", "user,name\n1,2\n").unwrap();
        insta::assert_snapshot!(table.column("usr").unwrap_err(), @"there is no column `usr`; there are: user, name; did you mean `user`?");
    }
}

//! Dates and times: what Python's `isoformat` gives for the object that PyYAML makes of them.

use crate::value::Value;

const HOURS_A_DAY: u32 = 24;

/// Reads one field after the other.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn digits(&mut self, least: usize, most: usize) -> Option<u32> {
        let available = self.0.iter().take(most);
        let count = available.take_while(|byte| byte.is_ascii_digit()).count();
        if count < least {
            return None;
        }
        let (digits, rest) = self.0.split_at(count);
        self.0 = rest;
        let value = |sum, digit: &u8| sum * 10 + u32::from(digit - b'0');
        Some(digits.iter().fold(0, value))
    }

    fn one_of(&mut self, wanted: &[u8]) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        let found = wanted.contains(first).then_some(*first)?;
        self.0 = rest;
        Some(found)
    }

    fn blanks(&mut self) -> bool {
        let before = self.0.len();
        while self.one_of(b" \t").is_some() {}
        self.0.len() < before
    }
}

struct Time {
    hour: u32,
    minute: u32,
    second: u32,
    microsecond: u32,
    /// Minutes east of Greenwich.
    offset: Option<i64>,
}

/// Whether this is a date with a time, valid or not.
pub(in crate::yaml) fn has_time(bytes: &[u8]) -> bool {
    matches!(parse(bytes), Some((_, Some(_))))
}

fn parse(bytes: &[u8]) -> Option<([u32; 3], Option<Time>)> {
    let mut fields = Fields(bytes);
    let year = fields.digits(4, 4)?;
    fields.one_of(b"-")?;
    let month = fields.digits(1, 2)?;
    fields.one_of(b"-")?;
    let day = fields.digits(1, 2)?;
    let date = [year, month, day];
    if fields.0.is_empty() {
        return Some((date, None));
    }
    if fields.one_of(b"Tt").is_none() && !fields.blanks() {
        return None;
    }
    let hour = fields.digits(1, 2)?;
    fields.one_of(b":")?;
    let minute = fields.digits(2, 2)?;
    fields.one_of(b":")?;
    let second = fields.digits(2, 2)?;
    let mut microsecond = 0;
    if fields.one_of(b".").is_some() {
        let mut place = 100_000;
        while let Some(digit) = fields.digits(1, 1) {
            microsecond += digit * place;
            place /= 10;
        }
    }
    let blanks = fields.blanks();
    let offset = match fields.one_of(b"Z+-") {
        Some(b'Z') => Some(0),
        Some(sign) => {
            let hours = fields.digits(1, 2)?;
            let minutes = match fields.one_of(b":") {
                Some(_) => fields.digits(2, 2)?,
                None => 0,
            };
            let offset = i64::from(hours * 60 + minutes);
            Some(if sign == b'-' { -offset } else { offset })
        }
        None if blanks => return None,
        None => None,
    };
    let time = Time {
        hour,
        minute,
        second,
        microsecond,
        offset,
    };
    fields.0.is_empty().then_some((date, Some(time)))
}

/// The date in ISO form; or what is wrong with it.
pub(super) fn timestamp(text: &str) -> Result<Value, String> {
    // Python's `$` matches before a line break at the end, too.
    let trimmed = text.strip_suffix('\n').unwrap_or(text);
    let Some(([year, month, day], time)) = parse(trimmed.as_bytes()) else {
        return Err(format!("`{text}` is no date"));
    };
    if year == 0 || !(1..=12).contains(&month) || !(1..=days_in(year, month)).contains(&day) {
        return Err(format!("there is no day `{text}`"));
    }
    let mut iso = format!("{year:04}-{month:02}-{day:02}");
    let Some(time) = time else {
        return Ok(Value::Timestamp(iso.into()));
    };
    if time.hour >= HOURS_A_DAY || time.minute >= 60 || time.second >= 60 {
        return Err(format!("there is no time `{text}`"));
    }
    iso.push_str(&format!(
        "T{:02}:{:02}:{:02}",
        time.hour, time.minute, time.second
    ));
    if time.microsecond > 0 {
        iso.push_str(&format!(".{:06}", time.microsecond));
    }
    if let Some(offset) = time.offset {
        let minutes = offset.abs();
        if minutes >= i64::from(HOURS_A_DAY) * 60 {
            return Err(format!("the time zone of `{text}` is a day off or more"));
        }
        let sign = if offset < 0 { '-' } else { '+' };
        iso.push_str(&format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60));
    }
    Ok(Value::Timestamp(iso.into()))
}

fn days_in(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => {
            29
        }
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

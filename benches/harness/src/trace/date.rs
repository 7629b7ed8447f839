//! Dates and times as traces write them.

/// Nanoseconds since 1970 of `2023-11-16 18:17:03.9799600`, also with a `T` between and a `Z` or
/// an offset at the end; or of a plain number, which is multiplied by `unit`.
pub(super) fn instant(text: &str, unit: i64) -> Option<i64> {
    let text = text.trim().trim_matches('"');
    if let Some((year, _)) = text.split_once('-')
        && year.len() == 4
    {
        return date_time(text);
    }
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if digits(whole) && digits(fraction) && whole.len() + fraction.len() > 0 {
        // A float would lose the nanoseconds of a time since 1970.
        let whole: i64 = if whole.is_empty() {
            0
        } else {
            whole.parse().ok()?
        };
        return whole.checked_mul(unit)?.checked_add(parts(fraction, unit)?);
    }
    let number: f64 = text.parse().ok()?;
    let scaled = number * unit as f64;
    #[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
    (scaled.abs() < 9e18).then_some(scaled as i64)
}

/// The digits behind a point, as a part of `unit`.
fn parts(digits: &str, unit: i64) -> Option<i64> {
    let digits = digits.get(..digits.len().min(9))?;
    if digits.is_empty() {
        return Some(0);
    }
    let value: i64 = digits.parse().ok()?;
    let scale = 10_i64.checked_pow(u32::try_from(digits.len()).ok()?)?;
    i64::try_from(i128::from(value) * i128::from(unit) / i128::from(scale)).ok()
}

fn date_time(text: &str) -> Option<i64> {
    let (date, time) = text.split_once([' ', 'T']).unwrap_or((text, "0:0:0"));
    let mut fields = date.split('-');
    let mut field = |bound| below(fields.next()?, bound);
    let (year, month, day) = (field(10_000)?, field(13)?, field(32)?);
    if month == 0 || day == 0 || fields.next().is_some() {
        return None;
    }
    let (time, offset) = offset(time)?;
    let mut fields = time.trim().split(':');
    let (hour, minute) = (below(fields.next()?, 24)?, below(fields.next()?, 60)?);
    let (second, fraction) = fields.next().map_or(("0", ""), |second| {
        second.split_once('.').unwrap_or((second, ""))
    });
    // The 61st second of a minute is a leap second.
    let second = below(second, 61)?;
    let seconds = days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second - offset;
    const SECOND: i64 = 1_000_000_000;
    seconds
        .checked_mul(SECOND)?
        .checked_add(parts(fraction, SECOND)?)
}

/// A whole number below a bound.
fn below(text: &str, bound: i64) -> Option<i64> {
    let number = text.parse().ok()?;
    (0..bound).contains(&number).then_some(number)
}

/// A time without its offset from universal time, and that in seconds.
fn offset(time: &str) -> Option<(&str, i64)> {
    if let Some(time) = time.strip_suffix('Z').or(time.strip_suffix(" UTC")) {
        return Some((time, 0));
    }
    let Some(place) = time.rfind(['+', '-']) else {
        return Some((time, 0));
    };
    let (time, offset) = time.split_at(place);
    let (sign, offset) = (if offset.starts_with('-') { -1 } else { 1 }, &offset[1..]);
    let (hours, minutes) = offset
        .split_once(':')
        .or_else(|| offset.split_at_checked(2))?;
    let minutes = if minutes.is_empty() {
        0
    } else {
        below(minutes, 60)?
    };
    Some((time, sign * (below(hours, 24)? * 3_600 + minutes * 60)))
}

/// Days from 1970-01-01 in the Gregorian calendar: years begin in March, so that the day that
/// leap years add is their last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + of_year
        - 719_468
}

#[cfg(test)]
mod tests {
    use super::instant;

    #[test]
    fn dates_and_numbers() {
        let at = |text| instant(text, 1_000_000_000);
        assert_eq!(at("1970-01-01 00:00:00"), Some(0));
        assert_eq!(at("2000-02-29T12:00:00Z"), Some(951_825_600_000_000_000));
        assert_eq!(
            at("2023-11-16 18:17:03.9799600"),
            Some(1_700_158_623_979_960_000)
        );
        for same in [
            "2023-11-16T19:17:03+01:00",
            "2023-11-16 19:17:03 +0100",
            "2023-11-16 18:17:03 UTC",
        ] {
            assert_eq!(at(same), at("2023-11-16 18:17:03"), "{same}");
        }
        assert_eq!(at("1700158623.979960001"), Some(1_700_158_623_979_960_001));
        assert_eq!(instant("27482", 1_000_000), Some(27_482_000_000));
        assert_eq!(at("1e3"), Some(1_000_000_000_000));
        for wrong in [
            "",
            "x",
            "2023-13-01 00:00:00",
            "2023-01-01 00",
            "1.2.3",
            "nan",
            "1e300",
            "2023-01-01 9000000000000000000:00:00",
            "2023-01-01 00:00:00+9000000000000000000:00",
            "2023-01-01 00:-1:00",
            "2023-01-00 00:00:00",
            "2023-01-01-01 00:00:00",
            "2023-01-01 00:00:00.1é",
            "9223372036854775807",
        ] {
            assert_eq!(at(wrong), None, "{wrong}");
        }
    }
}

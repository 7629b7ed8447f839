use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

use crate::service::Service;

/// The longest body that may be asked for, in bytes.
const LONGEST: usize = 64 << 20;
/// The most events that may be asked for.
const EVENTS: u32 = 1_000_000;

/// What a request's query asks for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Ask {
    pub(crate) status: Option<u16>,
    pub(crate) bytes: usize,
    pub(crate) delay: Option<Service>,
    pub(crate) close: bool,
    pub(crate) first: Option<Service>,
    pub(crate) gap: Service,
    pub(crate) kind: Kind,
}

/// The shape of an answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    /// With a content-length.
    Plain,
    /// In two chunks.
    Chunked,
    /// Up to the end of the connection.
    Eof,
    /// The connection is reset.
    Reset,
    /// Never given.
    Hang,
    /// A redirect.
    Redirect,
    /// The request itself, as JSON.
    Echo,
    /// So many events, and one that says that they are done.
    Events(u32),
}

impl Default for Ask {
    fn default() -> Self {
        Self {
            status: None,
            bytes: 128,
            delay: None,
            close: false,
            first: None,
            gap: Service::None,
            kind: Kind::Plain,
        }
    }
}

impl Ask {
    /// Reads the query of a request's target; the error is for its sender to read.
    pub(crate) fn read(target: &str) -> Result<Self, String> {
        let mut ask = Self::default();
        let Some((_, query)) = target.split_once('?') else {
            return Ok(ask);
        };
        for pair in query.split('&') {
            let (key, value) = pair.split_once('=').unwrap_or((pair, "1"));
            let wished = value != "0";
            match key {
                "status" => ask.status = Some(number(key, value, &(200..=599))?),
                "bytes" => ask.bytes = number(key, value, &(0..=LONGEST))?,
                "delay" => ask.delay = Some(time(key, value)?),
                "first" => ask.first = Some(time(key, value)?),
                "gap" => ask.gap = time(key, value)?,
                "sse" => ask.kind = Kind::Events(number(key, value, &(0..=EVENTS))?),
                "close" => ask.close = wished,
                "chunked" if wished => ask.kind = Kind::Chunked,
                "eof" if wished => ask.kind = Kind::Eof,
                "reset" if wished => ask.kind = Kind::Reset,
                "hang" if wished => ask.kind = Kind::Hang,
                "redirect" if wished => ask.kind = Kind::Redirect,
                "echo" if wished => ask.kind = Kind::Echo,
                _ => {}
            }
        }
        Ok(ask)
    }
}

fn number<T>(key: &str, value: &str, range: &RangeInclusive<T>) -> Result<T, String>
where
    T: FromStr + PartialOrd + Display,
{
    let read = value.parse().ok();
    read.filter(|number| range.contains(number)).ok_or_else(|| {
        let (least, most) = (range.start(), range.end());
        format!("`{key}` is a number from {least} to {most}, not `{value}`.\n")
    })
}

fn time(key: &str, value: &str) -> Result<Service, String> {
    value.parse().map_err(|error| format!("`{key}`: {error}\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_switch_is_ignored() {
        let plain = Ask::default();
        for target in ["/", "/?", "/?a=b&&=&hang=0&user", "*"] {
            assert_eq!(Ask::read(target).as_ref(), Ok(&plain), "{target}");
        }
    }

    #[test]
    fn a_switch_that_cannot_be_read_is_told_of() {
        for target in [
            "/?status=99",
            "/?bytes=-1",
            "/?delay=5",
            "/?sse=x",
            "/?gap=",
        ] {
            assert!(Ask::read(target).is_err(), "{target}");
        }
    }
}

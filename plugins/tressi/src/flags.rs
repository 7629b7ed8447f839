//! The flags of older Tressi command lines, and what says the same today.

/// A flag of an older command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flag {
    /// Its long name.
    pub long: &'static str,
    /// Its short name, where it had one.
    pub short: Option<char>,
    /// Whether a value follows it.
    pub value: Arity,
    /// What became of it.
    pub fate: Fate,
}

/// Whether a value follows a flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arity {
    /// None.
    None,
    /// One may.
    Optional,
    /// One must.
    One,
}

/// What became of a flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is this key of a load test, as it stands.
    Key(&'static str),
    /// It is this key of a load test: a list, whose items are typed with commas.
    List(&'static str),
    /// It is this argument of `plimsoll run`.
    Argument(&'static str),
}

/// The flags of Tressi 0.0.1 to 0.0.20.
pub const FLAGS: [Flag; 14] = [
    of("config", Some('c'), Arity::One, Fate::Argument("PATH")),
    of("workers", None, Arity::One, Fate::Key("workers")),
    of(
        "concurrent-requests",
        None,
        Arity::One,
        Fate::Key("concurrentRequests"),
    ),
    of("duration", None, Arity::One, Fate::Key("duration")),
    of("ramp-up-time", None, Arity::One, Fate::Key("rampUpTime")),
    of("rps", None, Arity::One, Fate::Key("rps")),
    of("autoscale", None, Arity::None, Fate::Key("autoscale")),
    of("export", Some('e'), Arity::Optional, Fate::Key("export")),
    of("no-ui", None, Arity::None, Fate::Argument("--quiet")),
    of("silent", Some('s'), Arity::None, Fate::Argument("--quiet")),
    of(
        "early-exit-on-error",
        None,
        Arity::None,
        Fate::Key("earlyExitOnError"),
    ),
    of(
        "error-rate-threshold",
        None,
        Arity::One,
        Fate::Key("errorRateThreshold"),
    ),
    of(
        "error-count-threshold",
        None,
        Arity::One,
        Fate::Key("errorCountThreshold"),
    ),
    of(
        "error-status-codes",
        None,
        Arity::One,
        Fate::List("errorStatusCodes"),
    ),
];

const fn of(long: &'static str, short: Option<char>, value: Arity, fate: Fate) -> Flag {
    Flag {
        long,
        short,
        value,
        fate,
    }
}

/// The flag of a name, as it is typed: `--rps`, `-c`.
#[must_use]
pub fn flag(typed: &str) -> Option<&'static Flag> {
    let mut letters = typed.strip_prefix('-')?.chars();
    let short = letters.next().filter(|_| letters.next().is_none());
    let is_it = |flag: &&Flag| match typed.strip_prefix("--") {
        Some(long) => flag.long == long,
        None => short.is_some() && flag.short == short,
    };
    FLAGS.iter().find(is_it)
}

#[cfg(test)]
mod tests {
    use super::{FLAGS, Fate, flag};
    use crate::schema::LOAD_TEST;

    #[test]
    fn what_became_of_a_flag_is_a_key_that_there_is() {
        for flag in &FLAGS {
            if let Fate::Key(key) | Fate::List(key) = flag.fate {
                assert!(LOAD_TEST.field(key).is_some(), "--{}", flag.long);
            }
        }
    }

    #[test]
    fn flags_are_found_as_they_are_typed() {
        let fate = |typed: &str| flag(typed).map(|flag| flag.fate);
        assert_eq!(fate("--rps"), Some(Fate::Key("rps")));
        assert_eq!(
            fate("--error-status-codes"),
            Some(Fate::List("errorStatusCodes"))
        );
        assert_eq!(fate("-c"), Some(Fate::Argument("PATH")));
        assert_eq!(fate("-e"), Some(Fate::Key("export")));
        for unknown in ["rps", "--rp", "-r", "-", "--", "--c", "-rps"] {
            assert_eq!(fate(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn each_flag_is_there_once() {
        let mut names: Vec<_> = FLAGS.iter().map(|flag| flag.long).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), FLAGS.len());
    }
}

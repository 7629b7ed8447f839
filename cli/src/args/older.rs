//! The flags of Tressi's command lines, as `run` has them today.

use std::ffi::OsString;

use plimsoll::tressi::{Arity, Fate, flag};

use crate::error::CliError;

/// A command line, and what was changed in it.
pub(crate) struct Translated {
    pub(crate) arguments: Vec<OsString>,
    /// One sentence for each flag of an older command line.
    pub(crate) notes: Vec<String>,
}

/// Flags that `run` has itself, with the same meaning.
const TODAYS: [&str; 1] = ["--duration"];
/// Flags of every command that have a value.
const GLOBAL: [&str; 4] = ["--config", "--plugin", "--color", "--log-format"];

/// Brings the flags of older command lines into today's. Only those of `run` are looked at, and what is
/// no flag of Tressi's stays.
///
/// # Errors
/// When a flag has no value and must have one.
pub(crate) fn translate(
    arguments: impl IntoIterator<Item = OsString>,
) -> Result<Translated, CliError> {
    let mut rest = arguments.into_iter().peekable();
    let mut translated = Translated {
        arguments: rest.next().into_iter().collect(),
        notes: Vec::new(),
    };
    let mut is_run = None;
    while let Some(argument) = rest.next() {
        let text = argument.to_str().unwrap_or_default();
        let (name, joined) = match text.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (text, None),
        };
        if is_run.is_none() && !name.starts_with('-') {
            is_run = Some(name == "run");
        } else if is_run.is_none() && GLOBAL.contains(&name) && joined.is_none() {
            translated.arguments.push(argument);
            translated.arguments.extend(rest.next());
            continue;
        }
        // `--config` is a settings file today: what is none of those is Tressi's load test.
        let is_settings = |value: &str| value.ends_with(".toml");
        let today = match name {
            "--config" => match (&joined, rest.peek()) {
                (Some(value), _) => is_settings(value),
                (None, Some(next)) => is_settings(&next.to_string_lossy()),
                (None, None) => true,
            },
            name => TODAYS.contains(&name),
        };
        let known = flag(name).filter(|_| is_run == Some(true) && !today);
        let Some(known) = known else {
            translated.arguments.push(argument);
            continue;
        };
        let is_value = |next: &OsString| !next.to_string_lossy().starts_with('-');
        let value = match (known.value, joined) {
            (_, Some(value)) => Some(value),
            (Arity::None, None) => None,
            (Arity::One | Arity::Optional, None) => rest
                .next_if(is_value)
                .map(|value| value.to_string_lossy().into_owned()),
        };
        let value = value.filter(|value| !value.is_empty());
        if known.value == Arity::One && value.is_none() {
            return Err(CliError::usage(format!("`{name}` needs a value")));
        }
        let today: Vec<String> = match (known.fate, value) {
            (Fate::Argument("PATH"), Some(value)) => vec![value],
            (Fate::Argument(argument), _) => vec![argument.to_owned()],
            (Fate::Key("export"), Some(value)) => vec!["--out".to_owned(), value],
            (Fate::Key("export"), None) => vec!["--out".to_owned(), "load-test-report".to_owned()],
            (Fate::Key(key), Some(value)) => vec!["--set".to_owned(), format!("{key}={value}")],
            (Fate::Key(key), None) => vec!["--set".to_owned(), format!("{key}=true")],
            (Fate::List(key), value) => {
                let list = value.unwrap_or_default();
                vec!["--set".to_owned(), format!("{key}=[{list}]")]
            }
        };
        translated.notes.push(format!(
            "`{name}` is a flag of Tressi's; today it is: {}",
            today.join(" ")
        ));
        translated
            .arguments
            .extend(today.into_iter().map(OsString::from));
    }
    Ok(translated)
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::translate;

    fn today(line: &str) -> String {
        let words = line.split(' ').map(OsString::from);
        let words = translate(words).unwrap().arguments.into_iter();
        words
            .map(|word| word.into_string().unwrap())
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn older_flags_are_todays() {
        insta::assert_snapshot!(
            today("plimsoll run -c a.json --workers 5 --rps=100 --autoscale --error-status-codes 500,503 --no-ui -e"),
            @"plimsoll run a.json --set workers=5 --set rps=100 --set autoscale=true --set errorStatusCodes=[500,503] --quiet --out load-test-report"
        );
        insta::assert_snapshot!(
            today("plimsoll run a.json --duration 5 -q --early-exit-on-error -e out -s"),
            @"plimsoll run a.json --duration 5 -q --set earlyExitOnError=true --out out --quiet"
        );
        insta::assert_snapshot!(
            today("plimsoll --color never run --config a.json --config p.toml"),
            @"plimsoll --color never run a.json --config p.toml"
        );
    }

    #[test]
    fn a_flag_without_the_value_that_it_needs_is_named() {
        for (line, name) in [
            ("plimsoll run a.json --rps", "--rps"),
            ("plimsoll run a.json --workers --no-ui", "--workers"),
            (
                "plimsoll run a.json --error-status-codes=",
                "--error-status-codes",
            ),
            ("plimsoll run -c", "-c"),
        ] {
            let words = line.split(' ').map(OsString::from);
            let error = translate(words).err().unwrap();
            assert_eq!(error.message(), format!("`{name}` needs a value"));
            assert_eq!(error.code(), 2);
        }
    }

    #[test]
    fn other_commands_are_left_alone() {
        let line = "plimsoll push -e production --config x";
        assert_eq!(today(line), line);
        assert!(
            translate(line.split(' ').map(OsString::from))
                .unwrap()
                .notes
                .is_empty()
        );
    }
}

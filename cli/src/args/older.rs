//! The flags of Tressi's command lines, as `run` has them today.

use std::ffi::OsString;

use plimsoll::tressi::{Arity, Fate, flag};

/// A command line, and what was changed in it.
pub(crate) struct Translated {
    pub(crate) arguments: Vec<OsString>,
    /// One sentence for each flag of an older command line.
    pub(crate) notes: Vec<String>,
}

/// Flags that `run` has itself, with the same meaning.
const TODAYS: [&str; 2] = ["--duration", "--config"];

/// Brings the flags of older command lines into today's. Only those of `run` are looked at, and what is
/// no flag of Tressi's stays.
pub(crate) fn translate(arguments: impl IntoIterator<Item = OsString>) -> Translated {
    let mut rest = arguments.into_iter().peekable();
    let mut translated = Translated {
        arguments: rest.next().into_iter().collect(),
        notes: Vec::new(),
    };
    let is_run = rest.peek().is_some_and(|command| command == "run");
    while let Some(argument) = rest.next() {
        let text = argument.to_str().unwrap_or_default();
        let (name, joined) = match text.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (text, None),
        };
        let known = flag(name).filter(|_| is_run && !TODAYS.contains(&name));
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
    translated
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::translate;

    fn today(line: &str) -> String {
        let words = line.split(' ').map(OsString::from);
        let words = translate(words).arguments.into_iter();
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
    }

    #[test]
    fn other_commands_are_left_alone() {
        let line = "plimsoll push -e production --config x";
        assert_eq!(today(line), line);
        assert!(
            translate(line.split(' ').map(OsString::from))
                .notes
                .is_empty()
        );
    }
}

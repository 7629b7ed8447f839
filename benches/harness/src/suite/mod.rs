//! Suites: scenarios as data, each with a name and a question.

mod file;

use std::path::Path;

use crate::error::Error;
use crate::scenario::Scenario;

/// The scenarios that ship with the harness.
const STANDARD: &str = include_str!("standard.toml");

/// Scenarios that are run together.
#[derive(Clone, Debug)]
pub struct Suite {
    /// Its name.
    pub name: String,
    /// What its scenarios are for, in one sentence.
    pub summary: String,
    /// The scenarios, in order.
    pub scenarios: Vec<Scenario>,
}

impl Suite {
    /// The suite that ships with the harness.
    ///
    /// # Errors
    /// Never, since a test reads it; the type is that of [`parse`](Self::parse).
    pub fn standard() -> Result<Self, Error> {
        Self::parse(STANDARD, Path::new(""))
    }

    /// Reads a suite. Traces are looked for from `folder`.
    ///
    /// # Errors
    /// When the text is no suite, or a scenario in it is wrong; the message names the scenario.
    pub fn parse(text: &str, folder: &Path) -> Result<Self, Error> {
        file::parse(text, folder)
    }

    /// Reads a suite from a file; its traces are looked for beside it.
    ///
    /// # Errors
    /// As [`parse`](Self::parse), and when the file cannot be read.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path).map_err(|source| Error::Read {
            path: path.to_owned(),
            source,
        })?;
        Self::parse(&text, path.parent().unwrap_or(Path::new("")))
    }

    /// The suite with another scenario, such as one of a trace of the user's own.
    #[must_use]
    pub fn with(mut self, scenario: Scenario) -> Self {
        self.scenarios.push(scenario);
        self
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::Suite;

    #[test]
    fn the_standard_suite_is_sound() {
        let suite = Suite::standard().unwrap();
        assert!(suite.scenarios.len() >= 8);
        let names: BTreeSet<_> = suite.scenarios.iter().map(|one| &one.name).collect();
        assert_eq!(names.len(), suite.scenarios.len(), "names are unique");
        for scenario in &suite.scenarios {
            assert!(scenario.question.ends_with('?'), "{}", scenario.name);
            scenario.horizon().unwrap();
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        let error = |text| Suite::parse(text, Path::new("")).unwrap_err().to_string();
        insta::assert_snapshot!(error("name = 'x'\n[[scenario]]\nname = 'one'\narrivals = 'poison(rate=1)'\nservice = '1s'\n"), @"
        scenario `one`, arrivals: there is no generator `poison`; known are: poisson, constant, ramp, diurnal, spike, onoff, selfsimilar, trace; did you mean `poisson`?
          poison(rate=1)
          ^^^^^^
        ");
        let unknown =
            error("name = 'x'\n[[scenario]]\nname = 'one'\narrival = 'poisson(rate=1)'\n");
        assert!(
            unknown.starts_with("scenario `one`: unknown field `arrival`"),
            "{unknown}"
        );
    }
}

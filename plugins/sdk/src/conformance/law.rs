//! Laws, and what is said of who breaks one.

use std::any::Any;
use std::fmt::{Debug, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, TestCaseError, TestError, TestRunner};

/// A law that was broken, and how.
#[derive(Debug)]
pub(super) struct Broken {
    law: &'static str,
    how: String,
}

impl Broken {
    /// The same, broken with something.
    pub(super) fn with(mut self, what: &str) -> Self {
        // Writing to a `String` does not fail.
        let _ = write!(self.how, "\n  with: {what}");
        self
    }
}

/// Whether the laws hold.
pub(super) type Verdict = Result<(), Broken>;

/// A law is broken.
pub(super) fn broken<T>(law: &'static str, how: impl Into<String>) -> Result<T, Broken> {
    let how = how.into();
    Err(Broken { law, how })
}

/// The law holds where the condition does.
pub(super) fn holds(law: &'static str, condition: bool, how: impl FnOnce() -> String) -> Verdict {
    if condition {
        Ok(())
    } else {
        broken(law, how())
    }
}

/// The law holds where both are the same.
pub(super) fn same<T: PartialEq + Debug>(law: &'static str, one: &T, other: &T) -> Verdict {
    holds(law, one == other, || {
        format!("first it was {one:?},\n    then it was {other:?}")
    })
}

/// The law holds where the call does not panic.
pub(super) fn unharmed<T>(law: &'static str, call: impl FnOnce() -> T) -> Result<T, Broken> {
    catch_unwind(AssertUnwindSafe(call)).or_else(|payload| {
        let said = words(&*payload);
        broken(law, format!("it panicked: {said}"))
    })
}

fn words(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| payload.downcast_ref::<&'static str>().copied());
    text.unwrap_or("it does not say why")
}

/// What is tested.
#[derive(Clone, Debug)]
pub(super) struct Subject {
    /// What it is, such as `the scaling policy acme/steps`.
    what: String,
    /// What it was tested with, in words.
    with: Vec<String>,
}

impl Subject {
    pub(super) fn new(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            with: Vec::new(),
        }
    }

    /// The same, tested with something.
    pub(super) fn with(&self, what: impl Into<String>) -> Self {
        let mut with = self.clone();
        with.with.push(what.into());
        with
    }

    /// What came of it.
    ///
    /// # Panics
    /// When a law is broken.
    #[track_caller]
    pub(super) fn must<T>(&self, result: Result<T, Broken>) -> T {
        match result {
            Ok(value) => value,
            Err(broken) => self.fail(broken.law, &broken.how, None),
        }
    }

    /// Holds the laws for inputs that are made, as many as the share of `PROPTEST_CASES` says: all of
    /// them for 1, a quarter for 4.
    ///
    /// # Panics
    /// When a law is broken, with the smallest input that breaks it.
    #[track_caller]
    pub(super) fn must_for_all<S: Strategy>(
        &self,
        share: u32,
        inputs: &S,
        laws: impl Fn(&S::Value) -> Verdict,
    ) {
        let usual = Config::default();
        let mut runner = TestRunner::new(Config {
            cases: (usual.cases / share).max(1),
            failure_persistence: None,
            max_shrink_iters: 4096 / share,
            ..usual
        });
        let outcome = runner.run(inputs, |input| {
            laws(&input).map_err(|Broken { law, how }| TestCaseError::fail(join(law, &how)))
        });
        match outcome {
            Ok(()) => {}
            Err(TestError::Fail(reason, input)) => {
                let reason = reason.to_string();
                let (law, how) = split(&reason);
                self.fail(law, how, Some(format!("{input:#?}")));
            }
            Err(TestError::Abort(reason)) => {
                self.fail("it can be tested", &reason.to_string(), None);
            }
        }
    }

    #[expect(clippy::panic, reason = "a conformance test fails by panicking")]
    #[track_caller]
    fn fail(&self, law: &str, how: &str, input: Option<String>) -> ! {
        let mut said = format!("{} breaks a law: {law}.\n  how: {how}", self.what);
        // Writing to a `String` does not fail.
        for with in &self.with {
            let _ = write!(said, "\n  with: {with}");
        }
        if let Some(input) = input {
            let _ = write!(said, "\n  input: {}", input.replace('\n', "\n  "));
        }
        panic!("{said}");
    }
}

/// A test case carries one text.
const SEAM: &str = "\u{1f}";

fn join(law: &str, how: &str) -> String {
    format!("{law}{SEAM}{how}")
}

fn split(reason: &str) -> (&str, &str) {
    // What has no seam is a panic that no law looks at.
    reason
        .split_once(SEAM)
        .unwrap_or(("it never panics", reason))
}

//! What ends an endpoint, or the test, before its time.

use std::collections::VecDeque;

use crate::clock::whole;
use crate::plan::EarlyExit;
use crate::results::Why;

/// A share of fewer requests than these says little.
const FEWEST: u64 = 10;

/// Watches the errors of an endpoint, or of all.
#[derive(Clone, Debug)]
pub(super) struct Watch {
    exit: EarlyExit,
    /// In nanoseconds; 0 for all of the test.
    window: u64,
    /// What was counted at times within the window, and the last time before it.
    history: VecDeque<Counted>,
}

/// What was counted until a time.
#[derive(Clone, Copy, Debug)]
struct Counted {
    at: u64,
    requests: u64,
    errors: u64,
}

impl Watch {
    pub(super) fn new(exit: &EarlyExit) -> Self {
        Self {
            window: exit.error_rate_window_seconds.map_or(0, whole),
            exit: exit.clone(),
            history: VecDeque::new(),
        }
    }

    /// Whether one of these status codes ends it.
    pub(super) fn status(&self, seen: &[u16]) -> Option<Why> {
        let codes = self.exit.status_codes.as_deref()?;
        let found = seen.iter().find(|status| codes.contains(status));
        found.map(|status| Why::Status(*status))
    }

    /// Whether so many errors of so many requests until now end it.
    pub(super) fn rate(&mut self, now: u64, requests: u64, errors: u64) -> Option<Why> {
        if self.exit.error_count.is_some_and(|most| errors >= most) {
            return Some(Why::ErrorCount);
        }
        let most = self.exit.error_rate?;
        let (mut requests_before, mut errors_before) = (0, 0);
        if self.window > 0 {
            self.history.push_back(Counted {
                at: now,
                requests,
                errors,
            });
            let begins = now.saturating_sub(self.window);
            while self.history.get(1).is_some_and(|next| next.at <= begins) {
                self.history.pop_front();
            }
            if let Some(before) = self.history.front()
                && before.at <= begins
            {
                (requests_before, errors_before) = (before.requests, before.errors);
            }
        }
        let (requests, errors) = (requests - requests_before, errors - errors_before);
        let share = errors as f64 / requests.max(1) as f64;
        (requests >= FEWEST && errors > 0 && share >= most).then_some(Why::ErrorRate)
    }
}

#[cfg(test)]
mod tests {
    use super::Watch;
    use crate::plan::EarlyExit;
    use crate::results::Why;

    const SECOND: u64 = 1_000_000_000;

    #[test]
    fn a_share_is_taken_over_its_window() {
        let mut watch = Watch::new(&EarlyExit {
            error_rate: Some(0.5),
            error_rate_window_seconds: Some(2.0),
            ..EarlyExit::default()
        });
        assert_eq!(watch.rate(SECOND, 1000, 0), None);
        assert_eq!(watch.rate(2 * SECOND, 1010, 5), None);
        // 60 of the last 70, though 60 of 1070 in all.
        assert_eq!(watch.rate(4 * SECOND, 1080, 65), Some(Why::ErrorRate));
    }

    #[test]
    fn numbers_and_codes_end_it_at_once() {
        let mut watch = Watch::new(&EarlyExit {
            error_count: Some(3),
            status_codes: Some(vec![500, 503]),
            ..EarlyExit::default()
        });
        assert_eq!(watch.rate(SECOND, 100, 2), None);
        assert_eq!(watch.rate(SECOND, 100, 3), Some(Why::ErrorCount));
        assert_eq!(watch.status(&[200, 503]), Some(Why::Status(503)));
        assert_eq!(watch.status(&[200, 404]), None);
    }

    #[test]
    fn few_requests_say_little() {
        let mut watch = Watch::new(&EarlyExit {
            error_rate: Some(0.1),
            ..EarlyExit::default()
        });
        assert_eq!(watch.rate(SECOND, 1, 1), None);
        assert_eq!(watch.rate(SECOND, 10, 1), Some(Why::ErrorRate));
    }
}

use std::collections::HashMap;

use crate::options::Options;

/// Paths that are counted apart: a test that makes up paths is not to fill memory.
const PATHS: usize = 10_000;

/// What one thread saw arrive. Times are nanoseconds since the server's start.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    pub(crate) requests: u64,
    pub(crate) first: Option<u64>,
    pub(crate) last: Option<u64>,
    pub(crate) paths: HashMap<String, u64>,
    pub(crate) arrivals: Vec<u64>,
}

impl Recorder {
    pub(crate) fn record(&mut self, path: &str, now: u64, keep: bool) {
        self.requests += 1;
        self.first.get_or_insert(now);
        self.last = Some(now);
        if let Some(count) = self.paths.get_mut(path) {
            *count += 1;
        } else if self.paths.len() < PATHS {
            self.paths.insert(path.to_owned(), 1);
        }
        if keep && self.arrivals.len() < Options::ARRIVALS {
            self.arrivals.push(now);
        }
    }
}

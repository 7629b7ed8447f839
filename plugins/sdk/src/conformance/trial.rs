//! What a deployer is tested with.

use std::fmt;
use std::time::Duration;

use plimsoll_core::release::Release;
use serde_json::Value as Json;

use super::releases::{CANARY, releases};

/// What a deployer is tested with.
pub struct Trial<'a> {
    /// Its options: they lead to a platform that holds nothing of the releases yet.
    pub options: Json,
    /// What is pushed, one after the other.
    pub releases: Vec<Release>,
    /// What must show nowhere: keys, and values of environment variables.
    pub secrets: Vec<String>,
    /// What the platform holds, in words, by another way than through the deployer: its files, its
    /// database. Asked while nothing is at work. Without it, what a plan changes is seen in the next
    /// plan alone.
    pub state: Option<&'a dyn Fn() -> String>,
    /// How long a deployer may take to stop that is interrupted; what is not interrupted may take
    /// thirty times as long.
    pub patience: Duration,
}

impl Trial<'_> {
    /// A trial with these options, and the kit's own [`releases`]: ten seconds to stop.
    #[must_use]
    pub fn new(options: Json) -> Self {
        Self {
            options,
            releases: releases("kit-model"),
            secrets: vec![CANARY.to_owned()],
            state: None,
            patience: Duration::from_secs(10),
        }
    }
}

/// Options and secrets do not show.
impl fmt::Debug for Trial<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.releases.iter().map(|release| &release.name);
        formatter
            .debug_struct("Trial")
            .field("releases", &names.collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

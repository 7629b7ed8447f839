//! Logs of deployments.

use serde::{Deserialize, Serialize};

/// How much a log line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LogLevel {
    /// For who looks for a fault.
    Debug,
    /// For who follows along.
    Info,
    /// Probably not as meant.
    Warning,
    /// Something failed.
    Error,
}

/// The order of log lines in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SortOrder {
    /// Oldest first.
    Asc,
    /// Newest first: what clients expect where nothing is said.
    Desc,
}

/// One line of a log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogEntry {
    /// Nanoseconds since the Unix epoch, as decimal text.
    pub timestamp: String,
    /// The line.
    pub message: String,
    /// The replica that wrote it.
    pub replica: Option<String>,
    /// The request it belongs to.
    #[serde(default)]
    pub request_id: Option<String>,
    /// How much it matters.
    #[serde(default)]
    pub level: Option<LogLevel>,
}

/// The answer to a request for logs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Logs {
    /// Newest first, unless asked otherwise.
    pub logs: Vec<LogEntry>,
}

/// Which log lines to answer: the body of `POST …/logs`, the query of `GET …/logs`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LogsQuery {
    /// No older than this, in milliseconds since the Unix epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_epoch_millis: Option<i64>,
    /// Older than this, in milliseconds since the Unix epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_epoch_millis: Option<i64>,
    /// Newest first where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direction: Option<SortOrder>,
    /// How many at most; see [`limits::LOG_LIMIT`](crate::limits::LOG_LIMIT).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// No line that matters less.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_level: Option<LogLevel>,
    /// Lines of this replica only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replica: Option<String>,
    /// Lines of this request only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// Lines of this component only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub component: Option<String>,
    /// Lines with this text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search_pattern: Option<String>,
    /// Lines with each of these texts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub includes: Vec<String>,
    /// Lines with none of these texts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub excludes: Vec<String>,
}

//! Rows of `logs`.

use plimsoll_baseten_api::{LogEntry, LogLevel, LogsQuery, SortOrder, limits};
use rusqlite::{Transaction, named_params};

use super::StoreError;

const fn number(level: LogLevel) -> u8 {
    match level {
        LogLevel::Debug => 0,
        LogLevel::Info => 1,
        LogLevel::Warning => 2,
        LogLevel::Error => 3,
    }
}

const fn level(number: u8) -> LogLevel {
    match number {
        0 => LogLevel::Debug,
        1 => LogLevel::Info,
        2 => LogLevel::Warning,
        _ => LogLevel::Error,
    }
}

/// Adds a line to a deployment's log. A line for a deployment that is gone is dropped.
pub(crate) fn append(
    tx: &Transaction<'_>,
    deployment: &str,
    at_nanos: i64,
    level: LogLevel,
    message: &str,
) -> Result<(), StoreError> {
    tx.prepare_cached(
        "INSERT INTO logs (deployment_id, at_nanos, level, message)
         SELECT id, ?2, ?3, ?4 FROM deployments WHERE id = ?1",
    )?
    .execute(rusqlite::params![
        deployment,
        at_nanos,
        number(level),
        message
    ])?;
    Ok(())
}

/// The lines of a deployment's log that a query asks for.
pub(crate) fn select(
    tx: &Transaction<'_>,
    deployment: &str,
    query: &LogsQuery,
) -> Result<Vec<LogEntry>, StoreError> {
    // The platform runs no replica and serves no request, so no line belongs to one.
    if query.replica.is_some() || query.request_id.is_some() {
        return Ok(Vec::new());
    }
    let order = match query.direction {
        Some(SortOrder::Asc) => "ASC",
        Some(SortOrder::Desc) | None => "DESC",
    };
    let mut statement = tx.prepare_cached(&format!(
        "SELECT at_nanos, level, message FROM logs
         WHERE deployment_id = :deployment AND at_nanos >= :start AND at_nanos < :end
           AND level >= :level
         ORDER BY at_nanos {order}, id {order}"
    ))?;
    let nanos = |millis: i64| millis.saturating_mul(1_000_000);
    let mut rows = statement.query(named_params! {
        ":deployment": deployment,
        ":start": query.start_epoch_millis.map_or(i64::MIN, nanos),
        ":end": query.end_epoch_millis.map_or(i64::MAX, nanos),
        ":level": query.min_level.map_or(0, number),
    })?;
    let wanted = query.limit.unwrap_or(limits::LOG_LIMIT_DEFAULT) as usize;
    let mut entries = Vec::new();
    while entries.len() < wanted {
        let Some(row) = rows.next()? else { break };
        let message: String = row.get(2)?;
        if matches(&message, query) {
            entries.push(LogEntry {
                timestamp: row.get::<_, i64>(0)?.to_string(),
                message,
                replica: None,
                request_id: None,
                level: Some(level(row.get(1)?)),
            });
        }
    }
    Ok(entries)
}

fn matches(message: &str, query: &LogsQuery) -> bool {
    query
        .search_pattern
        .as_ref()
        .is_none_or(|text| message.contains(text))
        && query.includes.iter().all(|text| message.contains(text))
        && !query.excludes.iter().any(|text| message.contains(text))
}

//! The logs of deployments.

use axum::Json;
use axum::extract::{Path, Query, State};
use plimsoll_baseten_api::{LogLevel, Logs, LogsQuery, SortOrder, limits};
use serde::Deserialize;
use serde::de::value::{Error, StrDeserializer};

use super::App;
use super::deployments::with_deployment;
use super::environments::deployment_of;
use super::input::OptionalInput;
use crate::control::find;
use crate::refusal::Refusal;
use crate::store::logs;

type Answer = Result<Json<Logs>, Refusal>;
type Names = Path<(String, String)>;
/// As pairs, since `includes` and `excludes` may come several times.
pub(super) type Pairs = Query<Vec<(String, String)>>;

pub(super) async fn by_body(
    State(app): State<App>,
    Path(names): Names,
    OptionalInput(query): OptionalInput<LogsQuery>,
) -> Answer {
    answer(&app, names, query).await
}

pub(super) async fn by_query(
    State(app): State<App>,
    Path(names): Names,
    Query(pairs): Pairs,
) -> Answer {
    answer(&app, names, from_pairs(&pairs)?).await
}

pub(super) async fn of_environment(
    State(app): State<App>,
    Path((model, name)): Names,
    Query(pairs): Pairs,
) -> Answer {
    let query = from_pairs(&pairs)?;
    let wanted = (model.clone(), name);
    let id = app.shared.store.run(move |tx| {
        let environment = find::environment(tx, &wanted.0, &wanted.1)?;
        Ok::<_, Refusal>(deployment_of(tx, &environment)?.new.id)
    });
    let id = id.await?;
    answer(&app, (model, id), query).await
}

async fn answer(app: &App, names: (String, String), query: LogsQuery) -> Answer {
    check(&query)?;
    let found = with_deployment(app, names, move |tx, _, deployment| {
        Ok(logs::select(tx, &deployment.new.id, &query)?)
    });
    Ok(Json(Logs { logs: found.await? }))
}

fn check(query: &LogsQuery) -> Result<(), Refusal> {
    if let Some(limit) = query.limit
        && !limits::LOG_LIMIT.contains(&limit)
    {
        let range = limits::LOG_LIMIT;
        return Err(Refusal::invalid(format!(
            "limit is {limit}, but must be between {} and {}",
            range.start(),
            range.end()
        )));
    }
    if let (Some(start), Some(end)) = (query.start_epoch_millis, query.end_epoch_millis)
        && end.saturating_sub(start) > limits::LOG_WINDOW_MAX_MILLIS
    {
        return Err(Refusal::invalid(
            "The window of time is longer than seven days",
        ));
    }
    let texts = [
        &query.replica,
        &query.request_id,
        &query.component,
        &query.search_pattern,
    ];
    let texts = texts
        .into_iter()
        .flatten()
        .chain(&query.includes)
        .chain(&query.excludes);
    for text in texts {
        if text.chars().count() > limits::LOG_TEXT_MAX_CHARS {
            let most = limits::LOG_TEXT_MAX_CHARS;
            return Err(Refusal::invalid(format!(
                "A text has more than {most} characters"
            )));
        }
    }
    if query.includes.len().max(query.excludes.len()) > limits::LOG_TEXTS_MAX {
        let most = limits::LOG_TEXTS_MAX;
        return Err(Refusal::invalid(format!(
            "More than {most} texts are included or excluded"
        )));
    }
    Ok(())
}

fn from_pairs(pairs: &[(String, String)]) -> Result<LogsQuery, Refusal> {
    let mut query = LogsQuery::default();
    for (key, value) in pairs {
        let bad = || Refusal::invalid(format!("{key} cannot be {value:?}"));
        let text = || Some(value.clone());
        match key.as_str() {
            "start_epoch_millis" => {
                query.start_epoch_millis = Some(value.parse().map_err(|_| bad())?);
            }
            "end_epoch_millis" => query.end_epoch_millis = Some(value.parse().map_err(|_| bad())?),
            "limit" => query.limit = Some(value.parse().map_err(|_| bad())?),
            "direction" => query.direction = Some(named::<SortOrder>(value).ok_or_else(bad)?),
            "min_level" => query.min_level = Some(named::<LogLevel>(value).ok_or_else(bad)?),
            "replica" => query.replica = text(),
            "request_id" => query.request_id = text(),
            "component" => query.component = text(),
            "search_pattern" => query.search_pattern = text(),
            "includes" => query.includes.push(value.clone()),
            "excludes" => query.excludes.push(value.clone()),
            _ => {}
        }
    }
    Ok(query)
}

/// A value by its name on the wire.
fn named<'de, T: Deserialize<'de>>(name: &'de str) -> Option<T> {
    T::deserialize(StrDeserializer::<Error>::new(name)).ok()
}

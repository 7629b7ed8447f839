//! What a platform shows, and whether that is all that was told and nothing half-made.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};
use serde_json::Value as Json;

use super::project::{MODEL, Push, Settings};
use super::told::{Environment, Told};
use crate::support::Server;

/// The longest that a deployment may be on its way.
const SETTLES_WITHIN: Duration = Duration::from_secs(60);
const LOOK_AGAIN: Duration = Duration::from_millis(20);

const ON_THE_WAY: [&str; 5] = [
    "BUILDING",
    "DEPLOYING",
    "LOADING_MODEL",
    "UPDATING",
    "DEACTIVATING",
];

/// What a server shows of the one model, once no deployment is on its way any more.
#[derive(Debug)]
pub(super) struct Seen {
    deployments: BTreeMap<String, Json>,
    environments: BTreeMap<String, Json>,
}

impl Seen {
    /// Waits until nothing is on its way, and looks.
    pub(super) fn of(server: &Server) -> Self {
        let began = Instant::now();
        loop {
            let seen = Self::now(server);
            let waiting = seen
                .deployments
                .values()
                .find(|deployment| ON_THE_WAY.contains(&deployment["status"].as_str().unwrap()));
            match waiting {
                None => return seen,
                Some(late) if began.elapsed() > SETTLES_WITHIN => {
                    panic!("a deployment does not end: {late:#}")
                }
                Some(_) => thread::sleep(LOOK_AGAIN),
            }
        }
    }

    fn now(server: &Server) -> Self {
        let mut seen = Self {
            deployments: BTreeMap::new(),
            environments: BTreeMap::new(),
        };
        let models = server.get("/v1/models");
        let models = models["models"].as_array().unwrap();
        assert!(models.len() <= 1, "{models:#?}");
        let Some(model) = models.first() else {
            return seen;
        };
        let model = format!("/v1/models/{}", text(&model["id"]));
        seen.deployments = by(
            &server.get(&format!("{model}/deployments"))["deployments"],
            "id",
        );
        let environments = server.get(&format!("{model}/environments"));
        seen.environments = by(&environments["environments"], "name");
        seen
    }

    /// Holds what is shown against itself: nothing half-made shows.
    pub(super) fn is_whole(&self, server: &Server) {
        if self.deployments.is_empty() {
            assert!(self.environments.is_empty(), "{self:#?}");
            return;
        }
        let model = &server.get("/v1/models")["models"][0];
        assert_eq!(model["deployments_count"], self.deployments.len());
        let production = &self.environments["production"]["current_deployment"]["id"];
        assert_eq!(model["production_deployment_id"], *production);
        let mut pushes = BTreeSet::new();
        for (id, deployment) in &self.deployments {
            // One that gave way is scaled to zero.
            let status = text(&deployment["status"]);
            assert!(
                ["ACTIVE", "SCALED_TO_ZERO"].contains(&status),
                "{deployment:#}"
            );
            let push = text(&deployment["labels"]["plimsoll-push-id"]);
            assert!(
                pushes.insert(push),
                "two deployments of one push: {self:#?}"
            );
            let at = format!("/v1/models/{}/deployments/{id}/config", text(&model["id"]));
            assert_eq!(server.get(&at)["config"]["model_name"], MODEL);
        }
        for (name, environment) in &self.environments {
            assert!(
                environment["candidate_deployment"].is_null(),
                "{environment:#}"
            );
            let current = &environment["current_deployment"];
            if !current.is_null() {
                assert_eq!(*current, self.deployments[text(&current["id"])]);
                assert_eq!(current["status"], "ACTIVE", "{environment:#}");
                assert_eq!(current["environment"], *name);
                assert_eq!(settings(current), settings(environment), "{environment:#}");
            }
        }
    }

    /// Holds what is shown against what was told. Of a push that was cut off, each step was done or
    /// was not.
    pub(super) fn holds(&self, told: &Told, cut_off: Option<&Push>) {
        for (id, model) in &told.deployments {
            let found = self.deployments.get(id);
            let found = found.unwrap_or_else(|| panic!("{id} is lost: {self:#?}"));
            assert_eq!(found["model_id"], *model);
        }
        let more = self.deployments.len() - told.deployments.len();
        let may_be_more = usize::from(cut_off.is_some_and(|push| push.deploys));
        assert!(
            more <= may_be_more,
            "{more} more deployments than told: {self:#?}"
        );
        for (name, environment) in &told.environments {
            let seen = self.environments.get(name);
            let seen = seen.unwrap_or_else(|| panic!("{name} is lost: {self:#?}"));
            let cut_off = cut_off.filter(|push| push.environment == *name);
            is_as_told(&read(seen), environment, cut_off, seen);
        }
        for (name, seen) in &self.environments {
            if told.environments.contains_key(name) {
                continue;
            }
            let cut_off = cut_off.filter(|push| push.environment == *name);
            let push = cut_off.unwrap_or_else(|| panic!("nobody asked for {name}: {seen:#}"));
            assert_eq!(read(seen).settings, push.settings, "{seen:#}");
        }
    }

    pub(super) fn count(&self) -> usize {
        self.deployments.len()
    }
}

fn is_as_told(seen: &Environment, told: &Environment, cut_off: Option<&Push>, all: &Json) {
    let settings = [Some(told.settings), cut_off.map(|push| push.settings)];
    assert!(
        settings.contains(&Some(seen.settings)),
        "told {told:?}, seen {all:#}"
    );
    let may_be_newer = cut_off.is_some_and(|push| push.deploys);
    assert!(
        may_be_newer || seen.current == told.current,
        "told {told:?}, seen {all:#}"
    );
    assert!(told.current.is_none() || seen.current.is_some(), "{all:#}");
}

fn read(environment: &Json) -> Environment {
    let current = &environment["current_deployment"];
    Environment {
        settings: settings(environment),
        current: (!current.is_null()).then(|| text(&current["id"]).to_owned()),
    }
}

fn settings(of: &Json) -> Settings {
    let settings = &of["autoscaling_settings"];
    let number = |name: &str| settings[name].as_u64().unwrap();
    Settings {
        min_replica: number("min_replica"),
        max_replica: number("max_replica"),
        concurrency_target: number("concurrency_target"),
    }
}

fn text(value: &Json) -> &str {
    value.as_str().unwrap()
}

fn by(list: &Json, key: &str) -> BTreeMap<String, Json> {
    let list = list.as_array().unwrap();
    let map: BTreeMap<_, _> = list
        .iter()
        .map(|one| (text(&one[key]).to_owned(), one.clone()))
        .collect();
    assert_eq!(map.len(), list.len());
    map
}

/// Looks into the data folder of a server. One whose client was killed may be ending what that
/// began, so what comes and goes with that must settle.
pub(super) fn folder_is_whole(folder: &Path, told: &Told) {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
    let state = Connection::open_with_flags(folder.join("platform.db"), flags).unwrap();
    assert_eq!(strings(&state, "PRAGMA integrity_check"), ["ok"]);
    let broken: i64 = number(&state, "SELECT count(*) FROM pragma_foreign_key_check");
    assert_eq!(broken, 0, "references are broken");
    let unbuilt = "SELECT id FROM deployments d WHERE NOT EXISTS
                   (SELECT 1 FROM images i WHERE i.build_digest = d.build_digest)";
    assert!(
        strings(&state, unbuilt).is_empty(),
        "a deployment without an image"
    );
    let received = "SELECT s3_key FROM uploads WHERE archive_sha256 IS NOT NULL";
    let received = strings(&state, received);
    for upload in &told.uploads {
        assert!(received.contains(upload), "the upload {upload} is lost");
    }
    settles(|| archives_are_those(folder, &strings(&state, "SELECT sha256 FROM archives")));
    settles(|| match names(&folder.join("scratch")).as_slice() {
        [] => Ok(()),
        left => Err(format!("left over from builds: {left:?}")),
    });
}

/// Looks again until all is well, for as long as a deployment may be on its way.
fn settles(all_is_well: impl Fn() -> Result<(), String>) {
    let began = Instant::now();
    while let Err(what) = all_is_well() {
        assert!(began.elapsed() < SETTLES_WITHIN, "{what}");
        thread::sleep(LOOK_AGAIN);
    }
}

/// The archives are there, whole, and no other file is. (A file is in place before the state that
/// knows it is committed.)
fn archives_are_those(folder: &Path, known: &[String]) -> Result<(), String> {
    let known: BTreeSet<&str> = known.iter().map(String::as_str).collect();
    let names = names(&folder.join("archives"));
    for name in &names {
        let stem = name.strip_suffix(".files").unwrap_or(name);
        if !known.contains(stem) {
            return Err(format!("the archive {name} is nobody's"));
        }
    }
    match known
        .into_iter()
        .find(|known| !names.iter().any(|name| name == known))
    {
        Some(lost) => Err(format!("the archive {lost} is lost")),
        None => Ok(()),
    }
}

/// Nothing that comes in is there.
pub(super) fn nothing_is_coming_in(folder: &Path) {
    assert_eq!(names(&folder.join("incoming")), [""; 0]);
}

/// Nothing is there of what came from a client that is gone, but parts: they may be gone on with.
pub(super) fn only_parts_are_coming_in(folder: &Path) {
    let is_part = |name: &String| name.starts_with("mp");
    settles(|| {
        match names(&folder.join("incoming"))
            .iter()
            .find(|name| !is_part(name))
        {
            Some(upload) => Err(format!("the upload {upload} is left over")),
            None => Ok(()),
        }
    });
}

/// Makes every upload of a stopped server one that is past its time.
pub(super) fn let_uploads_expire(folder: &Path) {
    let state = Connection::open(folder.join("platform.db")).unwrap();
    state
        .execute("UPDATE uploads SET expires_millis = 0", [])
        .unwrap();
}

/// After the sweep, only what deployments are made of is left.
pub(super) fn is_swept(folder: &Path) {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
    let state = Connection::open_with_flags(folder.join("platform.db"), flags).unwrap();
    settles(|| match number(&state, "SELECT count(*) FROM uploads") {
        0 => Ok(()),
        left => Err(format!("{left} uploads are not swept")),
    });
    let used = strings(
        &state,
        "SELECT DISTINCT archive_sha256 FROM deployments ORDER BY 1",
    );
    assert_eq!(
        strings(&state, "SELECT sha256 FROM archives ORDER BY 1"),
        used
    );
    // The files go after the rows.
    settles(|| archives_are_those(folder, &used));
}

/// The names in a folder.
pub(super) fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

fn strings(state: &Connection, sql: &str) -> Vec<String> {
    let mut statement = state.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

fn number(state: &Connection, sql: &str) -> i64 {
    state.query_row(sql, [], |row| row.get(0)).unwrap()
}

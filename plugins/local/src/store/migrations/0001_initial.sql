CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE models (
    id                       TEXT PRIMARY KEY,
    name                     TEXT NOT NULL UNIQUE,
    created_at               TEXT NOT NULL,
    disable_archive_download INTEGER NOT NULL,
    -- How many deployments it ever had, for names that are not used twice.
    deployments_made         INTEGER NOT NULL DEFAULT 0
) STRICT;

-- An archive is in the archive folder under its SHA-256 when, and only when, it has a row.
CREATE TABLE archives (
    sha256     TEXT PRIMARY KEY,
    size_bytes INTEGER NOT NULL,
    created_at TEXT NOT NULL
) STRICT;

CREATE TABLE uploads (
    s3_key         TEXT PRIMARY KEY,
    access_key_id  TEXT NOT NULL UNIQUE,
    secret_key     TEXT NOT NULL,
    session_token  TEXT NOT NULL,
    expires_millis INTEGER NOT NULL,
    archive_sha256 TEXT REFERENCES archives (sha256),
    -- The deployment that was created of it. It may be deleted since.
    consumed_by    TEXT
) STRICT;
CREATE INDEX uploads_by_archive ON uploads (archive_sha256);

CREATE TABLE images (
    build_digest   TEXT PRIMARY KEY,
    archive_sha256 TEXT NOT NULL REFERENCES archives (sha256),
    -- The deployment that it was built for. It may be deleted since.
    built_for      TEXT NOT NULL,
    created_at     TEXT NOT NULL
) STRICT;
CREATE INDEX images_by_archive ON images (archive_sha256);

CREATE TABLE deployments (
    id                         TEXT PRIMARY KEY,
    model_id                   TEXT NOT NULL REFERENCES models (id) ON DELETE CASCADE,
    name                       TEXT NOT NULL,
    created_at                 TEXT NOT NULL,
    status                     TEXT NOT NULL,
    is_development             INTEGER NOT NULL,
    environment                TEXT,
    autoscaling_settings       TEXT NOT NULL,
    -- What the environment keeps of them once this deployment is promoted.
    settings_update            TEXT NOT NULL,
    instance_type_id           TEXT NOT NULL,
    -- Whether the environment's instance type goes before the configuration's.
    preserve_env_instance_type INTEGER NOT NULL,
    -- Whether the previous deployment is taken down; null is the environment's own strategy.
    scale_down_previous        INTEGER,
    config                     TEXT NOT NULL,
    raw_config                 TEXT,
    user_env                   TEXT,
    labels                     TEXT,
    backpressure               TEXT NOT NULL,
    deploy_timeout_minutes     INTEGER,
    archive_sha256             TEXT NOT NULL REFERENCES archives (sha256),
    -- The image that is reused without an upload.
    reuses_digest              TEXT,
    -- The deployment that this one was made of when that was promoted.
    copy_of                    TEXT,
    -- What the platform computed.
    build_digest               TEXT
) STRICT;
CREATE INDEX deployments_by_model ON deployments (model_id);
CREATE INDEX deployments_by_status ON deployments (status);
CREATE INDEX deployments_by_digest ON deployments (build_digest);
CREATE INDEX deployments_by_archive ON deployments (archive_sha256);

CREATE TABLE environments (
    model_id                TEXT NOT NULL REFERENCES models (id) ON DELETE CASCADE,
    name                    TEXT NOT NULL,
    created_at              TEXT NOT NULL,
    autoscaling_settings    TEXT NOT NULL,
    promotion_settings      TEXT NOT NULL,
    instance_type_id        TEXT,
    backpressure            TEXT NOT NULL,
    current_deployment_id   TEXT REFERENCES deployments (id) ON DELETE SET NULL,
    candidate_deployment_id TEXT REFERENCES deployments (id) ON DELETE SET NULL,
    promotion_paused        INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (model_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE logs (
    id            INTEGER PRIMARY KEY,
    deployment_id TEXT NOT NULL REFERENCES deployments (id) ON DELETE CASCADE,
    -- Nanoseconds since the Unix epoch.
    at_nanos      INTEGER NOT NULL,
    -- 0 debug, 1 info, 2 warning, 3 error.
    level         INTEGER NOT NULL,
    message       TEXT NOT NULL
) STRICT;
CREATE INDEX logs_by_deployment ON logs (deployment_id, at_nanos);

-- Names only: a value would be stored for nobody, as no replica runs that could read it.
CREATE TABLE secrets (
    name       TEXT PRIMARY KEY,
    id         TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT;

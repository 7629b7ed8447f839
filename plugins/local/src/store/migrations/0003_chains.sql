-- A chainlet's model belongs to one chain deployment, and is not listed among models.
ALTER TABLE models ADD COLUMN is_chainlet INTEGER NOT NULL DEFAULT 0;

CREATE TABLE chains (
    id               TEXT PRIMARY KEY,
    name             TEXT NOT NULL UNIQUE,
    created_at       TEXT NOT NULL,
    -- How many deployments it ever had, for names that are not used twice.
    deployments_made INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE chain_deployments (
    id                  TEXT PRIMARY KEY,
    chain_id            TEXT NOT NULL REFERENCES chains (id) ON DELETE CASCADE,
    name                TEXT NOT NULL,
    created_at          TEXT NOT NULL,
    is_draft            INTEGER NOT NULL,
    environment         TEXT,
    -- Whether the previous deployment is taken down; null is the environment's own strategy.
    scale_down_previous INTEGER,
    -- The source as it was written, where it was sent.
    source_sha256       TEXT REFERENCES archives (sha256),
    -- The deployment that this one was made of.
    copy_of             TEXT
) STRICT;
CREATE INDEX chain_deployments_by_chain ON chain_deployments (chain_id);
CREATE INDEX chain_deployments_by_source ON chain_deployments (source_sha256);

CREATE TABLE chainlets (
    id                  TEXT PRIMARY KEY,
    chain_deployment_id TEXT NOT NULL REFERENCES chain_deployments (id) ON DELETE CASCADE,
    -- The entrypoint has 0.
    position            INTEGER NOT NULL,
    name                TEXT NOT NULL,
    -- The deployment of its model.
    deployment_id       TEXT NOT NULL UNIQUE REFERENCES deployments (id),
    UNIQUE (chain_deployment_id, name),
    UNIQUE (chain_deployment_id, position)
) STRICT;

CREATE TABLE chain_environments (
    chain_id                TEXT NOT NULL REFERENCES chains (id) ON DELETE CASCADE,
    name                    TEXT NOT NULL,
    created_at              TEXT NOT NULL,
    promotion_settings      TEXT NOT NULL,
    current_deployment_id   TEXT REFERENCES chain_deployments (id) ON DELETE SET NULL,
    candidate_deployment_id TEXT REFERENCES chain_deployments (id) ON DELETE SET NULL,
    PRIMARY KEY (chain_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE chainlet_settings (
    chain_id             TEXT NOT NULL,
    environment          TEXT NOT NULL,
    chainlet             TEXT NOT NULL,
    autoscaling_settings TEXT NOT NULL,
    -- Absent until something was deployed, or until it was said.
    instance_type_id     TEXT,
    PRIMARY KEY (chain_id, environment, chainlet),
    FOREIGN KEY (chain_id, environment) REFERENCES chain_environments (chain_id, name)
        ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- When a deployment last set out to become active, in milliseconds since the Unix epoch.
ALTER TABLE deployments ADD COLUMN began_millis INTEGER NOT NULL DEFAULT 0;
UPDATE deployments
SET began_millis = CAST(round(unixepoch(created_at, 'subsec') * 1000) AS INTEGER);

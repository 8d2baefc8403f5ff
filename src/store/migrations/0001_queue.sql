-- The queue. One text for SQLite and PostgreSQL.
-- Times are milliseconds since the Unix epoch; ids are GitHub's, as signed 64-bit numbers.

-- Webhook deliveries that were recorded: a redelivery keeps its id and changes nothing.
CREATE TABLE delivery (
    id TEXT NOT NULL PRIMARY KEY,
    received_at BIGINT NOT NULL
);
CREATE INDEX delivery_by_age ON delivery (received_at);

-- Whose turn it is, and who has to wait for GitHub's rate limit.
CREATE TABLE installation (
    id BIGINT NOT NULL PRIMARY KEY,
    -- The virtual finish time of the last claim: the installation with the lowest is next.
    turn BIGINT NOT NULL DEFAULT 0,
    -- Nothing of this installation is claimed before.
    limited_until BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX installation_by_turn ON installation (turn, id);

-- One row per pull request with work to do.
CREATE TABLE job (
    key TEXT NOT NULL PRIMARY KEY,
    installation_id BIGINT NOT NULL REFERENCES installation (id),
    repo_id BIGINT NOT NULL,
    -- The newest request, as JSON.
    payload TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'buried')),
    -- Counts the requests; a run whose generation is older was superseded.
    generation BIGINT NOT NULL,
    -- When a worker may claim it: a queued job's due time, a running job's end of lease,
    -- nothing for a buried one.
    ready_at BIGINT,
    -- Claims of this generation that were not given back.
    attempts BIGINT NOT NULL DEFAULT 0,
    -- The running job stops before its next write and goes.
    cancelled BOOLEAN NOT NULL DEFAULT FALSE,
    -- Names one claim; every write of a run carries it.
    lease TEXT,
    -- The worker that holds the lease, for people who look.
    lease_owner TEXT,
    queued_at BIGINT NOT NULL,
    -- When this generation was claimed for the first time.
    first_claimed_at BIGINT,
    -- Since when writes to GitHub may have happened whose answers nobody knows.
    publishing_since BIGINT,
    buried_at BIGINT,
    -- Why the last attempt failed, or why the job was buried.
    last_error TEXT
);
CREATE INDEX job_by_turn ON job (installation_id, ready_at, key);

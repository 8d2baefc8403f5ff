//! The statements, in the words that SQLite and PostgreSQL share.

/// Records deliveries; rows of id, now.
pub(super) const INSERT_DELIVERIES: &str = "INSERT INTO delivery (id, received_at) ";
/// … and tells which of them were not known already.
pub(super) const NEW_DELIVERIES: &str = " ON CONFLICT (id) DO NOTHING RETURNING id";

/// Makes sure that installations have a row; rows of id.
pub(super) const INSERT_INSTALLATIONS: &str = "INSERT INTO installation (id) ";
/// … where they have none.
pub(super) const NEW_INSTALLATIONS: &str = " ON CONFLICT (id) DO NOTHING";

/// The requests that newer ones replace; keys in parentheses.
pub(super) const SELECT_PAYLOADS: &str = "SELECT key, payload FROM job WHERE key IN ";

/// Queues jobs, of different keys; rows of key, installation, repository, payload, 'queued', 1,
/// now, now.
pub(super) const INSERT_JOBS: &str = "
INSERT INTO job (key, installation_id, repo_id, payload, state, generation, ready_at, queued_at) ";
/// … or replaces the request of one that is there. A running one keeps its lease; a queued one
/// keeps its place, unless it was waiting to be retried; a buried one is alive again.
pub(super) const REPLACE_JOBS: &str = "
ON CONFLICT (key) DO UPDATE SET
    installation_id = excluded.installation_id,
    repo_id = excluded.repo_id,
    payload = excluded.payload,
    generation = job.generation + 1,
    attempts = 0,
    cancelled = FALSE,
    queued_at = excluded.queued_at,
    first_claimed_at = NULL,
    buried_at = NULL,
    last_error = NULL,
    state = CASE job.state WHEN 'running' THEN 'running' ELSE 'queued' END,
    ready_at = CASE
        WHEN job.state = 'running' THEN job.ready_at
        WHEN job.ready_at < excluded.ready_at THEN job.ready_at
        ELSE excluded.ready_at END";

/// Takes a job out of the queue unless it runs. `$1` key.
pub(super) const DELETE_BY_KEY: &str = "DELETE FROM job WHERE key = $1 AND state <> 'running'";
/// Tells a running job to stop. `$1` key.
pub(super) const CANCEL_BY_KEY: &str =
    "UPDATE job SET cancelled = TRUE WHERE key = $1 AND state = 'running'";

/// As [`DELETE_BY_KEY`] for a whole installation. `$1` installation.
pub(super) const DELETE_BY_INSTALLATION: &str =
    "DELETE FROM job WHERE installation_id = $1 AND state <> 'running'";
/// As [`CANCEL_BY_KEY`] for a whole installation. `$1` installation.
pub(super) const CANCEL_BY_INSTALLATION: &str =
    "UPDATE job SET cancelled = TRUE WHERE installation_id = $1 AND state = 'running'";
/// Forgets an installation; while jobs of it run, [`PRUNE_INSTALLATIONS`] will. `$1` id.
pub(super) const DELETE_INSTALLATION: &str = "
DELETE FROM installation
 WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM job WHERE job.installation_id = installation.id)";

/// As [`DELETE_BY_KEY`] for a repository. `$1` installation, `$2` repository.
pub(super) const DELETE_BY_REPO: &str =
    "DELETE FROM job WHERE installation_id = $1 AND repo_id = $2 AND state <> 'running'";
/// As [`CANCEL_BY_KEY`] for a repository. `$1` installation, `$2` repository.
pub(super) const CANCEL_BY_REPO: &str = "
UPDATE job SET cancelled = TRUE
 WHERE installation_id = $1 AND repo_id = $2 AND state = 'running'";

/// Leases the next job: of the installation whose turn it is, the one that has waited longest.
/// `$1` now, `$2` end of the lease, `$3` the lease's name, `$4` owner.
///
/// The last condition is not redundant: on PostgreSQL two workers may find the same row, and the
/// one that waited for the other's lock tests only the outer conditions again.
pub(super) const CLAIM: &str = "
UPDATE job SET
    state = 'running',
    ready_at = $2,
    lease = $3,
    lease_owner = $4,
    attempts = attempts + 1,
    first_claimed_at = COALESCE(first_claimed_at, $1)
WHERE key = (
    SELECT key FROM job
     WHERE ready_at <= $1
       AND installation_id = (
        SELECT id FROM installation
         WHERE limited_until <= $1
           AND EXISTS (
            SELECT 1 FROM job WHERE job.installation_id = installation.id AND ready_at <= $1)
         ORDER BY turn, id LIMIT 1)
     ORDER BY ready_at, key LIMIT 1)
  AND ready_at <= $1
RETURNING key, installation_id, payload, generation, attempts, cancelled, first_claimed_at,
    publishing_since, last_error";

/// Moves the installation's turn behind the claim that it just had. `$1` id.
///
/// Start-time fair queueing with one tag per installation: a claim starts at the later of the
/// installation's own finish time and the queue's virtual time, which is the start of the latest
/// claim (`MAX(turn) - 1`), and finishes one later. So whoever waited, for want of jobs or for a
/// rate limit, is next, but cannot save up turns.
pub(super) const TAKE_TURN: &str = "
UPDATE installation
   SET turn = CASE
        WHEN turn = (SELECT MAX(turn) FROM installation) THEN turn + 1
        ELSE (SELECT MAX(turn) FROM installation) END
 WHERE id = $1";

/// Extends a lease. `$1` its end, `$2` key, `$3` lease.
pub(super) const RENEW: &str = "
UPDATE job SET ready_at = $1 WHERE key = $2 AND lease = $3 RETURNING generation, cancelled";

/// Extends a lease, and remembers that writes may have begun where nothing speaks against them.
/// `$1` end of the lease, `$2` key, `$3` lease, `$4` generation, `$5` now.
pub(super) const BEGIN_PUBLISH: &str = "
UPDATE job SET
    ready_at = $1,
    publishing_since = CASE
        WHEN generation = $4 AND NOT cancelled THEN COALESCE(publishing_since, $5)
        ELSE publishing_since END
WHERE key = $2 AND lease = $3
RETURNING generation, cancelled";

/// What a claim's row says now. `$1` key, `$2` lease.
pub(super) const SELECT_HELD: &str = "
SELECT generation, cancelled, attempts, publishing_since, payload, last_error
  FROM job WHERE key = $1 AND lease = $2";

/// Takes a leased job out of the queue. `$1` key, `$2` lease.
pub(super) const DELETE_HELD: &str = "DELETE FROM job WHERE key = $1 AND lease = $2";

/// Queues a leased job again. `$1` key, `$2` lease, `$3` due time, `$4` attempts, `$5` publishing
/// since, `$6` last error, `$7` the payload or NULL for the same.
pub(super) const QUEUE_HELD: &str = "
UPDATE job SET
    state = 'queued', lease = NULL, lease_owner = NULL,
    ready_at = $3, attempts = $4, publishing_since = $5, last_error = $6,
    payload = COALESCE($7, payload)
WHERE key = $1 AND lease = $2";

/// Buries a leased job. `$1` key, `$2` lease, `$3` reason, `$4` now.
pub(super) const BURY_HELD: &str = "
UPDATE job SET
    state = 'buried', lease = NULL, lease_owner = NULL,
    ready_at = NULL, last_error = $3, buried_at = $4
WHERE key = $1 AND lease = $2";

/// Lets an installation wait, never shorter than it had to. `$1` id, `$2` until.
pub(super) const PUT_OFF: &str =
    "UPDATE installation SET limited_until = $2 WHERE id = $1 AND limited_until < $2";

/// Makes every running job claimable. `$1` now.
pub(super) const TAKE_BACK: &str = "
UPDATE job SET state = 'queued', lease = NULL, lease_owner = NULL, ready_at = $1
 WHERE state = 'running'";

/// When the next job becomes claimable.
pub(super) const NEXT_DUE: &str = "
SELECT MIN(CASE WHEN ready_at < limited_until THEN limited_until ELSE ready_at END) AS due
  FROM job JOIN installation ON installation.id = job.installation_id
 WHERE ready_at IS NOT NULL";

/// How many jobs are in which state.
pub(super) const COUNT_JOBS: &str = "SELECT state, COUNT(*) AS jobs FROM job GROUP BY state";

/// The latest buried jobs.
pub(super) const SELECT_BURIED: &str = "
SELECT key, payload, last_error, buried_at FROM job
 WHERE state = 'buried' ORDER BY buried_at DESC, key LIMIT 100";

/// Queues a buried job again. `$1` key, `$2` now.
pub(super) const RETRY_BURIED: &str = "
UPDATE job SET state = 'queued', ready_at = $2, attempts = 0, buried_at = NULL
 WHERE key = $1 AND state = 'buried'";

/// Forgets old deliveries. `$1` the time before which they were received.
pub(super) const PRUNE_DELIVERIES: &str = "DELETE FROM delivery WHERE received_at < $1";

/// Forgets installations without jobs, so that a claim need not step over them. Only those whose
/// turn is in the past, since forgetting another would give it a turn too early. `$1` now.
pub(super) const PRUNE_INSTALLATIONS: &str = "
DELETE FROM installation
 WHERE limited_until <= $1
   AND turn < (SELECT MAX(turn) FROM installation)
   AND NOT EXISTS (SELECT 1 FROM job WHERE job.installation_id = installation.id)";

//! The store's contract: one suite, run on every database.

mod contract;
mod fairness;
mod leases;
mod sqlite;
pub(crate) mod world;

use contract::*;
use fairness::*;
use leases::*;
use world::{Sqlite, World};

/// The suite, once per database.
macro_rules! suite {
    ($($database:ident: $backend:expr),+; $tests:tt) => {
        $(mod $database {
            use super::{Sqlite, World};
            suite! { @tests $backend; $tests }
        })+
    };
    (@tests $backend:expr; { $($test:ident)+ }) => {
        $(#[tokio::test]
        async fn $test() {
            super::$test(World::new($backend).await).await;
        })+
    };
}

suite! {
    on_sqlite: Sqlite::new();
    {
        a_redelivery_changes_nothing
        a_newer_job_replaces_a_queued_one
        deliveries_that_come_at_once_keep_their_order
        a_newer_job_waits_for_the_running_one
        commands_of_a_superseded_run_are_kept
        unfinished_writes_are_remembered_when_superseded
        cancelling_takes_a_queued_job_out
        cancelling_stops_a_running_job
        reopening_lifts_a_cancellation
        a_cancelled_job_of_a_dead_worker_goes
        an_installation_takes_its_jobs_along
        repositories_take_their_jobs_along
        a_failed_job_waits_for_its_time
        a_newer_job_need_not_wait_for_a_retry
        a_buried_job_can_be_seen_and_retried
        a_newer_job_revives_a_buried_one
        a_superseded_run_is_not_buried
        old_deliveries_are_forgotten
        a_commit_wakes_those_who_wait
        a_closed_store_records_nothing
        closing_commits_what_was_accepted
        two_claims_at_once_get_one_job
        a_lease_that_ran_out_is_taken_over
        a_renewed_lease_is_kept
        a_lost_lease_changes_nothing
        a_crash_gives_leases_back_and_remembers_writes
        a_finished_run_clears_the_memory_of_writes
        a_released_attempt_does_not_count
        a_rate_limit_holds_the_whole_installation
        a_backlog_delays_another_installation_by_one_claim
        waiting_does_not_save_up_turns
        retries_do_not_overtake_other_installations
        forgetting_an_installation_gives_no_turn_away
    }
}

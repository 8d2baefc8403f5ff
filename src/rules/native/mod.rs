//! The built-in pages, and the checks that are written in Rust.
//!
//! Generated from the pages under `review-rules/`: `cargo test --test rules` refreshes it.

use super::engine::Native;
use super::versions::Comparing;

mod concurrency {
    pub(super) mod atomic_mixed_access;
    pub(super) mod atomic_removed;
    pub(super) mod cancel_removed;
    pub(super) mod captured_var_race;
    pub(super) mod chan_send_ignores_ctx;
    pub(super) mod channel_wait_never_answered;
    pub(super) mod check_then_act_split_lock;
    pub(super) mod concurrent_append;
    pub(super) mod concurrent_map_access;
    pub(super) mod copy_removed;
    pub(super) mod ctx_cancel_lost;
    pub(super) mod ctx_request_outlives_handler;
    pub(super) mod double_close;
    pub(super) mod field_guard_inconsistent;
    pub(super) mod goroutine_leak_first_response;
    pub(super) mod goroutine_leak_on_early_return;
    pub(super) mod goroutine_leak_on_timeout;
    pub(super) mod goroutine_no_stop_signal;
    pub(super) mod goroutine_panic_unrecovered;
    pub(super) mod goroutine_range_never_closed;
    pub(super) mod goroutine_start_without_lifecycle;
    pub(super) mod guarded_state_escapes;
    pub(super) mod lock_copied_by_value;
    pub(super) mod lock_held_across_blocking_call;
    pub(super) mod lock_removed;
    pub(super) mod loopvar_capture_pre122;
    pub(super) mod mutex_lock_order;
    pub(super) mod mutex_not_unlocked_on_path;
    pub(super) mod mutex_self_deadlock;
    pub(super) mod pool_put_deferred_in_loop;
    pub(super) mod pool_use_after_put;
    pub(super) mod rwmutex_recursive_rlock;
    pub(super) mod rwmutex_write_under_rlock;
    pub(super) mod schedule_deadlock;
    pub(super) mod schedule_panic;
    pub(super) mod schedule_race;
    pub(super) mod select_default_busy_loop;
    pub(super) mod semaphore_not_released;
    pub(super) mod send_on_closed;
    pub(super) mod shared_write_unordered;
    pub(super) mod ticker_misuse;
    pub(super) mod time_after_in_loop;
    pub(super) mod unbounded_goroutine_fanout;
    pub(super) mod wg_add_inside_goroutine;
    pub(super) mod wg_done_skipped_on_path;
    pub(super) mod wg_wait_before_drain;
}
mod memory {
    pub(super) mod map_delete_removed;
    pub(super) mod pool_object_not_reset;
    pub(super) mod string_concat_in_loop;
}
mod architecture {
    pub(super) mod db_rows_leak;
    pub(super) mod db_tx_not_rolled_back;
    pub(super) mod file_not_closed;
    pub(super) mod http_body_not_closed;
    pub(super) mod http_client_no_timeout;
    pub(super) mod http_error_without_return;
    pub(super) mod release_removed;
    pub(super) mod retry_unbounded;
    pub(super) mod shutdown_not_awaited;
    pub(super) mod span_not_ended;
}
mod web3 {
    pub(super) mod eth_subscription_not_released;
}
mod correctness {
    pub(super) mod bounds_check_removed;
    pub(super) mod error_check_removed;
    pub(super) mod error_made_and_dropped;
    pub(super) mod nil_check_removed;
    pub(super) mod nil_use_after_error;
    pub(super) mod nil_variable_used;
    pub(super) mod test_goroutine_fatal;
    pub(super) mod unchecked_type_assertion;
    pub(super) mod use_before_error_check;
    pub(super) mod writer_not_flushed;
}

/// Path, text and check of each page whose check is written in Rust.
pub(super) const PAGES: &[(&str, &str, Native)] = &[
    (
        "review-rules/concurrency/atomic-mixed-access.md",
        include_str!("../../../review-rules/concurrency/atomic-mixed-access.md"),
        concurrency::atomic_mixed_access::NATIVE,
    ),
    (
        "review-rules/concurrency/captured-var-race.md",
        include_str!("../../../review-rules/concurrency/captured-var-race.md"),
        concurrency::captured_var_race::NATIVE,
    ),
    (
        "review-rules/concurrency/chan-send-ignores-ctx.md",
        include_str!("../../../review-rules/concurrency/chan-send-ignores-ctx.md"),
        concurrency::chan_send_ignores_ctx::NATIVE,
    ),
    (
        "review-rules/concurrency/channel-wait-never-answered.md",
        include_str!("../../../review-rules/concurrency/channel-wait-never-answered.md"),
        concurrency::channel_wait_never_answered::NATIVE,
    ),
    (
        "review-rules/concurrency/check-then-act-split-lock.md",
        include_str!("../../../review-rules/concurrency/check-then-act-split-lock.md"),
        concurrency::check_then_act_split_lock::NATIVE,
    ),
    (
        "review-rules/concurrency/concurrent-append.md",
        include_str!("../../../review-rules/concurrency/concurrent-append.md"),
        concurrency::concurrent_append::NATIVE,
    ),
    (
        "review-rules/concurrency/concurrent-map-access.md",
        include_str!("../../../review-rules/concurrency/concurrent-map-access.md"),
        concurrency::concurrent_map_access::NATIVE,
    ),
    (
        "review-rules/concurrency/ctx-cancel-lost.md",
        include_str!("../../../review-rules/concurrency/ctx-cancel-lost.md"),
        concurrency::ctx_cancel_lost::NATIVE,
    ),
    (
        "review-rules/concurrency/ctx-request-outlives-handler.md",
        include_str!("../../../review-rules/concurrency/ctx-request-outlives-handler.md"),
        concurrency::ctx_request_outlives_handler::NATIVE,
    ),
    (
        "review-rules/concurrency/double-close.md",
        include_str!("../../../review-rules/concurrency/double-close.md"),
        concurrency::double_close::NATIVE,
    ),
    (
        "review-rules/concurrency/field-guard-inconsistent.md",
        include_str!("../../../review-rules/concurrency/field-guard-inconsistent.md"),
        concurrency::field_guard_inconsistent::NATIVE,
    ),
    (
        "review-rules/concurrency/goroutine-leak-first-response.md",
        include_str!("../../../review-rules/concurrency/goroutine-leak-first-response.md"),
        concurrency::goroutine_leak_first_response::NATIVE,
    ),
    (
        "review-rules/concurrency/goroutine-leak-on-early-return.md",
        include_str!("../../../review-rules/concurrency/goroutine-leak-on-early-return.md"),
        concurrency::goroutine_leak_on_early_return::NATIVE,
    ),
    (
        "review-rules/concurrency/goroutine-leak-on-timeout.md",
        include_str!("../../../review-rules/concurrency/goroutine-leak-on-timeout.md"),
        concurrency::goroutine_leak_on_timeout::NATIVE,
    ),
    (
        "review-rules/concurrency/goroutine-no-stop-signal.md",
        include_str!("../../../review-rules/concurrency/goroutine-no-stop-signal.md"),
        concurrency::goroutine_no_stop_signal::NATIVE,
    ),
    (
        "review-rules/concurrency/goroutine-panic-unrecovered.md",
        include_str!("../../../review-rules/concurrency/goroutine-panic-unrecovered.md"),
        concurrency::goroutine_panic_unrecovered::NATIVE,
    ),
    (
        "review-rules/concurrency/goroutine-range-never-closed.md",
        include_str!("../../../review-rules/concurrency/goroutine-range-never-closed.md"),
        concurrency::goroutine_range_never_closed::NATIVE,
    ),
    (
        "review-rules/concurrency/goroutine-start-without-lifecycle.md",
        include_str!("../../../review-rules/concurrency/goroutine-start-without-lifecycle.md"),
        concurrency::goroutine_start_without_lifecycle::NATIVE,
    ),
    (
        "review-rules/concurrency/guarded-state-escapes.md",
        include_str!("../../../review-rules/concurrency/guarded-state-escapes.md"),
        concurrency::guarded_state_escapes::NATIVE,
    ),
    (
        "review-rules/concurrency/lock-copied-by-value.md",
        include_str!("../../../review-rules/concurrency/lock-copied-by-value.md"),
        concurrency::lock_copied_by_value::NATIVE,
    ),
    (
        "review-rules/concurrency/lock-held-across-blocking-call.md",
        include_str!("../../../review-rules/concurrency/lock-held-across-blocking-call.md"),
        concurrency::lock_held_across_blocking_call::NATIVE,
    ),
    (
        "review-rules/concurrency/loopvar-capture-pre122.md",
        include_str!("../../../review-rules/concurrency/loopvar-capture-pre122.md"),
        concurrency::loopvar_capture_pre122::NATIVE,
    ),
    (
        "review-rules/concurrency/mutex-lock-order.md",
        include_str!("../../../review-rules/concurrency/mutex-lock-order.md"),
        concurrency::mutex_lock_order::NATIVE,
    ),
    (
        "review-rules/concurrency/mutex-not-unlocked-on-path.md",
        include_str!("../../../review-rules/concurrency/mutex-not-unlocked-on-path.md"),
        concurrency::mutex_not_unlocked_on_path::NATIVE,
    ),
    (
        "review-rules/concurrency/mutex-self-deadlock.md",
        include_str!("../../../review-rules/concurrency/mutex-self-deadlock.md"),
        concurrency::mutex_self_deadlock::NATIVE,
    ),
    (
        "review-rules/concurrency/pool-put-deferred-in-loop.md",
        include_str!("../../../review-rules/concurrency/pool-put-deferred-in-loop.md"),
        concurrency::pool_put_deferred_in_loop::NATIVE,
    ),
    (
        "review-rules/concurrency/pool-use-after-put.md",
        include_str!("../../../review-rules/concurrency/pool-use-after-put.md"),
        concurrency::pool_use_after_put::NATIVE,
    ),
    (
        "review-rules/concurrency/rwmutex-recursive-rlock.md",
        include_str!("../../../review-rules/concurrency/rwmutex-recursive-rlock.md"),
        concurrency::rwmutex_recursive_rlock::NATIVE,
    ),
    (
        "review-rules/concurrency/rwmutex-write-under-rlock.md",
        include_str!("../../../review-rules/concurrency/rwmutex-write-under-rlock.md"),
        concurrency::rwmutex_write_under_rlock::NATIVE,
    ),
    (
        "review-rules/concurrency/schedule-deadlock.md",
        include_str!("../../../review-rules/concurrency/schedule-deadlock.md"),
        concurrency::schedule_deadlock::NATIVE,
    ),
    (
        "review-rules/concurrency/schedule-panic.md",
        include_str!("../../../review-rules/concurrency/schedule-panic.md"),
        concurrency::schedule_panic::NATIVE,
    ),
    (
        "review-rules/concurrency/schedule-race.md",
        include_str!("../../../review-rules/concurrency/schedule-race.md"),
        concurrency::schedule_race::NATIVE,
    ),
    (
        "review-rules/concurrency/select-default-busy-loop.md",
        include_str!("../../../review-rules/concurrency/select-default-busy-loop.md"),
        concurrency::select_default_busy_loop::NATIVE,
    ),
    (
        "review-rules/concurrency/semaphore-not-released.md",
        include_str!("../../../review-rules/concurrency/semaphore-not-released.md"),
        concurrency::semaphore_not_released::NATIVE,
    ),
    (
        "review-rules/concurrency/send-on-closed.md",
        include_str!("../../../review-rules/concurrency/send-on-closed.md"),
        concurrency::send_on_closed::NATIVE,
    ),
    (
        "review-rules/concurrency/shared-write-unordered.md",
        include_str!("../../../review-rules/concurrency/shared-write-unordered.md"),
        concurrency::shared_write_unordered::NATIVE,
    ),
    (
        "review-rules/concurrency/ticker-misuse.md",
        include_str!("../../../review-rules/concurrency/ticker-misuse.md"),
        concurrency::ticker_misuse::NATIVE,
    ),
    (
        "review-rules/concurrency/time-after-in-loop.md",
        include_str!("../../../review-rules/concurrency/time-after-in-loop.md"),
        concurrency::time_after_in_loop::NATIVE,
    ),
    (
        "review-rules/concurrency/unbounded-goroutine-fanout.md",
        include_str!("../../../review-rules/concurrency/unbounded-goroutine-fanout.md"),
        concurrency::unbounded_goroutine_fanout::NATIVE,
    ),
    (
        "review-rules/concurrency/wg-add-inside-goroutine.md",
        include_str!("../../../review-rules/concurrency/wg-add-inside-goroutine.md"),
        concurrency::wg_add_inside_goroutine::NATIVE,
    ),
    (
        "review-rules/concurrency/wg-done-skipped-on-path.md",
        include_str!("../../../review-rules/concurrency/wg-done-skipped-on-path.md"),
        concurrency::wg_done_skipped_on_path::NATIVE,
    ),
    (
        "review-rules/concurrency/wg-wait-before-drain.md",
        include_str!("../../../review-rules/concurrency/wg-wait-before-drain.md"),
        concurrency::wg_wait_before_drain::NATIVE,
    ),
    (
        "review-rules/memory/pool-object-not-reset.md",
        include_str!("../../../review-rules/memory/pool-object-not-reset.md"),
        memory::pool_object_not_reset::NATIVE,
    ),
    (
        "review-rules/memory/string-concat-in-loop.md",
        include_str!("../../../review-rules/memory/string-concat-in-loop.md"),
        memory::string_concat_in_loop::NATIVE,
    ),
    (
        "review-rules/architecture/db-rows-leak.md",
        include_str!("../../../review-rules/architecture/db-rows-leak.md"),
        architecture::db_rows_leak::NATIVE,
    ),
    (
        "review-rules/architecture/db-tx-not-rolled-back.md",
        include_str!("../../../review-rules/architecture/db-tx-not-rolled-back.md"),
        architecture::db_tx_not_rolled_back::NATIVE,
    ),
    (
        "review-rules/architecture/file-not-closed.md",
        include_str!("../../../review-rules/architecture/file-not-closed.md"),
        architecture::file_not_closed::NATIVE,
    ),
    (
        "review-rules/architecture/http-body-not-closed.md",
        include_str!("../../../review-rules/architecture/http-body-not-closed.md"),
        architecture::http_body_not_closed::NATIVE,
    ),
    (
        "review-rules/architecture/http-client-no-timeout.md",
        include_str!("../../../review-rules/architecture/http-client-no-timeout.md"),
        architecture::http_client_no_timeout::NATIVE,
    ),
    (
        "review-rules/architecture/http-error-without-return.md",
        include_str!("../../../review-rules/architecture/http-error-without-return.md"),
        architecture::http_error_without_return::NATIVE,
    ),
    (
        "review-rules/architecture/retry-unbounded.md",
        include_str!("../../../review-rules/architecture/retry-unbounded.md"),
        architecture::retry_unbounded::NATIVE,
    ),
    (
        "review-rules/architecture/shutdown-not-awaited.md",
        include_str!("../../../review-rules/architecture/shutdown-not-awaited.md"),
        architecture::shutdown_not_awaited::NATIVE,
    ),
    (
        "review-rules/architecture/span-not-ended.md",
        include_str!("../../../review-rules/architecture/span-not-ended.md"),
        architecture::span_not_ended::NATIVE,
    ),
    (
        "review-rules/web3/eth-subscription-not-released.md",
        include_str!("../../../review-rules/web3/eth-subscription-not-released.md"),
        web3::eth_subscription_not_released::NATIVE,
    ),
    (
        "review-rules/correctness/error-made-and-dropped.md",
        include_str!("../../../review-rules/correctness/error-made-and-dropped.md"),
        correctness::error_made_and_dropped::NATIVE,
    ),
    (
        "review-rules/correctness/nil-use-after-error.md",
        include_str!("../../../review-rules/correctness/nil-use-after-error.md"),
        correctness::nil_use_after_error::NATIVE,
    ),
    (
        "review-rules/correctness/nil-variable-used.md",
        include_str!("../../../review-rules/correctness/nil-variable-used.md"),
        correctness::nil_variable_used::NATIVE,
    ),
    (
        "review-rules/correctness/test-goroutine-fatal.md",
        include_str!("../../../review-rules/correctness/test-goroutine-fatal.md"),
        correctness::test_goroutine_fatal::NATIVE,
    ),
    (
        "review-rules/correctness/unchecked-type-assertion.md",
        include_str!("../../../review-rules/correctness/unchecked-type-assertion.md"),
        correctness::unchecked_type_assertion::NATIVE,
    ),
    (
        "review-rules/correctness/use-before-error-check.md",
        include_str!("../../../review-rules/correctness/use-before-error-check.md"),
        correctness::use_before_error_check::NATIVE,
    ),
    (
        "review-rules/correctness/writer-not-flushed.md",
        include_str!("../../../review-rules/correctness/writer-not-flushed.md"),
        correctness::writer_not_flushed::NATIVE,
    ),
];

/// The same of those whose check compares both versions of a function.
pub(super) const COMPARING: &[(&str, &str, Comparing)] = &[
    (
        "review-rules/concurrency/atomic-removed.md",
        include_str!("../../../review-rules/concurrency/atomic-removed.md"),
        concurrency::atomic_removed::NATIVE,
    ),
    (
        "review-rules/concurrency/cancel-removed.md",
        include_str!("../../../review-rules/concurrency/cancel-removed.md"),
        concurrency::cancel_removed::NATIVE,
    ),
    (
        "review-rules/concurrency/copy-removed.md",
        include_str!("../../../review-rules/concurrency/copy-removed.md"),
        concurrency::copy_removed::NATIVE,
    ),
    (
        "review-rules/concurrency/lock-removed.md",
        include_str!("../../../review-rules/concurrency/lock-removed.md"),
        concurrency::lock_removed::NATIVE,
    ),
    (
        "review-rules/memory/map-delete-removed.md",
        include_str!("../../../review-rules/memory/map-delete-removed.md"),
        memory::map_delete_removed::NATIVE,
    ),
    (
        "review-rules/architecture/release-removed.md",
        include_str!("../../../review-rules/architecture/release-removed.md"),
        architecture::release_removed::NATIVE,
    ),
    (
        "review-rules/correctness/bounds-check-removed.md",
        include_str!("../../../review-rules/correctness/bounds-check-removed.md"),
        correctness::bounds_check_removed::NATIVE,
    ),
    (
        "review-rules/correctness/error-check-removed.md",
        include_str!("../../../review-rules/correctness/error-check-removed.md"),
        correctness::error_check_removed::NATIVE,
    ),
    (
        "review-rules/correctness/nil-check-removed.md",
        include_str!("../../../review-rules/correctness/nil-check-removed.md"),
        correctness::nil_check_removed::NATIVE,
    ),
];

/// Path and text of each page that describes what it looks for.
pub(super) const DECLARED: &[(&str, &str)] = &[
    (
        "review-rules/concurrency/defer-in-loop.md",
        include_str!("../../../review-rules/concurrency/defer-in-loop.md"),
    ),
    (
        "review-rules/memory/regexp-compile-in-hot-path.md",
        include_str!("../../../review-rules/memory/regexp-compile-in-hot-path.md"),
    ),
];

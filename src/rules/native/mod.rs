//! The built-in pages, and the checks that are written in Rust.
//!
//! Generated from the pages under `review-rules/`: `cargo test --test rules` refreshes it.

use super::engine::Native;

mod concurrency {
    pub(super) mod ctx_cancel_lost;
    pub(super) mod goroutine_leak_on_timeout;
    pub(super) mod goroutine_range_never_closed;
    pub(super) mod goroutine_start_without_lifecycle;
    pub(super) mod lock_copied_by_value;
    pub(super) mod lock_held_across_blocking_call;
    pub(super) mod mutex_lock_order;
    pub(super) mod mutex_not_unlocked_on_path;
    pub(super) mod mutex_self_deadlock;
    pub(super) mod pool_put_deferred_in_loop;
    pub(super) mod rwmutex_recursive_rlock;
    pub(super) mod wg_add_inside_goroutine;
    pub(super) mod wg_done_skipped_on_path;
}
mod memory {
    pub(super) mod string_concat_in_loop;
}
mod architecture {
    pub(super) mod db_rows_leak;
    pub(super) mod db_tx_not_rolled_back;
    pub(super) mod http_body_not_closed;
    pub(super) mod http_client_no_timeout;
}
mod correctness {
    pub(super) mod unchecked_type_assertion;
}

/// Path, text and check of each page whose check is written in Rust.
pub(super) const PAGES: &[(&str, &str, Native)] = &[
    (
        "review-rules/concurrency/ctx-cancel-lost.md",
        include_str!("../../../review-rules/concurrency/ctx-cancel-lost.md"),
        concurrency::ctx_cancel_lost::NATIVE,
    ),
    (
        "review-rules/concurrency/goroutine-leak-on-timeout.md",
        include_str!("../../../review-rules/concurrency/goroutine-leak-on-timeout.md"),
        concurrency::goroutine_leak_on_timeout::NATIVE,
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
        "review-rules/concurrency/rwmutex-recursive-rlock.md",
        include_str!("../../../review-rules/concurrency/rwmutex-recursive-rlock.md"),
        concurrency::rwmutex_recursive_rlock::NATIVE,
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
        "review-rules/correctness/unchecked-type-assertion.md",
        include_str!("../../../review-rules/correctness/unchecked-type-assertion.md"),
        correctness::unchecked_type_assertion::NATIVE,
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

//! The checks that are written in Rust, with their pages.
//!
//! Generated from the pages under `review-rules/`: `cargo test --test rules` refreshes it.

use super::engine::Native;

mod concurrency {
    pub(super) mod ctx_cancel_lost;
    pub(super) mod goroutine_leak_on_timeout;
    pub(super) mod mutex_not_unlocked_on_path;
    pub(super) mod pool_put_deferred_in_loop;
    pub(super) mod wg_done_skipped_on_path;
}
mod architecture {
    pub(super) mod http_client_no_timeout;
}

/// Path, text and check of each built-in page.
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
        "review-rules/concurrency/mutex-not-unlocked-on-path.md",
        include_str!("../../../review-rules/concurrency/mutex-not-unlocked-on-path.md"),
        concurrency::mutex_not_unlocked_on_path::NATIVE,
    ),
    (
        "review-rules/concurrency/pool-put-deferred-in-loop.md",
        include_str!("../../../review-rules/concurrency/pool-put-deferred-in-loop.md"),
        concurrency::pool_put_deferred_in_loop::NATIVE,
    ),
    (
        "review-rules/concurrency/wg-done-skipped-on-path.md",
        include_str!("../../../review-rules/concurrency/wg-done-skipped-on-path.md"),
        concurrency::wg_done_skipped_on_path::NATIVE,
    ),
    (
        "review-rules/architecture/http-client-no-timeout.md",
        include_str!("../../../review-rules/architecture/http-client-no-timeout.md"),
        architecture::http_client_no_timeout::NATIVE,
    ),
];

//! The checks that are written in Rust, with their pages.
//!
//! Generated from the pages under `review-rules/`: `cargo test --test rules` refreshes it.

use super::engine::Native;

mod concurrency {
    pub(super) mod goroutine_leak_on_timeout;
    pub(super) mod lock_copied_by_value;
    pub(super) mod pool_put_deferred_in_loop;
}
mod architecture {
    pub(super) mod http_client_no_timeout;
}

/// Path, text and check of each built-in page.
pub(super) const PAGES: &[(&str, &str, Native)] = &[
    (
        "review-rules/concurrency/goroutine-leak-on-timeout.md",
        include_str!("../../../review-rules/concurrency/goroutine-leak-on-timeout.md"),
        concurrency::goroutine_leak_on_timeout::NATIVE,
    ),
    (
        "review-rules/concurrency/lock-copied-by-value.md",
        include_str!("../../../review-rules/concurrency/lock-copied-by-value.md"),
        concurrency::lock_copied_by_value::NATIVE,
    ),
    (
        "review-rules/concurrency/pool-put-deferred-in-loop.md",
        include_str!("../../../review-rules/concurrency/pool-put-deferred-in-loop.md"),
        concurrency::pool_put_deferred_in_loop::NATIVE,
    ),
    (
        "review-rules/architecture/http-client-no-timeout.md",
        include_str!("../../../review-rules/architecture/http-client-no-timeout.md"),
        architecture::http_client_no_timeout::NATIVE,
    ),
];

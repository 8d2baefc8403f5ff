//! The repository of the demo: a small service that quotes prices, and a pull request that brings
//! three mistakes among correct code.

use super::github::Changes;

/// The repository's name.
pub(super) const NAME: &str = "acme/shop";
/// The pull request's title.
pub(super) const TITLE: &str = "Quote in time, print quotes and convert currencies";
/// The branch of the pull request's author keeps this mistake for the end of the story.
pub(super) const LEFT_OVER: &str = "quote/rates.go";

/// What is on `main`.
pub(super) fn base() -> Changes {
    Changes::new()
        .write("go.mod", include_str!("shop/base/go.mod"))
        .write("quote/quote.go", include_str!("shop/base/quote/quote.go"))
        .write("quote/order.go", include_str!("shop/base/quote/order.go"))
}

/// What the pull request changes.
pub(super) fn change() -> Changes {
    Changes::new()
        .write("quote/fastest.go", include_str!("shop/change/quote/fastest.go"))
        .write("quote/order.go", include_str!("shop/change/quote/order.go"))
        .write("quote/print.go", include_str!("shop/change/quote/print.go"))
        .write(LEFT_OVER, include_str!("shop/change/quote/rates.go"))
}

/// The fix of two of the three mistakes.
pub(super) fn fix() -> Changes {
    Changes::new()
        .write("quote/fastest.go", include_str!("shop/fix/quote/fastest.go"))
        .write("quote/print.go", include_str!("shop/fix/quote/print.go"))
}

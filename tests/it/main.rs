//! The one integration binary: one link, many flows.

mod tidy;

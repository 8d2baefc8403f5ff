//! The one integration binary: one link, many flows.

mod github;
mod tidy;

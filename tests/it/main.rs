//! The one integration binary: one link, many flows.

mod patches_like_git;
mod tidy;
//! Everything that is tested from outside, in one binary.

mod store;
mod worker;

//! The one integration binary: one link, many flows.

mod store;
mod worker;

//! The room `github`: against a server of a few lines, and against a strict stand-in for GitHub,
//! which judges every request. The latter is started by `tests/conformance.sh`; without
//! `GO_EXPERT_TEST_GITHUB` those tests say so and do nothing.

mod faults;
mod flow;
mod local;
mod world;

//! The room `github` against a strict stand-in for GitHub, which judges every request. Started by
//! `tests/conformance.sh`; without `GO_EXPERT_TEST_GITHUB` these tests say so and do nothing.

mod faults;
mod flow;
mod world;

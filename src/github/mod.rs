//! F1: GitHub's API: who we are, what a pull request looks like, and what we say about it.

mod queries;
mod wire;

//! What a closed program can do: its functions are run step by step, goroutine by goroutine, under
//! many schedules, without a toolchain and without a library that is not modelled here.
//!
//! This is stateless model checking with bounded preemption, as CHESS (Musuvathi et al., OSDI 2008)
//! describes it: every run begins anew and is given by its choices alone, so that whatever is found
//! comes with the schedule that shows it.
//! `lower` turns Go into the code of [`code`], `machine` runs it, `search` chooses the schedules.
//! What is not understood ends the run, and a run that ended so proves nothing.

pub(in crate::rules) mod code;
pub(in crate::rules) mod lower;
pub(in crate::rules) mod machine;
pub(in crate::rules) mod search;

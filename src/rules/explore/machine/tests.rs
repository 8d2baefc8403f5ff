//! The machine on code that is assembled by hand.

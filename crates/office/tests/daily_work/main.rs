//! What residents and officers do from day to day, on every database.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "../town/mod.rs"]
mod town;

mod coherence;
mod follow_up;
mod interviews;
mod overseeing;
mod passes;
mod places;
mod publishing;
mod registering;
mod sharing;
mod travel;
mod venues;

//! Independent implementations of the definitions: slow, plain, and written from the documents alone.
//!
//! They exist to be compared with the real ones on random input. None shares code with the crate it is compared
//! with, beyond the evidence types both take.

pub mod contacts;
pub mod rating;

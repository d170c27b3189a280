//! The rating crate compared with the oracle, and the promises of `docs/rating.md`, on random rule sets and people.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first thing that is not as it must be"
)]

mod adapter;
mod comparison;
mod conditions;
mod examples;
mod generate;
mod promises;
mod shares;

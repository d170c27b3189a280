//! Ratings: from one person's evidence and a published rule set to a colour that explains itself.
//!
//! [`rate`] is pure, total and deterministic: the same evidence, rule set and instant give the same [`Rating`]
//! everywhere, in a service, over a nation in batch, or on a phone. The definition stands in `docs/rating.md`; an
//! independent implementation of it is compared with this one on random populations.
//!
//! This crate knows no clock, no database, no network and no name.

mod cases_met;
mod check;
mod condition;

mod efficacy;
mod explain;
mod field;
mod piece;
mod preview;
mod rate;
mod reason;
mod release;
mod rule_set;
mod text;

pub use check::{BackgroundError, BackgroundSymptoms, Finding, Severity, check};
pub use condition::{Condition, ConditionError, Truth};
pub use efficacy::{Efficacy, RuleEfficacy, wilson_95};
pub use explain::{ExplainedReason, Explanation, describe, explain, inputs_digest};
pub use piece::{Evidence, Piece, Says, Versions};
pub use preview::{Change, GroupCount, Preview, PreviewReport, age_band};
pub use rate::{Rating, rate, rate_in_force, timeline};
pub use reason::Reason;
pub use rule_set::{NegativeTests, Problem, Release, Rule, RuleSet, RuleSetError};
pub use text::{Language, Template, Text};

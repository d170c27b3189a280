//! The level of a person, instant by instant, as `docs/rating.md` defines it.
//!
//! The real implementation computes intervals once and looks instants up in them. This one asks, for each rule, each
//! version of each piece of evidence and each single instant, whether the reason holds *then*. Changes are found by
//! trying every instant that the evidence and the rules could mean. It is quadratic and worse, and short enough to be
//! read beside the document.

mod condition;
mod document;
mod level;
mod person;
mod release;
mod rule_set;
mod version;

pub use condition::{Comparison, Condition, SymptomCondition};
pub use level::{Held, Rating, Standing, State, View, level_at, rating_at, reasons_at};
pub use person::PersonEvidence;
pub use rule_set::{Length, NegativeTests, Release, Rule, RuleSet, Unit};
pub use version::{Facts, Value, Version};

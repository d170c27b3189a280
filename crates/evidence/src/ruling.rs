//! Human decisions about one person.

use std::{fmt, str::FromStr};

use compact_str::CompactString;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Level, OfficerId, RulingId, UnknownWord};

/// Which reason a ruling speaks of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum RuledReason {
    /// Every reason (`*`).
    Every,
    /// The reasons a rule gives, by the rule's id.
    Rule(CompactString),
}

impl fmt::Display for RuledReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RuledReason::Every => f.pad("*"),
            RuledReason::Rule(rule) => f.pad(rule),
        }
    }
}

impl FromStr for RuledReason {
    type Err = crate::IdError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "*" { Ok(RuledReason::Every) } else { crate::id::slug(text).map(RuledReason::Rule) }
    }
}

impl From<RuledReason> for String {
    fn from(reason: RuledReason) -> String {
        reason.to_string()
    }
}

impl TryFrom<String> for RuledReason {
    type Error = crate::IdError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

/// What a ruling does while it lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Effect {
    /// Takes the reason away.
    Lift,
    /// Gives the reason this level, higher or lower.
    Set(Level),
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Effect::Lift => f.write_str("lift"),
            Effect::Set(level) => write!(f, "set:{level}"),
        }
    }
}

impl FromStr for Effect {
    type Err = UnknownWord;
    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        match text.strip_prefix("set:") {
            Some(level) => Ok(Effect::Set(level.parse()?)),
            None if text == "lift" => Ok(Effect::Lift),
            None => Err(UnknownWord {
                what: "effect of a ruling",
                word: text.to_owned(),
                known: "lift, set:green, set:yellow, set:red".to_owned(),
            }),
        }
    }
}

impl From<Effect> for String {
    fn from(effect: Effect) -> String {
        effect.to_string()
    }
}

impl TryFrom<String> for Effect {
    type Error = UnknownWord;
    fn try_from(text: String) -> Result<Self, UnknownWord> {
        text.parse()
    }
}

/// A human decision that lifts or sets a reason, with grounds and an end. Known from its start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ruling {
    /// The ruling's id.
    pub ruling: RulingId,
    /// The reason it speaks of.
    pub reason: RuledReason,
    /// What it does.
    pub effect: Effect,
    /// Start.
    pub from: Timestamp,
    /// End (not in it).
    pub to: Timestamp,
    /// Why, in the officer's words.
    pub ground: String,
    /// Who decided.
    pub by: OfficerId,
    /// The second officer, where two must decide.
    pub second: Option<OfficerId>,
}

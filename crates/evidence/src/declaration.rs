//! What a person declared about their health.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Symptoms;

/// A health declaration: the symptoms a person (or a helper they named) ticked. Carries health data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Declaration {
    /// When it was made.
    pub at: Timestamp,
    /// What was ticked; empty means "no symptoms".
    pub symptoms: Symptoms,
}

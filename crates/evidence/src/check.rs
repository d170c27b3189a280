//! Daily health checks.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Symptoms, Temperature, vocabulary::vocabulary};

vocabulary! {
    /// Who made a daily check.
    CheckedBy, "maker of a check" {
        /// The person.
        Itself = "self",
        /// A follow-up worker.
        Worker = "worker",
    }
}

/// A daily health check. Carries health data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// When it was made.
    pub at: Timestamp,
    /// Body temperature, where it was taken.
    pub temperature: Option<Temperature>,
    /// Symptoms; empty means none.
    pub symptoms: Symptoms,
    /// Who made it.
    pub by: CheckedBy,
}

impl Check {
    /// Whether the check found nothing: no symptom, and no temperature above [`Temperature::FEVER_ABOVE`].
    #[must_use]
    pub fn is_healthy(&self) -> bool {
        self.symptoms.is_empty() && self.temperature.is_none_or(|t| t <= Temperature::FEVER_ABOVE)
    }
}

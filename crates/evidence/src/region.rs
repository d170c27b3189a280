//! How risky an authority holds a region to be. About no person.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{RegionId, vocabulary::vocabulary};

vocabulary! {
    /// The published risk level of a region.
    RegionLevel, "region level" {
        /// Few or no cases.
        Low = "low",
        /// Some cases.
        Medium = "medium",
        /// Many cases.
        High = "high",
    }
}

/// A region's level over a period, as published by the authority.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegionPeriod {
    /// The region.
    pub region: RegionId,
    /// Its level during the period.
    pub level: RegionLevel,
    /// First instant of the period; the level is known from then on.
    pub from: Timestamp,
    /// End of the period (not in it); `None` while it lasts.
    pub to: Option<Timestamp>,
}

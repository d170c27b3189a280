//! Being in a region.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{RegionId, RegionLevel};

/// A stay in a region, as the person declared it.
///
/// What is known of it grows: from `arrived` on the stay is known to be open, from `left` on it is known to be over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stay {
    /// Where.
    pub region: RegionId,
    /// The highest level the region had while the person was there; `None` if the authority published none.
    pub region_level: Option<RegionLevel>,
    /// Arrival.
    pub arrived: Timestamp,
    /// Departure; `None` while the person is still there.
    pub left: Option<Timestamp>,
}

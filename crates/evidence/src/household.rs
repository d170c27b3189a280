//! Sharing a home.

use serde::{Deserialize, Serialize};

use crate::{HouseholdId, PersonId};

/// A person's place in a household.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HouseholdMember {
    /// The home.
    pub household: HouseholdId,
    /// Who lives there.
    pub person: PersonId,
}

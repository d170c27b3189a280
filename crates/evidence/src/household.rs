//! Sharing a home.

use crate::{HouseholdId, PersonId};

/// A person's place in a household.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HouseholdMember {
    /// The home.
    pub household: HouseholdId,
    /// Who lives there.
    pub person: PersonId,
}

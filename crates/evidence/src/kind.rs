//! The closed set of evidence kinds.

use jiff::SignedDuration;

use crate::vocabulary::vocabulary;

vocabulary! {
    /// A kind of evidence. Adding one is a design decision: a purpose, a legal basis and a retention.
    EvidenceKind, "kind of evidence" {
        /// Symptoms a person ticked.
        Declaration = "declaration",
        /// A daily health check.
        Check = "check",
        /// A stay in a region.
        Stay = "stay",
        /// A visit to a venue.
        Visit = "visit",
        /// A journey.
        Trip = "trip",
        /// A shared home.
        Household = "household",
        /// A contact a case named.
        NamedContact = "named_contact",
        /// A laboratory test.
        Test = "test",
        /// A case.
        Case = "case",
        /// Derived: was near a case.
        Exposure = "exposure",
        /// A human decision.
        Ruling = "ruling",
        /// A region's published level.
        RegionLevel = "region_level",
    }
}

impl EvidenceKind {
    /// How long evidence of this kind is kept; `None` where it is kept while the person is registered (household)
    /// or always (region levels, which are about no person).
    #[must_use]
    pub fn retention(self) -> Option<SignedDuration> {
        let days = match self {
            EvidenceKind::Declaration
            | EvidenceKind::Check
            | EvidenceKind::Stay
            | EvidenceKind::NamedContact => 30,
            EvidenceKind::Visit => 14,
            EvidenceKind::Trip | EvidenceKind::Exposure => 21,
            EvidenceKind::Test | EvidenceKind::Case | EvidenceKind::Ruling => 90,
            EvidenceKind::Household | EvidenceKind::RegionLevel => return None,
        };
        Some(SignedDuration::from_hours(24 * days))
    }
}

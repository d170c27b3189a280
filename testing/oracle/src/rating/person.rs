//! Everything that may be known of one person, as it is recorded in the end.

use evidence::{Case, Check, Declaration, Exposure, RegionPeriod, Ruling, Stay, Test, Trip};
use jiff::Timestamp;

/// The final record of one person's evidence. What of it was known when is for [`crate::rating::Version`] to say.
#[derive(Debug, Clone, Default)]
pub struct PersonEvidence {
    /// Declarations.
    pub declarations: Vec<Declaration>,
    /// Daily checks.
    pub checks: Vec<Check>,
    /// Stays; the level each carries counts where `regions` says nothing of its region.
    pub stays: Vec<Stay>,
    /// Published levels of regions.
    pub regions: Vec<RegionPeriod>,
    /// Trips.
    pub trips: Vec<Trip>,
    /// Tests.
    pub tests: Vec<Test>,
    /// Cases.
    pub cases: Vec<Case>,
    /// Exposures, each with the moment at which its case became known.
    pub exposures: Vec<(Timestamp, Exposure)>,
    /// Rulings.
    pub rulings: Vec<Ruling>,
}

impl PersonEvidence {
    /// Every moment that any piece of evidence mentions, in no order and with repetitions.
    #[must_use]
    pub fn moments(&self) -> Vec<Timestamp> {
        let mut moments = Vec::new();
        moments.extend(self.declarations.iter().map(|d| d.at));
        moments.extend(self.checks.iter().map(|c| c.at));
        moments.extend(self.stays.iter().flat_map(|s| [Some(s.arrived), s.left]).flatten());
        moments.extend(self.regions.iter().flat_map(|r| [Some(r.from), r.to]).flatten());
        moments.extend(self.trips.iter().flat_map(|t| [t.departed, t.arrived]));
        moments.extend(self.tests.iter().flat_map(|t| [Some(t.sampled), t.reported]).flatten());
        let dates = |c: &Case| [c.onset, c.confirmed, c.isolated, c.recovered];
        moments.extend(self.cases.iter().flat_map(dates).flatten());
        moments.extend(self.exposures.iter().flat_map(|(known, e)| [*known, e.first, e.last]));
        moments.extend(self.rulings.iter().flat_map(|r| [r.from, r.to]));
        moments
    }
}

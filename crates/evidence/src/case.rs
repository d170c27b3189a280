//! Cases: one illness of one person.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{CaseId, vocabulary::vocabulary};

vocabulary! {
    /// How sure the case is, and whether it is over.
    CaseStatus, "case status" {
        /// Under investigation.
        Suspected = "suspected",
        /// Confirmed by laboratory or clinician.
        Confirmed = "confirmed",
        /// Was a case and is well again.
        Recovered = "recovered",
        /// Turned out not to be a case.
        Discarded = "discarded",
    }
}

/// A case, as a clinician or investigator recorded it. Carries health data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// The case's id.
    pub case: CaseId,
    /// Status.
    pub status: CaseStatus,
    /// First symptom.
    pub onset: Option<Timestamp>,
    /// Confirmation.
    pub confirmed: Option<Timestamp>,
    /// Start of isolation: from then on the case meets nobody.
    pub isolated: Option<Timestamp>,
    /// Recovery.
    pub recovered: Option<Timestamp>,
}

impl Case {
    /// When the case became known: when it was confirmed; where that is not recorded, the earliest of isolation and
    /// recovery, or else onset. `None` for a case without any date, which nothing can be derived from.
    #[must_use]
    pub fn known(&self) -> Option<Timestamp> {
        let acted_on = [self.isolated, self.recovered].into_iter().flatten().min();
        self.confirmed.or(acted_on).or(self.onset)
    }

    /// The case as it was known at an instant, or `None` if it was not known yet.
    ///
    /// Dates after the instant are not known yet; a case that has recovered by now was confirmed until it did.
    #[must_use]
    pub fn as_known(&self, at: Timestamp) -> Option<Case> {
        if self.known()? > at {
            return None;
        }
        let by_then = |t: Option<Timestamp>| t.filter(|t| *t <= at);
        let mut case = self.clone();
        case.isolated = by_then(self.isolated);
        case.recovered = by_then(self.recovered);
        if self.status == CaseStatus::Recovered && self.recovered.is_some() && case.recovered.is_none() {
            case.status = CaseStatus::Confirmed;
        }
        Some(case)
    }
}

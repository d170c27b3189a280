//! What touches the same officers in a day (R5): rulings that one proposed or agreed to, statements that rest on the words of two. It
//! is counted apart from whom it is about, and outlives their record: those who leave are still counted.

use evidence::{OfficerId, PersonId};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{desk::Desk, error::OfficeError, kept::Kept};

/// How long things count together.
pub(crate) const TOGETHER: SignedDuration = SignedDuration::from_hours(24);
/// Things in [`TOGETHER`] that may touch the same officers before the next is held.
pub(crate) const TOGETHER_MAX: usize = 20;

/// How something touches officers.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Touch<'a> {
    /// One proposed it.
    Proposed(&'a OfficerId),
    /// One agreed to it.
    AgreedTo(&'a OfficerId),
    /// It rests on the words of both, whichever spoke first.
    Carried(&'a OfficerId, &'a OfficerId),
}

impl Touch<'_> {
    /// What it is looked up as.
    fn lookup(self) -> (&'static str, String) {
        match self {
            Touch::Proposed(officer) => ("officer who proposed", officer.to_string()),
            Touch::AgreedTo(officer) => ("officer who agreed", officer.to_string()),
            Touch::Carried(one, other) => {
                ("two officers who carried", format!("{}\n{}", one.min(other), one.max(other)))
            }
        }
    }
}

/// That something touched officers, who are found by a keyed hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct TouchedOfficers {
    at: Timestamp,
}

impl Kept for TouchedOfficers {
    const KIND: &'static str = "touched_officers";
    fn person(&self) -> Option<&PersonId> {
        None
    }
    fn keep_until(&self) -> Option<Timestamp> {
        self.at.checked_add(TOGETHER).ok()
    }
}

impl Desk<'_> {
    /// Remembers that something touches officers.
    pub(crate) async fn touch(&mut self, how: Touch<'_>) -> Result<(), OfficeError> {
        let (kind, value) = how.lookup();
        let lookup = self.office.keys.lookup(kind, &value)?.0;
        let id = self.new_id();
        self.file_as(id, &TouchedOfficers { at: self.at }, Some(lookup)).await?;
        Ok(())
    }

    /// How many things touched officers so in the last day.
    pub(crate) async fn touched(&mut self, how: Touch<'_>) -> Result<usize, OfficeError> {
        let (kind, value) = how.lookup();
        Ok(self.found::<TouchedOfficers>(kind, &value).await?.len())
    }
}

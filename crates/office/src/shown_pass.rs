//! The pass on a person's page: issued when their colour changes or the last one ends, not when somebody looks.

use evidence::{Level, PersonId};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    actor::Actor,
    error::OfficeError,
    kept::{Kept, Rated},
    office::{Office, transact},
    permissions::UseCase,
};

/// A pass that ends sooner is replaced, so that an outage of hours leaves nobody without one (R12).
const LEFT_MIN: SignedDuration = SignedDuration::from_hours(12);

/// The pass that a person's page shows.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownPass {
    /// Who holds it.
    pub person: PersonId,
    /// The level it says.
    pub level: Level,
    /// The text of its QR code.
    pub text: String,
    /// When it was issued.
    pub issued: Timestamp,
    /// Until when it is valid.
    pub expires: Timestamp,
    /// When the level changes by itself.
    pub changes_at: Option<Timestamp>,
}

impl std::fmt::Debug for ShownPass {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ShownPass")
    }
}

impl Kept for ShownPass {
    const KIND: &'static str = "shown_pass";
    fn person(&self) -> Option<&PersonId> {
        Some(&self.person)
    }
    fn keep_until(&self) -> Option<Timestamp> {
        Some(self.expires)
    }
}

impl ShownPass {
    /// Until when it may be shown from memory without asking again.
    #[must_use]
    pub fn fresh_until(&self) -> Timestamp {
        let renewed = self.expires.checked_sub(LEFT_MIN).unwrap_or(self.expires).max(self.issued);
        self.changes_at.map_or(renewed, |changes| changes.min(renewed)).min(self.expires)
    }
}

impl Office {
    /// The pass that a person's page shows; issued where there is none that lasts.
    ///
    /// # Errors
    /// [`OfficeError::Unknown`] where the actor may not act for the person, [`OfficeError::Refused`] where no passes are issued.
    pub async fn shown_pass(&self, actor: &Actor, person: &PersonId) -> Result<ShownPass, OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::IssuePass, Some(person), "reading out a pass").await?;
            let shown = desk.about::<ShownPass>(person).await?;
            let level = desk.about::<Rated>(person).await?.into_iter().next().map(|rated| rated.what.level);
            let at = desk.at;
            if let Some(good) = shown.iter().find(|shown| {
                shown.what.fresh_until() > at && level.is_some_and(|level| level == shown.what.level)
            }) {
                return Ok(good.what.clone());
            }
            for old in &shown {
                desk.discard(old).await?;
            }
            let (rated, pass) = desk.paper_pass(person).await?;
            let shown = ShownPass {
                person: person.clone(),
                level: rated.level,
                text: pass.text,
                issued: pass.hour.start,
                expires: pass.hour.expires,
                changes_at: rated.changes_at,
            };
            desk.file(&shown).await?;
            Ok(shown)
        })
    }
}

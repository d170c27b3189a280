//! What was held because too many rulings touch the same officers (R5): oversight of another body lets it go on, or ends it.

use jiff::Timestamp;
use ledger::{BodyName, Ground};
use store::RecordId;

use crate::{
    actor::{Actor, Role},
    desk::Filed,
    error::OfficeError,
    kept::Proposal,
    office::{Office, transact},
    permissions::UseCase,
};

/// Most proposals looked at, far more than a day can hold.
const HELD_MAX: u32 = 100_000;

/// A held override as oversight sees it: no person, no diagnosis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Its id.
    pub proposal: RecordId,
    /// When it was proposed.
    pub at: Timestamp,
    /// In which role.
    pub role: Role,
    /// By which body.
    pub body: BodyName,
    /// On what ground.
    pub ground: Ground,
    /// From when it would take effect.
    pub from: Timestamp,
    /// Until when.
    pub to: Timestamp,
}

impl Office {
    /// The overrides that are held, the oldest first.
    ///
    /// # Errors
    /// [`OfficeError::Forbidden`] for anybody but oversight.
    pub async fn held(&self, actor: &Actor) -> Result<Vec<Held>, OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::ReleaseHeld, None, "").await?;
            let proposals = desk.in_state::<Proposal>("held", None, HELD_MAX).await?;
            let seen = |Filed { id, what, .. }: Filed<Proposal>| Held {
                proposal: id,
                at: what.at,
                role: what.by.role,
                body: what.by.body,
                ground: what.ground,
                from: what.ruling.from,
                to: what.ruling.to,
            };
            let mut held: Vec<Held> = proposals.into_iter().map(seen).collect();
            held.sort_by_key(|held| held.at);
            Ok(held)
        })
    }

    /// Lets a held override go on, so that another body can agree to it, or ends it. It is not held a second time.
    ///
    /// # Errors
    /// [`OfficeError::Forbidden`] for anybody but oversight, and for oversight of the body that proposed it;
    /// [`OfficeError::Unknown`] where no such override is held.
    pub async fn release(
        &self,
        actor: &Actor,
        proposal: &RecordId,
        goes_on: bool,
    ) -> Result<(), OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::ReleaseHeld, None, "").await?;
            let officer = actor.officer().ok_or(OfficeError::Unknown("officer"))?;
            let filed = desk.filed::<Proposal>(proposal).await?;
            let mut filed =
                filed.filter(|filed| filed.what.held).ok_or(OfficeError::Unknown("held override"))?;
            if officer.body == filed.what.by.body {
                return Err(OfficeError::Forbidden {
                    role: officer.role.word(),
                    what: "release what their own body proposed",
                });
            }
            if !goes_on {
                return desk.discard(&filed).await;
            }
            filed.what.held = false;
            filed.what.released = true;
            desk.refile(&filed).await
        })
    }
}

//! Taking one's data along, and leaving (R14).

use evidence::{EvidenceKind, PersonId, RegionPeriod, VenueId};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::{
    actor::Actor,
    attachment::Attachment,
    changes::Change,
    desk::{Desk, day_of},
    error::OfficeError,
    follow_up::FollowUp,
    import::Vouched,
    interview::Named,
    kept::{Access, Appeal, Carried, Kept as _, Piece, Question, Resident, Says},
    office::{Office, transact},
    passkeys::Passkey,
    permissions::UseCase,
    push_subscriptions::PushSubscription,
    sessions::Session,
    share::Share,
    specimen::Specimen,
    statement::Statement,
    venue::Owns,
};

/// A visit, as its person takes it along.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct OwnVisit {
    /// Check-in.
    pub entered: Timestamp,
    /// Check-out, where there was one.
    pub left: Option<Timestamp>,
    /// Where.
    pub venue: VenueId,
}

/// Everything that is kept about a person.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Exported {
    /// Their record.
    pub resident: Resident,
    /// Their evidence.
    pub evidence: Vec<Piece>,
    /// Where they checked in, as far as the keys of those days are there; in order.
    pub visits: Vec<OwnVisit>,
    /// The published levels of the regions it speaks of: with them anyone can rate it again.
    pub region_levels: Vec<RegionPeriod>,
    /// Questions they were asked.
    pub questions: Vec<Question>,
    /// Appeals they made.
    pub appeals: Vec<Appeal>,
    /// What lies beside their appeals; what stands in it is base 64.
    pub attachments: Vec<Attachment>,
    /// Looks at their record.
    pub accesses: Vec<Access>,
    /// Specimens that were taken of them.
    pub specimens: Vec<Specimen>,
    /// What officers said of them, and how far it has come.
    pub statements: Vec<Statement>,
    /// Who brought in evidence that restricts them from elsewhere.
    pub vouched: Vec<Vouched>,
    /// Venues that are theirs.
    pub venues: Vec<Owns>,
    /// Whom they named as a case.
    pub named: Vec<Named>,
    /// How they are followed up.
    pub follow_ups: Vec<FollowUp>,
    /// With whom they share their status.
    pub shares: Vec<Share>,
    /// Browsers to which they have messages sent.
    pub browsers: Vec<PushSubscription>,
    /// Their passkeys: public keys, and what they call them.
    pub passkeys: Vec<Passkey>,
    /// Passes issued to them that have neither expired nor been revoked.
    pub passes: Vec<Carried>,
}

impl Office {
    /// Everything that is kept about a person.
    ///
    /// # Errors
    /// [`OfficeError::Unknown`] where the actor may not act for the person.
    pub async fn export(&self, actor: &Actor, person: &PersonId) -> Result<Exported, OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::Export, Some(person), "").await?;
            let resident = desk.known(person).await?.what;
            let mut evidence: Vec<Piece> =
                desk.about(person).await?.into_iter().map(|filed| filed.what).collect();
            evidence.sort_by_key(|piece| piece.received);
            let region_levels = desk.levels_for(&evidence).await?;
            Ok(Exported {
                resident,
                evidence,
                visits: desk.visits_taken_along(person).await?,
                region_levels,
                questions: desk.about(person).await?.into_iter().map(|filed| filed.what).collect(),
                attachments: desk.about(person).await?.into_iter().map(|filed| filed.what).collect(),
                appeals: desk.about(person).await?.into_iter().map(|filed| filed.what).collect(),
                accesses: desk.about(person).await?.into_iter().map(|filed| filed.what).collect(),
                specimens: desk.about(person).await?.into_iter().map(|filed| filed.what).collect(),
                statements: desk.about(person).await?.into_iter().map(|filed| filed.what).collect(),
                vouched: desk.about(person).await?.into_iter().map(|filed| filed.what).collect(),
                venues: desk.about(person).await?.into_iter().map(|filed| filed.what).collect(),
                named: desk.about(person).await?.into_iter().map(|filed| filed.what).collect(),
                follow_ups: desk.about(person).await?.into_iter().map(|filed| filed.what).collect(),
                shares: desk.about(person).await?.into_iter().map(|filed| filed.what).collect(),
                browsers: desk.about(person).await?.into_iter().map(|filed| filed.what).collect(),
                passkeys: desk.about(person).await?.into_iter().map(|filed| filed.what).collect(),
                passes: desk.about(person).await?.into_iter().map(|filed| filed.what).collect(),
            })
        })
    }

    /// Forgets a person: their key is destroyed, and with it everything that was sealed under it, in backups as well. Their passes
    /// no longer count.
    ///
    /// # Errors
    /// [`OfficeError::Refused`] while the person has an open case.
    pub async fn erase(&self, actor: &Actor, person: &PersonId) -> Result<(), OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::Erase, Some(person), "").await?;
            desk.known(person).await?;
            let open = |says: &Says| matches!(says, Says::Case(case) if case.recovered.is_none());
            if desk.about::<Piece>(person).await?.iter().any(|piece| open(&piece.what.says)) {
                return Err(OfficeError::refused(
                    "a case is open",
                    "it is closed at recovery; then you can leave",
                ));
            }
            desk.revoke(person).await?;
            let records = desk.tx.all_about(person).await?;
            let sessions = records.iter().filter(|record| record.kind == Session::KIND);
            desk.changes.extend(sessions.map(|record| Change::Session(record.id.clone())));
            desk.count_forgotten(&records, 1).await?;
            desk.tx.remove_all(&records).await?;
            desk.tx.destroy_key(&format!("person/{person}")).await?;
            desk.remember_erased(person).await?;
            Ok(())
        })
    }
}

impl Desk<'_> {
    async fn visits_taken_along(&mut self, person: &PersonId) -> Result<Vec<OwnVisit>, OfficeError> {
        // A day more than visits are kept: the keys of the days decide.
        let kept = EvidenceKind::Visit.retention().unwrap_or_default() + SignedDuration::from_hours(24);
        let visits = self.visits_by_from(person, day_of(self.ago(kept))).await?.into_iter();
        let mut visits: Vec<OwnVisit> = visits
            .map(|visit| OwnVisit { entered: visit.entered, left: visit.left, venue: visit.venue })
            .collect();
        visits.sort();
        Ok(visits)
    }
}

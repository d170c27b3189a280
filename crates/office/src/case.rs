//! Opening and closing a case. Its contacts are found, re-rated and told in the same breath.

use evidence::{Case, CaseId, CaseStatus, PersonId};
use jiff::Timestamp;

use crate::{
    actor::Actor,
    error::OfficeError,
    kept::{Piece, Says},
    office::{Office, transact},
    permissions::UseCase,
    trace::Traced,
};

impl Office {
    /// Confirms a case, with the first symptom where there was one; finds, re-rates and tells its contacts.
    ///
    /// # Errors
    /// [`OfficeError::Refused`] for an onset in the future or where the person has an open case, [`OfficeError::Unknown`] where
    /// there is no such person.
    pub async fn open_case(
        &self,
        actor: &Actor,
        person: &PersonId,
        onset: Option<Timestamp>,
    ) -> Result<(CaseId, Traced), OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::OpenCase, Some(person), "opening a case").await?;
            desk.known(person).await?;
            if onset.is_some_and(|onset| onset > desk.at) {
                return Err(OfficeError::refused(
                    "the onset lies in the future",
                    "give the first symptom's time",
                ));
            }
            let pieces = desk.about::<Piece>(person).await?;
            let open = |says: &Says| matches!(says, Says::Case(case) if case.recovered.is_none());
            if pieces.iter().any(|piece| open(&piece.what.says)) {
                return Err(OfficeError::refused("the person has an open case", "close that one first"));
            }
            let case = Case {
                case: CaseId::new(desk.new_id().as_str())?,
                status: CaseStatus::Confirmed,
                onset,
                confirmed: Some(desk.at),
                isolated: Some(desk.at),
                recovered: None,
            };
            desk.take(person, Says::Case(case.clone())).await?;
            let traced = desk.trace(person, &case).await?;
            Ok((case.case, traced))
        })
    }

    /// Closes a case: the person has recovered.
    ///
    /// # Errors
    /// [`OfficeError::Unknown`] where the person has no such case.
    pub async fn close_case(
        &self,
        actor: &Actor,
        person: &PersonId,
        case: &CaseId,
    ) -> Result<(), OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::OpenCase, Some(person), "closing a case").await?;
            for mut piece in desk.about::<Piece>(person).await? {
                if let Says::Case(known) = &mut piece.what.says
                    && known.case == *case
                    && known.recovered.is_none()
                {
                    known.status = CaseStatus::Recovered;
                    known.recovered = Some(desk.at);
                    desk.refile(&piece).await?;
                    desk.rerate(person).await?;
                    return Ok(());
                }
            }
            Err(OfficeError::Unknown("open case"))
        })
    }
}

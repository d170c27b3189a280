//! Opening and closing a case. When it counts, its contacts are found, re-rated and told in the same breath.

use evidence::{Case, CaseId, CaseStatus, PersonId};
use jiff::Timestamp;

use crate::{
    actor::Actor,
    error::OfficeError,
    kept::{Piece, Says},
    office::{Office, transact},
    permissions::UseCase,
    statement::Stated,
};

impl Office {
    /// Opens a case, with the first symptom where there was one. It counts when another body's laboratory found the person positive,
    /// or an officer of another body stands beside it; then its contacts are found, re-rated and told.
    ///
    /// # Errors
    /// [`OfficeError::Refused`] for an onset in the future or where the person has an open case, [`OfficeError::Unknown`] where
    /// there is no such person.
    pub async fn open_case(
        &self,
        actor: &Actor,
        person: &PersonId,
        onset: Option<Timestamp>,
    ) -> Result<(CaseId, Stated), OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::OpenCase, Some(person), "opening a case").await?;
            desk.known(person).await?;
            if onset.is_some_and(|onset| onset > desk.at) {
                return Err(OfficeError::refused(
                    "the onset lies in the future",
                    "give the first symptom's time",
                ));
            }
            let by = actor.officer().ok_or(OfficeError::Unknown("officer"))?;
            if desk.has_open_case(person).await? {
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
            let second = desk.test_beside_case(person, by).await?;
            let stated = desk.state(by, person, Says::Case(case.clone()), second).await?;
            Ok((case.case, stated))
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

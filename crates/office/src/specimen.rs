//! Taking a specimen: who took it, or gave it, says so before there is a result. A laboratory alone can make nobody positive.

use evidence::{EvidenceKind, PersonId, TestId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    actor::{Actor, Officer},
    desk::Desk,
    error::OfficeError,
    kept::{Kept, NoticeAbout},
    office::{Office, transact},
    permissions::UseCase,
    statement::Second,
};

/// That a specimen of a person was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Specimen {
    /// Whose it is.
    pub person: PersonId,
    /// The id under which the laboratory will report it.
    pub test: TestId,
    /// When it was taken.
    pub at: Timestamp,
    /// Who took it; none where the person says that they gave it.
    pub by: Option<Officer>,
}

impl Kept for Specimen {
    const KIND: &'static str = "specimen";
    fn person(&self) -> Option<&PersonId> {
        Some(&self.person)
    }
    fn keep_until(&self) -> Option<Timestamp> {
        EvidenceKind::Test.retention().and_then(|kept| self.at.checked_add(kept).ok())
    }
}

impl Office {
    /// Records that a specimen of a person was taken now. The person is told, and can contest it when it was not theirs.
    ///
    /// # Errors
    /// [`OfficeError::Unknown`] where there is no such person, [`OfficeError::Refused`] where a specimen of theirs has this id.
    pub async fn take_specimen(
        &self,
        actor: &Actor,
        person: &PersonId,
        test: &TestId,
    ) -> Result<(), OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::TakeSpecimen, Some(person), "taking a specimen").await?;
            desk.known(person).await?;
            if desk.about::<Specimen>(person).await?.iter().any(|specimen| specimen.what.test == *test) {
                return Err(OfficeError::refused(
                    "this specimen is recorded",
                    "use the id that stands on the tube",
                ));
            }
            let by = actor.officer().cloned();
            if by.is_some() {
                desk.tell(person, NoticeAbout::Statement).await?;
            }
            desk.file(&Specimen { person: person.clone(), test: test.clone(), at: desk.at, by }).await?;
            Ok(())
        })
    }
}

impl Desk<'_> {
    /// Who stands beside a laboratory's result: who took the specimen, from another body, or the person who gave it.
    pub(crate) async fn specimen_beside_test(
        &mut self,
        person: &PersonId,
        test: &TestId,
        laboratory: &Officer,
    ) -> Result<Option<Second>, OfficeError> {
        let specimens = self.about::<Specimen>(person).await?.into_iter();
        let of_test =
            specimens.filter(|specimen| specimen.what.test == *test).map(|specimen| specimen.what.by).next();
        Ok(match of_test {
            None => None,
            Some(None) => Some(Second::Themself),
            Some(Some(by)) => (by.body != laboratory.body).then_some(Second::Officer(by)),
        })
    }
}

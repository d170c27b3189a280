//! Reporting a test.

use evidence::{Level, PersonId, Test};

use crate::{
    actor::Actor,
    error::OfficeError,
    kept::Says,
    office::{Office, transact},
    permissions::UseCase,
};

impl Office {
    /// Reports a test; gives the colour that follows. A test reported twice counts once.
    ///
    /// # Errors
    /// [`OfficeError::Refused`] for a specimen or a report of the future, [`OfficeError::Unknown`] where there is no such person.
    pub async fn report_test(
        &self,
        actor: &Actor,
        person: &PersonId,
        test: &Test,
    ) -> Result<Level, OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::ReportTest, Some(person), "reporting a test").await?;
            desk.known(person).await?;
            if test.sampled > desk.at || test.reported.is_some_and(|reported| reported > desk.at) {
                return Err(OfficeError::refused(
                    "the test lies in the future",
                    "check the clock of the laboratory's system",
                ));
            }
            let known = desk.about::<crate::kept::Piece>(person).await?;
            let reported = |piece: &Says| matches!(piece, Says::Test(reported) if reported.test == test.test);
            if known.iter().any(|piece| reported(&piece.what.says)) {
                return desk.rerate(person).await;
            }
            desk.take(person, Says::Test(test.clone())).await
        })
    }
}

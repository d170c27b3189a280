//! Reporting a test.

use evidence::{PersonId, Test};

use crate::{
    actor::Actor,
    error::OfficeError,
    kept::{Piece, Says},
    office::{Office, transact},
    permissions::UseCase,
    statement::{Stage, Stated, Statement},
    trace::Traced,
};

impl Office {
    /// Reports a test. A positive one counts when another body took the specimen, or the person gave it; else it waits for their
    /// word. A test reported twice counts once.
    ///
    /// # Errors
    /// [`OfficeError::Refused`] for a specimen or a report of the future, [`OfficeError::Unknown`] where there is no such person.
    pub async fn report_test(
        &self,
        actor: &Actor,
        person: &PersonId,
        test: &Test,
    ) -> Result<Stated, OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::ReportTest, Some(person), "reporting a test").await?;
            desk.known(person).await?;
            if test.sampled > desk.at || test.reported.is_some_and(|reported| reported > desk.at) {
                return Err(OfficeError::refused(
                    "the test lies in the future",
                    "check the clock of the laboratory's system",
                ));
            }
            let by = actor.officer().ok_or(OfficeError::Unknown("laboratory"))?;
            let same = |says: &Says| matches!(says, Says::Test(reported) if reported.test == test.test);
            let said = desk.about::<Statement>(person).await?.into_iter();
            match said.filter(|said| same(&said.what.says)).map(|said| said.what.stage).next() {
                Some(Stage::Waiting) => return Ok(Stated::Waits),
                Some(Stage::Held) => return Ok(Stated::Held),
                Some(Stage::Counts) | None => {}
            }
            if desk.about::<Piece>(person).await?.iter().any(|piece| same(&piece.what.says)) {
                let level = desk.rerate(person).await?;
                return Ok(Stated::Counts { level, traced: Traced::default() });
            }
            let second = desk.specimen_beside_test(person, &test.test, by).await?;
            desk.state(by, person, Says::Test(test.clone()), second).await
        })
    }
}

//! Checking in at a venue and out of it. A visit alone never changes a colour (R16).

use evidence::{PersonId, VenueId};
use store::{DayVisit, RecordId};

use crate::{
    actor::Actor,
    desk::day_of,
    error::OfficeError,
    kept::OpenVisit,
    office::{Office, transact},
    permissions::UseCase,
};

impl Office {
    /// Checks in. Whoever is still checked in elsewhere is checked out there.
    ///
    /// # Errors
    /// [`OfficeError::Unknown`] where there is no such person.
    pub async fn check_in(
        &self,
        actor: &Actor,
        person: &PersonId,
        venue: &VenueId,
    ) -> Result<RecordId, OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::CheckIn, Some(person), "").await?;
            desk.known(person).await?;
            for open in desk.about::<OpenVisit>(person).await? {
                desk.tx.end_visit(&open.id, desk.at).await?;
                desk.discard(&open).await?;
            }
            let day = day_of(desk.at);
            let key = desk.day_key(day, true).await?.ok_or(OfficeError::Unknown("day"))?;
            let id = desk.new_id();
            let pseudonym = key.pseudonym(person)?;
            let visit = DayVisit {
                id: id.clone(),
                day,
                pseudonym,
                venue: venue.clone(),
                entered: desk.at,
                left: None,
            };
            desk.tx.add_visit(&visit).await?;
            let open = OpenVisit { person: person.clone(), venue: venue.clone(), entered: desk.at };
            desk.file_as(id, &open, None).await
        })
    }

    /// Checks out of wherever the person is; says whether they were anywhere.
    ///
    /// # Errors
    /// [`OfficeError::Unknown`] where there is no such person.
    pub async fn check_out(&self, actor: &Actor, person: &PersonId) -> Result<bool, OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::CheckIn, Some(person), "").await?;
            let open = desk.about::<OpenVisit>(person).await?;
            for open in &open {
                desk.tx.end_visit(&open.id, desk.at).await?;
                desk.discard(open).await?;
            }
            Ok(!open.is_empty())
        })
    }
}

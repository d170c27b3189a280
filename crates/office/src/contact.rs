//! Where a person can be reached: changed by whoever shows that they are reached there, and told to where they were reached before.

use evidence::PersonId;

use crate::{
    actor::Actor,
    error::OfficeError,
    kept::NoticeAbout,
    office::{Office, transact},
    one_time_code::Reached,
    permissions::UseCase,
};

impl Office {
    /// Where a person can be reached, if anywhere.
    ///
    /// # Errors
    /// [`OfficeError::Unknown`] where the actor may not act for the person.
    pub async fn contact(
        &self,
        actor: &Actor,
        person: &PersonId,
        purpose: &str,
    ) -> Result<Option<String>, OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::Register, Some(person), purpose).await?;
            Ok(desk.known(person).await?.what.contact)
        })
    }

    /// Changes where a person can be reached, and so how they sign in, by the code that was sent to the new contact. Where they were
    /// reached before, it is told that this was done.
    ///
    /// # Errors
    /// [`OfficeError::SignIn`] for a wrong or old code, [`OfficeError::Unknown`] where the actor may not act for the person.
    pub async fn change_contact(
        &self,
        actor: &Actor,
        person: &PersonId,
        contact: &str,
        code: &str,
        purpose: &str,
    ) -> Result<(), OfficeError> {
        let contact = contact.trim();
        let changed = transact!(self, |desk| {
            desk.authorise(actor, UseCase::Register, Some(person), purpose).await?;
            let mut resident = desk.known(person).await?;
            // A wrong try is counted, and nothing else happens.
            let Some(used) = desk.try_code(contact, code).await? else { return Ok(false) };
            desk.discard(&used).await?;
            for reached in desk.about::<Reached>(person).await? {
                desk.discard(&reached).await?;
            }
            desk.reach(person, contact).await?;
            if let Some(before) = resident.what.contact.replace(contact.to_owned()) {
                desk.tell(person, NoticeAbout::Contact { before }).await?;
            }
            desk.refile(&resident).await?;
            Ok(true)
        })?;
        if changed { Ok(()) } else { Err(OfficeError::SignIn) }
    }
}

//! Declaring symptoms, and daily checks.

use evidence::{Check, CheckedBy, Declaration, Level, PersonId, Symptoms, Temperature};

use crate::{
    actor::{Actor, Role},
    error::OfficeError,
    kept::Says,
    office::{Office, transact},
    permissions::UseCase,
};

impl Office {
    /// Declares symptoms, or that there are none; gives the colour that follows.
    ///
    /// # Errors
    /// [`OfficeError::Unknown`] where there is no such person, or the actor may not act for them.
    pub async fn declare(
        &self,
        actor: &Actor,
        person: &PersonId,
        symptoms: Symptoms,
    ) -> Result<Level, OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::Declare, Some(person), "writing down a declaration").await?;
            desk.known(person).await?;
            let declaration = Declaration { at: desk.at, symptoms };
            desk.take(person, Says::Declaration(declaration)).await
        })
    }

    /// Makes a daily check; gives the colour that follows. One that is not made has no consequence (R22).
    ///
    /// # Errors
    /// As [`Office::declare`].
    pub async fn daily_check(
        &self,
        actor: &Actor,
        person: &PersonId,
        temperature: Option<Temperature>,
        symptoms: Symptoms,
    ) -> Result<Level, OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::Declare, Some(person), "making a daily check").await?;
            desk.known(person).await?;
            let by = if actor.role() == Role::Resident { CheckedBy::Itself } else { CheckedBy::Worker };
            let check = Check { at: desk.at, temperature, symptoms, by };
            desk.take(person, Says::Check(check)).await
        })
    }
}

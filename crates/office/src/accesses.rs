//! Who looked at a record (R6).

use evidence::PersonId;

use crate::{
    actor::Actor,
    error::OfficeError,
    kept::Access,
    office::{Office, transact},
    permissions::UseCase,
};

impl Office {
    /// Every look at a person's record, the latest first. It names roles and bodies, no third person.
    ///
    /// # Errors
    /// [`OfficeError::Unknown`] where the actor may not see them.
    pub async fn accesses(
        &self,
        actor: &Actor,
        person: &PersonId,
        purpose: &str,
    ) -> Result<Vec<Access>, OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::SeeAccesses, Some(person), purpose).await?;
            let accesses = desk.about::<Access>(person).await?.into_iter();
            let mut accesses: Vec<Access> = accesses.map(|filed| filed.what).collect();
            accesses.sort_by_key(|access| std::cmp::Reverse(access.at));
            Ok(accesses)
        })
    }
}

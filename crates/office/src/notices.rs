//! What people are to be told: the outbox.

use evidence::PersonId;
use store::RecordId;

use crate::{
    desk::Filed,
    error::OfficeError,
    kept::Notice,
    office::{Office, transact},
};

impl Office {
    /// Notices that have not been sent, the oldest first. Whoever sends one says so by [`Office::sent`]; one that is sent twice
    /// because the sender died in between does no harm.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn notices(&self, limit: u32) -> Result<Vec<(RecordId, Notice)>, OfficeError> {
        transact!(self, |desk| {
            let notices = desk.due::<Notice>(limit).await?;
            Ok(notices.into_iter().map(|Filed { id, what, .. }| (id, what)).collect())
        })
    }

    /// Where a person is told: their own contact. For whoever sends notices, and nobody else.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn contact_of(&self, person: &PersonId) -> Result<Option<String>, OfficeError> {
        transact!(self, |desk| {
            Ok(desk.resident(person).await?.and_then(|resident| resident.what.contact))
        })
    }

    /// Takes a notice that was sent out of the outbox.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn sent(&self, notice: &RecordId) -> Result<(), OfficeError> {
        transact!(self, |desk| {
            if let Some(filed) = desk.filed::<Notice>(notice).await? {
                desk.discard(&filed).await?;
            }
            Ok(())
        })
    }
}

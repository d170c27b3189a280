//! Doing something once: a request that is sent again, because its answer got lost, is answered as it was the first time.
//!
//! The answer is kept in the transaction of what was done, sealed under the key of whoever asked, for a day.

use std::any::Any;

use evidence::PersonId;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use store::{DataKey, RecordId, StoreError};

use crate::{accounts, actor::Actor, desk::Desk, error::OfficeError, kept::Kept, office::Office};

/// How long answers are kept.
const KEPT: SignedDuration = SignedDuration::from_hours(24);
/// The key under which answers to nobody in particular are sealed.
const ANYBODY: &str = "anybody";

/// Makes an answer of what a use case gave; `None` of what is not the end of it.
pub type Answer = dyn Fn(&dyn Any) -> Option<Vec<u8>> + Send + Sync;

/// A request that is done once.
pub struct Once {
    /// Who asks; `None` for somebody who is nobody yet.
    pub actor: Option<Actor>,
    /// The word by which the asker tells their requests apart.
    pub key: String,
    /// A hash of what is asked for: the same word for something else is refused.
    pub request: [u8; 32],
    /// Makes the answer.
    pub answer: Box<Answer>,
}

impl std::fmt::Debug for Once {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Once")
    }
}

/// An answer that was given.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Answered {
    request: [u8; 32],
    sealed: Vec<u8>,
    at: Timestamp,
}

impl Kept for Answered {
    const KIND: &'static str = "answered";
    fn person(&self) -> Option<&PersonId> {
        None
    }
    fn keep_until(&self) -> Option<Timestamp> {
        self.at.checked_add(KEPT).ok()
    }
}

impl Office {
    /// The same office, for one request that is done once.
    #[must_use]
    pub fn once(&self, once: Once) -> Office {
        let mut office = self.clone();
        office.once = Some(std::sync::Arc::new(once));
        office
    }
}

impl Once {
    fn holder(&self) -> String {
        match &self.actor {
            Some(Actor::Resident(person)) => format!("person/{person}"),
            Some(Actor::Officer(officer)) => accounts::key_name(&officer.officer),
            None => ANYBODY.to_owned(),
        }
    }
}

impl Desk<'_> {
    fn answered_as(&self, once: &Once) -> Result<RecordId, OfficeError> {
        let lookup = self.office.keys.lookup("answer", &format!("{}\n{}", once.holder(), once.key))?.0;
        lookup.first_chunk().map(|bytes| RecordId::from_random(*bytes)).ok_or(OfficeError::Unknown("answer"))
    }

    async fn answer_key(&mut self, holder: &str) -> Result<Option<DataKey>, OfficeError> {
        if let Some(sealed) = self.tx.key(holder).await? {
            return Ok(Some(DataKey::new(*self.office.keys.open_key(holder, &sealed)?)));
        }
        if holder.starts_with("person/") {
            // Whoever left has no key, and no answer is kept for them.
            return Ok(None);
        }
        let bytes: [u8; 32] = self.office.random();
        let sealed = self.office.keys.seal_key(holder, self.office.random(), &bytes)?;
        self.tx.put_key(holder, &sealed.0).await?;
        Ok(Some(DataKey::new(bytes)))
    }

    /// Ends the use case where it was done before.
    pub(crate) async fn unless_answered(&mut self) -> Result<(), OfficeError> {
        let Some(once) = self.office.once.as_deref() else { return Ok(()) };
        let id = self.answered_as(once)?;
        let Some(filed) = self.filed::<Answered>(&id).await? else { return Ok(()) };
        if filed.what.request != once.request {
            return Err(OfficeError::OtherRequest);
        }
        let key = self.answer_key(&once.holder()).await?.ok_or(OfficeError::Unknown("answer"))?;
        let answer = key.open(&format!("{}/{}", Answered::KIND, id.as_str()), &filed.what.sealed)?;
        Err(OfficeError::Answered(answer.to_vec()))
    }

    /// Keeps the answer to what was done.
    pub(crate) async fn answered(&mut self, answer: &[u8]) -> Result<(), OfficeError> {
        let Some(once) = self.office.once.as_deref() else { return Ok(()) };
        let id = self.answered_as(once)?;
        let Some(key) = self.answer_key(&once.holder()).await? else { return Ok(()) };
        let place = format!("{}/{}", Answered::KIND, id.as_str());
        let sealed = key.seal(&place, self.office.random(), answer)?.0;
        match self.file_as(id, &Answered { request: once.request, sealed, at: self.at }, None).await {
            // The same request at the same moment: it is tried again, and finds the answer.
            Err(OfficeError::Store(StoreError::Exists { .. })) => Err(StoreError::Conflict.into()),
            filed => filed.map(drop),
        }
    }
}

//! What enters the public log: commitments, and for the subject what opens them (R8).

use evidence::PersonId;
use jiff::Timestamp;
use ledger::{BodyName, Commitment, Content, Entry, Logged, Salt};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use store::RecordId;

use crate::{
    actor::{Actor, Officer, Role},
    desk::Desk,
    error::OfficeError,
    kept::Kept,
    office::{Office, transact},
    permissions::UseCase,
};

/// What a person holds of an entry about them: with it they can prove what was decided, and nobody else can.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    /// Whom the entry is about.
    pub person: PersonId,
    /// The id under which it was handed in.
    pub entry: String,
    /// What it commits to.
    pub content: Content,
    /// With which salt.
    pub salt: Salt,
    /// When.
    pub at: Timestamp,
}

impl Kept for Opening {
    const KIND: &'static str = "opening";
    fn person(&self) -> Option<&PersonId> {
        Some(&self.person)
    }
    fn keep_until(&self) -> Option<Timestamp> {
        None
    }
}

impl Role {
    /// The role as the log names it. Residents do nothing that is logged.
    pub(crate) fn logged(self) -> ledger::Role {
        match self {
            Role::Desk => ledger::Role::Desk,
            Role::Field => ledger::Role::Field,
            Role::Investigator => ledger::Role::Investigator,
            Role::Laboratory => ledger::Role::Laboratory,
            Role::Reviewer => ledger::Role::Reviewer,
            Role::Policy => ledger::Role::Policy,
            Role::Oversight => ledger::Role::Oversight,
            Role::Operator => ledger::Role::Operator,
            Role::Resident => ledger::Role::Schedule,
        }
    }
}

impl Officer {
    /// The office as the log names it: role and body, never the officer.
    pub(crate) fn logged(&self) -> ledger::Office {
        ledger::Office { role: self.role.logged(), body: self.body.clone() }
    }
}

/// A job that no human started.
pub(crate) fn schedule(body: &BodyName) -> ledger::Office {
    ledger::Office { role: ledger::Role::Schedule, body: body.clone() }
}

impl Desk<'_> {
    /// Logs something about nobody.
    pub(crate) async fn log(&mut self, by: ledger::Office, what: Logged) -> Result<RecordId, OfficeError> {
        let entry =
            Entry::new(self.at, by, what).map_err(|error| OfficeError::Unreadable(error.to_string()))?;
        let bytes = entry.to_bytes().map_err(|error| OfficeError::Unreadable(error.to_string()))?;
        let id = self.new_id();
        self.tx.hand_in(&id, &bytes).await?;
        Ok(id)
    }

    /// Commits to something: what opens the commitment, and the commitment itself, for the log.
    pub(crate) fn commit(
        &self,
        fields: Map<String, Value>,
    ) -> Result<(Content, Salt, Commitment), OfficeError> {
        let content = Content::new(fields).map_err(|error| OfficeError::Unreadable(error.to_string()))?;
        let salt = Salt(self.office.random());
        let commitment = Commitment::to(&salt, &content);
        Ok((content, salt, commitment))
    }

    /// Logs something about a person: the log gets a commitment to `content`, the person what opens it.
    pub(crate) async fn log_about(
        &mut self,
        person: &PersonId,
        by: ledger::Office,
        content: &impl Serialize,
        what: impl FnOnce(Commitment) -> Logged,
    ) -> Result<(), OfficeError> {
        let mut fields = Map::new();
        fields.insert("person".to_owned(), Value::String(person.to_string()));
        fields.insert("what".to_owned(), serde_json::to_value(content)?);
        let (content, salt, commitment) = self.commit(fields)?;
        let entry = self.log(by, what(commitment)).await?;
        let entry = entry.as_str().to_owned();
        self.file(&Opening { person: person.clone(), entry, content, salt, at: self.at }).await?;
        Ok(())
    }
}

impl Office {
    /// What a person needs to prove what was decided about them, each with the entry's place in the log where it has one.
    ///
    /// # Errors
    /// [`OfficeError::Unknown`] where the actor may not act for the person.
    pub async fn openings(
        &self,
        actor: &Actor,
        person: &PersonId,
    ) -> Result<Vec<(Opening, Option<u64>)>, OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::Export, Some(person), "").await?;
            let mut openings = Vec::new();
            for filed in desk.about::<Opening>(person).await? {
                let entry = RecordId::parse(&filed.what.entry).ok_or(OfficeError::Unknown("entry"))?;
                let place = desk.tx.place_of(&entry).await?;
                openings.push((filed.what, place));
            }
            Ok(openings)
        })
    }

    /// How many entries have a place in the public log.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn log_size(&self) -> Result<u64, OfficeError> {
        transact!(self, |desk| { Ok(desk.tx.log_size().await?) })
    }

    /// Entries of the public log, from a place on.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn log_entries(&self, from: u64, limit: u32) -> Result<Vec<Entry>, OfficeError> {
        transact!(self, |desk| {
            let entries = desk.tx.log_entries(from, limit).await?;
            let parse = |(_, bytes): (RecordId, Vec<u8>)| Entry::parse(&bytes);
            let entries: Result<Vec<Entry>, _> = entries.into_iter().map(parse).collect();
            entries.map_err(|error| OfficeError::Unreadable(error.to_string()))
        })
    }
}

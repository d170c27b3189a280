//! Publishing a rule set. Everybody is rated by it from then on, when their turn comes.

use evidence::PersonId;
use ledger::{Logged, Sha256Hash};
use rating::RuleSet;
use store::RecordId;

use crate::{
    actor::Actor,
    error::OfficeError,
    kept::{Kept, Published, Resident},
    office::{Office, transact},
    permissions::UseCase,
};

/// People who are re-rated in one transaction.
const AT_ONCE: u32 = 200;

impl Office {
    /// Publishes a rule set. A document that cannot be compiled is refused.
    ///
    /// # Errors
    /// [`OfficeError::RuleSet`] naming lines and remedies.
    pub async fn publish(&self, actor: &Actor, document: &str) -> Result<RecordId, OfficeError> {
        let rule_set = RuleSet::parse(document.as_bytes())?;
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::PublishRules, None, "").await?;
            let by = actor.officer().ok_or(OfficeError::Unknown("officer"))?.clone();
            let logged = Logged::RuleSetPublished {
                rule_set: rule_set.id.parse().map_err(|error: ledger::NameError| {
                    OfficeError::refused(error.to_string(), "give the rule set an id that can be published")
                })?,
                version: rule_set.version,
                document: Sha256Hash::of(document.as_bytes()),
                from: rule_set.effective,
                to: rule_set.sunset,
            };
            desk.log(by.logged(), logged).await?;
            desk.file(&Published { document: document.to_owned(), at: desk.at, by }).await
        })
    }

    /// Finds everybody's colour anew, so many people in a transaction; those who changed are told. Needed when a rule set
    /// begins or ends; it may be stopped and begun again.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn rerate_everybody(&self) -> Result<u64, OfficeError> {
        let (mut after, mut rated) = (None, 0);
        loop {
            let people: Vec<(RecordId, PersonId)> = transact!(self, |desk| {
                let records = desk.tx.in_state(Resident::KIND, "kept", after.as_ref(), AT_ONCE).await?;
                let mut people = Vec::new();
                for record in records {
                    if let Some(person) = record.person {
                        desk.rerate(&person).await?;
                        people.push((record.id, person));
                    }
                }
                Ok(people)
            })?;
            rated += people.len() as u64;
            match people.into_iter().last() {
                Some((last, _)) => after = Some(last),
                None => return Ok(rated),
            }
        }
    }
}

//! Publishing a rule set. Everybody is rated by it from then on, when their turn comes.

use evidence::PersonId;
use ledger::{Logged, Sha256Hash};
use rating::RuleSet;
use store::{Record, RecordId};

use crate::{
    actor::Actor,
    error::OfficeError,
    kept::{Kept, Published, Resident},
    office::{Office, transact},
    permissions::{UseCase, allowed},
};

/// People who are re-rated in one transaction.
const AT_ONCE: u32 = 200;

impl Office {
    /// Publishes a rule set, and with it who would change by it: everybody is rated by both first. A document that cannot be
    /// compiled is refused.
    ///
    /// # Errors
    /// [`OfficeError::RuleSet`] naming lines and remedies, [`OfficeError::Refused`] while colours differ that nothing explains.
    pub async fn publish(&self, actor: &Actor, document: &str) -> Result<RecordId, OfficeError> {
        allowed(actor.role(), UseCase::PublishRules)?;
        let rule_set = RuleSet::parse(document.as_bytes())?;
        let preview = self.preview_rules(actor, document).await?;
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::PublishRules, None, "").await?;
            desk.nothing_unexplained().await?;
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
            let (document, preview) = (document.to_owned(), preview.clone());
            desk.file(&Published { document, at: desk.at, by, preview }).await
        })
    }

    /// Every rule set that was published, the latest first.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn rule_sets(&self) -> Result<Vec<(RecordId, Published)>, OfficeError> {
        transact!(self, |desk| {
            let all = desk.everything::<Published>("kept").await?;
            let mut all: Vec<_> = all.into_iter().map(|filed| (filed.id, filed.what)).collect();
            all.sort_by_key(|(_, published)| std::cmp::Reverse(published.at));
            Ok(all)
        })
    }

    /// Finds everybody's colour anew, so many people in a transaction; those who changed are told. Needed when a rule set
    /// begins or ends; it may be stopped and begun again.
    ///
    /// # Errors
    /// [`OfficeError::Refused`] while colours differ that nothing explains.
    pub async fn rerate_everybody(&self) -> Result<u64, OfficeError> {
        transact!(self, |desk| { desk.nothing_unexplained().await })?;
        let (mut after, mut rated) = (None, 0);
        loop {
            let people: Vec<(RecordId, PersonId)> = transact!(self, |desk| {
                let records = desk.tx.in_state(Resident::KIND, "kept", after.as_ref(), AT_ONCE).await?;
                let person = |record: Record| record.person.map(|person| (record.id, person));
                let people: Vec<(RecordId, PersonId)> = records.into_iter().filter_map(person).collect();
                desk.rerate_all(&people.iter().map(|(_, person)| person.clone()).collect()).await?;
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

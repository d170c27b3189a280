//! Sharing a status by consent: somebody the person chose gets a link that answers yes or no, for the hours the person chose. There
//! is no look-up by name or number (R7).

use evidence::{Level, PersonId};
use jiff::{SignedDuration, Timestamp};
use rating::rate_in_force;
use serde::{Deserialize, Serialize};
use store::RecordId;

use crate::{
    actor::Actor,
    error::OfficeError,
    kept::{Kept, days},
    office::{Office, transact},
    permissions::UseCase,
};

/// What links are looked up as.
const TOKEN: &str = "shared status";
/// Longest consent, in hours: a fortnight. A longer one is given again.
const HOURS_MAX: u16 = 24 * 14;
/// How often a link answers. Far more than an employer asks in a fortnight, and an end to being watched by a machine.
const ANSWERS_MAX: usize = 200;
/// Longest name of a recipient, in characters.
const NAME_MAX: usize = 100;

/// A consent to share a status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// Whose status.
    pub person: PersonId,
    /// With whom, in the person's words.
    pub with: String,
    /// When it was given.
    pub given: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// When the link was asked.
    pub asked: Vec<Timestamp>,
}

impl Kept for Share {
    const KIND: &'static str = "share";
    fn person(&self) -> Option<&PersonId> {
        Some(&self.person)
    }
    fn keep_until(&self) -> Option<Timestamp> {
        days(self.until, 30)
    }
}

/// The secret of a link. Only a keyed hash of it is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct ShareToken(String);

impl std::fmt::Debug for ShareToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ShareToken")
    }
}

impl ShareToken {
    /// A token as it stands in a link.
    #[must_use]
    pub fn read(text: &str) -> Self {
        ShareToken(text.to_owned())
    }

    /// As it stands in a link: 32 hexadecimal digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a link answers. It says nothing of yesterday, of reasons, or of how long it was so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ShareAnswer {
    /// Whether the person is not restricted now.
    pub unrestricted: bool,
    /// Until when this answer may be relied on: the next change that is known, or the end of the consent.
    pub until: Timestamp,
}

impl Office {
    /// Consents to share a status with somebody for some hours; gives the secret of the link, which is shown only now.
    ///
    /// # Errors
    /// [`OfficeError::Refused`] without a recipient, or for less than one hour or more than a fortnight.
    pub async fn share(
        &self,
        actor: &Actor,
        person: &PersonId,
        with: &str,
        hours: u16,
    ) -> Result<ShareToken, OfficeError> {
        let named = (1..=NAME_MAX).contains(&with.trim().chars().count());
        if !named {
            return Err(OfficeError::refused(
                format!("whom the status is shared with has 1 to {NAME_MAX} characters"),
                "say who gets the link, such as: my employer",
            ));
        }
        if !(1..=HOURS_MAX).contains(&hours) {
            return Err(OfficeError::refused(
                format!("a status is shared for 1 to {HOURS_MAX} hours"),
                "share it again when the time is over",
            ));
        }
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::Share, Some(person), "sharing a status").await?;
            desk.known(person).await?;
            let id = desk.new_id();
            let token = ShareToken(desk.new_id().as_str().to_owned());
            let share = Share {
                person: person.clone(),
                with: with.trim().to_owned(),
                given: desk.at,
                until: desk.at.checked_add(SignedDuration::from_hours(hours.into()))?,
                asked: Vec::new(),
            };
            desk.file_as(id, &share, Some(self.keys.lookup(TOKEN, token.as_str())?.0)).await?;
            Ok(token)
        })
    }

    /// With whom a person shares their status, and when each asked; those that ended stay listed for 30 days.
    ///
    /// # Errors
    /// [`OfficeError::Unknown`] where the actor may not act for the person.
    pub async fn shares(
        &self,
        actor: &Actor,
        person: &PersonId,
    ) -> Result<Vec<(RecordId, Share)>, OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::Share, Some(person), "reading out shared statuses").await?;
            let shares = desk.about::<Share>(person).await?;
            Ok(shares.into_iter().map(|share| (share.id, share.what)).collect())
        })
    }

    /// Withdraws a consent: the link no longer answers.
    ///
    /// # Errors
    /// [`OfficeError::Unknown`] where the person gave no such consent.
    pub async fn withdraw_share(
        &self,
        actor: &Actor,
        person: &PersonId,
        share: &RecordId,
    ) -> Result<(), OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::Share, Some(person), "withdrawing a shared status").await?;
            let filed = desk.filed::<Share>(share).await?.filter(|filed| filed.what.person == *person);
            let mut filed = filed.ok_or(OfficeError::Unknown("shared status"))?;
            filed.what.until = filed.what.until.min(desk.at);
            desk.refile(&filed).await
        })
    }

    /// Answers whoever holds a link. The person sees that it was asked.
    ///
    /// # Errors
    /// [`OfficeError::Unknown`] for a link that never was, has ended or was withdrawn: which of these it is, it does not tell.
    /// [`OfficeError::Refused`] after 200 answers.
    pub async fn shared_status(&self, token: &ShareToken) -> Result<ShareAnswer, OfficeError> {
        transact!(self, |desk| {
            let found = desk.found::<Share>(TOKEN, token.as_str()).await?.into_iter().next();
            let mut share = found
                .filter(|share| desk.at < share.what.until)
                .ok_or(OfficeError::Unknown("shared status"))?;
            if share.what.asked.len() >= ANSWERS_MAX {
                return Err(OfficeError::refused(
                    format!("a link answers {ANSWERS_MAX} times"),
                    "ask the person for another",
                ));
            }
            share.what.asked.push(desk.at);
            desk.refile(&share).await?;
            let Share { person, until, .. } = share.what;
            let Some(rule_set) = desk.rule_set().await? else {
                return Ok(ShareAnswer { unrestricted: true, until });
            };
            let rating = rate_in_force(&rule_set, &desk.evidence(&person).await?, desk.at);
            let unrestricted = rating.level == Level::Green;
            Ok(ShareAnswer { unrestricted, until: rating.changes_at().map_or(until, |at| at.min(until)) })
        })
    }
}

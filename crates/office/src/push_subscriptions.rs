//! Browsers to which a person has messages sent (RFC 8030). What is sent says that there is something to read, not what.

use std::fmt;

use evidence::PersonId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::RecordId;

use crate::{
    actor::Actor,
    error::OfficeError,
    kept::{Kept, days},
    office::{Office, transact},
    permissions::UseCase,
};

/// Most browsers of a person; a further one takes the place of the one that was renewed longest ago.
const BROWSERS_MAX: usize = 10;
/// Days a browser is remembered that does not subscribe again: a page does whenever it is opened.
const KEPT_DAYS: i64 = 90;
/// Longest address of a browser, in bytes.
const ENDPOINT_BYTES_MAX: usize = 2_048;

/// A browser as it subscribes.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Browser {
    /// Its address at its push service.
    pub endpoint: String,
    /// Its public key, an uncompressed point of P-256: 65 bytes (RFC 8291, `p256dh`).
    pub key: Vec<u8>,
    /// Its secret, 16 bytes (RFC 8291, `auth`).
    pub secret: Vec<u8>,
}

impl fmt::Debug for Browser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Browser")
    }
}

/// A browser to which a person has messages sent. Personal data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushSubscription {
    /// Whose.
    pub person: PersonId,
    /// Which browser.
    pub browser: Browser,
    /// When it subscribed last.
    pub since: Timestamp,
}

impl Kept for PushSubscription {
    const KIND: &'static str = "push_subscription";
    fn person(&self) -> Option<&PersonId> {
        Some(&self.person)
    }
    fn keep_until(&self) -> Option<Timestamp> {
        days(self.since, KEPT_DAYS)
    }
}

impl Browser {
    fn check(&self) -> Result<(), OfficeError> {
        let is_key = self.key.len() == 65 && self.key.first() == Some(&4);
        let is_endpoint = (1..=ENDPOINT_BYTES_MAX).contains(&self.endpoint.len());
        if is_key && is_endpoint && self.secret.len() == 16 {
            return Ok(());
        }
        Err(OfficeError::refused(
            "a browser's subscription has an address, a key of 65 bytes and a secret of 16",
            "send what the browser gave",
        ))
    }
}

impl Office {
    /// Has messages to a person sent to a browser from now on. One that subscribes again is renewed.
    ///
    /// # Errors
    /// [`OfficeError::Unknown`] where the actor may not act for the person, [`OfficeError::Refused`] for what no browser gives.
    pub async fn subscribe(
        &self,
        actor: &Actor,
        person: &PersonId,
        browser: &Browser,
    ) -> Result<RecordId, OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::Subscribe, Some(person), "").await?;
            browser.check()?;
            desk.known(person).await?;
            let mut known = desk.about::<PushSubscription>(person).await?;
            let what = PushSubscription { person: person.clone(), browser: browser.clone(), since: desk.at };
            let same = known.iter_mut().find(|filed| filed.what.browser.endpoint == browser.endpoint);
            if let Some(filed) = same {
                filed.what = what;
                desk.refile(filed).await?;
                return Ok(filed.id.clone());
            }
            known.sort_by_key(|filed| filed.what.since);
            let over = (known.len() + 1).saturating_sub(BROWSERS_MAX);
            for oldest in known.iter().take(over) {
                desk.discard(oldest).await?;
            }
            desk.file(&what).await
        })
    }

    /// The browsers to which a person has messages sent.
    ///
    /// # Errors
    /// [`OfficeError::Unknown`] where the actor may not act for the person.
    pub async fn push_subscriptions(
        &self,
        actor: &Actor,
        person: &PersonId,
    ) -> Result<Vec<(RecordId, PushSubscription)>, OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::Subscribe, Some(person), "").await?;
            let known = desk.about::<PushSubscription>(person).await?;
            Ok(known.into_iter().map(|filed| (filed.id, filed.what)).collect())
        })
    }

    /// Ends that messages are sent to a browser of a person, or to any of them where none is named; gives to how many they were.
    ///
    /// # Errors
    /// [`OfficeError::Unknown`] where the actor may not act for the person, or they have no such browser.
    pub async fn unsubscribe(
        &self,
        actor: &Actor,
        person: &PersonId,
        subscription: Option<&RecordId>,
    ) -> Result<usize, OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::Subscribe, Some(person), "").await?;
            let mut known = desk.about::<PushSubscription>(person).await?;
            if let Some(one) = subscription {
                known.retain(|filed| filed.id == *one);
                if known.is_empty() {
                    return Err(OfficeError::Unknown("push subscription"));
                }
            }
            for filed in &known {
                desk.discard(filed).await?;
            }
            Ok(known.len())
        })
    }

    /// Forgets a browser of which its push service says that it takes nothing any more.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn browser_gone(&self, subscription: &RecordId) -> Result<(), OfficeError> {
        transact!(self, |desk| {
            if let Some(filed) = desk.filed::<PushSubscription>(subscription).await? {
                desk.discard(&filed).await?;
            }
            Ok(())
        })
    }
}

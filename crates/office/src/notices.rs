//! What people are to be told: the outbox. A notice is taken by whoever sends it, for a while, so that two do not send it at once; one
//! whose sender died is taken again.

use std::{collections::BTreeMap, fmt};

use evidence::PersonId;
use jiff::{SignedDuration, Timestamp};
use rating::Language;
use store::RecordId;

use crate::{
    error::OfficeError,
    kept::{Notice, NoticeAbout},
    office::{Office, transact},
    push_subscriptions::PushSubscription,
};

/// How long whoever took something has to send it.
pub(crate) const TAKEN_FOR: SignedDuration = SignedDuration::from_mins(5);
/// After how long something that could not be sent is tried again: twice as long each time, up to an hour.
const TRIED_AGAIN_AFTER: SignedDuration = SignedDuration::from_mins(1);
const TRIED_AGAIN_AFTER_MAX: SignedDuration = SignedDuration::from_hours(1);

/// A notice that is to be sent now, with where and how its person wants to be told. Personal data.
#[derive(Clone, PartialEq)]
pub struct DueNotice {
    /// Its id.
    pub notice: RecordId,
    /// Who is told.
    pub person: PersonId,
    /// What it is about.
    pub about: NoticeAbout,
    /// The language the person chose.
    pub language: Option<Language>,
    /// Their telephone number or mail address.
    pub contact: Option<String>,
    /// Their browsers that take messages.
    pub browsers: Vec<(RecordId, PushSubscription)>,
}

impl fmt::Debug for DueNotice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DueNotice").field("about", &self.about).finish_non_exhaustive()
    }
}

/// When something is tried again that could not be sent for so many times.
pub(crate) fn again_at(at: Timestamp, tries: u32) -> Timestamp {
    let pause = TRIED_AGAIN_AFTER.saturating_mul(1 << tries.saturating_sub(1).min(10));
    at.saturating_add(pause.min(TRIED_AGAIN_AFTER_MAX)).unwrap_or(at)
}

impl Office {
    /// Takes notices that are to be sent now, the oldest first. Whoever takes one sends it within five minutes, and says so by
    /// [`Office::notice_sent`] or [`Office::notice_later`]. In a person's quiet hours nothing is taken, also where it could not be sent
    /// before they began (R22).
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn notices(&self, limit: u32) -> Result<Vec<DueNotice>, OfficeError> {
        transact!(self, |desk| {
            let mut due = desk.due::<Notice>(limit).await?;
            if due.is_empty() {
                return Ok(Vec::new());
            }
            let mut people: Vec<PersonId> = due.iter().map(|filed| filed.what.person.clone()).collect();
            people.sort();
            people.dedup();
            let residents = desk.residents(&people).await?;
            let mut browsers: BTreeMap<PersonId, Vec<(RecordId, PushSubscription)>> = BTreeMap::new();
            for filed in desk.about_all::<PushSubscription>(&people).await? {
                browsers.entry(filed.what.person.clone()).or_default().push((filed.id, filed.what));
            }
            let mut taken = Vec::with_capacity(due.len());
            for filed in &mut due {
                let Notice { person, about, .. } = &filed.what;
                let resident = residents.get(person);
                let quiet = resident.map(|of| of.particulars.quiet).unwrap_or_default();
                let quiet_until = quiet.end(desk.at, &self.zone);
                if quiet_until > desk.at {
                    filed.what.not_before = quiet_until;
                    continue;
                }
                taken.push(DueNotice {
                    notice: filed.id.clone(),
                    person: person.clone(),
                    about: about.clone(),
                    language: resident.and_then(|of| of.particulars.language),
                    contact: match about {
                        NoticeAbout::Contact { before } => Some(before.clone()),
                        _ => resident.and_then(|of| of.contact.clone()),
                    },
                    browsers: browsers.get(person).cloned().unwrap_or_default(),
                });
                filed.what.not_before = desk.at.checked_add(TAKEN_FOR)?;
                filed.what.tries += 1;
            }
            desk.refile_all(&due).await?;
            Ok(taken)
        })
    }

    /// Takes a notice that was sent, or never can be, out of the outbox.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn notice_sent(&self, notice: &RecordId) -> Result<(), OfficeError> {
        transact!(self, |desk| {
            if let Some(filed) = desk.filed::<Notice>(notice).await? {
                desk.discard(&filed).await?;
            }
            Ok(())
        })
    }

    /// Remembers that a notice could not be sent: it is tried again later, and not in the person's quiet hours.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn notice_later(&self, notice: &RecordId) -> Result<(), OfficeError> {
        transact!(self, |desk| {
            if let Some(mut filed) = desk.filed::<Notice>(notice).await? {
                filed.what.not_before = again_at(desk.at, filed.what.tries);
                desk.refile(&filed).await?;
            }
            Ok(())
        })
    }
}

//! Following people up while they are restricted: whom a worker calls or visits today, what they found, and what people need. A check
//! that was not made and a call that nobody answered have no consequence but that a human calls (R22).

use evidence::{Check, CheckedBy, Level, PersonId, Symptoms, Temperature};
use jiff::{SignedDuration, Timestamp, ToSpan as _, civil::Time};
use serde::{Deserialize, Serialize};

use crate::{
    actor::Actor,
    desk::{Desk, Filed},
    error::OfficeError,
    kept::{Kept, Piece, Rated, Says, days},
    office::{Office, transact},
    permissions::UseCase,
};

/// When somebody who did not answer is called again.
const CALL_AGAIN_AFTER: SignedDuration = SignedDuration::from_hours(3);
/// How far a follow-up may be put off: who is restricted is looked after.
const PUT_OFF_MAX: SignedDuration = SignedDuration::from_hours(72);
/// Most people in a list: every one of them sees that they were on it.
const LIST_MAX: u32 = 200;

/// Something a person in quarantine or isolation needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// Food or water.
    Food,
    /// Medicine, or care for an illness.
    Medicine,
    /// Anything else, as the worker noted it.
    Other,
}

/// Most characters of what somebody says of a need.
const WORDS_MAX: usize = 500;

/// A need that somebody told, until it is met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Needed {
    /// What.
    pub need: Need,
    /// In the words of whoever told it: the person or a worker.
    pub words: String,
    /// Since when.
    pub since: Timestamp,
}

/// How a person is followed up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowUp {
    /// Who.
    pub person: PersonId,
    /// When a worker last reached them.
    pub reached: Option<Timestamp>,
    /// Not before this.
    pub next: Timestamp,
    /// Whether that time was agreed with them.
    pub agreed: bool,
    /// Calls and visits since then at which nobody answered.
    pub unanswered: u32,
    /// What they need.
    pub needs: Vec<Needed>,
}

impl Kept for FollowUp {
    const KIND: &'static str = "follow_up";
    fn person(&self) -> Option<&PersonId> {
        Some(&self.person)
    }
    fn keep_until(&self) -> Option<Timestamp> {
        days(self.next, 30)
    }
}

/// Why somebody is on today's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Because {
    /// They need something.
    Needs,
    /// Nobody answered; a human tries again.
    Unanswered,
    /// No check was made for a day; a human calls.
    MissedCheck,
    /// It was agreed.
    Agreed,
    /// Nobody has reached them since they are restricted.
    New,
}

/// Somebody to call or visit today. Personal data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Task {
    /// Who.
    pub person: PersonId,
    /// Their name.
    pub name: String,
    /// How to reach them.
    pub contact: Option<String>,
    /// Their colour.
    pub level: Level,
    /// Why.
    pub because: Because,
    /// Not before this: what was agreed, and the end of their quiet hours.
    pub not_before: Timestamp,
    /// What they need.
    pub needs: Vec<Needed>,
}

/// What came of a call or a visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The person was reached.
    Reached {
        /// Their temperature, where it was taken.
        temperature: Option<Temperature>,
        /// Their symptoms.
        symptoms: Symptoms,
        /// What they need, each in a few words.
        needs: Vec<(Need, String)>,
    },
    /// Nobody answered.
    Unanswered,
}

impl Office {
    /// The people of an area who are to be called or visited today, the most pressing first, and by how many the list is cut short.
    /// Each of them sees that they were on a list.
    ///
    /// # Errors
    /// [`OfficeError::Forbidden`] for anybody but field workers, [`OfficeError::Refused`] without a purpose.
    pub async fn follow_ups(
        &self,
        actor: &Actor,
        area: Option<&str>,
        limit: u32,
        purpose: &str,
    ) -> Result<(Vec<Task>, u64), OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::ListFollowUps, None, "").await?;
            let mut tasks = Vec::new();
            for rated in desk.found::<Rated>(Rated::RESTRICTED_IN, area.unwrap_or_default()).await? {
                tasks.extend(desk.task(&rated.what).await?);
            }
            tasks.sort_by(|a, b| {
                (a.because, a.not_before, &a.person).cmp(&(b.because, b.not_before, &b.person))
            });
            let all = tasks.len();
            tasks.truncate(limit.min(LIST_MAX) as usize);
            for task in &tasks {
                desk.authorise(actor, UseCase::ListFollowUps, Some(&task.person), purpose).await?;
            }
            let left_out = (all - tasks.len()) as u64;
            Ok((tasks, left_out))
        })
    }

    /// Records a call or a visit: what was found is evidence, as a check made by a worker; gives the colour that follows. Where nobody
    /// answered nothing changes, and the person is called again.
    ///
    /// # Errors
    /// [`OfficeError::Unknown`] where there is no such person.
    pub async fn record_follow_up(
        &self,
        actor: &Actor,
        person: &PersonId,
        outcome: &Outcome,
    ) -> Result<Level, OfficeError> {
        transact!(self, |desk| {
            if matches!(actor, Actor::Resident(_)) {
                return Err(OfficeError::Forbidden {
                    role: actor.role().word(),
                    what: "follow themselves up; a daily check is theirs to make",
                });
            }
            desk.authorise(actor, UseCase::FollowUp, Some(person), "following up").await?;
            desk.known(person).await?;
            let mut filed = desk.follow_up(person).await?;
            let (at, up) = (desk.at, &mut filed.what);
            match outcome {
                Outcome::Unanswered => {
                    up.unanswered += 1;
                    (up.next, up.agreed) = (at.checked_add(CALL_AGAIN_AFTER)?, false);
                    desk.keep_follow_up(&filed).await?;
                    desk.rerate(person).await
                }
                Outcome::Reached { temperature, symptoms, needs } => {
                    (up.reached, up.unanswered, up.agreed) = (Some(at), 0, false);
                    let needed = |(need, words): &(Need, String)| Needed {
                        need: *need,
                        words: words.clone(),
                        since: at,
                    };
                    up.needs.extend(needs.iter().map(needed));
                    up.next = desk.tomorrow()?;
                    desk.keep_follow_up(&filed).await?;
                    let (temperature, symptoms) = (*temperature, *symptoms);
                    desk.take(person, Says::Check(Check { at, temperature, symptoms, by: CheckedBy::Worker }))
                        .await
                }
            }
        })
    }

    /// Puts a follow-up off to a time that suits the person, as they or a worker say.
    ///
    /// # Errors
    /// [`OfficeError::Refused`] for a time that is past or more than three days away.
    pub async fn reschedule(
        &self,
        actor: &Actor,
        person: &PersonId,
        to: Timestamp,
    ) -> Result<(), OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::FollowUp, Some(person), "agreeing on a time").await?;
            desk.known(person).await?;
            if to < desk.at || to > desk.at.checked_add(PUT_OFF_MAX)? {
                return Err(OfficeError::refused(
                    "a follow-up is put off by three days at most",
                    "choose a time within three days",
                ));
            }
            let mut filed = desk.follow_up(person).await?;
            (filed.what.next, filed.what.agreed) = (to, true);
            desk.keep_follow_up(&filed).await
        })
    }

    /// Remembers that a restricted person needs something: whoever works in their area sees them first. What they said of the same need
    /// before is replaced.
    ///
    /// # Errors
    /// [`OfficeError::Refused`] for somebody who is not restricted, and for more than 500 characters.
    pub async fn ask_for_help(
        &self,
        actor: &Actor,
        person: &PersonId,
        need: Need,
        words: &str,
    ) -> Result<(), OfficeError> {
        if words.chars().count() > WORDS_MAX {
            return Err(OfficeError::refused(
                format!("at most {WORDS_MAX} characters can be taken down"),
                "say it in fewer words, or call",
            ));
        }
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::FollowUp, Some(person), "asking for help").await?;
            desk.known(person).await?;
            let rated = desk.about::<Rated>(person).await?;
            if rated.iter().all(|rated| rated.what.level == Level::Green) {
                return Err(OfficeError::refused(
                    "help is brought to people who have to stay at home",
                    "call the number on this page; nothing keeps you at home now",
                ));
            }
            let mut filed = desk.follow_up(person).await?;
            filed.what.needs.retain(|needed| needed.need != need);
            filed.what.needs.push(Needed { need, words: words.trim().to_owned(), since: desk.at });
            desk.keep_follow_up(&filed).await
        })
    }

    /// What a person needs and was not brought yet.
    ///
    /// # Errors
    /// [`OfficeError::Unknown`] where the actor may not act for the person.
    pub async fn needs(&self, actor: &Actor, person: &PersonId) -> Result<Vec<Needed>, OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::FollowUp, Some(person), "reading out needs").await?;
            let ups = desk.about::<FollowUp>(person).await?;
            Ok(ups.into_iter().flat_map(|up| up.what.needs).collect())
        })
    }

    /// Remembers that what a person needed was brought.
    ///
    /// # Errors
    /// [`OfficeError::Unknown`] where they need no such thing.
    pub async fn need_met(&self, actor: &Actor, person: &PersonId, need: Need) -> Result<(), OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::FollowUp, Some(person), "bringing what was needed").await?;
            let mut filed = desk.follow_up(person).await?;
            let before = filed.what.needs.len();
            filed.what.needs.retain(|needed| needed.need != need);
            if filed.what.needs.len() == before {
                return Err(OfficeError::Unknown("need"));
            }
            desk.keep_follow_up(&filed).await
        })
    }
}

impl Desk<'_> {
    /// What is to be done today about somebody who is restricted.
    async fn task(&mut self, rated: &Rated) -> Result<Option<Task>, OfficeError> {
        let person = &rated.person;
        let Some(resident) = self.resident(person).await? else { return Ok(None) };
        let up = self.about::<FollowUp>(person).await?.into_iter().next().map(|filed| filed.what);
        let checked =
            self.about::<Piece>(person).await?.into_iter().filter_map(|piece| match piece.what.says {
                Says::Check(check) => Some(check.at),
                _ => None,
            });
        let checked = checked.max();
        let needs = up.as_ref().map(|up| up.needs.clone()).unwrap_or_default();
        let next = up.as_ref().map_or(self.at, |up| up.next);
        let a_day_ago = self.ago(SignedDuration::from_hours(24));
        let because = match &up {
            _ if !needs.is_empty() => Because::Needs,
            Some(up) if up.unanswered > 0 => Because::Unanswered,
            Some(up) if up.agreed => Because::Agreed,
            _ if checked.is_some_and(|checked| checked > a_day_ago) => return Ok(None),
            Some(up) if up.reached.is_some() => Because::MissedCheck,
            _ => Because::New,
        };
        let quiet = resident.what.particulars.quiet;
        let not_before = quiet.end(next.max(self.at), &self.office.zone);
        if needs.is_empty() && not_before >= self.tomorrow()? {
            return Ok(None);
        }
        let (name, contact) = (resident.what.name, resident.what.contact);
        Ok(Some(Task {
            person: person.clone(),
            name,
            contact,
            level: rated.level,
            because,
            not_before,
            needs,
        }))
    }

    /// How somebody is followed up; version 0 where nobody did yet.
    async fn follow_up(&mut self, person: &PersonId) -> Result<Filed<FollowUp>, OfficeError> {
        if let Some(filed) = self.about::<FollowUp>(person).await?.into_iter().next() {
            return Ok(filed);
        }
        let (person, next) = (person.clone(), self.at);
        let what = FollowUp { person, reached: None, next, agreed: false, unanswered: 0, needs: Vec::new() };
        Ok(Filed { id: self.new_id(), version: 0, lookup: None, what })
    }

    async fn keep_follow_up(&mut self, filed: &Filed<FollowUp>) -> Result<(), OfficeError> {
        if filed.version > 0 {
            return self.refile(filed).await;
        }
        self.file_as(filed.id.clone(), &filed.what, None).await?;
        Ok(())
    }

    /// The beginning of tomorrow where the office is.
    fn tomorrow(&self) -> Result<Timestamp, OfficeError> {
        let today = self.at.to_zoned_datetime(self.office.zone.clone()).date();
        let tomorrow = today.checked_add(1.day())?.to_datetime(Time::midnight());
        Ok(tomorrow.to_zoned_datetime(self.office.zone.clone())?.timestamp())
    }
}

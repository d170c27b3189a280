//! What a case says in an interview: where they were, how they travelled, whom they met. Contacts are found again, and only what is new
//! is added. Whoever shared a room or a vehicle by their own account is a contact; who was only named says so first, or an officer of
//! another body does (R4).

use std::collections::BTreeSet;

use evidence::{CaseId, NamedContact, PersonId, Trip, VenueId, Visit};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::{DayVisit, RecordId};

use crate::{
    actor::Actor,
    desk::{Desk, day_of},
    error::OfficeError,
    kept::{Kept, retention},
    office::{Office, transact},
    permissions::UseCase,
    trace::Traced,
};

/// What a case said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Told {
    /// Visits to venues.
    pub visits: Vec<ToldVisit>,
    /// Journeys.
    pub trips: Vec<Trip>,
    /// People they met.
    pub contacts: Vec<ToldContact>,
}

/// A visit that a case remembers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldVisit {
    /// Where.
    pub venue: VenueId,
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub to: Timestamp,
}

/// Somebody a case met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldContact {
    /// Who.
    pub who: Who,
    /// Start of the contact.
    pub from: Timestamp,
    /// Its end; `None` where only one moment was named.
    pub to: Option<Timestamp>,
    /// Where or how, in the interviewer's words.
    pub setting: Option<String>,
}

/// Somebody who was named. Personal data of a third person.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// Somebody with a record here.
    Registered(PersonId),
    /// Somebody without one, who is to be called.
    Unregistered {
        /// Their name, as the case said it.
        name: String,
        /// How to reach them.
        contact: String,
    },
}

impl std::fmt::Debug for Who {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Who::Registered(_) => "Registered",
            Who::Unregistered { .. } => "Unregistered",
        })
    }
}

/// Somebody a case named. It is sealed with what is known of the case: whoever was named does not learn by whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// The case's person.
    pub person: PersonId,
    /// The case.
    pub case: CaseId,
    /// Who was named.
    pub who: Who,
    /// Start of the contact.
    pub from: Timestamp,
    /// Its end.
    pub to: Option<Timestamp>,
    /// Where or how.
    pub setting: Option<String>,
    /// When it was said.
    pub at: Timestamp,
    /// When somebody without a record was called.
    pub called: Option<Timestamp>,
}

impl Kept for Named {
    const KIND: &'static str = "named_contact";
    fn person(&self) -> Option<&PersonId> {
        Some(&self.person)
    }
    fn keep_until(&self) -> Option<Timestamp> {
        retention(evidence::EvidenceKind::NamedContact, self.at)
    }
}

impl Office {
    /// Records what a case says, and finds its contacts again. What was recorded before is recorded once.
    ///
    /// # Errors
    /// [`OfficeError::Unknown`] where the person has no such case, or a venue or a person that was named is not known here;
    /// [`OfficeError::Refused`] for times in the future, the wrong way round, or longer ago than visits are kept.
    pub async fn interview(
        &self,
        actor: &Actor,
        person: &PersonId,
        case: &CaseId,
        told: &Told,
    ) -> Result<Traced, OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::Interview, Some(person), "interviewing a case").await?;
            let known = desk.case_of(person, case).await?;
            for visit in &told.visits {
                desk.remembered(person, visit).await?;
            }
            for trip in &told.trips {
                desk.travelled(person, trip).await?;
            }
            for contact in &told.contacts {
                desk.named(person, case, contact).await?;
            }
            let traced = desk.trace(person, &known, actor.officer()).await?;
            desk.rerate(person).await?;
            Ok(traced)
        })
    }

    /// Those whom a case named and who have no record here and were not called yet.
    ///
    /// # Errors
    /// [`OfficeError::Unknown`] where the person has no such case.
    pub async fn contacts_to_call(
        &self,
        actor: &Actor,
        person: &PersonId,
        case: &CaseId,
    ) -> Result<Vec<(RecordId, Named)>, OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::Interview, Some(person), "calling contacts of a case").await?;
            desk.case_of(person, case).await?;
            let named = desk.about::<Named>(person).await?.into_iter();
            let named = named.filter(|filed| filed.what.case == *case && filed.what.called.is_none());
            let named = named.filter(|filed| matches!(filed.what.who, Who::Unregistered { .. }));
            Ok(named.map(|filed| (filed.id, filed.what)).collect())
        })
    }

    /// Records that somebody who was named was called. Who has registered since is a contact from now on.
    ///
    /// # Errors
    /// [`OfficeError::Unknown`] where nobody such was named, or nobody such is registered.
    pub async fn contact_called(
        &self,
        actor: &Actor,
        named: &RecordId,
        registered: Option<&PersonId>,
    ) -> Result<Traced, OfficeError> {
        transact!(self, |desk| {
            let filed = desk.filed::<Named>(named).await?.filter(|filed| filed.what.called.is_none());
            let mut filed = filed.ok_or(OfficeError::Unknown("named contact"))?;
            let person = filed.what.person.clone();
            desk.authorise(actor, UseCase::Interview, Some(&person), "calling contacts of a case").await?;
            filed.what.called = Some(desk.at);
            if let Some(registered) = registered {
                desk.known(registered).await?;
                filed.what.who = Who::Registered(registered.clone());
            }
            desk.refile(&filed).await?;
            let case = desk.case_of(&person, &filed.what.case).await?;
            desk.trace(&person, &case, actor.officer()).await
        })
    }
}

impl Desk<'_> {
    /// Takes in a visit that a case remembers, under the day's pseudonym like every other.
    async fn remembered(&mut self, person: &PersonId, told: &ToldVisit) -> Result<(), OfficeError> {
        self.in_the_past(told.from, told.to)?;
        self.place(&told.venue).await?.ok_or(OfficeError::Unknown("venue"))?;
        let day = day_of(told.from);
        if day < self.first_day_kept() {
            return Err(OfficeError::refused(
                "visits that long ago are not kept",
                "leave it out: nobody else's visit of that day is known either",
            ));
        }
        let key = self.day_key(day, true).await?.ok_or(OfficeError::Unknown("day"))?;
        let pseudonym = key.pseudonym(person)?;
        let (venue, entered, left) = (told.venue.clone(), told.from, Some(told.to));
        let same = |visit: &Visit| visit.venue == venue && visit.entered == entered && visit.left == left;
        if !self.visits_by_from(person, day).await?.iter().any(same) {
            let id = self.new_id();
            self.tx.add_visit(&DayVisit { id, day, pseudonym, venue, entered, left }).await?;
        }
        Ok(())
    }

    /// Takes in somebody a case named.
    async fn named(
        &mut self,
        person: &PersonId,
        case: &CaseId,
        told: &ToldContact,
    ) -> Result<(), OfficeError> {
        self.in_the_past(told.from, told.to.unwrap_or(told.from))?;
        match &told.who {
            Who::Registered(contact) => drop(self.known(contact).await?),
            Who::Unregistered { name, contact } if name.trim().is_empty() || contact.trim().is_empty() => {
                return Err(OfficeError::refused(
                    "a contact without a record needs a name and a way to be reached",
                    "ask the case for both, or leave the contact out",
                ));
            }
            Who::Unregistered { .. } => {}
        }
        let ToldContact { who, from, to, setting } = told.clone();
        let same =
            |named: &Named| named.case == *case && named.who == who && (named.from, named.to) == (from, to);
        if self.about::<Named>(person).await?.iter().any(|filed| same(&filed.what)) {
            return Ok(());
        }
        let (person, case, at) = (person.clone(), case.clone(), self.at);
        self.file(&Named { person, case, who, from, to, setting, at, called: None }).await?;
        Ok(())
    }

    /// The registered people a case named, as evidence.
    pub(crate) async fn named_by(
        &mut self,
        person: &PersonId,
        case: &CaseId,
    ) -> Result<Vec<NamedContact>, OfficeError> {
        let named = self.about::<Named>(person).await?.into_iter().map(|filed| filed.what);
        let mut contacts = Vec::new();
        let mut seen = BTreeSet::new();
        for Named { who, from, to, setting, .. } in named.filter(|named| named.case == *case) {
            if let Who::Registered(person) = who
                && seen.insert((person.clone(), from, to))
            {
                contacts.push(NamedContact { case: case.clone(), person, from, to, setting });
            }
        }
        Ok(contacts)
    }
}

//! Finding the contacts of a case: at home and at venues. Those near very many others are asked first.

use std::collections::{BTreeMap, BTreeSet};

use contacts::{Contact, Known, Tracing, VisitsBuilder, Where};
use evidence::{About, Case, PersonId, Setting, VenueId, Visit};
use jiff::{SignedDuration, Timestamp, ToSpan as _, civil::Date};

use crate::{
    desk::{Desk, day_of},
    error::OfficeError,
    kept::{NoticeAbout, Piece, Question, Says},
};

/// What tracing a case led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Traced {
    /// Contacts that became evidence.
    pub exposed: u64,
    /// People who are asked whether they were there, because they are so many that most were nowhere near.
    pub asked: u64,
}

/// Days on which somebody may still be where they checked in: a visit that nobody ended is forgotten as open after two days.
const STAY_DAYS_MAX: i64 = 2;

impl Desk<'_> {
    /// Finds the contacts of a case; each becomes evidence, or a question.
    pub(crate) async fn trace(&mut self, person: &PersonId, case: &Case) -> Result<Traced, OfficeError> {
        let profile = std::sync::Arc::clone(&self.office.profile);
        let visits = self.visits_near(person, case).await?;
        let households = match self.known(person).await?.what.household {
            Some(household) => self.home(&household).await?,
            None => Vec::new(),
        };
        let mut builder = VisitsBuilder::default();
        visits.iter().for_each(|visit| builder.add(visit));
        let visits = builder.build(&[])?;
        let cases = [About { person: person.clone(), says: case.clone() }];
        let known = Known {
            at: self.at,
            cases: &cases,
            positive_tests: &[],
            households: &households,
            named_contacts: &[],
            trips: &[],
            visits: &visits,
        };
        let tracing = Tracing::new(&profile, known);
        let found = tracing.contacts_of(&case.case)?;
        let at_venues = found.iter().filter(|contact| contact.exposure.setting == Setting::Venue).count();
        let ask = at_venues as u64 > profile.ask_above;
        let venues: BTreeMap<PersonId, VenueId> =
            if ask { asked_venues(&tracing, case)? } else { BTreeMap::new() };
        let mut traced = Traced::default();
        let mut rerate: BTreeSet<PersonId> = BTreeSet::new();
        for contact in found {
            // Under another day's key a pseudonym stands for nobody.
            if self.resident(&contact.person).await?.is_none() {
                continue;
            }
            if ask && contact.exposure.setting == Setting::Venue {
                if let Some(venue) = venues.get(&contact.person) {
                    self.ask(contact, venue.clone()).await?;
                    traced.asked += 1;
                }
            } else {
                let says = Says::Exposure(Box::new(contact.exposure), contact.case_known);
                self.file(&Piece { person: contact.person.clone(), received: self.at, says }).await?;
                rerate.insert(contact.person);
                traced.exposed += 1;
            }
        }
        for person in rerate {
            self.rerate(&person).await?;
        }
        Ok(traced)
    }

    async fn ask(&mut self, contact: Contact, venue: VenueId) -> Result<(), OfficeError> {
        let question = Question {
            person: contact.person.clone(),
            venue,
            from: contact.exposure.first,
            to: contact.exposure.last,
            asked: self.at,
            case_known: contact.case_known,
            exposure: Box::new(contact.exposure),
            answer: None,
        };
        self.file(&question).await?;
        self.tell(&contact.person, NoticeAbout::Question).await
    }

    /// The case's own visits while infectious, and everybody's to the same venues on those days.
    async fn visits_near(
        &mut self,
        person: &PersonId,
        case: &Case,
    ) -> Result<Vec<About<Visit>>, OfficeError> {
        let anchor = case.onset.unwrap_or(self.at);
        let from = anchor.checked_sub(self.office.profile.infectious_before).unwrap_or(Timestamp::MIN);
        let first =
            from.checked_sub(SignedDuration::from_hours(24 * STAY_DAYS_MAX)).unwrap_or(Timestamp::MIN);
        let mut near = Vec::new();
        let mut at_venues: BTreeMap<VenueId, BTreeSet<Date>> = BTreeMap::new();
        for day in self.tx.visit_days().await?.into_iter().filter(|day| *day >= day_of(first)) {
            let Some(key) = self.day_key(day, false).await? else { continue };
            let own = key.pseudonym(person)?;
            for visit in self.tx.visits_by(day, own).await? {
                // Others may have come days before, and up to the end of the visit.
                let last =
                    day_of(visit.left.unwrap_or(self.at)).min(day.saturating_add(STAY_DAYS_MAX.days()));
                let days = at_venues.entry(visit.venue).or_default();
                let mut next = day.saturating_sub(STAY_DAYS_MAX.days());
                while next <= last {
                    days.insert(next);
                    next = next.tomorrow()?;
                }
            }
        }
        for (venue, days) in &at_venues {
            for day in days {
                let Some(key) = self.day_key(*day, false).await? else { continue };
                for visit in self.tx.visits_at(*day, venue).await? {
                    let says = Visit { venue: visit.venue, entered: visit.entered, left: visit.left };
                    near.push(About { person: key.person(visit.pseudonym)?, says });
                }
            }
        }
        Ok(near)
    }
}

/// The venue at which each contact met the case first.
fn asked_venues(tracing: &Tracing<'_>, case: &Case) -> Result<BTreeMap<PersonId, VenueId>, OfficeError> {
    let mut venues = BTreeMap::new();
    for (person, encounter) in tracing.questions(&case.case)? {
        if let Some(Where::Venue(venue)) = encounter.place {
            venues.entry(person).or_insert(venue);
        }
    }
    Ok(venues)
}

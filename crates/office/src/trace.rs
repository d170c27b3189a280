//! Finding the contacts of a case: at home, at venues, on journeys, and whom it named. Those near very many others are asked first.

use std::collections::{BTreeMap, BTreeSet};

use contacts::{Contact, Known, Profile, Tracing, VisitsBuilder, Where};
use evidence::{
    About, Case, CaseId, Exposure, PersonId, Setting, Test, TestResult, Trip, VehicleRun, VenueId, Visit,
};
use jiff::{SignedDuration, Timestamp, ToSpan as _, civil::Date};

use crate::{
    actor::Officer,
    desk::{Desk, day_of},
    error::OfficeError,
    kept::{NoticeAbout, Piece, Question, Says},
    statement::Statement,
};

/// What tracing a case led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Traced {
    /// Contacts that became evidence.
    pub exposed: u64,
    /// People who are asked whether they were there: because they are so many that most were nowhere near, or because only a case
    /// says so.
    pub asked: u64,
}

/// Days on which somebody may still be where they checked in: a visit that nobody ended is forgotten as open after two days.
const STAY_DAYS_MAX: i64 = 2;

/// What was found of a case before: nothing is added twice.
struct Before {
    /// The latest exposure of each contact in each setting.
    exposures: BTreeMap<(PersonId, Setting), Exposure>,
    /// Who was asked about which venue.
    asked: BTreeSet<(PersonId, VenueId)>,
}

impl Desk<'_> {
    /// Finds the contacts of a case; each that is new becomes evidence, or a question. What rests on a case's word alone, as `by`
    /// wrote it down, becomes a statement that waits for another.
    pub(crate) async fn trace(
        &mut self,
        person: &PersonId,
        case: &Case,
        by: Option<&Officer>,
    ) -> Result<Traced, OfficeError> {
        let profile = std::sync::Arc::clone(&self.office.profile);
        let own: Vec<Piece> = self.about(person).await?.into_iter().map(|filed| filed.what).collect();
        let tests = positive_tests(&own);
        let of_case: Vec<&Test> = tests.iter().map(|test| &test.says).collect();
        let Some(window) = contacts::window(&profile, case, &of_case, self.at) else {
            return Ok(Traced::default());
        };
        let mut builder = VisitsBuilder::default();
        self.visits_near(person, window.start).await?.iter().for_each(|visit| builder.add(visit));
        let visits = builder.build(&[])?;
        let households = match self.known(person).await?.what.household {
            Some(household) => self.home(&household).await?,
            None => Vec::new(),
        };
        let cases = [About { person: person.clone(), says: case.clone() }];
        let trips = self.trips_shared(&own).await?;
        let named_contacts = self.named_by(person, &case.case).await?;
        let known = Known {
            at: self.at,
            cases: &cases,
            positive_tests: &tests,
            households: &households,
            named_contacts: &named_contacts,
            trips: &trips,
            visits: &visits,
        };
        let tracing = Tracing::new(&profile, known);
        let found = tracing.contacts_of(&case.case)?;
        let at_venues = found.iter().filter(|contact| contact.exposure.setting == Setting::Venue).count();
        let ask = at_venues as u64 > profile.ask_above;
        let venues = if ask { asked_venues(&tracing, case)? } else { BTreeMap::new() };
        let before = self.found_before(&case.case).await?;
        let new = found.into_iter().filter_map(|contact| before.news(&profile, contact, self.at));
        let new: Vec<Contact> = new.collect();
        self.take_in(new, by, ask.then_some(&venues), &before).await
    }

    /// Makes evidence, questions and statements of new contacts. Those met at venues are asked where `ask` says where.
    async fn take_in(
        &mut self,
        contacts: Vec<Contact>,
        by: Option<&Officer>,
        ask: Option<&BTreeMap<PersonId, VenueId>>,
        before: &Before,
    ) -> Result<Traced, OfficeError> {
        let mut traced = Traced::default();
        let mut rerate: BTreeSet<PersonId> = BTreeSet::new();
        for contact in contacts {
            // Under another day's key a pseudonym stands for nobody.
            if self.resident(&contact.person).await?.is_none() {
                continue;
            }
            let setting = contact.exposure.setting;
            if let (Setting::Venue, Some(venues)) = (setting, ask) {
                let venue = venues.get(&contact.person);
                if let Some(venue) = venue.filter(|venue| before.is_to_be_asked(&contact.person, venue)) {
                    self.ask(contact, venue.clone()).await?;
                    traced.asked += 1;
                }
                continue;
            }
            let says = Says::Exposure(Box::new(contact.exposure), contact.case_known);
            if setting == Setting::Named {
                let Some(by) = by else { continue };
                if !self.is_stated(&contact.person, &says).await? {
                    self.wait(by, &contact.person, says).await?;
                    traced.asked += 1;
                }
                continue;
            }
            self.file(&Piece { person: contact.person.clone(), received: self.at, says }).await?;
            rerate.insert(contact.person);
            traced.exposed += 1;
        }
        for person in rerate {
            self.rerate(&person).await?;
        }
        Ok(traced)
    }

    /// Whether it was said before that a case named somebody.
    async fn is_stated(&mut self, person: &PersonId, says: &Says) -> Result<bool, OfficeError> {
        let of = |says: &Says| match says {
            Says::Exposure(exposure, _) => Some((exposure.case.clone(), exposure.setting)),
            _ => None,
        };
        let said = self.about::<Statement>(person).await?;
        Ok(said.iter().any(|filed| of(&filed.what.says) == of(says)))
    }

    /// The journeys of a case, with everybody's on the same runs.
    async fn trips_shared(&mut self, own: &[Piece]) -> Result<Vec<About<Trip>>, OfficeError> {
        let runs: BTreeSet<&VehicleRun> = own
            .iter()
            .filter_map(|piece| match &piece.says {
                Says::Trip(trip) => Some(&trip.vehicle),
                _ => None,
            })
            .collect();
        let mut trips = Vec::new();
        for run in runs {
            for filed in self.found::<Piece>(Piece::ON_RUN, run.as_str()).await? {
                if let Says::Trip(says) = filed.what.says {
                    trips.push(About { person: filed.what.person, says });
                }
            }
        }
        Ok(trips)
    }

    /// What tracing this case led to before.
    async fn found_before(&mut self, case: &CaseId) -> Result<Before, OfficeError> {
        let mut before = Before { exposures: BTreeMap::new(), asked: BTreeSet::new() };
        for filed in self.found::<Piece>(Piece::EXPOSED_TO, case.as_str()).await? {
            if let Says::Exposure(exposure, _) = filed.what.says {
                let known = before.exposures.entry((filed.what.person, exposure.setting));
                // A later version only ever says more, also where two were found at the same instant.
                let known = known.or_insert_with(|| (*exposure).clone());
                known.first = known.first.min(exposure.first);
                known.last = known.last.max(exposure.last);
                known.minutes = known.minutes.max(exposure.minutes);
            }
        }
        for filed in self.found::<Question>(Question::ABOUT_CASE, case.as_str()).await? {
            before.asked.insert((filed.what.person, filed.what.venue));
        }
        Ok(before)
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

    /// A case's own visits since it was infectious, and everybody's to the same venues on those days.
    async fn visits_near(
        &mut self,
        person: &PersonId,
        from: Timestamp,
    ) -> Result<Vec<About<Visit>>, OfficeError> {
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

impl Before {
    /// A contact as it is now known: `None` where nothing about it is new. What was known of it before is not forgotten, also where
    /// the visits that showed it are.
    fn news(&self, profile: &Profile, mut contact: Contact, at: Timestamp) -> Option<Contact> {
        // Nobody knew of it before it was found.
        contact.case_known = contact.case_known.max(at);
        let Exposure { setting, .. } = contact.exposure;
        let Some(before) = self.exposures.get(&(contact.person.clone(), setting)) else {
            return Some(contact);
        };
        let exposure = &mut contact.exposure;
        exposure.first = exposure.first.min(before.first);
        exposure.last = exposure.last.max(before.last);
        exposure.minutes = exposure.minutes.max(before.minutes);
        exposure.probability = profile.probability(setting, exposure.minutes);
        let span = |of: &Exposure| (of.first, of.last, of.minutes);
        (span(exposure) != span(before)).then_some(contact)
    }

    fn is_to_be_asked(&self, person: &PersonId, venue: &VenueId) -> bool {
        !self.asked.contains(&(person.clone(), venue.clone()))
    }
}

/// A person's positive tests.
fn positive_tests(own: &[Piece]) -> Vec<About<Test>> {
    let positive = |piece: &Piece| match &piece.says {
        Says::Test(says) if says.result == TestResult::Positive => {
            Some(About { person: piece.person.clone(), says: says.clone() })
        }
        _ => None,
    };
    own.iter().filter_map(positive).collect()
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
